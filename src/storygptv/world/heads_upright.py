"""Heads of beings on two legs that are no humans, in units of the head's radius."""

from __future__ import annotations

from ..toon.palette import INK, WHITE, mix
from .head_pieces import OUTLINE, PINK, at_angle, horns, muzzle, nose, nostrils, pointed_ears, round_ears, whiskers
from .marks import PaintPen


def rabbit_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s, turn in ((-1, -10), (1, 14)):
        with pen.moved(s * 0.42, -0.8, turn=turn):
            pen.blob([(-0.3, 0.2), (-0.38, -0.9), (0, -1.5), (0.38, -0.9), (0.3, 0.2)], fur, OUTLINE)
            pen.blob([(-0.14, 0), (-0.18, -0.8), (0, -1.15), (0.18, -0.8), (0.14, 0)], PINK, 0)


def rabbit_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.box(0.04, 0.72, 0.28, 0.28, WHITE, 0.05, 0.05)
    muzzle(pen, fur2, ry=0.36, y=0.52, rx=0.5)


def bear_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    round_ears(pen, fur, fur2)


def bear_front(pen: PaintPen, fur: str, fur2: str) -> None:
    muzzle(pen, fur2)


def bear_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nose(pen, INK, y=0.32, r=0.2)


def mouse_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    round_ears(pen, fur, PINK, 0.9, -0.85, 0.62)


def mouse_front(pen: PaintPen, fur: str, fur2: str) -> None:
    muzzle(pen, mix(fur, WHITE, 0.5), ry=0.36, y=0.54, rx=0.46)


def mouse_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nose(pen, "#f0708c", y=0.36, r=0.14)
    whiskers(pen)


def monkey_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    round_ears(pen, fur2, PINK, 1.05, 0.0, 0.42)


def monkey_front(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.oval(0.16 + s * 0.34, -0.02, 0.46, 0.5, fur2, 0)
    pen.oval(0.14, 0.48, 0.72, 0.5, fur2, 0)


def monkey_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.34, 0.15, 0.08, r=0.09)
    pen.blob([(-0.1, -0.9), (-0.25, -1.3), (0.1, -1.2), (0.35, -1.35), (0.25, -0.9)], fur, 0.06)


def squirrel_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pointed_ears(pen, fur, fur2, -1.5)


def frog_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.oval(s * 0.42 + 0.12, -0.72, 0.46, 0.44, fur, OUTLINE)


def frog_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.12, 0.62, 0.8, 0.34, fur2, 0)
    pen.dots([(-0.62, 0.42), (0.9, 0.42)], "#ff7f8c88", 0.26)


def bird_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for turn in (-24, 0, 24):
        with pen.moved(-0.05, -0.85, turn=turn):
            pen.blob([(-0.12, 0.1), (-0.16, -0.5), (0.06, -0.75), (0.16, -0.4), (0.12, 0.1)], fur, OUTLINE)


def bird_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.14, 0.55, 0.72, 0.42, fur2, 0)


def owl_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.poly([(s * 0.15, -0.8), (s * 0.95, -1.45), (s * 0.98, -0.3)], fur, OUTLINE)


def owl_front(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.oval(0.16 + s * 0.42, 0.04, 0.5, 0.52, fur2, 0.06)


def duck_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(-0.2, -0.85), (-0.3, -1.3), (0.1, -1.15), (0.3, -1.3), (0.2, -0.9)], fur, 0.06)


def duck_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(-0.4, 0.34), (0.1, 0.2), (0.75, 0.34), (1.05, 0.52), (0.5, 0.62), (-0.3, 0.58)], "#ff9d2e", 0.07)


def hen_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.dots([(-0.35, -0.95), (0, -1.1), (0.35, -1.0)], "#8d2430", 0.56)
    pen.dots([(-0.35, -0.95), (0, -1.1), (0.35, -1.0)], "#e43b46", 0.42)


def hen_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(0.05, 0.62), (0.3, 0.6), (0.36, 1.05), (0.16, 1.15), (0.0, 0.95)], "#e43b46", 0.06)


def penguin_front(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.oval(0.16 + s * 0.36, 0.06, 0.5, 0.56, fur2, 0)
    pen.oval(0.15, 0.55, 0.66, 0.42, fur2, 0)


def bee_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.line([(s * 0.3, -0.8), (s * 0.45, -1.3), (s * 0.75, -1.45)], INK, 0.1)
        pen.dots([(s * 0.75, -1.45)], INK, 0.3)


def dragon_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    horns(pen, fur2, 0.3, -1.6)
    for s in (-1, 1):
        pen.poly([(s * 0.85, -0.2), (s * 1.5, -0.5), (s * 1.3, 0.2), (s * 0.85, 0.35)], fur, OUTLINE)


def dragon_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.22, 0.58, 0.86, 0.5, mix(fur, WHITE, 0.2), OUTLINE)


def dragon_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.3, 0.24, 0.3, mix(fur, INK, 0.6), 0.15)


def robot_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.dashes([((0, -0.9), (0, -1.4))], mix(fur, INK, 0.5), 0.12)
    pen.oval(0, -1.45, 0.2, 0.2, "#dd3340", OUTLINE)
    for s in (-1, 1):
        pen.box(s * 1.15 - 0.16, -0.25, 0.32, 0.55, fur2, 0.08, OUTLINE)


def robot_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.box(-0.78, -0.5, 1.75, 1.32, mix(fur, WHITE, 0.6), 0.24, 0.06)


def alien_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.line([(s * 0.3, -0.8), (s * 0.5, -1.45)], mix(fur, INK, 0.5), 0.12)
        pen.oval(s * 0.5, -1.5, 0.2, 0.2, "#ffd447", OUTLINE)


def monster_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    horns(pen, fur2, 0.35, -1.45)
    spikes = [
        (x * (1.16 if i % 2 else 0.95), y * (1.16 if i % 2 else 0.95))
        for i, (x, y) in enumerate(at_angle(i * 12) for i in range(30))
    ]
    pen.poly(spikes, fur, OUTLINE)


def monster_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.poly([(-0.16, 0.92), (-0.04, 0.74), (0.08, 0.92)], WHITE, 0.04)


def snowman_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.poly([(0.05, 0.2), (0.05, 0.42), (0.95, 0.42)], "#ff8f2e", 0.06)
