"""Hair, beards, headgear and glasses, on a head of radius 1 around the origin."""

from __future__ import annotations

from ..toon.palette import INK, WHITE, mix
from ..toon.person import BOB, CAP, CURLS, LONG, SPIKES
from .colors import CLOTHES, HAIRS, paint_of
from .marks import PaintPen
from .people import Looks

_E = 0.08  # an outline

_PARTED = [(-1.06, 0.2), (-1.16, -0.5), (-0.7, -1.14), (0.1, -1.2), (0.8, -1.06), (1.16, -0.45), (1.08, 0.16),
           (0.92, -0.2), (0.6, -0.5), (-0.35, -0.72), (-0.6, -0.4), (-0.92, -0.06)]  # fmt: skip
_BOWL = [(-1.1, 0.24), (-1.2, -0.5), (-0.7, -1.16), (0.1, -1.24), (0.8, -1.1), (1.2, -0.5), (1.1, 0.2),
         (0.95, -0.18), (0.5, -0.26), (0, -0.24), (-0.5, -0.26), (-0.95, -0.14)]  # fmt: skip
_BUZZ = [(-1.02, -0.04), (-1.06, -0.6), (-0.6, -1.06), (0.1, -1.1), (0.7, -0.98), (1.06, -0.5), (1.02, -0.06),
         (0.86, -0.42), (0.4, -0.62), (-0.2, -0.62), (-0.75, -0.46), (-0.92, -0.24)]  # fmt: skip
_AFRO = [(-1.05, 0.1), (-1.4, -0.3), (-1.42, -0.85), (-1.1, -1.35), (-0.55, -1.65), (0.1, -1.72), (0.7, -1.6),
         (1.2, -1.25), (1.45, -0.75), (1.4, -0.25), (1.05, 0.1)]  # fmt: skip
_LONG_CURLS = [
    (s * x, y) for s in (-1, 1) for x, y in ((1.1, -0.3), (1.25, 0.15), (1.2, 0.6), (1.3, 1.05), (1.15, 1.5))
]


def draw_hair_behind(pen: PaintPen, looks: Looks) -> None:
    """Draw the hair that hangs behind the head and shoulders."""
    style = looks.hair_style
    if looks.headgear in ("headscarf", "turban", "helmet") or style is None:
        return
    color = paint_of(HAIRS, looks.hair_color)
    if style == "pigtails":
        for s in (-1, 1):
            pen.blob([(s * 0.9, -0.5), (s * 1.75, -0.8), (s * 1.95, 0.3), (s * 1.55, 1.25), (s * 1.2, 0.3)], color, _E)
            pen.dots([(s * 1.12, -0.34)], WHITE, 0.34)
    elif style == "plaits":
        for s in (-1, 1):
            for i, r in enumerate((0.34, 0.32, 0.29, 0.25)):
                pen.oval(s * (1.1 + 0.06 * i), 0.35 + 0.42 * i, r, r, color, _E)
            pen.dots([(s * 1.3, 1.92)], "#dd3340", 0.3)
    elif style == "ponytail":
        pen.blob(
            [(-0.6, -0.9), (-1.3, -1.25), (-1.9, -0.6), (-1.85, 0.5), (-1.5, 1.15), (-1.35, 0.2), (-1.0, -0.3)],
            color,
            _E,
        )
    elif style in ("long", "curly long"):
        if style == "long":
            pen.blob(LONG, color, _E)
        else:
            pen.dots(_LONG_CURLS, mix(color, INK, 0.6), 0.78)
            pen.blob(
                [(-0.6, -1.1), (0.6, -1.1), (1.2, -0.4), (1.2, 1.5), (0, 1.7), (-1.2, 1.5), (-1.2, -0.4)], color, 0
            )
            pen.dots(_LONG_CURLS, color, 0.64)
    elif style == "bob":
        pen.blob(BOB, color, _E)
    elif style == "bun":
        pen.oval(-0.1, -1.24, 0.52, 0.46, color, _E)
    elif style == "afro":
        pen.blob([*_AFRO, (0.6, 0.6), (-0.6, 0.6)], color, _E)


