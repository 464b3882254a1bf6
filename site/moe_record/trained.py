"""Panels that look at what was trained before: a memory, eyes on a scene."""

from collections.abc import Iterator
from typing import Any

import ipywidgets as w

from moe_lab.explore.memory.memory_lab import MEMORY_PRESETS, MemoryStage, text_in_words
from moe_lab.explore.memory.recollection import both, many_recollections
from moe_lab.explore.memory.sequence import BEGINNING, FLAG, NO_LESION, MemoryState
from moe_lab.explore.memory.trained import TRAINED as MEMORIES
from moe_lab.explore.scene.many import known_many
from moe_lab.explore.scene.picture import SceneState, scene_of
from moe_lab.explore.scene.scene_lab import SCENE_PRESETS, sight_in_words
from moe_lab.explore.scene.sight import sight_of
from moe_lab.explore.scene.stage import SceneStage
from moe_lab.explore.scene.trained import TRAINED as EYES
from moe_lab.explore.scene.trained import read_trained

from .grid import Along, Axis, Recording, presets_of
from .stage import Stage, Values

TEXTS = ("REMEMBER ME", "abcabcabc", "sixteen letters!", "experts")
PHOTOGRAPHS = ("cat", "coffee", "gravel", "astronaut")
SEED = 3  # of every scene
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


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


def scene() -> Recording:
    "Three sets of eyes before four photographs; the run goes along the camouflage."
    stage = SceneStage()
    axes = [
        Axis("model", "trained as", tuple(EYES)),
        Axis("photograph", "photograph", PHOTOGRAPHS),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        model = read_trained(values["model"]).model
        for strength in STRENGTHS:
            state = SceneState(**values, strength=strength)
            sight = sight_of(model, scene_of(state, None), state)
            stage.show(sight, sight, known_many(state))
            yield seen.look(said=sight_in_words(state, sight))

    seen = Stage(w.VBox(stage.parts))
    presets = presets_of(SCENE_PRESETS, axes, Along("strength", "", list(STRENGTHS)), {"seed"})
    for preset in presets.values():
        preset["at"]["seed"] = SEED
    axes.append(Axis("seed", "scene", (SEED,), kind="hidden"))
    return Recording(
        panel="SceneLab",
        kind="scene",
        heading=("Experts with eyes", "six at each of four scales, two asked by each scene"),
        question="Something hides in the picture. Which experts looked for it, and did they find it?",
        hint="Drag the camouflage from none to full, and watch the mask. Then look at the foot: in which model are the "
        "experts dead, and does the mask tell?",
        axes=axes,
        along=Along("strength", "camouflage", list(STRENGTHS)),
        stage=seen,
        presets=presets,
        usual=SceneState().values(),
        frames=2,
    ).record(play)
