"""Captions told on with pronouns: only where one reading fits, and every mention linked."""

from __future__ import annotations

import pytest

from storygptv.data.referential import refer, refer_as_published
from storygptv.names import name_spans

PRONOUNS = {"Fred": "he", "Barney": "he", "Wilma": "she", "Sam": "they", "Mr Slate": "he"}
ALIASES = {name: (name,) for name in PRONOUNS} | {"Mr Slate": ("mr slate", "mr. slate", "slate")}


def told(*captions: str) -> str:
    """The last of the captions, as it is told."""
    return refer(captions, PRONOUNS, ALIASES)[-1].text


@pytest.mark.parametrize(
    ("before", "caption", "expected"),
    [
        ("Fred sits.", "Fred is in a room.", "He is in a room."),
        ("wilma sits.", "Outside, wilma waves.", "Outside, she waves."),
        ("Fred sits.", "Wilma's car hits Fred's hat.", "Wilma's car hits his hat."),
        ("Fred sits.", "Wilma talks to Fred.", "Wilma talks to him."),
        ("Fred sits.", "Wilma is tickling Fred on the couch.", "Wilma is tickling him on the couch."),
        ("Fred and Wilma sit.", "Fred talks while Wilma listens to Fred.", "He talks while she listens to him."),
        ("Fred and Barney sit.", "Barney and Fred are outside.", "They are outside."),
        ("Fred, Barney and Wilma sit.", "Wilma, Fred, and Barney stand there.", "They stand there."),
        ("Mr. Slate sits.", "mr slate is at a desk. Slate talks.", "He is at a desk. He talks."),
    ],
)
def test_whom_the_caption_before_spoke_of_becomes_a_pronoun(before, caption, expected):
    assert told(before, caption) == expected


@pytest.mark.parametrize(
    ("before", "caption"),
    [
        ("Wilma sits.", "Fred is in a room."),  # not spoken of
        ("Fred and Barney sit.", "Fred is in a room."),  # two whom "he" could mean
        ("A man talks to Fred.", "Fred is in a room."),  # a stranger in between
        ("Fred sits by the mailman.", "Fred is in a room."),
        ("The Martian talks to Fred.", "Fred is in a room."),
        ("Fred sits.", "A boy stares and Fred waves."),
        ("Fred and Barney sit.", "Fred and Wilma are outside."),  # another pair
        ("Fred, Barney and Wilma sit.", "Fred and Wilma are outside."),  # a part of the group
        ("Sam sits.", "Sam is in a room."),  # "they is"
        ("Fred sits.", "Frederick is tall, and Alfred is small."),  # inside other words
        ("Fred sits.", "A picture of the great Fred hangs there."),  # what part it plays is not told
        ("Fred sits.", "Fred, who is tall, waves."),
    ],
)
def test_otherwise_the_caption_stays_word_for_word(before, caption):
    assert told(before, caption) == caption


def test_one_who_was_named_in_a_caption_stays_named_in_it():
    assert told("Fred sits.", "A man waves at Fred. Fred waves.") == "A man waves at Fred. Fred waves."


def test_every_mention_is_linked_to_whom_it_means():
    first, second, third = refer(
        ["Fred and Wilma sit.", "Wilma and Fred are outside. Wilma talks to Fred.", "mr slate looks at Wilma's hat."],
        PRONOUNS,
        ALIASES,
    )
    links = lambda caption: [(m.text, m.characters, m.kind) for m in caption.mentions]  # noqa: E731
    assert links(first) == [("Fred", ("Fred",), "name"), ("Wilma", ("Wilma",), "name")]
    assert second.text == "They are outside. She talks to him." and not second.fields()["names_somebody"]
    assert links(second) == [
        ("They", ("Wilma", "Fred"), "plural"), ("She", ("Wilma",), "pronoun"), ("him", ("Fred",), "pronoun"),
    ]  # fmt: skip
    assert links(third) == [("mr slate", ("Mr Slate",), "name"), ("her", ("Wilma",), "pronoun")]
    for caption in (first, second, third):
        assert all(caption.text[m.start : m.end] == m.text for m in caption.mentions)
    assert first.fields()["names_somebody"] and third.fields()["names_somebody"]


def test_names_are_whole_words_in_any_case_and_the_longest_alias():
    text = "FRED, Mr.  Slate and fred's slate; Alfred, Freddy."
    assert [(text[a:b], name) for a, b, name in name_spans(text, ALIASES)] == [
        ("FRED", "Fred"), ("Mr.  Slate", "Mr Slate"), ("fred", "Fred"), ("slate", "Mr Slate"),
    ]  # fmt: skip
    assert name_spans(text, {}) == []


def test_the_published_rule_with_its_oddities():
    captions = ["Fred sits.", "Fred sees Fred's hat.", "Alone.", "Wilma and Fred wave.", "Fred and Wilma go.", "Fred"]
    characters = [["Fred"], ["Fred"], ["Fred"], ["Wilma", "Fred"], ["Fred", "Wilma"], ["Wilma", "Fred"]]
    assert refer_as_published(captions, characters, PRONOUNS) == [
        ("Fred sits.", False),
        ("He sees He's hat.", True),
        ("Alone.", True),  # nothing was replaced, and no name is left
        ("Wilma and Fred wave.", False),
        ("They go.", True),
        ("Fred", False),
    ]
