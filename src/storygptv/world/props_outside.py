"""Things of the open air: trees, stones, water, fences, huts, sky things; all stand on the origin."""

from __future__ import annotations

from math import cos, pi, sin

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade
from .shapes import BUSH, CLOUD, CROWN, draw_puffs, moved

_WOOD = "#b98353"


def tree(pen: Pen, c: str) -> None:
    pen.poly([(-6, 0), (-4, -50), (4, -50), (6, 0)], "#8f6746", 1.3)
    draw_puffs(pen, moved(CROWN, 0, 0, 1.1), c, 1.5, pale(c, 0.2))


def pine(pen: Pen, c: str) -> None:
    pen.box(-4, -16, 8, 16, "#80603f")
    for top, half, low in ((-46, 23, -11), (-66, 19, -32), (-86, 14, -53)):
        pen.poly([(0, top), (half, low), (0, low + 4), (-half, low)], c, 1.3)


def christmas_tree(pen: Pen, c: str) -> None:
    pine(pen, c)
    pen.dots([(-12, -16), (8, -20), (0, -34), (-8, -42), (9, -44), (0, -58), (-4, -68)], "#e4504e", 5)
    pen.dots([(2, -18), (-6, -30), (10, -33), (5, -62), (-7, -55)], "#ffd84a", 4.4)
    pen.dots([(0, -88)], "#ffd84a", 8)


def bush(pen: Pen, c: str) -> None:
    draw_puffs(pen, moved(BUSH, 0, 0, 24, flat=True), c, 1.2, pale(c, 0.2))


def hedge(pen: Pen, c: str) -> None:
    puffs = [(x, y, 10) for y in (-10, -20) for x in (-30, -18, -6, 6, 18, 30)]
    draw_puffs(pen, puffs, c, 1.2)
    pen.dots([(-26, -14), (-12, -8), (2, -18), (16, -9), (28, -18), (-18, -24)], pale(c, 0.25), 5)


def flower(pen: Pen, c: str) -> None:
    pen.line([(0, 0), (0, -15)], "#2f8f2f", 2.2)
    pen.blob([(0, -3), (7, -10), (8, -5), (2, -1)], "#4fb04a", 0.7)
    petals = [(0, -24), (5.6, -20), (3.4, -13.6), (-3.4, -13.6), (-5.6, -20)]
    pen.dots(petals, shade(c, 0.5), 9)
    pen.dots(petals, c, 7.2)
    pen.dots([(0, -18.6)], "#ffd21e", 6)


def rose(pen: Pen, c: str) -> None:
    pen.line([(0, 0), (0, -14)], "#2f8f2f", 2.2)
    pen.blob([(0, -3), (7, -10), (8, -5), (2, -1)], "#4fb04a", 0.7)
    pen.blob([(-7, -20), (-4, -13), (4, -13), (7, -20), (4, -25), (-4, -25)], c)
    pen.arc(0, -19, 3.6, 3.2, 150, 250, shade(c, 0.4), 1.3)


def sunflower(pen: Pen, c: str) -> None:
    pen.line([(0, 0), (0, -26)], "#2f8f2f", 2.8)
    pen.blob([(0, -6), (10, -14), (11, -8), (2, -3)], "#4fb04a", 0.8)
    ring = [(9 * cos(i * pi / 5), -34 + 9 * sin(i * pi / 5)) for i in range(10)]
    pen.dots(ring, shade(c, 0.5), 8)
    pen.dots(ring, c, 6.4)
    pen.oval(0, -34, 6.4, 6.4, "#7a4a26")


def plant(pen: Pen, c: str) -> None:
    for dx, up in ((-8, 21), (8, 22), (-3, 27), (4, 26)):
        pen.blob([(0, -9), (dx * 1.2, -up * 0.6), (dx * 1.4, -up), (dx * 0.4, -up * 0.6)], "#5fb068", 0.8)
    pen.poly([(-8, -11), (8, -11), (6, 0), (-6, 0)], c)
    pen.box(-9, -13, 18, 3.6, shade(c, 0.1), 1)


def leaf(pen: Pen, c: str) -> None:
    with pen.moved(0, -4, turn=25):
        pen.blob([(0, 4), (-8, -3), (-6, -13), (0, -19), (6, -13), (8, -3)], c)
        pen.dashes(
            [((0, 8), (0, -13)), ((0, -2), (-4, -6)), ((0, -2), (4, -6)), ((0, -7), (-3, -10)), ((0, -7), (3, -10))],
            shade(c, 0.35),
            1,
        )


def clover(pen: Pen, c: str) -> None:
    pen.line([(0, -9), (2, 2)], shade(c, 0.25), 2)
    for x, y in ((-5, -9), (5, -9), (0, -16), (0, -8)):
        pen.oval(x, y - 1, 5, 5, c, 0.9)


def rock(pen: Pen, c: str) -> None:
    pen.poly([(-17, 0), (-13, -12), (-3, -17), (10, -13), (17, 0)], c)
    pen.poly([(-8, -9), (-3, -17), (4, -9), (-3, -6)], pale(c, 0.3), 0)


