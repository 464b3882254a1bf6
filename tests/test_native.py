"Machine code decides as the long way does, to the last tie; made apart, nothing waits for it or fails with it."

import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
import torch
from filelock import FileLock
from hypothesis import given, settings
from torch import Tensor, nn
from torch.autograd import grad

from moe_lab.experts.experts import SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.files import sealed
from moe_lab.native import silu
from moe_lab.native.code import ELSEWHERE, EVERY_LOOP, Native, code_path, make, native
from moe_lab.routing.decision import Context, Routing, check, in_blocks
from moe_lab.routing.presets import top_k
from moe_lab.routing.selection import TopK, sigmoid_chosen, softmax_all, softmax_chosen


@pytest.fixture(scope="module")
def code():
    "The loops as machine code: made here, if they were not before."
    own = Native()
    assert own.now(), own.state
    assert set(own.code) == set(EVERY_LOOP)
    return own.code


def fields(routing: Routing) -> list[Tensor]:
    return [routing.token, routing.expert, routing.rank, routing.offsets, routing.weight]


def both_ways(act, code):
    "What an act gives by machine code, and the long way."
    with patch.object(native, "code", code):
        short = act()
    with patch.object(native, "code", {}), patch.object(native, "state", "off"):
        return short, act()


ties = st.sampled_from([-torch.inf, -1.0, -0.0, 0.0, 0.5, 2.0])


