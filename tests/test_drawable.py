"""What of a scene a model can draw."""

import pytest

from storygptv.cast import Cast
from storygptv.drawable import Drawable, caption
from storygptv.scene import Person, Scene

CAST = Cast(
    [{"name": "Mia", "pronoun": "she", "kind": "girl"}, {"name": "Leo", "pronoun": "he", "kind": "boy"},
     {"name": "Omar", "pronoun": "he", "kind": "man"}, {"name": "Biscuit", "pronoun": "he", "kind": "dog"}],
    ["park", "kitchen", "lake"], ["stand", "sit", "run", "jump", "give", "hug", "sleep"], ["ball", "cake", "gift"],
)  # fmt: skip


def scene_of(line, *names):
    return Scene.parse(line, names)


def test_somebody_new_is_lent_the_looks_nearest_in_kind_and_keeps_them():
    drawable = Drawable(CAST)
    people = {"Ana": Person("Ana", "girl"), "Rex": Person("Rex", "dog")}
    drawn = drawable.draw(scene_of("Ana sit, Rex run; park;", "Ana", "Rex"), people)
    assert drawn.drawn_as == {"Ana": "Mia", "Rex": "Biscuit"}
    assert drawn.caption == "Mia sits in the park, while Biscuit runs."
    assert drawable.draw(scene_of("Rex run; park;", "Rex"), people).drawn_as == {"Rex": "Biscuit"}


def test_nobody_whom_the_story_names_lends_their_looks():
    drawable = Drawable(CAST, named=["Mia"])
    drawn = drawable.draw(scene_of("Ana sit; park;", "Ana"), {"Ana": Person("Ana", "girl")})
    assert drawn.drawn_as["Ana"] != "Mia"


def test_two_strangers_never_share_looks_while_others_are_free():
    people = {name: Person(name, "girl") for name in ("Ana", "Bea", "Cleo")}
    drawn = Drawable(CAST).draw(scene_of("Ana sit, Bea sit, Cleo run; park;", *people), people)
    assert len(set(drawn.drawn_as.values())) == 3


def test_who_plays_whom_is_kept():
    drawn = Drawable(CAST, {"Ana": "Omar"}).draw(scene_of("Ana sit; park;", "Ana"), {"Ana": Person("Ana", "girl")})
    assert drawn.drawn_as == {"Ana": "Omar"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Mia lie; park;", "Mia sleeps in the park."),
        ("Mia throw Leo (ball), Leo run; park; ball", "Mia gives a ball to Leo in the park."),
        ("Mia walk, Leo walk; pool, night;", "Mia and Leo walk by the lake at night."),
        ("Mia hug Leo happy, Leo stand, Omar sit; kitchen; cake",
         "Mia hugs Leo in the kitchen, looking happy, while Omar sits. A cake is nearby."),
        ("Mia give (gift); park;", "Mia stands in the park. Mia holds a gift."),
        ("Mia run (parcel); park;", "Mia runs in the park. Mia holds a gift."),
        ("Mia run; park; spaceship", "Mia runs in the park."),
    ],
)  # fmt: skip
def test_what_the_model_does_not_know_is_drawn_as_the_nearest(line, told):
    cast = Cast(CAST.characters, CAST.places, [*CAST.actions, "walk"], CAST.props)
    assert Drawable(cast).draw(scene_of(line, "Mia", "Leo", "Omar"), {}).caption == told


def test_of_five_people_the_last_is_left_out_and_said_so():
    names = ["Mia", "Leo", "Omar", "Biscuit", "Tom"]
    drawn = Drawable(CAST).draw(scene_of(", ".join(f"{n} sit" for n in names) + "; park;", *names), {})
    assert drawn.drawn_as["Tom"] is None and "Tom" not in drawn.caption


def test_a_caption_names_everybody_once_in_plain_english():
    scene = scene_of("Mia eat (apple), Leo eat; beach, rain; apple", "Mia", "Leo")
    assert caption(scene) == "Mia and Leo eat an apple on the beach in the rain."


def test_nobody_is_in_a_picture_twice():
    people = {name: Person(name, "dog") for name in "abcdef"}
    drawable = Drawable(CAST)
    for name in "abcde":
        drawable.draw(scene_of(f"{name} sit; park;", *people), people)
    drawn = drawable.draw(scene_of("a sit, b sit, c sit, e sit; park;", *people), people)
    lent = [as_whom for as_whom in drawn.drawn_as.values() if as_whom]
    assert len(lent) == len(set(lent)) >= 3
