"The real SRNN training, stopped in every way there is: what comes out is what an undisturbed run gives."

import os
import random
import signal
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kernels.copied import program
from training.stops import StopAt, Tell, interrupt

from moe_lab.experiments.systems.srnn.measurements import RememberFirst, load, train
from moe_lab.experiments.systems.srnn.settings import SRNNSettings
from moe_lab.experiments.systems.srnn.system import OPTIMIZER_STATE, build, planned_births
from moe_lab.training.callbacks import Checkpoints, MetricsLog
from moe_lab.training.checkpoints import load_newest, stored_checkpoints
from moe_lab.training.growth import Growth
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Callback

STEPS = 40
SMALL = SRNNSettings(limit=2560, batch_size=64, n_experts=5, router="srnn_by_max", checkpoint_every=4)


def go_on(out: Path, settings: SRNNSettings, *callbacks: Callback) -> Run:
    "Train as far as it goes, from wherever `out` stands."
    torch.set_num_threads(1)
    run = Run.open(out, "srnn", settings, resume=True)
    run.finish({"rows": train(settings, run, callbacks)})
    return run


if __name__ == "__main__":  # the process that test_kill_minus_9 kills
    go_on(Path(sys.argv[1]), replace(SMALL, checkpoint_every=int(sys.argv[2])), Tell())
    sys.exit()


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    "The undisturbed run of the settings, trained once."
    runs = {}

    def run_of(settings: SRNNSettings) -> Run:
        if settings not in runs:
            runs[settings] = go_on(tmp_path_factory.mktemp("straight"), settings)
        return runs[settings]

    return run_of


def bits(tree):
    "A tree with every tensor as its bytes, so that == compares bit for bit."
    if isinstance(tree, torch.Tensor):
        return tree.dtype, tuple(tree.shape), tree.contiguous().numpy().tobytes()
    if isinstance(tree, dict):
        return {key: bits(part) for key, part in tree.items()}
    return [bits(part) for part in tree] if isinstance(tree, (list, tuple)) else repr(tree)


def newest(run: Run):
    "The newest checkpoint of a run."
    return load_newest(run.checkpoints, run.hash)


def assert_same(one: Run, other: Run):
    "Parameters, optimizer, random state, every metric and the summary, bit for bit."
    a, b = newest(one), newest(other)
    assert a.step == b.step == STEPS - 1
    assert a.extra == b.extra and a.extra["experts"] == {"moe": 5}
    assert a.settings == b.settings == one.hash
    for part, x, y in (("model", a.model, b.model), ("optimizer", a.optimizer, b.optimizer)):
        equal = bits(x) == bits(y)  # a name of its own: explaining how megabytes differ takes minutes
        assert equal, part
    equal = bits(a.rng[0]["torch"]) == bits(b.rng[0]["torch"])  # the only generator that training uses
    assert equal, "random state"
    left, right = one.metrics.frame(), other.metrics.frame()
    assert len(left) == len(right)
    for column in left:
        equal = left[column].map(repr).tolist() == right[column].map(repr).tolist()
        assert equal, column
    equal = repr(one.summary) == repr(other.summary)
    assert equal, "summary"


