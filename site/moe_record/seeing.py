"""SceneLab: trained eyes before scenes, and what each expert's silence changes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import ipywidgets as w
import numpy as np

from moe_lab.explore.scene.many import known_many
from moe_lab.explore.scene.picture import AS_IT_IS, NAMES, SCALES, SceneState, scene_of
from moe_lab.explore.scene.scene_lab import SCALE_NAMES, SCENE_PRESETS, act_in_words, sight_in_words
from moe_lab.explore.scene.sight import Sight, sight_of
from moe_lab.explore.scene.stage import SceneStage
from moe_lab.explore.scene.trained import TRAINED, read_trained
from moe_lab.explore.shared.views import pack_float32

from .grid import Along, Axis, Recording, presets_of
from .stage import Stage, Values
from .tape import LEVELS

PHOTOGRAPHS = ("cat", "coffee", "gravel", "astronaut")
SEED = 3  # of every scene
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
SILENCED = "silenced"
AXES = [
    Axis("act", "an expert is", (AS_IT_IS, SILENCED)),
    Axis("scale", "at scale", SCALES, list(SCALE_NAMES)),
    Axis("expert", "expert", NAMES),
]


def level(sight: Sight) -> np.ndarray:  # (S, S) int
    "The shade of each pixel's probability, as a recording keeps it."
    return np.minimum(np.floor(LEVELS * sight.predicted.numpy()), LEVELS - 1).astype(int)


class Eyes:
    "A panel's stage, and what it shows of a state."

    def __init__(self):
        self.stage = SceneStage()
        self.seen = Stage(w.VBox(self.stage.parts))
        place = self.seen.widgets.index
        self.pictures = {name: place(getattr(self.stage, name)) for name in ("picture", "mask", "looks")}
        loads = [f"{place(load)}.{trait}" for load in self.stage.loads for trait in ("frame", "unit")]
        self.changing = ["said", f"{place(self.stage.words)}.value", *loads]

    def look(self, state: SceneState) -> tuple[Sight, Values]:
        "What the model makes of the scene, and the values of all widgets and the sentence above them."
        model, usual = read_trained(state.model).model, replace(state, act=AS_IT_IS)
        sight, before = (sight_of(model, scene_of(asked, None), asked) for asked in (state, usual))
        self.stage.show(sight, before, known_many(state))
        words = sight_in_words(state, sight) + act_in_words(state, sight, before)
        return sight, self.seen.look(said=words)

    def silence(self, state: SceneState, sight: Sight) -> Values:
        "By how many levels the probabilities change, nothing where they do not, and the values of the other widgets."
        now, shown = self.look(state)
        moved = level(now) - level(sight)  # (S, S)
        levels = pack_float32(moved.ravel()) if moved.any() else b""
        return {"levels": levels} | {name: shown[name] for name in self.changing}

    def frame(self, state: SceneState) -> Values:
        "A scene as it is seen, and what is shown when an expert is silent, as acts.scale.expert.…"
        sight, made = self.look(state)
        for scale, expert in product(SCALES, NAMES):
            values = self.silence(replace(state, act=SILENCED, scale=scale, expert=expert), sight)
            made |= {f"acts.{scale}.{expert}.{name}": value for name, value in values.items()}
        return made


def scene() -> Recording:
    "Three sets of eyes before four photographs; the run goes along the camouflage."
    eyes = Eyes()
    axes = [
        Axis("model", "trained as", tuple(TRAINED)),
        Axis("photograph", "photograph", PHOTOGRAPHS),
    ]

    def play(values: dict[str, Any]) -> Iterator[Values]:
        for strength in STRENGTHS:
            yield eyes.frame(SceneState(**values, strength=strength))

    presets = presets_of(SCENE_PRESETS, axes, Along("strength", "", list(STRENGTHS)), {"seed"})
    for preset in presets.values():
        preset["at"] |= {"seed": SEED, "act": AS_IT_IS}
    axes.append(Axis("seed", "scene", (SEED,), kind="hidden"))
    return Recording(
        panel="SceneLab",
        kind="scene",
        heading=("Experts with eyes", "six at each of four scales, two asked by each scene"),
        question="Something hides in the picture. Which experts looked for it, and did they find it?",
        hint="Drag the camouflage from none to full, and watch the mask. Then silence an expert that was asked, "
        "which has a frame: what does it cost here, and over many scenes?",
        axes=axes,
        along=Along("strength", "camouflage", list(STRENGTHS)),
        stage=eyes.seen,
        presets=presets,
        usual=SceneState().values(),
        frames=2,
        besides={
            "acts": {"axes": [axis.said() for axis in AXES], "pictures": eyes.pictures, "levels": LEVELS},
            "more": "A notebook also leaves one expert alone, and takes photographs of your own",
        },
    ).record(play)
