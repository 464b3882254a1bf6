"Checkpoints under faults: odd tensors, damaged files, full disks."

import copy
import json
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import nn
from training.resumable import Settings, assert_same, train

from moe_lab.training import checkpoints
from moe_lab.training.checkpoints import (
    load_newest,
    pack_tree,
    save_checkpoint,
    stored_checkpoints,
    unpack_tree,
)
from moe_lab.training.runs import Metrics, Run, claim

# ---------------------------------------------------------------- what goes in comes out

FLOATS = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "complex64"]
DTYPES = [*FLOATS, "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32"]
VIEWS = {
    "whole": lambda t: t,
    "transposed": lambda t: t.mT if t.ndim > 1 else t,
    "every second": lambda t: t[::2] if t.ndim else t,
    "expanded": lambda t: t.expand(3, *t.shape),
    "conjugated": lambda t: t.conj() if t.is_complex() else t,
}


@st.composite
def odd_tensors(draw):
    "A view of a tensor of any bits: NaNs with payloads, subnormals, no elements, no dimensions."
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    dtype = getattr(torch, draw(st.sampled_from(DTYPES)))
    size = torch.Size(shape).numel() * dtype.itemsize
    content = torch.tensor(list(draw(st.binary(min_size=size, max_size=size))), dtype=torch.uint8)
    tensor = content.view(dtype).reshape(shape) if size else torch.empty(shape, dtype=dtype)
    tensor = tensor % 2 == 1 if dtype is torch.uint8 and draw(st.booleans()) else tensor
    return VIEWS[draw(st.sampled_from(list(VIEWS)))](tensor)


leaves = odd_tensors() | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
names = st.text("ab$€", min_size=1, max_size=3) | st.just("$tensor") | st.just("$dict")
keys = names | st.integers(0, 9) | st.tuples(st.integers(0, 9))
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(tree=trees)
def test_any_tree_comes_back_bit_for_bit(tree):
    tensors = {}
    through_json = json.loads(json.dumps(pack_tree(tree, tensors, "tree")))
    stored_tensors = checkpoints.safetensors.torch.load(checkpoints.safetensors.torch.save(tensors))
    assert_same(unpack_tree(through_json, stored_tensors), tree)


@given(tensors=st.lists(odd_tensors(), max_size=4))
@settings(max_examples=25)
def test_a_model_of_odd_and_shared_tensors_comes_back(tmp_path_factory, tensors):
    folder = tmp_path_factory.mktemp("odd")
    model = {f"layer.{i}": tensor for i, tensor in enumerate([*tensors, *tensors])}
    save_checkpoint(folder, 1, model, {}, {"position": (1, 2.5)})
    checkpoint = load_newest(folder)
    assert_same(checkpoint.model, model)
    assert_same(checkpoint.extra, {"position": (1, 2.5)})


OPTIMIZERS = {
    "fused AdamW": lambda groups: torch.optim.AdamW(groups, lr=0.1, fused=True),
    "AMSGrad": lambda groups: torch.optim.Adam(groups, lr=0.1, amsgrad=True),
    "lr tensor": lambda groups: torch.optim.Adam(groups, lr=torch.tensor(0.1)),
    "SGD": lambda groups: torch.optim.SGD(groups, lr=0.1),
    "momentum": lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9),
    "L-BFGS": lambda groups: torch.optim.LBFGS(groups[0]["params"], lr=0.1),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_goes_on_as_if_nothing_had_happened(tmp_path, kind):
    torch.manual_seed(0)
    start, x = nn.Linear(3, 3), torch.randn(5, 3)

    def build(model):
        return OPTIMIZERS[kind]([{"params": [model.weight]}, {"params": [model.bias], "lr": 0.02}])

    def step(model, optimizer):
        def closure():
            optimizer.zero_grad()
            loss = (model(x) - x).square().mean()
            loss.backward()
            return loss

        optimizer.step(closure)

    model = copy.deepcopy(start)
    optimizer = build(model)
    step(model, optimizer)
    save_checkpoint(tmp_path, 1, model.state_dict(), optimizer.state_dict(), {})
    checkpoint = load_newest(tmp_path)
    assert_same(checkpoint.optimizer, optimizer.state_dict())

    resumed = copy.deepcopy(start)
    resumed.load_state_dict(checkpoint.model)
    again = build(resumed)
    again.load_state_dict(checkpoint.optimizer)
    step(model, optimizer)
    step(resumed, again)
    assert_same(dict(resumed.state_dict()), dict(model.state_dict()))
    assert_same(again.state_dict(), optimizer.state_dict())


def test_no_file_holds_a_pickle(tmp_path):
    train(tmp_path, Settings())
    files = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size}
    assert {Path(name).suffix for name in files} == {".json", ".safetensors", ".parquet"}


