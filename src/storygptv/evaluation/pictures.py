"""Pictures that anybody made of a data set's stories: `<story_id>/<frame>.png`, frames counted from 1 (001.png)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from storygptv.data.pictures import SUFFIXES, read_picture
from storygptv.data.store import StoryData

PROBLEMS = ("missing", "extra", "unreadable", "wrong_sized")
SHOWN = 20  # names of a kind in an error


@dataclass(frozen=True)
class GivenPictures:
    """The files of N frames in story order, None where there is none to judge, and what is wrong with the folder:
    names beneath it by kind, of PROBLEMS."""

    files: list[Path | None]
    problems: dict[str, list[str]]

    @classmethod
    def find(
        cls, folder: Path, lengths: dict[str, int], chosen: Sequence[str], size: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> GivenPictures:  # fmt: skip
        """Look through a folder; every picture is read once. `lengths` maps each story of the data set to its number
        of frames, of which those of the `chosen` ones are wanted; `size` is the pixels of a side. A picture of a story
        that is not chosen is no extra one.

        Raises ValueError where `folder` is none, or holds nothing that can be judged.
        """
        if not folder.is_dir():
            raise ValueError(f"images: must be a folder of pictures, got {folder}")
        there, extra = _frames_in(folder, lengths)
        problems: dict[str, list[str]] = {kind: [] for kind in PROBLEMS} | {"extra": extra}
        files: list[Path | None] = []
        wanted = [(story, number) for story in chosen for number in range(1, lengths[story] + 1)]
        for done, (story, number) in enumerate(wanted, 1):
            file = there.get((story, number))
            name = picture_name(story, number)
            problem = "missing" if file is None else _problem(file, size)
            if problem:
                problems[problem].append(name if file is None else file.relative_to(folder).as_posix())
            files.append(None if problem else file)
            if progress is not None:
                progress(done, len(wanted))
        if not any(files):
            example = picture_name(chosen[0], 1)
            raise ValueError(
                f"images: {folder} must hold pictures of the stories, such as {example}, got none that fits"
            )
        return cls(files, problems)

    def check_whole(self, can_be_partial: bool = True) -> None:
        """ValueError that counts what is wrong and names the first of it, unless nothing is."""
        found = [
            f"{len(names)} {kind.replace('_', '-')} ({', '.join(names[:SHOWN])}{', ...' if len(names) > SHOWN else ''})"
            for kind, names in self.problems.items()
            if names
        ]
        if found:
            way_out = "; --partial judges what is there" if can_be_partial else ""
            raise ValueError(
                f"images: every frame must have its picture and no other may be there, got {'; '.join(found)}{way_out}"
            )

    def read(self, frames: Sequence[int]) -> np.ndarray:
        """The pictures of frames that have one, uint8 (B, H, W, 3)."""
        return np.stack([read_picture(self.files[frame]) for frame in frames])

    def counted(self) -> dict[str, Any]:
        """How many pictures were judged, and what was wrong, by name."""
        return {"judged": sum(file is not None for file in self.files)} | self.problems


def picture_name(story_id: str, number: int) -> str:
    """The file of a frame's picture below the folder, `<story_id>/<frame>.png`; frames are counted from 1."""
    return f"{story_id}/{number:03d}.png"


def frames_of(data: StoryData) -> dict[str, int]:
    """How many frames each story of a data set has. Raises ValueError where two stories have one id, since their
    folders would be one."""
    lengths = dict(zip(data.story_ids, map(len, data.stories), strict=True))
    if len(lengths) < len(data):
        raise ValueError(f"data: stories must have different ids, got {len(data)} stories with {len(lengths)} ids")
    return lengths


def _frames_in(folder: Path, lengths: dict[str, int]) -> tuple[dict[tuple[str, int], Path], list[str]]:
    """Which file is which frame of which story, and the names of pictures that are none."""
    there: dict[tuple[str, int], Path] = {}
    extra = []
    for file in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()):
        story, stem = file.parent.relative_to(folder).as_posix(), file.stem
        number = int(stem) if file.suffix == ".png" and stem.isascii() and stem.isdigit() else 0
        if 1 <= number <= lengths.get(story, 0) and (story, number) not in there:
            there[story, number] = file
        else:
            extra.append(file.relative_to(folder).as_posix())
    return there, extra


def _problem(file: Path, size: int) -> str | None:
    try:
        picture = read_picture(file)
    except ValueError:
        return "unreadable"
    return None if picture.shape[:2] == (size, size) else "wrong_sized"
