"""Two recorded sides put together in JavaScript, against what the panel shows of both."""

import base64
import json
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from moe_record import choosing
from moe_record.rules import RULES
from moe_site.live import HERE, joined

from moe_lab.data.vision.photographs import load_photographs
from moe_lab.explore.balance.comparison import comparison_in_words, measure_outcome
from moe_lab.explore.balance.rules import BalanceState, SideState, decide_side
from moe_lab.explore.balance.stage import BalanceStage, numbers_table
from moe_lab.explore.balance.token_batch import encode_patches

PAIR = json.loads((HERE / "recorded/BalanceLab.json").read_text("utf8"))["pair"]
NUMBER = {"map": PAIR["views"]["maps"][0], "load": PAIR["views"]["loads"][0], "plane": PAIR["views"]["plane"]}
SCENES = [  # rules of A and B, k, experts, head start, and whether only those who changed are drawn
    ("top-k", "bias, selects", 2, 8, 0.0, False),
    ("bias, selects", "bias, weighs too", 2, 8, 2.0, True),
    ("top-k", "top-k, temperature 0.1", 1, 4, 1.0, False),
    ("capacity, by arrival", "expert choice", 1, 16, 0.5, True),
    ("top-p", "SPECTRA", 2, 16, 1.5, False),
    ("model: Mixtral", "hash of the word", 2, 4, 3.0, False),
]


@pytest.fixture(scope="module")
def batch():
    return encode_patches(load_photographs(patch=8).test.take(slice(None, None, 8)))


def outcomes(scene: tuple, batch) -> list:
    "What comes out at A and at B."
    *rules, k, n_experts, start, _ = scene
    sides = [SideState(**RULES[rule], k=k) for rule in rules]
    states = [BalanceState(n_experts, head_start=start, a=side, b=side) for side in sides]
    return [measure_outcome(decide_side(state, side, batch), batch) for state, side in zip(states, sides)]


def recorded(outcome, stage: BalanceStage) -> dict:
    "What a page is given of a side, as JSON."
    values = choosing.side_values(outcome, stage, NUMBER) | {"words": "a rule"}
    names = {f"{NUMBER['map']}.choices": "choices", f"{NUMBER['load']}.frame": "load"}
    names |= {f"{NUMBER['map']}.photographs": "photographs", f"{NUMBER['plane']}.spots": "spots"}
    text = {names[key]: base64.b64encode(values.pop(key)).decode() for key in names}
    return values | text


def in_node(cases: list[dict]) -> list[dict]:
    "The values of all widgets, as pair.js puts them together."
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on the PATH")
    harness = (HERE.parents[1] / "tests/site/pairs/compose.js").read_text("utf8")
    command = [node, "--input-type=module", "--eval", joined(("balance/pair",)) + harness]
    given = json.dumps({"pair": PAIR, "cases": cases})
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def test_two_sides_put_together_are_what_the_panel_shows(batch):
    stage, seen = BalanceStage(batch), [outcomes(scene, batch) for scene in SCENES]
    cases = [
        {"sides": [recorded(outcome, stage) for outcome in pair], "only": scene[-1]}
        for scene, pair in zip(SCENES, seen)
    ]
    views = SimpleNamespace(**PAIR["views"])
    for scene, (a, b), made in zip(SCENES, seen, in_node(cases)):
        stage.show(a, b, scene[-1])
        assert made["said"] == comparison_in_words(a, b), scene
        assert made[f"{views.table}.value"] == numbers_table(a, b)
        frames = dict(zip(views.maps + views.loads, stage.maps + stage.loads))
        frames |= {views.plane: stage.plane, views.moves: stage.moves}
        for number, view in frames.items():
            drawn = base64.b64decode(made[f"{number}.frame"]["bytes"])
            if number in views.loads:  # numbers, and pictures behind them
                assert drawn[-256:] == view.frame[-256:]
            ours, theirs = (
                np.frombuffer(frame[: len(frame) // 4 * 4], "<f4") for frame in (drawn, view.frame)
            )
            np.testing.assert_allclose(
                ours, theirs, atol=0.5 / choosing.LEVELS + 1e-6, err_msg=f"{scene}, {number}"
            )
