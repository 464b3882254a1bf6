"""Scenes with masks: composed without a shared pixel, the same at every strength; read with nothing lost in silence."""

import shutil
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import datasets
import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import label as pieces

from moe_lab import load_scenes
from moe_lab.data.cache import cached, read_splits, save_splits
from moe_lab.data.images import ImageSet, Splits
from moe_lab.data.scenes import composed
from moe_lab.data.scenes.composed import load_composed, photograph_scenes, scene_from, surroundings
from moe_lab.data.scenes.masked import SceneSet
from moe_lab.data.vision.photographs import PHOTOGRAPHS, held_out_pixel_rows, photograph

REAL = Path(__file__).parents[3] / "shared" / "cod-layout"
needs_photographs = pytest.mark.skipif(not REAL.is_dir(), reason=f"no images with masks at {REAL}")
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


# ---- sets


def four() -> SceneSet:
    images = torch.arange(4 * 3 * 6, dtype=torch.uint8).view(4, 3, 2, 3)
    return SceneSet(images, torch.tensor([0, 1, 1, 0]), ("a", "b"), "four", mask=images[:, 1] % 2 == 0)


def test_masks_and_names_come_back_from_the_cache(tmp_path):
    named = replace(four(), stems=("w", "x", "y", "z"))
    save_splits(Splits(named, named.take(slice(1))), tmp_path / "x.safetensors")
    again = read_splits(tmp_path / "x.safetensors", SceneSet)
    assert torch.equal(again.train.mask, named.mask) and again.train.mask.dtype == torch.bool
    assert (again.test.stems, again.train.stems) == (("w",), named.stems)


def test_a_file_without_masks_is_no_file_of_scenes(tmp_path):
    scenes = four()
    bare = ImageSet(scenes.images, scenes.label, scenes.label_names, "bare")
    cached({"name": "bare"}, ImageSet, lambda: Splits(bare, bare))
    with pytest.warns(UserWarning, match=r"is damaged.*it is made again"):
        again = cached({"name": "bare"}, SceneSet, lambda: Splits(scenes, scenes))
    assert torch.equal(again.train.mask, scenes.mask)


# ---- composed


@pytest.mark.parametrize("name", ["astronaut", "cat", "moon"])
def test_no_pixel_serves_both_sides(name, monkeypatch):
    picture = photograph(name)
    held_out = held_out_pixel_rows(picture.shape[1], 64)
    noise = torch.randint(256, picture.shape, generator=torch.Generator().manual_seed(0)).byte()
    before = {side: photograph_scenes(name, side, 8, 64, 0, 0.3)[0] for side in ("train", "test")}
    for side, theirs in (("train", held_out), ("test", ~held_out)):
        spoilt = torch.where(theirs[:, None], noise, picture)
        monkeypatch.setattr(composed, "photograph", lambda _, spoilt=spoilt: spoilt)
        other = "test" if side == "train" else "train"
        assert torch.equal(photograph_scenes(name, side, 8, 64, 0, 0.3)[0], before[side])
        assert not torch.equal(photograph_scenes(name, other, 8, 64, 0, 0.3)[0], before[other])


@pytest.fixture(scope="module")
def by_strength() -> dict[str, list[tuple[torch.Tensor, torch.Tensor]]]:
    "Twelve test scenes of each photograph, at each strength."
    return {
        name: [photograph_scenes(name, "test", 12, 64, 0, strength) for strength in STRENGTHS]
        for name in PHOTOGRAPHS
    }


def test_an_object_is_one_piece_of_a_size_within_limits_and_whole(by_strength):
    masks = torch.cat([scenes[0][1] for scenes in by_strength.values()])
    share = masks.float().mean((1, 2))
    assert 0.03 < share.min() < 0.1 and 0.25 < share.max() < 0.37
    assert not masks[:, [0, -1]].any() and not masks[:, :, [0, -1]].any()
    assert max(pieces(mask.numpy())[1] for mask in masks) == 1


