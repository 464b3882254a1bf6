"Sparse training as a whole: stopped anywhere it comes to the same bits; stored networks learn what masked ones do."

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training.resumable import assert_same
from training.stops import StopAt, Tell

from moe_lab.experiments.systems.sparse.measurements import train
from moe_lab.experiments.systems.sparse.settings import SetSettings
from moe_lab.experiments.systems.sparse.system import assemble, load
from moe_lab.sparse.masks import masks_of
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Callback

SMALL = SetSettings(hidden=40, limit=300, epochs=8, checkpoint_every=4)  # 24 steps


def go_on(out: Path, settings: SetSettings, *callbacks: Callback) -> tuple[Run, list[dict]]:
    "Train as far as it goes, from wherever `out` stands; what was measured but the time."
    run = Run.open(out, "set", settings, resume=True)
    try:
        return run, [row for row in train(settings, run, callbacks) if row["split"] != "cost"]
    finally:
        run.release()


if __name__ == "__main__":  # the process that is killed
    go_on(Path(sys.argv[1]), SMALL, Tell())
    sys.exit()


def whole(run: Run) -> dict:
    "Model, optimizer and memories at the end."
    last = load_newest(run.checkpoints, run.hash)
    memories = {name: own for name, own in last.extra["callbacks"].items() if name != "Clock"}
    return {"model": dict(last.model), "optimizer": last.optimizer, "callbacks": memories}


@pytest.mark.parametrize(
    "wiring, storage", [("set", "stored"), ("rigl", "stored"), ("rigl", "masked"), ("pruned", "masked")]
)
def test_interrupted_between_exchanges_it_comes_to_the_same_masks(tmp_path, wiring, storage):
    settings = replace(SMALL, wiring=wiring, storage=storage)
    undisturbed, rows = go_on(tmp_path / "whole", settings)
    for stop in (7, 13, 20):
        with pytest.raises(KeyboardInterrupt):
            go_on(tmp_path / "parts", settings, StopAt(stop))
    resumed, again = go_on(tmp_path / "parts", settings)
    assert_same(whole(resumed), whole(undisturbed))
    assert rows == again
    if wiring in ("set", "rigl"):
        assert whole(resumed)["callbacks"]["Evolution"]["times"] == 5


@pytest.mark.slow
def test_killed_it_comes_to_the_same_masks(tmp_path):
    undisturbed, rows = go_on(tmp_path / "whole", SMALL)
    command = [sys.executable, __file__, str(tmp_path / "parts")]
    own = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as process:
        next(line for line in process.stdout if int(line) == 14)
        process.send_signal(signal.SIGKILL)
    resumed, again = go_on(tmp_path / "parts", SMALL)
    assert_same(whole(resumed), whole(undisturbed))
    assert rows == again


def test_stored_and_masked_networks_learn_the_same():
    data, logits = load(SMALL), {}
    for wiring in ("set", "rigl"):
        for storage in ("stored", "masked"):
            trainer = assemble(replace(SMALL, wiring=wiring, storage=storage, epochs=3), data)
            trainer.fit()
            logits[storage] = trainer.model(trainer.batch(0)[0])
        assert torch.allclose(logits["stored"], logits["masked"], atol=1e-3), wiring


@pytest.mark.parametrize("density, zeta", [(1.0, 0.3), (0.9, 1.0), (0.002, 1.0), (0.05, 0.0)])
def test_extremes_train(density, zeta):
    trainer = assemble(replace(SMALL, density=density, zeta=zeta, epochs=3), load(SMALL))
    before = {name: mask.clone() for name, mask in masks_of(trainer.model).items()}
    trainer.fit()
    after = masks_of(trainer.model)
    assert {n: int(m.sum()) for n, m in after.items()} == {n: int(m.sum()) for n, m in before.items()}
    same = all(torch.equal(after[name], before[name]) for name in before)
    assert same == (density == 1.0 or zeta == 0.0)
