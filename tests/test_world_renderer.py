"""Pictures of scenes of the open world."""

from random import Random

import numpy as np
import pytest

from storygptv.scene import ACTIONS, KINDS, PAIR_ACTIONS, PLACES, Figure, Scene
from storygptv.world.marks import HEAD
from storygptv.world.people import EIGHT, random_looks
from storygptv.world.places import random_place_looks
from storygptv.world.renderer import Drawing, render

PLACE = random_place_looks("park", Random(0))
LOOKS = {"Ann": random_looks("girl", Random(1)), "Rex": random_looks("dog", Random(2)), **EIGHT}


def doing(action: str, name: str = "Mia", other: str = "Leo", place: str = "park") -> Scene:
    target = other if action in PAIR_ACTIONS else None
    others = (Figure(other),) if target else ()
    return Scene((Figure(name, action, target), *others), place)


def drawn(scene: Scene, seed: int = 0, size: int = 128) -> Drawing:
    return render(scene, LOOKS, PLACE, size, seed)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("name", "other"), [("Mia", "Leo"), ("Rex", "Biscuit"), ("Omar", "Rex")])
def test_everybody_is_to_be_seen_in_every_action(action, name, other):
    scene = doing(action, name, other)
    drawing = drawn(scene)
    for number, (left, top, right, bottom) in enumerate(drawing.boxes, start=1):
        assert right - left >= 16 and bottom - top >= 16
        assert ((drawing.segmentation == number) & (drawing.parts == HEAD)).sum() > 120


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn(kind):
    looks = {"X": random_looks(kind, Random(4))}
    drawing = render(Scene((Figure("X"),), "room"), looks, PLACE, 128)
    assert 0.06 < (drawing.segmentation == 1).mean() < 0.6


def test_the_same_arguments_give_the_same_picture_and_another_seed_other_places():
    scene = doing("talk")
    assert (drawn(scene).pixels == drawn(scene).pixels).all()
    assert (drawn(scene).pixels != drawn(scene, seed=1).pixels).any()


def test_actions_are_told_apart():
    """Of one person alone, nearly every two actions differ in a twentieth of the figure or more."""
    alone = [action for action in ACTIONS if action not in PAIR_ACTIONS]
    masks = {action: drawn(doing(action)).parts for action in alone}
    alike = [
        (one, other)
        for number, one in enumerate(alone)
        for other in alone[number + 1 :]
        if (masks[one] != masks[other]).sum() < 0.05 * (masks[one] > 0).sum()
    ]
    assert len(alike) <= 1, alike


def test_nobody_hides_the_face_of_another():
    scene = Scene(tuple(Figure(name) for name in ("Mia", "Leo", "Omar", "Pip", "Mrs. Plum")), "park")
    for count in (2, 3, 4, 5):
        some = Scene(scene.figures[:count], "park")
        alone = [render(Scene((figure,), "park"), LOOKS, PLACE, 256) for figure in some.figures]
        assert all((each.parts == HEAD).any() for each in alone)
        drawing = drawn(some, size=256)
        heads = [((drawing.segmentation == n) & (drawing.parts == HEAD)).sum() for n in range(1, count + 1)]
        assert min(heads) > 0.45 * max(heads)
        left, _, right, _ = drawing.boxes[0]
        assert right - left >= 36


def test_one_or_two_people_fill_two_thirds_of_the_height():
    for figures in ((Figure("Mia"),), (Figure("Omar"), Figure("Pip"))):
        drawing = drawn(Scene(figures, "park"), size=256)
        assert max(bottom - top for _, top, _, bottom in drawing.boxes) > 0.55 * 256


def test_props_are_seen_and_held():
    without, held = drawn(doing("stand"), size=256), drawn(
        Scene((Figure("Mia", "stand", None, "ball"),), "park", props=("ball",)), size=256
    )  # fmt: skip
    assert (without.pixels != held.pixels).any(-1).sum() > 200
    beside = drawn(Scene((Figure("Mia"),), "park", props=("cake", "kite")), size=256)
    assert (beside.pixels != without.pixels).any(-1).sum() > 400


@pytest.mark.parametrize("place", PLACES)
def test_somebody_is_drawn_everywhere(place):
    drawing = render(Scene((Figure("Mia", "walk"),), place, night=True), LOOKS, PLACE, 96)
    assert drawing.pixels.shape == (96, 96, 3) and drawing.pixels.dtype == np.uint8
    assert (drawing.segmentation == 1).mean() > 0.05
