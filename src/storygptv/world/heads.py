"""Heads: human ones, and one row of ears, snout and marks for every other kind, in units of the head's radius."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..toon.palette import INK
from . import head_pieces as pieces
from . import heads_four as four
from . import heads_upright as upright
from .colors import FURS, SKINS, paint_of
from .faces import draw_face
from .hair import draw_beard, draw_glasses, draw_hair, draw_hair_behind, draw_headgear, draw_moustache
from .head_pieces import OUTLINE
from .kinds import KINDS
from .marks import PaintPen
from .people import Looks


@dataclass(frozen=True)
class Expression:
    """What a face shows: a mood, and what the mouth does if it does something."""

    mood: str | None = None
    mouth: str | None = None
    asleep: bool = False


@dataclass(frozen=True)
class Head:
    """One kind's head: its width and height, what is behind and in front, and where its mouth is."""

    behind: Callable[[PaintPen, str, str], None] | None = None  # ears, horns: pen, fur, fur2
    front: Callable[[PaintPen, str, str], None] | None = None  # muzzle and marks, below the face
    over: Callable[[PaintPen, str, str], None] | None = None  # forelock, nose: over the face
    width: float = 1.0
    height: float = 0.96
    drop: float = 0.12
    turned: float = 0.16
    beak: str | None = None


def draw_head_behind(pen: PaintPen, looks: Looks) -> None:
    """Draw what hangs behind the head and trunk."""
    if KINDS[looks.kind].head == "human":
        draw_hair_behind(pen, looks)


def draw_head(pen: PaintPen, looks: Looks, expression: Expression) -> None:
    """Draw a head of radius 1 around the origin."""
    name = KINDS[looks.kind].head
    mouth, asleep = expression.mouth, expression.asleep
    if name == "human":
        skin = paint_of(SKINS, looks.skin)
        for side in (-1, 1):
            pen.oval(side * 0.97, 0.16, 0.2, 0.22, skin, 0.06)
        pen.oval(0, 0, 1, 0.98, skin, OUTLINE)
        draw_beard(pen, looks)
        draw_face(pen, expression.mood, mouth, asleep, lashes=looks.lashes)
        draw_moustache(pen, looks)
        draw_hair(pen, looks)
    else:
        head = HEADS[name]
        fur, fur2 = paint_of(FURS, looks.skin), paint_of(FURS, looks.fur2 or "white")
        if head.behind:
            head.behind(pen, fur, fur2)
        if name == "robot":
            pen.box(-1.05, -0.9, 2.1, 1.85, fur, 0.3, OUTLINE)
        else:
            pen.oval(0, 0, head.width, head.height, fur, OUTLINE)
        if head.front:
            head.front(pen, fur, fur2)
        draw_face(pen, expression.mood, mouth, asleep, head.drop, head.turned, looks.lashes, head.beak)
        if head.over:
            head.over(pen, fur, fur2)
    if looks.glasses:
        draw_glasses(pen)
    draw_headgear(pen, looks)


