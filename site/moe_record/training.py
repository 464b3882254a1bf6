"""CollapseLab, step by step through whole courses."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import ipywidgets as w

from moe_lab.data.vision.photographs import load_photographs
from moe_lab.experiments.systems.srnn.system import total_steps
from moe_lab.explore.collapse.collapse_lab import COLLAPSE_PRESETS, CollapseStage, collapse_in_words
from moe_lab.explore.collapse.training import CollapseState, collapse_training, settings_of
from moe_lab.explore.shared.balancing import EXCHANGEABLE, knobs_that_matter

from .grid import Along, Axis, Recording, presets_of, went
from .stage import Stage, Values

EVERY = 8  # steps between frames, as between frozen measurements
METHODS = ("top_k", "srnn_as_printed", "srnn", "switch_loss", "loss_free")


def collapse() -> Recording:
    "Five ways to balance, or not to, each in several strengths, with one or two experts a token."
    images, stage = load_photographs(patch=8), CollapseStage()
    steps = total_steps(settings_of(CollapseState(), 1), len(images.train))
    labels = {value: label for label, value in EXCHANGEABLE.labels.items()}
    axes = [
        Axis("balance", "balanced by", METHODS, [f"{labels[m]}" for m in METHODS]),
        Axis("strength", "strength ×", (0.1, 1.0, 10.0), kind="slider"),
        Axis("k", "experts a token visits", (1, 2), kind="slider"),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        state = CollapseState(**values)
        for history in collapse_training(lambda done: [state], images):
            if history.step == 1 or history.step % EVERY == 0:
                stage.show(history)
                panel = SimpleNamespace(history=history)
                yield seen.look(said=collapse_in_words(history), went=went(COLLAPSE_PRESETS, panel))

    def same(values: dict[str, Any]) -> Any:
        matters = knobs_that_matter(values["balance"]) | {"balance"}
        return tuple(value for name, value in values.items() if name in matters)

    seen = Stage(w.VBox([stage.box]))
    about = f"{len(images.train.label_names)} photographs in patches of 8×8; experts are born on the way"
    return Recording(
        panel="CollapseLab",
        kind="collapse",
        heading=("Why experts die", about),
        question="Sixteen experts are paid for. How many of them work?",
        hint="Press Play and watch one colour swallow the others. Then balance by <i>saturation ÷ mean</i>, and turn "
        "up its strength. Point at a chart: the other views show that step.",
        axes=axes,
        along=Along("step", "step", [1, *range(EVERY, steps + 1, EVERY)], steps),
        stage=seen,
        presets=presets_of(COLLAPSE_PRESETS, axes),
        usual=CollapseState().values(),
        besides={"free": ["said"]},
    ).record(play, same)
