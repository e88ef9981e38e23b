"""Sky and weather of the places outdoors, by day and by night, on a 128 x 128 canvas."""

from __future__ import annotations

from random import Random

from .palette import WHITE, mix
from .pen import Pen

HORIZON = 80
_SKIES = {"clear": "#b5e2fb", "rain": "#a9b6c4", "snow": "#d3dfec"}


def draw_sky(pen: Pen, weather: str, night: bool) -> None:
    """The sky above the horizon, with sun or clouds."""
    pen.box(0, 0, 128, HORIZON + 2, mix(_SKIES[weather], "#33479e", 0.7) if night else _SKIES[weather], edge=0)
    if weather == "clear" and not night:
        pen.oval(46, 14, 8.5, 8.5, "#ffe27a", 0.8)
        for x, y in ((68, 22), (94, 12)):
            pen.blob(
                [
                    (x - 12, y + 3),
                    (x - 6, y - 5),
                    (x + 2, y - 7),
                    (x + 8, y - 3),
                    (x + 13, y + 4),
                    (x, y + 5),
                ],
                "#ffffffd0",
                0,
            )
    elif weather != "clear":
        for x, y in ((18, 8), (52, 12), (88, 7), (116, 12)):
            color = "#8594a5" if weather == "rain" else "#bccad9"
            pen.blob(
                [
                    (x - 20, y + 4),
                    (x - 9, y - 8),
                    (x + 4, y - 9),
                    (x + 14, y - 4),
                    (x + 20, y + 5),
                    (x, y + 7),
                ],
                color,
                0,
            )


def draw_night_lights(pen: Pen, place: str, clear: bool) -> None:
    """What shines at night: moon and stars in a clear sky, the lamp and windows of the street."""
    if clear:
        moon = [(52, 5), (42, 4), (36, 14), (42, 24), (54, 22), (46, 20), (43, 14), (46, 7)]
        pen.blob(moon, "#fdf3c0", 0)
        pen.dots([(8, 8), (34, 24), (66, 7), (84, 22), (98, 7), (121, 14), (28, 5)], "#fff6cf", 1.7)
    if place == "street":
        pen.oval(64, 30, 15, 15, "#ffe48a66", 0)
        pen.oval(64, 30, 5, 5, "#fff2b0", 0)
        for x in (10, 34, 84, 108):
            pen.box(x, 44, 8, 9, "#ffe27a", edge=0)


def draw_weather(pen: Pen, weather: str, night: bool) -> None:
    """Streaks of rain and puddles, or flakes of snow."""
    chance = Random(7)
    spots = [(chance.uniform(0, 128), chance.uniform(0, 126)) for _ in range(70)]
    if weather == "rain":
        pen.dashes([((x, y), (x - 2.5, y + 8)) for x, y in spots], "#a5c6f2d0" if night else "#4f86c6d0", 1.3)
        for x, y in ((24, 119), (92, 123), (60, 96)):
            pen.oval(x, y, 13, 2.6, "#8fb4d8c0", 0)
    elif weather == "snow":
        pen.dots(spots, WHITE, 2.8)
