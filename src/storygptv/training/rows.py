"""A safetensors file that is written a few rows at a time: in constant memory, and on from where a killed process was.

The file is laid out as a whole when its first rows come, under a temporary name. A note beside it counts the rows that
are in it; it is renamed over the one before, after the rows that it counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

DTYPES = {torch.bfloat16: "BF16", torch.float32: "F32", torch.uint8: "U8"}  # as safetensors writes them

Chunks = Iterator[dict[str, Tensor]]


def write_rows(
    path: Path, totals: Mapping[str, int], chunks_from: Callable[[int], Chunks],
    progress: Callable[[int, int], None] | None = None,
) -> None:  # fmt: skip
    """Write tensors of `totals` rows each to `path`; the same call goes on where a killed one was.

    `chunks_from(row)` yields, from a row of the first of `totals` on, the next rows of tensors by name; of the first
    chunk, at row 0, every tensor has rows. `progress` gets the number of rows of the first one done and of all.
    """
    partial, note = path.with_suffix(".partial"), path.with_suffix(".done.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    first, done = next(iter(totals)), dict.fromkeys(totals, 0)
    if partial.exists() and note.exists():
        done = json.loads(note.read_text())
    with open(partial, "r+b" if any(done.values()) else "w+b") as file:
        layout = _read_layout(file) if any(done.values()) else None
        for tensors in chunks_from(done[first]) if done != totals else ():
            if layout is None:
                layout = _lay_out(file, {name: (tensors[name], total) for name, total in totals.items()})
            for name, rows in tensors.items():
                file.seek(layout[name] + done[name] * rows[0].nbytes)
                file.write(rows.cpu().contiguous().view(torch.uint8).numpy().data)
                done[name] += len(rows)
            file.flush()
            _note(note, done)
            if progress is not None:
                progress(done[first], totals[first])
    assert done == dict(totals), f"{done} of {totals} rows were given"
    os.replace(partial, path)
    note.unlink()


def _note(path: Path, done: dict[str, int]) -> None:
    fresh = path.with_suffix(".partial")
    fresh.write_text(json.dumps(done))
    os.replace(fresh, path)


def _lay_out(file: BinaryIO, tensors: dict[str, tuple[Tensor, int]]) -> dict[str, int]:
    """Write the header of a safetensors file, and make room, for rows like those of each tensor, as many as said; where
    each begins."""
    header, end = {}, 0
    for name, (like, total) in tensors.items():
        begin, end = end, end + total * like[0].nbytes
        header[name] = {
            "dtype": DTYPES[like.dtype], "shape": [total, *like.shape[1:]], "data_offsets": [begin, end],
        }  # fmt: skip
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    file.truncate(8 + len(text) + end)
    return _read_layout(file)


def _read_layout(file: BinaryIO) -> dict[str, int]:
    file.seek(0)
    size = int.from_bytes(file.read(8), "little")
    header = json.loads(file.read(size))
    return {name: 8 + size + each["data_offsets"][0] for name, each in header.items()}
