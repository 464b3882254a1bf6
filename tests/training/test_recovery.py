"A provoked collapse is noticed and undone; a guarded run in two stages survives kill -9 at its worst moments."

import importlib
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn
from training.resumable import assert_same

from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.routing.losses import switch_loss
from moe_lab.routing.presets import top_k
from moe_lab.training.aux_losses import AuxLoss
from moe_lab.training.callbacks import Checkpoints, LearningRate, MetricsLog, resume
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.evaluation import evaluate
from moe_lab.training.recovery import Moment, Recovery, held_out_loss
from moe_lab.training.runs import Run
from moe_lab.training.schedules import Constant, HoldThenDecay, Warmup
from moe_lab.training.stages import FrozenUntil
from moe_lab.training.trainer import Callback, Trainer
from moe_lab.training.watch.alarms import HealthAlarm, OldAlarm
from moe_lab.training.watch.monitor import HealthMonitor

EPOCH, STEPS = 40, 400


@dataclass(frozen=True)
class Settings:
    steps: int = STEPS


def rows(step: int) -> torch.Tensor:  # (128, 8)
    return torch.randn(128, 8, generator=torch.Generator().manual_seed(step))


def model(push: float = 0.3) -> nn.Module:
    "Tokens far from zero, and a router whose first weights send them all to two of six experts."
    torch.manual_seed(0)
    backbone = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))
    moe, head = MoE(top_k(8, 6), Bottleneck(8, 8, 6)), nn.Sequential(nn.Dropout(0.1), nn.Linear(8, 8))
    with torch.no_grad():
        backbone[1].bias += 2
        moe.router.score.weight[:2] += push
    return nn.Sequential(OrderedDict(backbone=backbone, moe=moe, head=head))


