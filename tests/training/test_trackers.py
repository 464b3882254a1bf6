"Trackio itself, where it is installed: its files hold each step of a run once, though the run was gone on with."

import os
import subprocess
import sys

import pytest

TOLD = """
import sys
from dataclasses import dataclass
from pathlib import Path
import torch
from trackio.sqlite_storage import SQLiteStorage
from moe_lab.training.callbacks import Checkpoints, MetricsLog, resume
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Trainer
from moe_lab.training.watch.trackers import Trackio

@dataclass(frozen=True)
class Settings:
    seed: int = 0

def part(until):
    torch.manual_seed(0)
    run, model = Run.open(sys.argv[1], "toy", Settings(), resume=True), torch.nn.Linear(4, 1)
    own = [MetricsLog(run, every=2), Trackio(run, "toys"), Checkpoints(run, every=5)]
    sgd = torch.optim.SGD(model.parameters(), 0.1)
    trainer = Trainer(model, sgd, lambda step: torch.ones(2, 4), lambda m, x: m(x).square().mean(), 12, callbacks=own)
    resume(trainer, run)
    trainer.fit(until)
    return run

run = part(9)
(run.checkpoints / "step-00000008").rename(Path(sys.argv[1]) / "lost")
frame = part(None).metrics.frame()
ours = frame[(frame["split"] == "train") & (frame["metric"] == "loss")]
logs = SQLiteStorage.get_logs("toys", run.folder.name)
assert [(log["step"], log["train/loss"]) for log in logs] == [*zip(ours["step"], ours["value"])], logs
"""


@pytest.mark.slow
@pytest.mark.usefixtures("beside")
def test_trackio_has_each_step_once(tmp_path):
    pytest.importorskip(
        "trackio", reason="TRACKIO DID NOT RUN: it is not beside the environment, where `make` lays it"
    )
    own = os.environ | {"TRACKIO_DIR": str(tmp_path / "trackio"), "PYTHONPATH": os.pathsep.join(sys.path)}
    own |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", TOLD, tmp_path / "runs"], env=own, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout == "" and [*(tmp_path / "trackio").glob("*.db")]
