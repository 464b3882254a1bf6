"""The analysis rooms on a recorded layer's own decisions, on narrow integers, and where things are missing."""

import sys

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score

from moe_lab.experts.experts import FFN, affine
from moe_lab.experts.moe import MoE, observe
from moe_lab.measure.dynamics import landscape
from moe_lab.measure.load.content import content_of
from moe_lab.measure.load.health import CheckUp
from moe_lab.measure.load.overlap import Together
from moe_lab.measure.maps import flatten, neighbourhood, stratified_sample
from moe_lab.measure.text.keywords import expert_keywords, shuffled_experts, tf_idf, token_counts
from moe_lab.measure.text.specialization import association, meetings, nmi, together, visit_table
from moe_lab.routing.presets import gshard, top_k


def recorded(n=6, length=10, n_experts=5, k=2, seed=0):
    "A routing, and its assignments with the narrow integers that a trace has."
    torch.manual_seed(seed)
    routing = top_k(8, n_experts, k)(torch.randn(n * length, 8))
    row = routing.token.numpy()
    frame = pd.DataFrame(
        {
            "step": np.int32(0),
            "sequence": (row // length).astype(np.int32),
            "position": (row % length).astype(np.int32),
            "token": (row * 7 % 11).astype(np.int32),
            "row": row,
            "expert": routing.expert.numpy().astype(np.int16),
            "rank": routing.rank.numpy(),
            "weight": routing.weight.detach().numpy(),
        }
    )
    return routing, frame.sort_values("row", ignore_index=True)


def test_a_frame_says_of_a_routing_what_the_routing_says():
    routing, frame = recorded()
    ours, theirs = together(frame, 5), Together.of([routing])
    assert torch.equal(ours.both, theirs.both) and ours.n_tokens == theirs.n_tokens
    visits = visit_table(frame, routing.n_tokens, 5)
    assert torch.equal(visits.sum(0), routing.counts)
    assert visits[routing.token, routing.expert].all()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=60),
)
def test_nmi_is_that_of_scikit_learn(pairs):
    labels, experts = map(np.array, zip(*pairs))
    expected = normalized_mutual_info_score(labels, experts)
    if len({*labels.tolist()}) == len({*experts.tolist()}) == 1:
        expected = 0.0  # scikit-learn says 1 where there is nothing to tell
    assert nmi(meetings(labels, experts, 4)) == pytest.approx(expected, abs=1e-9)


def test_narrow_integers_do_not_overflow():
    labels = np.full(3, 30_000, dtype=np.int16)
    experts = np.array([0, 1, 200], dtype=np.int16)
    table = meetings(labels, experts, 256)
    assert table.shape == (30_001, 256) and table[30_000, [0, 1, 200]].tolist() == [1, 1, 1]


def test_tokens_without_a_label_change_nothing():
    _, frame = recorded()
    token = frame.drop_duplicates("row").sort_values("row")["token"].to_numpy()
    value = association(frame, token, "row", 5).value
    more = pd.concat([frame, frame.assign(row=frame.row + len(token))])
    assert association(more, np.r_[token, np.full(len(token), -1)], "row", 5).value == pytest.approx(value)


def test_counts_with_context_are_those_of_joined_strings():
    _, frame = recorded()
    words = [f"w{i}" for i in range(11)]
    text = frame.drop_duplicates("row").sort_values("row").token.to_numpy().reshape(6, 10)
    documents = [
        " ".join(words[t] for s, p in zip(own.sequence, own.position) for t in text[s, max(p - 2, 0) : p + 3])
        for _, own in frame.groupby("expert")
    ]
    expected = CountVectorizer(vocabulary=words).fit_transform(documents)
    assert (token_counts(frame, 5, 11, context=2).toarray() == expected.toarray()).all()


def test_tf_idf_is_scikit_learns_where_every_word_is_kept():
    documents = ["a a a a b b", "c c c d d", "e e e e"]
    words = list("abcde")
    text = [[words.index(w) for w in d.split()] for d in documents]
    rows = [(e, t) for e, d in enumerate(text) for t in d]
    frame = pd.DataFrame(rows, columns=["expert", "token"])
    frame = frame.assign(sequence=np.arange(len(frame)), position=0, row=np.arange(len(frame)))
    ours = tf_idf(token_counts(frame, 3, 5), minimum=1).toarray()
    vectorizer = TfidfVectorizer(vocabulary=words, sublinear_tf=True, token_pattern=r"\S")
    assert np.allclose(ours, vectorizer.fit_transform(documents).toarray())


