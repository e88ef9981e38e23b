"""A story as a web page in one file: pictures inside, no script, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from storygptv.lettering import reads_from_right

_PAGE = """<!doctype html>
<html lang="und" dir="{direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 2rem auto; padding: 0 1rem; max-width: 72rem; font: 1.15rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }}
ol {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 2rem; padding: 0;
  list-style: none; }}
img {{ width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; object-position: bottom; border-radius: .5rem;
  display: block; }}
figure {{ margin: 0; }}
figcaption {{ margin-top: .6rem; }}
</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
<ol>
{frames}
</ol>
</body>
</html>
"""
_FRAME = (
    '<li><figure><img src="data:image/png;base64,{data}" alt="Frame {number}" width="{width}" height="{height}">'
    '<figcaption dir="auto">{caption}</figcaption></figure></li>'
)


def write_html(file: BinaryIO, title: str, pictures: Sequence[Image.Image], captions: Sequence[str]) -> None:
    """Write the page; whatever stands in title and captions is shown as text. A story that is read from right to left
    has its pictures so."""
    frames = []
    for n, (picture, caption) in enumerate(zip(pictures, captions, strict=True), start=1):
        png = BytesIO()
        picture.save(png, "PNG")
        data, (width, height) = base64.b64encode(png.getvalue()).decode(), picture.size
        frames.append(_FRAME.format(data=data, number=n, caption=escape(caption), width=width, height=height))
    direction = "rtl" if reads_from_right(captions) else "ltr"
    file.write(_PAGE.format(title=escape(title), direction=direction, frames="\n".join(frames)).encode())
