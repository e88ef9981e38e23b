"""Food and drink, each drawn standing on the origin, about 18 units across; drawers take a pen and the main colour."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade

_LEAF = "#2f9a3f"
_STALK = "#6b4226"


def apple(pen: Pen, c: str) -> None:
    pen.blob([(0, -11), (4, -14.4), (10, -9), (7, 0.8), (0, -0.6), (-7, 0.8), (-10, -9), (-4, -14.4)], c)
    pen.dashes([((0, -11), (1, -15.4))], _STALK, 1.8)
    pen.blob([(1, -13), (4, -18), (9, -17), (5, -12)], _LEAF, 0.6)
    pen.oval(-4, -8, 1.6, 2.4, "#ffffff90", 0)


def round_fruit(pen: Pen, c: str) -> None:
    """An orange, a plum, a coconut."""
    pen.oval(0, -8, 8.4, 8, c)
    pen.oval(-3, -11, 2, 2.4, "#ffffff80", 0)
    pen.blob([(0, -15), (4, -19), (8, -17), (4, -14)], _LEAF, 0.6)
    pen.dots([(3, -6), (-2, -4), (1, -11)], shade(c, 0.2), 1)


def tomato(pen: Pen, c: str) -> None:
    pen.oval(0, -7, 9, 7.4, c)
    for dx, dy in ((-5, 1), (5, 1), (0, 3), (-2, -3), (3, -3)):
        pen.dashes([((0, -14), (dx, -14 + dy))], _LEAF, 2)
    pen.oval(-4, -9, 1.8, 2.2, "#ffffff90", 0)


def lemon(pen: Pen, c: str) -> None:
    pen.blob([(-12, -7), (-7, -14), (0, -16), (7, -14), (12, -7), (7, -1), (0, 1), (-7, -1)], c)
    pen.dots([(4, -6), (-1, -4), (2, -10)], shade(c, 0.2), 1)


def pear(pen: Pen, c: str) -> None:
    pen.blob([(-2.6, -18), (2.6, -18), (5, -11), (9, -6), (6, 1), (-6, 1), (-9, -6), (-5, -11)], c)
    pen.dashes([((0, -17), (1.4, -21))], _STALK, 1.8)
    pen.blob([(1.4, -19), (5, -22), (9, -20), (5, -18)], _LEAF, 0.6)


def banana(pen: Pen, c: str) -> None:
    pen.blob([(-11, -14), (-8, -15), (-5, -8), (2, -5.4), (10, -9), (12, -7), (7, 0.6), (-2, 1.4), (-9, -4)], c)
    pen.dashes([((-9.8, -13), (-10.4, -16))], _STALK, 2.6)
    pen.line([(-8, -9), (-4, -3.6), (3, -2), (9, -5)], shade(c, 0.25), 0.9)


def cherry(pen: Pen, c: str) -> None:
    pen.line([(-5, -6), (1, -18), (6, -7)], "#4f8f3a", 1.6)
    pen.blob([(1, -18), (7, -21), (10, -18), (5, -16)], _LEAF, 0.6)
    for x in (-5, 6):
        pen.oval(x, -5, 5, 5, c)
        pen.oval(x - 1.6, -6.6, 1.2, 1.4, "#ffffffa0", 0)


def grape(pen: Pen, c: str) -> None:
    for x, y in ((-6, -14), (0, -15), (6, -14), (-3.4, -9), (3.4, -9), (0, -3.8)):
        pen.oval(x, y, 3.9, 3.9, c, 0.9)
        pen.oval(x - 1.1, y - 1.2, 0.9, 1, "#ffffff90", 0)
    pen.dashes([((0, -18), (1, -22))], _STALK, 1.8)
    pen.blob([(1, -19), (6, -23), (9, -20), (5, -17)], _LEAF, 0.6)


def strawberry(pen: Pen, c: str) -> None:
    pen.blob([(-9, -12), (0, -16), (9, -12), (6, -4), (0, 2), (-6, -4)], c)
    pen.dots([(-4, -9), (0, -7), (4, -9), (-2, -4), (2.4, -3.6), (0, -11)], "#ffe9a0", 1.4)
    for dx in (-6, -2, 2, 6):
        pen.poly([(0, -16), (dx, -12), (dx * 0.4, -13)], _LEAF, 0.8)


def potato(pen: Pen, c: str) -> None:
    pen.blob([(-11, -5), (-8, -12), (0, -13), (9, -10), (12, -4), (6, 0.8), (-6, 0.8)], c)
    pen.dots([(-4, -8), (3, -4), (5, -9), (-5, -3)], shade(c, 0.35), 1.3)


def carrot(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=20):
        for dx in (-5, 0, 5):
            pen.blob([(0, -16), (dx - 1.6, -22), (dx, -26), (dx + 1.6, -22)], "#4cae4a", 0.7)
        pen.blob([(-5.6, -15), (0, -18), (5.6, -15), (2, -4), (0, 2), (-2, -4)], c)
        pen.dashes([((-3.6, -12), (-0.6, -11.6)), ((3, -8.6), (0.6, -8)), ((-2, -5), (0, -4.6))], shade(c, 0.3), 1)


def turnip(pen: Pen, c: str) -> None:
    for dx in (-6, 0, 6):
        pen.blob([(0, -13), (dx - 2, -19), (dx, -25), (dx + 2, -19)], "#4cae4a", 0.7)
    pen.blob([(-11, -10), (0, -15), (11, -10), (6, -3), (0, 3), (-6, -3)], "#fbf4ea")
    pen.blob([(-9, -11.6), (0, -14), (9, -11.6), (5, -8.6), (-5, -8.6)], c, 0)


def pumpkin(pen: Pen, c: str) -> None:
    pen.blob([(0, -15), (4, -19), (1, -22), (-2, -20)], "#5f8f3a", 0.9)
    for x, rx in ((-8, 6), (8, 6), (0, 7)):
        pen.oval(x, -8, rx, 8, c)
    pen.oval(-2.4, -11, 1.4, 2.6, "#ffffff70", 0)


def cabbage(pen: Pen, c: str) -> None:
    pen.blob([(-13, -5), (-11, -13), (0, -18), (11, -13), (13, -5), (7, 1), (-7, 1)], shade(c, 0.12))
    pen.oval(0, -8, 8.6, 8, c)
    pen.line([(0, 0), (0, -13)], pale(c, 0.5), 1.2)
    pen.dashes(
        [((0, -4), (-5, -9)), ((0, -4), (5, -9)), ((0, -8), (-3.4, -12)), ((0, -8), (3.4, -12))], pale(c, 0.5), 1
    )


def corn(pen: Pen, c: str) -> None:
    pen.blob([(-4.6, -2), (-5, -14), (0, -22), (5, -14), (4.6, -2)], c)
    pen.dots([(x, y) for y in (-17, -13.4, -9.8, -6) for x in (-2.4, 0, 2.4)], shade(c, 0.2), 1.6)
    pen.blob([(-1, 1), (-9, -4), (-9, -14), (-4, -7)], "#63b04f", 0.9)
    pen.blob([(1, 1), (9, -4), (9, -14), (4, -7)], "#63b04f", 0.9)


def onion(pen: Pen, c: str) -> None:
    pen.blob([(0, -20), (3, -14), (10, -8), (6, 1), (-6, 1), (-10, -8), (-3, -14)], c)
    pen.dashes([((-3, -12), (-5.6, -3)), ((0, -14), (0, -1)), ((3, -12), (5.6, -3))], shade(c, 0.3), 0.9)


def mushroom(pen: Pen, c: str) -> None:
    pen.blob([(-4, -9), (4, -9), (5, 1), (-5, 1)], "#fff4e0")
    pen.blob([(-13, -8), (-9, -18), (0, -21), (9, -18), (13, -8), (0, -7)], c)
    pen.dots([(-6, -13), (0, -16.6), (6, -12.6), (0, -11)], WHITE, 2.8)


def watermelon(pen: Pen, c: str) -> None:
    pen.blob([(-14, -12), (14, -12), (12, -1), (0, 4), (-12, -1)], "#3f9a4f")
    pen.blob([(-12, -12), (12, -12), (10, -3), (0, 1), (-10, -3)], "#f3fbe4", 0)
    pen.blob([(-11, -12.6), (11, -12.6), (8.6, -4), (0, -1), (-8.6, -4)], c, 0)
    pen.dots([(-5, -9), (0, -6.4), (5, -9), (0, -10.6)], INK, 1.6)


def berry(pen: Pen, c: str) -> None:
    for x, y in ((-5, -4.6), (5, -4.6), (0, -11)):
        pen.oval(x, y, 4.8, 4.6, c)
        pen.oval(x - 1.4, y - 1.6, 1, 1.1, "#ffffff90", 0)
    pen.blob([(0, -15), (5, -19), (9, -16), (4, -13)], _LEAF, 0.6)


def nut(pen: Pen, c: str) -> None:
    pen.blob([(-7, -11), (7, -11), (6, -4), (0, 2), (-6, -4)], c)
    pen.blob([(-9, -10), (-6, -16), (6, -16), (9, -10), (0, -9)], shade(c, 0.35))
    pen.dashes([((0, -16), (1, -19.6))], _STALK, 2)


def egg(pen: Pen, c: str) -> None:
    pen.blob([(0, -18), (6, -14), (9, -6), (5, 1), (-5, 1), (-9, -6), (-6, -14)], c)
    pen.oval(-3, -9, 1.6, 3, "#ffffffb0", 0)


def bread(pen: Pen, c: str) -> None:
    pen.blob([(-14, 0), (-15, -9), (-8, -14), (8, -14), (15, -9), (14, 0)], c)
    pen.dashes([((x, -11), (x + 3, -5)) for x in (-8, -1.6, 5)], pale(c, 0.55), 1.8)


def toast(pen: Pen, c: str) -> None:
    shape = [(-9, 0), (-9, -11), (-11, -16), (0, -18), (11, -16), (9, -11), (9, 0)]
    pen.blob(shape, shade(c, 0.25))
    pen.blob([(x * 0.78, y * 0.8 - 1.6) for x, y in shape], pale(c, 0.5), 0)
    pen.box(-3.4, -11, 7, 5.4, "#ffe066", 1, 0.6)


def bun(pen: Pen, c: str) -> None:
    pen.blob([(-12, -3), (-10, -11), (0, -14.6), (10, -11), (12, -3), (7, 0.8), (-7, 0.8)], c)
    pen.dots([(-4, -9), (1, -11), (5, -8), (0, -7)], "#fff6df", 1.6)


def sandwich(pen: Pen, c: str) -> None:
    pen.box(-12, -5, 24, 5, c, 2)
    pen.blob([(-13, -5), (-7, -8.4), (0, -5), (7, -8.4), (13, -5), (6, -3.4), (0, -5), (-6, -3.4)], "#58b04a", 0.6)
    pen.box(-11, -9, 22, 2.6, "#f2736a", 1, 0.7)
    pen.poly([(-11, -9), (11, -9), (4, -6.4)], "#ffd84a", 0.6)
    pen.blob([(-13, -9), (-10, -16), (0, -17.6), (10, -16), (13, -9)], c)


def cheese(pen: Pen, c: str) -> None:
    pen.poly([(-13, -8), (11, -17), (13, -8)], pale(c, 0.4))
    pen.box(-13, -8, 26, 8, c)
    for x, y, r in ((-6, -3.6, 2), (3, -5, 1.5), (8, -2.6, 1.8), (6, -12, 1.4)):
        pen.oval(x, y, r, r * 0.86, shade(c, 0.22), 0)


def pizza(pen: Pen, c: str) -> None:
    pen.poly([(-13, -16), (13, -16), (0, 6)], c)
    pen.blob([(-15, -16), (-13, -20), (0, -22), (13, -20), (15, -16), (0, -17)], "#d79a52")
    for x, y in ((-5, -12), (4, -9), (0, -2)):
        pen.oval(x, y, 2.8, 2.6, "#d9433f", 0.7)
    pen.dots([(3, -13.6), (-3, -6.6)], _LEAF, 2)


def cake(pen: Pen, c: str) -> None:
    pen.oval(0, -0.6, 15, 2.6, "#eef2f5", 0.8)
    pen.box(-12, -12, 24, 11.4, "#f6d9a4", 2)
    pen.box(-12, -7, 24, 2.4, pale(c, 0.2), 0, 0)
    pen.blob(
        [(-12.6, -6.6), (-12.6, -14), (12.6, -14), (12.6, -6.6), (8, -9.4), (4, -6), (0, -9.4), (-4, -6), (-8, -9.4)], c
    )
    pen.dashes([((x, -14), (x, -19)) for x in (-6, 0, 6)], "#5aa9e6", 2)
    pen.dots([(x, -21) for x in (-6, 0, 6)], "#ff9d1e", 3)


def pie(pen: Pen, c: str) -> None:
    pen.poly([(-14, -8), (14, -8), (10, 0), (-10, 0)], "#b7c2ca")
    pen.blob([(-15, -7), (-11, -14), (0, -17), (11, -14), (15, -7), (0, -6)], c)
    pen.dashes([((-7, -12.6), (-3, -9)), ((-1, -14), (3, -10)), ((5, -13), (9, -9.6))], shade(c, 0.35), 1.3)


def pancake(pen: Pen, c: str) -> None:
    pen.oval(0, -1.6, 15, 3, "#eef2f5", 0.9)
    for y in (-4, -7.4, -10.8):
        pen.oval(0, y, 11.6, 3.4, c, 0.9)
    pen.blob([(-7, -11), (0, -13.6), (7, -11), (6, -5), (4, -9), (0, -9), (-4, -8)], "#8a5226", 0)
    pen.box(-2.6, -15, 5.2, 3.6, "#ffe066", 0.6, 0.7)


def cookie(pen: Pen, c: str) -> None:
    pen.oval(0, -8.6, 8.8, 8.6, c)
    pen.dots([(-3, -12), (3.4, -11), (0, -7), (-4.4, -5.6), (4, -5)], "#6b3f22", 2.4)


def ice_cream(pen: Pen, c: str) -> None:
    pen.poly([(-6, -11), (6, -11), (0, 4)], "#e0a85c")
    pen.dashes([((-3.4, -8), (2, -2)), ((3.4, -8), (-2, -2))], "#b9803a", 0.9)
    pen.oval(-4, -15, 5.6, 5.4, c)
    pen.oval(4, -15, 5.6, 5.4, "#fff1d8")
    pen.oval(0, -20.6, 5.4, 5.2, "#a8714a")
    pen.oval(0, -26.4, 2.2, 2.2, "#e4404e", 0.8)


def popcorn(pen: Pen, c: str) -> None:
    spots = [(-7, -15), (-2.6, -18), (3, -17), (7.4, -15), (0, -14), (-5, -20), (4.6, -21)]
    pen.dots(spots, "#c7a86a", 6.4)
    pen.dots(spots, "#fff6d8", 5)
    pen.poly([(-10, -14), (10, -14), (7, 0), (-7, 0)], WHITE)
    pen.poly([(-5, -13.4), (-1.6, -13.4), (-1.2, -0.6), (-3.6, -0.6)], c, 0)
    pen.poly([(5, -13.4), (1.6, -13.4), (1.2, -0.6), (3.6, -0.6)], c, 0)


def chips(pen: Pen, c: str) -> None:
    for x, top in ((-6, -19), (-2.4, -22), (1.6, -20), (5.4, -21)):
        pen.box(x - 1.6, top, 3.2, 14, "#ffd45a", 0.4, 0.8)
    pen.poly([(-9, -12), (9, -12), (7, 0), (-7, 0)], c)


def soup(pen: Pen, c: str) -> None:
    for x in (-4, 2):
        pen.line([(x, -14), (x + 2, -17), (x, -20), (x + 2, -23)], "#cfd8e0", 1.3)
    pen.blob([(-13, -11), (13, -11), (9, 0), (-9, 0)], "#6fa8e8")
    pen.oval(0, -10, 12.4, 3.6, WHITE, 1)
    pen.oval(0, -9.6, 10.6, 2.6, c, 0)


def noodles(pen: Pen, c: str) -> None:
    pen.blob([(-13, -11), (13, -11), (9, 0), (-9, 0)], "#e4695f")
    for x in (-7, -2, 3, 8):
        pen.arc(x, -11, 3.4, 3, 180, 180, shade(c, 0.3), 2.4)
        pen.arc(x, -11, 3.4, 3, 180, 180, c, 1.5)
    pen.dashes([((2, -12), (14, -22)), ((5, -11), (17, -20))], "#8a6238", 1.3)


def sausage(pen: Pen, c: str) -> None:
    pen.limb([(-10, -9), (-4, -4.4), (5, -4.4), (11, -9)], c, 7.4)
    pen.dots([(-13, -11), (14, -11)], shade(c, 0.45), 2.6)
    pen.dashes([((-5, -7), (-2, -4)), ((1, -7), (4, -4))], shade(c, 0.35), 1)


def dumpling(pen: Pen, c: str) -> None:
    pen.blob([(-13, -1), (-10, -9), (0, -14), (10, -9), (13, -1), (0, 1)], c)
    pen.dashes([((x, -10), (x * 0.7, -6)) for x in (-6, -2, 2, 6)], shade(c, 0.25), 1.1)


def milk(pen: Pen, c: str) -> None:
    pen.blob([(-6, 0), (-6.4, -13), (-3, -17), (-3, -21), (3, -21), (3, -17), (6.4, -13), (6, 0)], "#fdfdfb")
    pen.box(-3.6, -23.4, 7.2, 3.6, c, 1)
    pen.box(-5.6, -11, 11.2, 6, pale(c, 0.3), 0.5, 0)


def juice(pen: Pen, c: str) -> None:
    pen.poly([(-7, -17), (7, -17), (5.4, 0), (-5.4, 0)], "#e6f5fc")
    pen.poly([(-6, -12.6), (6, -12.6), (4.8, -0.8), (-4.8, -0.8)], c, 0)
    pen.line([(1, -10), (4, -23), (8, -24)], "#e4504e", 1.6)


def sweet(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.poly([(side * 6, -8), (side * 14, -13), (side * 12.6, -8), (side * 14, -3)], pale(c, 0.3), 0.9)
    pen.oval(0, -8, 8, 7, c)
    pen.arc(0, -8, 4, 3.6, 200, 200, WHITE, 1.6)


def lollipop(pen: Pen, c: str) -> None:
    pen.dashes([((0, -10), (0, 3))], "#fff6e6", 2)
    pen.oval(0, -16, 8.4, 8.4, c)
    pen.arc(0, -16, 5.2, 5.2, 0, 270, WHITE, 1.8)
    pen.arc(0, -16, 2.2, 2.2, 120, 260, WHITE, 1.5)


def jar(pen: Pen, c: str) -> None:
    pen.box(-8, -15, 16, 15, c, 3.4)
    pen.box(-8.6, -19.4, 17.2, 5, "#e9c46a", 1.4)
    pen.box(-5.4, -11, 10.8, 6.4, "#fff6e0", 0.6, 0.6)


def fish(pen: Pen, c: str) -> None:
    pen.poly([(9, -9), (17, -15), (15, -9), (17, -2)], shade(c, 0.08))
    pen.blob([(-14, -8), (-8, -15), (2, -16), (12, -9), (2, -1.4), (-8, -2)], c)
    pen.poly([(-2, -15), (5, -20), (5, -14)], shade(c, 0.08), 0.8)
    pen.oval(-8.6, -10, 2.2, 2.2, WHITE, 0.6)
    pen.dots([(-8.8, -10)], INK, 1.8)
    pen.arc(-3, -8.4, 3, 4, -70, 140, shade(c, 0.35), 1)


def meat(pen: Pen, c: str) -> None:
    pen.limb([(3, -5), (12, -1)], "#fff6e2", 4)
    pen.dots([(13.4, -2.6), (12.4, 1)], "#fff6e2", 4)
    pen.blob([(-13, -9), (-8, -16), (2, -14), (7, -6), (0, 1), (-9, 0)], c)


def ham(pen: Pen, c: str) -> None:
    pen.blob([(-13, -8), (-8, -15), (4, -16), (13, -9), (9, -1), (-6, 0.6)], pale(c, 0.6))
    pen.blob([(-10, -8), (-6, -13), (3, -13.6), (10, -9), (7, -3), (-5, -2)], c, 0)
    pen.oval(1, -8, 2.6, 2.2, "#fff6ea", 0.9)


def butter(pen: Pen, c: str) -> None:
    pen.oval(0, -1.4, 14, 2.6, "#eef2f5", 0.9)
    pen.box(-9, -9, 18, 7.4, c, 1)
    pen.dashes([((-3, -9), (-3, -2)), ((3, -9), (3, -2))], shade(c, 0.2), 0.9)


def beans(pen: Pen, c: str) -> None:
    for x, y, turn in ((-6, -4, 20), (5, -4, -30), (-1, -10, 60)):
        with pen.moved(x, y, turn=turn):
            pen.blob([(-6, 0), (-4, -4), (0, -2.4), (4, -4), (6, 0), (2, 3.4), (-2, 3.4)], c, 0.9)


def flour(pen: Pen, c: str) -> None:
    pen.blob([(-10, 0), (-10, -14), (-7, -19), (7, -19), (10, -14), (10, 0)], "#fbf4e4")
    pen.box(-9, -21, 18, 3.6, "#efe2c6", 1)
    pen.box(-6, -13, 12, 8, c, 1, 0.7)
    pen.dashes([((0, -6), (0, -11)), ((0, -8), (-3, -10)), ((0, -8), (3, -10))], "#fff6df", 1.1)
