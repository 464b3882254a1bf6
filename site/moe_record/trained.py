"""MemoryLab, which looks at what was trained before."""

from collections.abc import Iterator
from typing import Any

import ipywidgets as w

from moe_lab.explore.memory.memory_lab import MEMORY_PRESETS, MemoryStage, text_in_words
from moe_lab.explore.memory.recollection import both, many_recollections
from moe_lab.explore.memory.sequence import BEGINNING, FLAG, NO_LESION, MemoryState
from moe_lab.explore.memory.trained import TRAINED as MEMORIES

from .grid import Along, Axis, Recording, presets_of
from .stage import Stage, Values

TEXTS = ("REMEMBER ME", "abcabcabc", "sixteen letters!", "experts")


def memory() -> Recording:
    "Three computers and four texts; the run goes along the slot that cannot be read."
    stage = MemoryStage()
    slots = max(settings.n_slots for settings in MEMORIES.values())
    axes = [
        Axis("model", "trained as", tuple(MEMORIES)),
        Axis("text", "told", TEXTS),
        Axis("since", "lost", (FLAG, BEGINNING)),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        for lesion in range(NO_LESION, MEMORIES[values["model"]].n_slots):
            state = MemoryState(**values, lesion=lesion)
            recalled, usual = both(state)
            stage.show(
                recalled, many_recollections(state.model, recalled.length, lesion, state.since), lesion
            )
            yield seen.look(said=text_in_words(state, recalled, usual))

    seen = Stage(w.VBox(stage.parts))
    marks = list(range(NO_LESION, slots))
    return Recording(
        panel="MemoryLab",
        kind="memory",
        heading=("A memory to write on", "a text is told, and said again"),
        question="A text is written into slots, and read back along links. Which slot can be lost?",
        hint="Drag the lesion from slot to slot: one slot after the other cannot be read. Then let it be lost from the "
        "beginning, and compare.",
        axes=axes,
        along=Along("lesion", "slot that is lost", marks, words=["none", *map(str, marks[1:])]),
        stage=seen,
        presets=presets_of(MEMORY_PRESETS, axes, Along("lesion", "", marks)),
        usual=MemoryState().values(),
        frames=2,
    ).record(play)
