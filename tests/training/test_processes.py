"Several processes train what one trains, whatever the batches, and lose nothing; bfloat16 trains too."

import pytest
import torch
from kernels.copied import exit_codes_of_processes
from training.situations import SITUATIONS, STEPS, Trainer, accelerator, launch, saved, trained
from training.situations import __file__ as SCRIPT

from moe_lab.experiments.core.aux_loss_settings import with_aux_loss
from moe_lab.experiments.systems.srnn.measurements import load
from moe_lab.experiments.systems.srnn.settings import SRNNSettings
from moe_lab.experiments.systems.srnn.system import build, planned_births, total_steps
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.growth import Growth
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Callback


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    "The folder in which two processes left their results."
    out = tmp_path_factory.mktemp("by2")
    assert exit_codes_of_processes(SCRIPT, out, n=2) == [0, 0]
    return out


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    "That of four, started as one does on a real machine."
    out = tmp_path_factory.mktemp("by4")
    launch(SCRIPT, out, processes=4)
    return out


@pytest.fixture
def fresh_accelerate():
    "accelerate remembers precision and accumulation of a process; forget them before and after."
    from accelerate.state import AcceleratorState

    yield lambda: AcceleratorState._reset_state(True)
    AcceleratorState._reset_state(True)


def assert_like_one(out, name, processes):
    "All processes have the same, bit for bit, and it is what one has, to 1e-5: parameters, buffers, losses and visits."
    alone = trained(name)
    all_found = [torch.load(out / f"{name}.{rank}.pt") for rank in range(processes)]
    visits = alone.pop("visits")
    for found in all_found:
        assert found.pop("visits") == visits
        assert all(torch.equal(found[part], all_found[0][part]) for part in found)
    torch.testing.assert_close(all_found[0], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SITUATIONS)
def test_two_processes_train_what_one_trains(two, name, fresh_accelerate):
    "Also where they were not seeded alike."
    assert_like_one(two, name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", SITUATIONS)
def test_four_processes_train_what_one_trains(four, name, fresh_accelerate):
    assert_like_one(four, name, 4)


def test_situations_differ():
    "Otherwise the comparisons above would say nothing."
    even, padded, balanced = (trained(n)["losses"] for n in ("even", "padded", "loss_free, padded"))
    assert not torch.equal(even, padded) and not torch.equal(padded, balanced)
    rigl, chance = (trained(f"{rule}, stored")["layers.0.column"] for rule in ("RigL", "SET"))
    assert not torch.equal(rigl, chance)
    assert len(even) == STEPS


def test_accumulated_batches_are_one_large_batch(fresh_accelerate):
    "Where nothing looks at a batch as a whole; padded texts of odd number count by their tokens."
    batch = SITUATIONS["padded"]().batch(0)

    def step(parts):
        fresh_accelerate()
        torch.manual_seed(0)
        small = SITUATIONS["padded"]()
        trainer = Trainer(
            small.model,
            small.optimizer,
            parts.__getitem__,
            small.task,
            len(parts),
            accelerator=accelerator(len(parts)),
        )
        trainer.fit()
        return trainer.model.state_dict()

    torch.testing.assert_close(step([batch[:3], batch[3:4], batch[4:]]), step([batch]), rtol=1e-5, atol=1e-5)


def test_each_process_goes_on_with_its_own_dice(two):
    for rank in (0, 1):
        straight, halves = torch.load(two / f"noisy.{rank}.pt")
        assert all(torch.equal(straight[name], halves[name]) for name in straight)
    run = Run(next((two / "straight").glob("texts-*")))
    dice = [state["torch"] for state in load_newest(run.checkpoints, run.hash).rng]
    assert len(dice) == 2 and not torch.equal(*dice)


def test_a_run_of_two_processes_is_written_once(two):
    run = Run(next((two / "straight").glob("texts-*")))
    frame = run.metrics.frame()
    assert frame[frame["metric"] == "loss"]["step"].tolist() == list(range(STEPS))
    tokens = frame[frame["metric"] == "cv"].groupby("step")["n"].first()
    assert tokens.tolist() == [4 * 4 + 4 * 12 - 3] * STEPS  # of both processes, padding left out


@pytest.mark.slow
@pytest.mark.parametrize("accumulates", [1, 2])
def test_killed_and_resumed(tmp_path, accumulates, fresh_accelerate):
    "All processes die, twice; what comes out is what one process trains that nobody disturbed."
    for dies in (3, 5):
        killed = launch(SCRIPT, "mortal", tmp_path, dies, accumulates, wait=False)
        killed.communicate(timeout=200)
        assert killed.returncode != 0
    launch(SCRIPT, "mortal", tmp_path, STEPS, accumulates)
    alone = saved(tmp_path / "alone", "loss_free", accumulates=accumulates)
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    torch.testing.assert_close(first, alone.model.state_dict(), rtol=1e-5, atol=1e-5)
    run, other = (Run(next(folder.glob("texts-*"))) for folder in (tmp_path, tmp_path / "alone"))
    columns = ["step", "split", "layer", "metric", "n"]
    assert run.metrics.frame()[columns].equals(other.metrics.frame()[columns])


class Losses(Callback):
    "The loss of every step."

    def __init__(self):
        self.seen: list[float] = []

    def after_step(self, trainer, report):
        self.seen.append(float(report.loss))


@pytest.mark.parametrize(
    "router",
    ["srnn_by_max", *(pytest.param(name, marks=pytest.mark.slow) for name in ("top_k", "loss_free"))],
)
def test_bfloat16_trains(router, fresh_accelerate):
    "About as well as float32, and not by computing in float32."
    found, balance = {}, with_aux_loss("gate_variance", 0.1)
    for precision in ("no", "bf16"):
        fresh_accelerate()
        settings = SRNNSettings(
            limit=1280, batch_size=64, n_experts=5, router=router, precision=precision, epochs=4, **balance
        )
        data, losses = load(settings), Losses()
        births = Growth(planned_births(settings, total_steps(settings, len(data.train))))
        build(settings, data, [births, losses]).fit()
        found[precision] = torch.tensor(losses.seen)
    full, low = found.values()
    assert not torch.equal(low, full)
    assert low[-3:].mean() < low[:3].mean() / 2
    torch.testing.assert_close(low, full, rtol=0.2, atol=0.005)
