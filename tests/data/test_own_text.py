"Texts as they lie in people's folders: any kind of file, any encoding, damaged lines, one file larger than memory."

import json
import tracemalloc
import warnings
from pathlib import Path

import datasets
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moe_lab.data.language.loading import load_text, stream_text
from moe_lab.data.language.passages import Passages
from moe_lab.data.language.records import said

WORDS = [
    f"{a}{b}" for a in ("alder", "birch", "cedar") for b in ("bark", "leaf", "root", "seed", "wood", "sap")
]


def tale(i: int) -> str:
    return f"The {WORDS[i % len(WORDS)]} and the {WORDS[i // len(WORDS) % len(WORDS)]}."


def told(call):
    "What a call returns, and all that it warns of."
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return result, " ".join(str(warning.message) for warning in caught)


def by_domain(splits) -> dict[str, list[str]]:
    "Every document of both parts."
    names = splits.train.features["domain"].names
    found: dict[str, list[str]] = {name: [] for name in names}
    for part in (splits.train, splits.test):
        for row in part:
            found[names[row["domain"]]].append(row["text"])
    return {name: sorted(texts) for name, texts in found.items()}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---- kinds of files


def test_every_kind_of_text_is_read_and_the_rest_is_named_and_counted(tmp_path):
    names = ["a.md", "b.py", "c.TXT", "d", "e.rst", "sub/f.html", "sub/g.log", "sub/h.tex"]
    for i, name in enumerate(names):
        write(tmp_path, name, tale(i))
    write(tmp_path, "photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    write(tmp_path, "book.pdf", b"%PDF-1.7\n\0\1\2\3\4")
    write(tmp_path, "nothing.txt", "")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    write(tmp_path, ".git/config.txt", tale(30))
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert by_domain(splits) == {
        tmp_path.name: sorted(map(tale, range(5))),
        "sub": sorted(map(tale, range(5, 8))),
    }
    assert "4 of 12 files left out" in said
    for name, why in {
        "photo.jpg": "no text",
        "book.pdf": "no text",
        "nothing.txt": "empty",
        "gone.txt": "link",
    }.items():
        assert f"{name} (" in said and why in said


def test_what_was_left_out_is_told_again_when_it_comes_from_the_cache(tmp_path):
    for i in range(3):
        write(tmp_path, f"{i}.txt", tale(i))
    write(tmp_path, "b.bin", b"\0\1\2")
    first, again = (told(lambda: load_text(str(tmp_path)))[1] for _ in range(2))
    assert first == again and "1 of 4 files left out: b.bin" in first


@pytest.mark.parametrize("suffix", ["jsonl", "ndjson", "csv", "tsv", "json", "parquet", "arrow"])
def test_every_kind_of_table_is_read(tmp_path, suffix):
    rows = [{"id": i, "text": tale(i)} for i in range(6)]
    table = datasets.Dataset.from_list(rows)
    path = tmp_path / f"mine.{suffix}"
    if suffix in ("jsonl", "ndjson"):
        path.write_text("\n".join(map(json.dumps, rows)))
    elif suffix in ("csv", "tsv"):
        table.to_pandas().to_csv(path, index=False, sep="," if suffix == "csv" else "\t")
    elif suffix == "json":
        path.write_text(json.dumps(rows))
    elif suffix == "parquet":
        table.to_parquet(path)
    else:
        table.save_to_disk(str(tmp_path / "saved"))
        (tmp_path / "saved" / "data-00000-of-00001.arrow").rename(path)
    assert by_domain(load_text(str(path))) == {"mine": sorted(map(tale, range(6)))}


def test_damaged_lines_and_files_are_named_and_the_others_are_read(tmp_path):
    lines = [json.dumps({"text": tale(i)}) for i in range(6)]
    lines[2], lines[4] = lines[2][:9], "[1, 2]"
    write(tmp_path, "a.jsonl", "\n".join(lines).encode() + b'\n{"text": "\xff\xfe"}\n')
    write(tmp_path, "b.csv", 'id,text\n1,Beech.\n2\n3,"Elm,\nold."\n4,a,b\n5,"Ash.\n6,Lime.\n')
    write(tmp_path, "c.parquet", b"PAR1 and no more")
    write(tmp_path, "d.json", '[{"text": "cut o')
    write(tmp_path, "e.jsonl", '{"score": 3}\n')
    splits, said = told(lambda: load_text(str(tmp_path)))
    (texts,) = by_domain(splits).values()
    assert [text.strip() for text in texts] == sorted(
        [*(tale(i) for i in (0, 1, 3, 5)), "Beech.", "Elm,\nold.", "Ash.", "Lime."]
    )
    assert "3 of 5 files left out" in said
    for name in ("c.parquet (", "d.json (is damaged", "e.jsonl (no text is found in the columns ['score']"):
        assert name in said
    for line in ("a.jsonl line 3", "a.jsonl line 5", "a.jsonl line 7", "b.csv line 3", "b.csv line 6"):
        assert line in said


def test_one_damaged_shard_of_a_mirror_is_left_out(tmp_path, monkeypatch):
    folder = tmp_path / "someone" / "trees" / "data"
    folder.mkdir(parents=True)
    for shard in range(3):
        rows = [{"text": tale(10 * shard + i)} for i in range(10)]
        datasets.Dataset.from_list(rows).to_parquet(folder / f"train-0000{shard}-of-00003.parquet")
    files = "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n"
    write(folder.parent, "README.md", f"---\n{files}---\nTrees.")
    write(folder, "train-00001-of-00003.parquet", b"PAR1")
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    splits, said = told(lambda: load_text("someone/trees"))
    assert len(splits.train) + len(splits.test) == 20 and "train-00001-of-00003.parquet (" in said


def test_folders_of_train_and_test_are_splits_and_their_folders_domains(tmp_path):
    for i in range(12):
        split, kind = ("train", "test")[i >= 8], ("pos", "neg")[i % 2]
        write(tmp_path, f"{split}/{kind}/{i}.txt", tale(i))
    splits = load_text(str(tmp_path))
    assert splits.train.features["domain"].names == ["neg", "pos"]
    assert sorted(splits.test["text"]) == sorted(map(tale, range(8, 12)))


# ---- encodings

TEXT = "Über allen Gipfeln ist Ruh; in allen Wipfeln spürest du kaum einen Hauch."


@pytest.mark.parametrize(
    ("encoding", "is_guess"),
    [("utf-8-sig", False), ("utf-16", False), ("utf-32", False), ("latin-1", True), ("utf-16-le", True)],
)
@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_encodings_are_found_and_guesses_are_said(tmp_path, encoding, is_guess, kind):
    content = TEXT if kind == "txt" else f"id,text\n1,{TEXT}\n"
    write(tmp_path, f"poem.{kind}", content.encode(encoding))
    write(tmp_path, "other.txt", tale(0))
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert TEXT in [text.strip() for texts in by_domain(splits).values() for text in texts]
    assert ("read as the encoding it looks like: poem" in said) == is_guess


def test_an_encoding_that_was_named_is_used_and_nothing_is_guessed(tmp_path):
    text = "Ёлка и берёза стояли рядом."
    write(tmp_path, "a.txt", text.encode("koi8-r"))
    write(tmp_path, "b.txt", tale(0))
    splits, said = told(lambda: load_text(str(tmp_path), encoding="koi8-r"))
    assert text in by_domain(splits)[tmp_path.name] and "looks like" not in said
    with (
        pytest.warns(UserWarning, match=r"a\.txt \(is no ascii text\)"),
        pytest.raises(ValueError, match="single"),
    ):
        load_text(str(tmp_path), encoding="ascii")


def test_a_few_damaged_bytes_do_not_change_the_encoding(tmp_path):
    write(tmp_path, "a.txt", ("Gewiß, Äpfel. " * 50).encode() + b"\xff")
    write(tmp_path, "b.txt", tale(0))
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert (
        any("Gewiß, Äpfel." in text for text in by_domain(splits)[tmp_path.name]) and "a.txt (utf-8)" in said
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_text_or_a_reason(tmp_path, content):
    path = write(tmp_path, "any", content)
    try:
        rows = Passages(path, tmp_path)
    except ValueError as error:
        assert str(error).startswith("is no ")
        return
    assert "".join(rows[i]["text"] for i in range(len(rows))).count("\r") == 0


# ---- one large file


def test_a_large_file_is_cut_at_its_paragraphs_with_little_memory(tmp_path):
    paragraph = "".join(f"{tale(i)} " for i in range(120)) + "\n\n"
    path = write(tmp_path, "large.txt", paragraph * 8000)
    assert path.stat().st_size > 2e7
    tracemalloc.start()
    rows = Passages(path, tmp_path)
    ends = [rows[i]["text"].endswith(".  \n\n".replace("  ", " ")) for i in range(0, len(rows), 50)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows) > 500 and all(ends[:-1]) and peak < 6e6


def test_a_limit_draws_from_all_over_a_large_file(tmp_path):
    parts = [f"{WORDS[k % 18]} number {k}. {tale(k)}" * 20 + "\n\n" for k in range(2000)]
    path = write(tmp_path, "large.txt", "".join(parts))
    texts = by_domain(load_text(str(path), limit=20_000))["large"]
    numbers = sorted(int(text.split("number ")[1].split(".")[0]) for text in texts)
    assert numbers[0] < 1000 < numbers[-1] and sum(map(len, texts)) <= 20_000
    assert sum(len(row["text"]) for row in stream_text(str(path))) == path.stat().st_size


def test_a_single_small_file_is_cut_so_that_something_is_held_out(tmp_path):
    splits = load_text(str(write(tmp_path, "diary.md", "\n\n".join(map(tale, range(40))))))
    assert 15 <= len(splits.train) + len(splits.test) <= 20 and len(splits.test) >= 1


# ---- columns


def jsonl(folder: Path, rows: list[dict]) -> str:
    return str(write(folder, "mine.jsonl", "\n".join(map(json.dumps, rows))))


SEEN = [{"type": "text", "text": "See {}"}, {"type": "image", "text": None}]
FIELDS = ["role", "content", "text", "value", "type", "image_url", "tool_calls"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"instruction": "Add {}.", "input": "1", "output": "2"}, "Add {}.\n1\n2"),
        ({"instruction": "Add {}.", "input": "", "output": "2"}, "Add {}.\n2"),
        ({"conversations": [{"from": "human", "value": "Hi {}"}, {"from": "gpt", "value": None}]}, "human: Hi {}"),
        ({"content": "Rain {}."}, "Rain {}."),
        ({"question": "What is {}?", "answer": None}, "What is {}?"),
        ({"messages": [{"role": "user", "content": SEEN}]}, "user: See {}"),
        ({"messages": [{"role": "user", "content": "Hi {}"}, {"role": "assistant", "content": None}]}, "user: Hi {}"),
        (
            {"messages": [{"role": "assistant", "content": None, "tool_calls": [
                {"type": "function", "function": {"name": "look", "arguments": '{"at": "{}"}'}}]}]},
            'assistant: look {"at": "{}"}',
        ),
        ({"Text": "Capital {}."}, "Capital {}."),
    ],
)  # fmt: skip
def test_a_row_says_what_it_says_and_nothing_else(tmp_path, row, text):
    rows = [json.loads(json.dumps(row).replace("{}", WORDS[i])) for i in range(6)]
    found = by_domain(load_text(jsonl(tmp_path, rows)))["mine"]
    assert found == sorted(text.replace("{}", WORDS[i]) for i in range(6))


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.text("abc", max_size=4) | st.floats() | st.binary(max_size=3),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_value_is_ever_said_as_python_writes_it(value):
    text = said(value)
    assert not any(sign in text for sign in ("None", "'", "{", 'b"', "nan"))


