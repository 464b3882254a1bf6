"A lottery as a whole: stopped or killed in any round it goes on bit for bit; what is pruned stays zero."

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from training.resumable import assert_same

from moe_lab.cli import main
from moe_lab.data.images import ImageSet, Splits
from moe_lab.experiments.systems.tickets.lottery import assemble, load, make_model, prunable
from moe_lab.experiments.systems.tickets.measurements import draw, prepared
from moe_lab.experiments.systems.tickets.settings import CURVES, TicketSettings
from moe_lab.models.vision.vit import ViT
from moe_lab.sparse.magnitude import named_weights
from moe_lab.sparse.masks import masks_of
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Stepper

SMALL = TicketSettings(
    limit=96, test_limit=60, batch_size=32, rounds=2, controls=1, steps=6, rewind=2, checkpoint_every=5
)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    "The run that nobody stopped, and its rows."
    run = Run.open(tmp_path_factory.mktemp("straight"), "whole", SMALL)
    trainer, lottery, _ = prepared(SMALL, load(SMALL), run)
    trainer.fit()
    return run, lottery.rows


# Before step k, at it, in the ticket's rounds, in other curves.
STOPPED = [
    pytest.param(step, marks=[pytest.mark.slow] * (step not in (2, 21))) for step in (1, 2, 7, 17, 21, 40)
]


@pytest.mark.parametrize("step", STOPPED)
def test_it_goes_on_bit_for_bit_wherever_it_was_stopped(straight, tmp_path, step):
    whole, expected = straight
    run = Run.open(tmp_path, "stopped", SMALL)
    prepared(SMALL, load(SMALL), run)[0].fit(until=step)
    run.release()
    rows = draw(SMALL, Run.resume(run.folder, SMALL))
    assert rows[: len(expected)] == expected
    one, other = (load_newest(r.checkpoints, r.hash) for r in (whole, run))
    assert_same(one.model, other.model)
    assert_same(one.optimizer, other.optimizer)
    remembered = [own.extra["callbacks"] for own in (one, other)]
    assert all(own.pop("Clock")["seconds"]["training"] > 0 for own in remembered)  # time is never the same
    assert_same(*remembered)


def test_what_is_pruned_stays_zero_and_is_never_moved_by_weight_decay(tmp_path):
    trainer, lottery = assemble(SMALL, load(SMALL))
    for step in range(trainer.steps):
        trainer.fit(until=step + 1)
        masks = masks_of(trainer.model)
        for name, weight in named_weights(trainer.model, masks).items():
            assert not weight[~masks[name]].any()
    assert [row["metric"] for row in lottery.rows].count("winning ticket") == 2


def test_each_curve_differs_from_the_ticket_in_what_it_says():
    trainer, lottery = assemble(SMALL, load(SMALL))
    found = {}
    for one, end in zip(lottery.programme.rounds, lottery.programme.ends):
        if one.number == 2:
            masks = {name: mask.clone() for name, mask in masks_of(trainer.model).items()}
            found[one.curve] = masks, named_weights(trainer.model, masks)
        trainer.fit(until=end)
    assert {*found} == {*CURVES}
    masks, weights = found["winning ticket"]
    same = {c: all(torch.equal(m[name], masks[name]) for name in masks) for c, (m, _) in found.items()}
    assert {c for c, is_same in same.items() if is_same} == {"winning ticket", "random weights"}
    assert not any(torch.equal(found["random weights"][1][name], weights[name]) for name in weights)
    left = {c: sum(int(m.sum()) for m in ms.values()) for c, (ms, _) in found.items()}
    assert len({n for c, n in left.items() if c != "dense, as long in all"}) == 1
    per_layer = [
        {n: int(m.sum()) for n, m in found[c][0].items()} for c in ("winning ticket", "shuffled in layers")
    ]
    assert per_layer[0] == per_layer[1]


def test_the_texts_network_fits_its_data():
    pixels = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    images = ImageSet(pixels, torch.arange(4), tuple("abcdefghij"), "cifar10")
    settings = TicketSettings(data="cifar10", model="text", steps=2, rewind=1, rounds=1, batch_size=2)
    model = make_model(settings, images)
    assert isinstance(model, ViT) and sum(p.numel() for p in model.parameters()) == 2_693_194
    assert len(prunable(settings, model)) == 6 * 4
    trainer, lottery = assemble(settings, Splits(images, images))
    trainer.fit(until=3)  # two of the dense network, one of the ticket
    assert [row["metric"] for row in lottery.rows] == ["dense", "winning ticket"]


def die_at(step: int):
    "Let this process end, without a word, before so many steps are done."
    take = Stepper.step

    def dying(trainer):
        if trainer.done == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return take(trainer)

    Stepper.step = dying


if __name__ == "__main__":
    die_at(50)
    main(sys.argv[1:])


@pytest.mark.slow
def test_a_killed_command_goes_on_bit_for_bit(tmp_path):
    asked = [
        "run",
        "tickets",
        "--steps",
        "12",
        "--rewind",
        "2",
        "--rounds",
        "2",
        "--limit",
        "96",
        "--seeds",
        "1",
    ]
    assert main([*asked, "--workers", "1", "--out", str(tmp_path / "whole")]) in (0, None)
    out = str(tmp_path / "killed")
    own = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, __file__, *asked, "--workers", "1", "--out", out], env=own)
    assert ended.returncode == -signal.SIGKILL
    assert not (Path(out) / "summary.parquet").exists()
    assert main([*asked, "--workers", "1", "--resume", "--out", out]) in (0, None)
    one, other = (pd.read_parquet(Path(folder) / "summary.parquet") for folder in (tmp_path / "whole", out))
    one, other = (table[table["metric"] != "seconds"] for table in (one, other))  # no clock goes back
    pd.testing.assert_frame_equal(one, other)
