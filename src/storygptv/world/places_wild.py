"""Wild places: forest, beach, lake, sea, mountain, snowfield, cave, sky, space."""

from __future__ import annotations

from random import Random

from storygptv.toon.palette import WHITE, mix
from storygptv.toon.pen import smooth

from .place_looks import Stage, pale, shade
from .scenery_outdoors import (
    draw_bush,
    draw_fence,
    draw_ground,
    draw_house,
    draw_mountains,
    draw_tree,
    draw_waves,
    grass,
)
from .sky import draw_cloud, draw_sky

_SAND = "#f6e2ad"


def draw_forest(s: Stage) -> None:
    """Many trees one behind the other, toadstools, ferns."""
    pen = s.pen
    draw_sky(s)
    pen.box(0, 40, 128, 44, "#b7cfc0" if s.snow else "#7db888", edge=0)
    kinds = (("pine", "pine"), ("round", "pine"), ("birch", "round"))[s.variant]
    for i, x in enumerate((4, 22, 41, 60, 79, 98, 120)):
        draw_tree(s, x, 82 + i % 2, 0.72 + 0.14 * (i % 2), kinds[i % 2])
    pen.box(0, 0, 128, 84, "#ffffff20", edge=0)
    draw_ground(s, "#8fc483", 81, tufts=True)
    draw_tree(s, 10, 92, 1.12, kinds[0])
    draw_tree(s, 119, 90, 1, kinds[1])
    draw_bush(s, 34, 88, 9)
    draw_bush(s, 92, 87, 8, "#6a6fd0")
    if not s.snow:
        for x, y in ((28, 98), (104, 97), (110, 99)):
            pen.box(x - 1.5, y - 4, 3, 5, "#fff4e0", 1, 0.6)
            pen.blob([(x - 5, y - 3), (x - 3, y - 9), (x + 3, y - 9), (x + 5, y - 3)], "#e5564c", 0.7)
            pen.dots([(x - 1.6, y - 5.4), (x + 1.6, y - 6)], WHITE, 1.4)


def draw_beach(s: Stage) -> None:
    """Sand and sea, a parasol, a palm, a sail far out."""
    pen = s.pen
    draw_sky(s, 54)
    pen.box(0, 50, 128, 38, "#5db7e4", edge=0)
    draw_waves(s, ((6, 57), (40, 62), (72, 56), (108, 62), (60, 70), (18, 72), (92, 74)), "#a8dcf5")
    pen.blob([(-10, 84), (30, 78), (64, 84), (100, 78), (140, 83), (140, 92), (-10, 92)], WHITE, 0)
    sand = s.white(_SAND)
    pen.blob([(-20, 88), (30, 81), (64, 87), (100, 81), (150, 86), (150, 112), (-20, 112)], sand, 0)
    pen.box(0, 94, 128, 36, sand, edge=0)
    if s.variant != 1:
        pen.poly([(80, 55), (98, 55), (94, 61), (84, 61)], "#c0714a", 0.8)
        pen.poly([(89, 31), (89, 54), (100, 54)], WHITE, 0.8)
        pen.poly([(87.6, 35), (87.6, 54), (80, 54)], s.second, 0.8)
    else:
        pen.blob([(70, 52), (80, 42), (96, 40), (112, 52)], "#a9c79a", 0.8)
        draw_tree(s, 94, 44, 0.3, "palm")
    x = 104 if s.variant != 2 else 46
    pen.dashes([((x, 46), (x + 3, 96))], WHITE, 2)
    pen.blob([(x - 21, 58), (x - 13, 40), (x, 35), (x + 14, 39), (x + 20, 55), (x, 53)], s.main)
    pen.blob([(x - 7, 55), (x - 5, 42), (x, 36), (x + 4, 42), (x + 7, 54)], WHITE, 0)
    pen.poly([(x + 6, 96), (x + 22, 96), (x + 19, 91), (x + 9, 91)], s.second, 0.7)
    draw_tree(s, 13, 94, 1.18, "palm")
    star = [
        (0, -5),
        (1.4, -1.6),
        (5, -1.4),
        (2.2, 1),
        (3.2, 4.4),
        (0, 2.4),
        (-3.2, 4.4),
        (-2.2, 1),
        (-5, -1.4),
        (-1.4, -1.6),
    ]
    pen.poly([(114 + a, 112 + b * 0.7) for a, b in star], "#f4a07a", 0.8)
    pen.dots([(18, 108), (52, 120), (78, 104), (118, 122), (36, 112), (94, 118)], "#dcc384", 2)


