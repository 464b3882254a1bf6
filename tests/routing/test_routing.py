"Property tests: every named router keeps every promise of `Routing`, and `check` catches every broken one."

import re
from dataclasses import dataclass, replace

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from moe_lab.routing.adjustments import Feedback, as_printed, by_max, by_mean, by_rank, gradient, load_share
from moe_lab.routing.decision import Context, Routing, assign, check
from moe_lab.routing.presets import loss_free, srnn, srnn_as_printed, top_k
from moe_lab.routing.selection import softmax_all, softmax_chosen

D = 4
VARIANTS = {"top_k": top_k, "loss_free": loss_free, "srnn_as_printed": srnn_as_printed} | {
    f"srnn {normalise.__name__} {signal.__name__}": lambda *a, n=normalise, s=signal, **k: srnn(
        *a, normalise=n, signal=s, **k
    )
    for normalise in (as_printed, by_max, by_mean, by_rank)
    for signal in (gradient, load_share)
}
SELECTING = [name for name in VARIANTS if name not in ("top_k", "srnn_as_printed")]
DTYPES = [torch.float32, torch.float64, torch.bfloat16]
SIZES = st.one_of(st.integers(1, 8), st.sampled_from([16, 255, 256, 257, 300]))
every_router = pytest.mark.parametrize("name", VARIANTS)


@dataclass
class Case:
    "A router in the middle of its life, and tokens for it."

    router: torch.nn.Module
    x: torch.Tensor  # (T, D) small multiples of 1/4, so logits are exact and ties are common
    mask: torch.Tensor | None

    @property
    def routing(self) -> Routing:
        return check(self.router(self.x, Context(self.mask)))


def feedback(n_experts: int) -> Feedback:
    moments = torch.rand(n_experts, 2) + torch.tensor([0.0, 1.0])  # squares above those of means
    return Feedback(torch.randint(9, (n_experts,)).float(), torch.rand(n_experts) * 1e-3, moments=moments)


@st.composite
def cases(draw, name: str, masks=("none", "some", "all padding")) -> Case:
    torch.manual_seed(draw(st.integers(0, 2**20)))
    n_tokens, n_experts = draw(st.integers(0, 40)), draw(SIZES)
    k = draw(st.one_of(st.integers(1, n_experts), st.just(n_experts)))
    dtype = draw(st.sampled_from(DTYPES))
    router = VARIANTS[name](D, n_experts, k, draw(st.sampled_from([softmax_all, softmax_chosen]))).to(dtype)
    with torch.no_grad():
        for weight in router.parameters():
            weight.copy_(torch.randint(-4, 5, weight.shape) / 4)
    for _ in range(draw(st.integers(0, 2))):
        router.after_step(feedback(n_experts))
    x = (torch.randint(-8, 9, (n_tokens, D)) / 4).to(dtype)
    keep = {"none": None, "some": torch.rand(n_tokens) < 0.6, "all padding": torch.zeros(n_tokens).bool()}
    return Case(router, x, keep[draw(st.sampled_from(masks))])


def held(test):
    "Twenty cases each, as long as they take."
    return every_router(settings(max_examples=20)(given(data=st.data())(test)))


def table(r: Routing) -> torch.Tensor:
    "(T, E) the weights, -1 where a token does not visit an expert."
    empty = torch.full((r.n_tokens, r.n_experts), -1.0, dtype=r.weight.dtype)
    return empty.index_put((r.token, r.expert), r.weight.detach())


def weights_of(r: Routing, router) -> torch.Tensor:
    "(A,) what the gate gives by its formula, from the raw logits alone."
    up = r.logits.double().exp()
    chosen = torch.zeros_like(up).index_put((r.token, r.expert), up[r.token, r.expert])
    whole = up if router.select.gate is softmax_all else chosen
    return up[r.token, r.expert] / whole.sum(-1)[r.token]


def tolerance(dtype: torch.dtype) -> dict:
    return {"rtol": 2 * torch.finfo(dtype).eps, "atol": 1e-6}


@held
def test_a_decision_keeps_its_promises(name, data):
    case = data.draw(cases(name))
    r, k = case.routing, case.router.select.k
    n_real = len(case.x) if case.mask is None else int(case.mask.sum())
    assert len(r.token) == (table(r) >= 0).sum() == r.offsets[-1] == n_real * k
    assert r.counts.sum() == n_real * k
    assert r.weight.dtype == r.logits.dtype
    assert (r.weight >= 0).all()
    choices = torch.stack([r.token, r.rank], 1)
    assert len(choices.unique(dim=0)) == len(choices)
    assert (r.rank < k).all()


@held
def test_the_best_scored_are_chosen_in_their_order(name, data):
    r = data.draw(cases(name)).routing
    best = r.scores.sort(-1, descending=True).values
    assert torch.equal(r.scores[r.token, r.expert], best[r.token, r.rank])


@held
def test_permuting_tokens_permutes_the_decision(name, data):
    case = data.draw(cases(name))
    order = torch.randperm(len(case.x))
    moved = Case(case.router, case.x[order], None if case.mask is None else case.mask[order]).routing
    torch.testing.assert_close(table(moved), table(case.routing)[order], rtol=1e-5, atol=0)


@held
def test_weights_are_the_gate_of_the_raw_logits(name, data):
    case = data.draw(cases(name))
    r = case.routing
    torch.testing.assert_close(r.weight.double(), weights_of(r, case.router), **tolerance(r.weight.dtype))


