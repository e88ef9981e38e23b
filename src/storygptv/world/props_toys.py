"""Toys, music, what flies and drives; small ones about 18 units, vehicles up to 90; all stand on the origin."""

from __future__ import annotations

from math import cos, pi, sin

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import shade


def ball(pen: Pen, c: str) -> None:
    pen.oval(0, -9, 9, 9, c)
    pen.blob([(-2, -18), (4, -18), (5, -9), (3, 0), (-3, 0), (-1, -9)], WHITE, 0)
    pen.blob([(-8.4, -13), (-4, -16), (-3, -9), (-4, -2), (-8.4, -5)], "#4a90e2", 0)
    pen.arc(0, -9, 8.7, 8.7, 0, 360, shade(c, 0.6), 1)


def football(pen: Pen, c: str) -> None:
    pen.oval(0, -9, 9, 9, WHITE)
    pen.poly([(3.4 * cos(a), -9 + 3.4 * sin(a)) for a in (i * 2 * pi / 5 - pi / 2 for i in range(5))], c, 0)
    for i in range(5):
        a = i * 2 * pi / 5 - pi / 2
        pen.dashes([((3.4 * cos(a), -9 + 3.4 * sin(a)), (6.4 * cos(a), -9 + 6.4 * sin(a)))], c, 1)
        pen.dots([(7.2 * cos(a), -9 + 7.2 * sin(a))], c, 3)


def balloon(pen: Pen, c: str) -> None:
    pen.line([(0, 0), (1.5, -9), (-1, -16), (0, -22)], INK, 1)
    pen.oval(0, -33, 9.6, 12, c)
    pen.poly([(-2.4, -19), (2.4, -19), (0, -22)], c, 0.8)
    pen.oval(-3.6, -38, 2, 3.2, "#ffffffaa", 0)


def kite(pen: Pen, c: str) -> None:
    pen.line([(0, 8), (3, 1), (-2, -5), (1, -12)], INK, 1)
    for x, y in ((1.6, 2), (-0.6, -5)):
        pen.poly([(x - 4, y - 2), (x, y), (x - 4, y + 2)], "#e83e6c", 0.6)
        pen.poly([(x + 4, y - 2), (x, y), (x + 4, y + 2)], "#e83e6c", 0.6)
    pen.poly([(1, -42), (13, -29), (1, -11), (-11, -29)], c, 1.3)
    pen.poly([(1, -42), (13, -29), (1, -29)], "#35b5f1", 0)
    pen.poly([(1, -11), (-11, -29), (1, -29)], "#35b5f1", 0)


