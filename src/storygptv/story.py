"""A story as plain, validated data: who is in it and what each frame says; YAML, JSON or text in and out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from storygptv.scene import KINDS, check_line

if TYPE_CHECKING:
    from PIL import Image

ANCHORS = ("first", "last", "portrait")  # the picture of a character that its looks are taken from in later frames
MAX_NAME_CHARS = 60
MAX_TITLE_CHARS = 200
MAX_TEXT_CHARS = 2_000
MAX_FRAMES = 1_000
MAX_ASPECT = 16  # of a given picture: its longer side over its shorter one

_TITLES = {"mr", "mrs", "ms", "mx", "dr", "prof", "st", "sr", "jr"}  # a full stop after these ends nothing
_SHORTENED = {"etc", "e.g", "i.e", "vs", "a.m", "p.m"}  # ends a sentence only before a capital
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]")
_QUOTES = (("“", "”"), ("«", "»"), ("„", "“"))  # as speech opens and closes
_SENTENCE_END = re.compile(r"""(?<![.!?…])([.!?…]+)(["'”’»)\]]*)\s+(?=(\S))""")


@dataclass(frozen=True)
class Character:
    """Someone in the story.

    Args:
        name: as the captions call them, 1 to 60 characters.
        plays: the model's character who lends their looks; None when the model knows `name` itself.
        kind: what they are, one of `storygptv.scene.KINDS`, such as "girl" or "dog"; None when the story tells it.

    Raises:
        ValueError: an empty or over-long name, or an unknown kind.
    """

    name: str
    plays: str | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        _check_text("name", self.name, MAX_NAME_CHARS)
        if self.plays is not None:
            _check_text("plays", self.plays, MAX_NAME_CHARS)
        if self.kind is not None and self.kind not in KINDS:
            raise ValueError(f"kind: expected one of {', '.join(KINDS)}, got {self.kind!r}")


@dataclass(frozen=True)
class Frame:
    """One frame of a story.

    Args:
        text: in one line, 1 to 2,000 characters.
        image: a picture file to keep for it, where it is given.
        scene: what its picture is to show, as a person says it (`storygptv.scene`): "Mia hug Leo; park; kite".

    Raises:
        ValueError: an empty or over-long text, an image that is not a picture, or a scene with a word that cannot be.
    """

    text: str
    image: Path | None = None
    scene: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _one_line(self.text))
        _check_text("text", self.text, MAX_TEXT_CHARS)
        if self.image is not None:
            object.__setattr__(self, "image", _checked_picture(self.image))
        if self.scene is not None:
            object.__setattr__(self, "scene", _one_line(self.scene))
            _check_text("scene", self.scene, MAX_TEXT_CHARS)
            try:
                check_line(self.scene)
            except ValueError as error:
                raise ValueError(f"scene: {error}") from error

    def picture(self) -> Image.Image | None:
        """The given picture, upright RGB; None where none is given. Raises OSError where it cannot be read any more."""
        from PIL import Image, ImageOps

        if self.image is None:
            return None
        with Image.open(self.image) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")

    def to_plain(self, image: str | None) -> str | dict[str, str]:
        """Return the frame as files hold it, with `image` as the name of its picture: its text alone where that is
        all."""
        more = {key: value for key, value in (("image", image), ("scene", self.scene)) if value}
        return {"text": self.text} | more if more else self.text

    def is_same(self, other: Frame) -> bool:
        """Whether both say and show the same, and were given the same picture, wherever it lies, or none."""
        if (self.text, self.scene) != (other.text, other.scene) or self.image is None or other.image is None:
            return self == other
        mine, theirs = self.picture(), other.picture()
        return (mine.size, mine.tobytes()) == (theirs.size, theirs.tobytes())


