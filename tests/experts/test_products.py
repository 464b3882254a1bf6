"Products of blocks against a loop over blocks, of any length and width, with gradients and gradients of gradients."

from dataclasses import replace

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor
from torch.autograd import grad

from moe_lab.bench.timing import on_threads
from moe_lab.experts.dispatch import apply_experts, grouped, oracle
from moe_lab.experts.experts import Bottleneck, SwiGLU
from moe_lab.experts.products import (
    BlockOuter,
    BlockProduct,
    Blocks,
    blockwise_outer,
    takes_blocks,
    times_own_matrix,
)
from moe_lab.native.product import multiplies_blocks
from moe_lab.routing.decision import Context, assign
from moe_lab.routing.presets import top_k

pytestmark = pytest.mark.skipif(not multiplies_blocks(), reason="no machine code for products here")
NEAR = {"rtol": 1e-5, "atol": 1e-5}


def blocks_of(lengths: list[int]) -> Blocks:
    return Blocks(torch.tensor([0, *lengths]).cumsum(0))


def loop(rows: Tensor, w: Tensor, lengths: list[int]) -> Tensor:
    "A product a block, in float64."
    return torch.cat([r @ m for r, m in zip(rows.double().split(lengths), w.double().unbind())]).float()


lengths_of_blocks = st.lists(st.integers(0, 9), min_size=1, max_size=7)
width = st.integers(1, 21)


@settings(max_examples=60)
@given(lengths=lengths_of_blocks, a=width, c=width, turned=st.booleans())
def test_blocks_of_any_length_and_width(lengths, a, c, turned):
    n, count = sum(lengths), len(lengths)
    rows, w = torch.randn(n, a), torch.randn(count, a, c)
    given_w = w.mT.contiguous().mT if turned else w
    blocks, start, others = blocks_of(lengths), torch.randn(n, c), torch.randn(n, c)
    wanted = loop(rows, w, lengths)
    torch.testing.assert_close(times_own_matrix(rows, given_w, blocks), wanted, **NEAR)
    torch.testing.assert_close(times_own_matrix(rows, given_w, blocks, start.clone()), start + wanted, **NEAR)
    outer = torch.stack([r.T @ o for r, o in zip(rows.split(lengths), others.split(lengths))])
    torch.testing.assert_close(blockwise_outer(rows, others, blocks), outer, **NEAR)


@pytest.mark.parametrize("threads", [1, 2])
def test_twice_the_same_to_the_bit(threads):
    lengths = [0, 40, 3, 0, 90, 17]
    rows, w, blocks = torch.randn(150, 64), torch.randn(6, 64, 48), blocks_of(lengths)
    with on_threads(threads):
        once, again = (times_own_matrix(rows, w, blocks) for _ in range(2))
    assert torch.equal(once, again)
    torch.testing.assert_close(once, loop(rows, w, lengths), **NEAR)


def test_gradients_and_their_gradients():
    lengths = [2, 0, 3]
    blocks, rows, w = blocks_of(lengths), torch.randn(5, 4), torch.randn(3, 4, 6)
    ways = {
        "one call": lambda r, m: BlockProduct.apply(r, m, blocks, None),
        "a loop": lambda r, m: torch.cat([x @ y for x, y in zip(r.split(lengths), m.unbind())]),
    }
    found = {}
    for name, way in ways.items():
        leaves = [t.clone().requires_grad_() for t in (rows, w)]
        first = grad(way(*leaves).sin().sum(), leaves, create_graph=True)
        second = grad(sum(g.cos().sum() for g in first), leaves, create_graph=True)
        found[name] = [*first, *second, *grad(sum((g**2).sum() for g in second), leaves)]
    for got, wanted in zip(*found.values()):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_the_outer_product_has_gradients_of_its_own():
    blocks, leaves = blocks_of([2, 0, 3]), [torch.randn(5, n).requires_grad_() for n in (4, 6)]
    back = torch.randn(3, 4, 6)
    wanted = grad(torch.stack([a.T @ b for a, b in zip(*(t.split([2, 0, 3]) for t in leaves))]), leaves, back)
    for got, right in zip(grad(BlockOuter.apply(*leaves, blocks), leaves, back), wanted):
        torch.testing.assert_close(got, right, **NEAR)


def test_a_start_is_overwritten_and_gets_the_gradient():
    blocks, rows, w = blocks_of([2, 3]), torch.randn(5, 4), torch.randn(2, 4, 6)
    bias = torch.randn(2, 6, requires_grad=True)
    start = bias.index_select(0, torch.tensor([0, 0, 1, 1, 1]))
    y = BlockProduct.apply(rows, w, blocks, start)
    assert y.data_ptr() == start.data_ptr()
    y.sum().backward()
    assert bias.grad.tolist() == [[2.0] * 6, [3.0] * 6]


@pytest.mark.parametrize("kind", [Bottleneck, SwiGLU])
@pytest.mark.parametrize("hidden", [3, 16])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_a_layer_of_any_width_is_as_the_oracle_has_it(kind, hidden, k):
    torch.manual_seed(0)
    router, experts, x = top_k(8, 4, k), kind(8, hidden, 4), torch.randn(30, 8)
    routing = router(x, Context(mask=torch.rand(30) < 0.7))
    torch.testing.assert_close(
        apply_experts(x, routing, experts, grouped), oracle(x, routing, experts), **NEAR
    )


def test_what_is_not_finite_stays_with_its_own_rows():
    lengths = [2, 3]
    rows, w = torch.randn(5, 4), torch.randn(2, 4, 6)
    rows[3], w[0, 0, 0] = torch.nan, torch.inf
    y = times_own_matrix(rows, w, blocks_of(lengths))
    assert y.isfinite().sum(-1).tolist() == [5, 5, 6, 0, 6]


@pytest.mark.parametrize("offsets", [[0, 3, 2, 6], [1, 3, 6], [0, 9], [0, 3, 7]])
def test_offsets_that_would_read_past_the_rows_are_refused(offsets):
    routing = assign(torch.arange(6), torch.zeros(6).long(), torch.ones(6), 6, len(offsets) - 1)
    wrong = replace(routing, offsets=torch.tensor(offsets))
    with pytest.raises(ValueError, match=r"offsets|rows"):
        apply_experts(torch.randn(6, 8), wrong, Bottleneck(8, 4, len(offsets) - 1), grouped)


def test_other_numbers_go_another_way():
    x = torch.randn(2, 8)
    assert takes_blocks(x)
    assert not any(takes_blocks(x, x.to(other)) for other in (torch.float64, torch.bfloat16))
    assert not takes_blocks(x.to("meta"))
