"""People: a body of two-segment limbs, clothes, hair and a face, drawn from a cast member and a pose.

A figure stands on the origin and looks to the right; a tall adult is 100 units high.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

from .cast import CastMember
from .faces import draw_face
from .looks import draw_bag, draw_hat, draw_limb_pattern, draw_pattern, draw_scarf
from .palette import INK, WHITE, mix
from .pen import Pen, Point, straight
from .poses import CARRYING, Pose, bend
from .scene import Looks


@dataclass(frozen=True)
class Body:
    """The measures of a kind of body, in figure units."""

    height: float  # relative to a tall adult
    leg: float  # of thigh and of shin
    trunk: float  # from hip to shoulder
    width: float  # half of the shoulders'
    arm: float  # of upper and of lower arm
    head: float  # radius
    thick: float  # of an arm


BODIES = {
    "adult": Body(1.0, 17.5, 29, 10.5, 13.5, 16.5, 6.4),
    "elder": Body(0.88, 13.5, 26, 11, 12, 16.5, 6.2),
    "child": Body(0.82, 11.5, 22, 8.8, 11, 17.5, 5.6),
    "toddler": Body(0.66, 7.5, 17, 8.4, 9, 16.5, 5.4),
}
HAND = 3.3  # radius


def draw_person(pen: Pen, member: CastMember, looks: Looks | None, expression: str, pose: Pose, holds: bool) -> Point:
    """Draw the figure; returns the hand that holds, in its units."""
    body = BODIES[member.body]
    legs = [bend((0, 0), limb, body.leg, body.leg) for limb in (pose.near_leg, pose.far_leg)]
    hip_y = -max(leg[2][1] for leg in legs) - pose.lift - 2
    lean = radians(pose.lean)

    def upright(x: float, y: float) -> Point:
        """A point of the trunk, given relative to the hip before leaning."""
        return (x * cos(lean) - y * sin(lean), hip_y + x * sin(lean) + y * cos(lean))

    near, far = pose.near_arm, pose.far_arm
    if holds and pose.carries:
        near, far = (CARRYING, far) if pose.hand == "near" else (near, CARRYING)
    shoulder = -body.trunk + 3
    near_arm = bend(upright(-body.width + 1.5, shoulder), near, body.arm, body.arm)
    far_arm = bend(upright(body.width - 1.5, shoulder), far, body.arm, body.arm)
    sleeve = "#fff4e0" if member.clothes == "dungarees" else mix(member.clothes_color, "#000000", 0.06)

    head = (*upright(0, -body.trunk - body.head * 0.91), body.head)
    turn = pose.lean * 0.5 + pose.tilt
    with pen.moved(*head, turn=turn):
        _HAIR_BEHIND.get(member.hair_style, _no_hair)(pen, member.hair)
    _draw_arm(pen, far_arm, sleeve, member.skin, body.thick, looks)
    for side, leg in zip((-1, 1), legs, strict=True):
        leg = [(x + side * body.width * 0.42, y + hip_y) for x, y in leg]
        _draw_leg(pen, leg, member, body)
        if member.clothes == "dungarees":
            draw_limb_pattern(pen, looks, leg, body.thick * 1.3)
    with pen.moved(0, hip_y, turn=pose.lean):
        _draw_clothes(pen, member, looks, body, seated=pose.near_leg[0] > 60)
    with pen.moved(*head, turn=turn):
        _draw_head(pen, member, looks, expression, asleep=pose.lying)
    _draw_arm(pen, near_arm, sleeve, member.skin, body.thick, looks)
    with pen.moved(*upright(0, -body.trunk), turn=pose.lean):
        draw_scarf(pen, looks, body.width + 1.5)
    draw_bag(pen, looks, upright(body.width * 0.6, -body.trunk + 2), upright(-body.width * 0.8, -6))
    return (near_arm if pose.hand == "near" else far_arm)[2]


def _draw_arm(pen: Pen, arm: list[Point], sleeve: str, skin: str, thick: float, looks: Looks | None) -> None:
    pen.oval(*arm[2], HAND, HAND, skin)
    shoulder, elbow, hand = arm
    wrist = (elbow[0] * 0.25 + hand[0] * 0.75, elbow[1] * 0.25 + hand[1] * 0.75)
    pen.limb([shoulder, elbow, wrist], sleeve, thick)
    draw_limb_pattern(pen, looks, [shoulder, elbow, wrist], thick)


def _draw_leg(pen: Pen, leg: list[Point], member: CastMember, body: Body) -> None:
    pen.limb(leg, member.legs_color, body.thick * 1.15)
    x, y = leg[2]
    pen.blob([(x - 4, y - 2.6), (x + 4, y - 2.6), (x + 7.5, y + 2.4), (x - 4.4, y + 2.4)], "#5a4038")


def _draw_clothes(pen: Pen, member: CastMember, looks: Looks | None, body: Body, seated: bool) -> None:
    """Around the hip, upright."""
    w, top, color = body.width, -body.trunk, member.clothes_color
    hem, spread = {"dress": (body.leg * 0.85, 6.5), "coat": (body.leg * 0.6, 3.5)}.get(member.clothes, (3, 0.5))
    hem = min(hem, 4) if seated else hem
    if member.clothes in ("dress", "coat"):
        outline = [
            (-w * 0.8, top),
            (w * 0.8, top),
            (w, top + 7),
            (w + spread, hem),
            (-w - spread, hem),
            (-w, top + 7),
        ]
    else:
        outline = [
            (-w * 0.85, top),
            (w * 0.85, top),
            (w + 0.5, top + 6),
            (w, hem),
            (-w, hem),
            (-w - 0.5, top + 6),
        ]
    path = straight(outline)
    if member.clothes == "dungarees":
        pen.path(path, "#fff4e0")
        bib = straight([(-w * 0.62, top + 5), (w * 0.62, top + 5), (w, top + 10), (w, hem), (-w, hem), (-w, top + 10)])
        pen.path(bib, color)
        draw_pattern(pen, looks, bib)
        pen.dashes([((s * w * 0.5, top + 7), (s * w * 0.6, top + 1)) for s in (-1, 1)], mix(color, INK, 0.5), 2.2)
        return
    pen.path(path, color)
    draw_pattern(pen, looks, path)
    if member.clothes == "coat":
        dark = mix(color, INK, 0.55)
        pen.dashes([((1.5, top + 4), (1.5, hem - 1))], dark, 1.1)
        pen.dots([(4.5, top + y) for y in (9, 16, 23)], dark, 2.2)
    elif member.clothes == "dress":
        pen.poly([(-5.5, top + 0.5), (5.5, top + 0.5), (0, top + 5.5)], WHITE, 0.7)


def _draw_head(pen: Pen, member: CastMember, looks: Looks | None, expression: str, asleep: bool) -> None:
    """A head of radius 1 around the origin."""
    for side in (-1, 1):
        pen.oval(side * 0.97, 0.16, 0.2, 0.22, member.skin, 0.06)
    pen.oval(0, 0, 1, 0.98, member.skin, 0.08)
    draw_face(pen, expression, asleep)
    _HAIR[member.hair_style](pen, member.hair)
    if member.headgear == "glasses":
        for x in (-0.23, 0.51):
            pen.arc(x, 0.07, 0.33, 0.33, 0, 360, INK, 0.09)
        pen.dashes([((-1.0, 0.0), (-0.56, 0.05))], INK, 0.08)
    elif member.headgear == "headband":
        pen.arc(0, 0.34, 1.0, 0.98, 212, 116, "#2bc3d6", 0.22)
    draw_hat(pen, looks)


# Hair, on a head of radius 1 around the origin.

CAP = [(-1.06, 0.22), (-1.16, -0.5), (-0.7, -1.12), (0.1, -1.2), (0.8, -1.06), (1.14, -0.5), (1.08, 0.1),
        (0.86, -0.3), (0.4, -0.5), (-0.2, -0.42), (-0.75, -0.3), (-0.9, -0.1)]  # fmt: skip
LONG = [(-0.6, -1.15), (0.6, -1.15), (1.25, -0.4), (1.3, 0.8), (1.35, 2.0), (0.6, 2.1), (-0.6, 2.1),
         (-1.35, 2.0), (-1.3, 0.8), (-1.25, -0.4)]  # fmt: skip
BOB = [
    (-0.6, -1.2),
    (0.6, -1.2),
    (1.3, -0.5),
    (1.4, 0.7),
    (1.2, 1.1),
    (0, 0.9),
    (-1.2, 1.1),
    (-1.4, 0.7),
    (-1.3, -0.5),
]
SPIKES = [
    (-1.08, 0.16), (-1.3, -0.4), (-1.0, -0.5), (-1.12, -1.05), (-0.68, -0.95),
    (-0.5, -1.5), (-0.1, -1.1), (0.28, -1.55), (0.52, -1.05), (1.05, -1.25),
    (0.98, -0.66), (1.34, -0.45), (1.06, 0.12), (0.84, -0.26), (0.56, -0.5),
    (0.3, -0.26), (0.04, -0.54), (-0.3, -0.28), (-0.6, -0.5), (-0.86, -0.14),
]  # fmt: skip
CURLS = [
    (-1.0, -0.12),
    (-1.02, -0.5),
    (-0.72, -0.86),
    (-0.28, -1.04),
    (0.24, -1.06),
    (0.68, -0.88),
    (1.0, -0.54),
    (1.0, -0.14),
]


def _no_hair(pen: Pen, color: str) -> None:
    """Nothing behind the head."""


def _pigtails_behind(pen: Pen, color: str) -> None:
    for s in (-1, 1):
        pen.blob(
            [(s * 0.9, -0.5), (s * 1.75, -0.8), (s * 1.95, 0.3), (s * 1.55, 1.25), (s * 1.2, 0.3)],
            color,
            0.08,
        )
        pen.dots([(s * 1.12, -0.34)], "#ffffff", 0.34)


def _long_behind(pen: Pen, color: str) -> None:
    pen.blob(LONG, color, 0.08)


def _bob_behind(pen: Pen, color: str) -> None:
    pen.blob(BOB, color, 0.08)


def _bun_behind(pen: Pen, color: str) -> None:
    pen.oval(-0.25, -1.22, 0.5, 0.44, color, 0.08)


def _cap(pen: Pen, color: str) -> None:
    pen.blob(CAP, color, 0.08)


def _short(pen: Pen, color: str) -> None:
    pen.blob([(x, y * 0.98) for x, y in CAP], color, 0.08)
    pen.blob([(0.0, -1.0), (0.1, -1.5), (0.55, -1.4), (0.4, -1.15)], color, 0.07)


def _spiky(pen: Pen, color: str) -> None:
    pen.poly(SPIKES, color, 0.08)


def _curly(pen: Pen, color: str) -> None:
    pen.dots(CURLS, mix(color, INK, 0.6), 0.66)
    pen.dots(CURLS, mix(color, WHITE, 0.08), 0.54)


def _bob_fringe(pen: Pen, color: str) -> None:
    pen.blob([(-1.2, 0.75), (-1.2, -0.6), (-0.6, -1.25), (0.6, -1.25), (1.2, -0.6), (1.2, 0.75), (0.86, 0.2),
              (0.84, -0.22), (0, -0.3), (-0.84, -0.22), (-0.86, 0.2)], color, 0.08)  # fmt: skip


_HAIR_BEHIND = {
    "pigtails": _pigtails_behind, "long": _long_behind, "bob": _bob_behind, "bun": _bun_behind,
}  # fmt: skip
_HAIR = {
    "pigtails": _cap, "long": _cap, "short": _short,
    "curly": _curly, "spiky": _spiky, "bob": _bob_fringe, "bun": _cap,
}  # fmt: skip
