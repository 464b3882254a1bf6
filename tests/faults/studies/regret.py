"Mistakes with pruners, replays and noise."

import numpy as np
from faults.table import Bad

from moe_lab.experiments.studies.curves import Curve
from moe_lab.experiments.studies.gates import StageGate
from moe_lab.experiments.studies.noise import (
    beside_thresholds,
    document_noise,
    field_noise,
    gain_noise,
    paired_noise,
)
from moe_lab.experiments.studies.pruners import ByOthers, ByWilcoxon
from moe_lab.experiments.studies.regret import over_draws, regrets, replay


def curve(seeds=2, steps=2) -> Curve:
    both = {metric: np.ones((steps, seeds)) for metric in ("loss", "training loss")}
    return Curve("made up", np.arange(steps), np.arange(seeds), both)


TWO = {"a": curve(), "b": curve()}
ROWS = [
    Bad("a chance of nothing", lambda: ByWilcoxon(0), ("p=0", "above 0")),
    Bad("a certain chance", lambda: ByWilcoxon(1), ("p=1", "[0, 1)")),
    Bad("a pruner by its name", lambda: ByOthers("halving"), ("make='halving'", "needs a function")),
    Bad("a reference of another field", lambda: replay(TWO, "c"), ("reference='c'", "a, b")),
    Bad("nothing to choose from", lambda: replay({"a": curve()}, "a"), ("curves: 1", "at least 2")),
    Bad("curves that go on", lambda: replay(TWO | {"b": curve(steps=3)}, "a"), ("'b' and 'a'", "same steps")),
    Bad("never drawn", lambda: regrets(TWO, "a", StageGate, draws=0), ("draws=0", "at least 1")),
    Bad(
        "seeds that are no pairs",
        lambda: regrets(TWO | {"b": curve(3)}, "a", StageGate),
        ("'b' has other seeds",),
    ),
    Bad(
        "draws from half a seed", lambda: regrets(TWO, "a", StageGate, seed=0.5), ("seed=0.5", "whole number")
    ),
    Bad("a level of 95", lambda: over_draws(np.ones(3), 2, "", 95), ("level=95", "[0, 1)")),
    Bad("noise of one seed", lambda: paired_noise(curve(1), curve(1)), ("seeds: 1 of them", "at least 2")),
    Bad("a gain of one evaluation", lambda: gain_noise(curve(steps=1)), ("curve=", "at least 2 evaluations")),
    Bad(
        "documents without tokens",
        lambda: document_noise([1.0, 2.0], [5]),
        ("tokens: 1 of them", "at least 2"),
    ),
    Bad("a field without its reference", lambda: field_noise(TWO, "c"), ("reference='c'", "a, b")),
    Bad("a mean over no seeds", lambda: beside_thresholds({"paired": 0.1}, 0), ("seeds=0", "at least 1")),
]
