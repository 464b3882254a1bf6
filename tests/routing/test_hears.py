"A part that learns says from what: it reads these fields of a step's feedback, and no others."

from dataclasses import fields

import pytest
import torch

from moe_lab.routing.adjustments import Feedback
from moe_lab.routing.router import ROUTERS

D, E = 16, 4
TELLS = {"counts": (E,), "gradient": (E,), "centroids": (E, D), "moments": (E, 2), "cutoffs": (E,)}
TELLS |= {"sums": (E, D), "outputs": (E, D)}


class Watched(Feedback):
    "Feedback that keeps what was read of it."

    def __getattribute__(self, name: str):
        told = {field.name for field in fields(Feedback)}
        if name in told:
            object.__getattribute__(self, "__dict__").setdefault("read", set()).add(name)
        return super().__getattribute__(name)


LEARNING = sorted(name for name, entry in ROUTERS.items() if entry(D, E, 2).learners)


@pytest.mark.parametrize("name", LEARNING)
def test_who_learns_reads_what_it_says_and_nothing_else(name):
    for part in ROUTERS[name](D, E, 2).learners:
        width = getattr(part, "r", D)
        told = {
            field: torch.rand(*shape[:-1], width) if shape == (E, D) else torch.rand(shape)
            for field, shape in TELLS.items()
        }
        feedback = Watched(**told, tokens=8.0)
        vars(feedback)["read"] = set()
        part.after_step(feedback)
        assert vars(feedback)["read"] == part.hears


def test_many_learn():
    assert {"loss_free", "pid", "srnn", "centred", "remoe", "online_kmeans", "spectra"} <= {*LEARNING}