@settings(max_examples=150)
@given(data=st.data(), gate=st.sampled_from([softmax_all, softmax_chosen, sigmoid_chosen]))
def test_the_same_decision_to_the_last_tie(code, data, gate):
    n_tokens, n_experts = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 11))
    k = data.draw(st.integers(1, n_experts))
    each = st.lists(ties, min_size=n_tokens * n_experts, max_size=n_tokens * n_experts)
    scores = torch.tensor(data.draw(each)).view(n_tokens, n_experts)
    logits = scores.nan_to_num(neginf=-3.0)
    short, long = both_ways(lambda: TopK(k, gate)(logits, scores, Context()), code)
    check(short)
    assert all(torch.equal(one, other) for one, other in zip(fields(short), fields(long)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", ["contiguous", "columns"])
def test_any_kind_of_scores(code, dtype, view):
    torch.manual_seed(0)
    scores = torch.randn(40, 24, dtype=dtype)[:, :: 2 if view == "columns" else 1]
    mask = torch.rand(40) < 0.5
    for context in (Context(), Context(mask=mask)):
        short, long = both_ways(lambda: TopK(3)(scores, scores, context), code)  # noqa: B023
        assert all(torch.equal(one, other) for one, other in zip(fields(short), fields(long)))


def test_a_nan_is_as_it_was(code):
    scores = torch.tensor([[1.0, torch.nan, 0.0], [2.0, 0.0, 1.0]])
    short, long = both_ways(lambda: TopK(2)(scores, scores, Context()), code)
    assert torch.equal(short.expert, long.expert)


@settings(max_examples=60)
@given(n=st.integers(1, 400), keys=st.lists(st.integers(-1, 400), max_size=60))
def test_the_same_blocks_and_the_same_refusals(code, n, keys):
    def act():
        try:
            return [part.tolist() for part in in_blocks(torch.tensor(keys, dtype=torch.long), n, "expert")]
        except ValueError as error:
            return str(error)

    short, long = both_ways(act, code)
    assert short == long


def trained(layer: MoE, x: Tensor) -> list[Tensor]:
    "The parameters after a few steps."
    optimizer = torch.optim.Adam(layer.parameters(), 0.01)
    for _ in range(4):
        optimizer.zero_grad()
        nn.functional.mse_loss(layer(x), x).backward()
        optimizer.step()
    return [p.detach() for p in layer.parameters()]


def test_a_run_may_change_from_one_to_the_other_at_any_step(code):
    torch.manual_seed(0)
    layer, x = MoE(top_k(16, 6, 2, softmax_chosen), SwiGLU(16, 8, 6)), torch.randn(50, 16)
    short, long = both_ways(lambda: trained(deepcopy(layer), x), code)
    assert all(torch.equal(one, other) for one, other in zip(short, long))


def pulled(logits: Tensor, gate, **how) -> tuple[Tensor, ...]:
    "The gradients of logits that weights of many sizes pull at, and the gradients of those gradients."
    weight = TopK(2, gate)(logits, logits, Context()).weight
    pull = torch.linspace(-1, 1, len(weight))
    (first,) = grad(weight, logits, pull, create_graph=True)
    (second,) = grad(first.square().sum(), logits)
    return first, second


@pytest.mark.parametrize("gate", [softmax_all, softmax_chosen])
def test_the_gradients_of_a_decision(code, gate):
    torch.manual_seed(0)
    logits = torch.randn(30, 7, requires_grad=True)
    short, long = both_ways(lambda: pulled(logits, gate), code)
    for one, other in zip(short, long):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("gate", [softmax_all, softmax_chosen])
def test_the_way_back_is_the_same_to_the_bit(code, gate):
    torch.manual_seed(0)
    logits, pull = torch.randn(30, 7, requires_grad=True), torch.randn(60)

    def back():
        weight = TopK(2, gate)(logits, logits, Context()).weight
        return type(weight.grad_fn).__name__, grad(weight, logits, pull)[0]

    short, long = both_ways(back, code)
    assert short[0] == "SoftmaxAtBackward" != long[0]
    assert torch.equal(short[1], long[1])


@pytest.mark.parametrize("gate", [softmax_all, softmax_chosen])
def test_many_gradients_at_once_and_tangents(code, gate):
    torch.manual_seed(0)
    logits, pulls = torch.randn(9, 5, requires_grad=True), torch.randn(4, 18)

    def batched():
        weight = TopK(2, gate)(logits, logits, Context()).weight
        return grad(weight, logits, pulls, is_grads_batched=True)[0]

    def tangents():
        with torch.autograd.forward_ad.dual_level():
            moved = torch.autograd.forward_ad.make_dual(logits.detach(), torch.ones(9, 5).cumsum(1))
            weight = TopK(2, gate)(moved, moved, Context()).weight
            return torch.autograd.forward_ad.unpack_dual(weight).tangent

    for act in (batched, tangents):
        torch.testing.assert_close(*both_ways(act, code), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wrong", [torch.inf, -torch.inf, torch.nan])
def test_logits_that_are_not_finite_are_refused(code, wrong):
    router, x = top_k(3, 4), torch.ones(5, 3)
    x[2, 1] = wrong

    def told():
        with pytest.raises(ValueError, match="token 2") as error:
            router(x)
        return str(error.value)

    short, long = both_ways(told, code)
    assert short == long


# ---------------------------------------------------------------- numbers with a fraction, the same to the bit


def units(h: int) -> tuple[Tensor, Tensor]:
    "Gates of all sizes, none and infinite among them, and a gradient: (n, 2h), (n, h)."
    torch.manual_seed(h)
    u = torch.randn(400, 2 * h) * torch.logspace(-40, 3, 400)[:, None]
    odd = torch.tensor([0.0, -0.0, torch.inf, -torch.inf, 88.8, -87.4, -104.5, 1e-45])
    u[:8, 3], u[8:16, h + 3] = odd, odd
    return u, torch.randn(400, h)


def plain_bits(table: Tensor) -> Tensor:
    return table.nan_to_num(nan=7.0).view(torch.int32)


@pytest.mark.parametrize("h", [64, 128, 320])
def test_gated_units_to_the_bit_where_machine_code_says_so(code, h):
    u, pull = units(h)
    with patch.object(native, "code", code):
        if not silu.is_same_to_the_bit():
            pytest.skip("this PyTorch computes another exponential")
        assert torch.equal(plain_bits(silu.gated_by_code(u)), plain_bits(silu.gated(u)))
        assert torch.equal(plain_bits(silu.gated_back_by_code(pull, u)), plain_bits(silu.gated_back(pull, u)))


@pytest.mark.parametrize(("h", "same", "by_code"), [(64, True, True), (64, False, False), (48, True, False)])
def test_who_goes_by_machine_code(code, h, same, by_code):
    u, pull = units(h)
    with patch.object(native, "code", code), patch.object(silu, "is_same_to_the_bit", lambda: same):
        assert silu.goes_by_code(u) == by_code
        assert not silu.goes_by_code(u.clone().requires_grad_())
        torch.testing.assert_close(silu.gates_from(pull, u), silu.gated_back(pull, u), equal_nan=True)


@pytest.mark.parametrize("setting", [torch.set_default_device, torch.set_default_dtype])
def test_what_is_usual_elsewhere_does_not_disturb_the_trial(code, setting):
    with patch.object(native, "code", code):
        usual = silu.is_same_to_the_bit()
        silu.is_same_to_the_bit.cache_clear()
        setting("meta" if setting is torch.set_default_device else torch.float64)
        try:
            assert silu.is_same_to_the_bit() == usual
        finally:
            setting(None if setting is torch.set_default_device else torch.float32)


# ---------------------------------------------------------------- when, and what may go wrong


def test_nothing_happens_before_it_was_asked_for_often_enough():
    program = """
import sys, torch
from moe_lab import MoE, Bottleneck, top_k
layer = MoE(top_k(8, 4, 2), Bottleneck(8, 4, 4))
for _ in range(20):
    layer(torch.randn(9, 8)).sum().backward()
from moe_lab.native import silu
from moe_lab.native.code import native
assert native.calls > 0 and native.state == "not asked for often enough", native.state
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_variable_turns_it_off():
    with patch.dict(os.environ, MOE_LAB_NATIVE="0"):
        own = Native(after=1)
    assert (own.now(), own("choose"), own.state) == (False, None, "off")


def test_what_was_made_is_loaded_without_numba(code):
    program = """
import sys
from moe_lab.native import silu
from moe_lab.native.code import Native
own = Native(after=1)
assert own("choose") is not None and "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize("content", [b"half a file", sealed(b"")[:-3]])
def test_a_damaged_file_is_not_loaded(tmp_path, monkeypatch, content):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    code_path().parent.mkdir()
    Path(code_path()).write_bytes(content)
    own = Native(after=1)
    with patch("moe_lab.native.code.begin_making") as begun, pytest.warns(UserWarning, match="damaged"):
        assert own("choose") is None
    assert begun.call_count == 1


def test_where_it_cannot_be_made_the_layer_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path / "file"))
    (tmp_path / "file").write_text("no folder")
    own = Native(after=1)
    with patch("moe_lab.native.code.MAKE", "raise SystemExit(3)"):
        assert (own.now(), own.state) == (False, "off")
    assert own("choose") is None


def test_of_many_processes_one_makes_it(tmp_path, monkeypatch):
    "Whoever finds another at work ends at once, and the one that sent it looks again later."
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    code_path().parent.mkdir()
    own = Native(after=1)
    with FileLock(f"{code_path()}.lock"):
        with pytest.raises(SystemExit) as ended:
            make(0)
        assert ended.value.code == ELSEWHERE
        assert own("choose") is None
        assert own.maker.wait() == ELSEWHERE
    assert (own("choose"), own.state) == (None, "being made by another process")
    with patch("moe_lab.native.code.loaded", lambda made: {"choose": made}):
        code_path().write_bytes(sealed(b"what the other made"))
        assert (own("choose"), own.state) == (b"what the other made", "in use")
