"Mistakes with panels: what they are asked for, lines that are pasted, views that are fed, runs that are driven."

import functools

import numpy as np
import torch
from faults.table import Bad

from moe_lab import BalanceLab, CollapseLab, ExpertCards, PlaneLab, SpecialistMap, TokenTrail, look_into
from moe_lab.colours import expert_colour, label_colour
from moe_lab.data.language.loading import load_text
from moe_lab.data.language.tokens import pack_documents, train_tokenizer
from moe_lab.data.vision.photographs import load_photographs
from moe_lab.draws import OwnDraws
from moe_lab.explore.collapse.training import CollapseState, replay_collapse
from moe_lab.explore.plane.plane_lab import read_place
from moe_lab.explore.plane.training import PlaneState, replay_plane
from moe_lab.explore.questions.alarms import AlarmLab
from moe_lab.explore.questions.depths import DepthLab, Depths
from moe_lab.explore.questions.prediction import PredictNumber, PredictOne
from moe_lab.explore.shared.life import small_png
from moe_lab.explore.shared.live import LiveRun
from moe_lab.explore.shared.state import read_timeline
from moe_lab.explore.shared.views import ExpertTiles, Lines, Points, StackedLoad
from moe_lab.explore.tokens.selection import describe_selection
from moe_lab.measure.figures import mosaic
from moe_lab.models.language.language_model import DecoderSettings, decoder
from moe_lab.routing.router import ROUTERS


@functools.cache
def texts():
    splits = load_text("code+scripture", limit=6_000)
    return pack_documents(splits.train, train_tokenizer(splits.train, 300), 32)


@functools.cache
def model():
    with OwnDraws(0):
        return decoder(
            DecoderSettings(len(texts().vocabulary), d=16, heads=2, layers=1, hidden=16, n_experts=4)
        )


@functools.cache
def seen():
    return look_into(model(), texts())


def collapse(state):
    return lambda: CollapseLab(state, name="a mistake")


def plane(state):
    return lambda: PlaneLab(state, name="a mistake", opening=0)


def driven(act):
    "A row's call: something done to a PlaneLab that is closed afterwards."

    def call():
        lab = PlaneLab(name="a mistake", opening=0)
        try:
            return act(lab)
        finally:
            lab.close()

    return call


