"""Step explorations through their grids of settings, and write down what they show: `python site/record.py [Panel …]`.

What is written, site/live/recorded/*.json, is kept in the repository: `make docs` makes pages of it, without a kernel.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

PANELS = {
    "CollapseLab": ("training", "collapse"),
    "BalanceLab": ("choosing", "balance"),
    "PlaneLab": ("plane", "Beginning"),
    "MemoryLab": ("trained", "memory"),
    "SceneLab": ("seeing", "scene"),
    "ExpertCards": ("tokens", "cards"),
    "SpecialistMap": ("tokens", "specialists"),
    "SparseLab": ("panels.courses", "sparse"),
    "TicketLab": ("panels.courses", "tickets"),
    "GateLab": ("panels.asked", "gates"),
    "TokenTrail": ("panels.asked", "trail"),
    "AlarmLab": ("panels.lessons", "alarms"),
    "PiecesLab": ("panels.lessons", "spectra"),
    "KeywordLab": ("panels.lessons", "keywords"),
    "FlatMapLab": ("panels.lessons", "maps"),
    "InterventionLab": ("panels.lessons", "interventions"),
    "DepthLab": ("panels.lessons", "depths"),
}


def record(name: str):
    "The recording of a panel, made now; `KeyError` for one that is not recorded."
    module, function = PANELS[name]
    return getattr(import_module(f"moe_record.{module}"), function)()


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    for name in sys.argv[1:] or PANELS:
        path = record(name).write()
        print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size / 1e6:.2f} MB")
