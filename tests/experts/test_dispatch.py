"Every kernel against the oracle loop."

from copy import deepcopy
from dataclasses import replace
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
import torch
from experts.pairs import PAIRS, D, H, case, routed, top
from hypothesis import given, settings
from torch.autograd import gradcheck, gradgradcheck

from moe_lab.bench.timing import on_threads
from moe_lab.experts.dispatch import apply_experts, fastest, grouped, oracle, padded, segments
from moe_lab.experts.experts import Bottleneck, SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.native.code import native
from moe_lab.routing.decision import Context
from moe_lab.routing.presets import top_k

KERNELS = {"segments": segments, "grouped": grouped, "padded": padded, "default": None}
every_kernel = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
every_shape = pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)
FLOAT32 = 1e-6  # of the largest entry of what is right; all are of order 1
BFLOAT16 = {"output": 2**-6, "gradient": 2**-5}  # likewise; one rounding to bfloat16 costs up to 2**-9


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def answers(how, x, routing, stack, back) -> dict[str, torch.Tensor]:
    "The output and the gradient of x, of the combine weights and of every stacked weight."
    leaves = {"x": x, "weight": routing.weight} | dict(stack.named_parameters())
    y = how(x, routing, stack)
    grads = torch.autograd.grad(y, list(leaves.values()), back, allow_unused=True, materialize_grads=True)
    return {"output": y.detach()} | dict(zip(leaves, grads))


def reference(x, routing, stack):
    "The oracle, with a graph even where nobody goes anywhere."
    return oracle(x, routing, stack) + 0 * (x.sum() + routing.weight.sum())


def exactly(x, routing, stack, back) -> dict[str, torch.Tensor]:
    "What is right: the oracle's answers in float64."
    wide = replace(routing, weight=routing.weight.detach().double().requires_grad_())
    return answers(
        reference, x.detach().double().requires_grad_(), wide, deepcopy(stack).double(), back.double()
    )


def by(kernel):
    return lambda x, routing, stack: apply_experts(x, routing, stack, kernel)


def assert_close(got: dict, wanted: dict, output: float, gradient: float):
    "Every difference at most this part of the largest wanted entry (of 1, where that is smaller)."
    for name, right in wanted.items():
        part = output if name == "output" else gradient
        assert got[name].shape == right.shape
        if right.numel():
            error, size = (t.abs().max() for t in (got[name].double() - right.double(), right.double()))
            assert error <= part * size.clamp_min(1), name


# ---------------------------------------------------------------- the same as the oracle


@every_kernel
@every_shape
def test_float32_output_and_all_gradients(kernel, pairs):
    given_case = case(pairs)
    assert_close(answers(by(kernel), *given_case), exactly(*given_case), FLOAT32, FLOAT32)


@every_kernel
@settings(max_examples=40)
@given(data=st.data())
def test_any_set_of_pairs(kernel, data):
    n_tokens, n_experts = data.draw(st.integers(0, 12)), data.draw(st.integers(1, 8))
    chosen = st.lists(st.booleans(), min_size=n_tokens * n_experts, max_size=n_tokens * n_experts)
    pairs = torch.tensor(data.draw(chosen), dtype=torch.bool).view(n_tokens, n_experts)
    given_case = case(pairs)
    assert_close(answers(by(kernel), *given_case), exactly(*given_case), FLOAT32, FLOAT32)


@every_kernel
@every_shape
def test_bfloat16(kernel, pairs):
    given_case = case(pairs, torch.bfloat16)
    got = answers(by(kernel), *given_case)
    assert {t.dtype for t in got.values()} == {torch.bfloat16}
    assert_close(got, exactly(*given_case), **BFLOAT16)


@every_kernel
def test_autocast_computes_in_bfloat16_and_answers_in_float32(kernel):
    x, routing, stack, back = case(PAIRS["ragged"])
    with torch.autocast("cpu", torch.bfloat16):
        got = answers(by(kernel), x, routing, stack, back)
    right = exactly(x, routing, stack, back)
    assert {t.dtype for t in got.values()} == {torch.float32}
    assert not torch.equal(got["output"], apply_experts(x, routing, stack, kernel))
    assert_close(got, right, **BFLOAT16)


@pytest.mark.parametrize("pairs", [PAIRS["ragged"][:5], PAIRS["all on the last"][:3], PAIRS["no tokens"]])
@pytest.mark.parametrize("verify", [gradcheck, gradgradcheck])
@pytest.mark.parametrize("kernel", [segments, padded])
def test_float64_gradients_are_the_derivatives(pairs, verify, kernel):
    "Of the kernels that take float64; `grouped_mm` does not."
    x, routing, stack, _ = case(pairs, torch.float64, d=3, h=2)

    def function(x, weight, *weights):
        stack.weights = lambda: list(weights)
        return apply_experts(x, replace(routing, weight=weight), stack, kernel)

    weights = [w.detach().requires_grad_() for w in stack.weights()]
    assert verify(function, (x, routing.weight, *weights))


@every_kernel
@pytest.mark.parametrize("view", ["columns", "rows", "transposed", "expanded"])
def test_x_need_not_be_contiguous(kernel, view):
    _, routing, stack, back = case(PAIRS["ragged"])
    views = {"columns": torch.randn(20, 2 * D)[:, ::2], "rows": torch.randn(40, 2 * D)[::2, :D]}
    views |= {"transposed": torch.randn(D, 20).T, "expanded": torch.randn(D).expand(20, D)}
    x = views[view]
    assert not x.is_contiguous()
    got = answers(by(kernel), x.requires_grad_(), routing, stack, back.T.contiguous().T)
    assert_close(got, exactly(x, routing, stack, back), FLOAT32, FLOAT32)


