"Runs and checkpoints when the process dies: before any disk operation, while going back, and by kill -9."

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from training import resumable
from training.resumable import Settings, assert_same_training, train

from moe_lab.training.checkpoints import (
    load_newest,
    save_checkpoint,
)
from moe_lab.training.runs import Metrics, Run

# ---------------------------------------------------------------- death at every moment


class Killed(BaseException):
    "Raised where a dying process would stop: no handler of ordinary errors may see it."


DISK_OPERATIONS = [(os, "fsync"), (Path, "rename"), (Path, "replace"), (Path, "unlink"), (shutil, "rmtree")]


def die_at(monkeypatch, moment: int):
    "Raise Killed in the place of the disk operation number `moment`."
    left = [moment]

    def dying(operation):
        def operate(*args, **kwargs):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return operation(*args, **kwargs)

        return operate

    for owner, name in DISK_OPERATIONS:
        monkeypatch.setattr(owner, name, dying(getattr(owner, name)))


def each_death(monkeypatch, action, every: int = 1):
    "Call `action(moment)` with death at one disk operation after another, or every so many; yield the moment after."
    for moment in range(0, 1000, every):
        with monkeypatch.context() as patch, warnings.catch_warnings(action="ignore"):
            die_at(patch, moment)
            try:
                action(moment)
                return
            except Killed:
                pass
        yield moment
    pytest.fail("the action never came to its end")


# In `make test` every fourth: there are fsync, rename and unlink among those of the same checkpoint.
EVERY = pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])


@EVERY
@pytest.mark.filterwarnings("ignore:.*was never completed")
def test_death_before_any_disk_operation_changes_nothing(tmp_path, monkeypatch, every):
    asked = Settings()
    straight = train(tmp_path / "straight", asked)
    steps = straight[1]["step"].tolist()
    deaths = 0
    for moment in each_death(monkeypatch, lambda moment: train(tmp_path / str(moment), asked), every):
        found = Run.open(tmp_path / str(moment), "tiny", asked, resume=True).metrics.frame()["step"].tolist()
        assert found == steps[: len(found)]
        assert_same_training(train(tmp_path / str(moment), asked), straight)
        deaths += 1
    assert deaths * every > 30


@EVERY
@pytest.mark.filterwarnings("ignore:.*(was never completed|is damaged)")
def test_death_while_going_back_changes_nothing(tmp_path, monkeypatch, every):
    "The newest checkpoint is damaged, so that resuming truncates the metrics and replaces the checkpoint."
    asked = Settings(steps=7, every=3)
    straight = train(tmp_path / "straight", asked)
    begun = tmp_path / "begun"
    train(begun, asked)
    (damaged_file,) = begun.glob("*/checkpoints/step-00000006/state.json")
    damaged_file.write_text("{}")
    deaths = 0
    for moment in each_death(
        monkeypatch, lambda moment: train(shutil.copytree(begun, tmp_path / str(moment)), asked), every
    ):
        assert_same_training(train(tmp_path / str(moment), asked), straight)
        deaths += 1
    assert deaths * every > 10


@pytest.mark.filterwarnings("ignore:.*was never completed")
def test_death_while_replacing_the_only_checkpoint_leaves_one(tmp_path, monkeypatch):
    found = []

    def save_twice(moment):
        for value in (1, 2):
            save_checkpoint(tmp_path / str(moment), 8, {"weight": torch.tensor(value)}, {}, {}, keep=1)

    for moment in each_death(monkeypatch, save_twice):
        checkpoint = load_newest(tmp_path / str(moment))
        found.append(checkpoint and int(checkpoint.model["weight"]))
    assert found == sorted(found, key=lambda value: value or 0)
    assert set(found) == {None, 1, 2}


@pytest.mark.slow
def test_kill_minus_9(tmp_path):
    asked, rng = Settings(steps=100), torch.Generator().manual_seed(0)
    last = 0
    for _ in range(3):
        command = [sys.executable, resumable.__file__, str(tmp_path / "killed"), str(asked.steps)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for _ in range(int(torch.randint(2, 12, (), generator=rng))):
                step = int(child.stdout.readline())
                assert step > last
                last = step
            time.sleep(float(torch.rand((), generator=rng)) / 50)
            child.send_signal(signal.SIGKILL)
        assert child.returncode == -signal.SIGKILL
        run = Run.open(tmp_path / "killed", "tiny", asked, resume=True)
        with warnings.catch_warnings(action="ignore"):
            assert load_newest(run.checkpoints).step >= last
        steps = run.metrics.frame()["step"].tolist()
        assert steps == list(range(1, len(steps) + 1))
        assert len(steps) >= last
        run.release()
    with warnings.catch_warnings(action="ignore"):
        resumed = train(tmp_path / "killed", asked)
    assert_same_training(resumed, train(tmp_path / "straight", asked))


@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["log", "flush", "die", "go back"]), st.integers(0, 5)), max_size=20
    )
)
@settings(max_examples=50)
def test_metrics_are_what_was_logged_since_the_last_return(tmp_path_factory, moves):
    folder = tmp_path_factory.mktemp("metrics")
    metrics, written, memory, step = Metrics(folder), [], [], 0
    for move, n in moves:
        if move == "log":
            for _ in range(n):
                step += 1
                memory.append(step)
                metrics.log(step, [{"split": "train", "metric": "loss", "value": step}])
        elif move == "flush":
            metrics.flush()
            written, memory = written + memory, []
        else:
            if move == "die":
                metrics, memory = Metrics(folder), []
            step = max(0, len(written) + len(memory) - n)
            metrics.truncate(step)
            written, memory = [s for s in written if s <= step], [s for s in memory if s <= step]
        assert metrics.frame()["step"].tolist() == written + memory
