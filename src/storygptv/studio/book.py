"""A picture book as PDF: a title page, then a page a frame with its caption as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from storygptv.lettering import DEJAVU, Block, Letters, Run, joined, largest_size, plain

SIDE, MARGIN, FOOT = 210, 18, 62  # millimetres: a page's width, its margins, the room for a caption
LINE = 0.5  # millimetres a point: how far lines stand apart
TITLE, LARGEST, SMALLEST = 34, 22, 6  # points
POINT = 25.4 / 72  # millimetres
FINE = 100  # pixels of the letters whose widths are measured
NARROWED = 0.99  # lines are measured by another library than that which writes them
UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # for what no font has: a PDF would show nothing there


def write_book(
    file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], font: Path | None = None
) -> None:  # fmt: skip
    """Write the book; a long caption is set smaller until it fits. Raises ValueError without uharfbuzz."""
    try:
        import uharfbuzz  # noqa: F401  (fpdf2 shapes letters with it)
        from fpdf import FPDF
    except ImportError as error:
        raise ValueError(f'pdf: needs {error.name}; pip install "storygptv[export]"') from error
    picture = SIDE - 2 * MARGIN
    book = FPDF(format=(SIDE, MARGIN + picture + FOOT))
    book.set_auto_page_break(False)
    book.set_title(title)
    book.set_margin(MARGIN)
    book.c_margin = 0
    book.alias_nb_pages("")  # "{nb}" is text
    faces: dict[Path, str] = {}

    def choose(run: Run, size: float) -> tuple[str, float]:
        """The font of a run; its text as fpdf2 is to be given it, and its width in millimetres."""
        if run.font not in faces:
            faces[run.font] = f"face{len(faces)}"
            book.add_font(faces[run.font], fname=run.font)
        book.set_font(faces[run.font], size=size)
        book.set_text_shaping(True, direction="rtl" if run.from_right else "ltr")
        marked = any(unicodedata.category(character) == "Mn" for character in run.text)
        text = joined(run.text, run.font) if run.from_right and marked else run.text  # it shapes each side of a mark
        return text, book.get_string_width(text)

    def set_text(text: str, top: float, room: float, largest: int, centred: bool = False) -> None:
        missing = Letters(text, font, own=(DEJAVU,)).missing
        known = "".join(UNKNOWN if character in missing else character for character in plain(text))

        def at(size: float) -> Block:
            return Block(known, FINE, NARROWED * picture / (size * POINT) * FINE, font, own=(DEJAVU,))

        size = largest_size(largest, SMALLEST, lambda size: len(at(size).lines) * LINE * size <= room)
        block = at(size)
        share = 0.5 if centred else 1.0 if block.letters.from_right else 0.0
        for n, line in enumerate(block.lines):
            runs = block.letters.runs(line)
            book.set_xy(MARGIN + share * (picture - sum(choose(run, size)[1] for run in runs)), top + n * LINE * size)
            for run in runs:
                said, across = choose(run, size)
                book.cell(w=across, h=LINE * size, text=said)

    def place(image: Image.Image, alt: str, side: float, foot: float) -> None:
        """A picture of at most `side` across and down, its foot at `foot`."""
        scale = side / max(image.size)
        across, down = image.width * scale, image.height * scale
        book.image(image.convert("RGB"), x=(SIDE - across) / 2, y=foot - down, w=across, h=down, alt_text=alt)

    book.add_page()
    place(pictures[0], title, picture / 2, MARGIN + 0.75 * picture)
    set_text(title, MARGIN + 0.8 * picture, FOOT, TITLE, centred=True)
    for image, caption in zip(pictures, captions, strict=True):
        book.add_page()
        place(image, caption, picture, MARGIN + picture)
        set_text(caption, MARGIN + picture + 6, FOOT - 10, LARGEST)
    file.write(bytes(book.output()))
