"What a lab leaves behind when its cell runs again, or when it is closed: nothing."

import gc
import threading
import weakref

import pytest
from ipywidgets.widgets import widget

from moe_lab import (
    BalanceLab,
    CollapseLab,
    ExpertCards,
    GateLab,
    MemoryLab,
    PlaneLab,
    SceneLab,
    SparseLab,
    SpecialistMap,
    TicketLab,
    TokenTrail,
    look_into,
)
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import pack_documents, train_tokenizer
from moe_lab.draws import OwnDraws
from moe_lab.models.language.language_model import DecoderSettings, decoder


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    "How each lab is made."
    splits = load_text("code+scripture", limit=8_000)
    texts = pack_documents(splits.train, train_tokenizer(splits.train, 300), 32)
    with OwnDraws(0):
        shape = DecoderSettings(len(texts.vocabulary), d=16, heads=2, layers=1, hidden=16, n_experts=4)
        model = decoder(shape)
    seen, folder = look_into(model, texts), tmp_path_factory.mktemp("maps")
    return {
        "CollapseLab": lambda: CollapseLab().run(2),
        "BalanceLab": BalanceLab,
        "SceneLab": SceneLab,
        "MemoryLab": MemoryLab,
        "SparseLab": lambda: SparseLab().run(2),
        "TicketLab": lambda: TicketLab("tickets?steps=8&rounds=3", opening=0).run(1),
        "GateLab": lambda: GateLab("gates?gate=gap"),
        "PlaneLab": lambda: PlaneLab(opening=3).run(2),
        "TokenTrail": lambda: TokenTrail(model, texts, "def read"),
        "SpecialistMap": lambda: settled(SpecialistMap(seen, "map?method=pca&points=100", folder)),
        "ExpertCards": lambda: ExpertCards(seen["blocks.0.feed"].routed),
    }


def settled(lab):
    lab.compared.result()
    return lab


LABS = [
    "CollapseLab",
    "BalanceLab",
    "SceneLab",
    "MemoryLab",
    "SparseLab",
    "TicketLab",
    "GateLab",
    "PlaneLab",
    "TokenTrail",
    "SpecialistMap",
    "ExpertCards",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", LABS)
def test_a_cell_that_runs_again_leaves_nothing_behind(labs, name):
    make = labs[name]
    lab = make()
    gc.collect()
    widgets, threads = len(widget._instances), threading.active_count()
    for _ in range(2):
        lab = make()
    gc.collect()
    assert (len(widget._instances), threading.active_count()) == (widgets, threads)
    lab.close()


QUICK = {
    "CollapseLab",
    "BalanceLab",
    "SpecialistMap",
    "ExpertCards",
}  # trains, draws, maps beside, of a model


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in LABS]
)
def test_close_frees_all(labs, name):
    labs[name]().close()  # whatever is made once for all is there now
    gc.collect()
    widgets, threads = len(widget._instances), threading.active_count()
    lab = labs[name]()
    gone = weakref.ref(lab)
    lab.still()
    lab.close()
    del lab
    gc.collect()
    assert (len(widget._instances), threading.active_count()) == (widgets, threads)
    assert gone() is None, [type(one) for one in gc.get_referrers(gone())]


def test_a_closed_lab_says_so():
    lab = PlaneLab(opening=0)
    lab.close()
    lab.close()
    with pytest.raises(RuntimeError, match="closed: run its cell again"):
        lab.run(1)
