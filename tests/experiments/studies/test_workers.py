"Whoever dies when, no trial is lost, none is done twice to its end, and the numbers are those of one process."

from collections import Counter
from pathlib import Path

import pytest
from experiments.studies import postgres
from experiments.studies.lines import LINES, join
from kernels.copied import exit_code

from moe_lab.experiments.studies.engine.storage import Book, open_book
from moe_lab.experiments.studies.engine.worker import take_part
from moe_lab.training.checkpoints import stored_checkpoints
from moe_lab.training.runs import StoredRun

SCRIPT = Path(__file__).with_name("lines.py")


def worked(out: Path, *options: object) -> list[int]:
    "How the workers ended that a script started."
    said = out.with_suffix(".said")
    assert exit_code(str(SCRIPT), out, *options, out=said) == 0
    return [int(status) for status in said.read_text().split()]


def book_of(out: Path, storage: str = "") -> Book:
    return open_book(out, storage, join(LINES, out))


def outcome(out: Path, storage: str = "") -> dict[str, object]:
    "All that a study leaves: its table, and of each run its rows, its metrics and its last checkpoint."
    found: dict[str, object] = {"table": take_part(LINES, out, book_of(out, storage)).to_csv()}
    for folder in sorted((out / "runs").iterdir()):
        run = StoredRun(folder)
        newest = stored_checkpoints(run.checkpoints)[-1]
        parts = {part.name: part.read_bytes() for part in newest.iterdir() if part.suffix == ".safetensors"}
        found[folder.name] = (run.summary, newest.name, parts, run.metrics.frame().to_csv())
    return found


def complete_once(book: Book) -> bool:
    "Whether every arm of every stage was done to its end by exactly one trial."
    named = [t for t in book.study.trials if "arm" in t.user_attrs]
    done = [t for t in named if t.state.name in ("COMPLETE", "PRUNED")]
    times = Counter((t.user_attrs["stage"], t.user_attrs["arm"]) for t in done)
    known = {(t.user_attrs["stage"], t.user_attrs["arm"]) for t in named}
    return (
        times.keys() == known and {*times.values()} == {1} and all(t.state.name != "RUNNING" for t in named)
    )


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    "What one process leaves that nobody kills."
    out = tmp_path_factory.mktemp("usual") / "lines"
    assert worked(out, "--workers", 1) == [0]
    return outcome(out)


def test_one_of_two_workers_is_killed(tmp_path, usual):
    assert worked(tmp_path / "lines", "--workers", 2, "--kill", 9) == [-9, 0]
    assert complete_once(book_of(tmp_path / "lines"))
    assert outcome(tmp_path / "lines") == usual


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(1, 100, 7))
def test_alone_and_killed_at_any_file_then_gone_on_with(tmp_path, usual, moment):
    out = tmp_path / "lines"
    assert worked(out, "--workers", 1, "--moments", moment)[0] in (0, -9)
    assert worked(out, "--workers", 1) == [0]
    assert complete_once(book_of(out)) and outcome(out) == usual


@pytest.fixture(scope="module")
def database():
    "The address of a PostgreSQL of our own."
    if why := postgres.missing():
        pytest.skip(f"TESTS WITH POSTGRESQL DID NOT RUN: {why}")
    with postgres.server() as address:
        yield address


@pytest.mark.slow
def test_three_workers_on_postgresql_of_which_one_is_killed(tmp_path, usual, database):
    out = tmp_path / "lines"
    assert sorted(worked(out, "--storage", database, "--workers", 3, "--kill", 9)) == [-9, 0, 0]
    book = book_of(out, database)
    assert complete_once(book) and outcome(out, database) == usual
    assert any(t.state.name == "FAIL" for t in book.study.trials)  # the one that was taken over
