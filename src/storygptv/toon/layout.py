"""Where everyone stands: from a Scene to places, sizes and directions on a 128 x 128 canvas."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .figures import extent, is_lying
from .props import PROP_SHAPES
from .scene import PAIR_ACTIONS, Actor, Scene

_SCALES = {1: 0.82, 2: 0.76, 3: 0.69, 4: 0.64}  # pixels a figure unit, by the number of actors
_GROUND = {1: (110, 115), 2: (106, 114), 3: (103, 112), 4: (101, 110)}  # range of the feet's y
_MIN_SIDE = 46.0  # pixels: the height of who stands, the width of who lies
_GAPS = {"hug": -9.0, "push": -3.0, "chase": 1.0, "give": 1.0}  # between the two of a pair


@dataclass(frozen=True)
class Standing:
    """One figure's place: its origin, pixels a unit at size 128, and direction."""

    actor: Actor
    x: float
    y: float
    scale: float
    mirrored: bool  # looks to the left
    receives: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Its extent in its own units."""
        return extent(self.actor.name, self.actor.action, self.receives)


def arrange(scene: Scene) -> tuple[list[Standing], list[tuple[str, float, float]]]:
    """The figures in the order of `scene.actors`, and the props on the ground as (name, x, y)."""
    chance = Random(scene.seed)
    count = len(scene.actors)
    names = [actor.name for actor in scene.actors]
    pair = scene.action in PAIR_ACTIONS and scene.patient is not None
    roles = {scene.agent, scene.patient} if pair else set()
    pair_y = chance.uniform(*_GROUND[count])

    sides, scales, grounds, mirrors = [], [], [], []
    for i, actor in enumerate(scene.actors):
        mirrored = _looks_left(scene, names, i, chance) if actor.name in roles else chance.random() < 0.5
        left, top, right, bottom = extent(actor.name, actor.action, pair and actor.name == scene.patient)
        y = pair_y + chance.uniform(-1, 1) if actor.name in roles else chance.uniform(*_GROUND[count])
        scale = _SCALES[count] * chance.uniform(0.94, 1.06) * (1 + (y - 107) * 0.006)
        if is_lying(actor):
            y = chance.uniform(111, 116)
            scale = max(scale * (1 if count < 3 else 0.85), _MIN_SIDE / (right - left))
        else:
            scale = max(scale, _MIN_SIDE / (bottom - top))
        sides.append((-right * scale, -left * scale) if mirrored else (left * scale, right * scale))
        scales.append(scale)
        grounds.append(y)
        mirrors.append(mirrored)

    xs = _spread(scene, names, sides, roles, chance)
    standings = [
        Standing(actor, x, y, scale, mirrored, pair and actor.name == scene.patient)
        for actor, x, y, scale, mirrored in zip(scene.actors, xs, grounds, scales, mirrors, strict=True)
    ]
    return standings, _place_props(scene, xs, chance)


def _looks_left(scene: Scene, names: list[str], i: int, chance: Random) -> bool:
    agent, patient = names.index(scene.agent), names.index(scene.patient)
    if scene.action == "chase":
        return patient < agent
    return (patient if i == agent else agent) < i


def _spread(
    scene: Scene, names: list[str], sides: list[tuple[float, float]], roles: set[str], chance: Random
) -> list[float]:
    """Origins from left to right: what room is left goes between and beside, what is missing overlaps."""
    gaps = [
        _GAPS.get(scene.action, 3.0) if {a, b} <= roles else None
        for a, b in zip(names, names[1:], strict=False)
    ]
    widths = [right - left for left, right in sides]
    spare = 124 - sum(widths) - sum(gap for gap in gaps if gap is not None)
    free = [i for i, gap in enumerate(gaps) if gap is None]
    if spare >= 0:
        shares = [chance.uniform(0.5, 1) for _ in range(len(free) + 2)]
        room = [spare * share / sum(shares) for share in shares]
        between = {i: min(room[k + 2], 22.0) for k, i in enumerate(free)}
        start = 2 + (spare - sum(between.values())) * shares[0] / (shares[0] + shares[1])
    else:
        between = {i: spare / len(gaps) for i in free} if gaps else {}
        start = 2.0 if gaps else 2 + spare / 2
        if gaps:
            gaps = [None if gap is None else gap + spare / len(gaps) for gap in gaps]
    xs, edge = [], start
    for i, (left, _) in enumerate(sides):
        xs.append(edge - left)
        if i < len(gaps):
            edge += widths[i] + (between[i] if gaps[i] is None else gaps[i])
    return xs


def _place_props(scene: Scene, xs: list[float], chance: Random) -> list[tuple[str, float, float]]:
    """Props lie in front, as far as can be from feet and from each other."""
    taken, placed = list(xs), []
    for name in scene.props:
        margin = PROP_SHAPES[name].half_width + 1
        spots = [chance.uniform(margin, 128 - margin) for _ in range(12)]
        x = max(spots, key=lambda spot: min(abs(spot - other) for other in taken))
        taken.append(x)
        placed.append((name, x, chance.uniform(123, 126.5)))
    return placed
