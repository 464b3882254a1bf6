"Few-shot runs as a whole: killed and resumed bit for bit, learned from, looked at, and read from Omniglot's folders."

import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from kernels.copied import exit_code
from PIL import Image
from training.resumable import assert_same
from training.stops import StopAt, die

from moe_lab import ablate, observe, record
from moe_lab.cli import main
from moe_lab.data.episodes.loading import load_classes
from moe_lab.data.episodes.sampling import EpisodeSampler
from moe_lab.experiments.systems.episodes.settings import TRANSFORMERS, FewShotSettings
from moe_lab.experiments.systems.episodes.system import assemble, load, make_model, trained
from moe_lab.training.checkpoints import load_newest
from moe_lab.training.runs import Run

SMALL = FewShotSettings(data="digits", size=8, way=5, steps=8, n_slots=8, checkpoint_every=3)


@pytest.fixture(scope="module")
def data():
    return load(SMALL)


def go_on(folder: Path, model: str, die_at: int = -1):
    "The run in a folder, to its end, or until the process dies at a step."
    asked = replace(SMALL, model=model)
    run = Run.open(folder, "fewshot", asked, resume=True)
    found, _ = trained(asked, load(asked), run, [StopAt(die_at, die)])
    run.release()
    return found.state_dict(), run


if __name__ == "__main__":
    go_on(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))


@pytest.mark.parametrize("model", ["memory", pytest.param("prototypes", marks=pytest.mark.slow)])
def test_killed_and_resumed_bit_for_bit(model, tmp_path):
    assert exit_code(__file__, str(tmp_path / "killed"), model, "5") == -signal.SIGKILL
    (found, run), (straight, other) = go_on(tmp_path / "killed", model), go_on(tmp_path / "straight", model)
    assert all(torch.equal(found[name], value) for name, value in straight.items())
    one, two = (load_newest(r.checkpoints, r.hash) for r in (run, other))
    assert {own.extra["callbacks"].pop("Clock")["seconds"]["training"] > 0 for own in (one, two)} == {True}
    assert_same(one.extra, two.extra)
    assert run.metrics.frame().map(repr).equals(other.metrics.frame().map(repr))


@pytest.mark.parametrize("name", [*TRANSFORMERS, "prototypes", "prototypes, equal size"])
def test_every_parameter_learns_from_an_episode(data, name):
    trainer = assemble(replace(SMALL, model=name), data)
    trainer.task(trainer.model, trainer.batch(0)).backward()
    silent = {n for n, p in trainer.model.named_parameters() if p.grad is None or not p.grad.abs().sum()}
    assert all("labels" not in n and "address.bias" in n for n in silent), silent  # distances know no shift


def test_a_slot_that_is_silenced_changes_the_queries_that_read_it(data):
    model = assemble(SMALL, data).model.eval()
    model.memory.reads.router.set(k=8)
    episodes = EpisodeSampler(data.test, way=5, queries=2, episodes=6)(0)
    with torch.no_grad(), observe(model) as seen:
        before = model(episodes)
        with ablate(model, "memory.reads", 2):
            after = model(episodes)
        with ablate(model, "memory.reads", 7):  # five examples: nothing was written there
            unread = model(episodes)
    assert seen[0][1].visits[:, 2].any() and not seen[0][1].visits[:, 5:].any()
    assert not torch.equal(before, after) and torch.equal(before, unread)


def test_reads_are_recorded_with_their_episodes(data, tmp_path):
    model = assemble(SMALL, data).model.eval()
    episodes = EpisodeSampler(data.test, way=5, queries=2, episodes=6)(0)
    with torch.no_grad(), record(model, tmp_path / "trace") as trace:
        model(episodes)
    frame = trace.assignments("memory.reads")
    assert sorted(frame["sequence"].unique()) == list(range(6)) and len(frame) == 60


def test_what_is_said_of_a_query_does_not_depend_on_names_of_classes(data):
    "Prototypes know no names: renaming the classes renames the answers."
    model = make_model(replace(SMALL, model="prototypes")).eval()
    episodes = EpisodeSampler(data.test, way=5, queries=2, episodes=6)(0)
    names = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        renamed = model(episodes._replace(label=names[episodes.label]))
        assert torch.allclose(renamed[..., names], model(episodes), atol=1e-4)


@pytest.fixture
def omniglot(tmp_path) -> Path:
    "A small Omniglot: two alphabets to learn from and one held out, five characters each, four drawers."
    rng = np.random.default_rng(0)
    parts = {"images_background": ("Greek", "Latin"), "images_evaluation": ("Keble",)}
    for part, alphabet in [(p, a) for p, own in parts.items() for a in own]:
        for character in range(5):
            folder = tmp_path / "omniglot" / part / alphabet / f"character{character + 1:02}"
            folder.mkdir(parents=True)
            strokes = rng.random((20, 20)) > 0.15
            for drawer in range(6):
                image = Image.fromarray(strokes ^ (rng.random((20, 20)) > 0.97))
                image.save(folder / f"{character:04}_{drawer + 1:02}.png")
    return tmp_path / "omniglot"


def test_omniglot_from_folders_by_the_same_command(omniglot, tmp_path, capsys):
    words = f"run fewshot --data {omniglot} --size 20 --way 5 --steps 2 --tests 4 --seeds 2 --workers 1"
    assert main([*words.split(), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "5-way 1-shot" in said and "What was promised" in said and "20-way 1-shot" in said
    table = pd.read_parquet(tmp_path / "out" / "summary.parquet")
    own = table[table["split"] == "5-way 1-shot, by kind"]
    assert set(own["metric"]) == {"Keble"}
    pixels = table[(table["arm"] == "pixels") & (table["split"] == "5-way 1-shot")]
    assert (pixels[pixels["metric"] == "accuracy"]["value"] == 1).all()  # drawers here hardly differ


@pytest.mark.slow
def test_glyphs_of_unseen_scripts_are_learned():
    splits = load_classes("glyphs")
    assert len(splits.train.label.unique()) > 2500 and len(splits.test.label.unique()) > 500
    trainer = assemble(FewShotSettings(), splits)
    trainer.fit()
    batch = EpisodeSampler(splits.test, way=5, queries=4, episodes=100)(0)
    with torch.no_grad():
        right = (trainer.model.eval()(batch).argmax(-1) == batch.target).float().mean()
    assert right > 0.9
