"""A picture book as PDF: a title page, then a page a frame with its caption as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from storygptv.lettering import font_file_for, is_right_to_left

SIDE, MARGIN, FOOT = 210, 18, 62  # millimetres: a page's width, its margins, the room for a caption
LARGEST, SMALLEST = 22, 7  # points


def write_book(
    file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], font: Path | None = None
) -> None:  # fmt: skip
    """Write the book; a long caption is set smaller until it fits. Raises ValueError without fpdf2."""
    try:
        from fpdf import FPDF
    except ImportError as error:
        raise ValueError('pdf: needs fpdf2; pip install "storygptv[export]"') from error
    picture = SIDE - 2 * MARGIN
    book = FPDF(format=(SIDE, MARGIN + picture + FOOT))
    book.set_auto_page_break(False)
    book.set_title(title)
    book.set_margin(MARGIN)
    faces: dict[Path, str] = {}
    book.set_text_shaping(True)

    def set_text(text: str, top: float, room: float, align: str) -> None:
        face = font_file_for(text, font)
        if face not in faces:
            faces[face] = f"face{len(faces)}"
            book.add_font(faces[face], fname=face)
        for size in range(LARGEST, SMALLEST - 1, -1):
            book.set_font(faces[face], size=size)
            lines = {"w": picture, "h": 0.5 * size, "text": text, "align": align}
            if book.multi_cell(**lines, dry_run=True, output="HEIGHT") <= room:
                break
        book.set_xy(MARGIN, top)
        book.multi_cell(**lines)

    book.add_page()
    book.image(pictures[0].convert("RGB"), x=MARGIN + picture / 4, y=MARGIN + picture / 4, w=picture / 2)
    set_text(title, MARGIN + picture * 0.8, FOOT, "C")
    for image, caption in zip(pictures, captions, strict=True):
        book.add_page()
        scale = picture / max(image.size)
        across, down = image.width * scale, image.height * scale
        book.image(image.convert("RGB"), x=MARGIN + (picture - across) / 2, y=MARGIN, w=across, h=down)
        set_text(caption, MARGIN + picture + 6, FOOT - 10, "R" if is_right_to_left(caption) else "L")
    file.write(bytes(book.output()))