HEADS: dict[str, Head] = {
    "dog": Head(
        None, lambda pen, fur, fur2: pieces.muzzle(pen, "#f7e3c4", 0.2, 0.5, 0.66, 0.48), four.dog_over, turned=0.2
    ),
    "cat": Head(
        lambda pen, fur, fur2: pieces.pointed_ears(pen, fur, pieces.PINK), four.cat_front, four.cat_over, 1.08, 0.94
    ),
    "fox": Head(
        lambda pen, fur, fur2: pieces.pointed_ears(pen, fur, "#4a3030", -1.65),
        four.fox_front,
        upright.bear_over,
        1.05,
        0.92,
    ),
    "wolf": Head(
        lambda pen, fur, fur2: pieces.pointed_ears(pen, fur, fur2, -1.6), four.fox_front, upright.bear_over, 1.05, 0.95
    ),
    "lion": Head(four.lion_behind, lambda pen, fur, fur2: pieces.muzzle(pen, "#f7e3c4"), upright.bear_over),
    "tiger": Head(
        lambda pen, fur, fur2: pieces.round_ears(pen, fur, fur2, 0.78, -0.75, 0.36),
        four.tiger_front,
        lambda pen, fur, fur2: pieces.nose(pen, "#e0708c", y=0.34),
        1.06,
    ),
    "horse": Head(four.horse_behind, four.horse_front, four.horse_over, 0.88, 1.0, 0.32, 0.2),
    "donkey": Head(four.donkey_behind, four.donkey_front, four.donkey_over, 0.88, 0.98, 0.28, 0.18),
    "cow": Head(four.cow_behind, four.cow_front, four.cow_over, 0.94, 0.96, 0.24, 0.16),
    "goat": Head(four.goat_behind, four.goat_front, four.nostril_nose, 0.9, 0.98, 0.14),
    "sheep": Head(four.sheep_behind, None, four.sheep_over, 0.86, 0.95, 0.12),
    "pig": Head(four.pig_behind, None, four.pig_over, 1.05, 0.95, 0.24, 0.18),
    "elephant": Head(four.elephant_behind, None, four.elephant_over, 1.0, 0.95, 0.3, 0.18),
    "turtle": Head(None, four.turtle_front, None, 1.0, 0.92, 0.04),
    "crocodile": Head(four.crocodile_behind, four.crocodile_front, None, 0.85, 0.85, 0.14, 0.12),
    "hedgehog": Head(four.hedgehog_behind, None, four.hedgehog_over, 0.96, 0.92, 0.16, 0.16),
    "snail": Head(four.snail_behind, None, None, 0.92, 0.92, 0.04),
    "rabbit": Head(
        upright.rabbit_behind,
        upright.rabbit_front,
        lambda pen, fur, fur2: (pieces.nose(pen, "#f08aa0", y=0.34, r=0.12), pieces.whiskers(pen))[0],
    ),
    "bear": Head(upright.bear_behind, upright.bear_front, upright.bear_over, 1.08),
    "mouse": Head(upright.mouse_behind, upright.mouse_front, upright.mouse_over),
    "monkey": Head(upright.monkey_behind, upright.monkey_front, upright.monkey_over),
    "squirrel": Head(
        upright.squirrel_behind,
        lambda pen, fur, fur2: pieces.muzzle(pen, fur2, ry=0.38, y=0.54, rx=0.52),
        lambda pen, fur, fur2: pieces.nose(pen, INK, y=0.36, r=0.12),
    ),
    "frog": Head(upright.frog_behind, upright.frog_front, None, 1.16, 0.84, 0.06, 0.14),
    "bird": Head(upright.bird_behind, upright.bird_front, None, beak="#ff9d2e"),
    "owl": Head(upright.owl_behind, upright.owl_front, None, 1.08, 0.94, -0.02, 0.16, "#e8a33a"),
    "duck": Head(upright.duck_front, None, None, 1.0, 0.96, 0.04, 0.2, "#ff8f1f"),
    "hen": Head(upright.hen_behind, None, upright.hen_over, beak="#ffb02e"),
    "penguin": Head(None, upright.penguin_front, None, 1.05, 0.98, beak="#ff9d2e"),
    "bee": Head(upright.bee_behind, None, None, drop=0.0),
    "dragon": Head(upright.dragon_behind, upright.dragon_front, upright.dragon_over, 1.0, 0.94, 0.2, 0.2),
    "robot": Head(upright.robot_behind, upright.robot_front, None, 1.05, 0.95, -0.08, 0.1),
    "ghost": Head(None, None, None, 0.0, 0.0, 0.0, 0.1),
    "monster": Head(upright.monster_behind, None, upright.monster_over, 1.0, 0.98, 0.06),
    "alien": Head(upright.alien_behind, None, None, 1.12, 0.98, 0.04),
    "snowman": Head(None, None, upright.snowman_over, 1.0, 0.98, 0.14),
}
