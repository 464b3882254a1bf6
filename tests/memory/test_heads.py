"PEER against a loop over tokens, heads and all N keys (2407.04153, algorithm 1)."

import math

import torch

from moe_lab.experts.moe import observe
from moe_lab.memory.heads import peer
from moe_lab.routing.decision import Context


def gelu(v: float) -> float:
    return v * (1 + math.erf(v / math.sqrt(2))) / 2


def dot(a: list[float], b: list[float]) -> float:
    return sum(p * q for p, q in zip(a, b))


def by_loop(layer, x: list[float], k: int) -> list[float]:
    "Σ over heads and their k best keys of softmax weight · gelu(u·x) · v."
    first, second = layer.router.score.first.tolist(), layer.router.score.second.tolist()
    r, answer = layer.router.score.d, [0.0] * len(x)
    asked = [dot(row, x) for row in layer.ask.weight.tolist()]
    for head in range(layer.heads):
        question = asked[head * r : (head + 1) * r]
        scores = [dot(a, question[: r // 2]) + dot(b, question[r // 2 :]) for a in first for b in second]
        best = sorted(range(len(scores)), key=lambda n: -scores[n])[:k]
        total = sum(math.exp(scores[n]) for n in best)
        for n in best:
            fired = math.exp(scores[n]) / total * gelu(dot(layer.experts.down[n, :, 0].tolist(), x))
            answer = [a + fired * v for a, v in zip(answer, layer.experts.up[n, 0].tolist())]
    return answer


def test_heads_find_what_the_loop_finds():
    torch.manual_seed(0)
    layer, x = peer(6, 20, k=3, heads=4, r=8).double(), torch.randn(7, 6, dtype=torch.float64)
    with torch.no_grad():
        expected = [by_loop(layer, row, 3) for row in x.tolist()]
        torch.testing.assert_close(layer(x).tolist(), expected, rtol=1e-6, atol=1e-9)


def test_padding_asks_nothing_and_a_unit_learns_from_every_head_that_found_it():
    torch.manual_seed(0)
    layer, x = peer(6, 9, k=9, heads=2), torch.randn(5, 6)
    with observe(layer) as seen:
        y = layer(x, Context(mask=torch.tensor([True, True, False, True, False])))
    assert torch.equal(seen[0][1].token.unique(), torch.tensor([0, 1, 2, 3, 6, 7]))
    assert not y[[2, 4]].any()
    y.square().sum().backward()
    assert layer.experts.up.grad.flatten(1).any(1).all() and layer.ask.weight.grad.abs().sum() > 0
