"""Letters: runs in the order of the bidi algorithm, each in a font that has them, in lines that fit."""

from __future__ import annotations

import numpy as np
import pytest
from fontTools import subset
from PIL import Image, ImageDraw, ImageFont

from storygptv import lettering
from storygptv.lettering import DEJAVU, Block, Letters, is_right_to_left, joined, missing_glyphs, plain, wrap
from storygptv.storyboard import MARGIN, draw_storyboard

NOWHERE = "\U0010fffd"  # in no font


@pytest.fixture
def own_fonts_alone(monkeypatch):
    """As on a machine without fonts."""
    monkeypatch.setattr(lettering, "_system_files", list)
    lettering._fonts.cache_clear()
    yield
    lettering._fonts.cache_clear()


@pytest.fixture(scope="module")
def latin(tmp_path_factory):
    """A font that has the letters of English, and nothing else."""
    file = tmp_path_factory.mktemp("fonts") / "latin.ttf"
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    subset.main([str(DEJAVU), f"--text={letters}", "--notdef-outline", f"--output-file={file}"])
    return file


def runs(text: str) -> list[tuple[str, bool]]:
    return [(run.text, run.from_right) for run in Letters(text).runs(plain(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mia runs (12:30).", [("Mia runs (12:30).", False)]),
        ("Mia: שלום עולם!", [("Mia: ", False), ("שלום עולם", True), ("!", False)]),
        # numbers and brackets inside what is read from the right: the last of it stands leftmost
        ("a שלום (12) b", [("a ", False), (")", True), ("12", False), ("שלום (", True), (" b", False)]),
        ("שלום Mia runs עולם", [(" עולם", True), ("Mia runs", False), ("שלום ", True)]),
        ("يوم ٣٤ ٥٦", [("٥٦", False), (" ", True), ("٣٤", False), ("يوم ", True)]),
    ],
)
def test_runs_stand_as_the_bidi_algorithm_orders_them(text, expected):
    assert runs(text) == expected


def test_a_caption_is_lettered_in_as_many_fonts_as_it_asks_for(latin, own_fonts_alone):
    letters = Letters("Mia שלום ла Leo", latin)
    assert letters.fonts == (latin, DEJAVU) and letters.missing == ""
    assert [(run.text, run.font) for run in letters.runs(letters.text)] == [
        ("Mia ", latin), ("שלום", DEJAVU), (" ", latin), ("ла", DEJAVU), (" Leo", latin),
    ]  # fmt: skip
    # inside a run from the right, the fonts follow each other from the right
    letters = Letters("ab", latin)
    letters.fonts = (latin, DEJAVU)
    assert letters._in_fonts("שa", True) == [("a", latin), ("ש", DEJAVU)]


def test_what_no_font_has_is_said_once_wherever_it_stands(own_fonts_alone):
    assert missing_glyphs(f"Mia {NOWHERE} שלום {NOWHERE}你") == f"{NOWHERE}你"
    assert missing_glyphs("e\u0301 \u200d שָׁלוֹם") == ""


def test_marks_stay_with_their_letters_and_controls_are_left_out():
    assert plain(" a\x00\x07b\n\tc\ud800 e\u0301 ") == "ab c é"
    family = "👩\u200d👩\u200d👧"
    block = Block(family * 20, 20, 100)
    assert len(block.lines) > 1 and all(line.replace(family, "") == "" for line in block.lines)


def test_lines_break_between_wide_characters_but_not_before_a_stop():
    count = lambda line: len(line)  # noqa: E731
    assert wrap("今天他们放风筝。很高兴", count, 7) == ["今天他们放风", "筝。很高兴"]
    assert wrap("Mia 今天「他」", count, 7) == ["Mia 今天", "「他」"]
    assert wrap("eine Donaudampfschifffahrt", count, 10) == ["eine", "Donaudampf", "schifffahr", "t"]
    assert wrap("so it is", count, 5) == ["so it", "is"] and wrap("  ", count, 5) == []


def drawn(block: Block) -> np.ndarray:
    sheet = Image.new("L", (300, 40), 255)
    block.draw(ImageDraw.Draw(sheet), (0, 0), "black")
    return np.asarray(sheet)


def test_without_fribidi_letters_are_turned_and_joined_by_us(monkeypatch):
    basic = lambda file, size: ImageFont.truetype(str(DEJAVU), size, layout_engine=ImageFont.Layout.BASIC)  # noqa: E731
    monkeypatch.setattr(lettering, "_load", basic)
    shapes = joined("سلام", DEJAVU)
    assert shapes == "\ufeb3\ufefc\ufee1" != "سلام"  # seen, lam-alef as one, meem
    for text, shown in [("שלום (א)", "(א) םולש"), ("سلام", shapes[::-1])]:
        expected = Image.new("L", (300, 40), 255)
        font = basic(None, 20)
        spot = (300 - font.getlength(shown), 20)
        ImageDraw.Draw(expected).text(spot, shown, fill="black", font=font, anchor="ls")
        assert np.array_equal(drawn(Block(text, 20, 300)), np.asarray(expected))


def test_what_is_read_from_the_right_stands_there():
    ink = lambda text: (drawn(Block(text, 20, 300)) < 128).any(0).nonzero()[0]  # noqa: E731
    assert ink("Mia").max() < 60 and ink("מיה").min() > 240
    assert [is_right_to_left(text) for text in ("Mia אב", "12 מיה", "ميا", "")] == [False, True, True, False]


def test_pictures_follow_each_other_as_their_captions_are_read():
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for captions, first in [(["מיה רצה", "Mia"], "red"), (["מיה", "רצה"], "blue")]:
        sheet = draw_storyboard("", pictures, captions, cell_width=64)
        assert sheet.getpixel((MARGIN + 5, MARGIN + 5)) == Image.new("RGB", (1, 1), first).getpixel((0, 0))
