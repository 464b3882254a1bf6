"""One cell is enough: a router, loss, metric or experiment that is registered at run time is found everywhere."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch import Tensor

from moe_lab import cli
from moe_lab.bench.routers import router_table
from moe_lab.data.vision.photographs import load_photographs
from moe_lab.experiments.core.experiment import EXPERIMENTS, Experiment
from moe_lab.experiments.core.sweep import Column, Job, seed_range
from moe_lab.experiments.systems.expert_choice.reader import ExpertChoiceSettings
from moe_lab.experiments.systems.language.training import LanguageSettings
from moe_lab.experiments.systems.spectra.system import SpectraSettings, of_layer
from moe_lab.experiments.systems.srnn.settings import SRNNSettings, make_router
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE, observe
from moe_lab.explore.balance.balance_lab import BalanceLab
from moe_lab.explore.balance.rules import BalanceState, SideState
from moe_lab.explore.collapse.collapse_lab import CollapseLab
from moe_lab.explore.collapse.training import CollapseState, collapse_training
from moe_lab.explore.plane.plane_lab import PlaneLab
from moe_lab.explore.plane.training import PlaneState, replay_plane
from moe_lab.measure.load.metrics import METRICS, Load, Measured, register_metric
from moe_lab.models.language.language_model import DecoderSettings, decoder
from moe_lab.registry import Strength
from moe_lab.routing.adjustments import LossFreeBias
from moe_lab.routing.losses import AUX_LOSSES, mean_gate, register_aux_loss
from moe_lab.routing.router import ROUTERS, Router, register_router
from moe_lab.routing.scores import Linear
from moe_lab.routing.selection import Gate, TopK, softmax_all
from moe_lab.training.aux_losses import let_layers_tell
from moe_lab.training.evaluation import load_rows


@contextmanager
def registered(registry, name):
    "Inside the block there is an entry of this name."
    try:
        assert name in registry
        yield registry[name]
    finally:
        registry.remove(name)


@pytest.fixture
def router():
    @register_router("a bias of mine", strength=Strength("strength", 0.02))
    def my_router(
        d: int, n_experts: int, k: int = 2, gate: Gate = softmax_all, strength: float = 0.02
    ) -> Router:
        "A bias in larger steps."
        return Router(Linear(d, n_experts), [LossFreeBias(n_experts, strength)], TopK(k, gate))

    with registered(ROUTERS, "my_router") as entry:
        yield entry


@pytest.fixture
def loss():
    @register_aux_loss("largest share", usual=0.05)
    def my_loss(routing) -> Tensor:
        "What the gate gives the favourite, on average over tokens."
        return mean_gate(routing).max()

    with registered(AUX_LOSSES, "my_loss") as entry:
        yield entry


@pytest.fixture
def metric():
    @register_metric("least share", is_logged=True)
    def my_metric(load: Load) -> Measured:
        "The least busy expert's share; ideal 1/E."
        return Measured(float(load.share.min()), 1 / load.n_experts, float("nan"), load.n_tokens)

    with registered(METRICS, "my_metric") as entry:
        yield entry


def test_a_router_is_in_every_setting(router):
    assert make_router(SRNNSettings(router="my_router", strength=0.5)).adjustments[0].strength == 0.5
    for settings in (SpectraSettings, LanguageSettings, ExpertChoiceSettings, DecoderSettings):
        with pytest.raises(ValueError, match="my_router"):  # named among those that there are
            settings(router="nobody")
    model = decoder(
        DecoderSettings(
            vocabulary=20, d=16, heads=2, layers=1, hidden=8, n_experts=4, k=2, router="my_router"
        )
    )
    assert any(isinstance(part, LossFreeBias) for part in model.modules())


def test_a_router_is_in_every_menu(router):
    for lab in (CollapseLab(name="registries"), PlaneLab(name="registries too", opening=0)):
        lab.knobs["balance"].label = "a bias of mine"
        assert lab.state.balance == "my_router"
        lab.live.close()
    sides = BalanceLab()
    sides.knobs["b.router"].label = "a bias of mine"
    assert sides.state == BalanceState(b=SideState(router="my_router", adjust="bias, selects"))
    assert sides.outcome("b").routing.n_experts == 8


def test_a_router_learns_in_every_exploration(router):
    data = load_photographs(patch=8)
    state = CollapseState(balance="my_router", strength=3.0, grow=False)
    stream = collapse_training(lambda done: [state], data)
    assert [next(stream).bias.std() > 0 for _ in range(3)][-1]
    system = replay_plane([(0, PlaneState(balance="my_router", strength=4.0))], steps=3)
    assert system.model.moe.router.adjustments[-1].strength == 0.08


def test_a_router_is_in_the_table(router):
    few = {name: entry for name, entry in ROUTERS.items() if name in ("top_k", "my_router")}
    assert list(router_table(few, n_tokens=64, n_experts=4, d=8, rounds=1).index) == ["top_k", "my_router"]


def test_a_loss_is_in_every_setting_and_menu(loss):
    assert SRNNSettings(aux_loss="my_loss").aux_losses(10)["my_loss"].loss is loss.make
    lab = CollapseLab(name="registries")
    lab.knobs["balance"].label = "largest share"
    assert lab.state.balance == "my_loss"
    lab.live.close()
    system = replay_plane([(0, PlaneState(balance="my_loss", strength=1.0))], steps=2)
    assert system.trainer.aux_losses["my_loss"].coefficient(0) == 0.05


def test_a_metric_is_in_every_table(metric):
    layer = MoE(ROUTERS["top_k"](8, 4, 2), Bottleneck(8, 8, 4))
    with observe(layer) as routings:
        layer(torch.randn(64, 8))
    by_layer = routings.by_layer()
    assert "my_metric" in {row["metric"] for row in load_rows({n: Load.of(r) for n, r in by_layer.items()})}
    assert of_layer(layer, by_layer[""])["my_metric"].ideal == 0.25


@dataclass(frozen=True)
class Throw:
    "A die."

    sides: int = 6  # of the die
    seed: int = 0


def throws(settings, seeds):
    regime = f"{settings.sides} sides"
    return [Job("die", regime, seed, replace(settings, seed=seed)) for seed in seed_range(settings, seeds)]


def throw(settings, run, callbacks):
    return [{"split": "all", "metric": "mean", "value": (settings.sides + 1) / 2}]


def test_an_experiment_is_on_the_command_line(tmp_path: Path, capsys):
    columns = {"mean": Column("all", "mean", ".1f")}
    EXPERIMENTS.add(Experiment("die", "How high does a die fall?", Throw(), throws, throw, columns, seeds=2))
    with registered(EXPERIMENTS, "die"):
        with pytest.raises(SystemExit):
            cli.main(["run", "--help"])
        assert "How high does a die fall?" in capsys.readouterr().out
        out = str(tmp_path / "die")
        assert cli.main(["run", "die", "--sides", "20", "--out", out, "--workers", "1"]) == 0
        assert "10.5" in capsys.readouterr().out
        assert cli.main(["report", out]) == 0
    assert len(pd.read_parquet(tmp_path / "die" / "summary.parquet")) == 2
    assert "--sides 20" in (tmp_path / "die" / "report.html").read_text("utf8")


NUMBERS = {15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty"}


def test_the_page_of_the_library_counts_the_models_whose_routers_are_here():
    "DeepSeek-V4 has two routers and is one model."
    models = {entry.model for entry in ROUTERS.values() if entry.model}
    page = (Path(__file__).parents[1] / "docs/library.md").read_text("utf8")
    assert f"those of {NUMBERS[len(models)]} models in use" in page


def test_erc_works_wherever_it_is_named_and_says_where_it_cannot():
    "A loss that asks the layer is an option of an experiment as any other."
    settings = SRNNSettings(
        limit=16, aux_loss="coupling_loss", aux_loss_coef_start=0.1, aux_loss_coef_end=0.1
    )
    model = MoE(ROUTERS["top_k"](8, 4), Bottleneck(8, 8, 4))
    let_layers_tell({"moe": model}, settings.aux_losses(10))
    with observe(model) as seen:
        model(torch.randn(5, 8))
    assert AUX_LOSSES["coupling_loss"](seen[0][1]).requires_grad
    with pytest.raises(ValueError, match=r"cannot work in layer 'moe': router\.score=Cosine"):
        let_layers_tell({"moe": MoE(ROUTERS["cosine"](8, 4), Bottleneck(8, 8, 4))}, settings.aux_losses(10))


@pytest.mark.parametrize("first", ["moe_lab.routing.quantiles.by_quantiles", "moe_lab.routing.presets"])
def test_routers_have_one_order_whichever_was_loaded_first(first):
    words = f"import {first}; from moe_lab.routing.router import ROUTERS; print(*ROUTERS)"
    told = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True).stdout
    here = [name for name, entry in ROUTERS.items() if entry.origin[0].startswith("moe_lab.")]
    assert told.split() == here
    assert here[0] == "top_k"
