"Mistakes with the arms of the ablations and their evaluations."

from dataclasses import replace

from faults.table import Bad

from moe_lab.experiments.systems.language.training import spaced
from moe_lab.experiments.systems.recurrent.arms import LAPTOP, AblationSettings, half_experts, jobs
from moe_lab.experiments.systems.recurrent.evaluation import EvaluationLog, Since
from moe_lab.training.watch.clock import Clock

ROWS = [
    Bad("never evaluated", lambda: AblationSettings(every=0), ("every=0", "at least 1")),
    Bad("no text to judge by", lambda: AblationSettings(judged=0), ("judged=0", "at least 1")),
    Bad(
        "positions of another kind",
        lambda: AblationSettings(positions="spiral"),
        ("positions='spiral'", "rotary"),
    ),
    Bad(
        "no experts to leave out",
        lambda: half_experts(replace(LAPTOP, n_experts=4)),
        ("n_experts=4", "all but the"),
    ),
    Bad("no seed", lambda: jobs(LAPTOP, 0), ("seeds=0", "at least 1")),
    Bad("no row of the texts", lambda: spaced(None, 0), ("rows=0", "at least 1")),
    Bad(
        "evaluations after half a step",
        lambda: EvaluationLog(None, None, 0.5, Since(), Clock()),
        ("every=0.5", "whole number"),
    ),
]
