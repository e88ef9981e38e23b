"""The sixteen props, each drawn standing on the ground at the origin, about 18 units across."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .palette import INK, WHITE
from .pen import Pen, Point


@dataclass(frozen=True)
class Prop:
    """How a prop is drawn, and the point of it that a hand holds."""

    draw: Callable[[Pen], None]
    grip: Point
    half_width: float = 9


def draw_prop(pen: Pen, name: str, held: bool = False) -> None:
    """Draw one of `scene.PROPS`: standing on the origin or, held, with its grip there."""
    prop = PROP_SHAPES[name]
    with pen.moved(*((-prop.grip[0], -prop.grip[1]) if held else (0, 0))):
        prop.draw(pen)


def draw_open_book(pen: Pen) -> None:
    """An open book seen from its covers' side, its spine at the origin."""
    pen.poly([(0, -1), (-11, -4.5), (-11, 7.5), (0, 11), (11, 7.5), (11, -4.5)], "#d63a3a", 1.2)
    pen.poly([(0, 0.5), (-9.5, -3), (-9.5, -6), (0, -2.5), (9.5, -6), (9.5, -3)], WHITE, 0.8)
    pen.dashes([((0, -1), (0, 11))], "#7d1f1f", 1.4)
    pen.box(3.5, 1, 5, 3, "#ffd95e", edge=0)


def draw_snack(pen: Pen) -> None:
    """A sandwich with a bite, around the origin."""
    pen.blob([(-6, 3), (-6, -5), (6, -5), (6, 3), (0, 5)], "#e9b96a")
    pen.dashes([((-5, 0), (5, 0))], "#4fb04a", 2)


def _ball(pen: Pen) -> None:
    pen.oval(0, -8.5, 8.5, 8.5, "#f04e4e")
    pen.blob([(-2, -17), (4, -17), (5, -8), (3, 0), (-3, 0), (-1, -8)], WHITE, 0)
    pen.blob([(-8, -12), (-4, -15), (-3, -8), (-4, -2), (-8, -5)], "#4a90e2", 0)


def _book(pen: Pen) -> None:
    pen.box(-7, -17, 14, 17, "#d63a3a", 1)
    pen.box(-7, -17, 3, 17, "#9c2424", 1, 0)
    pen.box(-2, -13, 7, 4, "#ffd95e", 0.5, 0)
    pen.dashes([((-4, -1.2), (6.3, -1.2))], WHITE, 1.6)


def _apple(pen: Pen) -> None:
    pen.blob([(0, -10), (4, -13), (9, -8), (6, 0.6), (0, -0.6), (-6, 0.6), (-9, -8), (-4, -13)], "#8fd12c")
    pen.dashes([((0, -10), (1, -14))], "#6b4226", 1.6)
    pen.blob([(1, -12), (4, -16), (8, -15), (5, -11)], "#2f8f2f", 0.6)


def _cake(pen: Pen) -> None:
    pen.box(-10, -9, 20, 9, "#c98a55", 1.5)
    pen.blob([(-10, -14), (10, -14), (11, -6), (5, -8), (0, -4), (-5, -8), (-11, -6)], "#ffc4dd")
    pen.dashes([((-5, -12), (-5, -17)), ((0, -12), (0, -17)), ((5, -12), (5, -17))], "#5aa9e6", 1.8)
    pen.dots([(-5, -18.5), (0, -18.5), (5, -18.5)], "#ff9d1e", 2.6)


def _balloon(pen: Pen) -> None:
    pen.line([(0, 0), (1.5, -8), (-1, -14), (0, -19)], INK, 0.9)
    pen.oval(0, -28, 8, 10, "#f0408f")
    pen.poly([(-2, -16.5), (2, -16.5), (0, -19)], "#f0408f", 0.8)
    pen.oval(-3, -32, 1.8, 2.8, "#ffffffaa", 0)


def _kite(pen: Pen) -> None:
    pen.line([(0, 0), (2, -6), (-1, -11), (1, -16)], INK, 0.9)
    pen.poly([(1, -37), (10, -27), (1, -14), (-8, -27)], "#ff8b1f", 1.2)
    pen.poly([(1, -37), (10, -27), (1, -27)], "#35b5f1", 0)
    pen.poly([(1, -14), (-8, -27), (1, -27)], "#35b5f1", 0)
    pen.dots([(2, -6), (-1, -11)], "#e83e6c", 4)


def _umbrella(pen: Pen) -> None:
    pen.line([(0, -20), (0, -1.5), (2, 0), (4, -2)], "#6b4226", 1.8)
    pen.blob([(-14, -17), (-12, -30), (0, -37), (12, -30), (14, -17), (7, -19), (0, -16), (-7, -19)], "#7b4fd0")
    pen.blob([(-4, -18), (-4, -30), (0, -35), (4, -30), (4, -18), (0, -16)], "#c7aefc", 0)


def _flower(pen: Pen) -> None:
    pen.line([(0, 0), (0, -12)], "#2f8f2f", 2)
    pen.blob([(0, -3), (6, -8), (7, -4), (2, -1)], "#4fb04a", 0.7)
    petals = [(0, -19.5), (4.6, -16), (2.8, -10.8), (-2.8, -10.8), (-4.6, -16)]
    pen.dots(petals, "#8c2c78", 7.4)
    pen.dots(petals, "#f56fd0", 5.8)
    pen.dots([(0, -15)], "#ffd21e", 5)


