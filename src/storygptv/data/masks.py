"""Characters cut out of their frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from storygptv.data.store import StoryData

LOOKED_THROUGH = 200  # frames of a character, for a portrait of it
BACKGROUND = (128, 128, 128)  # what stands around a character that was cut out


def character_crop(
    image: np.ndarray, mask: np.ndarray, size: int, rng: np.random.Generator | None = None
) -> np.ndarray:
    """A character alone on grey: image (H, W, 3) and mask (H, W) to a square crop uint8 (size, size, 3).

    With `rng` it is flipped, scaled and shifted at random, never recoloured, for training. Raises ValueError
    if the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        raise ValueError("mask must hold at least one pixel of the character, got none")
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    cut = np.where(mask[top:bottom, left:right, None], image[top:bottom, left:right], np.uint8(BACKGROUND))
    if rng is not None and rng.random() < 0.5:
        cut = cut[:, ::-1]
    fill = 0.92 if rng is None else rng.uniform(0.72, 1.0)
    scale = fill * size / max(cut.shape[:2])
    width, height = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    figure = Image.fromarray(np.ascontiguousarray(cut)).resize((width, height), Image.Resampling.BILINEAR)
    x, y = (size - width) // 2, (size - height) // 2
    if rng is not None:
        x, y = int(rng.integers(0, size - width + 1)), int(rng.integers(0, size - height + 1))
    canvas = Image.new("RGB", (size, size), BACKGROUND)
    canvas.paste(figure, (x, y))
    return np.asarray(canvas)


def portrait_crop(portrait: np.ndarray, size: int) -> np.ndarray:
    """A reference portrait as a crop: cut out from its plain background, the colour of its corner."""
    mask = (np.abs(portrait.astype(np.int16) - portrait[0, 0].astype(np.int16)).max(-1)) > 6
    return character_crop(portrait, mask, size)


def portraits_of(data: StoryData) -> dict[str, np.ndarray]:
    """A portrait uint8 (H, W, 3) of each character of a data set: the one it has, else the largest cut-out among the
    first frames that have a mask of it. Who has neither is left out."""
    portraits = dict(data.portraits)
    there, characters = data.has_segmentation, data.text("characters")
    for name in data.info.names:
        if name in portraits:
            continue
        rows = [row for row, names in enumerate(characters) if there[row] and name in names][:LOOKED_THROUGH]
        masks = [data.segmentations([row])[0] == characters[row].index(name) + 1 for row in rows]
        areas = [mask.sum() for mask in masks]
        if areas and max(areas):
            best = int(np.argmax(areas))
            portraits[name] = character_crop(data.images([rows[best]])[0], masks[best], data.info.resolution)
    return portraits


def character_masks(segmentation: np.ndarray, num_characters: int) -> np.ndarray:
    """A segmentation (..., H, W) of ids 1 to K as float32 masks (..., K, H, W)."""
    ids = np.arange(1, num_characters + 1, dtype=segmentation.dtype)
    return (segmentation[..., None, :, :] == ids[:, None, None]).astype(np.float32)
