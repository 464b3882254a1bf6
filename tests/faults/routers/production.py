"Mistakes with the routers of models, and with what stands around a layer."

import torch
from faults.table import Bad
from torch import nn

from moe_lab.experts.experts import SwiGLU
from moe_lab.experts.moe import MoE
from moe_lab.experts.shared import BesideShared, Gated, SharedExperts
from moe_lab.measure.transformers.as_routers import router_like
from moe_lab.routing.adjustments import Feedback, SelectionBias
from moe_lab.routing.decision import Context
from moe_lab.routing.presets import top_k
from moe_lab.routing.production.by_bias import deepseek_v3, deepseek_v4_hash, longcat
from moe_lab.routing.production.by_softmax import deepseek_v2, mixtral, phimoe
from moe_lab.routing.production.choices import BestGroups, ByWord, LearnedBias, TokenTable, group_size
from moe_lab.routing.production.weights import one_at_a_time, scaled_by, weighed_by
from moe_lab.routing.quantiles.by_quantiles import expert_threshold, quantile_balanced
from moe_lab.routing.quantiles.cutoffs import QuantileBias
from moe_lab.routing.router import ROUTERS
from moe_lab.routing.selection import TopK, renormalised, sigmoid

X, NAN = torch.randn(6, 8), float("nan")
TABLE = TokenTable(torch.tensor([[0, 1], [2, 3]]))


def by_table(*ids: int, n_experts: int = 4):
    return deepseek_v4_hash(8, n_experts, family=TABLE)(X[: len(ids)], Context(token_ids=torch.tensor(ids)))


def shared(d: int = 8) -> SharedExperts:
    return SharedExperts(SwiGLU(d, 4, 1))


def layer() -> MoE:
    return MoE(top_k(8, 4), SwiGLU(8, 4, 4))


ROWS = [
    Bad("a gate of no function", lambda: weighed_by(3), ("activation=3", "function")),
    Bad("a scale of zero", lambda: scaled_by(sigmoid, 0), ("factor=0", "above 0")),
    Bad("a scale of nothing", lambda: mixtral(8, 4, gate=scaled_by(None, 2.0)), ("gate=None", "function")),
    Bad("shares with a sum of NaN", lambda: renormalised(sigmoid, added=NAN), ("added=nan", "finite")),
    Bad("near is everybody", lambda: phimoe(8, 4, near=1.0), ("near=1.0", "[0, 1)")),
    Bad("near is negative", lambda: one_at_a_time(-0.1), ("near=-0.1", "[0, 1)")),
    Bad("unequal groups", lambda: deepseek_v3(8, 10, n_groups=4), ("n_groups=4", "divisor", "n_experts=10")),
    Bad("no groups", lambda: deepseek_v2(8, 8, n_groups=0), ("n_groups=0", "at least 1")),
    Bad("groups of no experts", lambda: group_size(0), ("n_experts=0", "at least 1")),
    Bad("no group kept", lambda: deepseek_v3(8, 8, kept=0), ("kept=0", "at least 1")),
    Bad("groups within no top-k", lambda: BestGroups(sigmoid, 2, 1), ("select", "TopK")),
    Bad(
        "groups ranked by no function",
        lambda: BestGroups(TopK(1), 2, 1, "best"),
        ("worth='best'", "function"),
    ),
    Bad("more choices than experts in groups", lambda: deepseek_v3(8, 4, k=5), ("k=5", "n_experts=4")),
    Bad(
        "more groups kept than there are", lambda: deepseek_v3(8, 8, kept=5), ("kept=5", "there are 4 groups")
    ),
    Bad(
        "fewer groups kept than k needs",
        lambda: deepseek_v2(8, 8, 3, kept=1),
        ("kept=1", "k=3 experts need 2 groups of 2"),
    ),
    Bad("no groups kept on the way", lambda: deepseek_v3(8, 8).set(kept=0), ("kept=0", "at least 1")),
    Bad("a bias for no experts", lambda: SelectionBias(0), ("n_experts=0", "at least 1")),
    Bad("a bias on no activation", lambda: SelectionBias(4, "sigmoid"), ("activation='sigmoid'", "function")),
    Bad("a learned bias for no experts", lambda: LearnedBias(0), ("n_experts=0", "at least 1")),
    Bad("a table of fractions", lambda: TokenTable(torch.rand(3, 2)), ("experts", "float32", "(V, k)")),
    Bad("a table that is a list", lambda: TokenTable([[0, 1]]), ("experts", "list", "Tensor")),
    Bad("an expert twice for a word", lambda: TokenTable(torch.zeros(3, 2).long()), ("twice", "different")),
    Bad("a word that no table has", lambda: by_table(0, 2), ("token_ids: 2", "2 words")),
    Bad("a table for more experts", lambda: by_table(0, 1, n_experts=3), ("n_experts: 3", "3 experts")),
    Bad(
        "a table without words", lambda: deepseek_v4_hash(8, 4)(X), ("token_ids is None", "id of every token")
    ),
    Bad("a table that is no function", lambda: ByWord(4, {0: 1}), ("family={0: 1}", "function")),
    Bad("a budget of nothing", lambda: longcat(8, 4, budget=0), ("budget=0", "(0, 1]")),
    Bad("nobody works", lambda: longcat(8, 4, n_identities=4), ("n_identities=4", "n_experts=4")),
    Bad(
        "fewer than no identities", lambda: longcat(8, 4, n_identities=-1), ("n_identities=-1", "at least 0")
    ),
    Bad("quantiles of no choices", lambda: QuantileBias(4, 0), ("k=0", "at least 1")),
    Bad("quantiles of more choices than experts", lambda: quantile_balanced(8, 4, 5), ("k=5", "n_experts=4")),
    Bad("thresholds without room", lambda: expert_threshold(8, 4, 0.0), ("capacity_factor=0.0", "above 0")),
    Bad("thresholds that never move", lambda: expert_threshold(8, 4, ema=1.0), ("ema=1.0", "[0, 1)")),
    Bad(
        "cut-offs of too few experts",
        lambda: quantile_balanced(8, 4).after_step(
            Feedback(torch.ones(4), torch.ones(4), cutoffs=torch.ones(3))
        ),
        ("feedback.cutoffs", "4 experts"),
    ),
    Bad("a misspelt model", lambda: ROUTERS["deepseek_v5"], ("'deepseek_v5'", "deepseek_v"), KeyError),
    Bad(
        "a module that is no router",
        lambda: router_like(nn.ReLU()),
        ("module=ReLU: has no rule here", "AS_ROUTERS"),
    ),
    Bad("a router that is no module", lambda: router_like("mixtral"), ("module='mixtral'", "router")),
    Bad("shared experts that are none", lambda: SharedExperts(nn.Linear(8, 8)), ("experts=Linear", "SwiGLU")),
    Bad("shared experts of another width", lambda: shared()(torch.randn(3, 7)), ("(3, 7)", "(…, 8)")),
    Bad("a gate around nothing", lambda: Gated(8, None), ("inside=None", "module")),
    Bad(
        "shared beside no layer",
        lambda: BesideShared(shared(), shared()),
        ("layer=SharedExperts", "sparse layer"),
    ),
    Bad("nothing beside a layer", lambda: BesideShared(layer(), None), ("shared=None", "module")),
]
