"""Bodies on two legs: limbs, clothes, tails and wings, drawn around the origin where the feet stand.

A figure looks to the right and is in figure units: a tall adult is about 100 high.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

from ..toon.palette import INK, WHITE, mix
from ..toon.pen import straight
from .colors import CLOTHES, FURS, SKINS, paint_of
from .heads import Expression, draw_head, draw_head_behind
from .kinds import BODIES, KINDS, Body
from .marks import ARMS, HEAD, LEGS, TAIL, TRUNK, PaintPen
from .people import Looks
from .poses import Point, Pose, bend

HAND = 3.4  # radius
SHORT_SLEEVES = ("t-shirt", "dress", "shells", "petal dress", "tunic", "skirt", "romper", "vest")
BARE = ("none", "scarf", "collar", "bow tie", "shells")
LONG = {  # clothes that hang below the hip: how far, in legs, and how wide they spread
    "dress": (0.85, 6.5), "skirt": (0.85, 7), "coat": (0.7, 3.5), "gown": (1.75, 9), "robe": (1.7, 6),
    "royal": (1.5, 5), "royal gown": (1.8, 10), "star robe": (1.75, 7), "petal dress": (0.7, 7), "tunic": (0.55, 3),
    "pirate": (0.5, 3),
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Where on a drawn figure things are held, eaten and worn, in figure units."""

    hand: Point
    other_hand: Point
    mouth: Point
    head: tuple[float, float, float]  # its middle and radius
    hip: Point


def measure(looks: Looks, pose: Pose) -> Places:
    """Return where things are on somebody in a pose, before the pose turns them."""
    return _Skeleton(looks, pose).places


class _Skeleton:
    """The joints of somebody in a pose."""

    def __init__(self, looks: Looks, pose: Pose) -> None:
        kind = KINDS[looks.kind]
        self.body: Body = BODIES[kind.body]
        body = self.body
        legs = [bend((0, 0), limb, body.leg, body.leg) for limb in (pose.near_leg, pose.far_leg)]
        self.hip_y = -max(max(point[1] for point in leg) for leg in legs) - pose.lift - 2
        self.legs = [
            [(x + side * body.width * 0.42, y + self.hip_y) for x, y in leg]
            for side, leg in zip((-1, 1), legs, strict=True)
        ]
        self._lean = radians(pose.lean)
        shoulder = -body.trunk + 3
        far = (44, 82) if pose.carries else pose.far_arm
        self.near_arm = bend(self.upright(-body.width + 1.5, shoulder), pose.near_arm, body.arm, body.arm)
        self.far_arm = bend(self.upright(body.width - 1.5, shoulder), far, body.arm, body.arm)
        self.head = (*self.upright(0, -body.trunk - body.head * 0.9), body.head)
        self.turn = pose.lean * 0.5 + pose.tilt
        hand = self.far_arm[2]
        mouth = (self.head[0] + 0.3 * body.head, self.head[1] + 0.5 * body.head)
        self.places = Places(hand, self.near_arm[2], mouth, self.head, (0, self.hip_y))

    def upright(self, x: float, y: float) -> Point:
        """Return a point of the trunk, given relative to the hip before leaning."""
        lean = self._lean
        return (x * cos(lean) - y * sin(lean), self.hip_y + x * sin(lean) + y * cos(lean))


