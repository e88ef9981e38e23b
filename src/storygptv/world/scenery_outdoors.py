"""Pieces of places outdoors: grass, hills, trees, bushes, fences, houses, benches."""

from __future__ import annotations

from random import Random

from storygptv.toon.palette import WHITE, mix

from .place_looks import Stage, pale, shade
from .shapes import BUSH, CROWN, draw_puffs, moved

GRASS = ("#a9dd8e", "#b9e08a", "#9dd69a")


def draw_ground(s: Stage, color: str, y: float = 80, tufts: bool = False) -> None:
    """Draw the ground from y down, white under snow, with tufts of grass or small stones."""
    color = s.white(color)
    s.pen.box(-2, y, 132, 50, color, edge=0)
    chance = Random(11 + s.variant)
    spots = [(chance.uniform(2, 126), chance.uniform(y + 8, 126)) for _ in range(16)]
    if tufts and not s.snow:
        line = shade(color, 0.16)
        s.pen.dashes([((a, b), (a + d, b - 2.6)) for a, b in spots for d in (-1.4, 1.4)], line, 0.8)
    elif s.snow:
        s.pen.dashes([((a, b), (a + 5, b)) for a, b in spots[:9]], "#dce6f2", 1.2)


def grass(s: Stage) -> str:
    """Return the green of this place's grass."""
    return GRASS[s.variant]


def draw_hills(s: Stage, color: str = "#93cf8a") -> None:
    """Draw round hills behind the ground."""
    color = "#e6eef6" if s.snow else color
    left, right = ((-30, 90), (-10, 54), (40, 56), (70, 90)), ((46, 92), (76, 62), (118, 54), (160, 90))
    s.pen.blob(list(left), mix(color, "#aee0fb", 0.15), 0)
    s.pen.blob(list(right), pale(color, 0.2), 0)


def draw_tree(s: Stage, x: float, y: float, size: float = 1, kind: str | None = None) -> None:
    """Draw a tree whose foot is (x, y); 80 units high at size 1."""
    kind = kind or s.looks.tree
    with s.pen.moved(x, y, size):
        _TREES.get(kind, _draw_round_tree)(s, kind)


def _draw_round_tree(s: Stage, kind: str) -> None:
    pen, snow = s.pen, s.snow
    trunk = "#f1ece2" if kind == "birch" else "#8f6746"
    pen.poly([(-5, 0), (-3.4, -46), (3.4, -46), (5, 0)], trunk, 1.2)
    if kind == "birch":
        pen.dashes(
            [((-3, -8), (0, -8)), ((1, -15), (3.4, -15)), ((-3, -22), (-1, -22)), ((0, -29), (3, -29))], "#5b5550", 1.1
        )
    color = {"birch": "#9ccb55", "blossom": "#f7b3cf"}.get(kind, "#58b25c")
    crown = [(x * 0.8, y, r * 0.9) for x, y, r in CROWN] if kind == "birch" else CROWN
    draw_puffs(pen, crown, color, 1.3, pale(color, 0.2))
    if snow:
        draw_puffs(pen, [(-12, -68, 6), (-4, -76, 7), (7, -75, 7), (14, -67, 5), (1, -71, 6)], WHITE, 0)
    elif kind == "apple":
        pen.dots([(-8, -48), (6, -44), (11, -58), (-4, -64), (-13, -56)], "#a8332d", 4.4)
        pen.dots([(-8, -48), (6, -44), (11, -58), (-4, -64), (-13, -56)], "#e8524a", 3.4)
    elif kind == "blossom":
        pen.dots([(-8, -48), (6, -44), (10, -58), (-4, -62), (4, -70), (-12, -58)], WHITE, 2.6)


def _draw_pine(s: Stage, kind: str) -> None:
    del kind
    pen = s.pen
    pen.box(-3, -16, 6, 16, "#80603f", edge=1)
    for top, half, low in ((-44, 19, -10), (-62, 16, -30), (-80, 12, -50)):
        pen.poly([(0, top), (half, low), (half * 0.4, low + 2), (-half * 0.4, low + 2), (-half, low)], "#4b9a69", 1.1)
        if s.snow:
            pen.poly(
                [
                    (0, top),
                    (half * 0.55, top + 18),
                    (half * 0.2, top + 14),
                    (-half * 0.2, top + 17),
                    (-half * 0.55, top + 16),
                ],
                WHITE,
                0,
            )


