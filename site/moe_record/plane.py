"""PlaneLab: not runs, but the points of its patterns; all else is computed in the page."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as w
import numpy as np
import torch

from moe_lab.data.plane import PATTERNS
from moe_lab.explore.plane.plane_lab import PlaneStage
from moe_lab.explore.plane.presets import PLANE_PRESETS
from moe_lab.explore.plane.training import EXPERT_KINDS, ROOM, PlaneState, given
from moe_lab.explore.shared.balancing import GROWING

from .grid import PLACE, Axis, presets_of
from .stage import Stage

COMPUTED = (PLACE.parent / "plane/methods.js").read_text("utf8")
METHODS = tuple(re.findall(r"^  (\w+): \{", COMPUTED, re.M))  # ways to balance that the page can compute
SEEDS = tuple(range(6))
FREE = ("points", "said")  # values that may be any text


def patterns() -> Iterator[tuple[str, Any]]:
    "Points (N, 3) of every pattern, those to learn and fresh ones, by what they are called."
    for seed in SEEDS:
        for data in PATTERNS:
            for other in (seed, seed + 1000):
                points = given(data, other)
                yield f"{data} {other}", torch.cat([points.points, points.dark[:, None]], 1)


def some(
    name: str,  # of a value
    label: str,
    values: tuple[float, ...],  # at which a slider stops
) -> Axis:
    "A slider over some of the values that the state allows; a line of text may ask for any."
    return Axis(name, label, values, kind="slider", bounds=PlaneState.BOUNDS[name])


class Beginning:
    "All that the page of PlaneLab begins with."

    panel, kind = "PlaneLab", "plane"
    heading = ("Divide the plane", "experts on 2-D points, trained in your browser")
    question = "No expert can bend its line. What can eight of them draw together?"
    hint = (
        "Press Play, then click into the plane to add points of your own. Take experts away while it trains, or choose "
        "<i>top-k</i>, in which nothing balances, and see who is left."
    )

    def __init__(self):
        labels = {value: label for label, value in GROWING.labels.items()}
        self.axes = [
            Axis("data", "pattern", (*PATTERNS, "your points")),
            Axis("seed", "seed", SEEDS, kind="slider"),
            Axis("kind", "experts", tuple(EXPERT_KINDS)),
            Axis("n_experts", "how many", tuple(range(1, ROOM + 1)), kind="slider"),
            some("lr", "learning rate", (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)),
            Axis("balance", "balanced by", METHODS, [labels[m] for m in METHODS]),
            some("strength", "strength ×", (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)),
            Axis("k", "experts a point visits", (1, 2, 3, 4), kind="slider"),
            some("temperature", "temperature", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)),
            some("jitter", "jitter ±", tuple(round(0.1 * i, 1) for i in range(10))),
        ]

    def written(self) -> str:
        "As JSON."
        stage = PlaneStage()
        seen = Stage(w.VBox([stage.box]))
        numbers = {name: np.asarray(rows, "<f4").ravel() for name, rows in patterns()}
        ends = np.cumsum([len(values) for values in numbers.values()]).tolist()
        places = {
            name: (end - len(values), len(values)) for (name, values), end in zip(numbers.items(), ends)
        }
        views = {
            name: seen.widgets.index(getattr(stage, name)) for name in ("plane", "load", "effective", "loss")
        }
        fixed = {name: value for name, value in seen.look().items() if not isinstance(value, bytes)}
        said = {n: getattr(self, n) for n in ("panel", "kind", "heading", "question", "hint")}
        presets = presets_of(PLANE_PRESETS, self.axes)
        for name, preset in presets.items():
            preset["at"] |= dict.fromkeys(FREE, "")
            if bet := PLANE_PRESETS[name].bet:
                preset["bet"] = {"options": bet.options, "then": bet.then}
        said |= {"axes": [axis.said() for axis in self.axes], "along": {"name": "step", "label": "step"}}
        said |= {"more": f"A notebook has {len(GROWING) - len(METHODS)} more ways to balance, and every seed"}
        said |= {"presets": presets, "usual": PlaneState().values(), "tree": seen.tree, "fixed": fixed}
        whole = np.concatenate([*numbers.values()]).tobytes()
        said |= {"free": FREE, "views": views, "places": places, "numbers": base64.b64encode(whole).decode()}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def write(self) -> Path:
        "Store it among the recordings of the site."
        path = PLACE / f"{self.panel}.json"
        path.write_text(self.written(), "utf8")
        return path
