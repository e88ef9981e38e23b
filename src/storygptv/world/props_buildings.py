"""Houses, fences and what people put outdoors, up to 90 units wide; all stand on the origin."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE
from storygptv.toon.pen import Pen

from .place_looks import pale, shade
from .props_outside import tree

_WOOD = "#b98353"


def tent(pen: Pen, c: str) -> None:
    pen.poly([(-36, 0), (0, -52), (36, 0)], c)
    pen.poly([(-13, 0), (0, -38), (13, 0)], "#5d5566")
    pen.poly([(-13, 0), (0, -38), (-6, 0)], pale(c, 0.45), 0.9)
    pen.poly([(13, 0), (0, -38), (6, 0)], pale(c, 0.45), 0.9)


def house(pen: Pen, c: str) -> None:
    pen.box(-22, -34, 44, 34, "#f7e6c4")
    pen.box(8, -54, 7, 14, shade(c, 0.25))
    pen.poly([(-27, -33), (0, -58), (27, -33)], c)
    pen.box(-5, -20, 11, 20, "#8d6a4b", 1)
    for x in (-17, 10):
        pen.box(x, -26, 8, 9, "#cfeaf8", 0.5)


def hut(pen: Pen, c: str) -> None:
    pen.box(-20, -28, 40, 28, c)
    pen.dashes([((-20, y), (20, y)) for y in (-21, -14, -7)], shade(c, 0.3), 0.9)
    pen.poly([(-26, -27), (0, -50), (26, -27)], "#e8c56a")
    pen.box(-6, -20, 12, 20, "#6b4a30", 1)


def tree_house(pen: Pen, c: str) -> None:
    tree(pen, "#58b25c")
    pen.box(-15, -62, 30, 22, c, 0.6)
    pen.poly([(-19, -61), (0, -76), (19, -61)], "#d9584e")
    pen.box(-5, -56, 10, 10, "#4a3b3b", 1)
    pen.dashes(
        [((10, -40), (12, 0)), ((19, -40), (20, 0)), *(((10.4, y), (19.4, y)) for y in (-32, -23, -14, -5))],
        "#8a6238",
        1.8,
    )


def fence(pen: Pen, c: str) -> None:
    pen.dashes([((-36, -18), (36, -18)), ((-36, -7), (36, -7))], shade(c, 0.2), 2.6)
    for x in range(-34, 34, 11):
        pen.poly([(x, 0), (x, -24), (x + 4, -28), (x + 8, -24), (x + 8, 0)], c, 0.9)


def gate(pen: Pen, c: str) -> None:
    for x in (-27, 21):
        pen.box(x, -38, 6, 38, shade(c, 0.15), 1)
    pen.dashes([((-20, -5), (20, -28))], shade(c, 0.45), 4)
    for y in (-30, -19, -8):
        pen.box(-21, y, 42, 4.4, c, 0.6, 0.9)


def wall(pen: Pen, c: str) -> None:
    pen.box(-38, -36, 76, 36, c)
    pen.dashes([((-38, y), (38, y)) for y in (-27, -18, -9)], pale(c, 0.45), 1.2)
    joints = [(x + 8 * (i % 2), y) for i, y in enumerate((-36, -27, -18, -9)) for x in (-28, -12, 4, 20)]
    pen.dashes([((x, y), (x, y + 9)) for x, y in joints], pale(c, 0.45), 1.2)


def bridge(pen: Pen, c: str) -> None:
    pen.blob([(-46, 0), (-30, -18), (0, -26), (30, -18), (46, 0), (28, 0), (0, -12), (-28, 0)], c)
    pen.line([(-42, -18), (-22, -34), (0, -40), (22, -34), (42, -18)], shade(c, 0.4), 3)
    pen.dashes(
        [((-34, -12), (-34, -24)), ((-14, -22), (-14, -36)), ((14, -22), (14, -36)), ((34, -12), (34, -24))],
        shade(c, 0.4),
        2.4,
    )


def well(pen: Pen, c: str) -> None:
    pen.dashes([((-15, -18), (-15, -46)), ((15, -18), (15, -46))], _WOOD, 3.4)
    pen.poly([(-23, -44), (0, -58), (23, -44)], "#d9584e")
    pen.dashes([((0, -44), (0, -26))], INK, 1)
    pen.box(-4, -28, 8, 7, _WOOD, 1, 0.9)
    pen.box(-19, -20, 38, 20, c, 1)
    pen.dashes(
        [((-19, -10), (19, -10)), ((-8, -20), (-8, -10)), ((6, -20), (6, -10)), ((0, -10), (0, 0))], shade(c, 0.25), 1
    )


def mailbox(pen: Pen, c: str) -> None:
    pen.box(-2.4, -24, 4.8, 24, _WOOD, 0)
    pen.blob([(-13, -22), (-13, -33), (-7, -38), (13, -38), (13, -22)], c)
    pen.dashes([((-9, -31), (-1, -31))], INK, 1.8)
    pen.dashes([((9, -30), (9, -40))], "#ffe08a", 2)
    pen.box(8, -42, 7, 5, "#ffe08a", 0.4, 0.7)


def sign(pen: Pen, c: str) -> None:
    pen.box(-2.4, -40, 4.8, 40, _WOOD, 0)
    pen.poly([(-17, -40), (12, -40), (19, -33), (12, -26), (-17, -26)], c)
    pen.dashes([((-12, -35.4), (8, -35.4)), ((-12, -30.6), (3, -30.6))], shade(c, 0.55), 1.7)


def bus_stop(pen: Pen, c: str) -> None:
    pen.box(-2, -54, 4, 54, "#6f7c8a", 0)
    pen.box(-11, -58, 22, 20, c, 3)
    pen.box(-7, -53, 14, 8, WHITE, 1.4, 0.8)
    pen.dots([(-4, -43), (4, -43)], WHITE, 3)


def bench(pen: Pen, c: str) -> None:
    pen.dashes([((-23, -32), (-23, 0)), ((23, -32), (23, 0))], "#5f6b78", 2.8)
    for y in (-33, -25, -16):
        pen.box(-28, y, 56, 5.4, c, 1)


def barrel(pen: Pen, c: str) -> None:
    pen.blob([(-10, 0), (-16, -14), (-10, -28), (10, -28), (16, -14), (10, 0)], c)
    pen.dashes([((-12, -22), (12, -22)), ((-12, -6), (12, -6))], "#5b6470", 2.4)
    pen.dashes([((-4, -27), (-5, -1)), ((4, -27), (5, -1))], shade(c, 0.3), 0.9)


def cage(pen: Pen, c: str) -> None:
    pen.arc(0, -34, 3, 3, 0, 360, c, 1.6)
    pen.arc(0, -17, 14, 14, 180, 180, c, 2.2)
    pen.dashes([((x, -28 + abs(x) * 0.6), (x, -2)) for x in (-14, -7, 0, 7, 14)], c, 1.6)
    pen.dashes([((-14, -15), (14, -15))], c, 1.6)
    pen.box(-16, -4, 32, 4, shade(c, 0.15), 1)


def beehive(pen: Pen, c: str) -> None:
    for y, r in ((-4, 15), (-11, 14), (-18, 11), (-24, 7)):
        pen.box(-r, y - 4, 2 * r, 8, c, 4)
    pen.oval(0, -5, 3.4, 3.4, "#4a3526", 0)
    pen.dots([(18, -24), (-18, -18)], INK, 3.6)
    pen.dots([(18, -24), (-18, -18)], "#ffd84a", 2)


def windmill(pen: Pen, c: str) -> None:
    pen.poly([(-15, 0), (-10, -46), (10, -46), (15, 0)], "#f1ece2")
    pen.poly([(-12, -45), (0, -60), (12, -45)], c)
    pen.dashes([((0, -46), (a, -46 + b)) for a, b in ((22, -16), (16, 22), (-22, 16), (-16, -22))], "#8a6238", 4.4)
    pen.box(-4, -14, 8, 14, "#8d6a4b", 2)


def barn(pen: Pen, c: str) -> None:
    pen.box(-30, -34, 60, 34, c)
    pen.poly([(-34, -32), (-27, -48), (0, -60), (27, -48), (34, -32)], shade(c, 0.25))
    pen.box(-13, -24, 26, 24, "#f4ece0", 0)
    pen.dashes([((-13, -24), (13, 0)), ((13, -24), (-13, 0))], c, 2)


def rail(pen: Pen, c: str) -> None:
    pen.dashes([((x, 0), (x, -26)) for x in (-34, -17, 0, 17, 34)], shade(c, 0.3), 3)
    pen.box(-39, -30, 78, 5, c, 1.6)


def lighthouse(pen: Pen, c: str) -> None:
    pen.poly([(-13, 0), (-8, -60), (8, -60), (13, 0)], WHITE)
    for y in (-54, -30):
        pen.poly([(-9.4, y), (9.4, y), (11, y + 12), (-11, y + 12)], c, 0)
    pen.box(-8, -70, 16, 10, "#ffe9a3")
    pen.poly([(-10, -70), (10, -70), (0, -80)], c)


def goat_statue(pen: Pen, c: str) -> None:
    """A statue on a stone."""
    pen.box(-14, -16, 28, 16, shade(c, 0.1), 1)
    pen.blob([(-7, -16), (-8, -34), (8, -34), (7, -16)], c)
    pen.oval(0, -40, 7, 7, c)
    pen.limb([(6, -31), (14, -42)], c, 4)
