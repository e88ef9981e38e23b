"""What drives, swims and flies, up to 90 units wide; all stand on the origin."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade


def wheel_pair(pen: Pen, xs: tuple[float, ...], y: float, r: float) -> None:
    """Draw black wheels with light hubs."""
    for x in xs:
        pen.oval(x, y, r, r, "#3f4450")
        pen.oval(x, y, r * 0.45, r * 0.45, "#c3ccd5", 0.7)


def train(pen: Pen, c: str) -> None:
    """A steam engine with a carriage."""
    pen.blob([(20, -46), (28, -52), (38, -50), (34, -44), (24, -42)], "#eef2f6", 0.6)
    pen.box(-44, -26, 32, 20, pale(c, 0.25), 2)
    for x in (-40, -27):
        pen.box(x, -22, 10, 9, "#cfeaf8", 1, 0.8)
    pen.dashes([((-12, -8), (-6, -8))], INK, 2)
    pen.box(-6, -36, 18, 30, c, 2)
    pen.box(-2, -32, 10, 11, "#cfeaf8", 1, 0.8)
    pen.box(-9, -39, 24, 4.4, shade(c, 0.2), 1)
    pen.box(10, -24, 28, 18, c, 5)
    pen.poly([(25, -24), (24, -36), (33, -36), (32, -24)], INK)
    pen.dots([(38, -16)], "#ffe08a", 5)
    wheel_pair(pen, (-37, -21, 1, 18, 32), -5, 5.4)


def car(pen: Pen, c: str) -> None:
    pen.blob([(-26, -18), (-18, -34), (10, -34), (24, -18)], c)
    pen.poly([(-16, -20), (-11, -30), (-2, -30), (-2, -20)], "#cfeaf8", 0.9)
    pen.poly([(2, -20), (2, -30), (9, -30), (16, -20)], "#cfeaf8", 0.9)
    pen.blob([(-38, -6), (-37, -18), (-24, -21), (26, -21), (38, -16), (39, -6)], c)
    pen.dashes([((0, -18), (0, -8))], shade(c, 0.35), 1)
    pen.dots([(35, -14)], "#ffe89a", 5)
    pen.dots([(-35, -14)], "#e4404e", 3.6)
    wheel_pair(pen, (-21, 21), -6, 7.4)


def bus(pen: Pen, c: str) -> None:
    pen.box(-44, -44, 88, 40, c, 6)
    pen.box(-44, -18, 88, 4, pale(c, 0.6), 0, 0)
    for x in (-39, -22, -5, 12):
        pen.box(x, -38, 14, 14, "#cfeaf8", 2, 0.9)
    pen.box(29, -38, 11, 31, "#cfeaf8", 2, 0.9)
    pen.dots([(41, -11)], "#ffe89a", 5)
    wheel_pair(pen, (-26, 18), -5, 7)


def van(pen: Pen, c: str) -> None:
    pen.box(-38, -40, 46, 34, WHITE, 2)
    pen.oval(-15, -25, 8, 8, c)
    pen.blob([(6, -34), (22, -34), (32, -20), (36, -16), (36, -6), (6, -6)], c)
    pen.poly([(13, -30), (20, -30), (27, -19), (13, -19)], "#cfeaf8", 0.9)
    pen.dots([(34, -11)], "#ffe89a", 4.4)
    wheel_pair(pen, (-22, 22), -6, 7.2)


def tractor(pen: Pen, c: str) -> None:
    pen.box(-20, -44, 24, 26, pale(c, 0.5), 2)
    pen.box(-16, -40, 16, 15, "#cfeaf8", 1, 0.9)
    pen.box(-4, -28, 34, 16, c, 3)
    pen.dashes([((18, -28), (18, -40))], INK, 3)
    pen.box(-22, -46, 28, 4, c, 1)
    wheel_pair(pen, (-14,), -12, 13)
    wheel_pair(pen, (22,), -7, 7.6)


def bicycle(pen: Pen, c: str) -> None:
    for x in (-15, 15):
        pen.arc(x, -10, 9.4, 9.4, 0, 360, INK, 2.4)
        pen.dashes([((x - 9, -10), (x + 9, -10)), ((x, -19), (x, -1))], "#8f98a6", 0.8)
    for color, width in ((shade(c, 0.45), 3.4), (c, 2.2)):
        pen.line([(-15, -10), (-6, -24), (9, -24), (-1, -10), (-15, -10)], color, width)
        pen.line([(-7, -27), (-1, -10)], color, width)
        pen.line([(15, -10), (8, -30), (14, -32)], color, width)
    pen.dashes([((-11, -28), (-3, -28))], INK, 3.4)


def scooter(pen: Pen, c: str) -> None:
    pen.line([(-14, -5), (8, -5), (13, -34)], shade(c, 0.45), 4.4)
    pen.line([(-14, -5), (8, -5), (13, -34)], c, 3)
    pen.dashes([((8, -34), (18, -35))], INK, 3)
    wheel_pair(pen, (-14, 11), -4, 4.4)


def boat(pen: Pen, c: str) -> None:
    pen.box(-1.2, -44, 2.4, 34, "#8a6238", 0, 0.7)
    pen.poly([(2.6, -44), (2.6, -14), (24, -14)], WHITE)
    pen.poly([(-2.6, -38), (-2.6, -14), (-18, -14)], "#ffe08a")
    pen.poly([(-30, -11), (30, -11), (20, 2), (-20, 2)], c)
    pen.dashes([((-27, -7.6), (27, -7.6))], pale(c, 0.5), 1.8)


def rowing_boat(pen: Pen, c: str) -> None:
    pen.blob([(-38, -14), (-30, -11), (30, -11), (38, -14), (26, 3), (-26, 3)], c)
    pen.dashes([((-31, -8), (31, -8))], pale(c, 0.5), 1.8)
    pen.dashes([((-4, -16), (18, 4))], "#8a6238", 2.2)
    pen.oval(19, 5, 3.4, 4.4, "#b98353", 0.8)


def raft(pen: Pen, c: str) -> None:
    for y in (-3, -9):
        for x in (-32, -16, 0, 16):
            pen.box(x, y - 4, 16, 7, c, 3)
    pen.dashes([((-22, -14), (-22, 0)), ((22, -14), (22, 0))], "#f0dfba", 2.4)


def airplane(pen: Pen, c: str) -> None:
    pen.poly([(-24, -18), (-32, -32), (-24, -32), (-14, -19)], shade(c, 0.08))
    pen.blob([(-30, -16), (-10, -23), (20, -23), (31, -15), (20, -8), (-10, -9)], c)
    pen.poly([(-2, -14), (10, -14), (-6, 2), (-14, 2)], pale(c, 0.3))
    pen.blob([(18, -21), (25, -18), (20, -16)], "#cfeaf8", 0.8)
    pen.dots([(-8, -17), (-1, -17), (6, -17), (12, -17)], "#cfeaf8", 3.4)


def rocket(pen: Pen, c: str) -> None:
    pen.blob([(-6, -6), (0, 6), (6, -6)], "#ffb52e", 0.8)
    for side in (-1, 1):
        pen.poly([(side * 8, -20), (side * 17, -2), (side * 7, -6)], c)
    pen.blob([(-9, -6), (-11, -26), (-7, -42), (0, -54), (7, -42), (11, -26), (9, -6)], "#f4f1ea")
    pen.blob([(-6.4, -42), (0, -54), (6.4, -42), (0, -39)], c, 0.8)
    pen.oval(0, -28, 5.4, 5.4, "#8fd0f2")
    pen.box(-8, -14, 16, 3.6, c, 0, 0)


def hot_air_balloon(pen: Pen, c: str) -> None:
    pen.dashes([((-14, -26), (-7, -12)), ((14, -26), (7, -12)), ((0, -24), (0, -12))], "#8a6238", 1)
    pen.blob([(-8, -22), (-26, -42), (-24, -66), (0, -78), (24, -66), (26, -42), (8, -22)], c)
    pen.blob([(-3, -22), (-11, -44), (-9, -68), (0, -76), (9, -68), (11, -44), (3, -22)], "#ffe28a", 0)
    pen.box(-8, -12, 16, 12, "#c79a63", 1.6)
    pen.dashes([((-8, -6), (8, -6))], "#94683e", 0.9)


def sledge(pen: Pen, c: str) -> None:
    pen.line([(-22, -2), (16, -2), (23, -8), (21, -13)], shade(c, 0.45), 3.2)
    pen.dashes([((-14, -2), (-14, -9)), ((10, -2), (10, -9))], shade(c, 0.45), 2.6)
    pen.box(-20, -13, 38, 4, c, 1.4)
    pen.line([(20, -10), (30, -14)], "#8a6238", 1.2)


def skateboard(pen: Pen, c: str) -> None:
    pen.limb([(-18, -10), (-13, -7), (13, -7), (18, -10)], c, 4.4)
    wheel_pair(pen, (-10, 10), -3, 3)
