"The runs behind the lessons: their settings are those of today's experiments, and a page can be made of them."

import json
import shutil
import warnings
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape

from moe_lab.experiments.core.experiment import EXPERIMENTS, told
from moe_lab.experiments.core.figures import results_table
from moe_lab.experiments.core.report import write_report
from moe_lab.experiments.core.stored import check_stored
from moe_lab.experiments.systems.srnn import COLUMNS
from moe_lab.training.runs import describe, settings_differences

STORED = sorted(Path(__file__).parents[2].glob("nbs/lessons/stored/*/settings.json"))
OTHERWISE = {  # settings that lessons asked for
    "recurrent-moe": ["settings.data: wikitext → domains"],
    "segment-photographs": ["settings.data: ../shared/cod-layout → cod10k"],
}


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.parent.name)
def test_stored_settings_are_those_of_today(path):
    stored = json.loads(path.read_text("utf8"))
    asked = describe(EXPERIMENTS[stored["name"]])
    assert settings_differences(stored, asked) == OTHERWISE.get(stored["name"], [])


def pages() -> list:
    "Every stored table; those whose figures and tables others draw by the same functions are slow."
    drawn, found = set(), []
    for path in STORED:
        experiment = EXPERIMENTS[path.parent.name]
        own = {
            (draw.__module__, draw.__qualname__) for draw in (experiment.figures | experiment.tables).values()
        }
        found.append(pytest.param(path, marks=[pytest.mark.slow] if own <= drawn else []))
        drawn |= own
    return found


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.parent.name)
def test_a_page_is_made_of_what_is_stored(tmp_path, path):
    "Without the logs of its runs, which are not stored, some figures are left out."
    out = shutil.copytree(path.parent, tmp_path / "out")
    experiment = EXPERIMENTS[path.parent.name]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        page = write_report(out, experiment).read_text("utf8")
    left_out = [str(w.message) for w in heard if "is left out" in str(w.message)]
    missing = {
        title for title in experiment.figures | experiment.tables if any(repr(title) in x for x in left_out)
    }
    assert len(missing) == len(left_out)
    assert page.count("data:image/png;base64,") == len(experiment.figures.keys() - missing)
    settings = json.loads((out / "settings.json").read_text("utf8"))["settings"]
    assert escape(told(experiment.question, settings)) in page


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.parent.name)
def test_a_stored_table_names_the_commit_that_made_it_or_by_which_it_came_again(path):
    made = json.loads((path.parent / "environment.json").read_text("utf8")).get("commit")
    checked = path.parent / "checked.json"
    again = json.loads(checked.read_text("utf8")) if checked.exists() else {"verdict": ""}
    assert made or (again["verdict"] in ("comes again", "agrees") and again["run again by"]), path.parent.name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["set", "srnn-ablations", "srnn-three-way"])  # the cheapest
def test_one_seed_comes_again(tmp_path, name):
    found = check_stored(STORED[0].parents[1] / name, tmp_path / name)
    assert found.agrees, found.problem or found.outside


def test_the_page_of_the_experiments_shows_the_table_that_is_stored():
    stored = pd.read_parquet(STORED[0].parents[1] / "srnn-three-way" / "summary.parquet")
    page = (Path(__file__).parents[2] / "docs/experiments.md").read_text("utf8")
    for arm, row in results_table(stored, COLUMNS).droplevel("regime").iterrows():
        told = "".join(f"<td>{row[name]}</td>" for name in ("active", "N_eff", "CV", "held-out loss ×1000"))
        assert told in "".join(line.strip() for line in page.splitlines()), arm
