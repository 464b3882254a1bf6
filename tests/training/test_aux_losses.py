"""Losses beside the task's: coefficients that resume, and a warning where nothing is taught."""

import warnings
from dataclasses import dataclass

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.routing import losses
from moe_lab.routing.decision import Routing
from moe_lab.routing.presets import top_k
from moe_lab.routing.selection import softmax_all, softmax_chosen
from moe_lab.training.aux_losses import AuxLoss
from moe_lab.training.callbacks import Checkpoints, resume
from moe_lab.training.runs import Run
from moe_lab.training.schedules import (
    Constant,
    Warmup,
    adaptive_coefficient,
    aux_loss_coef,
    orthogonality_warmup,
)
from moe_lab.training.trainer import Callback, Trainer


@dataclass(frozen=True)
class Nothing:
    "No settings."


class Memory(Callback):
    "Keeps what each step reports."

    def __init__(self):
        self.losses, self.weighed = [], []

    def after_step(self, trainer, report):
        self.losses.append(float(report.loss))
        self.weighed.append({name: p.coefficient(report.step) for name, p in trainer.aux_losses.items()})


SCHEDULES = {
    "switch": (losses.switch_loss, aux_loss_coef(0.05, 0.01, 0.05, 0.30, steps=40)),
    "usage": (losses.usage_variance, adaptive_coefficient(steps_per_epoch=1, epochs=20)),
    "z": (losses.z_loss, orthogonality_warmup(0.02, 25)),
}


@pytest.fixture(autouse=True)
def any_precision():
    "accelerate keeps the first precision it was asked for; the next test shall not inherit it."
    yield
    AcceleratorState._reset_state()


def small(
    layers=1, gate=softmax_all, k=2, aux_losses=SCHEDULES, dtype=None, identical=False, **options
) -> Trainer:
    "Forty steps of a small stack of MoE layers."
    AcceleratorState._reset_state()
    torch.manual_seed(0)
    model = nn.Sequential(*(MoE(top_k(16, 4, k, gate), Bottleneck(16, 32, 4)) for _ in range(layers)))
    data = torch.randn(40, 24, 16)
    for layer in model if identical else ():
        for w in layer.experts.weights():
            w.data.copy_(w.data[:1].expand_as(w))
    return Trainer(
        model,
        torch.optim.Adam(model.parameters(), lr=3e-3),
        lambda step: data[step],
        lambda m, x: (m(x) - x.roll(1, -1)).square().mean(),
        40,
        {name: AuxLoss(*parts) for name, parts in aux_losses.items()},
        accelerator=Accelerator(cpu=True, mixed_precision=dtype or "no"),
        **options,
    )


@pytest.mark.parametrize("stop", [1, 13, 26])
def test_a_resumed_run_has_the_same_coefficients_and_losses(tmp_path, stop):
    straight = Memory()
    small(callbacks=[straight]).fit()
    run, parts = Run.open(tmp_path, "small", Nothing()), (Memory(), Memory())
    small(callbacks=[parts[0], Checkpoints(run)]).fit(until=stop)
    second = small(callbacks=[parts[1], Checkpoints(run)])
    resume(second, run)
    second.fit()
    assert len(parts[0].losses) == stop
    assert parts[0].weighed + parts[1].weighed == straight.weighed
    assert parts[0].losses + parts[1].losses == straight.losses
    assert straight.weighed[0] == {"switch": 0.05, "usage": 1e-5, "z": 0.0}
    assert straight.weighed[-1] == {"switch": 0.01, "usage": 5e-4, "z": 0.02}


def counted(routing: Routing) -> torch.Tensor:
    return (routing.share - 1 / routing.n_experts).square().sum()


def test_a_penalty_without_gradient_is_refused_when_it_is_to_act():
    late = {"usage": (counted, Warmup(Constant(0.1), 10))}
    trainer = small(aux_losses=late)
    trainer.fit(until=1)  # the coefficient of step 0 is 0
    with pytest.raises(ValueError, match=r"aux_losses\['usage'\] has a coefficient but no effect"):
        trainer.step()
    small(aux_losses={"usage": (counted, Constant(0.0))}).fit()


def test_a_penalty_on_a_frozen_router_is_refused():
    trainer = small(aux_losses={"switch": (losses.switch_loss, Constant(0.1))})
    trainer.model[0].router.requires_grad_(False)
    with pytest.raises(ValueError, match="no effect"):
        trainer.step()


@pytest.mark.parametrize("dtype", ["no", "bf16"])
@pytest.mark.parametrize(
    "trap, why",
    [
        ({"k": 1, "gate": softmax_chosen}, "renormalised top-1"),
        ({"identical": True, "gate": softmax_chosen}, "experts are identical"),
    ],
    ids=["renormalised top-1", "identical experts"],
)
def test_a_router_that_is_taught_nothing_is_named_once(dtype, trap, why):
    with pytest.warns(UserWarning, match=why) as caught:
        small(layers=2, aux_losses={}, dtype=dtype, **trap).fit()
    named = [str(w.message).partition(":")[0] for w in caught if "no gradient of the task" in str(w.message)]
    assert named == ["layer '0'", "layer '1'"]


@pytest.mark.parametrize("dtype", ["no", "bf16"])
@pytest.mark.parametrize(
    "fine",
    [
        {"k": 1},
        {"k": 2},
        {"k": 4, "gate": softmax_chosen},
        {"k": 2, "gate": softmax_chosen, "layers": 2},
        {"identical": True},
    ],
    ids=["top-1", "top-2", "all, renormalised", "two layers, renormalised", "identical experts"],
)
def test_a_router_that_learns_gets_no_warning(dtype, fine):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(aux_losses={}, dtype=dtype, **fine).step()
