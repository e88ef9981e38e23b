"""Round shapes that places and props share: puffs of leaves, clouds and bushes."""

from __future__ import annotations

from collections.abc import Sequence

from storygptv.toon.palette import darker
from storygptv.toon.pen import EDGE, Pen

Puff = tuple[float, float, float]  # x, y, radius
CROWN: tuple[Puff, ...] = (
    (-10, -47, 10),
    (10, -47, 10),
    (-13, -60, 10),
    (13, -60, 10),
    (-5, -71, 10),
    (7, -70, 9),
    (0, -56, 14),
)
BUSH: tuple[Puff, ...] = (
    (-0.68, -0.36, 0.4),
    (0.68, -0.36, 0.4),
    (-0.28, -0.62, 0.42),
    (0.32, -0.6, 0.4),
    (0, -0.34, 0.5),
)
CLOUD: tuple[Puff, ...] = ((-9, 0, 4.6), (9, 0.4, 4.2), (-4, -3.4, 5.6), (3.6, -2.6, 5), (0, 1, 4.6))


def draw_puffs(pen: Pen, puffs: Sequence[Puff], color: str, edge: float = EDGE, light: str | None = None) -> None:
    """Draw discs that grow together, with one outline round all and, in a colour, light on them from the left."""
    if edge:
        for x, y, r in puffs:
            pen.oval(x, y, r + edge / 2, r + edge / 2, darker(color), 0)
    for x, y, r in puffs:
        pen.oval(x, y, r - edge / 2, r - edge / 2, color, 0)
    if light:
        for x, y, r in puffs[2::2]:
            pen.oval(x - r * 0.16, y - r * 0.2, r * 0.6, r * 0.56, light, 0)


def moved(puffs: Sequence[Puff], x: float, y: float, scale: float, flat: bool = False) -> list[Puff]:
    """Return the puffs scaled and moved; `flat` ones no lower than y."""
    placed = [(x + a * scale, y + b * scale, r * scale) for a, b, r in puffs]
    return [(a, min(b, y - r), r) for a, b, r in placed] if flat else placed
