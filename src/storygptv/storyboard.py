"""Pictures with their captions lettered underneath, as one sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from storygptv.lettering import Block, is_right_to_left, reads_from_right

PAPER, INK, FAINT = "#fffdf8", "#2b2b33", "#8a8a94"
MARGIN, GAP = 32, 28  # pixels
CAPTION_SIZE, TITLE_SIZE = 19, 34  # pixels


def draw_storyboard(
    title: str,
    pictures: Sequence[Image.Image],
    captions: Sequence[str],
    columns: int | None = None,
    cell_width: int = 288,
    font_file: Path | None = None,
    numbered: bool = True,
) -> Image.Image:
    """A sheet of pictures in reading order, each numbered if `numbered`, with its caption below it.

    Captions wrap inside the width of their picture and a row is as high as its longest caption, so no
    text is cut or runs over. A story that is read from right to left has its pictures so.

    Args:
        title: lettered across the top; "" for none.
        pictures: of any size and mode; each is scaled to fit a square of `cell_width` pixels.
        captions: one a picture.
        columns: pictures a row; chosen to make a pleasant sheet when None.
        cell_width: pixels, at least 32.
        font_file: a font to letter in; else one that has the glyphs, for each text.

    Returns:
        an RGB picture.

    Raises:
        ValueError: no pictures, another number of captions, or columns or cell_width too small.
    """
    if not pictures:
        raise ValueError("pictures: a storyboard needs at least one, got none")
    if len(captions) != len(pictures):
        raise ValueError(f"captions: expected one a picture ({len(pictures)}), got {len(captions)}")
    if columns is not None and columns < 1:
        raise ValueError(f"columns: at least 1, got {columns}")
    if cell_width < 32:
        raise ValueError(f"cell_width: at least 32, got {cell_width}")
    columns = min(columns or _pleasant_columns(len(pictures)), len(pictures))
    numbers = [Block(f"{n}" if numbered else "", CAPTION_SIZE, cell_width) for n in range(1, len(pictures) + 1)]
    number_width = math.ceil(numbers[-1].length(f"{len(pictures)}  ")) if numbered else 0
    told = [Block(caption, CAPTION_SIZE, cell_width - number_width, font_file) for caption in captions]

    width = 2 * MARGIN + columns * cell_width + (columns - 1) * GAP
    heading = Block(title, TITLE_SIZE, width - 2 * MARGIN, font_file)
    cells = [_fit(picture, cell_width) for picture in pictures]
    rows = rows_of(captions, columns)
    heights = [max(cells[i].height for i in row) + 10 + max(told[i].height for i in row) for row in rows]
    top = MARGIN + (heading.height + 16 if heading.lines else 0)
    sheet = Image.new("RGB", (width, top + sum(heights) + GAP * (len(rows) - 1) + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    heading.draw(draw, (MARGIN, MARGIN), INK)
    for row, row_height in zip(rows, heights, strict=True):
        picture_height = max(cells[i].height for i in row)
        for i, place in row.items():
            left, below = MARGIN + place * (cell_width + GAP), top + picture_height + 10
            sheet.paste(cells[i], (left, top + picture_height - cells[i].height))
            from_right = is_right_to_left(captions[i])
            number_left = left + cell_width - numbers[i].length(f"{i + 1}") if from_right else left
            numbers[i].draw(draw, (number_left, below), FAINT)
            told[i].draw(draw, (left if from_right else left + number_width, below), INK)
        top += row_height + GAP
    return sheet


def rows_of(captions: Sequence[str], columns: int) -> list[dict[int, int]]:
    """The numbers of a story's frames, row after row, and at which of the `columns` from the left each stands."""
    rows = (range(len(captions))[start : start + columns] for start in range(0, len(captions), columns))
    places = range(columns)[::-1] if reads_from_right(captions) else range(columns)
    return [dict(zip(row, places, strict=False)) for row in rows]


def _pleasant_columns(count: int) -> int:
    """One row up to 3, two rows up to 8, then a sheet somewhat wider than high."""
    if count <= 3:
        return count
    return math.ceil(count / 2) if count <= 8 else math.ceil(math.sqrt(1.2 * count))


def _fit(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    fitted = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    cell = Image.new("RGB", (side, size[1]), PAPER)
    cell.paste(fitted, ((side - size[0]) // 2, 0))
    return cell
