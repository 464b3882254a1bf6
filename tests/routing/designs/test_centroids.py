"The k-means router against a loop that keeps a running average of what each expert was sent (2605.12476)."

import math

import torch

from moe_lab.experts.experts import FFN
from moe_lab.experts.moe import MoE, observe
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.centroids import online_kmeans

D, E, K, EMA = 6, 4, 2, 0.8


def cosine(a: list[float], b: list[float]) -> float:
    return sum(p * q for p, q in zip(a, b)) / math.sqrt(sum(p * p for p in a) * sum(q * q for q in b))


def step_by_loop(tokens: list[list[float]], averages: list[list[float]], old: list[float]):
    "Who goes where, by cosine; then each average takes its visitors in: w·a + Σ x, w what its past still weighs."
    chosen = [sorted(range(E), key=lambda e: -cosine(x, averages[e]))[:K] for x in tokens]
    for e in range(E):
        visitors = [x for x, experts in zip(tokens, chosen) if e in experts]
        if not visitors:
            continue
        fresh = [sum(x[i] for x in visitors) / len(tokens) for i in range(D)]
        keep = EMA if old[e] else 0.0
        averages[e] = [keep * a + (1 - keep) * f for a, f in zip(averages[e], fresh)]
        old[e] = True
    return chosen


def test_it_follows_running_averages():
    torch.manual_seed(0)
    router = online_kmeans(D, E, K, ema=EMA).double()
    layer = MoE(router, FFN(D, 4, E).double())
    averages, old = router.score.mean.tolist(), [False] * E
    for _ in range(6):
        x = torch.randn(9, D, dtype=torch.float64) + torch.eye(D, dtype=torch.float64)[0]
        with observe(layer) as seen:
            layer(x).sum().backward()
        routing = seen[0][1]
        chosen = step_by_loop(x.tolist(), averages, old)
        assert routing.visits.nonzero()[:, 1].view(-1, K).tolist() == [sorted(experts) for experts in chosen]
        router.after_step(layer.feedback([routing]))
        torch.testing.assert_close(router.score.mean.tolist(), averages, rtol=1e-5, atol=1e-6)


def test_batches_of_any_size_are_averaged_over_all_their_tokens():
    torch.manual_seed(0)
    router, x = online_kmeans(D, E, K), torch.randn(12, D)
    layer = MoE(router, FFN(D, 4, E))
    layer(x).sum().backward()
    at_once = layer.feedback([router(x)]).sums
    halves = layer.feedback([router(half) for half in x.split(6)]).sums
    torch.testing.assert_close(halves, at_once)
    padded = router(x, Context(mask=torch.arange(12) < 6)).notes["sums"]
    torch.testing.assert_close(padded, router(x[:6]).notes["sums"])


def test_nothing_that_is_chosen_or_weighed_moves_by_gradients():
    torch.manual_seed(0)
    router = online_kmeans(D, E, K)
    assert not [*router.parameters()]
    assert not router(torch.randn(5, D)).weight.requires_grad
