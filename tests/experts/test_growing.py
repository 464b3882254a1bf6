"""Experts that are born, pruned and upcycled: what they say, and what the optimizer remembers of them."""

import warnings
from copy import deepcopy

import hypothesis.strategies as st
import pytest
import torch
from experts.pairs import D, H, ones, routed, top
from hypothesis import given, settings

from moe_lab.experts.dispatch import apply_experts
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import SQUARES, MoE, observe
from moe_lab.experts.upcycling import upcycle
from moe_lab.routing.presets import srnn, top_k
from moe_lab.routing.selection import softmax_chosen


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


OPTIMIZERS = {
    "Adam": lambda p: torch.optim.Adam(p, fused=False),
    "fused Adam": lambda p: torch.optim.Adam(p, fused=True),
    "AdamW amsgrad": lambda p: torch.optim.AdamW(p, amsgrad=True),
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "Adafactor": lambda p: torch.optim.Adafactor(p, lr=0.1),
    "SGD momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
}
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)


def step(moe: MoE, optimizer: torch.optim.Optimizer, x: torch.Tensor):
    optimizer.zero_grad()
    with observe(moe) as seen:
        moe(x).square().mean().backward()
    moe.router.after_step(moe.feedback([routing for _, routing in seen]))
    optimizer.step()


def trained(optimizer, n_experts: int = 4) -> tuple[MoE, torch.optim.Optimizer]:
    moe = MoE(srnn(D, n_experts), Bottleneck(D, H, n_experts))
    rule = optimizer(moe.parameters())
    for _ in range(3):
        step(moe, rule, torch.randn(20, D))
    return moe, rule


def memory(optimizer: torch.optim.Optimizer, moe: MoE) -> dict:
    "What the optimizer remembers, by parameter name and kind."
    return {
        (name, kind): value.clone()
        for name, parameter in moe.named_parameters()
        for kind, value in optimizer.state[parameter].items()
        if value is not None
    }


@every_optimizer
@settings(max_examples=8)
@given(keep=st.permutations(range(4)), n_kept=st.integers(2, 4), n_new=st.integers(0, 3))
def test_the_optimizer_remembers_the_kept_and_gives_the_new_the_mean_of_their_squares(
    optimizer, keep, n_kept, n_new
):
    moe, rule = trained(optimizer)
    keep, before = torch.tensor(keep[:n_kept]), memory(rule, moe)
    moe.resize(keep, n_new, rule)
    held = {id(p) for group in rule.param_groups for p in group["params"]}
    assert held == {id(p) for p in moe.parameters()}
    assert {id(p) for p in rule.state} <= held
    after = memory(rule, moe)
    assert after.keys() == before.keys()
    for key, old in before.items():
        if not old.ndim or len(old) != 4:
            assert torch.equal(after[key], old)  # one number, or one row, for all experts
            continue
        assert torch.equal(after[key][: len(keep)], old[keep])
        born = old[keep].mean(0) if key[1] in SQUARES else torch.zeros_like(old[0])
        assert all(torch.equal(row, born) for row in after[key][len(keep) :])


@pytest.mark.parametrize("optimizer", [make for name, make in OPTIMIZERS.items() if name != "Adafactor"])
def test_elders_train_on_as_if_nobody_had_been_born(optimizer):
    "Newborns that no token visits: same outputs, same parameters after a step (Adafactor scales by the whole tensor)."
    moe, rule = trained(optimizer)
    x = torch.randn(20, D)

    chosen = top(20, 4, 2)

    def go_on(pairs):
        torch.manual_seed(1)
        rule.zero_grad()
        y = apply_experts(x, routed(pairs), moe.experts)
        y.square().mean().backward()
        return y.detach()

    model, state = deepcopy(moe.state_dict()), deepcopy(rule.state_dict())
    alone = go_on(chosen)
    rule.step()
    wanted = [w.detach().clone() for w in moe.experts.weights()]
    moe.load_state_dict(model)
    rule.load_state_dict(state)
    moe.grow(3, rule)
    assert torch.equal(go_on(torch.cat([chosen, torch.zeros(20, 3).bool()], 1)), alone)
    rule.step()
    for got, right in zip(moe.experts.weights(), wanted):
        torch.testing.assert_close(got[:4].detach(), right, rtol=1e-6, atol=1e-7)


def test_growing_and_pruning_back_changes_nothing():
    moe, rule = trained(OPTIMIZERS["fused Adam"])
    x, before, kept = torch.randn(20, D), moe.state_dict(), memory(rule, moe)
    y = moe(x)
    moe.grow(5, rule)
    moe.prune([0, 1, 2, 3], rule)
    assert torch.equal(moe(x), y)
    assert all(torch.equal(value, moe.state_dict()[name]) for name, value in before.items())
    assert all(torch.equal(value, memory(rule, moe)[key]) for key, value in kept.items())


@every_optimizer
def test_newborns_learn(optimizer):
    moe, rule = trained(optimizer)
    moe.grow(2, rule)
    born = [w[4:].detach().clone() for w in moe.experts.weights()]
    moe.router.select.k = 6
    with warnings.catch_warnings(action="error"):
        step(moe, rule, torch.randn(20, D))
    assert all((now[4:] != then).any() for now, then in zip(moe.experts.weights(), born))


@pytest.mark.parametrize("keep", [[], [0, 0], [4], [-1]])
def test_pruning_needs_different_experts_that_exist(keep):
    moe, _ = trained(OPTIMIZERS["SGD"])
    with pytest.raises(ValueError, match="needs different experts"):
        moe.prune(keep)


@settings(max_examples=20)
@given(n_experts=st.integers(1, 9), data=st.data())
def test_upcycled_experts_say_what_the_dense_one_said(n_experts, data):
    dense, k = Bottleneck(D, H, 1), data.draw(st.integers(1, n_experts))
    moe = upcycle(dense, top_k(D, n_experts, k, softmax_chosen), n_experts)
    x = torch.randn(3, 5, D)
    alone = apply_experts(x.view(15, D), ones(15), dense)
    torch.testing.assert_close(moe(x).view(15, D), alone, rtol=1e-5, atol=1e-6)
