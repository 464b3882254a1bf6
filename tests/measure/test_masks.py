"""Scores of masks against the papers' formulas, pixel by pixel, and the library's own usage; floors; statistics.

PySODMetrics' repository keeps pictures and expected values for its example. Its package does not: the example's *usage*
is reproduced on pictures made here, and its *numbers* are replaced by independent formulas.
"""

from math import dist, exp, log

import numpy as np
import py_sod_metrics
import pytest
import torch
from scipy.ndimage import gaussian_filter
from skimage.draw import polygon2mask

from moe_lab.measure.segmentation.curves import strength_table
from moe_lab.measure.segmentation.floors import (
    FLOORS,
    against_floors,
    best_cut,
    floor_forms,
    floor_scores,
    lead,
    mean_mask,
)
from moe_lab.measure.segmentation.kinds import image_frame, kind_association, kind_shares
from moe_lab.measure.segmentation.outlines import outline, worst_to_best
from moe_lab.measure.segmentation.scores import (
    MASK_SCORES,
    iou,
    mask_scores,
    register_mask_score,
    stretched,
)
from moe_lab.measure.statistics import (
    bootstrapped,
    difference,
    equivalence,
    holm,
    paired_difference,
    share_difference,
    student,
    wilson,
)
from moe_lab.measure.text.specialization import association
from moe_lab.routing.presets import top_k

SIDE = 24


def blobs(n: int, seed: int = 0, side: int = SIDE) -> np.ndarray:
    "(n, side, side) bool: smooth random objects, from a twentieth to a half of the image."
    rng = np.random.default_rng(seed)
    fields = np.stack([gaussian_filter(rng.normal(size=(side, side)), side / 8) for _ in range(n)])
    size = rng.uniform(0.05, 0.5, n)
    return np.stack([field > np.quantile(field, 1 - share) for field, share in zip(fields, size)])


def attempts(masks: np.ndarray, seed: int = 1) -> np.ndarray:
    "(n, side, side) in [0, 1]: blurred, shifted and noisy guesses at the masks."
    rng = np.random.default_rng(seed)
    blurred = np.stack([gaussian_filter(mask * 1.0, 1.5) for mask in np.roll(masks, 2, axis=2)])
    return np.clip(blurred + 0.3 * rng.random(masks.shape) - 0.1, 0, 1)


# The formulas, as the papers print them


def ssim(x: np.ndarray, y: np.ndarray) -> float:
    "1708.00786, equation 4; two areas without any contrast are alike, with it in one of them unlike."
    x, y = x.ravel(), y.ravel()
    n = len(x)
    if n == 0:
        return 0.0
    mean_x, mean_y = sum(x) / n, sum(y) / n
    divisor = max(n - 1, 1)
    var_x, var_y = sum((x - mean_x) ** 2) / divisor, sum((y - mean_y) ** 2) / divisor
    covariance = sum((x - mean_x) * (y - mean_y)) / divisor
    above, below = 4 * mean_x * mean_y * covariance, (mean_x**2 + mean_y**2) * (var_x + var_y)
    return above / below if above else float(below == 0)


def evenness(values: np.ndarray) -> float:
    "1708.00786, equation 10, with λ = 1/2."
    mean = values.mean()
    return 2 * mean / (mean**2 + 1 + (values.std(ddof=1) if len(values) > 1 else 0))


def s_by_paper(p: np.ndarray, mask: np.ndarray) -> float:
    "1708.00786, equation 1, with α = 1/2."
    share = mask.mean()
    objects = share * evenness(p[mask]) + (1 - share) * evenness(1 - p[~mask])
    y, x = (round(float(np.mean(places))) + 1 for places in np.nonzero(mask))
    quarters = [(slice(a, b), slice(c, d)) for a, b in ((0, y), (y, None)) for c, d in ((0, x), (x, None))]
    regions = sum(mask[q].size / mask.size * ssim(p[q], mask[q] * 1.0) for q in quarters)
    return max(0, objects / 2 + regions / 2)


def e_by_paper(binary: np.ndarray, mask: np.ndarray) -> float:
    "1805.10421, equations 1 to 4; the published code divides by one pixel fewer."
    a, b = binary - binary.mean(), mask - mask.mean()
    alignment = 2 * a * b / (a * a + b * b + 1e-300)
    return float(((alignment + 1) ** 2 / 4).sum() / (mask.size - 1))


