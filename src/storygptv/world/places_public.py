"""Rooms where many go: classroom, library, shop, restaurant, hospital, office, hall."""

from __future__ import annotations

from storygptv.toon.palette import WHITE

from .place_looks import Stage, pale, shade
from .scenery import (
    draw_books,
    draw_clock,
    draw_floor,
    draw_hanging_lamp,
    draw_picture,
    draw_plant,
    draw_shelves,
    draw_table,
    draw_walls,
    draw_wares,
    draw_window,
)


def draw_letters(s: Stage, x: float, y: float, width: float, text: str, color: str = WHITE) -> None:
    """Write A, B, C or 1, 2, 3 in strokes, readable also in a mirrored picture; (x, y) is the top left."""
    pen = s.pen
    if s.looks.side == "right":
        with pen.moved(2 * x + width, 0, mirrored=True):
            _draw_strokes(pen, x, y, text, color)
    else:
        _draw_strokes(pen, x, y, text, color)


def _draw_strokes(pen, x: float, y: float, text: str, color: str) -> None:
    for letter in text:
        for stroke in _STROKES[letter]:
            pen.line([(x + a, y + b) for a, b in stroke], color, 1.5)
        x += 13


_STROKES = {
    "A": ([(0, 14), (4, 0), (8, 14)], [(1.6, 9), (6.4, 9)]),
    "B": ([(0, 0), (0, 14), (6, 12.6), (6.4, 9), (0, 7), (5.4, 5), (5, 1), (0, 0)],),
    "C": ([(8, 2), (4, 0), (0.6, 4), (0.6, 10), (4, 14), (8, 12)],),
    "1": ([(1, 4), (4, 0), (4, 14)],),
    "2": ([(0, 3), (3, 0), (7, 3), (0, 14), (8, 14)],),
    "3": ([(0, 1), (5, 0), (7, 4), (3, 7), (7, 10), (5, 14), (0, 13)],),
    "+": ([(0, 8), (7, 8)], [(3.5, 4.5), (3.5, 11.5)]),
    "=": ([(0, 6), (7, 6)], [(0, 10), (7, 10)]),
}


def draw_classroom(s: Stage) -> None:
    """A blackboard with letters, desks, a clock."""
    pen = s.pen
    draw_walls(s, pattern=s.looks.pattern == "panelled")
    draw_floor(s)
    board = ("#3f7d63", "#3b5f78", "#3f7d63")[s.variant]
    pen.box(36, 9, 66, 40, board, 1, 0)
    for color, width in (("#8a6238", 4), ("#c4935a", 2.4)):
        pen.line([(36, 9), (102, 9), (102, 49), (36, 49), (36, 9)], color, width)
    draw_letters(s, 43, 16, 36, ("ABC", "1+2", "CAB")[s.variant])
    if s.variant == 1:
        draw_letters(s, 84, 16, 12, "=")
    else:
        pen.dashes([((86, 18), (95, 18)), ((86, 24), (97, 24)), ((86, 30), (93, 30))], "#d7efe2", 1.2)
    pen.dashes([((42, 38), (92, 38)), ((42, 43), (74, 43))], "#d7efe2", 1.2)
    pen.box(56, 50, 16, 2, "#c4935a", edge=0.6)
    pen.dots([(60, 49.4), (66, 49.4)], WHITE, 1.8)
    draw_window(s, 5, 12, 22, 28)
    if s.variant == 2:
        pen.oval(115, 22, 9, 9, "#8fd0f2", 1)  # a globe
        pen.blob([(110, 16), (117, 15), (116, 23), (111, 26)], "#7cc07a", 0)
        pen.box(112, 32, 6, 8, s.wood, edge=0.7)
        pen.box(106, 40, 20, 3, s.wood, edge=0.7)
    else:
        draw_clock(pen, 115, 18, 8)
        pen.box(107, 34, 16, 13, "#fffaf0", edge=0.7)
        pen.dots([(115, 40)], s.main, 7)
    for x in (5, 48, 91):
        pen.box(x, 65, 32, 5, s.wood, 1)
        pen.dashes([((x + 4, 71), (x + 4, 91)), ((x + 28, 71), (x + 28, 91))], "#7c8894", 2.2)
        if x != 48:
            pen.box(x + 9, 59, 14, 6, pale(s.second, 0.2), 0.6, 0.8)
            pen.dashes([((x + 10.5, 63.4), (x + 21.5, 63.4))], WHITE, 1)


