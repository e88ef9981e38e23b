"""Sky and weather, by day and by night, on a 128 x 128 canvas."""

from __future__ import annotations

from random import Random

from storygptv.toon.palette import WHITE, mix
from storygptv.toon.pen import Pen

from .place_looks import NIGHT, Stage
from .shapes import CLOUD, draw_puffs, moved

SKIES = ("#b6e3fb", "#b2bdca", "#d6e1ed")  # clear, rain, snow
NIGHT_SKIES = ("#4858a4", "#4d577f", "#5b679c")
_CLOUDS = (((70, 22), (100, 12), (18, 16)), ((20, 20), (88, 14), (112, 26)), ((64, 12), (36, 24), (108, 20)))
_STARS = (
    (8, 8),
    (34, 26),
    (66, 7),
    (84, 24),
    (98, 7),
    (121, 14),
    (28, 5),
    (58, 30),
    (110, 34),
    (14, 30),
    (46, 40),
    (76, 44),
    (94, 38),
    (22, 48),
    (64, 18),
)
_SUNS = (44, 104, 22)


def sky_color(s: Stage) -> str:
    """Return the colour of the sky."""
    return (NIGHT_SKIES if s.night else SKIES)[1 if s.rain else 2 if s.snow else 0]


def draw_cloud(pen: Pen, x: float, y: float, color: str = "#ffffff", scale: float = 1) -> None:
    """Draw a cloud whose middle is (x, y)."""
    draw_puffs(pen, moved(CLOUD, x, y, scale), color[:7], 0)


def draw_sky(s: Stage, bottom: float = 82, color: str | None = None) -> None:
    """Draw the sky down to `bottom`, with sun, moon and stars, or clouds, and begin the scenery before it."""
    s.pen.box(-2, -2, 132, bottom + 2, color or sky_color(s), edge=0)
    if s.rain or s.snow:
        cloud = ("#6b7690" if s.night else "#8f9dad") if s.rain else ("#7682ae" if s.night else "#bfcddb")
        for x, y in ((12, 8), (44, 12), (80, 7), (112, 12)):
            draw_cloud(s.pen, x, y, cloud, 1.7)
    elif s.night:
        _draw_moon_and_stars(s)
    else:
        x = _SUNS[s.variant]
        s.pen.oval(x, 14, 11, 11, "#fff3b055", 0)
        s.pen.oval(x, 14, 8, 8, "#ffe27a", 0.8)
        for x, y in _CLOUDS[s.variant]:
            draw_cloud(s.pen, x, y)
    s.begin_scenery()


def _draw_moon_and_stars(s: Stage) -> None:
    x = _SUNS[s.variant] - 46
    moon = [(52, 5), (42, 4), (36, 14), (42, 24), (54, 22), (46, 20), (43, 14), (46, 7)]
    s.pen.blob([(mx + x, my) for mx, my in moon], "#fdf3c0", 0)
    far = [(sx, sy) for sx, sy in _STARS if abs(sx - x - 45) > 12]
    s.pen.dots(far, "#fff6cf", 1.5)
    s.pen.dots(far[::3], "#fff6cf", 2.2)


def draw_weather(s: Stage, puddles: bool = True) -> None:
    """Draw streaks of rain and, on firm ground, puddles, or flakes of snow, over the whole picture."""
    chance = Random(7 + s.variant)
    spots = [(chance.uniform(0, 132), chance.uniform(-4, 126)) for _ in range(80)]
    if s.rain:
        for x, y in ((24, 119), (92, 124), (60, 98), (112, 104)) if puddles else ():
            s.pen.oval(x, y, 13, 2.4, "#8fb4d8c0", 0)
            s.pen.arc(x, y, 5, 1, 0, 360, "#d5e6f5", 0.6)
        s.pen.dashes([((x, y), (x - 2.5, y + 8)) for x, y in spots], "#b5cff5c0" if s.night else "#4f86c6b0", 1.1)
    elif s.snow:
        s.pen.dots(spots[::2], WHITE, 2.7)
        s.pen.dots(spots[1::2], WHITE, 1.8)


def draw_outside(s: Stage, x: float, y: float, w: float, h: float, ground: bool = True) -> None:
    """Draw what a window of that box shows: sky, hills, sun or moon, rain or snow."""
    pen = s.pen
    pen.box(x, y, w, h, "#2b3a78" if s.night else sky_color(s), edge=0)
    clear = not (s.rain or s.snow)
    if s.night and clear:
        pen.dots(
            [(x + w * a, y + h * b) for a, b in ((0.15, 0.2), (0.8, 0.6), (0.4, 0.12), (0.2, 0.55))], "#fff6cf", 1.4
        )
        pen.oval(x + w * 0.66, y + h * 0.28, min(w, h) * 0.13, min(w, h) * 0.13, "#fdf3c0", 0)
    elif clear:
        pen.oval(x + w * 0.72, y + h * 0.26, min(w, h) * 0.14, min(w, h) * 0.14, "#ffe27a", 0)
        draw_cloud(pen, x + w * 0.3, y + h * 0.34, "#ffffff", min(w, h) / 52)
    if ground:
        hill = s.white("#8fcb86")
        hill = mix(hill, NIGHT, 0.55) if s.night else hill
        pen.blob([(x - w * 0.1, y + h), (x, y + h * 0.62), (x + w * 0.5, y + h * 0.8), (x + w * 0.9, y + h * 0.66),
                  (x + w, y + h * 1.0)], hill, 0)  # fmt: skip
        pen.box(x, y + h * 0.9, w, h * 0.1, hill, edge=0)
    chance = Random(int(x * 3 + y))
    count = int(w * h / 28)
    spots = [(x + chance.uniform(0.06, 0.94) * w, y + chance.uniform(0.04, 0.82) * h) for _ in range(count)]
    if s.rain:
        pen.dashes([((a, b), (a - 1, b + h * 0.14)) for a, b in spots], "#dcebff" if s.night else "#4f86c6", 0.9)
    elif s.snow:
        pen.dots(spots, WHITE, 1.9)
