"""Image and mask move together, and a step is seen alike whatever was seen before."""

import pytest
import torch

from moe_lab.data.scenes.augmentation import JointAugmentation
from moe_lab.data.scenes.composed import composed_scenes

pytestmark = pytest.mark.usefixtures("beside")


def batch(n: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    return composed_scenes("train", 16, 32, seed=0, strength=0.0).batch(slice(n))


def test_a_step_is_seen_alike_whatever_was_seen_before():
    pixels, masks = batch()
    run = [JointAugmentation(seed=3)(pixels, masks, step) for step in range(4)]
    torch.manual_seed(5)
    resumed = JointAugmentation(seed=3)(pixels, masks, 3)
    assert all(torch.equal(a, b) for a, b in zip(run[3], resumed))
    assert not torch.equal(run[3][0], run[2][0])
    other = JointAugmentation(seed=4)(pixels, masks, 3)
    assert not torch.equal(run[3][0], other[0])


def test_shapes_values_and_the_batch_that_was_given_stay():
    pixels, masks = batch()
    kept = pixels.clone(), masks.clone()
    state = torch.get_rng_state()
    seen, outlines = JointAugmentation()(pixels, masks, 0)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(pixels, kept[0]) and torch.equal(masks, kept[1])
    assert seen.shape == pixels.shape and outlines.shape == masks.shape and type(seen) is torch.Tensor
    assert seen.min() >= 0 and seen.max() <= 1 and set(outlines.unique().tolist()) == {0.0, 1.0}
    nothing = JointAugmentation(flip=0, turn=0, shift=0, zoom=1, colour=0)(pixels, masks, 0)
    assert torch.allclose(nothing[0], pixels, atol=1e-5) and torch.equal(nothing[1], masks)


@pytest.mark.parametrize("what", ["flip", "turn", "shift", "zoom"])
def test_image_and_mask_move_together(what):
    still = {"flip": 0.0, "turn": 0.0, "shift": 0.0, "zoom": 1.0, "colour": 0.0}
    strong = {"flip": 1.0, "turn": 45.0, "shift": 0.25, "zoom": 4.0}[what]
    _, masks = batch()
    seen, outlines = JointAugmentation(**still | {what: strong})(masks.expand(-1, 3, -1, -1), masks, 0)
    assert ((seen[:, :1] > 0.5) == outlines.bool()).float().mean() > 0.98
    assert (outlines != masks).any((1, 2, 3)).all()


def test_colours_leave_the_mask_alone():
    pixels, masks = batch()
    seen, outlines = JointAugmentation(flip=0, turn=0, shift=0, zoom=1, colour=0.5)(pixels, masks, 0)
    assert torch.equal(outlines, masks)
    assert (seen - pixels).abs().mean((1, 2, 3)).min() > 0.01
