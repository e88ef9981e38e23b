"""The Arrow files of a data set on their way to disk: one shard after the other, so that a killed writing goes on.

A shard is an Arrow file under a temporary name until it is whole, then a note of its stories, from which it counts.
Where one shard ends depends on the stories alone: written in one go or in many, the files are the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
PICTURES = ("image", "segmentation")
_ROWS_A_SHARD = 512  # a shard ends with the story that fills it
_ROWS_A_BATCH = 32

Records = Sequence[Mapping[str, Any]]


class Shards:
    """What is written so far below `folder`: `set`, to become the data set, and `notes`."""

    def __init__(self, folder: Path) -> None:
        self.set, self.notes = folder / "set", folder / "notes"
        self.stories: list[dict[str, Any]] = []
        self.row_of: dict[str, int] = {}  # frame_id -> row
        self.files: list[str] = []
        for each in (self.set / "frames", self.notes):
            each.mkdir(parents=True, exist_ok=True)
        while (note := self._note()).exists() and self._file().exists():
            shard = json.loads(note.read_text(encoding="utf-8"))
            self._count(shard["frame_ids"], shard["stories"])

    def _name(self) -> str:
        return f"{len(self.files):05}.arrow"

    def _file(self) -> Path:
        return self.set / "frames" / self._name()

    def _note(self) -> Path:
        return self.notes / f"{self._name()}.json"

    def _count(self, frame_ids: Iterable[str], stories: list[dict[str, Any]]) -> None:
        self.files.append(self._name())
        self.stories += stories
        for frame_id in frame_ids:
            self.row_of[frame_id] = len(self.row_of)

    def write(self, stories: Iterable[Records], info: DataInfo) -> None:
        """Write the stories that follow on those that are there. Raises ValueError for a bad record."""
        stories = iter(stories)
        with ThreadPoolExecutor() as pool:
            while self._write_shard(stories, info, pool):
                pass

    def _write_shard(self, stories: Iterator[Records], info: DataInfo, pool: ThreadPoolExecutor) -> bool:
        """Write one shard; whether there were stories to write."""
        partial = self.notes / f"{os.getpid()}.partial"
        new_rows: dict[str, int] = {}
        told: list[dict[str, Any]] = []
        batch: list[dict[str, Any]] = []
        with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_stream(sink, FEATURES.arrow_schema) as writer:
            for records in stories:
                number = len(self.stories) + len(told)
                if not records:
                    raise ValueError(f"story {number}: must have at least one frame, got none")
                rows = []
                for record in records:
                    row = self._row(record.get("frame_id"), new_rows)
                    if row is None:
                        row = len(self.row_of) + len(new_rows)
                        batch.append(complete(record, info, row))
                        new_rows[record["frame_id"]] = row
                    rows.append(row)
                    if len(batch) == _ROWS_A_BATCH:
                        writer.write_batch(_encoded(batch, pool))
                        batch = []
                told.append({"story_id": records[0].get("story_id") or records[0]["frame_id"], "rows": rows})
                if len(new_rows) >= _ROWS_A_SHARD:
                    break
            if batch:
                writer.write_batch(_encoded(batch, pool))
        if told:
            os.replace(partial, self._file())
            partial.write_text(json.dumps({"frame_ids": list(new_rows), "stories": told}), encoding="utf-8")
            os.replace(partial, self._note())
            self._count(new_rows, told)
        return bool(told)

    def _row(self, frame_id: str | None, new_rows: Mapping[str, int]) -> int | None:
        return self.row_of.get(frame_id, new_rows.get(frame_id))

    def finish(self) -> Path:
        """Make of the shards two data sets that `datasets.load_from_disk` reads, `frames` and `stories`; the folder
        that holds them."""
        empty = self.notes / "empty"
        with _quiet():
            nothing = datasets.Dataset.from_dict({each: [] for each in FEATURES}, features=FEATURES)
            nothing.save_to_disk(empty)
            told = datasets.Dataset.from_list(self.stories, features=STORY_FEATURES)
            told.save_to_disk(self.set / "stories")
        state = json.loads((empty / "state.json").read_text(encoding="utf-8"))
        sizes = [(file, (self.set / "frames" / file).stat().st_size) for file in self.files]
        fingerprint = hashlib.sha256(repr(sizes).encode()).hexdigest()[:16]
        state |= {"_data_files": [{"filename": file} for file in self.files], "_fingerprint": fingerprint}
        (self.set / "frames" / "state.json").write_text(json.dumps(state, indent=2), encoding="utf-8")
        shutil.copy(empty / "dataset_info.json", self.set / "frames")
        return self.set


def _encoded(frames: list[dict[str, Any]], pool: ThreadPoolExecutor) -> pa.RecordBatch:
    """Complete records as Arrow holds them."""
    for name in PICTURES:
        for frame, encoded in zip(frames, pool.map(_encode, [frame[name] for frame in frames]), strict=True):
            frame[name] = encoded
    return pa.RecordBatch.from_pylist(frames, schema=FEATURES.arrow_schema)


def _encode(pixels: np.ndarray | None) -> dict[str, Any] | None:
    return None if pixels is None else {"bytes": to_png(pixels), "path": None}


def to_png(pixels: np.ndarray) -> bytes:
    """Pixels uint8 (H, W, 3) or (H, W) as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


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
