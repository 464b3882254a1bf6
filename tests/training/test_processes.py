"Two processes train what one trains, and bfloat16 trains too."

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe_lab.experiments.core.aux_loss_settings import with_aux_loss
from moe_lab.experiments.systems.srnn.measurements import load, train
from moe_lab.experiments.systems.srnn.settings import SRNNSettings
from moe_lab.experiments.systems.srnn.system import build, planned_births, total_steps
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.growth import Growth
from moe_lab.training.runs import Run
from moe_lab.training.trainer import Callback

# No gate variance: each process would balance its own part of the batch.
PLAIN = SRNNSettings(limit=1280, batch_size=64, n_experts=5, aux_loss_coef_start=0.0, aux_loss_coef_end=0.0)
ROUTERS = ("srnn_as_printed", "srnn_by_max", "srnn_by_share", "loss_free")
EACH = {name: replace(PLAIN, router=name) for name in ROUTERS}


class Losses(Callback):
    "The loss of every whole batch."

    def __init__(self):
        self.seen: list[float] = []

    def after_step(self, trainer, report):
        self.seen.append(float(trainer.accelerator.reduce(report.loss, reduction="mean")))


def trained(settings: SRNNSettings) -> dict:
    "Losses, and parameters and buffers, after training with as many processes as there are."
    data, losses = load(settings), Losses()
    births = Growth(planned_births(settings, total_steps(settings, len(data.train))))
    trainer = build(settings, data, [births, losses])
    trainer.fit()
    return {"losses": torch.tensor(losses.seen), **trainer.model.state_dict()}


def run_folder(out: Path) -> Run:
    return Run.open(out, "srnn", EACH["loss_free"], resume=True)


def work(out: Path):
    "What each process of `two_processes` does."
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True)
    assert accelerator.num_processes == 2
    results = {name: trained(settings) for name, settings in EACH.items()}
    torch.save(results, out / f"{accelerator.process_index}.pt")
    with accelerator.main_process_first():
        run = run_folder(out)
    rows = train(EACH["loss_free"], run)
    if accelerator.is_main_process:
        run.finish({"rows": rows})


if __name__ == "__main__":
    torch.set_num_threads(1)
    work(Path(sys.argv[1]))
    sys.exit()


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory):
    "The folder in which two processes, started as one does on a real machine, left their results."
    out = tmp_path_factory.mktemp("two")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(
        [*launch, __file__, str(out)], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("router", EACH)
def test_two_processes_train_what_one_trains(two_processes, router):
    "Growth and the routers' feedback included."
    alone = trained(EACH[router])
    first, second = (torch.load(two_processes / f"{rank}.pt")[router] for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert first.keys() == alone.keys()
    torch.testing.assert_close(first, alone, rtol=1e-4, atol=1e-5)


def test_a_run_of_two_processes_is_written_once(two_processes, tmp_path):
    both, alone = run_folder(two_processes), run_folder(tmp_path)
    alone.finish({"rows": train(EACH["loss_free"], alone)})
    a, b = load_newest(both.checkpoints), load_newest(alone.checkpoints)
    assert (a.step, a.extra) == (b.step, b.extra)
    torch.testing.assert_close(a.model, b.model, rtol=1e-4, atol=1e-5)
    columns = ["step", "split", "layer", "metric"]
    assert both.metrics.frame()[columns].equals(alone.metrics.frame()[columns])
    held_out = [r["value"] for r in both.summary["rows"] if r["metric"] == "loss"]
    assert held_out == pytest.approx(
        [r["value"] for r in alone.summary["rows"] if r["metric"] == "loss"], rel=1e-4
    )


@pytest.fixture
def any_precision():
    "accelerate allows one precision a process; forget it before and after."
    from accelerate.state import AcceleratorState

    yield AcceleratorState._reset_state
    AcceleratorState._reset_state()


@pytest.mark.parametrize("router", ["top_k", "srnn_by_max", "loss_free"])
def test_bfloat16_trains(router, any_precision):
    "About as well as float32, and not by computing in float32."
    found, balance = {}, with_aux_loss("gate_variance", 0.1)
    for precision in ("no", "bf16"):
        any_precision()
        settings = replace(PLAIN, router=router, precision=precision, epochs=4, **balance)
        found[precision] = trained(settings)["losses"]
    full, low = found.values()
    assert not torch.equal(low, full)
    assert low[-3:].mean() < low[:3].mean() / 2
    torch.testing.assert_close(low, full, rtol=0.2, atol=0.005)
