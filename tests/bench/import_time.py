"""How long `import moe_lab` and its first use take, beside `import torch`: python tests/bench/import_time.py [rounds]

Fresh processes, taking turns, so that whatever else the machine does hits all of them alike.
"""

import statistics
import subprocess
import sys
import time

from tqdm import trange

STATEMENTS = ("import torch", "import moe_lab", "from moe_lab import MoE, Router, Trainer")


def seconds(statement: str) -> float:
    "Wall-clock time of a fresh interpreter that runs one statement."
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    taken: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in trange(rounds, unit="round"):
        for statement, times in taken.items():
            times.append(seconds(statement))
    torch = statistics.median(taken["import torch"])
    print(f"median of {rounds} fresh interpreters")
    for statement, times in taken.items():
        median = statistics.median(times)
        print(f"{median:6.2f} s  {median / torch:5.2f} × import torch  {statement}")