def draw_library(s: Stage) -> None:
    """Shelves full of books up to the ceiling, a reading table."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s, kind="planks")
    draw_shelves(s, 1, 4, 40, 80, 5, 3 + s.variant)
    draw_shelves(s, 88, 4, 40, 80, 5, 7 + s.variant)
    if s.variant == 1:
        draw_shelves(s, 44, 4, 41, 44, 3, 11)
    else:
        draw_window(s, 52, 12, 25, 32, s.second if s.variant == 2 else None)
    pen.dashes([((82, 22), (74, 86)), ((92, 22), (86, 86))], "#b98353", 2)
    pen.dashes([((81.4 - i * 1.4, 30 + 11 * i), (91.4 - i * 1.2, 30 + 11 * i)) for i in range(5)], "#b98353", 1.6)
    draw_table(s, 36, 62, 40, 86)
    draw_books(pen, 40, 62, 9, 9, 2)
    pen.poly([(54, 60), (62, 62), (70, 60), (70, 57), (62, 59), (54, 57)], WHITE, 0.8)


def draw_shop(s: Stage) -> None:
    """A striped awning, shelves of goods, a counter with a till."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s, kind="tiles")
    for i in range(8):
        pen.blob([(16 * i, 2), (16 * i + 16, 2), (16 * i + 16, 15), (16 * i + 8, 20), (16 * i, 15)],
                 s.main if i % 2 else "#fffaf0", 0.8)  # fmt: skip
    draw_shelves(s, 1, 24, 40, 60, 4, 1 + s.variant, "wares")
    draw_shelves(s, 88, 24, 40, 60, 4, 4 + s.variant, "wares")
    draw_window(s, 50, 24, 28, 24)
    pen.box(42, 62, 44, 24, shade(s.wood, 0.06), 1)
    pen.dashes([((50, 66), (50, 83)), ((64, 66), (64, 83)), ((78, 66), (78, 83))], shade(s.wood, 0.25), 0.9)
    pen.box(40, 58, 48, 4.4, pale(s.wood, 0.4), 1)
    pen.box(54, 48, 17, 10, "#6f7c8a", 1.5)
    pen.box(57, 43, 11, 6, "#b9e6c8", 0.6, 0.8)
    if s.variant == 0:
        draw_wares(pen, 74, 58, 12, 9, 2)
    elif s.variant == 1:
        pen.poly([(74, 52), (86, 52), (84, 58), (76, 58)], "#d9a95f", 0.8)
        pen.dots([(77, 50.6), (80, 49.6), (83, 50.6)], "#e4695f", 4)
    else:
        draw_wares(pen, 42, 58, 11, 9, 1)


