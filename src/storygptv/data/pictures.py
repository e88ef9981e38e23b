"""Picture files of strangers, and their size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


def read_picture(path: Path) -> np.ndarray:
    """A picture file, upright, as uint8 (H, W, 3). Raises ValueError where it is missing or not whole, and for more
    than 8 bits a channel, which would be cut off at white."""

    def convert(picture: Image.Image) -> Image.Image:
        if picture.mode[0] in "IF":
            raise ValueError(f"mode {picture.mode}")
        return ImageOps.exif_transpose(picture).convert("RGB")

    return _read(path, convert)


def read_mask(path: Path) -> np.ndarray:
    """A grey or palette picture file as its numbers, uint8 (H, W). Raises ValueError as `read_picture`, and for a
    picture of another kind."""
    mask = _read(path, lambda picture: picture)
    if mask.dtype != np.uint8 or mask.ndim != 2:
        raise ValueError(f"{path} must be a grey or palette picture of 8 bits, got {mask.dtype} {mask.shape}")
    return mask


def read_portraits(folder: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """The reference pictures in a folder by character, a file a name in whatever case, uint8 (H, W, 3). Raises
    ValueError where one has none, and as `read_picture`."""
    files = {file.stem.lower(): file for file in sorted(folder.glob("*")) if file.suffix.lower() in SUFFIXES}
    if missing := [name for name in names if name.lower() not in files]:
        raise ValueError(f"portraits: {folder} holds no picture of {', '.join(missing)}")
    return {name: read_picture(files[name.lower()]) for name in names}


def _read(path: Path, convert) -> np.ndarray:
    if not path.is_file():
        raise ValueError(f"{path} is missing")
    try:
        with Image.open(path) as picture:
            return np.asarray(convert(picture))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} is not a whole picture of 8 bits a channel ({error})") from error


def resized(pixels: np.ndarray, size: int, how: Image.Resampling = Image.Resampling.LANCZOS) -> np.ndarray:
    """Pixels (H, W, ...) as (size, size, ...)."""
    if pixels.shape[:2] == (size, size):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((size, size), how))


def resized_mask(mask: np.ndarray, size: int) -> np.ndarray:
    """Numbers (H, W) as (size, size), none mixed with another."""
    return resized(mask, size, Image.Resampling.NEAREST)
