"Trainings that several processes must do as one does, and the script that does them; `situations.py OUT [names]`."

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from moe_lab.experiments.systems.srnn.measurements import load
from moe_lab.experiments.systems.srnn.settings import SRNNSettings
from moe_lab.experiments.systems.srnn.system import build, planned_births, total_steps
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.models.language import DecoderSettings, decoder, next_token
from moe_lab.models.vision.mlp import MLP
from moe_lab.routing.losses import switch_loss, z_loss
from moe_lab.routing.presets import top_k
from moe_lab.sparse.choice import sparse_linear
from moe_lab.sparse.evolution import EVOLUTIONS
from moe_lab.sparse.masks import random_mask
from moe_lab.training.aux_losses import AuxLoss
from moe_lab.training.callbacks import Checkpoints, MetricsLog, resume
from moe_lab.training.growth import Growth, even_births
from moe_lab.training.recovery import Recovery
from moe_lab.training.runs import Run
from moe_lab.training.schedules import Constant
from moe_lab.training.sparse.evolution import Evolution
from moe_lab.training.stages import FrozenUntil
from moe_lab.training.trainer import Callback, Trainer

STEPS = 6


class Losses(Callback):
    "The loss and the loads of every step."

    def __init__(self):
        self.seen: list[float] = []
        self.visits: list[list[float]] = []

    def after_step(self, trainer, report):
        self.seen.append(float(report.loss))
        self.visits.append([count for load in report.loads.values() for count in load.counts.tolist()])


def accelerator(accumulates: int = 1):
    from accelerate import Accelerator

    return Accelerator(cpu=True, gradient_accumulation_steps=accumulates)


def texts(kind: str, step: int) -> Tensor:  # (B, 12)
    "A batch of tokens: even, padded, of odd size, or of a single text."
    dice = torch.Generator().manual_seed(step)
    batch = torch.randint(0, 50, (8, 12), generator=dice)
    if kind == "padded":  # the first process has short texts, and one without a target
        batch[0::2, 4:] = -1
        batch[2, 1:] = -1
    return {"odd": batch[:5], "one text": batch[:1]}.get(kind, batch)


def language(
    kind: str, router: str = "top_k", accumulates: int = 1, over: str = "micro", grow: int = 0
) -> Trainer:
    "A small decoder with two sparse layers, balanced by two losses."
    shape = dict(vocabulary=50, d=16, heads=2, layers=2, length=12, hidden=16, n_experts=4, k=2)
    model = decoder(DecoderSettings(router=router, **shape))
    aux = {"switch": AuxLoss(switch_loss, 0.1, over), "z": AuxLoss(z_loss, 0.01, over)}
    return Trainer(
        model,
        torch.optim.Adam(model.parameters(), lr=3e-3),
        lambda step: texts(kind, step),
        next_token,
        STEPS,
        aux_losses=aux,
        callbacks=[Growth(even_births(4, 4 + grow, STEPS))] if grow else [],
        accelerator=accelerator(accumulates),
    )


