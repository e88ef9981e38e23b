"""People of the open world: made by chance or from words, and told in words."""

from random import Random

import pytest

from storygptv.scene import KINDS as SCENE_KINDS
from storygptv.world.kinds import KINDS, drawn_kind
from storygptv.world.people import EIGHT, Looks, describe, looks_from_words, random_looks


def test_every_kind_of_a_scene_is_drawn_as_itself():
    assert set(SCENE_KINDS) == set(KINDS)
    assert drawn_kind("submarine captain") == "person"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_chance_makes_the_same_person_who_can_be_told_in_words(kind):
    looks = [random_looks(kind, Random(seed)) for seed in range(12)]
    assert looks[3] == random_looks(kind, Random(3))
    assert Looks(**looks[3].to_json()) == looks[3]
    assert all(kind in describe(each) for each in looks)
    assert len(set(looks)) > 1 or kind in ("fox", "tiger")


@pytest.mark.parametrize(
    ("kind", "words", "wanted"),
    [
        ("girl", "long red hair, a green jumper and glasses",
         dict(hair_style="long", hair_color="red", clothes="jumper", clothes_color="green", glasses=True)),
        ("old woman", "with short white hair, a red cardigan and glasses",
         dict(hair_style="short", hair_color="white", clothes="jumper", clothes_color="red", glasses=True)),
        ("boy", "curly black hair and a striped blue t-shirt",
         dict(hair_style="curly", hair_color="black", clothes="t-shirt", clothes_color="blue", pattern="striped")),
        ("dog", "a black dog with a red collar", dict(skin="black", clothes="collar", clothes_color="red")),
        ("man", "a man with a brown beard and a yellow hat", dict(beard="beard", headgear="sun hat")),
    ],
)  # fmt: skip
def test_what_words_tell_is_so(kind, words, wanted):
    for seed in range(3):
        looks = looks_from_words(kind, words, seed).to_json()
        assert {name: looks[name] for name in wanted} == wanted


def test_the_eight_are_there():
    assert sorted(EIGHT) == ["Biscuit", "Leo", "Mia", "Mrs. Plum", "Nora", "Omar", "Pip", "Sam"]
    assert describe(EIGHT["Mia"]).startswith("a girl with fair skin, brown pigtails")
