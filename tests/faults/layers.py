"Mistakes with routers, decisions, losses, experts, layers and models."

import numpy as np
import torch
from faults.table import Bad
from torch import nn

from moe_lab import Bottleneck, Context, MoE, observe, switch_loss, top_k, upcycle, z_loss
from moe_lab.experts.dispatch import apply_experts
from moe_lab.experts.experts import FFN, SwiGLU
from moe_lab.experts.soft import SoftMoE
from moe_lab.models.language import DecoderSettings, decoder
from moe_lab.models.language.generation import ExpertChoiceTransformer, generate
from moe_lab.models.language.reading import token_losses
from moe_lab.models.language.upcycling import upcycled
from moe_lab.models.vision.autoencoder import MoEAutoencoder
from moe_lab.models.vision.classifier import MoEClassifier
from moe_lab.routing.adjustments import (
    Centred,
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
    srnn_centred,
    switch,
    threshold,
    top_p,
)
from moe_lab.routing.router import ROUTERS, Router
from moe_lab.routing.scores import Linear, TimeGRU
from moe_lab.routing.selection import TopK
from moe_lab.routing.sinkhorn import Sinkhorn, after, within

X, NAN, INF = torch.randn(6, 8), float("nan"), float("inf")
SHAPE = {"vocabulary": 20, "d": 16, "heads": 2, "layers": 1, "hidden": 8, "n_experts": 4, "k": 2, "length": 8}
WORDS = torch.randint(0, 20, (2, 6))


def decided():
    return top_k(8, 4, 2)(X)


def told(**feedback):
    loss_free(8, 4).after_step(Feedback(**{"counts": torch.ones(4), "gradient": torch.zeros(4)} | feedback))


def layer(k=2):
    torch.manual_seed(0)
    return MoE(top_k(8, 4, k), Bottleneck(8, 16, 4))


def grown(optimizer):
    moe = layer()
    moe.grow(1, optimizer(moe))


def lbfgs(moe):
    optimizer = torch.optim.LBFGS(moe.parameters())
    optimizer.state[moe.experts.w1] = {"d": torch.ones(40)}
    return optimizer


def shape(**changes):
    return DecoderSettings(**SHAPE | changes)


def model(**changes):
    torch.manual_seed(0)
    return decoder(shape(**changes))


def sparse(d):
    return MoE(top_k(d, 4), Bottleneck(d, 8, 4))


