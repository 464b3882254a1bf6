"The detector on routers whose state is known, at its edges, and beside a run that collapses."

import math
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch import nn

from moe_lab.experiments.systems.health.trained import HealthSettings, build
from moe_lab.experiments.systems.health.verdicts import (
    confusion,
    detector_verdicts,
    other_routers,
    right_open_wrong,
    routers_of,
    share_right,
    synthetic_routers,
)
from moe_lab.experts.experts import Bottleneck
from moe_lab.experts.moe import MoE
from moe_lab.measure.load.health import CheckUp, check_ups, health_of, old_alarm, squared_usage
from moe_lab.measure.load.metrics import Load
from moe_lab.routing.decision import Context
from moe_lab.routing.presets import top_k
from moe_lab.routing.selection import TopK
from moe_lab.training.runs import Run
from moe_lab.training.watch.monitor import HealthMonitor

STORED = Path(__file__).parents[2] / "nbs" / "lessons" / "stored" / "health"


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def choose(logits, k=1, mask=None):
    return TopK(k)(logits, logits, Context(mask=mask))


@pytest.fixture(scope="module")
def routers() -> pd.DataFrame:
    return synthetic_routers((4, 16, 64), (1, 3), (7,))


def test_at_least_95_percent_of_each_state_are_recognised(routers):
    table = confusion(routers)
    assert set(table.index) == {"collapsed", "amber", "balanced-unspecialised", "specialised", "hash-like"}
    assert (table["right"] >= 0.95).all(), table
    assert share_right(routers) >= 0.95


def in_time(shares):
    assert shares["wrong"].value <= 0.02, shares
    assert shares["right"].value + shares["cannot tell"].value >= 0.95 and shares["right"].value > 0.85, (
        shares
    )


def test_it_is_right_about_routers_made_in_other_ways_or_says_that_it_cannot_tell():
    in_time(right_open_wrong(other_routers(24)))


@pytest.mark.slow
def test_of_300_routers_made_in_other_ways_at_most_6_are_called_wrong():
    found = other_routers(300)
    in_time(right_open_wrong(found))
    assert set(found["truth"]) == {"collapsed", "amber", "balanced-unspecialised", "specialised", "hash-like"}
    assert found["experts"].min() == 4 and found["experts"].max() == 64 and set(found["k"]) == {1, 2, 3, 4}


def test_stored_routers_are_recognised_as_before():
    stored = routers_of(STORED)
    sharp = stored[stored["truth"] != "border"]
    said = detector_verdicts(sharp)
    assert (said == sharp["truth"]).mean() >= 0.95
    loads, why = {"collapsed", "amber"}, ~sharp["truth"].isin(["collapsed", "amber"]) & (said != "amber")
    assert (said[why] == sharp["truth"][why]).all() and set(said[said != sharp["truth"]]) <= loads


@pytest.mark.parametrize("e", [8, 32, 64])
def test_a_linear_router_is_a_specialist_where_nobody_has_a_neighbour(e):
    for k, d in ((1, 16), (2, 32), (4, 64)):
        x = torch.randn(2048, d)
        logits = x @ torch.randn(d, e) / d**0.5
        assert health_of(choose(logits, k), x).state == "specialised"
        assert health_of(choose(logits, k), x, torch.arange(2048)).state == "specialised"


def test_a_table_of_words_is_no_specialist_with_ids_or_without():
    said = {"with ids": [], "without": []}
    for blur in (0.0, 0.02, 0.3, 1.0):
        for e, k, n_words, d in ((4, 1, 60, 8), (8, 2, 200, 16), (32, 1, 400, 32), (64, 4, 400, 64)):
            word = torch.multinomial(1 / torch.arange(1.0, n_words + 1), 2048, replacement=True)
            x = torch.randn(n_words, d)[word] + blur * torch.randn(2048, d)
            routing = choose(3 * torch.randn(n_words, e)[word], k)
            said["with ids"].append(health_of(routing, x, word).state)
            said["without"].append(health_of(routing, x).state)
    assert said["without"].count("cannot tell") >= 14 and said["with ids"].count("hash-like") >= 14, said
    assert "specialised" not in said["with ids"] and said["without"].count("specialised") <= 1, said


def test_the_sample_is_drawn_from_all_batches():
    parts = CheckUp(sample=300)
    for batch in range(10):
        parts.update(choose(torch.randn(400, 8)), torch.full((400, 4), float(batch)))
    per_batch = parts.kept.x[:, 0].long().bincount(minlength=10)
    assert len(parts.kept.x) == 300 and per_batch.min() >= 15 and per_batch.max() <= 50


def test_without_inputs_it_cannot_tell():
    for logits in (torch.randn(2000, 8), 0.01 * torch.randn(2000, 8)):
        found = health_of(choose(logits, 2))
        assert found.state == "cannot tell" and "inputs are not known" in found.wrong


def test_the_old_alarm_never_rings_for_a_collapsed_router(routers):
    table = confusion(routers)
    assert table.loc["collapsed", "old alarm: unstable"] == (routers["truth"] == "collapsed").sum()
    assert table.loc["balanced-unspecialised", "old alarm: collapsed"] > 0


