"Mistakes with experts side by side, layers over maps, the segmenter, its losses, its settings and its commands."

from dataclasses import replace
from functools import partial

import numpy as np
import torch
from faults.table import Bad, Refused, command
from torch import nn

from moe_lab import MoE, top_k
from moe_lab.experiments.systems.segmentation.experiments import begin_from
from moe_lab.experiments.systems.segmentation.settings import SegmentSettings
from moe_lab.experiments.systems.segmentation.system import assemble, guard, load
from moe_lab.experiments.systems.segmentation.tables import against
from moe_lab.experts.maps import ImageMoE, PositionMoE
from moe_lab.experts.mixed import MixedExperts
from moe_lab.models.segmentation.backbones import SmallBackbone, make_backbone
from moe_lab.models.segmentation.dense import equal_compute
from moe_lab.models.segmentation.eyes import EYES, Edge, Frequency, Plain
from moe_lab.models.segmentation.mask_losses import MASK_LOSSES, dice_loss, structure_loss
from moe_lab.models.segmentation.segmenter import Segmenter, expert_layer


def experts(channels: int = 4, n: int = 3) -> MixedExperts:
    return MixedExperts({f"plain {i}": Plain(channels) for i in range(n)}, row=(channels, "h", "w"))


def image_layer() -> ImageMoE:
    return ImageMoE(top_k(8, 3), experts())


def position_layer() -> PositionMoE:
    return PositionMoE(top_k(4, 3), experts())


def model() -> Segmenter:
    return Segmenter(SmallBackbone(), lambda channels: expert_layer(channels, EYES, top_k))


def settings(**changed) -> object:
    return SegmentSettings(**changed)


def small(**changed) -> SegmentSettings:
    return SegmentSettings(size=32, limit=20, **changed)


def trainer() -> object:
    return assemble(small(), load(small()))


maps, masks = torch.rand(2, 4, 6, 6), torch.ones(2, 1, 6, 6)

SIDE_BY_SIDE = [
    Bad(
        "experts in a list",
        lambda: MixedExperts([Plain(4)], row=(4,)),
        ("experts", "list", "modules by name"),
    ),
    Bad("no experts", lambda: MixedExperts({}, row=(4,)), ("experts is empty", "at least one")),
    Bad(
        "an expert that is a function",
        lambda: MixedExperts({"a": torch.relu}, row=(4,)),
        ("experts['a']", "nn.Module"),
    ),
    Bad(
        "an expert called by a number",
        lambda: MixedExperts({1: nn.ReLU()}, row=(4,)),
        ("a name in experts", "text"),
    ),
    Bad(
        "an expert with a dot in its name",
        lambda: MixedExperts({"a.b": nn.ReLU()}, row=(4,)),
        ("'a.b'", "dot"),
    ),
    Bad(
        "one module under two names",
        lambda: MixedExperts(dict.fromkeys("ab", nn.ReLU()), row=(4,)),
        ("under two names", "a module for each"),
    ),
    Bad(
        "an expert that changes the shape of its rows",
        lambda: MoE(top_k(4, 1, k=1), MixedExperts({"thin": nn.Linear(4, 3)}, row=(4,)))(torch.ones(5, 4)),
        ("experts['thin']", "(5, 3)", "same shape"),
    ),
    Bad("an expert born among different ones", lambda: image_layer().grow(1), ("n=1", "cannot be born")),
    Bad("a router for fewer experts", lambda: ImageMoE(top_k(8, 2), experts()), ("for 2 experts", "holds 3")),
    Bad("tokens in a layer over maps", lambda: image_layer()(torch.ones(5, 4)), ("(5, 4)", "(…, 4, h, w)")),
    Bad(
        "maps with other channels", lambda: image_layer()(torch.ones(2, 3, 6, 6)), ("(2, 3, 6, 6)", "4, h, w")
    ),
    Bad("maps as an array", lambda: image_layer()(np.ones((2, 4, 6, 6))), ("x", "ndarray")),
    Bad("a single map for positions", lambda: position_layer()(maps[0]), ("(4, 6, 6)", "(B, 4, h, w)")),
    Bad("maps as a list for positions", lambda: position_layer()([maps]), ("x", "list", "maps (B, C, h, w)")),
    Bad(
        "experts for tokens in a layer over maps",
        lambda: PositionMoE(top_k(4, 1, k=1), MixedExperts({"a": nn.ReLU()}, row=(4,))),
        ("experts.row=(4,)", "needs maps"),
    ),
    Bad("maps with NaN", lambda: image_layer()(maps * float("nan")), ("not finite",)),
]

