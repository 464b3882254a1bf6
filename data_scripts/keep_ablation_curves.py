"""Keep the ablation's curves for GateLab, and what each gate would have lost on them: `make stored-gates`."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from moe_lab.experiments.studies.curves import Curve
from moe_lab.experiments.studies.gates import GapGate, Gate, StageGate, let_all_pass
from moe_lab.experiments.studies.pruners import ByWilcoxon, halving
from moe_lab.experiments.studies.regret import cut_table, regret_table
from moe_lab.experiments.studies.rules import GapHolds
from moe_lab.experiments.systems.recurrent.arms import CONTROL
from moe_lab.experiments.systems.recurrent.tables import curves_in
from moe_lab.explore.gates.replays import GateState, curves_text, gate_of
from moe_lab.explore.shared.views import static
from moe_lab.files import write_atomically

STORED = Path(__file__).parents[1] / "nbs/lessons/stored"


def gates() -> dict[str, Callable[[], Gate]]:
    "Name -> makes the gate: the plan's, stricter and milder ones, promises on the gap, Optuna's, none."
    made: dict[str, Callable[[], Gate]] = {"the plan's": StageGate}
    for times, gain in ((3, 0.04), (2, 0.04), (1, 0.04), (1, 0.06), (1, 0.1)):
        state = GateState(times=times, gain=gain)
        made[f"stages, gain {gain:g}, wait {times}"] = lambda state=state: gate_of(state)
    for most in (0.0, 0.02, 0.05, 0.1):
        made[f"gap, at most {most:g}"] = lambda most=most: GapGate(GapHolds(most))
    for p in (0.05, 0.1, 0.2):
        made[f"Wilcoxon, p {p:g}"] = lambda p=p: ByWilcoxon(p)
    for first in (1, 2, 4):
        made[f"halving after {first}"] = lambda first=first: halving(first)
    return made | {"none": lambda: let_all_pass}


def write(curves: Mapping[str, Curve], draws: int = 200) -> None:
    "The curves into the package, the regrets beside the stored table."
    write_atomically(static("gates") / "curves.json", curves_text(curves).encode())
    (STORED / "gates").mkdir(exist_ok=True)
    found = {
        "regret": regret_table(curves, CONTROL, gates(), draws),
        "cuts": cut_table(curves, CONTROL, draws),
    }
    for name, table in found.items():
        write_atomically(STORED / "gates" / f"{name}.parquet", table.to_parquet())
    about = {"from": "recurrent-ablations", "draws": draws, "seeds": len(curves[CONTROL].seeds)}
    write_atomically(STORED / "gates" / "about.json", json.dumps(about).encode())


if __name__ == "__main__":
    write(curves_in(pd.read_parquet(STORED / "recurrent-ablations" / "summary.parquet")))
