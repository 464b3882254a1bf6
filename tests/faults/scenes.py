"Mistakes with scenes: their names, folders, masks, sizes, and how a batch of them is changed."

from collections.abc import Callable

import numpy as np
import torch
from faults.data import at, mirrored
from faults.table import Bad

from moe_lab import load_scenes
from moe_lab.data.scenes.augmentation import JointAugmentation
from moe_lab.data.scenes.composed import load_composed, photograph_scenes, scene_from
from moe_lab.data.scenes.masked import SceneSet
from moe_lab.data.vision.photographs import photograph


def scenes(**parts) -> SceneSet:
    "Two scenes of 4×4 pixels, but for what is given."
    images = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    mask = torch.zeros(2, 4, 4, dtype=torch.bool)
    return SceneSet(images, torch.zeros(2, dtype=torch.long), ("a",), "two", **({"mask": mask} | parts))


def augmented(pixels=(2, 3, 8, 8), masks=(2, 1, 8, 8), step: object = 0, **settings) -> Callable[[], object]:
    "A batch of these shapes as it is seen in a step."
    return lambda: JointAugmentation(**settings)(torch.zeros(pixels), torch.zeros(masks), step)


ROWS = [
    Bad(
        "a misspelt set of scenes",
        lambda: load_scenes("camoflage"),
        ("'camoflage'", "did you mean 'camouflage'?"),
    ),
    Bad(
        "a number for a set of scenes",
        lambda: load_scenes(7),
        ("name=7", "needs the name of a set of scenes"),
    ),
    Bad("nothing for a set of scenes", lambda: load_scenes(None), ("name=None", "needs the name")),
    Bad(
        "no folder of scenes",
        lambda: load_scenes("no/such/folder"),
        ("there is no folder 'no/such",),
        FileNotFoundError,
    ),
    Bad("a file of scenes", at("news.csv", load_scenes), ("news.csv is a file", "images and masks")),
    Bad("texts for scenes", at("tales", load_scenes), ("needs a folder Image (or Imgs)", "GT_Object")),
    Bad("images alone", at("scenes/bare", load_scenes), ("needs a folder Image (or Imgs)", "GT_Object")),
    Bad(
        "masks without an object",
        at("scenes/dark", load_scenes),
        ("no scene that can be read", "its mask is empty"),
    ),
    Bad("a single scene", at("scenes/solo", load_scenes), ("1 pictures", "two are needed")),
    Bad("scenes of two sizes", at("scenes/mixed", load_scenes, size=None), ("sizes differ", "set size=")),
    Bad(
        "no mirror of scenes", mirrored("me/else", load_scenes), ("is not on this machine",), ConnectionError
    ),
    Bad("a mirror of texts for scenes", mirrored("me/two", load_scenes), ("needs a folder Image",)),
    Bad("a configuration of scenes", mirrored("me/two:main", load_scenes), ("name='me/two:main'", "without")),
    Bad(
        "a data set that nobody unpacked",
        mirrored("camo", load_scenes),
        ("name='camo'", "CAMO"),
        FileNotFoundError,
    ),
    Bad(
        "a strength for real scenes",
        at("scenes/solo", load_scenes, strength=0.5),
        ("strength=0.5", "'camouflage'"),
    ),
    Bad(
        "a strength for CAMO",
        lambda: load_scenes("camo", strength=1),
        ("strength=1", "'camo' are as they are"),
    ),
    Bad("more than all of the strength", lambda: load_scenes(strength=1.5), ("strength=1.5", "from 0")),
    Bad(
        "a strength in words", lambda: load_scenes(strength="strong"), ("strength='strong'", "finite number")
    ),
    Bad(
        "a strength that is no number", lambda: load_scenes(strength=float("nan")), ("strength=nan", "finite")
    ),
    Bad("no scenes", lambda: load_scenes(limit=0), ("limit=0", "at least 1")),
    Bad("no test scenes", lambda: load_composed(test=0), ("test=0", "at least 1")),
    Bad("scenes too small for an outline", lambda: load_scenes(size=8), ("size=8", "at least 16 pixels")),
    Bad("scenes too large", lambda: load_scenes(size=80), ("size=80 is too large", "use 75 or less")),
    Bad("scenes larger than memory", lambda: load_scenes(size=10**5), ("size=100000", "1 to 4096")),
    Bad(
        "a fraction for a seed of scenes", lambda: load_scenes(seed=0.5), ("seed=0.5", "whole number from 0")
    ),
    Bad(
        "a scene in a misspelt photograph",
        lambda: photograph_scenes("cats", "test", 1, 32, 0, 0.5),
        ("name='cats'",),
    ),
    Bad(
        "a picture of fractions",
        lambda: scene_from(torch.rand(3, 99, 99)),
        ("picture: torch.float32", "uint8 (3, H, W)"),
    ),
    Bad(
        "a picture of one channel",
        lambda: scene_from(photograph("cat")[0]),
        ("(300, 451)", "uint8 (3, H, W)"),
    ),
    Bad(
        "a picture too small",
        lambda: scene_from(photograph("cat")[:, :64, :64]),
        ("64×64 is too small", "96 one way"),
    ),
    Bad(
        "a mask of 255",
        lambda: scenes(mask=torch.zeros(2, 4, 4).byte()),
        ("mask must be bool (2, 4, 4)", "uint8"),
    ),
    Bad(
        "an array for a mask",
        lambda: scenes(mask=np.zeros((2, 4, 4), bool)),
        ("mask must be bool", "ndarray"),
    ),
    Bad("fewer stems than images", lambda: scenes(stems=("a",)), ("1 stems for 2 images",)),
    Bad(
        "a scene that is not there",
        lambda: scenes().batch([2]),
        ("index goes from 2 to 2", "there are 2 rows"),
    ),
    Bad("a scene made smaller", augmented(zoom=0.5), ("zoom=0.5", "from 1 to 4")),
    Bad("a scene upside down", augmented(turn=180), ("turn=180", "from 0 to 45")),
    Bad("a chance above 1", augmented(flip=2), ("flip=2", "from 0 to 1")),
    Bad("colours that are no number", augmented(colour=float("nan")), ("colour=nan", "finite number")),
    Bad(
        "masks without a channel",
        augmented(masks=(2, 8, 8)),
        ("masks: torch.float32 (2, 8, 8)", "(B, 1, H, W)"),
    ),
    Bad(
        "masks of another size",
        augmented(masks=(2, 1, 8, 9)),
        ("masks: (2, 1, 8, 9) do not fit", "(2, 3, 8, 8)"),
    ),
    Bad("a step before the first", augmented(step=-1), ("step=-1", "at least 0")),
]