def told_apart(image: torch.Tensor, mask: torch.Tensor) -> float:
    "How often a pixel of the object is further from the colour around it than one of the ground; a half: not at all."
    ring = surroundings(mask[None, None].float())[0, 0]
    around = (image * ring).sum((1, 2)) / ring.sum()
    rank = (image - around[:, None, None]).square().sum(0).flatten().argsort().argsort().float() + 1
    inside, n = mask.flatten(), int(mask.sum())
    return float((rank[inside].sum() - n * (n + 1) / 2) / (n * (len(inside) - n)))


def test_the_stronger_the_camouflage_the_less_colour_tells(by_strength):
    means = {}
    for name, scenes in by_strength.items():
        apart = [
            np.mean([told_apart(*scene) for scene in zip(images.float(), masks)]) for images, masks in scenes
        ]
        assert apart[0] > 0.7 and apart[0] - apart[-1] > 0.3, (name, apart)
        means[name] = apart
    curve = np.mean([*means.values()], axis=0)
    assert curve[0] > 0.85 and curve[-1] < 0.5 and (np.diff(curve) < -0.02).all()


def test_scenes_are_the_same_at_every_strength_but_for_the_object(by_strength):
    for scenes in by_strength.values():
        outside = ~torch.nn.functional.max_pool2d(scenes[0][1].float()[:, None], 7, 1, 3).bool()
        for images, masks in scenes[1:]:
            assert torch.equal(masks, scenes[0][1])
            assert ((images.int() - scenes[0][0].int()).abs() * outside).max() <= 1


def test_a_small_step_in_strength_is_a_small_step_in_the_scene():
    picture = photograph("cat")
    for strength in (0.0, 0.37, 0.99):
        here, there = (scene_from(picture, 3, s)[0].int() for s in (strength, strength + 0.01))
        moved = (here - there).abs()
        assert moved.max() <= 40 and moved.float().mean() < 1.5


def test_grey_photographs_stay_grey(by_strength):
    for name in ("camera", "brick", "grass", "gravel", "coins", "moon"):
        for images, _ in by_strength[name]:
            assert (images.int() - images[:, :1].int()).abs().max() <= 1  # of 255


def test_a_scene_is_decided_by_its_seed_number_and_side():
    assert torch.equal(*(photograph_scenes("cat", "train", 4, 64, 0, 0.5)[0] for _ in range(2)))
    some, more = (photograph_scenes("cat", "train", count, 64, 0, 0.5) for count in (4, 9))
    assert torch.equal(some[1], more[1][:4]) and (some[0].int() - more[0][:4].int()).abs().max() <= 1
    others = [
        photograph_scenes("cat", "train", 4, 64, 1, 0.5),
        photograph_scenes("cat", "test", 4, 64, 0, 0.5),
    ]
    assert not any(torch.equal(some[1], masks) for _, masks in others)


def test_embedded_scenes_by_name():
    splits = load_scenes(limit=33, size=32, seed=2)
    assert len(splits.train) == 33 and len(splits.test) == 400 and splits.train.name == "camouflage"
    assert splits.train.label.bincount().tolist() == [3] + [2] * 15
    assert splits.train.kind_names[splits.train.kind[0]] == PHOTOGRAPHS["astronaut"][2]
    assert torch.equal(splits.train.images, load_composed(32, train=33, seed=2).train.images)


# ---- folders


def scene(
    folder: Path, name: str, size=(24, 18), box=(4, 4, 14, 12), names=("Imgs", "GT"), endings=("jpg", "png")
):
    "An image that is white where its mask is, and has a shade of its own elsewhere."
    mask, image = Image.new("L", size), Image.new("L", size, crc32(name.encode()) % 120)
    for picture in (mask, image):
        picture.paste(255, box)
    for kind, ending in zip(names, endings):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (mask if ending == endings[-1] else image).save(folder / kind / f"{name}.{ending}")


def whole(folder: Path, n: int = 6, start: str = "s", **options) -> Path:
    for i in range(n):
        scene(folder, f"{start}{i}", **options)
    return folder


