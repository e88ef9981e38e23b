"""Pictures with their captions lettered underneath, as one sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT = "#fffdf8", "#2b2b33", "#8a8a94"
MARGIN, GAP, LINE = 32, 28, 1.35  # pixels, pixels, line height in font sizes
CAPTION_SIZE, TITLE_SIZE = 19, 34  # pixels


def draw_storyboard(
    title: str,
    pictures: Sequence[Image.Image],
    captions: Sequence[str],
    columns: int | None = None,
    cell_width: int = 288,
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
    caption_font = ImageFont.load_default(CAPTION_SIZE)
    title_font = ImageFont.load_default(TITLE_SIZE)
    number_width = math.ceil(caption_font.getlength(f"{len(pictures)}  "))

    width = 2 * MARGIN + columns * cell_width + (columns - 1) * GAP
    title_lines = wrap(title, title_font, width - 2 * MARGIN)
    caption_lines = [wrap(caption, caption_font, cell_width - number_width) for caption in captions]
    cells = [_fit(picture, cell_width) for picture in pictures]
    rows = [range(i, min(i + columns, len(cells))) for i in range(0, len(cells), columns)]
    heights = [
        max(cells[i].height for i in row) + 10 + _height(max(len(caption_lines[i]) for i in row), CAPTION_SIZE)
        for row in rows
    ]
    top = MARGIN + (_height(len(title_lines), TITLE_SIZE) + 16 if title_lines else 0)
    sheet = Image.new("RGB", (width, top + sum(heights) + GAP * (len(rows) - 1) + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    _letter(draw, (MARGIN, MARGIN), title_lines, title_font, TITLE_SIZE)
    for row, height in zip(rows, heights, strict=True):
        picture_height = max(cells[i].height for i in row)
        for column, i in enumerate(row):
            left = MARGIN + column * (cell_width + GAP)
            sheet.paste(cells[i], (left, top + picture_height - cells[i].height))
            below = top + picture_height + 10
            draw.text((left, below), f"{i + 1}", fill=FAINT, font=caption_font)
            _letter(draw, (left + number_width, below), caption_lines[i], caption_font, CAPTION_SIZE)
        top += height + GAP
    return sheet


def wrap(text: str, font: ImageFont.FreeTypeFont, max_width: int) -> list[str]:
    """The lines of `text`, none wider than `max_width` pixels; a word too wide for a line is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if font.getlength(f"{line} {word}".lstrip()) <= max_width:
            line = f"{line} {word}".lstrip()
            continue
        if line:
            lines.append(line)
        while font.getlength(word) > max_width and len(word) > 1:
            fits = 1
            while font.getlength(word[: fits + 1]) <= max_width:
                fits += 1
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


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


def _height(lines: int, font_size: int) -> int:
    return math.ceil(lines * font_size * LINE)


def _letter(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    lines: list[str],
    font: ImageFont.FreeTypeFont,
    size: int,
) -> None:
    for i, line in enumerate(lines):
        draw.text((corner[0], corner[1] + _height(i, size)), line, fill=INK, font=font)
