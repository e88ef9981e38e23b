"""Places in the open that people tend: park, garden, playground, farm, field, campsite."""

from __future__ import annotations

from storygptv.toon.palette import WHITE

from .place_looks import Stage, pale, shade
from .scenery_outdoors import (
    draw_bench,
    draw_bush,
    draw_fence,
    draw_flowers,
    draw_ground,
    draw_hills,
    draw_house,
    draw_tree,
    grass,
)
from .sky import draw_sky

PETALS = ("#f56fb0", "#ffd24a", "#f47c72", "#b58af0", "#ffffff")


def draw_park(s: Stage) -> None:
    """Trees, a path, benches, a fountain or a pond with ducks."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s)
    draw_ground(s, grass(s), tufts=True)
    pen.blob([(48, 80), (82, 80), (78, 94), (106, 132), (8, 132), (58, 96)], s.white("#f0dfba"), 0)
    draw_tree(s, 118, 84, 0.62, "round")
    draw_tree(s, 92, 82, 0.42)
    if s.variant != 1:
        pen.oval(66, 76, 21, 6, "#c9d3da", 1)
        pen.oval(66, 75, 18, 4, "#8fd0f2", 0)
        pen.box(63.5, 54, 5, 20, "#c9d3da", 1)
        pen.oval(66, 55, 9, 3, "#c9d3da", 1)
        for side in (-1, 1):
            pen.line([(66, 50), (66 + 6 * side, 46), (66 + 10 * side, 58), (66 + 11 * side, 71)], "#7cc4f0", 1.6)
    else:
        pen.oval(70, 82, 30, 7, "#7cc4ec", 1)
        for x in (60, 80):
            pen.oval(x, 79, 5, 3, WHITE, 0.7)
            pen.oval(x + 4, 75, 2.6, 2.6, WHITE, 0.7)
            pen.dots([(x + 7, 75.4)], "#f28b2d", 2)
    draw_bench(s, 26, 86, 22)
    if s.variant == 2:
        draw_bench(s, 88, 86, 22)
    draw_tree(s, 13, 92, 1.02)


def draw_garden(s: Stage) -> None:
    """A picket fence, beds of flowers, the house or a shed, a tree."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s, "#a3d69a")
    if s.variant == 0:
        draw_house(s, 84, 84, 46, 46, "#f7e6c4", s.main, s.second)
    elif s.variant == 1:  # a shed
        pen.box(92, 48, 30, 36, "#b98a5a")
        pen.dashes([((x, 49), (x, 83)) for x in (98, 104, 110, 116)], "#94683e", 0.9)
        pen.poly([(88, 49), (107, 34), (126, 49)], s.white(s.main))
        pen.box(101, 60, 12, 24, s.second, 0.6, 0.8)
    else:
        draw_tree(s, 106, 84, 0.8, "apple")
    color = "#fffaf0" if s.variant != 1 else "#e9c58c"
    draw_fence(s, -4, 84 if s.variant == 0 else 132, 83, color=color)
    draw_ground(s, "#b2df90", 82, tufts=True)
    pen.blob([(-10, 98), (-4, 84), (40, 87), (92, 86), (132, 84), (138, 98)], s.white("#b98b66"), 0.8)
    for i, x in enumerate(range(32, 128, 12)):
        draw_flowers(s, x, 93, PETALS[(i + s.variant) % 5], 12 + 4 * (i % 2))
    draw_tree(s, 13, 94, 0.96)


