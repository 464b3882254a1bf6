"Mistakes with runs, their folders and files, and with sweeps."

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from faults.table import Bad

from moe_lab.experiments.core.aux_loss_settings import AuxLossSettings, check_capacity
from moe_lab.experiments.core.experiment import EXPERIMENTS, Experiment, changes, launch, told
from moe_lab.experiments.core.report import write_report
from moe_lab.experiments.core.sweep import Column, Job, run_jobs, seed_range
from moe_lab.files import read_json, read_table, unsealed
from moe_lab.training.metric_table import Metrics
from moe_lab.training.runs import Run, StoredRun, claim, describe


@dataclass(frozen=True)
class Throw:
    sides: int = 6
    seed: int = 0


def jobs(settings: Throw, seeds: int) -> list[Job]:
    return [Job("die", "", seed, replace(settings, seed=seed)) for seed in seed_range(settings, seeds)]


def work(settings: Throw, run: Run, callbacks) -> list[dict]:
    return [{"split": "all", "metric": "mean", "value": 3.5}]


DIE = Experiment("die", "How high?", Throw(), jobs, work, {"mean": Column("all", "mean", ".1f")})


def run() -> Run:
    return Run.open("out", "die", Throw())


def finished() -> Path:
    "The folder of a finished run."
    one = run()
    one.metrics.log(0, [{"split": "train", "metric": "loss", "value": 1}])
    one.finish({"rows": []})
    return one.folder


def damaged(name: str, content: bytes) -> StoredRun:
    "A finished run, one of whose files is damaged."
    folder = finished()
    (folder / name).write_bytes(content)
    return StoredRun(folder)


def row(**change) -> None:
    run().metrics.log(1, [{"split": "train", "metric": "loss", "value": 0.5} | change])


def missing_settings() -> None:
    Path("empty").mkdir()
    Run("empty")


def twice() -> None:
    Metrics(Path("metrics")).flush()
    table = Metrics(Path("metrics"))
    table.log(3, [{"split": "train", "metric": "loss", "value": 0.5}])
    table.flush()
    table.log(3, [])


def reported(content: bytes) -> None:
    launch(DIE, Path("out"), workers=1)
    Path("out/summary.parquet").write_bytes(content)
    write_report(Path("out"), DIE)


