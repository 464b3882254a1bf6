"Load metrics, overlap and change against independent references, dice, their best and their worst."

import itertools
import subprocess
import sys
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
import torch
from hypothesis import given, settings

from moe_lab.experts.experts import Bottleneck
from moe_lab.measure.load.change import (
    neighbours,
    router_saturation,
    routing_consistency,
    same_token,
    saturation_by_load,
    sequential_overlap,
)
from moe_lab.measure.load.metrics import METRICS, Load, dropped_by_random_router, dropped_rate
from moe_lab.measure.load.overlap import (
    ExpertSets,
    Gram,
    Together,
    coactivation,
    expert_outputs,
    expert_set_overlap,
    gram_of_weights,
    gram_orthogonality,
    jaccard,
    strongest_partner,
    token_set_overlap,
)
from moe_lab.routing.decision import Context, Dropped, Routing
from moe_lab.routing.selection import TopK

CLOSE = {"rel": 1e-6, "abs": 1e-6}


def route(logits, k: int = 2, mask=None) -> Routing:
    return TopK(k)(logits, logits, Context(mask))


def dice(n_tokens: int, n_experts: int, k: int, mask=None) -> Routing:
    return route(torch.rand(n_tokens, n_experts), k, mask)


def rows(routing: Routing) -> list[set[int]]:
    "The expert set of each token, built one pair at a time."
    sets: list[set[int]] = [set() for _ in range(routing.n_tokens)]
    for token, expert in zip(routing.token.tolist(), routing.expert.tolist()):
        sets[token].add(expert)
    return sets


# --- the load -----------------------------------------------------------------------------------------

REFERENCES = {
    "active": lambda n: (n >= max(0.01 * n.mean(), 1)).sum(),
    "n_eff": lambda n: n.sum() ** 2 / (n**2).sum(),
    "cv": lambda n: scipy.stats.variation(n),
    "load_entropy": lambda n: scipy.stats.entropy(n, base=len(n)) if len(n) > 1 else 1.0,
    "effective_experts": lambda n: np.exp(scipy.stats.entropy(n)),
    "max_vio": lambda n: (n.max() - n.mean()) / n.mean(),
    "gini": lambda n: np.abs(n[:, None] - n).sum() / (2 * len(n) ** 2 * n.mean()),
    "unused_rate": lambda n: 1 - np.count_nonzero(n) / len(n),
    "dropped_rate": lambda n: 0.0,
}
# metric: (balanced, everything at one of E experts), of E = 8 and k = 1
EXTREMES = {
    "active": (8, 1),
    "n_eff": (8, 1),
    "cv": (0, 7**0.5),
    "load_entropy": (1, 0),
    "effective_experts": (8, 1),
    "max_vio": (0, 7),
    "gini": (0, 7 / 8),
    "unused_rate": (0, 7 / 8),
}
every_metric = pytest.mark.parametrize("name", METRICS)


@pytest.mark.parametrize("name", REFERENCES)
@settings(max_examples=50)
@given(counts=st.lists(st.integers(0, 10_000), min_size=1, max_size=300).filter(any))
def test_load_metrics_agree_with_references(name, counts):
    load = Load(torch.tensor(counts, dtype=torch.float64), n_tokens=sum(counts))
    found = METRICS[name](load)
    assert found.value == pytest.approx(float(REFERENCES[name](np.array(counts, dtype=float))), **CLOSE)
    assert found.n == sum(counts)


@pytest.mark.parametrize("name", EXTREMES)
def test_load_metrics_take_their_ideal_and_their_worst(name):
    best, worst = EXTREMES[name]
    balanced = METRICS[name](Load(torch.full((8,), 5.0, dtype=torch.float64), 40))
    collapsed = METRICS[name](Load(torch.tensor([40.0] + [0.0] * 7, dtype=torch.float64), 40))
    assert (balanced.value, collapsed.value) == pytest.approx((best, worst), **CLOSE)
    assert balanced.ideal == best