def test_rows_of_one_file_may_have_different_columns(tmp_path):
    rows = [{"text": tale(i)} if i % 2 else {"content": tale(i)} for i in range(6)]
    assert by_domain(load_text(jsonl(tmp_path, rows)))["mine"] == sorted(map(tale, range(6)))


# ---- domains


def labelled(
    label: list, names: list[str] | None = None, column: str = "label", start: int = 0
) -> datasets.Dataset:
    kind = datasets.ClassLabel(names=names) if names else datasets.Value("string")
    features = datasets.Features({"text": datasets.Value("string"), column: kind})
    texts = [tale(start + i) for i in range(len(label))]
    return datasets.Dataset.from_dict({"text": texts, column: label}, features=features)


@pytest.mark.parametrize("column", ["label", "domain", "category", "topic", "source"])
@pytest.mark.parametrize("names", [None, ["art", "sport"]])
def test_a_column_of_its_own_is_the_domain(tmp_path, column, names):
    label = [0, 1] * 6 if names else ["art", "sport"] * 6
    labelled(label, names, column).to_parquet(tmp_path / "train.parquet")
    splits = load_text(str(tmp_path))
    assert {name: len(texts) for name, texts in by_domain(splits).items()} == {"art": 6, "sport": 6}


def test_a_column_that_was_named_is_the_domain_whatever_it_holds(tmp_path):
    rows = [{"text": tale(i), "year": 1990 + i % 3, "topic": "ab"[i % 2]} for i in range(12)]
    path = jsonl(tmp_path, rows)
    assert [*by_domain(load_text(path, domain_column="year"))] == ["1990", "1991", "1992"]
    assert [*by_domain(load_text(path))] == ["a", "b"]


