"A small layer at once, and put together of parts: the same to the bit; whatever does not fit goes the other way."

import os
import threading
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torch.autograd import grad

from moe_lab.bench.timing import on_threads
from moe_lab.experts.dispatch import apply_experts, fastest, grouped, oracle
from moe_lab.experts.experts import FFN, Bottleneck, SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.experts.small.step import SMALL, at_once, goes_at_once
from moe_lab.native.code import Native, native
from moe_lab.native.product.blocks import multiplies_blocks
from moe_lab.routing.decision import Context, Routing, assign, check
from moe_lab.routing.presets import s_base, srnn, top_k
from moe_lab.routing.selection import softmax_all, softmax_chosen

pytestmark = pytest.mark.skipif(not multiplies_blocks(), reason="no machine code for products here")
KINDS = (Bottleneck, FFN, SwiGLU)
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True, scope="module")
def code():
    "Machine code in use, made here if it was not before."
    own = Native()
    assert own.now(), own.state
    with patch.object(native, "code", own.code):
        yield own.code


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@contextmanager
def without_code():
    with patch.object(native, "code", {}), patch.object(native, "state", "off"):
        yield


def routed(pairs: Tensor) -> Routing:
    "The pairs (T, E) that are True, with random weights that learn."
    token, expert = pairs.nonzero().T
    routing = check(assign(token, expert, torch.rand(len(token)), *pairs.shape))
    return replace(routing, weight=routing.weight.requires_grad_())


def answers(how, x: Tensor, routing: Routing, experts, back: Tensor) -> list[Tensor | None]:
    "The output, and the gradients of all that learns."
    leaves = [t for t in (x, routing.weight, *experts.parameters()) if t.requires_grad]
    y = how(x, routing, experts)
    return [y.detach(), *(grad(y, leaves, back) if leaves else ())]


def assert_same(got, wanted):
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted):
        assert torch.equal(one, other), (one - other).abs().max()


# ---------------------------------------------------------------- the same to the bit


@settings(max_examples=80)
@given(data=st.data(), kind=st.sampled_from(KINDS), d=st.integers(1, 21), hidden=st.integers(1, 19))
def test_any_set_of_pairs_and_any_width(data, kind, d, hidden):
    n_tokens, n_experts = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 8))
    chosen = st.lists(st.booleans(), min_size=n_tokens * n_experts, max_size=n_tokens * n_experts)
    routing = routed(torch.tensor(data.draw(chosen), dtype=torch.bool).view(n_tokens, n_experts))
    if not len(routing.token):
        return
    x, experts, back = (
        torch.randn(n_tokens, d).requires_grad_(),
        kind(d, hidden, n_experts),
        torch.randn(n_tokens, d),
    )
    assert goes_at_once(x, routing, experts)
    short, long = (answers(how, x, routing, experts, back) for how in (at_once, grouped))
    assert_same(short, long)
    torch.testing.assert_close(short[0], oracle(x, routing, experts).detach(), rtol=1e-4, atol=1e-5)


@every_kind
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("n_tokens", "d", "hidden", "n_experts", "k"),
    [(128, 64, 64, 16, 2), (300, 32, 48, 5, 5), (257, 40, 24, 1, 1)],
)
def test_layers_of_usual_sizes(kind, threads, n_tokens, d, hidden, n_experts, k):
    layer = MoE(top_k(d, n_experts, k, softmax_chosen), kind(d, hidden, n_experts))
    x, back = torch.randn(n_tokens, d).requires_grad_(), torch.randn(n_tokens, d)
    routing = replace(layer.router(x).detach(), weight=torch.rand(n_tokens * k).requires_grad_())
    with on_threads(threads):
        assert fastest(x, routing, layer.experts) is at_once
        short, long = (answers(how, x, routing, layer.experts, back) for how in (at_once, grouped))
        with torch.no_grad():
            assert torch.equal(at_once(x, routing, layer.experts), long[0])
    assert_same(short, long)


@every_kind
@pytest.mark.parametrize("frozen", ["x", "weight", "w1", "w2", "b1", "b2", "w1 b1 x", "x weight", "all"])
def test_what_is_frozen_gets_no_gradient(kind, frozen):
    x, experts = torch.randn(20, 8), kind(8, 6, 4)
    routing, names = routed(torch.rand(20, 4) < 0.5), frozen.split()
    x.requires_grad_(not {"x", "all"} & {*names})
    routing.weight.requires_grad_(not {"weight", "all"} & {*names})
    for name, p in experts.named_parameters():
        p.requires_grad_(not {name, "all"} & {*names})
    short, long = (answers(how, x, routing, experts, torch.ones(20, 8)) for how in (at_once, grouped))
    assert_same(short, long)


def step_by_step(layer: MoE, x: Tensor, mask: Tensor | None) -> list[Tensor]:
    "The parameters after a few steps."
    optimizer = torch.optim.Adam(layer.parameters(), 0.01)
    for _ in range(4):
        optimizer.zero_grad()
        nn.functional.mse_loss(layer(x, Context(mask=mask)), x).backward()
        optimizer.step()
    return [p.detach() for p in layer.parameters()]


@pytest.mark.parametrize("make", [top_k, srnn, s_base])
@pytest.mark.parametrize("padded", [False, True])
def test_a_run_with_padding_and_drops_may_change_at_any_step(make, padded):
    layer, x = MoE(make(16, 6), SwiGLU(16, 8, 6)), torch.randn(50, 16)
    mask = torch.rand(50) < 0.7 if padded else None
    short = step_by_step(deepcopy(layer), x, mask)
    with without_code():
        long = step_by_step(layer, x, mask)
    assert_same(short, long)


