"""The data floor against broken files, real data in the hub's layout, and a hub that is out of reach."""

import json
import os
import warnings
from pathlib import Path

import pytest
import torch
from data.tools import ask_hub, folder_of_images, run
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from moe_lab.data.batching import batch_index, steps_per_epoch, stratified_order
from moe_lab.data.cache import read_splits, save_splits
from moe_lab.data.images import ImageSet, Splits
from moe_lab.data.vision.loading import load_images
from moe_lab.data.vision.photographs import (
    PHOTOGRAPHS,
    held_out_pixel_rows,
    load_photographs,
    patches,
    photograph,
    strips,
    tops,
)

HUB = Path(__file__).parents[3] / "shared" / "hub"
needs_hub = pytest.mark.skipif(not HUB.is_dir(), reason=f"no data in the hub's layout at {HUB}")


def small_set(n=5, name="small") -> ImageSet:
    images = torch.arange(n * 12, dtype=torch.uint8).view(n, 3, 2, 2)
    return ImageSet(images, torch.arange(n) % 2, ("a", "b"), name, torch.zeros(n, dtype=torch.long), ("k",))


# ---- the order of training


@given(n=st.integers(1, 300), batch_size=st.integers(1, 70), epoch=st.integers(0, 5), seed=st.integers(0, 99))
def test_every_epoch_shows_each_image_once(n, batch_size, epoch, seed):
    per_epoch = steps_per_epoch(n, batch_size)
    steps = range(epoch * per_epoch, (epoch + 1) * per_epoch)
    batches = [batch_index(n, batch_size, step, seed) for step in steps]
    assert torch.equal(torch.cat(batches).sort().values, torch.arange(n))
    assert all(len(batch) == min(batch_size, n) for batch in batches[:-1])


def test_order_differs_between_epochs_and_seeds_and_is_safe_to_write_to():
    first = batch_index(1000, 1000, 0, seed=0)
    assert not torch.equal(first, batch_index(1000, 1000, 1, seed=0))
    assert not torch.equal(first, batch_index(1000, 1000, 0, seed=1))
    expected = first.clone()
    first.zero_()
    assert torch.equal(batch_index(1000, 1000, 0, seed=0), expected)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.integers(0, 9), st.floats(0, 1))
def test_every_prefix_of_a_stratified_order_is_fair(labels, seed, share):
    label = torch.tensor(labels)
    order = stratified_order(label, seed)
    assert torch.equal(order.sort().values, torch.arange(len(label)))
    n = int(share * len(label))
    taken = label[order[:n]].bincount(minlength=6)
    fair = label.bincount(minlength=6) * n / len(label)
    assert (taken - fair).abs().max() <= 6  # one rounding of each class


# ---- the cache