def draw_lake(s: Stage) -> None:
    """Still water under mountains, reeds, a jetty with a rowing boat."""
    pen = s.pen
    draw_sky(s)
    peaks = (
        ((26, 34, 34), (70, 22, 40), (112, 38, 30)),
        ((40, 20, 44), (96, 34, 40)),
        ((20, 40, 30), (60, 30, 34), (104, 20, 38)),
    )
    draw_mountains(s, peaks[s.variant], 62, "#9fb7d0")
    pen.box(0, 59, 128, 7, s.white("#7cb98a"), edge=0)
    for x in (8, 52, 96, 118):
        draw_tree(s, x, 64, 0.26, "pine")
    pen.box(0, 64, 128, 30, "#64b8e8", edge=0)
    pen.poly([(0, 64), (128, 64), (128, 68), (0, 68)], "#84c9ee", 0)
    draw_waves(s, ((14, 74), (44, 82), (82, 72), (108, 80), (60, 88), (24, 86)), "#b5e0f7")
    draw_ground(s, grass(s), 92, tufts=True)
    pen.blob([(-10, 98), (10, 89), (50, 94), (90, 89), (138, 94), (138, 104), (-10, 104)], s.white(grass(s)), 0)
    pen.poly([(84, 76), (96, 76), (108, 100), (88, 100)], s.white("#c79a68"), 0.9)
    pen.dashes([((85, 82), (99, 82)), ((86, 88), (102, 88)), ((87, 94), (105, 94))], "#94683e", 0.8)
    pen.poly([(44, 74), (74, 74), (69, 82), (49, 82)], s.main, 0.9)
    pen.dashes([((46, 76), (72, 76))], pale(s.main, 0.5), 1.4)
    pen.dashes([((54, 70), (66, 80))], "#b5794c", 1.6)
    for x in (26, 30, 34, 116, 120):
        pen.dashes([((x, 98), (x + 1, 80 + x % 3 * 2))], "#5a9a5a", 1.6)
        pen.dashes([((x + 1, 84 + x % 3 * 2), (x + 1, 79 + x % 3 * 2))], "#8d5a34", 3)
    draw_tree(s, 10, 98, 1)


def draw_sea(s: Stage) -> None:
    """Waves as far as one sees, an island or a lighthouse, gulls."""
    pen = s.pen
    draw_sky(s, 60)
    pen.box(0, 56, 128, 74, "#58b2e0", edge=0)
    if s.variant == 0:
        pen.blob([(70, 60), (82, 50), (104, 48), (122, 60)], _SAND, 0.8)
        draw_tree(s, 100, 53, 0.5, "palm")
    elif s.variant == 1:
        pen.blob([(56, 60), (64, 52), (82, 50), (98, 60)], "#9a98a6", 0.8)
        pen.poly([(70, 53), (72, 20), (80, 20), (82, 53)], WHITE)
        for y in (27, 41):
            pen.poly([(71.6, y), (80.6, y), (81.2, y + 7), (71, y + 7)], s.main, 0)
        pen.box(72, 13, 8, 7, "#ffe9a3", 0.8)
        pen.poly([(70, 14), (82, 14), (76, 8)], s.main, 0.8)
        s.glow(76, 17, 14)
    else:
        pen.poly([(88, 56), (114, 56), (109, 63), (93, 63)], "#c0714a", 0.9)
        pen.poly([(101, 26), (101, 55), (116, 55)], WHITE, 0.9)
        pen.poly([(99, 30), (99, 55), (89, 55)], s.main, 0.9)
    for x, y in ((24, 32), (38, 26)):
        pen.line([(x - 5, y - 3), (x - 2, y - 4), (x, y), (x + 2, y - 4), (x + 5, y - 3)], "#6f7c8a", 1.3)
    for y, color, d in ((66, "#63bbe6", 0), (80, "#4da8d8", 9), (97, "#5fb8e4", 3), (114, "#48a2d2", 12)):
        crest = [(x + d - 20, y - 4 * (i % 2)) for i, x in enumerate(range(0, 180, 11))]
        pen.blob([*crest, (170, y + 22), (-20, y + 22)], color, 0)
        draw_waves(s, tuple((x + d, y + 3) for x in range(4, 128, 42)), "#c4e8fa", 10)