def f_by_paper(p: np.ndarray, mask: np.ndarray) -> float:
    "Margolin et al., equations 7 to 12: F₁ of weighted counts, the published code's 7 by 7 Gaussian with σ = 5."
    h, w = mask.shape
    objects = [*zip(*np.nonzero(mask))]
    nearest = {(i, j): min(objects, key=lambda o: dist(o, (i, j))) for i in range(h) for j in range(w)}
    error = abs(p - mask)
    reaching = {ij: error[ij if mask[ij] else nearest[ij]] for ij in nearest}
    bell = {(i, j): exp(-(i * i + j * j) / 50) for i in range(-3, 4) for j in range(-3, 4)}
    weighed = np.zeros((h, w))
    for i, j in nearest:
        near = sum(weight * reaching.get((i + a, j + b), 0) for (a, b), weight in bell.items())
        around = near / sum(bell.values())
        if mask[i, j]:
            weighed[i, j] = min(error[i, j], around)
        else:
            weighed[i, j] = error[i, j] * (2 - exp(log(0.5) / 5 * dist(nearest[i, j], (i, j))))
    hit, false = mask.sum() - weighed[mask].sum(), weighed[~mask].sum()
    recall, precision = 1 - weighed[mask].mean(), hit / (hit + false)
    return 2 * precision * recall / (precision + recall)


