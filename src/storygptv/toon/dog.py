"""Dogs: four two-segment legs, a trunk between hip and chest, a head with ears, and a vest for the pattern.

A dog stands on the origin and looks to the right, in the units of `person`.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin

from .cast import CastMember
from .faces import draw_face
from .looks import draw_bag, draw_hat, draw_pattern, draw_scarf
from .palette import INK, mix
from .pen import Pen, Point, smooth
from .poses import DogPose, bend
from .scene import Looks

_HEAD = 14.5
_LEG = 12.0


def draw_dog(pen: Pen, member: CastMember, looks: Looks | None, expression: str, pose: DogPose, asleep: bool) -> Point:
    """Draw the dog; returns where it holds things, its mouth or its paws, in its units."""
    fur, patch = member.skin, member.hair
    (hip_x, hip_y), (chest_x, chest_y), (head_x, head_y) = pose.hip, pose.chest, pose.head
    upright = hypot(chest_x - hip_x, chest_y - hip_y)
    turn = degrees(atan2(chest_y - hip_y, chest_x - hip_x))
    with pen.moved(0, -pose.lift):
        tail = radians(pose.tail)
        tip = (hip_x - 6 + 15 * sin(tail), hip_y - 2 + 15 * cos(tail))
        pen.limb([(hip_x - 4, hip_y - 2), ((hip_x - 6 + tip[0]) / 2 - 3, (hip_y + tip[1]) / 2), tip], patch, 6)
        for start, limb in ((pose.chest, pose.far_front), (pose.hip, pose.far_hind)):
            _draw_leg(pen, start, limb, mix(fur, INK, 0.15))
        with pen.moved(hip_x, hip_y, turn=turn):
            trunk = smooth(
                [(-12, -11), (upright + 11, -12), (upright + 12, 11), (upright / 2, 10), (-11, 11), (-13, 0)]
            )
            pen.path(trunk, fur)
            vest = smooth([(-3, -12), (upright + 8, -13), (upright + 9, 0), (upright + 6, 12), (-3, 11), (-2, 0)])
            pen.path(vest, member.clothes_color)
            draw_pattern(pen, looks, vest)
        for start, limb in ((pose.hip, pose.near_hind), (pose.chest, pose.near_front)):
            _draw_leg(pen, start, limb, fur)
        middle = ((hip_x + chest_x) / 2, (hip_y + chest_y) / 2)
        draw_bag(pen, looks, (chest_x - 1, chest_y - 9), (middle[0] - 3, middle[1] - 1))
        with pen.moved((chest_x + head_x) / 2, (chest_y + head_y) / 2 + 5, turn=8):
            pen.limb([(3, -5), (-2, 5)], fur, 14)
        with pen.moved((chest_x + head_x) / 2 + 1, (chest_y + head_y) / 2 + 3.5):
            draw_scarf(pen, looks, 11)
        with pen.moved(head_x, head_y, _HEAD):
            _draw_head(pen, looks, expression, fur, patch, asleep)
    if pose.paws:
        return bend(pose.chest, pose.far_front, _LEG, _LEG)[2]
    return head_x + 10, head_y - pose.lift + 11


def _draw_leg(pen: Pen, start: Point, limb: tuple[float, float], color: str) -> None:
    leg = bend((start[0], start[1] + 2), limb, _LEG, _LEG)
    x, y = leg[2]
    y = min(y, -2.6)
    pen.limb([leg[0], (leg[1][0], min(leg[1][1], -3)), (x, y)], color, 7.4)
    pen.oval(x + 1.4, y - 0.2, 4.4, 3, color)


def _draw_head(pen: Pen, looks: Looks | None, expression: str, fur: str, patch: str, asleep: bool) -> None:
    """A head of radius 1 around the origin."""
    pen.oval(0, 0, 1, 0.95, fur, 0.09)
    pen.oval(0.2, 0.5, 0.66, 0.48, "#f7e3c4", 0.07)
    draw_face(pen, expression, asleep, muzzle=0.12, turned=0.2)
    pen.blob([(0.0, 0.24), (0.44, 0.24), (0.3, 0.52), (0.14, 0.52)], INK, 0)
    for s in (-1, 1):
        pen.blob(
            [(s * 0.5, -0.95), (s * 1.1, -0.85), (s * 1.42, 0.1), (s * 1.16, 0.75), (s * 0.86, 0.2)],
            patch,
            0.09,
        )
    draw_hat(pen, looks)
