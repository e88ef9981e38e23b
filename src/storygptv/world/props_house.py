"""Furniture and things of the house: small ones about 18 units, furniture up to 80; all stand on the origin."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade

_STEEL = "#b4c0c9"


def lamp(pen: Pen, c: str) -> None:
    pen.oval(0, -16, 15, 14, "#fff3a055", 0)
    pen.box(-1.4, -13, 2.8, 12, "#8a6d3b", 0, 0.7)
    pen.box(-7, -3, 14, 3, "#8a6d3b", 1.4)
    pen.poly([(-5, -26), (5, -26), (10, -12), (-10, -12)], c)


def lantern(pen: Pen, c: str) -> None:
    pen.oval(0, -11, 15, 15, "#fff3a055", 0)
    pen.arc(0, -20, 5, 5, 180, 180, INK, 1.6)
    pen.poly([(-7, -18), (7, -18), (4, -22), (-4, -22)], c)
    pen.box(-6.4, -18, 12.8, 14, "#fff2b0", 1)
    pen.blob([(-2.6, -6), (0, -15), (2.6, -6)], "#ff9d1e", 0)
    pen.dashes([((-6.4, -18), (-6.4, -4)), ((6.4, -18), (6.4, -4))], c, 1.8)
    pen.box(-8, -4, 16, 4, c, 1)


def candle(pen: Pen, c: str) -> None:
    pen.oval(0, -20, 8, 8, "#fff3a066", 0)
    pen.oval(0, -1.6, 9, 2.8, "#d9a441", 1)
    pen.box(-3.4, -15, 6.8, 13, c, 1)
    pen.dashes([((0, -15), (0, -17))], INK, 1)
    pen.blob([(-3, -17), (0, -25), (3, -17), (0, -15)], "#ff9d1e", 0.7)
    pen.oval(0, -18, 1.3, 2, "#ffe66a", 0)


def torch(pen: Pen, c: str) -> None:
    pen.poly([(2, -8), (9, -16), (22, -20), (14, -2)], "#fff3a088", 0)
    with pen.moved(0, -6, turn=-35):
        pen.box(-11, -3, 15, 6, c, 1.6)
        pen.poly([(4, -3), (9, -5.6), (9, 5.6), (4, 3)], shade(c, 0.1))
        pen.box(8.4, -5.6, 2.6, 11.2, "#fff6c0", 1, 0.8)
        pen.box(-5, -4, 4, 2, "#ffe08a", 0.6, 0.6)


def clock(pen: Pen, c: str) -> None:
    pen.dashes([((-5, -2), (-7, 1)), ((5, -2), (7, 1))], shade(c, 0.3), 2.6)
    for x in (-6, 6):
        pen.oval(x, -19.6, 3.6, 3, "#e8b94a")
    pen.oval(0, -10, 10, 10, c)
    pen.oval(0, -10, 7.4, 7.4, WHITE, 0.7)
    pen.line([(0, -15), (0, -10), (3.6, -8)], INK, 1.5)


def picture(pen: Pen, c: str) -> None:
    pen.box(-13, -22, 26, 22, c, 1)
    pen.box(-10, -19, 20, 16, "#cfeafc", 0.4, 0.8)
    pen.poly([(-10, -3), (-3, -13), (3, -3)], "#6fb878", 0)
    pen.poly([(-1, -3), (5, -10), (10, -3)], "#4f9a6a", 0)
    pen.dots([(6, -15)], "#ffd24a", 4)


def cup(pen: Pen, c: str) -> None:
    pen.arc(8, -7, 4.4, 4.4, 270, 180, shade(c, 0.4), 2.8)
    pen.blob([(-8, -13), (8, -13), (7.4, -4), (5, 0), (-5, 0), (-7.4, -4)], c)
    pen.oval(0, -12, 7.6, 2.2, pale(c, 0.5), 0.8)
    for x in (-2.6, 2.4):
        pen.line([(x, -15), (x + 1.6, -17.4), (x, -20), (x + 1.6, -22)], "#cfd8e0", 1.2)


def glass(pen: Pen, c: str) -> None:
    pen.poly([(-7, -17), (7, -17), (5.4, 0), (-5.4, 0)], "#e6f5fc")
    pen.poly([(-6.2, -11), (6.2, -11), (5, -0.8), (-5, -0.8)], c, 0)


def plate(pen: Pen, c: str) -> None:
    pen.oval(0, -5, 15, 5, c)
    pen.oval(0, -5.6, 9.6, 2.8, shade(c, 0.08), 0.7)


def bowl(pen: Pen, c: str) -> None:
    pen.blob([(-14, -11), (14, -11), (9, 0.6), (-9, 0.6)], c)
    pen.oval(0, -10.4, 13, 3.6, pale(c, 0.45), 1)
    pen.dashes([((-9, -4.6), (9, -4.6))], pale(c, 0.5), 1.6)


def spoon(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=30):
        pen.limb([(0, -14), (0, 1)], c, 3)
        pen.oval(0, -19, 4.6, 6, c)
        pen.oval(0, -19, 2.6, 3.8, pale(c, 0.4), 0)


def fork(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=25):
        pen.limb([(0, -14), (0, 1)], c, 3)
        pen.box(-4.4, -17, 8.8, 4, c, 1.6, 0.8)
        pen.dashes([((x, -16), (x, -23)) for x in (-3.4, 0, 3.4)], shade(c, 0.4), 2.2)
        pen.dashes([((x, -16), (x, -23)) for x in (-3.4, 0, 3.4)], c, 1.2)


def knife(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=25):
        pen.blob([(-2.4, -8), (-2.4, -22), (1, -24), (3, -20), (2.6, -8)], _STEEL)
        pen.box(-2.6, -9, 5.4, 10, c, 1.6)


def pot(pen: Pen, c: str) -> None:
    pen.dashes([((-15, -10), (-11, -10)), ((11, -10), (15, -10))], INK, 2.8)
    pen.box(-12, -14, 24, 14, c, 3)
    pen.blob([(-13, -14), (-8, -18), (8, -18), (13, -14)], pale(c, 0.25))
    pen.dots([(0, -19)], INK, 3.6)


def pan(pen: Pen, c: str) -> None:
    pen.limb([(10, -5), (23, -8)], "#8a6238", 3.8)
    pen.blob([(-13, -8), (12, -8), (8, 0), (-9, 0)], c)
    pen.oval(-0.6, -7.6, 12, 2.6, shade(c, 0.3), 0.8)


def kettle(pen: Pen, c: str) -> None:
    pen.arc(0, -15, 7, 7, 180, 180, INK, 2.2)
    pen.poly([(9, -10), (17, -15), (17, -12), (9, -4)], c)
    pen.blob([(-11, 0), (-11, -9), (-5, -15), (5, -15), (11, -9), (11, 0)], c)
    pen.dots([(0, -16)], INK, 3)
    pen.oval(-4, -9, 1.6, 3, "#ffffff80", 0)


def teapot(pen: Pen, c: str) -> None:
    pen.arc(-11, -9, 5, 5, 60, 240, shade(c, 0.4), 2.6)
    pen.poly([(8, -7), (17, -15), (18.4, -13), (9, -2)], c)
    pen.blob([(-10, 0), (-12, -8), (-6, -15), (6, -15), (12, -8), (10, 0)], c)
    pen.oval(0, -14.4, 6, 2, pale(c, 0.3), 0.8)
    pen.dots([(0, -17)], shade(c, 0.3), 3.4)
    pen.dots([(-3, -7), (3, -7), (0, -4.4)], pale(c, 0.6), 2.4)


def bottle(pen: Pen, c: str) -> None:
    pen.blob([(-5.4, 0), (-6, -12), (-2.6, -17), (-2.6, -22), (2.6, -22), (2.6, -17), (6, -12), (5.4, 0)], c)
    pen.box(-3, -24, 6, 3.4, "#c79a63", 0.8)
    pen.box(-5, -11, 10, 6, "#fff6e0", 0.5, 0.6)


def jug(pen: Pen, c: str) -> None:
    pen.arc(9, -10, 5, 6, 270, 180, shade(c, 0.4), 2.8)
    pen.blob([(-8, 0), (-10, -8), (-6, -14), (-9, -20), (7, -20), (6, -14), (10, -8), (8, 0)], c)
    pen.oval(-0.6, -19, 7, 2, pale(c, 0.4), 0.8)


def tin(pen: Pen, c: str) -> None:
    pen.box(-8, -16, 16, 16, _STEEL, 1.6)
    pen.box(-8, -12.4, 16, 9, c, 0, 0.6)
    pen.oval(0, -16, 8, 2.4, pale(_STEEL, 0.4), 0.9)
    pen.dots([(0, -8)], WHITE, 4.4)


def tray(pen: Pen, c: str) -> None:
    pen.box(-18, -5, 36, 4, c, 2)
    pen.dashes([((-18, -6), (-21, -9)), ((18, -6), (21, -9))], c, 2.6)
    pen.poly([(-10, -12), (-3, -12), (-4, -5.6), (-9, -5.6)], WHITE, 0.8)
    pen.blob([(2, -5.6), (3, -10), (8, -12), (13, -10), (14, -5.6)], "#e9b96a", 0.8)


def basket(pen: Pen, c: str) -> None:
    pen.arc(0, -12, 10, 13, 180, 180, shade(c, 0.45), 3.4)
    pen.arc(0, -12, 10, 13, 180, 180, c, 2)
    pen.poly([(-14, -13), (14, -13), (10, 0), (-10, 0)], c)
    pen.dashes([((-12.6, -8.6), (12.6, -8.6)), ((-11.4, -4.4), (11.4, -4.4))], shade(c, 0.3), 1)
    pen.dashes([((x, -12), (x * 0.8, -1)) for x in (-8, -2.6, 2.6, 8)], shade(c, 0.3), 1)
    pen.box(-15, -14.6, 30, 3.6, pale(c, 0.2), 1.6)


def bucket(pen: Pen, c: str) -> None:
    pen.arc(0, -14, 9, 9, 180, 180, "#4a5568", 1.6)
    pen.poly([(-10, -15), (10, -15), (7, 0), (-7, 0)], c)
    pen.oval(0, -15, 10, 3, pale(c, 0.45), 1)


def bag(pen: Pen, c: str) -> None:
    pen.arc(0, -15, 6, 8, 180, 180, shade(c, 0.45), 2.8)
    pen.blob([(-11, 0.6), (-12, -10), (-9, -17), (9, -17), (12, -10), (11, 0.6)], c)
    pen.box(-12, -13.4, 24, 4, shade(c, 0.15), 1.4, 0.7)
    pen.box(-2.4, -13, 4.8, 6, "#ffe08a", 1, 0.7)


def suitcase(pen: Pen, c: str) -> None:
    pen.line([(-5, -21), (-5, -25), (5, -25), (5, -21)], INK, 2.2)
    pen.box(-16, -21, 32, 20, c, 3)
    pen.dashes([((-9, -21), (-9, -1)), ((9, -21), (9, -1))], shade(c, 0.35), 2)
    pen.dots([(-9, -14), (9, -14)], "#ffe08a", 2.8)


def box(pen: Pen, c: str) -> None:
    pen.box(-12, -16, 24, 16, c, 0.5)
    pen.poly([(-12, -16), (-17, -21), (-4, -21), (0, -16)], pale(c, 0.3), 0.9)
    pen.poly([(12, -16), (17, -21), (4, -21), (0, -16)], pale(c, 0.3), 0.9)
    pen.box(-2.4, -15.4, 4.8, 7, "#efe0b8", 0, 0)


def chest(pen: Pen, c: str) -> None:
    pen.box(-15, -12, 30, 12, c, 1)
    pen.blob([(-16, -12), (-14, -21), (0, -23), (14, -21), (16, -12)], shade(c, 0.08))
    for x in (-10, 10):
        pen.dashes([((x, -20), (x, -1))], "#e8b94a", 2.4)
    pen.box(-3, -15, 6, 6.4, "#ffd95e", 1)
    pen.dots([(0, -11.6)], INK, 1.8)


def sack(pen: Pen, c: str) -> None:
    pen.blob([(-13, 0), (-13, -10), (-5, -19), (5, -19), (13, -10), (13, 0)], c)
    pen.blob([(-5, -18), (-8, -25), (0, -23), (8, -25), (5, -18)], c)
    pen.dashes([((-5, -18.6), (5, -18.6))], "#8a6238", 2.4)


def broom(pen: Pen, c: str) -> None:
    pen.limb([(0, -44), (0, -12)], c, 3)
    pen.poly([(-3, -14), (3, -14), (8, 0), (-8, 0)], "#f0c860")
    pen.dashes([((x * 0.4, -9), (x, -1)) for x in (-5, 0, 5)], "#b98f3a", 1)
    pen.box(-4, -15, 8, 3, "#e4695f", 1, 0.7)


def brush(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=25):
        pen.limb([(0, -13), (0, 2)], c, 4)
        pen.box(-3, -17, 6, 5, _STEEL, 0.6)
        pen.blob([(-3.4, -17), (-3, -22), (0, -26), (3, -22), (3.4, -17)], "#5a9be8")


def sponge(pen: Pen, c: str) -> None:
    pen.box(-11, -10, 22, 10, c, 2.6)
    pen.dots([(-6, -6), (0, -3.6), (5, -6.4), (-2, -7.6), (8, -3)], shade(c, 0.25), 1.8)
    for x, y, r in ((-8, -13, 3.4), (-2, -14, 4.2), (5, -12.6, 3)):
        pen.oval(x, y, r, r, "#eef8ff", 0.8)


def soap(pen: Pen, c: str) -> None:
    pen.box(-10, -9, 20, 9, c, 4)
    for x, y, r in ((-5, -13, 3.2), (3, -15, 4.2), (9, -11, 2.4)):
        pen.oval(x, y, r, r, "#eef8ff", 0.8)


def towel(pen: Pen, c: str) -> None:
    pen.box(-11, -12, 22, 12, c, 3)
    pen.box(-11, -12, 22, 6, pale(c, 0.25), 3)
    pen.dashes([((6, -11), (6, -1))], WHITE, 2.2)


def blanket(pen: Pen, c: str) -> None:
    pen.blob([(-18, 0), (-17, -9), (-8, -13), (8, -12), (17, -8), (18, 0)], c)
    pen.line([(-16, -5), (-6, -8), (6, -6), (16, -4)], shade(c, 0.25), 1.2)
    pen.dots([(-9, -3), (0, -4), (9, -2.6), (-4, -9.6), (6, -9)], pale(c, 0.6), 3)


def pillow(pen: Pen, c: str) -> None:
    pen.blob([(-16, -1), (-12, -7), (-15, -14), (0, -12), (15, -14), (12, -7), (16, -1), (0, -1)], c)
    pen.dashes([((-9, -9), (-5, -7)), ((9, -9), (5, -7))], shade(c, 0.2), 1)


def toothbrush(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=40):
        pen.limb([(0, -22), (0, 2)], c, 3)
        pen.box(1, -24, 4.6, 8, WHITE, 1, 0.8)


def computer(pen: Pen, c: str) -> None:
    pen.box(-14, -23, 28, 19, "#4c5866", 2)
    pen.box(-11.4, -20.4, 22.8, 13.6, c, 0.6, 0)
    pen.dashes([((-8, -17), (3, -17)), ((-8, -13.4), (7, -13.4)), ((-8, -10), (0, -10))], WHITE, 1.5)
    pen.poly([(-14, -4), (14, -4), (18, 0), (-18, 0)], "#c3ccd5")


def phone(pen: Pen, c: str) -> None:
    pen.box(-6.4, -22, 12.8, 22, "#3a4250", 2.4)
    pen.box(-4.8, -19, 9.6, 14.6, c, 0.6, 0)
    pen.dots([(-2, -15), (2.4, -15), (-2, -10.6), (2.4, -10.6)], WHITE, 2.4)
    pen.dots([(0, -2.2)], "#cfd8e0", 1.8)


def ladder(pen: Pen, c: str) -> None:
    sides = [((-9, 0), (-6, -70)), ((9, 0), (6, -70))]
    steps = [((-8.8 + 0.45 * i, -6 - 9 * i), (8.8 - 0.45 * i, -6 - 9 * i)) for i in range(7)]
    pen.dashes([*sides, *steps], shade(c, 0.5), 4)
    pen.dashes([*sides, *steps], c, 2.6)