def teddy(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.oval(side * 6.4, -25, 3.4, 3.4, c)
        pen.oval(side * 8, -10, 3.2, 4.4, c)
        pen.oval(side * 5.4, -2.6, 4.4, 3.2, c)
    pen.oval(0, -8, 7.4, 7.4, c)
    pen.oval(0, -7, 4, 4.4, "#ecd0a4", 0)
    pen.oval(0, -19, 8.2, 7.2, c)
    pen.oval(0, -16.6, 3.8, 3, "#ecd0a4", 0)
    pen.dots([(-3.2, -20.6), (3.2, -20.6), (0, -17.6)], INK, 2.1)
    pen.arc(0, -16.6, 1.6, 1.4, 20, 140, INK, 0.8)


def rabbit_toy(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.oval(side * 4, -30, 2.8, 7.4, c)
        pen.oval(side * 4, -29.4, 1.2, 5, "#ffb8c4", 0)
        pen.oval(side * 5.4, -2.6, 4.4, 3.2, c)
    pen.oval(0, -8, 7, 7.4, c)
    pen.oval(0, -19, 7.6, 6.8, c)
    pen.dots([(-3, -20), (3, -20)], INK, 2.1)
    pen.dots([(0, -17)], "#f2808e", 2.4)


def doll(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.dashes([((side * 3, -6), (side * 3, 0))], "#f9cda8", 2.8)
        pen.dashes([((side * 4, -16), (side * 9, -10))], "#f9cda8", 2.6)
    pen.blob([(-4, -18), (4, -18), (10, -3), (-10, -3)], c)
    pen.oval(0, -24, 7.6, 7, "#8a4f2a")
    pen.oval(0, -22.6, 6, 5.2, "#f9cda8", 0.8)
    pen.dots([(-2.4, -22.6), (2.4, -22.6)], INK, 1.7)
    pen.dots([(-7.4, -21), (7.4, -21)], "#8a4f2a", 5)


def drum(pen: Pen, c: str) -> None:
    pen.box(-13, -15, 26, 15, c, 2.4)
    pen.line([(-12, -3), (-6, -12), (0, -3), (6, -12), (12, -3)], "#ffe08a", 1.4)
    pen.oval(0, -15, 13, 4, "#fff6e2", 1.1)
    pen.dashes([((-12, -27), (-3, -16)), ((12, -27), (3, -16))], "#8a6238", 1.8)
    pen.dots([(-3, -16), (3, -16)], "#c9975a", 3.4)


def guitar(pen: Pen, c: str) -> None:
    with pen.moved(0, -4, turn=28):
        pen.box(-1.6, -36, 3.2, 22, "#5b3a21", 0, 0.8)
        pen.box(-2.8, -40, 5.6, 6, "#3b2415", 1, 0.7)
        pen.blob([(0, -22), (8, -20), (5, -13), (10.4, -6), (7, 3), (-7, 3), (-10.4, -6), (-5, -13), (-8, -20)], c)
        pen.oval(0, -10, 3, 3, "#3b2415", 0)
        pen.dashes([((0, -36), (0, -3))], "#fff0cf", 0.7)
        pen.dashes([((-3, -3), (3, -3))], "#3b2415", 1.6)


def violin(pen: Pen, c: str) -> None:
    with pen.moved(-2, -2, turn=24):
        pen.dashes([((0, -14), (0, -31))], "#3b2415", 2.4)
        pen.oval(0, -31, 2, 2, "#3b2415", 0)
        pen.blob([(0, -19), (6, -17), (3.6, -11), (7.4, -5), (5, 1), (-5, 1), (-7.4, -5), (-3.6, -11), (-6, -17)], c)
        pen.dashes([((-2.6, -10), (-2.6, -5)), ((2.6, -10), (2.6, -5))], "#3b2415", 0.9)
    pen.dashes([((8, 0), (17, -30))], "#8a6238", 1.6)


def trumpet(pen: Pen, c: str) -> None:
    pen.dashes([((-16, -10), (8, -10))], shade(c, 0.5), 3.6)
    pen.dashes([((-16, -10), (8, -10))], c, 2.4)
    pen.box(-7, -10, 11, 7, c, 2.4)
    pen.dashes([((x, -9), (x, -14)) for x in (-5, -1.4, 2.2)], shade(c, 0.3), 2)
    pen.blob([(6, -11.4), (12, -13), (16, -18), (16, -2), (12, -7), (6, -8.6)], c)


def flute(pen: Pen, c: str) -> None:
    with pen.moved(0, -7, turn=-20):
        pen.limb([(-16, 0), (16, 0)], c, 4.6)
        pen.dots([(-2, 0), (3, 0), (8, 0), (12, 0)], shade(c, 0.5), 1.9)


def whistle(pen: Pen, c: str) -> None:
    pen.oval(4, -7, 7, 6.6, c)
    pen.box(-12, -13.4, 14, 6, c, 1)
    pen.oval(4, -7, 2.4, 2.2, shade(c, 0.4), 0)
    pen.line([(10, -11), (14, -16), (10, -20)], "#e4504e", 1.4)


def accordion(pen: Pen, c: str) -> None:
    pen.poly([(-9, -18), (9, -18), (9, -1), (-9, -1)], WHITE)
    pen.dashes([((x, -18), (x, -1)) for x in (-5, -1.6, 1.6, 5)], "#9a98a6", 1.1)
    for x in (-18, 9):
        pen.box(x, -20, 9, 20, c, 1.6)
    pen.dashes([((x, y), (x + 4, y)) for x, y in ((-15.6, -16), (-15.6, -12), (-15.6, -8), (-15.6, -4))], WHITE, 1.8)
    pen.dots([(13.4, -15), (13.4, -10), (13.4, -5)], "#ffe08a", 2.4)


def bell(pen: Pen, c: str) -> None:
    pen.oval(0, -1.4, 3, 3, shade(c, 0.3))
    pen.blob([(-12, -2), (-8, -8), (-7, -16), (0, -21), (7, -16), (8, -8), (12, -2), (0, -3)], c)
    pen.arc(0, -21, 2.6, 2.8, 150, 240, shade(c, 0.5), 1.8)
    pen.oval(-3, -13, 1.4, 3.2, "#ffffff90", 0)


def triangle(pen: Pen, c: str) -> None:
    pen.line([(4, -2), (11, -2), (0, -20), (-11, -2), (0, -2)], shade(c, 0.5), 3.4)
    pen.line([(4, -2), (11, -2), (0, -20), (-11, -2), (0, -2)], c, 2)
    pen.dashes([((8, 0), (16, -14))], "#8a6238", 2)


def music(pen: Pen, c: str) -> None:
    for x, y in ((-6, -3), (7, -6)):
        pen.oval(x, y, 4.4, 3.4, c, 0)
    pen.line([(-2.4, -3), (-2.4, -20), (10.6, -23), (10.6, -6)], c, 2.2)
    pen.line([(-2.4, -17), (10.6, -20)], c, 2.4)


def paper_plane(pen: Pen, c: str) -> None:
    pen.poly([(-16, -13), (18, -18), (-5, -4)], c)
    pen.poly([(-5, -4), (18, -18), (0, 3)], shade(c, 0.12))
    pen.poly([(-5, -4), (18, -18), (-3, -9)], shade(c, 0.05), 0.7)


def swing(pen: Pen, c: str) -> None:
    legs = [
        ((-20, -56), (-26, 0)),
        ((-20, -56), (-13, 0)),
        ((20, -56), (13, 0)),
        ((20, -56), (26, 0)),
        ((-20, -56), (20, -56)),
    ]
    pen.dashes(legs, shade(c, 0.45), 4.4)
    pen.dashes(legs, c, 3)
    pen.dashes([((-8, -55), (-8, -16)), ((8, -55), (8, -16))], "#6f7c8a", 1.2)
    pen.box(-10, -17, 20, 3.6, "#4a72c4", 1)


def slide(pen: Pen, c: str) -> None:
    pen.dashes([((-24, 0), (-24, -48)), ((-13, 0), (-13, -48))], "#6f7c8a", 2.6)
    pen.dashes([((-24, y), (-13, y)) for y in (-8, -17, -26, -35)], "#6f7c8a", 2)
    pen.limb([(-18, -38), (-8, -36), (14, -10), (28, -4)], c, 8)


def seesaw(pen: Pen, c: str) -> None:
    pen.poly([(-7, 0), (0, -12), (7, 0)], "#6f7c8a")
    pen.dashes([((-34, -5), (34, -19))], shade(c, 0.45), 5)
    pen.dashes([((-34, -5), (34, -19))], c, 3.6)
    pen.dashes([((-24, -8), (-25, -15)), ((24, -17), (23, -24))], INK, 1.8)


def trampoline(pen: Pen, c: str) -> None:
    pen.dashes([((-24, -12), (-26, 0)), ((24, -12), (26, 0)), ((0, -9), (0, 0))], "#6f7c8a", 2.4)
    pen.oval(0, -13, 32, 6, c)
    pen.oval(0, -13.4, 25, 4, "#3a4250", 0.8)


def goal(pen: Pen, c: str) -> None:
    pen.dashes([((x, -43), (x, 0)) for x in range(-28, 30, 8)], "#d5dde5", 0.9)
    pen.dashes([((-30, y), (30, y)) for y in (-36, -28, -20, -12)], "#d5dde5", 0.9)
    pen.line([(-32, 0), (-32, -44), (32, -44), (32, 0)], INK, 4.4)
    pen.line([(-32, 0), (-32, -44), (32, -44), (32, 0)], c, 3)


def ski(pen: Pen, c: str) -> None:
    for x in (-5, 5):
        pen.limb([(x, 0), (x, -42), (x + 3, -48)], c, 4)
    pen.dashes([((-13, 0), (-11, -38)), ((13, 0), (11, -38))], "#5b6470", 1.6)


def snowman(pen: Pen, c: str) -> None:
    pen.oval(0, -12, 15, 13, WHITE)
    pen.oval(0, -32, 11, 10.4, WHITE)
    pen.oval(0, -48, 9, 8.6, WHITE)
    pen.dashes([((-10, -34), (-21, -42)), ((10, -34), (21, -42))], "#7d4f2d", 2)
    pen.box(-9.6, -42.6, 19.2, 4.4, c, 2)
    pen.box(2, -40, 5, 10, c, 1.6)
    pen.dots([(-3, -50), (3, -50), (0, -30), (0, -24)], INK, 2.2)
    pen.poly([(-1, -48.4), (9, -46.4), (-1, -45)], "#f28b2d", 0.8)
    pen.box(-9, -58, 18, 3, INK, 1, 0)
    pen.box(-6, -68, 12, 11, INK, 1, 0)


def sandcastle(pen: Pen, c: str) -> None:
    for x, w, h in ((-17, 11, 18), (6, 11, 18), (-7, 14, 26)):
        pen.box(x, -h, w, h, c, 0.5)
        for i in range(3):
            pen.box(x + i * w / 2.6, -h - 3.4, w / 4.4, 4, c, 0, 0.8)
    pen.blob([(-22, 1), (-18, -4), (18, -4), (22, 1)], c)
    pen.box(-3, -9, 6, 9, shade(c, 0.35), 2, 0)
    pen.dashes([((0, -28), (0, -38))], INK, 1)
    pen.poly([(0, -38), (9, -35), (0, -32)], "#e4504e", 0.8)


def snowball(pen: Pen, c: str) -> None:
    pen.oval(0, -8, 8.4, 8, c)
    pen.arc(0, -8, 5, 4.6, 20, 100, "#c8d8ea", 1.2)


def bubble(pen: Pen, c: str) -> None:
    for x, y, r in ((-6, -9, 7), (7, -14, 5), (5, -4, 3.4)):
        pen.oval(x, y, r, r, c + "a0", 0.9)
        pen.arc(x, y, r * 0.6, r * 0.6, 190, 80, WHITE, 1.4)


def card(pen: Pen, c: str) -> None:
    for turn, color in ((-16, WHITE), (12, WHITE)):
        with pen.moved(0, 0, turn=turn):
            pen.box(-6.6, -20, 13.2, 19, color, 2)
    with pen.moved(0, 0, turn=12):
        pen.blob([(0, -6.6), (-4.4, -11), (-2.4, -14.4), (0, -12.4), (2.4, -14.4), (4.4, -11)], c, 0)


def jigsaw(pen: Pen, c: str) -> None:
    pen.box(-9, -16, 18, 16, c, 1)
    pen.oval(0, -17.4, 3.4, 3.4, c)
    pen.oval(10.4, -8, 3.4, 3.4, c)
    pen.box(-3, -16, 6, 3, c, 0, 0)
    pen.box(6.4, -11, 3, 6, c, 0, 0)


def blocks(pen: Pen, c: str) -> None:
    pen.box(-12, -11, 11, 11, c, 1)
    pen.box(0.6, -11, 11, 11, "#6fb878", 1)
    pen.box(-6, -22.4, 11, 11, "#f4c852", 1)


def mask(pen: Pen, c: str) -> None:
    pen.blob([(-14, -14), (0, -12), (14, -14), (13, -4), (6, 0), (0, -4), (-6, 0), (-13, -4)], c)
    for x in (-6, 6):
        pen.oval(x, -8, 3.2, 2.6, WHITE, 0.8)
    pen.blob([(8, -13), (12, -25), (16, -16)], "#ffe08a", 0.8)


def wand(pen: Pen, c: str) -> None:
    pen.dashes([((-8, 0), (5, -16))], "#5b3a21", 2.8)
    star(pen, c, 8, -20, 7.4)
    pen.dots([(-2, -22), (15, -10), (16, -28)], "#ffe08a", 1.9)


def star(pen: Pen, c: str, x: float = 0, y: float = -11, r: float = 11) -> None:
    radii = [r if i % 2 == 0 else r * 0.46 for i in range(10)]
    pen.poly([(x + q * sin(i * pi / 5), y - q * cos(i * pi / 5)) for i, q in enumerate(radii)], c)


def pinata(pen: Pen, c: str) -> None:
    pen.dashes([((0, -24), (0, -36))], INK, 1.2)
    for x in (-11, 8):
        pen.box(x, -9, 5, 9, "#54b9b4", 1)
    pen.box(-14, -22, 26, 14, c, 4)
    pen.box(-14, -17, 26, 3.4, "#ffe08a", 0, 0)
    pen.box(8, -31, 9, 15, "#a484d6", 3)
    pen.poly([(9, -30), (11, -37), (13, -30)], c, 0.8)
    pen.dots([(13.4, -25)], INK, 2)


def toy_duck(pen: Pen, c: str) -> None:
    pen.blob([(-14, -10), (-8, -8), (-2, -12), (8, -12), (11, -5), (6, 0.6), (-8, 0.6)], c)
    pen.oval(5, -15, 6.4, 6, c)
    pen.poly([(10, -16), (17, -14), (10, -12.4)], "#f28b2d", 0.8)
    pen.dots([(6.4, -17)], INK, 2)
    pen.arc(-3, -7, 4, 3, 0, 160, shade(c, 0.3), 1.1)
