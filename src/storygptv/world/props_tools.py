"""Tools, books and paper, money and keys, what one holds in the hand; all stand on the origin."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade
from .props_vehicles import wheel_pair

_STEEL = "#b4c0c9"
_WOOD = "#b98353"


def book(pen: Pen, c: str) -> None:
    pen.box(-8, -20, 16, 20, c, 1.4)
    pen.box(-8, -20, 3.4, 20, shade(c, 0.3), 1, 0)
    pen.box(-2, -15.6, 8, 5, "#ffe08a", 0.6, 0)
    pen.dashes([((-4.6, -1.4), (7.2, -1.4))], WHITE, 1.8)


def open_book(pen: Pen, c: str) -> None:
    """An open book seen from its covers' side, its spine at the origin."""
    pen.poly([(0, -1), (-12, -4.8), (-12, 8), (0, 12), (12, 8), (12, -4.8)], c, 1.2)
    pen.poly([(0, 0.5), (-10.4, -3.2), (-10.4, -6.4), (0, -2.6), (10.4, -6.4), (10.4, -3.2)], WHITE, 0.8)
    pen.dashes([((0, -1), (0, 12))], shade(c, 0.5), 1.4)
    pen.box(3.6, 1, 5.4, 3.4, "#ffe08a", edge=0)


def letter(pen: Pen, c: str) -> None:
    pen.box(-12, -16, 24, 16, "#fffaf0", 1)
    pen.line([(-12, -16), (0, -6.4), (12, -16)], "#8a7d70", 1.2)
    pen.oval(0, -5.6, 3.2, 3.2, c, 0.9)


def paper(pen: Pen, c: str) -> None:
    pen.poly([(-9, 0), (-8, -21), (9, -20), (9, 1)], c)
    pen.dashes([((-5, y), (5.6, y + 0.6)) for y in (-16.4, -12.4, -8.4, -4.4)], "#8a97b0", 1.1)


def newspaper(pen: Pen, c: str) -> None:
    pen.poly([(-14, 0), (-14, -18), (0, -16), (14, -18), (14, 0), (0, 2)], c)
    pen.dashes([((0, -15.4), (0, 1.4))], "#8a8f9a", 0.9)
    pen.dashes([((-11, -14), (-3, -13))], INK, 2.2)
    pen.box(3, -13, 8, 6, "#aab5c0", edge=0)
    pen.dashes(
        [((-11, y), (-3, y + 0.6)) for y in (-10, -7, -4)] + [((3, y), (11, y - 0.6)) for y in (-4, -1.4)], "#8a8f9a", 1
    )


def picture_map(pen: Pen, c: str) -> None:
    pen.poly([(-15, -1), (-15, -18), (-5, -15), (5, -18), (15, -15), (15, 2), (5, -1), (-5, 2)], c)
    pen.dashes([((-5, -15), (-5, 2)), ((5, -18), (5, -1))], shade(c, 0.2), 0.9)
    pen.dots([(-11, -6), (-7, -8), (-3, -6), (1, -9), (5, -8)], "#d9433f", 1.8)
    pen.dashes([((8, -11), (12, -7)), ((12, -11), (8, -7))], "#d9433f", 1.8)


def pencil(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=35):
        pen.box(-2.6, -21, 5.2, 17, c, 0)
        pen.poly([(-2.6, -4), (2.6, -4), (0, 2)], "#f6dcae", 0.9)
        pen.dots([(0, 1)], INK, 1.8)
        pen.box(-2.6, -24, 5.2, 3.6, "#f3a0ae", 1)


def pen_(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=35):
        pen.box(-2.6, -23, 5.2, 18, c, 2.4)
        pen.poly([(-2.2, -5), (2.2, -5), (0, 1.4)], _STEEL, 0.9)
        pen.dashes([((3.6, -22), (3.6, -14))], shade(c, 0.4), 1.4)


def paint(pen: Pen, c: str) -> None:
    """A pot of paint with a brush."""
    pen.dashes([((4, -10), (12, -26))], "#8a6238", 2.4)
    pen.box(-9, -13, 18, 13, _STEEL, 1.6)
    pen.oval(0, -13, 9, 2.8, c, 1)
    pen.blob([(-9, -13), (-4, -12), (-5, -4), (-7.4, -5)], c, 0.6)