def draw_mountain(s: Stage) -> None:
    """High peaks with snow, a rocky path, firs, a hut or a goat track."""
    pen = s.pen
    draw_sky(s)
    peaks = (
        ((18, 34, 34), (62, 8, 50), (112, 28, 40)),
        ((40, 10, 48), (100, 18, 46)),
        ((22, 16, 44), (76, 26, 36), (116, 10, 40)),
    )
    draw_mountains(s, peaks[s.variant], 82, "#a9b2c8")
    pen.blob([(-20, 90), (0, 68), (34, 72), (66, 80), (100, 70), (150, 72), (150, 92)], s.white("#9cc48c"), 0)
    draw_tree(s, 28, 80, 0.4, "pine")
    draw_tree(s, 40, 82, 0.32, "pine")
    if s.variant != 1:
        draw_house(s, 92, 78, 24, 20, "#c99a68", s.main, s.second)
    else:
        draw_tree(s, 100, 80, 0.5, "pine")
        draw_tree(s, 84, 82, 0.36, "pine")
    draw_ground(s, "#c9c2ae", 82)
    for x, y, w in ((6, 90, 12), (118, 92, 13), (104, 96, 7)):
        pen.poly(
            [(x - w, y + 3), (x - w * 0.7, y - w * 0.7), (x, y - w), (x + w * 0.8, y - w * 0.5), (x + w, y + 3)],
            s.white("#a7a4ac"),
            0.9,
        )
        pen.poly([(x - w * 0.3, y - w * 0.5), (x, y - w), (x + w * 0.5, y - w * 0.4), (x, y)], pale("#a7a4ac", 0.25), 0)
    if not s.snow:
        pen.dots([(20, 104), (48, 120), (84, 102), (108, 116), (66, 96)], "#a39c8c", 3)
        pen.dashes(
            [((x, y), (x + d, y - 3)) for x, y in ((36, 100), (98, 110), (14, 118)) for d in (-1.6, 0, 1.6)],
            "#83b072",
            1,
        )


def draw_snowfield(s: Stage) -> None:
    """Hills of snow, firs under snow, a hut with smoke; it has snowed even when it does not."""
    pen = s.pen
    draw_sky(s)
    falling, s.snow = s.snow, True
    pen.blob([(-30, 92), (-8, 50), (40, 54), (74, 90)], "#e6eff9", 0.5)
    pen.blob([(44, 92), (78, 58), (118, 50), (160, 90)], "#f1f6fc", 0.5)
    for x, y, size in ((52, 78, 0.46), (66, 80, 0.56), (118, 70, 0.4), (106, 76, 0.5)):
        draw_tree(s, x, y, size, "pine")
    if s.variant != 1:
        draw_house(s, 80, 80, 24, 22, "#b98a5a", s.main, s.second)
        draw_cloud(pen, 100, 34, "#ffffff90", 0.5)
    else:
        draw_fence(s, 76, 128, 86, "rail", "#b58a5c")
    pen.box(-2, 80, 132, 50, "#f6f9fd", edge=0)
    pen.blob([(-20, 92), (20, 78), (64, 84), (104, 78), (150, 90), (140, 110), (-20, 110)], "#fbfdff", 0)
    draw_tree(s, 12, 92, 1.02, "pine")
    pen.dashes(
        [((x, y), (x + 7, y)) for x, y in ((84, 98), (104, 112), (60, 118), (14, 108), (112, 96))], "#dce6f2", 1.4
    )
    s.snow = falling


