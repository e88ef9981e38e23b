"""Letters: fonts that have the glyphs of a text, lines that fit, and where they go, from the left or from the right.

A line is lettered run by run, from left to right as the bidi algorithm orders them, each run in one direction and in
one font. Fonts are tried in turn: Pillow's own, DejaVu Sans, which comes with the package, and those of the system.
"""

from __future__ import annotations

import math
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import regex
from PIL import ImageDraw, ImageFont

LINE, BASELINE = 1.35, 1.0  # a line's height, and how deep in it letters stand, in font sizes
DEJAVU = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
OWN = (None, DEJAVU)
_FOLDERS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_WIDE = ("cjk", "noto", "wqy", "fallback", "unifont", "unicode", "msyh", "pingfang", "gothic")  # have many glyphs
_NOWHERE = "\U0010ffff"  # no font has it: it is drawn as a missing glyph is
_UNSEEN = ("Mn", "Me", "Cc", "Cf", "Zs", "Zl", "Zp")  # marks and spaces, which may have nothing to be seen
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_FROM_RIGHT = ("R", "AL", "AN")  # bidi classes that reorder a line


@dataclass(frozen=True)
class Run:
    """Letters that stand together: one direction, one font (None is Pillow's own)."""

    text: str  # as it is read
    font: Path | None
    from_right: bool


class Letters:
    """A text and what it is lettered in: `fonts`, the first of which has most of its glyphs, the others what that lacks
    (the font in `file` leads, if one is given), and whether it is read `from_right`."""

    def __init__(self, text: str, file: Path | None = None, own: Sequence[Path | None] = OWN) -> None:
        """`own` are the fonts to try first. Raises ValueError if `file` cannot be read as a font."""
        self.text = plain(text)
        if file is not None and not _loads(file):
            raise ValueError(f"font: expected a font file, got {str(file)!r}")
        self.fonts = ((file,) if file is not None else ()) + _fonts(self.text, tuple(own), file)
        self.from_right = is_right_to_left(self.text)

    @property
    def missing(self) -> str:
        """The characters that none of the fonts has, each once."""
        lacking = _seen(self.text)
        for font in self.fonts:
            lacking = _lacking(font, lacking)
        return "".join(dict.fromkeys(lacking))

    def runs(self, line: str) -> list[Run]:
        """A line of the text, from left to right."""
        return [
            Run(part, font, from_right)
            for piece, from_right in _directed(line, self.from_right)
            for part, font in self._in_fonts(piece, from_right)
        ]

    def _in_fonts(self, piece: str, from_right: bool) -> list[tuple[str, Path | None]]:
        clusters = [(cluster, self._font_of(cluster)) for cluster in regex.findall(r"\X", piece)]
        parts = [("".join(c for c, _ in group), font) for font, group in groupby(clusters, key=lambda each: each[1])]
        return parts[::-1] if from_right else parts

    def _font_of(self, cluster: str) -> Path | None:
        seen = _seen(cluster)
        return min(self.fonts, key=lambda font: len(_lacking(font, seen)))


class Block:
    """A text set into a column `width` pixels wide at `size` pixels: its `lines`, and the `height` that they take. Font
    file and own fonts are those of `Letters`."""

    def __init__(
        self, text: str, size: float, width: float, file: Path | None = None, own: Sequence[Path | None] = OWN
    ) -> None:  # fmt: skip
        self.letters, self.size, self.width = Letters(text, file, own), size, width
        self.lines = wrap(self.letters.text, self.length, width)
        self.height = math.ceil(len(self.lines) * size * LINE)

    def length(self, line: str) -> float:
        """Pixels that a line takes across."""
        return sum(across for *_, across in self._set(line))

    def draw(self, draw: ImageDraw.ImageDraw, corner: tuple[float, float], fill: str, centred: bool = False) -> None:
        """Letter the lines, the column's upper left corner at `corner`; what is read from the right stands at its right
        edge."""
        left, top = corner
        share = 0.5 if centred else 1.0 if self.letters.from_right else 0.0
        for n, line in enumerate(self.lines):
            x = left + share * (self.width - self.length(line))
            y = top + (n * LINE + BASELINE) * self.size
            for text, font, options, across in self._set(line):
                draw.text((x, y), text, fill=fill, font=font, anchor="ls", **options)
                x += across

    def _set(self, line: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont, dict[str, str], float]]:
        """Every run as Pillow draws it: its text, font and options, and its pixels across."""
        for run in self.letters.runs(line):
            font, text, options = _load(run.font, self.size), run.text, {}
            if run.from_right and font.layout_engine == ImageFont.Layout.RAQM:
                options = {"direction": "rtl"}
            elif run.from_right:  # a Pillow that found no FriBiDi knows of no directions
                text = _turned(joined(text, run.font))
            yield text, font, options, font.getlength(text, **options)


def wrap(text: str, length: Callable[[str], float], max_width: float) -> list[str]:
    """The lines of `text`, none longer than `max_width` by `length`, broken between words, and where a script has no
    spaces, between characters; a word too long for a line is broken anywhere but inside a character."""
    lines: list[str] = []
    line = ""
    for space, part in _parts(text):
        if length(line + space + part if line else part) <= max_width:
            line = line + space + part if line else part
            continue
        if line:
            lines.append(line)
        clusters = regex.findall(r"\X", part)
        while len(clusters) > 1 and length("".join(clusters)) > max_width:
            counts = range(2, len(clusters))
            fits = 1 + bisect_right(counts, max_width, key=lambda n, part=clusters: length("".join(part[:n])))
            lines.append("".join(clusters[:fits]))
            clusters = clusters[fits:]
        line = "".join(clusters)
    return [*lines, line] if line else lines


