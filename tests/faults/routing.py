"Mistakes with routers, their parts, contexts, feedback and auxiliary losses."

import numpy as np
import torch
from faults.table import Bad

from moe_lab import Context, switch_loss, top_k, z_loss
from moe_lab.routing.adjustments import (
    ExpertThresholds,
    Feedback,
    Jitter,
    LossFreeBias,
    SaturationBias,
)
from moe_lab.routing.capacity import Assignment, Capacity, ExpertChoice, Quota
from moe_lab.routing.decision import assign, check
from moe_lab.routing.losses import importance_loss, load_loss, srip
from moe_lab.routing.presets import (
    base,
    cosine,
    expert_choice,
    gshard,
    hash_router,
    loss_free,
    noisy_topk,
    s_base,
    spectra,
    srnn,
    switch,
    threshold,
    top_p,
)
from moe_lab.routing.router import ROUTERS, Router
from moe_lab.routing.scores import Linear, TimeGRU
from moe_lab.routing.selection import TopK
from moe_lab.routing.sinkhorn import Sinkhorn, after, within

X, NAN, INF = torch.randn(6, 8), float("nan"), float("inf")


def decided():
    return top_k(8, 4, 2)(X)


def told(**feedback):
    loss_free(8, 4).after_step(Feedback(**{"counts": torch.ones(4), "gradient": torch.zeros(4)} | feedback))


