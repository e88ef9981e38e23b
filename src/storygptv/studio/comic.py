"""A comic page: framed panels in reading order, each with its caption lettered in a box at its foot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from storygptv.lettering import Block
from storygptv.storyboard import rows_of

PAPER, INK, BOX = "white", "#16161d", "#fff4c2"


def draw_comic(
    title: str, pictures: Sequence[Image.Image], captions: Sequence[str], columns: int | None = None,
    cell_width: int = 480, font_file: Path | None = None,
) -> Image.Image:  # fmt: skip
    """A page of square panels, `columns` a row (as many as make a page somewhat higher than wide, if None). A row is as
    high as its longest caption, so that none is cut or covers a picture. A picture that is not square is shown whole. A
    story that is read from right to left has its panels so.

    Raises:
        ValueError: no pictures, another number of captions, or no column.
    """
    if not pictures or len(captions) != len(pictures):
        raise ValueError(f"captions: expected one a picture ({len(pictures)}, at least 1), got {len(captions)}")
    if columns is not None and columns < 1:
        raise ValueError(f"columns: at least 1, got {columns}")
    columns = min(columns or math.ceil(math.sqrt(0.7 * len(pictures))), len(pictures))
    line, gutter, margin = max(2, cell_width // 120), cell_width // 20, cell_width // 12
    size, pad = max(12, cell_width // 20), cell_width // 30
    told = [Block(caption, size, cell_width - 2 * pad, font_file) for caption in captions]
    rows = rows_of(captions, columns)
    boxes = [max(told[i].height for i in row) + 2 * pad for row in rows]

    width = 2 * margin + columns * cell_width + (columns - 1) * gutter
    heading = Block(title, 2 * size, width - 2 * margin, font_file)
    top = margin + (heading.height + gutter if heading.lines else 0)
    bottom = top + sum(cell_width + box + gutter for box in boxes) - gutter + margin
    page = Image.new("RGB", (width, bottom), PAPER)
    draw = ImageDraw.Draw(page)
    heading.draw(draw, (margin, margin), INK, centred=True)
    for row, box in zip(rows, boxes, strict=True):
        for i, place in row.items():
            left, foot = margin + place * (cell_width + gutter), top + cell_width
            page.paste(ImageOps.pad(pictures[i].convert("RGB"), (cell_width, cell_width), color=PAPER), (left, top))
            draw.rectangle((left, foot, left + cell_width - 1, foot + box - 1), fill=BOX, outline=INK, width=line)
            draw.rectangle((left, top, left + cell_width - 1, foot + line - 1), outline=INK, width=line)
            told[i].draw(draw, (left + pad, foot + pad), INK)
        top += cell_width + box + gutter
    return page
