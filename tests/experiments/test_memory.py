"""Runs with a memory: killed and resumed to the last bit, and the command with every task and reader."""

import json
import signal
import sys
from pathlib import Path

import pytest
from accelerate.utils import set_seed
from kernels.copied import exit_code
from training.stops import StopAt, die

from moe_lab import cli
from moe_lab.experiments.core.experiment import EXPERIMENTS
from moe_lab.experiments.systems.memory.measurements import train
from moe_lab.experiments.systems.memory.settings import READERS, MemorySettings
from moe_lab.training.runs import Run

SMALL = {"most": 3, "steps": 9, "n_slots": 4, "width": 4, "hidden": 8, "batch_size": 4, "checkpoint_every": 2}


def rows_of(folder, settings, callbacks=()):
    "What a run measures but its time, resumed where its folder says."
    run = Run.open(folder, "run", settings, resume=True)
    try:
        set_seed(settings.seed)
        return [row for row in train(settings, run, callbacks) if row["split"] != "cost"]
    finally:
        run.release()


if __name__ == "__main__":  # the process that dies
    rows_of(Path(sys.argv[1]), MemorySettings(**json.loads(sys.argv[2])), [StopAt(6, die)])


CHANGES = [
    {},
    pytest.param({"repairs": "all three", "taught_by": "asked"}, marks=pytest.mark.slow),
    pytest.param({"model": "lstm"}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("change", CHANGES, ids=["usual", "repaired", "lstm"])
def test_a_killed_run_goes_on_to_the_last_bit(tmp_path, change):
    settings = SMALL | change
    assert exit_code(__file__, str(tmp_path / "killed"), json.dumps(settings)) == -signal.SIGKILL
    assert len([*(tmp_path / "killed").rglob("manifest.json")]) >= 1
    found = [rows_of(tmp_path / name, MemorySettings(**settings)) for name in ("killed", "whole")]
    assert found[0] == found[1]


ASKED = [
    "dnc-tasks --bits 3",
    *(
        pytest.param(one, marks=pytest.mark.slow)
        for one in ("dnc --task repeat_copy", "dnc-long", "dnc-repairs")
    ),
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_command_with_every_option(tmp_path, capsys, asked):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in (SMALL | {"steps": 1}).items()]
    words = [word.replace("_", " ") for word in asked.split()]
    cli.main(["run", *words, "--seeds", "2", "--workers", "1", "--out", str(tmp_path), *options])
    assert (tmp_path / "summary.parquet").exists()
    assert "bit error" in capsys.readouterr().out


def test_twins_of_equal_size_and_all_tasks_are_there():
    arms = {job.settings.model for job in EXPERIMENTS["dnc"].jobs(MemorySettings(), 1)}
    assert arms == set(READERS)
    tasks = {job.settings.task for job in EXPERIMENTS["dnc-tasks"].jobs(MemorySettings(), 1)}
    assert tasks == {"repeat copy", "associative recall", "priority sort"}
