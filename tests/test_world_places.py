"""The places of the new world: each is drawn, by day and by night, in any weather; looks tell two rooms apart."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

pytest.importorskip("skia", reason="the toon extra draws", exc_type=ImportError)

from storygptv.scene import PLACES
from storygptv.world.place_looks import FABRICS, FLOORS, PATTERNS, SIDES, TREES, VARIANTS, WALLS, WOODS
from storygptv.world.places import GROUND, INDOORS, NEAREST_PLACE, PlaceLooks, draw_place, random_place_looks

SIZE = 64


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the mean difference of two pictures' pixels."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_drawn_and_darker_by_night(place):
    day, night = (draw_place(place, PlaceLooks(), dark, None, SIZE) for dark in (False, True))
    assert day.shape == (SIZE, SIZE, 3) and day.dtype == np.uint8
    assert len(np.unique(day.reshape(-1, 3), axis=0)) > 60
    assert night.mean() < day.mean() or place == "space"


@pytest.mark.parametrize("place", [place for place in PLACES if place != "space"])
def test_rain_and_snow_are_seen_in_every_place(place):
    for night in (False, True):
        clear = draw_place(place, PlaceLooks(), night, None, 256)
        for weather in ("rain", "snow"):
            changed = np.abs(draw_place(place, PlaceLooks(), night, weather, 256).astype(int) - clear).max(-1) > 24
            through_windows = place in INDOORS or place == "castle"
            assert changed.mean() > (0.002 if through_windows else 0.02), (place, night, weather)


def test_same_arguments_are_the_same_bits():
    looks = random_place_looks("park", Random(3))
    first = draw_place("park", looks, True, "rain", 128).copy()
    draw_place.cache_clear()
    assert np.array_equal(first, draw_place("park", looks, True, "rain", 128))


def test_a_drawn_place_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        draw_place("park", PlaceLooks(), False, None, SIZE)[0, 0] = 0


@pytest.mark.parametrize("place", PLACES)
def test_two_stories_places_are_told_apart(place):
    chance = Random(1)
    drawn = [draw_place(place, random_place_looks(place, chance), False, None, SIZE) for _ in range(6)]
    pairs = [difference(a, b) for i, a in enumerate(drawn) for b in drawn[:i]]
    assert np.median(pairs) > 4


def test_the_other_side_is_the_mirror_image_of_the_furniture():
    looks = PlaceLooks(side="left")
    left, right = (draw_place("kitchen", replace(looks, side=side), False, None, SIZE) for side in SIDES)
    assert difference(left[:, ::-1], right) < 1 < difference(left, right)


def test_the_same_seed_gives_the_same_looks_and_json_reads_them_back():
    looks = random_place_looks("room", Random(5))
    assert looks == random_place_looks("room", Random(5))
    assert PlaceLooks(**looks.to_json()) == looks


def test_every_word_of_the_looks_is_drawn():
    tables = {"wall": WALLS, "pattern": PATTERNS, "floor": FLOORS, "wood": WOODS, "main": FABRICS, "second": FABRICS}
    for place, words in (("living room", tables), ("park", {"tree": TREES, "variant": range(VARIANTS)})):
        for field, table in words.items():
            pictures = {
                draw_place(place, replace(PlaceLooks(), **{field: w}), False, None, SIZE).tobytes() for w in table
            }
            assert len(pictures) == len(table), field


def test_an_unknown_word_or_place_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="wall: 'plaid' is unknown"):
        PlaceLooks(wall="plaid")
    with pytest.raises(ValueError, match="place: 'nowhere' is unknown"):
        draw_place("nowhere", PlaceLooks())


def test_feet_stand_on_the_ground_below_the_furniture_of_every_place():
    assert set(GROUND) == set(PLACES)
    assert all(80 < top < bottom <= 124 for top, bottom in GROUND.values())


def test_other_places_are_drawn_as_the_nearest_one():
    assert set(NEAREST_PLACE.values()) <= set(PLACES)
    attic, room = (draw_place(place, PlaceLooks(), False, None, SIZE) for place in ("attic", "room"))
    assert np.array_equal(attic, room)
