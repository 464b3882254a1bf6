"""Pictures of a recording, cut into squares of which each is kept once, all of them in one JPEG."""

import io
from math import ceil

import numpy as np

SIDE = 8  # pixels of a square: as many as JPEG takes together, so that squares do not touch each other
NOTHING = 65535  # a square without a picture
ACROSS = 64  # squares in a row of the picture that holds all
QUALITY = 88  # of the JPEG


class Atlas:
    "Squares of 8×8 pixels by number."

    def __init__(self):
        self.numbers: dict[bytes, int] = {}

    def number(self, square: bytes) -> int:  # square: RGBA, row by row
        "Of a square, which is kept if it is new; `ValueError` for one that lets something shine through."
        alpha = square[3::4]
        if not any(alpha):
            return NOTHING
        if set(alpha) != {255}:
            raise ValueError(f"a square with alpha {sorted(set(alpha))}: needs 0 or 255 all over")
        return self.numbers.setdefault(square, len(self.numbers))

    def cut(
        self,
        pictures: bytes,  # N × side × side × 4, RGBA
        side: int,  # pixels, a multiple of 8
    ) -> bytes:
        "The numbers of the squares of square pictures, row by row, as little-endian uint16."
        across = side // SIDE
        cells = np.frombuffer(pictures, "u1").reshape(-1, across, SIDE, across, SIDE, 4).swapaxes(2, 3)
        numbers = [self.number(cell.tobytes()) for cell in cells.reshape(-1, SIDE, SIDE, 4)]
        if len(self.numbers) >= NOTHING:
            raise ValueError(f"{len(self.numbers)} squares: an atlas has room for {NOTHING - 1}")
        return np.array(numbers, "<u2").tobytes()

    def jpeg(self) -> bytes:
        "All squares in one picture, 64 in a row; empty without a square."
        from PIL import Image

        if not self.numbers:
            return b""
        rows = ceil(len(self.numbers) / ACROSS)
        cells = np.zeros((rows * ACROSS, SIDE, SIDE, 4), "u1")
        cells[: len(self.numbers)] = [
            np.frombuffer(square, "u1").reshape(SIDE, SIDE, 4) for square in self.numbers
        ]
        whole = cells.reshape(rows, ACROSS, SIDE, SIDE, 4).swapaxes(1, 2)
        written = io.BytesIO()
        picture = Image.fromarray(np.ascontiguousarray(whole.reshape(rows * SIDE, ACROSS * SIDE, 4)[..., :3]))
        picture.save(written, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
        return written.getvalue()