# What of each metric has the floor as its expectation: CV², for instance, not CV.
EXPECTED = {name: lambda x: x for name in ("active", "load_entropy", "max_vio", "gini", "unused_rate")}
EXPECTED |= {"cv": np.square, "n_eff": np.reciprocal, "effective_experts": np.log}


@pytest.mark.parametrize(
    "n_tokens, n_experts, k", [(6, 8, 1), (40, 2, 1), (50, 16, 2), (300, 64, 4), (30, 5, 5)]
)
def test_floors_are_what_dice_show(n_tokens, n_experts, k):
    torch.manual_seed(1)
    rolls = [Load.of([dice(n_tokens, n_experts, k)]) for _ in range(300)]
    for name, of in EXPECTED.items():
        seen = of(np.array([METRICS[name](roll).value for roll in rolls], dtype=float))
        error = 4.5 * seen.std() / 300**0.5 + 1e-6
        if name == "max_vio":
            error += 0.08 * (1 + seen.mean())  # `max_of_dice` promises 7 % of the busiest expert's count
        floor = float(of(np.float64(METRICS[name](rolls[0]).floor)))
        assert abs(seen.mean() - floor) < error, f"{name}: {seen.mean()} seen, {floor} expected"


def test_dropping():
    torch.manual_seed(1)
    n = torch.stack([dice(64, 8, 2).counts for _ in range(500)]).double()
    lost = (n - 18).clamp_min(0).sum(1) / 128
    assert (
        abs(float(lost.mean()) - dropped_by_random_router(64, 8, 2, 18)) < 4.5 * float(lost.std()) / 500**0.5
    )
    assert dropped_by_random_router(64, 8, 2, 64) == 0
    kept = dice(30, 8, 2)
    refused = replace(kept, dropped=Dropped(*torch.zeros(3, 20, dtype=torch.long)))
    assert dropped_rate(Load.of([kept, refused])).value == 20 / 140
    everything = Load(torch.zeros(4, dtype=torch.float64), n_tokens=9, n_dropped=9)
    assert dropped_rate(everything).value == 1
    assert all(np.isnan(METRICS[name](everything).value) for name in ("gini", "max_vio", "load_entropy"))


@every_metric
def test_padding_does_not_count(name):
    torch.manual_seed(2)
    z, mask = torch.rand(90, 8), torch.rand(90) < 0.5
    padded, short = Load.of([route(z, mask=mask)]), Load.of([route(z[mask])])
    assert repr(METRICS[name](padded)) == repr(METRICS[name](short))
    all_padding = METRICS[name](Load.of([route(z, mask=torch.zeros(90).bool())]))
    assert np.isnan(all_padding.value) and all_padding.n == 0


@every_metric
def test_batches_add_up(name):
    torch.manual_seed(3)
    z = torch.rand(1000, 32)
    whole, parts = Load.of([route(z)]), Load.of([route(part) for part in z.split(130)])
    assert repr(METRICS[name](whole)) == repr(METRICS[name](parts))


def test_the_training_log_keeps_three():
    assert {"cv", "n_eff", "active"} <= {name for name in METRICS if METRICS[name].is_logged}


@every_metric
@pytest.mark.parametrize("n_tokens, n_experts, k", [(40, 2, 1), (300, 64, 4), (30, 5, 5)])
def test_every_registered_metric_has_a_floor_and_an_ideal(name, n_tokens, n_experts, k):
    "The contract: even load shows the ideal; the floor, if known, is among what random routers show; any E and k."
    torch.manual_seed(4)
    rolls = [METRICS[name](Load.of([dice(n_tokens, n_experts, k)])) for _ in range(100)]
    low, high = np.quantile([roll.value for roll in rolls], [0.0, 1.0])
    floor = rolls[0].floor
    assert np.isnan(floor) or low - 0.02 * abs(low) - 1e-6 <= floor <= high + 0.02 * abs(high) + 1e-6
    assert {roll.n for roll in rolls} == {n_tokens}
    even = METRICS[name](Load(torch.full((n_experts,), 5.0).double(), 5 * n_experts))
    assert even.value == pytest.approx(even.ideal, abs=1e-9)


