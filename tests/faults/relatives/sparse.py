"Mistakes with masks, stored layers, evolution, sparse experts, and with what a sparse training is asked for."

import torch
from faults.table import Bad, Refused, command
from torch import nn

from moe_lab.data.vision.loading import load_images
from moe_lab.experiments.systems.sparse.settings import SetSettings
from moe_lab.experts.experts import FFN
from moe_lab.models.vision.mlp import MLP, linear_shapes
from moe_lab.sparse.as_routing import input_routing
from moe_lab.sparse.choice import sparse_linear
from moe_lab.sparse.evolution import EVOLUTIONS, evolve, exchange
from moe_lab.sparse.experts import SparseStack, sparse_experts
from moe_lab.sparse.masks import DENSITIES, density_of, erdos_renyi, erk, put_masks, random_mask, uniform
from moe_lab.sparse.storage import SparseLinear, stored_linear
from moe_lab.training.schedules import Constant
from moe_lab.training.sparse.evolution import Evolution, dice_of

NAN = float("nan")
SHAPES = {"a": (4, 8)}
MASK = torch.ones(4, 8, dtype=torch.bool)
DICE = torch.Generator()
SET, RIGL = EVOLUTIONS["set"], EVOLUTIONS["rigl"]


def layer() -> SparseLinear:
    return SparseLinear(8, 4, random_mask((4, 8), 0.5))