def test_a_cache_file_gives_back_what_was_saved(tmp_path):
    splits = Splits(small_set(), small_set(3).take(torch.tensor([2, 0])))
    save_splits(splits, tmp_path / "x.safetensors")
    again = read_splits(tmp_path / "x.safetensors", ImageSet)
    for part in ("train", "test"):
        for field in ("images", "label", "kind"):
            assert torch.equal(getattr(getattr(splits, part), field), getattr(getattr(again, part), field))
        assert getattr(splits, part).kind_names == getattr(again, part).kind_names
    assert list(tmp_path.iterdir()) == [tmp_path / "x.safetensors"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "x.safetensors"
    save_splits(Splits(small_set(), small_set(3)), path)
    return path.read_bytes()


@given(data=st.data())
def test_a_damaged_cache_file_is_noticed(saved, tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "x.safetensors"
    header = 8 + int.from_bytes(saved[:8], "little")
    if data.draw(st.booleans(), label="truncate"):
        path.write_bytes(saved[: data.draw(st.integers(0, len(saved) - 1))])
    else:
        where, bit = data.draw(st.integers(header, len(saved) - 1)), data.draw(st.integers(0, 7))
        path.write_bytes(saved[:where] + bytes([saved[where] ^ 1 << bit]) + saved[where + 1 :])
    with pytest.raises(ValueError, match="is damaged"):
        read_splits(path, ImageSet)


def test_a_damaged_cache_file_is_made_again_with_a_warning():
    load_photographs(patch=8, train=32, test=16)
    (file,) = Path(os.environ["MOE_LAB_CACHE"]).iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match="damaged.*made again"):
        load_photographs(patch=8, train=32, test=16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_photographs(patch=8, train=32, test=16)
    assert file.stat().st_size == len(whole)


def test_a_cache_that_cannot_be_written_is_a_warning(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="cannot be kept"):
        assert len(load_photographs(patch=8, train=32, test=16).train) == 32


# ---- photographs


@given(height=st.integers(1, 1500), patch=st.integers(1, 90))
def test_a_patch_lies_between_the_strips(height, patch):
    try:
        sides = strips(height, patch)
    except ValueError as error:
        assert "is too large for a photograph" in str(error) and height // patch < 4
        return
    reached = []
    for rows in sides:
        top = tops(rows, patch)
        assert len(top) > 0
        reached.append((top[:, None] + torch.arange(patch)).unique())
    assert (reached[0][:, None] - reached[1]).abs().min() > patch


@pytest.mark.parametrize("patch", [1, 8, 16, 25])
def test_the_gap_leaves_small_training_patches_as_they_were(patch):
    for name in PHOTOGRAPHS:
        height = photograph(name).shape[1]
        assert strips(height, patch)[0].equal(~held_out_pixel_rows(height, patch)), name


def corners(image, piece) -> list[int]:
    "The rows at which a piece (C, P, P) lies in an image."
    patch = piece.shape[-1]
    first = (image[:, : 1 - patch, : 1 - patch] == piece[:, :1, :1]).all(0)
    return [y for y, x in first.nonzero().tolist() if image[:, y : y + patch, x : x + patch].equal(piece)]


@pytest.mark.parametrize("patch", [16, 64])
def test_patches_come_from_their_photograph_and_their_strips(patch):
    splits = load_photographs(patch=patch, train=16, test=32)
    for label, name in enumerate(PHOTOGRAPHS):
        image = photograph(name)
        for split, rows in zip((splits.train, splits.test), strips(image.shape[1], patch)):
            allowed = set(tops(rows, patch).tolist())
            for piece in split.images[split.label == label]:
                assert allowed & set(corners(image, piece)), name


def test_default_photographs_are_balanced_and_the_same_again():
    splits = load_photographs()
    assert splits.train.images.shape == (32_768, 3, 8, 8)
    assert splits.test.images.shape == (4_096, 3, 8, 8)
    assert set(splits.train.label.bincount().tolist()) == {2048}
    assert set(splits.train.kind.tolist()) == set(range(len(splits.train.kind_names)))
    assert torch.equal(splits.train.images, patches("train", patch=8, count=32_768, seed=0).images)


# ---- names, folders and mistakes


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("cifar", ValueError, "did you mean 'cifar10'"),
        ("no/such/folder", FileNotFoundError, "there is no folder 'no/such/folder'"),
        ("/nowhere", FileNotFoundError, "there is no folder '/nowhere'"),
        ("", ValueError, "unknown data set ''"),
    ],
)
def test_a_wrong_name_gives_one_clear_error(name, error, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        load_images(name)


def test_a_folder_of_images_and_a_change_in_it(tmp_path):
    folder = folder_of_images(tmp_path / "pictures")
    splits = load_images(str(folder))
    assert (len(splits.train), len(splits.test)) == (8, 2)
    assert (splits.train.images[:, 0, 0, 0] == 40 * splits.train.label).all()
    seen = torch.cat([splits.train.images, splits.test.images])[:, :2, 0, 0]
    assert len({tuple(pixel) for pixel in seen.tolist()}) == 10
    Image.new("RGB", (6, 6)).save(folder / "class0" / "new.png")
    assert len(load_images(str(folder)).train) == 9


@pytest.mark.parametrize("classes", [0, 1])
def test_a_folder_without_classes_gives_one_clear_error(tmp_path, classes):
    folder = folder_of_images(tmp_path / "pictures", classes)
    folder.mkdir(exist_ok=True)
    with pytest.raises((FileNotFoundError, ValueError), match="sub-folder"):
        load_images(str(folder))


# ---- the hub, and its absence


@needs_hub
@pytest.mark.parametrize(
    ("name", "shape", "n_test", "classes"),
    [
        ("tiny-imagenet", (300, 3, 64, 64), 2100, 42),
        ("ylecun/mnist", (300, 1, 28, 28), 10_000, 10),
        ("cifar10", (300, 3, 32, 32), 4000, 10),
    ],
)
def test_names_are_read_from_a_local_mirror(name, shape, n_test, classes, monkeypatch):
    monkeypatch.setenv("MOE_LAB_DATA", str(HUB))
    splits = load_images(name, limit=300)
    assert splits.train.images.shape == shape
    assert len(splits.test) == n_test
    assert len(splits.train.label_names) == classes
    counts = splits.train.label.bincount(minlength=classes)
    share = splits.test.label.bincount(minlength=classes) / n_test
    assert (counts - 300 * share).abs().max() < 8  # a fair part


@needs_hub
def test_tiny_imagenet_has_readable_names_and_kinds_that_agree_with_its_class_list(monkeypatch):
    monkeypatch.setenv("MOE_LAB_DATA", str(HUB))
    train = load_images("tiny-imagenet", limit=200, size=16).train
    assert train.images.shape == (200, 3, 16, 16)
    described = json.loads((HUB / "zh-plus/tiny-imagenet/classes.json").read_text())
    superclass = {entry["name"]: entry["superclass"] for entry in described}
    for label, kind in zip(train.label.tolist(), train.kind.tolist()):
        assert superclass[train.label_names[label]] == train.kind_names[kind]


NO_HUB = {"offline": {"HF_HUB_OFFLINE": 1}, "nobody answers": {"HF_ENDPOINT": "http://127.0.0.1:9"}}


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9"], ids=NO_HUB)
def test_a_hub_name_without_a_hub_says_what_to_do(tmp_path, monkeypatch, caplog, address):
    ask_hub(monkeypatch, tmp_path, address)
    monkeypatch.setenv("MOE_LAB_DATA", f"{tmp_path}/mirrors")
    with pytest.raises(ConnectionError, match=r"^'zh-plus/tiny-imagenet' is not on this machine") as raised:
        load_images("tiny-imagenet")
    assert f"MOE_LAB_DATA (it is {tmp_path}/mirrors, where it is not)" in str(raised.value)
    assert "Retrying" not in caplog.text
    assert raised.value.__cause__  # the original error is chained


@pytest.mark.slow
@pytest.mark.parametrize("how", NO_HUB.values(), ids=NO_HUB)
def test_a_program_without_a_hub_says_what_to_do(tmp_path, how):
    load = "from moe_lab.data.vision.loading import load_images; load_images('tiny-imagenet')"
    done = run("-c", load, HF_HOME=tmp_path, MOE_LAB_DATA=tmp_path / "mirrors", **how)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ConnectionError: 'zh-plus/tiny-imagenet' is not on this machine")
    assert f"MOE_LAB_DATA (it is {tmp_path}/mirrors, where it is not)" in last
    assert "Retrying" not in done.stderr
    assert "direct cause" in done.stderr  # the original error is chained
