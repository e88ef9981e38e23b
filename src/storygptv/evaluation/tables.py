"""A report of `storygptv evaluate` as tables of text, for the terminal, for Markdown and for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storygptv.evaluation.pictures import PROBLEMS

APART = (
    "system",
    "references",
    "false_additions",
    "by_frame",
    "pictures",
    "data",
    "judge",
    "timings",
)  # no scores of their own
WORDS = {  # of coreference.TYPES
    "all": "all but names", "he_she": "he, she", "same_gender": "… where it fits somebody else too", "they": "they",
    "they_one": "they, of one person", "noun": "noun phrase", "look": "by look",
    "look_open": "… where no text tells who it is", "distance_0": "told of in this frame",
    "distance_1": "… 1 frame before", "distance_2": "… 2 frames before", "distance_3": "… 3 frames before",
    "distance_4_or_more": "… 4 or more before", "after_distractor": "after somebody else", "name": "name",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A title, the heads of the columns, and rows of the same length."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def markdown(self) -> str:
        line = lambda cells: "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"  # noqa: E731
        return "\n".join((f"### {self.title}", "", line(self.head), line(["---"] * len(self.head)),
                          *map(line, self.rows)))  # fmt: skip


def systems_of(scores: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    """The systems that a report scores: the main one, here called `name`, and those beside it."""
    return {name: scores} | {key: value for key, value in scores.items() if _is_system(key, value)}


def tables_of(scores: Mapping[str, Any], name: str = "StoryGPT-V") -> list[Table]:
    """Everything a report says, a column a system; of a score of several values, a row each."""
    systems = systems_of(scores, name)
    flat = {system: flat_scores(value) for system, value in systems.items()}
    rows = [(key, *(number(each.get(key)) for each in flat.values())) for key in flat[name]]
    tables = [Table("Scores", ("", *systems), rows)]
    if "references" in scores:
        tables.append(_references(systems))
    if "by_frame" in scores:
        tables += [_by_frame(each, system) for system, each in systems.items()]
    if wrong := [(kind.replace("_", "-"), str(len(scores["pictures"][kind]))) for kind in PROBLEMS
                 if scores.get("pictures", {}).get(kind)]:  # fmt: skip
        tables.append(Table("Pictures left out", ("", "pictures"), wrong))
    return tables


def flat_scores(scores: Mapping[str, Any]) -> dict[str, Any]:
    """A system's own scores, {"char_acc": ..., "char_acc_by_count 2": ...}."""
    flat: dict[str, Any] = {}
    for key, value in scores.items():
        if key in APART or _is_system(key, value):
            continue
        flat |= {f"{key} {of}": each for of, each in value.items()} if isinstance(value, Mapping) else {key: value}
    return flat


def number(value: Any) -> str:
    """A score to three digits."""
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else f"{value}"


def _is_system(key: str, value: Any) -> bool:
    return key not in APART and isinstance(value, Mapping) and "char_acc" in value


def _references(systems: Mapping[str, Mapping[str, Any]]) -> Table:
    """The share of mentions that were drawn, or understood, as they are meant."""
    first = next(iter(systems.values()))["references"]
    rows = [
        (WORDS[kind], str(of["mentions"]), *(_with_interval(each["references"][kind], "resolved")
                                             for each in systems.values()))
        for kind, of in first.items() if of["mentions"]
    ]  # fmt: skip
    added = [_with_interval(each["false_additions"], "frames") for each in systems.values()]
    rows.append(("frames with somebody not called for", "", *added))
    return Table("Mentions taken as they are meant, 95 % interval", ("", "mentions", *systems), rows)


def _with_interval(of: Mapping[str, Any], key: str) -> str:
    if of["interval"] is None:
        return number(of[key])
    low, high = of["interval"]
    return f"{number(of[key])} ({number(low)} to {number(high)})"


def _by_frame(scores: Mapping[str, Any], system: str) -> Table:
    curves: dict[str, Sequence[float | None]] = {k: v for k, v in scores["by_frame"].items() if v is not None}
    longest = max(map(len, curves.values()))
    rows = [(key, *map(number, values)) for key, values in curves.items()]
    return Table(f"By frame: {system}", ("", *(str(frame + 1) for frame in range(longest))), rows)
