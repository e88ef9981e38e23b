"""The untold looks: stripes and dots on clothes, scarf, hat and bag."""

from __future__ import annotations

import skia

from .palette import INK, LOOKS, WHITE
from .pen import Pen
from .scene import Looks

_STRIPES = [((-60, y), (60, y)) for y in range(-100, 10, 8)]
_DOTS = [(x + 4 * (row % 2), -100 + 7 * row) for row in range(15) for x in range(-40, 41, 8)]


def draw_pattern(pen: Pen, looks: Looks | None, clothes: skia.Path) -> None:
    """Stripes or dots on the clothes, whose outline is `clothes`."""
    if looks is None or looks.pattern == "plain":
        return
    with pen.inside(clothes):
        if looks.pattern == "striped":
            pen.dashes(_STRIPES, LOOKS[looks.color], 3.7)
        else:
            pen.dots(_DOTS, LOOKS[looks.color], 4.8)


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
    pen.poly([(end, 0), (end + 6.5, 0), (end + 7.5, 17), (end, 18)], color)
    pen.dashes([((end + 1, 14), (end + 6.5, 13.5))], INK, 0.8)
    pen.box(-half_width, -4.5, 2 * half_width, 9, color, 4.4)


def draw_bag(pen: Pen, looks: Looks | None, shoulder: tuple[float, float], hip: tuple[float, float]) -> None:
    """A satchel at `hip` whose strap runs up to `shoulder`."""
    if looks is None or looks.accessory != "bag":
        return
    color = LOOKS[looks.color]
    pen.limb([shoulder, hip], color, 3.4)
    x, y = hip
    pen.box(x - 7.5, y - 2, 15, 13, color, 2.5)
    pen.line([(x - 6.5, y + 3), (x, y + 6.5), (x + 6.5, y + 3)], WHITE if looks.color == "black" else INK, 1)
