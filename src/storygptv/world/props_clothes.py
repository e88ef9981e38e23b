"""Clothes and what is worn; hats stand on the origin where the top of the head would be."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade


def hat(pen: Pen, c: str) -> None:
    pen.oval(0, -2, 15, 3.6, c)
    pen.blob([(-9, -2), (-9, -13), (-4, -15), (0, -13.4), (4, -15), (9, -13), (9, -2)], c)
    pen.box(-9, -6, 18, 3.6, shade(c, 0.4), 0, 0.6)


def top_hat(pen: Pen, c: str) -> None:
    pen.oval(0, -2, 14, 3, c)
    pen.box(-9, -19, 18, 17.4, c, 1)
    pen.box(-9, -7, 18, 4, "#e4504e", 0, 0.6)


def cap(pen: Pen, c: str) -> None:
    pen.blob([(-10, -1), (-9.6, -10), (0, -15), (9.6, -10), (10, -1)], c)
    pen.blob([(4, -3), (17, -3), (18, 0.6), (5, 1)], shade(c, 0.12))
    pen.dots([(0, -13.6)], shade(c, 0.3), 3)
    pen.dashes([((0, -13), (0, -3))], shade(c, 0.25), 0.9)


def helmet(pen: Pen, c: str) -> None:
    pen.blob([(-13, -2), (-12, -12), (0, -18), (12, -12), (13, -2)], c)
    pen.dashes([((-6, -13), (-4, -4)), ((0, -15), (0, -4)), ((6, -13), (4, -4))], pale(c, 0.45), 2)
    pen.box(-13.6, -4, 27.2, 3.6, shade(c, 0.3), 1.6, 0.8)
    pen.line([(-9, -0.6), (-4, 4), (4, 4), (9, -0.6)], INK, 1.2)


def knight_helmet(pen: Pen, c: str) -> None:
    pen.blob([(0, -21), (4, -32), (12, -28), (6, -20)], "#e4504e", 0.9)
    pen.blob([(-10, 0), (-11, -14), (0, -23), (11, -14), (10, 0)], c)
    pen.box(-9, -13, 18, 3.6, "#4a5160", 1, 0)
    pen.dots([(-4, -6), (0, -6), (4, -6)], "#4a5160", 1.8)


def crown(pen: Pen, c: str) -> None:
    pen.poly([(-12, 0), (-13, -15), (-6, -8), (0, -18), (6, -8), (13, -15), (12, 0)], c)
    pen.dots([(-13, -16), (0, -19), (13, -16)], "#e4404e", 4)
    pen.box(-12, -4.4, 24, 4.4, shade(c, 0.12), 0.6, 0.8)
    pen.dots([(-6, -2.2), (0, -2.2), (6, -2.2)], "#4a90e2", 2.8)


def glasses(pen: Pen, c: str) -> None:
    for x in (-8, 8):
        pen.oval(x, -7, 6.6, 6.2, c)
        pen.oval(x, -7, 5, 4.6, "#dff3fc", 0)
        pen.dashes([((x - 2, -5.6), (x + 1.4, -9))], WHITE, 1.2)
    pen.arc(0, -8, 2, 2, 180, 180, c, 1.8)
    pen.dashes([((-14, -8), (-18, -11)), ((14, -8), (18, -11))], c, 1.8)


def goggles(pen: Pen, c: str) -> None:
    pen.line([(-14, -7), (-19, -9)], INK, 3)
    pen.line([(14, -7), (19, -9)], INK, 3)
    pen.box(-15, -14, 30, 13, c, 6)
    for x in (-7, 7):
        pen.oval(x, -7.4, 5.6, 4.6, "#bfe7ff", 0.9)


def coat(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.limb([(side * 7, -29), (side * 13, -14)], c, 6.4)
    pen.blob([(-8, -32), (8, -32), (12, 0), (-12, 0)], c)
    pen.poly([(-5, -32), (5, -32), (0, -24)], pale(c, 0.5), 0.8)
    pen.dashes([((0, -24), (0, -1))], shade(c, 0.4), 1)
    pen.dots([(3, -19), (3, -13), (3, -7)], "#ffe08a", 2.3)


def jumper(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.limb([(side * 8, -18), (side * 14, -6)], c, 6.4)
    pen.box(-10, -22, 20, 22, c, 3)
    pen.oval(0, -21.6, 4.4, 2, shade(c, 0.35), 0)
    pen.line([(-9, -11), (-4.5, -8), (0, -11), (4.5, -8), (9, -11)], pale(c, 0.65), 2)
    pen.box(-10, -3.4, 20, 3.4, shade(c, 0.12), 1, 0.6)


def shirt(pen: Pen, c: str) -> None:
    pen.poly([(-6, -21), (-15, -16), (-12, -9), (-8, -11), (-8, 0), (8, 0), (8, -11), (12, -9), (15, -16), (6, -21)], c)
    pen.arc(0, -21, 4.6, 3.4, 0, 180, shade(c, 0.5), 1.4)


def dress(pen: Pen, c: str) -> None:
    pen.poly([(-6, -28), (-9, -20), (-5, -17), (-14, 0), (14, 0), (5, -17), (9, -20), (6, -28), (0, -25)], c)
    pen.dashes([((-5, -16.4), (5, -16.4))], "#ffe08a", 2.4)
    pen.dots([(-6, -6), (0, -9), (6, -6), (0, -3)], pale(c, 0.6), 2.6)


def cape(pen: Pen, c: str) -> None:
    pen.blob([(-6, -28), (6, -28), (10, -18), (14, 0), (-14, 0), (-10, -18)], c)
    pen.dots([(0, -27)], "#ffe08a", 4)
    pen.dashes([((-4, -20), (-7, -2)), ((4, -20), (7, -2))], shade(c, 0.25), 1)


def apron(pen: Pen, c: str) -> None:
    pen.arc(0, -25, 5, 5, 180, 180, shade(c, 0.4), 1.6)
    pen.blob([(-6, -25), (6, -25), (7, -17), (11, -14), (10, 0), (-10, 0), (-11, -14), (-7, -17)], c)
    pen.box(-5, -10, 10, 6, pale(c, 0.45), 1.4, 0.8)
    pen.dashes([((-10, -15), (-16, -13)), ((10, -15), (16, -13))], c, 2)


def shoe(pen: Pen, c: str) -> None:
    for dx, dy in ((-5, -3), (4, 0)):
        pen.blob(
            [(dx - 9, dy), (dx - 9, dy - 10), (dx - 3, dy - 10), (dx + 2, dy - 6), (dx + 9, dy - 4), (dx + 9, dy)], c
        )
        pen.box(dx - 9.4, dy - 1.6, 19, 2.6, WHITE, 1, 0.7)
        pen.dashes([((dx - 2, dy - 7), (dx + 0.4, dy - 9)), ((dx + 0.6, dy - 5.4), (dx + 3, dy - 7.4))], WHITE, 1.1)


def boot(pen: Pen, c: str) -> None:
    for dx, dy in ((-5, -2.4), (5, 0)):
        pen.blob(
            [(dx - 6, dy), (dx - 6, dy - 18), (dx + 2, dy - 18), (dx + 2, dy - 8), (dx + 9, dy - 5), (dx + 9, dy)], c
        )
        pen.box(dx - 6.6, dy - 19.4, 9.2, 4, pale(c, 0.35), 1, 0.8)
        pen.box(dx - 6, dy - 1.6, 15, 2.4, shade(c, 0.4), 1, 0.6)


def slipper(pen: Pen, c: str) -> None:
    for dx, dy in ((-5, -6), (3, 0)):
        pen.blob(
            [(dx - 14, dy - 1), (dx - 12, dy - 5), (dx + 2, dy - 6), (dx + 14, dy - 4), (dx + 14, dy + 1)], pale(c, 0.5)
        )
        pen.blob([(dx - 2, dy - 1), (dx - 1, dy - 9), (dx + 8, dy - 10), (dx + 15, dy - 3), (dx + 13, dy)], c)
        pen.oval(dx + 6, dy - 8.6, 3, 2.8, WHITE, 0.8)


def sock(pen: Pen, c: str) -> None:
    pen.blob([(-7, -20), (2, -20), (2, -9), (10, -5), (9, 1), (-3, 1), (-7, -5)], c)
    pen.dashes([((-6, -12), (1.6, -12)), ((-6, -8), (2, -8))], pale(c, 0.6), 2)
    pen.box(-7.6, -21, 10, 4, pale(c, 0.4), 1, 0.8)
    pen.dots([(8, -1.6)], pale(c, 0.5), 3.4)


def mitten(pen: Pen, c: str) -> None:
    for dx, side in ((-8, 1), (8, -1)):
        with pen.moved(dx, 0, turn=-side * 8):
            pen.oval(side * 6, -9.6, 2.6, 4, c)
            pen.box(-5.4, -20, 10.8, 16, c, 5.2)
            pen.box(-5, -5.4, 10, 5.4, pale(c, 0.55), 1.6, 0.9)
            pen.dots([(0, -12)], pale(c, 0.55), 3.6)


def glove(pen: Pen, c: str) -> None:
    for dx, side in ((-9, 1), (9, -1)):
        with pen.moved(dx, 0, turn=-side * 6):
            fingers = [((x, -12), (x * 1.15, top)) for x, top in ((-4.4, -19), (-1.5, -21), (1.5, -20.6), (4.4, -18.6))]
            thumb = ((side * 4, -8), (side * 8, -12))
            pen.dashes([*fingers, thumb], shade(c, 0.55), 4.4)
            pen.box(-5.6, -14, 11.2, 10, c, 3)
            pen.dashes([*fingers, thumb], c, 2.6)
            pen.box(-5, -5, 10, 5, pale(c, 0.4), 1.4, 0.9)


def scarf(pen: Pen, c: str) -> None:
    pen.box(4, -9, 7, 14, c, 1.6)
    pen.dashes([((4.6, -1), (10.4, -1)), ((4.6, 2), (10.4, 2))], pale(c, 0.6), 1.6)
    pen.blob([(-15, -6), (-12, -13), (0, -11), (12, -13), (15, -6), (8, -2), (-8, -2)], c)
    pen.dashes([((-8, -11), (-9, -4)), ((-1, -10), (-1, -3.6))], pale(c, 0.6), 2.2)


def ribbon(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.poly([(0, -8), (side * 9, 1), (side * 4, 2)], shade(c, 0.1), 0.9)
        pen.blob([(0, -9), (side * 12, -16), (side * 13, -3)], c)
    pen.oval(0, -9, 3.2, 3.2, shade(c, 0.12))


def tie(pen: Pen, c: str) -> None:
    pen.poly([(-3, -18), (3, -18), (7, -3), (0, 3), (-7, -3)], c)
    pen.poly([(-4.4, -23), (4.4, -23), (3, -17), (-3, -17)], shade(c, 0.12))
    pen.dashes([((-4, -9), (3, -12)), ((-5.6, -4), (5, -7))], pale(c, 0.5), 1.6)


def umbrella(pen: Pen, c: str) -> None:
    pen.line([(0, -22), (0, -1.5), (2.4, 0.4), (5, -2)], "#6b4226", 2.1)
    pen.blob([(-18, -20), (-15, -36), (0, -44), (15, -36), (18, -20), (9, -23), (0, -19), (-9, -23)], c)
    pen.blob([(-5, -21), (-5, -36), (0, -42), (5, -36), (5, -21), (0, -19)], pale(c, 0.55), 0)
    pen.dashes([((0, -42), (0, -46))], "#6b4226", 1.8)


def closed_umbrella(pen: Pen, c: str) -> None:
    pen.line([(0, -6), (0, 2), (3, 4), (5, 1)], "#6b4226", 2.1)
    pen.poly([(-4.6, -26), (4.6, -26), (1, -2), (-1, -2)], c)
    pen.dashes([((0, -26), (0, -31))], "#6b4226", 1.8)


def armour(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.oval(side * 12, -25, 5.4, 4.6, c)
        pen.box(side * 5.6 - 3.6, -9, 7.2, 9, shade(c, 0.08), 1.6)
    pen.blob([(-11, -28), (11, -28), (9, -12), (6, -8), (-6, -8), (-9, -12)], c)
    pen.dashes([((0, -26), (0, -10)), ((-8, -18), (8, -18))], shade(c, 0.3), 1.2)
    with pen.moved(0, -28, 0.72):
        knight_helmet(pen, c)


def button(pen: Pen, c: str) -> None:
    pen.oval(0, -9, 9, 9, c)
    pen.oval(0, -9, 6.4, 6.4, pale(c, 0.2), 0.8)
    pen.dots([(-2, -11), (2, -11), (-2, -7), (2, -7)], shade(c, 0.55), 2)


def beard(pen: Pen, c: str) -> None:
    pen.blob([(-11, -17), (0, -14), (11, -17), (10, -6), (0, 4), (-10, -6)], c)
    pen.blob([(0, -14), (-9, -17), (-12, -12), (-3, -11)], pale(c, 0.4), 0.8)
    pen.blob([(0, -14), (9, -17), (12, -12), (3, -11)], pale(c, 0.4), 0.8)


def ring(pen: Pen, c: str) -> None:
    pen.arc(0, -6.4, 6.4, 6.4, 0, 360, shade(c, 0.5), 4)
    pen.arc(0, -6.4, 6.4, 6.4, 0, 360, c, 2.6)
    pen.poly([(-5, -17), (5, -17), (7, -14), (0, -9), (-7, -14)], "#8fd8f2")


def necklace(pen: Pen, c: str) -> None:
    for i in range(9):
        x = -12 + 3 * i
        y = -16 + 14 * (1 - (x / 12) ** 2)
        pen.oval(x, y, 2.5, 2.5, c, 0.8)


def backpack(pen: Pen, c: str) -> None:
    pen.arc(0, -22, 4, 4, 180, 180, shade(c, 0.5), 2.4)
    pen.blob([(-12, 0), (-12, -15), (-7, -23), (7, -23), (12, -15), (12, 0)], c)
    pen.box(-8, -10, 16, 9, pale(c, 0.25), 2)
    pen.dashes([((-5, -17), (5, -17))], shade(c, 0.35), 1.6)
    pen.dots([(0, -7)], "#ffe08a", 2.8)


def armband(pen: Pen, c: str) -> None:
    for x in (-8, 8):
        pen.box(x - 7, -15, 14, 14, c, 5)
        pen.box(x - 7, -10, 14, 4, WHITE, 0, 0)


def red_nose(pen: Pen, c: str) -> None:
    pen.oval(0, -8, 8, 8, c)
    pen.oval(-3, -11, 2, 2.4, "#ffffffb0", 0)
