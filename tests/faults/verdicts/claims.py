"Mistakes with claims, and with stored experiments that are to be checked."

from pathlib import Path

import pandas as pd
from faults.table import Bad, command

from moe_lab.experiments.core.claims import Claim, kept, lead, promise, runs_of, write_claims
from moe_lab.experiments.core.comparisons import compare_runs
from moe_lab.experiments.core.stored import check_stored, compared, expected, figures, stored_folders
from moe_lab.experiments.core.sweep import Column
from moe_lab.measure.statistics import student

LOSS = Column("held out", "loss", ".2f")
RUNS = pd.DataFrame(
    [
        {"arm": arm, "regime": "", "seed": seed, "split": "held out", "metric": "loss", "value": seed + 0.5}
        for arm in ("plain", "good")
        for seed in range(3)
    ]
)
FIGURES = figures(RUNS, {"loss": LOSS})
ROWS = [
    Bad("a claim of nothing", lambda: Claim("x", "So.", "a text"), ("claim 'x'", "what it takes")),
    Bad("a claim without a judge", lambda: Claim("x", "So.", "a text", "set"), ("claim 'x'", "a judge")),
    Bad(
        "a judge by name",
        lambda: Claim("x", "So.", "a text", "set", "better"),
        ("judge='better'", "function"),
    ),
    Bad("kept without a promise", lambda: kept(student([1.0, 2.0])), ("least=-inf", "promise")),
    Bad("a promise about a number", lambda: kept(0.5, least=0.1), ("found is a float", "Estimate")),
    Bad("a promise of another arm", lambda: promise("dense", LOSS, 0)(RUNS), ("arm='dense'", "plain, good")),
    Bad("runs of another regime", lambda: runs_of(RUNS, "good", LOSS, "skips"), ("regime='skips'",)),
    Bad("ahead upwards", lambda: lead("good", "plain", LOSS, "up")(RUNS), ("better='up'", "lower, higher")),
    Bad("beside no arm", lambda: compare_runs(RUNS, "dense", LOSS, "lower"), ("reference='dense'", "plain")),
    Bad("a page as pdf", lambda: write_claims(RUNS, Path("claims.pdf")), ("out=claims.pdf", ".md or .html")),
    Bad(
        "claims of nowhere",
        lambda: command("claims", "--stored", "nowhere"),
        ("--stored nowhere", "no stored"),
        Exception,
    ),
    Bad("a level in per cent", lambda: expected(FIGURES, 95), ("level=95", "[0, 1)")),
    Bad("other figures", lambda: compared(FIGURES, FIGURES[:1]), ("again: 2 figures", "one table alone")),
    Bad("stored nowhere", lambda: stored_folders(Path("nowhere")), ("stored=nowhere", "nbs/lessons/stored")),
    Bad(
        "a folder without a table",
        lambda: check_stored(Path("nowhere"), Path("out")),
        ("nowhere",),
        Exception,
    ),
    Bad(
        "check of nowhere",
        lambda: command("check-stored", "--stored", "nowhere"),
        ("--stored nowhere",),
        Exception,
    ),
]