# --- overlap ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 5])
def test_token_sets_against_scikit_learn(k):
    torch.manual_seed(4)
    routing = route(torch.randn(200, 5) + torch.arange(5) / 4, k)
    table = routing.visits.numpy()
    together = Together.of([routing])
    for i, j in itertools.product(range(5), repeat=2):
        reference = sklearn.metrics.jaccard_score(table[:, i], table[:, j])
        assert float(jaccard(together)[i, j]) == pytest.approx(reference, **CLOSE)
        reference = sklearn.metrics.precision_score(table[:, j], table[:, i])  # of i's tokens, those at j
        assert float(coactivation(together)[i, j]) == pytest.approx(reference, **CLOSE)
    pairs = [sklearn.metrics.jaccard_score(table[:, i], table[:, j]) for i in range(5) for j in range(i)]
    assert token_set_overlap(together).value == pytest.approx(np.mean(pairs), **CLOSE)


def test_token_sets_best_worst_and_dice():
    torch.manual_seed(5)
    everyone = Together.of([dice(50, 4, 4)])
    assert (token_set_overlap(everyone).value, strongest_partner(everyone).value) == (1, 1)
    assert token_set_overlap(everyone).floor == strongest_partner(everyone).floor == 1
    alone = Together.of([dice(50, 4, 1)])
    assert (token_set_overlap(alone).value, token_set_overlap(alone).floor) == (0, 0)
    assert strongest_partner(alone).value == strongest_partner(alone).ideal == 0
    rolls = [Together.of([dice(2000, 16, 3)]) for _ in range(40)]
    seen = np.array([token_set_overlap(roll).value for roll in rolls])
    assert abs(seen.mean() - token_set_overlap(rolls[0]).floor) < 4.5 * seen.std() / 40**0.5 + 1e-4
    seen = np.array([strongest_partner(roll).value for roll in rolls])
    assert abs(seen.mean() / strongest_partner(rolls[0]).floor - 1) < 0.03
    assert strongest_partner(rolls[0]).floor > strongest_partner(rolls[0]).ideal == pytest.approx(2 / 15)


def test_unused_experts_have_no_overlap_and_no_say():
    z = torch.rand(50, 6)
    z[:, 4:] = -1
    together = Together.of([route(z)])
    assert jaccard(together)[4, 5].isnan() and jaccard(together)[0, 4] == 0
    assert coactivation(together)[4].isnan().all()
    four = Together.of([route(z[:, :4])])
    assert strongest_partner(together).value == strongest_partner(four).value
    nobody = Together.of([route(torch.rand(3, 4), mask=torch.zeros(3).bool())])
    assert np.isnan(token_set_overlap(nobody).value) and np.isnan(strongest_partner(nobody).value)


def test_a_million_tokens_are_the_same_in_chunks():
    torch.manual_seed(6)
    z = torch.rand(1_000_000, 16)
    mask = torch.rand(len(z)) < 0.9
    whole = route(z, mask=mask)
    chunks = [route(part, mask=some) for part, some in zip(z.split(8192), mask.split(8192))]
    assert torch.equal(Together.of(chunks).both, Together.of([whole]).both)
    assert Together.of(chunks).n_tokens == int(mask.sum())
    assert Load.of(chunks).counts.equal(Load.of([whole]).counts)


def test_pairs_are_the_same_in_chunks():
    torch.manual_seed(6)
    tables = [dice(20_000, 16, 2).visits, dice(20_000, 16, 3, torch.rand(20_000) < 0.9).visits]
    whole, parts = ExpertSets(16).update(*tables), ExpertSets(16)
    for first, second in zip(*(table.split(777) for table in tables)):
        parts.update(first, second)
    assert (parts.n, parts.common, saturation_by_load(parts)) == (
        whole.n,
        whole.common,
        saturation_by_load(whole),
    )
    assert (parts.jaccard, parts.jaccard_chance) == pytest.approx(
        (whole.jaccard, whole.jaccard_chance), **CLOSE
    )