def draw_hair(pen: PaintPen, looks: Looks) -> None:
    """Draw the hair on top of the head."""
    style = looks.hair_style
    if looks.headgear in ("headscarf", "turban", "helmet") or style in (None, "bald"):
        if style == "bald" and looks.hair_color in ("grey", "white"):
            for s in (-1, 1):
                pen.dots([(s * 1.0, -0.1), (s * 1.02, 0.14)], mix(paint_of(HAIRS, looks.hair_color), INK, 0.15), 0.4)
        return
    color = paint_of(HAIRS, looks.hair_color)
    if style == "spiky":
        pen.poly(SPIKES, color, _E)
    elif style in ("curly", "baby curls"):
        curls = CURLS if style == "curly" else CURLS[2:6]
        pen.dots(curls, mix(color, INK, 0.6), 0.66)
        pen.dots(curls, mix(color, WHITE, 0.08), 0.54)
    elif style == "bob":
        pen.blob([(-1.2, 0.75), (-1.2, -0.6), (-0.6, -1.25), (0.6, -1.25), (1.2, -0.6), (1.2, 0.75), (0.86, 0.2),
                  (0.84, -0.22), (0, -0.3), (-0.84, -0.22), (-0.86, 0.2)], color, _E)  # fmt: skip
    elif style == "tuft":
        pen.blob([(-0.2, -0.9), (-0.3, -1.3), (0.1, -1.5), (0.45, -1.25), (0.2, -1.2), (0.2, -0.9)], color, _E)
    elif style == "afro":
        pen.blob([(-1.05, -0.05), (-1.3, -0.7), (-0.7, -1.3), (0.1, -1.4), (0.8, -1.3), (1.3, -0.7), (1.05, -0.05),
                  (0.7, -0.42), (0, -0.55), (-0.7, -0.42)], color, 0)  # fmt: skip
    else:
        outline = {"parted": _PARTED, "bowl": _BOWL, "buzz": _BUZZ}.get(style, CAP)
        pen.blob(outline, color, _E)
        if style == "short":
            pen.blob([(0.0, -1.0), (0.1, -1.5), (0.55, -1.4), (0.4, -1.15)], color, 0.07)


def draw_beard(pen: PaintPen, looks: Looks) -> None:
    """Draw what grows around the mouth, before the face is drawn."""
    color = paint_of(HAIRS, looks.hair_color or "brown")
    beard = looks.beard
    if beard in ("beard", "long beard"):
        low = 1.9 if beard == "long beard" else 1.12
        pen.blob([(-0.98, 0.1), (-0.8, 0.36), (0.1, 0.2), (0.95, 0.36), (1.02, 0.1), (0.95, 0.8), (0.45, low),
                  (0.1, low + 0.15), (-0.4, low), (-0.92, 0.8)], color, _E)  # fmt: skip
    elif beard == "stubble":
        pen.blob(
            [(-0.86, 0.35), (0, 0.2), (0.95, 0.35), (0.7, 0.95), (0, 1.02), (-0.7, 0.9)],
            mix(color, WHITE, 0.3) + "66",
            0,
        )


def draw_moustache(pen: PaintPen, looks: Looks) -> None:
    """Draw a moustache over the mouth's upper edge."""
    if looks.beard == "moustache":
        color = paint_of(HAIRS, looks.hair_color or "brown")
        pen.blob(
            [
                (0.14, 0.2),
                (0.5, 0.22),
                (0.75, 0.5),
                (0.4, 0.48),
                (0.14, 0.4),
                (-0.12, 0.48),
                (-0.47, 0.5),
                (-0.22, 0.22),
            ],
            color,
            0.05,
        )


