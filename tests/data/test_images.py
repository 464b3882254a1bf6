"""The data floor against broken files, real data in the hub's layout, and a hub that is out of reach."""

import hashlib
import json
import os
import subprocess
import sys
import warnings
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from moe_lab.data.batching import batch_index, steps_per_epoch, stratified_order
from moe_lab.data.cache import read_splits, save_splits
from moe_lab.data.hub import load_images
from moe_lab.data.images import ImageSet, Splits
from moe_lab.data.photographs import (
    PHOTOGRAPHS,
    held_out_pixel_rows,
    load_photographs,
    patches,
    photograph,
    tops,
)

ROOT = Path(__file__).parents[2]
HUB = Path(__file__).parents[3] / "shared" / "hub"
needs_hub = pytest.mark.skipif(not HUB.is_dir(), reason=f"no data in the hub's layout at {HUB}")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("MOE_LAB_DATA", raising=False)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))


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
    again = read_splits(tmp_path / "x.safetensors")
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
        read_splits(path)


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
def test_no_row_is_in_both_strips(height, patch):
    try:
        held_out = held_out_pixel_rows(height, patch)
    except ValueError as error:
        assert "is too large for a photograph" in str(error) and height // patch < 4
        return
    reached = [torch.zeros(height, dtype=torch.bool) for _ in range(2)]
    for side, rows in zip(reached, (~held_out, held_out)):
        top = tops(rows, patch)
        assert len(top) > 0
        for i in range(patch):
            side[top + i] = True
    assert not (reached[0] & reached[1]).any()


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
        held_out = held_out_pixel_rows(image.shape[1], patch)
        for split, rows in ((splits.train, ~held_out), (splits.test, held_out)):
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


def folder_of_images(folder: Path, classes: int = 2, each: int = 5) -> Path:
    for label in range(classes):
        (folder / f"class{label}").mkdir(parents=True)
        for i in range(each):
            pixels = np.full((6, 6, 3), (40 * label, i, 0), np.uint8)
            Image.fromarray(pixels).save(folder / f"class{label}" / f"{i}.png")
    return folder


def test_a_folder_of_images_and_a_change_in_it(tmp_path):
    folder = folder_of_images(tmp_path / "pictures")
    splits = load_images(str(folder))
    assert (len(splits.train), len(splits.test)) == (8, 2)
    assert (splits.train.images[:, 0, 0, 0] == 40 * splits.train.label).all()
    seen = torch.cat([splits.train.images, splits.test.images])[:, :2, 0, 0]
    assert len({tuple(pixel) for pixel in seen.tolist()}) == 10
    Image.new("RGB", (6, 6)).save(folder / "class0" / "new.png")
    assert len(load_images(str(folder)).train) == 9


def test_a_broken_image_is_named_by_its_row(tmp_path):
    folder = folder_of_images(tmp_path / "pictures")
    broken = folder / "class1" / "2.png"
    broken.write_bytes(broken.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"pictures train: row 7 cannot be decoded"):
        load_images(str(folder))


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


def run(*arguments, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {k: str(v) for k, v in environment.items()},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )


@pytest.mark.parametrize("how", [{"HF_HUB_OFFLINE": 1}, {"HF_ENDPOINT": "http://127.0.0.1:9"}])
def test_a_hub_name_without_a_hub_says_what_to_do(tmp_path, how):
    load = "from moe_lab.data.hub import load_images; load_images('tiny-imagenet')"
    done = run("-c", load, HF_HOME=tmp_path, MOE_LAB_DATA=tmp_path / "mirrors", **how)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ConnectionError: 'zh-plus/tiny-imagenet' is not on this machine")
    assert f"MOE_LAB_DATA (it is {tmp_path}/mirrors, where it is not)" in last
    assert "Retrying" not in done.stderr
    assert "direct cause" in done.stderr  # the original error is chained


# ---- the mirror script

MIRROR = ROOT / "data_scripts" / "mirror.py"


