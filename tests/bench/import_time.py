"""How long importing moe_lab, its first use and its command line take, beside `import torch`.

usage: python tests/bench/import_time.py [rounds]

Fresh processes, taking turns, so that whatever else the machine does hits all of them alike.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from tqdm import trange

STATEMENTS = ("import torch", "import moe_lab", "from moe_lab import MoE, Router, Trainer")
COMMANDS = {statement: [sys.executable, "-c", statement] for statement in STATEMENTS}
COMMANDS["moe-lab --help"] = [str(Path(sys.executable).with_name("moe-lab")), "--help"]


def seconds(command: list[str]) -> float:
    "Wall-clock time of a command in a fresh process."
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in trange(rounds, unit="round"):
        for name, times in taken.items():
            times.append(seconds(COMMANDS[name]))
    torch = statistics.median(taken["import torch"])
    print(f"median of {rounds} fresh processes")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{median:6.2f} s  {median / torch:5.2f} × import torch  {name}")
