"""The scene of a frame: who is to be seen, what each does and to whom, where, when, and with what.

A scene has a one-line form that a person, a language model and a file can share:

    Mia give Leo (cake) happy, Leo stand; park, night, rain; cake, kite

People are separated by commas, the one the frame is about first: NAME ACTION [TARGET] [(THING)] [MOOD]. Then the place
with the time and the weather where they are not day and clear, then at most three props.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

ACTIONS = (
    "stand", "sit", "walk", "run", "jump", "dance", "wave", "sleep", "lie", "eat", "drink", "read", "draw", "dig",
    "climb", "ride", "swim", "fall", "fly", "play", "sing", "cook", "carry", "point", "hide", "kneel", "pull", "kick",
    "catch", "wash", "write", "cry", "build", "give", "hug", "chase", "talk", "push", "show", "throw", "help", "follow",
)  # fmt: skip
PAIR_ACTIONS = (
    "give", "hug", "chase", "talk", "push", "show", "throw", "help", "follow", "carry", "ride", "pull", "wash", "catch",
)  # fmt: skip
"""Actions that may be done to somebody, the target."""
MOODS = ("happy", "sad", "angry", "surprised", "scared", "sleepy")
PLACES = (
    "kitchen", "bedroom", "living room", "bathroom", "classroom", "library", "shop", "restaurant", "hospital", "train",
    "park", "beach", "street", "forest", "garden", "playground", "farm", "lake", "mountain", "castle", "ship",
    "campsite", "snowfield", "room", "field", "station", "car", "office", "hall", "pool", "cave", "sea", "sky", "space",
)  # fmt: skip
WEATHERS = ("rain", "snow")
KINDS = {
    "girl": "she", "boy": "he", "woman": "she", "man": "he", "old woman": "she", "old man": "he", "little girl": "she",
    "little boy": "he", "baby": None, "person": None, "dog": None, "cat": None, "rabbit": None, "bear": None,
    "fox": None, "mouse": None, "horse": None, "cow": None, "duck": None, "bird": None, "owl": None, "frog": None,
    "pig": None, "sheep": None, "hen": "she", "monkey": None, "elephant": None, "lion": None, "dragon": None,
    "robot": None, "ghost": None, "witch": "she", "wizard": "he", "pirate": None, "king": "he", "queen": "she",
    "prince": "he", "princess": "she", "knight": None, "monster": None, "giant": None, "fairy": None, "wolf": None,
    "goat": None, "goose": None, "squirrel": None, "donkey": None, "snail": None, "bee": None, "alien": None,
    "snowman": None, "mermaid": "she", "penguin": None, "turtle": None, "tiger": None, "crocodile": None,
    "hedgehog": None,
}  # fmt: skip
"""What somebody is, and the pronoun that this tells, if any."""
PRONOUNS = ("she", "he", "they", "it")
MAX_PEOPLE = 5
MAX_PROPS = 3


@dataclass(frozen=True)
class Person:
    """Somebody of a story: the name it calls them, what they are (one of KINDS) and their pronoun if it is known.

    Raises:
        ValueError: an empty name, or an unknown kind or pronoun.
    """

    name: str
    kind: str = "person"
    pronoun: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("name: expected text, got none")
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r} is unknown, expected one of {', '.join(KINDS)}")
        if self.pronoun is None:
            object.__setattr__(self, "pronoun", KINDS[self.kind])
        elif self.pronoun not in PRONOUNS:
            raise ValueError(f"pronoun: expected one of {', '.join(PRONOUNS)}, got {self.pronoun!r}")

    def line(self) -> str:
        """Return the line that introduces them: "Rex: dog, he"; the pronoun only where the kind does not tell it."""
        told = self.pronoun is None or self.pronoun == KINDS[self.kind]
        return f"{self.name}: {self.kind}" + ("" if told else f", {self.pronoun}")

    @classmethod
    def parse(cls, line: str) -> Person:
        """Read what `line` returns. Raises ValueError as the class does."""
        name, _, rest = line.rpartition(":")
        kind, _, pronoun = rest.partition(",")
        return cls(name.strip(), kind.strip(), pronoun.strip() or None)


@dataclass(frozen=True)
class Figure:
    """Somebody who is to be seen: their action (one of ACTIONS), whom it is done to, with what, and their mood."""

    name: str
    action: str = "stand"
    target: str | None = None
    thing: str | None = None
    mood: str | None = None

    def line(self) -> str:
        """Return NAME ACTION [TARGET] [(THING)] [MOOD]."""
        thing = f"({self.thing})" if self.thing else None
        return " ".join(part for part in (self.name, self.action, self.target, thing, self.mood) if part)


@dataclass(frozen=True)
class Scene:
    """What the picture of one frame shows: 1 to 5 figures, no name twice, a place, the time, the weather, props.

    Raises:
        ValueError: naming the word that is not possible and what is.
    """

    figures: tuple[Figure, ...]
    place: str
    night: bool = False
    weather: str | None = None
    props: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        if not names:
            raise ValueError("the scene names nobody, expected 1 to 5 people")
        if len(names) > MAX_PEOPLE:
            raise ValueError(f"the scene has {len(names)} people, at most {MAX_PEOPLE} can be drawn")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"{twice!r} is in the scene twice")
        for figure in self.figures:
            check_word("action", figure.action, ACTIONS)
            if figure.mood is not None:
                check_word("mood", figure.mood, MOODS)
            if figure.target is not None and figure.action not in PAIR_ACTIONS:
                raise ValueError(f"{figure.action!r} is done to nobody, expected one of {', '.join(PAIR_ACTIONS)}")
        check_word("place", self.place, PLACES)
        if self.weather is not None:
            check_word("weather", self.weather, WEATHERS)
        if len(self.props) > MAX_PROPS:
            raise ValueError(f"the scene has {len(self.props)} props, at most {MAX_PROPS} can be drawn")

    @property
    def names(self) -> list[str]:
        """The names of who is to be seen, the one the frame is about first."""
        return [figure.name for figure in self.figures]

    def line(self) -> str:
        """Return the one-line form of the scene, which `parse` reads back."""
        when = ["night"] * self.night + ([self.weather] if self.weather else [])
        people = ", ".join(figure.line() for figure in self.figures)
        return f"{people}; {', '.join([self.place, *when])}; {', '.join(self.props)}".rstrip()

    @classmethod
    def parse(cls, line: str, names: Iterable[str], strict: bool = True) -> Scene:
        """Read a scene's one-line form; `names` are the people of the story, in any case.

        A target who is not in the picture is an error, or, where `strict` is false, left out. Raises ValueError with
        the word that is wrong and what is possible.
        """
        people, place, props = _parts(line)
        spelt = {name.casefold(): name for name in names}
        figures = tuple(_figure(part.strip(), spelt) for part in people.split(",") if part.strip())
        seen = {figure.name for figure in figures} | {None}
        if absent := next((figure.target for figure in figures if figure.target not in seen), None):
            if strict:
                raise ValueError(f"{absent!r} is not in the picture, expected one of those who are")
            figures = tuple(figure if figure.target in seen else replace(figure, target=None) for figure in figures)
        place, *when = [part.strip() for part in place.split(",")]
        for word in when:
            check_word("time or weather", word, ("night", *WEATHERS))
        weather = next((word for word in when if word in WEATHERS), None)
        things = dict.fromkeys(part.strip() for part in props.split(",") if part.strip())
        things |= dict.fromkeys(figure.thing for figure in figures if figure.thing)
        return cls(figures, place, "night" in when, weather, tuple(things))


def check_line(line: str) -> None:
    """Raise ValueError for a scene's line that cannot be, whoever is in the story: its shape, place, time, weather, the
    number of people and props. Names and what is done are checked where the people are known."""
    people, place, props = _parts(line)
    count = len([part for part in people.split(",") if part.strip()])
    if not 1 <= count <= MAX_PEOPLE:
        raise ValueError(f"expected 1 to {MAX_PEOPLE} people, got {count}")
    for part in people.split(","):
        words = _THING.sub("", part).split()
        if not any(word in ACTIONS for word in words):
            raise ValueError(f"{part.strip()!r} does nothing that can be drawn, expected one of {', '.join(ACTIONS)}")
    place, *when = [part.strip() for part in place.split(",")]
    check_word("place", place, PLACES)
    for word in when:
        check_word("time or weather", word, ("night", *WEATHERS))
    if (count := len([prop for prop in props.split(",") if prop.strip()])) > MAX_PROPS:
        raise ValueError(f"the scene has {count} props, at most {MAX_PROPS} can be drawn")


def _parts(line: str) -> list[str]:
    """Return the people, place and props of a line."""
    parts = [*(part.strip() for part in line.split(";")), "", ""][:3]
    if line.count(";") > 2 or not parts[1]:
        raise ValueError(f"expected 'people; place; props', got {line!r}")
    return parts


def check_word(what: str, word: str, possible: Sequence[str]) -> None:
    """Raise ValueError unless `word` is one of `possible`."""
    if word not in possible:
        raise ValueError(f"{what} {word!r} is unknown, expected one of {', '.join(possible)}")


_THING = re.compile(r"\s*\(([^()]*)\)")


def _figure(text: str, spelt: dict[str, str]) -> Figure:
    """Read NAME ACTION [TARGET] [(THING)] [MOOD]."""
    name = _name_at_start(text, spelt)
    if name is None:
        raise ValueError(f"{text!r} begins with nobody of the story, expected one of {', '.join(spelt.values())}")
    rest = text[len(name) :]
    thing = _THING.search(rest)
    words = _THING.sub("", rest).split()
    mood = words.pop() if len(words) > 1 and words[-1] in MOODS else None
    action = words.pop(0) if words else "stand"
    target = " ".join(words)
    if target:
        check_word("action", action, ACTIONS)
        if target.casefold() not in spelt:
            raise ValueError(f"{target!r} is nobody of the story, expected one of {', '.join(spelt.values())}")
    return Figure(name, action, spelt.get(target.casefold()), thing and thing[1].strip() or None, mood)


def _name_at_start(text: str, spelt: dict[str, str]) -> str | None:
    """Return the longest name, as the story spells it, that `text` begins with."""
    folded = text.casefold()
    found = [name for name in spelt if folded == name or folded.startswith(name + " ")]
    return spelt[max(found, key=len)] if found else None