@dataclass(frozen=True)
class Story:
    """A title, its characters (may be empty: the model's own cast) and 1 to 1,000 frames.

    Raises:
        ValueError: no frames, too many of them, an empty title, or two characters of one name.
    """

    title: str
    characters: tuple[Character, ...]
    frames: tuple[Frame, ...]
    SHIPPED: ClassVar = ("demo",)  # the names of the stories that come with the package

    def __post_init__(self) -> None:
        _check_text("title", self.title, MAX_TITLE_CHARS)
        object.__setattr__(self, "characters", tuple(self.characters))
        object.__setattr__(self, "frames", tuple(self.frames))
        if not 1 <= len(self.frames) <= MAX_FRAMES:
            raise ValueError(f"frames: a story has 1 to {MAX_FRAMES:,} frames, got {len(self.frames)}")
        seen: set[str] = set()
        for character in self.characters:
            if character.name.casefold() in seen:
                raise ValueError(f"characters: every name must be given once, got {character.name!r} twice")
            seen.add(character.name.casefold())

    @classmethod
    def load(cls, source: str | Path) -> Story:
        """Read a story from a file, or from standard input when `source` is "-".

        `.yaml`, `.yml`, `.json` and `.txt` say what a file is; of anything else the content decides.
        Pictures named in the file are looked for beside it.

        Raises:
            ValueError: with the file, where it can be told the line, and what was expected.
        """
        piped = str(source) == "-"
        suffix = "" if piped else Path(source).suffix.lower()
        folder = Path() if piped else Path(source).parent
        try:
            text = _read(source)
            is_json = suffix == ".json" or (suffix not in _SUFFIXES and text.lstrip().startswith("{"))
            is_yaml = suffix in (".yaml", ".yml") or (suffix not in _SUFFIXES and _YAML_KEY.search(text))
            if is_json or is_yaml:
                return cls.from_dict(_parse_json(text) if is_json else _parse_yaml(text), folder)
            return cls.from_text(text) if piped else cls.from_text(text, title=Path(source).stem)
        except ValueError as error:
            raise ValueError(f"{'standard input' if piped else source}: {error}") from error

    @classmethod
    def shipped(cls, name: str) -> Story:
        """A story that comes with the package, one of `SHIPPED`."""
        return cls.load(Path(__file__).parent / "assets" / "stories" / f"{name}.yaml")

    @classmethod
    def from_text(cls, text: str, title: str = "A story") -> Story:
        """A line a frame; a text of a single line is split into its sentences."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) == 1:
            lines = split_sentences(lines[0])
        if not lines:
            raise ValueError("the story is empty: expected a line of text for each frame")
        frames = [_at(f"frame {i}", Frame, text=line) for i, line in enumerate(lines, start=1)]
        return cls(title, (), tuple(frames))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], folder: str | Path = ".") -> Story:
        """The story of `{title, characters: [{name, plays, kind}], frames: [text | {text, image, scene}]}`.

        Args:
            data: as read from YAML or JSON; only `frames` must be there.
            folder: what relative paths of pictures are relative to.

        Raises:
            ValueError: naming the field, what was expected and what was found.
        """
        if not isinstance(data, Mapping):
            raise ValueError(f"expected a mapping with title, characters and frames, got {_kind(data)}")
        _check_keys(data, {"title", "characters", "frames"})
        if "frames" not in data:
            raise ValueError("frames: missing, expected a list of texts")
        characters = [
            _at(f"character {i}", _character, item)
            for i, item in enumerate(_list("characters", data.get("characters")), start=1)
        ]
        frames = [
            _at(f"frame {i}", _frame, item, Path(folder))
            for i, item in enumerate(_list("frames", data["frames"]), start=1)
        ]
        return cls(_one_line(data.get("title", "A story")), tuple(characters), tuple(frames))

    def to_dict(self) -> dict[str, Any]:
        """The mapping that `from_dict` reads back."""
        characters = [
            {"name": c.name} | {key: value for key in ("plays", "kind") if (value := getattr(c, key))}
            for c in self.characters
        ]
        frames = [frame.to_plain(str(frame.image) if frame.image else None) for frame in self.frames]
        return {"title": self.title, "characters": characters, "frames": frames}


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph; "Mrs. Plum", initials and speech inside a sentence do not split it."""
    sentences, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        stop, quote, following = match.groups()
        before = text[max(start, match.start() - MAX_NAME_CHARS) : match.start()].split()
        word = before[-1].lstrip("\"'“‘«([") if before else ""
        if stop == ".":
            initial = _INITIALS.fullmatch(word) and word != "I"
            shortened = word.lower() in _SHORTENED and not following.isupper()
            if initial or word.lower() in _TITLES or shortened:
                continue
        pauses = "..." in stop or "…" in stop
        if (quote or pauses) and following.islower():  # "Stop!" she says. He waits ... and goes.
            continue
        if _is_open(text[start : match.end()], text[match.end() :]):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    return [sentence for sentence in [*sentences, text[start:].strip()] if sentence]


