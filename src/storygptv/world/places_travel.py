"""Places on the way: street, station, train, car, ship, pool, castle."""

from __future__ import annotations

from storygptv.toon.palette import INK, WHITE, mix
from storygptv.toon.pen import straight

from .place_looks import Stage, pale, shade
from .scenery import FLOOR, draw_clock, draw_floor, draw_walls
from .scenery_outdoors import draw_bench, draw_ground, draw_house, draw_tree, draw_waves, grass
from .sky import draw_outside, draw_sky

_HOUSES = ("#f3b7a4", "#a9c8ec", "#f2dc9a", "#bfdcae", "#e3c2e6")


def draw_street(s: Stage) -> None:
    """Houses, a lamp, a pavement and the road with its dashes."""
    pen = s.pen
    draw_sky(s)
    walls = [_HOUSES[(s.variant * 2 + i) % 5] for i in range(3)]
    draw_house(s, 40, 81, 42, 38, pale(walls[2], 0.25), "#b98a7a", s.second, glows=False)
    draw_house(s, 2, 81, 42, 46, walls[0], s.main, s.second)
    draw_house(s, 80, 81, 46, 44, walls[1], "#a86a5c", "#8d6a4b", shop=True)
    draw_tree(s, 60, 84, 0.56)
    pen.box(-2, FLOOR, 132, 10, "#dfe1e6" if not s.snow else WHITE, edge=0.8)
    pen.box(0, 90, 128, 38, "#d9dfe6" if s.snow else "#a3a7b2", edge=0)
    pen.dashes([((x, 110), (x + 14, 110)) for x in range(4, 128, 28)], "#fff6c8", 2.4)
    pen.box(75.8, 30, 2.6, 58, "#4c535c", 0, 0.6)
    pen.box(73, 20, 8, 11, "#ffe9a3", 1.5)
    pen.poly([(71, 20), (83, 20), (77, 14)], "#4c535c", 0.8)
    s.glow(77, 26, 16)
    if s.variant == 0:  # a post box
        pen.box(108, 66, 12, 20, "#d9433f", 4)
        pen.dashes([((111, 72), (117, 72))], INK, 1.6)
    elif s.variant == 1:
        draw_bench(s, 6, 88, 24)
    else:  # a hydrant
        pen.box(110, 74, 8, 13, "#e4a33f", 2)
        pen.dots([(108, 79), (120, 79)], "#e4a33f", 4)


def draw_station(s: Stage) -> None:
    """A platform with a train that waits, a roof, a clock, a bench."""
    pen = s.pen
    draw_sky(s)
    pen.box(0, 40, 128, 44, s.white(grass(s)), edge=0)
    pen.box(0, 74, 128, 8, "#8a8f9a", edge=0)
    pen.box(-4, 34, 108, 38, s.main, 4)
    pen.blob([(92, 34), (108, 34), (122, 46), (126, 72), (92, 72)], s.main)
    pen.blob([(106, 38), (112, 39), (120, 50), (106, 52)], "#cfeaf8", 0.8)
    pen.box(-4, 60, 128, 4, pale(s.main, 0.7), edge=0)
    for x in (2, 24, 64, 84):
        pen.box(x, 42, 15, 14, "#cfeaf8", 2, 0.8)
        s.lit(x + 0.5, 42.5, 14, 13)
    pen.box(44, 40, 15, 31, pale(s.main, 0.25), 1, 0.8)
    pen.box(47, 43, 9, 13, "#cfeaf8", 1, 0.7)
    for x in (10, 24, 78, 92, 108):
        pen.oval(x, 74, 5.4, 5.4, "#4c535c", 0.8)
        pen.dots([(x, 74)], "#aab5c0", 3.4)
    pen.box(-2, 82, 132, 50, s.white("#cfd3da"), edge=0.9)
    pen.box(0, 85, 128, 3, "#f4d24a", edge=0)
    pen.dashes([((0, 103), (128, 103))], "#b4b9c3", 0.9)
    pen.poly([(-4, 0), (132, 0), (132, 10), (-4, 14)], s.white("#8795a0"), 0.9)
    for x in (18, 112):
        pen.box(x, 12, 4, 76, "#66727e", edge=0.8)
        pen.line([(x - 8, 13), (x + 2, 24), (x + 12, 13)], "#66727e", 1.8)
    pen.dashes([((64, 12), (64, 16))], "#66727e", 1.6)
    draw_clock(pen, 64, 23, 8)
    pen.box(30, 15, 20, 9, "#35508f", 1)
    pen.dashes([((33, 18), (46, 18)), ((33, 21), (42, 21))], WHITE, 1.2)
    draw_bench(s, 84 if s.variant else 26, 96, 24)
    s.glow(90, 16, 12)


