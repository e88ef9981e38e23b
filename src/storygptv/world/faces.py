"""Faces: six moods and a calm one, with mouths that talk, sing, eat or cry, in units of the head's radius."""

from __future__ import annotations

from ..toon.faces import EYES, MOUTHS, draw_closed_eyes, draw_eyes
from ..toon.palette import INK, WHITE
from .marks import PaintPen

_RED, _LIP, _TEAR = "#d8344a", "#8c2b33", "#3fa4ee"
EYE_X, EYE_Y = 0.37, 0.06


def draw_face(
    pen: PaintPen, mood: str | None, mouth: str | None = None, asleep: bool = False, drop: float = 0.0,
    turned: float = 0.14, lashes: bool = False, beak: str | None = None,
) -> None:  # fmt: skip
    """Draw eyes, brows and mouth on a head of radius 1 around the origin.

    `mouth` ("talk", "sing", "chew", "cry") goes before the mood's; `drop` moves the mouth down, `turned` all forward;
    `beak` is the colour of a beak in place of the mouth.
    """
    with pen.moved(turned, 0):
        if asleep:
            draw_closed_eyes(pen)
        elif mouth == "cry":
            _crying_eyes(pen)
        elif mood is None:
            draw_eyes(pen, 0.18, 0.23, 0.145)
        else:
            EYES[mood](pen)
        if lashes and not asleep and mouth != "cry":
            _draw_lashes(pen, 0.33 if mood in ("surprised",) else 0.24)
        with pen.moved(0, drop):
            if beak:
                _draw_beak(pen, beak, mood, mouth)
            elif asleep:
                pen.arc(0.02, 0.52, 0.16, 0.1, 20, 140, _LIP, 0.1)
            elif mouth:
                _SPEAKING[mouth](pen)
            elif mood is None:
                pen.arc(0, 0.4, 0.28, 0.22, 25, 130, _LIP, 0.12)
            else:
                MOUTHS[mood](pen)


def _draw_lashes(pen: PaintPen, top: float) -> None:
    segments = []
    for s in (-1, 1):
        x = s * EYE_X
        segments += [((x + s * 0.12, EYE_Y - top + 0.05), (x + s * 0.24, EYE_Y - top - 0.06)),
                     ((x + s * 0.17, EYE_Y - top + 0.15), (x + s * 0.32, EYE_Y - top + 0.1))]  # fmt: skip
    pen.dashes(segments, INK, 0.075)


def _crying_eyes(pen: PaintPen) -> None:
    for s in (-1, 1):
        pen.arc(s * EYE_X, EYE_Y + 0.1, 0.2, 0.14, 190, 160, INK, 0.12)
        pen.dashes([((s * 0.17, -0.4), (s * 0.6, -0.2))], INK, 0.12)
        pen.blob([(s * 0.3, 0.16), (s * 0.5, 0.16), (s * 0.72, 0.6), (s * 0.66, 0.95), (s * 0.44, 0.9)], _TEAR, 0.05)


def _talk(pen: PaintPen) -> None:
    pen.blob([(-0.26, 0.4), (0.26, 0.4), (0.22, 0.74), (-0.22, 0.74)], _RED, 0.08)
    pen.dashes([((-0.12, 0.47), (0.12, 0.47))], WHITE, 0.09)


def _sing(pen: PaintPen) -> None:
    pen.oval(0, 0.62, 0.27, 0.3, _LIP, 0.08)
    pen.oval(0, 0.76, 0.15, 0.11, "#f07a86", 0)


def _chew(pen: PaintPen) -> None:
    pen.oval(0.03, 0.56, 0.2, 0.13, _RED, 0.07)
    pen.oval(-0.5, 0.46, 0.15, 0.14, "#ff6f7d77", 0)


def _cry(pen: PaintPen) -> None:
    pen.blob([(-0.3, 0.8), (-0.2, 0.46), (0.2, 0.46), (0.3, 0.8), (0, 0.7)], _RED, 0.08)


_SPEAKING = {"talk": _talk, "sing": _sing, "chew": _chew, "cry": _cry}


def _draw_beak(pen: PaintPen, color: str, mood: str | None, mouth: str | None) -> None:
    """A beak, open for whoever is heard, surprised or glad."""
    if mouth or mood in ("happy", "surprised", "scared", "angry"):
        pen.blob([(-0.22, 0.42), (0.22, 0.42), (0.14, 0.86), (-0.06, 0.86)], _RED, 0.07)
    elif mood == "sad":
        pen.arc(0, 0.92, 0.22, 0.14, 200, 140, INK, 0.08)
    pen.blob([(-0.36, 0.26), (0.12, 0.14), (0.5, 0.44), (0.1, 0.52), (-0.36, 0.5)], color, 0.07)