LINES = [
    Bad("a collapse line without its beginning", collapse("balance=srnn"), ("balance=srnn", "collapse?")),
    Bad("an empty collapse line", collapse(""), ("''", "a state looks like 'collapse?")),
    Bad("no collapse line at all", collapse(None), ("state=None", "a line of text such as 'collapse?'")),
    Bad("a state instead of its line", collapse(CollapseState()), ("needs a line of text", "collapse?")),
    Bad("a line of another lab", collapse("plane?n_experts=3"), ("plane?n_experts=3", "collapse?")),
    Bad(
        "a line that was cut off", collapse("collapse?balance=srn"), ("balance='srn'", "did you mean 'srnn'")
    ),
    Bad("a line with a name misspelt", collapse("collapse?strenght=3"), ("strenght: unknown", "strength")),
    Bad("a line with a value twice", collapse("collapse?k=1&k=2"), ("k: given twice", "one value")),
    Bad("a strength that is no number", collapse("collapse?strength=nan"), ("strength=nan", "0.01 to 100")),
    Bad("a fraction of a choice", collapse("collapse?k=1.5"), ("k=1.5", "not a value like 2")),
    Bad("a slider beyond its end", collapse("collapse?every=0"), ("every=0", "from 1 to 60")),
    Bad("a step that is no number", collapse("collapse?step=soon"), ("step=soon", "number of steps")),
    Bad("a step below nothing", collapse("collapse?step=-3"), ("step=-3", "number of steps")),
    Bad("a step after the end", collapse("collapse?step=9000"), ("step=9000", "512 steps")),
    Bad("a step without an end", plane("plane?step=99999999"), ("step=99999999", "at most 1,000,000")),
    Bad(
        "a change after the step that is seen", collapse("collapse?40.k=3&step=20"), ("step=20", "40 or more")
    ),
    Bad("changes in the wrong order", plane("plane?40.k=3&20.k=1"), ("20.k", "needs 40 or more")),
    Bad("a change of something unknown", plane("plane?40.depth=3"), ("40.depth: unknown", "n_experts")),
    Bad("a change beyond the slider", plane("plane?40.k=9"), ("k=9", "from 1 to 4")),
    Bad("a change that needs a new system", plane("plane?40.seed=9"), ("40.", "seed", "new system")),
    Bad("a point without a side", plane("plane?points=10.20"), ("points='10.20'", "like 12.-30.1")),
    Bad("a point outside the plane", plane("plane?points=10.900.1"), ("10.900.1", "from -100 to 100")),
    Bad("points without number", plane("plane?points=" + "1.1.1_" * 5000), ("points=", "at most 1000")),
    Bad("a rule that is not there", lambda: BalanceLab("balance?a.select=dice"), ("select='dice'", "top-k")),
    Bad("more choices than experts", lambda: BalanceLab("balance?n_experts=2&a.k=8"), ("k", "8", "2")),
    Bad("a history of nothing", lambda: read_timeline(PlaneState, 7), ("state=7", "plane?")),
]
VALUES = [
    Bad("choices as a text", lambda: CollapseState(k="3"), ("k='3'", "not a value like 2")),
    Bad("a truth as a number", lambda: CollapseState(seed=True), ("seed=True", "not a value like 0")),
    Bad("a number as a truth", lambda: CollapseState(grow=1), ("grow=1", "not a value like True")),
    Bad(
        "a method that is a list", lambda: PlaneState(balance=["top_k"]), ("balance=['top_k']", "switch_loss")
    ),
    Bad("an infinite rate", lambda: PlaneState(lr=float("inf")), ("lr=inf", "0.0003 to 0.3")),
    Bad("a fraction of an opening", lambda: PlaneLab(opening=1.5), ("opening=1.5", "whole number")),
    Bad("an opening below nothing", lambda: PlaneLab(opening=-1), ("opening=-1", "at least 0")),
    Bad("steps below nothing", driven(lambda lab: lab.run(-5)), ("steps=-5", "at least 0")),
    Bad("steps as a text", driven(lambda lab: lab.run("5")), ("steps='5'", "whole number")),
    Bad(
        "a change with a name misspelt",
        driven(lambda lab: lab.change({"experts": 3})),
        ("experts", "n_experts"),
    ),
    Bad("a change that is no dictionary", driven(lambda lab: lab.change("k")), ("values='k'", "dictionary")),
    Bad("a seed that is a word", lambda: OwnDraws("seven"), ("seed='seven'", "whole number")),
    Bad("a replay of nothing", lambda: replay_plane([], 5), ("states after [] steps", "at least one")),
    Bad(
        "a replay that begins late",
        lambda: replay_plane([(5, PlaneState())], 9),
        ("[5] steps", "begin with 0"),
    ),
    Bad(
        "a replay without a step",
        lambda: replay_collapse([(0, CollapseState())], load_photographs(patch=8), 0),
        ("steps=0", "at least 1"),
    ),
]
VIEWS = [
    Bad("shares without steps", lambda: StackedLoad().show([], np.zeros((0, 2))), ("steps", "≥ 1")),
    Bad("shares of one step less", lambda: StackedLoad().show([1, 2], np.ones((1, 2))), ("(1, 2)", "2")),
    Bad("shares that are a list", lambda: StackedLoad().show([1], [0.5, 0.5]), ("values must be", "(2,)")),
    Bad("lines that do not fit", lambda: Lines().show([1, 2, 3], [1, 2]), ("values", "3")),
    Bad("points that do not fit", lambda: Points().show([1, 2], [1]), ("(2,)", "(1,)")),
    Bad("tiles without experts", lambda: ExpertTiles().show([], []), ("E ≥ 1", "0")),
    Bad(
        "tiles of another number",
        lambda: ExpertTiles().show([np.zeros((1, 4, 4, 3), "u1")], [0.5, 0.5]),
        ("1, 2",),
    ),
    Bad(
        "tiles that are no pictures",
        lambda: ExpertTiles().show([np.zeros(4)], [1.0]),
        ("(4,)", "(n, H, W, C)"),
    ),
    Bad("a mosaic of numbers", lambda: mosaic(np.zeros(3)), ("(3,)", "(n, H, W, C)")),
    Bad("a figure of nothing", lambda: Lines().still(), ("has shown nothing yet", "show(")),
    Bad("a colour of an expert below 0", lambda: expert_colour(-1), ("-1", "at least 0")),
    Bad("a colour of half an expert", lambda: expert_colour(1.5), ("1.5", "whole number")),
    Bad("a colour of a label below 0", lambda: label_colour(-2), ("-2", "at least 0")),
    Bad("a picture of no figure", lambda: small_png("figure"), ("figure", "str", "matplotlib")),
]
TOKENS = [
    Bad("a trail without a text", lambda: TokenTrail(model(), texts(), ""), ("text is empty", "type a few")),
    Bad("a trail of digits", lambda: TokenTrail(model(), texts(), "1 2 3"), ("no letters", "type a few")),
    Bad("a trail of a number", lambda: TokenTrail(model(), texts(), 7), ("text=7", "not a value like")),
    Bad("a trail without an end", lambda: TokenTrail(model(), texts(), "word " * 5000), ("256", "shorten")),
    Bad(
        "a trail by a tokenizer's name",
        lambda: TokenTrail(model(), "gpt2"),
        ("tokenizer is a str", "TokenSet"),
    ),
    Bad(
        "a trail through no experts",
        lambda: TokenTrail(torch.nn.Linear(2, 2), texts()),
        ("without a MoE layer",),
    ),
    Bad(
        "a trail in a layer too far",
        lambda: TokenTrail(model(), texts(), state="trail?layer=7"),
        ("layer=7", "1 layers"),
    ),
    Bad("a map of a model", lambda: SpecialistMap(model()), ("seen", "look_into")),
    Bad("a map of no layers", lambda: SpecialistMap({}), ("seen", "look_into")),
    Bad("a map of a layer too far", lambda: SpecialistMap(seen(), "map?layer=9"), ("layer=9", "1 layers")),
    Bad(
        "a map by an unknown method", lambda: SpecialistMap(seen(), "map?method=mds"), ("method='mds'", "pca")
    ),
    Bad("a map with a torn lasso", lambda: SpecialistMap(seen(), "map?lasso=!!"), ("lasso=",)),
    Bad("cards of all layers", lambda: ExpertCards(seen()), ("routed is a dict", "look_into")),
    Bad(
        "cards beside a model",
        lambda: ExpertCards(seen()["blocks.0.feed"].routed, untrained=model()),
        ("untrained is a LanguageModel", "or None"),
    ),
    Bad("cards of nothing", lambda: ExpertCards(None), ("routed is None", "look_into")),
    Bad(
        "a look into texts that are words",
        lambda: look_into(model(), ["words"]),
        ("tokenizer is None", "TokenSet"),
    ),
    Bad("a look into nothing", lambda: look_into(None, texts()), ("model is None", "needs a model")),
    Bad(
        "a selection of nobody",
        lambda: describe_selection(seen()["blocks.0.feed"].routed, np.array([], int)),
        ("none of which",),
    ),
]
RUNS = [
    Bad("steps of a run as a fraction", lambda: closed(lambda run: run.step(0.5)), ("n=0.5", "whole number")),
    Bad(
        "a run at no pictures a second",
        lambda: LiveRun("a mistake", list, print, fps=0),
        ("fps=0", "above 0"),
    ),
    Bad(
        "a run that starts nothing", lambda: LiveRun("a mistake", [1, 2], print), ("start", "list", "called")
    ),
    Bad(
        "a closed run that is to play",
        lambda: closed(lambda run: (run.close(), run.play())),
        ("closed", "run its cell again"),
        RuntimeError,
    ),
    Bad(
        "a router that is not there",
        lambda: ROUTERS["top_kk"],
        ("no router is called 'top_kk'", "top_k"),
        KeyError,
    ),
]


