"""Where everyone stands: from a Scene to places, sizes and directions on a 128 x 128 canvas."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .cast import CAST
from .figures import extent, is_lying
from .props import PROP_SHAPES
from .scene import PAIR_ACTIONS, Actor, Scene

_SCALES = {1: 0.82, 2: 0.76, 3: 0.69, 4: 0.64}  # pixels a figure unit, by the number of actors
_GROUND = {1: (110, 115), 2: (106, 114), 3: (103, 112), 4: (101, 110)}  # range of the feet's y
_MIN_SIDE = 46.0  # pixels: the height of who stands, the width of who lies
_GAPS = {"hug": -20.0, "push": -8.0, "give": -2.0, "show": 9.0}  # between the two of a pair
_ROW = 12.0  # pixels from one sleeper's ground to the next one's


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

    boxes = [extent(a.name, a.action, pair and a.name == scene.patient) for a in scene.actors]
    mirrors = [_looks_left(scene, names, i) if name in roles else chance.random() < 0.5 for i, name in enumerate(names)]
    grounds = [_ground(actor, pair_y if actor.name in roles else None, count, chance) for actor in scene.actors]
    sleepers = [i for i, actor in enumerate(scene.actors) if is_lying(actor)]
    if len(sleepers) > 1:  # in rows, one before the other
        for row, i in enumerate(sleepers):
            grounds[i] = 118 - _ROW * (len(sleepers) - 1 - row)
    wished = [_SCALES[count] * chance.uniform(0.94, 1.06) * (1 + (y - 107) * 0.006) for y in grounds]
    crowd = min(1.0, max(0.84, 138 / sum(s * (box[2] - box[0]) for s, box in zip(wished, boxes, strict=True))))
    scales, sides = [], []
    for actor, scale, (left, top, right, bottom), mirrored in zip(scene.actors, wished, boxes, mirrors, strict=True):
        least = 1.15 * _MIN_SIDE / (right - left) if is_lying(actor) else _MIN_SIDE / (bottom - top)
        scale = max(scale * crowd, least)
        scales.append(scale)
        sides.append((-right * scale, -left * scale) if mirrored else (left * scale, right * scale))

    xs = _spread(scene, names, sides, roles, chance)
    standings = [
        Standing(actor, x, y, scale, mirrored, pair and actor.name == scene.patient)
        for actor, x, y, scale, mirrored in zip(scene.actors, xs, grounds, scales, mirrors, strict=True)
    ]
    return standings, _place_props(scene, xs, chance)


def _ground(actor: Actor, pair_y: float | None, count: int, chance: Random) -> float:
    """The feet's y: who lies or is small is nearest, and of a pair the shorter one."""
    if is_lying(actor):
        return chance.uniform(111, 116)
    height = CAST[actor.name].height
    y = chance.uniform(*_GROUND[count]) if pair_y is None else pair_y + 6 * (1 - height)
    return max(y, _GROUND[count][1]) + chance.uniform(1, 2) if height < 0.7 else y


def _looks_left(scene: Scene, names: list[str], i: int) -> bool:
    """Whether the agent or the patient, actor `i`, faces left: the other one, or away from who chases."""
    agent, patient = names.index(scene.agent), names.index(scene.patient)
    if scene.action == "chase":
        return patient < agent
    return (patient if i == agent else agent) < i


def _spread(
    scene: Scene, names: list[str], sides: list[tuple[float, float]], roles: set[str], chance: Random
) -> list[float]:
    """Origins from left to right: what room is left goes between and beside, what is missing overlaps."""
    paired = [{a, b} <= roles for a, b in zip(names, names[1:], strict=False)]
    gaps = [_GAPS.get(scene.action, 3.0) if pair else 0.0 for pair in paired]
    widths = [right - left for left, right in sides]
    spare = 124 - sum(widths) - sum(gaps)
    start = 2.0
    if spare >= 0:
        shares = [0.0 if pair else chance.uniform(0.5, 1) for pair in paired]
        margins = chance.uniform(0.5, 1), chance.uniform(0.5, 1)
        unit = spare / (sum(shares) + sum(margins))
        between = [min(share * unit, 22.0) for share in shares]
        start += (spare - sum(between)) * margins[0] / sum(margins)
    else:
        shares = [0.4 if pair else 1.0 for pair in paired]
        between = [spare * share / sum(shares) for share in shares]
        start += 0 if gaps else spare / 2
    gaps = [gap + more for gap, more in zip(gaps, between, strict=True)]
    xs, edge = [], start
    for i, (left, _) in enumerate(sides):
        xs.append(edge - left)
        if i < len(gaps):
            edge += widths[i] + gaps[i]
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