def stone(pen: Pen, c: str) -> None:
    pen.blob([(-11, 0), (-11, -8), (-2, -13), (9, -9), (11, 0)], c)
    pen.oval(-3, -7, 3, 2, pale(c, 0.35), 0)


def log(pen: Pen, c: str) -> None:
    pen.box(-20, -13, 38, 13, c, 5)
    pen.dashes([((-12, -9), (2, -9)), ((-8, -4.6), (8, -4.6))], shade(c, 0.3), 1.1)
    pen.oval(17, -6.5, 5, 6.5, "#ecd0a0")
    pen.arc(17, -6.5, 2.4, 3.4, 0, 360, "#b98a5a", 0.9)


def stump(pen: Pen, c: str) -> None:
    pen.poly([(-13, -14), (13, -14), (17, 0), (-17, 0)], c)
    pen.oval(0, -14, 13, 4, "#ecd0a0")
    pen.arc(0, -14, 7, 2, 0, 360, "#b98a5a", 0.9)


def plank(pen: Pen, c: str) -> None:
    pen.poly([(-26, -3), (22, -11), (26, -7), (-22, 1)], c)
    pen.dashes([((-16, -3), (8, -7))], shade(c, 0.3), 0.9)


def straw(pen: Pen, c: str) -> None:
    pen.box(-20, -22, 40, 22, c, 3)
    for x in (-8, 8):
        pen.dashes([((x, -21.6), (x, -0.4))], "#c0703a", 2)
    lines = [
        (-17, -4, -13, -9),
        (-16, -14, -12, -18),
        (-4, -5, 0, -10),
        (-3, -14, 2, -18),
        (12, -4, 16, -9),
        (12, -14, 16, -18),
    ]
    pen.dashes([((a, b), (d, e)) for a, b, d, e in lines], shade(c, 0.3), 1.2)
    for x, y in ((-20, -15), (-20, -6), (20, -12), (20, -3)):
        pen.dashes([((x, y), (x * 1.16, y - 2))], shade(c, 0.2), 1.4)


def nest(pen: Pen, c: str) -> None:
    for x in (-5, 1, 7):
        pen.oval(x, -11, 3.6, 4.6, "#d9eef5", 0.9)
    pen.blob([(-16, -9), (16, -9), (11, 1), (-11, 1)], c)
    pen.dashes(
        [((-14, -6), (4, -4)), ((-8, -2), (13, -6)), ((-12, -9), (0, -7)), ((2, -8), (14, -9))], shade(c, 0.35), 1.1
    )


def hole(pen: Pen, c: str) -> None:
    pen.blob([(-24, 0), (-22, -7), (0, -9), (22, -7), (24, 0), (0, 3)], c)
    pen.oval(0, -3.4, 17, 4, "#4a3526", 0.8)


def puddle(pen: Pen, c: str) -> None:
    pen.blob([(-22, -3), (-12, -7), (4, -6), (20, -7), (24, -2), (8, 2), (-12, 2)], c)
    pen.arc(-2, -2.6, 8, 1.6, 0, 360, pale(c, 0.6), 1)


def pond(pen: Pen, c: str) -> None:
    pen.blob([(-42, -5), (-26, -12), (8, -11), (36, -12), (44, -4), (20, 3), (-26, 3)], c)
    pen.dashes([((-20, -6), (-11, -6)), ((6, -3), (15, -3)), ((14, -8), (22, -8))], WHITE, 1.3)
    pen.oval(-26, -4, 5, 1.8, "#5fae5a", 0.7)


def wave(pen: Pen, c: str) -> None:
    pen.blob([(-24, 0), (-20, -10), (-4, -20), (8, -16), (8, -10), (2, -10), (6, -4), (24, 0)], c)
    pen.arc(1, -12, 6, 5, 170, 200, WHITE, 1.8)


def water(pen: Pen, c: str) -> None:
    pen.blob([(0, -22), (7, -11), (7, -3), (0, 2), (-7, -3), (-7, -11)], c)
    pen.oval(-2.6, -6, 1.6, 3, "#ffffffb0", 0)


def mud(pen: Pen, c: str) -> None:
    pen.blob([(-22, 0), (-18, -7), (-8, -6), (-2, -10), (8, -6), (18, -7), (22, 0), (0, 3)], c)
    pen.dots([(-8, -3), (4, -5), (10, -2)], pale(c, 0.25), 2.6)


def sand(pen: Pen, c: str) -> None:
    pen.blob([(-24, 1), (-10, -13), (4, -16), (14, -8), (24, 1)], c)
    pen.dots([(-9, -5), (0, -9), (7, -5), (-2, -3)], shade(c, 0.25), 1.5)


def snow(pen: Pen, c: str) -> None:
    pen.blob([(-24, 1), (-16, -9), (-2, -15), (12, -10), (24, 1)], c)
    pen.arc(-2, -7, 8, 4, 200, 90, "#c8d8ea", 1.3)


