"Products of blocks against a loop over blocks, of any length and width, with gradients and gradients of gradients."

import ctypes
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor
from torch.autograd import grad

from moe_lab.bench.timing import on_threads
from moe_lab.experts.dispatch import apply_experts, grouped, oracle
from moe_lab.experts.experts import Bottleneck, SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.experts.products import (
    BlockOuter,
    BlockProduct,
    Blocks,
    blockwise_outer,
    takes_blocks,
    times_own_matrix,
)
from moe_lab.native.code import engine_of, native, target_machine
from moe_lab.native.product import blocks as product
from moe_lab.native.product.blocks import multiplies_blocks, write_work
from moe_lab.native.product.tiles import tile_shape
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


@pytest.mark.parametrize("lengths", [[1, 5, 6, 7, 0, 13], [255, 256, 257], [700]])
@pytest.mark.parametrize(
    ("a", "c"), [(1, 65), (17, 64), (64, 63), (255, 130), (256, 16), (257, 1), (600, 300)]
)
def test_every_part_of_a_tile_a_strip_a_stretch_and_an_item(lengths, a, c):
    n, blocks = sum(lengths), blocks_of(lengths)
    rows, w = torch.randn(n, a), torch.randn(len(lengths), a, c) / a**0.5
    others, start = torch.randn(n, c), torch.randn(n, c)
    for given_w in (w, w.mT.contiguous().mT):
        wanted = loop(rows, w, lengths)
        torch.testing.assert_close(times_own_matrix(rows, given_w, blocks), wanted, **NEAR)
        torch.testing.assert_close(
            times_own_matrix(rows, given_w, blocks, start.clone()), start + wanted, **NEAR
        )
    pairs = zip(rows.double().split(lengths), others.double().split(lengths))
    outer = torch.stack([r.T @ o for r, o in pairs]).float()
    torch.testing.assert_close(blockwise_outer(rows, others, blocks), outer, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("act", ["there", "back", "outer"])
def test_nothing_is_written_beside_the_product_and_nothing_read_beside_the_factors(act):
    lengths, a, c, far = [3, 0, 20], 21, 35, 100
    blocks, n = blocks_of(lengths), 23

    def amid(*shape: int) -> Tensor:
        "A table between numbers that would spoil whatever they got into."
        around = torch.full((far + torch.Size(shape).numel() + far,), torch.nan)
        own = around[far:-far].view(shape)
        return own.copy_(torch.randn(shape))

    rows, w, others, start = amid(n, a), amid(3, a, c), amid(n, c), amid(n, c)
    around = torch.as_strided(start, (far + start.numel() + far,), (1,), 0)
    found = {
        "there": lambda: times_own_matrix(rows, w, blocks, start),
        "back": lambda: times_own_matrix(others, w.mT, blocks),
        "outer": lambda: blockwise_outer(rows, others, blocks),
    }[act]()
    assert found.isfinite().all()
    assert around[:far].isnan().all() and around[-far:].isnan().all()


@pytest.mark.parametrize("step", [(3, 2), (1, 2), (2, 1)])
def test_matrices_may_lie_anyhow(step):
    w = torch.randn(3, 30, 28)[:, :: step[0], :: step[1]]
    lengths, (_, a, c) = [2, 0, 9], w.shape
    rows, others, blocks = torch.randn(11, a), torch.randn(11, c), blocks_of(lengths)
    torch.testing.assert_close(times_own_matrix(rows, w, blocks), loop(rows, w, lengths), **NEAR)
    torch.testing.assert_close(times_own_matrix(others, w.mT, blocks), loop(others, w.mT, lengths), **NEAR)
    one = w[:, :1, :1]
    torch.testing.assert_close(times_own_matrix(rows[:, :1], one, blocks), loop(rows[:, :1], one, lengths))


def test_any_number_of_threads_gives_the_same_bits():
    lengths = [0, 400, 3, 0, 900, 17]
    rows, w, others = torch.randn(1320, 96), torch.randn(6, 96, 130), torch.randn(1320, 130)
    found = []
    for threads in (1, 2, 3):
        with on_threads(threads):
            there = times_own_matrix(rows, w, blocks_of(lengths))
            back = times_own_matrix(others, w.mT, blocks_of(lengths))
            found.append((there, back, blockwise_outer(rows, others, blocks_of(lengths))))
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))