ROWS = [
    # what a router is made of
    Bad("no width", lambda: top_k(0, 4), ("d=0", "at least 1")),
    Bad("no experts", lambda: top_k(8, 0), ("n_experts=0", "at least 1")),
    Bad("a fraction of an expert", lambda: top_k(8, 2.5), ("n_experts=2.5", "whole number")),
    Bad("experts as text", lambda: top_k(8, "4"), ("n_experts='4'", "whole number")),
    Bad("no choice at all", lambda: top_k(8, 4, 0), ("k=0", "at least 1")),
    Bad("a choice and a half", lambda: top_k(8, 4, 1.5), ("k=1.5", "whole number")),
    Bad("k as a truth value", lambda: top_k(8, 4, True), ("k=True", "whole number")),
    Bad("more choices than experts", lambda: top_k(8, 4, 5), ("k=5", "4 experts")),
    Bad("more choices than experts, noisy", lambda: noisy_topk(8, 4, 9), ("k=9", "4 experts")),
    Bad("more choices than experts within a capacity", lambda: gshard(8, 4, 5), ("k=5", "4 experts")),
    Bad("more choices than experts under a quota", lambda: spectra(8, 4, 5), ("k=5", "4 experts")),
    Bad("k turned beyond the experts", lambda: top_k(8, 4).set(k=7), ("k=7", "4 experts")),
    Bad("a gate by its name", lambda: top_k(8, 4, 2, gate="softmax"), ("gate='softmax'", "function")),
    Bad("an activation by its name", lambda: loss_free(8, 4, activation="sigmoid"), ("activation='sigmoid'", "function")),
    Bad("a bias of NaN", lambda: loss_free(8, 4, strength=NAN), ("strength=nan", "finite")),
    Bad("a bias without end", lambda: srnn(8, 4, strength=INF), ("strength=inf", "finite")),
    Bad("a bias as text", lambda: loss_free(8, 4, strength="0.1"), ("strength='0.1'", "number")),
    Bad("no strength", lambda: loss_free(8, 4, strength=None), ("strength=None", "number")),
    Bad("an average that keeps everything", lambda: srnn(8, 4, ema=1.0), ("ema=1.0", "[0, 1)")),
    Bad("an average of NaN", lambda: srnn(8, 4, ema=NAN), ("ema=nan", "[0, 1)")),
    Bad("an average as text", lambda: srnn(8, 4, ema="slow"), ("ema='slow'", "[0, 1)")),
    Bad("a newborn's saturation of NaN", lambda: SaturationBias(4, start=NAN), ("start=nan", "finite")),
    Bad("a bias for no experts", lambda: LossFreeBias(0), ("n_experts=0", "at least 1")),
    Bad("thresholds for half an expert", lambda: ExpertThresholds(0.5), ("n_experts=0.5", "whole number")),
    Bad("jitter wider than the logits", lambda: Jitter(1.5), ("width=1.5", "[0, 1)")),
    Bad("a capacity of nothing", lambda: switch(8, 4, capacity_factor=0.0), ("capacity_factor=0.0", "above 0")),
    Bad("a capacity below nothing", lambda: gshard(8, 4, capacity_factor=-1.0), ("capacity_factor=-1.0", "above 0")),
    Bad("a capacity of NaN", lambda: switch(8, 4, capacity_factor=NAN), ("capacity_factor=nan", "above 0")),
    Bad("a capacity without end", lambda: expert_choice(8, 4, capacity_factor=INF), ("capacity_factor=inf", "finite")),
    Bad("a quota of NaN", lambda: Quota(2, NAN), ("capacity_factor=nan", "above 0")),
    Bad("a capacity as text", lambda: ExpertChoice("1.25"), ("capacity_factor='1.25'", "number")),
    Bad("a capacity around nothing", lambda: Capacity(None, 1.0), ("select=None", "TopK")),
    Bad("a probability above 1", lambda: top_p(8, 4, tau=1.2), ("tau=1.2", "(0, 1]")),
    Bad("a probability of NaN", lambda: top_p(8, 4, tau=NAN), ("tau=nan", "(0, 1]")),
    Bad("a threshold of NaN", lambda: threshold(8, 4, threshold=NAN), ("threshold=nan", "finite")),
    Bad("Sinkhorn without a temperature", lambda: s_base(8, 4, epsilon=0.0), ("epsilon=0.0", "above 0")),
    Bad("Sinkhorn with one of NaN", lambda: s_base(8, 4, epsilon=NAN), ("epsilon=nan", "above 0")),
    Bad("Sinkhorn that never starts", lambda: Sinkhorn(0.1, after(0)), ("0", "at least 1")),
    Bad("Sinkhorn that never ends", lambda: Sinkhorn(0.1, within(0.0)), ("0.0", "above 0")),
    Bad("a temperature below nothing", lambda: Router(cosine(8, 4).score.__class__(8, 4, temperature=-1), [], TopK(1)), ("temperature=-1", "above 0")),
    Bad("repulsion of NaN", lambda: spectra(8, 4, strength=NAN), ("strength=nan", "finite")),
    Bad("no room for directions", lambda: spectra(8, 4, r=0), ("r=0", "at least 1")),
    Bad("a state of no numbers", lambda: TimeGRU(8, 4, hidden=0), ("hidden=0", "at least 1")),
    Bad("a misspelt router", lambda: ROUTERS["topk"], ("'topk'", "top_k"), KeyError),
    Bad("a misspelt option of a router", lambda: ROUTERS["loss_free"](8, 4, strenght=1.0), ("strenght=1.0", "strength")),
    Bad("a misspelt knob", lambda: loss_free(8, 4).set(strenght=0.1), ("strenght", "strength")),
    Bad("a knob turned to NaN", lambda: loss_free(8, 4).set(strength=NAN), ("strength=nan", "finite")),
    Bad("no selection", lambda: Router(Linear(8, 4), [], None), ("select=None", "TopK")),
    Bad("no score", lambda: Router(None, [], TopK(1)), ("score=None", "Linear")),
    Bad("one adjustment without a list", lambda: Router(Linear(8, 4), LossFreeBias(4), TopK(1)), ("adjustments", "list")),
    Bad("parts of different sizes", lambda: Router(Linear(8, 4), [LossFreeBias(5)], TopK(1)), ("4", "5", "experts")),
    # what it is asked about
    Bad("tokens in whole numbers", lambda: top_k(8, 4)(torch.ones(3, 8, dtype=torch.long)), ("x", "int64", "float")),
    Bad("tokens of another width", lambda: top_k(8, 4)(torch.randn(3, 7)), ("x", "7", "8")),
    Bad("tokens in three dimensions", lambda: top_k(8, 4)(torch.randn(2, 3, 8)), ("x", "(2, 3, 8)", "(T, d)")),
    Bad("one token alone", lambda: top_k(8, 4)(torch.randn(8)), ("x", "(8,)", "(T, d)")),
    Bad("tokens from NumPy", lambda: top_k(8, 4)(np.ones((3, 8), dtype=np.float32)), ("x", "ndarray", "tensor")),
    Bad("tokens in a list", lambda: top_k(8, 4)([[0.0] * 8]), ("x", "list", "tensor")),
    Bad("no tokens at all", lambda: top_k(8, 4)(None), ("x", "None", "tensor")),
    Bad("complex tokens", lambda: top_k(8, 4)(torch.randn(3, 8, dtype=torch.complex64)), ("x", "complex64", "float")),
    Bad("a token of NaN", lambda: top_k(8, 4)(X.index_fill(0, torch.tensor([2]), NAN)), ("token 2", "NaN")),
    Bad("a token without end", lambda: top_k(8, 4)(X.index_fill(0, torch.tensor([1]), INF)), ("token 1", "finite")),
    Bad("a context that is a mask", lambda: top_k(8, 4)(X, torch.ones(6).bool()), ("context", "Tensor", "Context")),
    Bad("a mask of numbers", lambda: top_k(8, 4)(X, Context(mask=torch.ones(6))), ("context.mask", "float32", "bool")),
    Bad("a mask of another length", lambda: top_k(8, 4)(X, Context(mask=torch.ones(5).bool())), ("context.mask", "(5,)", "(6,)")),
    Bad("a mask in a list", lambda: top_k(8, 4)(X, Context(mask=[True] * 6)), ("context.mask", "list", "tensor")),
    Bad("ids with a fraction", lambda: hash_router(8, 4)(X, Context(token_ids=torch.rand(6))), ("context.token_ids", "float32", "int64")),
    Bad("ids below nothing", lambda: hash_router(8, 4)(X, Context(token_ids=torch.arange(6) - 3)), ("context.token_ids", "-3", "at least 0")),
    Bad("a hash without ids", lambda: hash_router(8, 4)(X), ("context.token_ids", "None")),
    Bad("sequences that go back", lambda: top_k(8, 4)(X, Context(sequence=torch.tensor([0, 0, 1, 1, 0, 0]))), ("context.sequence", "decreas")),
    Bad("sequences with a fraction", lambda: top_k(8, 4)(X, Context(sequence=torch.rand(6).sort().values)), ("context.sequence", "float32", "int64")),
    # what it is told
    Bad("counts of NaN", lambda: told(counts=torch.full((4,), NAN)), ("feedback.counts", "nan", "finite")),
    Bad("counts below nothing", lambda: told(counts=torch.tensor([1.0, -2.0, 0.0, 0.0])), ("feedback.counts", "-2.0", "at least 0")),
    Bad("gradients of NaN", lambda: told(gradient=torch.full((4,), NAN)), ("feedback.gradient", "nan", "finite")),
    Bad("counts of other experts", lambda: told(counts=torch.ones(5)), ("feedback.counts", "4 experts")),
    Bad("counts in a list", lambda: told(counts=[1.0] * 4), ("feedback.counts", "tensor")),
    Bad("the routing in the place of feedback", lambda: loss_free(8, 4).after_step(decided()), ("feedback", "Routing", "layer.feedback")),
    # losses
    Bad("a loss of the logits", lambda: switch_loss(decided().logits), ("routing", "Tensor", "Routing")),
    Bad("a loss of all layers", lambda: z_loss([decided()]), ("routing", "list", "Routing")),
    Bad("a loss of nothing", lambda: importance_loss(None), ("routing", "None", "Routing")),
    Bad("a load loss without noise", lambda: load_loss(decided()), ("noise_std", "load loss")),
    Bad("orthogonality without centroids", lambda: srip(decided()), ("centroids",)),
    # decisions by hand
    Bad("an expert that is not there", lambda: assign(torch.tensor([0]), torch.tensor([9]), torch.ones(1), 1, 4), ("expert", "9", "4")),
    Bad("an expert below nothing", lambda: assign(torch.tensor([0]), torch.tensor([-1]), torch.ones(1), 1, 4), ("expert", "-1", "4")),
    Bad("a token that is not there", lambda: assign(torch.tensor([5]), torch.tensor([0]), torch.ones(1), 1, 4), ("token", "5", "1")),
    Bad("pairs of different length", lambda: assign(torch.tensor([0, 1]), torch.tensor([0]), torch.ones(1), 2, 4), ("expert", "(1,)", "(2,)")),
    Bad("weights of another length", lambda: assign(torch.tensor([0]), torch.tensor([0]), torch.ones(2), 1, 4), ("weight", "(2,)", "(1,)")),
    Bad("a pair that stands twice", lambda: check(assign(torch.tensor([0, 0]), torch.tensor([1, 1]), torch.ones(2), 1, 4)), ("twice",)),
    Bad("an assignment without an end", lambda: base(8, 4)(X * INF), ("token 0", "finite")),
    Bad("a selection called with logits alone", lambda: Assignment("sigmoid"), ("gate='sigmoid'", "function")),
]  # fmt: skip
