"""The Differentiable Neural Computer against loops that follow the papers' formulas index by index."""

from math import exp, log, prod, sqrt

import pytest
import torch

from moe_lab.memory.dnc.addressing import EPSILON, cosine, masked_cosine
from moe_lab.memory.dnc.allocation import allocation, next_usage, retention
from moe_lab.memory.dnc.computer import DNC, SIZES
from moe_lab.memory.dnc.links import next_links, next_precedence, sharpen
from moe_lab.memory.dnc.memory import REPAIRS, Memory
from moe_lab.memory.dnc.signals import Signals, oneplus

B, N, W, R, STEPS = 2, 5, 3, 2, 7


def softmax(xs):
    top = max(xs)
    return [exp(x - top) / sum(exp(y - top) for y in xs) for x in xs]


def naive_cosine(key, slot, mask):
    key, slot = ([m * x for m, x in zip(mask, row)] for row in (key, slot))
    long, wide = (sqrt(sum(x * x for x in row) + EPSILON) for row in (key, slot))
    return sum(a * b for a, b in zip(key, slot)) / (long * wide)


def naive_content(told, prefix, head, memory):
    key, strength = told[f"{prefix} key"][head], told[f"{prefix} strength"][head][0]
    mask = told.get(f"{prefix} mask", [[1.0] * len(key)] * (head + 1))[head]
    return softmax([strength * naive_cosine(key, slot, mask) for slot in memory])


def naive_allocation(usage):
    usage = [EPSILON + (1 - EPSILON) * u for u in usage]
    order = sorted(range(len(usage)), key=lambda i: (usage[i], i))
    offered = [0.0] * len(usage)
    for place, slot in enumerate(order):
        offered[slot] = (1 - usage[slot]) * prod(usage[before] for before in order[:place])
    return offered


def naive_sharpen(weights, power):
    weights = [(w + EPSILON) ** power for w in weights]
    return [w / sum(weights) for w in weights]


class NaiveMemory:
    "One sequence; lists of numbers, one formula of the papers a line."

    def __init__(self, wipes):
        self.wipes = wipes
        self.memory = [[0.0] * W for _ in range(N)]
        self.usage, self.write, self.precedence = [0.0] * N, [0.0] * N, [0.0] * N
        self.read, self.links = [[0.0] * N for _ in range(R)], [[0.0] * N for _ in range(N)]

    def step(self, told):
        slots, numbers, heads = range(N), range(W), range(R)
        kept = [prod(1 - told["free"][r][0] * self.read[r][i] for r in heads) for i in slots]
        self.usage = [(u + w - u * w) * k for u, w, k in zip(self.usage, self.write, kept)]
        found, offered = naive_content(told, "write", 0, self.memory), naive_allocation(self.usage)
        ga, gw = told["allocation gate"][0][0], told["write gate"][0][0]
        self.write = [gw * (ga * offered[i] + (1 - ga) * found[i]) for i in slots]
        w, erase, value = self.write, told["erase"][0], told["value"][0]
        old = [[m * (kept[i] if self.wipes else 1) for m in self.memory[i]] for i in slots]
        self.memory = [[old[i][j] * (1 - w[i] * erase[j]) + w[i] * value[j] for j in numbers] for i in slots]
        p = self.precedence
        self.links = [
            [0.0 if i == j else (1 - w[i] - w[j]) * self.links[i][j] + w[i] * p[j] for j in slots]
            for i in slots
        ]
        self.precedence = [(1 - sum(w)) * p[i] + w[i] for i in slots]
        self.read = [self.look(told, r) for r in heads]
        return [[sum(self.read[r][i] * self.memory[i][j] for i in slots) for j in numbers] for r in heads]

    def look(self, told, r):
        before = self.read[r]
        back = [sum(self.links[j][i] * before[j] for j in range(N)) for i in range(N)]
        on = [sum(self.links[i][j] * before[j] for j in range(N)) for i in range(N)]
        if "forward sharpness" in told:
            back, on = (
                naive_sharpen(back, told["backward sharpness"][r][0]),
                naive_sharpen(on, told["forward sharpness"][r][0]),
            )
        ways = back, naive_content(told, "read", r, self.memory), on
        return [sum(share * way[i] for share, way in zip(told["modes"][r], ways)) for i in range(N)]