ROUTING = [
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
    Bad("averages that never move", lambda: Centred(4, ema=1.0), ("ema=1.0", "[0, 1)")),
    Bad("centred logits of no expert", lambda: Centred(0), ("n_experts=0", "at least 1")),
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
    Bad("moments of other experts", lambda: told(moments=torch.ones(5, 2)), ("feedback.moments", "4 experts")),
    Bad("no moments where they are needed", lambda: srnn_centred(8, 4).after_step(Feedback(torch.ones(4), torch.zeros(4))), ("feedback.moments=None", "layer.feedback")),
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

LAYERS = [
    Bad("experts without a width", lambda: Bottleneck(0, 16, 4), ("d=0", "at least 1")),
    Bad("experts without units", lambda: FFN(8, 0, 4), ("hidden=0", "at least 1")),
    Bad("no experts in a stack", lambda: SwiGLU(8, 16, 0), ("n_experts=0", "at least 1")),
    Bad("units with a fraction", lambda: FFN(8, 16.5, 4), ("hidden=16.5", "whole number")),
    Bad("experts as a list", lambda: MoE(top_k(8, 4), [nn.Linear(8, 8)] * 4), ("experts", "list", "Bottleneck")),
    Bad("one module for all experts", lambda: MoE(top_k(8, 4), nn.Linear(8, 8)), ("experts", "Linear", "Bottleneck")),
    Bad("no router", lambda: MoE(None, FFN(8, 16, 4)), ("router=None", "top_k")),
    Bad("a linear map for a router", lambda: MoE(nn.Linear(8, 4), FFN(8, 16, 4)), ("router", "Linear", "top_k")),
    Bad("router and experts the other way round", lambda: MoE(FFN(8, 16, 4), top_k(8, 4)), ("router", "FFN", "top_k")),
    Bad("a router for more experts", lambda: MoE(top_k(8, 5), FFN(8, 16, 4)), ("router is for 5", "holds 4")),
    Bad("a router of another width", lambda: MoE(top_k(16, 4), FFN(8, 16, 4))(X), ("x", "(6, 8)", "16")),
    Bad("layer: another width", lambda: layer()(torch.randn(3, 7)), ("(3, 7)", "8")),
    Bad("layer: tokens in whole numbers", lambda: layer()(torch.ones(3, 8, dtype=torch.long)), ("x", "int64", "float")),
    Bad("layer: NumPy", lambda: layer()(np.ones((3, 8), dtype=np.float32)), ("x", "ndarray", "tensor")),
    Bad("layer: a list", lambda: layer()([[0.0] * 8]), ("x", "list", "tensor")),
    Bad("layer: nothing", lambda: layer()(None), ("x", "None", "tensor")),
    Bad("layer: a number", lambda: layer()(torch.tensor(1.0)), ("x", "()", "8")),
    Bad("layer: a token of NaN", lambda: layer()(X * NAN), ("token 0", "NaN")),
    Bad("layer: a mask instead of a context", lambda: layer()(X, torch.ones(6).bool()), ("context", "Tensor", "Context")),
    Bad("layer: more bits than its own", lambda: layer()(X.double()), ("x is torch.float64", "router is torch.float32")),
    Bad("a bias that fills the full", lambda: loss_free(8, 4, 2, strength=-1), ("strength=-1", "at least 0")),
    Bad("layer: half precision in, none in the experts", lambda: layer()(X.long().bool()), ("x", "bool", "float")),
    Bad("growing by nobody", lambda: layer().grow(0), ("n=0", "at least 1")),
    Bad("growing backwards", lambda: layer().grow(-2), ("n=-2", "at least 1")),
    Bad("growing by a half", lambda: layer().grow(1.5), ("n=1.5", "whole number")),
    Bad("growing by an optimizer", lambda: grown(lambda m: 1), ("optimizer=1", "torch.optim")),
    Bad("growing with an optimizer of another model", lambda: grown(lambda m: torch.optim.Adam(layer().parameters())), ("Adam", "does not hold", "router.score.weight")),
    Bad("growing under L-BFGS", lambda: grown(lbfgs), ("LBFGS", "experts.w1", "(40,)")),
    Bad("pruning everybody", lambda: layer().prune([]), ("keep=[]", "[0, 4)")),
    Bad("pruning to strangers", lambda: layer().prune([0, 9]), ("keep=[0, 9]", "[0, 4)")),
    Bad("pruning to twins", lambda: layer().prune([1, 1]), ("keep=[1, 1]", "different")),
    Bad("pruning from behind", lambda: layer().prune([0, -1]), ("keep=[0, -1]", "[0, 4)")),
    Bad("pruning to fractions", lambda: layer().prune([0.5, 1.7]), ("keep=[0.5, 1.7]", "whole numbers")),
    Bad("pruning by a mask", lambda: layer().prune([True, True, False, False]), ("keep=[True", "whole numbers")),
    Bad("pruning by a mask in a tensor", lambda: layer().prune(torch.tensor([True, True, False, False])), ("keep=[True", "whole numbers")),
    Bad("pruning to a number", lambda: layer().prune(2), ("keep=2", "list")),
    Bad("pruning by name", lambda: layer().prune("01"), ("keep=", "whole numbers")),
    Bad("pruning to fewer than a token visits", lambda: layer().prune([0]), ("k=2", "n_experts=1")),
    Bad("feedback of nothing", lambda: layer().feedback([]), ("routings", "empty")),
    Bad("feedback of one routing without a list", lambda: layer().feedback(decided()), ("routings", "list")),
    Bad("feedback of names and routings", lambda: layer().feedback([("moe", decided())]), ("routings", "tuple", "Routing")),
    Bad("feedback of other experts", lambda: layer().feedback([top_k(8, 5)(X)]), ("routings", "5", "4")),
    Bad("looking at no model", lambda: observe(None).__enter__(), ("model=None", "nn.Module")),
    Bad("upcycling what is sparse", lambda: upcycle(FFN(8, 16, 4), top_k(8, 4), 4), ("dense holds 4",)),
    Bad("upcycling a linear map", lambda: upcycle(nn.Linear(8, 8), top_k(8, 4), 4), ("dense", "Linear", "stack of one")),
    Bad("upcycling to nobody", lambda: upcycle(FFN(8, 16, 1), top_k(8, 4), 0), ("n_experts=0", "at least 1")),
    Bad("upcycling with a router for others", lambda: upcycle(FFN(8, 16, 1), top_k(8, 5), 4), ("router is for 5", "holds 4")),
    Bad("dispatch: a routing of other tokens", lambda: apply_experts(X[:3], decided(), FFN(8, 16, 4)), ("6", "3", "tokens")),
    Bad("dispatch: a routing to other experts", lambda: apply_experts(X, decided(), FFN(8, 16, 5)), ("4", "5", "experts")),
    Bad("dispatch: another width", lambda: apply_experts(torch.randn(6, 7), decided(), FFN(8, 16, 4)), ("(6, 7)", "8")),
    Bad("soft experts without slots", lambda: SoftMoE(FFN(8, 16, 4), 0), ("slots", "0", "at least 1")),
]  # fmt: skip

MODELS = [
    Bad("a language without words", lambda: shape(vocabulary=0), ("vocabulary=0", "at least 1")),
    Bad("a stream without a width", lambda: shape(d=0), ("d=0", "at least 1")),
    Bad("attention without heads", lambda: shape(heads=0), ("heads=0", "at least 1")),
    Bad("heads that do not divide the width", lambda: shape(heads=3), ("heads=3", "16")),
    Bad("an odd head under rotary positions", lambda: shape(d=6, heads=2), ("d=6", "heads=2", "rotary")),
    Bad("a model without layers", lambda: shape(layers=0), ("layers=0", "at least 1")),
    Bad("half a layer", lambda: shape(layers=1.5), ("layers=1.5", "whole number")),
    Bad("a text of no length", lambda: shape(length=0), ("length=0", "at least 1")),
    Bad("a model that chooses more than there is", lambda: shape(k=5), ("k=5", "n_experts=4")),
    Bad("a model that chooses nobody", lambda: shape(k=0), ("k=0", "at least 1")),
    Bad("shared experts below nothing", lambda: shape(shared=-1), ("shared=-1", "at least 0")),
    Bad("a router that is not offered", lambda: shape(router="topk"), ("router='topk'", "top_k")),
    Bad("positions that are not offered", lambda: shape(positions="rope"), ("positions='rope'", "rotary")),
    Bad("more dense layers than layers", lambda: shape(first_k_dense_replace=2), ("first_k_dense_replace=2", "layers=1")),
    Bad("a frequency of nothing", lambda: shape(moe_layer_freq=0), ("moe_layer_freq=0", "at least 1")),
    Bad("a model by its name", lambda: decoder("small"), ("settings='small'", "DecoderSettings")),
    Bad("a word that is not there", lambda: model()(torch.tensor([[1, 99]])), ("tokens", "99", "[0, 20)")),
    Bad("a word below nothing", lambda: model()(torch.tensor([[1, -7]])), ("tokens", "-7", "[0, 20)")),
    Bad("words with a fraction", lambda: model()(torch.rand(2, 6)), ("tokens", "float32", "int64")),
    Bad("words in one row", lambda: model()(torch.tensor([1, 2])), ("tokens", "(2,)", "(B, S)")),
    Bad("words from NumPy", lambda: model()(np.ones((2, 6), dtype=np.int64)), ("tokens", "ndarray", "tensor")),
    Bad("words as text", lambda: model()("hello"), ("tokens", "str", "tensor")),
    Bad("no words", lambda: model()(None), ("tokens", "None", "tensor")),
    Bad("a mask of another shape", lambda: model()(WORDS, torch.ones(2, 5).bool()), ("mask", "(2, 5)", "(2, 6)")),
    Bad("a mask of ones and zeros", lambda: model()(WORDS, torch.ones(2, 6)), ("mask", "float32", "bool")),
    Bad("a text longer than learned positions", lambda: model(positions="learned")(torch.ones(1, 9, dtype=torch.long)), ("9", "8")),
    Bad("texts of one word", lambda: token_losses(model(), WORDS[:, :1]), ("batch", "(2, 1)", "one token")),
    Bad("writing nothing", lambda: generate(model(), WORDS, 0), ("n=0", "at least 1")),
    Bad("writing backwards", lambda: generate(model(), WORDS, -3), ("n=-3", "at least 1")),
    Bad("writing below freezing", lambda: generate(model(), WORDS, 2, temperature=-1.0), ("temperature=-1.0", "at least 0")),
    Bad("writing at a temperature of NaN", lambda: generate(model(), WORDS, 2, temperature=float("nan")), ("temperature=nan", "finite")),
    Bad("writing from the likeliest none", lambda: generate(model(), WORDS, 2, top_k=0), ("top_k=0", "at least 1")),
    Bad("writing on from nothing", lambda: generate(model(), WORDS[:, :0], 2), ("prompt", "(2, 0)", "one token")),
    Bad("writing on from text", lambda: generate(model(), "once upon", 2), ("prompt", "str", "tensor")),
    Bad("writing on from padding", lambda: generate(model(), torch.tensor([[1, -1]]), 2), ("prompt", "-1", "[0, 20)")),
    Bad("experts that choose without a capacity", lambda: ExpertChoiceTransformer(expert_capacity=0).build(20), ("expert_capacity=0", "at least 1")),
    Bad("experts that choose for no vocabulary", lambda: ExpertChoiceTransformer().build(0), ("vocabulary=0", "at least 1")),
    Bad("upcycling what is sparse already", lambda: upcycled(model(), lambda i: top_k(16, 4), 4), ("model", "dense")),
    Bad("pictures of another size", lambda: MoEAutoencoder(sparse(16), 3, 16, 16)(torch.rand(2, 3, 9, 9)), ("images", "(2, 3, 9, 9)", "16")),
    Bad("pictures without colours", lambda: MoEAutoencoder(sparse(16), 3, 16, 16)(torch.rand(2, 8, 8)), ("images", "(2, 8, 8)", "(B, C, s, s)")),
    Bad("pictures in bytes", lambda: MoEAutoencoder(sparse(16), 3, 16, 16)(torch.zeros(2, 3, 8, 8, dtype=torch.uint8)), ("images", "uint8", "float")),
    Bad("a classifier of no classes", lambda: MoEClassifier(lambda i: sparse(16), 1, 0, d=16), ("classes=0", "at least 1")),
    Bad("a classifier of other pixels", lambda: MoEClassifier(lambda i: sparse(16), 1, 3, size=8, d=16)(torch.rand(2, 3, 9, 9)), ("images", "(2, 3, 9, 9)", "8")),
    Bad("a function in the place of experts", lambda: MoEAutoencoder(lambda x: x, 3, 16, 16), ("moe", "function", "nn.Module")),
]  # fmt: skip

ROWS = ROUTING + LAYERS + MODELS
