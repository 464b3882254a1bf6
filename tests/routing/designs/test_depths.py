"Mixture-of-Depths against a loop over sequences and tokens (2404.02258, as public reimplementations have it)."

import math

import torch
from torch import nn

from moe_lab.experts.designs.blocks import DepthLayer
from moe_lab.experts.moe import observe
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.depths import by_logit, foretelling_loss, mixture_of_depths

D = 6


class Mixing(nn.Module):
    "A block in which those who pass hear of each other: each is given the sum of all that came before it."

    def forward(self, rows, real):
        return (rows * real[..., None]).cumsum(1)


def layer_by_loop(x: torch.Tensor, logits: list[list[float]], room: float) -> torch.Tensor:
    "x + r·f(chosen) for the ⌈c·L⌉ tokens of each sequence with the largest r, x for the rest."
    y = x.clone()
    for row, own in enumerate(logits):
        best = sorted(range(len(own)), key=lambda i: -own[i])[: math.ceil(room * len(own))]
        heard = torch.zeros(x.shape[2], dtype=x.dtype)
        for i in sorted(best):
            heard = heard + x[row, i]
            y[row, i] = x[row, i] + own[i] * heard
    return y


def test_the_layer_is_the_loop():
    torch.manual_seed(0)
    for room in (0.125, 0.4, 1.0):
        router = mixture_of_depths(D, 1, capacity_factor=room, gate=by_logit, foretold=False).double()
        x = torch.randn(3, 10, D, dtype=torch.float64)
        logits = (x @ router.score.weight[0]).tolist()
        expected = layer_by_loop(x, logits, room)
        torch.testing.assert_close(DepthLayer(router, Mixing())(x), expected, rtol=1e-6, atol=1e-9)


def test_every_expert_takes_its_own_best_of_each_sequence():
    torch.manual_seed(0)
    router, sequence = mixture_of_depths(D, 3, capacity_factor=1.4), torch.tensor([0] * 4 + [3] * 9 + [4])
    x = torch.randn(14, D)
    routing = router(x, Context(sequence=sequence))
    for expert in range(3):
        for number in (0, 3, 4):
            rows = [t for t in range(14) if sequence[t] == number]
            best = sorted(rows, key=lambda t: -float(routing.logits[t, expert].detach()))
            taken = set(best[: math.ceil(1.4 * len(rows) / 3)])
            assert taken == {t for t in rows if routing.visits[t, expert]}
    torch.testing.assert_close(
        routing.weight, routing.logits[routing.token, routing.expert].sigmoid(), rtol=0, atol=1e-6
    )


def test_the_loss_is_the_surprise_at_who_was_chosen():
    torch.manual_seed(0)
    for foretold in (True, False):
        mask = torch.arange(12) < 9
        router = mixture_of_depths(D, 2, capacity_factor=0.5, foretold=foretold)
        routing = router(torch.randn(12, D), Context(mask=mask))
        total = 0.0
        for t in range(9):
            for e in range(2):
                p = 1 / (1 + math.exp(-float(routing.notes["foretold"][t, e].detach())))
                total -= math.log(p if routing.visits[t, e] else 1 - p)
        torch.testing.assert_close(float(foretelling_loss(routing).detach()), total / 18, rtol=1e-5, atol=0)
        foretelling_loss(routing).backward()
        directions = router.score.directions.weight if foretold else router.score.weight
        assert (directions.grad is None) == foretold  # the network's loss leaves the router alone


def test_who_passes_at_inference_is_foretold_token_by_token():
    torch.manual_seed(0)
    router, x = mixture_of_depths(D, 1).eval(), torch.randn(20, D)
    routing = router(x)
    assert torch.equal(routing.visits, routing.notes["foretold"] >= 0)
    layer = DepthLayer(router, Mixing())
    with observe(layer) as seen:
        nobody = layer(-1e-3 * torch.zeros(1, 0, D))
    assert nobody.shape == (1, 0, D) and len(seen) == 1
