"A folder has one writer, one owner and files that are its own; what is damaged is named with its cure."

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from moe_lab.cli import main
from moe_lab.experiments.core.experiment import EXPERIMENTS, Experiment, check_heard, command, launch, told
from moe_lab.experiments.core.report import write_report
from moe_lab.experiments.core.sweep import Column, Job, run_jobs, seed_range
from moe_lab.files import Hold, kept
from moe_lab.training.runs import Run, describe


@dataclass(frozen=True)
class Throw:
    sides: int = 6
    seed: int = 0


def throws(settings: Throw, seeds: int) -> list[Job]:
    return [Job("die", "fair", seed, replace(settings, seed=seed)) for seed in seed_range(settings, seeds)]


def throw(settings: Throw, run: Run, callbacks) -> list[dict]:
    for step in range(4):
        run.metrics.log(step, [{"split": "train", "metric": "loss", "value": step * settings.sides}])
    run.metrics.flush()
    return [{"split": "all", "metric": "mean", "value": settings.seed + settings.sides / 2}]


DIE = Experiment(
    "die", "How high with {sides} sides?", Throw(), throws, throw, {"mean": Column("all", "mean", ".1f")}
)


@pytest.fixture
def out(tmp_path) -> Path:
    "The folder of a finished experiment."
    launch(DIE, tmp_path / "die", workers=1)
    return tmp_path / "die"


# ---------------------------------------------------------------- a mistake that shows late


def late(settings: Throw, run: Run, callbacks) -> list[dict]:
    "Work that finds out when it has begun that it cannot be done; with seven sides, a little later."
    if settings.sides == 7:
        throw(settings, run, callbacks)
    raise ValueError(f"sides={settings.sides}: there is no such die")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_that_shows_late_leaves_the_folder_free(tmp_path, workers):
    misspelt = replace(DIE, work=late, seeds=2)
    with pytest.raises(ValueError, match="no such die"):
        launch(misspelt, tmp_path, workers=workers)
    assert {path.name for path in tmp_path.iterdir()} <= {".lock"}
    launch(replace(DIE, settings=Throw(20)), tmp_path, workers=1)  # other settings, without --resume
    assert (tmp_path / "summary.parquet").exists()


def test_what_was_done_before_a_mistake_is_kept(tmp_path):
    with pytest.raises(ValueError, match="no such die"):
        launch(replace(DIE, settings=Throw(7), work=late), tmp_path, workers=1)
    assert len([*tmp_path.rglob("*.parquet")]) == 1
    with pytest.raises(FileExistsError, match="--resume"):
        launch(replace(DIE, settings=Throw(20)), tmp_path, workers=1)


# ---------------------------------------------------------------- one writer

HOLDING = """
import sys, time
from pathlib import Path
from moe_lab.files import Hold
hold = Hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(out):
    "Another process that holds the folder."
    with subprocess.Popen([sys.executable, "-c", HOLDING, out], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield other
        other.kill()


def test_the_second_process_is_refused_with_the_first_ones_name(out, holder, capsys):
    with pytest.raises(BlockingIOError, match=rf"--out {out} is in use by process {holder.pid} on \S+ since"):
        launch(DIE, out, resume=True, workers=1)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (out / ".holder.json").exists()  # it could not tidy up
    assert len(launch(DIE, out, resume=True, workers=1)) == 1
    assert not (out / ".holder.json").exists()


def test_a_run_has_one_writer_too(tmp_path):
    run = Run.open(tmp_path, "die", Throw())
    asked = f"import sys; from pathlib import Path; from moe_lab.files import Hold; Hold(Path({str(run.folder)!r}), 0)"
    refused = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert f"in use by process {os.getpid()}" in refused.stderr
    run.finish({})
    assert subprocess.run([sys.executable, "-c", asked]).returncode == 0


def test_one_of_several_processes_holds_for_all(tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    Hold(tmp_path).release()
    assert not list(tmp_path.iterdir())


ORPHANS = """
import sys, time
from pathlib import Path
from moe_lab.experiments.core.sweep import Job, run_jobs
from orphans_work import Settings, wait

