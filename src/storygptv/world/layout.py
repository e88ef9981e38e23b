"""Who stands where: the camera's scale, places, facing and poses of everybody in a scene, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import radians, sin
from random import Random

from storygptv.scene import Figure, Scene

from .fourlegs import measure_four
from .heads import Expression
from .kinds import KINDS
from .people import Looks
from .places import AFLOAT, GROUND, SHOWS
from .poses import LYING, FourPose, Pose, four_pose, upright_pose
from .props import nearest_prop, prop_box, prop_of
from .upright import measure

UNIT = {1: 0.96, 2: 0.92, 3: 0.76, 4: 0.66, 5: 0.56}  # canvas units to a figure unit, by how many stand side by side
SLOTS = {1: (64,), 2: (38, 90), 3: (25, 64, 103), 4: (19, 49, 79, 109), 5: (14, 39, 64, 89, 114)}
MOST = 92  # of the canvas' height, the tallest figure
WIDEST = {1: 104, 2: 68, 3: 58, 4: 48, 5: 42}  # of its width, the widest one
TOOLS = {
    "dig": "spade", "draw": "pencil", "write": "pencil", "cook": "pan", "read": "book", "wash": "sponge",
    "build": "block", "eat": "sandwich", "drink": "cup",
}  # fmt: skip
"""What is in the hand where the scene does not say it."""
BEHIND = {"climb": "ladder", "hide": "bush", "ride": "bicycle"}
"""What somebody climbs, hides behind or rides where the scene does not say it."""
SEATS = ("chair", "armchair", "sofa", "bench", "swing", "bed", "throne", "seat", "stool")
IN_BED = ("bedroom", "hospital")
_AWAY = ("chase", "follow", "push", "catch")  # the one it is done to looks the same way as who does it


@dataclass
class Placed:
    """Somebody in the picture; lengths are in canvas units (a 128th of the side), the origin is at their feet."""

    figure: Figure
    number: int  # 1 for the scene's first figure
    looks: Looks
    pose: Pose | FourPose
    expression: Expression
    x: float = 64.0
    y: float = 118.0
    scale: float = 1.0
    mirrored: bool = False
    held: str | None = None  # a prop in the hand
    under: str | None = None  # a prop that they are on or behind
    on: Placed | None = field(default=None, repr=False)  # whom they ride, or who carries them

    @property
    def is_four(self) -> bool:
        """Whether they go on four legs."""
        return KINDS[self.looks.kind].plan == "four"

    @property
    def height(self) -> float:
        """How high they reach above their feet, in figure units, standing upright in their pose."""
        places = measure_four(self.looks, self.pose) if self.is_four else measure(self.looks, self.pose)
        return -places.head[1] + places.head[2]

    @property
    def size(self) -> tuple[float, float]:
        """How wide and high they are standing, in figure units."""
        if self.is_four:
            places = measure_four(self.looks, four_pose("stand"))
            return 2 * (places.head[0] + places.head[2]) * 0.92, places.head[2] - places.head[1]
        places = measure(self.looks, upright_pose("stand"))
        return 2.3 * places.head[2], places.head[2] - places.head[1]

    @property
    def back(self) -> float:
        """How high above their feet somebody sits who rides on them, in figure units."""
        if self.is_four:
            places = measure_four(self.looks, self.pose)
            return -places.hip[1] + 6
        places = measure(self.looks, self.pose)
        return -places.head[1] - places.head[2]


@dataclass(frozen=True)
class PlacedProp:
    """A prop that nobody holds."""

    name: str
    x: float
    y: float
    scale: float
    behind: bool


def arrange(scene: Scene, looks: Mapping[str, Looks], rng: Random) -> tuple[list[Placed], list[PlacedProp]]:
    """Return everybody, from back to front, and the props; `rng` shifts places a little."""
    people = [_posed(figure, number, scene, looks[figure.name]) for number, figure in enumerate(scene.figures, start=1)]
    by_name = {placed.figure.name: placed for placed in people}
    for placed in people:
        target = by_name.get(placed.figure.target)
        if target is None or target is placed or target.on or placed.on:
            continue
        if placed.figure.action == "ride":
            placed.on, placed.under = target, None
        elif placed.figure.action == "carry":
            target.on = placed
    standing = _in_order([placed for placed in people if placed.on is None], by_name)
    count = max(1, min(5, len(standing)))
    unit = UNIT[count]
    tallest, widest = max(placed.size[1] for placed in standing), max(placed.size[0] for placed in standing)
    unit = max(unit, 72 / tallest) if count <= 2 else unit
    unit = min(unit, MOST / tallest, WIDEST[count] / widest)
    low, high = GROUND[scene.place]
    for place, placed in enumerate(standing):
        placed.scale = unit
        placed.x = SLOTS[count][place] + rng.uniform(-2, 2)
        if placed.is_four:  # whose head is far in front
            placed.x += (9 if placed.x > 66 else -9) * unit
        placed.y = high - 2 - (5 if count > 3 and place % 2 else 0) - rng.uniform(0, min(3, high - low))
    _come_close(standing, by_name)
    _face(standing, by_name, rng)
    for placed in people:
        if placed.on is not None:
            _put_on(placed)
        _settle(placed, scene)
    order = sorted(people, key=lambda placed: (placed.on or placed).y + 0.1 * (placed.on is not None))
    return order, _props(scene, people, unit, rng)


def _posed(figure: Figure, number: int, scene: Scene, looks: Looks) -> Placed:
    """Somebody in the pose of what they do, or of what is done to them."""
    doer = next((f for f in scene.figures if f.target == figure.name and f.name != figure.name), None)
    is_target = doer is not None and (figure.action in ("stand", "sit", "walk") or doer.action in ("carry", "hug"))
    action = doer.action if is_target else figure.action
    if is_target and action in ("talk", "show", "help", "ride", "point"):
        action, is_target = figure.action, False
    pose = (four_pose if KINDS[looks.kind].plan == "four" else upright_pose)(action, is_target)
    thing = nearest_prop(figure.thing) if figure.thing else None
    held = under = None
    if figure.action in BEHIND and not (figure.action == "ride" and figure.target):
        under = thing or BEHIND[figure.action]
    elif thing in SEATS and figure.action in ("sit", "sleep", "lie"):
        under = thing
    elif thing is not None and prop_of(thing).size not in ("large", "huge"):
        held = thing
    elif thing is None and figure.action in TOOLS and not is_target:
        held = TOOLS[figure.action]
    if held is None and figure.action in ("stand", "sit", "walk", "kneel") and isinstance(pose, Pose):
        pose = replace(pose, carries=False)
    if under in SEATS and figure.action == "sit" and isinstance(pose, Pose):
        pose = replace(pose, near_leg=(78, 4), far_leg=(84, 10))
    return Placed(figure, number, looks, pose, Expression(figure.mood, pose.mouth, pose.asleep), held=held, under=under)


def _in_order(standing: list[Placed], by_name: Mapping[str, Placed]) -> list[Placed]:
    """Everybody from left to right: whom something is done to stands beside who does it."""
    order: list[Placed] = []
    for placed in standing:
        if placed not in order:
            order.append(placed)
        target = by_name.get(placed.figure.target)
        if target in standing and target not in order:
            order.insert(order.index(placed) + 1, target)
    return order


def _come_close(standing: list[Placed], by_name: Mapping[str, Placed]) -> None:
    """Let who hugs, pushes, helps or washes somebody stand close to them."""
    for placed in standing:
        target = by_name.get(placed.figure.target)
        if target in standing and placed.figure.action in ("hug", "push", "help", "wash", "give"):
            gap = {"hug": 31, "push": 50, "help": 47, "wash": 48, "give": 54}[placed.figure.action] * placed.scale
            middle = (placed.x + target.x) / 2
            side = 1 if target.x > placed.x else -1
            placed.x, target.x = middle - side * gap / 2, middle + side * gap / 2


def _face(standing: list[Placed], by_name: Mapping[str, Placed], rng: Random) -> None:
    """Let who does something to somebody look at them, and these look back or away; the rest look to the middle."""
    for placed in standing:
        placed.mirrored = placed.x > 66 or (abs(placed.x - 64) <= 4 and rng.random() < 0.5)
    for placed in reversed(standing):
        target = by_name.get(placed.figure.target)
        if target not in standing or target is placed:
            continue
        placed.mirrored = target.x < placed.x
        target.mirrored = placed.mirrored if placed.figure.action in _AWAY else not placed.mirrored


def _put_on(placed: Placed) -> None:
    """Put a rider on a back, or somebody who is carried into the arms."""
    other = placed.on
    placed.scale, placed.mirrored = other.scale, other.mirrored
    side = -1 if other.mirrored else 1
    if placed.figure.action == "ride":
        seat = -measure(placed.looks, placed.pose).hip[1] if not placed.is_four else 0
        placed.x = other.x - side * (4 if other.is_four else 6) * other.scale
        placed.y = other.y - (other.back - (seat if not placed.is_four else 0)) * other.scale
        return
    hands = measure_four(other.looks, other.pose) if other.is_four else measure(other.looks, other.pose)
    placed.scale *= min(0.85, 70 / placed.height)
    placed.x = other.x + side * (hands.hand[0] + 2) * other.scale
    placed.y = other.y + (hands.hand[1] + 16) * other.scale


def _settle(placed: Placed, scene: Scene) -> None:
    """Lay down who lies, lift who rides a thing, keep all inside the picture."""
    if placed.on is None and isinstance(placed.pose, Pose) and placed.figure.action in LYING:
        length = placed.height * placed.scale
        side = -1 if placed.mirrored else 1
        placed.x = min(max(placed.x, length / 2 + 3), 125 - length / 2) + side * length / 2
        bed = placed.under == "bed" or (placed.under is None and scene.place in IN_BED)
        placed.under = "bed" if bed else placed.under or "blanket"
        placed.y -= (14 + (16 if bed else 0)) * placed.scale
    elif placed.on is None and isinstance(placed.pose, Pose) and placed.pose.turn:
        aside = sin(radians(placed.pose.turn)) * placed.height * placed.scale * 0.5
        placed.x += aside if placed.mirrored else -aside
    elif placed.figure.action == "ride" and placed.on is None and placed.under:
        left, top, right, bottom = prop_box(placed.under)
        placed.y -= 0.42 * (bottom - top) * placed.scale
    elif placed.figure.action == "sit" and placed.under in SEATS:
        placed.y -= 1.5
    elif scene.place in AFLOAT and placed.on is None and placed.figure.action not in ("swim", "fly"):
        placed.under = placed.under or "raft"
        placed.y -= 5


def _props(scene: Scene, people: Sequence[Placed], unit: float, rng: Random) -> list[PlacedProp]:
    """Place the props that nobody holds and that the place does not show already."""
    taken = {placed.held for placed in people} | {placed.under for placed in people}
    shown = SHOWS.get(scene.place, ())
    xs = [placed.x for placed in people if placed.on is None]
    found: list[PlacedProp] = []
    for name in scene.props:
        near = nearest_prop(name)
        if near is None or near in taken or name in shown or near in shown:
            continue
        prop = prop_of(near)
        x = _free(xs + [each.x for each in found], rng)
        left, top, right, bottom = prop_box(near)
        size = max(right - left, bottom - top)
        scale = max(unit * 1.05, 12 / size) if prop.size in ("small", "medium") else min(unit, 60 / size)
        if prop.where in ("air", "wall"):
            found.append(PlacedProp(near, x, 34 if prop.where == "air" else 60, scale, True))
        elif prop.size in ("large", "huge"):
            found.append(PlacedProp(near, x, GROUND[scene.place][0] + 5, scale, True))
        else:
            found.append(PlacedProp(near, x, 123, scale, False))
    return found


def _free(taken: Sequence[float], rng: Random) -> float:
    """Return the place from left to right that is farthest from all that are taken."""
    candidates = [13 + 6 * i + rng.uniform(-2, 2) for i in range(18)]
    return max(candidates, key=lambda x: min((abs(x - other) for other in taken), default=64 - abs(x - 64)))