def _is_open(before: str, after: str) -> bool:
    """Whether speech that opens in `before` closes only in `after`."""
    if before.count('"') % 2 and '"' in after:
        return True
    return any(before.rfind(opens) > before.rfind(closes) and closes in after for opens, closes in _QUOTES)


_SUFFIXES = {".yaml", ".yml", ".json", ".txt"}
_YAML_KEY = re.compile(r"^(title|characters|frames)\s*:", re.MULTILINE)


def _read(source: str | Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(source) == "-" else Path(source).read_bytes()
    except OSError as error:
        raise ValueError(f"expected a readable story file ({error.strerror})") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: expected text in UTF-8, got byte 0x{data[error.start]:02x}") from error
    if not text.strip():
        raise ValueError("the story is empty: expected frames")
    return text


def _parse_json(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"{key}: expected once, found {keys.count(key)} times")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: malformed JSON: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("malformed JSON: nested too deeply, expected title, characters and frames") from error


def _parse_yaml(text: str) -> Any:
    import yaml

    class UniqueKeys(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                line = key.start_mark.line + 1
                if not isinstance(key, yaml.ScalarNode):
                    raise ValueError(f"line {line}: expected a name before the colon (quote a text that holds braces)")
                if key.value in seen:
                    raise ValueError(f"line {line}: {key.value}: expected once, found twice")
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Loader=UniqueKeys)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = ", ".join(part for part in (error.context, error.problem) if part)
        hint = " (quote a text that holds a colon)" if "mapping values" in what else ""
        raise ValueError(f"{where}malformed YAML: {what}{hint}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"malformed YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ValueError("malformed YAML: nested too deeply, expected title, characters and frames") from error


def _character(item: Any) -> Character:
    if isinstance(item, str):
        return Character(_one_line(item))
    if not isinstance(item, Mapping):
        raise ValueError(f"expected a name or a mapping with name, kind and plays, got {_kind(item)}")
    _check_keys(item, {"name", "plays", "kind"})
    if "name" not in item:
        raise ValueError("name: missing, expected text")
    plays = None if item.get("plays") is None else _one_line(item["plays"])
    return Character(_one_line(item["name"]), plays, item.get("kind"))


def _frame(item: Any, folder: Path) -> Frame:
    if isinstance(item, str):
        return Frame(item)
    if not isinstance(item, Mapping):
        raise ValueError(f"expected text or a mapping with text, image and scene, got {_kind(item)}")
    _check_keys(item, {"text", "image", "scene"}, hint="; quote a text that holds a colon")
    if "text" not in item:
        raise ValueError("text: missing, expected text")
    return Frame(item["text"], _image_path(item.get("image"), folder), item.get("scene"))


def _at(where: str, make: Any, *args: Any, **fields: Any) -> Any:
    """make(...), with `where` put before what it complains of."""
    try:
        return make(*args, **fields)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _check_keys(data: Mapping[Any, Any], known: set[str], hint: str = "") -> None:
    unknown = [str(key) for key in data if key not in known]
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}, expected {', '.join(sorted(known))}{hint}")


def _list(field: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{field}: expected a list, got {_kind(value)}")
    return value


def _one_line(value: Any) -> Any:
    """Text with its line breaks folded, as YAML folds them; anything else is left for the checks to name."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _image_path(value: Any, folder: Path) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"image: expected the path of a picture, got {_kind(value)}")
    return folder / value


def _check_text(field: str, value: Any, max_chars: int) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{field}: expected text, got {_kind(value)} (quote it)")
    if not value.strip():
        raise ValueError(f"{field}: expected text, got none")
    if len(value) > max_chars:
        raise ValueError(f"{field}: at most {max_chars:,} characters, got {len(value):,}")


def _checked_picture(path: str | Path) -> Path:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            picture.load()  # to its end: of most formats `verify` looks at the head alone
            longer, shorter = max(picture.size), min(picture.size)
    except (OSError, UnidentifiedImageError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "not a picture"
        raise ValueError(f"image: expected a readable picture, got {str(path)!r} ({reason})") from error
    if longer > MAX_ASPECT * shorter:
        raise ValueError(f"image: a picture has sides of 1 to {MAX_ASPECT} at most, got {picture.size}")
    return Path(path)


def _kind(value: Any) -> str:
    """What a value read from YAML or JSON is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return {dict: "a mapping", list: "a list", str: "text"}.get(type(value), repr(value)[:80])