@pytest.fixture
def finished_mirror(tmp_path) -> Path:
    folder = tmp_path / "someone" / "pets"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "train.parquet").write_bytes(b"not really")
    (folder / "README.md").write_text("pets")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "anything").write_text("is not counted")
    lines = subprocess.run(
        ["sha256sum", "README.md", "data/train.parquet"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / "manifest.sha256").write_text(lines.stdout)
    return folder


def test_a_mirror_verifies_until_it_differs(finished_mirror, tmp_path):
    verify = (MIRROR, "someone/pets", "--into", tmp_path, "--verify")
    good = run(*verify)
    assert (good.returncode, "all 2 files are as they were" in good.stdout) == (0, True)
    (finished_mirror / "data" / "train.parquet").write_bytes(b"not reallY")
    (finished_mirror / "README.md").unlink()
    (finished_mirror / "extra").write_text("!")
    bad = run(*verify)
    assert bad.returncode == 1
    assert bad.stderr.splitlines()[-3:] == [
        "missing: README.md",
        "changed: data/train.parquet",
        "unknown: extra",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pets"], "error: 'pets' should be owner/name"),
        (["someone/pets", "--verify"], "is no finished mirror"),
        (["someone/pets"], "the hub cannot be reached"),
    ],
)
def test_the_mirror_script_says_what_is_wrong(tmp_path, arguments, says):
    done = run(MIRROR, *arguments, "--into", tmp_path, HF_ENDPOINT="http://127.0.0.1:9")
    assert (done.returncode, says in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


# ---- a small hub of our own, over HTTP


def described(path: str, content: bytes) -> dict:
    "What the hub says about one of its files."
    digest = hashlib.sha256(content).hexdigest()
    lfs = {"oid": digest, "sha256": digest, "size": len(content), "pointerSize": 1}
    return {
        "type": "file",
        "path": path,
        "rfilename": path,
        "size": len(content),
        "oid": "0" * 40,
        "lfs": lfs,
    }


class Hub(BaseHTTPRequestHandler):
    "The few answers of the hub that reading a data set needs."

    files: dict[str, bytes] = {}  # what someone/pets holds
    claims: dict[str, bytes] = {}  # files whose checksum is announced as if they held this

    def do_GET(self):
        path, revision = urlsplit(self.path).path, "a" * 40
        api, resolve = "/api/datasets/someone/pets", "/datasets/someone/pets/resolve/"
        listing = [described(name, self.claims.get(name, content)) for name, content in self.files.items()]
        info = {"_id": "1", "id": "someone/pets", "sha": revision, "siblings": listing, "tags": []}
        answers = {f"{api}{end}": info for end in ("", "/revision/main", f"/revision/{revision}")}
        answers[f"{api}/tree/{revision}"] = listing
        file = path.removeprefix(resolve).partition("/")[2]
        if path in answers:
            self.answer(json.dumps(answers[path]).encode())
        elif path.startswith(resolve) and file in self.files:
            content = self.files[file]
            self.answer(content, ETag=described(file, content)["lfs"]["oid"], X_Repo_Commit=revision)
        else:
            ours = path.startswith((api + "/", resolve))
            self.answer(b"{}", 404, X_Error_Code="EntryNotFound" if ours else "RepoNotFound")

    do_HEAD = do_GET

    def answer(self, body: bytes, status: int = 200, **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format, *args):
        "Pytest's output is not the place for an access log."


@pytest.fixture
def hub(tmp_path, serve):
    "The address of a hub that holds someone/pets: ten pictures of two classes in one parquet file."
    import datasets

    folder = folder_of_images(tmp_path / "pictures")
    rows = datasets.load_dataset("imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "datasets"))[
        "train"
    ]
    rows.to_parquet(tmp_path / "train.parquet")
    Hub.files = {"train.parquet": (tmp_path / "train.parquet").read_bytes(), "README.md": b"Pets."}
    Hub.claims = {}
    return serve(Hub)


def test_a_hub_id_is_read_over_http_and_then_from_the_caches(hub, tmp_path):
    load = "from moe_lab.data.hub import load_images; print(load_images('someone/pets').train.images.shape)"
    first = run("-c", load, HF_HOME=tmp_path / "hf", HF_ENDPOINT=hub)
    assert first.stdout.strip() == "torch.Size([8, 3, 6, 6])", first.stderr
    decoded = run("-c", load, HF_HOME=tmp_path / "nothing", HF_HUB_OFFLINE=1)
    assert decoded.stdout == first.stdout, decoded.stderr
    downloaded = run("-c", load, HF_HOME=tmp_path / "hf", HF_HUB_OFFLINE=1, MOE_LAB_CACHE=tmp_path / "empty")
    assert downloaded.stdout == first.stdout, downloaded.stderr


def test_a_hub_id_that_does_not_exist_is_said_to_be_so(hub, tmp_path):
    load = "from moe_lab.data.hub import load_images; load_images('someone/cats')"
    done = run("-c", load, HF_HOME=tmp_path / "hf", HF_ENDPOINT=hub)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "ValueError: 'someone/cats': the hub has no such data set, or it needs a login"


def test_the_mirror_script_mirrors_and_moe_lab_reads_it(hub, tmp_path, monkeypatch):
    done = run(
        MIRROR, "someone/pets", "--into", tmp_path / "mirrors", HF_ENDPOINT=hub, HF_HOME=tmp_path / "hf"
    )
    assert "2 files of revision aaaa" in done.stdout, done.stderr
    assert run(MIRROR, "someone/pets", "--into", tmp_path / "mirrors", "--verify").returncode == 0
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path / "mirrors"))
    assert load_images("someone/pets").train.label_names == ("class0", "class1")


def test_the_mirror_script_keeps_no_file_that_differs_from_the_hubs_checksum(hub, tmp_path):
    Hub.claims = {"train.parquet": Hub.files["train.parquet"][::-1]}
    done = run(MIRROR, "someone/pets", "--into", tmp_path, HF_ENDPOINT=hub, HF_HOME=tmp_path / "hf")
    assert (done.returncode, "did not arrive" in done.stderr) == (1, True), done.stderr
    folder = tmp_path / "someone" / "pets"
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == ["README.md"]
