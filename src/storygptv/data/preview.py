"""A sheet of one story for a person's eye: pictures, masks, boxes, captions, links and labels."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from storygptv.data.store import StoryData

PICTURE = 256  # pixels a side as shown
TEXT_WIDTH = 640
MARGIN = 12
LINE = 19
_WRAP = 88  # letters that surely fit TEXT_WIDTH at the body size
_INK, _GREY = "#1f2430", "#697080"
_COLORS = ("#e6194b", "#0a7cff", "#1a9e3f", "#f58231", "#911eb4", "#008080", "#9a6324", "#808000")


def show(data: StoryData, story: int) -> Image.Image:
    """Story number `story` as a sheet, one frame a row: the picture, its masks and boxes with names, texts.

    Raises ValueError for a story that is not there.
    """
    if not 0 <= story < len(data):
        raise ValueError(f"story: must be 0 to {len(data) - 1}, got {story}")
    frames = data.story(story)
    texts = [_lines(frame) for frame in frames]
    heights = [max(PICTURE, LINE * len(lines)) + MARGIN for lines in texts]
    head = LINE + 2 * MARGIN
    sheet = Image.new("RGB", (2 * PICTURE + TEXT_WIDTH + 4 * MARGIN, head + sum(heights)), "white")
    draw = ImageDraw.Draw(sheet)
    title = f"{data.info.name} {data.info.split}, story {story}: {data.story_ids[story]}, {len(frames)} frames"
    draw.text((MARGIN, MARGIN), title, _INK, _font(16))
    top = head
    for frame, lines, height in zip(frames, texts, heights, strict=True):
        picture = Image.fromarray(frame["image"]).resize((PICTURE, PICTURE), Image.Resampling.BICUBIC)
        sheet.paste(picture, (MARGIN, top))
        sheet.paste(_overlay(picture, frame), (2 * MARGIN + PICTURE, top))
        for number, (text, color) in enumerate(lines):
            draw.text((3 * MARGIN + 2 * PICTURE, top + LINE * number), text, color, _font(14))
        top += height
    return sheet


def _font(size: int) -> ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _overlay(picture: Image.Image, frame: dict[str, Any]) -> Image.Image:
    """The picture with every character's mask, box and name in the character's colour."""
    picture = Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.35)
    if frame["segmentation"] is not None:
        segmentation = Image.fromarray(frame["segmentation"]).resize(picture.size, Image.Resampling.NEAREST)
        for number in range(len(frame["characters"])):
            alpha = Image.fromarray(np.where(np.asarray(segmentation) == number + 1, 150, 0).astype(np.uint8))
            picture.paste(_COLORS[number % len(_COLORS)], mask=alpha)
    draw = ImageDraw.Draw(picture)
    scale = PICTURE / frame["image"].shape[0]
    for number, box in enumerate(frame["boxes"]):
        color = _COLORS[number % len(_COLORS)]
        x1, y1, x2, y2 = (scale * edge for edge in box)
        draw.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=color, width=2)
        name = frame["characters"][number]
        plate = draw.textbbox((min(x1 + 3, PICTURE - 60), max(y1 - 16, 2) + 13 * (number % 2)), name, _font(13))
        draw.rectangle((plate[0] - 2, plate[1] - 1, plate[2] + 2, plate[3] + 1), fill=color)
        draw.text((plate[0], plate[1]), name, "white", _font(13), anchor="lt")
    return picture


def _lines(frame: dict[str, Any]) -> list[tuple[str, str]]:
    """What is written beside a frame: (text, colour) a line, empty labels left out."""
    links = [f"{each['text']} -> {' + '.join(each['characters']) or each['kind']}" for each in frame["mentions"]]
    looks: dict[str, list[str]] = {}
    for look in frame["looks"]:
        looks.setdefault(look["character"], []).append(look["value"])
    wearing = "; ".join(f"{name} {' '.join(values)}" for name, values in looks.items())
    moods = ", ".join(f"{n} {e}" for n, e in zip(frame["characters"], frame["expressions"], strict=False))
    doing = " ".join(filter(None, (frame["agent"], frame["action"], frame["patient"])))
    flags = [name for name in ("place_said", "names_somebody") if frame[name]]
    rows = (
        ("told", frame["referential_caption"], _INK),
        ("links", ", ".join(links), "#0a5fc2"),
        ("original", frame["caption"], _INK),
        ("alt-text", frame["alt_text"], _INK),
        ("where", ", ".join(filter(None, (frame["place"], frame["time"], frame["weather"]))), _GREY),
        ("who", ", ".join(frame["characters"]), _GREY),
        ("does", doing, _GREY),
        ("moods", moods, _GREY),
        ("props", ", ".join(frame["props"]), _GREY),
        ("untold", wearing, _GREY),
        (
            "of place",
            ", ".join(f"{each['attribute']} {each['value']}" for each in frame["place_looks"]),
            _GREY,
        ),
        ("flags", ", ".join(flags), _GREY),
        ("frame", frame["frame_id"], _GREY),
    )
    return [
        (line, color)
        for label, text, color in rows
        if text
        for line in textwrap.wrap(f"{label}: {text}", _WRAP, subsequent_indent="    ")
    ]
