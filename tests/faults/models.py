"Mistakes with the kit's models: language models and how they write, autoencoder, classifier, the layer on the plane."

import numpy as np
import torch
from faults.table import Bad

from moe_lab import Bottleneck, MoE, top_k
from moe_lab.models.language import DecoderSettings, decoder
from moe_lab.models.language.generation import ExpertChoiceTransformer, generate
from moe_lab.models.language.reading import token_losses
from moe_lab.models.language.upcycling import upcycled
from moe_lab.models.vision.autoencoder import MoEAutoencoder
from moe_lab.models.vision.classifier import MoEClassifier

SHAPE = {"vocabulary": 20, "d": 16, "heads": 2, "layers": 1, "hidden": 8, "n_experts": 4, "k": 2, "length": 8}
WORDS = torch.randint(0, 20, (2, 6))


def shape(**changes):
    return DecoderSettings(**SHAPE | changes)


def model(**changes):
    torch.manual_seed(0)
    return decoder(shape(**changes))


def layer(d=16):
    return MoE(top_k(d, 4), Bottleneck(d, 8, 4))


ROWS = [
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
    Bad("pictures of another size", lambda: MoEAutoencoder(layer(), 3, 16, 16)(torch.rand(2, 3, 9, 9)), ("images", "(2, 3, 9, 9)", "16")),
    Bad("pictures without colours", lambda: MoEAutoencoder(layer(), 3, 16, 16)(torch.rand(2, 8, 8)), ("images", "(2, 8, 8)", "(B, C, s, s)")),
    Bad("pictures in bytes", lambda: MoEAutoencoder(layer(), 3, 16, 16)(torch.zeros(2, 3, 8, 8, dtype=torch.uint8)), ("images", "uint8", "float")),
    Bad("a classifier of no classes", lambda: MoEClassifier(lambda i: layer(), 1, 0, d=16), ("classes=0", "at least 1")),
    Bad("a classifier of other pixels", lambda: MoEClassifier(lambda i: layer(), 1, 3, size=8, d=16)(torch.rand(2, 3, 9, 9)), ("images", "(2, 3, 9, 9)", "8")),
    Bad("a function in the place of experts", lambda: MoEAutoencoder(lambda x: x, 3, 16, 16), ("moe", "function", "nn.Module")),
]  # fmt: skip
