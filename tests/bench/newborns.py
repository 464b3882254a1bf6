"""What newborn experts' first updates under Adam, and the runs they grow in, owe to where their squares start.

usage: python tests/bench/newborns.py [seeds]

SRNN's autoencoder grows from 2 to 16 experts under the repaired saturation, with a newborn's averages of squares at the
mean of its elders' (as `grow` leaves them) and at zero, same seeds side by side.
"""

import sys
from dataclasses import replace

import pandas as pd
import torch

from moe_lab import load_images
from moe_lab.experiments.systems.srnn import system
from moe_lab.experiments.systems.srnn.experiments import ARMS, PLAIN
from moe_lab.training.evaluation import evaluate
from moe_lab.training.growth import Growth, keep_optimizer_state
from moe_lab.training.trainer import Callback, Trainer

SETTINGS = replace(PLAIN, **ARMS["saturation repaired"])


def from_zero(trainer: Trainer):
    "Set the squares of the youngest expert to nothing."
    for weight in trainer.model.moe.parameters():
        trainer.optimizer.state.get(weight, {}).get("exp_avg_sq", weight.new_zeros(1))[-1:].zero_()


class LargestUpdate(Callback):
    "The largest change of the youngest expert's weights in a step, in learning rates."

    largest = 0.0

    def before_step(self, trainer):
        self.before = [weight.detach()[-1].clone() for weight in trainer.model.moe.experts.weights()]

    def after_step(self, trainer, report):
        now = (weight.detach()[-1] for weight in trainer.model.moe.experts.weights())
        change = max(float((w - old).abs().max()) for w, old in zip(now, self.before))
        self.largest = max(self.largest, change / SETTINGS.lr_moe)


def measured(seed: int, start: str) -> dict:
    "One run: held-out loss ×1000, experts that work, the largest update of a newborn."
    settings = replace(SETTINGS, seed=seed)
    steps, seen = system.total_steps(settings, len(DATA.train)), LargestUpdate()
    after_birth = from_zero if start == "zero" else keep_optimizer_state
    growth = Growth(system.planned_births(settings, steps), after_birth)
    trainer = system.build(settings, DATA, [growth, seen])
    trainer.fit()
    pixels = DATA.test.pixels(torch.arange(len(DATA.test))).split(512)
    found = evaluate(trainer.model, pixels, system.reconstruction)
    share = next(iter(found.loads.values())).share
    active = int((share > 0.01 / len(share)).sum())
    return {
        "start": start,
        "seed": seed,
        "loss ×1000": 1000 * found.loss,
        "active": active,
        "update": seen.largest,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    DATA = load_images(SETTINGS.data, limit=SETTINGS.limit, size=SETTINGS.size)
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
    runs = pd.DataFrame([measured(seed, start) for seed in seeds for start in ("elders' mean", "zero")])
    print(runs.drop(columns="seed").groupby("start").agg(["mean", "std", "max"]).round(5).to_string())
