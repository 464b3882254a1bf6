"What a step is: gradients that are not finite, accumulated batches, optimizers of others; and going on."

import copy
import signal
import warnings
from collections import namedtuple
from dataclasses import dataclass

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from moe_lab import AuxLoss, Bottleneck, MoE, Trainer, loss_free, switch_loss, top_k
from moe_lab.training import (
    Callback,
    Checkpoints,
    Constant,
    Growth,
    LearningRate,
    MetricsLog,
    Run,
    evaluate,
    resume,
)
from moe_lab.training.checkpoints import stored_checkpoints
from moe_lab.training.schedules import CosineDecay


@dataclass(frozen=True)
class Settings:
    steps: int = 6


@pytest.fixture(autouse=True)
def fresh_accelerate():
    yield
    AcceleratorState._reset_state(True)


def model(n_experts: int = 4) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(MoE(loss_free(8, n_experts), Bottleneck(8, 16, n_experts)))


def rows(step: int) -> torch.Tensor:
    return torch.randn(12, 8, generator=torch.Generator().manual_seed(step))


def error(m, x):
    return (m(x) - x).square().mean()


def root(m, x):
    "0, whose gradient is 0/0."
    return (m(x) - m(x).detach()).square().sum().sqrt()


def half_precision(scale: float) -> Accelerator:
    "An accelerator of fp16 on a CPU, where there is none: its scaler is real."
    made = Accelerator(cpu=True, mixed_precision="fp16")
    made.scaler, made.native_amp = torch.amp.GradScaler("cpu", init_scale=scale), True
    return made


def make(m=None, accumulates=1, steps=6, lr=0.01, scale=None, **other) -> Trainer:
    AcceleratorState._reset_state(True)
    m = model() if m is None else m
    accelerator = (
        half_precision(scale) if scale else Accelerator(cpu=True, gradient_accumulation_steps=accumulates)
    )
    usual = dict(batch=rows, task=error, accelerator=accelerator)
    return Trainer(m, torch.optim.Adam(m.parameters(), lr), steps=steps, **usual | other)


def state(trainer: Trainer) -> dict:
    return copy.deepcopy(trainer.model.state_dict())


def equal(one: dict, other: dict) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


# ---------------------------------------------------------------- gradients that are not finite


def test_the_last_good_checkpoint_stays_the_newest(tmp_path):
    run = Run.open(tmp_path, "small", Settings())
    trainer = make(callbacks=[MetricsLog(run, every=1), Checkpoints(run, every=1)])
    trainer.fit(3)
    good, files = state(trainer), {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file()}
    trainer.task = root
    with pytest.raises(
        FloatingPointError, match=r"step 3: the gradient of 0\.\S+ is not finite, though the loss is 0"
    ):
        trainer.fit()
    assert not trainer.whole and equal(state(trainer), good)
    assert stored_checkpoints(run.checkpoints)[-1].name == "step-00000002"
    assert files == {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file()}
    again = make()
    assert resume(again, run) and again.done == 3 and equal(state(again), good)


def test_fp16_leaves_out_a_step_that_overflows():
    trainer = make(scale=2.0**100)
    before = state(trainer)
    report = trainer.step()
    assert not report.moved and trainer.done == 1 and trainer.whole
    assert equal(state(trainer), before)  # the router's bias too
    assert trainer.accelerator.scaler.get_scale() == 2.0**99
    while not trainer.step().moved:
        pass
    assert not equal(state(trainer), before)


def test_fp16_ends_where_no_scale_helps():
    trainer = make(task=root, scale=2.0)
    assert not trainer.step().moved
    with pytest.raises(FloatingPointError, match="is not finite"):
        trainer.step()


def test_a_scale_goes_on_where_it_was(tmp_path):
    run = Run.open(tmp_path, "scaled", Settings())
    first = make(scale=2.0**100, callbacks=[Checkpoints(run)])
    first.fit(2)
    scale = first.accelerator.scaler.get_scale()
    second = make(scale=8.0)
    resume(second, run)
    assert second.accelerator.scaler.get_scale() == scale < 2.0**100


# ---------------------------------------------------------------- what the optimizer holds


def test_experts_that_the_optimizer_does_not_know_are_refused():
    trainer = make(m=nn.Sequential(MoE(top_k(8, 4), Bottleneck(8, 16, 4))))
    trainer.fit(2)
    trainer.optimizer = torch.optim.Adam(model().parameters())
    with pytest.raises(ValueError, match=r"optimizer does not hold 0\.router\.score\.weight"):
        trainer.fit()


def test_what_is_left_out_is_named_and_what_is_frozen_is_not():
    m = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    trainer = Trainer(m, torch.optim.SGD(m[1].parameters(), 0.1), rows, error, 2)
    with pytest.warns(UserWarning, match=r"optimizer leaves out 0\.weight, 0\.bias"):
        trainer.fit(1)
    m[0].requires_grad_(False)
    with warnings.catch_warnings(action="error"):
        trainer.fit()


# ---------------------------------------------------------------- batches and losses


