"""Pictures with their captions lettered underneath, as one sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from storygptv.lettering import font_for, height, letter, wrap

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
) -> Image.Image:
    """A sheet of pictures in reading order, each numbered, with its caption below it.

    Captions wrap inside the width of their picture and a row is as high as its longest caption, so no
    text is cut or runs over.

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
    number_font, title_font = font_for("0", CAPTION_SIZE), font_for(title, TITLE_SIZE, font_file)
    fonts = [font_for(caption, CAPTION_SIZE, font_file) for caption in captions]
    number_width = math.ceil(number_font.getlength(f"{len(pictures)}  "))

    width = 2 * MARGIN + columns * cell_width + (columns - 1) * GAP
    title_lines = wrap(title, title_font, width - 2 * MARGIN)
    caption_width = cell_width - number_width
    caption_lines = [wrap(caption, font, caption_width) for caption, font in zip(captions, fonts, strict=True)]
    cells = [_fit(picture, cell_width) for picture in pictures]
    rows = [range(i, min(i + columns, len(cells))) for i in range(0, len(cells), columns)]
    heights = [
        max(cells[i].height for i in row) + 10 + height(max(len(caption_lines[i]) for i in row), CAPTION_SIZE)
        for row in rows
    ]
    top = MARGIN + (height(len(title_lines), TITLE_SIZE) + 16 if title_lines else 0)
    sheet = Image.new("RGB", (width, top + sum(heights) + GAP * (len(rows) - 1) + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    letter(draw, (MARGIN, MARGIN), title_lines, title_font, width - 2 * MARGIN, INK)
    for row, row_height in zip(rows, heights, strict=True):
        picture_height = max(cells[i].height for i in row)
        for column, i in enumerate(row):
            left = MARGIN + column * (cell_width + GAP)
            sheet.paste(cells[i], (left, top + picture_height - cells[i].height))
            below = top + picture_height + 10
            draw.text((left, below), f"{i + 1}", fill=FAINT, font=number_font)
            letter(draw, (left + number_width, below), caption_lines[i], fonts[i], caption_width, INK)
        top += row_height + GAP
    return sheet


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
