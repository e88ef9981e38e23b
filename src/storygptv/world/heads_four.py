"""Heads of who goes on four legs: ears, snout and marks, in units of the head's radius."""

from __future__ import annotations

from ..toon.palette import INK, WHITE, mix
from .head_pieces import (
    OUTLINE,
    PINK,
    at_angle,
    horns,
    muzzle,
    nose,
    nostrils,
    pointed_ears,
    round_ears,
    side_ears,
    whiskers,
)
from .marks import PaintPen


def dog_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(0.0, 0.24), (0.44, 0.24), (0.3, 0.52), (0.14, 0.52)], INK, 0)
    for s in (-1, 1):
        pen.blob([(s * 0.5, -0.95), (s * 1.1, -0.85), (s * 1.42, 0.1), (s * 1.16, 0.75), (s * 0.86, 0.2)], fur2, 0.09)


def cat_front(pen: PaintPen, fur: str, fur2: str) -> None:
    dark = mix(fur, INK, 0.35)
    pen.dashes([((x, -0.92), (x, -0.55)) for x in (-0.22, 0, 0.22)], dark, 0.12)
    muzzle(pen, fur2, ry=0.38, y=0.52, rx=0.52)


def cat_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nose(pen, "#f08aa0", y=0.36, r=0.11)
    whiskers(pen)


def fox_front(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.blob(
            [(s * 0.95, 0.05), (s * 0.55, 0.2), (0.1, 0.4), (0.1, 0.92), (s * 0.6, 0.85), (s * 1.15, 0.6)], fur2, 0
        )


def lion_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.dots([(1.05 * x, 1.05 * y) for x, y in _ROUND], mix(fur2, INK, 0.5), 0.86)
    pen.dots([(1.05 * x, 1.05 * y) for x, y in _ROUND], fur2, 0.72)
    round_ears(pen, fur, fur2, 0.75, -0.85, 0.34)


_ROUND = [(0, -1), (0.5, -0.87), (0.87, -0.5), (1, 0), (0.87, 0.5), (0.5, 0.87), (0, 1), (-0.5, 0.87), (-0.87, 0.5),
          (-1, 0), (-0.87, -0.5), (-0.5, -0.87)]  # fmt: skip


def tiger_front(pen: PaintPen, fur: str, fur2: str) -> None:
    muzzle(pen, fur2)
    pen.dashes([((x, -0.95), (x * 0.8, -0.55)) for x in (-0.25, 0, 0.25)], INK, 0.13)
    pen.dashes([((s * 0.98, y), (s * 0.68, y + 0.05)) for s in (-1, 1) for y in (0.05, 0.32, 0.58)], INK, 0.12)


def horse_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(-0.3, -1.2), (-0.95, -0.9), (-1.25, 0.2), (-1.15, 1.5), (-0.6, 1.1), (-0.4, 0)], fur2, OUTLINE)
    pointed_ears(pen, fur, mix(fur, WHITE, 0.4), -1.6)


def horse_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.22, 0.72, 0.7, 0.55, mix(fur, WHITE, 0.35), OUTLINE)


def horse_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.5, 0.22, 0.26)
    pen.blob(
        [(-0.3, -1.25), (0.35, -1.2), (0.5, -0.7), (0.2, -0.35), (-0.05, -0.6), (-0.3, -0.4), (-0.45, -0.8)],
        fur2,
        OUTLINE,
    )


def donkey_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.blob([(s * 0.25, -0.8), (s * 0.4, -1.7), (s * 0.75, -2.15), (s * 1.0, -1.6), (s * 0.8, -0.7)], fur, OUTLINE)
        pen.blob([(s * 0.45, -0.95), (s * 0.6, -1.6), (s * 0.76, -1.8), (s * 0.82, -1.4), (s * 0.68, -0.9)], PINK, 0)


def donkey_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.2, 0.66, 0.7, 0.52, fur2, OUTLINE)


def donkey_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.44, 0.2, 0.24)
    pen.poly([(-0.3, -0.7), (-0.25, -1.25), (0, -0.95), (0.2, -1.3), (0.35, -0.7)], mix(fur, INK, 0.6), 0.05)


def cow_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    horns(pen, "#f2e6c8")
    side_ears(pen, fur2, PINK, 0.12)


def cow_front(pen: PaintPen, fur: str, fur2: str) -> None:
    with pen.moved():
        pen.blob([(-0.95, -0.3), (-0.6, -0.85), (-0.05, -0.7), (-0.05, 0.05), (-0.4, 0.42), (-0.9, 0.25)], fur2, 0)
    pen.oval(0.16, 0.62, 0.78, 0.46, "#f8b9be", OUTLINE)


