"""A data set on disk: written as a stream, read at random.

The folder holds `dataset.json` (DataInfo), `frames/` (an Arrow data set of the schema's frames), `stories/`
(an Arrow data set: story_id and the rows of its frames, in order) and `portraits/<name>.png`.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from PIL import Image

from storygptv.data.schema import FEATURES, DataInfo, complete

STORY_FEATURES = datasets.Features(
    {"story_id": datasets.Value("string"), "rows": datasets.List(datasets.Value("int64"))}
)
_PICTURES = ("image", "segmentation")
_ROWS_A_BATCH = 256


def write(
    records_by_story: Iterable[Sequence[Mapping[str, Any]]],
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
    out = Path(out)
    _check_free(out, overwrite)
    for name, portrait in (portraits or {}).items():
        if name not in info.names or Path(name).name != name:
            raise ValueError(f"portraits: name must be one of {info.names} and fit a file name, got {name!r}")
        if portrait.dtype != np.uint8 or portrait.ndim != 3 or portrait.shape[2] != 3:
            raise ValueError(f"portraits: {name} must be uint8 (H, W, 3), got {portrait.dtype} {portrait.shape}")
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.parent / f".{out.name}.partial-{os.getpid()}"
    replaced = out.parent / f".{out.name}.replaced-{os.getpid()}"
    try:
        partial.mkdir()
        info = _write_arrow(records_by_story, info, partial)
        (partial / "portraits").mkdir()
        for name, portrait in (portraits or {}).items():
            (partial / "portraits" / f"{name}.png").write_bytes(_to_png(portrait))
        (partial / "dataset.json").write_text(info.to_json(), encoding="utf-8")
        if out.exists():
            out.rename(replaced)
        partial.rename(out)
        shutil.rmtree(replaced, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
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


def _write_arrow(records_by_story: Iterable[Sequence[Mapping[str, Any]]], info: DataInfo, folder: Path) -> DataInfo:
    """Write `frames/` and `stories/` into `folder`; returns the counted info."""
    stories: list[dict[str, Any]] = []
    row_of: dict[str, int] = {}  # frame_id -> row
    stream, batch = folder / "frames.arrow", []
    with pa.OSFile(str(stream), "wb") as sink, pa.ipc.new_stream(sink, FEATURES.arrow_schema) as writer:
        for records in records_by_story:
            if not records:
                raise ValueError(f"story {len(stories)}: must have at least one frame, got none")
            for record in records:
                if record.get("frame_id") not in row_of:
                    full = complete(record, info, len(row_of))
                    row_of[full["frame_id"]] = len(row_of)
                    batch.append(full | {name: _encode(full[name]) for name in _PICTURES})
                if len(batch) == _ROWS_A_BATCH:
                    writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=FEATURES.arrow_schema))
                    batch = []
            story_id = records[0].get("story_id") or records[0]["frame_id"]
            stories.append({"story_id": story_id, "rows": [row_of[each["frame_id"]] for each in records]})
        if batch:
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=FEATURES.arrow_schema))
    if not stories:
        raise ValueError("stories: must be at least one, got none")
    with _quiet():
        datasets.Dataset.from_file(str(stream)).save_to_disk(folder / "frames")
        datasets.Dataset.from_list(stories, features=STORY_FEATURES).save_to_disk(folder / "stories")
    stream.unlink()
    return replace(info, num_stories=len(stories), num_frames=len(row_of))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bars of `datasets`: whoever calls `write` shows their own."""
    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()


def _encode(pixels: np.ndarray | None) -> dict[str, Any] | None:
    return None if pixels is None else {"bytes": _to_png(pixels), "path": None}


def _to_png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


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

    @cached_property
    def _encoded(self) -> datasets.Dataset:
        """The frames with pictures left as PNG: decoding them here is several times faster."""
        frames = self.frames
        for name in _PICTURES:
            frames = frames.cast_column(name, datasets.Image(decode=False))
        return frames

    @cached_property
    def _pictures(self) -> dict[str, datasets.Dataset]:
        return {name: self._encoded.select_columns(name) for name in _PICTURES}

    def frame(self, row: int) -> dict[str, Any]:
        """One record, with `image` as uint8 (H, W, 3) and `segmentation` as uint8 (H, W) or None."""
        record = self._encoded[row]
        return record | {name: None if record[name] is None else _from_png(record[name]["bytes"]) for name in _PICTURES}

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
        return np.stack([_from_png(cell["bytes"]) for cell in cells])

    def told(self, required: bool = False) -> list[list[Any]]:
        """Of each story its sentences: it opens with its original caption and goes on with referential ones; with
        `required` ValueError where a frame has none."""
        captions, referential = self.text("caption"), self.text("referential_caption", required)
        return [[captions[rows[0]], *(referential[row] for row in rows[1:])] for rows in self.stories]

    def text(self, column: str, required: bool = False) -> list[Any]:
        """A whole column that is not a picture, a value a row; with `required` ValueError where a row has none."""
        if column not in FEATURES or column in _PICTURES:
            raise ValueError(f"column: must be a field of the schema other than a picture, got {column!r}")
        values = self._encoded.select_columns(column)[:][column]
        if required and None in values:
            raise ValueError(f"row {values.index(None)}, {column}: is required here, got None")
        return values
