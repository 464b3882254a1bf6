"Quantile balancing and Expert Threshold, against loops that follow their printed rules."

import math

import pytest
import torch
from torch import Tensor

from moe_lab.routing.adjustments import Feedback, raw
from moe_lab.routing.capacity import best_assignment
from moe_lab.routing.decision import Context
from moe_lab.routing.quantiles.by_quantiles import expert_threshold, quantile_balanced
from moe_lab.routing.quantiles.cutoffs import QuantileBias
from moe_lab.routing.selection import sigmoid


def bias_by_loop(scores: list[list[float]], bias: list[float], k: int) -> list[float]:
    "kexue 11619: −b_j is the (q + 1)-th largest of s_ij − α_i, α_i the (k + 1)-th largest of s_ij + b_j; q = kT/E."
    n_tokens, n_experts = len(scores), len(bias)
    new = []
    for j in range(n_experts):
        margins = []
        for row in scores:
            biased = sorted((s + b for s, b in zip(row, bias)), reverse=True)
            margins.append(row[j] - biased[k])
        margins.sort(reverse=True)
        new.append(-margins[round(k * n_tokens / n_experts)])
    middle = sum(new) / n_experts
    return [b - middle for b in new]


@pytest.mark.parametrize(("n_tokens", "n_experts", "k"), [(24, 4, 1), (40, 8, 3), (33, 6, 2)])
def test_the_bias_follows_the_printed_rule(n_tokens, n_experts, k):
    torch.manual_seed(k)
    part = QuantileBias(n_experts, k).double()
    bias = [0.0] * n_experts
    for _ in range(4):
        logits, context = torch.randn(n_tokens, n_experts, dtype=torch.float64), Context()
        part(logits, context)
        part.after_step(
            Feedback(torch.ones(n_experts), torch.zeros(n_experts), cutoffs=context.notes["cutoffs"])
        )
        bias = bias_by_loop(logits.softmax(-1).tolist(), bias, k)
        torch.testing.assert_close(part.bias.tolist(), bias, rtol=0, atol=1e-6)


def skewed(n_tokens: int, n_experts: int) -> Tensor:
    x = torch.randn(n_tokens, 8)
    x[:, -1] = 1
    return x


def settled(router, n: int = 40) -> Tensor:
    "A batch that the router has seen often, with its first experts liked most."
    torch.manual_seed(0)
    x = skewed(96, router.n_experts)
    with torch.no_grad():
        router.score.weight[:, -1] = torch.linspace(2, 0, router.n_experts)
    for _ in range(n):
        routing = router(x)
        router.after_step(
            Feedback(routing.counts.float(), torch.zeros(router.n_experts), cutoffs=routing.notes["cutoffs"])
        )
    return x


def test_where_it_settles_is_the_best_even_assignment():
    "The rule comes from that problem's dual: the sum of chosen scores is nearly the greatest of all even choices."
    router = quantile_balanced(8, 4, 1)
    x = settled(router)
    with torch.no_grad():
        scores = router.score(x, Context()).softmax(-1)
    chosen = router(x)
    assert (chosen.counts - 24).abs().max() <= 4  # of 24: few tokens, and each step moves all experts
    best = scores.gather(1, best_assignment(scores)[:, None]).sum()
    assert scores[chosen.token, chosen.expert].sum() == pytest.approx(float(best), rel=0.03)


def test_a_threshold_is_the_moving_average_of_the_last_token_that_an_expert_would_take():
    torch.manual_seed(0)
    router, kept = expert_threshold(8, 4, capacity_factor=1.5, ema=0.8), [None] * 4
    for _ in range(5):
        x = skewed(32, 4)
        routing = router(x)
        router.after_step(Feedback(routing.counts.float(), torch.zeros(4), cutoffs=routing.notes["cutoffs"]))
        for j in range(4):
            fits = sorted((row[j] for row in routing.logits.detach().log_softmax(-1).tolist()), reverse=True)
            cut = fits[math.ceil(1.5 * 32 / 4) - 1]
            kept[j] = cut if kept[j] is None else 0.8 * kept[j] + 0.2 * cut
        torch.testing.assert_close(router.adjustments[0].thresholds.tolist(), kept, rtol=0, atol=1e-5)


def test_expert_threshold_is_the_papers_algorithm():
    "2603.11535, algorithm 1: z = 1{r > c}, then c ← β·c + (1 − β)·the k-th largest r; weights σ(r)."
    torch.manual_seed(0)
    router, cuts, beta = expert_threshold(8, 4, 1.5, sigmoid, 0.8, raw), [0.0] * 4, 0.8
    for step in range(5):
        x = skewed(32, 4)
        routing = router(x)
        r, table = routing.logits.tolist(), torch.zeros(32, 4)
        table[routing.token, routing.expert] = routing.weight.detach()
        for t in range(32):
            for i in range(4):
                weight = 1 / (1 + math.exp(-r[t][i])) if r[t][i] > cuts[i] else 0.0
                assert float(table[t, i]) == pytest.approx(weight, abs=1e-6)
        router.after_step(Feedback(routing.counts.float(), torch.zeros(4), cutoffs=routing.notes["cutoffs"]))
        for i in range(4):
            largest = sorted((row[i] for row in r), reverse=True)[math.ceil(1.5 * 32 / 4) - 1]
            cuts[i] = (
                beta * cuts[i] + (1 - beta) * largest if step else largest
            )  # this kit begins with the first
        torch.testing.assert_close(router.adjustments[0].thresholds.tolist(), cuts, rtol=0, atol=1e-5)


@pytest.mark.parametrize("make", [quantile_balanced, expert_threshold])
def test_what_is_noted_leaves_padding_out_and_is_not_noted_at_inference(make):
    torch.manual_seed(0)
    router, x = make(8, 4), torch.randn(20, 8)
    mask = torch.arange(20) < 12
    garbage = x.masked_fill(~mask[:, None], 100.0)
    noted = router(garbage, Context(mask=mask)).notes["cutoffs"]
    torch.testing.assert_close(noted, router(x[:12]).notes["cutoffs"])
    assert "cutoffs" not in router.eval()(x).notes