def draw_playground(s: Stage) -> None:
    """Swings, a slide with a tower, a seesaw, sand."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s, "#9fd694")
    draw_ground(s, grass(s), 80)
    draw_ground(s, "#ecd29a", 88)
    frame = s.main
    legs = [((26, 36), (19, 90)), ((26, 36), (33, 90)), ((66, 36), (59, 90)), ((66, 36), (73, 90))]
    pen.dashes(legs, shade(frame, 0.45), 3.6)
    pen.dashes(legs, frame, 2.4)
    pen.dashes([((26, 36), (66, 36))], shade(frame, 0.45), 4)
    pen.dashes([((26, 36), (66, 36))], frame, 2.8)
    for x in (34, 50):
        pen.dashes([((x, 37), (x, 70)), ((x + 9, 37), (x + 9, 70))], "#6f7c8a", 1)
        pen.box(x - 1, 69, 11, 2.8, s.second, 0, 0.7)
    pen.dashes([((84, 38), (84, 88)), ((97, 38), (97, 88))], "#8a6238", 3)
    pen.dashes([((84, y), (97, y)) for y in (58, 66, 74, 82)], "#b5794c", 1.8)
    pen.box(81, 48, 19, 4, "#b5794c", 0.6)
    pen.poly([(79, 34), (102, 34), (90.5, 20)], s.second)
    pen.limb([(99, 49), (106, 55), (117, 78), (129, 86)], "#ffc94a", 7)
    if s.variant == 1:
        pen.poly([(7, 93), (12, 82), (17, 93)], "#6f7c8a", 0.8)
        pen.dashes([((-14, 88), (38, 76))], shade("#e9873f", 0.45), 4)
        pen.dashes([((-14, 88), (38, 76))], "#e9873f", 2.8)
        pen.dashes([((31, 76), (30, 70))], "#4c535c", 1.6)
    else:
        draw_bush(s, 8, 88, 13, "#e4504e" if s.variant else None)
    if s.variant == 2:
        draw_tree(s, 76, 82, 0.4)


def draw_farm(s: Stage) -> None:
    """A red barn, a silo or a windmill, fences, straw, rows of the field."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s, "#b6d47c")
    draw_ground(s, "#cfe08c", 80)
    barn = ("#d9584e", "#c9655a", "#b9704e")[s.variant]
    pen.box(42, 44, 46, 40, barn)
    pen.poly([(38, 46), (46, 29), (65, 19), (84, 29), (92, 46)], s.white(shade(barn, 0.25)))
    pen.box(54, 58, 22, 26, "#f4ece0", 0, 1)
    pen.dashes([((54, 58), (76, 84)), ((76, 58), (54, 84))], barn, 1.8)
    pen.box(60, 34, 10, 9, "#f4ece0", 0, 1)
    s.lit(60.5, 34.5, 9, 8)
    if s.variant == 1:  # a windmill
        pen.poly([(102, 84), (105, 48), (115, 48), (118, 84)], "#f1ece2")
        pen.poly([(103, 49), (110, 39), (117, 49)], s.main)
        pen.dashes(
            [((110, 47), (110 + a, 47 + b)) for a, b in ((13, -10), (10, 13), (-13, 10), (-10, -13))], "#8a6238", 3.4
        )
        pen.dots([(110, 47)], "#6b4226", 4)
    else:
        pen.box(94, 34, 15, 50, "#c9d3da", 1)
        pen.dashes([((94, y), (109, y)) for y in (46, 58, 70)], "#a5b0b9", 0.8)
        pen.oval(101.5, 34, 7.5, 6.4, s.white(s.main), 1)
    draw_fence(s, 0, 40, 88, "rail", "#c39a68")
    for x, y in ((116, 84), (120, 76)) if s.variant != 2 else ((34, 84),):
        pen.oval(x, y, 9, 6.4, "#f2cf6a")
        pen.arc(x, y, 4.6, 3.2, 0, 300, "#b98f3a", 1)
    color = "#dbe5ee" if s.snow else "#b3c46e"
    pen.dashes([((x, 94), ((x - 64) * 1.7 + 64, 128)) for x in range(0, 129, 16)], color, 1.8)
    draw_tree(s, 12, 90, 0.86, "apple" if s.looks.tree == "pine" else None)


