"""Pieces of which places are made: floors, windows, furniture of rooms; trees, hills, fences, houses outdoors."""

from __future__ import annotations

from random import Random

from storygptv.toon.palette import INK, WHITE, mix
from storygptv.toon.pen import Pen, straight

from .place_looks import Stage, pale, shade
from .sky import draw_outside

FLOOR = 80  # where the floor of rooms begins
BOOKS = ("#d9645c", "#5b9bd5", "#72b36a", "#e8b750", "#9a78c2", "#e58ab0")


def draw_walls(s: Stage, color: str | None = None, pattern: bool = True) -> None:
    """Draw the wall with the pattern of the looks."""
    pen, color = s.pen, color or s.wall
    pen.box(0, 0, 128, FLOOR, color, edge=0)
    if not pattern:
        return
    line = shade(color, 0.055)
    if s.looks.pattern == "striped":
        for x in range(0, 128, 16):
            pen.box(x, 0, 8, FLOOR, line, edge=0)
    elif s.looks.pattern == "dotted":
        pen.dots([(x + 6 * (y % 24 // 12), y) for y in range(6, FLOOR, 12) for x in range(4, 128, 12)], line, 3)
    elif s.looks.pattern == "panelled":
        pen.box(0, 56, 128, 24, pale(color, 0.55), edge=0)
        pen.box(0, 54.5, 128, 2.4, pale(color, 0.7), edge=0.6)
        pen.dashes([((x, 58), (x, 78)) for x in range(4, 128, 9)], shade(color, 0.1), 0.7)


def draw_floor(s: Stage, color: str | None = None, kind: str = "planks", skirting: bool = True) -> None:
    """Draw a floor of planks, tiles, checks or carpet."""
    pen, color = s.pen, color or s.floor
    pen.box(-2, FLOOR, 132, 50, color, edge=0.8)
    line = shade(color, 0.16)

    def far(x: float, y: float) -> float:
        return 64 + (x - 64) * (0.7 + 0.9 * (y - FLOOR) / 48)

    if kind == "planks":
        pen.dashes([((0, y), (128, y)) for y in (88, 98, 111)], line, 0.8)
        joints = ((20, 80, 88), (84, 80, 88), (52, 88, 98), (110, 88, 98), (24, 98, 111), (88, 98, 111), (58, 111, 128))
        pen.dashes([((x, a), (x, b)) for x, a, b in joints], line, 0.8)
    elif kind == "checks":
        rows = (80, 87, 96, 108, 128)
        for i, (a, b) in enumerate(zip(rows, rows[1:], strict=False)):
            for x in range(-80 + 18 * (i % 2), 220, 36):
                quad = [(far(x, a), a), (far(x + 18, a), a), (far(x + 18, b), b), (far(x, b), b)]
                pen.poly(quad, shade(color, 0.1), 0)
    elif kind == "tiles":
        columns = [((far(x, 80), 80), (far(x, 128), 128)) for x in range(-50, 190, 18)]
        pen.dashes([*columns, *(((0, y), (128, y)) for y in (87, 96, 108))], line, 0.7)
    if skirting:
        pen.box(-2, FLOOR - 3, 132, 3, WHITE, edge=0.6)


def draw_window(
    s: Stage, x: float, y: float, w: float = 26, h: float = 26, curtains: str | None = None, ground: bool = True
) -> None:
    """Draw a window with its view and, in a colour, curtains."""
    pen, frame = s.pen, "#fffaf0"
    with pen.inside(straight([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])):
        draw_outside(s, x, y, w, h, ground)
    pen.dashes([((x + w / 2, y), (x + w / 2, y + h)), ((x, y + h * 0.45), (x + w, y + h * 0.45))], frame, 1.5)
    for color, width in (("#8d7b68", 3.4), (frame, 2)):
        pen.line([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], color, width)
    pen.box(x - 3, y + h, w + 6, 2.4, frame, 0.6, 0.7)
    if curtains:
        for side, edge in ((1, x - 3), (-1, x + w + 3)):
            cloth = [(0, -4), (w * 0.3, -4), (w * 0.22, h * 0.4), (w * 0.02, h * 0.66), (w * 0.1, h + 5), (-2, h + 5)]
            pen.blob([(edge + side * a, y + b) for a, b in cloth], curtains, 0.8)
        pen.line([(x - 7, y - 4), (x + w + 7, y - 4)], "#8d6a4b", 1.6)


def draw_picture(s: Stage, x: float, y: float, w: float, h: float, kind: int = 0) -> None:
    """Draw a framed picture on the wall."""
    pen = s.pen
    pen.box(x, y, w, h, "#fffaf0", 0.5, 0)
    with pen.inside(straight([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])):
        if kind == 0:  # a mountain
            pen.box(x, y, w, h, "#cfeafc", edge=0)
            pen.poly([(x, y + h), (x + w * 0.35, y + h * 0.3), (x + w * 0.6, y + h)], "#8fb68a", 0)
            pen.poly([(x + w * 0.4, y + h), (x + w * 0.7, y + h * 0.45), (x + w, y + h)], "#6fa27a", 0)
        elif kind == 1:  # a flower
            pen.dashes([((x + w / 2, y + h * 0.45), (x + w / 2, y + h))], "#5aa05a", 1.4)
            pen.dots(
                [(x + w * a, y + h * b) for a, b in ((0.36, 0.4), (0.64, 0.4), (0.5, 0.24), (0.5, 0.56))],
                s.main,
                w * 0.24,
            )
            pen.dots([(x + w / 2, y + h * 0.4)], "#ffd24a", w * 0.2)
        else:  # a boat
            pen.box(x, y, w, h, "#dff1fb", edge=0)
            pen.box(x, y + h * 0.66, w, h, "#7db8e0", edge=0)
            pen.poly(
                [(x + w * 0.3, y + h * 0.62), (x + w * 0.7, y + h * 0.62), (x + w * 0.5, y + h * 0.15)], "#f6f1e6", 0.5
            )
            pen.poly(
                [
                    (x + w * 0.2, y + h * 0.66),
                    (x + w * 0.8, y + h * 0.66),
                    (x + w * 0.66, y + h * 0.84),
                    (x + w * 0.34, y + h * 0.84),
                ],
                s.main,
                0,
            )
    for color, width in ((shade(s.wood, 0.5), 2.6), (s.wood, 1.5)):
        pen.line([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], color, width)


def draw_door(s: Stage, x: float, top: float = 30, w: float = 24, color: str | None = None) -> None:
    """Draw a door down to the floor."""
    pen, color = s.pen, color or s.second
    h = FLOOR + 2 - top
    pen.box(x - 2, top - 2, w + 4, h + 2, "#fffaf0", 0.5, 0.8)
    pen.box(x, top, w, h, color, 0.5, 0.9)
    for dy, dh in ((3, h * 0.36), (h * 0.36 + 6, h * 0.5)):
        pen.box(x + 3.5, top + dy, w - 7, dh, pale(color, 0.18), 0.5, 0.6)
    pen.dots([(x + w - 2.4, top + h * 0.54)], "#ffe08a", 2.4)


def draw_rug(s: Stage, y: float = 108, rx: float = 46, color: str | None = None) -> None:
    """Draw a round rug on the floor."""
    color = pale(color or s.second, 0.3)
    s.pen.oval(64, y, rx, rx * 0.23, color, 0.8)
    s.pen.oval(64, y, rx * 0.78, rx * 0.17, pale(color, 0.35), 0)
    s.pen.oval(64, y, rx * 0.5, rx * 0.1, color, 0)


def draw_books(pen: Pen, x: float, y: float, w: float, h: float, seed: int) -> None:
    """Draw a row of books that stands on y."""
    chance, right = Random(seed), x + w
    while x < right - 2.5:
        bw, bh = min(chance.choice((2.6, 3.2, 4)), right - x), h * chance.uniform(0.68, 1)
        color = mix(chance.choice(BOOKS), WHITE, 0.12)
        pen.box(x, y - bh, bw, bh, color, 0, 0.5)
        pen.dashes([((x + bw * 0.3, y - bh * 0.8), (x + bw * 0.7, y - bh * 0.8))], pale(color, 0.6), 0.7)
        x += bw + 0.2


def draw_shelves(
    s: Stage, x: float, top: float, w: float, h: float, rows: int, seed: int = 1, wares: str = "books"
) -> None:
    """Draw a case of shelves with books or goods."""
    pen = s.pen
    pen.box(x, top, w, h, s.wood, 0.6, 0.9)
    gap = (h - 3) / rows
    for row in range(rows):
        y = top + 2.5 + gap * row
        pen.box(x + 2.5, y, w - 5, gap - 2.5, shade(s.wood, 0.35), edge=0)
        if wares == "books":
            draw_books(pen, x + 3, y + gap - 2.5, w - 6, gap - 4, seed * 31 + row)
        else:
            draw_wares(pen, x + 3, y + gap - 2.5, w - 6, min(gap - 4, 11), seed + row)


def draw_wares(pen: Pen, x: float, y: float, w: float, h: float, seed: int) -> None:
    """Draw tins, boxes, jars and fruit in a row that stands on y."""
    colors = ("#f2c14e", "#8fc46a", "#e5776c", "#7db4e6", "#c69ae0", "#f7a56b")
    count = max(2, int(w // 7.5))
    step = w / count
    for i in range(count):
        color, left, kind = colors[(i + seed * 2) % 6], x + step * i + 0.6, (i // 2 + seed) % 3
        if kind == 0:
            pen.box(left, y - h, step - 1.2, h, color, 1, 0.7)
            pen.box(left, y - h * 0.7, step - 1.2, h * 0.34, WHITE, edge=0)
        elif kind == 1:
            pen.dots(
                [(left + step * 0.3, y - 2), (left + step * 0.7, y - 2), (left + step * 0.5, y - 4.6)],
                shade(color, 0.3),
                4.6,
            )
            pen.dots([(left + step * 0.3, y - 2), (left + step * 0.7, y - 2), (left + step * 0.5, y - 4.6)], color, 3.6)
        else:
            pen.box(left + 0.6, y - h * 0.8, step - 2.6, h * 0.8, pale(color, 0.2), 1.4, 0.7)
            pen.box(left + 1, y - h, step - 3.4, h * 0.24, shade(color, 0.2), 0.5, 0.5)


def draw_table(s: Stage, x: float, y: float, w: float, floor: float, color: str | None = None) -> None:
    """Draw a table whose top is at y and whose feet stand on `floor`."""
    color = color or s.wood
    s.pen.dashes([((x + 4, y + 3), (x + 4, floor)), ((x + w - 4, y + 3), (x + w - 4, floor))], shade(color, 0.5), 3.4)
    s.pen.dashes([((x + 4, y + 3), (x + 4, floor)), ((x + w - 4, y + 3), (x + w - 4, floor))], shade(color, 0.12), 2.2)
    s.pen.box(x, y, w, 3.6, color, 0.8, 0.9)


def draw_plant(s: Stage, x: float, y: float, h: float = 22) -> None:
    """Draw a pot plant that stands on (x, y)."""
    pen = s.pen
    for dx, up in ((-6, 0.8), (6, 0.84), (-2.4, 1.06), (3, 1), (0, 0.7)):
        pen.blob(
            [(x, y - 6), (x + dx * 1.3, y - h * 0.55), (x + dx * 1.5, y - h * up), (x + dx * 0.4, y - h * 0.5)],
            "#63b06a",
            0.6,
        )
    pen.poly([(x - 5, y - 8), (x + 5, y - 8), (x + 3.6, y), (x - 3.6, y)], s.main, 0.8)


def draw_hanging_lamp(s: Stage, x: float, y: float = 12, color: str = "#ffe08a") -> None:
    """Draw a lamp that hangs from the ceiling down to y."""
    s.pen.dashes([((x, 0), (x, y - 4))], "#6b5a4a", 0.9)
    s.pen.poly([(x - 3, y - 5), (x + 3, y - 5), (x + 8, y + 3), (x - 8, y + 3)], color, 0.8)
    s.pen.oval(x, y + 3.6, 2.6, 2, "#fff7cf", 0)
    s.glow(x, y + 4, 16)


def draw_clock(pen: Pen, x: float, y: float, r: float = 7) -> None:
    """Draw a round clock on the wall."""
    pen.oval(x, y, r, r, WHITE, 1.1)
    pen.line([(x, y - r * 0.6), (x, y), (x + r * 0.45, y + r * 0.2)], INK, 1.1)