def error(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return (m(x) - x.flip(-1)).square().mean()


def make(*callbacks: Callback, m: nn.Module | None = None, coefficient=0.02, steps: int = STEPS) -> Trainer:
    m = m or model()
    fast = [*m.moe.parameters(), *m.head.parameters()]
    groups = [{"params": fast, "lr": 3e-3}, {"params": m.backbone.parameters(), "lr": 3e-4}]
    return Trainer(
        m,
        torch.optim.AdamW(groups, weight_decay=0.01),
        rows,
        error,
        steps,
        {"switch": AuxLoss(switch_loss, coefficient)},
        callbacks,
    )


JUDGE = held_out_loss([rows(10_000), rows(10_001)])


def shares(trainer: Trainer) -> torch.Tensor:  # (6,)
    return evaluate(trainer.model, [rows(20_000)], trainer.task).loads["moe"].share


# ---------------------------------------------------------------- the collapse, and the way back


def test_a_provoked_collapse_is_noticed_within_an_epoch_and_undone(tmp_path):
    run, said = Run.open(tmp_path, "guarded", Settings()), []
    guard = Recovery(HealthAlarm(), EPOCH, JUDGE, ["switch"], most=8, run=run, say=said.append)
    guarded, alone = make(guard, MetricsLog(run, every=1)), make()
    for trainer in (guarded, alone):
        trainer.fit()
        assert trainer.done == STEPS
    assert (shares(alone) > 0.05).sum() <= 3 < 4 <= (shares(guarded) > 0.05).sum()
    assert guard.returns[0].done == EPOCH and len(said) == len(guard.returns) <= 8
    assert said[0] == (
        f"step {EPOCH - 1}, moe: collapsed, 2 of 6 experts receive 90 % of the assignments; "
        f"back to step {EPOCH - 1}, with 2 times the coefficient of switch"
    )
    log = run.metrics.frame()
    used = log[log.metric == "switch coefficient"].set_index("step").value
    by_then = [sum(step >= one.done for one in guard.returns) for step in range(STEPS)]
    assert used.tolist() == [0.02 * 2.0**n for n in by_then]
    told = log[log.split == "recovery"]
    assert told[told.metric == "recoveries"].value.tolist() == [
        sum(step >= one.done for one in guard.returns) for step in range(EPOCH, STEPS + 1, EPOCH)
    ]
    assert set(told[told.metric == "alarm"].layer) == {"moe"}


def test_the_texts_alarm_sees_the_same_collapse_and_is_quiet():
    alarm = OldAlarm()
    guard = Recovery(alarm, EPOCH, JUDGE, ["switch"], most=8)
    guarded, alone = make(guard), make()
    for trainer in (guarded, alone):
        torch.manual_seed(1)
        trainer.fit(until=100)
    assert guard.returns == [] and alarm.verdicts(guarded) == {"moe": "unstable"}
    assert HealthAlarm().ring(guarded).keys() == {"moe"}
    assert_same(dict(guarded.model.state_dict()), dict(alone.model.state_dict()))  # looking changed nothing


def test_alarms_look_at_what_they_are_given():
    "Held-out batches that use all experts say nothing of a collapse; the latest ones do."
    trainer = make()
    trainer.fit(until=20)
    spread = [100 * rows(step) for step in range(4)]
    assert HealthAlarm().ring(trainer) and not HealthAlarm(held_out=spread).ring(trainer)


# ---------------------------------------------------------------- which moment, and how often


class At:
    "Rings after given steps."

    def __init__(self, *steps: int):
        self.steps = steps

    def ring(self, trainer):
        return {"moe": "so I say"} if trainer.done in self.steps else {}


class Keep(Callback):
    "Keeps every moment of a training."

    def __init__(self):
        self.moments = {}

    def after_step(self, trainer, report):
        self.moments[trainer.done] = Moment.of(trainer)


LOSSES = {10: 3.0, 20: 1.0, 30: 2.0, 40: 0.5, 50: 4.0, 60: 4.0}


def of_table(trainer: Trainer) -> float:
    return LOSSES[trainer.done]


def test_it_returns_to_the_best_of_the_moments_that_were_silent():
    "After 40 steps the loss is lowest, but the alarm rings; after 20 it was silent and low."
    before, after = Keep(), Keep()
    guard = Recovery(At(40), 10, of_table, ["switch"], say=lambda text: None)
    trainer = make(before, guard, after, coefficient=HoldThenDecay(0.1, 0.0, 20, 60))
    trainer.fit(until=41)
    assert [(one.done, one.back) for one in guard.returns] == [(40, 20)] and guard.best.done == 20
    for part in ("model", "optimizer"):
        assert_same(getattr(after.moments[40], part), getattr(before.moments[20], part))
        with pytest.raises(AssertionError):
            assert_same(getattr(before.moments[40], part), getattr(before.moments[20], part))
    assert trainer.aux_losses["switch"].coefficient(40) == pytest.approx(2 * 0.05)  # the schedule goes on


@pytest.mark.parametrize(
    ("options", "returns", "factor"),
    [
        ({}, [(20, 10), (30, 10), (50, 40)], 8.0),
        ({"most": 2}, [(20, 10), (30, 10)], 4.0),
        ({"patience": 2}, [(30, 10)], 2.0),
        ({"patience": 2, "factor": 3}, [(30, 10)], 3.0),
        ({"patience": 3}, [], 1.0),
        ({"factor": 1}, [(20, 10), (30, 10), (50, 40)], 1.0),
    ],
    ids=str,
)
def test_how_often_and_by_how_much(options, returns, factor):
    said = []
    guard = Recovery(At(20, 30, 50), 10, of_table, ["switch"], **options, say=said.append)
    trainer = make(guard)
    trainer.fit(until=51)
    assert [(one.done, one.back) for one in guard.returns] == returns
    assert trainer.aux_losses["switch"].coefficient(51) == pytest.approx(0.02 * factor)
    assert len(said) == len(returns) + ("most" in options)
    assert ("enough" in said[-1]) == ("most" in options) if said else True


def test_every_return_is_to_the_same_moment():
    "Training on after the first one leaves the kept moment as it was, the optimizer's averages too."
    before, after = Keep(), Keep()
    guard = Recovery(At(20, 30), 10, of_table, ["switch"], say=lambda text: None)
    make(before, guard, after).fit(until=31)
    for done in (20, 30):
        assert_same(after.moments[done].model, before.moments[10].model)
        assert_same(after.moments[done].optimizer, before.moments[10].optimizer)


def test_half_a_streak_is_remembered(tmp_path):
    run = Run.open(tmp_path, "streak", Settings())
    guards = [Recovery(At(20, 30), 10, of_table, ["switch"], patience=2, say=lambda text: None) for _ in "ab"]
    make(guards[0], Checkpoints(run)).fit(until=25)
    again = make(guards[1], Checkpoints(run))
    assert resume(again, run) and guards[1].in_a_row == {"moe": 1}
    again.fit(until=31)
    assert [(one.done, one.back) for one in guards[1].returns] == [(30, 10)]


def test_a_loss_that_is_no_number_ends_the_run():
    with pytest.raises(FloatingPointError, match="step 9: the held-out loss is nan"):
        make(Recovery(At(), 10, lambda trainer: float("nan"), ["switch"])).fit()


# ---------------------------------------------------------------- stages


def test_nothing_moves_what_is_frozen_and_all_of_it_learns_afterwards():
    trainer = make(FrozenUntil("backbone", 30))
    begun = {name: value.clone() for name, value in trainer.model.backbone.state_dict().items()}
    trainer.fit(until=30)
    assert_same({**trainer.model.backbone.state_dict()}, begun)
    trainer.fit(until=31)
    for name, value in trainer.model.backbone.state_dict().items():
        assert not torch.equal(value, begun[name]), name
    assert trainer.optimizer.state[trainer.model.backbone[0].weight]["step"] == 1


def test_a_parameter_that_never_learned_does_not_afterwards():
    m = model()
    m.backbone[0].weight.requires_grad_(False)
    begun = m.backbone[0].weight.clone()
    make(FrozenUntil("backbone", 5), m=m).fit(until=10)
    assert torch.equal(m.backbone[0].weight, begun) and not m.backbone[0].weight.requires_grad
    assert m.backbone[0].bias.requires_grad


# ---------------------------------------------------------------- death, and nobody can tell

SHORT, FROZEN, DEADLY = 20, 30, 84  # steps of an epoch too short to escape, of the first stage, of all
MOMENTS = {
    "before any recovery": 15,
    "in the first recovery": ", with 2 times",
    "right after it": 20,
    "in the second one": "with 4 times",
    "in the first stage": 29,
    "at its end": 30,
    "in a recovery of the second stage": "step 39",
    "in the second stage": 79,
}


class Send(Callback):
    "Sends its process a signal before a step."

    def __init__(self, step: int, by: signal.Signals):
        self.step, self.by = step, by

    def before_step(self, trainer):
        if trainer.done == self.step:
            os.kill(os.getpid(), self.by)


def go_on(out: Path, moment: int | str = STEPS, by=signal.SIGKILL) -> tuple[Trainer, Run]:
    "The run in a folder, from wherever it stands, to its end or its death: before a step, or while it speaks."
    torch.set_num_threads(1)
    run = Run.open(out, "staged", Settings(DEADLY), resume=True)

    def say(text: str):
        if isinstance(moment, str) and moment in text:
            os.kill(os.getpid(), by)

    callbacks = [
        LearningRate(Warmup(Constant(1.0), 10)),
        FrozenUntil("backbone", FROZEN),
        Recovery(HealthAlarm(tokens=256), SHORT, JUDGE, ["switch"], most=8, run=run, say=say),
        HealthMonitor(every=SHORT // 2, tokens=256, run=run, say=lambda text: None),
        MetricsLog(run, every=3),
        Send(moment if isinstance(moment, int) else STEPS, by),
        Checkpoints(run, every=9),
    ]
    trainer = make(*callbacks, steps=DEADLY)
    torch.manual_seed(1)
    try:
        resume(trainer, run)
        trainer.fit()
        run.finish({})
    finally:
        run.release()
    return trainer, run


if __name__ == "__main__":  # the process whose children die
    for heavy in ("accelerate", "pandas", "pyarrow.parquet", "sklearn.neighbors", "tqdm.auto"):
        importlib.import_module(heavy)  # once for all of them
    for name, moment in MOMENTS.items():
        if (child := os.fork()) == 0:
            go_on(Path(sys.argv[1]) / name, moment)
            os._exit(0)
        print(name, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sep="\t")
    sys.exit()


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> Path:
    "A folder with a run for each moment, dead."
    out = tmp_path_factory.mktemp("killed")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, __file__, str(out)], check=True, capture_output=True, text=True, env=env
    )
    assert dict(line.split("\t") for line in ended.stdout.splitlines()) == dict.fromkeys(MOMENTS, "-9"), ended
    return out