@pytest.mark.parametrize("name", SELECTING)
@settings(max_examples=20)
@given(data=st.data())
def test_a_selecting_bias_never_weighs(name, data):
    case = data.draw(cases(name))
    before = case.routing
    for _ in range(3):
        case.router.after_step(feedback(before.n_experts))
    after = case.routing
    assert torch.equal(before.logits, after.logits)
    both = (table(before) >= 0) & (table(after) >= 0)
    if case.router.select.gate is softmax_all:
        assert torch.equal(table(before)[both], table(after)[both])
    torch.testing.assert_close(
        after.weight.double(), weights_of(after, case.router), **tolerance(after.weight.dtype)
    )


@held
def test_padding_visits_nobody_and_its_content_does_not_matter(name, data):
    case = data.draw(cases(name, masks=("some", "all padding")))
    other = torch.where(case.mask[:, None], case.x, torch.randn_like(case.x) * 100)
    assert case.mask[case.routing.token].all()
    assert torch.equal(table(Case(case.router, other, case.mask).routing), table(case.routing))


@held
def test_learning_and_resizing_keep_the_shapes(name, data):
    case = data.draw(cases(name))
    n, k = case.routing.n_experts, case.router.select.k
    keep = torch.randperm(n)[: data.draw(st.integers(0, n))]
    n_new = data.draw(st.integers(max(0, k - len(keep)), k + 3))
    for part in case.router.parts():
        part.resize(keep, n_new)
        part_shapes = {len(t) for t in (*part.parameters(recurse=False), *part.buffers(recurse=False))}
        assert part_shapes == {part.n_experts} == {len(keep) + n_new}
    case.router.after_step(feedback(len(keep) + n_new))
    assert case.routing.n_experts == len(keep) + n_new


# ---------------------------------------------------------------- sorting and checking


@settings(max_examples=40)
@given(
    n_experts=st.sampled_from([1, 2, 255, 256, 257, 32766, 32767, 32768, 70_000]),
    n_tokens=st.integers(0, 30),
    seed=st.integers(0, 2**20),
)
def test_assign_sorts_for_any_number_of_experts(n_experts, n_tokens, seed):
    torch.manual_seed(seed)
    pairs = (torch.rand(n_tokens, 3) * n_experts).long().clamp_max(n_experts - 1)
    pairs[: n_tokens // 2, 0] = n_experts - 1  # the largest key is in use
    asked = [(token, expert) for token, row in enumerate(pairs.tolist()) for expert in set(row)]
    token, expert = torch.tensor(asked, dtype=torch.long).view(-1, 2).T
    weight = torch.rand(len(asked))
    r = check(assign(token, expert, weight, n_tokens, n_experts, rank=token))
    assert torch.equal(weight, table(r)[token, expert])
    assert torch.equal(r.rank, r.token)


GOOD = assign(
    torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 1, 1, 0, 2]), torch.rand(5), 4, 3, torch.arange(5)
)
BROKEN = {
    "weight too short": (lambda r: {"weight": r.weight[1:]}, "weight has shape (4,), needs (5,)"),
    "expert too short": (lambda r: {"expert": r.expert[1:]}, "expert has shape (4,), needs (5,)"),
    "rank too short": (lambda r: {"rank": r.rank[1:]}, "rank has shape (4,), needs (5,)"),
    "token too short": (lambda r: {"token": r.token[1:]}, "expert has shape (5,), needs (4,)"),
    "an offset too few": (lambda r: {"offsets": r.offsets[1:]}, "offsets has shape (3,), needs (4,)"),
    "offsets end early": (lambda r: {"offsets": torch.tensor([0, 2, 4, 4])}, "offsets end at 4, rows at 5"),
    "offsets begin late": (lambda r: {"offsets": torch.tensor([1, 2, 4, 5])}, "offsets begin at 1"),
    "offsets fall": (lambda r: {"offsets": torch.tensor([0, 4, 2, 5])}, "offsets fall"),
    "a row of another expert": (
        lambda r: {"offsets": torch.tensor([0, 1, 4, 5])},
        "offsets and expert disagree",
    ),
    "more experts": (lambda r: {"n_experts": 5}, "offsets has shape (4,), needs (6,)"),
    "a token too many": (lambda r: {"n_tokens": 2}, "a token lies outside [0, 2)"),
    "a negative token": (lambda r: {"token": r.token - 1}, "a token lies outside [0, 4)"),
    "a pair twice": (lambda r: {"token": torch.tensor([0, 0, 0, 1, 2])}, "a pair stands twice"),
    "not sorted": (lambda r: {"token": torch.tensor([2, 0, 0, 1, 2])}, "rows are not sorted"),
    "padding that visits": (lambda r: {"mask": torch.arange(4) != 2}, "a padded token visits an expert"),
    "a mask too short": (lambda r: {"mask": torch.ones(3).bool()}, "mask has shape (3,), needs (4,)"),
    "logits of other tokens": (
        lambda r: {"logits": torch.zeros(3, 3)},
        "logits has shape (3, 3), needs (4, 3)",
    ),
    "scores of other experts": (
        lambda r: {"scores": torch.zeros(4, 4)},
        "scores has shape (4, 4), needs (4, 3)",
    ),
}


def test_the_good_one_is_good():
    assert check(GOOD) is GOOD


@pytest.mark.parametrize("broken", BROKEN)
def test_check_catches(broken):
    change, message = BROKEN[broken]
    with pytest.raises(ValueError, match=re.escape(message)):
        check(replace(GOOD, **change(GOOD)))
