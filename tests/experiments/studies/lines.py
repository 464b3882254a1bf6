"""A study of seconds, and workers at it that are killed: `python lines.py OUT --workers 3 --kill 5`.

Workers are forked from this process, which has imported everything. With `--kill` the first of them kills itself at
that step of its own training, with `--moments` just before so many of its files are written.
"""

import argparse
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

import moe_lab.files
import moe_lab.training.checkpoints
from moe_lab.experiments.core.experiment import Experiment
from moe_lab.experiments.core.sweep import Column, one_thread
from moe_lab.experiments.studies.engine.launch import begin, join, work_at
from moe_lab.experiments.studies.engine.storage import open_storage
from moe_lab.experiments.studies.engine.study import Stage, Study, survivors
from moe_lab.experiments.studies.gates import Decision
from moe_lab.training.callbacks import Checkpoints, resume
from moe_lab.training.trainer import Callback, Trainer


@dataclass(frozen=True)
class Slope:
    "A line that is to learn the slope 3."

    lr: float = 0.1
    noise: float = 0.0
    steps: int = 8
    seed: int = 0


class LossLog(Callback):
    "How far the slope is off, every second step."

    def __init__(self, run):
        self.run = run

    def after_step(self, trainer, report):
        if trainer.done % 2 == 0:
            off = float((trainer.model.weight.detach() - 3).abs())
            self.run.metrics.log(report.step, [{"split": "on the way", "metric": "loss", "value": off}])


def squares(model, x):
    return (model(x) - 3 * x).square().mean()


def learn(settings, run, callbacks, saves=True):
    "Train a line, with random numbers that a run which goes on has to know."
    torch.manual_seed(settings.seed)
    line = nn.Linear(1, 1, bias=False)

    def batch(step):
        return torch.randn(16, 1) * (1 + settings.noise * torch.rand(()))

    optimizer = torch.optim.Adam(line.parameters(), settings.lr)
    own = [LossLog(run), *callbacks, *([Checkpoints(run, every=3)] if saves else [])]
    trainer = Trainer(line, optimizer, batch, squares, settings.steps, callbacks=own)
    resume(trainer, run)
    trainer.fit()
    return [{"split": "end", "metric": "slope", "value": float(line.weight.detach())}]


def behind(curve, reference):
    off = float(curve.mean()[-1] - reference.mean()[-1])
    return Decision("stop" if off > 0.1 else "go on", f"{off:+.3f}")


def and_noisy(table):
    "The survivors, and the best of them with noise."
    found = survivors(table)
    best = table.sort_values("loss", kind="stable").iloc[0]
    return found | {f"{best['arm']}, noisy": best["change"] | {"noise": 1.0}}


ARMS = {"usual": {}, "small": {"lr": 0.001}, "large": {"lr": 0.6}}
LINES = Study(
    "lines",
    "Which learning rate?",
    Experiment(
        "line", "How steep?", Slope(), lambda s, n: [], learn, {"slope": Column("end", "slope", ".2f")}
    ),
    ARMS,
    stages=(Stage(4), Stage(8, and_noisy)),
    every=2,
    gate=behind,
    reference="usual",
    seeds=2,
    sources={"loss": ("on the way", "loss")},
)


def die_at(step: int, moment: int):
    "From now on this process kills itself before its n-th step, or its n-th file."
    left, usual, write = {"steps": step, "files": moment}, Trainer.step, moe_lab.files.write_durably

    def count(kind: str):
        left[kind] -= 1
        if not left[kind]:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting_step(self):
        count("steps")
        return usual(self)

    def counting_write(path, content):
        count("files")
        write(path, content)

    Trainer.step = counting_step
    moe_lab.files.write_durably = moe_lab.training.checkpoints.write_durably = counting_write


def fork(work) -> int:
    "A process that does some work, and ends."
    if pid := os.fork():
        return pid
    status = 1
    try:
        one_thread()
        work()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def statuses(pids: list[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def worker(out: Path, storage: str, step: int = 0, moment: int = 0):
    if step or moment:
        die_at(step, moment)
    work_at(LINES, out, storage, join(LINES, out))


def main() -> list[int]:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("out", type=Path)
    options.add_argument("--storage", default="")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--kill", type=int, default=0)
    options.add_argument("--moments", type=int, default=0)
    asked = options.parse_args()
    begin(LINES, asked.out, resume=True)
    statuses([fork(lambda: open_storage(asked.storage, asked.out))])  # a database has its tables now
    first = fork(lambda: worker(asked.out, asked.storage, asked.kill, asked.moments))
    others = [fork(lambda: worker(asked.out, asked.storage)) for _ in range(asked.workers - 1)]
    return statuses([first, *others])


if __name__ == "__main__":
    print(*main())
    sys.exit(0)
