"""The untold looks: stripes and dots on clothes, scarf, hat and bag."""

from __future__ import annotations

from math import hypot

from .palette import INK, LOOKS, WHITE
from .pen import Path, Pen, Point
from .scene import Looks

_STRIPES = [((-60, y), (60, y)) for y in range(-100, 10, 8)]
_DOTS = [(7.5 * x + 3.75 * (row % 2), -100 + 6.5 * row) for row in range(17) for x in range(-5, 6)]


def draw_pattern(pen: Pen, looks: Looks | None, clothes: Path) -> None:
    """Stripes or dots on the clothes, whose outline is `clothes`."""
    if looks is None or looks.pattern == "plain":
        return
    with pen.inside(clothes):
        if looks.pattern == "striped":
            pen.dashes(_STRIPES, LOOKS[looks.color], 3.9)
        else:
            pen.dots(_DOTS, LOOKS[looks.color], 5.2)


def draw_limb_pattern(pen: Pen, looks: Looks | None, limb: list[Point], thick: float) -> None:
    """The same stripes or dots on a sleeve or trouser leg of three points."""
    if looks is None or looks.pattern == "plain":
        return
    color, half = LOOKS[looks.color], thick * 0.3
    bands = []
    for (x0, y0), (x1, y1), at in zip(limb, limb[1:], (0.65, 0.35), strict=False):
        length = hypot(x1 - x0, y1 - y0) or 1.0
        x, y = x0 + at * (x1 - x0), y0 + at * (y1 - y0)
        dx, dy = (y1 - y0) / length * half, (x0 - x1) / length * half
        bands.append(((x - dx, y - dy), (x + dx, y + dy)))
    if looks.pattern == "striped":
        pen.dashes(bands, color, 2.8)
    else:
        pen.dots([((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in bands], color, thick * 0.66)


def draw_hat(pen: Pen, looks: Looks | None) -> None:
    """A tall hat with a wide brim on a head of radius 1 around the origin."""
    if looks is None or looks.accessory != "hat":
        return
    color = LOOKS[looks.color]
    pen.blob([(-0.72, -0.7), (-0.72, -1.75), (0, -1.62), (0.72, -1.75), (0.72, -0.7)], color, 0.07)
    pen.oval(0, -0.72, 1.25, 0.24, color, 0.07)
    pen.line([(-0.6, -0.98), (0.6, -0.98)], WHITE if looks.color == "black" else INK, 0.13)


def draw_scarf(pen: Pen, looks: Looks | None, half_width: float) -> None:
    """A scarf around a neck at the origin, with a hanging end in front."""
    if looks is None or looks.accessory != "scarf":
        return
    color = LOOKS[looks.color]
    end = half_width * 0.3
    pen.poly([(end, 2), (end + 6.5, 2), (end + 7.5, 19), (end, 20)], color)
    pen.dashes([((end + 1, 16), (end + 6.5, 15.5))], INK, 0.8)
    pen.box(-half_width, -1.2, 2 * half_width, 8.2, color, 4)


def draw_bag(pen: Pen, looks: Looks | None, shoulder: Point, hip: Point) -> None:
    """A satchel at `hip` whose strap runs up to `shoulder`."""
    if looks is None or looks.accessory != "bag":
        return
    color = LOOKS[looks.color]
    pen.limb([shoulder, hip], color, 3.4)
    x, y = hip
    pen.box(x - 7.5, y - 2, 15, 13, color, 2.5)
    pen.line([(x - 6.5, y + 3), (x, y + 6.5), (x + 6.5, y + 3)], WHITE if looks.color == "black" else INK, 1)