# ---------------------------------------------------------------- damage is recognised

FILES = [*(f"{part}.safetensors" for part in checkpoints.CHECKPOINT_PARTS), "state.json", "manifest.json"]


@pytest.fixture(scope="module")
def two_checkpoints(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    for step in (1, 2):
        optimizer = {"state": {0: {"step": torch.tensor(1.0)}}, "param_groups": [{"lr": 0.1}]}
        save_checkpoint(
            folder, step, {"weight": torch.full((3, 3), step)}, optimizer, {"noise": torch.arange(2.0)}
        )
    return folder


def assert_second_is_refused(folder: Path):
    with pytest.warns(UserWarning, match="step-00000002 is damaged") as caught:
        checkpoint = load_newest(folder)
    assert len(caught) == 1
    assert checkpoint.step == 1
    assert checkpoint.model["weight"].unique().tolist() == [1]


@contextmanager
def damaged(path: Path, content: bytes):
    original = path.read_bytes()
    path.write_bytes(content)
    yield
    path.write_bytes(original)


def test_all_files_of_a_checkpoint_are_put_to_the_test(two_checkpoints):
    assert sorted(path.name for path in (two_checkpoints / "step-00000002").iterdir()) == sorted(FILES)
    assert load_newest(two_checkpoints).step == 2


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(two_checkpoints, name, part):
    path = two_checkpoints / "step-00000002" / name
    content = path.read_bytes()
    with damaged(path, content[: int(part * len(content))]):
        assert_second_is_refused(two_checkpoints)
    assert load_newest(two_checkpoints).step == 2


@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=200)
def test_a_flipped_bit_is_refused(two_checkpoints, name, place, bit):
    path = two_checkpoints / "step-00000002" / name
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    with damaged(path, bytes(content)):
        assert_second_is_refused(two_checkpoints)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(two_checkpoints, tmp_path, name):
    folder = shutil.copytree(two_checkpoints, tmp_path / "copy")
    (folder / "step-00000002" / name).unlink()
    assert_second_is_refused(folder)


def test_the_step_after_a_damaged_checkpoint_can_be_saved_again(two_checkpoints, tmp_path):
    folder = shutil.copytree(two_checkpoints, tmp_path / "copy")
    (folder / "step-00000002" / "state.json").write_text("{}")
    assert_second_is_refused(folder)
    save_checkpoint(folder, 2, {"weight": torch.full((3, 3), 7)}, {}, {})
    assert load_newest(folder).model["weight"].unique().tolist() == [7]
    assert [path.name for path in stored_checkpoints(folder)] == ["step-00000001", "step-00000002"]


def test_when_nothing_is_whole_nothing_is_begun_anew(two_checkpoints, tmp_path):
    folder = shutil.copytree(two_checkpoints, tmp_path / "copy")
    for path in stored_checkpoints(folder):
        (path / "manifest.json").unlink()
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="none of the 2 checkpoints"):
        load_newest(folder)


# ---------------------------------------------------------------- the disk refuses


@contextmanager
def files_no_larger_than(n_bytes: int):
    "A disk that fills up: the system refuses to write a file beyond this size."
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("n_bytes", [0, 100, 1000, 5000])
def test_a_full_disk_costs_nothing_that_was_saved(tmp_path, n_bytes):
    save_checkpoint(tmp_path, 1, {"weight": torch.ones(2000)}, {}, {})
    with pytest.raises(OSError, match="step-00000002 could not be saved"), files_no_larger_than(n_bytes):
        save_checkpoint(tmp_path, 2, {"weight": torch.zeros(2000)}, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]
    assert load_newest(tmp_path).model["weight"].sum() == 2000


def test_a_full_disk_leaves_the_metrics_in_memory(tmp_path):
    metrics = Metrics(tmp_path)
    metrics.log(1, [{"split": "train", "metric": "loss", "value": 0.5}])
    with pytest.raises(OSError), files_no_larger_than(10):
        metrics.flush()
    metrics.log(2, [{"split": "train", "metric": "loss", "value": 0.25}])
    metrics.flush()
    assert Metrics(tmp_path).frame()["value"].tolist() == [0.5, 0.25]


@pytest.mark.parametrize("below", ["file/run", "file"])
def test_an_impossible_out_is_one_clear_error(tmp_path, below):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match=r"--out .* cannot be written"):
        claim(tmp_path / below, Settings())
    with pytest.raises(OSError, match=r"--out .* cannot be written"):
        Run.open(tmp_path / "file", "tiny", Settings())
    with pytest.raises(OSError, match="could not be saved"):
        save_checkpoint(tmp_path / "file", 1, {}, {}, {})
    assert (tmp_path / "file").read_text() == "not a folder"
