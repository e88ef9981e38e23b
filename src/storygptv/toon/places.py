"""The fourteen places: backgrounds on a 128 x 128 canvas, floor or ground below y = 80, paler than people."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import numpy as np

from .palette import INK, WALLS, WHITE, mix
from .pen import Pen, Sheet
from .scene import INDOORS, PlaceLooks
from .sky import HORIZON, draw_night_lights, draw_sky, draw_weather

_NIGHT = "#1f2c6e"
_HAZE = "#ffffff22"  # pales the scenery


@lru_cache(maxsize=512)
def background(place: str, looks: PlaceLooks, time: str, weather: str, size: int) -> np.ndarray:
    """The place without anyone in it, (size,size,3) uint8; shared, so not to be written to."""
    sheet = Sheet(size)
    pen, night = sheet.pen, time == "night"
    if place in INDOORS:
        pen.box(0, 0, 128, HORIZON, WALLS[looks.wall], edge=0)
        _INDOORS[place](pen, night)
        pen.box(0, 0, 128, 128, _HAZE, edge=0)
        if night:
            pen.box(0, 0, 128, 128, _NIGHT + "2a", edge=0)
    else:
        draw_sky(pen, weather, night)
        ground = "#f4f8fc" if weather == "snow" else _GROUNDS[place]
        pen.box(0, HORIZON, 128, 48, ground, edge=0)
        snow = weather == "snow"
        _OUTDOORS[place](pen, snow)
        with pen.moved(16 if looks.tree == "left" else 112, 92):
            (_draw_palm if place == "beach" else _draw_tree)(pen, snow)
        pen.box(0, 0, 128, 128, _HAZE, edge=0)
        if night:
            pen.box(0, 0, 128, 128, _NIGHT + "5c", edge=0)
            draw_night_lights(pen, place, clear=weather == "clear")
        draw_weather(pen, weather, night)
    sheet.pixels.setflags(write=False)
    return sheet.pixels[..., :3]


def _draw_tree(pen: Pen, snow: bool) -> None:
    """The big tree, its foot at the origin."""
    pen.poly([(-5, 0), (-3.4, -34), (3.4, -34), (5, 0)], "#8f6746", 1.2)
    crown = [(-19, -40), (-20, -58), (-10, -76), (6, -78), (18, -64), (20, -46), (10, -34), (-8, -33)]
    pen.blob(crown, "#58b25c", 1.4)
    pen.blob([(x * 0.5 - 4, y * 0.6 - 26) for x, y in crown], "#7cc87c", 0)
    if snow:
        pen.blob([(-18, -56), (-10, -76), (6, -78), (18, -63), (8, -66), (0, -61), (-8, -66)], WHITE, 0)
    else:
        pen.dots([(-8, -48), (6, -44), (10, -58), (-4, -62)], "#e8524a", 3.4)


def _draw_palm(pen: Pen, snow: bool) -> None:
    del snow  # never on the beach
    pen.limb([(0, 0), (3, -24), (0, -50)], "#b08456", 7)
    for dx, dy in ((-22, 6), (-19, -12), (-4, -20), (14, -16), (22, 4)):
        pen.blob([(0, -52), (dx * 0.6, dy - 56), (dx, dy - 46), (dx * 0.5, dy * 0.4 - 48)], "#4fae5a", 1)
    pen.dots([(-3, -48), (3, -47)], "#7a4f2d", 5)


# Indoors.


def _floor(pen: Pen, color: str, planks: bool = False) -> None:
    pen.box(-2, HORIZON, 132, 50, color, edge=1)
    if planks:
        pen.dashes([((0, y), (128, y)) for y in (90, 102, 115)], mix(color, INK, 0.18), 0.9)
    else:
        rows = [((64 + (x - 64) * 0.7, HORIZON), (64 + (x - 64) * 1.4, 128)) for x in range(-16, 150, 20)]
        pen.dashes([*rows, ((0, 91), (128, 91)), ((0, 107), (128, 107))], mix(color, INK, 0.14), 0.9)
    pen.box(0, HORIZON - 3, 128, 3, WHITE, edge=0.6)


def _window(pen: Pen, x: float, y: float, night: bool, w: float = 24, h: float = 24) -> None:
    pen.box(x, y, w, h, "#27336f" if night else "#bfe7ff", edge=0)
    if night:
        pen.dots([(x + 4, y + 5), (x + w - 5, y + 16), (x + w - 9, y + 4), (x + 5, y + h - 5)], "#fff6cf", 1.6)
        pen.oval(x + w * 0.62, y + 8, 3.4, 3.4, "#fdf3c0", 0)
    else:
        pen.oval(x + w * 0.7, y + 7, 3.8, 3.8, "#ffe27a", 0)
        pen.oval(x + 7, y + h - 6, 5, 2.4, WHITE, 0)
    frame = "#fffaf0"
    pen.dashes([((x + w / 2, y), (x + w / 2, y + h)), ((x, y + h / 2), (x + w, y + h / 2))], frame, 1.6)
    for color, width in (("#8d7b68", 3.6), (frame, 2)):
        pen.line([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], color, width)


def _kitchen(pen: Pen, night: bool) -> None:
    _floor(pen, "#eadfd0")
    _window(pen, 52, 10, night)
    pen.box(3, 26, 25, 58, "#e8f0f4", 3)
    pen.dashes([((3, 46), (28, 46))], "#8fa3ad", 1)
    pen.dashes([((24, 34), (24, 41)), ((24, 52), (24, 64))], "#8fa3ad", 2)
    pen.box(30, 58, 66, 26, "#d9a873")
    pen.box(29, 55, 98, 4, "#f3efe8")
    for x in (33, 52, 74):
        pen.box(x, 62, 17, 19, "#e6bd8c", 1, 0.8)
    pen.box(96, 59, 29, 26, "#9aa5ae", 1)
    pen.box(100, 68, 21, 13, "#4c535c", 1.5, 0.7)
    pen.dots([(101, 63.5), (107, 63.5), (114, 63.5), (120, 63.5)], INK, 2.4)
    pen.box(101, 45, 14, 10, "#d9645c", 1.5)
    pen.dashes([((116, 48), (121, 48))], "#7d2f2b", 2)
    pen.poly([(98, 8), (122, 8), (126, 26), (94, 26)], "#c5ced5")
    pen.box(30, 8, 19, 22, "#e6bd8c", 1)


def _bedroom(pen: Pen, night: bool) -> None:
    _floor(pen, "#d9b48c", planks=True)
    _window(pen, 14, 14, night, 26, 26)
    pen.blob([(9, 9), (17, 9), (15, 30), (11, 46), (8, 46)], "#f2a2b8", 0.9)
    pen.blob([(45, 9), (37, 9), (39, 30), (43, 46), (46, 46)], "#f2a2b8", 0.9)
    pen.box(60, 36, 6, 54, "#a9744a", 1.5)
    pen.box(60, 66, 66, 16, "#c58f5f", 1)
    pen.box(120, 54, 6, 36, "#a9744a", 1.5)
    pen.box(66, 58, 54, 14, "#f8f4ee", 3)
    pen.blob([(66, 52), (84, 50), (86, 61), (66, 62)], WHITE)
    pen.box(82, 56, 40, 22, "#8fb8ea", 4)
    pen.dots([(90, 62), (100, 70), (110, 62), (116, 71)], "#d8e8fb", 4)
    pen.box(44, 64, 14, 20, "#b98353", 1)
    pen.dots([(51, 72)], INK, 2)
    pen.poly([(47, 56), (55, 56), (58, 64), (44, 64)], "#ffd98a")
    pen.box(84, 12, 22, 17, "#fffaf0", 0.5)
    pen.blob([(90, 26), (95, 17), (100, 26)], "#f7c04a", 0)


def _living_room(pen: Pen, night: bool) -> None:
    _floor(pen, "#d8b189", planks=True)
    _window(pen, 50, 10, night, 28, 24)
    pen.oval(64, 106, 52, 13, "#e7a5a0", 1)
    pen.oval(64, 106, 40, 9, "#f3c6bd", 0)
    pen.box(28, 46, 72, 24, "#e39a6c", 7)
    pen.box(24, 60, 80, 20, "#eeb088", 4)
    pen.box(22, 54, 12, 28, "#e39a6c", 5)
    pen.box(94, 54, 12, 28, "#e39a6c", 5)
    pen.dashes([((64, 62), (64, 70))], "#b06f48", 1)
    pen.box(40, 50, 13, 13, "#ffe08a", 2)
    pen.box(3, 46, 17, 5, "#8d6a4b", 1)
    pen.box(2, 30, 19, 16, "#4c535c", 1.5)
    pen.box(4, 32, 15, 12, "#9ad0e8", 1, 0)
    pen.box(4, 51, 15, 32, "#b98353", 1)
    pen.box(115, 32, 2.5, 50, "#8d6a4b", 0, 0.6)
    pen.poly([(111, 16), (121, 16), (126, 34), (106, 34)], "#fff0b8" if night else "#ffe08a")


def _classroom(pen: Pen, night: bool) -> None:
    _floor(pen, "#e3cda6", planks=True)
    pen.box(36, 10, 66, 38, "#3f7d63", 1, 0)
    for color, width in (("#8a6238", 4), ("#c4935a", 2.4)):
        pen.line([(36, 10), (102, 10), (102, 48), (36, 48), (36, 10)], color, width)
    pen.line([(42, 32), (46, 18), (50, 32)], WHITE, 1.6)
    pen.line([(44, 27), (48, 27)], WHITE, 1.4)
    pen.line([(56, 18), (56, 32), (62, 30), (61, 26), (56, 25), (61, 22), (60, 19), (56, 18)], WHITE, 1.6)
    pen.arc(74, 25, 6, 7, 40, 280, WHITE, 1.6)
    pen.dashes(
        [((42, 40), (92, 40)), ((86, 18), (94, 18)), ((86, 24), (96, 24)), ((86, 30), (92, 30))],
        "#d7efe2",
        1.2,
    )
    _window(pen, 6, 12, night, 20, 26)
    pen.oval(115, 18, 8, 8, WHITE)
    pen.line([(115, 13), (115, 18), (119, 20)], INK, 1.4)
    for x in (6, 48, 90):
        pen.box(x, 66, 32, 5, "#d79b58", 1)
        pen.dashes([((x + 4, 72), (x + 4, 92)), ((x + 28, 72), (x + 28, 92))], "#7c8894", 2)
        pen.box(x + 9, 60, 14, 6, "#8fb8ea", 0.6, 0.8)


def _library(pen: Pen, night: bool) -> None:
    _floor(pen, "#c99f78", planks=True)
    chance = Random(3)
    colors = ("#d9645c", "#5b9bd5", "#72b36a", "#e8b750", "#9a78c2", "#e58ab0")
    for left in (2, 88):
        pen.box(left, 6, 38, 78, "#a9744a")
        for shelf in range(4):
            y = 10 + 18.5 * shelf
            pen.box(left + 3, y, 32, 15, "#6b4629", edge=0)
            x = left + 3.5
            while x < left + 32:
                w, h = chance.choice((3, 4)), chance.uniform(9, 14)
                pen.box(x, y + 15 - h, w, h, mix(chance.choice(colors), WHITE, 0.15), 0, 0.5)
                x += w + 0.3
    _window(pen, 52, 12, night, 24, 30)
    pen.box(44, 62, 40, 4, "#c58f5f", 1)
    pen.dashes([((48, 67), (48, 84)), ((80, 67), (80, 84))], "#8d6238", 3)
    pen.poly([(56, 60), (64, 62), (72, 60), (72, 57), (64, 59), (56, 57)], WHITE, 0.8)


def _shop(pen: Pen, night: bool) -> None:
    _floor(pen, "#e4e6ea")
    for i in range(8):
        pen.blob([(16 * i, 2), (16 * i + 16, 2), (16 * i + 16, 15), (16 * i + 8, 20), (16 * i, 15)],
                 "#f08a80" if i % 2 else "#fffaf0", 0.8)  # fmt: skip
    _window(pen, 52, 24, night, 24, 22)
    colors = ("#f2c14e", "#8fc46a", "#e5776c", "#7db4e6", "#c69ae0")
    for left in (4, 84):
        for row, y in enumerate((36, 52, 68)):
            pen.box(left, y, 40, 3, "#b98353", 0, 0.8)
            for i in range(5):
                color = colors[(i + row * 2) % 5]
                if (i + row) % 2:
                    pen.box(left + 1 + 8 * i, y - 9, 6, 9, color, 1, 0.8)
                else:
                    pen.oval(left + 4 + 8 * i, y - 3.6, 3.4, 3.6, color, 0.8)
    pen.box(46, 62, 36, 24, "#d79b58", 1)
    pen.box(44, 59, 40, 4, "#f0d2a4", 1)
    pen.box(54, 48, 16, 11, "#6f7c8a", 1.5)
    pen.box(57, 44, 10, 5, "#b9e6c8", 0.6, 0.8)


# Outdoors.

_GROUNDS = {
    "park": "#a9dd8e", "beach": "#f6e2ad", "street": "#b7bac4", "forest": "#86bd7c",
    "garden": "#b2df90", "playground": "#ecd29a", "farm": "#c9dc86", "lake": "#a5d89b",
}  # fmt: skip


def _hills(pen: Pen, color: str, snow: bool) -> None:
    color = "#e6eef6" if snow else color
    pen.blob([(-30, 90), (-10, 58), (40, 58), (70, 90)], color, 0)
    pen.blob([(46, 92), (76, 62), (118, 56), (160, 90)], mix(color, WHITE, 0.2), 0)
    pen.box(0, HORIZON, 128, 12, "#f4f8fc" if snow else mix(color, "#a9dd8e", 0.6), edge=0)


def _park(pen: Pen, snow: bool) -> None:
    _hills(pen, "#8fce8a", snow)
    pen.blob([(44, 84), (84, 84), (78, 96), (104, 130), (10, 130), (56, 98)], "#f0dfba", 0)
    pen.oval(64, 74, 20, 6, "#c9d3da", 1)
    pen.oval(64, 73, 17, 4, "#8fd0f2", 0)
    pen.box(61.5, 54, 5, 18, "#c9d3da", 1)
    pen.oval(64, 54, 9, 3, "#c9d3da", 1)
    for s in (-1, 1):
        pen.line([(64, 50), (64 + 6 * s, 46), (64 + 10 * s, 58), (64 + 11 * s, 70)], "#7cc4f0", 1.5)
    for x in (27, 86):
        pen.box(x, 72, 17, 3.4, "#b9804e", 0.6, 0.8)
        pen.box(x, 64, 17, 5, "#b9804e", 0.6, 0.8)
        pen.dashes([((x + 3, 76), (x + 3, 83)), ((x + 14, 76), (x + 14, 83))], "#6f7c8a", 2)


def _beach(pen: Pen, snow: bool) -> None:
    del snow
    pen.box(0, 50, 128, 38, "#5db7e4", edge=0)
    for y in (56, 64, 72):
        pen.dashes([((x + y % 7 * 3, y), (x + y % 7 * 3 + 8, y)) for x in range(-6, 128, 22)], "#a8dcf5", 1.2)
    pen.blob([(-10, 84), (30, 80), (64, 86), (100, 80), (140, 85), (140, 90), (-10, 90)], WHITE, 0)
    pen.blob([(-20, 88), (30, 83), (64, 89), (100, 83), (150, 88), (150, 110), (-20, 110)], "#f6e2ad", 0)
    pen.poly([(80, 55), (96, 55), (93, 60), (83, 60)], "#c0714a", 0.8)
    pen.poly([(88, 33), (88, 54), (98, 54)], WHITE, 0.8)
    for x in (40,):
        pen.dashes([((x, 62), (x + 3, 94))], WHITE, 2)
        pen.blob([(x - 18, 70), (x - 10, 54), (x, 50), (x + 12, 54), (x + 17, 67), (x, 65)], "#f47c72")
        pen.blob([(x - 6, 68), (x - 4, 56), (x, 51), (x + 3, 56), (x + 6, 67)], WHITE, 0)
    pen.oval(100, 112, 3, 2, "#f4b6a6", 0.7)
    pen.dots([(18, 108), (52, 120), (78, 104), (118, 121)], "#dcc384", 2)


def _street(pen: Pen, snow: bool) -> None:
    for x, w, y, color in ((2, 46, 36, "#f3b7a4"), (78, 48, 36, "#a9c8ec")):
        pen.box(x, y, w, 46, color)
        pen.poly([(x - 3, y), (x + w / 2, y - 18), (x + w + 3, y)], WHITE if snow else "#b8685a")
        for wx in (x + 8, x + w - 16):
            pen.box(wx, y + 8, 8, 9, "#e6f4fb", 0, 1)
            pen.dashes([((wx + 4, y + 8), (wx + 4, y + 17))], "#8d7b68", 0.9)
        pen.box(x + w / 2 - 5, y + 24, 10, 22, "#8d6a4b", 1)
    pen.box(-2, HORIZON, 132, 9, "#dfe1e6" if not snow else WHITE, edge=0.8)
    pen.box(0, 89, 128, 39, "#d9dfe6" if snow else "#9b9fab", edge=0)
    pen.dashes([((x, 109), (x + 14, 109)) for x in range(4, 128, 28)], "#fff6c8", 2.4)
    pen.box(62.8, 34, 2.6, 52, "#4c535c", 0, 0.6)
    pen.box(60, 24, 8, 11, "#ffe9a3", 1.5)
    pen.poly([(58, 24), (70, 24), (64, 18)], "#4c535c", 0.8)


def _forest(pen: Pen, snow: bool) -> None:
    pen.box(0, 44, 128, 40, "#b7cfc0" if snow else "#6fae7c", edge=0)
    for i, x in enumerate((4, 24, 44, 64, 84, 104, 124)):
        top = 14 + 9 * (i % 2)
        pen.box(x - 2, 66, 4, 18, "#80603f", edge=0.8)
        for step in range(3):
            y, w = top + 17 * step, 8 + 3.4 * step
            pen.poly([(x, y), (x + w, y + 24), (x - w, y + 24)], "#3f8f63" if i % 2 else "#4fa06c", 1)
            if snow:
                pen.poly([(x, y), (x + w * 0.4, y + 9), (x, y + 7), (x - w * 0.4, y + 9)], WHITE, 0)
    for x, y in ((50, 92), (84, 122)):
        pen.box(x - 1.5, y - 4, 3, 5, "#fff4e0", 1, 0.6)
        pen.blob([(x - 5, y - 3), (x - 3, y - 9), (x + 3, y - 9), (x + 5, y - 3)], "#e5564c", 0.7)


def _garden(pen: Pen, snow: bool) -> None:
    for x in range(-4, 132, 10):
        pen.poly([(x, 82), (x, 58), (x + 4, 53), (x + 8, 58), (x + 8, 82)], "#fffaf0", 0.9)
    pen.dashes([((0, 63), (128, 63)), ((0, 74), (128, 74))], "#e8ddc8", 2)
    pen.blob([(-10, 96), (-4, 82), (60, 85), (132, 82), (138, 96)], "#b98b66", 0.8)
    petals = ("#f56fb0", "#ffd24a", "#f47c72", "#b58af0", WHITE)
    for i, x in enumerate(range(6, 128, 13)):
        y = 74 + 5 * (i % 2)
        pen.line([(x, y), (x, 91)], "#4fa05a", 1.8)
        pen.dots([(x - 3, y), (x + 3, y), (x, y - 3), (x, y + 3)], petals[i % 5], 4.6)
        pen.dots([(x, y)], "#e0952f", 3)
    if snow:
        pen.dots([(x + 4, 54) for x in range(-4, 132, 10)], WHITE, 4)


def _playground(pen: Pen, snow: bool) -> None:
    _hills(pen, "#9fd694", snow)
    pen.box(0, 86, 128, 42, "#f7f4ee" if snow else "#ecd29a", edge=0)
    pen.dashes(
        [((34, 44), (28, 88)), ((34, 44), (40, 88)), ((66, 44), (60, 88)), ((66, 44), (72, 88))],
        "#e2605a",
        2.6,
    )
    pen.dashes([((34, 44), (66, 44))], "#c94741", 3)
    for x in (42, 54):
        pen.dashes([((x, 45), (x, 72)), ((x + 7, 45), (x + 7, 72))], "#6f7c8a", 0.9)
        pen.box(x - 1, 71, 9, 2.4, "#4a72c4", 0, 0.6)
    pen.dashes([((84, 42), (84, 86)), ((92, 42), (92, 86))], "#6f7c8a", 2)
    pen.dashes([((84, y), (92, y)) for y in (50, 59, 68, 77)], "#6f7c8a", 1.6)
    pen.limb([(91, 44), (98, 52), (110, 76), (121, 84)], "#ffc94a", 7)
    pen.poly([(80, 40), (96, 40), (88, 30)], "#5aa9e6")


def _farm(pen: Pen, snow: bool) -> None:
    _hills(pen, "#b6d47c", snow)
    pen.box(40, 42, 44, 42, "#d9584e")
    pen.poly([(36, 44), (44, 28), (62, 19), (80, 28), (88, 44)], WHITE if snow else "#a84840")
    pen.box(52, 58, 20, 26, "#f4ece0", 0, 1)
    pen.dashes([((52, 58), (72, 84)), ((72, 58), (52, 84))], "#d9584e", 1.8)
    pen.box(57, 34, 10, 9, "#f4ece0", 0, 1)
    pen.box(90, 36, 14, 47, "#c9d3da", 1)
    pen.oval(97, 36, 7, 6, "#e7747a", 1)
    for x in range(2, 40, 12):
        pen.box(x, 68, 3.4, 18, "#c39a68", 0.5, 0.7)
    pen.dashes([((0, 73), (39, 73)), ((0, 80), (39, 80))], "#c39a68", 2.4)
    pen.oval(113, 82, 10, 7, "#f2cf6a")
    pen.arc(113, 82, 5, 3.4, 0, 300, "#b98f3a", 1)
    color = "#dbe5ee" if snow else "#a9c268"
    pen.dashes([((x, 96), ((x - 64) * 1.7 + 64, 128)) for x in range(0, 129, 16)], color, 1.6)


def _lake(pen: Pen, snow: bool) -> None:
    ridge = "#c3cfe0" if snow else "#9fb7d0"
    for x, y, w in ((26, 34, 34), (70, 24, 40), (110, 38, 30)):
        pen.poly([(x - w, 62), (x, y), (x + w, 62)], ridge, 1)
        pen.poly(
            [(x - w * 0.26, y + 10), (x, y), (x + w * 0.26, y + 10), (x + 3, y + 8), (x - 3, y + 11)],
            WHITE,
            0,
        )
    pen.box(0, 60, 128, 5, "#7cb98a" if not snow else WHITE, edge=0)
    pen.blob([(-20, 70), (0, 63), (64, 64), (128, 63), (150, 72), (130, 92), (64, 97), (0, 93)], "#64b8e8", 1)
    pen.dashes([((x, y), (x + 9, y)) for x, y in ((14, 71), (44, 83), (80, 70), (104, 84), (60, 90))], "#b5e0f7", 1.3)
    pen.poly([(44, 70), (70, 70), (66, 76), (48, 76)], "#b9804e", 0.9)
    pen.dashes(
        [((30, 96), (30, 82)), ((34, 97), (35, 80)), ((98, 96), (98, 82)), ((94, 97), (93, 81))],
        "#5a9a5a",
        1.8,
    )
    pen.dots([(35, 80), (30, 82), (93, 81), (98, 82)], "#8d5a34", 3.4)


_INDOORS = {
    "kitchen": _kitchen, "bedroom": _bedroom, "living room": _living_room,
    "classroom": _classroom, "library": _library, "shop": _shop,
}  # fmt: skip
_OUTDOORS = {
    "park": _park, "beach": _beach, "street": _street, "forest": _forest,
    "garden": _garden, "playground": _playground, "farm": _farm, "lake": _lake,
}  # fmt: skip
