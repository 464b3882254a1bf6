"Mistakes with trainers, evaluations, checkpoints, schedules and callbacks."

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch
from faults.table import Bad
from torch import nn

from moe_lab import AuxLoss, Bottleneck, MoE, Trainer, top_k
from moe_lab.data.batching import MeanOver
from moe_lab.models.language import next_token
from moe_lab.routing.losses import switch_loss
from moe_lab.training import (
    Checkpoints,
    Constant,
    CosineDecay,
    FrozenUntil,
    Growth,
    HealthAlarm,
    HealthMonitor,
    HoldThenDecay,
    LearningRate,
    MetricsLog,
    OldAlarm,
    ProgressBar,
    Recovery,
    Run,
    Times,
    Warmup,
    evaluate,
    held_out_loss,
    resume,
    save_checkpoint,
)
from moe_lab.training.checkpoints import load_newest


@dataclasses.dataclass(frozen=True)
class Settings:
    steps: int = 2


def model(n_experts: int = 4) -> nn.Module:
    return nn.Sequential(MoE(top_k(8, n_experts), Bottleneck(8, 4, n_experts)))


def error(m: nn.Module, x: Any) -> torch.Tensor:
    return (m(x) - x).square().mean()


def make(m: Any = None, accumulates: int = 1, precision: str = "no", **other: Any) -> Trainer:
    "A small trainer, but for what is asked otherwise."
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(True)
    own = model() if m is None else m
    optimizer = torch.optim.SGD(own.parameters(), 0.1) if isinstance(own, nn.Module) else None
    usual = dict(optimizer=optimizer, batch=lambda step: torch.randn(16, 8), task=error, steps=2)
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=accumulates, mixed_precision=precision)
    return Trainer(own, **(usual | dict(accelerator=accelerator) | other))


def fit(m: Any = None, **other: Any) -> None:
    make(m, **other).fit()


def task_returning(value: Any):
    return lambda: fit(task=lambda m, x: value)


def batch_of(value: Any):
    return lambda: fit(batch=lambda step: value)


def grown_alone() -> None:
    trainer = make()
    trainer.fit(1)
    layer = trainer.model[0]
    layer.router, layer.experts = top_k(8, 5), Bottleneck(8, 4, 5)
    trainer.fit()


def other_optimizer() -> None:
    fit(optimizer=torch.optim.Adam(model().parameters()))


def by_optimizer(kind: Any):
    return lambda: fit(m := model(), optimizer=kind(m.parameters()))


