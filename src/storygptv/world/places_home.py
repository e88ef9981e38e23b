"""Rooms of a home: kitchen, bedroom, living room, bathroom, any other room."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE

from .place_looks import Stage, pale, shade
from .scenery import (
    draw_clock,
    draw_door,
    draw_floor,
    draw_hanging_lamp,
    draw_picture,
    draw_plant,
    draw_rug,
    draw_shelves,
    draw_table,
    draw_walls,
    draw_window,
)


def draw_kitchen(s: Stage) -> None:
    """Fridge, sink under the window, cupboards, stove with a pot under its hood."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s, kind="checks" if s.variant == 0 else "tiles")
    pen.box(30, 40, 98, 15, pale(s.wall, 0.6), edge=0)
    pen.dashes([*(((x, 40), (x, 55)) for x in range(36, 128, 8)), ((30, 47.5), (128, 47.5))], shade(s.wall, 0.1), 0.6)
    draw_window(s, 50, 12, 26, 25, s.second)
    fridge = ("#e8f0f4", pale(s.second, 0.35), "#f6efdf")[s.variant]
    pen.box(3, 20, 26, 64, fridge, 4)
    pen.dashes([((3, 40), (29, 40))], shade(fridge, 0.3), 1)
    pen.dashes([((25, 28), (25, 35)), ((25, 46), (25, 60))], shade(fridge, 0.4), 2)
    pen.box(9, 48, 7, 8, WHITE, edge=0.6)
    pen.dots([(12.5, 48)], s.main, 2.4)
    pen.box(31, 58, 66, 25, s.wood)
    pen.box(30, 54.5, 98, 4.5, "#f3efe8", 0.6)
    for x in (34, 54, 75):
        pen.box(x, 62, 18, 18, pale(s.wood, 0.22), 1, 0.8)
        pen.dots([(x + 15, 66)], shade(s.wood, 0.4), 1.8)
    pen.line([(62, 54), (62, 47), (68, 47), (68, 50)], "#8795a0", 1.8)
    pen.box(55, 54, 18, 2, "#b7c2ca", 0.6, 0.6)
    pen.box(97, 57, 29, 27, "#a5b0b9", 1)
    pen.box(101, 67, 21, 14, "#4c535c", 1.5, 0.7)
    pen.box(103, 69, 17, 9, "#f2a65a" if s.night else "#6b737d", 1, 0)
    pen.dots([(102, 62.5), (108, 62.5), (114, 62.5), (120, 62.5)], INK, 2.4)
    pen.box(101, 44, 15, 11, s.main, 1.8)
    pen.dashes([((117, 47.5), (123, 47.5))], shade(s.main, 0.5), 2)
    pen.oval(108.5, 44, 8, 1.8, pale(s.main, 0.3), 0.8)
    pen.poly([(101, 4), (119, 4), (126, 22), (94, 22)], "#c5ced5")
    pen.box(31, 6, 16, 24, pale(s.wood, 0.22), 1)
    pen.dots([(44, 20)], shade(s.wood, 0.4), 1.8)
    if s.variant == 1:
        pen.dashes([((80, 12), (92, 12))], shade(s.wood, 0.5), 1.4)
        for x in (82, 87, 92):
            pen.dashes([((x - 1, 12), (x - 1, 22))], "#8795a0", 1.4)
            pen.oval(x - 1, 24, 2.2, 2.8, "#b7c2ca", 0.6)
    elif s.variant == 2:
        pen.box(79, 20, 16, 2, s.wood, edge=0.7)
        pen.dots([(82, 16.5), (87, 16.5), (92, 16.5)], s.main, 5)
    else:
        draw_clock(pen, 86, 18, 6)


