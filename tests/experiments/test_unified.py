"A run of the unified model is killed in its lottery, at a rewinding, while masks evolve, and comes to the same bits."

import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kernels.copied import exit_code
from training.resumable import assert_same
from training.stops import StopAt, die

from moe_lab.experiments.systems.unified.experiments import ARMS
from moe_lab.experiments.systems.unified.measurements import prepared
from moe_lab.experiments.systems.unified.settings import UnifiedSettings
from moe_lab.experiments.systems.unified.system import assemble, source
from moe_lab.sparse.masks import density_of, masks_of
from moe_lab.training.callbacks import resume
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.runs import Run

SMALL = UnifiedSettings(
    on="copy",
    bits=4,
    sequences=4,
    d=16,
    hidden=16,
    n_experts=4,
    n_slots=8,
    reads=2,
    task_steps=40,
    checkpoint_every=7,
)


def go_on(folder: Path, die_at: int = -1):
    "The run in a folder to its end, or to a step after which the process is killed."
    run = Run.open(folder, "unified", SMALL, resume=True)
    trainer, _ = prepared(SMALL, source(SMALL), run, [StopAt(die_at, die)])
    resume(trainer, run)
    trainer.fit()
    run.release()
    return trainer, run


if __name__ == "__main__":
    go_on(Path(sys.argv[1]), int(sys.argv[2]))


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    trainer, run = go_on(tmp_path_factory.mktemp("straight"))
    evolution = trainer.callbacks[1]
    assert (trainer.done, evolution.times) == (
        60,
        16,
    )  # two rounds of ten; every third step until the fiftieth
    return trainer, run


MOMENTS = {"in the lottery": 8, "at a rewinding": 10, "while masks evolve": 34}


@pytest.mark.slow
@pytest.mark.parametrize("step", MOMENTS.values(), ids=MOMENTS)
def test_killed_and_resumed_bit_for_bit(step, straight, tmp_path):
    assert exit_code(__file__, str(tmp_path), str(step)) == -signal.SIGKILL
    (trainer, run), (other, undisturbed) = go_on(tmp_path), straight
    for name, value in other.model.state_dict().items():  # weights and masks
        assert torch.equal(trainer.model.state_dict()[name], value), name
    one, two = (load_newest(r.checkpoints, r.hash) for r in (run, undisturbed))
    for checkpoint in (one, two):
        assert checkpoint.extra["callbacks"].pop("Clock")["seconds"]["training"] > 0
    assert_same(one.extra, two.extra)
    assert_same(one.optimizer, two.optimizer)


def test_every_arm_trains_and_keeps_its_density():
    for arm, change in ARMS.items():
        settings = replace(SMALL, task_steps=8, **change)
        trainer = assemble(settings, source(settings))
        trainer.fit()
        masks = masks_of(trainer.model)
        assert bool(masks) == (settings.weights == "sparse"), arm
        assert not masks or density_of(masks) == pytest.approx(0.25, abs=0.01), arm


def test_without_a_lottery_the_training_sees_the_same_batches():
    with_one, without = (assemble(s, source(s)) for s in (SMALL, replace(SMALL, start="fresh")))
    for step in range(3):
        left, right = with_one.batch(SMALL.lottery_steps + step), without.batch(step)
        assert torch.equal(left.inputs, right.inputs)