def _draw_palm(s: Stage, kind: str) -> None:
    del kind
    pen = s.pen
    pen.limb([(0, 0), (3, -24), (0, -50)], "#b08456", 7)
    for dx, dy in ((-22, 6), (-19, -12), (-4, -20), (14, -16), (22, 4)):
        pen.blob([(0, -52), (dx * 0.6, dy - 56), (dx, dy - 46), (dx * 0.5, dy * 0.4 - 48)], "#4fae5a", 1)
    pen.dots([(-3, -48), (3, -47)], "#7a4f2d", 5)


_TREES = {"pine": _draw_pine, "palm": _draw_palm}


def draw_bush(s: Stage, x: float, y: float, w: float = 12, berries: str | None = None) -> None:
    """Draw a round bush that stands on (x, y)."""
    draw_puffs(s.pen, moved(BUSH, x, y, w, flat=True), "#62b166", 0.9, "#7cc17c")
    if s.snow:
        draw_puffs(s.pen, moved(((-0.5, -0.74, 0.24), (0, -0.94, 0.26), (0.4, -0.86, 0.22)), x, y, w), WHITE, 0)
    elif berries:
        s.pen.dots(
            [(x + a * w, y + b * w) for a, b in ((-0.5, -0.3), (0, -0.6), (0.4, -0.25), (0.55, -0.6))], berries, 2.4
        )


def draw_flowers(s: Stage, x: float, y: float, color: str, h: float = 12) -> None:
    """Draw one flower of the bed that grows from (x, y)."""
    pen = s.pen
    pen.dashes([((x, y), (x, y - h))], "#4fa05a", 1.6)
    pen.blob([(x, y - 2), (x + 4, y - 6), (x + 4.6, y - 3)], "#5bb060", 0)
    top = y - h
    petals = [(x - 2.6, top), (x + 2.6, top), (x, top - 2.6), (x, top + 2.6)]
    pen.dots(petals, shade(color, 0.35), 4.8)
    pen.dots(petals, color, 3.8)
    pen.dots([(x, top)], "#ffd84a", 2.8)


def draw_fence(s: Stage, left: float, right: float, y: float, kind: str = "picket", color: str = "#fffaf0") -> None:
    """Draw a fence that stands on y: of pickets, or of posts and two rails."""
    pen = s.pen
    if kind == "picket":
        pen.dashes([((left, y - 18), (right, y - 18)), ((left, y - 7), (right, y - 7))], shade(color, 0.12), 2)
        x = left
        while x < right:
            pen.poly([(x, y), (x, y - 24), (x + 3.6, y - 28), (x + 7.2, y - 24), (x + 7.2, y)], color, 0.8)
            if s.snow:
                pen.dots([(x + 3.6, y - 27)], WHITE, 4)
            x += 10
        return
    pen.dashes([((left, y - 13), (right, y - 13)), ((left, y - 5.6), (right, y - 5.6))], shade(color, 0.5), 3.2)
    pen.dashes([((left, y - 13), (right, y - 13)), ((left, y - 5.6), (right, y - 5.6))], color, 2.2)
    x = left
    while x < right:
        pen.box(x, y - 18, 3.6, 18, color, 0.8, 0.8)
        if s.snow:
            pen.box(x - 0.4, y - 19.4, 4.4, 2.4, WHITE, 1, 0)
        x += 15


