"""Measures up to which density a stored layer is faster than a masked one, and stores the line that `fastest` draws.

Best on a quiet machine: `python data_scripts/measure_break_even.py`; half a minute, one thread.
"""

import json
from pathlib import Path

import pandas as pd

from moe_lab.bench.densities import LEVELS, density_times, line_of, speed_ratios
from moe_lab.bench.timing import on_threads
from moe_lab.experts.allocator import reuse_memory

SIZES = (64, 128, 256, 512, 1000, 2000)

reuse_memory()
with on_threads(1):
    found = speed_ratios(pd.concat([density_times(n, density) for n in SIZES for density in LEVELS]))
print(found.to_string(index=False, float_format="{:.2f}".format))
line = line_of(found)
path = Path(__file__).parents[1] / "moe_lab" / "sparse" / "static" / "break_even.json"
path.write_text(json.dumps(line, indent=1) + "\n", "utf8")
print(line)