def cow_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.38, 0.16, 0.42, "#a85566", 0.16)


def goat_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    horns(pen, "#b99c6b", 0.25, -1.9)
    side_ears(pen, fur, PINK, 0.3)


def goat_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(0.0, 0.8), (0.4, 0.8), (0.35, 1.35), (0.2, 1.6), (0.05, 1.35)], fur2 if fur2 != fur else "#cfc7b5", 0.06)
    muzzle(pen, mix(fur, WHITE, 0.45), ry=0.4)


def nostril_nose(pen: PaintPen, fur: str, fur2: str) -> None:
    nostrils(pen, 0.34, 0.18, 0.12, "#7a5a5a", 0.11)


def sheep_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.dots([(1.0 * x, 1.0 * y - 0.12) for x, y in _ROUND], mix(fur2, INK, 0.5), 0.72)
    pen.dots([(1.0 * x, 1.0 * y - 0.12) for x, y in _ROUND], fur2, 0.58)
    side_ears(pen, fur, PINK, 0.25)


def sheep_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nostril_nose(pen, fur, fur2)
    curls = [(-0.5, -0.75), (-0.2, -0.95), (0.15, -0.98), (0.5, -0.8), (0, -0.7)]
    pen.dots(curls, mix(fur2, INK, 0.5), 0.58)
    pen.dots(curls, fur2, 0.46)


def pig_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.poly([(s * 0.25, -0.85), (s * 1.0, -1.3), (s * 1.05, -0.35)], mix(fur, "#d86a80", 0.25), OUTLINE)


def pig_over(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(0.2, 0.32, 0.42, 0.28, mix(fur, "#e0607c", 0.35), 0.06)
    pen.dots([(0.06, 0.32), (0.34, 0.32)], "#93405a", 0.15)


def elephant_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.blob([(s * 0.5, -0.9), (s * 1.5, -1.1), (s * 2.0, -0.3), (s * 1.7, 0.7), (s * 0.9, 0.7)], fur, OUTLINE)
        pen.blob([(s * 0.9, -0.6), (s * 1.45, -0.75), (s * 1.68, -0.2), (s * 1.45, 0.4), (s * 1.0, 0.4)], PINK, 0)


def elephant_over(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.blob(
            [(0.2 + s * 0.42, 0.5), (0.2 + s * 0.66, 0.55), (0.2 + s * 0.85, 1.05), (0.2 + s * 0.55, 0.8)], WHITE, 0.05
        )
    trunk = [(0.2, 0.3), (0.3, 0.95), (0.62, 1.35), (1.1, 1.2)]
    pen.line(trunk, mix(fur, INK, 0.6), 0.56)
    pen.line(trunk, fur, 0.42)
    pen.dashes([((0.1, 0.62), (0.42, 0.58)), ((0.16, 0.86), (0.46, 0.78))], mix(fur, INK, 0.3), 0.06)


def turtle_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.oval(-0.2, -0.66, 0.3, 0.14, mix(fur, WHITE, 0.25), 0)


def crocodile_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.oval(s * 0.4 + 0.1, -0.8, 0.36, 0.34, fur, OUTLINE)


def crocodile_front(pen: PaintPen, fur: str, fur2: str) -> None:
    pen.blob([(-0.5, 0.25), (0.6, 0.2), (1.7, 0.25), (1.95, 0.6), (1.6, 0.98), (0.2, 1.02), (-0.6, 0.85)], fur, OUTLINE)
    pen.blob([(-0.4, 0.8), (0.6, 0.82), (1.75, 0.75), (1.55, 0.98), (0.2, 1.02)], fur2, 0)
    pen.dots([(1.55, 0.34), (1.75, 0.38)], INK, 0.12)
    pen.dots([(x, 0.86) for x in (-0.1, 0.25, 0.95, 1.25)], WHITE, 0.15)


def hedgehog_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    spikes = []
    for i in range(13):
        x, y = at_angle(150 + i * 20)
        spikes += [(x * 1.0, y * 1.0), tuple(v * 1.5 for v in at_angle(160 + i * 20))]
    pen.poly(spikes, fur2, OUTLINE)


def hedgehog_over(pen: PaintPen, fur: str, fur2: str) -> None:
    nose(pen, INK, y=0.34, r=0.16)


def snail_behind(pen: PaintPen, fur: str, fur2: str) -> None:
    for s in (-1, 1):
        pen.dashes([((s * 0.35, -0.7), (s * 0.6, -1.45))], mix(fur, INK, 0.5), 0.16)
        pen.oval(s * 0.6, -1.5, 0.2, 0.2, fur, OUTLINE)
