"Mistakes with the instruments: load, overlap, change, specialisation, keywords, maps, dynamics."

from functools import cache

import numpy as np
import pandas as pd
import torch
from faults.table import Bad

from moe_lab import METRICS, Load, MoE, cv, n_eff, top_k
from moe_lab.experiments.systems.health.otherwise import all_made_otherwise, made_otherwise
from moe_lab.experts.experts import FFN
from moe_lab.measure.dynamics import expert_gradients, landscape
from moe_lab.measure.load.change import neighbours, same_token, sequential_overlap
from moe_lab.measure.load.confidence import Gates
from moe_lab.measure.load.content import content_of, foretold, regions
from moe_lab.measure.load.health import CheckUp
from moe_lab.measure.load.metrics import (
    active,
    dropped_by_random_router,
    gini,
    limit_of,
    max_of_random_router,
)
from moe_lab.measure.load.overlap import (
    ExpertSets,
    Gram,
    Together,
    coactivation,
    expert_outputs,
    expert_set_overlap,
    gram_of_weights,
    jaccard,
    jaccard_by_chance,
    off_diagonal,
    token_set_overlap,
)
from moe_lab.measure.maps import (
    draw_map,
    flatten,
    neighbourhood,
    router_inputs,
    shuffled_columns,
    stratified_sample,
)
from moe_lab.measure.text.keywords import (
    examples,
    expert_keywords,
    keyword_share,
    shuffled_experts,
    text_grid,
    token_counts,
)
from moe_lab.measure.text.specialization import (
    association,
    coactivation_graph,
    from_layer_to_layer,
    meetings,
    nmi,
    specialization_by_position,
    specialization_table,
    together,
    visit_table,
    with_document,
)

NAN = float("nan")
POINTS = np.random.default_rng(0).normal(size=(30, 4))


@cache
def routed(n_experts: int = 4, n: int = 40):
    torch.manual_seed(0)
    return top_k(8, n_experts, 2)(torch.randn(n, 8))


@cache
def layer() -> MoE:
    return MoE(top_k(8, 4, 2), FFN(8, 16, n_experts=4))


def load(*counts: float, n: int = 40) -> Load:
    return Load(torch.tensor(counts), n)