def test_the_control_keeps_loads_and_finds_no_owner():
    rng = np.random.default_rng(0)
    n = 20_000
    token = rng.integers(50, size=n)
    frame = pd.DataFrame({"sequence": np.arange(n), "position": 0, "row": np.arange(n), "token": token})
    frame["expert"] = token % 5
    assert (expert_keywords(frame, 5, [""] * 50)["share"] == 1).all()
    control = expert_keywords(shuffled_experts(frame), 5, [""] * 50)
    assert control["share"].max() < 0.3


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=200), st.integers(1, 220), st.integers(0, 5))
def test_a_stratified_sample_is_fair(labels, n, seed):
    chosen = stratified_sample(labels, n, seed)
    assert len(chosen) == len({*chosen.tolist()}) == min(n, len(labels))
    taken, all_of = np.bincount(np.array(labels)[chosen], minlength=4), np.bincount(labels, minlength=4)
    assert abs(taken - all_of * len(chosen) / len(labels)).max() <= 4


COMPILED = [pytest.param(method, marks=pytest.mark.slow) for method in ("umap", "pacmap")]


@pytest.mark.parametrize("method", ["pca", "tsne", *COMPILED])
def test_every_method_gives_the_same_map_again_and_keeps_clouds_apart(method):
    if method == "pacmap":
        pytest.importorskip("pacmap", reason="the extra pacmap is not installed")
    rng = np.random.default_rng(0)
    cloud = np.arange(120) % 3
    x = rng.normal(size=(120, 12)) + 20 * rng.normal(size=(3, 12))[cloud]
    flat = flatten(x, method)
    assert flat.shape == (120, 2) and np.array_equal(flatten(x, method), flat)
    centres = np.stack([flat[cloud == c].mean(0) for c in range(3)])
    nearest = np.linalg.norm(flat[:, None] - centres, axis=2).argmin(1)
    assert (nearest == cloud).mean() > 0.95
    scores = neighbourhood(x, flat, k=5)
    assert all(score.value > score.floor for score in scores.values())


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pacmap", None)
    with pytest.raises(ImportError, match=r"pip install 'moe_lab\[pacmap\]'"):
        flatten(np.random.default_rng(0).normal(size=(20, 4)), "pacmap")


def test_a_landscape_is_the_loss_of_edited_logits():
    torch.manual_seed(0)
    layer, x = MoE(top_k(8, 4, k=2), FFN(8, 16, n_experts=4)), torch.randn(5, 8)
    view = landscape(lambda: layer(x).square().mean(), layer, token=3, reach=2, n=5)
    with torch.no_grad(), observe(layer) as seen:
        assert view.loss[2, 2] == pytest.approx(float(layer(x).square().mean()))
    assert not view.changed[2, 2]
    gate = seen[0][1].logits.clone()
    gate[3, view.rival] += view.shift[4]
    gate[3, view.chosen] += view.shift[0]
    weight, expert = gate.softmax(-1).topk(2)
    answers = torch.stack([layer.experts.expert(x, affine, *own) for own in zip(*layer.experts.weights())])
    expected = sum(weight[:, [i]] * answers[expert[:, i], torch.arange(5)] for i in range(2))
    assert view.loss[4, 0] == pytest.approx(float(expected.square().mean()), rel=1e-5)


def test_a_landscape_of_a_dense_layer_has_nothing_to_decide():
    layer = MoE(top_k(8, 2, k=2), FFN(8, 16, n_experts=2))
    with pytest.raises(ValueError, match="visits 2 of 2 experts: there is nothing to decide"):
        landscape(lambda: layer(torch.ones(1, 8)).sum(), layer, token=0)


def test_a_check_up_keeps_what_was_refused_and_ids_of_some_batches():
    torch.manual_seed(0)
    x, ids = torch.randn(120, 8), torch.arange(120) % 5
    tight = gshard(8, 4, capacity_factor=0.5).eval()
    check_up = CheckUp()
    for some in (slice(0, 60), slice(60, 120)):
        check_up.update(tight(x[some]))
    refused = [tight(x[some]).dropped for some in (slice(0, 60), slice(60, 120))]
    assert check_up.load.n_dropped == sum(len(d.token) for d in refused) > 0

    router, partial = top_k(8, 4), CheckUp()
    partial.update(router(x[:60]), x[:60], ids[:60])
    partial.update(router(x[60:]), x[60:])
    own = torch.cat([ids[:60], -1 - torch.arange(60, 120)])  # those without ids have numbers of their own
    assert partial.kept.ids.equal(own) and partial.kept.x.equal(x)
    assert partial.verdict().content == content_of(x, router(x).visits, own)