def by_papers(p: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    "All seven scores of a map."
    levels = np.floor(p * 255)
    both = sum(1 for a, b in zip(p.ravel(), mask.ravel()) if a > 0.5 and b)
    either = sum(1 for a, b in zip(p.ravel(), mask.ravel()) if a > 0.5 or b)
    return {
        "s_measure": s_by_paper(p, mask),
        "e_measure": sum(e_by_paper(levels >= t, mask) for t in range(256)) / 256,
        "e_adaptive": e_by_paper(p >= min(2 * p.mean(), 1), mask),
        "weighted_f": f_by_paper(p, mask),
        "mae": sum(abs(a - b) for a, b in zip(p.ravel(), mask.ravel())) / mask.size,
        "iou": both / either,
        "dice": 2 * both / (either + both),
    }


@pytest.mark.parametrize("i", range(6))
def test_scores_are_the_papers(i):
    mask, p = blobs(6)[i], attempts(blobs(6))[i]
    p = np.where(mask, p.max(), p)  # one error within the object: no matter which of its pixels is nearest
    found, expected = mask_scores(p[None], mask[None]).iloc[0].to_dict(), by_papers(p, mask)
    assert found == pytest.approx(expected, abs=1e-9)
    assert found.keys() == MASK_SCORES.keys()


def test_noise_within_the_object_moves_the_weighted_f_by_no_more_than_ties_allow():
    masks = blobs(3, seed=5)
    for mask, p in zip(masks, attempts(masks)):
        found = mask_scores(p[None], mask[None])["weighted_f"][0]
        assert found == pytest.approx(f_by_paper(p, mask), abs=5e-3)


def test_the_librarys_own_example_gives_the_same_means():
    masks = blobs(5)
    pictures, truths = (attempts(masks) * 200).astype(np.uint8), masks.astype(np.uint8) * 255
    handlers = {
        "iou": py_sod_metrics.IOUHandler(with_adaptive=False, with_dynamic=False, with_binary=True),
        "dice": py_sod_metrics.DICEHandler(with_adaptive=False, with_dynamic=False, with_binary=True),
    }
    measures = [
        py_sod_metrics.WeightedFmeasure(),
        py_sod_metrics.Smeasure(),
        py_sod_metrics.Emeasure(),
        py_sod_metrics.MAE(),
        py_sod_metrics.FmeasureV2(metric_handlers=handlers),
    ]
    for pred, gt in zip(pictures, truths):
        for measure in measures:
            measure.step(pred=pred, gt=gt)
    wfm, sm, em, mae, counted = (measure.get_results() for measure in measures)
    expected = {
        "s_measure": sm["sm"],
        "e_measure": em["em"]["curve"].mean(),
        "e_adaptive": em["em"]["adp"],
        "weighted_f": wfm["wfm"],
        "mae": mae["mae"],
        "iou": counted["iou"]["binary"],
        "dice": counted["dice"]["binary"],
    }
    found = mask_scores(stretched(pictures / 255), truths > 128).mean().to_dict()
    assert found == pytest.approx(expected, abs=1e-12)
    plain = mask_scores(pictures / 255, truths > 128).mean()
    assert abs(plain["mae"] - found["mae"]) > 0.01  # what the stretching alone changes


def test_a_map_of_one_value_is_not_stretched():
    flat = np.full((1, 4, 4), 0.3)
    assert np.array_equal(stretched(flat), flat)
    assert stretched(torch.rand(2, 4, 4)).max() == 1


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("at", [0, -1, slice(-2, None)])
def test_objects_at_the_edge_have_all_scores(axis, at):
    mask = np.zeros((SIDE, SIDE), bool)
    np.moveaxis(mask, axis, 0)[at] = True
    table = mask_scores(np.stack([mask * 1.0, attempts(mask[None])[0]]), np.stack([mask] * 2))
    assert np.isfinite(table).all(axis=None)
    assert table["s_measure"][0] == pytest.approx(1) and table["s_measure"][1] < 1


def test_the_mask_itself_is_ideal_and_what_is_worse_scores_worse():
    masks = blobs(8)
    itself, tried = mask_scores(masks * 1.0, masks), mask_scores(attempts(masks), masks)
    for name, entry in MASK_SCORES.items():
        assert itself[name].to_numpy() == pytest.approx(entry.ideal, abs=5e-3)
        assert ((itself[name] > tried[name]) == entry.is_higher_better).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_a_models_tensors_are_taken_as_they_are(dtype):
    masks = blobs(3)
    p = torch.tensor(attempts(masks)).to(dtype).requires_grad_()
    table = mask_scores(p, torch.tensor(masks))
    near = mask_scores(p.detach().double().numpy(), masks)
    assert np.array_equal(table, near)


def test_a_score_that_is_registered_stands_in_every_table():
    @register_mask_score("object found", ideal=1.0)
    def object_found(predicted, mask):
        "1 where the brightest pixel is on the object."
        return float(mask.ravel()[predicted.argmax()])

    try:
        masks = blobs(6)
        assert mask_scores(masks * 1.0, masks)["object_found"].tolist() == [1] * 6
        table = against_floors(masks * 1.0, masks, blobs(9, seed=3))
        assert table.loc[("object found", "mean mask"), "model"] == 1
        found = strength_table({0.5: {"model": mask_scores(masks * 1.0, masks)}}, "object_found")
        assert found["value"].tolist() == [1]
    finally:
        MASK_SCORES.remove("object_found")


def test_the_best_cut_is_the_best_of_all():
    train = blobs(12)
    soft = mean_mask(train)
    cuts = [(soft >= level) * 1.0 for level in np.unique(soft)]
    of_all = [np.mean([iou(cut, mask) for mask in train]) for cut in cuts]
    found = best_cut(soft, train)
    assert np.mean([iou(found, mask) for mask in train]) == pytest.approx(max(of_all), abs=1e-6)


def test_floors_know_training_masks_only_and_are_no_worse_than_any_of_their_forms():
    train, held_out = blobs(20), blobs(10, seed=7)
    floors = floor_scores(held_out, train)
    assert floors.keys() == FLOORS.keys()
    some = floor_scores(held_out[:4], train)
    for floor, scores in floors.items():
        assert np.array_equal(scores[:4], some[floor])  # an image's floor does not depend on the others
    own = floor_scores(train, train)  # on the masks that they were fitted to
    for floor, fitted in FLOORS.items():
        for form in floor_forms(fitted(train), train):
            worse = mask_scores(np.stack([form] * 20), train).mean()
            for name, entry in MASK_SCORES.items():
                ahead = own[floor][name].mean() - worse[name]
                assert ahead > -1e-12 if entry.is_higher_better else ahead < 1e-12


def test_a_lead_is_paired_over_images_and_a_floor_has_none_over_itself():
    train, held_out = blobs(20), blobs(10, seed=7)
    floors = floor_scores(held_out, train)
    itself = lead(floors["mean mask"], floors).xs("mean mask", level="floor")
    assert (itself[["better by", "low", "high"]] == 0).all(axis=None) and (itself["n"] == 10).all()
    table = against_floors(attempts(held_out), held_out, train)
    assert len(table) == len(MASK_SCORES) * len(FLOORS)
    assert ((table["low"] <= table["better by"]) & (table["better by"] <= table["high"])).all()
    row = table.loc["MAE", "constant"]
    assert row["better by"] == pytest.approx(row["floor"] - row["model"])  # less is better
    row = table.loc["IoU", "constant"]
    assert row["better by"] == pytest.approx(row["model"] - row["floor"])


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("hits, n", [(0, 1), (0, 30), (3, 30), (29, 30), (400, 400)])
def test_wilson_is_its_formula(hits, n):
    z, p = 1.959963984540054, hits / n
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    found = wilson(hits, n)
    assert (found.value, found.n) == (p, n)
    assert (found.low, found.high) == pytest.approx(
        ((middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)), abs=1e-9
    )


def test_differences_turn_round_with_their_arguments():
    a, b = RNG.normal(1, 1, (2, 40))
    for compare in (paired_difference, difference):
        forth, back = compare(a, b), compare(b, a)
        assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=0.03)
    forth, back = (share_difference(wilson(i, 30), wilson(j, 30)) for i, j in ((9, 2), (2, 9)))
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_a_lead_that_never_changes_is_a_point():
    for interval in (bootstrapped, student):
        found = paired_difference(np.arange(5) + 1.0, np.arange(5.0), interval=interval)
        assert (found.value, found.low, found.high) == (1, 1, 1)


