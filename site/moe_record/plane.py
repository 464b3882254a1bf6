"""PlaneLab: not runs, but what a run begins with: points and weights, drawn as the library draws them."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as w
import numpy as np
import torch
from torch import Tensor

from moe_lab.data.plane import PATTERNS
from moe_lab.experts.experts import Experts
from moe_lab.explore.plane.plane_lab import PlaneStage
from moe_lab.explore.plane.presets import PLANE_PRESETS
from moe_lab.explore.plane.training import EXPERT_KINDS, ROOM, PlaneModels, PlaneState, given
from moe_lab.explore.shared.balancing import GROWING

from .grid import PLACE, Axis, presets_of
from .stage import Stage

Rows = list[list[float]]
METHODS = (
    "top_k",
    "switch_loss",
    "gate_variance",
    "loss_free",
    "srnn",
    "expert_choice",
)  # those of mixture.js
SEEDS = (0, 1, 2)
FREE = ("points", "said")  # values that may be any text


def expert_rows(experts: Experts) -> Rows:  # experts: `Affine` or `Bottleneck`
    "Each expert's weights as mixture.js orders them: those behind the first number that it gives."
    weights = experts.weights()
    parts = [weights[0][:, :, 0], weights[1][:, :1]]  # (E, 4), (E, 1)
    if len(weights) == 4:
        w1, b1, w2, b2 = weights
        parts = [w1.flatten(1), b1, w2[:, :, 0], b2[:, :1]]  # (E, 32), (E, 8), (E, 8), (E, 1)
    return torch.cat(parts, 1).tolist()


def weights_of(models: PlaneModels) -> dict[str, Rows]:
    "All weights of a mixture and of the single expert beside it."
    router: Any = models.model.moe.router
    score: Tensor = router.score.score.weight
    return {
        "router": score.tolist(),
        "experts": expert_rows(models.model.moe.experts),  # type: ignore[arg-type]
        "single": expert_rows(models.single),
    }


def beginnings() -> Iterator[tuple[str, Any]]:
    "Points of every pattern, and weights for every number of experts of each kind, by what they are called."
    for seed in SEEDS:
        for data in PATTERNS:
            for other in (seed, seed + 1000):  # those to learn, and fresh ones
                points = given(data, other)
                yield f"points {data} {other}", torch.cat([points.points, points.dark[:, None]], 1)
        for kind in EXPERT_KINDS:
            for n in range(1, ROOM + 1):
                weights = weights_of(PlaneModels(PlaneState(kind=kind, n_experts=n, seed=seed)))
                yield from ((f"{part} {kind} {seed} {n}", rows) for part, rows in weights.items())


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
            Axis("lr", "learning rate", (0.003, 0.01, 0.03, 0.1, 0.3), kind="slider"),
            Axis("balance", "balanced by", METHODS, [labels[m] for m in METHODS]),
            Axis("strength", "strength ×", (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0), kind="slider"),
            Axis("k", "experts a point visits", (1, 2, 3, 4), kind="slider"),
            Axis("temperature", "temperature", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0), kind="slider"),
        ]

    def written(self) -> str:
        "As JSON."
        stage = PlaneStage()
        seen = Stage(w.VBox([stage.box]))
        numbers = {name: np.asarray(rows, "<f4").ravel() for name, rows in beginnings()}
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
        said |= {"axes": [axis._asdict() for axis in self.axes], "along": {"name": "step", "label": "step"}}
        said |= {"presets": presets, "usual": PlaneState().values(), "tree": seen.tree, "fixed": fixed}
        whole = np.concatenate([*numbers.values()]).tobytes()
        said |= {"free": FREE, "views": views, "places": places, "numbers": base64.b64encode(whole).decode()}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def write(self) -> Path:
        "Store it among the recordings of the site."
        path = PLACE / f"{self.panel}.json"
        path.write_text(self.written(), "utf8")
        return path
