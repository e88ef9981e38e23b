"""From a Scene to its picture, exact instance masks and boxes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .cast import CAST
from .effects import draw_above, draw_below
from .figures import draw_figure, draw_held, held_thing
from .layout import Standing, arrange
from .pen import Pen, Sheet
from .person import BODIES
from .places import background
from .props import draw_prop
from .scene import Actor, Scene

_HELD = 0.78  # pixels a unit of a held prop, at size 128
_ON_GROUND = 0.9  # and of one on the ground


@dataclass(frozen=True)
class Drawing:
    """A drawn frame. Props, also held ones, and speech belong to nobody's mask."""

    pixels: np.ndarray  # (H,W,3) uint8 RGB
    segmentation: np.ndarray  # (H,W) uint8: 0 background, k the visible pixels of scene.actors[k-1]
    boxes: np.ndarray  # (K,4) float32: x1, y1, x2, y2 in pixels around the visible pixels; zeros if none


def render(scene: Scene, size: int = 128) -> Drawing:
    """Draw a scene as a square of `size` pixels; the same scene gives the same bits.

    Raises ValueError if `size` is below 32 or the scene has not 1 to 4 actors.
    """
    if size < 32:
        raise ValueError(f"size must be at least 32 pixels, got {size}")
    if not 1 <= len(scene.actors) <= 4:
        raise ValueError(f"scene.actors must be 1 to 4, got {len(scene.actors)}")
    standings, props = arrange(scene)
    canvas = background(scene.place, scene.place_looks, scene.time, scene.weather, size).copy()
    segmentation = np.zeros((size, size), np.uint8)
    sheet = _sheet(size)

    sheet.clear()
    for standing in standings:
        with _at(sheet.pen, standing):
            draw_below(sheet.pen, standing.actor.action, standing.box, _seat(standing.actor))
    sheet.over(canvas)

    for index in sorted(range(len(standings)), key=lambda i: standings[i].y):
        standing = standings[index]
        actor = standing.actor
        sheet.clear()
        with _at(sheet.pen, standing):
            hand = draw_figure(sheet.pen, actor, standing.receives)
        segmentation[sheet.over(canvas)] = index + 1
        thing = held_thing(actor)
        if thing is not None:
            sheet.clear()
            with _at(sheet.pen, standing), sheet.pen.moved(*hand, scale=_HELD / standing.scale):
                draw_held(sheet.pen, thing, CAST[actor.name].body == "dog")
            segmentation[sheet.over(canvas)] = 0

    sheet.clear()
    drew = bool(props)
    for name, x, y in props:
        with sheet.pen.moved(x, y, scale=_ON_GROUND):
            draw_prop(sheet.pen, name)
    for standing in standings:
        leads = standing.actor.name == scene.agent
        with _at(sheet.pen, standing):
            drew |= draw_above(sheet.pen, standing.actor.action, standing.box, leads, standing.mirrored)
    if drew:
        segmentation[sheet.over(canvas)] = 0
    return Drawing(canvas, segmentation, _boxes(segmentation, len(standings)))


def portrait(name: str, size: int = 128) -> np.ndarray:
    """The reference portrait of a cast member, (size,size,3) uint8: happy, in plain clothes, on light ground.

    Raises ValueError for a name that is not in the cast.
    """
    if name not in CAST:
        raise ValueError(f"name must be one of {', '.join(CAST)}, got {name!r}")
    standing = Standing(Actor(name, "stand", "happy"), 64, 119, 1.0, mirrored=False, receives=False)
    left, top, right, bottom = standing.box
    scale = 106 / max(bottom - top, right - left)
    sheet = Sheet(size)
    sheet.pen.box(0, 0, 128, 128, "#f1f0ec", edge=0)
    with sheet.pen.moved(64 - scale * (left + right) / 2, 118, scale):
        draw_below(sheet.pen, "stand", standing.box, 0)
        draw_figure(sheet.pen, standing.actor, receives=False)
    return sheet.pixels[..., :3].copy()


@lru_cache(maxsize=8)
def _sheet(size: int) -> Sheet:
    return Sheet(size)


def _at(pen: Pen, standing: Standing) -> AbstractContextManager[Pen]:
    return pen.moved(standing.x, standing.y, standing.scale, mirrored=standing.mirrored)


def _seat(actor: Actor) -> float:
    """How high a person sits, in figure units; a dog sits on the ground."""
    body = CAST[actor.name].body
    return 0 if body == "dog" else BODIES[body].leg * 1.15


def _boxes(segmentation: np.ndarray, count: int) -> np.ndarray:
    boxes = np.zeros((count, 4), np.float32)
    for k in range(count):
        mask = segmentation == k + 1
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if rows.size:
            boxes[k] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return boxes