def _gift(pen: Pen) -> None:
    pen.box(-9, -14, 18, 14, "#25b3c4", 1)
    pen.box(-2, -14, 4, 14, "#ff5a7a", 0, 0)
    pen.box(-9, -9, 18, 3.4, "#ff5a7a", 0, 0)
    pen.blob([(0, -13), (-8, -21), (-8, -13)], "#ff5a7a", 0.9)
    pen.blob([(0, -13), (8, -21), (8, -13)], "#ff5a7a", 0.9)


def _bone(pen: Pen) -> None:
    knobs = [(-8, -3), (-8, -8), (8, -3), (8, -8)]
    pen.dots(knobs, "#7a6a58", 6.8)
    pen.limb([(-8, -5.5), (8, -5.5)], "#fff3d6", 5)
    pen.dots(knobs, "#fff3d6", 5)


def _lamp(pen: Pen) -> None:
    pen.oval(0, -12, 13, 13, "#fff3a055", 0)
    pen.box(-1.2, -12, 2.4, 11, "#8a6d3b", 0, 0.6)
    pen.box(-6, -3, 12, 3, "#8a6d3b", 1.2)
    pen.poly([(-4.5, -23), (4.5, -23), (9, -11), (-9, -11)], "#ffc629")


def _bucket(pen: Pen) -> None:
    pen.arc(0, -12, 7.5, 8, 180, 180, "#4a5568", 1.4)
    pen.poly([(-8.5, -13), (8.5, -13), (6, 0), (-6, 0)], "#4f7ff0")
    pen.oval(0, -13, 8.5, 2.6, "#8fb1ff", 0.9)


def _guitar(pen: Pen) -> None:
    with pen.moved(0, 0, turn=28):
        pen.box(-1.4, -31, 2.8, 18, "#5b3a21", 0, 0.7)
        pen.box(-2.4, -34, 4.8, 5, "#3b2415", 1, 0.6)
        pen.blob(
            [(0, -19), (7, -17), (4, -11), (9, -5), (6, 2), (-6, 2), (-9, -5), (-4, -11), (-7, -17)],
            "#d98324",
        )
        pen.oval(0, -9, 2.6, 2.6, "#3b2415", 0)


def _bicycle(pen: Pen) -> None:
    for x in (-10, 10):
        pen.arc(x, -7, 6.5, 6.5, 0, 360, INK, 1.9)
    pen.line([(-10, -7), (-4, -16), (6, -16), (-1, -7), (-10, -7)], "#e8453c", 2)
    pen.line([(-4, -16), (-1, -7)], "#e8453c", 1.8)
    pen.line([(10, -7), (5, -20), (9, -21)], "#e8453c", 2)
    pen.line([(-7, -18.5), (-2, -18.5)], INK, 2.4)


def _box(pen: Pen) -> None:
    pen.box(-10, -14, 20, 14, "#c79a63", 0.5)
    pen.poly([(-10, -14), (-14, -18), (-3, -18), (0, -14)], "#dcb483", 0.9)
    pen.poly([(10, -14), (14, -18), (3, -18), (0, -14)], "#dcb483", 0.9)
    pen.box(-2, -13.4, 4, 6, "#efe0b8", 0, 0)


def _teddy(pen: Pen) -> None:
    brown = "#a9713d"
    for side in (-1, 1):
        pen.oval(side * 5.2, -20, 2.8, 2.8, brown)
        pen.oval(side * 6.4, -8.5, 2.8, 3.6, brown)
        pen.oval(side * 4.4, -2.4, 3.6, 2.6, brown)
    pen.oval(0, -6.5, 6, 6, brown)
    pen.oval(0, -15, 6.6, 5.8, brown)
    pen.oval(0, -13, 3, 2.4, "#ecd0a4", 0)
    pen.dots([(-2.6, -16.4), (2.6, -16.4), (0, -13.8)], INK, 1.7)


PROP_SHAPES = {
    "ball": Prop(_ball, (0, -3)),
    "book": Prop(_book, (0, -4), 7),
    "apple": Prop(_apple, (0, -2), 8),
    "cake": Prop(_cake, (0, 0), 11),
    "balloon": Prop(_balloon, (0, 0), 8),
    "kite": Prop(_kite, (0, 0), 9),
    "umbrella": Prop(_umbrella, (0, -7), 14),
    "flower": Prop(_flower, (0, -4), 8),
    "gift": Prop(_gift, (0, -2), 9),
    "bone": Prop(_bone, (0, -5.5), 11),
    "lamp": Prop(_lamp, (0, -5), 9),
    "bucket": Prop(_bucket, (0, -19.5), 9),
    "guitar": Prop(_guitar, (7, -14), 12),
    "bicycle": Prop(_bicycle, (-3, -17), 17),
    "box": Prop(_box, (0, -2), 14),
    "teddy": Prop(_teddy, (0, -5), 9),
}
