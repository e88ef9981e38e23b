"""What is told and what is true: the stories of a data set that are judged, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from storygptv.data.published import FLINTSTONES
from storygptv.data.referential import refer_as_published
from storygptv.data.store import StoryData
from storygptv.evaluation.coreference import Reference, find_references
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.labels import true_labels
from storygptv.evaluation.memory import Placed

_COLUMNS = (
    "characters", "place", "action", "props", "looks", "place_looks", "caption", "referential_caption",
    "names_somebody", "place_said", "frame_id", "agent", "patient",
)  # fmt: skip


@dataclass(frozen=True)
class ToldStories:
    """The stories that are judged, and what is true of their N frames, all in story order."""

    story_ids: list[str]
    rows: list[list[int]]  # of each story, of each frame
    texts: list[list[str]]  # the referential captions
    original_texts: list[list[str]]
    labels: dict[str, Tensor]
    named: Tensor  # bool (N,): the text names somebody
    nameless: Tensor  # bool (N,): it names nobody
    place_unsaid: Tensor  # bool (N,): it leaves the place unsaid
    positions: Tensor  # int (N,): the frame's place in its story, from 0
    pairs: Tensor  # bool (N, Q): agent and patient of a frame that has both
    references: list[Reference]  # what the texts mention

    @property
    def lengths(self) -> list[int]:
        """Frames of each story."""
        return [len(rows) for rows in self.rows]

    @property
    def all_rows(self) -> list[int]:
        """The rows of all N frames."""
        return [row for rows in self.rows for row in rows]

    @property
    def story_of(self) -> Tensor:
        """Int (N,): which story a frame belongs to."""
        return torch.arange(len(self.rows)).repeat_interleave(torch.tensor(self.lengths))

    @cached_property
    def clusters(self) -> Tensor:
        """Int (S,): which cluster a story belongs to, as `clusters_of` has them."""
        return clusters_of(self.rows)

    @property
    def placed(self) -> Placed:
        """Where the frames stand."""
        return Placed(self.lengths, self.positions, self.clusters)

    @property
    def cluster_of(self) -> Tensor:
        """Int (N,): which cluster a frame belongs to."""
        return self.clusters[self.story_of]

    @classmethod
    def of(cls, data: StoryData, num_stories: int, judge: Judge, published: bool = False) -> ToldStories:
        """The first stories of a data set, `published` as `published_texts` has them: then no mention is known, and the
        frames that name nobody are those that the rule counts as referential.

        Raises ValueError where there are too few of them, for a frame without a referential caption or with a character
        whom the judge does not know, and as `published_texts`.
        """
        data.check_stories(num_stories)
        table = {name: data.text(name) for name in _COLUMNS}
        stories = data.stories[:num_stories]
        told = [[{name: table[name][row] for name in _COLUMNS} for row in rows] for rows in stories]
        records = [record for story in told for record in story]
        if missing := [record["frame_id"] for record in records if not record["referential_caption"]]:
            raise ValueError(f"referential_caption: every frame must have one, {missing[0]} has none")
        as_published = published_texts(data)[:num_stories] if published else []
        for story, texts in zip(told, as_published, strict=False):
            for record, (_, is_referential) in zip(story, texts, strict=True):
                record |= {"names_somebody": not is_referential, "place_said": None}
        for record, named in zip(records, [] if published else names_somebody(data, num_stories), strict=False):
            record["names_somebody"] = named
        is_flag = lambda name, value: torch.tensor([record[name] is value for record in records])  # noqa: E731
        mentions = [] if published else mentions_of(data, num_stories)
        of_all = (name for story in mentions for frame in story for each in frame for name in each["characters"])
        if unknown := sorted(set(of_all) - set(judge.config.characters)):
            raise ValueError(f"mentions: must be of the judge's characters, got {unknown[0]!r}")
        return cls(
            data.story_ids[:num_stories],
            stories,
            told_texts(data, published)[:num_stories],
            [[record["caption"] for record in story] for story in told],
            true_labels(judge, records),
            is_flag("names_somebody", True), is_flag("names_somebody", False), is_flag("place_said", False),
            torch.tensor([position for rows in stories for position in range(len(rows))]),
            torch.tensor([_pair(record, judge.config.characters) for record in records]),
            find_references(mentions, data.info.pronouns),
        )  # fmt: skip

    def only(self, chosen: Tensor) -> ToldStories:
        """The frames that `chosen` (bool, (N,)) says, in the same order; a story without one is left out."""
        flags = [part.tolist() for part in chosen.split(self.lengths)]
        left = [story for story, kept in enumerate(flags) if any(kept)]
        pick = lambda values: [  # noqa: E731
            [value for value, keep in zip(values[story], flags[story], strict=True) if keep] for story in left
        ]
        renumbered = (chosen.cumsum(0) - 1).tolist()
        return ToldStories(
            [self.story_ids[story] for story in left],
            pick(self.rows), pick(self.texts), pick(self.original_texts),
            {name: values[chosen] for name, values in self.labels.items()},
            self.named[chosen], self.nameless[chosen], self.place_unsaid[chosen], self.positions[chosen],
            self.pairs[chosen],
            [
                replace(reference, frame=renumbered[reference.frame])
                for reference in self.references if chosen[reference.frame]
            ],
        )  # fmt: skip


def clusters_of(stories: Sequence[Sequence[int]]) -> Tensor:
    """Int (S,): stories, each the rows of its frames, that share a frame, or that another one joins so, are of one
    cluster, as the windows of an episode are."""
    first: dict[int, int] = {}  # row -> the first story that shows it
    cluster = list(range(len(stories)))
    for story, rows in enumerate(stories):
        joined = {cluster[first[row]] for row in rows if row in first}
        cluster[story] = min(joined, default=story)
        if len(joined) > 1:
            cluster = [cluster[story] if each in joined else each for each in cluster]
        for row in rows:
            first.setdefault(row, story)
    return torch.tensor(cluster)


def in_another(lengths: Sequence[int], clusters: Sequence[int]) -> list[int]:
    """Of each frame of stories, one after the other, the number of that in its place, or of the last one, in the
    nearest story before that is of another cluster, the last coming before the first. Raises ValueError where there is
    none."""
    if len(set(clusters)) < 2:
        raise ValueError("stories: must be two at least that share no picture, one is held against another")
    starts, frames = np.cumsum([0, *lengths])[:-1].tolist(), []
    for story, length in enumerate(lengths):
        other = next(story - back for back in range(1, len(lengths)) if clusters[story - back] != clusters[story])
        frames += [starts[other] + min(place, lengths[other] - 1) for place in range(length)]
    return frames


def mentions_of(data: StoryData, num_stories: int) -> list[list[list[dict[str, Any]]]]:
    """What the texts of the first stories mention, frame by frame. A story opens with its original caption, whose
    mentions are its names."""
    captions, spans, mentions = (data.text(name) for name in ("caption", "caption_spans", "mentions"))
    return [
        [_names_in(captions[rows[0]], spans[rows[0]]), *(mentions[row] or [] for row in rows[1:])]
        for rows in data.stories[:num_stories]
    ]


def names_somebody(data: StoryData, num_stories: int) -> list[bool | None]:
    """Of the N frames of the first stories, whether the text names somebody, None where that is not known. A story
    opens with its original caption."""
    spans, named = data.text("caption_spans"), data.text("names_somebody")
    return [
        bool(spans[row]) if position == 0 else named[row]
        for rows in data.stories[:num_stories] for position, row in enumerate(rows)
    ]  # fmt: skip


def told_texts(data: StoryData, published: bool) -> list[list[str]]:
    """The sentences of all stories, as `published_texts` has them or as the data set tells them. Raises ValueError as
    `published_texts`."""
    return [[text for text, _ in texts] for texts in published_texts(data)] if published else data.told()


def published_texts(data: StoryData) -> list[list[tuple[str, bool]]]:
    """The texts of all stories by the rule behind the paper's numbers (`refer_as_published`), each with whether it
    counts as referential. Raises ValueError for a data set whose rule is not known."""
    if data.info.name != FLINTSTONES.name:
        raise ValueError(f"data: the published rule for pronouns is that of {FLINTSTONES.name}, got {data.info.name}")
    captions, characters = data.text("caption"), data.text("characters")
    return [
        refer_as_published([captions[row] for row in rows], [characters[row] for row in rows], data.info.pronouns)
        for rows in data.stories
    ]


def _pair(record: Mapping[str, Any], names: Sequence[str]) -> list[bool]:
    """Of each character, whether it is one of the two who act on each other."""
    two = {record["agent"], record["patient"]} - {None}
    return [len(two) == 2 and name in two for name in names]


def _names_in(caption: str, spans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The names of an original caption as mentions."""
    return [
        {
            "start": span["start"],
            "end": span["end"],
            "text": caption[span["start"] : span["end"]],
            "characters": [span["character"]],
            "kind": "name",
        }
        for span in spans
    ]