VARIANTS = {
    "by max": SMALL,
    "printed": replace(SMALL, router="srnn_as_printed"),
    "loss-free, two epochs": replace(SMALL, router="loss_free", limit=1280, epochs=2),
    "forgotten": replace(SMALL, optimizer_state="reset"),
    "phase": replace(SMALL, births="phase", optimizer_state="reset"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_stopped_by_until(tmp_path, straight, name):
    settings = VARIANTS[name]
    stop = 10 if name == "by max" else random.Random(name).randrange(1, STEPS)  # a birth comes next at 10
    run = Run.open(tmp_path, "srnn", settings)
    data = load(settings)
    births = Growth(planned_births(settings, STEPS), OPTIMIZER_STATE[settings.optimizer_state])
    rest = [RememberFirst(run, settings, data.train), MetricsLog(run), Checkpoints(run)]
    build(settings, data, [births, *rest]).fit(until=stop)
    assert newest(run).step == stop - 1
    assert_same(go_on(tmp_path, settings), straight(settings))


@pytest.mark.parametrize("name", VARIANTS)
def test_stopped_by_interrupts(tmp_path, straight, name):
    settings = VARIANTS[name]
    for step in sorted(random.Random(name).sample(range(1, STEPS), 2)):
        with pytest.raises(KeyboardInterrupt, match=f"after step {step} of {STEPS}; nothing is lost"):
            go_on(tmp_path, settings, StopAt(step, interrupt))
    assert_same(go_on(tmp_path, settings), straight(settings))


@pytest.mark.parametrize("step", [9, 10, 11, 22])  # before, with and after a birth
def test_an_error_in_the_middle_of_a_step(tmp_path, straight, step):
    def fail(*_):
        raise RuntimeError("lightning")

    class Lightning(Callback):
        "Strikes inside a step, after experts were born and before the optimizer moves."

        def before_step(self, trainer):
            if trainer.done == step:
                trainer.optimizer.step = fail

    with pytest.raises(RuntimeError, match="lightning"):
        go_on(tmp_path, SMALL, Lightning())
    assert_same(go_on(tmp_path, SMALL), straight(SMALL))


def test_kill_minus_9(tmp_path, straight):
    "Twice, at any moment: also while a checkpoint is being written, which here happens all the time."
    moments, told, out = random.Random(0), tmp_path / "told", tmp_path / "out"
    os.mkfifo(told)
    for _ in range(2):
        child = program(__file__, out, 1, out=told)
        with told.open() as lines:
            for _ in range(moments.randrange(2, 12)):
                assert lines.readline()
            time.sleep(moments.random() / 20)
            child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        run = Run.open(out, "srnn", SMALL, resume=True)
        assert run.summary is None
        run.release()
    with warnings.catch_warnings(action="ignore"):  # a half-written checkpoint may be mentioned
        assert_same(go_on(out, SMALL), straight(SMALL))


def shorten(path: Path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        (shorten, "model.safetensors"),
        (flip, "optimizer.safetensors"),
        (Path.unlink, "state.json"),
        (shorten, "manifest.json"),
    ],
)
def test_a_damaged_checkpoint(tmp_path, straight, damage, part):
    with pytest.raises(KeyboardInterrupt):
        go_on(tmp_path, SMALL, StopAt(26, interrupt))
    before, newest = stored_checkpoints(Run.open(tmp_path, "srnn", SMALL, resume=True).checkpoints)
    assert (before.name, newest.name) == ("step-00000023", "step-00000025")
    damage(newest / part)
    with pytest.warns(UserWarning, match=f"{newest.name} is damaged .*; trying the checkpoint before it"):
        resumed = go_on(tmp_path, SMALL)
    assert_same(resumed, straight(SMALL))


@pytest.mark.parametrize("gone", ["*", "00000000*"])
def test_removed_metrics_are_missed(tmp_path, gone):
    with pytest.raises(KeyboardInterrupt):
        go_on(tmp_path, SMALL, StopAt(17, interrupt))
    run = Run.open(tmp_path, "srnn", SMALL, resume=True)
    for part in run.metrics.folder.glob(gone):
        part.unlink()
    run.release()
    with pytest.raises(ValueError, match=r"metrics has \d+ rows, the checkpoint was .*; remove .*--resume"):
        go_on(tmp_path, SMALL)


def test_other_settings_are_refused_and_nothing_is_lost(tmp_path, straight):
    with pytest.raises(KeyboardInterrupt):
        go_on(tmp_path, SMALL, StopAt(17, interrupt))
    run = Run.open(tmp_path, "srnn", SMALL, resume=True)
    files = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match=r"strength: None → 2.0; batch_size: 64 → 32$"):
        Run.resume(run.folder, replace(SMALL, batch_size=32, strength=2.0))
    assert files == {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    Run.resume(run.folder, replace(SMALL, device="auto", checkpoint_every=9))  # these decide no result
    assert_same(go_on(tmp_path, SMALL), straight(SMALL))


def test_the_runs_differ_where_they_should(straight):
    "Otherwise the comparisons above would say nothing."
    with pytest.raises(AssertionError):
        assert_same(straight(SMALL), straight(replace(SMALL, seed=1)))
    kept, forgotten = (newest(straight(VARIANTS[name])) for name in ("by max", "forgotten"))
    equal = bits(kept.model) == bits(forgotten.model)
    assert not equal