@pytest.mark.parametrize(
    "values", [[f"unique {i}" for i in range(12)], [None] * 12, [1, 2] * 6, ["only"] * 12], ids=str
)
def test_a_column_that_is_no_domain_is_let_alone(tmp_path, values):
    path = jsonl(tmp_path, [{"text": tale(i), "label": value} for i, value in enumerate(values)])
    assert [*by_domain(load_text(path))] == ["mine"]


@pytest.mark.parametrize(
    ("label", "names"),
    [([0, 1, -1, 0, 1, 0] * 2, ["art", "sport"]), (["art", "sport", None, "art", "sport", ""] * 2, None)],
)  # fmt: skip
def test_rows_without_a_domain_are_left_out_and_counted(tmp_path, label, names):
    labelled(label, names).to_parquet(tmp_path / "train.parquet")
    n = sum(value in (-1, None, "") for value in label)
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert sum(map(len, by_domain(splits).values())) == 12 - n
    assert f"{n} of 12 rows left out: they have no label" in said


def test_a_held_out_split_without_labels_leaves_the_training_set_to_be_split(tmp_path):
    labelled([0, 1] * 10, ["art", "sport"]).to_parquet(tmp_path / "train.parquet")
    labelled([-1] * 5, ["art", "sport"], start=40).to_parquet(tmp_path / "test.parquet")
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert (len(splits.train), len(splits.test)) == (16, 4) and "5 of 25 rows left out" in said


def test_a_domain_of_one_document_is_left_out_and_named(tmp_path):
    labelled([0, 1] * 6 + [2], ["art", "sport", "rare"]).to_parquet(tmp_path / "train.parquet")
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert [*by_domain(splits)] == [
        "art",
        "sport",
    ] and "1 of 3 domains left out: rare (a single document" in said


def test_a_usual_column_may_have_capital_letters_and_a_packed_file_is_named_as_such(tmp_path):
    rows = [{"Text": tale(i), "Category": "ab"[i % 2]} for i in range(12)]
    jsonl(tmp_path, rows)
    write(tmp_path, "more.jsonl.gz", b"\x1f\x8b")
    splits, said = told(lambda: load_text(str(tmp_path)))
    assert [*by_domain(splits)] == ["a", "b"] and "more.jsonl.gz (is compressed" in said