def backwards(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    error(m, x).backward()
    return error(m, x)


def root(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    "0, whose gradient is 0/0."
    return (m(x) - m(x).detach()).square().sum().sqrt()


def saved(**other: Any) -> Run:
    "A run with a checkpoint after two steps."
    run = Run.open("out", "small", Settings())
    make(callbacks=[Checkpoints(run, 1)], **other).fit()
    return run


def resumed(m: nn.Module, **other: Any) -> None:
    resume(make(m, **other), saved())


def foreign() -> None:
    run = saved()
    load_newest(run.checkpoints, "0123456789ab")


def damaged() -> None:
    run = saved()
    for path in run.checkpoints.rglob("manifest.json"):
        path.write_text("{}")
    load_newest(run.checkpoints, run.hash)


def by_schedule(**lr: Any):
    return lambda: fit(callbacks=[LearningRate(CosineDecay(**lr))])


class Bell:
    "Rings with whatever it was given."

    def __init__(self, says: Any = None):
        self.says = {} if says is None else says

    def ring(self, trainer):
        return self.says


def guarded(*others: Any, loss: Any = 0.5, **wrong: Any):
    "A training of two steps under a recovery that is right but for what is said."
    usual = dict(alarm=Bell(), every=1, judge=lambda trainer: loss, aux_losses=["switch"])

    def call():
        callbacks = [Recovery(**(usual | wrong)), *others]
        fit(callbacks=callbacks, aux_losses={"switch": AuxLoss(switch_loss, 0.1)})

    return call


def staged(*stages: Any):
    "A training of two steps in stages: part and step."
    return lambda: fit(
        m=nn.Sequential(nn.Linear(8, 8), *model()), callbacks=[FrozenUntil(*stage) for stage in stages]
    )


def behind() -> None:
    run = Run.open("out", "small", Settings())
    fit(callbacks=[Checkpoints(run), HealthMonitor()])


ROWS = [
    # what a trainer is made of
    Bad("a model's class instead of a model", lambda: fit(nn.Linear), ("model", "torch.nn.Module")),
    Bad(
        "an optimizer by its name",
        lambda: fit(optimizer="adam"),
        ("optimizer", "str", "torch.optim.Optimizer"),
    ),
    Bad(
        "an optimizer's class", lambda: fit(optimizer=torch.optim.Adam), ("optimizer", "needs a torch.optim")
    ),
    Bad("a tensor as batch", lambda: fit(batch=torch.randn(16, 8)), ("batch", "Tensor", "function")),
    Bad("no task", lambda: fit(task=None), ("task is None", "function")),
    Bad(
        "an optimizer that wants a closure", by_optimizer(torch.optim.LBFGS), ("LBFGS", "as they are", "Adam")
    ),
    Bad(
        "dense gradients for sparse ones", by_optimizer(torch.optim.SparseAdam), ("SparseAdam", "0.", "dense")
    ),
    Bad("a complex loss", lambda: fit(task=lambda m, x: m(x).sum() * 1j), ("complex64", "real loss")),
    Bad(
        "a task that goes backward itself", lambda: fit(task=backwards), ("task left gradients", "backward()")
    ),
    Bad("fewer steps than none", lambda: fit(steps=-5), ("steps=-5", "at least 1")),
    Bad("half a step", lambda: fit(steps=1.5), ("steps=1.5", "whole number")),
    Bad("steps in words", lambda: fit(steps="10"), ("steps='10'", "whole number")),
    Bad("steps that leave a batch over", lambda: fit(steps=7, accumulates=2), ("steps=7", "multiple", "2")),
    Bad("an end in the past", lambda: make().fit(until=-1), ("until=-1", "0 or more")),
    Bad("a callback's class", lambda: fit(callbacks=[ProgressBar]), ("callbacks[0]", "Callback")),
    Bad("a function as callback", lambda: fit(callbacks=[print]), ("callbacks[0]", "Callback")),
    Bad(
        "one callback without a list",
        lambda: fit(callbacks=ProgressBar()),
        ("callbacks", "ProgressBar", "list"),
    ),
    Bad("fp16 on a CPU", lambda: fit(precision="fp16"), ("fp16", "needs a GPU", "bf16")),
    # what the optimizer holds
    Bad("the optimizer of another model", other_optimizer, ("optimizer", "0.router.score.weight", "nothing")),
    Bad("experts exchanged behind the optimizer's back", grown_alone, ("optimizer", "0.experts", "grow")),
    # auxiliary losses
    Bad(
        "a coefficient in words",
        lambda: AuxLoss(switch_loss, "0.1"),
        ("coefficient='0.1'", "number or a schedule"),
    ),
    Bad("no coefficient", lambda: AuxLoss(switch_loss, None), ("coefficient=None", "number or a schedule")),
    Bad("a coefficient of NaN", lambda: AuxLoss(switch_loss, float("nan")), ("nan", "finite")),
    Bad(
        "a number as auxiliary loss",
        lambda: AuxLoss(0.1, Constant(0.1)),
        ("loss=0.1", "function of a Routing"),
    ),
    Bad(
        "a reach that there is not",
        lambda: AuxLoss(switch_loss, 0.1, "batch"),
        ("over='batch'", "own, micro, global"),
    ),
    Bad(
        "an auxiliary loss without a coefficient",
        lambda: fit(aux_losses={"switch": switch_loss}),
        ("aux_losses['switch']", "AuxLoss(loss, coefficient)"),
    ),
    Bad(
        "auxiliary losses in a list",
        lambda: fit(aux_losses=[AuxLoss(switch_loss, 0.1)]),
        ("aux_losses", "list", "name"),
    ),
    # what a task returns
    Bad("a task without return", task_returning(None), ("task returned None", "scalar tensor")),
    Bad("a loss as a plain number", task_returning(0.5), ("gradient", "number instead of its tensor")),
    Bad(
        "a loss for each row",
        lambda: fit(task=lambda m, x: (m(x) - x).square().mean(1)),
        ("task", "(16,)", "mean()"),
    ),
    Bad("a task that returns a text", task_returning("0.5"), ("task returned '0.5'", "scalar tensor")),
    Bad(
        "a loss with its metrics", task_returning((torch.tensor(0.5), {})), ("task returned", "scalar tensor")
    ),
    Bad(
        "a mean over fewer than no terms",
        task_returning(MeanOver(torch.tensor(0.5), -1)),
        ("n=-1", "0 or more"),
    ),
    Bad(
        "a loss of NaN",
        lambda: fit(task=lambda m, x: m(x).sum() * float("nan")),
        ("loss is nan",),
        FloatingPointError,
    ),
    Bad(
        "a gradient of NaN under a finite loss",
        lambda: fit(task=root),
        ("gradient of 0.", "finite"),
        FloatingPointError,
    ),
    # batches
    Bad("a batch of numpy's", batch_of(np.zeros((16, 8))), ("batch(0)", "numpy.ndarray", "tensor")),
    Bad("a batch of lists of numbers", batch_of([[0.0] * 8]), ("batch(0)", "list", "tensor")),
    Bad("no batch", batch_of(None), ("batch(0)", "NoneType", "tensor")),
    Bad(
        "a batch whose parts do not agree",
        batch_of((torch.ones(4, 8), torch.ones(3))),
        ("batch(0)", "4, 3 rows"),
    ),
    Bad("a batch without rows", batch_of(torch.ones(0, 8)), ("step 0", "no term")),
    Bad(
        "texts of one token",
        lambda: next_token(model(), torch.ones(3, 1).long()),
        ("batch", "(3, 1)", "one token"),
    ),
    Bad(
        "a text without a batch",
        lambda: next_token(model(), torch.ones(9).long()),
        ("batch", "(9,)", "(B, S)"),
    ),
    # evaluations
    Bad("nothing to evaluate on", lambda: evaluate(model(), [], error), ("batches is empty",)),
    Bad(
        "a tensor instead of batches",
        lambda: evaluate(model(), torch.ones(4, 8), error),
        ("(4, 8)", "[batch]"),
    ),
    Bad(
        "one batch without a row", lambda: evaluate(model(), [torch.ones(0, 8)], error), ("batches is empty",)
    ),
    Bad("numbers as batches", lambda: evaluate(model(), [1, 2], error), ("batch is of type int", "tensor")),
    Bad(
        "an evaluation of nothing",
        lambda: evaluate(model(), [torch.ones(4, 8)], lambda m, x: None),
        ("task returned",),
    ),
    # schedules and growth
    Bad("a schedule of no steps", by_schedule(start=1, end=0, steps=0), ("steps", "at least 1")),
    Bad("a schedule of infinity", lambda: Constant(float("inf")), ("inf", "finite")),
    Bad("a schedule in words", lambda: Constant("0.1"), ("value='0.1'", "number")),
    Bad("a decay before its beginning", lambda: HoldThenDecay(1, 0, 9, 3), ("hold", "until", "<")),
    Bad("a warm-up of half a step", lambda: Warmup(Constant(1.0), 0.5), ("steps", "0.5")),
    Bad("a rate as a number", lambda: fit(callbacks=[LearningRate(0.1)]), ("factor=0.1", "schedule")),
    Bad(
        "births after the end",
        lambda: fit(callbacks=[Growth({9: 1})]),
        ("births", "[9]", "ends after step 1"),
    ),
    Bad("the birth of less than an expert", lambda: fit(callbacks=[Growth({1: -1})]), ("-1",)),
    # callbacks and checkpoints
    Bad("a bar that never moves", lambda: ProgressBar(every=0), ("every=0", "at least 1")),
    Bad("a log that is never written", lambda: MetricsLog(None, every=0), ("every=0", "at least 1")),
    Bad("checkpoints without a run", lambda: Checkpoints(Path("out")), ("run", "Run.open")),
    Bad("checkpoints at no step", lambda: Checkpoints(None, 0), ("every=0", "at least 1")),
    Bad("a monitor that never looks", lambda: HealthMonitor(every=0), ("every=0", "at least 1")),
    Bad(
        "no checkpoint kept",
        lambda: save_checkpoint(Path("c"), 1, {}, {}, {}, keep=0),
        ("keep=0", "at least 1"),
    ),
    Bad(
        "a step before the first",
        lambda: save_checkpoint(Path("c"), -1, {}, {}, {}),
        ("step=-1", "0 or more"),
    ),
    Bad("a checkpoint of other settings", foreign, ("step-00000001", "other settings")),
    Bad("only damaged checkpoints", damaged, ("none of the 2 checkpoints", "--out")),
    Bad("four experts into six", lambda: resumed(model(6)), ("layer '0'", "6 experts", "the checkpoint 4")),
    Bad(
        "another width",
        lambda: resumed(nn.Sequential(MoE(top_k(8, 4), Bottleneck(8, 5, 4)))),
        ("shape", "model"),
    ),
    Bad("a dense model from a sparse one", lambda: resumed(nn.Linear(8, 8)), ("MoE layers []", "['0']")),
    Bad("fewer steps than were taken", lambda: resumed(model(), steps=1), ("steps=1", "after 2 steps")),
    Bad(
        "between two accumulated batches",
        lambda: resumed(model(), steps=6, accumulates=3),
        ("3", "after 2 steps"),
    ),
    Bad(
        "another optimizer",
        lambda: resumed(m := model(), optimizer=torch.optim.Adam(m.parameters())),
        ("optimizer=Adam", "SGD"),
    ),
    Bad("resuming from a path", lambda: resume(make(), Path("out")), ("run", "Run.open")),
    # recovery and stages
    Bad("no alarm", guarded(alarm=None), ("alarm=None", "ring(trainer)")),
    Bad("an alarm's class", guarded(alarm=HealthAlarm), ("alarm=", "HealthAlarm()")),
    Bad("an alarm that says yes", guarded(alarm=Bell(True)), ("alarm.ring returned True", "layer -> reason")),
    Bad("a loss in place of its function", guarded(judge=0.5), ("judge=0.5", "function")),
    Bad("a judge without a word", guarded(loss={}), ("judge returned {}", "number")),
    Bad("a held-out loss of NaN", guarded(loss=float("nan")), ("step 0", "is nan"), FloatingPointError),
    Bad("no epoch", guarded(every=0), ("every=0", "at least 1")),
    Bad("an epoch longer than the run", guarded(every=5), ("every=5", "2 steps", "nobody would look")),
    Bad("one name in place of names", guarded(aux_losses="switch"), ("aux_losses='switch'", "list of names")),
    Bad("nothing to raise", guarded(aux_losses=[]), ("aux_losses=[]", "list of names")),
    Bad("a loss that the trainer has not", guarded(aux_losses=["z"]), ("no 'z'", "it has switch")),
    Bad("half the coefficient", guarded(factor=0.5), ("factor=0.5", "at least 1")),
    Bad("infinitely often the coefficient", guarded(factor=float("inf")), ("factor=inf", "finite")),
    Bad("no recovery at all", guarded(most=0), ("most=0", "at least 1")),
    Bad("half a look in a row", guarded(patience=0.5), ("patience=0.5", "whole number")),
    Bad("a list to speak to", guarded(say=[]), ("say=[]", "function")),
    Bad("a recovery beside births", guarded(Growth({1: 1})), ("Recovery and Growth", "undo")),
    Bad(
        "two recoveries",
        guarded(Recovery(Bell(), 1, lambda trainer: 0.5, ["switch"])),
        ("Recovery and Recovery", "undo"),
    ),
    Bad("a memory behind its checkpoints", behind, ("HealthMonitor has a memory", "put it before")),
    Bad("a tensor held out", lambda: HealthAlarm(held_out=torch.ones(4, 8)), ("held_out", "[batch]")),
    Bad("numbers held out", lambda: held_out_loss([1, 2]), ("batches[0]", "int", "tensor")),
    Bad("nothing held out", lambda: held_out_loss([]), ("batches is empty",)),
    Bad("an alarm after the end", lambda: OldAlarm(after=20), ("after=20", "[0, 1)")),
    Bad("a factor in words", lambda: Times(Constant(1.0), "2"), ("factor='2'", "finite number")),
    Bad("a part that there is not", staged(("spine", 1)), ("no 'spine'", "0, 1")),
    Bad("no part", staged((None, 1)), ("part=None", "module of the model")),
    Bad("somebody else's part", staged((nn.Linear(8, 8), 1)), ("a Linear", "not in the model")),
    Bad("a stage of no step", staged(("0", 0)), ("step=0", "at least 1")),
    Bad("a stage without an end", staged(("0", 3)), ("step=3", "2 steps", "never learn")),
    Bad("nobody to learn", staged((["0", "1"], 1)), ("all that learns", "before step 1")),
    Bad("a part held twice", staged(("0", 1), (["0.weight"], 2)), ("two FrozenUntil", "own part")),
]
