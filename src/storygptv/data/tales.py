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
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

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


# --- what is varied on the fly

NAMES = {
    "she": (
        "Anna Ava Zoe Lily Emma Olivia Sofia Amara Aisha Fatima Leila Yasmin Priya Anjali Meera Mei Lin Yuki "
        "Sakura Hana  Minji Ling Ngozi Chioma Abena Wanjiru Zuri Imani Carmen Lucia Rosa Ines Paloma Valentina "
        "Greta Freya Astrid  Ingrid Saoirse Niamh Ffion Agnes Edith Mabel Ivy Ruby Poppy Daisy Hazel June Olga "
        "Katya Svetlana Milena Jana  Zsofia Ewa Marta Giulia Chiara Elif Zeynep Noor Rania Tala Shira Miriam "
        "Esther Kalani Leilani Aroha Winona  Nina Tess Dot Pia Flo Bea Lotte Sanne Maja Elin Aino Camille Margaux "
        "Ophelia Beatrice Charlotte Isabella Kayla"
    ).split(),
    "he": (
        "Tom Ben Sam Jack Max Noah Lucas Ethan Oliver Harry George Arthur Theo Finn Hugo Felix Oscar Emil Lars "
        "Sven Nils  Bjorn Mateo Diego Carlos Pablo Javier Thiago Luca Marco Matteo Enzo Pierre Louis Antoine "
        "Ahmed Yusuf Ali Hassan  Karim Tariq Bilal Ravi Arjun Dev Kiran Sanjay Wei Jun Hiro Kenji Takumi Minho "
        "Duc Minh Kofi Kwame Chidi Emeka  Tunde Sipho Jabari Ivan Dmitri Boris Pavel Milan Jakub Piotr Andrei Eli "
        "Noam David Isaac Gabriel Samuel Tane  Koa Bodhi Jamal Andre Malik Tyrone Wyatt Cody Earl Gus Ned Alfie "
        "Archie Stanley Winston Rory Callum Dylan Owen"
    ).split(),
    "pet": (
        "Rex Bruno Max Bella Luna Coco Daisy Buddy Rocky Milo Fluffy Whiskers Shadow Ginger Smokey Patch Scout "
        "Ziggy  Peanut Waffles Noodle Pickle Mochi Toffee Nutmeg Pepper Biscuit Button Socks Tiger Simba Nala "
        "Oreo Pablo Bingo  Rusty Duke Ruff Fido Snowy Bubbles Hazel Clover Maple Juniper Ziggy Tofu Kiki Momo "
        "Zaza Bonbon Figaro Otto"
    ).split(),
}  # fmt: skip


def renamed(tale: Tale, rng: np.random.Generator, share: float = 0.8) -> Tale:
    """Return the tale with other first names for most of its people, the same kind of name for each.

    Only single capitalised names are exchanged; "the fox", "Mum" and "Mrs. Plum" stay as they are.
    """
    text = " ".join(frame.text for frame in tale.frames)
    taken, new_name = {person.name for person in tale.people}, {}
    for person in tale.people:
        if not _FIRST_NAME.fullmatch(person.name) or person.name in _RELATIVES or rng.random() > share:
            continue
        human = KIND_NAMES.get(person.kind)
        pool = NAMES[human] if human else NAMES["pet"] if person.kind not in ("person",) else NAMES["she"] + NAMES["he"]
        choice = str(rng.choice(pool))
        if choice in taken or named(text, [choice]):
            continue
        taken.add(choice)
        new_name[person.name] = choice
    return _exchanged(tale, new_name) if new_name else tale


KIND_NAMES = {
    "girl": "she", "woman": "she", "old woman": "she", "little girl": "she", "princess": "she", "queen": "she",
    "witch": "she", "boy": "he", "man": "he", "old man": "he", "little boy": "he", "prince": "he", "king": "he",
    "wizard": "he",
}  # fmt: skip


_FIRST_NAME = re.compile(r"[A-Z][a-z]{2,}")
_RELATIVES = {"Mum", "Mom", "Dad", "Gran", "Granny", "Grandma", "Grandpa", "Nana", "Papa", "Mama", "Mummy", "Daddy",
              "Auntie", "Uncle", "Teacher", "Santa"}  # fmt: skip


def _exchanged(tale: Tale, names: dict[str, str]) -> Tale:
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    folded = {name.casefold(): new for name, new in names.items()}

    def other(match: re.Match) -> str:
        old, new = match.group(), folded[match.group().casefold()]
        return new.lower() if old.islower() else new.upper() if old.isupper() else new

    def text(sentence: str) -> str:
        return pattern.sub(other, sentence)

    frames = []
    for frame in tale.frames:
        figures = tuple(
            replace(figure, name=names.get(figure.name, figure.name), target=names.get(figure.target, figure.target))
            for figure in frame.scene.figures
        )
        new = tuple(replace(person, name=names.get(person.name, person.name)) for person in frame.new)
        frames.append(TaleFrame(text(frame.text), new, replace(frame.scene, figures=figures)))
    known = tuple(replace(person, name=names.get(person.name, person.name)) for person in tale.known)
    return replace(tale, frames=tuple(frames), known=known)


def mistyped(tale: Tale, rng: np.random.Generator) -> Tale:
    """Return the tale as somebody in a hurry types it: without capitals, or marks at the end, or with a typo or two."""
    lower, bare, slips = rng.random() < 0.5, rng.random() < 0.4, rng.random() < 0.6

    def typed(sentence: str) -> str:
        sentence = sentence.lower() if lower else sentence
        sentence = sentence.rstrip(".!") if bare else sentence
        if not slips:
            return sentence
        words = sentence.split(" ")
        for i in range(len(words)):
            if len(words[i]) >= 5 and words[i].islower() and words[i].isalpha() and rng.random() < 0.08:
                at = int(rng.integers(1, len(words[i]) - 1))
                word = words[i]
                after = word[at + 1] + word[at] + word[at + 2 :] if rng.random() < 0.5 else word[at + 1 :]
                words[i] = word[:at] + after
        return " ".join(words)

    return replace(tale, frames=tuple(replace(frame, text=typed(frame.text)) for frame in tale.frames))


def known_before(tale: Tale, rng: np.random.Generator, strangers: list[Person]) -> Tale:
    """Return the tale with its cast told before it begins, in any order, among up to two `strangers` to it."""
    names = {person.name.casefold() for person in tale.people}
    others = [p for p in strangers if p.name.casefold() not in names][: int(rng.integers(0, 3))]
    known = [*tale.people, *others]
    frames = tuple(replace(frame, new=()) for frame in tale.frames)
    return replace(tale, frames=frames, known=tuple(known[i] for i in rng.permutation(len(known))))


def vary(tale: Tale, rng: np.random.Generator, everybody: list[Person]) -> Tale:
    """Return one variant of a tale."""
    if rng.random() < 0.7:
        tale = renamed(tale, rng)
    if rng.random() < 0.12:
        tale = mistyped(tale, rng)
    if rng.random() < 0.3:
        tale = known_before(tale, rng, [everybody[i] for i in rng.integers(0, len(everybody), 4)])
    return tale
