"Mistakes with recordings of serving engines, with replaying them, and with comparing two runs."

from collections.abc import Callable

import numpy as np
import torch
from faults.table import Bad

from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.measure.trace.counterfactuals import choices_judged, counterfactuals, reroute, routes
from moe_lab.measure.trace.mismatch import ratio_mismatch, routing_mismatch, token_logprobs
from moe_lab.measure.trace.replaying import as_recorded, replay
from moe_lab.measure.trace.routed_experts import decode_routed_experts
from moe_lab.measure.trace.trace import Trace, record
from moe_lab.routing.presets import top_k

CHOICES = np.array([[[0, 1]], [[2, 3]]])  # (2, 1, 2): two tokens, one layer


def returned(experts=CHOICES, tokens=None, n_experts=4, **others) -> Callable[[], Trace]:
    return lambda: Trace.from_routed_experts(experts, tokens, n_experts=n_experts, **others)


def layer(n_experts: int = 4, k: int = 2) -> MoE:
    return MoE(top_k(8, n_experts, k), Bottleneck(8, 4, n_experts))


def recorded(model: MoE, n_tokens: int = 2) -> Trace:
    with record(model) as trace:
        model(torch.randn(n_tokens, 8))
    return trace


def replayed(
    trace: Trace | Callable, model: MoE | None = None, n_tokens: int = 2, **others
) -> Callable[[], None]:
    def call():
        ran = model or layer()
        with replay(ran, trace() if callable(trace) else trace, **others):
            ran(torch.randn(n_tokens, 8))

    return call


def rerouted(token: int, experts) -> Callable[[], None]:
    def call():
        model = layer()
        with reroute(model, 0, token, experts):
            model(torch.randn(2, 8))

    return call


ROWS = [
    # other routes
    Bad("a token beyond the last", rerouted(2, [0]), ("token=2", "rows 0 to 1")),
    Bad("a route of nobody", rerouted(0, []), ("experts=[]", "1 to 2")),
    Bad("a route to one twice", rerouted(0, [1, 1]), ("experts=[1, 1]", "different")),
    Bad("a route of too many", rerouted(0, [0, 1, 2]), ("experts=[0, 1, 2]", "1 to 2")),
    Bad("a route to nobody there is", rerouted(0, [4]), ("experts=[4]", "0 to 3")),
    Bad("no routes", lambda: routes(4, 2, most=0), ("most=0", "at least 1")),
    Bad("a choice of one token", lambda: choices_judged([0.5]), ("values: 1", "at least 2")),
    Bad(
        "other routes of a token that is not there",
        lambda: counterfactuals(model := layer(), 0, 5, lambda: model(torch.ones(2, 8)).sum()),
        ("token=5", "rows 0 to 1"),
    ),
    # what an engine returned
    Bad("text that is no base 64", lambda: decode_routed_experts("?"), ("text='?'", "base 64")),
    Bad("text that is a number", lambda: decode_routed_experts(3), ("text=3", "base 64")),
    Bad(
        "bare numbers without a shape",
        lambda: decode_routed_experts("AAAAAA=="),
        ("n_layers=None", "whole number"),
    ),
    Bad(
        "bare numbers of another shape",
        lambda: decode_routed_experts("AAAAAA==", 2, 1),
        ("4 bytes", "multiple of 8"),
    ),
    Bad("experts as a flat list", returned([1, 2]), ("experts", "3 dimensions")),
    Bad("experts as text", returned("AAAA"), ("experts", "3 dimensions")),
    Bad("no sequence", returned([]), ("experts", "3 dimensions")),
    Bad("experts with a fraction", returned(CHOICES / 2), ("float64", "whole numbers")),
    Bad("sequences of unlike layers", returned([CHOICES, CHOICES[:, :, :1]]), ("one L and k for all",)),
    Bad("an expert beyond the last", returned(n_experts=3), ("expert 3", "0 to 2")),
    Bad("a number below −1", returned(CHOICES - 2), ("expert -2", "−1: none")),
    Bad("a dense layer's column", returned(0 * CHOICES), ("layer 0", "None")),
    Bad("no number of experts", returned(n_experts=0), ("n_experts=0", "at least 1")),
    Bad("experts of too few layers", returned(n_experts=[4, 4]), ("n_experts=[4, 4]", "1 layers")),
    Bad("names of too few layers", returned(layers=[]), ("layers=[]", "1 names")),
    Bad(
        "two layers of one name",
        returned(np.tile(CHOICES, (1, 2, 1)), layers=["a", "a"]),
        ("['a', 'a']", "differ"),
    ),
    Bad("only dense layers", returned(layers=[None]), ("layers=[None]", "names")),
    Bad(
        "ids of a longer text", returned(tokens=[[1, 2, 3, 4]]), ("tokens[0]: 4", "needs 2 ids, or one more")
    ),
    Bad("ids of a shorter text", returned(tokens=[[1]]), ("tokens[0]: 1", "needs 2 ids")),
    Bad("ids with a fraction", returned(tokens=[[0.5, 1.0]]), ("tokens[0]", "float64")),
    Bad("ids of too few texts", returned([CHOICES, CHOICES], tokens=[[1, 2]]), ("tokens of 1",)),
    Bad("weights of another shape", returned(weights=np.ones((2, 1, 1))), ("weights[0]", "(2, 1, 2)")),
    Bad(
        "a vocabulary without a word",
        returned(tokens=[[1, 2]], vocabulary=["a"]),
        ("1 entries", "token goes to 2"),
    ),
    # replaying
    Bad(
        "a trace of more layers",
        replayed(returned(np.tile(CHOICES, (1, 2, 1)))),
        ("layer 0, layer 1", "as many"),
    ),
    Bad("a trace of more experts", replayed(returned(n_experts=9)), ("has 4 experts", "in the trace 9")),
    Bad("more choices than the layer makes", replayed(returned(), layer(k=1)), ("k=2", "the model has k=1")),
    Bad(
        "more sequences than were named",
        replayed(lambda: recorded(layer()), sequences=[0]),
        ("sequences=[0]", "more"),
    ),
    Bad(
        "weights that were not recorded",
        replayed(returned(), weigh=as_recorded),
        ("without weights", "by_own_gate"),
    ),
    Bad(
        "replaying into a dense model",
        lambda: replay(torch.nn.Linear(2, 2), returned()()).__enter__(),
        ("Linear",),
    ),
    # comparing
    Bad(
        "runs of other layers",
        lambda: routing_mismatch(returned()(), returned(np.tile(CHOICES, (1, 2, 1)))()),
        ("a has 1 layers, b 2",),
    ),
    Bad(
        "runs of other texts",
        lambda: routing_mismatch(returned(tokens=[[1, 2]])(), returned(tokens=[[1, 3]])()),
        ("place 1", "token 2 in a, 3 in b"),
    ),
    Bad(
        "runs without a common place",
        lambda: routing_mismatch(returned()(), returned(starts=2)()),
        ("no token in common",),
    ),
    Bad("probabilities of other tokens", lambda: ratio_mismatch([[0.0]], [[0.0, 1.0]]), ("same tokens",)),
    Bad(
        "an extreme that is none",
        lambda: ratio_mismatch([[0.0]], [[0.0]], extreme=1),
        ("extreme=1", "above 1"),
    ),
    Bad("probabilities that are none", lambda: ratio_mismatch([[0.5]], [[-0.5]]), ("a", "at most 0")),
    Bad(
        "logits of another text",
        lambda: token_logprobs(torch.zeros(1, 3, 5), torch.zeros(1, 4, dtype=torch.long)),
        ("logits", "(1, 4)"),
    ),
]
