"""Frames of a project that wait for their turn. Of pictures that they were given the folder has its own copies, so that
it needs nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
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

    return [frame.to_plain(None if frame.image is None else str(inside(frame.image))) for frame in frames]
