"""A data set on disk: written as a stream, read at random.

The folder holds `dataset.json` (DataInfo), `frames/` (an Arrow data set of the schema's frames), `stories/`
(an Arrow data set: story_id and the rows of its frames, in order) and `portraits/<name>.png`.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from PIL import Image

from storygptv.cores import num_cores
from storygptv.data.schema import FEATURES, DataInfo
from storygptv.data.shards import PICTURES, Records, Shards, to_png
from storygptv.files import put_in_place

_ROWS_A_THREAD = 4  # pictures that it is worth another thread to read


def write(
    records_by_story: Iterable[Records],
    info: DataInfo,
    out: str | Path,
    portraits: Mapping[str, np.ndarray] | None = None,
    overwrite: bool = False,
) -> DataInfo:
    """Write stories, each a list of frame records, to the folder `out`; constant memory, all or nothing.

    A record is a mapping of the schema's fields with `image` as uint8 (H, W, 3) and `segmentation` as uint8
    (H, W). Stories may share frames: a `frame_id` seen before stands for the frame already written, and
    nothing else need be given with it. A story is called by its first frame's `story_id`, else `frame_id`.
    Portraits are uint8 (H, W, 3). Returns `info` with the stories and frames counted.

    Raises ValueError for a bad record, for no stories at all, and for a folder `out` that is not empty,
    unless it is a data set and `overwrite` is set.
    """
    out = _checked(out, info, portraits, overwrite)
    partial = out.parent / f".{out.name}.partial-{os.getpid()}"
    try:
        return _write(partial, lambda first: records_by_story, info, out, portraits)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_resumable(
    stories_from: Callable[[int], Iterable[Records]],
    info: DataInfo,
    out: str | Path,
    portraits: Mapping[str, np.ndarray] | None = None,
    overwrite: bool = False,
    source: str = "",
) -> DataInfo:
    """As `write`, but what is written is kept beside `out` when it is interrupted or killed, and the same call goes on
    from there to the same data set, byte for byte.

    `stories_from(n)` gives the stories from number n on. `source` says, with `info`, what they are made from: with
    another one it begins anew, and so it does after a ValueError.
    """
    out = _checked(out, info, portraits, overwrite)
    partial = out.parent / f".{out.name}.partial"
    source = hashlib.sha256("\0".join((info.to_json(), source, repr(FEATURES))).encode()).hexdigest()
    asked = partial / "source"
    if not asked.exists() or asked.read_text() != source:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        asked.write_text(source)
    try:
        info = _write(partial, stories_from, info, out, portraits)
    except ValueError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    shutil.rmtree(partial)
    return info


def _checked(out: str | Path, info: DataInfo, portraits: Mapping[str, np.ndarray] | None, overwrite: bool) -> Path:
    """`out`, in a folder that is there, where all that can be known beforehand is right."""
    out = Path(out)
    if out.resolve() == Path.cwd() or out.is_mount():
        raise ValueError(f"out: must be a folder that can be put in place whole, a new one in {out} perhaps")
    _check_free(out, overwrite)
    for name, portrait in (portraits or {}).items():
        if name not in info.names or Path(name).name != name:
            raise ValueError(f"portraits: name must be one of {info.names} and fit a file name, got {name!r}")
        if portrait.dtype != np.uint8 or portrait.ndim != 3 or portrait.shape[2] != 3:
            raise ValueError(f"portraits: {name} must be uint8 (H, W, 3), got {portrait.dtype} {portrait.shape}")
    out.parent.mkdir(parents=True, exist_ok=True)
    return out


def _write(
    partial: Path,
    stories_from: Callable[[int], Iterable[Records]],
    info: DataInfo,
    out: Path,
    portraits: Mapping[str, np.ndarray] | None,
) -> DataInfo:
    """Write what is not yet written to `partial`, then put it in the place of `out`."""
    shards = Shards(partial)
    shards.write(stories_from(len(shards.stories)), info)
    if not shards.stories:
        raise ValueError("stories: must be at least one, got none")
    info = replace(info, num_stories=len(shards.stories), num_frames=len(shards.row_of))
    folder = shards.finish()
    (folder / "portraits").mkdir(exist_ok=True)
    for name, portrait in (portraits or {}).items():
        (folder / "portraits" / f"{name}.png").write_bytes(to_png(portrait))
    (folder / "dataset.json").write_text(info.to_json(), encoding="utf-8")
    put_in_place(folder, out)
    return info


def _check_free(out: Path, overwrite: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise ValueError(f"out: must be a folder, got the file {out}")
    if any(out.iterdir()):
        if not overwrite:
            raise ValueError(f"out: must be empty unless overwrite is set, got {out}")
        if not (out / "dataset.json").is_file():
            raise ValueError(f"out: only a data set may be overwritten, got {out} without a dataset.json")


def _from_png(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.array(picture)


@dataclass(frozen=True)
class StoryData:
    """A data set in memory's reach: pictures stay on disk until they are asked for."""

    info: DataInfo
    frames: datasets.Dataset  # the schema's records, a row a frame
    stories: list[list[int]]  # of each story, the rows of its frames in order
    story_ids: list[str]
    portraits: dict[str, np.ndarray]  # name -> uint8 (H, W, 3)
    fingerprint: str = ""  # the names and sizes of its files: other pictures have another one

    @property
    def split(self) -> str:
        """Which split it is."""
        return self.info.split

    @property
    def made_of(self) -> dict:
        """What a training run on it depends on."""
        fingerprint = hashlib.sha256(self.fingerprint.encode()).hexdigest()[:16]
        return {"data": self.info.made_from, "fingerprint": fingerprint, "frames": len(self.frames)}

    @classmethod
    def load(cls, path: str | Path) -> StoryData:
        """Open the folder `path`; ValueError where it is no data set of this schema."""
        path = Path(path)
        for part in ("dataset.json", "frames", "stories"):
            if not (path / part).exists():
                raise ValueError(f"data: {path} must be a data set folder with {part}, which is missing")
        info = DataInfo.from_json((path / "dataset.json").read_text(encoding="utf-8"))
        frames = datasets.load_from_disk(path / "frames")
        if frames.features != FEATURES:
            different = sorted(
                name for name in set(FEATURES) | set(frames.features) if FEATURES.get(name) != frames.features.get(name)
            )
            raise ValueError(f"data: frames of {path} must have the schema's fields, {different} differ")
        stories = datasets.load_from_disk(path / "stories")[:]
        portraits = {
            name: _from_png(file.read_bytes())
            for name in info.names
            if (file := path / "portraits" / f"{name}.png").is_file()
        }
        files = sorted((*path.glob("*/*.arrow"), *path.glob("portraits/*")))
        fingerprint = repr([(str(file.relative_to(path)), file.stat().st_size) for file in files])
        return cls(info, frames, stories["rows"], stories["story_id"], portraits, fingerprint)

    def __len__(self) -> int:
        """The number of stories."""
        return len(self.stories)

    def check_stories(self, number: int) -> None:
        """Raises ValueError unless there are so many stories."""
        if not 1 <= number <= len(self):
            raise ValueError(f"stories: must be 1 to {len(self)}, all the data set has, got {number}")

    @cached_property
    def _encoded(self) -> datasets.Dataset:
        """The frames with pictures left as PNG: decoding them here is several times faster."""
        frames = self.frames
        for name in PICTURES:
            frames = frames.cast_column(name, datasets.Image(decode=False))
        return frames

    @cached_property
    def _pictures(self) -> dict[str, datasets.Dataset]:
        return {name: self._encoded.select_columns(name) for name in PICTURES}

    def frame(self, row: int) -> dict[str, Any]:
        """One record, with `image` as uint8 (H, W, 3) and `segmentation` as uint8 (H, W) or None."""
        record = self._encoded[row]
        return record | {name: None if record[name] is None else _from_png(record[name]["bytes"]) for name in PICTURES}

    def story(self, index: int) -> list[dict[str, Any]]:
        """The records of story `index`, as `frame` gives them."""
        return [self.frame(row) for row in self.stories[index]]

    def images(self, rows: Sequence[int]) -> np.ndarray:
        """The pictures of `rows`, uint8 (B, H, W, 3)."""
        return self._decode("image", rows)

    def segmentations(self, rows: Sequence[int], required: bool = True) -> np.ndarray:
        """The segmentations of `rows`, uint8 (B, H, W); where a frame has none ValueError, or zeros if not
        `required`."""
        if not required:
            there = self.has_segmentation
            known = [row for row in rows if there[row]]
            size = self.info.resolution
            found = dict(zip(known, self._decode("segmentation", known), strict=True)) if known else {}
            return np.stack([found.get(row, np.zeros((size, size), np.uint8)) for row in rows])
        return self._decode("segmentation", rows)

    @cached_property
    def has_segmentation(self) -> list[bool]:
        """Of each frame, whether it has one."""
        return self.frames.data.column("segmentation").is_valid().to_pylist()  # without reading a picture

    def _decode(self, column: str, rows: Sequence[int]) -> np.ndarray:
        rows = [int(row) for row in rows]
        if not rows:
            raise ValueError("rows: must be at least one, got none")
        cells = self._pictures[column][rows][column]
        for row, cell in zip(rows, cells, strict=True):
            if cell is None:
                raise ValueError(f"row {row}, {column}: is required here, got None")
        with ThreadPoolExecutor(max(1, min(len(cells) // _ROWS_A_THREAD, num_cores()))) as pool:
            return np.stack(list(pool.map(_from_png, [cell["bytes"] for cell in cells])))

    def told(self, required: bool = False) -> list[list[Any]]:
        """Of each story its sentences: it opens with its original caption and goes on with referential ones; with
        `required` ValueError where a frame has none."""
        captions, referential = self.text("caption"), self.text("referential_caption", required)
        return [[captions[rows[0]], *(referential[row] for row in rows[1:])] for rows in self.stories]

    def text(self, column: str, required: bool = False) -> list[Any]:
        """A whole column that is not a picture, a value a row; with `required` ValueError where a row has none."""
        if column not in FEATURES or column in PICTURES:
            raise ValueError(f"column: must be a field of the schema other than a picture, got {column!r}")
        values = self._encoded.select_columns(column)[:][column]
        if required and None in values:
            raise ValueError(f"row {values.index(None)}, {column}: is required here, got None")
        return values