def draw_bedroom(s: Stage) -> None:
    """A bed with pillow and blanket, a lamp on the night table, a window with curtains."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s)
    draw_rug(s, 106, 44, s.second)
    draw_window(s, 10, 12, 27, 27, s.second)
    pen.box(58, 34, 7, 56, s.wood, 2)
    pen.box(62, 68, 64, 15, shade(s.wood, 0.08), 1)
    pen.box(120, 52, 7, 38, s.wood, 2)
    pen.box(65, 58, 56, 14, "#f8f4ee", 3)
    pen.blob([(65, 52), (84, 49), (87, 61), (65, 63)], WHITE)
    pen.box(82, 54, 40, 25, s.main, 4)
    spots = [(89, 61), (99, 70), (109, 61), (116, 70)]
    if s.variant == 0:
        pen.dots(spots, pale(s.main, 0.65), 4.4)
    elif s.variant == 1:
        for y in (60, 67, 74):
            pen.dashes([((84, y), (120, y))], pale(s.main, 0.55), 2)
    else:
        pen.dots(spots, WHITE, 2)
        pen.box(82, 54, 40, 6, pale(s.main, 0.6), 3, 0.6)
    pen.box(42, 62, 14, 22, s.wood, 1)
    pen.dashes([((42, 72), (56, 72))], shade(s.wood, 0.4), 0.8)
    pen.dots([(49, 67), (49, 77)], shade(s.wood, 0.5), 1.8)
    pen.dashes([((49, 55), (49, 62))], shade(s.wood, 0.5), 1.8)
    pen.poly([(46, 46), (52, 46), (56, 56), (42, 56)], "#ffe08a")
    s.glow(49, 53, 18)
    if s.variant == 0:
        draw_picture(s, 82, 12, 22, 18, 0)
    elif s.variant == 1:
        pen.box(78, 32, 44, 2.4, s.wood, edge=0.7)
        draw_toys(s, 82, 32)
        pen.dots([(84, 10), (96, 6), (108, 11), (118, 7)], "#ffe9a0", 4)
    else:
        draw_picture(s, 78, 16, 14, 16, 1)
        draw_picture(s, 98, 12, 20, 15, 2)
    if s.variant != 1:
        pen.oval(6, 76, 9, 9, pale(s.second, 0.2))
    else:
        pen.box(1, 62, 24, 21, pale(s.wood, 0.3), 1)
        pen.dots([(13, 70)], s.main, 6)


def draw_toys(s: Stage, x: float, y: float) -> None:
    """Draw blocks, a ball and a rocket in a row that stands on y."""
    pen = s.pen
    pen.box(x, y - 7, 7, 7, "#f4c852", edge=0.8)
    pen.box(x + 7.5, y - 7, 7, 7, "#6fb878", edge=0.8)
    pen.box(x + 3.6, y - 14, 7, 7, "#e4695f", edge=0.8)
    pen.oval(x + 21, y - 4.4, 4.4, 4.4, "#6b98e0", 0.8)
    pen.blob([(x + 30, y), (x + 29, y - 8), (x + 32.5, y - 16), (x + 36, y - 8), (x + 35, y)], "#f6f2ea", 0.8)
    pen.dots([(x + 32.5, y - 8)], "#6b98e0", 3)


def draw_living_room(s: Stage) -> None:
    """A sofa with cushions under pictures, a standing lamp, a television or a fireplace."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s)
    draw_rug(s, 106, 50, s.second)
    draw_window(s, 50, 9, 28, 25, s.second)
    dark = shade(s.main, 0.08)
    pen.box(32, 44, 68, 26, dark, 7)
    pen.box(28, 60, 76, 20, s.main, 4)
    pen.box(26, 54, 12, 28, dark, 5)
    pen.box(94, 54, 12, 28, dark, 5)
    pen.dashes([((66, 62), (66, 70))], shade(s.main, 0.35), 1)
    pen.box(41, 49, 13, 13, pale(s.second, 0.3), 2.5)
    pen.box(80, 49, 13, 13, "#ffe8a8", 2.5)
    pen.box(115, 30, 2.5, 52, "#8d6a4b", 0, 0.6)
    pen.oval(116, 82, 7, 2, "#8d6a4b", 0.6)
    pen.poly([(111, 14), (121, 14), (126, 32), (106, 32)], "#fff0b8" if s.night else "#ffe08a")
    s.glow(116, 26, 20)
    if s.variant == 0:  # a television
        pen.box(2, 33, 20, 16, "#4c535c", 1.5)
        pen.box(4, 35, 16, 12, "#9ad0e8", 1, 0)
        pen.box(9, 49, 6, 3, "#4c535c", edge=0)
        pen.box(1, 52, 22, 31, s.wood, 1)
        pen.dashes([((1, 67), (23, 67))], shade(s.wood, 0.4), 0.8)
        draw_picture(s, 84, 12, 16, 18, 1)
    elif s.variant == 1:  # a fireplace
        pen.box(0, 40, 25, 44, "#c98d76", 0.5)
        pen.dashes([((0, y), (25, y)) for y in (48, 56, 64, 72)], "#a86e5a", 0.7)
        pen.box(5, 58, 15, 26, "#4a3b3b", 2, 0.7)
        pen.box(-1, 37, 28, 4, s.wood, 0.5)
        draw_clock(pen, 12, 29, 6)
        s.glow(12, 76, 18)
        s.bright(lambda: _draw_hearth(s))
        draw_picture(s, 86, 14, 16, 13, 0)
    else:  # books
        draw_shelves(s, 1, 18, 23, 66, 4, 5)
        draw_picture(s, 84, 14, 17, 15, 2)


def _draw_hearth(s: Stage) -> None:
    s.pen.blob([(7, 82), (8, 70), (11, 74), (13, 64), (16, 73), (18, 71), (18, 82)], "#f6923c", 0)
    s.pen.blob([(10, 82), (12, 73), (15, 82)], "#ffd95e", 0)


