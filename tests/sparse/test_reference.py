"SET, RigL and the budgets of their papers, written as plain loops, against the library's."

import math
import random
from math import prod

import numpy as np
import pytest
import torch

from moe_lab.sparse.evolution import EVOLUTIONS, by_magnitude, by_sign, exchange, strongest
from moe_lab.sparse.masks import erdos_renyi, erk, random_mask, uniform


def dropped_by_set(weight: list[float], mask: list[bool], zeta: float) -> set[int]:
    "The fraction ζ of the smallest positive and of the largest negative weights (1707.04780, Algorithm 1)."
    up = sorted((w, i) for i, (w, there) in enumerate(zip(weight, mask)) if there and w > 0)
    down = sorted((-w, i) for i, (w, there) in enumerate(zip(weight, mask)) if there and w < 0)
    return {i for side in (up, down) for _, i in side[: math.floor(zeta * len(side) + 1e-9)]}


def dropped_by_rigl(weight: list[float], mask: list[bool], zeta: float) -> set[int]:
    "ArgTopK(−|θ|, ζ·N) among active connections (1911.11134, Algorithm 1)."
    own = sorted((abs(w), i) for i, (w, there) in enumerate(zip(weight, mask)) if there)
    return {i for _, i in own[: math.floor(zeta * len(own) + 1e-9)]}


def grown_by_rigl(gradient: list[float], kept: set[int], n: int) -> set[int]:
    "ArgTopK over everything that is not kept, what was dropped included."
    free = sorted(((-abs(g), i) for i, g in enumerate(gradient) if i not in kept))
    return {i for _, i in free[:n]}


@pytest.mark.parametrize("zeta", [0.0, 0.1, 0.3, 0.77, 1.0])
@pytest.mark.parametrize("density", [0.03, 0.4, 0.9])
def test_what_goes_and_what_comes(zeta, density):
    torch.manual_seed(0)
    mask = random_mask((3, 211), density)
    weight, gradient = torch.randn(3, 211) * mask, torch.randn(3, 211)
    found = exchange(EVOLUTIONS["rigl"], weight, mask, zeta, torch.Generator(), gradient)
    for row in range(3):
        w, m = weight[row].tolist(), mask[row].tolist()
        gone = dropped_by_rigl(w, m, zeta)
        assert set(by_magnitude(weight, mask, zeta)[row].nonzero()[:, 0].tolist()) == gone
        assert set(by_sign(weight, mask, zeta)[row].nonzero()[:, 0].tolist()) == dropped_by_set(w, m, zeta)
        kept = {i for i, there in enumerate(m) if there} - gone
        told = grown_by_rigl(gradient[row].tolist(), kept, len(gone))
        assert set(found.grown[row].nonzero()[:, 0].tolist()) == told
        assert set(found.mask[row].nonzero()[:, 0].tolist()) == kept | told


def test_set_grows_everywhere_alike():
    "Over many steps every free place is taken as often as any other; a loop with Python's dice does the same."
    mask = random_mask((1, 40), 0.25, torch.Generator().manual_seed(1))
    weight = torch.arange(1.0, 41)[None] * mask
    dice, times, trials = torch.Generator().manual_seed(2), torch.zeros(40), 3000
    for _ in range(trials):
        found = exchange(EVOLUTIONS["set"], weight, mask, 0.5, dice)
        assert not (found.grown & found.kept).any() and int(found.mask.sum()) == 10
        times += found.grown[0]
    kept = found.kept[0]
    free = [i for i in range(40) if not kept[i]]
    told, chance = np.zeros(40), random.Random(0)
    for _ in range(trials):
        told[chance.sample(free, 5)] += 1
    expected = trials * 5 / len(free)
    for counts in (times.numpy(), told):
        squares = float(((counts[free] - expected) ** 2).sum() / expected)
        assert squares < len(free) + 4 * (2 * len(free)) ** 0.5 and not counts[kept.numpy()].any()


def densities_by_the_paper(shapes, density, kernels):
    "ε(n + m)/(n·m), with ε found by halving intervals, where no layer has more than all (1707.04780, equation 1)."

    def share(shape, epsilon):
        parts = shape if kernels else shape[:2]
        return min(1.0, epsilon * sum(parts) / prod(parts))

    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        total = sum(prod(s) * share(s, middle) for s in shapes.values())
        low, high = (middle, high) if total < density * sum(map(prod, shapes.values())) else (low, middle)
    return {name: share(shape, low) for name, shape in shapes.items()}


NETS = {
    "SET's": {"1": (1000, 784), "2": (1000, 1000), "3": (1000, 1000), "4": (10, 1000)},
    "a narrow end": {"1": (300, 784), "2": (100, 300), "3": (10, 100), "4": (2, 10)},
    "kernels": {"1": (64, 3, 7, 7), "2": (64, 64, 3, 3), "3": (128, 64, 1, 1), "4": (10, 128)},
}


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("density", [0.001, 0.05, 0.4, 0.95, 1.0])
def test_budgets_are_those_of_the_papers(net, density):
    shapes = NETS[net]
    for rule, kernels in ((erdos_renyi, False), (erk, True)):
        found, told = rule(shapes, density), densities_by_the_paper(shapes, density, kernels)
        for name in shapes:
            assert found[name] == pytest.approx(told[name], rel=1e-6), (rule.__name__, name)
    assert [*uniform(shapes, density).values()] == pytest.approx([density] * len(shapes))


def test_ties_change_neither_how_many_go_nor_how_many_come():
    "All weights alike, all gradients 0, as where an input is always 0."
    mask = random_mask((2, 50), 0.4)
    ones, none = mask.float(), torch.zeros(2, 50)
    found = exchange(EVOLUTIONS["rigl"], ones, mask, 0.5, torch.Generator(), none)
    assert found.kept.sum(1).tolist() == [10, 10] and found.mask.sum(1).tolist() == [20, 20]
    assert strongest(none, mask, torch.tensor([20, 0])).sum(1).tolist() == [20, 0]
