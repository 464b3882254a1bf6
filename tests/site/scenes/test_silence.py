"""An expert silenced in JavaScript, from what was recorded, against what the panel shows."""

import base64
import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from moe_record.seeing import Eyes
from moe_record.tape import LEVELS, levels
from moe_site.live import HERE, joined

from moe_lab.explore.scene.picture import NAMES, SceneState, scene_of
from moe_lab.explore.scene.sight import sight_of
from moe_lab.explore.scene.trained import read_trained

USUAL = SceneState(photograph="coffee", seed=3)


def cases() -> list[SceneState]:
    "The expert that counts most at each scale, and one that was not asked."
    model = read_trained(USUAL.model).model
    looks = sight_of(model, scene_of(USUAL, None), USUAL).looks
    silent = [(scale, int(look.weight.argmax())) for scale, look in enumerate(looks, 1)]
    silent.append((1, int((~looks[0].asked).nonzero()[0])))
    return [replace(USUAL, act="silenced", scale=scale, expert=NAMES[e]) for scale, e in silent]


def in_node(acts: dict, given: list[dict]) -> list[dict]:
    "The values of all widgets, as silence.js puts them together."
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on the PATH")
    harness = (HERE.parents[1] / "tests/site/scenes/silence.js").read_text("utf8")
    command = [node, "--input-type=module", "--eval", joined(("scene/silence",)) + harness]
    asked = json.dumps({"acts": acts, "cases": given})
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def test_a_silent_expert_is_shown_as_the_panel_shows_it():
    eyes = Eyes()
    pictures = {f"{eyes.pictures[name]}.frame" for name in ("picture", "mask")}
    written = lambda value: {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value  # noqa: E731
    sight, usual = eyes.look(USUAL)
    shown = {n: levels(v) if n in pictures else v for n, v in usual.items() if isinstance(v, (str, bytes))}
    given = []
    for state in cases():
        acts = {f"acts.{state.scale}.{state.expert}.{n}": v for n, v in eyes.silence(state, sight).items()}
        which = {"scale": state.scale, "expert": state.expert, "number": state.number}
        given.append({"values": {n: written(v) for n, v in (shown | acts).items()}, "which": which})
    for state, made in zip(cases(), in_node({"pictures": eyes.pictures, "levels": LEVELS}, given)):
        _, wanted = eyes.look(state)
        ours = {n: base64.b64decode(v["bytes"]) if isinstance(v, dict) else v for n, v in made.items()}
        for name in {*eyes.changing, f"{eyes.pictures['looks']}.frame"}:
            assert ours[name] == wanted[name], (state, name)
        assert "not asked" in ours["said"] or pictures <= {*ours}
        for name in pictures & {*ours}:
            n = 2 + 2 * 64**2
            drawn, wished = (np.frombuffer(frame[: 4 * n], "<f4") for frame in (ours[name], wanted[name]))
            np.testing.assert_allclose(drawn, wished, atol=0.51 / LEVELS)
            assert ((drawn > 0.5) == (wished > 0.5)).all()  # the outline
            alpha = [np.frombuffer(frame[4 * n :], "u1").astype(int) for frame in (ours[name], wanted[name])]
            assert np.abs(alpha[0] - alpha[1]).max() <= 255 * 0.51 / LEVELS + 1
