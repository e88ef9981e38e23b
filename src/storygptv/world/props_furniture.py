"""Furniture and parts of a house, up to 80 units wide; all stand on the origin."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade


def bed(pen: Pen, c: str) -> None:
    wood = "#b98353"
    pen.box(-42, -30, 6, 30, wood, 2)
    pen.box(38, -22, 5, 22, wood, 2)
    pen.box(-38, -12, 78, 8, wood, 1)
    pen.box(-37, -18, 76, 8, "#f8f4ee", 3)
    pen.blob([(-37, -26), (-20, -28), (-17, -17), (-37, -15)], WHITE)
    pen.box(-16, -21, 54, 14, c, 4)
    pen.dots([(-8, -16), (4, -11), (16, -16), (28, -11)], pale(c, 0.6), 4)


def chair(pen: Pen, c: str) -> None:
    """A chair seen a little from the side."""
    back, seat = [(-13, -42), (5, -42)], [(-13, -19), (5, -19), (13, -15), (-5, -15)]
    legs = [((-12, -18), (-12, -3)), ((-5, -14), (-5, 0)), ((12, -14), (12, 0)), ((5, -17), (5, -4))]
    posts = [((-12, -19), (-12, -42)), ((5, -19), (5, -42))]
    for color, width in ((shade(c, 0.55), 4.2), (shade(c, 0.1), 2.6)):
        pen.dashes([*legs, *posts], color, width)
    for y in (-41, -31):
        pen.box(back[0][0], y, 19, 6, c, 2)
    pen.poly(seat, pale(c, 0.15), 1.2)


def armchair(pen: Pen, c: str) -> None:
    pen.box(-14, -36, 28, 26, shade(c, 0.08), 7)
    pen.box(-15, -18, 30, 15, c, 4)
    for x in (-20, 12):
        pen.box(x, -23, 8, 20, shade(c, 0.08), 4)
    pen.dots([(-15, -1.4), (15, -1.4)], "#6b4a30", 3.4)


def sofa(pen: Pen, c: str) -> None:
    pen.box(-32, -34, 64, 24, shade(c, 0.08), 7)
    pen.box(-34, -19, 68, 16, c, 4)
    for x in (-39, 29):
        pen.box(x, -24, 10, 22, shade(c, 0.08), 4)
    pen.dashes([((0, -17), (0, -10))], shade(c, 0.35), 1)
    pen.box(-24, -30, 12, 12, pale(c, 0.5), 2.5)
    pen.dots([(-32, -0.8), (32, -0.8)], "#6b4a30", 3.4)


def table(pen: Pen, c: str) -> None:
    legs = [((-22, -20), (-22, 0)), ((22, -20), (22, 0))]
    pen.dashes(legs, shade(c, 0.5), 4)
    pen.dashes(legs, shade(c, 0.1), 2.6)
    pen.box(-28, -24, 56, 5, c, 1.4)


def desk(pen: Pen, c: str) -> None:
    pen.dashes([((-22, -20), (-22, 0))], shade(c, 0.5), 4)
    pen.box(4, -21, 20, 20, shade(c, 0.1), 1)
    pen.dashes([((4, -11), (24, -11))], shade(c, 0.4), 0.9)
    pen.dots([(14, -16), (14, -6)], shade(c, 0.5), 2)
    pen.box(-28, -25, 56, 5, c, 1.2)
    pen.box(-16, -28, 14, 3, WHITE, 0.4, 0.8)
    pen.dashes([((-9, -28), (0, -34))], "#ffb52e", 1.8)


def shelf(pen: Pen, c: str) -> None:
    pen.box(-18, -56, 36, 56, c, 1)
    books = ("#d9645c", "#5b9bd5", "#72b36a", "#e8b750", "#9a78c2")
    for row, y in enumerate((-53, -35.5, -18)):
        pen.box(-15, y, 30, 15, shade(c, 0.35), edge=0)
        for i in range(5 - row % 2):
            h = 9 + (i * 3 + row * 2) % 5
            pen.box(-14 + 5 * i, y + 15 - h, 4.4, h, books[(i + row * 2) % 5], 0, 0.7)


def wardrobe(pen: Pen, c: str) -> None:
    pen.box(-20, -64, 40, 62, c, 1.4)
    for x in (-18, 1):
        pen.box(x, -60, 17, 54, pale(c, 0.2), 1, 0.8)
    pen.dots([(-3, -32), (3, -32)], "#ffe08a", 2.8)
    pen.box(-22, -67, 44, 4, shade(c, 0.1), 1)
    pen.dots([(-16, -1), (16, -1)], shade(c, 0.4), 3.4)


def door(pen: Pen, c: str) -> None:
    pen.box(-16, -68, 32, 68, "#fffaf0", 1)
    pen.box(-13, -65, 26, 65, c, 0.6)
    for y, h in ((-60, 22), (-32, 26)):
        pen.box(-9, y, 18, h, pale(c, 0.2), 0.6, 0.8)
    pen.dots([(9.6, -31)], "#ffe08a", 3.6)


def open_door(pen: Pen, c: str) -> None:
    pen.box(-16, -68, 32, 68, "#fffaf0", 1)
    pen.box(-13, -65, 26, 65, "#4a4560", edge=0)
    pen.poly([(-13, -65), (-26, -60), (-26, 6), (-13, 0)], c)
    pen.dots([(-23.6, -28)], "#ffe08a", 3.2)


def window(pen: Pen, c: str) -> None:
    pen.box(-15, -52, 30, 30, "#bfe7ff", 0.5)
    pen.oval(6, -44, 4, 4, "#ffe27a", 0)
    pen.oval(-6, -28, 6, 3, WHITE, 0)
    pen.dashes([((0, -52), (0, -22)), ((-15, -38), (15, -38))], c, 2)
    for color, width in (("#8d7b68", 4), (c, 2.6)):
        pen.line([(-15, -52), (15, -52), (15, -22), (-15, -22), (-15, -52)], color, width)
    pen.box(-18, -22, 36, 3, c, 0.6, 0.8)


def curtain(pen: Pen, c: str) -> None:
    pen.dashes([((-24, -60), (24, -60))], "#8a6238", 2.6)
    for side in (-1, 1):
        cloth = [(side * 3, -59), (side * 21, -59), (side * 22, -3), (side * 12, -3), (side * 13, -22), (side * 5, -44)]
        pen.poly(cloth, c, 1.2)
        pen.dashes([((side * 11, -57), (side * 16, -24)), ((side * 17, -57), (side * 18.6, -6))], shade(c, 0.25), 1)
        pen.box(min(side * 12, side * 22), -25, 10, 3.6, "#ffe08a", 1, 0.8)
    pen.dots([(-25, -60), (25, -60)], "#e8b94a", 4)


def rug(pen: Pen, c: str) -> None:
    pen.oval(0, -3, 34, 6, c)
    pen.oval(0, -3, 25, 4, pale(c, 0.4), 0)
    pen.oval(0, -3, 14, 2, c, 0)


def mirror(pen: Pen, c: str) -> None:
    pen.oval(0, -36, 14, 18, c)
    pen.oval(0, -36, 11, 15, "#d3eefb", 0.8)
    pen.dashes([((-5, -32), (3, -44)), ((1, -31), (6, -38))], WHITE, 1.8)
    pen.dashes([((-8, 0), (-3, -19)), ((8, 0), (3, -19))], c, 2.8)


def bath(pen: Pen, c: str) -> None:
    for x, y, r in ((-18, -24, 6), (-9, -27, 7), (1, -25, 6.6), (11, -27, 6), (20, -24, 5)):
        pen.oval(x, y, r, r * 0.86, "#eef8ff", 0.9)
    pen.blob([(-33, -22), (33, -22), (28, -2), (-28, -2)], c)
    pen.box(-35, -24, 70, 5, WHITE, 2.5)
    pen.dots([(-20, -1), (20, -1)], "#c9a24e", 4.6)


def piano(pen: Pen, c: str) -> None:
    pen.box(-26, -42, 52, 42, c, 1.4)
    pen.box(-22, -37, 44, 12, pale(c, 0.12), 1, 0.8)
    pen.box(-7, -40, 14, 12, WHITE, 0.4, 0.8)
    pen.dashes([((-4, -36), (4, -36)), ((-4, -33), (4, -33))], INK, 0.8)
    pen.box(-28, -24, 56, 6, WHITE, 0.8)
    pen.dashes([((x, -24), (x, -18)) for x in range(-24, 28, 4)], "#9a98a6", 0.7)
    pen.dashes([((x, -23.4), (x, -20.6)) for x in range(-22, 26, 8)], INK, 2)


def stove(pen: Pen, c: str) -> None:
    pen.box(-18, -36, 36, 36, c, 2)
    pen.box(-13, -24, 26, 18, "#4c535c", 2)
    pen.box(-10, -21, 20, 12, "#f2a65a", 1, 0)
    pen.dots([(-11, -30), (-4, -30), (4, -30), (11, -30)], INK, 3)
    pen.box(-20, -39, 40, 4, "#5b6470", 1)


def fridge(pen: Pen, c: str) -> None:
    pen.box(-16, -62, 32, 61, c, 4)
    pen.dashes([((-16, -41), (16, -41))], shade(c, 0.3), 1.2)
    pen.dashes([((11, -54), (11, -47)), ((11, -35), (11, -22))], shade(c, 0.45), 2.4)


def television(pen: Pen, c: str) -> None:
    pen.dashes([((-4, -26), (-10, -35)), ((4, -26), (10, -35))], INK, 1.6)
    pen.box(-20, -28, 40, 26, c, 3)
    pen.box(-16, -24.6, 26, 19, "#9ad0e8", 2)
    pen.dots([(14.6, -20), (14.6, -14)], "#ffe08a", 3)
    pen.dashes([((-12, -1.4), (-14, 1)), ((12, -1.4), (14, 1))], INK, 2.4)


def stairs(pen: Pen, c: str) -> None:
    for i in range(5):
        pen.box(-30 + 12 * i, -9 - 9 * i, 60 - 12 * i, 9 + 9 * i, c if i % 2 else pale(c, 0.12), 0.4)
    pen.line([(-28, -30), (26, -72)], shade(c, 0.4), 3)
    pen.dashes([((-24 + 12 * i, -9 - 9 * i), (-24 + 12 * i, -33 - 9.4 * i)) for i in range(5)], shade(c, 0.4), 1.6)


def fire(pen: Pen, c: str) -> None:
    pen.oval(0, -11, 19, 17, "#ffe48a40", 0)
    pen.dashes([((-11, -1), (10, -6)), ((11, -1), (-10, -6))], "#5b3a22", 5.4)
    pen.dashes([((-11, -1), (10, -6)), ((11, -1), (-10, -6))], "#9a6a42", 3.8)
    pen.blob([(-10, -4), (-8, -15), (-4, -11), (0, -28), (5, -13), (8, -17), (10, -4)], c, 1)
    pen.blob([(-5, -4), (-2, -14), (2, -10), (5, -4)], "#ffe066", 0)


def board(pen: Pen, c: str) -> None:
    pen.dashes([((-14, 0), (-10, -22)), ((14, 0), (10, -22))], "#8a6238", 3)
    pen.box(-22, -50, 44, 32, "#c4935a", 1)
    pen.box(-19, -47, 38, 26, c, 0.4, 0.8)
    pen.line([(-13, -28), (-9.4, -42), (-5.8, -28)], WHITE, 1.6)
    pen.dashes(
        [((-12, -33), (-7, -33)), ((1, -40), (13, -40)), ((1, -34), (10, -34)), ((1, -28), (12, -28))], WHITE, 1.5
    )


def hammock(pen: Pen, c: str) -> None:
    for x in (-40, 40):
        pen.limb([(x, 0), (x, -44)], "#9a6a42", 5)
    pen.line([(-40, -38), (-28, -24)], "#c8b48a", 1.6)
    pen.line([(40, -38), (28, -24)], "#c8b48a", 1.6)
    pen.blob([(-31, -27), (-15, -17), (15, -17), (31, -27), (20, -5), (-20, -5)], c)
    pen.dashes([((x, -14), (x * 0.9, -8)) for x in (-14, -5, 5, 14)], pale(c, 0.6), 2.4)


def sleeping_bag(pen: Pen, c: str) -> None:
    pen.box(-32, -12, 64, 12, c, 6)
    pen.box(-32, -12, 20, 12, pale(c, 0.5), 6)
    pen.dashes([((x, -11), (x, -1)) for x in (-4, 8, 20)], shade(c, 0.25), 1)
    pen.box(-30, -13, 14, 8, WHITE, 3)


def counter(pen: Pen, c: str) -> None:
    pen.box(-30, -28, 60, 28, c, 1)
    pen.dashes([((-15, -25), (-15, -2)), ((0, -25), (0, -2)), ((15, -25), (15, -2))], shade(c, 0.25), 1)
    pen.box(-33, -33, 66, 6, pale(c, 0.5), 1.4)


def sink(pen: Pen, c: str) -> None:
    pen.box(-5, -20, 10, 20, shade(c, 0.06), 1)
    pen.blob([(-18, -30), (18, -30), (12, -17), (-12, -17)], c)
    pen.box(-20, -33, 40, 5, c, 2)
    pen.line([(-6, -33), (-6, -42), (2, -42), (2, -38)], "#93a1ab", 2.6)


def fireplace(pen: Pen, c: str) -> None:
    pen.box(-24, -44, 48, 44, c, 0.6)
    pen.dashes([((-24, y), (24, y)) for y in (-35, -26, -17, -8)], shade(c, 0.25), 0.8)
    pen.box(-15, -28, 30, 28, "#4a3b3b", 4)
    with pen.moved(0, -2, 0.8):
        fire(pen, "#f6853c")
    pen.box(-28, -49, 56, 6, "#b98353", 1)
