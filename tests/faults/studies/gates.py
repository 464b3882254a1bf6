"Mistakes with curves, rules and gates."

import numpy as np
import pandas as pd
from faults.table import Bad

from moe_lab.experiments.studies.curves import Curve, ahead, apart, curve_of, curve_of_runs, last, up_to
from moe_lab.experiments.studies.gates import All, Decision, Either
from moe_lab.experiments.studies.rules import (
    AsGoodAndBalanced,
    AsGoodAndFaster,
    Beats,
    FlatTraining,
    GapHolds,
    NoGain,
    RoutingNoBetter,
    better_balanced,
    slopes,
)

NAN = float("nan")


def curve(seeds=(0, 1), steps=(1, 2), **metrics) -> Curve:
    known = metrics or {"loss": np.ones((len(steps), len(seeds)))}
    return Curve("made up", np.array(steps), np.array(seeds), known)


ROWS = [
    Bad("a curve without a loss", lambda: curve(entropy=np.ones((2, 2))), ("metrics", "entropy", "'loss'")),
    Bad("steps that fall", lambda: curve(steps=(2, 1)), ("steps=[", "2", "rising order")),
    Bad(
        "seeds in rows",
        lambda: curve((0, 1, 2), loss=np.ones((3, 2))),
        ("metrics['loss']", "(3, 2)", "(2, 3)"),
    ),
    Bad(
        "a table without seeds",
        lambda: curve_of("", pd.DataFrame({"step": [1]})),
        ("table", "no seed", "metric"),
    ),
    Bad(
        "a table without rows",
        lambda: curve_of("", pd.DataFrame(columns=["seed", "step", "metric", "value"])),
        ("table", "no row", "at least one"),
    ),
    Bad("no run at all", lambda: curve_of_runs("", {}), ("frames", "none", "at least one run")),
    Bad(
        "the last of nothing",
        lambda: last(up_to(curve(), 0)),
        ("curve=", "not evaluated", "at least one evaluation"),
    ),
    Bad("an interval of one seed", lambda: last(curve((0,))), ("values", "1 of them", "at least 2")),
    Bad("other seeds", lambda: apart(curve((0, 1)), curve((2, 3))), ("no evaluation", "equal step and seed")),
    Bad("one pair", lambda: ahead(curve((0, 1)), curve((1, 2))), ("a: 1 of them", "at least 2")),
    Bad("no evaluation to wait for", lambda: NoGain(times=0), ("times=0", "at least 1")),
    Bad("a gain that is no number", lambda: NoGain(least=NAN), ("least=nan", "finite number")),
    Bad("half an interval", lambda: FlatTraining(times=0.5), ("times=0.5", "whole number")),
    Bad(
        "routing without an end", lambda: RoutingNoBetter(least=float("inf")), ("least=inf", "finite number")
    ),
    Bad("a lead in words", lambda: Beats("much"), ("by='much'", "finite number")),
    Bad("the same within NaN", lambda: AsGoodAndBalanced(within=NAN), ("within=nan", "finite number")),
    Bad("no time saved", lambda: AsGoodAndFaster(share=0), ("share=0", "above 0")),
    Bad("a gap in words", lambda: GapHolds("0.1"), ("most='0.1'", "finite number")),
    Bad("a slope over nothing", lambda: slopes(np.ones(3), 0), ("times=0", "at least 1")),
    Bad(
        "no balance to compare", lambda: better_balanced({"loss": 1}, {}, 0.1), ("metrics", "loss", "entropy")
    ),
    Bad("all of nothing", lambda: All(()), ("rules=()", "at least one")),
    Bad("any of nothing", lambda: Either(()), ("rules=()", "at least one")),
    Bad("another action", lambda: Decision("wait", ""), ("action='wait'", "go on, stop, promote")),
]