ROWS = [
    Bad("no connections", lambda: random_mask((4, 8), 0), ("density=0", "above 0")),
    Bad("less than none", lambda: uniform(SHAPES, -0.1), ("density=-0.1", "above 0")),
    Bad("more than all", lambda: erdos_renyi(SHAPES, 1.01), ("density=1.01", "at most 1")),
    Bad("a density of NaN", lambda: erk(SHAPES, NAN), ("density=nan", "above 0")),
    Bad("a density in words", lambda: uniform(SHAPES, "5 %"), ("density='5 %'", "above 0")),
    Bad("a share for a bias", lambda: erk({"b": (8,)}, 0.1), ("shapes['b']=(8,)", "units out and units in")),
    Bad("a layer of no units", lambda: uniform({"a": (0, 8)}, 0.1), ("shapes['a'][0]=0", "at least 1")),
    Bad("no layers", lambda: uniform({}, 0.1), ("shapes is empty",)),
    Bad("the density of nothing", lambda: density_of({}), ("masks is empty",)),
    Bad("a rule misspelt", lambda: DENSITIES["erdos"], ("rule for densities", "erdos_renyi"), KeyError),
    Bad(
        "a mask for nobody",
        lambda: put_masks(nn.Sequential(nn.Linear(8, 4)), {"1.weight": MASK}),
        ("no weight '1.weight'", "0.weight"),
    ),
    Bad(
        "a mask of another shape",
        lambda: put_masks(nn.Linear(4, 8), {"weight": MASK}),
        ("masks['weight']", "(4, 8)", "needs torch.bool (8, 4)"),
    ),
    Bad(
        "a mask of 0 and 1",
        lambda: put_masks(nn.Linear(8, 4), {"weight": MASK.float()}),
        ("torch.float32", "needs torch.bool"),
    ),
    Bad(
        "a mask as a list",
        lambda: put_masks(nn.Linear(8, 4), {"weight": MASK.tolist()}),
        ("masks['weight'] is a list", "needs Tensor"),
    ),
    Bad(
        "a layer without connections",
        lambda: sparse_linear(~MASK),
        ("0 connections", "one connection or more"),
    ),
    Bad("a layer of a list", lambda: sparse_linear([[1, 0]]), ("is a list", "bool (units out, units in)")),
    Bad(
        "a masked layer of a list",
        lambda: sparse_linear([[True]], storage="masked"),
        ("is a list", "bool (units out, units in)"),
    ),
    Bad(
        "a masked layer of one row",
        lambda: sparse_linear(MASK[0], storage="masked"),
        ("torch.bool (8,)", "bool (units out, units in)"),
    ),
    Bad("a mask on its side", lambda: SparseLinear(4, 8, MASK), ("mask: (4, 8), needs (8, 4)",)),
    Bad("a storage misspelt", lambda: sparse_linear(MASK, storage="store"), ("storage='store'", "'stored'")),
    Bad("rows of another width", lambda: layer()(torch.ones(2, 4)), ("x: shape (2, 4)", "(…, 8)")),
    Bad(
        "connections that become more",
        lambda: put_masks(nn.Sequential(layer()), {"0.weight": MASK}),
        ("32 connections, needs 16",),
    ),
    Bad("a stored layer of nothing", lambda: stored_linear(nn.Linear(8, 4), ~MASK), ("0 connections",)),
    Bad("ζ below 0", lambda: evolve(layer(), SET, -0.1, DICE), ("zeta=-0.1", "from 0")),
    Bad("ζ above 1", lambda: evolve(layer(), SET, 1.1, DICE), ("zeta=1.1", "to 1")),
    Bad("ζ of NaN", lambda: exchange(SET, torch.ones(1, 2), MASK[:1, :2], NAN, DICE), ("zeta=nan",)),
    Bad(
        "RigL without gradients",
        lambda: evolve(layer(), RIGL, 0.3, DICE),
        ("gradient=None", "dense_gradients"),
    ),
    Bad("a rule by name", lambda: Evolution("set", Constant(0.3), 1, 9), ("rule='set'", "EVOLUTIONS['set']")),
    Bad("ζ that is no schedule", lambda: Evolution(SET, 0.3, 1, 9), ("zeta=0.3", "needs a function")),
    Bad("an exchange each 0 steps", lambda: Evolution(SET, Constant(0.3), 0, 9), ("every=0", "at least 1")),
    Bad("exchanges until −1", lambda: Evolution(SET, Constant(0.3), 1, -1), ("until=-1", "at least 0")),
    Bad("dice below 0", lambda: dice_of(-1, 0), ("seed=-1", "from 0")),
    Bad("experts without connections", lambda: sparse_experts(FFN, 8, 16, 2, 0), ("density=0",)),
    Bad(
        "masks of a weight that experts lack",
        lambda: SparseStack(FFN(8, 16, 2), {"w3": MASK}),
        ("masks: for w3", "needs some of w1, w2"),
    ),
    Bad(
        "masks for fewer experts",
        lambda: SparseStack(FFN(8, 4, 2), {"w1": MASK.T[None]}),
        ("masks['w1']", "needs torch.bool (2, 8, 4)"),
    ),
    Bad("the inputs of a matrix", lambda: input_routing(MASK.float()), ("torch.float32", "needs bool")),
    Bad("a network of one size", lambda: MLP([8]), ("sizes=(8,)", "inputs and classes")),
    Bad("a layer of half a unit", lambda: linear_shapes([8, 0.5, 2]), ("sizes[1]=0.5", "whole number")),
    Bad("a sparse training of density 0", lambda: SetSettings(density=0), ("density=0", "above 0")),
    Bad("a sparse training of ζ = 2", lambda: SetSettings(zeta=2), ("zeta=2", "to 1")),
    Bad("a wiring misspelt", lambda: SetSettings(wiring="rig"), ("wiring='rig'", "'rigl'")),
    Bad("exchanges to the end", lambda: SetSettings(exchange_until=1), ("exchange_until=1", "[0, 1)")),
    Bad("exchanges in no time", lambda: SetSettings(exchange_every=0), ("exchange_every=0", "above 0")),
    Bad("no images", lambda: load_images("digits", limit=0), ("limit=0", "at least 1")),
    Bad(
        "a comparison at density 1",
        lambda: command("run", "set", "--density", "1"),
        ("--density 1", "below 1"),
        Refused,
    ),
    Bad(
        "set of data that is not there",
        lambda: command("run", "set", "--workers", "1", "--data", "mnits"),
        ("mnits", "mnist"),
        Exception,
    ),
    Bad("set with ζ in words", lambda: command("run", "set", "--zeta", "some"), ("zeta",), Refused),
]
