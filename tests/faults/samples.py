"Mistakes with what data becomes: streams, tokens, rows, batches, images, points."

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from faults.data import at, home
from faults.table import Bad

from moe_lab import load_text
from moe_lab.data.batching import batch_index, order, steps_per_epoch, stratified_order
from moe_lab.data.images import ImageSet
from moe_lab.data.language.loading import stream_text
from moe_lab.data.language.tokens import TokenSet, pack_documents, packed_rows, train_tokenizer
from moe_lab.data.plane import PlaneSet, plane_points
from moe_lab.models.language.language_model import DecoderSettings


@cache
def texts():
    return load_text(str(home() / "tales")).train


@cache
def tokenizer():
    return train_tokenizer(texts(), 300)


def token_set(**parts) -> Callable[[], object]:
    "A set of tokens with something wrong."

    def call() -> object:
        whole = pack_documents(texts(), tokenizer(), 8)
        own = {
            name: getattr(whole, name)
            for name in ("tokens", "mask", "document", "domain", "domain_names", "vocabulary")
        }
        return TokenSet(**own | {n: change(own[n]) for n, change in parts.items()}, tokenizer=tokenizer())

    return call


def images(**parts) -> ImageSet:
    "A set of two black images with something wrong."
    whole = {"images": torch.zeros(2, 3, 4, 4, dtype=torch.uint8), "label": torch.tensor([0, 1])}
    return ImageSet(**whole | parts, label_names=("a", "b"), name="mine")


