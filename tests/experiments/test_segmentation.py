"The segmenter as a whole: it and its routers learn; it is recorded, changed, killed and resumed like any model."

import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from kernels.copied import exit_code
from training.resumable import assert_same
from training.stops import StopAt, die

from moe_lab import ablate, force, observe, record
from moe_lab.cli import main
from moe_lab.data.scenes.loading import load_scenes
from moe_lab.experiments.systems.segmentation.experiments import begin_from, segment_jobs
from moe_lab.experiments.systems.segmentation.measurements import predicted, prepared, routed
from moe_lab.experiments.systems.segmentation.settings import SegmentSettings
from moe_lab.experiments.systems.segmentation.system import assemble, load, make_model
from moe_lab.experts.moe import moe_layers
from moe_lab.measure.segmentation.scores import iou
from moe_lab.training.checkpoints import load_newest, stored_checkpoints
from moe_lab.training.runs import Run

SMALL = SegmentSettings(
    size=32, limit=280, epochs=4, batch_size=28, frozen_frac=0.5, recovery="health", look_every=9, lead=4.0
)
COD = Path(__file__).parents[3] / "shared" / "cod-layout"


@pytest.fixture(scope="module")
def data():
    return load(SMALL)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return make_model(replace(SMALL, lead=0.0))


def test_the_task_teaches_every_router_and_every_expert_that_was_visited(data):
    trainer = assemble(SegmentSettings(size=32, limit=280), data)
    with observe(trainer.model) as seen:
        trainer.task(trainer.model, trainer.batch(0)).backward()
    for name, routing in seen:
        layer = moe_layers(trainer.model)[name]
        assert float(layer.router.score.weight.grad.abs().max()) > 0, name
        assert torch.equal(layer.experts.mean_gradient() > 0, routing.counts > 0), name


def test_each_expert_alone_gives_its_own_maps(model, data):
    pixels, _ = data.test.batch(torch.arange(4))
    maps = {}
    for e, name in enumerate(model.scales[0].experts.names):
        with force(model, "scales.0", e), torch.no_grad():
            maps[name] = model(pixels)
    names = list(maps)
    same = [
        (a, b) for i, a in enumerate(names) for b in names[:i] if torch.allclose(maps[a], maps[b], atol=1e-4)
    ]
    assert not same


def test_silencing_changes_only_images_that_chose_the_expert(model, data):
    pixels, _ = data.test.batch(torch.arange(12))
    with observe(model) as seen, torch.no_grad():
        before = model(pixels)
    visits = seen[0][1].visits  # (12, 6) of the first scale
    expert = int(visits.sum(0).argmax())
    with ablate(model, "scales.0", expert), torch.no_grad():
        changed = (model(pixels) != before).flatten(1).any(1)
    assert torch.equal(changed, visits[:, expert]) and changed.any()


def test_a_recording_knows_the_images(model, data, tmp_path):
    pixels, _ = data.test.batch(torch.arange(10))
    with record(model, tmp_path / "trace") as trace, torch.no_grad():
        model(pixels)
    frame = trace.assignments("scales.2")
    assert sorted(frame["sequence"].unique()) == list(range(10)) and len(frame) == 20


def test_positions_choose_as_well(data):
    torch.manual_seed(0)
    model = make_model(replace(SMALL, over="positions", lead=0.0))
    decisions, health = routed(model, data.test.take(slice(0, 6)), at_once=3)
    assert sum(r.n_tokens for r in decisions["scales.0"]) == 6 * 16 * 16
    assert [*health] == [f"scales.{i}" for i in range(4)]


def test_it_learns_within_seconds(data):
    trainer = assemble(SegmentSettings(size=32, limit=280, epochs=2, batch_size=8), data)
    trainer.fit()
    found = {}
    for who, model in (("before", assemble(SMALL, data).model), ("own", trainer.model)):
        maps = np.asarray(predicted(model, data.train))
        found[who] = np.mean([*map(iou, maps, data.train.mask.numpy())])
    assert found["own"] > found["before"] + 0.15