if __name__ == "__main__":
    run_jobs(Path(sys.argv[1]), [Job("a", "", s, Settings(s)) for s in range(2)], wait, workers=2)
"""
WORK = """
import os, time
from dataclasses import dataclass

@dataclass(frozen=True)
class Settings:
    seed: int

def wait(settings, run, callbacks):
    (run.folder / "at work").write_text(str(os.getpid()))
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up in /proc")
def test_workers_end_with_their_parent(tmp_path):
    (tmp_path / "orphans.py").write_text(ORPHANS)
    (tmp_path / "orphans_work.py").write_text(WORK)
    with subprocess.Popen([sys.executable, tmp_path / "orphans.py", tmp_path / "out"]) as parent:
        while len(found := list(tmp_path.glob("out/runs/*/at work"))) < 2:
            assert parent.poll() is None
            time.sleep(0.1)
        workers = [int(path.read_text()) for path in found]
        assert all(map(alive, workers))
        parent.kill()
    until = time.monotonic() + 60
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, workers))


# ---------------------------------------------------------------- settings that are heard


def test_seeds_are_counted_from_the_settings_own(tmp_path):
    table = launch(replace(DIE, settings=Throw(seed=7), seeds=3), tmp_path / "seven", workers=1)
    assert table["seed"].tolist() == [7, 8, 9] and table["value"].tolist() == [10.0, 11.0, 12.0]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_counts_seeds_from_its_settings(name):
    usual = EXPERIMENTS[name]
    later = replace(usual.settings, seed=usual.settings.seed + 7)
    first = usual.jobs(usual.settings, 1)
    moved = usual.jobs(later, 1)
    assert [job.seed + 7 for job in first] == [job.seed for job in moved]
    assert all(job.settings.seed == job.seed for job in [*first, *moved])
    check_heard(replace(usual, settings=later), usual)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_text_can_be_told(name):
    experiment = EXPERIMENTS[name]
    for text in (experiment.question, experiment.about, experiment.reading):
        assert "{" not in experiment.told(text)


def test_a_report_says_what_ran(tmp_path):
    usual = EXPERIMENTS["lm-domains"]
    asked = describe(replace(usual.settings, layers=2, n_experts=5))
    assert "A decoder of 2 layers, 5 experts" in told(usual.about, asked)


def test_a_setting_that_every_arm_replaces_is_refused():
    usual = EXPERIMENTS["health"]
    with pytest.raises(ValueError, match="k=3: every run of health sets its own; leave it out"):
        check_heard(replace(usual, settings=replace(usual.settings, k=3)), usual)


@pytest.mark.parametrize("change", [{"skips": False}, {"limit": None}, {"gate": "chosen", "lr_moe": 1e-4}])
def test_the_command_in_a_report_is_understood(change, monkeypatch):
    from moe_lab import cli

    usual, heard = EXPERIMENTS["srnn-three-way"], []
    monkeypatch.setattr(cli, "run_experiment", lambda asked, *rest: heard.append(asked))
    asked = replace(usual.settings, **change)
    program, *words = command(usual, describe(asked), 2).split()
    cli.parse(words)()
    assert (program, heard[0].settings, heard[0].seeds) == ("moe-lab", asked, 2)


# ---------------------------------------------------------------- damage


def test_metrics_of_other_settings_are_recognised(out, tmp_path):
    launch(replace(DIE, settings=Throw(sides=20)), tmp_path / "other", workers=1)
    (own,), (other,) = out.glob("runs/*/metrics/*"), (tmp_path / "other").glob("runs/*/metrics/*")
    own.write_bytes(other.read_bytes())
    with pytest.raises(
        ValueError, match=f"{own} belongs to other settings than its folder; remove {own.parents[1]}"
    ):
        Run(own.parents[1])