ROWS = [
    Bad(
        "a run's name that leads away",
        lambda: Run.open("out", "../../x", Throw()),
        ("name='../../x'", "letters"),
    ),
    Bad("a run's name with a slash", lambda: Run.open("out", "a/b", Throw()), ("name='a/b'", "letters")),
    Bad("a run without a name", lambda: Run.open("out", "", Throw()), ("name=''", "letters")),
    Bad("a run's name that is none", lambda: Run.open("out", None, Throw()), ("name=None", "letters")),
    Bad("a run's name of 300 letters", lambda: Run.open("out", "x" * 300, Throw()), ("name=", "100 at most")),
    Bad("settings that are a number", lambda: Run.open("out", "die", 5), ("settings=5", "dataclass")),
    Bad(
        "settings that are a class",
        lambda: Run.open("out", "die", Throw),
        ("settings", "dataclass"),
        Exception,
    ),
    Bad(
        "settings in a plain dict",
        lambda: claim(Path("out"), {"sides": 6}),
        ("settings={'sides': 6}", "dataclass"),
    ),
    Bad(
        "a tensor in the settings",
        lambda: Run.open("out", "die", Throw(sides=torch.ones(2))),
        ("settings.sides is a Tensor", "numbers, text"),
        TypeError,
    ),
    Bad("a folder that is no run", missing_settings, ("no settings.json", "Run.open"), FileNotFoundError),
    Bad("a folder that is not there", lambda: Run("nowhere"), ("nowhere", "Run.open"), FileNotFoundError),
    Bad(
        "the same run begun twice",
        lambda: [finished(), Run.open("out", "die", Throw())],
        ("add --resume to go on",),
        FileExistsError,
    ),
    Bad(
        "a run resumed with other settings",
        lambda: Run.resume(finished(), Throw(sides=20)),
        ("--resume", "sides: 6 → 20"),
    ),
    Bad(
        "a summary with a tensor",
        lambda: run().finish({"loss": torch.ones(1)}),
        ("summary.loss", "Tensor"),
        TypeError,
    ),
    Bad(
        "half a summary",
        lambda: damaged("summary.json", b'{"rows').summary,
        ("summary.json is damaged", "remove it"),
    ),
    Bad(
        "a summary that is a list",
        lambda: damaged("summary.json", b"[]").summary,
        ("it is no summary", "remove it"),
    ),
    Bad(
        "a summary of another run",
        lambda: damaged("summary.json", b'{"settings": "abc", "summary": {}}').summary,
        ("summary.json belongs to other settings", "--resume"),
    ),
    Bad(
        "settings that are half a file",
        lambda: damaged("settings.json", b"{"),
        ("settings.json is damaged", "--resume"),
    ),
    Bad(
        "metrics cut short",
        lambda: damaged("metrics/00000000.parquet", b"PAR1"),
        ("00000000.parquet is damaged", "remove", "--resume"),
    ),
    Bad(
        "metrics that are empty", lambda: damaged("metrics/00000000.parquet", b""), ("is damaged", "--resume")
    ),
    Bad(
        "metrics of nobody",
        lambda: damaged("metrics/x.parquet", table()),
        ("no table of metrics", "--resume"),
    ),
    Bad("a row without a value", lambda: row(value=None), ("needs split, metric and value",)),
    Bad("a row with a misspelt field", lambda: row(valeu=1), ("valeu", "needs split, metric and value")),
    Bad("a value that is a word", lambda: row(value="high"), ("value='high'", "float")),
    Bad("a value of two numbers", lambda: row(value=torch.ones(2)), ("value=tensor", "float")),
    Bad("a count that is a word", lambda: row(n="many"), ("n='many'", "int")),
    Bad("a step that is written already", twice, ("step is 3", "truncate first")),
    Bad("no seeds", lambda: seed_range(Throw(), 0), ("seeds=0", "at least 1")),
    Bad("half a seed", lambda: seed_range(Throw(), 1.5), ("seeds=1.5", "whole number")),
    Bad("a seed below zero", lambda: seed_range(Throw(seed=-1), 2), ("seed=-1", "from 0")),
    Bad("a seed that is a word", lambda: seed_range(Throw(seed="a"), 2), ("seed=a", "whole number")),
    Bad(
        "a sweep without jobs",
        lambda: run_jobs(Path("out"), [], work),
        ("jobs: there are none", "at least one"),
    ),
    Bad(
        "a job twice",
        lambda: run_jobs(Path("out"), jobs(Throw(), 1) * 2, work),
        ("is there twice", "each once"),
    ),
    Bad(
        "fewer than no workers",
        lambda: launch(DIE, Path("out"), workers=-1),
        ("workers=-1", "0 (one per core)"),
    ),
    Bad(
        "half a worker",
        lambda: run_jobs(Path("out"), jobs(Throw(), 2), work, 0.5),
        ("workers=0.5", "whole number"),
    ),
    Bad(
        "work that is a lambda, for others",
        lambda: run_jobs(Path("out"), jobs(Throw(), 2), lambda *_: [], workers=2),
        ("work=", "workers=1"),
    ),
    Bad(
        "an experiment without seeds",
        lambda: launch(replace(DIE, seeds=0), Path("out")),
        ("seeds=0", "at least 1"),
    ),
    Bad(
        "an experiment in a claimed folder",
        lambda: [launch(DIE, Path("out"), workers=1) for _ in range(2)],
        ("--out out holds a run", "--resume"),
        FileExistsError,
    ),
    Bad(
        "a text about no setting", lambda: told("{side} sides", {"sides": 6}), ("no setting 'side'", "sides")
    ),
    Bad(
        "settings of another version",
        lambda: changes(DIE, {"sides": 6}),
        ("settings of die", "not today's", "seed"),
    ),
    Bad("a report of half a table", lambda: reported(b"PAR1"), ("summary.parquet is damaged", "remove it")),
    Bad("a report of another table", lambda: reported(table()), ("it is no table of results", "remove it")),
    Bad(
        "a report of nothing",
        lambda: write_report(Path("nowhere"), DIE),
        ("no summary.parquet",),
        FileNotFoundError,
    ),
    Bad(
        "a JSON file that is missing",
        lambda: read_json(Path("x"), "write it"),
        ("x is missing; write it",),
        OSError,
    ),
    Bad(
        "a table that is missing",
        lambda: read_table(Path("x"), "make it"),
        ("x is missing; make it",),
        OSError,
    ),
    Bad("a file without its checksum", lambda: unsealed(b"content"), ("the checksum does not fit",)),
    Bad("room below zero", lambda: check_capacity(-1.0), ("capacity_factor=-1.0", "above 0")),
    Bad(
        "a loss nobody knows",
        AuxLossSettings(aux_loss="swich").check_aux_loss,
        ("aux_loss='swich'", "switch_loss"),
    ),
    Bad(
        "a coefficient that is no number",
        AuxLossSettings(aux_loss_coef_end=float("nan")).check_aux_loss,
        ("aux_loss_coef_end=nan", "finite number"),
    ),
    Bad(
        "a checkpoint never",
        lambda: replace(EXPERIMENTS["srnn-demo"].settings, checkpoint_every=0),
        ("checkpoint_every=0", "at least 1"),
    ),
    Bad(
        "an arm nobody knows",
        lambda: replace(EXPERIMENTS["health"].settings, arm="plane"),
        ("arm='plane'", "did you mean 'plain'"),
    ),
    Bad("what is no setting", lambda: describe(Throw(sides={1, 2})), ("settings.sides is a set",), TypeError),
]


def table() -> bytes:
    "A parquet file with something else in it."
    import pandas as pd

    return pd.DataFrame({"weather": [1.0]}).to_parquet()
