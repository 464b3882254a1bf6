"Mistakes with pruning, tickets, the vision transformer, a lottery and `TicketLab`."

import torch
from faults.table import Bad, command
from torch import nn

from moe_lab import TicketLab
from moe_lab.experiments.systems.tickets.settings import TicketSettings
from moe_lab.experiments.systems.tickets.tables import by_seed, curve_points
from moe_lab.explore.tickets.views import MaskPictures, SparsityCurves
from moe_lab.models.vision.vit import ViT, ViTShape, component_weights, vit
from moe_lab.sparse.magnitude import (
    PRUNINGS,
    full_masks,
    mask_overlap,
    named_weights,
    pruned_by_layer,
    pruned_globally,
)
from moe_lab.sparse.tickets import Ticket, importance, put_snapshot, snapshot, sparsities

NET = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
WEIGHTS = named_weights(NET, ["0.weight", "2.weight"])
FULL = full_masks(WEIGHTS)
NAN = {"a": torch.full((2, 2), float("nan"))}
ZEROS = {"0.weight": torch.zeros(3, 4)}


def settings(**given):
    return lambda: TicketSettings(**given)


def score(model):
    return 0.0


ROWS = [
    Bad("all pruned at once", lambda: pruned_globally(WEIGHTS, FULL, 1.0), ("fraction=1.0", "[0, 1)")),
    Bad("a share in per cent", lambda: pruned_by_layer(WEIGHTS, FULL, 20), ("fraction=20", "[0, 1)")),
    Bad("a share below 0", lambda: pruned_globally(WEIGHTS, FULL, -0.1), ("fraction=-0.1", "[0, 1)")),
    Bad(
        "pruning without masks", lambda: pruned_globally(WEIGHTS, {}, 0.2), ("masks: of nothing", "0.weight")
    ),
    Bad("pruning nothing", lambda: pruned_globally({}, {}, 0.2), ("masks: of nothing",)),
    Bad("masks of 0 and 1", lambda: pruned_globally(WEIGHTS, FULL | ZEROS, 0.2), ("float32", "torch.bool")),
    Bad("weights that are NaN", lambda: pruned_globally(NAN, full_masks(NAN), 0.2), ("weights['a']", "NaN")),
    Bad("weights of no layer", lambda: named_weights(NET, ["1.weight"]), ("'1.weight'", "0.weight")),
    Bad(
        "a way to prune misspelt", lambda: PRUNINGS["globl"], ("way to prune", "globl", "'global'"), KeyError
    ),
    Bad("masks of unlike nets", lambda: mask_overlap(FULL, {}), ("masks of", "0.weight")),
    Bad("rounds below 0", lambda: sparsities(-1), ("rounds=-1", "at least 0")),
    Bad("a round of everything", lambda: sparsities(3, 1.0), ("fraction=1.0", "[0, 1)")),
    Bad("a snapshot of another net", lambda: put_snapshot(NET[0], snapshot(NET)), ("only the snapshot has",)),
    Bad(
        "a ticket of another net", lambda: Ticket(snapshot(NET), FULL).into(NET[0]), ("no weight '0.weight'",)
    ),
    Bad("importance of a number", lambda: importance(3, {}, 0.5, score), ("model is an int", "Module")),
    Bad(
        "importance of a weight that is none",
        lambda: importance(NET, {"9.weight": 0}, 0.5, score),
        ("'9.weight'", "0.weight"),
    ),
    Bad("heads that do not fit", lambda: ViTShape(d=30), ("heads=4", "divides d=30")),
    Bad("an odd patch", lambda: ViTShape(patch=3), ("patch=3", "even")),
    Bad("patches that do not tile", lambda: ViT(ViTShape(), 10, size=10), ("size=10", "patch=4")),
    Bad("a transformer of no class", lambda: ViT(ViTShape(), 0), ("classes=0", "at least 1")),
    Bad("a transformer's name misspelt", lambda: vit("smal", 10), ("name='smal'", "'small'")),
    Bad("images in 255 steps", lambda: vit("small", 10)(torch.zeros(1, 3, 8, 8).byte()), ("uint8", "[0, 1]")),
    Bad("components of another model", lambda: component_weights(NET), ("model is a Sequential", "ViT")),
    Bad("rewound to the end", settings(rewind=150), ("rewind=150", "steps=150")),
    Bad("rewound to before the beginning", settings(rewind=-1), ("rewind=-1", "at least 0")),
    Bad("a lottery of no rounds", settings(rounds=0), ("rounds=0", "at least 1")),
    Bad("a lottery that prunes nothing", settings(fraction=0.0), ("fraction=0.0", "above 0")),
    Bad("a lottery that prunes all", settings(fraction=1.0), ("fraction=1.0", "[0, 1)")),
    Bad("a curve that there is not", settings(curves="winner"), ("curves='winner'", "winning ticket")),
    Bad("a component that there is not", settings(components="norm"), ("components='norm'", "attention")),
    Bad("a lottery's model misspelt", settings(model="txt"), ("model='txt'", "'text'")),
    Bad("held-out images of none", settings(test_limit=0), ("test_limit=0", "at least 1")),
    Bad("warm-up to the end", settings(warmup_frac=1.0), ("warmup_frac=1.0", "[0, 1)")),
    Bad(
        "a lottery by the command, rewound too far",
        lambda: command("run", "tickets", "--steps", 4, "--rewind", 9),
        ("--rewind 9", "--steps 4"),
    ),
    Bad("points without curves", lambda: SparsityCurves().show([], [], [], [], 3), ("1 or more",)),
    Bad("pictures of no mask", lambda: MaskPictures().show({}), ("masks is empty",)),
    Bad("a ticket line without its beginning", lambda: TicketLab("steps=3"), ("steps=3", "tickets?")),
    Bad("a lottery of one step", lambda: TicketLab("tickets?steps=1"), ("steps=1", "8 to 300")),
    Bad("another lottery under way", lambda: TicketLab("tickets?3.seed=2"), ("3.", "a new lottery")),
    Bad("an opening of a half", lambda: TicketLab(opening=0.5), ("opening=0.5", "whole number")),
]


def _points():
    import pandas as pd

    row = {"arm": "a", "seed": 0, "split": "round 0", "metric": "dense", "value": 0.5, "sparsity": 0.0}
    return curve_points(pd.DataFrame([row]))


ROWS.append(
    Bad(
        "a round that was never trained",
        lambda: by_seed(_points(), "one-shot", 3),
        ("'one-shot'", "number=3"),
    )
)
