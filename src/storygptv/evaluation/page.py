"""A report of `storygptv evaluate` as Markdown, and as an HTML page with charts and storyboards in one file."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from PIL import Image

from storygptv.evaluation.charts import bars, lines
from storygptv.evaluation.tables import WORDS, Table, systems_of, tables_of

SAMPLE_SIDE = 128  # pixels a side of a picture on the page
STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: 2px 10px; text-align: left }
tr:nth-child(even) { background: #f4f4f4 } .story { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 1.5em }
figure { margin: 0; width: 128px } figcaption { font-size: 12px; line-height: 1.3 } img { display: block }
"""


@dataclass(frozen=True)
class Sample:
    """A story on the page: its sentences, the pictures judged and the true ones, uint8 (H, W, 3), frame by frame."""

    story_id: str
    texts: list[str]
    pictures: list[np.ndarray]
    true_pictures: list[np.ndarray]


def markdown(scores: Mapping[str, Any], name: str) -> str:
    """Every table of a report; `name` is what its main system is called."""
    return "\n\n".join((f"# {_title(scores, name)}", _about(scores),
                        *(table.markdown() for table in tables_of(scores, name)))) + "\n"  # fmt: skip


def html(scores: Mapping[str, Any], name: str, samples: Sequence[Sample]) -> str:
    """A page with the tables, charts of them and sample storyboards; it needs nothing from elsewhere."""
    systems = systems_of(scores, name)
    parts = [f"<h1>{escape(_title(scores, name))}</h1><p>{escape(_about(scores))}</p>"]
    parts += map(_table, tables_of(scores, name))
    for curve in scores["by_frame"]:
        series = {system: each["by_frame"][curve] for system, each in systems.items() if each["by_frame"][curve]}
        if any(value is not None for values in series.values() for value in values):
            parts.append(f"<h3>{escape(curve)} by frame</h3>{lines(series)}")
    for system, each in systems.items():
        mentions = [(WORDS[kind], of["resolved"], of["interval"]) for kind, of in each["references"].items()]
        parts.append(f"<h3>Mentions drawn as they are meant: {escape(system)}</h3>{bars(mentions)}")
        characters = [(who, f1, None) for who, f1 in each["char_f1_by_character"].items()]
        parts.append(f"<h3>F1 of each character: {escape(system)}</h3>{bars(characters)}")
    if samples:
        parts.append("<h2>Stories</h2><p>Above what was judged, below the true pictures.</p>")
    parts += map(_story, samples)
    head = f'<meta charset="utf-8"><title>{escape(_title(scores, name))}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def png_uri(picture: np.ndarray) -> str:
    """A picture uint8 (H, W, 3) as an address that holds it."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _title(scores: Mapping[str, Any], name: str) -> str:
    return f"{name} on {scores['data']['name']}, {scores['data']['split']} split"


def _about(scores: Mapping[str, Any]) -> str:
    way = " Drawn as the authors' code draws." if scores.get("protocol") == "reference" else ""
    return f"{scores['num_stories']} stories, {scores['num_frames']} frames.{way} {scores['judge']}"


def _table(table: Table) -> str:
    row = lambda cells, tag: "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"  # noqa: E731
    body = "".join(row(cells, "td") for cells in table.rows)
    return f"<h3>{escape(table.title)}</h3><table>{row(table.head, 'th')}{body}</table>"


def _story(sample: Sample) -> str:
    image = lambda picture: f'<img src="{png_uri(picture)}" width="{SAMPLE_SIDE}" alt="">'  # noqa: E731
    figures = "".join(
        f"<figure>{image(picture)}{image(true)}<figcaption>{escape(text)}</figcaption></figure>"
        for text, picture, true in zip(sample.texts, sample.pictures, sample.true_pictures, strict=True)
    )
    return f'<h3>{escape(sample.story_id)}</h3><div class="story">{figures}</div>'