@pytest.mark.parametrize("name", ["summary.json", "summary.parquet"])
def test_a_summary_of_other_settings_is_recognised(out, tmp_path, name):
    launch(replace(DIE, settings=Throw(sides=20)), tmp_path / "other", workers=1)
    pattern = "runs/*/summary.json" if name.endswith("json") else name
    (own,), (other,) = out.glob(pattern), (tmp_path / "other").glob(pattern)
    own.write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match=f"{own} belongs to other settings than its folder"):
        write_report(out, DIE) if name.endswith("parquet") else launch(DIE, out, resume=True, workers=1)


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"half', b"[1]", b"\xff\xfe"])
@pytest.mark.parametrize("pattern", ["settings.json", "runs/*/settings.json", "runs/*/summary.json"])
def test_damaged_json_names_its_file_and_the_cure(out, pattern, damage):
    (path,) = out.glob(pattern)
    path.write_bytes(damage)
    with pytest.raises(ValueError, match=r"remove|--resume .* with other settings") as error:
        launch(DIE, out, resume=True, workers=1)
    assert str(path) in str(error.value) or str(path.parent) in str(error.value)


def test_an_environment_that_is_lost_is_written_anew(out):
    (out / "environment.json").write_text("{")
    with pytest.warns(UserWarning, match=r"environment.json is damaged .* written there"):
        launch(DIE, out, resume=True, workers=1)
    assert json.loads((out / "environment.json").read_text())["torch"]


def test_a_damaged_table_is_made_again_as_its_error_says(out):
    before = pd.read_parquet(out / "summary.parquet")
    (out / "summary.parquet").write_bytes(b"PAR1")
    with pytest.raises(
        ValueError, match=r"summary.parquet is damaged .* remove it, and .* --resume makes it"
    ):
        write_report(out, DIE)
    (out / "summary.parquet").unlink()
    assert launch(DIE, out, resume=True, workers=1).equals(before)


def test_no_jobs_and_jobs_twice_are_refused(tmp_path):
    with pytest.raises(ValueError, match="jobs: there are none"):
        run_jobs(tmp_path, [], throw)
    with pytest.raises(ValueError, match="'die' with seed 0 is there twice"):
        run_jobs(tmp_path, throws(Throw(), 1) * 2, throw)


@pytest.mark.parametrize("name", ["../../x", "a/b", "/etc", "..", "", "a\0b", "x" * 300])
def test_a_run_stays_below_its_out(tmp_path, name):
    with pytest.raises(ValueError, match="name="):
        Run.open(tmp_path / "out", name, Throw())
    assert not list(tmp_path.iterdir())


def test_a_folder_without_settings_says_how_to_begin(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Run\.open\(out, name, settings\) begins one"):
        Run(tmp_path)


# ---------------------------------------------------------------- what is kept


@pytest.mark.parametrize("where", ["a file", "read-only", "damaged", "a folder in its place"])
def test_what_is_kept_is_never_in_the_way(tmp_path, where):
    place = tmp_path / "cache" / "kept"
    place.parent.mkdir()
    if where == "a file":
        place = place.parent / "file" / "kept"
        place.parent.write_text("precious")
    elif where == "read-only":
        place = Path("/proc/nothing/can/be/written/here")
    elif where == "damaged":
        place.write_bytes(b"0" * 100)
    else:
        place.mkdir()
    with pytest.warns(UserWarning, match="made again"):
        assert kept(place, lambda: b"content") == b"content"
    if where == "a file":
        assert place.parent.read_text() == "precious"


def test_nobody_reads_on(tmp_path):
    words = f"{sys.executable} -c 'import sys; from moe_lab.cli import main; sys.exit(main())'"
    ended = subprocess.run(f"{words} run --help | head -1", shell=True, capture_output=True, text=True)
    assert ended.stdout.count("\n") == 1 and ended.stderr == ""


def test_a_report_of_nothing(tmp_path, capsys):
    (tmp_path / "settings.json").write_text("{}")
    assert main(["report", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and "is it the --out folder of an experiment?" in said
