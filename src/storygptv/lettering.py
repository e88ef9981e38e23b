"""Letters: a font that has the glyphs of a text, lines that fit, and where they go, from the left or from the right.

Fonts are tried in turn: Pillow's own, DejaVu Sans, which comes with the package, and those of the system.
"""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont

LINE = 1.35  # line height in font sizes
DEJAVU = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_FOLDERS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_WIDE = ("cjk", "noto", "wqy", "fallback", "unifont", "unicode", "msyh", "pingfang", "gothic")  # have many glyphs
_NOWHERE = "\U0010ffff"  # no font has it: it is drawn as a missing glyph is


def font_for(text: str, size: float, file: Path | None = None) -> ImageFont.FreeTypeFont:
    """The first font that has every glyph of `text`, or else most of them, in pixels `size`; the font in `file`, if it
    is given. Raises ValueError if that cannot be read."""
    if file is not None:
        return _load(_readable(file), size)
    return _load(_best(text, (None, DEJAVU)), size)


def font_file_for(text: str, file: Path | None = None) -> Path:
    """The same as a file, for those who do not letter with Pillow."""
    return _best(text, (DEJAVU,)) if file is None else _readable(file)


def missing_glyphs(text: str, file: Path | None = None) -> str:
    """The characters of `text` that no font here has, each once."""
    return "".join(dict.fromkeys(_lacking(_best(text, (None, DEJAVU)) if file is None else _readable(file), text)))


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


def height(lines: int, font_size: float) -> int:
    """Pixels that lines take."""
    return math.ceil(lines * font_size * LINE)


def letter(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], lines: list[str], font: ImageFont.FreeTypeFont, width: int,
    fill: str, centred: bool = False,
) -> None:  # fmt: skip
    """Letter lines into a column of `width` pixels; what is read from the right stands at its right edge."""
    left, top = corner
    across = 0.5 if centred else 1.0 if is_right_to_left(" ".join(lines)) else 0.0
    for i, line in enumerate(lines):
        spot = (left + across * (width - font.getlength(line)), top + height(i, font.size))
        draw.text(spot, line, fill=fill, font=font)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction, has that one."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction in ("R", "AL") for direction in directions if direction in ("L", "R", "AL")), False)


@cache
def _best(text: str, first: tuple[Path | None, ...]) -> Path | None:
    best, fewest = first[0], math.inf
    for font in (*first, *_system_fonts()):
        lacking = len(_lacking(font, text))
        if lacking < fewest:
            best, fewest = font, lacking
        if not lacking:
            break
    return best


def _system_fonts() -> Iterator[Path]:
    folders = [Path(folder).expanduser() for folder in _FOLDERS.get(sys.platform, _FOLDERS["linux"])]
    files = [file for folder in folders if folder.is_dir() for file in folder.rglob("*")
             if file.suffix.lower() in (".ttf", ".otf", ".ttc")]  # fmt: skip
    wide = lambda file: any(word in file.name.lower() for word in _WIDE)  # noqa: E731
    for file in sorted(files, key=lambda file: (not wide(file), "bold" in file.name.lower(), str(file))):
        try:
            _load(file, 20)
        except OSError:
            continue
        yield file


def _lacking(font: Path | None, text: str) -> list[str]:
    """The characters that are drawn as missing; marks and spaces may have nothing to be seen."""
    unseen = ("Mn", "Me", "Cc", "Cf", "Zs", "Zl", "Zp")
    return [c for c in text if unicodedata.category(c) not in unseen and not _has(font, c)]


@cache
def _has(font: Path | None, character: str) -> bool:
    mask, missing = (_load(font, 20).getmask(c) for c in (character, _NOWHERE))
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@cache
def _load(file: Path | None, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size) if file is None else ImageFont.truetype(str(file), size)


def _readable(file: Path) -> Path:
    try:
        _load(file, 20)
    except OSError as error:
        raise ValueError(f"font: expected a font file, got {str(file)!r} ({error})") from error
    return file
