"""Every loss against somebody else's arithmetic, at its best, at its worst, and where there is next to nothing."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch

from moe_lab.routing import losses
from moe_lab.routing.balance.coupling import coupling_excess, coupling_loss
from moe_lab.routing.balance.relu import relu_penalty
from moe_lab.routing.balance.sequences import sequence_loss
from moe_lab.routing.decision import Context, Dropped, Routing
from moe_lab.routing.directions.similarity import simbal
from moe_lab.routing.selection import TopK, softmax_chosen

TOLERANCE = 1e-6
MEASURES = (losses.mean_token_entropy, losses.marginal_entropy, losses.routing_mutual_information)
LOSSES = (*(entry.make for entry in losses.AUX_LOSSES.values()), *MEASURES)  # every registered one
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


def routed(logits: torch.Tensor, k: int, mask=None, gate=softmax_chosen, std=0.7, centroids=None) -> Routing:
    "Top-k of noisy logits, with all the notes that a loss can ask for."
    noise = torch.linspace(-1, 1, logits.numel(), dtype=logits.dtype).view_as(logits)
    noisy = logits + std * noise
    routing = TopK(k, gate)(noisy, noisy, Context(mask=mask))
    if centroids is None:
        centroids = torch.eye(logits.shape[1], 8) + 0.1
    notes = {"clean": logits, "noise_std": torch.full_like(logits, std)}
    notes |= {"centroids": centroids, "directions": centroids, "penalty": torch.ones(logits.shape[1])}
    notes |= {"prices": torch.linspace(0.5, 1, logits.shape[1])}
    notes |= {"sequence": torch.arange(len(logits)) // 3, "foretold": logits}
    apart = (centroids[:, None] - centroids).square().sum(-1)  # (E, E), for want of a layer
    return replace(routing, notes=notes | {"coupling": apart})


@pytest.fixture(params=[(5, 3, 1), (64, 8, 2), (33, 16, 4), (40, 6, 6)], ids="T{0[0]} E{0[1]} k{0[2]}".format)
def case(request) -> tuple[Routing, np.ndarray, int]:
    "A random routing with padding, the gates of its real tokens, and k; float64."
    tokens, experts, k = request.param
    generator = torch.Generator().manual_seed(tokens)
    logits = torch.randn(tokens, experts, generator=generator, dtype=torch.float64) * 2
    mask = torch.rand(tokens, generator=generator) < 0.8
    routing = routed(logits, k, mask, centroids=torch.randn(experts, 5, generator=generator).double())
    return routing, scipy.special.softmax(routing.logits[mask].numpy(), axis=1), k


def chosen(routing: Routing, k: int) -> np.ndarray:
    "(T', k) each real token's experts, the first choice first."
    order = np.argsort(-routing.scores.numpy(), axis=1, kind="stable")[:, :k]
    return order if routing.mask is None else order[routing.mask.numpy()]


def test_switch_and_gshard(case):
    routing, gate, k = case
    experts = gate.shape[1]
    for loss, choices in (
        (losses.switch_loss, chosen(routing, k)),
        (losses.gshard_loss, chosen(routing, k)[:, :1]),
    ):
        f = np.array([(choices == e).sum() for e in range(experts)]) / choices.size
        assert abs(float(loss(routing)) - experts * sum(f * gate.mean(0))) < TOLERANCE


def test_switch_is_that_of_transformers_up_to_k(case):
    mixtral = pytest.importorskip(
        "transformers.models.mixtral.modeling_mixtral",
        reason="THE COMPARISON WITH TRANSFORMERS DID NOT RUN: transformers is not installed",
    )
    routing, _, k = case
    theirs = mixtral.load_balancing_loss_func(
        (routing.logits,), routing.n_experts, k, attention_mask=routing.mask[None].long()
    )
    assert abs(float(theirs) - k * float(losses.switch_loss(routing))) < TOLERANCE


def test_what_is_refused_still_counts(case):
    routing, _, _ = case
    kept = routing.token % 3 != 0
    asked = [routing.token, routing.expert, routing.rank]
    cut = replace(
        routing,
        token=routing.token[kept],
        expert=routing.expert[kept],
        weight=routing.weight[kept],
        rank=routing.rank[kept],
        offsets=torch.searchsorted(routing.expert[kept], torch.arange(routing.n_experts + 1)),
        dropped=Dropped(*(part[~kept] for part in asked)),
    )
    for loss in (losses.switch_loss, losses.gshard_loss, losses.load_loss):
        assert float(loss(cut)) == pytest.approx(float(loss(routing)), abs=TOLERANCE)


def test_variances_of_the_mean_gate(case):
    routing, gate, _ = case
    experts = gate.shape[1]
    mean = gate.mean(0)
    assert abs(float(losses.gate_variance(routing)) - np.var(experts * mean, ddof=1)) < TOLERANCE
    assert abs(float(losses.usage_variance(routing)) - np.sum((mean - 1 / experts) ** 2)) < TOLERANCE


def test_importance(case):
    routing, _, k = case
    logits, choices = routing.logits[routing.mask].numpy(), chosen(routing, k)
    importance = np.zeros(routing.n_experts)
    for row, own in zip(logits, choices):
        importance[own] += scipy.special.softmax(row[own])
    assert abs(float(losses.importance_loss(routing)) - scipy.stats.variation(importance) ** 2) < TOLERANCE


def test_load(case):
    routing, _, k = case
    clean, std, noisy = (
        part[routing.mask].numpy()
        for part in (*map(routing.notes.get, ("clean", "noise_std")), routing.scores)
    )
    tokens, experts = clean.shape
    stays = np.ones_like(clean)
    for t in range(tokens):
        for i in range(experts if k < experts else 0):
            others = np.sort(np.delete(noisy[t], i))
            stays[t, i] = scipy.stats.norm.cdf((clean[t, i] - others[-k]) / std[t, i])
    assert np.allclose(losses.chance_to_be_chosen(routing), stays, atol=TOLERANCE)
    assert abs(float(losses.load_loss(routing)) - scipy.stats.variation(stays.sum(0)) ** 2) < TOLERANCE


def test_the_chance_to_be_chosen_is_how_often_noise_chooses():
    clean = torch.tensor([[0.0, 0.5, 1.0, -1.0]], dtype=torch.float64)
    k, std, draws = 2, 0.8, 200_000
    routing = routed(clean, k, std=std)
    fresh = clean + std * torch.randn(
        draws, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )
    for i in range(4):
        trial = routing.scores.repeat(draws, 1)
        trial[:, i] = fresh[:, i]
        often = (trial.topk(k).indices == i).any(1).double().mean()
        assert abs(often - losses.chance_to_be_chosen(routing)[0, i]) < 5 * 0.5 / draws**0.5


def test_z(case):
    routing, _, _ = case
    z = scipy.special.logsumexp(routing.logits[routing.mask].numpy(), axis=1)
    assert abs(float(losses.z_loss(routing)) - np.mean(z**2)) < TOLERANCE


def test_entropies(case):
    from sklearn.metrics import mutual_info_score

    routing, gate, _ = case
    assert (
        abs(float(losses.mean_token_entropy(routing)) - scipy.stats.entropy(gate, axis=1).mean()) < TOLERANCE
    )
    assert abs(float(losses.marginal_entropy(routing)) - scipy.stats.entropy(gate.mean(0))) < TOLERANCE
    counts = np.round(gate * 1e8).astype(int)  # scikit-learn wants counts
    information = mutual_info_score(None, None, contingency=counts)
    assert abs(float(losses.routing_mutual_information(routing)) - information) < TOLERANCE


def test_orthogonality(case):
    routing, _, _ = case
    v = routing.notes["centroids"].numpy()
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    error = v @ v.T - np.eye(len(v))
    spectral = np.abs(np.linalg.eigvalsh(error)).max()
    wanted = 0.7 * np.linalg.norm(error, "fro") ** 2 + 0.3 * spectral**2
    assert abs(float(losses.srip(routing)) - spectral) < TOLERANCE
    assert abs(float(losses.orthogonality(routing)) - wanted) < TOLERANCE


E, LOG_E = 4, float(np.log(4))


def test_sequence_wise(case):
    "2412.19437, equations 17 to 20, text by text: α Σ f·P, f = N/(K·T) Σ 1(chosen), P the mean share; and their mean."
    routing, gate, k = case
    texts, experts = routing.notes["sequence"][routing.mask].numpy(), gate.shape[1]
    picks, total = chosen(routing, k), 0.0
    for text in np.unique(texts):
        own = texts == text
        for i in range(experts):
            f = experts / (k * own.sum()) * (picks[own] == i).sum()
            total += f * gate[own, i].mean()
    assert float(sequence_loss(routing)) == pytest.approx(total / len(np.unique(texts)), abs=TOLERANCE)


def test_coupling(case):
    "2512.23447, equation 3, pair by pair."
    table = case[0].notes["coupling"]
    n, total = len(table), 0.0
    for i, j in itertools.permutations(range(n), 2):
        total += max(table[i, j] - 0.5 * table[i, i], 0) + max(table[j, i] - 0.5 * table[i, i], 0)
    assert float(coupling_excess(table, 0.5)) == pytest.approx(float(total) / n**2, rel=1e-6)


def test_relu_penalty(case):
    "Switch's formula, which the authors' code calls with ReLUs for gates: Σ mean gate · visits / (k·T) · E · λ."
    routing, _, k = case
    logits, lam = routing.logits[routing.mask].numpy(), 0.3
    visits, weight = np.zeros(routing.n_experts), np.zeros(routing.n_experts)
    for row, own in zip(logits, chosen(routing, k)):
        visits[own] += 1
        weight += np.maximum(row, 0)
    tokens = len(logits)
    wanted = sum(weight / tokens * visits / (tokens * k)) * routing.n_experts * lam
    penalty = torch.full((routing.n_experts,), lam * routing.n_experts / k)
    found = float(relu_penalty(replace(routing, notes={"penalty": penalty})))
    assert found == pytest.approx(wanted, rel=1e-5)


def test_simbal(case):
    routing, _, _ = case
    rows = routing.notes["directions"].numpy()
    apart = sum(abs(float(np.dot(a, b)) - (i == j)) for i, a in enumerate(rows) for j, b in enumerate(rows))
    assert float(simbal(routing)) == pytest.approx(apart, abs=TOLERANCE)


EXTREMES = {  # loss: at its ideal, at its worst
    "switch_loss": (1, E),
    "gshard_loss": (1, E),
    "gate_variance": (0, E),
    "usage_variance": (0, 1 - 1 / E),
    "importance_loss": (0, E - 1),
    "load_loss": (0, E - 1),
    "mean_token_entropy": (0, LOG_E),
    "marginal_entropy": (LOG_E, 0),
    "routing_mutual_information": (LOG_E, 0),
    "entropy_bonus": (-LOG_E, 0),
    "z_loss": (0, 2500),
    "srip": (0, E - 1),
    "simbal": (0, E * (E - 1) * (E + 1)),
    "orthogonality": (0, 0.7 * E * (E - 1) + 0.3 * (E - 1) ** 2),
}


@pytest.mark.parametrize(
    "loss", [loss for loss in LOSSES if loss.__name__ in EXTREMES], ids=lambda loss: loss.__name__
)
def test_ideal_and_worst(loss):
    eye = torch.eye(E, dtype=torch.float64)
    even, one, flat = 50 * eye.repeat(2, 1), 50 * eye[[0] * 8], torch.full((8, E), 1 / E).log().double()
    best = flat if loss in (losses.z_loss, losses.entropy_bonus) else even
    worst = {losses.mean_token_entropy: flat, losses.routing_mutual_information: flat}.get(loss, one)
    for logits, centroids, wanted in zip((best, worst), (eye, torch.ones_like(eye)), EXTREMES[loss.__name__]):
        routing = routed(logits, 1, std=1e-3, centroids=centroids)
        if loss is losses.z_loss:
            routing = replace(routing, logits=logits)
        assert float(loss(routing)) == pytest.approx(wanted, abs=1e-5)


@by_loss
def test_padding_is_not_seen(loss):
    logits = torch.randn(12, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    mask = torch.arange(12) % 3 != 1
    padded = routed(logits, 2, mask)
    strange = routed(torch.where(mask[:, None], logits, 99 * logits.flip(1)), 2, mask)
    alone = TopK(2, softmax_chosen)(padded.logits[mask], padded.scores[mask], Context())
    notes = {name: padded.notes[name][mask] for name in ("clean", "noise_std", "sequence", "foretold")}
    alone = replace(alone, notes=padded.notes | notes)
    assert float(loss(padded)) == pytest.approx(float(loss(alone)), abs=1e-12)
    assert float(loss(padded)) == pytest.approx(float(loss(strange)), abs=1e-12)


@by_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize(
    "shape, k", [((0, 4), 2), ((6, 1), 1), ((1, 1), 1), ((6, 4), 4), ((6, 4), 2)], ids=str
)
def test_value_and_gradient_are_finite_and_the_sums_float32(loss, dtype, shape, k):
    for size, real in itertools.product((0, 1, 1e4), (True, False)):
        logits = (size * torch.randn(shape, generator=torch.Generator().manual_seed(2))).to(dtype)
        logits.requires_grad_()
        centroids = torch.eye(shape[1], 3, dtype=dtype, requires_grad=True)
        mask = torch.full(shape[:1], real)
        value = loss(routed(logits, k, mask, centroids=centroids))
        assert value.shape == () and value.dtype == torch.float32 and torch.isfinite(value)
        if value.requires_grad:
            value.backward()
        for part in (logits, centroids):
            assert part.grad is None or torch.isfinite(part.grad).all()


@by_loss
def test_a_step_down_the_gradient_lowers_it(loss):
    logits = torch.randn(32, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    centroids = torch.randn(5, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    for part in (logits, centroids):
        part.requires_grad_()
    before = loss(routed(logits, 2, centroids=centroids))
    before.backward()
    moved = [part.detach() - 1e-3 * (0 if part.grad is None else part.grad) for part in (logits, centroids)]
    assert loss(routed(moved[0], 2, centroids=moved[1])) < before


@pytest.mark.parametrize(
    "loss",
    [
        losses.load_loss,
        losses.srip,
        losses.gshard_loss,
        losses.z_loss,
        simbal,
        relu_penalty,
        sequence_loss,
        coupling_loss,
    ],
)
def test_what_is_missing_is_named(loss):
    bare = replace(routed(torch.randn(4, 3), 1), notes={}, rank=None, logits=None)
    with pytest.raises(ValueError, match=r"(notes has|rank is None|logits is None).*needs"):
        loss(bare)
