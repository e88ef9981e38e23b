"""Faces: six expressions, drawn around the head's centre in units of its radius."""

from __future__ import annotations

from .palette import INK, WHITE
from .pen import Pen

_EYE_X, _EYE_Y = 0.37, 0.06
_RED, _LIP, _TEAR = "#d8344a", "#8c2b33", "#3fa4ee"


def draw_face(pen: Pen, expression: str, asleep: bool = False, muzzle: float = 0.0, turned: float = 0.14) -> None:
    """Eyes, brows and mouth on a head of radius 1; `muzzle` moves the mouth down, `turned` all forward."""
    with pen.moved(turned, 0):
        if asleep:
            draw_closed_eyes(pen)
        else:
            EYES[expression](pen)
        with pen.moved(0, muzzle):
            MOUTHS[expression](pen)


def draw_eyes(pen: Pen, rx: float, ry: float, pupil: float, up: float = 0.0) -> None:
    for side in (-1, 1):
        pen.oval(side * _EYE_X, _EYE_Y, rx, ry, WHITE, edge=0.07)
    centres = [(side * _EYE_X + 0.04, _EYE_Y + up) for side in (-1, 1)]
    pen.dots(centres, INK, 2 * pupil)


def _brows(pen: Pen, inner: float, outer: float, width: float = 0.12) -> None:
    """Lines above the eyes at those heights; a low inner end is anger, a high one sorrow."""
    pen.dashes([((s * 0.17, inner), (s * 0.6, outer)) for s in (-1, 1)], INK, width)


def draw_closed_eyes(pen: Pen) -> None:
    for side in (-1, 1):
        pen.arc(side * _EYE_X, _EYE_Y, 0.22, 0.16, 10, 160, INK, 0.12)


def _happy_eyes(pen: Pen) -> None:
    draw_eyes(pen, 0.19, 0.25, 0.14)
    for side in (-1, 1):
        pen.arc(side * _EYE_X, -0.28, 0.22, 0.12, 200, 140, INK, 0.09)
        pen.oval(side * 0.62, 0.36, 0.15, 0.1, "#ff6f7d99", edge=0)


def _sad_eyes(pen: Pen) -> None:
    draw_eyes(pen, 0.19, 0.2, 0.13, up=0.05)
    _brows(pen, -0.42, -0.2)
    pen.poly([(0.52, 0.22), (0.68, 0.52), (0.6, 0.62), (0.44, 0.62), (0.38, 0.5)], _TEAR, edge=0.04)


def _angry_eyes(pen: Pen) -> None:
    for side in (-1, 1):
        pen.oval(side * 0.62, 0.3, 0.2, 0.16, "#ff3b3088", edge=0)
    draw_eyes(pen, 0.19, 0.17, 0.13, up=0.02)
    _brows(pen, -0.04, -0.42, 0.18)


def _surprised_eyes(pen: Pen) -> None:
    draw_eyes(pen, 0.27, 0.33, 0.13)
    for side in (-1, 1):
        pen.arc(side * _EYE_X, -0.45, 0.22, 0.16, 200, 140, INK, 0.1)


def _scared_eyes(pen: Pen) -> None:
    draw_eyes(pen, 0.27, 0.27, 0.07)
    _brows(pen, -0.52, -0.26)
    pen.blob([(-0.86, -0.5), (-0.7, -0.2), (-0.74, 0.02), (-0.98, 0.02), (-1.02, -0.2)], _TEAR, edge=0.04)


def _sleepy_eyes(pen: Pen) -> None:
    pen.dots([(side * _EYE_X, _EYE_Y + 0.06) for side in (-1, 1)], INK, 0.24)
    pen.dashes([((s * 0.16, _EYE_Y - 0.02), (s * 0.6, _EYE_Y + 0.06)) for s in (-1, 1)], INK, 0.15)
    pen.dashes([((s * 0.22, 0.34), (s * 0.5, 0.36)) for s in (-1, 1)], "#7a5a8a99", 0.1)


def _smile(pen: Pen) -> None:
    pen.blob([(-0.42, 0.36), (0, 0.42), (0.42, 0.36), (0.3, 0.78), (-0.3, 0.78)], _RED, edge=0.09)
    pen.dashes([((-0.2, 0.47), (0.2, 0.47))], WHITE, 0.1)


def _frown(pen: Pen) -> None:
    pen.arc(-0.06, 0.78, 0.28, 0.24, 200, 140, _LIP, 0.13)


def _teeth(pen: Pen) -> None:
    pen.box(-0.34, 0.44, 0.68, 0.26, WHITE, 0.06, edge=0.1)
    pen.dashes([((-0.34, 0.57), (0.34, 0.57)), ((0, 0.44), (0, 0.7))], INK, 0.06)


def _round(pen: Pen) -> None:
    pen.oval(0, 0.63, 0.2, 0.26, _LIP, edge=0.08)


def _wavy(pen: Pen) -> None:
    points = [(-0.4, 0.62), (-0.22, 0.5), (-0.04, 0.66), (0.14, 0.5), (0.32, 0.66), (0.42, 0.56)]
    pen.line(points, _LIP, 0.13)


def _yawn(pen: Pen) -> None:
    pen.oval(0.02, 0.6, 0.24, 0.13, _LIP, edge=0.06)


EYES = {
    "happy": _happy_eyes, "sad": _sad_eyes, "angry": _angry_eyes,
    "surprised": _surprised_eyes, "scared": _scared_eyes, "sleepy": _sleepy_eyes,
}  # fmt: skip
MOUTHS = {
    "happy": _smile, "sad": _frown, "angry": _teeth,
    "surprised": _round, "scared": _wavy, "sleepy": _yawn,
}  # fmt: skip
