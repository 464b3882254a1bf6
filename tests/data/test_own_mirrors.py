"Mirrors as people have them: no README, one split, several folders, a program; and a cache that two want."

import json
import multiprocessing
import os
import shutil
import warnings
from pathlib import Path

import datasets
import pytest

from moe_lab.data.language.loading import ALIASES, load_text, stream_text
from moe_lab.data.sources.hub import load_folder

LINES = [
    line
    for i in range(20)
    for line in (f" = Article {'abcdefghijklmnopqrst'[i]} = \n", f"Of the letter {i}.\n")
]
CHAT = [
    [{"role": "user", "content": f"Is it {word}?"}]
    for word in ["red", "green", "blue", "white", "black", "grey", "pink", "lilac"]
]
ROWS = {  # what a set of this alias may look like
    "wikitext": {"text": LINES},
    "wikitext-103": {"text": LINES},
    "shakespeare": {"text": ["".join(f"A:\nThe number {i}!\n\n" for i in range(200))]},
    "gsm8k": {"question": [f"How many are {c}?" for c in "abcdefgh"], "answer": [f"{c} of them." for c in "abcdefgh"]},
    "humaneval": {"prompt": [f"def {c}():\n" for c in "abcdefgh"], "canonical_solution": ["    return 1\n"] * 8},
    "dialogues": {"messages": CHAT},
    "smoltalk": {"messages": CHAT},
}  # fmt: skip


def mirror(root: Path, name: str, split: str, inside: str) -> Path:
    "A mirror of an alias with one split, below a folder inside."
    hub_id, _, configuration = ALIASES[name].partition(":")
    folder = root / hub_id / inside.format(configuration or "data")
    folder.mkdir(parents=True)
    datasets.Dataset.from_dict(ROWS[name]).to_parquet(folder / f"{split}-00000-of-00001.parquet")
    return root / hub_id


@pytest.mark.parametrize("inside", ["{}", "data", "."])
@pytest.mark.parametrize("name", ALIASES)
def test_a_mirror_without_a_readme_is_read_with_the_one_split_it_has(tmp_path, monkeypatch, name, inside):
    mirror(tmp_path, name, "test", inside)
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    splits = load_text(name)
    assert splits.train.features["domain"].names == [name] and len(splits.test) >= 1
    n = len(splits.train) + len(splits.test)
    assert n == {"wikitext": 20, "wikitext-103": 20, "shakespeare": 10}.get(name, 8)
    assert len(list(stream_text(name, "test"))) == n


def test_a_readme_that_promises_more_than_there_is_is_no_obstacle(tmp_path, monkeypatch):
    folder = mirror(tmp_path, "wikitext", "test", "{}")
    files = "".join(
        f"  - split: {split}\n    path: wikitext-2-raw-v1/{split}-*\n"
        for split in ("train", "validation", "test")
    )
    card = f"---\nconfigs:\n- config_name: wikitext-2-raw-v1\n  data_files:\n{files}---\n"
    (folder / "README.md").write_text(card)
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    with pytest.warns(UserWarning, match="not all files that its README names can be read"):
        splits = load_text("wikitext")
    assert len(splits.train) + len(splits.test) == 20


def test_mirrors_lie_in_several_folders(tmp_path, monkeypatch):
    mirror(tmp_path / "one", "gsm8k", "train", "{}")
    mirror(tmp_path / "two", "dialogues", "train", "{}")
    monkeypatch.setenv(
        "MOE_LAB_DATA", os.pathsep.join(map(str, (tmp_path / "no", tmp_path / "one", tmp_path / "two")))
    )
    assert load_text("gsm8k+dialogues").train.features["domain"].names == ["gsm8k", "dialogues"]


def test_a_program_that_comes_with_a_data_set_is_not_run(tmp_path, monkeypatch):
    folder = tmp_path / "me" / "clever"
    folder.mkdir(parents=True)
    (folder / "clever.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(ValueError, match="brings a program to load it, which is not run"):
        load_folder(folder)
    monkeypatch.setenv("MOE_LAB_DATA", str(tmp_path))
    (folder / "README.md").write_text("---\nconfigs:\n- config_name: default\n---\n")
    for i in range(3):
        (folder / f"{i}.txt").write_text(f"Tale {'abc'[i]}.")
    with warnings.catch_warnings(action="ignore"):
        load_text("me/clever")
    assert not (tmp_path / "ran").exists()


# ---- the cache


def collect(folder: str, cache: str, ends) -> None:
    os.environ["MOE_LAB_CACHE"] = cache
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        texts = load_text(folder).train["text"][:]
    ends.put((sorted(texts), [str(w.message) for w in caught if "damaged" in str(w.message)]))


def test_processes_that_find_the_same_damage_mend_it_once(tmp_path, monkeypatch):
    folder, cache = tmp_path / "tales", tmp_path / "cache"
    folder.mkdir()
    for i in range(12):
        (folder / f"{i}.txt").write_text(f"Tale {'abcdefghijkl'[i]}.")
    monkeypatch.setenv("MOE_LAB_CACHE", str(cache))
    whole = sorted(load_text(str(folder)).train["text"])
    (arrow,) = cache.glob("tales-*/train/*.arrow")
    damaged = bytearray(arrow.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    arrow.write_bytes(damaged)
    context = multiprocessing.get_context("fork")
    ends = context.Queue()
    both = [context.Process(target=collect, args=(str(folder), str(cache), ends)) for _ in range(3)]
    for process in both:
        process.start()
    found = [ends.get(timeout=60) for _ in both]
    for process in both:
        process.join()
    assert [texts for texts, _ in found] == [whole] * 3
    assert sum(len(told) for _, told in found) == 1
    assert json.loads(next(cache.glob("tales-*/moe_lab.json")).read_text())["notes"] == []
    shutil.rmtree(cache)