def test_callers_do_not_get_into_each_others_way():
    lengths = [40, 0, 300]
    rows, w = torch.randn(340, 64), torch.randn(3, 64, 64)
    wanted = times_own_matrix(rows, w, blocks_of(lengths))
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(lambda _: times_own_matrix(rows, w, blocks_of(lengths)), range(200)))
    assert all(torch.equal(y, wanted) for y in found)


@pytest.mark.parametrize(("features", "columns"), [({"avx2": True, "fma": True}, 16), ({"neon": True}, 16)])
def test_tiles_of_other_processors_multiply_too(features, columns):
    "Registers of another width, where this processor has such."
    import llvmlite.binding as llvm
    from llvmlite import ir

    shape, module = tile_shape(features), ir.Module()
    assert shape.columns == columns
    write_work(module, shape)
    engine = engine_of(target_machine().emit_object(llvm.parse_assembly(str(module))))
    work = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address("work"))
    lengths, rows, w, others = [9, 0, 30], torch.randn(39, 300), torch.randn(3, 300, 45), torch.randn(39, 45)
    with patch.object(product, "work", lambda: work), on_threads(1):
        there, back = (times_own_matrix(*some, blocks_of(lengths)) for some in ((rows, w), (others, w.mT)))
    torch.testing.assert_close(there, loop(rows, w, lengths), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(back, loop(others, w.mT, lengths), rtol=1e-4, atol=1e-4)


def test_a_processor_without_fused_steps_has_none(monkeypatch):
    monkeypatch.setattr(product, "tile_shape", lambda features: None)
    assert product.product_code() == b""


def test_where_none_can_be_made_a_layer_goes_by_pytorchs_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr(product, "target_machine", lambda: (_ for _ in ()).throw(RuntimeError("no target")))
    monkeypatch.setattr(product, "made_work", cache(product.made_work.__wrapped__))
    x, layer = torch.randn(20, 8), MoE(top_k(8, 4, 2), SwiGLU(8, 4, 4))
    with pytest.warns(UserWarning, match=r"no product of blocks on this processor \(no target\)"):
        y = layer(x)
    torch.testing.assert_close(y, oracle(x, layer.router(x), layer.experts), **NEAR)


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
    blocks, rows, w = blocks_of(lengths), torch.randn(5, 4) / 2, torch.randn(3, 4, 6) / 2
    ways = {
        "one call": lambda r, m: BlockProduct.apply(None, r, m, blocks),
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


@pytest.mark.parametrize("is_view", [False, True])
def test_a_start_is_overwritten_and_gets_the_gradient(is_view):
    "PyTorch adds up the gradients of a view that is overwritten in another way, from the first one that it is given."
    blocks, rows, w = blocks_of([2, 3]), torch.randn(5, 4), torch.randn(2, 4, 6, requires_grad=True)
    bias = torch.randn(2, 6, requires_grad=True)
    start = bias.index_select(0, torch.tensor([0, 0, 1, 1, 1]))
    y = BlockProduct.apply(start.view(5, 6) if is_view else start, rows, w, blocks)
    assert y.data_ptr() == start.data_ptr()
    y.sum().backward()
    assert bias.grad.tolist() == [[2.0] * 6, [3.0] * 6]
    torch.testing.assert_close(
        w.grad, torch.stack([rows[:2].sum(0), rows[2:].sum(0)])[..., None].expand(2, 4, 6)
    )


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


@pytest.fixture(params=["at once", "grouped"])
def way(request, monkeypatch):
    "A small layer goes at once with the loops as machine code, and in parts without."
    monkeypatch.setattr(native, "code", native.code if request.param == "at once" and native.now() else {})
    monkeypatch.setattr(native, "state", "off" if request.param == "grouped" else native.state)


MISFITS = {
    "a bias of one number": ("b2", (4, 1)),
    "a bias of too few": ("b2", (4, 5)),
    "hidden units cut in the first": ("w1", (4, 8, 7)),
    "hidden units cut in the second": ("w2", (4, 7, 8)),
    "too few experts": ("w2", (2, 16, 8)),
}


@pytest.mark.parametrize(("name", "shape"), MISFITS.values(), ids=MISFITS)
def test_weights_that_do_not_fit_are_refused(way, name, shape):
    layer = MoE(top_k(8, 4, 2), Bottleneck(8, 16, 4))
    setattr(layer.experts, name, torch.nn.Parameter(torch.zeros(shape)))
    with pytest.raises((ValueError, RuntimeError)):
        layer(torch.randn(50, 8)).sum().backward()


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_formula_may_change_the_kind_of_its_rows(way, dtype):
    class Other(Bottleneck):
        between = None

        def expert(self, rows, linear, w1, b1, w2, b2):
            return linear(linear(rows.to(dtype), w1, b1).relu(), w2, b2)

    stack = Other(8, 16, 4)
    x, router = torch.randn(50, 8), top_k(8, 4, 2)
    routing = router(x)
    found = grouped(x, routing, stack)
    with patch.object(product, "work", lambda: None):
        torch.testing.assert_close(found, grouped(x, routing, stack), **NEAR)


def test_tables_that_are_not_what_lies_in_memory_go_another_way(way):
    layer, x = MoE(top_k(8, 4, 2), Bottleneck(8, 16, 4)), torch.randn(50, 8)
    turned = {"experts.w1": torch._neg_view(-layer.experts.w1.detach())}
    torch.testing.assert_close(torch.func.functional_call(layer, turned, (x,)), layer(x), **NEAR)
    assert not takes_blocks(turned["experts.w1"]) and not takes_blocks(x.to_sparse())
    assert not takes_blocks(torch._efficientzerotensor(3, 4))


def test_products_of_hessians(way):
    layer, x = MoE(top_k(8, 4, 2), SwiGLU(8, 16, 4)), torch.randn(20, 8)
    direction = torch.randn(20, 8)
    _, found = torch.autograd.functional.hvp(lambda t: layer(t).square().sum(), x, direction)
    near = [x + sign * 1e-3 * direction for sign in (1, -1)]
    pulls = [grad(layer(t.requires_grad_()).square().sum(), t)[0] for t in near]
    torch.testing.assert_close(found, (pulls[0] - pulls[1]) / 2e-3, rtol=0.05, atol=0.02)


def test_the_tables_of_a_product_are_looked_at():
    rows, blocks = torch.randn(4, 3), blocks_of([2, 2])
    for w in (torch.randn(1, 3, 5), torch.randn(2, 4, 5), torch.randn(2, 3, 5).double()):
        with pytest.raises(ValueError, match=r"w: .* needs \(2, 3, 5\) of torch.float32"):
            times_own_matrix(rows, w, blocks)
    for start in (torch.zeros(4, 1), torch.zeros(5, 4).T):
        with pytest.raises(ValueError, match="start"):
            times_own_matrix(rows, torch.randn(2, 3, 5), blocks, start)
    with pytest.raises(ValueError, match="rows"):
        times_own_matrix(rows.double(), torch.randn(2, 3, 5), blocks)
    with pytest.raises(ValueError, match="grad"):
        blockwise_outer(rows, torch.randn(3, 5), blocks)


def test_many_threads_at_the_first_product_make_it_once(monkeypatch, tmp_path):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    made, make = [], product.product_code
    monkeypatch.setattr(product, "product_code", lambda: made.append(1) or make())
    monkeypatch.setattr(product, "made_work", cache(product.made_work.__wrapped__))
    with ThreadPoolExecutor(8) as callers:
        assert None not in list(callers.map(lambda _: product.work(), range(8)))
    assert made == [1]


def test_other_numbers_go_another_way():
    x = torch.randn(2, 8)
    assert takes_blocks(x)
    assert not any(takes_blocks(x, x.to(other)) for other in (torch.float64, torch.bfloat16))
    assert not takes_blocks(x.to("meta"))
