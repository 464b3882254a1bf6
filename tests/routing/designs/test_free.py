"MoE++'s router, experts and loss against loops that follow its public code (2410.07348)."

import math

import torch

from moe_lab.experts.designs.cheap import Constants, Copies, SideBySide, Zeros
from moe_lab.experts.experts import FFN
from moe_lab.experts.moe import MoE
from moe_lab.routing.decision import Context
from moe_lab.routing.designs.free import heterogeneous_balance, moe_plus_plus

D, E, K, FREE = 6, 7, 2, 4


def softmax(row: list[float]) -> list[float]:
    up = [math.exp(v) for v in row]
    return [u / sum(up) for u in up]


def product(rows: list[list[float]], vector: list[float]) -> list[float]:
    return [sum(w * v for w, v in zip(row, vector)) for row in rows]


def layer_by_loop(layer: MoE, x: list[float], below: list[float] | None) -> tuple[list[float], list[float]]:
    "What one token is given, and its logits: working experts, two constants, a copy, a zero."
    score = layer.router.score
    logits = product(score.score.weight.tolist(), x)
    if below is not None:
        logits = [a + b for a, b in zip(logits, product(score.bias.weight.tolist(), below))]
    gates = softmax(logits)
    best = sorted(range(E), key=lambda e: -logits[e])[:K]
    workers, constants, _, _ = layer.experts.sets
    y = [0.0] * D
    for e in best:
        if e < 3:
            said = workers.each()[e](torch.tensor([x], dtype=torch.float64))[0].tolist()
        elif e < 5:
            alpha, beta = softmax(product(constants.mix[e - 3].T.tolist(), x))
            said = [alpha * own + beta * v for own, v in zip(x, constants.value[e - 3, 0].tolist())]
        else:
            said = x if e == 5 else [0.0] * D
        y = [a + gates[e] * b for a, b in zip(y, said)]
    return y, logits


def test_two_layers_are_the_loop():
    torch.manual_seed(0)

    def layer() -> MoE:
        kinds = [FFN(D, 4, E - FREE), Constants(D, 2), Copies((D,), 1), Zeros((D,), 1)]
        return MoE(moe_plus_plus(D, E, K, n_free=FREE), SideBySide(kinds)).double()

    first, second = layer(), layer()
    x, told = torch.randn(40, D, dtype=torch.float64), Context()
    with torch.no_grad():
        middle = first(x, told)
        last = second(middle, told)
        for t in range(40):
            a, logits = layer_by_loop(first, x[t].tolist(), None)
            b, _ = layer_by_loop(second, a, logits)
            torch.testing.assert_close(middle[t].tolist(), a, rtol=1e-6, atol=1e-9)
            torch.testing.assert_close(last[t].tolist(), b, rtol=1e-6, atol=1e-9)
        assert (first.router(x).counts > 0).all()


def test_the_loss_is_the_weighted_sum_of_shares_and_probabilities():
    torch.manual_seed(0)
    router, mask = moe_plus_plus(D, E, K, n_free=FREE, price=0.4), torch.arange(30) < 25
    routing = router(torch.randn(30, D), Context(mask=mask))
    gates = [softmax(row) for row in routing.logits[:25].tolist()]
    prices = [1.0] * (E - FREE) + [0.4] * FREE
    total = sum(
        price * float((routing.expert == e).sum()) / 25 * sum(row[e] for row in gates) / 25
        for e, price in enumerate(prices)
    )
    expected = total / K * sum(1 / price for price in prices)  # in units of its value at balance
    torch.testing.assert_close(float(heterogeneous_balance(routing).detach()), expected, rtol=1e-5, atol=0)