def cloud(pen: Pen, c: str) -> None:
    draw_puffs(pen, moved(CLOUD, 0, -10, 1.8), c, 1.1)


def moon(pen: Pen, c: str) -> None:
    pen.blob([(6, -26), (-8, -25), (-14, -13), (-8, -1), (8, 0), (-1, -5), (-4, -13), (0, -22)], c)


def sun(pen: Pen, c: str) -> None:
    rays = [(i * pi / 4) for i in range(8)]
    pen.dashes([((12 * cos(a), -16 + 12 * sin(a)), (16 * cos(a), -16 + 16 * sin(a))) for a in rays], "#f2b63a", 2.6)
    pen.oval(0, -16, 9.4, 9.4, c)


def rainbow(pen: Pen, c: str) -> None:
    for i, color in enumerate((c, "#f8a84e", "#fbe35a", "#7fcf78", "#5f9fe8", "#a97fdc")):
        pen.arc(0, 0, 34 - 3.4 * i, 34 - 3.4 * i, 180, 180, color, 3.6)


def planet(pen: Pen, c: str) -> None:
    pen.arc(0, -14, 22, 6, 160, 220, pale(c, 0.5), 2.8)
    pen.oval(0, -14, 13, 13, c)
    pen.arc(0, -14, 22, 6, 10, 160, pale(c, 0.5), 2.8)


def shell(pen: Pen, c: str) -> None:
    pen.blob([(-13, -8), (-9, -17), (0, -20), (9, -17), (13, -8), (4, 1), (-4, 1)], c)
    pen.dashes([((x * 0.3, -1), (x, -15 + abs(x) * 0.3)) for x in (-8, -4, 0, 4, 8)], shade(c, 0.3), 1.1)


def bone(pen: Pen, c: str) -> None:
    knobs = [(-10, -3.6), (-10, -9.4), (10, -3.6), (10, -9.4)]
    pen.dots(knobs, "#7a6a58", 8)
    pen.limb([(-10, -6.5), (10, -6.5)], c, 6)
    pen.dots(knobs, c, 6)


def feather(pen: Pen, c: str) -> None:
    with pen.moved(0, 0, turn=25):
        pen.blob([(0, -2), (-6, -12), (-3, -24), (2, -28), (6, -18), (5, -8)], c)
        pen.dashes([((0, 4), (1, -22))], shade(c, 0.4), 1.2)


def tooth(pen: Pen, c: str) -> None:
    pen.blob([(-8, -18), (0, -16), (8, -18), (9, -9), (5, 2), (2, -5), (-2, -5), (-5, 2), (-9, -9)], c)
    pen.oval(-4, -12, 1.6, 2.4, WHITE, 0)


def gift(pen: Pen, c: str) -> None:
    pen.box(-11, -16, 22, 16, c, 1)
    pen.box(-2.4, -16, 4.8, 16, "#ff5a7a", 0, 0)
    pen.box(-11, -10.4, 22, 4, "#ff5a7a", 0, 0)
    pen.blob([(0, -15), (-10, -25), (-10, -15)], "#ff5a7a", 0.9)
    pen.blob([(0, -15), (10, -25), (10, -15)], "#ff5a7a", 0.9)


def spider_web(pen: Pen, c: str) -> None:
    pen.dashes([((0, -15), (15 * cos(i * pi / 4), -15 + 15 * sin(i * pi / 4))) for i in range(8)], c, 1)
    for r in (5, 9, 13):
        pen.line([(r * cos(i * pi / 4), -15 + r * sin(i * pi / 4)) for i in range(9)], c, 0.9)


def worm(pen: Pen, c: str) -> None:
    pen.limb([(-14, -3), (-8, -9), (0, -4), (8, -9), (14, -12)], c, 6)
    pen.dots([(13, -13), (16, -12)], INK, 1.8)


def crab(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.line([(side * 9, -7), (side * 16, -12), (side * 16, -17)], shade(c, 0.4), 2.4)
        pen.oval(side * 16, -19, 4.4, 3.8, c)
        pen.dashes([((side * 8, -4), (side * 15, 0)), ((side * 6, -3), (side * 10, 1))], shade(c, 0.4), 1.8)
        pen.dots([(side * 4, -16)], WHITE, 5)
        pen.dots([(side * 4, -16)], INK, 2.4)
    pen.oval(0, -8, 12, 7, c)
    pen.arc(0, -7, 3.4, 2.4, 20, 140, INK, 1)


def butterfly(pen: Pen, c: str) -> None:
    for side in (-1, 1):
        pen.blob([(0, -11), (side * 5, -20), (side * 14, -20), (side * 12, -11)], c)
        pen.blob([(0, -10), (side * 11, -10), (side * 10, -2), (side * 3, -3)], pale(c, 0.35))
    pen.limb([(0, -16), (0, -4)], "#4a3526", 2.6)
    pen.line([(-4, -23), (0, -17), (4, -23)], "#4a3526", 0.9)
