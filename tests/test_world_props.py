"""The props of the new world: each is drawn, big enough, unlike the others; other nouns have one that is near."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skia", reason="the toon extra draws", exc_type=ImportError)

from storygptv.toon.pen import Sheet
from storygptv.world.props import NEAREST_PROP, PROPS, SIZES, WHERES, draw_prop, nearest_prop, prop_box

IN_TALES_MD = (
    "ball book apple cake balloon kite umbrella flower gift bone lamp bucket guitar bicycle box teddy hat bag letter "
    "cup bread fish boat car key map phone drum ladder blanket basket broom sword crown candle chair bed tree tent "
    "snowman sandcastle egg pizza camera bell rope spade paint picture clock"
).split() + ["ice cream"]
TALES = Path(__file__).parents[1] / "tales"


def drawn(name: str, **options) -> np.ndarray:
    """Return the prop drawn on a sheet of 256 pixels, RGBA."""
    sheet = Sheet(256)
    with sheet.pen.moved(64, 96):
        draw_prop(sheet.pen, name, **options)
    return sheet.pixels


@pytest.mark.parametrize("name", PROPS)
def test_every_prop_is_at_least_twenty_pixels_across_and_stands_on_the_ground(name):
    left, top, right, bottom = prop_box(name)
    assert max(right - left, bottom - top) * 2 >= 24, "pixels at 256"
    assert min(right - left, bottom - top) * 2 >= 10
    assert -64 < left < right < 64 and top > -96, "fits the sheet it is measured on"
    assert -16 <= bottom <= 14 or PROPS[name].where in ("wall", "air")
    assert PROPS[name].size in SIZES and PROPS[name].where in WHERES


def test_every_prop_of_the_tales_guide_is_drawn_as_itself():
    assert not [name for name in IN_TALES_MD if name not in PROPS]


def test_most_props_of_the_tales_are_drawn_as_themselves_and_nearly_all_as_something_near():
    lines = [line for path in TALES.glob("*.txt") for line in path.read_text().splitlines() if line.startswith("= ")]
    names = [name.strip() for line in lines for name in line.split(";")[2].split(",") if name.strip()]
    assert sum(name in PROPS for name in names) > 0.85 * len(names)
    assert sum(nearest_prop(name) is not None for name in names) > 0.98 * len(names)


def test_no_two_props_look_the_same():
    pictures: dict[bytes, str] = {}
    for name in PROPS:
        twin = pictures.setdefault(drawn(name).tobytes(), name)
        assert twin == name


def test_same_arguments_are_the_same_bits():
    assert np.array_equal(drawn("teddy"), drawn("teddy"))


@pytest.mark.parametrize("name", ["bucket", "umbrella", "cup", "sword", "kite", "bag"])
def test_a_held_prop_has_its_grip_in_the_hand(name):
    held = drawn(name, held=True)[..., 3] > 0
    assert held[192 - 8 : 192 + 8, 128 - 8 : 128 + 8].any()


def test_a_bite_takes_some_of_the_food_and_nothing_of_what_is_behind():
    whole, bitten = (drawn("cookie", state=state)[..., 3] > 127 for state in (None, "bitten"))
    assert 0.6 * whole.sum() < bitten.sum() < 0.95 * whole.sum()
    sheet = Sheet(64)
    sheet.pen.box(0, 0, 128, 128, "#aabbcc", edge=0)
    with sheet.pen.moved(64, 96):
        draw_prop(sheet.pen, "cookie", state="bitten")
    assert (sheet.pixels[..., 3] == 255).all()


def test_states_and_colors_change_the_picture():
    assert not np.array_equal(drawn("umbrella"), drawn("umbrella", state="closed"))
    assert not np.array_equal(drawn("book"), drawn("book", state="open"))
    assert not np.array_equal(drawn("balloon"), drawn("balloon", color="#1d4ee0"))


def test_every_nearest_prop_is_drawn_and_no_drawn_prop_has_another_nearest():
    assert set(NEAREST_PROP.values()) <= set(PROPS)
    assert not set(NEAREST_PROP) & set(PROPS)


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("red balls", "ball"),
        ("Balloon", "balloon"),
        ("couch", "sofa"),
        ("a bunch of cherries", "cherry"),
        ("quarrel", None),
    ],
)
def test_nearest_prop_reads_plurals_and_what_stands_before_the_noun(words, near):
    assert nearest_prop(words) == near


def test_colors_are_written_as_the_pen_reads_them():
    assert all(re.fullmatch("#[0-9a-f]{6}", prop.color) for prop in PROPS.values())
