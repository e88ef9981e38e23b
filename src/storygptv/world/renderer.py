"""Pictures of scenes of the open world, with masks by person and by part of the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np

from storygptv.scene import Scene

from ..toon.palette import WHITE, mix
from .colors import CLOTHES
from .fourlegs import draw_four
from .layout import Placed, PlacedProp, arrange
from .marks import ARMS, HELD, PROP, TRUNK, Board, PaintPen
from .people import Looks
from .place_looks import PlaceLooks
from .places import draw_place
from .poses import LYING, UNDER_WATER, Pose
from .props import draw_prop, prop_box, prop_of
from .upright import Places, draw_upright

_BLANKETS = ("blue", "turquoise", "lilac", "orange", "pink", "green")
_FLYING = ("kite", "balloon")
_THROWN = ("throw", "kick")


@dataclass(frozen=True)
class Drawing:
    """A picture of a scene and its labels; S is the side in pixels, K the figures of the scene in its order."""

    pixels: np.ndarray  # (S, S, 3) uint8
    segmentation: np.ndarray  # (S, S) uint8: 0 nobody, k + 1 the figure k
    parts: np.ndarray  # (S, S) uint8, classes of `marks`
    boxes: tuple[tuple[int, int, int, int], ...]  # of each figure, left top right bottom; zeros for one who is covered


def render(
    scene: Scene, looks: Mapping[str, Looks], place_looks: PlaceLooks, size: int = 256, seed: int = 0
) -> Drawing:  # fmt: skip
    """Draw a scene; `looks` has everybody in it by name. The same arguments give the same picture.

    Raises KeyError where somebody has no looks.
    """
    rng = Random(seed)
    people, props = arrange(scene, looks, rng)
    blanket = CLOTHES[rng.choice(_BLANKETS)]
    board = _board(size)
    board.begin(draw_place(scene.place, place_looks, scene.night, scene.weather, size))
    for pen in board.pens:
        for prop in props:
            if prop.behind:
                _draw_prop(pen, prop)
        for placed in people:
            _draw(pen, placed, blanket)
        for prop in props:
            if not prop.behind:
                _draw_prop(pen, prop)
    segmentation, parts = board.marks[..., 0].copy(), board.marks[..., 1].copy()
    boxes = tuple(_box(segmentation == number) for number in range(1, len(scene.figures) + 1))
    return Drawing(board.picture[..., :3].copy(), segmentation, parts, boxes)


@lru_cache(maxsize=4)
def _board(size: int) -> Board:
    return Board(size)


def _draw_prop(pen: PaintPen, prop: PlacedProp) -> None:
    pen.of(0, PROP)
    with pen.moved(prop.x, prop.y, prop.scale):
        draw_prop(pen, prop.name)


def _draw(pen: PaintPen, placed: Placed, blanket: str) -> None:
    """Draw somebody with what they are on, hold and are covered by."""
    lying = placed.on is None and isinstance(placed.pose, Pose) and placed.figure.action in LYING
    pen.of(0, PROP)
    if placed.under and placed.figure.action != "hide":
        _draw_under(pen, placed, lying, blanket)
    pen.of(placed.number, TRUNK)
    turn = placed.pose.turn if isinstance(placed.pose, Pose) else 0.0
    with pen.moved(placed.x, placed.y, placed.scale, -turn if placed.mirrored else turn, placed.mirrored):
        draw = draw_four if placed.is_four else draw_upright
        places = draw(pen, placed.looks, placed.pose, placed.expression)
        if placed.held:
            pen.part(HELD)
            _draw_held(pen, placed, places)
            if not placed.is_four and prop_of(placed.held).size == "small" and placed.held not in _FLYING:
                pen.part(ARMS)
    if lying and placed.figure.action == "sleep":
        _draw_blanket(pen, placed, blanket)
    if placed.figure.action in UNDER_WATER:
        _draw_water(pen, placed)
    if placed.figure.action == "hide":
        pen.of(0, PROP)
        left, top, right, bottom = prop_box(placed.under)
        scale = max(0.4, min(2.2, 34 * placed.scale / (bottom - top)))
        with pen.moved(placed.x + (-7 if placed.mirrored else 7) * placed.scale, placed.y + 2, scale):
            draw_prop(pen, placed.under)
    if placed.figure.action == "wash":
        pen.of(0, PROP)
        side = -1 if placed.mirrored else 1
        for dx, dy, r in ((20, -38, 3.4), (27, -46, 2.4), (15, -50, 2), (30, -36, 1.8)):
            pen.oval(placed.x + side * dx * placed.scale, placed.y + dy * placed.scale, r, r, "#e4f5fd", 0.6)


def _draw_under(pen: PaintPen, placed: Placed, lying: bool, blanket: str) -> None:
    """Draw what somebody is on, or stands at."""
    name, scale = placed.under, placed.scale
    left, top, right, bottom = prop_box(name)
    if lying:
        length = placed.height * scale
        side = -1 if placed.mirrored else 1
        middle = placed.x - side * length / 2
        if name == "bed":
            with pen.moved(middle, placed.y + 30 * scale, length * 1.2 / (right - left), mirrored=placed.mirrored):
                draw_prop(pen, "bed", color=blanket)
        else:
            pen.box(middle - length * 0.56, placed.y + 7 * scale, length * 1.12, 8 * scale, mix(blanket, WHITE, 0.5), 3)
        return
    if placed.figure.action == "ride":
        y = placed.y + 0.42 * (bottom - top) * scale
        with pen.moved(placed.x, y, scale, mirrored=placed.mirrored):
            draw_prop(pen, name)
        return
    if placed.figure.action == "climb":
        size = 84 / (bottom - top)
        with pen.moved(placed.x + (-8 if placed.mirrored else 8) * scale, placed.y + 2, size):
            draw_prop(pen, name)
        return
    lower = 4 if name == "raft" else 1
    with pen.moved(placed.x, placed.y + lower, scale * (1 if name != "raft" else 0.9)):
        draw_prop(pen, name)


def _draw_held(pen: PaintPen, placed: Placed, places: Places) -> None:
    """Draw what is in the hand, in figure units."""
    name = placed.held
    left, top, right, bottom = prop_box(name)
    size = max(right - left, bottom - top)
    scale = max(1.15, 11 / (size * placed.scale))
    x, y = places.hand
    if name in _FLYING:
        up, aside = (62, 22) if name == "kite" else (40, 8)
        pen.line([(x, y), (x + aside, y - up)], "#7d7468", 0.9)
        with pen.moved(x + aside, y - up, scale):
            draw_prop(pen, name, held=True)
        return
    if placed.figure.action in _THROWN:
        x, y = (x + 58, y + 4) if placed.figure.action == "throw" else (26, -18)
    elif placed.figure.action == "catch":
        x, y = x + 9, y - 6
    elif placed.figure.action in ("read", "carry") and not placed.is_four:
        x, y = (x + places.other_hand[0]) / 2, (y + places.other_hand[1]) / 2
    with pen.moved(x, y, scale):
        draw_prop(pen, name, held=True)


def _draw_blanket(pen: PaintPen, placed: Placed, color: str) -> None:
    """Cover the legs and half of the trunk of who lies."""
    length, width = placed.height * placed.scale, 15 * placed.scale
    side = -1 if placed.mirrored else 1
    feet, chest = placed.x + side * 4, placed.x - side * length * 0.5
    pen.of(0, PROP)
    left = min(feet, chest)
    pen.box(left, placed.y - width, abs(feet - chest), width * 2, color, 4)
    fold = chest if side > 0 else chest - 5
    pen.box(fold, placed.y - width, 5, width * 2, mix(color, WHITE, 0.6), 2, 0.6)


def _draw_water(pen: PaintPen, placed: Placed) -> None:
    """Let who swims be half under water."""
    pen.of(0, PROP)
    wide = placed.height * placed.scale * 0.72
    side = -1 if placed.mirrored else 1
    x, y = placed.x + side * wide * 0.55, placed.y - (14 * placed.scale if placed.is_four else 2)
    x = placed.x if placed.is_four else x
    pen.box(x - wide, y, wide * 2, 26, "#63b7e6d0", 9, 0)
    for i in range(5):
        pen.arc(x - wide * 0.8 + i * wide * 0.4, y + 1.5, wide * 0.2, 3, 180, 180, WHITE, 1.3)


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a mask; zeros where it is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return (0, 0, 0, 0)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
