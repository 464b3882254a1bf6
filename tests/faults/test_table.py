"The table of bad input: every mistake gets its sentence; none ends raw, silent or hanging."

import importlib
from collections import Counter
from pathlib import Path

import pytest
from faults.table import Bad, check

HERE = Path(__file__).parent
PARTS = sorted(  # "layers", "segmentation.masks", …
    ".".join(path.relative_to(HERE).with_suffix("").parts)
    for path in HERE.rglob("*.py")
    if path.stem != "table" and path.stem != "test_table"
)
ROWS: list[tuple[str, Bad]] = [
    (part, row) for part in PARTS for row in importlib.import_module(f"faults.{part}").ROWS
]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[f"{part}: {row.name}" for part, row in ROWS])
def test_mistake(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(row)


def test_names_are_used_once_in_a_part():
    assert max(Counter((part, row.name) for part, row in ROWS).values()) == 1


def test_the_table_is_whole():
    assert len(ROWS) >= 200 and {"command", "layers", "segmentation.masks", "training"} <= {*PARTS}
