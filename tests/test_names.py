"""Finding names and mentions in text."""

import pytest

from storygptv.names import exchanged, is_typo, name_spans, named, new_names

CAST = ["Mia", "Mrs. Plum", "Biscuit", "Zoë"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mia waves.", ["Mia"]),
        ("MIA'S kite", ["Mia"]),
        ("Mia’s kite", ["Mia"]),
        ("mrs plum and Mrs. Plum's cat", ["Mrs. Plum"]),
        ("Biscut and bisciut run", ["Biscuit"]),
        ("Zoe or Zoë", ["Zoë"]),
        ("Miami is far, and so is a miner", []),
        ("A biscuit", []),
    ],
)
def test_a_name_is_found_however_it_is_typed(text, found):
    assert named(text, CAST) == found


def test_spans_cover_the_name_without_its_apostrophe():
    (start, end, name), *_ = name_spans("Then Mia's dog", {"Mia": ("Mia",)})
    assert ("Then Mia's dog"[start:end], name) == ("Mia", "Mia")


def test_a_short_name_must_be_spelt_right():
    assert named("Mio waves.", ["Mia"]) == []


def test_a_typo_is_one_letter():
    assert is_typo("biscut", "biscuit") and is_typo("bisciut", "biscuit") and is_typo("biscuut", "biscuit")
    assert not is_typo("biscuit", "biscuit") and not is_typo("bickies", "biscuit") and not is_typo("discuit", "biscuit")


def test_names_are_exchanged_all_at_once():
    assert (
        exchanged("Mia hugs Leo, and leo hugs Mia.", {"Mia": "Leo", "Leo": "Mia"}) == "Leo hugs Mia, and Mia hugs Leo."
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tom took his dog Rex to the park.", "Tom"),
        ("Tom took his dog Rex to the park.", "Rex"),
        ("There once was a small green dragon.", "the dragon"),
        ("My mum baked a cake.", "Mum"),
        ("I went to the shop.", "me"),
        ("mrs. plum came by", "Mrs. Plum"),
        ("tom waved", "Tom"),
        ("An old man sat there.", "the old man"),
        ("Grandma Joy's cat slept.", "Grandma Joy"),
    ],
)
def test_a_sentence_may_introduce_whom_it_speaks_of(text, name):
    assert name in new_names(text, [])


def test_nobody_who_is_known_is_introduced_again():
    assert "Mia" not in new_names("Mia runs.", ["mia"]) and "the" not in new_names("She runs the race.", [])


def test_a_thing_in_lower_case_is_nobody():
    names = ["Biscuit", "Rose", "Dad", "the dragon"]
    assert named("She sat with a biscuit on her palm and his rose.", names) == []
    assert named("biscuit barks at his dad, then the dragon comes. The Rose!", names) == [
        "Biscuit", "Dad", "the dragon", "Rose"
    ]  # fmt: skip