def draw_upright(pen: PaintPen, looks: Looks, pose: Pose, expression: Expression) -> Places:
    """Draw somebody on two legs, and return where things are on them."""
    kind, bones = KINDS[looks.kind], _Skeleton(looks, pose)
    body, hip_y = bones.body, bones.hip_y
    skin = paint_of(SKINS if kind.head == "human" else FURS, looks.skin)
    belly = paint_of(FURS, looks.fur2) if looks.fur2 else None
    top = paint_of(CLOTHES, looks.clothes_color) if looks.clothes_color else skin
    bare = looks.clothes in BARE
    sleeve = skin if bare else "#fff4e0" if looks.clothes == "dungarees" else mix(top, INK, 0.06)
    legs = _leg_color(looks, kind.head == "human", skin, top)
    with pen.moved(0, hip_y, turn=pose.lean):
        pen.part(TAIL)
        _draw_wings(pen, kind.wings, body, skin, belly)
        _draw_tail(pen, kind.tail, body, skin, belly)
    pen.part(HEAD)
    with pen.moved(bones.head[0], bones.head[1], bones.head[2], bones.turn):
        draw_head_behind(pen, looks)
    pen.part(ARMS)
    _draw_arm(pen, bones.far_arm, sleeve, skin, body.thick, looks.clothes in SHORT_SLEEVES)
    pen.part(LEGS)
    _draw_base(pen, kind.base, bones, legs, skin, top, looks)
    pen.part(TRUNK)
    with pen.moved(0, hip_y, turn=pose.lean):
        _draw_trunk(pen, looks, body, skin, belly, top, seated=pose.near_leg[0] > 56)
    pen.part(HEAD)
    with pen.moved(bones.head[0], bones.head[1], bones.head[2], bones.turn):
        draw_head(pen, looks, expression)
    pen.part(TRUNK)
    with pen.moved(*bones.upright(0, -body.trunk), turn=pose.lean):
        _draw_neckwear(pen, looks, body, top)
    pen.part(ARMS)
    _draw_arm(pen, bones.near_arm, sleeve, skin, body.thick, looks.clothes in SHORT_SLEEVES)
    return bones.places


def _leg_color(looks: Looks, human: bool, skin: str, top: str) -> str:
    if not human or looks.legs == "bare":
        return skin
    if looks.legs in ("romper", "armour") or looks.clothes in ("romper", "space suit"):
        return top
    if looks.clothes == "dungarees":
        return paint_of(CLOTHES, looks.legs_color) if looks.legs == "dungarees" and looks.legs_color else top
    return paint_of(CLOTHES, looks.legs_color or "navy")


def _draw_arm(pen: PaintPen, arm: list[Point], sleeve: str, skin: str, thick: float, short: bool) -> None:
    shoulder, elbow, hand = arm
    pen.oval(*hand, HAND, HAND, skin)
    if short and sleeve != skin:
        pen.limb([shoulder, elbow, hand], skin, thick * 0.9)
        half = ((shoulder[0] + 2 * elbow[0]) / 3, (shoulder[1] + 2 * elbow[1]) / 3)
        pen.limb([shoulder, half], sleeve, thick * 1.15)
        return
    wrist = (elbow[0] * 0.25 + hand[0] * 0.75, elbow[1] * 0.25 + hand[1] * 0.75)
    pen.limb([shoulder, elbow, wrist], sleeve, thick)


def _draw_base(
    pen: PaintPen, base: str, bones: _Skeleton, color: str, skin: str, top: str, looks: Looks
) -> None:  # fmt: skip
    """Draw what is below the trunk: legs, or a fish's tail, a sheet, a ball of snow."""
    body, hip = bones.body, bones.hip_y
    if base == "fish":
        length = body.leg * 1.9
        pen.blob([(-body.width, hip - 4), (body.width, hip - 4), (body.width * 0.7, hip + length * 0.6),
                  (0, hip + length), (-body.width * 0.7, hip + length * 0.6)], top)  # fmt: skip
        pen.blob([(0, hip + length - 5), (10, hip + length), (9, hip + length + 5), (0, hip + length + 1),
                  (-9, hip + length + 5), (-10, hip + length)], top)  # fmt: skip
        return
    if base == "sheet":
        w, low = body.width * 1.25, hip + body.leg * 1.8
        waves = [(w - 2 * w * i / 6, low + (3 if i % 2 else -3)) for i in range(7)]
        pen.poly([(-body.width * 0.9, hip - 10), (body.width * 0.9, hip - 10), *waves], skin)
        return
    if base == "ball":
        pen.oval(0, hip + body.leg * 0.9, body.width * 1.5, body.leg * 1.15, skin)
        return
    for leg in bones.legs:
        if base == "bird":
            pen.limb(leg, "#f29a3a", 3)
            x, y = leg[2]
            pen.line([(x - 4, y + 1.5), (x, y), (x + 5, y + 1.5)], "#f29a3a", 2.4)
            continue
        pen.limb(leg, color, body.thick * 1.15)
        if looks.legs == "shorts":
            hip_joint, knee, foot = leg
            pen.limb([knee, foot], skin, body.thick)
        x, y = leg[2]
        shoe = skin if color == skin and KINDS[looks.kind].head != "human" else "#5a4038"
        pen.blob([(x - 4, y - 2.6), (x + 4, y - 2.6), (x + 7.5, y + 2.4), (x - 4.4, y + 2.4)], shoe)


