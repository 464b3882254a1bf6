"Mistakes with SPECTRA's sweeps, their milestones and their plans."

from dataclasses import replace

from faults.table import Bad

from moe_lab.experiments.systems.language.spectra_text import SpectraTextSettings, attention_bytes
from moe_lab.experiments.systems.spectra.milestones import Milestones, milestones
from moe_lab.experiments.systems.spectra.plain_sinkhorn import Counting, PlanSettings
from moe_lab.experiments.systems.spectra.plan import PLAN, Sweep
from moe_lab.experiments.systems.spectra.sizes import training_flops, years
from moe_lab.experiments.systems.spectra.sweeps import SweepSettings
from moe_lab.routing.sinkhorn import Sinkhorn, after

ARMS = {"λ 0": {"repulsion": 0.0}, "λ 1": {"repulsion": 1.0}}

ROWS = [
    Bad("a repulsion that attracts", lambda: SweepSettings(repulsion=-1.0), ("repulsion=-1.0", "at least 0")),
    Bad("an ε of nothing", lambda: SweepSettings(epsilon=0.0), ("epsilon=0.0", "above 0")),
    Bad("no round of Sinkhorn", lambda: SweepSettings(rounds=0), ("rounds=0", "at least 1")),
    Bad("another way to a plan", lambda: SweepSettings(solver="by hand"), ("solver='by hand'", "log")),
    Bad("a reward for noise", lambda: SweepSettings(entropy=-0.1), ("entropy=-0.1", "at least 0")),
    Bad("a milestone without images", lambda: SweepSettings(judged=0), ("judged=0", "at least 1")),
    Bad(
        "repulsion in a router without it",
        lambda: SweepSettings(router="switch", repulsion=0.3).make_router(),
        ("strength", "capacity_factor"),
    ),
    Bad("a plan solved by a word", lambda: Sinkhorn(0.1, after(3), "log"), ("solve='log'", "function")),
    Bad("milestones of no training", lambda: milestones(0), ("steps=0", "at least 1")),
    Bad("sequences of no token", lambda: Milestones(None, 10, 0, len), ("length=0", "at least 1")),
    Bad("numbers of another format", lambda: PlanSettings(number="int8"), ("number='int8'", "float16")),
    Bad("no tolerance at all", lambda: Counting(0.0, 10), ("tolerance=0.0", "above 0")),
    Bad(
        "a sweep against nobody",
        lambda: Sweep("s", "?", SweepSettings(), ARMS, "λ 2"),
        ("reference='λ 2'", "λ 1"),
    ),
    Bad(
        "a sweep of one arm twice",
        lambda: Sweep("s", "?", SweepSettings(), ARMS | {"none": {"repulsion": 0.0}}, "λ 0"),
        ("'λ 0' and 'none'", "each once"),
    ),
    Bad("a sweep without seeds", lambda: PLAN[0].jobs(PLAN[0].settings, 0), ("seeds=0", "at least 1")),
    Bad(
        "a study shorter than its looks",
        lambda: replace(PLAN[0], settings=SweepSettings(steps=0)),
        ("steps=0", "at least 1"),
    ),
    Bad("a model without parameters", lambda: training_flops(0), ("parameters=0", "above 0")),
    Bad("a machine that stands still", lambda: years(1.0, 0.0), ("rate=0.0", "above 0")),
    Bad("no text to judge by", lambda: SpectraTextSettings(judged=0), ("judged=0", "at least 1")),
    Bad("attention to nothing", lambda: attention_bytes(0, 2), ("length=0", "at least 1")),
]
