"""Pieces that several heads share, in units of the head's radius."""

from __future__ import annotations

from math import cos, radians, sin

from ..toon.palette import INK
from .marks import PaintPen

OUTLINE = 0.08
NOSE = "#3b2a2a"
PINK = "#f59bb0"


def round_ears(pen: PaintPen, fur: str, inner: str, x: float = 0.72, y: float = -0.78, r: float = 0.4) -> None:
    for s in (-1, 1):
        pen.oval(s * x, y, r, r, fur, OUTLINE)
        pen.oval(s * x, y, r * 0.58, r * 0.58, inner, 0)


def pointed_ears(pen: PaintPen, fur: str, inner: str, top: float = -1.55) -> None:
    for s in (-1, 1):
        pen.poly([(s * 0.2, -0.8), (s * 0.86, top), (s * 1.02, -0.3)], fur, OUTLINE)
        pen.poly([(s * 0.42, -0.85), (s * 0.8, top + 0.3), (s * 0.88, -0.55)], inner, 0)


def side_ears(pen: PaintPen, fur: str, inner: str, droop: float = 0.0) -> None:
    for s in (-1, 1):
        pen.blob(
            [
                (s * 0.75, -0.55),
                (s * 1.3, -0.75 + droop),
                (s * 1.65, -0.35 + droop),
                (s * 1.3, -0.1 + droop),
                (s * 0.8, -0.15),
            ],
            fur,
            OUTLINE,
        )
        pen.blob(
            [(s * 0.95, -0.48), (s * 1.3, -0.58 + droop), (s * 1.45, -0.36 + droop), (s * 1.2, -0.25 + droop)], inner, 0
        )


def horns(pen: PaintPen, color: str, spread: float = 0.5, top: float = -1.5) -> None:
    for s in (-1, 1):
        pen.blob(
            [
                (s * 0.32, -0.75),
                (s * (spread + 0.2), -1.0),
                (s * (spread + 0.15), top),
                (s * (spread + 0.42), -1.1),
                (s * 0.66, -0.6),
            ],
            color,
            OUTLINE,
        )


def muzzle(pen: PaintPen, color: str, x: float = 0.18, y: float = 0.5, rx: float = 0.62, ry: float = 0.45) -> None:
    pen.oval(x, y, rx, ry, color, 0.06)


def nose(pen: PaintPen, color: str = NOSE, x: float = 0.2, y: float = 0.34, r: float = 0.17) -> None:
    pen.oval(x, y, r * 1.2, r, color, 0)


def nostrils(pen: PaintPen, y: float, x: float = 0.18, apart: float = 0.22, color: str = NOSE, r: float = 0.15) -> None:
    pen.dots([(x - apart, y), (x + apart, y)], color, r)


def whiskers(pen: PaintPen, color: str = INK) -> None:
    pen.dashes(
        [((s * 0.62 + 0.16, y), (s * 1.22 + 0.1, y + d)) for s in (-1, 1) for y, d in ((0.42, -0.08), (0.56, 0.08))],
        color,
        0.05,
    )


def at_angle(degrees: float) -> tuple[float, float]:

    return cos(radians(degrees)), sin(radians(degrees))
