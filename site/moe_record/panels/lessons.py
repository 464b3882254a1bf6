"""Panels of the lessons that draw figures: a lesson makes the panel, and what it draws is recorded."""

from collections.abc import Iterator, Sequence
from typing import Any

import ipywidgets as w
import nbformat

from moe_lab.explore.shared.controls import card
from moe_lab.explore.shared.figure_panel import FigurePanel

from ..grid import ROOT, Along, Axis, Recording, presets_of, went
from ..stage import Stage, Values
from .svg import svg_of


def opened(lesson: str) -> Any:
    "The panel that a lesson calls `lab`, made by its cells; `ValueError` for a lesson without one."
    from execnb.shell import CaptureShell

    (path,) = (ROOT / "nbs/lessons").glob(f"{lesson}_*.ipynb")
    shell = CaptureShell(path.parent)
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            shell.run(cell.source)
            if shell.exc:
                raise shell.exc
        if isinstance(panel := shell.user_ns.get("lab"), FigurePanel):
            return panel
    raise ValueError(f"lesson={lesson!r}: no cell of it makes a panel that draws figures")


def drawn(
    panel: Any,  # a `FigurePanel`
    question: str,  # above the panel
    hint: str,  # what to try
    axes: Sequence[Axis],
    along: Along,
    code: str
    | None = "",  # for a notebook; empty: there is none to copy; None: the panel with its line of text
) -> Recording:
    "Every figure of a panel whose knobs stand at these values."
    picture, kind = w.HTML(), type(panel.state)

    def play(values: dict[str, Any]) -> Iterator[Values]:
        for mark in along.marks:
            panel.state = kind().having(values | {along.name: mark})
            figure, said = panel.draw()
            picture.value = svg_of(figure, said)
            yield seen.look(said=said, went=went(panel.presets, panel))

    seen = Stage(w.VBox([card(picture)]))
    return Recording(
        panel=type(panel).__name__,
        kind=kind.KIND,
        heading=panel.heading,
        question=question,
        hint=hint,
        axes=axes,
        along=along,
        stage=seen,
        presets=presets_of(panel.presets, axes, along),
        usual=kind().values(),
        code=code,
        frames=1,
        besides={"figures": True, "free": ["said"]},
    ).record(play)


def alarms() -> Recording:
    "Routers made on purpose."
    panel = opened("05")
    return drawn(
        panel,
        "Two alarms watch the same router. Which one rings for the right reason?",
        "Let fewer and fewer tokens go to the same two experts, and read both verdicts. Then choose what the others go "
        "by.",
        [
            Axis("content", "of the others, by content", (0.0, 0.5, 1.0), kind="slider"),
            Axis("lead", "lead, logits", (0.05, 0.1, 1.0, 4.0), kind="slider"),
        ],
        Along("together", "all together", [0.0, 0.25, 0.5, 0.75, 0.97]),
        code=None,
    )


def spectra() -> Recording:
    "The tables of a router that lesson 7 trains."
    return drawn(
        opened("07"),
        "Similarities, repulsion, a balanced plan, a quota: what does each of SPECTRA's tables do to the load?",
        "Drag λ, and compare the load below each table. Then make the plan sharp, and give it more rounds.",
        [
            Axis("epsilon", "ε", (0.005, 0.05, 0.5), kind="slider"),
            Axis("rounds", "rounds", (5, 30), kind="slider"),
            Axis("alpha", "quota α", (1.0, 1.25), kind="slider"),
        ],
        Along("strength", "λ", [0.0, 0.15, 0.3, 0.6, 1.0]),
    )


def keywords() -> Recording:
    "Words of the experts of a small language model, and of its twin that never learned."
    panel = opened("09")
    layers = range(len(panel.seen.trained))
    return drawn(
        panel,
        "Every expert has its keywords. So has a model that never learned anything. What do keywords show?",
        "Look at the trained model, then at its twin before the first step, then deal the experts out at random.",
        [
            Axis("model", "model", ("trained", "untrained")),
            Axis("layer", "layer", tuple(layers), [f"layer {layer}" for layer in layers]),
            Axis("dealt", "experts", (False, True), ("as decided", "dealt out at random")),
            Axis("whole", "words", (True, False), ("whole words only", "all tokens")),
        ],
        Along("minimum", "a word comes at least so often", [2, 5, 10, 20, 40]),
    )


def maps() -> Recording:
    "Four maps in three sorts of colours."
    panel = opened("10")
    return drawn(
        panel,
        "A map of tokens falls into islands of one colour. Would noise do so as well?",
        "Keep the colour, and go from the trained model to one that never learned, and to noise. Then paint the places "
        "by <i>word</i>.",
        [Axis("colour", "colour", tuple(panel.paints))],
        Along("points", "points", list(panel.maps)),
    )


def interventions() -> Recording:
    "A small Mixtral that lesson 11 trains: each of its experts silenced, or everybody sent to it."
    panel = opened("11")
    layers, experts = range(len(panel.sizes)), range(max(panel.sizes))
    return drawn(
        panel,
        "An expert is taken away. Which tokens feel it?",
        "Go from expert to expert. Then send all tokens to one of them, in place of both of their choices.",
        [
            Axis("text", "text", tuple(panel.examples)[:2]),
            Axis("action", "do", ("ablate", "force")),
            Axis("layer", "layer", tuple(layers), [f"layer {layer}" for layer in layers]),
        ],
        Along("expert", "expert", list(experts), words=[f"E{e}" for e in experts]),
    )


def depths() -> Recording:
    "The tokens of held-out texts at four depths, by a router for all of them and by one for each."
    from moe_lab.explore.questions.depths import SHOWN

    panel = opened("12")
    return drawn(
        panel,
        "The same block four times over: does a token come back to the same experts?",
        "A column is a token, a row a depth. Go along the texts, then look at the model before its first step.",
        [
            Axis("router", "router", ("shared", "indexed")),
            Axis("state", "model", ("trained", "untrained")),
        ],
        Along("token", "from token", [SHOWN * i for i in range(8)]),
    )