def draw_house(
    s: Stage,
    x: float,
    y: float,
    w: float,
    h: float,
    wall: str,
    roof: str,
    door: str = "#8d6a4b",
    shop: bool = False,
    glows: bool = True,
) -> None:
    """Draw a house whose left lower corner is (x, y); its windows shine by night, where nothing stands before them."""
    pen, top = s.pen, y - h
    pen.box(x, top, w, h, wall, edge=0.9)
    pen.box(x + w * 0.7, top - 18, 6, 14, shade(roof, 0.2), edge=0.8)
    pen.poly([(x - 3, top), (x + w * 0.2, top - 17), (x + w * 0.8, top - 17), (x + w + 3, top)], s.white(roof), 0.9)
    spots = [(x + w * 0.12, top + 5), (x + w * 0.62, top + 5)]
    for wx, wy in spots:
        pw, ph = w * 0.26, min(11, h * 0.32)
        pen.box(wx, wy, pw, ph, "#e6f4fb", 0, 1)
        if glows:
            s.lit(wx + 0.4, wy + 0.4, pw - 0.8, ph - 0.8)
        pen.dashes(
            [((wx + pw / 2, wy), (wx + pw / 2, wy + ph)), ((wx, wy + ph / 2), (wx + pw, wy + ph / 2))], "#8d7b68", 0.8
        )
    low = h - 24
    if low < 12:  # far off: a door alone
        pen.box(x + w * 0.38, y - h * 0.42, w * 0.24, h * 0.42, door, 1, 0.9)
        return
    pen.box(x + w * 0.1, y - low + 2, w * 0.26, low - 2, door, 1, 0.9)
    pen.dots([(x + w * 0.32, y - low * 0.45)], "#ffe08a", 1.8)
    pen.box(x + w * 0.48, y - low + 3, w * 0.42, low - 8, "#e6f4fb", 0, 1)
    if glows:
        s.lit(x + w * 0.48, y - low + 3, w * 0.42, low - 8)
    if shop:
        for i in range(5):
            ax, aw = x + w * 0.42 + w * 0.108 * i, w * 0.108
            pen.poly(
                [(ax, y - low - 3), (ax + aw, y - low - 3), (ax + aw, y - low + 5), (ax, y - low + 5)],
                s.second if i % 2 else WHITE,
                0.6,
            )


def draw_bench(s: Stage, x: float, y: float, w: float = 24) -> None:
    """Draw a bench that stands on y."""
    pen, wood = s.pen, "#bf8653"
    pen.dashes([((x + 3, y - 18), (x + 3, y)), ((x + w - 3, y - 18), (x + w - 3, y))], "#5f6b78", 1.8)
    for dy in (-18, -13, -8):
        pen.box(x, y + dy, w, 3.4, s.white(wood) if dy == -18 else wood, 0.6, 0.7)


def draw_mountains(s: Stage, peaks: tuple[tuple[float, float, float], ...], base: float, color: str) -> None:
    """Draw mountains with white caps: (x of the top, its y, half the width)."""
    pen = s.pen
    color = mix(color, WHITE, 0.35) if s.snow else color
    for x, y, w in peaks:
        pen.poly(
            [
                (x - w, base),
                (x - w * 0.45, y + (base - y) * 0.5),
                (x, y),
                (x + w * 0.4, y + (base - y) * 0.42),
                (x + w, base),
            ],
            color,
            0.9,
        )
        pen.poly(
            [
                (x, y),
                (x + w * 0.4, y + (base - y) * 0.42),
                (x + w, base),
                (x + w * 0.2, base),
                (x + w * 0.12, y + (base - y) * 0.5),
            ],
            shade(color, 0.07),
            0,
        )
        cap = (base - y) * 0.3
        pen.poly(
            [
                (x - w * 0.28, y + cap),
                (x, y),
                (x + w * 0.28, y + cap),
                (x + w * 0.12, y + cap * 0.8),
                (x, y + cap * 1.15),
                (x - w * 0.12, y + cap * 0.8),
            ],
            WHITE,
            0,
        )


def draw_waves(s: Stage, spots: tuple[tuple[float, float], ...], color: str = "#b9e2f7", w: float = 9) -> None:
    """Draw small crests on water."""
    for x, y in spots:
        s.pen.arc(x, y, w / 2, 2, 200, 140, color, 1.2)
        s.pen.arc(x + w, y, w / 2, 2, 200, 140, color, 1.2)
