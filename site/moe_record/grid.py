"""A panel's recording: the settings that can be chosen, what is the same in all of them, and a run for each."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from .stage import Stage, Values
from .tape import Packer, constant

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "site/live/recorded"


class Axis(NamedTuple):
    "A setting that can be chosen: its name in the panel's state, the words before it, and its values."

    name: str
    label: str
    values: Sequence[Any]
    words: Sequence[str] = ()  # for the values; (): the values themselves
    kind: str = "menu"  # or "slider", or "hidden"
    bounds: tuple[float, float] | None = None  # of what else a line of text may ask for

    def said(self) -> dict[str, Any]:
        "As it is written."
        return {name: value for name, value in self._asdict().items() if value is not None}


class Along(NamedTuple):
    "What a run goes along: its name in the panel's state, the words before it, and its value in each frame."

    name: str
    label: str
    marks: Sequence[Any]
    of: int = 0  # in all, where that is said behind a value
    words: Sequence[str] = ()  # for the values; (): the values themselves


def presets_of(
    known: dict[str, Any],  # a panel's presets, by name
    axes: Sequence[Axis],
    along: Along | None = None,
    loose: frozenset[str] | set[str] = frozenset(),  # values that need not be those of the preset
) -> dict[str, dict[str, Any]]:
    "Those of a panel's presets that lie on the grid, and where on the run they begin."
    made = {}
    named = {axis.name: axis.values for axis in axes} | ({along.name: along.marks} if along else {})
    for name, preset in known.items():
        values, usual = preset.state.values(), type(preset.state)().values()
        on_grid = all(values[axis] in allowed for axis, allowed in named.items())
        if on_grid and all(values[n] == usual[n] for n in values if n not in named and n not in loose):
            made[name] = {
                "at": {axis.name: values[axis.name] for axis in axes},
                "shows": preset.shows,
                "ask": preset.ask,
            }
            if "said" in values:
                made[name]["at"]["said"] = ""
            if bet := preset.bet:
                made[name]["bet"] = {"options": bet.options, "then": bet.then}
            if along:
                made[name]["start"] = along.marks.index(values[along.name])
    return made


def went(
    known: dict[str, Any],  # a panel's presets, by name
    panel: Any,  # as it is, or what a bet asks in its place
) -> dict[str, str]:
    "What the bet of each preset would be answered with now, by the preset's name."
    return {name: preset.bet.went(panel) for name, preset in known.items() if preset.bet}


@dataclass
class Recording:
    "All that a page needs to show a panel without a kernel."

    panel: str  # the name of its class
    kind: str  # what its line of text begins with
    heading: tuple[str, str]  # the title, and a line below it
    question: str  # above the panel
    hint: str  # what to try
    axes: Sequence[Axis]
    along: Along
    stage: Stage
    presets: dict[str, dict[str, Any]]  # name -> values of settings, and `shows` and `ask` in words
    usual: dict[str, Any]  # what a line of text need not say
    follows: str = ""  # the trait of a view that is the place in the run: a press goes there
    code: str | None = (
        None  # for a notebook; None: the panel with its line of text; empty: there is none to copy
    )
    frames: float = 12  # a second, as it is played
    note: str = ""  # what else is to be said below the panel (HTML)
    besides: dict[str, Any] = field(default_factory=dict)  # what else the page needs, by its name
    runs: dict[Any, list[Values]] = field(default_factory=dict)
    cells: list[int] = field(default_factory=list)  # number of the run of each combination, in their order

    def record(
        self,
        play: Callable[[dict[str, Any]], Iterable[Values]],  # settings -> frames
        same: Callable[[dict[str, Any]], Any] = lambda values: tuple(
            values.values()
        ),  # what is equal is one run
    ) -> "Recording":
        "Play every combination of settings that is not the same as one before it."
        names = [axis.name for axis in self.axes]
        order: dict[Any, int] = {}
        for combination in product(*(axis.values for axis in self.axes)):
            values = dict(zip(names, combination))
            key = same(values)
            if key not in order:
                order[key] = len(order)
                self.runs[key] = list(play(values))
                print(f"{self.panel}: run {len(order)}, {values}", flush=True)
            self.cells.append(order[key])
        return self

    def written(self) -> str:
        "As JSON."
        runs = list(self.runs.values())
        fixed = constant(runs)
        frames = [[{k: v for k, v in frame.items() if k not in fixed} for frame in run] for run in runs]
        views = {n: type(widget).__name__ for n, widget in enumerate(self.stage.widgets)}
        packer = Packer(views)
        packed = [packer.run(run) for run in frames]
        atlas = base64.b64encode(packer.atlas.jpeg()).decode()
        said = {
            name: getattr(self, name)
            for name in (
                "panel",
                "kind",
                "heading",
                "question",
                "hint",
                "presets",
                "usual",
                "follows",
                "code",
                "frames",
                "note",
                "cells",
            )
        }
        said |= self.besides | {"axes": [axis.said() for axis in self.axes], "along": self.along._asdict()}
        said |= {"tree": self.stage.tree, "fixed": fixed, "atlas": atlas, "runs": packed}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def write(self) -> Path:
        "Store it among the recordings of the site."
        PLACE.mkdir(exist_ok=True)
        path = PLACE / f"{self.panel}.json"
        path.write_text(self.written(), "utf8")
        return path