def _draw_trunk(
    pen: PaintPen, looks: Looks, body: Body, skin: str, belly: str | None, color: str, seated: bool
) -> None:  # fmt: skip
    """Draw the trunk and what it wears, around the hip, upright."""
    w, top, clothes = body.width, -body.trunk, looks.clothes
    if clothes in BARE and KINDS[looks.kind].head != "human":
        pen.blob([(-w * 0.7, top - 2), (w * 0.7, top - 2), (w * 1.15, top * 0.4), (w * 0.95, 5), (-w * 0.95, 5),
                  (-w * 1.15, top * 0.4)], skin)  # fmt: skip
        if belly:
            pen.oval(1, top * 0.36, w * 0.62, -top * 0.36, belly, 0)
        if looks.kind == "snowman":
            pen.dots([(1, top * y) for y in (0.75, 0.45, 0.15)], INK, 2.6)
        return
    hem, spread = LONG.get(clothes, (0, 0.5))
    hem = min(hem * body.leg, 5) if seated else hem * body.leg
    hem = max(hem, 3)
    shape = [(-w * 0.83, top), (w * 0.83, top), (w + 0.3, top + 6.5), (w + spread, hem), (-w - spread, hem),
             (-w - 0.3, top + 6.5)]  # fmt: skip
    path = straight(shape)
    if clothes == "shells":
        pen.path(path, skin)
        pen.dots([(-w * 0.4, top + 8), (w * 0.5, top + 8)], color, 7)
        return
    if clothes == "dungarees":
        pen.path(path, "#fff4e0")
        bib = [(-w * 0.62, top + 5), (w * 0.62, top + 5), (w, top + 10), (w, hem), (-w, hem), (-w, top + 10)]
        pen.poly(bib, color)
        pen.dashes([((s * w * 0.5, top + 7), (s * w * 0.6, top + 1)) for s in (-1, 1)], mix(color, INK, 0.5), 2.2)
        return
    pen.path(path, color)
    _draw_pattern(pen, looks, path, w, top, hem)
    dark, light = mix(color, INK, 0.55), mix(color, WHITE, 0.55)
    if clothes in ("coat", "royal", "pirate"):
        pen.dashes([((1.5, top + 4), (1.5, hem - 1))], dark, 1.1)
        pen.dots([(4.5, top + y) for y in (9, 16, 23) if y < hem - top], CLOTHES["gold"], 2.4)
    elif clothes in ("dress", "gown", "royal gown", "petal dress"):
        pen.poly([(-5.5, top + 0.5), (5.5, top + 0.5), (0, top + 5.5)], WHITE, 0.7)
        if clothes != "dress":
            pen.line([(-w - spread * 0.3, top * 0.25), (w + spread * 0.3, top * 0.25)], CLOTHES["gold"], 2)
    elif clothes == "skirt":
        pen.poly([(-w * 0.83, top), (w * 0.83, top), (w, top * 0.2), (-w, top * 0.2)], light)
    elif clothes == "hoodie":
        pen.box(-w * 0.55, top * 0.4, w * 1.1, 7, dark, 3, 0.6)
        pen.dashes([((-2, top + 2), (-2, top + 8)), ((3, top + 2), (3, top + 8))], WHITE, 1.1)
    elif clothes in ("shirt", "waistcoat", "vest"):
        pen.poly([(-4.5, top), (0.5, top + 5), (5.5, top)], WHITE, 0.6)
        pen.dashes([((0.5, top + 6), (0.5, hem - 1))], dark, 0.9)
    elif clothes == "jumper":
        pen.line([(-w - spread, hem - 2), (w + spread, hem - 2)], dark, 2)
    elif clothes == "star robe":
        pen.dots(
            [(-w * 0.5, top * 0.7), (w * 0.5, top * 0.3), (-w * 0.2, hem * 0.5), (w * 0.7, hem * 0.8)], "#ffd84a", 4
        )
    elif clothes in ("armour", "metal", "space suit"):
        pen.box(-w * 0.5, top * 0.75, w, -top * 0.4, light, 2, 0.8)
        pen.dots([(-w * 0.25, top * 0.6), (w * 0.2, top * 0.6)], "#ee6a4a", 2.6)
    elif clothes in ("robe", "tunic"):
        pen.line([(-w, top * 0.12), (w, top * 0.12)], dark, 2)


