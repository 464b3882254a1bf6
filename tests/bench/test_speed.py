"The benchmark's structure: who takes part, that the same is computed, what is kept. Never how fast anything is."

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from moe_lab.bench import baselines, cases, growth, layer_report, overhead
from moe_lab.bench import layer_speed as speed
from moe_lab.bench.baselines import CONTENDERS, OURS
from moe_lab.bench.cases import Shape, make_case
from moe_lab.bench.cost.limits import forecasts
from moe_lab.bench.cost.prices import held_out
from moe_lab.bench.cost.report import nearness
from moe_lab.bench.cost.sizes import LARGE, as_rows, drawn_sizes
from moe_lab.bench.timing import on_threads, ratios

ROOT = Path(__file__).parents[2]
PLAIN = Shape(128, 16, 24, 4, 2)
GATED = replace(PLAIN, expert="swiglu", skew=1.0)
ONE = replace(PLAIN, k=1)
PEERS = ("st-moe-pytorch", "mixture-of-experts", "soft-moe-pytorch")
BLOCKS = [name for name, who in CONTENDERS.items() if who.package == "transformers"]
FEW = {
    name: CONTENDERS[name]
    for name in (OURS, baselines.RULE, *speed.KERNELS, "naive loop", "dense chain, addmm")
}


@pytest.fixture(autouse=True)
def one_thread():
    with on_threads(1):
        yield


def contender(name: str) -> baselines.Contender:
    who = CONTENDERS[name]
    pytest.importorskip(
        who.package, reason=f"{who.package.upper()} IS NOT INSTALLED: pip install moe_lab[bench]"
    )
    return who


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("name", [baselines.RULE, *speed.KERNELS, "naive loop", *BLOCKS])
def test_those_that_can_compute_the_same(name, k):
    case = make_case(replace(GATED, k=k))
    expected, found = case.layer(case.x), contender(name).make(case)[0]()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    if name in BLOCKS:
        sums = (y.square().sum() for y in (found, expected))
        torch.testing.assert_close(
            *(torch.autograd.grad(total, case.x)[0] for total in sums), rtol=1e-3, atol=1e-4
        )


@pytest.mark.parametrize(
    ("name", "shape"),
    [(name, shape) for name in PEERS for shape in (PLAIN, GATED, ONE) if CONTENDERS[name].fits(shape)],
    ids=str,
)
def test_peers_read_the_tokens_and_learn(name, shape):
    who = contender(name)
    case = make_case(shape)
    run, learns = who.make(case)
    baselines.forward_and_backward(run, learns)()
    assert run().shape == case.x.shape and case.x.grad.abs().sum() > 0
    sizes = {leaf.numel() for leaf in learns if leaf is not case.x and leaf.grad is not None}
    assert any(size % (shape.d * shape.hidden) == 0 for size in sizes)  # the experts' matrices among them


