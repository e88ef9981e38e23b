"""What is drawn around the figures and belongs to none of them: shadows, seats, speech, motion."""

from __future__ import annotations

from .palette import INK, WHITE
from .pen import Pen


def draw_below(pen: Pen, action: str, box: tuple[float, float, float, float], seat: float) -> None:
    """Shadow, stool or bed of a figure with that extent, the ground at y = 0; a person sits `seat` high."""
    left, _, right, _ = box
    if action == "sleep":
        pen.box(left - 5, -4, right - left + 10, 8, "#f2c6a0", 3)
        pen.box(left - 5, -16, 22, 17, WHITE, 6)
        return
    wide = min((right - left) / 2, 24)
    pen.oval((left + right) / 2, 1, wide, 4, "#2b243045", 0)
    if action == "sit" and seat:
        pen.box(-12, -seat, 20, 4.5, "#b9804e", 1.5)
        pen.dashes([((-9, 5 - seat), (-10, 0)), ((5, 5 - seat), (6, 0))], "#8d5f38", 3)


def draw_above(pen: Pen, action: str, box: tuple[float, float, float, float], leads: bool, mirrored: bool) -> bool:
    """Marks of the action of a figure with that extent; `leads`: it is the doer. Says if it drew any."""
    left, top, right, _ = box
    if action == "run" or (action == "chase" and leads):
        pen.dashes([((left - 4, top * f), (left - 15 - 8 * f, top * f)) for f in (0.22, 0.45, 0.68)], "#5b6475", 2)
    elif action == "sleep":
        _draw_zs(pen, left + 16, top - 2, mirrored)
    elif action == "dance":
        for x, y in ((left - 2, top + 12), (right + 1, top + 4)):
            pen.dots([(x, y + 9)], INK, 5.4)
            pen.line([(x + 2, y + 9), (x + 2, y - 2), (x + 6, y + 1)], INK, 1.5)
    elif action == "wave":
        for r in (5.5, 9.5):
            pen.arc(right - 3, top + 16, r, r, -70, 80, INK, 1.5)
    elif action == "jump":
        pen.dashes([((x, 0), (x, -6)) for x in (-7, 0, 7)], "#5b6475", 1.8)
    elif action == "talk" and leads:
        _draw_bubble(pen, right * 0.55 + 4, top - 2)
    else:
        return False
    return True


def _draw_zs(pen: Pen, x: float, y: float, mirrored: bool) -> None:
    for dx, dy, r in ((0, 0, 3.4), (9, -10, 4.6), (20, -22, 6)):
        w = -r if mirrored else r
        cx, cy = x + dx, y + dy
        z = [(cx - w, cy - r), (cx + w, cy - r), (cx - w, cy + r), (cx + w, cy + r)]
        pen.line(z, WHITE, 4.2)
        pen.line(z, "#3a4fb8", 2.2)


def _draw_bubble(pen: Pen, x: float, y: float) -> None:
    pen.poly([(x - 6, y + 9), (x - 1, y - 3), (x + 5, y - 3)], WHITE, 1.4)
    pen.box(x - 14, y - 22, 32, 20, WHITE, 8, 1.4)
    pen.poly([(x - 4.5, y + 5), (x - 0.6, y - 3.5), (x + 4, y - 3.5)], WHITE, 0)
    pen.dashes(
        [
            ((x - 8, y - 16), (x + 12, y - 16)),
            ((x - 8, y - 12), (x + 9, y - 12)),
            ((x - 8, y - 8), (x + 3, y - 8)),
        ],
        "#6a7385",
        1.7,
    )