def draw_train(s: Stage) -> None:
    """The inside of a carriage: wide windows with the land going by, seats, racks with cases."""
    pen = s.pen
    draw_walls(s, pale(s.wall, 0.25), pattern=False)
    draw_floor(s, "#c8ccd6", "carpet", skirting=False)
    pen.box(0, 0, 128, 7, WHITE, edge=0.8)
    pen.dashes([((14, 3.6), (50, 3.6)), ((78, 3.6), (114, 3.6))], "#fff1b8", 2.4)
    for x in (4, 67):
        draw_pane(s, x, 22, 57, 30)
        pen.dashes(
            [((x + 2, 17), (x + 55, 17)), ((x + 6, 10), (x + 6, 17)), ((x + 51, 10), (x + 51, 17))], "#8795a0", 1.6
        )
    pen.box(14, 8, 16, 9, "#b5794c", 1.5, 0.8)
    pen.dashes([((20, 8), (20, 17)), ((26, 8), (26, 17))], "#7d4f2d", 0.9)
    pen.box(84, 9.5, 20, 7.5, s.second, 2, 0.8)
    for x, mirrored in ((-6, False), (42, True), (58, False), (106, True)):
        back = x + (22 if mirrored else 0)
        pen.box(x, 66, 28, 10, s.main, 3)
        pen.box(back, 40, 9 if not mirrored else 7, 36, shade(s.main, 0.08), 4)
        pen.box(back + 0.6, 38, 7, 9, "#fff6e6", 3, 0.7)
        pen.box(x + 3, 76, 22, 8, "#8795a0", 1, 0.7)
    pen.box(0, FLOOR + 3, 128, 1.6, "#99a0ad", edge=0)


def draw_pane(s: Stage, x: float, y: float, w: float, h: float) -> None:
    """Draw a rounded window of a vehicle with the land behind it."""
    pen = s.pen
    pen.box(x, y, w, h, "#bfe7ff", 5)
    with pen.inside(straight([(x + 1, y + 1), (x + w - 1, y + 1), (x + w - 1, y + h - 1), (x + 1, y + h - 1)])):
        draw_outside(s, x, y, w, h)
        tone = "#4e9a5e" if not s.snow else "#dfe9f2"
        tone = mix(tone, "#1f2c6e", 0.5) if s.night else tone
        for dx in (0.16, 0.56, 0.84):
            pen.oval(x + w * dx, y + h * 0.68, 4, 5.4, tone, 0)
            pen.box(x + w * dx - 0.8, y + h * 0.78, 1.6, h * 0.16, "#7a5a3c", edge=0)
    for color, width in (("#77838f", 3), ("#f2f4f6", 1.6)):
        pen.line([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], color, width)