PARTS = [
    Bad("eyes without a channel", lambda: Edge(0), ("channels=0", "at least 1")),
    Bad("a fraction of channels", lambda: Plain(2.5), ("channels=2.5", "whole number")),
    Bad("no rings of the spectrum", lambda: Frequency(4, bands=0), ("bands=0", "at least 1")),
    Bad("a layer over rows", lambda: expert_layer(4, EYES, top_k, over="rows"), ("over='rows'", "positions")),
    Bad("as much computation as no expert", lambda: equal_compute(EYES, 0), ("k=0", "at least 1")),
    Bad(
        "channels that do not group", lambda: SmallBackbone((16, 30)), ("channels=(16, 30)", "multiples of 4")
    ),
    Bad("no channels", lambda: SmallBackbone(()), ("channels=()", "one for each scale")),
    Bad(
        "trained weights of the small backbone",
        lambda: make_backbone(pretrained=True),
        ("pretrained=True", "timm"),
    ),
    Bad("a backbone without channels", lambda: Segmenter(nn.ReLU(), Plain), ("backbone", "ReLU", "channels")),
    Bad(
        "a backbone that is a name",
        lambda: Segmenter("small", Plain),
        ("backbone='small'", "SmallBackbone()"),
    ),
    Bad("pictures of bytes", lambda: model()(torch.ones(1, 3, 32, 32).byte()), ("uint8", "[0, 1]")),
    Bad("grey pictures", lambda: model()(torch.ones(1, 1, 32, 32)), ("(1, 1, 32, 32)", "(B, 3, H, W)")),
    Bad("pictures of 30 pixels", lambda: model()(torch.ones(1, 3, 30, 30)), ("(30, 30)", "multiples of 16")),
    Bad("a picture without a batch", lambda: model()(torch.ones(3, 32, 32)), ("(3, 32, 32)", "(B, 3, H, W)")),
    Bad(
        "masks without a channel",
        lambda: structure_loss(masks, masks[:, 0]),
        ("(2, 6, 6)", "the same (B, 1, h, w)"),
    ),
    Bad("masks of truth values", lambda: dice_loss(masks, masks.bool()), ("bool", "mask.float()")),
    Bad("masks up to 255", lambda: dice_loss(masks, 255 * masks), ("masks", "in [0, 1]")),
    Bad("masks as an array", lambda: structure_loss(masks, masks.numpy()), ("ndarray", "need tensors")),
    Bad("a loss that is not there", lambda: MASK_LOSSES["iou"], ("'iou'", "dice_loss"), KeyError),
]

RUNS = [
    Bad("experts with another name", partial(settings, experts="eye"), ("experts='eye'", "eyes")),
    Bad("a router that is not there", partial(settings, router="best"), ("router='best'", "top_k")),
    Bad("rows that choose", partial(settings, over="rows"), ("over='rows'", "images")),
    Bad("seven of six experts", partial(settings, k=7), ("k=7", "1 to 6")),
    Bad("no expert at all", partial(settings, k=0), ("k=0", "at least 1")),
    Bad("50 pixels", partial(settings, size=50), ("size=50", "multiple of 16")),
    Bad("a lead below nothing", partial(settings, lead=-1.0), ("lead=-1.0", "at least 0")),
    Bad(
        "all steps with a frozen backbone",
        partial(settings, frozen_frac=1.0),
        ("frozen_frac=1.0", "from 0 up to 1"),
    ),
    Bad("a loss called IoU", partial(settings, loss="iou"), ("loss='iou'", "structure_loss")),
    Bad("a negative bonus", partial(settings, entropy_bonus=-1e-3), ("entropy_bonus=-0.001", "at least 0")),
    Bad("a look every 0 steps", partial(settings, look_every=0), ("look_every=0", "at least 1")),
    Bad(
        "a recovery with nothing to double",
        partial(settings, recovery="health", aux_loss_coef_start=0.0, aux_loss_coef_end=0.0),
        ("recovery='health'", "usage_variance", "is 0"),
    ),
    Bad("a strength above 1", lambda: load(replace(small(), strength=1.5)), ("strength=1.5", "1")),
    Bad(
        "a strength of a folder",
        lambda: load(replace(small(), data="x", strength=0.5)),
        ("strength=0.5", "'camouflage'"),
    ),
    Bad("a single scene", lambda: load(replace(small(), limit=1)), ("limit=1", "2 or more")),
    Bad(
        "a detector with two judges",
        lambda: guard(small(recovery="health"), load(small()), 100),
        ("recovery='health'", "needs 24", "240"),
    ),
    Bad(
        "onwards from nowhere",
        lambda: begin_from(trainer(), ""),
        ("checkpoint=''", "step-"),
        FileNotFoundError,
    ),
    Bad(
        "onwards from a file",
        lambda: begin_from(trainer(), __file__),
        ("checkpoint=", "step-"),
        FileNotFoundError,
    ),
    Bad(
        "an arm that is not there",
        lambda: against(empty(), "eyes"),
        ("reference='eyes'", "needs one of plain"),
    ),
]


def empty() -> object:
    import pandas as pd

    row = {"arm": "plain", "seed": 0, "split": "images", "metric": "iou", "image": 0, "value": 0.5}
    return pd.DataFrame([row])


COMMANDS = [
    Bad(
        f"segment with {' '.join(options)}",
        partial(command, "run", "segment", "--workers", "1", *options),
        says,
        Refused,
    )
    for options, says in (
        (("--experts", "eye"), ("--experts 'eye'", "eyes")),
        (("--size", "50"), ("--size 50", "multiple of 16")),
        (("--recovery", "new"), ("--recovery", "health")),
        (("--data", "nowhere/to/be"), ("nowhere/to/be",)),
        (("--epochs", "0"), ("--epochs 0", "at least 1")),
        (("--strength", "2"), ("--strength 2",)),
    )
]

ROWS = SIDE_BY_SIDE + PARTS + RUNS + COMMANDS
