"Every kernel against the oracle loop, and experts that are born, pruned and copied."

import warnings
from copy import deepcopy
from dataclasses import replace
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch.autograd import gradcheck, gradgradcheck

from moe_lab.bench.timing import on_threads
from moe_lab.experts.dispatch import apply_experts, fastest, grouped, oracle, padded, segments
from moe_lab.experts.experts import Bottleneck, SwiGLU
from moe_lab.experts.moe import SQUARES, MoE, observe
from moe_lab.experts.upcycling import upcycle
from moe_lab.native.code import native
from moe_lab.routing.decision import Context, Routing, assign, check
from moe_lab.routing.presets import srnn, top_k
from moe_lab.routing.selection import softmax_chosen

D, H = 8, 16  # rows of whole 16 bytes, which grouped_mm needs
KERNELS = {"segments": segments, "grouped": grouped, "padded": padded, "default": None}
every_kernel = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
FLOAT32 = 1e-6  # of the largest entry of what is right; all are of order 1
BFLOAT16 = {"output": 2**-6, "gradient": 2**-5}  # likewise; one rounding to bfloat16 costs up to 2**-9


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def routed(pairs: torch.Tensor, dtype: torch.dtype = torch.float32) -> Routing:
    "The pairs (T, E) that are True, with random weights."
    token, expert = pairs.nonzero().T
    weight = torch.rand(len(token)).to(dtype).requires_grad_()
    return check(assign(token, expert, weight, *pairs.shape))


def top(n_tokens: int, n_experts: int, k: int) -> torch.Tensor:
    "Each token's k experts, (T, E) bool."
    return (
        torch.zeros(n_tokens, n_experts).scatter(1, torch.rand(n_tokens, n_experts).topk(k).indices, 1).bool()
    )


def only(expert: int) -> torch.Tensor:
    return (torch.arange(5) == expert).expand(12, 5)


torch.manual_seed(0)
PAIRS = {
    "top 2 of 4": top(20, 4, 2),
    "ragged": torch.rand(20, 6) < 0.3,
    "all on the first": only(0),
    "all on the last": only(4),
    "one expert": top(7, 1, 1),
    "one token": top(1, 4, 2),
    "k = E": top(9, 4, 4),
    "E = 300": top(40, 300, 2),
    "nobody goes anywhere": torch.zeros(6, 4).bool(),
    "no tokens": torch.zeros(0, 4).bool(),
}
every_shape = pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)


def case(pairs: torch.Tensor, dtype: torch.dtype = torch.float32, d: int = D, h: int = H):
    "x, a routing, a stack without units so near 0 that rounding decides if they fire, a gradient to send back."
    n_tokens, n_experts = pairs.shape
    stack = Bottleneck(d, h, n_experts)
    stack.b1.data = torch.randn(n_experts, h).sign() * 2.5
    x = torch.randn(n_tokens, d).to(dtype).requires_grad_()
    return x, routed(pairs, dtype), stack.to(dtype), torch.randn(n_tokens, d).to(dtype)


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
@settings(deadline=None, max_examples=40)
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
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
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


# ---------------------------------------------------------------- birth, pruning, upcycling

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
@settings(deadline=None, max_examples=8)
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


@settings(deadline=None, max_examples=20)
@given(n_experts=st.integers(1, 9), data=st.data())
def test_upcycled_experts_say_what_the_dense_one_said(n_experts, data):
    dense, k = Bottleneck(D, H, 1), data.draw(st.integers(1, n_experts))
    moe = upcycle(dense, top_k(D, n_experts, k, softmax_chosen), n_experts)
    x = torch.randn(3, 5, D)
    alone = apply_experts(x.view(15, D), ones(15), dense)
    torch.testing.assert_close(moe(x).view(15, D), alone, rtol=1e-5, atol=1e-6)


def ones(n_tokens: int) -> Routing:
    "Every token to the only expert, with weight 1."
    token = torch.arange(n_tokens)
    return assign(token, torch.zeros_like(token), torch.ones(n_tokens), n_tokens, 1)


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
    "Gaps decide on several threads and in bfloat16; where the grouped product cannot go, segments."

    def chosen(n_threads: int, pairs: torch.Tensor, h: int = H, dtype: torch.dtype = torch.float32):
        x, routing, stack, _ = case(pairs, dtype, h=h)
        with on_threads(n_threads), patch.object(native, "code", {}):
            return fastest(x, routing, stack)

    even, skewed = torch.eye(64).bool().repeat(4, 1), (torch.arange(64) == 0).expand(256, 64)
    assert chosen(2, even) is padded
    assert chosen(2, skewed, h=1024) is chosen(1, even) is grouped
    assert chosen(1, even, dtype=torch.bfloat16) is padded
    assert chosen(1, even, dtype=torch.float16) is grouped
    assert chosen(1, skewed, h=1024, dtype=torch.bfloat16) is grouped
    assert chosen(1, even, dtype=torch.float64) is segments
    assert chosen(1, even, h=2**16) is segments
    assert chosen(2, PAIRS["nobody goes anywhere"]) is segments
