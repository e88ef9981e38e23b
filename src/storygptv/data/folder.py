"""Anybody's own stories: a folder of pictures and `stories.jsonl`, read into the schema.

A line of `stories.jsonl` is a frame; those of one story stand together, in order:

    {"story": "picnic", "image": "picnic/1.png", "caption": "Anna feeds a duck.", "characters": ["Anna"]}

It may say more: `boxes` (x1, y1, x2, y2 in pixels for each character), `mask` (a picture file whose pixel k is
`characters[k-1]`, 0 the background), `place`, `action`, `props`, `alt_text`, `crop_texts` (a description of each
character alone, from which CLIP learns), `referential_caption`. Without the last the caption is told on with pronouns
by `referential.refer`; without `alt_text` the caption stands for it.

`cast.json` says who there is: [{"name": "Anna", "pronoun": "she"}, ...], perhaps with `aliases`, other ways in which
the name is written; `portraits/Anna.png` shows her. `labels.json` says what there can be in all splits of the data
set: {"places": [...], "actions": [...], "props": [...]}; of a list that it leaves out, that is what the lines say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from storygptv.data.pictures import read_mask, read_picture, resized, resized_mask
from storygptv.data.referential import refer_next
from storygptv.data.schema import DataInfo
from storygptv.data.store import write_resumable
from storygptv.names import name_spans, span_fields

_REQUIRED = ("story", "image", "caption", "characters")
_OPTIONAL = ("boxes", "mask", "place", "action", "props", "alt_text", "crop_texts", "referential_caption")
_TEXTS = ("image", "mask", "caption", "alt_text", "referential_caption", "place", "action")
_LISTS = ("characters", "props", "crop_texts")  # of texts


def write_folder(
    raw: Path, split: str, out: Path, size: int = 512, overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None, name: str | None = None,
) -> DataInfo:  # fmt: skip
    """Write the stories of the folder `raw` to the data set folder `out`, pictures `size` pixels a side.

    The data set, with all its splits, is called `name`, or as the folder is. Returns its info. Killed, the same call
    goes on. Raises ValueError, naming the file and the line, for whatever is missing or malformed, and as
    `store.write`.
    """
    raw = Path(raw)
    lines = list(_lines(raw / "stories.jsonl"))
    cast = _json(raw / "cast.json", "who there is")
    aliases = {each["name"]: each.pop("aliases") for each in cast if "name" in each and "aliases" in each}
    if wrong := [name for name, ways in aliases.items() if not _is_texts(ways)]:
        raise ValueError(
            f"{raw / 'cast.json'}: aliases of {wrong[0]} must be a list of texts, got {aliases[wrong[0]]!r}"
        )
    labels = _labels(raw / "labels.json", [line for _, line in lines])
    info = DataInfo(
        name or raw.resolve().name, split, size, characters=tuple(cast), made_from={"frames": len(lines)},
        aliases=aliases, **labels,
    )  # fmt: skip
    portraits = {
        name: read_picture(file) for name in info.names if (file := raw / "portraits" / f"{name}.png").is_file()
    }
    stories = [(story, list(frames)) for story, frames in groupby(lines, key=lambda line: line[1]["story"])]
    for where, line in lines:
        for name in ("image", "mask"):
            if line.get(name) and not (raw / str(line[name])).is_file():
                raise ValueError(f"{where}: {raw / str(line[name])} is missing")
    often = Counter(story for story, _ in stories)
    if apart := [story for story, count in often.items() if count > 1]:
        raise ValueError(f"stories.jsonl: the frames of a story must stand together, those of {apart[0]!r} do not")

    def stories_from(first: int) -> Iterator[list[dict[str, Any]]]:
        done = sum(len(frames) for _, frames in stories[:first])
        for story, frames in stories[first:]:
            yield _story(raw, story, frames, info)
            done += len(frames)
            if progress is not None:
                progress(done, len(lines))

    return write_resumable(stories_from, info, out, portraits, overwrite, source=repr(lines))


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines of `stories.jsonl`, each with its place."""
    if not path.is_file():
        raise ValueError(f"{path.parent}: must hold stories.jsonl (a frame a line), which is missing")
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            where = f"stories.jsonl, line {number}"
            if not text.strip():
                continue
            try:
                line = json.loads(text)
            except json.JSONDecodeError as error:
                raise ValueError(f"{where}: is not JSON: {error}") from error
            if not isinstance(line, dict):
                raise ValueError(f"{where}: must be an object, got {type(line).__name__}")
            if missing := [name for name in _REQUIRED if name not in line]:
                raise ValueError(f"{where}: must say {missing[0]}")
            if unknown := sorted(set(line) - {*_REQUIRED, *_OPTIONAL}):
                raise ValueError(f"{where}: {unknown[0]} is not one of {', '.join((*_REQUIRED, *_OPTIONAL))}")
            if not isinstance(line["story"], str | int):
                raise ValueError(f"{where}: story must be a name or a number, got {line['story']!r}")
            for name in _TEXTS:
                if not isinstance(line.get(name) or "", str):
                    raise ValueError(f"{where}: {name} must be text, got {line[name]!r}")
            for name in _LISTS:
                if not _is_texts(line.get(name) or []):
                    raise ValueError(f"{where}: {name} must be a list of texts, got {line[name]!r}")
            yield where, line


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _json(path: Path, what: str) -> Any:
    if not path.is_file():
        raise ValueError(f"{path.parent}: must hold {path.name} ({what}), which is missing")
    value = _read_json(path)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError(f"{path}: must be a list of objects, each with name and pronoun")
    return value


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: is not JSON: {error}") from error


