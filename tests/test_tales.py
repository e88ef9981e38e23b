"""Tales: labelled stories in text files, and how they are varied while a reader learns."""

from pathlib import Path

import numpy as np
import pytest

from storygptv.data.tale_variants import known_before, mirrored, mistyped, renamed, vary, with_other_things
from storygptv.data.tales import load_tales, read_tales, tale_text
from storygptv.names import named
from storygptv.scene import Person
from storygptv.toon.tales import toon_tale

SHIPPED = Path(__file__).parents[1] / "tales"
TEXT = """## The kite | plain
@ Tom: boy
@ Rex: dog, he
Tom took his dog Rex to the park.
= Tom walk happy, Rex walk; park; kite
@ the old man: old man
An old man waved.
= the old man wave, Tom stand, Rex sit; park; kite
"""


@pytest.fixture
def tale(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    return read_tales(tmp_path / "a.txt")[0]


def test_a_tale_is_read_and_written_back(tale, tmp_path):
    assert [person.name for person in tale.people] == ["Tom", "Rex", "the old man"]
    assert tale.frames[1].scene.line() == "the old man wave, Tom stand, Rex sit; park; kite"
    (tmp_path / "b.txt").write_text(tale_text(tale))
    assert read_tales(tmp_path / "b.txt") == [tale]


def test_who_is_declared_early_is_introduced_when_met(tmp_path):
    (tmp_path / "a.txt").write_text(
        TEXT.replace("@ the old man: old man\n", "").replace("@ Tom", "@ the old man: old man\n@ Tom")
    )
    first, second = read_tales(tmp_path / "a.txt")[0].frames
    assert [p.name for p in first.new] == ["Tom", "Rex"] and [p.name for p in second.new] == ["the old man"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Tom walk happy", "Tim walk", "line 5: 'Tim walk' begins with nobody"),
        ("@ Tom: boy", "@ Tom: lad", "line 2: kind: 'lad' is unknown"),
        ("= Tom walk happy, Rex walk; park; kite\n", "", "two sentences without a scene"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(tmp_path, old, new, told):
    (tmp_path / "a.txt").write_text(TEXT.replace(old, new))
    with pytest.raises(ValueError, match=told):
        read_tales(tmp_path / "a.txt")


def test_the_last_tale_of_each_file_is_kept_for_validation():
    train, val, every = (load_tales(SHIPPED, split) for split in ("train", "val", "all"))
    files = len(list(SHIPPED.glob("*.txt")))
    assert len(val) == files and len(train) + len(val) == len(every) >= 1000
    assert sum(len(tale.frames) for tale in every) >= 7000


def test_renaming_exchanges_a_name_everywhere(tale):
    other = renamed(tale, np.random.default_rng(0), share=1.0)
    name, dog, man = (person.name for person in other.people)
    assert name != "Tom" and dog != "Rex" and man == "the old man"
    assert named(other.frames[0].text, [name, dog]) == [name, dog] and other.frames[0].scene.names == [name, dog]


def test_typing_in_a_hurry_keeps_what_is_shown(tale):
    for seed in range(8):
        other = mistyped(tale, np.random.default_rng(seed))
        assert [f.scene for f in other.frames] == [f.scene for f in tale.frames]


def test_a_known_cast_is_told_before_and_introduced_no_more(tale):
    other = known_before(tale, np.random.default_rng(0), [Person("Zed", "robot"), Person("Una", "girl")])
    assert {"Tom", "Rex", "the old man"} <= {person.name for person in other.known}
    assert all(not frame.new for frame in other.frames)


def test_variants_follow_from_their_seed(tale):
    everybody = [Person("Zed", "robot")]
    one, same = (vary(tale, np.random.default_rng(3), everybody) for _ in range(2))
    assert one == same


def test_toon_stories_are_tales_of_their_cast():
    tale = toon_tale("train", 3)
    assert tale == toon_tale("train", 3) and len(tale.frames) == 5
    assert {name for frame in tale.frames for name in frame.scene.names} <= {person.name for person in tale.people}


def test_a_mirrored_tale_has_he_for_she(tmp_path):
    (tmp_path / "t.txt").write_text(
        "## A | b\n@ Ann: girl\n@ her mother: woman\nAnn gave her mother his book, and she hugged her.\n"
        "= Ann give her mother (book), her mother stand; park; book\nHers was there. Mum waved at him.\n"
        "= her mother wave, Ann stand; park;\n"
    )
    (tale,) = read_tales(tmp_path / "t.txt")
    other = mirrored(tale)
    assert other.frames[0].text == "Ann gave his father her book, and he hugged him."
    assert other.frames[1].text == "His was there. Dad waved at her."
    assert [(person.name, person.kind) for person in other.people] == [("Ann", "boy"), ("his father", "man")]
    assert other.frames[0].scene.line() == "Ann give his father (book), his father stand; park; book"


def test_other_things_are_other_in_text_and_picture():
    changed = 0
    for tale in load_tales(Path(__file__).parents[1] / "tales", "val"):
        other = with_other_things(tale, np.random.default_rng(1), share=1.0)
        before, after = ({prop for frame in t.frames for prop in frame.scene.props} for t in (tale, other))
        changed += before != after
        text = " ".join(frame.text.lower() for frame in other.frames)
        assert all(prop in text for prop in after - before)
    assert changed
