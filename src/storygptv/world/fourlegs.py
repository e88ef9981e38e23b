"""Bodies on four legs: trunk, legs, tail and what covers them, drawn around the origin where the feet stand."""

from __future__ import annotations

from math import atan2, cos, degrees, radians, sin

from ..toon.palette import INK, WHITE, mix
from .colors import CLOTHES, FURS, paint_of
from .heads import Expression, draw_head, draw_head_behind
from .kinds import FOUR_BODIES, KINDS, FourBody
from .marks import HEAD, LEGS, TAIL, TRUNK, PaintPen
from .people import Looks
from .poses import FourPose, Point, bend
from .upright import Places

PAW = 3.6


def measure_four(looks: Looks, pose: FourPose) -> Places:
    """Return where things are on an animal in a pose."""
    return _Bones(looks, pose).places


class _Bones:
    """The joints of an animal in a pose."""

    def __init__(self, looks: Looks, pose: FourPose) -> None:
        self.body: FourBody = FOUR_BODIES[KINDS[looks.kind].body]
        body = self.body
        hind = [bend((0, 0), limb, body.leg, body.leg) for limb in (pose.near_hind, pose.far_hind)]
        hip_y = min(-max(max(point[1] for point in leg) for leg in hind), -body.depth) - pose.lift - 1.5
        self.hip = (-body.length / 2, hip_y)
        rise = radians(pose.rise)
        self.chest = (self.hip[0] + body.length * cos(rise), self.hip[1] - body.length * sin(rise))
        place = lambda legs, at: [[(x + at[0], y + at[1]) for x, y in leg] for leg in legs]  # noqa: E731
        front = [bend((0, 0), limb, body.leg, body.leg) for limb in (pose.near_front, pose.far_front)]
        self.hind, self.front = place(hind, self.hip), place(front, self.chest)
        neck = body.neck
        self.head = (self.chest[0] + neck[0] + pose.head[0], self.chest[1] + neck[1] + pose.head[1], body.head)
        mouth = (self.head[0] + 0.6 * body.head, self.head[1] + 0.5 * body.head)
        before = (self.head[0] + 0.9 * body.head, self.head[1] + 0.85 * body.head)
        self.places = Places(before, self.front[1][2], mouth, self.head, self.hip)


def draw_four(pen: PaintPen, looks: Looks, pose: FourPose, expression: Expression) -> Places:
    """Draw an animal on four legs, and return where things are on it: what it holds is in its mouth."""
    bones = _Bones(looks, pose)
    body = bones.body
    fur = paint_of(FURS, looks.skin)
    fur2 = paint_of(FURS, looks.fur2 or "white")
    dark = mix(fur, INK, 0.12)
    pen.part(TAIL)
    _draw_tail(pen, body, bones.hip, pose.tail, fur, fur2)
    pen.part(LEGS)
    if body.thick:
        for leg in (bones.hind[1], bones.front[1]):
            _draw_leg(pen, leg, dark, body.thick)
    pen.part(TRUNK)
    if body.cover == "spiral":
        _draw_snail(pen, bones, fur, fur2)
    else:
        pen.limb([bones.hip, bones.chest], fur, body.depth * 2)
        with pen.moved(*_middle(bones), turn=_turn(bones)):
            _draw_cover(pen, body, fur, fur2)
    pen.limb([bones.chest, bones.head[:2]], fur, body.head * 0.95)
    pen.part(LEGS)
    if body.thick:
        for leg in (bones.hind[0], bones.front[0]):
            _draw_leg(pen, leg, fur, body.thick)
    pen.part(TRUNK)
    _draw_neckwear(pen, looks, bones)
    pen.part(HEAD)
    x, y, r = bones.head
    with pen.moved(x, y, r):
        draw_head_behind(pen, looks)
        draw_head(pen, looks, expression)
    return bones.places


def _middle(bones: _Bones) -> Point:
    return ((bones.hip[0] + bones.chest[0]) / 2, (bones.hip[1] + bones.chest[1]) / 2)


def _turn(bones: _Bones) -> float:
    return degrees(atan2(bones.chest[1] - bones.hip[1], bones.chest[0] - bones.hip[0]))


def _draw_leg(pen: PaintPen, leg: list[Point], color: str, thick: float) -> None:
    pen.limb(leg, color, thick)
    x, y = leg[2]
    pen.oval(x + 1.4, y + 0.4, PAW + thick * 0.12, 2.8, color)


