"""Frames of a project that wait for their turn. Of pictures that they were given the folder has its own copies, so that
it needs nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from storygptv.files import write_whole
from storygptv.story import Frame

COPIES = "frames/.given-"  # what they are called, before a digest of what is in them


def resolved(frame: Frame) -> Frame:
    """A frame whose picture is found from anywhere."""
    return frame if frame.image is None else replace(frame, image=frame.image.resolve())


def take_in(frames: Sequence[Frame], folder: Path) -> list[Frame]:
    """The frames with copies of their pictures in `folder`. Raises ValueError where one cannot be read any more."""
    home, taken = (folder / COPIES).parent.resolve(), []
    for frame in frames:
        if frame.image is not None and frame.image.parent != home:
            try:
                content = frame.image.read_bytes()
            except OSError as error:
                raise ValueError(f"image: {frame.image} cannot be read any more ({error.strerror})") from error
            copy = folder / f"{COPIES}{hashlib.sha256(content).hexdigest()[:16]}"
            write_whole(copy, lambda file, content=content: file.write(content))
            frame = resolved(replace(frame, image=copy))
        taken.append(frame)
    return taken


def leave(frames: Sequence[Frame], folder: Path) -> None:
    """Throw away the copies that no frame of `frames` waits with."""
    due = {frame.image for frame in frames}
    for copy in folder.resolve().glob(f"{COPIES}*"):
        if copy not in due:
            copy.unlink()


def recorded(frames: Sequence[Frame], folder: Path) -> list[str | dict[str, Any]]:
    """The frames as story.json keeps them, pictures by where they lie in the folder."""
    home = folder.resolve()
    inside = lambda image: image.relative_to(home) if image.is_relative_to(home) else image  # noqa: E731

    def record(frame: Frame) -> str | dict[str, Any]:
        more = {} if frame.image is None else {"image": str(inside(frame.image))}
        more |= {"knows_drawings": True} if frame.knows_drawings else {}
        return {"text": frame.text} | more if more else frame.text

    return list(map(record, frames))


def told_now(frames: Sequence[Frame], waiting: Sequence[Frame], is_drawn: bool) -> list[Frame]:
    """Frames that are to wait: those that do already know what they knew, others what `is_drawn` of the story."""
    knew = [was.knows_drawings if frame.is_same(was) else is_drawn for frame, was in zip(frames, waiting, strict=False)]
    knows = chain(knew, repeat(is_drawn))
    return [replace(resolved(frame), knows_drawings=each) for frame, each in zip(frames, knows, strict=False)]