@pytest.mark.parametrize(
    "names", [("Image", "GT_Object"), ("Imgs", "GT"), ("IMAGES", "gt"), ("images", "Masks")]
)
def test_a_folder_in_the_layout_of_the_field(tmp_path, names):
    whole(tmp_path / "TrainDataset", 4, names=names)
    scene(tmp_path / "TestDataset" / "CAMO", "a", names=names, endings=("png", "bmp"))
    scene(tmp_path / "TestDataset" / "NC4K", "B", names=names)
    splits = load_scenes(str(tmp_path), size=12)
    assert sorted(splits.train.stems) == ["s0", "s1", "s2", "s3"] and splits.test.stems == ("a", "B")
    assert [splits.test.label_names[i] for i in splits.test.label] == ["CAMO", "NC4K"]
    agree = (splits.train.images[:, 0] > 127) == splits.train.mask
    assert agree.float().mean() > 0.9  # image and mask are cut and resized alike, up to the edge


def test_other_layouts(tmp_path):
    for split in ("Train", "Test"):  # CAMO as its authors have it: masks all in one folder
        whole(tmp_path / "camo", 4 if split == "Train" else 2, split, names=(f"Images/{split}", "GT"))
    camo = load_scenes(tmp_path / "camo", size=12)
    assert (len(camo.train), len(camo.test)) == (4, 2)
    whole(tmp_path / "mine", 10)
    mine, again = (load_scenes(tmp_path / "mine", size=12, seed=seed) for seed in (0, 1))
    assert (len(mine.train), len(mine.test)) == (8, 2) and {*mine.test.stems} != {*again.test.stems}
    assert not {*mine.train.stems} & {*mine.test.stems}