@pytest.fixture(scope="module")
def straight(tmp_path_factory) -> tuple[Trainer, Run]:
    trainer, run = go_on(tmp_path_factory.mktemp("straight"))
    rung = [one.done for one in trainer.callbacks[2].returns]
    assert rung == [20, 40] and 20 < FROZEN < 40  # the moments above are what they say
    states = [health.state for _, _, health in trainer.callbacks[3].changes]
    assert len(states) == len({*states}) == 2  # a monitor that forgot would say one again
    return trainer, run


def assert_undisturbed(found: tuple[Trainer, Run], straight: tuple[Trainer, Run]):
    "Model, optimizer, what callbacks remember, dice and metrics, bit for bit."
    (trainer, run), (other, undisturbed) = found, straight
    one, two = (load_newest(r.checkpoints, r.hash) for r in (run, undisturbed))
    for part in ("step", "model", "optimizer", "extra"):  # what callbacks remember is in the last
        assert_same(getattr(one, part), getattr(two, part))
    assert {"Recovery", "HealthMonitor"} == one.extra["callbacks"].keys()
    assert_same(one.rng[0]["torch"], two.rng[0]["torch"])
    left, right = run.metrics.frame(), undisturbed.metrics.frame()
    assert left.map(repr).equals(right.map(repr)) and len(left) > 100
    assert trainer.callbacks[2].returns == other.callbacks[2].returns


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_resumed_bit_for_bit(moment, killed, straight):
    assert_undisturbed(go_on(killed / moment), straight)


def test_interrupted_and_resumed_bit_for_bit(tmp_path, straight):
    "In the first stage, in a recovery, and in the second stage."
    for moment in (33, "with 4 times", 66):
        with pytest.raises(KeyboardInterrupt, match="nothing is lost"):
            go_on(tmp_path, moment, signal.SIGINT)
    assert_undisturbed(go_on(tmp_path), straight)


@pytest.mark.filterwarnings("ignore:.*begun in another environment")
def test_what_is_left_out_on_resuming_is_said(tmp_path):
    run = Run.open(tmp_path, "left", Settings())
    guard = Recovery(At(10), 10, lambda trainer: 1.0, ["switch"], say=lambda text: None)
    make(LearningRate(Warmup(Constant(1.0), 100)), guard, Checkpoints(run, every=10)).fit(until=20)
    trainer = make()
    with pytest.warns(UserWarning) as caught:
        assert resume(trainer, run)
    said = [str(one.message) for one in caught]
    assert any(
        "group 0 goes on with lr=0.003; the LearningRate that made it 0.00057" in text for text in said
    )
    assert any("the memory of a Recovery, and goes on without one" in text for text in said)
    assert [group["lr"] for group in trainer.optimizer.param_groups] == [3e-3, 3e-4]