# ---------------------------------------------------------------- gradients of gradients, and what is overwritten


@every_kind
def test_gradients_of_gradients(kind):
    layer, x = MoE(top_k(6, 3, 2, softmax_all), kind(6, 5, 3)), torch.randn(12, 6).requires_grad_()
    leaves, found = [x, *layer.parameters()], []
    for how in (at_once, grouped):
        y = how(x, layer.router(x), layer.experts)
        first = grad(y.sin().sum(), leaves, create_graph=True)
        found.append([*first, *grad(sum(g.cos().sum() for g in first), leaves)])
    for one, other in zip(*found):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_a_residual_in_place_is_allowed_and_not_gone_through_twice():
    layer, leaf = MoE(top_k(6, 3), Bottleneck(6, 5, 3)), torch.randn(12, 6).requires_grad_()
    routing = layer.router(leaf).detach()

    def run():
        x = leaf * 1
        y = apply_experts(x, routing, layer.experts)
        return x.add_(y).square().sum()

    short = grad(run(), leaf)
    with without_code():
        assert_same(short, grad(run(), leaf))
    with pytest.raises(RuntimeError, match="overwritten after the layer"):
        grad(run(), leaf, create_graph=True)


def test_going_back_twice_and_by_an_expanded_gradient():
    x, routing, experts = torch.randn(20, 8).requires_grad_(), routed(torch.rand(20, 4) < 0.5), FFN(8, 6, 4)
    y, leaves = at_once(x, routing, experts), [x, *experts.parameters()]
    once, again = (grad(y.sum(), leaves, retain_graph=True) for _ in range(2))
    assert_same(once, again)
    assert_same(once, grad(grouped(x, routing, experts).sum(), leaves))


# ---------------------------------------------------------------- who goes the other way


class Own(Bottleneck):
    "Another formula, with the parameters of a bottleneck."

    @staticmethod
    def expert(rows, linear, w1, b1, w2, b2):
        return linear(linear(rows, w1, b1).tanh(), w2, b2)


def turned(x: Tensor) -> Tensor:
    return x.mT.contiguous().mT


others = {
    "double": lambda x, r, e: (x.double(), replace(r, weight=r.weight.double()), e.double()),
    "16 bits": lambda x, r, e: (x.bfloat16(), replace(r, weight=r.weight.bfloat16()), e.bfloat16()),
    "columns": lambda x, r, e: (turned(x), r, e),
    "every second weight": lambda x, r, e: (x, replace(r, weight=torch.rand(2 * len(r.weight))[::2]), e),
    "another formula": lambda x, r, e: (x, r, Own(8, 6, 4)),
    "a subclass of tensors": lambda x, r, e: (x.as_subclass(type("Mine", (Tensor,), {})), r, e),
}


@pytest.mark.parametrize("change", others.values(), ids=others)
def test_what_does_not_fit_goes_the_other_way(change):
    x, routing, experts = change(torch.randn(20, 8), routed(torch.rand(20, 4) < 0.5), Bottleneck(8, 6, 4))
    assert not goes_at_once(x, routing, experts)
    torch.testing.assert_close(
        apply_experts(x, routing, experts), oracle(x, routing, experts), rtol=2e-2, atol=2e-2
    )


def test_nothing_goes_at_once_without_code_without_rows_or_when_large():
    router, experts = top_k(8, 4), Bottleneck(8, 6, 4)
    x = torch.randn(20, 8)
    assert goes_at_once(x, router(x), experts)
    assert not goes_at_once(x[:0], router(x[:0]), experts)
    many = torch.randn(SMALL // 8, 8)
    assert not goes_at_once(many, router(many), experts)
    with without_code():
        assert not goes_at_once(x, router(x), experts)


def test_tokens_that_are_not_there_are_refused():
    x, routing, experts = torch.randn(5, 8), routed(torch.ones(5, 4).bool()), Bottleneck(8, 6, 4)
    with pytest.raises(ValueError, match="needs whole numbers in"):
        at_once(x, replace(routing, token=routing.token + 1), experts)
    with pytest.raises(ValueError, match="do not fall"):
        at_once(x, replace(routing, offsets=routing.offsets.flip(0)), experts)


def test_in_inference_mode_and_after_it():
    layer = MoE(top_k(8, 4), SwiGLU(8, 6, 4))
    with torch.inference_mode():
        x = torch.randn(20, 8)
        inside = layer(x)
    outside = apply_experts(x, layer.router(x.clone()).detach(), layer.experts)
    outside.sum().backward()
    assert torch.equal(inside, outside) and layer.experts.w1.grad is not None


# ---------------------------------------------------------------- threads and processes


def test_many_threads_at_once():
    layer, x = MoE(top_k(16, 4, 2), FFN(16, 24, 4)), torch.randn(64, 16)
    wanted, found = answers(at_once, x, layer.router(x).detach(), layer.experts, x), []

    def work():
        routing = layer.router(x).detach()
        found.extend(answers(at_once, x, routing, layer.experts, x) for _ in range(30))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 120
    for one in found:
        assert_same(one, wanted)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_goes_on():
    layer, x = MoE(top_k(16, 4, 2), FFN(16, 24, 4)), torch.randn(64, 16)
    with torch.no_grad():
        wanted = layer(x)
        child = os.fork()
        if not child:
            os._exit(0 if torch.equal(layer(x), wanted) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