def draw_bathroom(s: Stage) -> None:
    """A tub full of foam, a basin under a mirror, a towel, tiles."""
    pen = s.pen
    draw_walls(s, pattern=False)
    tile = pale(s.wall, 0.45)
    pen.box(0, 30, 128, 50, tile, edge=0)
    lines = [*(((x, 30), (x, 80)) for x in range(0, 130, 10)), *(((0, y), (128, y)) for y in range(40, 80, 10))]
    pen.dashes(lines, shade(s.wall, 0.08), 0.7)
    pen.box(-1, 28, 130, 3, s.second, edge=0.6)
    draw_floor(s, pale(s.floor, 0.3), "checks")
    draw_window(s, 78, 7, 22, 19, ground=False)
    pen.box(8, 12, 26, 34, "#cfe9f7", 12 if s.variant == 0 else 3, 1.6)
    pen.dashes([((14, 32), (24, 18)), ((21, 34), (28, 24))], WHITE, 1.6)
    pen.box(7, 56, 28, 5, WHITE, 2)
    pen.blob([(8, 60), (34, 60), (30, 70), (12, 70)], WHITE)
    pen.box(17, 70, 8, 14, "#eef2f5", 1)
    pen.line([(21, 56), (21, 50), (25, 50), (25, 53)], "#93a1ab", 1.8)
    pen.box(28, 48, 4.4, 8, s.main, 1, 0.7)
    pen.dashes([((29, 48), (28, 42)), ((31, 48), (33, 43))], s.second, 1.4)
    pen.line([(118, 58), (118, 26), (108, 26)], "#93a1ab", 2)
    pen.poly([(104, 27), (112, 27), (114, 31), (102, 31)], "#b7c2ca", 0.8)
    pen.box(50, 56, 74, 5, WHITE, 2.4)
    pen.blob([(52, 60), (122, 60), (118, 84), (56, 84), (53, 74)], "#fbfdfe")
    pen.dots([(62, 85), (112, 85)], "#c9a24e", 5)
    foam = [(58, 55, 6), (67, 52, 7), (78, 54, 6.4), (88, 51, 6), (98, 54, 5.4), (108, 55, 5)]
    for x, y, r in foam:
        pen.oval(x, y, r, r * 0.86, "#eef8ff", 0.7)
    pen.box(56, 58, 62, 3, WHITE, 1.4, 0)
    pen.dots([(64, 40), (74, 36), (88, 42)], "#ffffffc0", 4)
    pen.oval(110, 49, 5, 4, "#ffd84a", 0.8)
    pen.oval(113, 45, 3, 3, "#ffd84a", 0.8)
    pen.poly([(115.6, 45), (119, 46), (115.6, 47)], "#f28b2d", 0.4)
    pen.dashes([((42, 34), (56, 34))], "#93a1ab", 1.8)
    pen.box(43, 34, 11, 20, s.main, 1, 0.8)
    pen.dashes([((43, 49), (54, 49))], pale(s.main, 0.6), 2)


def draw_room(s: Stage) -> None:
    """A plain room with a door, coats on hooks, a chest or a work table."""
    pen = s.pen
    draw_walls(s)
    draw_floor(s)
    draw_rug(s, 106, 42, s.main)
    draw_door(s, 8, 24, 26)
    draw_window(s, 52, 14, 28, 26, s.main)
    draw_hanging_lamp(s, 44, 12)
    if s.variant == 0:  # coats and a bench
        pen.box(90, 26, 34, 3, s.wood, edge=0.7)
        for x, color in ((95, s.main), (106, "#f0c35a"), (117, s.second)):
            for side in (-1, 1):
                pen.poly(
                    [(x + side * 2, 30), (x + side * 5.6, 34), (x + side * 6, 47), (x + side * 3.4, 47)],
                    shade(color, 0.1),
                    0.8,
                )
            pen.poly([(x - 3, 30), (x + 3, 30), (x + 5, 54), (x - 5, 54)], color, 0.8)
            pen.dashes([((x, 33), (x, 53))], shade(color, 0.3), 0.8)
            pen.dots([(x, 29)], INK, 1.8)
        pen.box(90, 68, 35, 4, s.wood, 0.6)
        pen.dashes([((94, 73), (94, 83)), ((121, 73), (121, 83))], shade(s.wood, 0.4), 2.6)
        pen.blob([(100, 67), (108, 64), (110, 68)], s.second, 0.7)
    elif s.variant == 1:  # a chest of drawers with a plant
        pen.box(92, 52, 33, 31, s.wood, 1)
        for y in (55, 65, 74):
            pen.box(95, y, 27, 7.4, pale(s.wood, 0.2), 0.8, 0.7)
            pen.dots([(108.5, y + 3.6)], shade(s.wood, 0.5), 2)
        draw_plant(s, 102, 52, 20)
        draw_picture(s, 108, 20, 15, 18, 1)
    else:  # a table with a chair
        draw_table(s, 84, 58, 42, 84)
        pen.box(98, 48, 9, 10, pale(s.second, 0.3), 2, 0.8)
        pen.dots([(100, 44), (105, 43), (103, 39)], "#f47c72", 5)
        draw_picture(s, 94, 14, 22, 16, 2)
