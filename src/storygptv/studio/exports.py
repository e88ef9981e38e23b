"""A story handed on: the file's ending says what it becomes."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from PIL import Image

from storygptv.files import write_whole
from storygptv.lettering import missing_glyphs, plain, reads_from_right
from storygptv.storyboard import draw_storyboard
from storygptv.studio.book import write_book
from storygptv.studio.comic import draw_comic
from storygptv.studio.film import write_gif, write_mp4
from storygptv.studio.html import write_html

LAYOUTS = ("storyboard", "comic")
FORMATS = ("png", "pdf", "html", "gif", "mp4", "cbz")


def export(
    to: str | Path, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], layout: str | None = None,
    columns: int | None = None, font: Path | None = None,
) -> str:  # fmt: skip
    """Write a story as the file `to`, whole or not at all: a sheet or comic page (png), a picture book (pdf), a page
    for the browser (html), a film (gif, mp4) or a comic book (cbz). Returns the characters that no font here has.

    Args:
        layout: of a png, "storyboard" or "comic"; the file's name says it, if None.
        columns: pictures a row of a png.
        font: a font file to letter in; else one that has the glyphs, for each text.

    Raises:
        ValueError: another ending or layout, what is not of this format, no pictures, a font that is none, or a library
            that is not there.
    """
    to = Path(to)
    kind = to.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ValueError(f"--to: expected a name that ends in .{', .'.join(FORMATS)}, got {str(to)!r}")
    if layout is not None and (layout not in LAYOUTS or kind != "png"):
        raise ValueError(f"layout: a png may be a {' or a '.join(LAYOUTS)}, got {layout!r} for {str(to)!r}")
    if columns is not None and kind != "png":
        raise ValueError(f"columns: are of a png, got {columns} for {str(to)!r}")
    if font is not None and kind == "html":
        raise ValueError(f"font: a browser letters an html in its own, got {str(font)!r} for {str(to)!r}")
    if not pictures:
        raise ValueError("the story has no drawn frame yet")

    title, captions = plain(title), [plain(caption) for caption in captions]

    def write(file: BinaryIO) -> None:
        told = (title, pictures, captions)
        if kind == "png":
            comic = layout == "comic" or (layout is None and "comic" in to.stem.lower())
            sheet = draw_comic if comic else draw_storyboard
            sheet(*told, columns=columns, font_file=font).save(file, "PNG")
        elif kind == "cbz":
            write_cbz(file, *told, font=font)
        elif kind == "html":
            write_html(file, *told)
        else:
            {"pdf": write_book, "gif": write_gif, "mp4": write_mp4}[kind](file, *told, font=font)

    write_whole(to, write)
    lettered = () if kind == "html" else (title, *captions)  # a browser has its own fonts
    return "".join(dict.fromkeys("".join(missing_glyphs(text, font) for text in lettered)))


def write_cbz(
    file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str], font: Path | None = None
) -> None:  # fmt: skip
    """A comic book archive: a page a frame, the first with the title, and ComicInfo.xml."""
    with zipfile.ZipFile(file, "w") as archive:
        for n, (picture, caption) in enumerate(zip(pictures, captions, strict=True), start=1):
            page = BytesIO()
            draw_comic(title if n == 1 else "", [picture], [caption], cell_width=960, font_file=font).save(page, "PNG")
            archive.writestr(f"{n:04d}.png", page.getvalue())
        right = "<Manga>YesAndRightToLeft</Manga>" if reads_from_right(captions) else ""
        info = f"<ComicInfo><Title>{escape(title)}</Title><PageCount>{len(pictures)}</PageCount>{right}</ComicInfo>"
        archive.writestr("ComicInfo.xml", f'<?xml version="1.0" encoding="utf-8"?>\n{info}\n')