def draw_car(s: Stage) -> None:
    """The inside of a car: big windows with the road's side, seats, the wheel."""
    pen = s.pen
    body = shade(s.main, 0.02)
    pen.box(0, 0, 128, 128, body, edge=0)
    pen.box(0, 0, 128, 12, "#efe8dc", edge=0.8)
    pen.box(0, 58, 128, 34, pale(s.main, 0.12), edge=0.8)
    pen.box(0, 92, 128, 36, "#6c7280", edge=0.8)
    pen.dashes([((0, y), (128, y)) for y in (102, 114)], "#616674", 1)
    for x, w in ((4, 54), (66, 54)):
        draw_pane(s, x, 15, w, 38)
    pen.box(59.5, 8, 5, 52, "#4c535c", 1, 0.8)
    pen.box(12, 66, 14, 4, "#4c535c", 2, 0.7)
    pen.box(74, 66, 14, 4, "#4c535c", 2, 0.7)
    seat = pale(s.second, 0.1)
    for x in (0, 52):
        pen.box(x + 4, 34, 15, 13, seat, 5)
        pen.box(x, 46, 22, 42, seat, 6)
        pen.box(x + 3, 76, 38, 15, shade(seat, 0.06), 6)
        pen.dashes([((x + 5, 52), (x + 5, 74)), ((x + 11, 50), (x + 11, 74))], shade(seat, 0.2), 1)
    pen.poly([(110, 58), (132, 52), (132, 92), (114, 92)], "#4c535c", 0.9)
    pen.dashes([((112, 68), (102, 62))], "#4c535c", 3)
    for color, width in ((INK, 4.4), ("#5b6470", 2.8)):
        pen.arc(100, 58, 6, 14, 0, 360, color, width)
    pen.dashes([((100, 46), (100, 70))], "#5b6470", 2)
    pen.box(84, 3, 16, 6, "#9fc7dc", 2, 1)
    pen.dashes([((92, 0), (92, 3))], "#4c535c", 2)
    if s.variant == 1:
        pen.dots([(24, 17), (30, 17)], "#f4c852", 5)


def draw_ship(s: Stage) -> None:
    """The deck: mast and sail, rail with a life belt, the wheel, the sea behind."""
    pen = s.pen
    draw_sky(s, 60)
    pen.box(0, 48, 128, 40, "#5fb6e2", edge=0)
    draw_waves(s, ((4, 56), (36, 52), (84, 55), (110, 60), (60, 62)))
    pen.poly([(36, 6), (36, 46), (72, 44), (64, 24), (70, 8)], "#fffaf0", 1)
    stripe = s.main
    pen.poly([(36, 18), (66, 17), (65, 27), (36, 27)], stripe, 0)
    pen.box(31, 0, 5.4, 84, "#9a6a42", edge=0.9)
    pen.poly([(31, 2), (14, 7), (31, 12)], s.second, 0.8)
    pen.dashes([((33, 12), (2, 72)), ((33, 12), (10, 74)), ((33, 12), (62, 74))], "#7a5a3c", 0.9)
    pen.dashes([((33 - 3.9 * i, 12 + 8 * i), (33 - 2.9 * i, 12 + 8 * i)) for i in range(2, 8)], "#7a5a3c", 0.9)
    pen.box(-2, 60, 132, 5, s.white("#c58f5f"), 1, 0.9)
    for x in range(4, 130, 12):
        pen.box(x, 65, 4, 17, "#b07c4e", 1.4, 0.8)
    pen.box(-2, 80, 132, 50, s.white("#d8aa76"), edge=0.9)
    pen.dashes([((64 + (x - 64) * 0.8, 81), (64 + (x - 64) * 1.5, 128)) for x in range(-20, 150, 12)], "#b98a58", 0.9)
    pen.dashes([((64, 73), (64, 73.1))], WHITE, 0.1)
    for color, width in (("#8a3a34", 7), ("#f6f0e4", 5.6)):
        pen.arc(78, 72, 7, 7, 0, 360, color, width)
    for start in (20, 110, 200, 290):
        pen.arc(78, 72, 7, 7, start, 44, "#e4544c", 5.6)
    if s.variant != 1:  # the wheel
        pen.poly([(104, 92), (108, 64), (112, 64), (116, 92)], "#9a6a42", 0.9)
        spokes = [((110, 42), (110, 74)), ((94, 58), (126, 58)), ((99, 47), (121, 69)), ((99, 69), (121, 47))]
        pen.dashes(spokes, "#7d4f2d", 2.6)
        for color, width in (("#6b4226", 4.6), ("#b5794c", 3)):
            pen.arc(110, 58, 11, 11, 0, 360, color, width)
        pen.dots([(110, 58)], "#e8b94a", 5)
    else:
        pen.box(100, 62, 22, 26, "#b07c4e", 6)
        pen.dashes([((100, 69), (122, 69)), ((100, 81), (122, 81))], "#6b4a30", 2)


