"The arms of the study of routers: all that are registered, held to one cost, resumed to the bit."

from dataclasses import replace

import pytest
import torch

from moe_lab.experiments.systems.language.router_arms import (
    HELD,
    HeldToK,
    RouterStudySettings,
    arms_of,
    taking_part,
    with_routers_apart,
)
from moe_lab.experiments.systems.language.router_experiment import router_jobs
from moe_lab.experiments.systems.language.router_study import router_work
from moe_lab.experiments.systems.language.training import build, text_of, train_to_end
from moe_lab.routing.presets import top_k
from moe_lab.routing.router import ROUTERS, register_router
from moe_lab.routing.selection import softmax_all
from moe_lab.training.callbacks import Checkpoints, resume
from moe_lab.training.runs import Run

SMALL = RouterStudySettings(
    "scripture+dialogue",
    limit=20_000,
    vocabulary=300,
    length=32,
    layers=1,
    hidden=16,
    steps=6,
    batch_size=8,
    judged=16,
)


def test_a_router_registered_at_run_time_is_an_arm():
    @register_router("mine")
    def mine(d: int, n_experts: int, k: int = 2, gate=softmax_all, temper: float = 1.0):
        "Top-k under another name, whose gate is another one."
        return top_k(d, n_experts, k, gate=lambda logits, mask: softmax_all(temper * logits, mask))

    try:
        assert "mine" in taking_part()
        assert "mine" in {job.arm for job in router_jobs(SMALL, 1)}
    finally:
        ROUTERS.remove("mine")


def test_a_held_knob_goes_on_where_it_stood(tmp_path):
    "A run that was stopped after three steps ends as one that was not."
    own = replace(SMALL, router="top_p")
    make, held = with_routers_apart(own), lambda: HeldToK(HELD["top_p"], own.k)
    whole = train_to_end(own, Run.open(tmp_path / "whole", "run", own), [held()], make)
    run = Run.open(tmp_path / "parts", "run", own)
    first = build(own, text_of(own)[0], [held(), Checkpoints(run)], make)
    first.fit(until=3)
    callback = held()
    rest = build(own, text_of(own)[0], [callback, Checkpoints(run)], make)
    resume(rest, run)
    assert rest.done == 3 and callback.turned
    rest.fit()
    ends = [t.model.state_dict().values() for t in (whole, rest)]
    assert all(map(torch.equal, *ends))
    assert [t.layers["blocks.0.feed"].router.select.tau for t in (whole, rest)] == [
        callback.turned["blocks.0.feed"]
    ] * 2


@pytest.mark.slow
@pytest.mark.parametrize("arm", arms_of(SMALL))
def test_every_arm_trains(tmp_path, arm):
    "Its loss has an effect, its knobs turn, and all of its figures are there."
    own = arms_of(SMALL)[arm]
    found = {
        (row["split"], row["metric"]): row["value"]
        for row in router_work(own, Run.open(tmp_path, "run", own))
    }
    assert found["held out", "loss"] < 6.5 and found["model", "FLOPs a token"] > 0
    assert ("null: dense" in arm) == (("held out", "experts a token") not in found)
