"""What is in a data set, what is missing, and what two splits share that they should not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from storygptv.data.pictures import resized
from storygptv.data.store import StoryData

_PIECES = ("segmentation", "boxes", "place", "action", "alt_text", "referential_caption")
_OF_CHARACTERS = ("segmentation", "boxes")  # missing only where somebody is in the picture
THUMBNAIL = 128  # pixels a side on the contact sheet


def check(data: StoryData) -> dict[str, Any]:
    """A data set in numbers.

    `stories`, `frames`; `frames_a_story`, `words_a_caption` and `characters_a_frame` as [least, median, most];
    `missing`: of each piece that not every frame has, in how many it is missing; `characters` and `places`: the share
    of frames with each, the rarest last; `nameless`: the share of frames whose referential caption names nobody.
    """
    columns = {name: data.text(name) for name in _PIECES if name != "segmentation"}
    columns["segmentation"] = data.has_segmentation
    number = len(data.frames)
    characters, names_somebody = data.text("characters"), data.text("names_somebody")
    missing = {
        name: sum(
            not value and bool(who or name not in _OF_CHARACTERS)
            for value, who in zip(columns[name], characters, strict=True)
        )
        for name in _PIECES
    }
    share = lambda labels: {  # noqa: E731
        label: round(count / number, 4) for label, count in Counter(labels).most_common()
    }
    found = share(name for names in characters for name in names)
    return {
        "stories": len(data),
        "frames": number,
        "frames_a_story": _spread([len(rows) for rows in data.stories]),
        "words_a_caption": _spread([len(caption.split()) for caption in data.text("caption")]),
        "characters_a_frame": _spread([len(names) for names in characters]),
        "missing": {name: count for name, count in missing.items() if count},
        "characters": found | {name: 0.0 for name in data.info.names if name not in found},
        "places": share(place for place in columns["place"] if place),
        "nameless": round(sum(value is False for value in names_somebody) / number, 4),
    }


def _spread(values: list[int]) -> list[float]:
    return [min(values), float(np.median(values)), max(values)]


def shared(one: StoryData, other: StoryData) -> dict[str, list[str]]:
    """What two splits have in common: `clips` by frame id, `pictures` by their pixels (the ids in `one`)."""
    theirs = set(_digests(other))
    ids = one.text("frame_id")
    return {
        "clips": sorted(set(ids) & set(other.text("frame_id"))),
        "pictures": [frame_id for frame_id, digest in zip(ids, _digests(one), strict=True) if digest in theirs],
    }


def _digests(data: StoryData) -> Iterator[bytes]:
    for row in range(len(data.frames)):
        yield hashlib.blake2b(data.images([row]).tobytes(), digest_size=16).digest()


def contact_sheet(data: StoryData, columns: int = 8, rows: int = 5) -> Image.Image:
    """Frames from all over a data set, small, side by side."""
    number = min(columns * rows, len(data.frames))
    chosen = np.linspace(0, len(data.frames) - 1, number).astype(int).tolist()
    sheet = Image.new("RGB", (columns * THUMBNAIL, -(-number // columns) * THUMBNAIL), "white")
    for place, picture in enumerate(data.images(chosen)):
        where = (place % columns * THUMBNAIL, place // columns * THUMBNAIL)
        sheet.paste(Image.fromarray(resized(picture, THUMBNAIL)), where)
    return sheet