def _draw_pattern(pen: PaintPen, looks: Looks, path, w: float, top: float, hem: float) -> None:
    if looks.pattern == "plain":
        return
    color = paint_of(CLOTHES, looks.pattern_color)
    with pen.inside(path):
        if looks.pattern == "striped":
            y = top + 5
            while y < hem:
                pen.line([(-w - 12, y), (w + 12, y)], color, 2.6)
                y += 6.4
        else:
            rows = range(int((hem - top) // 6) + 1)
            dots = [(x + (3 if row % 2 else 0), top + 4 + row * 6) for row in rows for x in range(-18, 19, 7)]
            pen.dots(dots, color, 2.8)


def _draw_neckwear(pen: PaintPen, looks: Looks, body: Body, color: str) -> None:
    """Draw what is around the neck, at the top of the trunk."""
    w = body.width
    if looks.clothes == "scarf":
        pen.box(-w * 0.95, -3, w * 1.9, 6.4, color, 3)
        pen.box(w * 0.2, 1, 6, 14, color, 2)
    elif looks.clothes == "collar":
        pen.box(-w * 0.8, -2, w * 1.6, 4.4, color, 2)
        pen.dots([(0, 3)], CLOTHES["gold"], 4)
    elif looks.clothes == "bow tie":
        pen.poly([(-7, -2), (0, 1.5), (7, -2), (7, 5), (0, 1.5), (-7, 5)], color, 0.8)


def _draw_tail(pen: PaintPen, tail: str | None, body: Body, skin: str, belly: str | None) -> None:
    """Draw an upright body's tail, behind the hip."""
    w = body.width
    if tail == "pompom":
        pen.oval(-w - 3, -2, 5.5, 5.5, WHITE)
    elif tail == "stub":
        pen.oval(-w - 1, 0, 4, 3.4, skin)
    elif tail == "thin":
        pen.line([(-w * 0.6, 2), (-w - 10, 6), (-w - 18, 0), (-w - 24, 3)], mix(skin, "#f59bb0", 0.6), 2)
    elif tail == "curl":
        pen.line([(-w * 0.6, 2), (-w - 10, 4), (-w - 16, -6), (-w - 11, -13), (-w - 6, -9)], skin, 3.4)
    elif tail == "squirrel":
        pen.blob([(-w * 0.4, 4), (-w - 12, 2), (-w - 20, -16), (-w - 12, -34), (-w - 4, -26), (-w - 7, -10)], skin)
    elif tail in ("bird", "hen"):
        pen.poly([(-w * 0.6, -8), (-w - 14, -14), (-w - 12, -5), (-w - 15, 1), (-w * 0.6, 3)], mix(skin, INK, 0.12))
    elif tail == "sting":
        pen.poly([(-w * 0.8, -5), (-w - 9, 0), (-w * 0.8, 4)], INK)
    elif tail == "dragon":
        pen.blob([(-w * 0.3, -6), (-w - 14, 4), (-w - 28, 0), (-w - 36, -8), (-w - 26, 9), (-w - 10, 12), (0, 6)], skin)
        pen.poly([(-w - 30, -2), (-w - 44, -12), (-w - 36, 4)], belly or skin)


def _draw_wings(pen: PaintPen, wings: str | None, body: Body, skin: str, belly: str | None) -> None:
    """Draw wings on the back."""
    top = -body.trunk
    if wings == "fairy":
        for s in (-1, 1):
            pen.oval(s * body.width * 1.5, top * 0.9, 9, 15, "#cfeafcdd", 0.8)
            pen.oval(s * body.width * 1.3, top * 0.35, 6, 9, "#e6d4fcdd", 0.8)
    elif wings == "bee":
        for s in (-1, 1):
            pen.oval(s * body.width * 1.25, top - 1, 8, 12, "#e4f3fcdd", 0.8)
    elif wings == "dragon":
        for s in (-1, 1):
            x = s * body.width
            pen.poly([(x * 0.5, top * 0.8), (x * 2.6, top * 1.4), (x * 2.9, top * 0.4), (x * 2.1, top * 0.6),
                      (x * 1.8, top * 0.1), (x * 1.2, top * 0.4)], belly or mix(skin, WHITE, 0.3))  # fmt: skip
