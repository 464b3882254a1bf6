"""How often the audit and moewatch alarm falsely over all families, and how often they miss: `make stored-alarms`.

What was found of each family is kept in runs/alarms/<commit>, so that the same command goes on where it was stopped.
"""

import json
from pathlib import Path

import pandas as pd
from tqdm.auto import tqdm

from moe_lab.bench.families.alarms import count_alarms, rates, verdict_on_alarms
from moe_lab.experiments.core.sweep import one_thread
from moe_lab.files import write_atomically
from moe_lab.measure.transformers.tiny_models import families
from moe_lab.training.runs import environment

ROOT = Path(__file__).parents[1]
STORED = ROOT / "nbs/lessons/stored/alarms"
SEEDS = 3
SLOW = frozenset(
    {"dots3_note"}
)  # attention in a Python loop where its kernels are missing: asked for loads alone


def found_of(family: str, folder: Path) -> pd.DataFrame:
    "The rows of a family, from the folder if they are there."
    part = folder / f"{family}.parquet"
    if not part.exists():
        write_atomically(part, count_alarms([family], SEEDS, int(family not in SLOW)).to_parquet(index=False))
    return pd.read_parquet(part)


def main() -> None:
    "All families, and the table beside the lessons."
    import moewatch  # noqa: F401  without it there is nothing to compare with

    one_thread()
    about = environment()
    folder = ROOT / "runs" / "alarms" / str(about.get("commit", "unknown"))[:12]
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.concat(
        [found_of(family, folder) for family in tqdm(families(), unit="family")], ignore_index=True
    )
    STORED.mkdir(parents=True, exist_ok=True)
    write_atomically(STORED / "alarms.parquet", table.to_parquet(index=False))
    write_atomically(STORED / "environment.json", json.dumps(about, indent=2).encode())
    print(rates(table).to_string(), *verdict_on_alarms(table).values(), sep="\n")


if __name__ == "__main__":
    main()
