"""The reader who knows the rules, on captions written by hand, and on stories with their gold links."""

from __future__ import annotations

import pytest

from storygptv.toon.reader import Reader, sentences, slots
from storygptv.toon.stories import make_stories


def told(*captions: str) -> list[str]:
    reader = Reader()
    return [reader.read(caption).text for caption in captions]


CASES = [  # the story so far; the caption; as it is told again
    # he, she: the latest sentence with anybody of the pronoun
    ("Mia walks in the park.", "She waves at the park.", "Mia waves at the park."),
    ("Leo hugs Mia in the park.", "She waves to him at the park.", "Mia waves to Leo at the park."),
    ("Mia waves in the park. | Leo runs in the park.", "She naps in the park.", "Mia naps in the park."),
    ("Leo runs in the shop. | Pip runs in the shop.", "He is tired in the shop.", "Pip is tired in the shop."),
    # two of one pronoun: the subject of its main clause, and an object is not its own subject
    ("Mia hugs Nora in the park.", "She waves in the park.", "Mia waves in the park."),
    ("Mia hugs Nora in the park.", "She chases her in the park.", "Mia chases Nora in the park."),
    ("Omar shows Biscuit a box in the store.", "He asks him a question in the store.",
     "Omar asks Biscuit a question in the store."),
    ("Mia hugs Nora in the park. | Nora chases Mia in the park.", "She naps in the park.", "Nora naps in the park."),
    ("While Leo waits, Omar reads a book in the shop.", "He naps in the shop.", "Omar naps in the shop."),
    ("Pip and Leo run in the shop. | Leo waves in the shop. A box is in his hands while the little boy has a ball.",
     "He naps in the shop.", "Pip naps in the shop."),
    # a distractor of another pronoun does not disturb, one of the same does
    ("Mia hugs Leo in the park. | Leo and Omar run in the park.", "She naps in the park.", "Mia naps in the park."),
    ("Mia hugs Leo in the park. | Nora runs in the park.", "She naps in the park.", "Nora naps in the park."),
    # possessives
    ("Omar hugs Mia in the shop.", "She naps in the shop. A box is in his hands.",
     "Mia naps in the shop. A box is in Omar's hands."),
    ("Mia hugs Leo in the shop.", "Leo naps in the shop. A box is in her hands.",
     "Leo naps in the shop. A box is in Mia's hands."),
    # they: the last group, or Sam
    ("Mia and Leo run in the park.", "They nap in the park.", "Mia and Leo nap in the park."),
    ("Mia hugs Leo in the park. | Pip runs in the park.", "He naps in the park.", "Pip naps in the park."),
    ("Sam runs in the park.", "They are waving in the park and look glad.",
     "Sam is waving in the park and looks glad."),
    ("Pip and Nora run in the park.", "Mia waves to them in the park.", "Mia waves to Pip and Nora in the park."),
    # groups in other words
    ("Mia hugs Leo in the park.", "Both of them nap in the park.", "Mia and Leo nap in the park."),
    ("Omar, Mia and Leo run in the park.", "All three of them nap in the park.", "Omar, Mia and Leo nap in the park."),
    ("Omar, Mia and Leo run in the park.", "Mia waves in the park while the others nap.",
     "Mia waves in the park while Omar and Leo nap."),
    ("Mia and Nora run in the park. | Leo naps in the park.", "The two girls wave in the park.",
     "Mia and Nora wave in the park."),
    # nouns
    ("Mrs. Plum hugs Biscuit on the farm.", "The dog runs on the farm from the old lady.",
     "Biscuit runs on the farm from Mrs. Plum."),
    ("Leo hugs Pip on the farm.", "The little boy runs on the farm.", "Pip runs on the farm."),
    ("Leo hugs Mia on the farm. | Pip runs on the farm.", "The boy naps on the farm.", "Pip naps on the farm."),
    ("Mia hugs Nora on the farm.", "Mia pushes the other girl on the farm.", "Mia pushes Nora on the farm."),
    ("Mia hugs Leo on the farm.", "She chases his friend on the farm.", "Mia chases his friend on the farm."),
    ("Mia hugs Leo on the farm.", "She chases her friend on the farm.", "Mia chases Leo on the farm."),
    ("Mia, Leo and Pip run on the farm.", "Mia naps on the farm as her friends wave.",
     "Mia naps on the farm as Leo and Pip wave."),
    # lists, and what only looks like one
    ("Pip, Omar and Nora run on the farm.", "To the left of the man, the little boy and the girl nap on the farm.",
     "To the left of Omar, Pip and Nora nap on the farm."),
    ("Pip hugs Nora on the farm.", "She nudges the boy and the girl waves on the farm.",
     "Nora nudges Pip and Nora waves on the farm."),
    # a look: only who is left, else the one told of last
    ("Mia hugs Leo on the farm.", "Leo hugs the one in the red hat on the farm.", "Leo hugs Mia on the farm."),
    # places
    ("Mia runs in the quiet library.", "She naps there.", "Mia naps in the quiet library."),
    ("Mia runs in the quiet library.", "She naps.", "In the quiet library, Mia naps."),
    ("Mia runs in the woods. | She naps at the lake.", "Then, she waves.", "Then, at the lake, Mia waves."),
    ("Mia hugs Leo in the woods.", "While he waits, she waves.", "In the woods, while Leo waits, Mia waves."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "caption", "expected"), CASES, ids=[case[1] for case in CASES])