def draw_field(s: Stage) -> None:
    """Open meadows with wild flowers, a path and a fence; a windmill or a far village."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s, "#a6d487")
    pen.blob([(-20, 86), (20, 70), (70, 76), (100, 68), (150, 86)], s.white("#c3dd7d"), 0)
    draw_ground(s, grass(s), 80, tufts=True)
    pen.blob(
        [(78, 79), (88, 79), (84, 92), (66, 104), (84, 132), (20, 132), (44, 104), (74, 92)], s.white("#ead9ae"), 0
    )
    if s.variant == 0:
        draw_house(s, 96, 76, 20, 20, "#f7e6c4", s.main, s.second)
        draw_tree(s, 120, 77, 0.34, "round")
    elif s.variant == 1:
        for x in (88, 104, 118):
            pen.blob([(x - 6, 84), (x - 5, 76), (x, 71), (x + 5, 76), (x + 6, 84)], s.white("#f0cd6c"), 0.9)
            pen.dashes([((x - 4, 78), (x + 4, 78))], "#c49a40", 0.9)
    else:
        draw_bush(s, 104, 84, 13)
        draw_bush(s, 120, 85, 9)
    draw_fence(s, 24 if s.variant else 30, 76, 86, "rail", "#c39a68")
    draw_tree(s, 14, 90, 1)
    if not s.snow:
        for i, (x, y) in enumerate(((8, 102), (26, 118), (98, 98), (116, 112), (104, 124), (44, 96), (120, 96))):
            pen.dashes([((x, y + 3), (x, y))], "#5fae5a", 1)
            pen.dots([(x, y)], PETALS[(i + s.variant) % 5], 3.4)


def draw_campsite(s: Stage) -> None:
    """A tent, a campfire, pines."""
    pen = s.pen
    draw_sky(s)
    draw_hills(s, "#86bd8a")
    pen.box(0, 70, 128, 14, s.white("#8fc489"), edge=0)
    for x, size in ((46, 0.6), (64, 0.7), (82, 0.56), (30, 0.66), (100, 0.64)):
        draw_tree(s, x, 82, size, "pine")
    draw_ground(s, "#b5d68f", 81, tufts=True)
    tent = s.main
    pen.poly([(70, 90), (96, 36), (126, 90)], s.white(tent) if s.variant == 2 else tent)
    pen.poly([(96, 36), (126, 90), (138, 84), (106, 38)], shade(tent, 0.14))
    pen.poly([(85, 90), (96, 46), (108, 90)], "#5d5566")
    pen.poly([(85, 90), (96, 46), (91, 90)], pale(tent, 0.4), 0.8)
    pen.poly([(108, 90), (96, 46), (103, 90)], pale(tent, 0.4), 0.8)
    if s.snow:
        pen.poly([(96, 36), (84, 61), (90, 56), (96, 62), (103, 55), (109, 60)], WHITE, 0)
    if s.night:
        s.lights.append(lambda: pen.poly([(91, 90), (96, 52), (103, 90)], "#ffd97a", 0))
    draw_tree(s, 10, 90, 1, "pine")
    fx, fy = (44, 90) if s.variant != 1 else (54, 90)
    pen.dots([(fx - 9, fy + 1), (fx - 4, fy + 3), (fx + 3, fy + 3), (fx + 9, fy + 1)], "#8d8a99", 5)
    pen.dashes([((fx - 8, fy + 1), (fx + 7, fy - 4)), ((fx + 8, fy + 1), (fx - 7, fy - 4))], "#7d4f2d", 3.4)
    s.glow(fx, fy - 8, 28)
    s.bright(lambda: _draw_campfire(s, fx, fy))


def _draw_campfire(s: Stage, x: float, y: float) -> None:
    flame = [(-8, -3), (-6, -12), (-3, -9), (0, -22), (4, -10), (7, -13), (8, -3)]
    s.pen.blob([(x + a, y + b) for a, b in flame], "#f6853c", 0.8)
    s.pen.blob([(x - 4, y - 2), (x - 1, y - 12), (x + 2, y - 8), (x + 4, y - 2)], "#ffd95e", 0)