def test_one_level_more_is_one_wider_interval():
    values = RNG.normal(size=50)
    for interval in (bootstrapped, student):
        widths = [(e := interval(values, "", level)).high - e.low for level in (0.5, 0.9, 0.99)]
        assert widths == sorted(widths) and widths[0] < widths[2] / 2


def test_two_one_sided_tests_agree_with_the_interval():
    held = 0
    for _ in range(40):
        found = equivalence(a := RNG.normal(size=12), a + RNG.normal(0.1, 0.3, 12), 0.3)
        inside = found.difference.low > -0.3 and found.difference.high < 0.3
        assert found.holds == inside
        held += inside
    assert 0 < held < 40


def test_holm_rejects_what_the_step_down_does():
    for p in RNG.random((20, 6)) ** 3:
        left, rejected = sorted(p), set()
        while left and left[0] * len(left) < 0.05:
            rejected.add(left.pop(0))
        assert {x for x, adjusted in zip(p, holm(p)) if adjusted < 0.05} == rejected


@pytest.mark.parametrize("positions, batch", [(1, 7), (1, 30), (9, 4), (9, 30)])
def test_kinds_are_dealt_out_by_image_however_rows_and_batches_are_cut(positions, batch):
    torch.manual_seed(0)
    router, kind = top_k(5, 4, 2), np.arange(30) % 3
    x = torch.randn(30, positions, 5) + torch.tensor(kind)[:, None, None]
    routings = [router(x[i : i + batch].reshape(-1, 5)) for i in range(0, 30, batch)]
    frame = image_frame(routings, 30)
    for image in (0, 8, 29):
        expected = router(x[image]).expert.tolist()
        assert sorted(frame["expert"][frame["sequence"] == image]) == expected
    row = kind_association({"": routings}, kind).loc[""]
    assert row["n"] == 30  # images, and not positions
    again = association(frame, kind, "sequence", 4, 200)
    assert (row["NMI"], row["by chance"], row["p"]) == (again.value, again.floor, again.p)
    shares = kind_shares(routings, kind, ["a", "b", "c"], list("wxyz"))
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)


def test_permuted_kinds_are_found_as_often_as_p_says():
    torch.manual_seed(0)
    routings, rng = [top_k(5, 4, 2)(torch.randn(30, 5))], np.random.default_rng(0)
    found = [kind_association({"": routings}, rng.integers(3, size=30), 39)["p"].iloc[0] for _ in range(100)]
    assert not wilson(sum(p <= 0.1 for p in found), 100).excludes(0.1)


def test_what_an_outline_encloses_is_the_mask():
    for mask in [*blobs(6), np.ones((4, 4), bool), ~blobs(1)[0]]:
        inside = np.zeros(mask.shape, bool)
        for line in outline(mask):
            inside ^= polygon2mask(mask.shape, line[:, ::-1])  # a hole's line takes its inside out again
        assert (inside == mask).all()


def test_sheets_go_from_the_worst_to_the_best():
    scores = RNG.random(50)
    for n in (1, 2, 8, 50, 60):
        shown = scores[worst_to_best(scores, n)]
        assert len(shown) == min(n, 50) and (np.diff(shown) > 0).all() and shown[0] == scores.min()
    assert shown[-1] == scores.max()