def test_st_moe_with_room_for_all_computes_the_same():
    "Its places, weights and choices are what the docstring says: with ours, only the residual is missing."
    case = make_case(replace(PLAIN, tokens=64))
    contender("st-moe-pytorch")
    layer = baselines.st_moe(case).eval()
    layer.gate.capacity_factor_eval = 4.0  # a place for every token with every expert
    w1, b1, w2, b2 = case.weights
    with torch.no_grad():
        for e, expert in enumerate(layer.experts.experts):
            for linear, w, b in zip(expert[::2], (w1, w2), (b1, b2)):
                linear.weight.copy_(w[e].T), linear.bias.copy_(b[e])
    torch.testing.assert_close(
        layer(case.x[None]).outputs[0] + case.x, case.layer(case.x), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("shape", [PLAIN, GATED], ids=str)
def test_limits_do_the_active_work(shape):
    from torch.utils.flop_counter import FlopCounterMode

    case = make_case(shape)
    width = 2 if shape.expert == "swiglu" else 1
    for name in ("dense chain, addmm", "same weights, bmm"):
        with FlopCounterMode(display=False) as counter:
            CONTENDERS[name].make(case)[0]()
        assert counter.get_total_flops() == 2 * shape.tokens * shape.k * shape.d * shape.hidden * (width + 1)


@pytest.mark.skipif(not baselines.has_onednn(), reason="this PyTorch has no oneDNN linear operator")
@pytest.mark.parametrize("shape", [PLAIN, GATED], ids=str)
def test_all_chains_compute_the_same_and_learn_the_same(shape):
    results = []
    for product in baselines.PRODUCTS:
        run, learns = baselines.dense_chain(product, make_case(shape))
        y = run()
        results.append([y, *torch.autograd.grad(y.square().sum(), learns)])
    for expected, *found in zip(*results):
        torch.testing.assert_close(found, [expected] * len(found), rtol=1e-4, atol=1e-4)


def test_the_shapes_cover_what_they_should():
    assert len(set(speed.SHAPES)) == len(speed.SHAPES) >= 24
    values = {name: {getattr(shape, name) for shape in speed.SHAPES} for name in speed.FIELDS}
    asked = {
        "tokens": {128, 1024, 4096, 8192},
        "d": {64, 128, 512},
        "hidden": {64, 256, 1024},
        "n_experts": {4, 16, 64},
    }
    for name, wanted in (asked | {"k": {1, 2, 4}, "expert": {*cases.EXPERTS}, "skew": {0.0, 1.0}}).items():
        assert wanted <= values[name], name
    bands = pd.Series([cases.band(shape.work) for shape in speed.SHAPES]).value_counts()
    assert (bands.reindex(list(cases.BANDS)) >= 4).all()
    assert all(shape.tokens % baselines.SEQUENCE == 0 for shape in speed.SHAPES)


def test_a_balanced_batch_is_balanced_and_a_skewed_one_is_not():
    balanced, skewed = (make_case(replace(PLAIN, tokens=4096, k=1, skew=s)).routing.share for s in (0.0, 1.0))
    assert (balanced - 0.25).abs().max() < 0.03
    assert (skewed - torch.tensor([12, 6, 4, 3]) / 25).abs().max() < 0.03


def test_ratios_are_taken_within_a_round():
    "A machine that becomes ten times slower changes no ratio."
    rounds = range(6)
    slow = {r: 10.0 if r >= 3 else 1.0 for r in rounds}
    rows = [
        {"round": r, "contender": c, "seconds": t * slow[r]}
        for r in rounds
        for c, t in (("a", 1.0), ("b", 3.0))
    ]
    assert ratios(pd.DataFrame(rows), "a").loc["b", ["ratio", "low", "high"]].tolist() == [3.0] * 3


def test_the_rule_answers_for_its_choice_shape_by_shape():
    "One kernel is twice as fast as the rule at one shape, one at the other: on average none, together both."
    shapes = [replace(PLAIN, tokens=tokens) for tokens in (32, 64)]
    taken = dict(zip((baselines.RULE, *speed.KERNELS), ((2.0, 2.0), (1.0, 4.0), (4.0, 1.0), (2.0, 4.0))))
    fixed = {"threads": 1, "act": "forward"}
    rows = [
        {**vars(shape), **fixed, "work": shape.work, "round": turn, "contender": name, "seconds": times[i]}
        for i, shape in enumerate(shapes)
        for turn in range(3)
        for name, times in taken.items()
    ]
    table = speed.by_band(speed.beside_the_rule(pd.DataFrame(rows)), "forward")
    assert np.allclose(table["all"], [1.0, 1.0, 2**0.5, 0.5])
    assert table["where"].tolist() == [str(shapes[i]) for i in (0, 1, 0, 0)]


@pytest.mark.slow
def test_a_stop_keeps_what_was_measured_and_resume_goes_on(tmp_path):
    shapes = [replace(PLAIN, tokens=tokens) for tokens in (32, 64, 128)]
    seen = []

    def stop_at(tokens: int, shape: Shape) -> bool:
        seen.append(shape.tokens)
        if shape.tokens == tokens:
            raise KeyboardInterrupt
        return True

    go = partial(layer_report.bench_layers, tmp_path, rounds=3, shapes=shapes)
    with pytest.raises(KeyboardInterrupt):
        go(contenders={name: replace(who, fits=partial(stop_at, 128)) for name, who in FEW.items()})
    assert set(pd.read_parquet(tmp_path / "bench.parquet")["tokens"]) == {32, 64}
    with pytest.raises(ValueError, match="threads=1; resume them"):
        go(contenders=FEW)
    seen.clear()
    text = go(
        contenders={name: replace(who, fits=partial(stop_at, 0)) for name, who in FEW.items()}, resume=True
    )
    assert set(seen) == {128} and text == (tmp_path / "bench.txt").read_text("utf8")
    assert set(pd.read_parquet(tmp_path / "bench.parquet")["tokens"]) == {32, 64, 128}
    for words in ("naive loop", "fastest dense chain", "the rule chose", "time ~ size^p", torch.__version__):
        assert words in text
    assert "threads 1" in text.splitlines()[0] and "freed memory" in text.splitlines()[0]
    assert "threads 2" in layer_report.bench_layers(
        tmp_path, threads=2, rounds=3, shapes=shapes[:1], contenders=FEW
    )
    assert set(pd.read_parquet(tmp_path / "bench.parquet")["threads"]) == {1, 2}
    assert (tmp_path / "bench-2-threads.png").stat().st_size > 10_000
    about = json.loads((tmp_path / "bench.json").read_text("utf8"))
    (tmp_path / "bench.json").write_text(json.dumps(about | {"processor": "another"}))
    with pytest.raises(ValueError, match="another machine"):
        go(contenders=FEW, resume=True)


def test_growth_is_fitted_over_series_that_differ_in_one_size_alone():
    shapes = [replace(PLAIN, tokens=t, k=k) for t in (32, 64, 128) for k in (1, 2, 4)]
    assert growth.related([*shapes, replace(PLAIN, d=64), replace(GATED, tokens=32)]) == shapes
    rows = [vars(shape) | {"act": "forward", "time": shape.tokens * shape.k**0.5} for shape in shapes]
    found = growth.exponents(pd.DataFrame(rows))
    assert found.groupby("over").size().to_dict() == {"k": 3, "tokens": 3}
    assert np.allclose(found.loc[found["over"] == "tokens", "exponent"], 1.0)
    assert np.allclose(found.loc[found["over"] == "k", "exponent"], 0.5)


def test_the_stopwatch_gives_methods_back_and_keeps_errors():
    class Worker:
        def work(self):
            raise LookupError("nothing there")

    worker = Worker()
    with (
        pytest.raises(LookupError, match="nothing there"),
        overhead.stopwatch({"work": (worker, "work")}) as spent,
    ):
        worker.work()
    assert spent["work"] > 0 and not vars(worker)


@pytest.mark.parametrize("name", ["speed/bench.txt", "speed/bench-2-threads.txt", "growth/growth.txt"])
def test_stored_times_name_the_commit_that_made_them(name):
    told = (ROOT / "nbs/lessons/stored" / name).read_text("utf8")
    assert re.match(r"commit [0-9a-f]{40}, torch ", told)


def test_most_stored_forecasts_are_near():
    rows = as_rows(pd.read_parquet(ROOT / "nbs/lessons/stored/growth/growth.parquet").to_dict("records"))
    drawn = [*map(str, drawn_sizes())]
    apart = held_out(drawn) | {*map(str, LARGE)}
    told = nearness(forecasts(rows, apart))
    assert told["near"].sum() >= 0.9 * told["layers"].sum()
