"Labs and everybody else's random numbers: neither moves the other."

import random
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from moe_lab import BalanceLab, CollapseLab, ExpertCards, PlaneLab, SpecialistMap, TokenTrail, look_into
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import pack_documents, train_tokenizer
from moe_lab.draws import OwnDraws
from moe_lab.models.language.language_model import DecoderSettings, decoder


def global_states():
    kind, keys, *place = np.random.get_state()  # noqa: NPY002
    return torch.get_rng_state().tolist(), random.getstate(), (kind, keys.tolist(), *place)


@contextmanager
def untouched():
    "The block moves none of the three generators that everybody shares."
    before = global_states()
    yield
    for name, was, now in zip(("torch", "random", "numpy"), before, global_states()):
        assert was == now, f"{name}'s own generator has moved"


@contextmanager
def drawing_beside():
    "Another thread draws from torch's generator all the while."
    enough = threading.Event()

    def draw():
        while not enough.is_set():
            torch.randn(100)
            np.random.random(10)  # noqa: NPY002

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.fixture(scope="module")
def texts():
    splits = load_text("code+scripture", limit=8_000)
    return pack_documents(splits.train, train_tokenizer(splits.train, 300), 32)


@pytest.fixture(scope="module")
def model(texts):
    with OwnDraws(0):
        return decoder(
            DecoderSettings(len(texts.vocabulary), d=16, heads=2, layers=1, hidden=16, n_experts=4)
        )


def collapse(state="collapse?balance=srnn&every=3", change=True):
    "Twenty steps, a change in the middle that draws a new router, and births."
    lab = CollapseLab(state, name=f"test {threading.get_ident()} {state}").run(10)
    if change:
        lab.change({"balance": "loss_free", "k": 3})
    lab.run(10)
    shown = {"all": lab.history.share, "frozen": lab.history.frozen}
    shown |= lab.stage.load.shown | lab.stage.bias.shown
    lab.live.close()
    return shown


def plane(state="plane?jitter=0.3&k=2"):
    "Noise at every step, experts that come and go, and a look at rest."
    lab = PlaneLab(state, name=f"test {threading.get_ident()} {state}", opening=10)
    lab.live.wait()
    for n_experts in (3, 9):
        lab.change({"n_experts": n_experts})
        lab.live.wait()
    lab.run(10)
    named = ("owner", "answer", "logits", "own", "share")
    shown = {name: lab.stage.plane.shown[name] for name in named} | {"rows": lab.system.rows}
    lab.live.close()
    return shown


def same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(np.asarray(one[name]), np.asarray(two[name]), name)


@pytest.mark.parametrize("lab", [collapse, plane])
def test_one_state_one_picture_whatever_ran_before_and_beside(lab):
    torch.manual_seed(1)
    with untouched():
        first = lab()
    torch.manual_seed(2)
    with drawing_beside():
        same(lab(), first)


def test_two_runs_at_once_are_as_each_alone():
    states = ["collapse?balance=srnn&every=2", "collapse?seed=4&every=2"]
    alone = [collapse(state) for state in states]
    found = {}
    both = [threading.Thread(target=lambda s=s: found.update({s: collapse(s)})) for s in states]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    for state, shown in zip(states, alone):
        same(found[state], shown)


def test_a_rule_is_decided_alike_and_alone():
    state = "balance?b.router=noisy_topk&a.adjust=Sinkhorn"
    torch.manual_seed(1)
    with untouched():
        first = BalanceLab(state)
    torch.manual_seed(2)
    with drawing_beside():
        again = BalanceLab(state)
    for s in "ab":
        assert torch.equal(first.outcome(s).weight, again.outcome(s).weight)


def test_making_and_using_a_lab_moves_no_generator(model, texts, tmp_path):
    with untouched():
        seen = look_into(model, texts, model)
        TokenTrail(model, texts, "def read").change({"change": "force", "expert": 1})
        ExpertCards(seen["blocks.0.feed"].routed).selected = 2
        for method in ("pca", "tsne"):
            lab = SpecialistMap(seen, f"map?method={method}&points=100", tmp_path)
            lab.still()
            lab.compared.result()


def test_a_preset_is_the_picture_of_its_line():
    "Lesson 1: pressing `collapse` after other things gives what a fresh lab gave."
    fresh = CollapseLab("collapse?", name="fresh").run(30)
    used = CollapseLab("collapse?balance=srnn&seed=3", name="used").run(5)
    used.knobs["k"].value = 1
    used.run(5)
    torch.rand(7)
    used.buttons["collapse"].click()  # starts over, and plays
    used.live.pause()
    used.live.wait()
    line = fresh.line
    used.state_line.value = f"{line} "
    used.live.wait()
    assert used.line == line == "collapse?step=31"
    same(dict(share=used.history.share), dict(share=fresh.history.share))
    same(used.stage.load.shown, fresh.stage.load.shown)
    for lab in (fresh, used):
        lab.close()