def told_and_memory(repairs, seed=0):
    torch.manual_seed(seed)
    memory = Memory(N, W, R, REPAIRS[repairs]).double()
    signals = Signals(memory.signals())
    return memory, [signals(3 * torch.randn(B, signals.size, dtype=torch.float64)) for _ in range(STEPS)]


@pytest.mark.parametrize("repairs", REPAIRS)
def test_every_step_of_the_memory_is_the_naive_loops(repairs):
    memory, told = told_and_memory(repairs)
    naive = [NaiveMemory(wipes=repairs in ("wipes", "all three")) for _ in range(B)]
    moment = memory.begin(B)
    for signals in told:
        read, moment = memory(signals, moment)
        for b, one in enumerate(naive):
            expected = one.step({name: value[b].tolist() for name, value in signals.items()})
            torch.testing.assert_close(
                read[b], torch.tensor(expected, dtype=torch.float64), rtol=1e-9, atol=1e-12
            )
            for name, ours in moment._asdict().items():
                theirs = torch.tensor(getattr(one, name), dtype=torch.float64)
                torch.testing.assert_close(
                    ours[b], theirs, rtol=1e-9, atol=1e-12, msg=lambda m, n=name: f"{n}: {m}"
                )


def test_the_repairs_change_what_they_should():
    told = {name: told_and_memory(name)[1] for name in REPAIRS}
    assert {"write mask", "read mask"} <= told["masks"][0].keys() - told["none"][0].keys()
    assert {"backward sharpness", "forward sharpness"} == told["sharp links"][0].keys() - told["none"][
        0
    ].keys()
    finals = {}
    for name in ("none", "wipes"):
        memory, said = told_and_memory(name)
        moment = memory.begin(B)
        for signals in said:
            _, moment = memory(signals, moment)
        finals[name] = moment.memory
    assert not torch.allclose(finals["none"], finals["wipes"])


@pytest.mark.parametrize("repairs", ["none", "all three"])
def test_gradients_of_the_whole_computer_are_those_of_finite_differences(repairs):
    torch.manual_seed(1)
    model = DNC(3, 2, n_slots=4, width=3, read_heads=2, hidden=5, parts=REPAIRS[repairs]).double()
    inputs = torch.randn(1, 5, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(model, (inputs,))
    loss = lambda: model(inputs.detach()).square().sum()  # noqa: E731
    loss().backward()
    step = 1e-6
    for name, p in model.named_parameters():
        at = p.grad.abs().flatten().argmax()
        with torch.no_grad():
            p.view(-1)[at] += step
            above = loss()
            p.view(-1)[at] -= 2 * step
            below = loss()
            p.view(-1)[at] += step
        assert abs((above - below) / (2 * step) - p.grad.flatten()[at]) < 1e-5 * (1 + p.grad.abs().max()), (
            name
        )


def test_gradients_of_each_equation():
    double = {"dtype": torch.float64}
    weights = torch.rand(B, N, **double).softmax(-1).requires_grad_()
    read = torch.rand(B, R, N, **double).softmax(-1).requires_grad_()
    key, memory = (
        torch.randn(B, R, W, **double, requires_grad=True),
        torch.randn(B, N, W, **double, requires_grad=True),
    )
    check = torch.autograd.gradcheck
    assert check(cosine, (key, memory)) and check(masked_cosine, (key, memory, torch.rand(B, R, W, **double)))
    assert check(allocation, (torch.rand(B, N, **double, requires_grad=True),))
    assert check(retention, (torch.rand(B, R, 1, **double, requires_grad=True), read))
    assert check(lambda u, w: next_usage(u, w, torch.ones_like(u)), (torch.rand(B, N, **double), weights))
    assert check(sharpen, (read, torch.full((B, R, 1), 3.0, **double, requires_grad=True)))
    others, links = 1 - torch.eye(N, **double), torch.rand(B, N, N, **double, requires_grad=True)
    assert check(lambda m, p, w: next_links(m, p, w, others), (links, weights.detach().clone(), weights))
    assert check(next_precedence, (torch.rand(B, N, **double, requires_grad=True), weights))


def test_allocation_is_the_naive_loops_and_its_gradient_that_of_the_product():
    torch.manual_seed(0)
    for usage in (torch.rand(4, 9), torch.rand(4, 9).round(), torch.zeros(4, 9), torch.ones(4, 9)):
        usage = usage.double().requires_grad_()
        offered = allocation(usage)
        expected = torch.tensor([naive_allocation(row) for row in usage.tolist()], dtype=torch.float64)
        torch.testing.assert_close(offered, expected, rtol=1e-9, atol=1e-12)
        shrunk = EPSILON + (1 - EPSILON) * usage
        rising, order = shrunk.sort(dim=-1, stable=True)
        before = torch.cat([torch.ones_like(rising[:, :1]), rising.cumprod(-1)[:, :-1]], -1)
        product = torch.zeros_like(usage).scatter(-1, order, (1 - rising) * before)
        weigh = torch.randn_like(usage)
        ours, theirs = (torch.autograd.grad((one * weigh).sum(), usage)[0] for one in (offered, product))
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)