MEMORY = """
import resource
import torch
from moe_lab.measure.load.change import neighbours
from moe_lab.measure.load.overlap import ExpertSets, Together
from moe_lab.routing.decision import Context
from moe_lab.routing.selection import TopK

def feed(n):
    for _ in range(n):
        z = torch.rand(8192, 64)
        routing = TopK(2)(z, z, Context())
        together.update(routing)
        sets.update(*neighbours(routing))

together, sets = Together(64), ExpertSets(64)
feed(8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
feed(115)
print(together.n_tokens, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_million_tokens_take_the_memory_of_a_batch():
    out = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True).stdout
    tokens, kilobytes = map(int, out.split())
    assert tokens > 1_000_000
    assert kilobytes < 50_000, "one bool table of all tokens would be 64 MB, as floats 256 MB"


def test_expert_sets_against_python_sets():
    torch.manual_seed(7)
    a, b = dice(300, 7, 2), dice(300, 7, 3, mask=torch.rand(300) < 0.8)
    sets = ExpertSets(7).update(a.visits, b.visits)
    pairs = list(zip(rows(a), rows(b)))
    assert expert_set_overlap(sets).value == pytest.approx(
        np.mean([len(x & y) / len(x | y) for x, y in pairs]), **CLOSE
    )
    shared, size = sum(len(x & y) for x, y in pairs), sum(len(y) for _, y in pairs)
    assert router_saturation(sets).value == pytest.approx(shared / size, **CLOSE)
    assert sets.n == 300


@pytest.mark.parametrize("e, k", [(8, 1), (16, 2), (6, 4)])
def test_expert_sets_best_worst_and_dice(e, k):
    torch.manual_seed(8)
    table = dice(500, e, k).visits
    same = ExpertSets(e).update(table, table)
    assert (expert_set_overlap(same).value, router_saturation(same).value) == (1, 1)
    half = torch.zeros(10, e, dtype=torch.bool)
    half[:, : e // 2] = True
    other = ExpertSets(e).update(half, ~half)
    assert (expert_set_overlap(other).value, router_saturation(other).value) == (0, 0)
    n = 20_000
    random = ExpertSets(e).update(dice(n, e, k).visits, dice(n, e, k).visits)
    for found in (expert_set_overlap(random), router_saturation(random)):
        assert abs(found.value - found.floor) < 4.5 * 0.5 / n**0.5
    assert router_saturation(random).floor == pytest.approx(k / e)
    assert saturation_by_load(random) == pytest.approx(k / e, abs=0.01)


@pytest.mark.parametrize("size, e, d", [("wide", 6, 40), ("crowded", 9, 3), ("one number", 4, 1)])
def test_gram_against_numpy(size, e, d):
    torch.manual_seed(9)
    v = torch.randn(e, d, dtype=torch.float64)
    cosines = sklearn.metrics.pairwise.cosine_similarity(v.numpy())
    gram = Gram(e).update(v[:, : d // 2]).update(v[:, d // 2 :])
    assert np.allclose(gram.cosines.numpy(), cosines, atol=1e-6)
    reference = np.linalg.norm(cosines - np.eye(e)) / np.sqrt(e * (e - 1))
    found = gram_orthogonality(gram)
    assert found.value == pytest.approx(reference, **CLOSE)
    assert found.ideal - 1e-9 <= found.value and found.floor == d**-0.5


def test_gram_best_worst_and_chance():
    assert gram_orthogonality(Gram(5).update(3 * torch.eye(5, 8))).value == 0
    assert gram_orthogonality(Gram(5).update(torch.ones(5, 8))).value == pytest.approx(1)
    assert gram_orthogonality(Gram(5).update(torch.zeros(5, 8))).value == 0
    torch.manual_seed(10)
    seen = np.array([gram_orthogonality(Gram(16).update(torch.randn(16, 64))).value ** 2 for _ in range(200)])
    assert abs(seen.mean() - 1 / 64) < 4.5 * seen.std() / 200**0.5
    assert np.isnan(gram_orthogonality(Gram(1).update(torch.randn(1, 8))).value)


def test_gram_of_a_stack():
    torch.manual_seed(11)
    stack, x = Bottleneck(6, 4, 3), torch.randn(20, 6)
    flat = torch.cat([w.detach().flatten(1) for w in stack.weights()], 1)
    reference = sklearn.metrics.pairwise.cosine_similarity(flat.numpy())
    assert np.allclose(gram_of_weights(stack).cosines.numpy(), reference, atol=1e-6)
    alone = [Bottleneck(6, 4, 1) for _ in range(3)]
    for e, one in enumerate(alone):
        for new, old in zip(one.weights(), stack.weights()):
            new.data.copy_(old.data[e : e + 1])
    together = expert_outputs(stack, x)
    for e, one in enumerate(alone):
        assert torch.allclose(together[e], expert_outputs(one, x)[0], atol=1e-6)


# --- change -------------------------------------------------------------------------------------------


def test_only_tokens_real_in_both_are_compared():
    torch.manual_seed(12)
    z, a, b = torch.randn(2, 400, 6), torch.rand(400) < 0.7, torch.rand(400) < 0.7
    masked = ExpertSets(6).update(*same_token(route(z[0], mask=a), route(z[1], mask=b)))
    short = ExpertSets(6).update(*same_token(route(z[0, a & b]), route(z[1, a & b])))
    assert routing_consistency(masked) == routing_consistency(short)
    assert router_saturation(masked) == router_saturation(short)
    assert saturation_by_load(masked) == saturation_by_load(short)


def test_newborn_experts_were_nobodys_choice():
    z = torch.rand(100, 6)
    before, after = route(z[:, :4]), route(z)
    found = router_saturation(ExpertSets(6).update(*same_token(before, after)))
    sets = list(zip(rows(before), rows(after)))
    assert found.value == pytest.approx(sum(len(x & y) for x, y in sets) / 200)


@pytest.mark.parametrize("lag", [1, 3])
def test_neighbours_against_a_loop(lag):
    torch.manual_seed(13)
    mask, sequence = torch.rand(200) < 0.8, torch.arange(200) // 17
    routing = route(torch.randn(200, 6), mask=mask)
    sets, shared, pairs = rows(routing), 0, 0
    for t in range(200 - lag):
        if mask[t] and mask[t + lag] and sequence[t] == sequence[t + lag]:
            shared, pairs = shared + len(sets[t] & sets[t + lag]), pairs + 1
    found = sequential_overlap(ExpertSets(6).update(*neighbours(routing, sequence, lag)))
    assert found.n == pairs
    assert found.value == pytest.approx(shared / (2 * pairs), **CLOSE)
    assert found.floor == pytest.approx(2 / 6)


def test_sequential_overlap_best_worst_and_dice():
    still = route(torch.rand(1, 8).expand(50, 8))
    assert sequential_overlap(ExpertSets(8).update(*neighbours(still))).value == 1
    turns = route(torch.eye(2).repeat_interleave(2, 1).repeat(25, 1))
    assert sequential_overlap(ExpertSets(4).update(*neighbours(turns))).value == 0
    torch.manual_seed(14)
    random = sequential_overlap(ExpertSets(8).update(*neighbours(dice(20_000, 8, 2))))
    assert abs(random.value - random.floor) < 4.5 * 0.5 / 20_000**0.5
    nobody = sequential_overlap(ExpertSets(8).update(*neighbours(dice(1, 8, 2))))
    assert np.isnan(nobody.value) and nobody.n == 0