class Sometimes(nn.Module):
    "Two sparse layers, of which the second is for rows that begin with a positive number."

    def __init__(self):
        super().__init__()
        self.a, self.b = (MoE(top_k(8, 4, 2), Bottleneck(8, 8, 4)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:  # (B, 8) -> (B, 8)
        second = x[:, 0] > 0
        y = self.a(x)
        return y.index_add(0, second.nonzero()[:, 0], self.b(x[second])) if second.any() else y


def skipping(accumulates: int = 1, never: bool = False) -> Trainer:
    "Every second row reaches the second layer, so that one of two processes skips it; or none does."
    model = Sometimes()

    def batch(step: int) -> dict[str, Tensor]:
        x = torch.randn(8, 8, generator=torch.Generator().manual_seed(step))
        x[:, 0] = -1
        x[1::2, 0] = -1 if never or (accumulates > 1 and step % accumulates) else 1
        return {"x": x, "y": x.flip(-1)}

    return Trainer(
        model,
        torch.optim.AdamW(model.parameters(), lr=1e-2),
        batch,
        lambda m, b: (m(b["x"]) - b["y"]).square().mean(),
        STEPS,
        aux_losses={"switch": AuxLoss(switch_loss, 0.1)},
        accelerator=accelerator(accumulates),
    )


def autoencoder(router: str) -> Trainer:
    "SRNN's system, whose experts are born on the way."
    settings = SRNNSettings(limit=320, batch_size=32, n_experts=5, router=router, precision="no")
    data = load(settings)
    return build(settings, data, [Growth(planned_births(settings, total_steps(settings, len(data.train))))])


def rewired(rule: str, storage: str, accumulates: int = 1, rows: int = 8) -> Trainer:
    "A network whose connections move after two and after four steps, by the gradients of all processes together."
    layer = lambda name, into, out: sparse_linear(random_mask((out, into), 0.3), storage=storage)  # noqa: E731
    model = MLP([8, 24, 4], layer)

    def batch(step: int) -> dict[str, Tensor]:
        x = torch.randn(rows, 8, generator=torch.Generator().manual_seed(step))
        return {"x": x, "y": x[:, :4].sin()}

    return Trainer(
        model,
        torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
        batch,
        lambda m, b: (m(b["x"]) - b["y"]).square().mean(),
        STEPS,
        callbacks=[Evolution(EVOLUTIONS[rule], Constant(0.5), every=2, until=STEPS)],
        accelerator=accelerator(accumulates),
    )


class Bell:
    "Rings after two and after six steps, and says so in the first process alone; the others hear the contrary."

    def ring(self, trainer):
        return {"moe": "so I say"} if (trainer.done in (2, 6)) == (trainer.rank == 0) else {}


def guarded(accumulates: int = 1) -> Trainer:
    "Back to the beginning, and to where it was well, in two stages."
    trainer = language("padded", "loss_free", accumulates)
    guard = Recovery(Bell(), 2, lambda t: 1.0 + t.rank, ["switch"], factor=5.0, say=lambda text: None)
    trainer.callbacks += [guard, FrozenUntil(next(name for name, _ in trainer.model.named_children()), 3)]
    return trainer


SITUATIONS: dict[str, Callable[[], Trainer]] = {
    **{kind: lambda kind=kind: language(kind) for kind in ("even", "padded", "odd", "one text")},
    **{
        f"{name}, padded": lambda name=name: language("padded", name)
        for name in ("loss_free", "srnn_by_max", "remoe", "default_moe")
    },
    "a layer skipped": skipping,
    "a layer that nobody reaches": lambda: skipping(never=True),
    "accumulated": lambda: language("padded", "loss_free", accumulates=3),
    "accumulated, over the global batch": lambda: language("odd", accumulates=2, over="global"),
    "a layer skipped, accumulated": lambda: skipping(accumulates=2),
    "accumulated, with a penalty of its own": lambda: language("padded", "remoe", accumulates=2),
    "growth": lambda: language("padded", "loss_free", grow=2),
    "growth, accumulated": lambda: language("odd", "srnn_by_max", accumulates=2, grow=2),
    "guarded, in two stages": guarded,
    "guarded, in two stages, accumulated": lambda: guarded(2),
    "RigL, stored": lambda: rewired("rigl", "stored"),
    "RigL, stored, accumulated": lambda: rewired("rigl", "stored", accumulates=2, rows=5),
    "RigL, masked": lambda: rewired("rigl", "masked", rows=5),
    "SET, stored": lambda: rewired("set", "stored"),
    **{f"SRNN, {name}": lambda name=name: autoencoder(name) for name in ("srnn_as_printed", "loss_free")},
}


def trained(name: str, seed: int = 0) -> dict:
    "Losses, visits, and parameters and buffers, after training with as many processes as there are."
    torch.manual_seed(seed)
    trainer, losses = SITUATIONS[name](), Losses()
    trainer.callbacks.append(losses)
    trainer.fit()
    return {"losses": torch.tensor(losses.seen), "visits": losses.visits, **trainer.model.state_dict()}


ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}


def launch(script: str, *arguments: object, processes: int = 2, wait: bool = True) -> subprocess.Popen:
    "A script in several processes, as `accelerate launch` starts them; ended well, unless nobody waits."
    command = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes",
        str(processes),
    ]
    options = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    words = [*command, *options, "--main_process_port", "0", script, *map(str, arguments)]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started = subprocess.Popen(words, env=ENVIRONMENT, start_new_session=True, **pipes)
    if wait:
        error = started.communicate(timeout=400)[1]
        assert started.returncode == 0, error[-4000:]
    return started


@dataclass(frozen=True)
class NoSettings:
    "A run's settings, of which there are none."


def the_run(folder: Path) -> Run:
    "The run in a folder, begun by the main process and found by the others."
    one = accelerator()
    if one.is_main_process:
        Run.open(folder, "texts", NoSettings(), resume=True)
    one.wait_for_everyone()
    return Run(next(folder.glob("texts-*")))


class Die(Callback):
    "Kills all processes of a run, in the middle of the night."

    def __init__(self, step: int):
        self.step = step

    def before_step(self, trainer):
        if trainer.done == self.step:
            os.killpg(0, signal.SIGKILL)


def saved(
    folder: Path, router: str, until: int | None = None, dies: int = STEPS, accumulates: int = 1
) -> Trainer:
    "A training that is saved every second step, goes on from where it stands, and grows; with dice of its own."
    run, rank = the_run(folder), accelerator().process_index
    torch.manual_seed(0)
    trainer = language("padded", router, accumulates, grow=2)
    trainer.callbacks += [MetricsLog(run, every=1), Checkpoints(run, every=2), Die(dies)]
    torch.manual_seed(100 + rank)
    resume(trainer, run)
    trainer.fit(until)
    return trainer


def noisy(out: Path):
    "Straight, and in two halves; with a noisy router, whose dice are those of a process."
    straight = saved(out / "straight", "noisy_topk").model.state_dict()
    saved(out / "halves", "noisy_topk", until=3)
    torch.manual_seed(7)
    torch.save(
        [straight, saved(out / "halves", "noisy_topk").model.state_dict()],
        out / f"noisy.{accelerator().process_index}.pt",
    )


def work(out: Path, names: list[str]):
    "What each of the processes does: every situation, seeded as nobody else is; then halves."
    one = accelerator()
    for name in names or SITUATIONS:
        torch.save(trained(name, seed=100 * one.process_index), out / f"{name}.{one.process_index}.pt")
    noisy(out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "mortal":
        trainer = saved(Path(sys.argv[2]), "loss_free", dies=int(sys.argv[3]), accumulates=int(sys.argv[4]))
        torch.save(trainer.model.state_dict(), Path(sys.argv[2]) / f"{trainer.rank}.pt")
    else:
        work(Path(sys.argv[1]), sys.argv[2:])
