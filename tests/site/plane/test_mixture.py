"""The mixture in JavaScript against the library's, from the same weights and points, step by step, in 64 bits."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
from moe_record.plane import expert_rows, weights_of
from moe_site.live import HERE

from moe_lab.data.plane import PlaneSet
from moe_lab.explore.plane.training import PlaneState, PlaneSystem

METHODS = ("top_k", "switch_loss", "gate_variance", "loss_free", "srnn", "expert_choice")
CASES = [{"balance": name} for name in METHODS] + [
    {"balance": "switch_loss", "kind": "small MLP", "k": 2, "temperature": 0.5},
    {"balance": "srnn", "data": "rings", "n_experts": 4, "k": 2, "kind": "small MLP"},
    {"balance": "expert_choice", "data": "blobs", "k": 2, "strength": 1.0, "n_experts": 6},
    {"balance": "gate_variance", "data": "coins", "n_experts": 16, "lr": 0.1},
    {"balance": "loss_free", "data": "checkerboard", "n_experts": 2, "k": 2, "seed": 3, "strength": 30.0},
]


def in_double(state: PlaneState) -> PlaneSystem:
    "A fresh system of the library whose numbers have 64 bits."
    system = PlaneSystem(state)
    system.model.double(), system.single.double()
    points = PlaneSet(system.points.points.double(), system.points.dark.double())
    system.learn_from(points)
    system.given = points
    return system


def in_node(state: PlaneState, system: PlaneSystem, steps: int, later: dict | None = None) -> dict:
    "The same, computed by mixture.js."
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on the PATH")
    program = (HERE / "plane/mixture.js").read_text("utf8")
    harness = (HERE.parents[1] / "tests/site/plane/steps.js").read_text("utf8")
    case = {
        "state": state.values(),
        "weights": weights_of(system),
        "points": system.batch.tolist(),
        "steps": steps,
        "later": later,
    }
    command = [node, "--input-type=module", "--eval", program + harness]
    done = subprocess.run(command, input=json.dumps(case), capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def farthest(state: PlaneState, steps: int, later: dict | None = None) -> float:
    "The largest difference between both, over all steps: losses, counts, router; at the end experts and answers."
    system = in_double(state)
    made = in_node(state, system, steps, later)
    far = 0.0

    def compare(ours, theirs):
        nonlocal far
        far = max(far, float(np.abs(np.asarray(ours) - np.asarray(theirs)).max()))

    for step, row in enumerate(made["rows"]):
        if later and step == later["step"]:
            system.follow(state.having(later["values"]))
            system.learn_from(system.given)
        with system.drawing(system.dice):
            report = system.trainer.step()
        routing = report.routings[0][1]
        compare(row["loss"], float(report.loss))
        compare(row["single"], system.step_alone())
        compare(row["counts"], routing.counts.tolist())
        compare(row["router"], weights_of(system)["router"])
    compare(made["end"]["experts"], expert_rows(system.model.moe.experts))
    compare(made["end"]["single"], expert_rows(system.single))
    with torch.no_grad():
        compare(made["said"], system.model.eval()(system.points.points))
    return far


@pytest.mark.parametrize("values", CASES[-2:], ids=lambda values: "-".join(map(str, values.values())))
def test_a_few_steps_are_those_of_the_library(values):
    assert farthest(PlaneState(**values), 10) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("values", CASES, ids=lambda values: "-".join(map(str, values.values())))
def test_two_hundred_steps_are_those_of_the_library(values):
    assert farthest(PlaneState(**values), 200) < 1e-5


@pytest.mark.slow
def test_experts_leave_and_knobs_turn_as_in_the_library():
    later = {"step": 60, "values": {"n_experts": 3, "temperature": 2.0, "lr": 0.1, "k": 2}}
    assert farthest(PlaneState(), 200, later) < 1e-5