def test_oneplus_is_the_papers():
    for x in (-40.0, -1.0, 0.0, 3.0):
        assert abs(oneplus(torch.tensor(x, dtype=torch.float64)) - (1 + log(1 + exp(x)))) < 1e-12


@pytest.mark.parametrize("repairs", REPAIRS)
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e4, 1e30])
def test_nothing_becomes_nan_whatever_the_input_and_the_weights(repairs, scale):
    torch.manual_seed(0)
    model = DNC(4, 3, n_slots=6, width=4, read_heads=2, hidden=8, parts=REPAIRS[repairs])
    inputs = (scale * torch.randn(2, 30, 4)).requires_grad_()
    for grown in (1.0, 1e4):  # a controller that says extreme things, as after a bad step of the optimizer
        with torch.no_grad():
            model.interface.weight.mul_(grown)
        trace = model.trace(inputs)
        for part in (trace.logits, *trace.moments, *trace.told.values()):
            assert part.isfinite().all()
        model.zero_grad()
        trace.logits.sum().backward()
        for name, p in model.named_parameters():
            assert p.grad.isfinite().all(), name
        assert inputs.grad.isfinite().all()


@pytest.mark.parametrize("repairs", REPAIRS)
def test_half_precision_around_it_leaves_the_steps_as_they_are(repairs):
    torch.manual_seed(0)
    model, x = DNC(9, 8, parts=REPAIRS[repairs]), torch.rand(2, 9, 9)
    whole = torch.stack([both for both, _, _ in model.steps(x)])
    with torch.autocast("cpu", torch.bfloat16):
        halved = torch.stack([both for both, _, _ in model.steps(x)])
        model(x).float().square().mean().backward()
    assert halved.dtype == torch.float32 and torch.allclose(halved, whole, atol=0.02)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("size", SIZES)
def test_a_sequence_forty_times_longer_than_the_memory_stays_within_bounds(size):
    torch.manual_seed(0)
    size = SIZES[size]
    length = 40 * size["n_slots"]
    with torch.no_grad():
        trace = DNC(9, 8, **size).trace(torch.randint(0, 2, (1, length, 9)).float())
    moments = trace.moments
    assert trace.logits.isfinite().all() and trace.logits.shape == (1, length, 8)
    for share in (moments.usage, moments.write.sum(-1), moments.read.sum(-1), moments.precedence.sum(-1)):
        assert share.min() > -1e-5 and share.max() < 1 + 1e-4
    for way in (-1, -2):
        assert moments.links.sum(way).max() < 1 + 1e-4
    assert moments.links.min() > -1e-5