def closed(act):
    run = LiveRun("a mistake", lambda: iter(range(3)), lambda state: None, lambda said: None)
    try:
        return act(run)
    finally:
        run.close()


QUESTIONS = [
    Bad("one thing to choose", lambda: PredictOne("?", ["yes"], str), ("options=['yes']", "at least two")),
    Bad("a sentence for options", lambda: PredictOne("?", "yes", str), ("options='yes'", "at least two")),
    Bad(
        "an answer for a function",
        lambda: PredictOne("?", ["yes", "no"], "yes"),
        ("happens='yes'", "function"),
    ),
    Bad("bounds turned round", lambda: PredictNumber("?", (9, 1), int), ("bounds=(9, 1)", "in this order")),
    Bad(
        "bounds of one number", lambda: PredictNumber("?", (9,), int), ("bounds=(9,)", "lowest and a highest")
    ),
    Bad("a guess beyond", lambda: PredictNumber("?", (0, 9), int).expect(10), ("answer=10", "from 0 to 9")),
    Bad(
        "a guess in words",
        lambda: PredictNumber("?", (0, 9), int).expect("two"),
        ("answer='two'", "from 0 to 9"),
    ),
    Bad("a place that is none", lambda: read_place("left, up"), ("place='left, up'", "0.3, -0.5")),
]

ROWS = [*LINES, *VALUES, *VIEWS, *TOKENS, *RUNS, *QUESTIONS]
ROWS += [
    Bad(
        "a router whose gate leads by nothing", lambda: AlarmLab("alarms?lead=0.0"), ("lead=0.0", "0.05 to 8")
    ),
    Bad(
        "a token behind the last one",
        lambda: DepthLab(Depths({}, ["a"] * 30, 4), "depths?token=7"),
        ("token=7", "at most 6"),
    ),
    Bad("a run slowed down to before", driven(lambda lab: lab.live.slow_down(-1)), ("pace=-1", "0 or more")),
    Bad("going on to where a run has not been", driven(lambda lab: lab.go_back(9)), ("step=9", "0 to 0")),
]
