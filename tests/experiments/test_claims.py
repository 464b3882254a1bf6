"The table of claims: its page is in step with the stored runs, and every claim of the field is in it."

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from moe_lab.experiments.core.claims import (
    CLAIMS,
    FEWEST,
    ahead,
    claims_lines,
    claims_page,
    claims_table,
    only_when,
)
from moe_lab.experiments.core.experiment import EXPERIMENTS
from moe_lab.measure.comparison import compare

ROOT = Path(__file__).parents[2]
WHEN = r"(undecided; )?reproduced (only )?when .+"
WORDS = rf"reproduced|not reproduced|{WHEN}|ill-defined|undecided|only in some runs|not reached"


@pytest.fixture(scope="module")
def table():
    return claims_table(ROOT / "nbs/lessons/stored")


def test_the_page_is_in_step_with_the_stored_runs(table):
    page = (ROOT / "docs/claims.md").read_text("utf8")
    assert page == claims_page(table), "moe-lab claims --out docs/claims.md"


def test_every_claim_has_a_verdict_or_what_it_would_take(table):
    assert table["verdict"].map(lambda word: re.fullmatch(WORDS, word) is not None).all()
    open_ones = table["verdict"] == "not reached"
    assert open_ones.any() and (table.loc[open_ones, "note"] != "").all()
    assert all(claim.experiment in EXPERIMENTS for claim in CLAIMS.values() if claim.judge)
    nameless = table[(table["effect"] == "") & (table["note"] == "")]
    assert nameless.empty


def test_few_units_decide_nothing(table):
    few = table[table["n"].map(lambda n: n != "" and n < FEWEST)]
    assert few["verdict"].isin(["undecided", "ill-defined"]).all(), few["verdict"]
    assert table["effect"].map(lambda text: text == "" or " " in text).all(), "an effect without a name"


def test_a_terminal_has_a_line_a_claim(table):
    lines = claims_lines(table).splitlines()
    assert len(lines) == 1 + len(table) and max(map(len, lines)) <= 160
    numbers = [text.split()[-1] for text in table["effect"] if text]
    assert all(any(number in line for line in lines) for number in numbers)


def test_all_twelve_claims_of_the_field_are_there(table):
    named = {int(n) for source in table["source"] for n in re.findall(r"claim (\d+)", source)}
    assert named == set(range(1, 13))


def test_verdicts_follow_the_numbers():
    rng = np.random.default_rng(0)
    a = rng.normal(0, 1, 8)
    found = {
        shift: ahead(compare(a + shift, a + rng.normal(0, 0.1, 8), "higher", 0.5)) for shift in (2.0, 0.0)
    }
    assert [one.word for one in found.values()] == ["reproduced", "not reproduced"]
    both = only_when({"far": found[2.0], "near": found[0.0]})
    assert both.word == "reproduced only when far" and both.effect == found[2.0].effect
    assert pd.Series([found[0.0].note]).str.contains("equivalent within 0.5").all()