def draw_restaurant(s: Stage) -> None:
    """Tables with cloths, plates and glasses, hanging lamps, a menu board, a window."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s, kind="checks")
    draw_window(s, 46, 14, 36, 30, s.second)
    for x in (20, 64, 108):
        draw_hanging_lamp(s, x, 14 if x != 64 else 9, s.main)
    pen.box(6, 26, 24, 24, "#46505c", 1, 0)
    pen.line([(6, 26), (30, 26), (30, 50), (6, 50), (6, 26)], "#c4935a", 2)
    pen.oval(18, 34, 5.4, 4, "#f4c852", 0.6)
    pen.dashes([((10, 42), (26, 42)), ((10, 46), (22, 46))], WHITE, 1.2)
    if s.variant == 1:
        draw_plant(s, 114, 80, 36)
    else:
        pen.box(94, 34, 30, 2.2, s.wood, edge=0.7)
        for i, color in enumerate(("#8fc46a", "#c26a5a", "#e8c060", "#8fc46a")):
            pen.box(97 + 7 * i, 25, 4, 9, color, 1, 0.6)
            pen.box(98 + 7 * i, 21, 2, 4.4, color, 0.4, 0.5)
    for x in (22, 106):
        for side in (-1, 1):
            cx = x + side * 19
            pen.dashes([((cx - 3, 70), (cx - 3, 86)), ((cx + 3, 70), (cx + 3, 86))], shade(s.wood, 0.4), 2)
            pen.box(cx - 5, 50, 10, 20, s.wood, 3)
            pen.box(cx - 5.6, 67, 11.2, 4, s.second, 1.5, 0.8)
        pen.dashes([((x, 66), (x, 88))], shade(s.wood, 0.5), 3)
        pen.poly(
            [(x - 16, 60), (x + 16, 60), (x + 18, 73), (x + 9, 70), (x, 74), (x - 9, 70), (x - 18, 73)], WHITE, 0.9
        )
        pen.oval(x, 60, 16, 3.4, pale(s.main, 0.75), 0.8)
        pen.oval(x - 6, 59.4, 5, 1.6, WHITE, 0.7)
        pen.poly([(x + 4, 52), (x + 9, 52), (x + 7.6, 57), (x + 5.4, 57)], "#d9f0fa", 0.6)
        pen.dashes([((x + 6.5, 57), (x + 6.5, 60))], "#9fc4d4", 0.8)
        pen.box(x - 1.2, 52, 2.4, 8, "#fff4d8", 0.6, 0.6)
        pen.dots([(x, 50.6)], "#ffc24a", 2.4)
        s.glow(x, 50, 8)


def draw_hospital(s: Stage) -> None:
    """A bed on wheels, a heart on the screen, a drip, a curtain, a cross."""
    pen = s.pen
    wall = pale(s.wall, 0.45)
    draw_walls(s, wall, pattern=False)
    pen.box(0, 52, 128, 28, pale(s.second, 0.6), edge=0)
    pen.box(0, 50.5, 128, 2, s.second, edge=0)
    draw_floor(s, pale(s.floor, 0.45), "tiles")
    draw_window(s, 46, 12, 26, 26)
    pen.box(82, 10, 16, 16, WHITE, 3)
    pen.box(88, 12.4, 4, 11.2, "#e4504e", edge=0)
    pen.box(84.4, 16, 11.2, 4, "#e4504e", edge=0)
    pen.dashes([((0, 6), (36, 6))], "#93a1ab", 1.6)
    for i in range(4):
        pen.blob(
            [(1 + 8 * i, 7), (8 + 8 * i, 7), (9 + 8 * i, 40), (7 + 8 * i, 72), (1 + 8 * i, 72)], pale(s.main, 0.5), 0.7
        )
    pen.line([(38, 84), (38, 22), (44, 22)], "#8795a0", 1.8)
    pen.box(41, 25, 7, 11, "#d3effb", 2, 0.8)
    pen.line([(44, 36), (46, 50), (56, 60)], "#9cc7dd", 0.9)
    pen.box(50, 44, 5, 42, "#b7c2ca", 2)
    pen.box(119, 56, 5, 30, "#b7c2ca", 2)
    pen.dots([(53, 87), (121, 87)], "#5f6b78", 5)
    pen.box(54, 66, 66, 11, "#dfe6ea", 1)
    pen.box(55, 58, 65, 11, WHITE, 3)
    pen.blob([(55, 51), (74, 48), (77, 60), (55, 61)], WHITE)
    pen.box(75, 55, 46, 19, pale(s.second, 0.25), 4)
    pen.dashes([((77, 60), (119, 60))], WHITE, 2)
    if s.variant != 2:
        pen.box(103, 30, 20, 17, "#4c5866", 2)
        pen.line([(105, 39), (109, 39), (111, 34), (114, 44), (116, 39), (121, 39)], "#8ff0a8", 1.3)
        pen.dashes([((113, 47), (113, 56))], "#93a1ab", 2)
    else:
        draw_clock(pen, 113, 15, 7)
        pen.box(100, 46, 22, 2.4, s.wood, edge=0.7)
        pen.box(107, 36, 9, 10, s.main, 2, 0.8)
        pen.dots([(108, 34), (112, 31), (115, 34)], "#f7a3c4", 5)


def draw_office(s: Stage) -> None:
    """A desk with a computer, a cupboard of files, a plant, a chart on the wall."""
    pen = s.pen
    draw_walls(s, pattern=False)
    draw_floor(s, kind="tiles" if s.variant else "planks")
    draw_window(s, 42, 10, 42, 28)
    pen.dashes([((42, y), (84, y)) for y in (13, 16, 19)], "#f7f7f2", 1.4)
    pen.box(4, 34, 25, 50, "#aab5c0", 1)
    for y in (37, 52, 67):
        pen.box(6.5, y, 20, 13, "#c3ccd5", 0.6, 0.8)
        pen.dashes([((13, y + 5), (20, y + 5))], "#6f7c8a", 1.6)
    draw_books(pen, 6, 34, 20, 11, 4)
    pen.box(96, 12, 26, 22, WHITE, 0.5)
    if s.variant == 1:
        pen.oval(109, 23, 8, 8, s.second, 0.7)
        pen.poly([(109, 23), (109, 15), (116, 19), (117, 25)], s.main, 0)
    else:
        for i, h in enumerate((5, 9, 7, 13)):
            pen.box(99 + 5.4 * i, 31 - h, 4, h, (s.main, s.second)[i % 2], edge=0.5)
    draw_table(s, 44, 60, 62, 86)
    pen.box(86, 63, 18, 20, shade(s.wood, 0.1), 1)
    pen.dashes([((86, 73), (104, 73))], shade(s.wood, 0.4), 0.8)
    pen.box(56, 41, 23, 15, "#4c5866", 1.4)
    pen.box(58, 43, 19, 11, "#aee0f5", 0.5, 0)
    pen.dashes([((60, 46), (70, 46)), ((60, 49), (74, 49))], WHITE, 1.2)
    pen.dashes([((67.5, 56), (67.5, 59)), ((62, 59.4), (73, 59.4))], "#4c5866", 2)
    pen.box(84, 57, 14, 3, WHITE, edge=0.7)
    pen.box(48, 53, 5, 7, s.main, 1, 0.8)
    draw_plant(s, 117, 84, 34)


def draw_hall(s: Stage) -> None:
    """A stage with red curtains and its lights, wooden floor."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s, kind="planks", skirting=False)
    for x in (3, 110):
        draw_window(s, x, 20, 15, 36)
    pen.box(24, 8, 80, 62, shade(s.main, 0.62), edge=0)
    pen.box(24, 18, 80, 44, shade(s.second, 0.3), edge=0)
    if s.variant == 0:
        pen.dots([(46, 36), (64, 28), (82, 38), (54, 48), (76, 50)], "#ffe08a", 5)
    elif s.variant == 1:
        pen.oval(64, 36, 12, 12, "#ffe9a0", 0)
        pen.blob([(36, 62), (50, 44), (62, 54), (78, 42), (92, 62)], shade(s.second, 0.5), 0)
    else:
        draw_picture(s, 52, 28, 24, 20, 0)
    pen.box(18, 62, 92, 8, pale(s.wood, 0.25), edge=0.8)
    pen.box(18, 70, 92, 14, s.wood, edge=0.9)
    pen.dashes([((x, 71), (x, 83)) for x in range(28, 108, 10)], shade(s.wood, 0.25), 0.8)
    for sign, edge in ((1, 22), (-1, 106)):
        for i in range(3):
            x = edge + sign * 6 * i
            fold = [(x, 6), (x + sign * 7, 6), (x + sign * 7, 40), (x + sign * (6 - i * 2), 68), (x, 68)]
            pen.blob(fold, s.main, 0.8)
    for i in range(6):
        x = 22 + 14 * i
        pen.blob([(x, 2), (x + 14, 2), (x + 14, 11), (x + 7, 18), (x, 11)], shade(s.main, 0.1), 0.8)
    pen.box(20, 0, 88, 5, "#e8b94a", edge=0.7)
    for x in (38, 64, 90):
        pen.poly([(x - 3, 5), (x + 3, 5), (x + 5, 11), (x - 5, 11)], "#55606c", 0.7)
        pen.poly([(x - 4, 12), (x + 4, 12), (x + 12, 62), (x - 12, 62)], "#fff3b824", 0)
        s.glow(x, 11, 8)
    pen.dots([(x, 70) for x in (46, 58, 70, 82)], "#ffe9a0", 3.6)