def test_by_hand(before: str, caption: str, expected: str) -> None:
    assert told(*before.split(" | "), caption)[-1] == expected


def test_sentences_and_lists() -> None:
    caption = "Mrs. Plum waves. To the right of Mia and Leo, Pip naps."
    first, second = sentences(caption)
    assert caption[slice(*first)] == "Mrs. Plum waves." and caption[slice(*second)].endswith("Pip naps.")
    found = [[(each.words, each.role) for each in slot] for slot in slots(caption, second)]
    assert found == [[("mia", "object"), ("leo", "object")], [("pip", "subject")]]


def test_a_look_is_guessed_where_the_text_leaves_it_open() -> None:
    reader = Reader()
    reader.read("Mia, Leo and Pip run on the farm.")
    look = reader.read("Mia hugs the one in the red hat on the farm.").mentions[1]
    assert look.characters and not look.certain
    reader = Reader()
    reader.read("Mia hugs Leo on the farm.")
    sure = reader.read("Leo hugs the one in the red hat on the farm.").mentions[1]
    assert sure.characters == ("Mia",) and sure.certain
    assert reader.read("The one in the red hat naps on the farm.").characters == ("Mia",)  # remembered


def test_a_guess_fits_the_rest_of_its_caption() -> None:
    reader = Reader()
    reader.read("Leo, Pip and Mia run on the farm.")
    meant = reader.read("Leo cuddles the one in the blue scarf on the farm. The other boy naps.")
    assert [mention.characters for mention in meant.mentions] == [("Leo",), ("Mia",), ("Pip",)]


def test_nobody_is_made_up() -> None:
    assert told("She naps in the park.") == ["She naps in the park."]
    assert told("The wind blows.") == ["The wind blows."]


@pytest.mark.parametrize("few_words", [0.0, 1.0])
def test_all_but_looks_are_read_as_they_are_meant(few_words) -> None:
    """Every mention of three hundred stories that does not come after a look, which no text tells."""
    right = total = placed = frames = 0
    for story in make_stories("val", 300, 5, 1, few_words):
        reader, guessed = Reader(), False
        for frame in story.frames:
            reading = reader.read(frame.referential_caption)
            gold = [mention for mention in frame.mentions if mention.kind != "place"]
            assert [(m.start, m.end) for m in reading.mentions] == [(m.start, m.end) for m in gold]
            guessed |= any(mention.text.lower().startswith("the one ") for mention in gold)
            placed, frames = placed + (reading.place == frame.scene.place), frames + 1
            if not guessed:
                pairs = zip(reading.mentions, gold, strict=True)
                right += sum(set(mine.characters) == set(true.characters) for mine, true in pairs)
                total += len(gold)
    assert placed == frames and total > (2400 if few_words else 2900) and right == total
