"`SparseLab` without a browser: what it shows follows from its line, every slider moves what it says."

import numpy as np
import pytest
import torch

from moe_lab.data.vision.loading import load_images
from moe_lab.explore.sparse.sparse_lab import SPARSE_PRESETS, SparseLab
from moe_lab.explore.sparse.training import SparseState, replay_sparse


@pytest.fixture
def lab():
    made = SparseLab(name="test")
    yield made
    made.close()


def frames(lab: SparseLab) -> list[bytes]:
    "What the browser draws."
    return [view.frame for view in (lab.stage.masks, lab.stage.inputs, lab.stage.accuracy)]


def test_a_line_brings_the_same_pictures_back(lab):
    lab.run(15)
    lab.knobs["zeta"].value = 0.8
    lab.knobs["rule"].value = "rigl"
    lab.run(15)
    again = SparseLab(lab.line, name="again")
    again.live.wait()
    assert again.line == lab.line and frames(again) == frames(lab)
    again.close()


def test_code_computes_what_is_shown(lab):
    lab.run(30)
    own = dict()
    exec(lab.code(), own)
    assert own["history"].accuracy == lab.history.accuracy


@pytest.mark.parametrize("name", ["rule", "density", "zeta", "every", "lr", "seed"])
def test_every_control_changes_what_comes(name):
    data, other = load_images("digits"), dict(rule="rigl", density=0.2, zeta=0.9, every=3, lr=0.02, seed=1)
    usual = replay_sparse([(0, SparseState())], data, 21)
    moved = replay_sparse([(0, SparseState().having({name: other[name]}))], data, 21)
    assert any((usual.masks[layer] != moved.masks[layer]).any() for layer in usual.masks)


def test_nothing_moves_where_nothing_is_exchanged():
    history = replay_sparse([(0, SPARSE_PRESETS["nothing moves"].state)], load_images("digits"), 31)
    evolving, static, *_ = np.array(history.accuracy).T
    assert history.exchanges == 0 and (evolving == static).all()


def test_the_budget_is_kept_whatever_moves():
    states = [
        (0, SparseState(density=0.1)),
        (7, SparseState("rigl", 0.1, zeta=1.0)),
        (19, SparseState(density=0.3)),
    ]
    data = load_images("digits")
    for steps, density in ((6, 0.1), (18, 0.1), (30, 0.3)):
        masks = replay_sparse(states, data, steps).masks.values()
        assert sum(m.sum() for m in masks) / sum(m.size for m in masks) == pytest.approx(density, abs=1e-3)


def test_it_moves_no_dice_but_its_own(lab):
    before = torch.get_rng_state()
    lab.run(12)
    assert torch.equal(before, torch.get_rng_state())
