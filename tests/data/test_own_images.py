"Pictures as they lie in people's folders: what cannot be read is named, and the rest goes on."

import shutil

import datasets
import numpy as np
import pytest
from data.tools import folder_of_images
from PIL import Image

from moe_lab.data.vision.loading import load_images


def picture(pixels, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels)).save(path, **options)


def loaded(folder, **options):
    "All pictures of a folder, sorted by their label."
    splits = load_images(str(folder), **options)
    both = [
        (label, image)
        for s in (splits.train, splits.test)
        for label, image in zip(s.label.tolist(), s.images)
    ]
    return splits, [image for _, image in sorted(both, key=lambda pair: pair[0])]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("class1/2.png", b"\x89PNG\r\n\x1a\n cut off", "no picture"),
        ("class0/page.jpg", b"<html>not found</html>", "page.jpg (is no picture, whatever it is called)"),
        ("class0/notes.txt", b"Fur.", "notes.txt (has no ending of a picture)"),
        ("class0/empty.png", b"", "empty.png (is no picture"),
        ("stray.png", b"\x89PNG", "stray.png (lies in no sub-folder of a class)"),
    ],
)
def test_a_file_that_is_no_picture_is_named_and_the_rest_goes_on(tmp_path, name, content, why):
    folder = folder_of_images(tmp_path / "pictures", each=10)
    (folder / name).write_bytes(content)
    with pytest.warns(UserWarning) as caught:
        splits, images = loaded(folder)
    assert any(name in str(w.message) and why in str(w.message) for w in caught)
    assert len(images) == 20 - (name == "class1/2.png") and splits.train.label_names == ("class0", "class1")


def test_a_truncated_photograph_is_left_out(tmp_path):
    folder = folder_of_images(tmp_path / "pictures", each=10)
    noise = np.random.default_rng(0).integers(0, 255, (6, 6, 3)).astype(np.uint8)
    picture(noise, folder / "class0" / "cut.jpg")
    whole = (folder / "class0" / "cut.jpg").read_bytes()
    (folder / "class0" / "cut.jpg").write_bytes(whole[:-40])
    with pytest.warns(UserWarning, match=r"1 of \d+ pictures left out: .*cut.jpg"):
        assert len(loaded(folder)[1]) == 20


def test_every_damaged_picture_counts_wherever_the_split_puts_it(tmp_path):
    folder = folder_of_images(tmp_path / "pictures", each=3)
    (folder / "class0" / "0.png").write_bytes(b"broken")
    for seed in range(6):
        with pytest.warns(UserWarning, match="0.png"):
            splits = load_images(str(folder), seed=seed)
        assert len(splits.train) + len(splits.test) == 5


def test_no_picture_at_all_is_an_error(tmp_path):
    folder = folder_of_images(tmp_path / "pictures", each=2)
    for path in folder.rglob("*.png"):
        path.write_bytes(b"broken")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="no two pictures that can be read"):
        load_images(str(folder))


def test_empty_classes_are_named_and_hidden_files_are_nobodys(tmp_path):
    folder = folder_of_images(tmp_path / "pictures")
    (folder / "class2" / "deep").mkdir(parents=True)
    (folder / "class0" / "._0.png").write_bytes(b"of a system")
    (folder / ".DS_Store").write_bytes(b"of a system")
    with pytest.warns(UserWarning, match="1 sub-folders without a picture: class2") as caught:
        splits, images = loaded(folder)
    assert len(images) == 10 and splits.train.label_names == ("class0", "class1") and len(caught) == 1


def test_sixteen_bits_become_eight(tmp_path):
    deep = np.full((6, 6), 32896, np.uint16)
    for label, factor in {"dark": 0, "middle": 1}.items():
        for i in range(5):
            picture(deep * factor, tmp_path / label / f"{i}.png")
            picture(deep * factor, tmp_path / label / f"{i}.tiff")
    _, images = loaded(tmp_path)
    assert [int(image.max()) for image in images] == [0] * 10 + [128] * 10


@pytest.mark.parametrize(
    ("mode", "ending", "seen"), [("CMYK", "jpg", 200), ("P", "gif", 200), ("LA", "png", 200)]
)
def test_every_mode_becomes_rgb(tmp_path, mode, ending, seen):
    for label, value in {"a": 100, "b": seen}.items():
        for i in range(5):
            path = tmp_path / label / f"{i}.{ending}"
            path.parent.mkdir(exist_ok=True)
            Image.new("RGB", (6, 6), (value,) * 3).convert("L" if mode == "LA" else "RGB").convert(mode).save(
                path
            )
    _, images = loaded(tmp_path)
    assert [int(image.float().mean()) for image in images] == pytest.approx([100] * 5 + [seen] * 5, abs=8)


def test_what_is_transparent_is_white(tmp_path):
    for label, value in {"a": 0, "b": 255}.items():
        for i in range(5):
            picture(np.full((6, 6, 4), (9, 9, 9, value), np.uint8), tmp_path / label / f"{i}.png")
    assert [int(image.max()) for image in loaded(tmp_path)[1]] == [255] * 5 + [9] * 5


