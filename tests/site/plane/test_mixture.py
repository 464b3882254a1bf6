"""The mixture in JavaScript against the library's, from the same weights and points, step by step, in 64 bits."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import torch
from moe_record.plane import METHODS
from moe_site.live import HERE, PLANE, joined

from moe_lab.data.plane import PlaneSet
from moe_lab.experts.experts import Experts
from moe_lab.explore.plane.training import PlaneModels, PlaneState, PlaneSystem
from moe_lab.routing.adjustments import Jitter
from moe_lab.routing.scores import Linear

CASES = [{"balance": name} for name in METHODS] + [
    {"balance": "switch_loss", "kind": "small MLP", "k": 2, "temperature": 0.5},
    {"balance": "srnn", "data": "rings", "n_experts": 4, "k": 2, "kind": "small MLP"},
    {"balance": "expert_choice", "data": "blobs", "k": 2, "strength": 1.0, "n_experts": 6},
    {"balance": "gate_variance", "data": "coins", "n_experts": 16, "lr": 0.1},
    {"balance": "importance_loss", "k": 2, "strength": 30.0, "kind": "small MLP"},
    {"balance": "hash_router", "k": 2, "jitter": 0.5, "data": "rings", "seed": 4},
    {"balance": "s_base", "strength": 0.3, "jitter": 0.3, "n_experts": 5, "temperature": 0.2},
    {"jitter": 0.9, "data": "moons", "k": 2, "seed": 5},
    {"balance": "loss_free", "data": "checkerboard", "n_experts": 2, "k": 2, "seed": 3, "strength": 30.0},
]


def expert_rows(experts: Experts) -> list[list[float]]:  # experts: `Affine` or `Bottleneck`
    "Each expert's weights as mixture.js orders them: those behind the first number that it gives."
    weights = experts.weights()
    parts = [weights[0][:, :, 0], weights[1][:, :1]]  # (E, 4), (E, 1)
    if len(weights) == 4:
        w1, b1, w2, b2 = weights
        parts = [w1.flatten(1), b1, w2[:, :, 0], b2[:, :1]]  # (E, 32), (E, 8), (E, 8), (E, 1)
    return torch.cat(parts, 1).tolist()


def weights_of(models: PlaneModels) -> dict[str, list[list[float]]]:
    "All weights of a mixture and of the single expert beside it; a hash has no directions."
    moe = models.model.moe
    score = moe.router.score.score
    directions = score.weight.tolist() if isinstance(score, Linear) else [[]] * moe.n_experts
    return {"router": directions, "experts": expert_rows(moe.experts), "single": expert_rows(models.single)}


class DrawnInSingle(Jitter):
    "What is drawn has 32 bits, as in the panel, whatever the logits have."

    def forward(self, logits, context):
        drawn = torch.rand(logits.shape).to(logits) if self.training and self.width else torch.tensor(0.5)
        return logits * (1 + self.width * (2 * drawn - 1))


def in_double(state: PlaneState) -> PlaneSystem:
    "A fresh system of the library whose numbers have 64 bits."
    system = PlaneSystem(state)
    system.model.double(), system.single.double()
    system.jitter.__class__ = DrawnInSingle
    points = PlaneSet(system.points.points.double(), system.points.dark.double())
    system.learn_from(points)
    system.given = points
    return system


def in_node(state: PlaneState, system: PlaneSystem, steps: int, later: dict | None = None) -> dict:
    "The same, computed by mixture.js."
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on the PATH")
    program = joined(PLANE)
    harness = (HERE.parents[1] / "tests/site/plane/steps.js").read_text("utf8")
    case = {
        "state": state.values(),
        "points": system.batch.tolist(),
        "steps": steps,
        "later": later,
    }
    command = [node, "--input-type=module", "--eval", program + harness]
    done = subprocess.run(command, input=json.dumps(case), capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def farthest(state: PlaneState, steps: int, later: dict | None = None) -> float:
    "The largest difference between both: weights as drawn; losses, counts, router at each step; in the end answers."
    system = in_double(state)
    made = in_node(state, system, steps, later)
    far = 0.0

    def compare(ours, theirs):
        nonlocal far
        far = max(far, float(np.abs(np.subtract(ours, theirs)).max(initial=0)))

    for part, rows in weights_of(system).items():
        compare(made["first"][part], rows)
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
    for part, rows in weights_of(system).items():
        compare(made["end"][part], rows)
    with torch.no_grad():
        compare(made["said"], system.model.eval()(system.points.points).tolist())
    return far


@pytest.mark.parametrize("values", CASES[-4:], ids=lambda values: "-".join(map(str, values.values())))
def test_a_few_steps_are_those_of_the_library(values):
    assert farthest(PlaneState(**values), 10) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("values", CASES, ids=lambda values: "-".join(map(str, values.values())))
def test_two_hundred_steps_are_those_of_the_library(values):
    assert farthest(PlaneState(**values), 200) < 1e-5


LATER = [
    {"n_experts": 3, "temperature": 2.0, "lr": 0.1, "k": 2},
    {"n_experts": 11, "jitter": 0.2, "k": 2},
]


@pytest.mark.slow
@pytest.mark.parametrize("balance", ("switch_loss", "srnn", "hash_router"))
@pytest.mark.parametrize("values", LATER, ids=("leave", "born"))
def test_experts_come_and_go_and_knobs_turn_as_in_the_library(values, balance):
    assert farthest(PlaneState(balance=balance), 200, {"step": 60, "values": values}) < 1e-5