FAULTS = {
    "an image without a mask": (lambda home: (home / "GT/s0.png").unlink(), "there is no mask of this name"),
    "a mask without an image": (
        lambda home: (home / "Imgs/s0.jpg").unlink(),
        "there is no image of this name",
    ),
    "another size": (
        lambda home: scene(home, "s0", (30, 18), names=("GT",), endings=("png",)),
        "mask 30×18 pixels",
    ),
    "an empty mask": (lambda home: scene(home, "s0", box=(0, 0, 0, 0)), "s0 (its mask is empty)"),
    "a full mask": (lambda home: scene(home, "s0", box=(0, 0, 24, 18)), "s0 (its mask is full)"),
    "an object out of sight": (
        lambda home: scene(home, "s0", box=(0, 0, 2, 18)),
        "empty in the middle square",
    ),
    "a file that is no picture": (lambda home: (home / "Imgs/s0.jpg").write_text("no"), "is no picture"),
    "a truncated mask": (
        lambda home: (home / "GT/s0.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
        "is no picture",
    ),
    "one name twice": (
        lambda home: shutil.copy(home / "Imgs/s0.jpg", home / "Imgs/S0.jpeg"),
        "has the same name as",
    ),
    "a text": (lambda home: (home / "GT/s0.png").rename(home / "GT/s0.txt"), "has no ending of a picture"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_named_and_the_rest_goes_on(tmp_path, fault):
    spoil, why = FAULTS[fault]
    spoil(whole(tmp_path))
    with pytest.warns(UserWarning) as caught:
        splits = load_scenes(tmp_path, size=12)
    said = "\n".join(str(warning.message) for warning in caught)
    assert why in said and "s0" in said.lower()
    assert sorted(splits.train.stems + splits.test.stems) == ["s1", "s2", "s3", "s4", "s5"]


def test_a_mask_that_is_grey_all_over_is_told_and_a_soft_edge_is_not(tmp_path):
    whole(tmp_path)
    blurred = np.clip((np.arange(24.0) - 10) / 3, 0, 1)[None].repeat(18, 0) * 255
    for name, values in (("s0", blurred), ("s1", blurred * 0.6)):
        Image.fromarray(values.astype(np.uint8)).save(tmp_path / "GT" / f"{name}.png")
    with pytest.warns(UserWarning, match=r"1 masks have grey beside their edges.*: s1$"):
        load_scenes(tmp_path, size=12)


def test_masks_of_ones_and_masks_in_colours(tmp_path):
    whole(tmp_path)
    mask = np.zeros((18, 24), np.uint8)
    mask[4:12, 4:14] = 1
    Image.fromarray(mask).save(tmp_path / "GT/s0.png")
    Image.fromarray(mask[..., None] * np.uint8([200, 0, 0])).save(tmp_path / "GT/s1.png")
    with pytest.warns(UserWarning, match="1 masks have grey beside their edges"):  # 200 is not white
        splits = load_scenes(tmp_path, size=None)
    masks = torch.cat([splits.train.mask, splits.test.mask])
    assert (masks == torch.from_numpy(mask).bool()).all()


def test_a_test_set_alone_is_parted_and_that_is_said(tmp_path, monkeypatch):
    whole(tmp_path / "TestDataset" / "NC4K", 10)
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path / "nowhere") + ":" + str(tmp_path))
    assert len(load_scenes("nc4k", size=12).test) == 2
    with pytest.warns(UserWarning, match="all 10 scenes are for testing; a fifth is held out"):
        assert len(load_scenes(tmp_path, size=12).train) == 8


def test_an_image_on_both_sides_is_told(tmp_path):
    whole(tmp_path / "Train", 4)
    whole(tmp_path / "Test", 2)
    (tmp_path / "Test/Imgs/s1.jpg").unlink()
    scene(tmp_path / "Test", "s1", box=(6, 6, 9, 9))
    with pytest.warns(UserWarning, match=r"1 test images are in the training set too: s0$"):
        assert len(load_scenes(tmp_path, size=12).test) == 2


def test_a_table_with_images_and_masks(tmp_path, monkeypatch):
    folder = tmp_path / "someone" / "animals"
    folder.mkdir(parents=True)
    pictures = [Image.new("L", (8, 8), 10 * i) for i in range(12)]
    outlines = [Image.fromarray(np.eye(8, dtype=np.uint8) * 255 * (i != 3)) for i in range(12)]
    features = datasets.Features(image=datasets.Image(), mask=datasets.Image())
    table = datasets.Dataset.from_dict({"image": pictures, "mask": outlines}, features=features)
    table.select(range(9)).to_parquet(folder / "train.parquet")
    table.select(range(9, 12)).to_parquet(folder / "test.parquet")
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    with pytest.warns(UserWarning, match=r"1 of 9 scenes left out: row 3 \(its mask is empty\)"):
        splits = load_scenes("someone/animals", size=None)
    assert (len(splits.train), splits.test.stems) == (8, ("row 0", "row 1", "row 2"))
    assert torch.equal(splits.test.mask[0], torch.eye(8).bool()) and splits.test.label_names == ("animals",)


def test_decoded_once_until_a_file_changes(tmp_path, monkeypatch):
    whole(tmp_path)
    first = load_scenes(tmp_path, size=12)
    monkeypatch.setattr("moe_lab.data.scenes.loading.decode_pairs", None)
    assert torch.equal(load_scenes(tmp_path, size=12).train.mask, first.train.mask)
    scene(tmp_path, "s9")
    with pytest.raises(TypeError):
        load_scenes(tmp_path, size=12)


@needs_photographs
def test_real_photographs():
    splits = load_scenes(REAL)
    assert (len(splits.train), len(splits.test)) == (243, 81)
    assert not {*splits.train.stems} & {*splits.test.stems}
    for part, folder in ((splits.train, "TrainDataset"), (splits.test, "TestDataset")):
        share = part.mask.float().mean((1, 2))
        assert share.min() > 0.005 and share.max() < 0.6 and part.images.shape[1:] == (3, 64, 64)
        stem = part.stems[0]
        with Image.open(REAL / folder / "GT_Object" / f"{stem}.png") as mask:
            assert abs(float(np.mean(np.array(mask) > 127)) - float(share[0])) < 0.02
    few = load_scenes(REAL, limit=50)
    assert few.train.stems == splits.train.stems[:50] and few.test.stems == splits.test.stems
