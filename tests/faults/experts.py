"Mistakes with experts, sparse layers, growth, upcycling and who looks at decisions."

import numpy as np
import torch
from faults.table import Bad
from torch import nn

from moe_lab import Bottleneck, MoE, observe, top_k, upcycle
from moe_lab.experts.dispatch import apply_experts
from moe_lab.experts.experts import FFN, SwiGLU
from moe_lab.experts.soft import SoftMoE

X, NAN = torch.randn(6, 8), float("nan")


def layer(k=2):
    torch.manual_seed(0)
    return MoE(top_k(8, 4, k), Bottleneck(8, 16, 4))


def routing():
    return top_k(8, 4, 2)(X)


def grown(optimizer):
    moe = layer()
    moe.grow(1, optimizer(moe))


def lbfgs(moe):
    optimizer = torch.optim.LBFGS(moe.parameters())
    optimizer.state[moe.experts.w1] = {"d": torch.ones(40)}
    return optimizer


ROWS = [
    Bad("experts without a width", lambda: Bottleneck(0, 16, 4), ("d=0", "at least 1")),
    Bad("experts without units", lambda: FFN(8, 0, 4), ("hidden=0", "at least 1")),
    Bad("no experts in a stack", lambda: SwiGLU(8, 16, 0), ("n_experts=0", "at least 1")),
    Bad("units with a fraction", lambda: FFN(8, 16.5, 4), ("hidden=16.5", "whole number")),
    Bad("experts as a list", lambda: MoE(top_k(8, 4), [nn.Linear(8, 8)] * 4), ("experts", "list", "Bottleneck")),
    Bad("one module for all experts", lambda: MoE(top_k(8, 4), nn.Linear(8, 8)), ("experts", "Linear", "Bottleneck")),
    Bad("no router", lambda: MoE(None, FFN(8, 16, 4)), ("router=None", "top_k")),
    Bad("a linear map for a router", lambda: MoE(nn.Linear(8, 4), FFN(8, 16, 4)), ("router", "Linear", "top_k")),
    Bad("router and experts the other way round", lambda: MoE(FFN(8, 16, 4), top_k(8, 4)), ("router", "FFN", "top_k")),
    Bad("a router for more experts", lambda: MoE(top_k(8, 5), FFN(8, 16, 4)), ("[5]", "4")),
    Bad("a router of another width", lambda: MoE(top_k(16, 4), FFN(8, 16, 4))(X), ("x", "(6, 8)", "16")),
    Bad("layer: another width", lambda: layer()(torch.randn(3, 7)), ("(3, 7)", "8")),
    Bad("layer: tokens in whole numbers", lambda: layer()(torch.ones(3, 8, dtype=torch.long)), ("x", "int64", "float")),
    Bad("layer: NumPy", lambda: layer()(np.ones((3, 8), dtype=np.float32)), ("x", "ndarray", "tensor")),
    Bad("layer: a list", lambda: layer()([[0.0] * 8]), ("x", "list", "tensor")),
    Bad("layer: nothing", lambda: layer()(None), ("x", "None", "tensor")),
    Bad("layer: a number", lambda: layer()(torch.tensor(1.0)), ("x", "()", "8")),
    Bad("layer: a token of NaN", lambda: layer()(X * NAN), ("token 0", "NaN")),
    Bad("layer: a mask instead of a context", lambda: layer()(X, torch.ones(6).bool()), ("context", "Tensor", "Context")),
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
    Bad("feedback of one routing without a list", lambda: layer().feedback(routing()), ("routings", "list")),
    Bad("feedback of names and routings", lambda: layer().feedback([("moe", routing())]), ("routings", "tuple", "Routing")),
    Bad("feedback of other experts", lambda: layer().feedback([top_k(8, 5)(X)]), ("routings", "5", "4")),
    Bad("looking at no model", lambda: observe(None).__enter__(), ("model=None", "nn.Module")),
    Bad("upcycling what is sparse", lambda: upcycle(FFN(8, 16, 4), top_k(8, 4), 4), ("dense holds 4",)),
    Bad("upcycling a linear map", lambda: upcycle(nn.Linear(8, 8), top_k(8, 4), 4), ("dense", "Linear", "stack of one")),
    Bad("upcycling to nobody", lambda: upcycle(FFN(8, 16, 1), top_k(8, 4), 0), ("n_experts=0", "at least 1")),
    Bad("upcycling with a router for others", lambda: upcycle(FFN(8, 16, 1), top_k(8, 5), 4), ("[5]", "4")),
    Bad("dispatch: a routing of other tokens", lambda: apply_experts(X[:3], routing(), FFN(8, 16, 4)), ("6", "3", "tokens")),
    Bad("dispatch: a routing to other experts", lambda: apply_experts(X, routing(), FFN(8, 16, 5)), ("4", "5", "experts")),
    Bad("dispatch: another width", lambda: apply_experts(torch.randn(6, 7), routing(), FFN(8, 16, 4)), ("(6, 7)", "8")),
    Bad("soft experts without slots", lambda: SoftMoE(FFN(8, 16, 4), 0), ("slots", "0", "at least 1")),
]  # fmt: skip
