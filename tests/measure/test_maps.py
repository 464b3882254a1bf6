"Maps of points that are hard to map: alike, huge, tiny, twice there; and maps whose file was damaged."

import warnings
import zipfile

import numpy as np
import pytest
import torch

from moe_lab.measure.maps import MAP_METHODS, flatten, kept_map, neighbourhood

COMPILED = {"umap", "pacmap"}
METHODS = [pytest.param(m, marks=pytest.mark.slow) if m in COMPILED else m for m in MAP_METHODS]
RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(60, 16))


@pytest.mark.parametrize("method", MAP_METHODS)
@pytest.mark.parametrize(
    "points, says",
    [
        (np.ones((60, 16)), "60 points do not differ; a map needs at least 5 that differ"),
        (1 + 1e-30 * POINTS, "60 points do not differ"),
        (1 + 1e-7 * RNG.integers(2, size=(60, 16)).astype(np.float32), "60 points do not differ"),
        (torch.zeros(60, 16, dtype=torch.bfloat16), "60 points do not differ"),
        (np.tile(POINTS[:4], (15, 1)), "60 points are only 4 different ones"),
        (np.where(np.arange(60)[:, None] == 7, np.inf, POINTS), "x: row 7 is not finite"),
        (torch.full((60, 16), torch.nan), "x: row 0 is not finite"),
        (POINTS[:4], "a map needs at least 5 points of 2 numbers"),
        (POINTS[:, :1], "a map needs at least 5 points of 2 numbers"),
    ],
)
def test_what_has_no_map_is_said_by_every_method(method, points, says):
    with pytest.raises(ValueError, match=says):
        flatten(points, method)


@pytest.mark.parametrize("method", METHODS)
def test_a_map_does_not_depend_on_the_unit(method):
    if method == "pacmap":
        pytest.importorskip("pacmap", reason="the extra pacmap is not installed")
    cloud = np.arange(60) % 3
    points = POINTS + 20 * np.eye(3, 16)[cloud]
    for scaled in (points, points * 1e-30, points * 1e30, points * 1e300, 1e9 + points):
        flat = flatten(scaled, method)
        centres = np.stack([flat[cloud == c].mean(0) for c in range(3)])
        nearest = np.linalg.norm(flat[:, None] - centres, axis=2).argmin(1)
        assert np.isfinite(flat).all() and (nearest == cloud).mean() > 0.95
        kept = neighbourhood(scaled, flat, k=5)["kept"]
        assert kept.value > 2 * kept.floor


@pytest.mark.parametrize("method", METHODS)
def test_points_that_are_there_twice_get_their_places(method):
    if method == "pacmap":
        pytest.importorskip("pacmap", reason="the extra pacmap is not installed")
    for points in (np.tile(POINTS[:5], (12, 1)), np.concatenate([np.zeros((200, 16)), POINTS[:9]])):
        flat = flatten(points, method)
        assert flat.shape == (len(points), 2) and np.isfinite(flat).all()


def test_a_collapsed_layer_is_told_from_a_quiet_one():
    "All tokens alike but for the last digit of float32: no map. A thousandth as large: a map as any other."
    rows = np.full((60, 16), 0.7, np.float32)
    with pytest.raises(ValueError, match="do not differ"):
        flatten(np.nextafter(rows, 1) * (POINTS > 0) + rows * (POINTS <= 0), "pca")
    assert flatten(1e-3 * POINTS.astype(np.float32), "pca").shape == (60, 2)


def test_ordinary_points_are_mapped_as_they_are():
    points = POINTS.astype(np.float32)
    centred = points - points.mean(0)
    spread = np.linalg.svd(centred, compute_uv=False)[:2]
    np.testing.assert_allclose(np.linalg.norm(flatten(points, "pca"), axis=0), spread, rtol=1e-4)


def test_a_damaged_map_is_made_again(tmp_path):
    right = flatten(POINTS, "pca", folder=tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert np.array_equal(flatten(POINTS, "pca", folder=tmp_path), right), place
    for content in (b"", whole[:-1], whole[: len(whole) // 2], b"map"):
        path.write_bytes(content)
        with pytest.warns(UserWarning, match="is damaged.*the map is made again"):
            assert np.array_equal(flatten(POINTS, "pca", folder=tmp_path), right)
        assert path.read_bytes()[:2] == b"PK" and zipfile.ZipFile(path).testzip() is None
    np.savez(path, map=right[:3])
    with pytest.raises(ValueError, match=r"holds \(3, 2\), not \(60, 2\)"):
        kept_map(path, 60)


def test_a_folder_that_takes_no_map_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.warns(UserWarning, match="cannot be kept"):
        flat = flatten(POINTS, "pca", folder=tmp_path / "file")
    assert np.array_equal(flat, flatten(POINTS, "pca"))
