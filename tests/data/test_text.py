"""Text against real data in the hub's layout, a damaged cache, and bytes of every kind."""

import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moe_lab.data.language.alike import hold_out_documents, n_held_out, phrases
from moe_lab.data.language.corpus import distinct_documents, essence
from moe_lab.data.language.loading import ALIASES, EMBEDDED, load_text, sets_of, stream_text
from moe_lab.data.language.tokens import END, learn_byte_pairs, pack_documents, packed_rows, train_tokenizer
from moe_lab.data.sources.files import fingerprint

HUB = Path(__file__).parents[3] / "shared" / "hub"
needs_hub = pytest.mark.skipif(not HUB.is_dir(), reason=f"no data in the hub's layout at {HUB}")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("MOE_LAB_DATA", str(HUB))
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))


# ---- documents


@given(st.lists(st.text(max_size=40)), st.integers(1, 200))
def test_what_is_taken_is_distinct_and_within_the_limit(documents, limit):
    try:
        kept = distinct_documents(documents, "texts", limit)
    except ValueError as error:
        assert "no document with a letter" in str(error)
        return
    keys = [essence(text) for text in kept]
    assert all(keys) and len({*keys}) == len(keys)
    assert sum(map(len, kept)) <= limit
    assert max(map(len, kept)) <= -(-limit // 10)


WORDS = st.lists(st.sampled_from("abc"), max_size=12).map(" ".join)


@settings(max_examples=30)  # scikit-learn is imported in the first one
@given(st.lists(st.text() | WORDS, min_size=2, unique=True), st.integers(0, 9))
def test_a_split_loses_nothing_and_is_as_large_as_it_may_be(documents, seed):
    parted = [*hold_out_documents(lambda: documents, "texts", seed, notes := [])]
    assert [text for _, text in parted] == documents
    held = [text for part, text in parted if part == "test"]
    assert 1 <= len(held) < len(documents)
    near = phrases(documents)
    if not near.nnz:
        assert len(held) == n_held_out(len(documents)) and not notes


def found_in(train, test):
    "The share of the phrases of a held-out document that are found in training as well, mean over documents."
    table, n = phrases([*train, *test]), len(train)
    met = table[n:].multiply(table[:n].sum(0) > 0).sum(1)
    return float(np.mean(met / np.maximum(table[n:].sum(1), 1)))


def test_a_licence_is_not_held_out_beside_its_twins():
    splits = load_text("licences", limit=200_000)
    texts, n = [*splits.train["text"], *splits.test["text"]], len(splits.test)
    assert n >= 3 and f"licences {n} of {len(texts)}" in splits.note
    one_by_one = [found_in(texts[:i] + texts[i + 1 :], [text]) for i, text in enumerate(texts)]
    assert np.mean(one_by_one) > 0.7  # held out by itself, a licence leaves its twins in training
    assert found_in(splits.train["text"][:], splits.test["text"][:]) < 0.15


@pytest.mark.parametrize("name", ["algebra", "graphs", "dialogue"])
def test_at_least_twenty_documents_are_held_out_where_there_are_enough(name):
    splits = load_text(name, limit=200_000)
    assert (
        len(splits.test) >= 20
        and not splits.note
        and found_in(splits.train["text"][:], splits.test["text"][:]) < 0.1
    )


def test_a_line_that_every_file_begins_with_makes_no_twins(tmp_path):
    heading = "This file is part of a large work that belongs to nobody. "
    for i in range(80):
        tale = " ".join(
            f"{word}{i}{n}" for n in "abcdef" for word in ["once", "there", "was", "a", "hen", "that", "ate"]
        )
        (tmp_path / f"{i}.txt").write_text(heading + tale)
    with warnings.catch_warnings(action="error"):
        splits = load_text(str(tmp_path))
    assert len(splits.test) == 20 and not splits.note


@pytest.mark.parametrize("name", [*EMBEDDED])
def test_an_embedded_domain_is_the_same_when_collected_again(name, tmp_path, monkeypatch):
    first = load_text(name, limit=30_000, seed=3)
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    again = load_text(name, limit=30_000, seed=3)
    assert first.train["text"][:] == again.train["text"][:]
    assert first.test["text"][:] == again.test["text"][:]
    assert load_text(name, limit=30_000, seed=4).train["text"][:] != first.train["text"][:]


def test_a_damaged_cache_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    whole = load_text("reference", limit=20_000).train["text"][:]
    (arrow,) = tmp_path.glob("reference-*/train/*.arrow")
    arrow.write_bytes(arrow.read_bytes()[: arrow.stat().st_size // 2])
    with pytest.warns(UserWarning, match="damaged, it is made again"):
        assert load_text("reference", limit=20_000).train["text"][:] == whole
    with warnings.catch_warnings(action="error"):
        assert load_text("reference", limit=20_000).train["text"][:] == whole


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="cannot be kept"):
        assert len(load_text("reference", limit=20_000).train) > 1


@pytest.mark.parametrize(
    "content, says",
    [
        ("", r"nothing in it can be read: a\.txt \(is empty\)"),
        ("1 + 1 = 2\n", "there is no document with a letter"),
    ],
)
def test_bad_text_is_refused_in_one_sentence(tmp_path, content, says):
    (tmp_path / "a.txt").write_text(content)
    with pytest.raises(ValueError, match=says):
        load_text(str(tmp_path))


def test_a_changed_folder_is_read_again(tmp_path):
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text(f"Tale {'abc'[i]}.")
    assert len(load_text(str(tmp_path)).train) == 2
    before = fingerprint(tmp_path)
    (tmp_path / "3.txt").write_text("Another tale.")
    assert fingerprint(tmp_path) != before
    assert len(load_text(str(tmp_path)).train) == 3


# ---- the hub's layout


@needs_hub
@pytest.mark.parametrize(
    "name, documents, held_out, opening",
    [
        ("wikitext", 60, 30, " = "),
        ("shakespeare", 315, 47, None),
        ("gsm8k", 2998, 1319, None),
        ("humaneval", 144, 20, None),
        ("dialogues", 1887, 210, "user: "),
    ],
)
def test_hub_text_comes_as_documents(name, documents, held_out, opening):
    splits = load_text(name)
    assert splits.train.features["domain"].names == [name]
    assert (len(splits.train), len(splits.test)) == pytest.approx((documents, held_out), rel=0.1)
    assert not {*map(essence, splits.train["text"])} & {*map(essence, splits.test["text"])}
    if opening:
        found = [text.lstrip().startswith(opening.lstrip()) for text in splits.train["text"]]
        assert np.mean(found) > 0.95


@needs_hub
def test_sets_are_joined_with_each_domain_capped():
    splits = load_text("gsm8k+humaneval+scripture+openai/gsm8k:main", limit=20_000)
    assert splits.train.features["domain"].names == ["gsm8k", "humaneval", "scripture", "gsm8k:main"]
    sizes = splits.train.to_pandas().assign(n=lambda rows: rows.text.str.len()).groupby("domain")["n"].sum()
    assert sizes.between(14_000, 20_000).all()


@needs_hub
def test_a_missing_configuration_is_named():
    with pytest.raises(ValueError, match=r"write owner/name:configuration.*wikitext-2-raw-v1"):
        load_text("wikitext-103")
    with pytest.raises(ValueError, match=r"cifar10: no text is found in the columns \['img', 'label'\]"):
        load_text("uoft-cs/cifar10")


@needs_hub
@pytest.mark.parametrize("name", ["wikitext", "gsm8k"])
def test_a_stream_of_a_set_gives_the_rows_of_the_set_in_memory(name):
    documents = list(stream_text(name))
    tokenizer = train_tokenizer(documents[:50], 500)
    stored = sets_of(ALIASES[name])["train"]
    assert len(documents) <= len(stored)
    rows = packed_rows(stream_text(name), tokenizer, 128)
    for ours, other in zip(rows, packed_rows(documents, tokenizer, 128), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, other))


# ---- tokens


@pytest.fixture(scope="module")
def tokenizer():
    trained = learn_byte_pairs(["The hen ate the corn.", "<end> of the tale", "日本語のテキスト"], 300)
    trained.encode_special_tokens = True
    return trained


@given(text=st.text())
def test_every_text_comes_back(tokenizer, text):
    ids = tokenizer.encode(text).ids
    assert END not in ids
    assert tokenizer.decode(ids) == text


@given(
    texts=st.lists(st.tuples(st.text(max_size=30), st.integers(0, 2)), min_size=1, max_size=100),
    length=st.integers(1, 20),
)
def test_packing_keeps_every_token_once_and_in_order(tokenizer, texts, length):
    rows = list(packed_rows([{"text": t, "domain": d} for t, d in texts], tokenizer, length))
    for number, (text, domain) in enumerate(texts):
        mine = [(row.tokens[row.document == number], row.domain) for row in rows]
        found = np.concatenate([tokens for tokens, _ in mine]).tolist()
        assert found == [*tokenizer.encode(text).ids, END]
        assert {d for tokens, d in mine if len(tokens)} == {domain}
    padded = [row for row in rows if not row.mask.all()]
    assert len({row.domain for row in padded}) == len(padded)


def test_the_tokenizer_is_learned_again_when_the_text_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("MOE_LAB_CACHE", str(tmp_path))
    tale = [{"text": "abab abab abab"}]
    first = train_tokenizer(tale, 300)
    assert train_tokenizer(tale, 300).to_str() == first.to_str()
    assert train_tokenizer([{"text": "cdcd cdcd cdcd"}], 300).to_str() != first.to_str()
    shutil.rmtree(tmp_path)
    assert train_tokenizer(tale, 300).to_str() == first.to_str()


def test_packed_domains_tell_their_names():
    splits = load_text("code+scripture", limit=20_000)
    tokens = pack_documents(splits.train, train_tokenizer(splits.train, 400), 32)
    assert tokens.domain_names == ("code", "scripture")
    readable = "".join(tokens.vocabulary[t] for t in tokens.tokens[tokens.domain == 0][0])
    assert "self" in readable or "def" in readable or "return" in readable or "⏎" in readable