@pytest.mark.parametrize(
    ("logits", "k", "why"),
    [
        (torch.randn(500, 1), 1, "nothing to choose"),
        (torch.randn(500, 4), 4, "nothing to choose"),
        (torch.randn(0, 4), 2, "no token"),
        (torch.randn(63, 16), 2, "too few"),
    ],
    ids=["E=1", "k=E", "T=0", "few tokens"],
)
def test_no_verdict_where_there_is_none(logits, k, why):
    found = health_of(choose(logits, k), torch.randn(len(logits), 8))
    assert found.state == "no verdict" and why in found.wrong and found.advice == ""
    metrics = [row["metric"] for row in found.rows()]
    assert metrics == ["health", "spread", "agreement", "elsewhere", "information"]


def test_all_masked_is_no_token():
    found = health_of(
        choose(torch.randn(500, 4), 2, mask=torch.zeros(500, dtype=torch.bool)), torch.randn(500, 8)
    )
    assert (found.state, found.wrong) == ("no verdict", "no token was routed")


def test_padding_changes_no_number():
    x, logits, real = torch.randn(600, 8), torch.randn(600, 8), torch.arange(600) % 3 > 0
    padded = torch.where(real[:, None], logits, 50 * torch.ones(8).cumsum(0))
    alone, among = health_of(choose(logits[real], 2), x[real]), health_of(choose(padded, 2, real), x)
    for name in ("spread", "agreement", "information"):
        assert getattr(among, name).n == getattr(alone, name).n
        assert getattr(among, name).value == pytest.approx(getattr(alone, name).value, abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_tiny_gates_in_any_precision(dtype):
    x = torch.randn(1000, 8, dtype=dtype)
    found = health_of(choose(1e-3 * x, 2), x)
    assert 0 <= found.information.value < 1e-4 and found.state == "specialised"


def test_a_table_of_words_is_no_specialist_when_ids_are_known():
    words = torch.randint(0, 200, (2000,))
    vectors, table = torch.randn(200, 8), 4 * torch.randn(200, 8)
    x = vectors[words] + 0.05 * torch.randn(2000, 8)
    assert health_of(choose(table[words]), x, token_ids=words).state == "hash-like"
    assert health_of(choose(table[words]), x).state == "cannot tell"
    assert "cannot tell without token ids" in health_of(choose(table[words]), x).wrong


def test_pieces_make_the_whole():
    x, logits = torch.randn(900, 8), torch.randn(900, 6)
    parts = CheckUp()
    for rows in torch.arange(900).split(250):
        parts.update(choose(logits[rows], 2), x[rows])
    whole = health_of(choose(logits, 2), x)
    assert parts.verdict().load.counts.equal(whole.load.counts)
    assert parts.verdict().information.value == pytest.approx(whole.information.value, abs=1e-9)
    assert parts.verdict().agreement.value == pytest.approx(whole.agreement.value, abs=1e-6)


def test_check_ups_see_every_layer_and_leave():
    model = nn.Sequential(*(MoE(top_k(8, 4), Bottleneck(8, 4, 4)) for _ in range(2)))
    with check_ups(model, sample=10) as found:
        model(torch.randn(30, 8))
    model(torch.randn(30, 8))
    assert {name: c.load.n_tokens for name, c in found.items()} == {"0": 30, "1": 30}
    assert all(len(c.kept.x) == 10 for c in found.values())


def test_the_old_alarm_has_no_number_without_tokens():
    assert math.isnan(squared_usage(Load(torch.zeros(4), 0)).value)
    assert old_alarm(Load(torch.tensor([100.0, 0, 0, 0]), 100)) == "unstable"


def test_the_monitor_tells_of_a_collapse_and_logs_it(tmp_path):
    from moe_lab.data.vision.photographs import load_photographs

    settings, heard = HealthSettings("plain, raw pixels", n_experts=16, k=1, steps=60, batch_size=64), []
    run = Run.open(tmp_path, "watched", settings)
    monitor = HealthMonitor(every=20, run=run, say=heard.append)
    build(settings, load_photographs(patch=8), [monitor]).fit()
    states = [health.state for _, _, health in monitor.changes]
    assert "collapsed" in states and all(a != b for a, b in pairwise(states))
    assert len(heard) == len(states)
    assert any(
        "collapsed" in text and "of 16 experts receive 90 %" in text and "Try" in text for text in heard
    )
    log = run.metrics.frame()
    assert sorted(log["step"].unique()) == [19, 39, 59] and set(log["layer"]) == {"moe"}
    assert {"health", "spread", "agreement", "elsewhere", "information"} == set(log["metric"])


def test_the_monitor_changes_nothing():
    from moe_lab.data.vision.photographs import load_photographs

    ends = []
    for callbacks in ([], [HealthMonitor(every=3, say=lambda text: None)]):
        trainer = build(HealthSettings("dice", n_experts=4, steps=9), load_photographs(patch=8), callbacks)
        trainer.fit()
        assert trainer.model.training
        ends.append(torch.cat([p.detach().flatten() for p in trainer.model.parameters()]))
    assert ends[0].equal(ends[1])
