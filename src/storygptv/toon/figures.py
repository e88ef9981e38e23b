"""One figure, person or dog, and how much room it takes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .cast import CAST
from .dog import draw_dog
from .pen import Pen, Point, Sheet
from .person import HAND, draw_person
from .poses import pose_of
from .props import draw_open_book, draw_prop, draw_snack
from .scene import Actor


def is_lying(actor: Actor) -> bool:
    """Whether it lies on the ground, wider than high."""
    return actor.action == "sleep"


def draw_figure(pen: Pen, actor: Actor, receives: bool) -> Point:
    """Draw the actor on the origin, looking right; returns where what it holds is, in the same units."""
    member = CAST[actor.name]
    pose = pose_of(member.body, actor.action, receives)
    if member.body == "dog":
        return draw_dog(pen, member, actor.looks, actor.expression, pose, is_lying(actor))
    if not is_lying(actor):
        return draw_person(pen, member, actor.looks, actor.expression, pose, actor.holds is not None)
    half = _LENGTH[member.body] / 2
    with pen.moved(half, -_THICKNESS, turn=-90):
        x, y = draw_person(pen, member, actor.looks, actor.expression, pose, actor.holds is not None)
    return half + y, -_THICKNESS - x


_LENGTH = {"adult": 98, "elder": 86, "child": 80, "toddler": 64}
_THICKNESS = 15  # from the ground to the middle of someone who lies


def held_thing(actor: Actor) -> str | None:
    """What the actor's hand shows: its prop, or what its action needs, "open book" or "snack"."""
    if actor.action == "read" and actor.holds in (None, "book"):
        return "open book"
    if actor.action == "eat" and actor.holds is None:
        return "snack"
    return actor.holds


def draw_held(pen: Pen, thing: str, is_dog: bool) -> None:
    """Draw what is held with its grip on the origin; a person's hand shows through it."""
    if thing == "open book":
        draw_open_book(pen)
    elif thing == "snack":
        draw_snack(pen)
    else:
        draw_prop(pen, thing, held=True)
    if not is_dog:
        pen.erase(0, 0, HAND * 0.6)


@lru_cache(maxsize=1024)
def extent(name: str, action: str, receives: bool) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the bare figure in its own units, measured on a drawing."""
    sheet = Sheet(256)
    with sheet.pen.moved(64, 100, scale=0.5):
        draw_figure(sheet.pen, Actor(name, action, "happy"), receives)
    covered = sheet.pixels[..., 3] > 127
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    return columns[0] - 128.0, rows[0] - 200.0, columns[-1] - 127.0, rows[-1] - 199.0