def _draw_tail(pen: PaintPen, body: FourBody, hip: Point, angle: float, fur: str, fur2: str) -> None:
    """Draw the tail from the hip, at an angle."""
    x, y = hip[0] - body.depth * 0.9, hip[1] - body.depth * 0.3
    a = radians(angle)
    along = lambda length, aside=0.0: (  # noqa: E731
        x + length * sin(a) + aside * cos(a), y + length * cos(a) - aside * sin(a))  # fmt: skip
    tail = body.tail
    if tail == "none":
        return
    if tail in ("plain", "striped", "reptile"):
        pen.limb([(x, y), along(10), along(19, 3)], fur, 5 if tail != "reptile" else 8)
    elif tail == "long":
        pen.limb([(x, y), along(12), along(20, 6), along(26, 2)], fur, 4.4)
    elif tail == "bushy":
        pen.blob([(x, y + 2), along(10, 8), along(24, 5), along(30, 0), along(24, -6), along(9, -6)], fur)
        pen.blob([along(21, 5), along(30, 0), along(22, -5)], fur2, 0.7)
    elif tail in ("tuft", "thin"):
        pen.limb([(x, y), along(11), along(20, 2)], fur, 3)
        pen.oval(
            *along(22, 2), 3.6 if tail == "tuft" else 2, 4.4 if tail == "tuft" else 2, fur2 if tail == "tuft" else fur
        )
    elif tail == "horse":
        pen.blob([(x + 3, y - 5), along(14, 9), along(30, 8), along(34, 0), along(18, -4)], fur2)
    elif tail == "stub":
        pen.oval(x, y - 2, 4, 3.6, fur)
    elif tail == "curly":
        pen.arc(x - 4, y - 2, 4, 4, 0, 330, mix(fur, INK, 0.2), 2.2)


def _draw_cover(pen: PaintPen, body: FourBody, fur: str, fur2: str) -> None:
    """Draw what lies on the trunk, around its middle."""
    half, d, cover = body.length / 2, body.depth, body.cover
    if cover == "patches":
        pen.blob([(-half, -d * 0.8), (-half * 0.2, -d * 0.9), (-half * 0.1, 0), (-half * 0.7, d * 0.3)], fur2, 0)
        pen.oval(half * 0.6, -d * 0.1, half * 0.34, d * 0.5, fur2, 0)
    elif cover in ("tabby", "tiger"):
        color = mix(fur, INK, 0.55 if cover == "tiger" else 0.25)
        pen.dashes([((x * half, -d * 0.95), (x * half - 2, -d * 0.1)) for x in (-0.8, -0.35, 0.1, 0.55)], color, 3)
    elif cover == "wool":
        puffs = [(-1.1, -0.3), (-0.6, -0.8), (0, -1), (0.6, -0.8), (1.1, -0.3), (-0.9, 0.5), (-0.2, 0.6), (0.6, 0.6)]
        pen.dots([(x * half, y * d) for x, y in puffs], mix(fur2, INK, 0.18), d * 1.25)
        pen.dots([(x * half, y * d) for x, y in puffs], fur2, d * 1.1)
        pen.oval(0, 0, half * 1.1, d * 0.8, fur2, 0)
    elif cover == "shell":
        pen.blob(
            [
                (-half * 1.3, d * 0.5),
                (-half * 1.1, -d * 1.1),
                (0, -d * 1.9),
                (half * 1.1, -d * 1.1),
                (half * 1.3, d * 0.5),
            ],
            fur2,
        )
        pen.dashes(
            [((x * half, -d * 1.1), (x * half * 1.2, d * 0.2)) for x in (-0.6, 0, 0.6)], mix(fur2, INK, 0.4), 1.6
        )
    elif cover == "scutes":
        for x in (-0.9, -0.45, 0, 0.45, 0.9):
            pen.poly(
                [(x * half - 4, -d * 0.8), (x * half, -d * 1.4), (x * half + 4, -d * 0.8)], mix(fur, INK, 0.25), 0.8
            )
    elif cover == "spines":
        points = []
        for i in range(13):
            a = radians(200 + i * 12.5)
            r = 1.45 if i % 2 else 1.05
            points.append((half * r * cos(a), d * r * 1.15 * sin(a)))
        pen.poly([*points, (half * 0.9, d * 0.3), (-half, d * 0.4)], fur2)


def _draw_snail(pen: PaintPen, bones: _Bones, fur: str, fur2: str) -> None:
    x, y = _middle(bones)
    pen.blob([(bones.hip[0] - 14, 0), (bones.hip[0], -9), (bones.chest[0] + 6, -10), (bones.chest[0] + 8, 0)], fur)
    pen.oval(x - 3, y - 12, 19, 18, fur2)
    pen.arc(x - 3, y - 12, 12, 11, 0, 300, mix(fur2, INK, 0.4), 2.4)
    pen.arc(x - 2, y - 12, 5.5, 5, 40, 300, mix(fur2, INK, 0.4), 2.2)


def _draw_neckwear(pen: PaintPen, looks: Looks, bones: _Bones) -> None:
    if looks.clothes not in ("scarf", "collar", "vest", "bow tie") or not looks.clothes_color:
        return
    color, body = paint_of(CLOTHES, looks.clothes_color), bones.body
    if looks.clothes == "vest":
        with pen.moved(*_middle(bones), turn=_turn(bones)):
            pen.box(-body.length * 0.3, -body.depth - 0.6, body.length * 0.66, body.depth * 1.7, color, 4)
        return
    x = bones.chest[0] * 0.45 + bones.head[0] * 0.55
    y = bones.chest[1] * 0.55 + bones.head[1] * 0.45 + body.head * 0.3
    pen.box(x - body.head * 0.62, y - 2.4, body.head * 1.24, 5.4, color, 2.6)
    if looks.clothes == "scarf":
        pen.box(x - 2, y + 1, 5.6, 12, color, 2)
    elif looks.clothes == "collar":
        pen.dots([(x + 2, y + 4)], mix(CLOTHES["gold"], WHITE, 0.1), 4)