def go_on(folder: Path, die_at: int = -1) -> tuple:
    "The run in a folder, to its end, or until the process dies at a step."
    from moe_lab.training.callbacks import resume

    run = Run.open(folder, "segment", replace(SMALL, checkpoint_every=5), resume=True)
    trainer = prepared(replace(SMALL, checkpoint_every=5), load(SMALL), run, [StopAt(die_at, die)])
    resume(trainer, run)
    trainer.fit()
    run.release()
    return trainer, run


if __name__ == "__main__":
    go_on(Path(sys.argv[1]), int(sys.argv[2]))


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    trainer, run = go_on(tmp_path_factory.mktemp("straight"))
    assert trainer.done == 36 and trainer.callbacks[1].returns  # 18 steps in each stage, and the alarm rang
    return trainer, run


@pytest.mark.slow
@pytest.mark.parametrize("step", [7, 18, 29], ids=["first stage", "between", "second stage"])
def test_killed_and_resumed_bit_for_bit(step, straight, tmp_path):
    assert exit_code(__file__, str(tmp_path), str(step)) == -signal.SIGKILL
    (trainer, run), (other, undisturbed) = go_on(tmp_path), straight
    for name, value in other.model.state_dict().items():
        assert torch.equal(trainer.model.state_dict()[name], value), name
    one, two = (load_newest(r.checkpoints, r.hash) for r in (run, undisturbed))
    assert_same(one.extra, two.extra)
    left, right = run.metrics.frame(), undisturbed.metrics.frame()
    assert left.map(repr).equals(right.map(repr))


def test_onwards_from_any_checkpoint_of_another_run(data, tmp_path):
    short = replace(SMALL, recovery="none", epochs=2, checkpoint_every=5)
    run = Run.open(tmp_path, "segment", short)
    trainer = prepared(short, data, run, [])
    trainer.fit()
    other = assemble(replace(short, aux_loss_coef_end=1e-3, epochs=3), data)
    begin_from(other, str(stored_checkpoints(run.checkpoints)[0]))
    assert 0 < other.done < trainer.done
    other.fit()
    assert other.done == 27
    assert other.aux_losses["usage_variance"].coefficient(26) == 1e-3


@pytest.mark.slow
def test_the_command_prints_scores_floors_and_differences(tmp_path, capsys):
    options = ["--size", "32", "--limit", "60", "--epochs", "1", "--strength", "0.2", "--workers", "1"]
    assert main(["run", "segment", "--out", str(tmp_path / "out"), *options]) == 0
    said = capsys.readouterr().out
    for words in (
        "S-measure",
        "weighted F",
        "MAE",
        "Dice",
        "over the mean mask",
        "over the centre prior",
        "[",
    ):
        assert words in said
    table = pd.read_parquet(tmp_path / "out" / "summary.parquet")
    assert {f"strength {s:g}" for s in (0, 0.25, 0.5, 0.75, 1)} <= {*table["split"]}
    assert (table["split"] == "images").sum() == len(load_scenes(limit=60, size=32).test)


def test_both_arms_only_where_the_strength_is_open():
    assert [job.settings.strength for job in segment_jobs(SegmentSettings(), 1)] == [0.0, None]
    assert [job.arm for job in segment_jobs(SegmentSettings(data="somewhere"), 1)] == ["as asked for"]


@pytest.mark.skipif(
    not COD.exists(), reason="TESTS ON REAL PHOTOGRAPHS DID NOT RUN: shared/cod-layout is not here"
)
def test_real_photographs_in_the_layout_of_the_field(tmp_path, capsys):
    options = ["--data", str(COD), "--size", "32", "--epochs", "1", "--seeds", "2", "--workers", "1"]
    assert main(["run", "segment", "--out", str(tmp_path / "out"), *options]) == 0
    assert "over the mean mask" in capsys.readouterr().out