def largest_size(largest: int, smallest: int, fits: Callable[[int], bool]) -> int:
    """The largest whole size, from `largest` down, in which something `fits`; `smallest` if there is none."""
    sizes = range(largest, smallest, -1)
    return [*sizes, smallest][bisect_left(sizes, True, key=fits)]


def missing_glyphs(text: str, file: Path | None = None) -> str:
    """The characters of `text` that no font here has, each once."""
    return Letters(text, file).missing


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction, has that one."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction in ("R", "AL") for direction in directions if direction in ("L", "R", "AL")), False)


def reads_from_right(captions: Sequence[str]) -> bool:
    """Whether pictures with these captions follow each other from right to left: most of them are read so."""
    return 2 * sum(map(is_right_to_left, captions)) > len(captions)


def plain(text: str) -> str:
    """A text in one line and composed, without what no file could hold: controls, and halves of characters."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    nothing = ("\ufffe", "\uffff")  # no characters, and not allowed in XML
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in nothing)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """What a line may not break inside of, with the space before it."""
    for word in text.split():
        space, part = " ", ""
        for cluster in regex.findall(r"\X", word):
            if part and _may_break(part[-1], cluster[0]):
                yield space, part
                space, part = "", ""
            part += cluster
        yield space, part


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space parts: one is wide (Chinese, kana, emoji), and no
    closing sign begins the next line nor an opening one ends this."""
    wide = {unicodedata.east_asian_width(before), unicodedata.east_asian_width(after)} & {"W", "F"}
    closing = unicodedata.category(after) in ("Pe", "Pf", "Po") or after in "ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
    return bool(wide) and not closing and unicodedata.category(before) not in ("Ps", "Pi")


# --- directions


@lru_cache(4096)
def _directed(line: str, from_right: bool) -> list[tuple[str, bool]]:
    """The pieces of a line, from left to right, each as it is read and whether from the right (Unicode Standard Annex
    9, rule L2: from the highest level on, what is not below it is turned round)."""
    if not from_right and not any(unicodedata.bidirectional(character) in _FROM_RIGHT for character in line):
        return [(line, False)] if line else []
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    base = TextDirection.RTL if from_right else TextDirection.LTR
    characters = BidiParagraph(line, base, preserve_bn_chars=True).characters
    pieces = [("".join(c.character for c in group), level)
              for level, group in groupby(characters, key=lambda c: c.embedding_level)]  # fmt: skip
    for level in range(max(level for _, level in pieces), 0, -1):
        turned = []
        for high, group in groupby(pieces, key=lambda piece, level=level: piece[1] >= level):
            together = list(group)
            turned += reversed(together) if high else together
        pieces = turned
    return [(text, level % 2 == 1) for text, level in pieces]


def joined(text: str, font: Path | None) -> str:
    """Arabic letters in the shapes in which they join each other, as characters of their own, if the font has those."""
    from arabic_reshaper import ArabicReshaper

    shapes = ArabicReshaper({"delete_harakat": False}).reshape(text)
    return text if _lacking(font, _seen(shapes)) else shapes


def _turned(text: str) -> str:
    """A run that is read from the right, as it is drawn from the left; brackets too."""
    return "".join(regex.findall(r"\X", text.translate(_MIRRORED))[::-1])


# --- fonts


@lru_cache(4096)
def _fonts(text: str, own: tuple[Path | None, ...], leading: Path | None) -> tuple[Path | None, ...]:
    """The fonts for what `leading` lacks of a text: again and again the one that has most of what is left."""
    lacking, chosen = _seen(text), []
    if leading is not None:
        lacking = _lacking(leading, lacking)
    while lacking:
        font, left = None, lacking
        for candidate in (*own, *_system_fonts()):
            still = _lacking(candidate, lacking)
            if len(still) < len(left):
                font, left = candidate, still
            if not still:
                break
        if len(left) == len(lacking):
            break
        chosen.append(font)
        lacking = left
    return tuple(chosen) or (() if leading is not None else own[:1])


def _system_fonts() -> Iterator[Path]:
    return (file for file in _system_files() if _loads(file))


@cache
def _system_files() -> list[Path]:
    folders = [Path(folder).expanduser() for folder in _FOLDERS.get(sys.platform, _FOLDERS["linux"])]
    files = [file for folder in folders if folder.is_dir() for file in folder.rglob("*")
             if file.suffix.lower() in (".ttf", ".otf", ".ttc")]  # fmt: skip
    wide = lambda file: any(word in file.name.lower() for word in _WIDE)  # noqa: E731
    return sorted(files, key=lambda file: (not wide(file), "bold" in file.name.lower(), str(file)))


def _seen(text: str) -> list[str]:
    return [character for character in text if unicodedata.category(character) not in _UNSEEN]


def _lacking(font: Path | None, characters: Sequence[str]) -> list[str]:
    """Those that the font draws as missing."""
    return [character for character in characters if not _has(font, character)]


@cache
def _has(font: Path | None, character: str) -> bool:
    mask, missing = (_load(font, 20).getmask(c) for c in (character, _NOWHERE))
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@cache
def _loads(file: Path) -> bool:
    try:
        _load(file, 20)
    except OSError:
        return False
    return True


@cache
def _load(file: Path | None, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size) if file is None else ImageFont.truetype(str(file), size)
