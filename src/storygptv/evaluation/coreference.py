"""Reference resolution: was everybody drawn whom a mention means, and nobody whom the text does not call for?

What a mention means is the data set's gold link. Shapes: N pictures of S stories, Q characters. Shares are
fractions, or None where there is nothing to score; intervals are of 95 %.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

ONE_PERSON = frozenset(
    ("he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself")
)  # fmt: skip
THEY = frozenset(("they", "them", "their", "theirs", "themselves", "themself"))
LOOK = "the one "
RELATIVE = re.compile(r"\b(other|friends?)\b")  # in nouns that mean who somebody else is not
FAR = 4  # frames: antecedents so far back and farther are counted together
RESAMPLES = 2000
TYPES = (
    "name", "he_she", "same_gender", "they", "they_one", "noun", "look", "look_open", "distance_0", "distance_1",
    "distance_2", "distance_3", f"distance_{FAR}_or_more", "after_distractor",
)  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """Words in the text of picture `frame` (0 to N - 1) that mean `characters`.

    `types` are of TYPES: by its words "name", "he_she" (one person), "they" (a group), "they_one" (one person of
    whom one says "they"), "look" ("the one in the green scarf") or "noun" (any other); and unless it is a name,
    "distance_n", the number of frames back to the last mention of whom it means, of several the one longest
    unmentioned; "after_distractor", if somebody else was mentioned since then; "same_gender", if it is "he_she" and
    somebody else was told of before whom the same pronoun fits; "look_open", if it is "look" and only a picture tells
    who that is: two or more were told of before whom this text does not surely mention otherwise (by a name, by a noun
    of one that stands for itself, or as the only one so far whom a pronoun fits), and no earlier text has told it.
    """

    frame: int
    text: str
    characters: tuple[str, ...]
    types: tuple[str, ...]


def find_references(
    stories: Sequence[Sequence[Sequence[Mapping[str, Any]]]], pronouns: Mapping[str, str]
) -> list[Reference]:
    """The mentions of characters in stories, each a list of frames, each a list of mentions as the schema holds
    them. `pronouns` maps each character to "she", "he", "they" or "it"."""
    found, first = [], 0
    for story in stories:
        last: dict[str, tuple[int, int]] = {}  # whom -> (which mention, in which frame) was the last of them
        who: list[set[str]] = []  # of every mention so far
        told: set[str] = set()  # looks of which a text has told whose they are
        for position, mentions in enumerate(story):
            before = set(last)
            named = {name for each in mentions if each["kind"] == "name" for name in each["characters"]}
            known = [pronouns.get(name) for name in before | named]
            sure = {name for each in mentions if _is_sure(each, known, pronouns) for name in each["characters"]}
            for mention in sorted(mentions, key=lambda mention: mention["start"]):
                names = tuple(mention["characters"])
                if not names:
                    continue
                types = _types(mention, names, position, last, who, pronouns)
                if "look" in types:
                    if len(before - sure.difference(names)) < 2:
                        told.add(mention["text"].lower())
                    types += () if mention["text"].lower() in told else ("look_open",)
                found.append(Reference(first + position, mention["text"], names, types))
                last |= {name: (len(who), position) for name in names}
                who.append(set(names))
        first += len(story)
    return found


def _is_sure(mention: Mapping[str, Any], known: Sequence[str | None], pronouns: Mapping[str, str]) -> bool:
    """Whether words mean one whom they tell from everybody else, `known` being the pronouns of all told of so far."""
    words, names = mention["text"].lower(), mention["characters"]
    if mention["kind"] == "name" or len(names) != 1:
        return mention["kind"] == "name"
    if words in ONE_PERSON:
        return known.count(pronouns.get(names[0])) == 1
    return words not in THEY and not words.startswith(LOOK) and not RELATIVE.search(words)


def _types(mention, names, position, last, who, pronouns) -> tuple[str, ...]:
    words = mention["text"].lower()
    if mention["kind"] == "name":
        return ("name",)
    if words in ONE_PERSON:
        types = ["he_she"]
        if any(pronouns.get(name) == pronouns.get(names[0]) for name in last if name not in names):
            types.append("same_gender")
    elif words in THEY:
        types = ["they" if len(names) > 1 else "they_one"]
    else:
        types = ["look" if words.startswith(LOOK) else "noun"]
    if all(name in last for name in names):
        mentions, frames = zip(*(last[name] for name in names), strict=True)
        distance = position - min(frames)
        types.append(f"distance_{distance}" if distance < FAR else f"distance_{FAR}_or_more")
        if any(not others <= set(names) for others in who[min(mentions) + 1 :]):
            types.append("after_distractor")
    return tuple(types)


def reference_scores(
    references: Sequence[Reference], present: Tensor, called: Tensor, names: Sequence[str], cluster_of: Tensor,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    """How references were drawn, and whom nobody called for.

    `present` and `called` bool (N, Q): who was drawn, and whom the frame truly shows or its text mentions; `names`
    are the Q characters, `cluster_of` int (N,) the pictures' stories, those that share pictures being one.
    `references`: for "all" that are not names and for each type the number of `mentions`, the share `resolved` (all it
    means were drawn) and its `interval`; `false_additions`: the share of `frames` with somebody drawn who is not called
    for, its `interval`, and how many such `characters` there are a frame. Intervals are bootstrapped over stories, the
    same for the same seed.
    """
    number = {name: q for q, name in enumerate(names)}
    is_right = lambda each: all(present[each.frame, number[name]] for name in each.characters)  # noqa: E731
    right = torch.tensor([is_right(each) for each in references], dtype=torch.bool)
    numbers = cluster_of.unique(return_inverse=True)[1]
    story = numbers[torch.tensor([each.frame for each in references], dtype=torch.long)]
    resamples = Bootstrap(int(numbers.max()) + 1, seed)
    chosen = {"all": [each.types != ("name",) for each in references]}
    chosen |= {kind: [kind in each.types for each in references] for kind in TYPES}
    scores = {}
    for kind, flags in chosen.items():
        where = torch.tensor(flags, dtype=torch.bool)
        share, interval = resamples.share(right[where], story[where])
        scores[kind] = {"mentions": int(where.sum()), "resolved": share, "interval": interval}
    added = present & ~(called | mentioned(references, len(present), names))
    share, interval = resamples.share(added.any(-1), numbers)
    each = added.sum(-1).double().mean().item()
    return {"references": scores, "false_additions": {"frames": share, "interval": interval, "characters": each}}


def mentioned(references: Iterable[Reference], num_frames: int, names: Sequence[str]) -> Tensor:
    """Bool (N, Q): who is mentioned in the text of each picture."""
    found = torch.zeros(num_frames, len(names), dtype=torch.bool)
    for reference in references:
        for name in reference.characters:
            found[reference.frame, names.index(name)] = True
    return found


class Bootstrap:
    """The same resamples of S stories for every share that is asked for."""

    def __init__(self, num_stories: int, seed: int, resamples: int = RESAMPLES):
        even = np.full(num_stories, 1 / num_stories)
        self.times = np.random.default_rng(seed).multinomial(num_stories, even, resamples)  # (resamples, S)

    def share(self, right: Tensor, story: Tensor) -> tuple[float | None, list[float] | None]:
        """The mean of `right` (bool) and its 95 % interval, `story` saying which story each comes from; no interval
        where all come from one."""
        if not len(right):
            return None, None
        stories = self.times.shape[1]
        hits = np.bincount(story.numpy(), right.numpy(), stories)
        total = np.bincount(story.numpy(), minlength=stories)
        mean = float(hits.sum() / total.sum())
        if (total > 0).sum() < 2:
            return mean, None
        drawn = self.times @ total
        means = (self.times @ hits)[drawn > 0] / drawn[drawn > 0]
        return mean, [round(float(edge), 6) for edge in np.percentile(means, (2.5, 97.5))]