def draw_pool(s: Stage) -> None:
    """A pool with lanes, a ladder, a diving board, tiles round it."""
    pen = s.pen
    wall = pale(s.wall, 0.3)
    draw_walls(s, wall, pattern=False)
    for x in (6, 48, 90):
        pen.box(x, 8, 32, 26, "#fffaf0", 1)
        with pen.inside(straight([(x + 2, 10), (x + 30, 10), (x + 30, 32), (x + 2, 32)])):
            draw_outside(s, x + 2, 10, 28, 22)
        pen.dashes([((x + 16, 9), (x + 16, 33))], "#fffaf0", 1.4)
    pen.box(0, 38, 128, 6, pale(s.second, 0.2), edge=0.6)
    pen.dashes([((x, 38), (x, 44)) for x in range(4, 128, 8)], WHITE, 0.8)
    pen.poly([(-2, 50), (130, 50), (134, 92), (-6, 92)], "#6cc5ea", 0.9)
    pen.poly([(-2, 50), (130, 50), (130, 53), (-2, 53)], "#4fb0da", 0)
    for a, b in ((30, 22), (64, 64), (98, 106)):
        points = [(a + (b - a) * i / 12, 54 + 36 * i / 12) for i in range(13)]
        pen.dots(points[::2], WHITE, 3)
        pen.dots(points[1::2], s.main, 3)
    draw_waves(s, ((10, 62), (44, 70), (76, 60), (108, 72), (6, 84), (72, 84)), "#c9edfa")
    pen.box(-2, 91, 132, 40, pale(s.floor, 0.45), edge=0.9)
    pen.box(-2, 91, 132, 4, "#7fb6e6", edge=0.6)
    pen.dashes(
        [
            *(((x, 95), (64 + (x - 64) * 1.4, 128)) for x in range(-20, 150, 14)),
            ((0, 105), (128, 105)),
            ((0, 117), (128, 117)),
        ],
        shade(s.floor, 0.08),
        0.7,
    )
    pen.box(100, 40, 28, 4, s.main if s.variant else "#f6f8fa", 1.5)
    pen.dashes([((120, 44), (120, 66)), ((110, 44), (110, 66))], "#8795a0", 2)
    for x in (10, 20):
        pen.line([(x, 98), (x, 74), (x - 3, 70), (x - 6, 72), (x - 6, 80)], "#8795a0", 1.8)
    pen.dashes([((10, 80), (20, 80)), ((10, 87), (20, 87))], "#8795a0", 1.6)
    for start in range(0, 360, 90):
        pen.arc(112, 82, 6, 3.4, start, 46, s.second, 3.4)
        pen.arc(112, 82, 6, 3.4, start + 46, 44, WHITE, 3.4)


def draw_castle(s: Stage) -> None:
    """The throne room with banners and torches; as the third variant the yard with towers and gate."""
    (_draw_castle_yard if s.variant == 2 else _draw_castle_hall)(s)


