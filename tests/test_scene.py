"""The scene of a frame and its one-line form."""

import pytest

from storygptv.scene import ACTIONS, PAIR_ACTIONS, Figure, Person, Scene

LINE = "Mia give Leo (cake) happy, Leo stand; park, night, rain; cake, kite"


def test_a_line_is_read_and_written_back():
    scene = Scene.parse(LINE, ["Leo", "Mia"])
    assert scene.figures[0] == Figure("Mia", "give", "Leo", "cake", "happy")
    assert (scene.place, scene.night, scene.weather, scene.props) == ("park", True, "rain", ("cake", "kite"))
    assert scene.line() == LINE and Scene.parse(scene.line(), ["Mia", "Leo"]) == scene


def test_names_are_found_in_any_case_and_the_longest_first():
    scene = Scene.parse("the old man walk, mrs. plum hug THE OLD MAN; street;", ["the old man", "the old", "Mrs. Plum"])
    assert scene.names == ["the old man", "Mrs. Plum"] and scene.figures[1].target == "the old man"


def test_what_somebody_holds_is_among_the_props():
    assert Scene.parse("Mia eat (cake); park;", ["Mia"]).props == ("cake",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("; park;", "names nobody"),
        ("Mia fly; nowhere;", "place 'nowhere' is unknown, expected one of kitchen"),
        ("Mia juggle; park;", "action 'juggle' is unknown"),
        ("Tom walk; park;", "begins with nobody of the story, expected one of Mia, Leo"),
        ("Mia hug Leo; park;", "'Leo' is not in the picture"),
        ("Mia walk Leo, Leo walk; park;", "'walk' is done to nobody"),
        ("Mia walk, Mia run; park;", "'Mia' is in the scene twice"),
        ("Mia walk; park; a, b, c, d", "4 props, at most 3"),
        ("Mia walk; park, fog;", "time or weather 'fog' is unknown"),
        ("Mia walk", "expected 'people; place; props'"),
    ],
)
def test_a_wrong_word_is_named_with_what_is_possible(line, told):
    with pytest.raises(ValueError, match=told):
        Scene.parse(line, ["Mia", "Leo"])


def test_more_people_than_can_be_drawn_are_refused():
    with pytest.raises(ValueError, match="6 people, at most 5"):
        Scene(tuple(Figure(name) for name in "abcdef"), "park")


def test_an_introduction_tells_the_pronoun_only_where_the_kind_does_not():
    assert Person("Mia", "girl").line() == "Mia: girl" and Person("Mia", "girl").pronoun == "she"
    assert (
        Person.parse("Rex: dog, he") == Person("Rex", "dog", "he")
        and Person("Rex", "dog", "he").line() == "Rex: dog, he"
    )
    with pytest.raises(ValueError, match="kind: 'unicorn' is unknown"):
        Person("Sparkle", "unicorn")


def test_pair_actions_are_actions():
    assert set(PAIR_ACTIONS) <= set(ACTIONS)
