"The book of a study: what is entered twice counts once, the dead of other machines are known by their silence."

import json
import subprocess
import sys
import time
from dataclasses import replace

import optuna
import pytest
from experiments.studies.lines import LINES

from moe_lab.experiments.studies.engine.space import Between, Sampled
from moe_lab.experiments.studies.engine.storage import Key, bury, claim, enter, enter_again, open_book
from moe_lab.experiments.studies.engine.study import Stage
from moe_lab.experiments.studies.engine.worker import take_part

DYING = """
import os, sys
from pathlib import Path
from moe_lab.experiments.studies.engine.storage import Key, claim, open_book
with claim(open_book(Path(sys.argv[1]), sys.argv[2], "dice", beat=1), Key(0, "six")):
    os._exit(9)
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/study.db"


def test_what_is_entered_twice_counts_once(tmp_path):
    book = open_book(tmp_path, "", "lines")
    for _ in range(2):  # as if two machines had entered it at the same moment
        book.study.enqueue_trial({}, user_attrs={"stage": 0, "arm": "usual", "change": {}})
    table = take_part(replace(LINES, space={"usual": {}}, stages=(Stage(4),), seeds=1), tmp_path, book)
    assert table["arm"].tolist() == ["usual"]
    assert [t.state.name for t in book.study.trials] == ["COMPLETE", "WAITING"]


@pytest.mark.slow
def test_the_dead_of_another_machine_are_known_by_their_silence(tmp_path, url):
    book = open_book(tmp_path, url, "dice", beat=1)
    enter(book, 0, {"six": {}})
    assert subprocess.run([sys.executable, "-c", DYING, tmp_path, url]).returncode == 9
    note = tmp_path / "trials/0000/.holder.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"host": "far away"}))
    bury(book)
    assert (
        book.trials()[Key(0, "six")].state == "RUNNING"
    )  # its lock is free, but that says nothing of other machines
    time.sleep(6)
    bury(book)
    enter_again(book)
    assert book.trials()[Key(0, "six")][1:4] == (1, {}, "WAITING")


def test_a_trial_is_had_by_one(tmp_path, url):
    book, other = open_book(tmp_path, url, "dice"), open_book(tmp_path, url, "dice")
    enter(book, 0, {"six": {}})
    with claim(book, Key(0, "six")) as ours, claim(other, Key(0, "six")) as theirs:
        assert ours is not None and theirs is None
        bury(book)
        assert book.trials()[Key(0, "six")].state == "RUNNING"


def test_a_loss_that_is_no_number_ends_its_trial(tmp_path):
    wild = replace(LINES, space={"usual": {}, "wild": {"lr": 1e30}}, stages=(Stage(8),), seeds=1)
    table = take_part(wild, tmp_path, open_book(tmp_path, "", "wild")).set_index("arm")
    assert table.loc["wild", "action"] == "stop" and table.loc["wild", "why"].startswith("diverged, seed 0: ")
    assert table.loc["usual", "steps"] == 8


def test_a_sampler_draws_and_a_pruner_ends(tmp_path):
    space = Sampled({"lr": Between(1e-4, 1.0, log=True)}, trials=4, sampler="RandomSampler", seed=3)
    drawn = replace(
        LINES,
        space=space,
        reference="",
        gate=lambda curve, reference: LINES.gate(curve, curve),
        stages=(Stage(8),),
        seeds=1,
        pruner=lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=2),
    )
    book = open_book(tmp_path, "", "drawn", pruner=drawn.pruner())
    table = take_part(drawn, tmp_path, book)
    assert len(table) == 4 and table["steps"].max() == 8
    stopped = table[table["action"] == "stop"]
    assert len(stopped) and stopped["why"].str.startswith("SuccessiveHalvingPruner").all()
    assert len({t.params["lr"] for t in book.study.trials}) == 4
