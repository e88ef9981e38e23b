"""What a toon frame holds, as plain data: plots fill it, language tells it, the renderer draws it.

Nothing here draws or writes; every other file of the toon world depends on this one and on `cast`.
"""

from __future__ import annotations

from dataclasses import dataclass

INDOORS = ("kitchen", "bedroom", "living room", "classroom", "library", "shop")
OUTDOORS = ("park", "beach", "street", "forest", "garden", "playground", "farm", "lake")
PLACES = INDOORS + OUTDOORS
TIMES = ("day", "night")  # indoors it shows in the window
WEATHERS = ("clear", "rain", "snow")  # outdoors only; indoors is always clear; never snow on the beach

SOLO_ACTIONS = ("stand", "sit", "walk", "run", "jump", "dance", "wave", "sleep", "eat", "read")
PAIR_ACTIONS = ("give", "hug", "chase", "talk", "push", "show")  # agent -> patient
ACTIONS = SOLO_ACTIONS + PAIR_ACTIONS
EXPRESSIONS = ("happy", "sad", "angry", "surprised", "scared", "sleepy")

PROPS = (
    "ball", "book", "apple", "cake", "balloon", "kite", "umbrella", "flower",
    "gift", "bone", "lamp", "bucket", "guitar", "bicycle", "box", "teddy",
)  # fmt: skip

# Untold looks: no caption of a story tells them, and within a story they never change.
ACCESSORIES = ("scarf", "hat", "bag")
PATTERNS = ("plain", "striped", "dotted")  # of the shirt, dress or dog's coat
LOOK_COLORS = ("red", "yellow", "green", "blue", "white", "black")  # of the accessory and of the pattern
# Untold looks of places.
WALL_COLORS = ("cream", "blue", "green", "pink")  # indoors: the wall; outdoors: None
TREE_SIDES = ("left", "right")  # outdoors: the side the big tree (or its like) stands on; indoors: None


@dataclass(frozen=True)
class Looks:
    """The untold looks of one character in one story."""

    accessory: str  # one of ACCESSORIES
    pattern: str  # one of PATTERNS
    color: str  # one of LOOK_COLORS: of the accessory, and of the stripes or dots


@dataclass(frozen=True)
class PlaceLooks:
    """The untold looks of one place in one story."""

    wall: str | None  # indoors one of WALL_COLORS, outdoors None
    tree: str | None  # outdoors one of TREE_SIDES, indoors None


@dataclass(frozen=True)
class Actor:
    """One character in one frame."""

    name: str  # a key of cast.CAST
    action: str  # one of ACTIONS; of a pair action both agent and patient carry the word
    expression: str  # one of EXPRESSIONS
    looks: Looks | None = None  # None: no accessory, plain clothes (reference portraits)
    holds: str | None = None  # one of PROPS, in the hand


@dataclass(frozen=True)
class Scene:
    """One frame. `actors` stand from left to right; 1 to 4 of them, no name twice."""

    place: str
    place_looks: PlaceLooks
    actors: tuple[Actor, ...]
    action: str  # the action the frame is about: the agent's
    agent: str  # name of its doer (for a solo action done by several, the first)
    patient: str | None = None  # pair actions: the receiver, who stands next to the agent
    props: tuple[str, ...] = ()  # props that lie or stand on the ground; held ones are in `actors`
    time: str = "day"
    weather: str = "clear"
    seed: int = 0  # free variation of layout: exact positions, depth, flips of small things

    @property
    def all_props(self) -> tuple[str, ...]:
        """Every prop in the picture, held or not, in the order of PROPS."""
        held = {actor.holds for actor in self.actors} | set(self.props)
        return tuple(prop for prop in PROPS if prop in held)