def frame(**columns) -> pd.DataFrame:
    "Six tokens of two sequences, two experts each; columns may be replaced."
    row = np.repeat(np.arange(6), 2)
    made = {"step": 0 * row, "sequence": row // 3, "position": row % 3, "token": row % 5, "row": row}
    made |= {"expert": np.arange(12) % 4, "rank": np.arange(12) % 2, "weight": np.full(12, 0.5)}
    return pd.DataFrame(made).assign(**columns)


def loss(times: float = 1.0):
    return layer()(torch.ones(5, 8)).sum() * times


ROWS = [
    Bad("a metric of a routing", lambda: cv(routed()), ("load is a Routing", "needs Load")),
    Bad("a metric of a tensor", lambda: n_eff(torch.ones(4)), ("load is a Tensor", "needs Load")),
    Bad("a metric of routings", lambda: gini([routed()]), ("load is a list", "needs Load")),
    Bad(
        "a metric misspelt",
        lambda: METRICS["neff"],
        ("no metric is called", "neff", "did you mean 'n_eff'"),
        KeyError,
    ),
    Bad("the load of one routing", lambda: Load.of(routed()), ("routings is a Routing", "[routing]")),
    Bad("the load of nothing", lambda: Load.of([]), ("routings is empty",)),
    Bad(
        "the load of two layers", lambda: Load.of([routed(), routed(6)]), ("routings", "[4, 6]", "one layer")
    ),
    Bad("the load of tensors", lambda: Load.of([torch.ones(4)]), ("routings is a Tensor", "needs Routing")),
    Bad("a load from a list", lambda: Load([3, 1], 4), ("counts is a list", "needs Tensor")),
    Bad("a load from numpy", lambda: Load(np.ones(4), 4), ("counts is a ndarray", "needs Tensor")),
    Bad("a load below nothing", lambda: load(-3, 5), ("counts=[-3", "0 to n_tokens=40")),
    Bad("a load that is NaN", lambda: load(NAN, 5), ("counts=[nan", "needs numbers from 0")),
    Bad("a load that is infinite", lambda: load(float("inf"), 5), ("counts=[inf", "0 to n_tokens=40")),
    Bad("more visits of an expert than tokens", lambda: load(9, 1, n=2), ("counts=[9", "n_tokens=2")),
    Bad("a load in a square", lambda: Load(torch.ones(2, 2), 4), ("counts: shape (2, 2)", "needs (E,)")),
    Bad("a load of no expert", lambda: Load(torch.ones(0), 4), ("counts: shape (0,)", "needs (E,)")),
    Bad("minus one token", lambda: load(1, 1, n=-1), ("n_tokens=-1", "at least 0")),
    Bad("one and a half tokens", lambda: load(1, 1, n=1.5), ("n_tokens=1.5", "whole number")),
    Bad("minus one refused", lambda: Load(torch.ones(4), 4, -1), ("n_dropped=-1", "at least 0")),
    Bad("loads of two layers together", lambda: load(1, 1) + load(1, 1, 1), ("2 experts", "3", "add up")),
    Bad("active from a negative share", lambda: active(load(1, 1), -1), ("threshold=-1", "from 0 to 2")),
    Bad("active from a share of NaN", lambda: active(load(1, 1), NAN), ("threshold=nan", "from 0 to 2")),
    Bad(
        "a random router asked for nine of four",
        lambda: max_of_random_router(10, 9, 4),
        ("p=2.25", "probability"),
    ),
    Bad(
        "minus three tokens dropped",
        lambda: dropped_by_random_router(-3, 4, 2, 1),
        ("n=-3", "at least 0"),
    ),
    Bad("gates of a load", lambda: Gates(torch.zeros(4)).update(load(1)), ("routing is a Load", "Routing")),
    Bad("together without experts", lambda: Together(0), ("n_experts=0", "at least 1")),
    Bad("together of one routing", lambda: Together.of(routed()), ("routings is a Routing", "[routing]")),
    Bad("together of a load", lambda: Together(4).update(load(1)), ("routing is a Load", "Routing")),
    Bad("overlap of a routing", lambda: token_set_overlap(routed()), ("together is a Routing", "Together")),
    Bad("jaccard of a load", lambda: jaccard(load(1)), ("together is a Load", "needs Together")),
    Bad("co-activation of a load", lambda: coactivation(load(1)), ("together is a Load", "needs Together")),
    Bad(
        "off the diagonal of no square",
        lambda: off_diagonal(torch.ones(2, 3)),
        ("matrix", "(2, 3)", "(E, E)"),
    ),
    Bad("chance of five of four", lambda: jaccard_by_chance(5, 2, 4), ("a=5", "4 experts")),
    Bad("sets of minus one expert", lambda: ExpertSets(-1), ("n_experts=-1", "at least 1")),
    Bad(
        "sets of numbers",
        lambda: ExpertSets(4).update(torch.ones(3, 4), torch.ones(3, 4)),
        ("first (3, 4) torch.float32", "(P, 4) bool"),
    ),
    Bad(
        "sets in a row",
        lambda: ExpertSets(4).update(torch.ones(4).bool(), torch.ones(4).bool()),
        ("first (4,)", "(P, 4) bool"),
    ),
    Bad(
        "sets in numpy",
        lambda: ExpertSets(4).update(np.ones((3, 4), bool), np.ones((3, 4), bool)),
        ("first is a ndarray", "needs Tensor"),
    ),
    Bad("sets that are a load", lambda: expert_set_overlap(load(1)), ("sets is a Load", "ExpertSets")),
    Bad("a piece of a scalar", lambda: Gram(4).update(torch.tensor(1.0)), ("piece has shape ()", "(4, …)")),
    Bad("a piece with NaN", lambda: Gram(2).update(torch.full((2, 3), NAN)), ("piece (2, 3)", "finite")),
    Bad("the weights of a layer", lambda: gram_of_weights(layer()), ("experts is a MoE", "needs Experts")),
    Bad(
        "tokens of another width",
        lambda: expert_outputs(layer().experts, torch.randn(3, 5)),
        ("tokens: shape (3, 5)", "d=8"),
    ),
    Bad("the same tokens of loads", lambda: same_token(load(1), load(1)), ("before is a Load", "Routing")),
    Bad("fewer tokens later", lambda: same_token(routed(), routed(n=9)), ("before has 40", "after 9")),
    Bad("neighbours at a lag of 0", lambda: neighbours(routed(), lag=0), ("lag=0", "at least 1")),
    Bad("neighbours at half a lag", lambda: neighbours(routed(), lag=1.5), ("lag=1.5", "whole number")),
    Bad(
        "too few sequences",
        lambda: neighbours(routed(), torch.zeros(5).long()),
        ("sequence: shape (5,)", "(40,) long"),
    ),
    Bad(
        "sequences that decrease",
        lambda: neighbours(routed(), torch.arange(40).flip(0) // 10),
        ("sequence=[3", "do not decrease"),
    ),
    Bad("sequences from −1", lambda: neighbours(routed(), torch.full((40,), -1)), ("sequence=[-1", "from 0")),
    Bad("sequences in a list", lambda: neighbours(routed(), [0] * 40), ("sequence is a list", "Tensor")),
    Bad(
        "sequences with a fraction",
        lambda: neighbours(routed(), torch.zeros(40)),
        ("torch.float32", "(40,) long"),
    ),
    Bad("overlap along a routing", lambda: sequential_overlap(routed()), ("sets is a Routing", "ExpertSets")),
    Bad("labels without experts", lambda: meetings([0, 1, 2], [1, 0], 4), ("labels: 3", "experts: 2")),
    Bad(
        "labels with a fraction",
        lambda: meetings([0.5, 1], [1, 0], 4),
        ("labels", "float64", "whole numbers"),
    ),
    Bad("labels that are words", lambda: meetings(["a", "b"], [1, 0], 4), ("labels", "whole numbers")),
    Bad("labels in a square", lambda: meetings([[0, 1]], [[1, 0]], 4), ("labels: shape (1, 2)", "(A,)")),
    Bad("an expert with a fraction", lambda: meetings([0, 1], [0.5, 1], 4), ("experts", "whole numbers")),
    Bad("an expert below 0", lambda: meetings([0, 1], [-1, 0], 4), ("experts -1..0", "n_experts=4")),
    Bad("meetings of no expert", lambda: meetings([0], [0], 0), ("n_experts=0", "at least 1")),
    Bad(
        "negative meetings", lambda: specialization_table([[-1, 2]]), ("table: shape (1, 2)", "not negative")
    ),
    Bad("meetings in a row", lambda: nmi(np.array([1, 2])), ("table: shape (2,)", "(L, E)")),
    Bad("meetings that are NaN", lambda: nmi([[NAN, 1], [1, 2]]), ("table: shape (2, 2)", "finite")),
    Bad(
        "a unit misspelt",
        lambda: association(frame(), np.zeros(2, int), "sentence", 4),
        ("no column sentence", "sequence"),
    ),
    Bad(
        "too few labels",
        lambda: association(frame(), np.zeros(1, int), "sequence", 4),
        ("labels has 1", "sequence 1"),
    ),
    Bad(
        "one permutation",
        lambda: association(frame(), np.zeros(2, int), "sequence", 4, 1),
        ("permutations=1", "at least 2"),
    ),
    Bad(
        "a seed below 0",
        lambda: association(frame(), np.zeros(2, int), "sequence", 4, seed=-1),
        ("seed=-1", "from 0"),
    ),
    Bad(
        "labels by name",
        lambda: association(frame(), np.array(["a", "b"]), "sequence", 4),
        ("labels", "<U1", "whole numbers"),
    ),
    Bad(
        "a table that is a dict",
        lambda: association({"expert": [1]}, np.zeros(2, int), "sequence", 4),
        ("frame is a dict", "DataFrame"),
    ),
    Bad(
        "a sequence below 0",
        lambda: association(frame(sequence=-1), np.zeros(2, int), "sequence", 4),
        ("sequence", "-1", "from 0"),
    ),
    Bad("no bins", lambda: specialization_by_position(frame(), 4, 0), ("bins=0", "at least 1")),
    Bad("positions of nothing", lambda: specialization_by_position(frame()[:0], 4), ("frame is empty",)),
    Bad(
        "a position below 0",
        lambda: specialization_by_position(frame(position=-1), 4),
        ("position", "from 0"),
    ),
    Bad(
        "a layer without ranks",
        lambda: from_layer_to_layer(frame().drop(columns="rank"), frame(), 4),
        ("no column rank",),
    ),
    Bad("fewer experts than there are", lambda: together(frame(), 2), ("n_experts=2", "expert 3")),
    Bad("more rows than are said", lambda: visit_table(frame(), 3, 4), ("n_rows=3", "row 5")),
    Bad("a visit to expert −1", lambda: visit_table(frame(expert=-1), 6, 4), ("expert", "-1", "from 0")),
    Bad(
        "a lift that is NaN",
        lambda: coactivation_graph(together(frame(), 4), NAN),
        ("lift=nan", "finite number"),
    ),
    Bad("a grid of sequence −1", lambda: text_grid(frame(sequence=-1)), ("sequence", "-1", "from 0")),
    Bad(
        "a vocabulary too small", lambda: token_counts(frame(), 4, 3), ("highest token id 4", "3 in the voc")
    ),
    Bad("half a token of context", lambda: token_counts(frame(), 4, 5, 0.5), ("context=0.5", "whole number")),
    Bad("words of too few experts", lambda: token_counts(frame(), 2, 5), ("n_experts=2", "expert 3")),
    Bad("no keywords", lambda: expert_keywords(frame(), 4, list("abcde"), n=0), ("n=0", "at least 1")),
    Bad(
        "keywords that come −5 times",
        lambda: expert_keywords(frame(), 4, list("abcde"), minimum=-5),
        ("minimum=-5", "at least 0"),
    ),
    Bad(
        "keywords without tokens",
        lambda: expert_keywords(frame().drop(columns="token"), 4, list("abcde")),
        ("no column token", "sequence"),
    ),
    Bad("a shuffle of seed −1", lambda: shuffled_experts(frame(), -1), ("seed=-1", "from 0")),
    Bad("examples of expert −1", lambda: examples(frame(), list("abcde"), -1), ("expert=-1", "at least 0")),
    Bad(
        "examples −2 wide", lambda: examples(frame(), list("abcde"), 0, width=-2), ("width=-2", "at least 0")
    ),
    Bad(
        "the share of no keywords",
        lambda: keyword_share(frame(), frame()),
        ("found, control", "column share"),
    ),
    Bad("a map method misspelt", lambda: flatten(POINTS, "tnse"), ("method='tnse'", "did you mean 'tsne'")),
    Bad(
        "a map of equal points", lambda: flatten(np.ones((30, 4))), ("30 points do not differ", "at least 5")
    ),
    Bad("a map of four points", lambda: flatten(POINTS[:4]), ("(4, 4)", "at least 5 points")),
    Bad("a map of words", lambda: flatten([["a", "b"]] * 9), ("x has dtype", "real numbers")),
    Bad("a map of complex numbers", lambda: flatten(POINTS * 1j), ("complex128", "real numbers")),
    Bad("a map of nothing", lambda: flatten(None), ("x has dtype object", "real numbers")),
    Bad("a map of a cube", lambda: flatten(np.ones((9, 3, 2))), ("(9, 3, 2)", "5 points of 2 numbers")),
    Bad("a map of NaN", lambda: flatten(POINTS * NAN, "pca"), ("x: row 0 is not finite", "finite numbers")),
    Bad("a map of ragged rows", lambda: flatten([[1, 2], [3]]), ("rows of different lengths", "(N, D)")),
    Bad("a map of seed −1", lambda: flatten(POINTS, "pca", -1), ("seed=-1", "from 0 to 2**32")),
    Bad("half of the neighbours", lambda: neighbourhood(POINTS, POINTS[:, :2], k=15), ("k=15", "1 to 14")),
    Bad("1.5 neighbours", lambda: neighbourhood(POINTS, POINTS[:, :2], k=1.5), ("k=1.5", "whole number")),
    Bad(
        "places that are missing", lambda: neighbourhood(POINTS, POINTS[:9, :2]), ("flat has 9", "30 points")
    ),
    Bad("places in four dimensions", lambda: neighbourhood(POINTS, POINTS), ("flat", "(30, 4)", "(N, 2)")),
    Bad("places that are NaN", lambda: neighbourhood(POINTS, POINTS[:, :2] * NAN), ("flat", "(N, 2) finite")),
    Bad("a sample of nothing", lambda: stratified_sample([0, 1], 0), ("n=0", "at least 1")),
    Bad("a sample by missing labels", lambda: stratified_sample([0, NAN], 1), ("labels", "missing")),
    Bad("columns of a row", lambda: shuffled_columns(np.ones(3)), ("x has shape (3,)", "(N, D)")),
    Bad(
        "labels that have no name",
        lambda: draw_map(None, POINTS[:, :2], [2] * 30, ["a", "b"], {}),
        ("labels (30,)", "numbers below 2"),
    ),
    Bad(
        "the inputs of no router",
        lambda: router_inputs(torch.nn.Linear(2, 2)).__enter__(),
        ("model is a Linear", "MoE layer"),
    ),
    Bad(
        "gradients of no layer", lambda: expert_gradients(torch.nn.Linear(2, 2)), ("layer is a Linear", "MoE")
    ),
    Bad("a landscape of token 99", lambda: landscape(loss, layer(), 99), ("token=99", "logits to 5")),
    Bad("a landscape of no points", lambda: landscape(loss, layer(), 0, n=0), ("n=0", "at least 1")),
    Bad(
        "a landscape without reach", lambda: landscape(loss, layer(), 0, reach=NAN), ("reach=nan", "above 0")
    ),
    Bad("a landscape of a number", lambda: landscape(loss(), layer(), 0), ("loss is a Tensor", "a function")),
    Bad(
        "a landscape of NaN",
        lambda: landscape(lambda: loss(NAN), layer(), 0),
        ("loss gives", "one finite number"),
    ),
    Bad(
        "a loss for each token",
        lambda: landscape(lambda: layer()(torch.ones(5, 8)), layer(), 0),
        ("loss gives (5, 8)", "one finite number"),
    ),
    Bad(
        "a loss of another model",
        lambda: landscape(lambda: torch.tensor(1.0), layer(), 0),
        ("loss did not run the layer",),
    ),
    Bad("a check-up of a load", lambda: CheckUp().update(load(1)), ("routing is a Load", "needs Routing")),
    Bad(
        "a check-up of a few inputs",
        lambda: CheckUp().update(routed(), torch.ones(3, 8)),
        ("x: (3, 8)", "needs 40 rows"),
    ),
    Bad(
        "a check-up of a few ids",
        lambda: CheckUp().update(routed(), torch.ones(40, 8), torch.arange(3)),
        ("token_ids: (3,)", "needs 40 rows"),
    ),
    Bad("a check-up of minus one", lambda: CheckUp(sample=-1), ("sample=-1", "at least 0")),
    Bad(
        "a rule for other tokens",
        lambda: foretold(torch.ones(40, 8), torch.ones(30, 4, dtype=torch.bool), torch.arange(40)),
        ("visits: (30, 4)", "needs 40 rows"),
    ),
    Bad(
        "a rule from what is no number",
        lambda: foretold(
            torch.full((40, 8), torch.nan), torch.ones(40, 4, dtype=torch.bool), torch.arange(40)
        ),
        ("x: a number is not finite",),
    ),
    Bad("no region", lambda: regions(torch.ones(40, 8), 0), ("n=0", "at least 1")),
    Bad(
        "contents of a few ids",
        lambda: content_of(torch.ones(40, 8), torch.ones(40, 4, dtype=torch.bool), torch.arange(3)),
        ("token_ids: (3,)", "needs 40 rows"),
    ),
    Bad(
        "documents in one row",
        lambda: with_document(pd.DataFrame({"sequence": [0], "position": [0]}), torch.arange(3)),
        ("document: shape (3,)", "needs (N, S)"),
    ),
    Bad(
        "documents of other texts",
        lambda: with_document(
            pd.DataFrame({"sequence": [5], "position": [0]}), torch.zeros(2, 3, dtype=torch.long)
        ),
        ("document: shape (2, 3)", "sequence 5"),
    ),
    Bad("the limit of nothing", lambda: limit_of(None), ("routing is None", "needs Routing")),
    Bad("a router of a negative number", lambda: made_otherwise(-1), ("number=-1", "at least 0")),
    Bad("no routers at all", lambda: next(all_made_otherwise(0)), ("n=0", "at least 1")),
    Bad("a verdict on nothing", lambda: CheckUp().verdict(), ("nothing was collected", "update(routing)")),
]