def test_a_camera_held_sideways_is_turned(tmp_path):
    note = Image.Exif()
    note[0x0112] = 6
    for label in "ab":
        for i in range(4):
            picture(np.zeros((8, 4, 3), np.uint8), tmp_path / label / f"{i}.jpg")
        picture(np.zeros((4, 8, 3), np.uint8), tmp_path / label / "turned.jpg", exif=note)
    splits, images = loaded(tmp_path)
    assert len(images) == 10 and splits.train.images.shape[2:] == (8, 4)


def test_the_first_picture_of_an_animation_is_taken_and_said(tmp_path):
    folder = folder_of_images(tmp_path / "pictures")
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    frames[0].save(folder / "class0" / "moves.gif", save_all=True, append_images=frames[1:])
    with pytest.warns(UserWarning, match=r"1 animations, of which the first picture is taken: .*moves\.gif"):
        _, images = loaded(folder)
    assert len(images) == 11 and any(
        (image[:, 0, 0] == images[0].new_tensor([255, 0, 0])).all() for image in images
    )


def test_folders_that_are_called_train_and_test_are_splits(tmp_path):
    for split, each in {"train": 6, "test": 2}.items():
        folder_of_images(tmp_path / split, each=each)
    splits = load_images(str(tmp_path))
    assert (len(splits.train), len(splits.test)) == (12, 4)
    assert splits.train.label_names == ("class0", "class1")


# ---- tables


def rows(n: int, label: list, names: list[str] | None = None, value: int = 0) -> datasets.Dataset:
    "Pictures of which each has its own grey."
    kind = datasets.ClassLabel(names=names) if names else datasets.Value("string")
    features = datasets.Features(image=datasets.Image(), label=kind)
    shown = [Image.new("L", (4, 4), value + i) for i in range(n)]
    return datasets.Dataset.from_dict({"image": shown, "label": label}, features=features)


@pytest.mark.parametrize(
    ("label", "names"), [([0, 1, -1, 1, 0, 1] * 2, ["a", "b"]), (["a", "b", None, "b", "a", "b"] * 2, None)]
)
def test_rows_without_a_label_are_left_out_and_counted(tmp_path, label, names):
    rows(12, label, names).to_parquet(tmp_path / "train-00000-of-00001.parquet")
    with pytest.warns(UserWarning, match="2 of 12 pictures left out: they have no label"):
        splits = load_images(str(tmp_path))
    assert len(splits.train) + len(splits.test) == 10 and splits.train.label_names == ("a", "b")


def test_a_test_set_without_labels_is_no_test_set(tmp_path):
    rows(10, [0, 1] * 5, ["a", "b"]).to_parquet(tmp_path / "train.parquet")
    rows(10, [-1] * 10, ["a", "b"], 100).to_parquet(tmp_path / "test.parquet")
    with pytest.warns(UserWarning, match="held out: 10 of 10 pictures left out"):
        splits = load_images(str(tmp_path))
    assert (len(splits.train), len(splits.test)) == (8, 2) and splits.test.images.max() < 100


@pytest.mark.parametrize("split", ["test", "validation"])
def test_a_mirror_with_one_split_is_split(tmp_path, monkeypatch, split):
    mirror = tmp_path / "uoft-cs" / "cifar10" / "plain_text"
    mirror.mkdir(parents=True)
    rows(10, [0, 1] * 5, ["a", "b"]).to_parquet(mirror / f"{split}-00000-of-00001.parquet")
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    splits = load_images("cifar10")
    assert (len(splits.train), len(splits.test)) == (8, 2)


def test_every_beginning_of_both_sets_has_all_classes(tmp_path):
    for split, start in {"train": 0, "test": 100}.items():
        rows(40, [0] * 20 + [1] * 20, ["a", "b"], start).to_parquet(tmp_path / f"{split}.parquet")
    splits = load_images(str(tmp_path))
    for part in (splits.train, splits.test):
        assert part.label[:10].bincount(minlength=2).tolist() == [5, 5]


def test_several_folders_of_mirrors(tmp_path, monkeypatch):
    for owner, value in {"one": 0, "two": 100}.items():
        (tmp_path / owner / "someone" / owner).mkdir(parents=True)
        rows(10, [0, 1] * 5, ["a", "b"], value).to_parquet(
            tmp_path / owner / "someone" / owner / "train.parquet"
        )
    shutil.copytree(tmp_path / "one" / "someone" / "one", tmp_path / "two" / "someone" / "one")
    monkeypatch.setenv("MOE_LAB_DATA", f"{tmp_path / 'nowhere'}:{tmp_path / 'one'}:{tmp_path / 'two'}")
    assert load_images("someone/two").train.images.min() >= 100
    assert load_images("someone/one").train.images.max() < 100