def _draw_stones(s: Stage, x: float, y: float, w: float, h: float, color: str) -> None:
    pen = s.pen
    pen.box(x, y, w, h, color, edge=0.9)
    line = shade(color, 0.13)
    rows = range(int(y) + 9, int(y + h), 9)
    pen.dashes([((x, r), (x + w, r)) for r in rows], line, 0.7)
    joints = [
        (x + 6 + 14 * i + 7 * (k % 2), r)
        for k, r in enumerate(range(int(y), int(y + h) - 8, 9))
        for i in range(int(w // 14) + 1)
    ]
    pen.dashes([((a, r), (a, r + 9)) for a, r in joints if a < x + w - 1], line, 0.7)


def _draw_castle_hall(s: Stage) -> None:
    pen = s.pen
    stone = "#cfcbd6" if s.variant == 0 else "#d8cbb8"
    _draw_stones(s, -2, -2, 132, 83, stone)
    draw_floor(s, "#bdb8c6" if s.variant == 0 else "#c9b79e", "tiles", skirting=False)
    for x in (14, 98):
        pen.box(x - 2, 20, 20, 34, "#8d8a99", 10, 0)
        arch = straight([(x, 54), (x, 28), (x + 3, 22), (x + 8, 20), (x + 13, 22), (x + 16, 28), (x + 16, 54)])
        with pen.inside(arch):
            draw_outside(s, x, 20, 16, 34)
        pen.dashes([((x + 8, 20), (x + 8, 54)), ((x, 38), (x + 16, 38))], "#8d8a99", 1.4)
    pen.poly([(50, 80), (78, 80), (104, 130), (24, 130)], "#d9544e", 0.8)
    pen.dashes([((53, 80), (29, 130)), ((75, 80), (99, 130))], "#f4c852", 1.6)
    for x in (37, 83):
        pen.poly([(x, 4), (x + 10, 4), (x + 10, 40), (x + 5, 34), (x, 40)], s.main, 0.9)
        pen.dots([(x + 5, 16)], "#ffe08a", 6)
        pen.dashes([((x - 2, 4), (x + 12, 4))], "#8a6238", 2)
    gold = "#eebd4c"
    pen.box(38, 74, 52, 8, "#aaa5b5", 1)
    pen.box(51, 28, 26, 48, gold, 8)
    pen.box(54.5, 33, 19, 34, s.second if s.variant else "#c2453f", 6, 0.8)
    pen.box(49, 60, 30, 16, gold, 2)
    pen.box(52, 56, 24, 7, s.second if s.variant else "#c2453f", 3, 0.8)
    pen.poly([(55, 28), (53, 19), (59, 24), (64, 16), (69, 24), (75, 19), (73, 28)], gold, 0.9)
    pen.dots([(64, 16), (53, 19), (75, 19)], "#e4504e", 3)
    for x in (6, 122):
        pen.dashes([((x, 46), (x, 58))], "#7d4f2d", 2.6)
        s.glow(x, 42, 13)
        s.bright(lambda x=x: _draw_flame(s, x))


def _draw_flame(s: Stage, x: float) -> None:
    s.pen.blob([(x - 4, 46), (x - 2, 38), (x, 33), (x + 3, 39), (x + 4, 46)], "#f6923c", 0.7)
    s.pen.blob([(x - 2, 46), (x, 39), (x + 2, 46)], "#ffd95e", 0)


def _draw_castle_yard(s: Stage) -> None:
    pen = s.pen
    draw_sky(s)
    _draw_stones(s, 20, 44, 88, 40, "#cfcbd6")
    for x in range(20, 108, 11):
        pen.box(x, 38, 7, 7, s.white("#cfcbd6"), edge=0.8)
    for x in (4, 96):
        _draw_stones(s, x, 30, 28, 54, "#c3becc")
        pen.poly([(x - 4, 31), (x + 14, 4), (x + 32, 31)], s.white(s.main), 0.9)
        pen.dashes([((x + 14, 4), (x + 14, -4))], "#7d4f2d", 1.2)
        pen.box(x + 10, 42, 8, 13, "#5b5668", 4, 0.8)
        s.lit(x + 10.6, 42.6, 6.8, 11.8)
    pen.box(49, 48, 30, 36, "#8a6238", 12)
    pen.box(49, 66, 30, 18, "#8a6238", edge=0)
    pen.dashes([((x, 50), (x, 84)) for x in (55, 61, 67, 73)], "#5f4326", 1)
    pen.dashes([((50, 60), (78, 60)), ((50, 74), (78, 74))], "#5f4326", 1.6)
    pen.dots([(68, 68)], "#e8b94a", 3)
    for x in (37, 85):
        pen.poly([(x, 48), (x + 8, 48), (x + 8, 68), (x + 4, 64), (x, 68)], s.second, 0.8)
    draw_ground(s, "#c4c88e", 82, tufts=True)
    pen.poly([(50, 82), (78, 82), (96, 130), (32, 130)], s.white("#d9d2c0"), 0)