def palette(pen: Pen, c: str) -> None:
    pen.blob([(-13, -7), (-8, -15), (4, -16), (13, -9), (10, -1), (3, -4), (-4, 1)], c)
    for x, y, color in ((-6, -10, "#e4504e"), (0, -12, "#f4c852"), (6, -10, "#4a90e2"), (7, -5, "#4fb04a")):
        pen.oval(x, y, 2.3, 2, color, 0.7)


def chalk(pen: Pen, c: str) -> None:
    with pen.moved(0, -4, turn=-25):
        pen.box(-10, -3, 20, 6, c, 2.4)
    pen.dashes([((-8, 2), (-3, 1))], "#e4e8ee", 1.6)


def scissors(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.limb([(side * -1, -8), (side * 5, -24)], _STEEL, 3)
        pen.arc(side * 5, -3.6, 4, 4, 0, 360, shade(c, 0.4), 3)
        pen.arc(side * 5, -3.6, 4, 4, 0, 360, c, 2)
    pen.dots([(0, -10)], INK, 2)


def camera(pen: Pen, c: str) -> None:
    pen.box(-5, -18, 10, 5, shade(c, 0.2), 1)
    pen.box(-13, -15, 26, 15, c, 2.4)
    pen.oval(0, -7.4, 5.4, 5.4, "#cfd8e0")
    pen.oval(0, -7.4, 3, 3, "#4f7fb0", 0.8)
    pen.dots([(9, -12)], "#ffe08a", 3)


def ticket(pen: Pen, c: str) -> None:
    with pen.moved(0, -8, turn=-12):
        pen.box(-13, -7, 26, 14, c, 1)
        pen.dashes([((6, -6), (6, -3)), ((6, -1), (6, 2)), ((6, 4), (6, 6))], shade(c, 0.35), 1.2)
        pen.dashes([((-9, -2.4), (2, -2.4)), ((-9, 2), (-2, 2))], shade(c, 0.45), 1.5)


def stamp(pen: Pen, c: str) -> None:
    pen.box(-9, -18, 18, 18, WHITE)
    pen.dots(
        [(x, y) for x in (-9, -3, 3, 9) for y in (-18, 0)] + [(x, y) for x in (-9, 9) for y in (-12, -6)], WHITE, 3
    )
    pen.box(-6, -15, 12, 12, c, 0.5, 0.7)
    pen.dots([(0, -9)], "#ffe08a", 5)


def coin(pen: Pen, c: str) -> None:
    pen.oval(4, -6, 7, 6.6, shade(c, 0.15))
    pen.oval(-2, -9, 8.4, 8.4, c)
    pen.oval(-2, -9, 5.6, 5.6, pale(c, 0.3), 0.8)
    pen.dashes([((-2, -12), (-2, -6))], shade(c, 0.45), 1.8)


def key(pen: Pen, c: str) -> None:
    with pen.moved(0, -7, turn=-20):
        for color, width in ((shade(c, 0.5), 4.6), (c, 3)):
            pen.arc(-9, 0, 5, 5, 0, 360, color, width)
            pen.line([(-4, 0), (14, 0)], color, width)
            pen.dashes([((13, 0), (13, 5)), ((8, 0), (8, 4))], color, width)


def lens(pen: Pen, c: str) -> None:
    pen.limb([(4, -8), (12, 1)], c, 4)
    pen.oval(-2, -14, 9, 9, shade(c, 0.2))
    pen.oval(-2, -14, 7, 7, "#d9f0fb", 0.7)
    pen.dashes([((-5, -14), (-1, -18))], WHITE, 1.6)


def telescope(pen: Pen, c: str) -> None:
    with pen.moved(0, -9, turn=-20):
        pen.box(-15, -3, 12, 6, shade(c, 0.15), 1)
        pen.box(-5, -4, 12, 8, c, 1)
        pen.box(6, -5.4, 11, 10.8, shade(c, 0.1), 1)
        pen.box(14.6, -6, 3, 12, "#ffe08a", 1, 0.8)


def hammer(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=25):
        pen.limb([(0, -18), (0, 3)], c, 4)
        pen.box(-9, -24, 17, 7.4, _STEEL, 1.6)


def axe(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=20):
        pen.limb([(0, -28), (0, 3)], c, 3.6)
        pen.blob([(-2, -28), (7, -30), (12, -26), (11, -18), (2, -20)], _STEEL)


def saw(pen: Pen, c: str) -> None:
    pen.poly([(-6, -9), (16, -12), (16, -6), (13, -4), (10, -6), (7, -3.6), (4, -5.4), (1, -3), (-6, -3)], _STEEL)
    pen.box(-15, -11, 11, 10, c, 3)


def spade(pen: Pen, c: str) -> None:
    pen.limb([(0, -34), (0, -12)], _WOOD, 3.4)
    pen.limb([(-5, -35), (5, -35)], c, 3.8)
    pen.blob([(-7, -14), (7, -14), (6.4, -3), (0, 2), (-6.4, -3)], c)


def rake(pen: Pen, c: str) -> None:
    pen.limb([(0, -44), (0, -8)], _WOOD, 3)
    pen.dashes([((-9, -7), (9, -7)), *(((x, -7), (x, 0)) for x in (-9, -4.5, 0, 4.5, 9))], shade(c, 0.3), 2)


def stick(pen: Pen, c: str) -> None:
    pen.limb([(-13, -2), (0, -6), (14, -11)], c, 4)
    pen.limb([(3, -7), (8, -14)], c, 3)


def rope(pen: Pen, c: str) -> None:
    for y in (-3.4, -7.4, -11.4):
        pen.oval(0, y, 12, 4, c)
        pen.oval(0, y - 0.6, 6.6, 1.8, shade(c, 0.4), 0)
    pen.dashes([((x, y + 2), (x + 2, y)) for y in (-2, -6, -10) for x in (-9, -4, 1, 6)], shade(c, 0.3), 0.9)
    pen.line([(11, -3), (17, -1), (20, -3)], shade(c, 0.4), 3)
    pen.line([(11, -3), (17, -1), (20, -3)], c, 1.9)


def wool(pen: Pen, c: str) -> None:
    pen.line([(6, -1), (14, 1), (19, -2)], c, 1.5)
    pen.oval(0, -9, 9.4, 9, c)
    for start, r in ((190, 7), (200, 4.4), (20, 6.4)):
        pen.arc(0, -9, r, r * 0.7, start, 130, shade(c, 0.3), 1.1)
    pen.dashes([((-12, -22), (4, -8)), ((10, -23), (-2, -8))], "#8a6238", 1.8)


def net(pen: Pen, c: str) -> None:
    pen.limb([(6, -16), (17, 4)], _WOOD, 3)
    pen.blob([(-15, -25), (7, -21), (2, -8), (-8, -3), (-14, -12)], c + "b0", 0.8)
    pen.dashes(
        [((-12, -20), (3, -8)), ((-13, -13), (-3, -5)), ((-4, -23), (-10, -6)), ((3, -21), (-4, -5))], "#8f98a6", 0.8
    )
    pen.arc(-4, -23, 11, 4, 0, 360, INK, 1.8)


def fishing_rod(pen: Pen, c: str) -> None:
    pen.line([(-12, 0), (14, -40)], shade(c, 0.5), 3)
    pen.line([(-12, 0), (14, -40)], c, 1.8)
    pen.limb([(-12, 0), (-8, -6)], "#5b3a21", 4)
    pen.line([(14, -40), (19, -28), (19, -10)], INK, 0.9)
    pen.oval(19, -9, 2.8, 3.2, "#e4504e", 0.8)
    pen.dots([(-4.6, -9)], INK, 4)


def oar(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=15):
        pen.limb([(0, -38), (0, -8)], c, 3)
        pen.blob([(-3.4, -12), (3.4, -12), (5, -2), (0, 4), (-5, -2)], c)


def wheelchair(pen: Pen, c: str) -> None:
    pen.line([(-12, -38), (-12, -20), (12, -20), (14, -4), (19, -4)], INK, 2.6)
    pen.box(-15, -36, 6, 20, c, 2.4)
    pen.box(-14, -23, 26, 5, c, 2)
    pen.dashes([((-12, -37), (-18, -38))], INK, 3)
    pen.arc(-4, -13, 12.4, 12.4, 0, 360, INK, 3)
    pen.dashes([((-16, -13), (8, -13)), ((-4, -25), (-4, -1))], "#8f98a6", 0.9)
    wheel_pair(pen, (13,), -4, 4)


def pushchair(pen: Pen, c: str) -> None:
    pen.line([(-20, -34), (-8, -24), (10, -8)], INK, 2.4)
    pen.blob([(-12, -24), (14, -24), (10, -9), (-8, -9)], c)
    pen.blob([(0, -24), (2, -38), (14, -36), (17, -24)], shade(c, 0.1))
    wheel_pair(pen, (-9, 10), -5, 5)


def wheelbarrow(pen: Pen, c: str) -> None:
    pen.line([(-27, -15), (-4, -9), (16, -5)], _WOOD, 2.8)
    pen.poly([(-14, -21), (19, -21), (11, -8), (-7, -8)], c)
    pen.dashes([((-8, -8), (-10, 0))], INK, 2.4)
    wheel_pair(pen, (16,), -5, 5.4)


def cart(pen: Pen, c: str) -> None:
    pen.line([(22, -14), (40, -20)], _WOOD, 2.8)
    pen.box(-24, -26, 48, 15, c, 1)
    pen.dashes([((-24, -19), (24, -19))], shade(c, 0.3), 1)
    for x in (-13, 13):
        for color, width in ((shade(_WOOD, 0.5), 4), (_WOOD, 2.6)):
            pen.arc(x, -9, 8, 8, 0, 360, color, width)
        pen.dashes([((x - 7, -9), (x + 7, -9)), ((x, -16), (x, -2))], _WOOD, 1.4)


def trolley(pen: Pen, c: str) -> None:
    pen.line([(-22, -36), (-15, -34), (-9, -8), (14, -8)], "#6f7c8a", 2.4)
    pen.poly([(-15, -32), (20, -29), (15, -14), (-10, -14)], "#dfe7ee")
    pen.dashes(
        [((x, -30), (x * 0.8, -14)) for x in (-8, -2, 4, 10, 16)]
        + [((-13, -24), (18, -23)), ((-12, -19), (16, -18.6))],
        "#8f98a6",
        0.9,
    )
    pen.dashes([((-23, -36), (-17, -35))], c, 4)
    wheel_pair(pen, (-7, 12), -3.6, 3.6)


def hose(pen: Pen, c: str) -> None:
    for rx, ry, y in ((13, 5, -4), (13, 5, -8)):
        pen.arc(0, y, rx, ry, 0, 360, shade(c, 0.45), 4.4)
        pen.arc(0, y, rx, ry, 0, 360, c, 3)
    pen.limb([(12, -9), (18, -18)], c, 4)
    pen.poly([(16, -17), (20, -20), (23, -24), (18, -25)], "#e8b94a", 0.9)
    pen.dots([(24, -29), (28, -27), (27, -32)], "#6fb8ee", 2.6)


def watering_can(pen: Pen, c: str) -> None:
    pen.arc(-10, -9, 6, 7, 90, 200, shade(c, 0.4), 2.8)
    pen.poly([(7, -7), (18, -19), (20, -17), (8, -1)], c)
    pen.poly([(15, -21), (22, -14), (23, -21)], pale(c, 0.3), 0.9)
    pen.box(-9, -15, 17, 15, c, 2)
    pen.arc(0, -15, 6, 5, 180, 180, shade(c, 0.4), 2)


def plaster(pen: Pen, c: str) -> None:
    with pen.moved(0, -8, turn=-25):
        pen.box(-13, -5, 26, 10, c, 5)
        pen.box(-4.6, -5, 9.2, 10, pale(c, 0.45), 0, 0.7)
        pen.dots([(-1.8, -1.6), (1.8, -1.6), (-1.8, 1.8), (1.8, 1.8)], shade(c, 0.35), 1.2)


def bandage(pen: Pen, c: str) -> None:
    pen.box(-8, -16, 16, 16, c, 2.4)
    pen.oval(0, -16, 8, 2.6, pale(c, 0.4), 0.9)
    pen.dashes([((-7, y), (7, y + 1.6)) for y in (-11, -7, -3)], shade(c, 0.15), 1)
    pen.poly([(8, -3), (18, -1), (17, 2), (6, 0)], c, 0.8)


def medicine(pen: Pen, c: str) -> None:
    pen.box(-7, -15, 14, 15, c, 2)
    pen.box(-4.6, -20, 9.2, 5.6, WHITE, 1)
    pen.box(-5, -11, 10, 8, WHITE, 0.6, 0)
    pen.dashes([((0, -9.6), (0, -4.4)), ((-2.6, -7), (2.6, -7))], "#e4504e", 1.8)


def sword(pen: Pen, c: str) -> None:
    with pen.moved(0, -2, turn=30):
        pen.poly([(-2.6, -8), (-2.6, -29), (0, -34), (2.6, -29), (2.6, -8)], "#d5dfe8")
        pen.dashes([((0, -10), (0, -29))], "#aab8c4", 0.9)
        pen.limb([(-8, -7), (8, -7)], c, 3.6)
        pen.limb([(0, -5), (0, 2)], "#8a4f2a", 3.6)
        pen.dots([(0, 3.4)], c, 4.4)


def shield(pen: Pen, c: str) -> None:
    pen.blob([(-14, -25), (0, -24), (14, -25), (14, -10), (0, 4), (-14, -10)], "#dfe6ec")
    pen.blob([(-11, -23), (0, -22), (11, -23), (11, -11), (0, 0), (-11, -11)], c, 0.7)
    pen.dashes([((0, -20), (0, -4)), ((-9, -14), (9, -14))], "#ffe08a", 3)


def spear(pen: Pen, c: str) -> None:
    pen.limb([(0, -44), (0, 0)], _WOOD, 3)
    pen.poly([(-4, -43), (0, -55), (4, -43)], c)


def flag(pen: Pen, c: str) -> None:
    pen.limb([(-10, -40), (-10, 0)], _WOOD, 2.8)
    pen.blob([(-9, -40), (0, -37), (14, -41), (14, -26), (0, -23), (-9, -26)], c)


def magnet(pen: Pen, c: str) -> None:
    pen.arc(0, -11, 7, 7, 180, 180, shade(c, 0.4), 6.6)
    pen.arc(0, -11, 7, 7, 180, 180, c, 5)
    for x in (-9.5, 4.5):
        pen.box(x, -11, 5, 7, c, 0, 0.8)
        pen.box(x, -5, 5, 5, _STEEL, 0, 0.8)


def wheel(pen: Pen, c: str) -> None:
    pen.oval(0, -11, 11, 11, "#3f4450")
    pen.oval(0, -11, 6.4, 6.4, c, 0.8)
    pen.dashes([((-6, -11), (6, -11)), ((0, -17), (0, -5))], "#6f7c8a", 1.2)


def bulb(pen: Pen, c: str) -> None:
    pen.oval(0, -14, 12, 12, "#fff3a055", 0)
    pen.blob([(-4, -6), (-9, -14), (-6, -21), (6, -21), (9, -14), (4, -6)], c)
    pen.box(-4, -7, 8, 7, _STEEL, 1)
    pen.line([(-3, -9), (-1.4, -14), (0, -11), (1.4, -14), (3, -9)], "#e8973a", 0.9)


def robot(pen: Pen, c: str) -> None:
    pen.dashes([((0, -30), (0, -35))], INK, 1.4)
    pen.dots([(0, -36)], "#e4504e", 3.6)
    pen.box(-8, -30, 16, 12, c, 2)
    pen.box(-9, -17, 18, 13, shade(c, 0.08), 2)
    pen.dots([(-3, -24.6), (3, -24.6)], "#ffe08a", 3.4)
    pen.dashes(
        [((-4, -4), (-4, 0)), ((4, -4), (4, 0)), ((-11, -14), (-11, -7)), ((11, -14), (11, -7))], shade(c, 0.4), 3
    )
    pen.dashes([((-3.4, -20.6), (3.4, -20.6))], INK, 1.2)
