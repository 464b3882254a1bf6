"Mistakes with masks, their scores and floors, and with intervals."

import numpy as np
import pandas as pd
import torch
from faults.table import Bad
from matplotlib.figure import Figure

from moe_lab.measure.segmentation.curves import curve_over_strength, strength_table
from moe_lab.measure.segmentation.floors import against_floors, best_cut, floor_scores, mean_mask
from moe_lab.measure.segmentation.kinds import image_frame, kind_association, kind_shares
from moe_lab.measure.segmentation.outlines import outline, prediction_sheet, worst_to_best
from moe_lab.measure.segmentation.scores import MASK_SCORES, mask_scores, stretched
from moe_lab.measure.statistics import (
    bootstrapped,
    difference,
    effect_size,
    equivalence,
    holm,
    paired_difference,
    paired_effect_size,
    share_difference,
    smallest_detectable,
    student,
    verdict,
    wilson,
)
from moe_lab.routing.presets import top_k

NAN = float("nan")
MASKS = np.zeros((3, 8, 8), bool)
MASKS[:, 2:5, 2:5] = True
MAPS = MASKS * 0.9
ROUTINGS = [top_k(4, 3, 2)(torch.ones(6, 4))]
A, B = np.arange(5.0), np.arange(5.0) ** 2

ROWS = [
    Bad("logits", lambda: mask_scores(torch.ones(3, 8, 8) * 4, MASKS), ("predicted", "4", "torch.sigmoid")),
    Bad("negative logits", lambda: mask_scores(MAPS - 1, MASKS), ("predicted: from -1", "[0, 1]")),
    Bad("probabilities that are NaN", lambda: mask_scores(MAPS * NAN, MASKS), ("predicted", "nan", "[0, 1]")),
    Bad(
        "a map of 0 and 255",
        lambda: mask_scores((MAPS * 255).astype(np.uint8), MASKS),
        ("predicted: uint8", "probabilities"),
    ),
    Bad("a mask as a map", lambda: mask_scores(MASKS, MASKS), ("predicted: bool", "probabilities")),
    Bad("a channel too many", lambda: mask_scores(MAPS[:, None], MASKS), ("(3, 1, 8, 8)", "predicted[:, 0]")),
    Bad("fewer maps than masks", lambda: mask_scores(MAPS[:2], MASKS), ("(2, 8, 8)", "(3, 8, 8)")),
    Bad("maps of another size", lambda: mask_scores(MAPS[:, ::2], MASKS), ("(3, 4, 8)", "(3, 8, 8)")),
    Bad("masks of 0 and 255", lambda: mask_scores(MAPS, MASKS * 255), ("masks: int64", "masks > 127")),
    Bad("masks with a fraction", lambda: mask_scores(MAPS, torch.tensor(MAPS)), ("masks: float64", "bool")),
    Bad("one image alone", lambda: mask_scores(MAPS[0], MASKS[0]), ("masks: shape (8, 8)", "(N, H, W)")),
    Bad("no images", lambda: mask_scores(MAPS[:0], MASKS[:0]), ("masks: shape (0, 8, 8)",)),
    Bad("images of one row", lambda: mask_scores(MAPS[:, :1], MASKS[:, :1]), ("(3, 1, 8)", "2 by 2")),
    Bad("a score misspelt", lambda: MASK_SCORES["iuo"], ("mask score", "iuo", "'iou'"), KeyError),
    Bad("a map of NaN to stretch", lambda: stretched(MAPS * NAN), ("predicted", "finite")),
    Bad("one map to stretch", lambda: stretched(MAPS[0]), ("predicted: shape (8, 8)", "(N, H, W)")),
    Bad("floors of another size", lambda: floor_scores(MASKS, MASKS[:, ::2]), ("train_masks: (3, 4, 8)",)),
    Bad("floors of no masks", lambda: floor_scores(MASKS, MASKS[:0]), ("masks: shape (0, 8, 8)",)),
    Bad("the mean of maps", lambda: mean_mask(MAPS), ("masks: float64", "bool")),
    Bad("a cut of another size", lambda: best_cut(MAPS[0, ::2], MASKS), ("soft: shape (4, 8)", "(8, 8)")),
    Bad("a cut of NaN", lambda: best_cut(MAPS[0] * NAN, MASKS), ("soft", "finite")),
    Bad(
        "a lead over one image",
        lambda: against_floors(MAPS[:1], MASKS[:1], MASKS),
        ("1 of them", "at least 2"),
    ),
    Bad("more hits than trials", lambda: wilson(9, 8), ("hits=9", "n=8")),
    Bad("minus one hit", lambda: wilson(-1, 8), ("hits=-1", "at least 0")),
    Bad("hits of nothing", lambda: wilson(0, 0), ("n=0", "at least 1")),
    Bad("a share instead of hits", lambda: wilson(0.2, 30), ("hits=0.2", "whole number")),
    Bad("a level in per cent", lambda: wilson(1, 8, level=95), ("level=95", "[0, 1)")),
    Bad("a level of nothing", lambda: student(A, level=0), ("level=0", "above 0")),
    Bad(
        "shares of two levels",
        lambda: share_difference(wilson(1, 8), wilson(1, 8, level=0.9)),
        ("a.level=0.95", "b.level=0.9"),
    ),
    Bad("shares as numbers", lambda: share_difference(0.1, 0.2), ("a is a float", "needs Estimate")),
    Bad("a mean of nothing", lambda: bootstrapped([]), ("values: 0 of them", "at least 2")),
    Bad("a mean of one", lambda: student([0.4]), ("values: 1 of them", "at least 2")),
    Bad("a mean with NaN", lambda: bootstrapped([1, NAN, 2]), ("values: 1 of 3", "finite")),
    Bad("a mean with infinity", lambda: student([1, float("inf")]), ("values: 1 of 2", "finite")),
    Bad("a mean of words", lambda: bootstrapped(["a", "b"]), ("values", "<U1", "numbers")),
    Bad("a mean over pixels", lambda: bootstrapped(MAPS), ("values: shape (3, 8, 8)", "one a unit")),
    Bad("no draws", lambda: bootstrapped(A, draws=0), ("draws=0", "at least 1")),
    Bad("a bootstrap seeded below 0", lambda: bootstrapped(A, seed=-1), ("seed=-1", "from 0")),
    Bad("pairs without a partner", lambda: paired_difference(A, B[1:]), ("a: 5, b: 4", "each a unit")),
    Bad("one of another kind", lambda: difference(A, [1.0]), ("b: 1 of them", "at least 2")),
    Bad("an effect without spread", lambda: effect_size([1, 1], [0, 0]), ("differ by 1", "spread 0")),
    Bad("pairs that never vary", lambda: paired_effect_size(A + 1, A), ("differ by 1", "vary")),
    Bad("equal within nothing", lambda: equivalence(A, B, 0), ("margin=0", "above 0")),
    Bad("equal to itself", lambda: equivalence(A, A, 1), ("all 5 differences are 0", "vary")),
    Bad("detectable without spread", lambda: smallest_detectable(0, 9), ("sd=0", "above 0")),
    Bad("detectable by one", lambda: smallest_detectable(1, 1), ("n=1", "at least 2")),
    Bad("a power of 80", lambda: smallest_detectable(1, 9, power=80), ("power=80", "[0, 1)")),
    Bad("a power of 5 %", lambda: smallest_detectable(1, 9, power=0.05), ("power=0.05", "0.5")),
    Bad("p above 1", lambda: holm([0.1, 1.1]), ("p goes from 0.1 to 1.1", "0 to 1")),
    Bad("no p at all", lambda: holm([]), ("p: 0 of them", "at least 1")),
    Bad("a verdict on no promise", lambda: verdict(wilson(1, 8)), ("least=-inf", "promise")),
    Bad("a promise upside down", lambda: verdict(wilson(1, 8), 0.3, 0.2), ("least=0.3", "most=0.2")),
    Bad("a verdict on a number", lambda: verdict(0.2, 0.1), ("found is a float", "needs Estimate")),
    Bad("rows of no image", lambda: image_frame(ROUTINGS, 4), ("6 rows for 4 images", "same number")),
    Bad("images by the half", lambda: image_frame(ROUTINGS, 1.5), ("n_images=1.5", "whole number")),
    Bad("one routing alone", lambda: image_frame(ROUTINGS[0], 6), ("routings is a Routing", "[routing]")),
    Bad("kinds by name", lambda: kind_association({"": ROUTINGS}, ["a"] * 6), ("<U1", "whole numbers")),
    Bad("a kind below 0", lambda: kind_association({"": ROUTINGS}, [-1] * 6), ("kind", "-1", "from 0")),
    Bad("kinds of no image", lambda: kind_association({"": ROUTINGS}, []), ("kind: 0 images",)),
    Bad("kinds of no layer", lambda: kind_association({}, [0] * 6), ("layers is empty",)),
    Bad("one deal of kinds", lambda: kind_association({"": ROUTINGS}, [0] * 6, 1), ("permutations=1",)),
    Bad(
        "kinds without a name",
        lambda: kind_shares(ROUTINGS, [0, 1] * 3, ["a"], list("xyz")),
        ("kinds: 1", "more than 1 kinds"),
    ),
    Bad(
        "experts without a name",
        lambda: kind_shares(ROUTINGS, [0, 1] * 3, ["a", "b"], list("xy")),
        ("experts: 2 names", "3 experts"),
    ),
    Bad("the outline of a map", lambda: outline(MAPS[0]), ("masks: float64", "bool")),
    Bad("the outline of masks", lambda: outline(MASKS), ("(1, 3, 8, 8)", "(N, H, W)")),
    Bad("no images on a sheet", lambda: worst_to_best([0.1, 0.2], 0), ("n=0", "at least 1")),
    Bad("a sheet by scores of NaN", lambda: worst_to_best([0.1, NAN], 2), ("scores: 1 of 2", "finite")),
    Bad(
        "a sheet of other images",
        lambda: prediction_sheet(Figure(), MASKS, MASKS, MAPS),
        ("images: shape (3, 8, 8), bool", "(3, 3, 8, 8) uint8"),
    ),
    Bad("a curve of no score", lambda: strength_table({}, "iuo"), ("score='iuo'", "iou")),
    Bad(
        "a curve of another table",
        lambda: curve_over_strength(None, pd.DataFrame({"strength": [0], "name": ["x"]})),
        ("no column high, low, n, value", "strength_table"),
    ),
]