def draw_glasses(pen: PaintPen) -> None:
    for x in (-0.23, 0.51):
        pen.arc(x, 0.07, 0.33, 0.33, 0, 360, INK, 0.09)
    pen.dashes([((-1.0, 0.0), (-0.56, 0.05))], INK, 0.08)


def draw_headgear(pen: PaintPen, looks: Looks) -> None:
    """Draw what is on the head, hair included where it hides it."""
    name, color = looks.headgear, paint_of(CLOTHES, looks.headgear_color)
    if name is None:
        return
    dark = mix(color, INK, 0.35)
    gold = CLOTHES["gold"]
    if name == "cap":
        pen.blob([(-1.08, -0.3), (-1.1, -0.9), (-0.4, -1.35), (0.5, -1.3), (1.05, -0.85), (1.05, -0.35)], color, _E)
        pen.blob([(0.1, -0.62), (1.0, -0.68), (1.8, -0.38), (1.0, -0.3), (0.1, -0.34)], dark, _E)
    elif name == "flat cap":
        pen.blob(
            [(-1.2, -0.35), (-1.2, -0.9), (-0.3, -1.25), (0.8, -1.1), (1.4, -0.5), (1.2, -0.38), (0, -0.55)], color, _E
        )
    elif name == "beanie":
        pen.blob([(-1.08, -0.3), (-1.12, -0.95), (-0.5, -1.45), (0.5, -1.45), (1.12, -0.95), (1.08, -0.3)], color, _E)
        pen.box(-1.12, -0.66, 2.24, 0.36, mix(color, WHITE, 0.4), 0.16, _E)
        pen.oval(0, -1.5, 0.3, 0.28, WHITE, _E)
    elif name == "sun hat":
        pen.blob([(-0.85, -0.6), (-0.85, -1.2), (-0.3, -1.5), (0.3, -1.5), (0.85, -1.2), (0.85, -0.6)], "#f3dc9a", _E)
        pen.oval(0, -0.6, 1.6, 0.3, "#f3dc9a", _E)
        pen.line([(-0.82, -0.85), (0, -0.76), (0.82, -0.85)], color, 0.22)
    elif name == "headband":
        pen.arc(0, 0.34, 1.0, 0.98, 212, 116, color, 0.22)
    elif name == "bow":
        for s in (-1, 1):
            pen.poly([(0.35, -1.0), (0.35 + s * 0.6, -1.4), (0.35 + s * 0.6, -0.72)], color, _E)
        pen.dots([(0.35, -1.02)], dark, 0.3)
    elif name in ("crown", "tiara"):
        w, top = (0.92, -1.75) if name == "crown" else (0.62, -1.5)
        pen.poly(
            [
                (-w, -0.72),
                (-w * 1.12, top),
                (-w * 0.5, -1.2),
                (0, top - 0.1),
                (w * 0.5, -1.2),
                (w * 1.12, top),
                (w, -0.72),
            ],
            gold,
            _E,
        )
        pen.dots([(-w * 0.5, -0.88), (w * 0.5, -0.88)], "#3c6fe0", 0.2)
        pen.dots([(0, -0.9)], "#dd3340", 0.26)
    elif name == "headscarf":
        draw_headscarf(pen, color)
    elif name == "turban":
        pen.blob(
            [(-1.12, -0.22), (-1.25, -0.9), (-0.6, -1.5), (0.4, -1.55), (1.2, -1.0), (1.12, -0.25), (0.1, -0.55)],
            color,
            _E,
        )
        pen.line([(-1.0, -0.4), (0.1, -1.1), (1.05, -0.45)], dark, 0.09)
        pen.line([(-0.9, -0.9), (0.2, -1.4)], dark, 0.09)
    elif name in ("witch hat", "wizard hat"):
        pen.poly([(-0.85, -0.7), (-0.2, -2.4), (0.35, -2.55), (0.3, -2.0), (0.85, -0.7)], color, _E)
        pen.oval(0, -0.66, 1.5, 0.3, color, _E)
        if name == "witch hat":
            pen.line([(-0.72, -0.98), (0, -0.88), (0.72, -0.98)], CLOTHES["orange"], 0.24)
        else:
            pen.dots([(-0.3, -1.2), (0.25, -1.55), (0.3, -1.05), (0, -1.95)], "#ffe27a", 0.24)
    elif name == "pirate hat":
        pen.blob(
            [
                (-1.5, -0.55),
                (-1.1, -0.9),
                (-0.7, -1.55),
                (0, -1.75),
                (0.7, -1.55),
                (1.1, -0.9),
                (1.5, -0.55),
                (0, -0.72),
            ],
            color,
            _E,
        )
        pen.oval(0, -1.2, 0.24, 0.24, WHITE, 0)
        pen.dashes([((-0.36, -0.98), (0.36, -0.8)), ((0.36, -0.98), (-0.36, -0.8))], WHITE, 0.12)
        pen.dots([(-0.09, -1.22), (0.09, -1.22)], INK, 0.11)
    elif name == "helmet":
        pen.blob(
            [
                (-1.12, 0.5),
                (-1.2, -0.6),
                (-0.6, -1.35),
                (0.6, -1.35),
                (1.2, -0.6),
                (1.12, 0.5),
                (0.86, -0.1),
                (0.8, -0.42),
                (-0.6, -0.42),
                (-0.8, -0.1),
            ],
            color,
            _E,
        )
        pen.line([(-0.7, -0.62), (0.85, -0.62)], dark, 0.1)
        pen.blob([(0, -1.3), (-0.2, -1.8), (-0.9, -2.0), (-1.3, -1.5), (-0.8, -1.6), (-0.4, -1.3)], "#dd3340", _E)
    elif name == "safety helmet":
        pen.blob([(-1.1, -0.35), (-1.1, -0.95), (-0.5, -1.4), (0.5, -1.4), (1.1, -0.95), (1.1, -0.35)], color, _E)
        pen.oval(0.1, -0.4, 1.3, 0.16, color, _E)
    elif name == "chef hat":
        pen.box(-0.8, -1.2, 1.6, 0.6, WHITE, 0.1, _E)
        pen.blob(
            [(-0.9, -1.1), (-1.2, -1.6), (-0.6, -1.95), (0, -2.0), (0.6, -1.95), (1.2, -1.6), (0.9, -1.1)], WHITE, _E
        )
    elif name == "top hat":
        pen.blob([(-0.68, -0.7), (-0.68, -1.75), (0, -1.62), (0.68, -1.75), (0.68, -0.7)], color, _E)
        pen.oval(0, -0.75, 1.15, 0.2, color, _E)
        pen.line([(-0.58, -0.98), (0.58, -0.98)], CLOTHES["red"], 0.16)
    elif name == "flowers":
        for i, x in enumerate((-0.8, -0.4, 0, 0.4, 0.8)):
            y = -0.62 - 0.38 * (1 - x * x)
            pen.dots([(x, y)], ("#ee6fb8", "#ffcf33", "#ffffff")[i % 3], 0.42)
            pen.dots([(x, y)], CLOTHES["orange"], 0.16)


def draw_headscarf(pen: PaintPen, color: str) -> None:
    """Draw a scarf around head and neck that leaves the face free."""
    pen.blob([(-1.15, 0.2), (-1.2, -0.55), (-0.7, -1.18), (0.1, -1.26), (0.85, -1.12), (1.22, -0.5), (1.16, 0.2),
        (1.02, 0.9),
              (0.5, 1.35), (-0.3, 1.35), (-0.9, 0.9), (-0.4, 0.98), (0.1, 1.0), (0.6, 0.9), (0.95, 0.5), (0.92,
                  0.0), (0.72, -0.42),
              (0.1, -0.62), (-0.5, -0.45), (-0.78, 0.1), (-0.7, 0.6), (-1.0, 0.9)], color, _E)  # fmt: skip
