"The second product: equal to the first, asked once, kept, and never taken where a gradient may be wanted."

import json
from unittest.mock import patch

import pytest
import torch

from moe_lab import Bottleneck, MoE, top_k
from moe_lab.experts.dispatch import fastest, oracle, segments
from moe_lab.experts.experts import SwiGLU
from moe_lab.experts.second import calibration as room
from moe_lab.experts.second.calibration import (
    Calibration,
    calibrate,
    calibration,
    calibration_path,
    prefers_onednn,
)
from moe_lab.experts.second.product import has_onednn

pytestmark = pytest.mark.skipif(not has_onednn(), reason="this PyTorch has no oneDNN linear operator")
AHEAD, BEHIND = Calibration(0.9, 0.95, 9), Calibration(1.2, 1.3, 9)


@pytest.fixture(params=[AHEAD, BEHIND], ids=["ahead", "behind"])
def told(request, monkeypatch):
    monkeypatch.setattr(room, "calibration", lambda threads: request.param)
    return request.param


@pytest.fixture
def taken(monkeypatch):
    "The rows of each product that oneDNN makes."
    seen, product = [], room.onednn_product
    monkeypatch.setattr(
        room, "onednn_product", lambda rows, *rest: seen.append(len(rows)) or product(rows, *rest)
    )
    return seen


@pytest.mark.parametrize("kind", [Bottleneck, SwiGLU])
def test_large_blocks_take_what_is_ahead_and_small_ones_do_not(told, taken, kind):
    torch.manual_seed(0)
    layer, x = MoE(top_k(256, 4, 1), kind(256, 512, 4)), torch.randn(1200, 256)
    layer.router.score.weight.data[3] = -layer.router.score.weight.data[:3].sum(0)  # uneven blocks
    with torch.no_grad():
        routing = layer.router(x)
        found = segments(x, routing, layer.experts)
        torch.testing.assert_close(found, oracle(x, routing, layer.experts), rtol=1e-3, atol=1e-4)
    large = [n for n in routing.counts.tolist() if n * layer.experts.weights()[0][0].numel() >= room.LARGE]
    assert len(taken) >= (len(large) if told is AHEAD else 0) and (told is AHEAD or not taken)


def test_a_step_that_learns_is_the_same_to_the_bit(told, taken):
    torch.manual_seed(0)
    layer, x = MoE(top_k(256, 2, 1), SwiGLU(256, 512, 2)), torch.randn(1024, 256)
    layer(x).square().sum().backward()
    assert not taken and fastest(x, layer.router(x), layer.experts) is not segments


def test_the_rule_sends_large_blocks_there_where_it_is_ahead(told):
    torch.manual_seed(0)
    layer, x = MoE(top_k(256, 2, 1), SwiGLU(256, 512, 2)), torch.randn(1024, 256)
    with torch.no_grad():
        assert (fastest(x, layer.router(x), layer.experts) is segments) == (told is AHEAD)


def test_what_does_not_lie_plainly_in_memory_is_left_alone(told):
    x = torch.randn(8, 8)
    others = [x.double(), x.bfloat16(), x.T, x[:, :4], x.to("meta")]
    assert prefers_onednn(x) == (told is AHEAD) and not any(map(prefers_onednn, others))
    asked = []
    torch.vmap(lambda row: asked.append(prefers_onednn(row)) or row)(x)
    assert asked == [False]


def test_it_is_measured_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "cache_folder", lambda: tmp_path)
    calibration.cache_clear()
    with patch.object(room, "calibrate", side_effect=[AHEAD]):
        assert calibration(1) == AHEAD
        calibration.cache_clear()  # as in another process
        assert calibration(1) == AHEAD
    assert calibration_path().parent.parent == tmp_path
    calibration.cache_clear()


def test_a_file_that_was_damaged_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "cache_folder", lambda: tmp_path)
    calibration_path().parent.mkdir()
    calibration_path().write_bytes(b"[0.1")
    calibration.cache_clear()
    with patch.object(room, "calibrate", return_value=BEHIND), pytest.warns(UserWarning, match="is damaged"):
        assert calibration(1) == BEHIND
    calibration.cache_clear()


def test_a_variable_turns_it_off(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "cache_folder", lambda: tmp_path)
    monkeypatch.setenv("MOE_LAB_ONEDNN", "0")
    calibration.cache_clear()
    assert calibration(1) is None and not list(tmp_path.iterdir())
    calibration.cache_clear()


def test_the_measurement_leaves_the_dice_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    found = calibrate(seconds=0.05)
    assert torch.equal(torch.get_rng_state(), before) and found.rounds >= 3
    assert json.loads(json.dumps(found)) == list(found)
