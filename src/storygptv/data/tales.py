"""Tales: stories as people write them, with the scene of each frame, in plain text files.

    ## The lost kite | past tense, told to a child
    @ Tom: boy
    @ Rex: dog, he
    Tom took his dog Rex to the park one windy Saturday.
    = Tom walk happy, Rex walk; park; kite

`##` begins a tale, `@` stands before the sentence in which somebody is first seen or mentioned, `=` is the scene of the
sentence above it (`storygptv.scene`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from storygptv.names import named, new_names
from storygptv.scene import Person, Scene


@dataclass(frozen=True)
class TaleFrame:
    """A sentence or two, who is met in it for the first time, and what its picture shows."""

    text: str
    new: tuple[Person, ...]
    scene: Scene


@dataclass(frozen=True)
class Tale:
    """A story of labelled frames. `known` are people whom its reader is told of before it begins."""

    title: str
    style: str
    frames: tuple[TaleFrame, ...]
    known: tuple[Person, ...] = ()

    @property
    def people(self) -> list[Person]:
        """Everybody in it, in the order in which they are met."""
        return [*self.known, *(person for frame in self.frames for person in frame.new)]


def read_tales(path: Path) -> list[Tale]:
    """Read the tales of one file. Raises ValueError naming the file and the line."""
    tales: list[Tale] = []
    title, frames, new, cast, sentence = "", [], [], [], None
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "## "], start=1):
        line = line.strip()
        try:
            if line.startswith("##"):
                if sentence is not None:
                    raise ValueError("a sentence without its scene")
                if frames:
                    name, _, style = title.partition("|")
                    tales.append(_introduced_when_met(Tale(name.strip(), style.strip(), tuple(frames))))
                title, frames, new, cast, sentence = line[2:], [], [], [], None
            elif line.startswith("@ "):
                new.append(Person.parse(line[2:]))
                cast.append(new[-1].name)
            elif line.startswith("= "):
                if sentence is None:
                    raise ValueError("a scene without its sentence")
                scene = Scene.parse(line[2:], cast, strict=False)
                frames.append(TaleFrame(sentence, tuple(new), scene))
                new, sentence = [], None
            elif line:
                if sentence is not None:
                    raise ValueError("two sentences without a scene between them")
                sentence = line
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
    return tales


def load_tales(folder: Path, split: str) -> list[Tale]:
    """Return the tales of a folder's files: the last one of each is kept for "val", the others are "train"; or "all".

    Raises ValueError for another split, or a folder without tales.
    """
    if split not in ("train", "val", "all"):
        raise ValueError(f"split: expected train, val or all, got {split!r}")
    files = [read_tales(path) for path in sorted(Path(folder).glob("*.txt"))]
    if not files:
        raise ValueError(f"{folder}: expected files of tales (*.txt)")
    kept = {"train": slice(-1), "val": slice(-1, None), "all": slice(None)}[split]
    return [tale for tales in files for tale in tales[kept]]


def tale_text(tale: Tale) -> str:
    """Return a tale as a file holds it; `read_tales` reads it back."""
    lines = [f"## {tale.title} | {tale.style}", *(f"@ {person.line()}" for person in tale.known)]
    for frame in tale.frames:
        lines += [*(f"@ {person.line()}" for person in frame.new), frame.text, f"= {frame.scene.line()}"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class TaleData:
    """The tales of a folder's files that are there to be learnt from, as training takes data."""

    tales: tuple[Tale, ...]
    fingerprint: str  # of what the files hold
    split: str = "train"

    @classmethod
    def load(cls, folder: str | Path) -> TaleData:
        """Read a folder of tales. Raises ValueError as `load_tales`."""
        files = sorted(Path(folder).glob("*.txt"))
        digest = hashlib.sha256("".join(file.read_text(encoding="utf-8") for file in files).encode()).hexdigest()
        return cls(tuple(load_tales(Path(folder), "train")), digest)

    @property
    def made_of(self) -> dict:
        """What a training run on them depends on."""
        return {"fingerprint": self.fingerprint[:16], "tales": len(self.tales)}


def _introduced_when_met(tale: Tale) -> Tale:
    """Move everybody to the first frame that names or shows them: a reader cannot know of them before. Whom that
    frame's sentence does not call by their name must be known before the tale begins."""
    waiting = [person for frame in tale.frames for person in frame.new if person.name[:1].isupper()]
    met, known, frames = [], list(tale.known), []
    for frame in tale.frames:
        waiting += [person for person in frame.new if not person.name[:1].isupper()]
        here = [p for p in waiting if p.name in frame.scene.names or named(frame.text, [p.name])]
        waiting = [person for person in waiting if person not in here]
        callable_so = {*new_names(frame.text, met), *named(frame.text, [person.name for person in here])}
        known += [person for person in here if person.name not in callable_so]
        met += [person.name for person in here]
        frames.append(replace(frame, new=tuple(person for person in here if person.name in callable_so)))
    return replace(tale, frames=tuple(frames), known=tuple(known))
