"""The lettered sheet: every caption whole, none over the edge of its picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from storygptv.lettering import Block
from storygptv.storyboard import CAPTION_SIZE, MARGIN, PAPER, draw_storyboard


def pictures(count: int, size: tuple[int, int] = (16, 16)) -> list[Image.Image]:
    return [Image.new("RGB", size, (i % 256, 120, 200)) for i in range(count)]


@pytest.mark.parametrize("text", ["", "Mia runs.", "a word " * 140, "x" * 1_000, "Ünïcødé 日本語 🙂 " * 30])
def test_wrapped_lines_fit_and_lose_nothing(text: str) -> None:
    block = Block(text, CAPTION_SIZE, 200)
    assert all(block.length(line) <= 200 for line in block.lines)
    assert "".join(block.lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9, 50])
def test_nothing_runs_over_the_margins(count: int) -> None:
    captions = ["x" * 1_000 if i == count - 1 else f"Frame {i} is short." for i in range(count)]
    sheet = np.asarray(draw_storyboard("A title of many words " * 8, pictures(count), captions, cell_width=96))
    paper = np.array(Image.new("RGB", (1, 1), PAPER))[0, 0]
    ink = (sheet != paper).any(axis=2)
    assert ink.any()
    for edge in (ink[:MARGIN], ink[-MARGIN:], ink[:, :MARGIN], ink[:, -MARGIN:]):
        assert not edge.any()


def test_pictures_keep_their_shape_and_order() -> None:
    sheet = draw_storyboard("", [*pictures(1, (20, 10)), *pictures(2, (10, 20))[1:]], ["a", "b"], cell_width=64)
    assert sheet.getpixel((MARGIN + 32, MARGIN + 64 - 16)) == (0, 120, 200)  # wide: at the foot of its row
    assert sheet.getpixel((MARGIN + 32, MARGIN + 16)) == (255, 253, 248)
    assert sheet.getpixel((sheet.width - MARGIN - 32, MARGIN + 5)) == (1, 120, 200)


def test_bad_sheets() -> None:
    with pytest.raises(ValueError, match="pictures: a storyboard needs at least one"):
        draw_storyboard("T", [], [])
    with pytest.raises(ValueError, match="captions: expected one a picture"):
        draw_storyboard("T", pictures(2), ["a"])
    with pytest.raises(ValueError, match="columns: at least 1"):
        draw_storyboard("T", pictures(2), ["a", "b"], columns=0)
    with pytest.raises(ValueError, match="cell_width"):
        draw_storyboard("T", pictures(2), ["a", "b"], cell_width=3)
