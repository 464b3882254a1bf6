"""Frames, rounded and packed: what changed from one to the next, and all of a run in one compressed piece.

A recording is JSON. `runs` holds base64 of gzip of: the length of a header (uint32), the header (JSON), bytes. The
header has a list of frames; each names the values that are not those of the frame before. A value of bytes is
`{at, n}`, its place among the bytes, with `cells` and `side` where pictures follow that stand in the atlas. Floats keep
12 bits of their mantissa (a relative error of at most 1 in 4096), those of pictures with thousands of numbers fewer
(`SHORT`), probabilities of pixels 64 levels; squares of pictures are JPEG.
"""

import base64
import gzip
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .atlas import SIDE, Atlas
from .stage import Values

KEPT = 12  # bits of a mantissa, the first of which is not written
SHORT = {"TokenMap": 9, "GateRace": 9}  # thousands of numbers that are seen as sizes
LEVELS = 64  # of a probability that is seen as a shade
BITS = ("MaskPictures",)  # a byte for each pixel, 0 or 1
SHADED = ("ScenePicture", "MaskMap")  # side, known; side² probabilities, side² truths


def rounded(numbers: bytes, kept: int = KEPT) -> bytes:  # little-endian float32
    "The same with shorter mantissas; whole numbers of so many bits stay as they are."
    bits, cut = np.frombuffer(numbers, "<u4"), 24 - kept
    is_finite = np.isfinite(np.frombuffer(numbers, "<f4"))
    short = (bits + (1 << cut - 1)) >> cut << cut
    return np.where(is_finite, short, bits).astype("<u4").tobytes()


def levels(numbers: bytes) -> bytes:  # little-endian float32, as of `SHADED`
    "The same with probabilities in the middles of 64 levels, on the same side of one half."
    values = np.frombuffer(numbers, "<f4").copy()
    probability = values[2 : 2 + int(values[0]) ** 2]
    probability[:] = (np.minimum(np.floor(LEVELS * probability), LEVELS - 1) + 0.5) / LEVELS
    return values.tobytes()


def shades(pictures: bytes) -> bytes:  # RGBA
    "The same with sixteen degrees of how opaque a pixel is."
    pixels = np.frombuffer(pictures, "u1").reshape(-1, 4).astype("u2")
    pixels[:, 3] = (pixels[:, 3] + 8) // 17 * 17
    return pixels.astype("u1").tobytes()


def pictures_of(view: str, frame: bytes) -> tuple[int, int]:
    "Where the pictures in a frame begin, and their side in pixels if the atlas can take them, else 0."
    head = np.frombuffer(frame[:20], "<f4")
    if view == "photographs":
        return 0, SIDE
    if view == "ExpertTiles":
        return 4 * int(3 + 2 * head[0]), int(head[1])
    if view == "LoadBars":
        return 4 * int(5 + 5 * head[0]), int(head[4])
    if view in ("ScenePicture", "MaskMap"):
        return 4 * int(2 + 2 * head[0] ** 2), int(head[0]) * (view == "ScenePicture")
    if view == "MasksView":
        return 4 * int(1 + 2 * head[0]), 0
    if view == "MaskPictures":
        return 4 * int(2 + 3 * head[0]), 0
    if view == "Looks":
        scales, experts = map(int, head[:2])
        return 4 * (3 + scales * (3 * experts + 1)), 0
    return len(frame), 0


class Packer:
    "Turns frames into runs, and keeps their pictures in one atlas."

    def __init__(self, views: Mapping[int, str]):  # views: by the number of the widget
        self.views, self.atlas = views, Atlas()

    def packed(self, key: str, value: bytes) -> tuple[bytes, dict[str, int]]:
        "Bytes as they are written, and what is said of them."
        number, _, trait = key.partition(".")
        view = trait if trait == "photographs" or not number.isdigit() else self.views[int(number)]
        begin, side = pictures_of(view, value)
        numbers = (
            rounded(value[:begin], SHORT.get(view, KEPT)) if view not in SHADED else levels(value[:begin])
        )
        if not side:
            return numbers + (value[begin:] if view in BITS else shades(value[begin:])), {}
        cells = self.atlas.cut(value[begin:], side)
        return numbers + cells, {"cells": len(cells) // 2, "side": side}

    def run(self, frames: Sequence[Values]) -> str:
        "All frames of a run, in base64."
        header: list[dict[str, Any]] = []
        pieces: dict[str, list[tuple[dict, bytes]]] = {}
        before: Values = {}
        for frame in frames:
            new = {key: value for key, value in frame.items() if before.get(key, header) != value}
            for key, value in new.items():
                if isinstance(value, bytes):
                    content, said = self.packed(key, value)
                    new[key] = {"n": len(content) - 2 * said.get("cells", 0)} | said
                    pieces.setdefault(key, []).append((new[key], content))
            header.append(new)
            before = frame
        body = bytearray()
        for found in pieces.values():  # those of one view side by side: they are alike
            for place, content in found:
                place["at"] = len(body)
                body += content
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
        whole = struct.pack("<I", len(text)) + text + bytes(body)
        return base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode()


def constant(runs: Sequence[Sequence[Values]]) -> Values:
    "What is the same in all frames of all runs, and is no bytes."
    first = runs[0][0]
    return {
        key: value
        for key, value in first.items()
        if not isinstance(value, bytes) and all(f.get(key) == value for run in runs for f in run)
    }
