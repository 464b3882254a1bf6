"""What is recorded: small enough, from files that are there, rounded as it is said, and what the panels show today."""

import base64
import gzip
import json
import sys

import numpy as np
import pytest
from browser import panels
from moe_record import grid, tape
from moe_site import live, pages

SPECS = {
    name: json.loads((live.HERE / "recorded" / f"{name}.json").read_text("utf8")) for name in live.names()
}


def frames_of(spec: dict, number: int) -> tuple[list[dict], bytes]:
    "The frames of a run, each with all its values, and their bytes."
    whole = gzip.decompress(base64.b64decode(spec["runs"][number]))
    head = int.from_bytes(whole[:4], "little")
    frames, values = [], dict(spec["fixed"])
    for change in json.loads(whole[4 : 4 + head]):
        values = values | change
        frames.append(values)
    return frames, whole[4 + head :]


def test_the_recordings_are_small_and_of_panels_that_are_offered():
    files = list((live.HERE / "recorded").iterdir())
    assert sum(path.stat().st_size for path in files) < 8e6
    assert {*SPECS} == {*pages.explorations()} == {*panels.PANELS}  # every one has its page


@pytest.mark.parametrize("name", SPECS)
def test_every_combination_has_its_run_and_every_preset_its_place(name):
    spec = SPECS[name]
    chosen = [*spec["axes"], *spec.get("acts", {"axes": []})["axes"]]
    values = {axis["name"]: axis["values"] for axis in chosen}
    for preset in spec["presets"].values():
        named = {
            axis.split(".")[-1]: value for axis, value in preset["at"].items()
        }  # a.rule: the rule of side A
        assert all(value in values.get(axis, [""]) for axis, value in named.items())
    for part in ("script", "style_sheet"):
        assert all(live.text_of(files) for files in live.files_of(spec["tree"], part))
    if "runs" in spec:
        assert len(spec["cells"]) == np.prod([len(axis["values"]) for axis in spec["axes"]])
        assert {*spec["cells"]} == {*range(len(spec["runs"]))}


def test_numbers_keep_as_much_as_is_said():
    values = np.array([0, 1, 4095, -0.1, 1e-9, 3e20, np.nan, np.inf], "<f4")
    kept = np.frombuffer(tape.rounded(values.tobytes()), "<f4")
    assert kept[:3].tolist() == [0, 1, 4095] and np.isnan(kept[6]) and np.isinf(kept[7])
    assert (np.abs(kept[3:6] - values[3:6]) <= np.abs(values[3:6]) / 4096).all()
    picture = np.array([2, 1, 0.499, 0.501, 0, 1, 0, 1, 1, 0], "<f4")  # side, known, probabilities, truths
    shown = np.frombuffer(tape.levels(picture.tobytes()), "<f4")
    assert (np.abs(shown - picture)[2:6] <= 1 / 128).all() and ((shown > 0.5) == (picture > 0.5)).all()
    assert (shown[[0, 1, 6, 7, 8, 9]] == picture[[0, 1, 6, 7, 8, 9]]).all()


def test_a_frame_that_is_packed_is_unpacked_as_it_was():
    tiles = np.full((2, 16, 16, 4), 255, "u1")
    tiles[1, :8, :8] = 0  # nothing is there
    tiles[0, 8:, :8, :3] = 7
    frame = np.array([2, 16, 16, 0, 1, 0.5, 0.5], "<f4").tobytes() + tiles.tobytes()
    packer = tape.Packer({0: "ExpertTiles"})
    runs = [packer.run([{"0.frame": frame, "said": "a"}, {"0.frame": frame, "said": "b"}])]
    (first, second), body = frames_of({"runs": runs, "fixed": {}}, 0)
    assert first["0.frame"] == second["0.frame"] and [first["said"], second["said"]] == ["a", "b"]
    at, n, cells = (first["0.frame"][name] for name in ("at", "n", "cells"))
    assert body[at : at + n] == frame[:28] and len(packer.atlas.numbers) == 2
    assert np.frombuffer(body[at + n : at + n + 2 * cells], "<u2").tolist() == [0, 0, 1, 0, 65535, 0, 0, 0]


def compare_frames(now: dict, then: dict):
    "Numbers that are the same but for what rounding does, and all else as it was, frame by frame of the first run."
    frames, bodies = zip(frames_of(now, 0), frames_of(then, 0))
    assert len(frames[0]) == len(frames[1])
    for ours, theirs in zip(*frames):
        assert {*ours} == {*theirs}
        for key in ours:
            if isinstance(ours[key], dict) and "at" in ours[key]:
                numbers = [
                    np.frombuffer(body[own["at"] : own["at"] + own["n"]], "<f4")
                    for body, own in zip(bodies, (ours[key], theirs[key]))
                ]
                np.testing.assert_allclose(*numbers, rtol=2e-3, atol=1e-5)
            else:
                assert ours[key] == theirs[key], key


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_a_panel_still_shows_what_was_recorded(name, monkeypatch):
    "The first run, made again: whoever changes a view or a panel records it anew (`python site/record.py`)."
    sys.path.insert(0, str(live.HERE.parent))
    from record import record

    monkeypatch.setattr(grid, "product", lambda *axes: [tuple(axis[0] for axis in axes)])
    now, then = json.loads(record(name).written()), SPECS[name]
    for key in ("heading", "question", "hint", "tree", "axes", "presets", "usual"):
        assert now[key] == then[key], key
    assert {name: now["along"][name] for name in then["along"]} == then["along"]
    if "runs" in then:
        compare_frames(now, then)
    else:  # what a run begins with
        assert (now["places"], now["fixed"]) == (then["places"], then["fixed"])
        numbers = (np.frombuffer(base64.b64decode(spec["numbers"]), "<f4") for spec in (now, then))
        np.testing.assert_allclose(*numbers, rtol=1e-6)