@every_kernel
@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_without_a_graph_the_output_is_the_same(kernel, off):
    x, routing, stack, _ = case(PAIRS["ragged"])
    with off():
        alone = apply_experts(x, routing, stack, kernel)
    assert not alone.requires_grad
    assert torch.equal(alone, apply_experts(x, routing, stack, kernel))


@every_kernel
def test_a_padded_token_gets_zeros_and_gives_no_gradient(kernel):
    mask = torch.rand(3, 7) < 0.6
    router, stack = top_k(D, 4, 2), Bottleneck(D, H, 4)
    x = torch.randn(21, D, requires_grad=True)
    routing = router(x.detach(), Context(mask.flatten()))
    got = apply_experts(x, routing, stack, kernel)
    got.sum().backward()
    unreal = ~mask.flatten()
    assert unreal.any()
    for tensor in (got, x.grad):
        assert (tensor[unreal] == 0).all()
        assert (tensor[~unreal] != 0).any(1).all()


# ---------------------------------------------------------------- the same every time


@every_kernel
@pytest.mark.parametrize(
    ("n_threads", "dtype"),
    [
        (1, torch.bfloat16),
        (2, torch.float32),
        pytest.param(1, torch.float32, marks=pytest.mark.slow),
        pytest.param(2, torch.bfloat16, marks=pytest.mark.slow),
    ],
)
def test_bit_for_bit_the_same_every_time(kernel, n_threads, dtype):
    given_case = case(top(3000, 16, 2), dtype)
    with on_threads(n_threads):
        first, *others = (answers(by(kernel), *given_case) for _ in range(3))
    assert all(torch.equal(first[name], other[name]) for other in others for name in first)


# ---------------------------------------------------------------- one clear error each


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(20, D + 1), r"x has shape \(20, 9\): the experts need \(tokens, 8\)"),
        (torch.zeros(2, 10, D), r"x has shape \(2, 10, 8\)"),
        (torch.zeros(19, D), "routing is for 20 tokens and 4 experts, but there are 19 tokens and 4 experts"),
    ],
)
def test_wrong_x(x, message):
    _, routing, stack, _ = case(PAIRS["top 2 of 4"])
    with pytest.raises(ValueError, match=message):
        apply_experts(x, routing, stack)


def test_a_routing_for_other_experts():
    x, routing, _, _ = case(PAIRS["top 2 of 4"])
    with pytest.raises(ValueError, match=r"routing is for 20 tokens and 4 experts, but .* and 3 experts"):
        apply_experts(x, routing, Bottleneck(D, H, 3))


def test_a_compiled_layer_gives_what_the_layer_gives():
    torch.manual_seed(0)
    layer, x = MoE(top_k(16, 4, 2), SwiGLU(16, 8, 4)), torch.randn(50, 16, requires_grad=True)
    model = torch.nn.Sequential(torch.nn.Linear(16, 16), layer)
    learns, compiled = [x, *model.parameters()], torch.compile(model, backend="eager")
    for found, expected in zip(
        *(torch.autograd.grad(m(x).square().sum(), learns) for m in (compiled, model))
    ):
        torch.testing.assert_close(found, expected)


@every_kernel
def test_what_is_not_finite_stays_where_it_is(kernel):
    "A token of NaN, or one that overflows in experts it does not visit, spoils its own experts and no other."
    for value in (float("nan"), 3e38):
        x, routing, stack, back = case(PAIRS["ragged"])
        token = int(routing.token[0])
        x.data[token] = value
        visited = torch.bincount(routing.expert[routing.token == token], minlength=routing.n_experts) > 0
        assert visited.any() and not visited.all()
        for name, gradient in answers(by(kernel), x, routing, stack, back).items():
            if name in dict(stack.named_parameters()):
                assert gradient[~visited].isfinite().all(), name


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("h", [2, 4, 6])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_every_size_of_a_gated_expert(n_threads, h, dtype):
    "Rows that are no whole 16 bytes: of the hidden layer, which a matrix ends with only if it is twice as wide."
    stack = SwiGLU(D, h, 4).to(dtype)
    x, routing = torch.randn(20, D).to(dtype), routed(PAIRS["top 2 of 4"], dtype)
    right = oracle(x.double(), replace(routing, weight=routing.weight.double()), deepcopy(stack).double())
    with on_threads(n_threads):
        got = apply_experts(x, routing, stack)
    assert got.dtype is dtype
    assert_close({"output": got}, {"output": right}, 8 * torch.finfo(dtype).eps, 0)


def test_the_rule():
    "Gaps decide in bfloat16, and on several threads without a product of blocks; where nothing is grouped, segments."

    def chosen(n_threads: int, pairs: torch.Tensor, h: int = H, dtype: torch.dtype = torch.float32):
        x, routing, stack, _ = case(pairs, dtype, h=h)
        with on_threads(n_threads), patch.object(native, "code", {}):
            return fastest(x, routing, stack)

    even, skewed = torch.eye(64).bool().repeat(4, 1), (torch.arange(64) == 0).expand(256, 64)
    assert chosen(2, even, h=1024) is chosen(2, skewed, h=1024) is chosen(1, even) is grouped
    with patch("moe_lab.native.product.blocks.work", lambda: None):
        assert chosen(2, even, h=1024) is padded
        assert chosen(2, even) is chosen(2, skewed, h=1024) is chosen(1, even) is grouped
    assert chosen(1, even, dtype=torch.bfloat16) is padded
    assert chosen(1, even, dtype=torch.float16) is grouped
    assert chosen(1, skewed, h=1024, dtype=torch.bfloat16) is grouped
    assert chosen(1, even, dtype=torch.float64) is segments
    assert chosen(1, even, h=2**16) is segments
    assert chosen(2, PAIRS["nobody goes anywhere"]) is segments
