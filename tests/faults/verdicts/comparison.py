"Mistakes in comparing two arms, or a family of them."

import numpy as np
import pandas as pd
from faults.table import Bad

from moe_lab.measure.comparison import compare, compare_all, compare_pairs
from moe_lab.measure.statistics import errors_seen

NAN = float("nan")
A, B = pd.Series([0.5, 0.6, 0.7], name="loss"), pd.Series([0.4, 0.6, 0.8])
ROWS = [
    Bad("better is good", lambda: compare(A, B, "good"), ("better='good'", "lower, higher")),
    Bad("better is a flag", lambda: compare(A, B, True), ("better=True", "lower, higher")),
    Bad("within nothing", lambda: compare(A, B, "lower", 0), ("margin=0", "above 0")),
    Bad("within less than nothing", lambda: compare(A, B, "lower", -0.1), ("margin=-0.1", "above 0")),
    Bad("compared in per cent", lambda: compare(A, B, "lower", level=95), ("level=95", "[0, 1)")),
    Bad("a family of none", lambda: compare(A, B, "lower", family=0), ("family=0", "at least 1")),
    Bad("a seed without a number", lambda: compare(A, B * NAN, "lower"), ("b: 3 of 3", "finite")),
    Bad("one pair", lambda: compare({0: 1.0, 1: 2.0}, {1: 1.0, 2: 0.0}, "lower"), ("1 shared", "2 pairs")),
    Bad("one run of each", lambda: compare({0: 1.0}, {1: 1.0}, "lower"), ("1 and 1 units", "2 of each")),
    Bad("a seed twice", lambda: compare(pd.concat([A, A]), B, "lower"), ("a: 6 numbers of 3 units",)),
    Bad(
        "arrays that are no pairs",
        lambda: compare(np.ones(3), np.ones(4), "lower"),
        ("a: 3, b: 4", "one of each"),
    ),
    Bad("seeds against places", lambda: compare(A[1:], [0.1, 0.2], "lower"), ("a: 2, b: 2", "units by name")),
    Bad("arms of words", lambda: compare(["a", "b"], ["a", "b"], "lower"), ("a: shape (2,)", "numbers")),
    Bad(
        "arms by a wrong name",
        lambda: compare_all({"dense": A, "moe": B}, "Dense", "lower"),
        ("reference='Dense'", "dense"),
    ),
    Bad(
        "an arm alone", lambda: compare_all({"dense": A}, "dense", "lower"), ("'dense' alone", "another arm")
    ),
    Bad("pairs that there are none of", lambda: compare_pairs({}, "lower"), ("pairs: none", "at least 1")),
    Bad("seen with half a degree", lambda: errors_seen(0.5), ("df=0.5", "at least 1")),
    Bad("seen by luck", lambda: errors_seen(4, power=0.2), ("power=0.2", "0.5")),
]
