"Mistakes with classes, episodes, glyphs, models that read episodes, and their settings and commands."

import torch
from faults.table import Bad, Refused, command

from moe_lab.data.episodes.classes import check_disjoint, joined_sets, split_classes
from moe_lab.data.episodes.loading import load_classes
from moe_lab.data.episodes.sampling import EpisodeSampler
from moe_lab.data.images import ImageSet, Splits
from moe_lab.data.vision.faces import scripts
from moe_lab.data.vision.glyphs import glyph_set, load_glyphs
from moe_lab.experiments.systems.episodes.settings import FewShotSettings
from moe_lab.experiments.systems.episodes.tables import by_seed
from moe_lab.models.episodic.embedding import Embedding, widths_of_size
from moe_lab.models.episodic.memory import AttendedMemory, NearMemory
from moe_lab.models.episodic.memory_transformer import EpisodicShape, memory_transformer, silenced
from moe_lab.models.episodic.prototypes import PrototypicalNet
from moe_lab.models.episodic.reading import ASKED, sight_of


def some(names="abcde", each=4, shape=(1, 8, 8)) -> ImageSet:
    label = torch.arange(len(names)).repeat_interleave(each)
    return ImageSet(torch.zeros(len(label), *shape).byte(), label, tuple(names), "letters")


def sampler(**changes):
    return lambda: EpisodeSampler(some(), **{"way": 3, "queries": 2} | changes)


def settings(**changes):
    return lambda: FewShotSettings(**changes)


def model(memory="near"):
    return memory_transformer(EpisodicShape(n_labels=3), size=8, memory=memory)


def read(label, images=None, way=2):
    return lambda: model().read(torch.zeros(1, 3, 1, 8, 8) if images is None else images, label, way)


def silence():
    with silenced(model("none")):
        pass


def table():
    import pandas as pd

    return pd.DataFrame({"arm": ["a"], "seed": [0], "split": ["t"], "metric": ["accuracy"], "value": [1.0]})


DATA = [
    Bad(
        "a class in both splits",
        lambda: check_disjoint(Splits(some("abc"), some("cd"))),
        ("1 classes are in train and in test: c", "split_classes"),
    ),
    Bad("a single class to part", lambda: split_classes(some("a")), ("1 class", "two or more")),
    Bad("classes of a folder's name", lambda: split_classes("letters"), ("images is a str", "ImageSet")),
    Bad("a seed below 0", lambda: split_classes(some(), -1), ("seed=-1", "0 to 2**32")),
    Bad("classes numbered otherwise", lambda: joined_sets(Splits(some("ab"), some("ba"))), ("differently",)),
    Bad(
        "images of two sizes",
        lambda: joined_sets(Splits(some(), some(shape=(1, 9, 9)))),
        ("(1, 8, 8)", "(1, 9, 9)", "size="),
    ),
    Bad("a set that is not there", lambda: load_classes("glyfs"), ("'glyfs'", "did you mean 'glyphs'")),
    Bad("more classes than there are", sampler(way=6), ("way=6", "'letters'", "1 to 5")),
    Bad("more images than there are", sampler(shot=3), ("shot + queries = 5", "'letters'", "at most 4")),
    Bad("no class", sampler(way=0), ("way=0", "at least 1")),
    Bad("no example", sampler(shot=0), ("shot=0", "at least 1")),
    Bad("no query", sampler(queries=0), ("queries=0", "at least 1")),
    Bad("half an episode", sampler(episodes=0.5), ("episodes=0.5", "whole number")),
    Bad("a step below 0", lambda: sampler()()(-1), ("step=-1",)),
    Bad(
        "turns of what is not square",
        lambda: EpisodeSampler(some(shape=(1, 8, 6)), way=2, queries=1, turns=True)(0),
        ("turns", "(8, 6)", "square"),
    ),
    Bad("episodes of both splits", lambda: EpisodeSampler(Splits(some(), some())), ("images is a Splits",)),
    Bad("glyphs without pixels", lambda: load_glyphs(size=0), ("size=0", "at least 1")),
    Bad("glyphs of no character", lambda: load_glyphs(limit=0), ("limit=0", "at least 1")),
    Bad("glyphs to validate on", lambda: glyph_set("valid", 1, 8, 0), ("side='valid'", "train, test")),
    Bad("more faces than there are", lambda: scripts(least_faces=99), ("least_faces=99", "no script")),
]
MODELS = [
    Bad("an odd number of pixels", lambda: Embedding(size=15), ("size=15", "even")),
    Bad("an embedding of nothing", lambda: Embedding(widths=()), ("stages=0", "at least 1")),
    Bad("images of another size", lambda: Embedding(1, 8)(torch.zeros(2, 1, 9, 9)), ("(2, 1, 9, 9)", "8, 8")),
    Bad("a network of no parameters", lambda: widths_of_size(0), ("wanted=0", "at least 1")),
    Bad("prototypes of a name", lambda: PrototypicalNet("pixels"), ("'pixels'", "an embedding")),
    Bad("a memory without slots", lambda: NearMemory(8, 8, 0), ("n_slots=0", "at least 1")),
    Bad("a read of more slots than there are", lambda: AttendedMemory(8, 4), ("k=8", "n_slots=4")),
    Bad("heads that do not share evenly", lambda: EpisodicShape(heads=5), ("heads=5", "d=64")),
    Bad(
        "a memory that there is not",
        lambda: memory_transformer(EpisodicShape(), memory="nearest"),
        ("memory='nearest'", "did you mean 'near'"),
    ),
    Bad("more labels than the model has", read(torch.tensor([[3, 0, ASKED]])), ("label: 3", "0 to 2")),
    Bad("a label below the question", read(torch.tensor([[0, -2, ASKED]])), ("label: -2", "0 to 2, or -1")),
    Bad(
        "questions before examples",
        read(torch.tensor([[ASKED, 0, 1]])),
        ("label: shape (1, 3)", "after them"),
    ),
    Bad("questions without an example", lambda: sight_of(torch.full((1, 2), ASKED)), ("at least one",)),
    Bad("labels of one episode alone", lambda: sight_of(torch.tensor([0, ASKED])), ("shape (2,)", "(B, L)")),
    Bad("silencing what is not there", silence, ("model", "no memory")),
]
RUNS = [
    Bad("a model misspelt", settings(model="memroy"), ("model='memroy'", "did you mean 'memory'")),
    Bad("more classes than labels", settings(way=40), ("way=40", "n_labels=32")),
    Bad("an odd size", settings(size=27), ("size=27", "even")),
    Bad("steps below 0", settings(steps=-1), ("steps=-1",)),
    Bad("a rate below 0", settings(lr=-1.0), ("lr=-1.0",)),
    Bad("one test episode", settings(tests=1), ("tests=1", "2 episodes")),
    Bad("a task that there is not", lambda: by_seed(table(), "2-way"), ("task='2-way'", "needs one of t")),
    Bad(
        "a command for more classes than digits has",
        lambda: command(
            "run", "fewshot", "--data", "digits", "--size", "8", "--out", "out", "--workers", "1"
        ),
        ("--way 20", "'digits'", "1 to 5"),
        Refused,
    ),
]
ROWS = DATA + MODELS + RUNS