ROWS = [
    # ---- streams, tokens, rows
    Bad("a split that there is not", at("tales", stream_text, split="dev"), ("no split 'dev'", "only train")),
    Bad(
        "a stream of the eight kinds",
        lambda: stream_text("domains"),
        ("'domains' cannot be streamed", "owner/name"),
    ),
    Bad("a vocabulary without all bytes", lambda: train_tokenizer(texts(), 10), ("size=10", "from 257")),
    Bad(
        "a vocabulary larger than memory",
        lambda: train_tokenizer(texts(), 10**12),
        ("size=1000000000000", "to 1,000,000"),
    ),
    Bad("a vocabulary in words", lambda: train_tokenizer(texts(), "300"), ("size='300'", "whole number")),
    Bad(
        "plain texts to learn from",
        lambda: train_tokenizer(["One.", "Two."]),
        ("text of row 0 is in a str", "needs a str"),
    ),
    Bad("a text that is None", lambda: train_tokenizer([{"text": None}]), ("text of row 0 is None",)),
    Bad(
        "both parts to learn from",
        lambda: train_tokenizer(load_text(str(home() / "tales"))),
        ("a TextSplits", "the train"),
    ),
    Bad(
        "nothing to learn from",
        lambda: train_tokenizer([{"text": ""}]),
        ("documents", "no text to learn from"),
    ),
    Bad("rows of no tokens", lambda: pack_documents(texts(), tokenizer(), 0), ("length=0", "at least 1")),
    Bad(
        "rows of half a token",
        lambda: pack_documents(texts(), tokenizer(), 8.5),
        ("length=8.5", "whole number"),
    ),
    Bad(
        "no tokenizer",
        lambda: pack_documents(texts(), None, 8),
        ("tokenizer is None", "train_tokenizer"),
    ),
    Bad(
        "a list to pack",
        lambda: pack_documents([{"text": "A.", "domain": 0}], tokenizer(), 8),
        ("documents is a list", "train"),
    ),
    Bad(
        "a row without a domain",
        lambda: [*packed_rows([{"text": "A."}], tokenizer(), 8)],
        ("domain of row 0 is None",),
    ),
    Bad(
        "fractions for tokens",
        token_set(tokens=lambda x: x.float()),
        ("tokens is torch.float32", "needs torch.int64"),
    ),
    Bad("negative tokens", token_set(tokens=lambda x: x - 500), ("token id -", "0 or more")),
    Bad(
        "tokens of another vocabulary",
        token_set(tokens=lambda x: x + 9000),
        ("largest token id", "in the vocabulary"),
    ),
    Bad(
        "a mask in numbers",
        token_set(mask=lambda x: x.float()),
        ("mask is torch.float32", "needs torch.bool"),
    ),
    Bad("domains without a name", token_set(domain=lambda x: x + 3), ("domain spans 3..3 for 1 names",)),
    Bad("NumPy's tokens", token_set(tokens=lambda x: x.numpy()), ("tokens is int64", "needs torch.int64")),
    Bad(
        "a row of tokens that there is not",
        lambda: pack_documents(texts(), tokenizer(), 8).take([99]),
        ("99 to 99", "rows"),
    ),
    Bad(
        "a separator that is no token",
        lambda: DecoderSettings(vocabulary=9, separator=9),
        ("separator=9", "0 to 8, or None"),
    ),
    # ---- batches
    Bad("a batch of nothing", lambda: batch_index(8, 0, 0, 0), ("batch_size=0", "at least 1")),
    Bad("a batch of an empty set", lambda: batch_index(0, 4, 0, 0), ("n=0", "at least 1")),
    Bad("a step before the first", lambda: batch_index(8, 2, -1, 0), ("step=-1", "at least 0")),
    Bad("half a step", lambda: batch_index(8, 2, 1.5, 0), ("step=1.5", "whole number")),
    Bad("half a sample in a batch", lambda: steps_per_epoch(8, 2.5), ("batch_size=2.5", "whole number")),
    Bad("a negative seed of an order", lambda: order(8, 0, -1), ("seed=-1", "at least 0")),
    Bad("a negative number of samples", lambda: order(-8, 0, 0), ("n=-8", "at least 0")),
    Bad(
        "classes below 0",
        lambda: stratified_order(torch.tensor([-1, 0]), 0),
        ("label: -1", "numbered from 0"),
    ),
    Bad(
        "classes in fractions",
        lambda: stratified_order(torch.tensor([0.5, 1]), 0),
        ("label: torch.float32 (2,)", "long (N,)"),
    ),
    Bad("classes in a list", lambda: stratified_order([0, 1], 0), ("label: a list", "needs a tensor")),
    # ---- images and points
    Bad(
        "images in fractions",
        lambda: images(images=torch.zeros(2, 3, 4, 4)),
        ("uint8 (N, C, H, W)", "torch.float32"),
    ),
    Bad(
        "NumPy's images",
        lambda: images(images=np.zeros((2, 3, 4, 4), np.uint8)),
        ("must be a tensor", "not a ndarray"),
    ),
    Bad("labels in a list", lambda: images(label=[0, 1]), ("label must be a tensor", "not a list")),
    Bad(
        "a label without a name",
        lambda: images(label=torch.tensor([0, 5])),
        ("label spans 0..5 for 2 names",),
    ),
    Bad("no label at all", lambda: images(label=torch.tensor([-1, 0])), ("label spans -1..0",)),
    Bad(
        "an image that there is not",
        lambda: images().pixels(torch.tensor([2])),
        ("index goes from 2 to 2", "2 rows"),
    ),
    Bad("half an image", lambda: images().take(torch.tensor([0.5])), ("index: torch.float32", "needs long")),
    Bad("a misspelt pattern", lambda: plane_points("spiral"), ("name='spiral'", "did you mean 'spirals'?")),
    Bad("no points", lambda: plane_points("moons", n=0), ("n=0", "at least 1")),
    Bad(
        "a shake that is not a number",
        lambda: plane_points("moons", shake=float("nan")),
        ("shake=nan", "finite number"),
    ),
    Bad("a negative shake", lambda: plane_points("moons", shake=-0.1), ("shake=-0.1", "at least 0")),
    Bad("a negative seed of points", lambda: plane_points("coins", seed=-1), ("seed=-1", "at least 0")),
    Bad(
        "points out of the square",
        lambda: PlaneSet(torch.full((2, 2), 7.0), torch.ones(2)),
        ("coordinate is 7.0", "-1 to 1"),
    ),
    Bad(
        "points that are no numbers",
        lambda: PlaneSet(torch.full((2, 2), torch.nan), torch.ones(2)),
        ("nan", "finite"),
    ),
    Bad(
        "points of three dimensions",
        lambda: PlaneSet(torch.zeros(2, 3), torch.ones(2)),
        ("(2, 3)", "needs (N, 2)"),
    ),
    Bad("grey points", lambda: PlaneSet(torch.zeros(2, 2), torch.full((2,), 0.5)), ("0 or 1 for each",)),
    Bad(
        "NumPy's points",
        lambda: PlaneSet(np.zeros((2, 2)), np.ones(2)),
        ("points is a ndarray", "needs a tensor"),
    ),
]