def _labels(path: Path, lines: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The places, actions and props of a data set, by its `labels.json`, else by its lines."""
    labels = {
        "places": {line.get("place") for line in lines},
        "actions": {line.get("action") for line in lines},
        "props": {prop for line in lines for prop in line.get("props") or ()},
    }
    said = {kind: tuple(sorted(filter(None, values))) for kind, values in labels.items()}
    if not path.is_file():
        return said
    given = _read_json(path)
    if not isinstance(given, dict) or set(given) - set(said) or not all(isinstance(v, list) for v in given.values()):
        raise ValueError(f"{path}: must be an object of lists, no more than {', '.join(said)}")
    return said | {kind: tuple(values) for kind, values in given.items()}


def _story(raw: Path, story: str, frames: list[tuple[str, dict]], info: DataInfo) -> list[dict[str, Any]]:
    """The records of one story."""
    records, before = [], None
    for n, (where, line) in enumerate(frames, 1):
        try:
            records.append({"frame_id": f"{story}/{n}", "story_id": str(story)} | _record(raw, line, before, info))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{where}: {error}") from error
        before = line["caption"]
    return records


def _record(raw: Path, line: dict[str, Any], before: str | None, info: DataInfo) -> dict[str, Any]:
    """A line as a record; `before` is the caption of the frame before."""
    aliases, caption, size = info.ways, line["caption"], info.resolution
    picture = read_picture(raw / line["image"])
    height, width = picture.shape[:2]
    fields = refer_next(caption, before, info.pronouns, aliases).fields()
    if given := line.get("referential_caption"):
        fields = {"referential_caption": given, "names_somebody": bool(name_spans(given, aliases))}
    alt_text = line.get("alt_text") or caption
    record = {
        "image": resized(picture, size),
        "characters": line["characters"],
        "boxes": [
            [x1 * size / width, y1 * size / height, x2 * size / width, y2 * size / height]
            for x1, y1, x2, y2 in line.get("boxes") or ()
        ],
        "caption": caption,
        "caption_spans": span_fields(caption, aliases),
        "alt_text": alt_text,
        "alt_spans": span_fields(alt_text, aliases),
        **fields,
        **{name: line[name] for name in ("place", "action", "props", "crop_texts") if name in line},
    }
    if line.get("mask"):
        mask = read_mask(raw / line["mask"])
        if mask.shape != (height, width):
            raise ValueError(f"mask must be of the picture's size ({height}, {width}), got {mask.shape}")
        record["segmentation"] = resized_mask(mask, size)
    return record