def draw_cave(s: Stage) -> None:
    """Rock all round with an opening to the light, stones that hang and stand, crystals."""
    pen = s.pen
    rock = ("#a497a6", "#a39a8c", "#8f9bb0")[s.variant]
    pen.box(0, 0, 128, 128, shade(rock, 0.3), edge=0)
    pen.blob([(-20, 90), (-10, 10), (40, -10), (90, -8), (138, 14), (144, 96), (64, 100)], shade(rock, 0.14), 0)
    pen.blob([(8, 92), (6, 40), (34, 14), (92, 12), (122, 38), (120, 92)], rock, 0)
    opening = [(50, 88), (46, 50), (58, 28), (76, 22), (94, 30), (104, 54), (100, 88)]
    sky = "#33407e" if s.night else "#a9b6c4" if s.rain else "#c9ecfb"
    pen.blob(opening, sky, 1)
    with pen.inside(smooth(opening)):
        if not (s.night or s.rain or s.snow):
            pen.oval(88, 38, 5, 5, "#ffe27a", 0)
            draw_cloud(pen, 64, 48, scale=0.6)
        hill = [(30, 92), (50, 70), (70, 74), (92, 66), (112, 92)]
        pen.blob(hill, s.white("#8fcb86") if not s.night else "#3f5a78", 0)
        draw_tree(s, 62, 80, 0.26, "pine")
    if s.rain or s.snow:
        chance = Random(5)
        spots = [(chance.uniform(54, 96), chance.uniform(34, 72)) for _ in range(16)]
        if s.rain:
            pen.dashes([((x, y), (x - 1, y + 5)) for x, y in spots], "#4f86c6", 1)
        else:
            pen.dots(spots, WHITE, 2.2)
    elif s.night:
        pen.dots([(62, 46), (74, 36), (88, 50), (70, 58)], "#fff6cf", 1.6)
    pen.box(-2, 84, 132, 46, pale(rock, 0.12), edge=0)
    pen.blob([(-20, 92), (20, 82), (64, 86), (108, 82), (150, 92), (150, 110), (-20, 110)], pale(rock, 0.12), 0)
    dark = shade(rock, 0.22)
    for x, h in ((8, 26), (24, 18), (36, 11), (94, 14), (106, 28), (120, 20)):
        pen.poly([(x - 6, -2), (x + 6, -2), (x + 1, h), (x - 1, h)], dark, 0.8)
    for x, h in ((4, 22), (15, 12), (113, 14), (124, 26)):
        pen.poly([(x - 7, 90), (x + 7, 90), (x + 1.5, 90 - h), (x - 1.5, 90 - h)], dark, 0.8)
    for x, y, h, color in (
        (26, 92, 22, s.main),
        (34, 94, 13, s.second),
        (19, 93, 12, s.second),
        (108, 93, 17, s.second),
    ):
        w = h * 0.26
        pen.poly([(x - w, y), (x - w, y - h * 0.66), (x, y - h), (x + w, y - h * 0.66), (x + w, y)], color, 0.9)
        pen.poly([(x - w, y - h * 0.66), (x, y - h), (x, y), (x - w, y)], pale(color, 0.45), 0)
        pen.dashes([((x - w * 0.5, y - h * 0.6), (x - w * 0.5, y - h * 0.3))], WHITE, 1)