Pair = namedtuple("Pair", ["x", "y"])
FORMS = {
    "tuple": (lambda x: (x, x), lambda b: b),
    "list": (lambda x: [x, x], lambda b: b),
    "namedtuple": (lambda x: Pair(x, x), lambda b: (b.x, b.y)),
    "dict": (lambda x: {"x": x, "y": x, "name": "texts"}, lambda b: (b["x"], b["y"])),
    "nested": (lambda x: (x, {"y": (x,)}), lambda b: (b[0], b[1]["y"][0])),
}


@pytest.mark.parametrize("form", FORMS)
def test_batches_of_several_tensors(form):
    pack, unpack = FORMS[form]

    def task(m, batch):
        x, y = unpack(batch)
        return (m(x) - y).square().mean()

    packed, plain = make(batch=lambda step: pack(rows(step)), task=task), make()
    packed.fit()
    plain.fit()
    assert equal(state(packed), state(plain))
    found = evaluate(packed.model, [pack(rows(0)), pack(rows(1)[:3])], task)
    assert found.loss == evaluate(plain.model, [rows(0), rows(1)[:3]], error).loss and found.n == 15


def test_a_coefficient_may_be_a_number():
    trained = [make(aux_losses={"switch": AuxLoss(switch_loss, c)}) for c in (0.1, Constant(0.1))]
    for trainer in trained:
        trainer.fit()
    assert equal(*map(state, trained)) and not equal(state(trained[0]), state(make()))


# ---------------------------------------------------------------- accumulated batches


class Seen(Callback):
    def __init__(self):
        self.steps = []

    def after_step(self, trainer, report):
        self.steps.append((report.step, report.moved, trainer.whole, trainer.model[0].n_experts))


def test_births_and_checkpoints_wait_for_the_end_of_an_optimizer_step(tmp_path):
    run, seen = Run.open(tmp_path, "small", Settings()), Seen()
    make(accumulates=3, callbacks=[Growth({1: 1, 2: 1}), Checkpoints(run, every=2), seen]).fit(until=1)
    assert seen.steps == [(0, False, False, 4), (1, False, False, 4), (2, True, True, 4)]
    trainer = make(accumulates=3, callbacks=[Growth({1: 1, 2: 1}), Checkpoints(run, every=2), seen])
    assert resume(trainer, run) and trainer.done == 3
    trainer.fit()
    assert seen.steps[3:] == [(3, False, False, 6), (4, False, False, 6), (5, True, True, 6)]
    assert [path.name for path in stored_checkpoints(run.checkpoints)] == ["step-00000002", "step-00000005"]


def test_routers_hear_of_all_batches_once():
    once, twice = make(batch=lambda step: torch.cat([rows(0), rows(1)])), make(accumulates=2)
    once.fit(1)
    twice.fit(2)
    torch.testing.assert_close(state(once), state(twice), rtol=1e-5, atol=1e-6)
    assert state(once)["0.router.adjustments.0.bias"].abs().max() > 0


def test_an_interrupt_waits_for_the_end_of_an_optimizer_step():
    class Stop(Callback):
        def after_step(self, trainer, report):
            if report.step == 3:
                signal.raise_signal(signal.SIGINT)

    trainer = make(accumulates=3, callbacks=[Stop()])
    with pytest.raises(KeyboardInterrupt, match="interrupted after step 6 of 6"):
        trainer.fit()
    assert trainer.whole


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_compiled_runs_go_on_uncompiled_and_back(tmp_path, first, second):
    def wrapped(is_compiled):
        return torch.compile(model(), backend="eager") if is_compiled else model()

    run = Run.open(tmp_path, "small", Settings())
    make(m=wrapped(first), callbacks=[Checkpoints(run)]).fit(3)
    half, straight = make(m=wrapped(second)), make()
    assert resume(half, run)
    half.fit()
    straight.fit()
    found = {name.removeprefix("_orig_mod."): value for name, value in state(half).items()}
    assert equal(found, state(straight))


@pytest.mark.parametrize("scheduled", [False, True])
def test_another_learning_rate_is_used_and_said(tmp_path, scheduled):
    schedule = [LearningRate(CosineDecay(1.0, 0.1, 6))] if scheduled else []
    run = Run.open(tmp_path, "small", Settings())
    make(lr=0.01, callbacks=[*schedule, Checkpoints(run)]).fit(3)
    same, other = make(lr=0.01, callbacks=schedule), make(lr=0.5, callbacks=schedule)
    with warnings.catch_warnings(action="error"):
        resume(same, run)
    with pytest.warns(UserWarning, match=r"group 0 goes on with lr=0\.5; it was 0\.01"):
        resume(other, run)
    same.step()
    other.step()
    rates = [trainer.optimizer.param_groups[0]["lr"] for trainer in (same, other)]
    assert rates[1] == pytest.approx(50 * rates[0])


def test_numpy_and_python_go_on_where_they_were(tmp_path):
    import random

    import numpy as np

    def noisy(step):
        return rows(step) + random.gauss() + np.random.randn()  # noqa: NPY002

    run = Run.open(tmp_path, "small", Settings())
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    straight = make(batch=noisy, callbacks=[Checkpoints(run, every=3)])
    straight.fit(3)
    half = make(batch=noisy)
    straight.fit()
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    for path in stored_checkpoints(run.checkpoints)[1:]:
        path.rename(path.with_name("later"))
    assert resume(half, run) and half.done == 3
    half.fit()
    assert equal(state(half), state(straight))
