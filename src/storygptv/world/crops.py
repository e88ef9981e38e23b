"""Crops of pictures of the open world, drawn as they are asked for: most of them around somebody."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .samples import drawn_sample

PER_PICTURE = 4  # crops of one picture, so that drawing costs a quarter
AROUND_SOMEBODY = 0.75


class WorldCrops:
    """Every number is a crop, the same each time.

    Args:
        seed: pictures of another seed are other ones, as long as fewer than 10^8 are asked for.
        picture: side of a picture in pixels.
        side: of a crop.
    """

    split = "train"

    def __init__(self, seed: int = 0, picture: int = 256, side: int = 128):
        self.seed, self.picture, self.side = seed, picture, side

    @property
    def made_of(self) -> dict:
        """What a training run on them depends on."""
        return {"data": "world", "world_seed": self.seed, "picture": self.picture, "side": self.side}

    def crop(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return pixels (side, side, 3) uint8, and where somebody is, (side, side) bool."""
        pixels, somebody = _picture(self.seed * 10**8 + number // PER_PICTURE, self.picture)
        rng = np.random.default_rng((self.seed, number))
        rows, columns = np.nonzero(somebody)
        room = self.picture - self.side
        if rows.size and rng.random() < AROUND_SOMEBODY:
            at = int(rng.integers(rows.size))
            top, left = rows[at] - self.side // 2, columns[at] - self.side // 2
        else:
            top, left = rng.integers(0, room + 1, 2)
        top, left = int(np.clip(top, 0, room)), int(np.clip(left, 0, room))
        window = np.s_[top : top + self.side, left : left + self.side]
        return pixels[window], somebody[window]

    def crops(self, numbers: range) -> tuple[np.ndarray, np.ndarray]:
        """Return those of N numbers: (N, side, side, 3) uint8 and (N, side, side) bool."""
        pixels, somebody = zip(*map(self.crop, numbers), strict=True)
        return np.stack(pixels), np.stack(somebody)


@lru_cache(maxsize=4)
def _picture(number: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    drawing = drawn_sample(number, size)
    return drawing.pixels, drawing.segmentation > 0