def draw_heavens(s: Stage) -> None:
    """High in the sky: clouds below and all round, birds, a balloon or a rainbow."""
    pen = s.pen
    draw_sky(s, 128)
    if s.variant == 0 and not (s.night or s.rain or s.snow):
        for i, color in enumerate(("#f28a82", "#f8c06e", "#fbe98a", "#a8dca0", "#93c4f0", "#c3a6ea")):
            pen.arc(88, 96, 70 - 4 * i, 76 - 4 * i, 180, 180, color, 4.2)
    elif s.variant != 1:
        pen.oval(106, 26, 12, 14, s.main)
        pen.oval(106, 26, 5, 14, pale(s.main, 0.6), 0)
        pen.dashes([((98, 37), (103, 46)), ((114, 37), (109, 46))], "#7d4f2d", 0.9)
        pen.box(102, 46, 8, 6, "#c79a63", 1, 0.8)
    for x, y in ((26, 44), (40, 36), (90, 62)):
        pen.line([(x - 5, y - 3), (x - 2, y - 4), (x, y), (x + 2, y - 4), (x + 5, y - 3)], "#5f6f86", 1.4)
    for x, y, size in ((20, 62, 1.4), (104, 70, 1.6), (62, 78, 1.3)):
        draw_cloud(pen, x, y, "#ffffffc8", size)
    base = "#e3e9f2" if s.rain else WHITE
    for x, y, size in ((0, 100, 2.6), (40, 102, 2.4), (84, 100, 2.6), (124, 102, 2.6)):
        draw_cloud(pen, x, y, shade(base, 0.06), size)
    for x, y, size in ((16, 114, 2.8), (62, 116, 3), (108, 114, 2.8)):
        draw_cloud(pen, x, y, base, size)
    pen.box(0, 112, 128, 20, base, edge=0)


def draw_space(s: Stage) -> None:
    """Stars, a planet with a ring, the earth, a rocket; the ground of a moon with craters."""
    pen = s.pen
    deep = ("#2c3470", "#3a2f6b", "#243f6b")[s.variant]
    pen.box(0, 0, 128, 128, deep, edge=0)
    pen.blob([(-10, 50), (40, 20), (90, 36), (140, 10), (140, 40), (80, 62), (30, 52)], mix(deep, "#8f7fd6", 0.25), 0)
    chance = Random(3 + s.variant)
    stars = [(chance.uniform(2, 126), chance.uniform(2, 82)) for _ in range(60)]
    pen.dots(stars[:44], "#fff6cf", 1.1)
    pen.dots(stars[44:], "#fffdf0", 2)
    ring = pale(s.second, 0.5)
    pen.arc(28, 26, 22, 6, 160, 220, ring, 2.4)
    pen.oval(28, 26, 13, 13, s.main)
    pen.arc(28, 26, 12, 5, 30, 120, pale(s.main, 0.4), 2)
    pen.arc(28, 26, 22, 6, 10, 160, ring, 2.4)
    if s.variant != 2:
        pen.oval(102, 20, 10, 10, "#7cc0ee")
        pen.blob([(96, 14), (104, 12), (103, 21), (98, 24)], "#86c97e", 0)
        pen.blob([(106, 20), (111, 22), (106, 28)], "#86c97e", 0)
    ground = ("#cfcad6", "#e0b795", "#b9c7bf")[s.variant]
    pen.blob([(-20, 92), (20, 80), (64, 84), (110, 78), (150, 92), (150, 132), (-20, 132)], ground, 1)
    for x, y, r in ((16, 96, 9), (60, 92, 6), (112, 108, 10), (34, 118, 8), (82, 120, 7)):
        pen.oval(x, y, r, r * 0.34, shade(ground, 0.16), 0)
        pen.oval(x, y + 0.9, r * 0.86, r * 0.24, shade(ground, 0.08), 0)
    pen.poly([(95, 84), (89, 94), (96, 90)], s.main)
    pen.poly([(113, 84), (119, 94), (112, 90)], s.main)
    pen.blob([(94, 90), (93, 66), (98, 50), (104, 40), (110, 50), (115, 66), (114, 90)], "#f4f1ea")
    pen.blob([(98.6, 50), (104, 40), (109.4, 50), (104, 53)], s.main, 0.7)
    pen.oval(104, 64, 4.6, 4.6, "#8fd0f2", 1)
    pen.box(98, 76, 12, 3, s.second, 0, 0)
