"""A study with people: a page of blind comparisons of two systems' pictures, and what its answers say.

The page holds the pictures and the questions, not whose pictures they are; which side was whose is in the key.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storygptv.evaluation.page import png_uri

CRITERIA = {
    "visual_quality": "Which pictures are of higher quality?",
    "text_alignment": "Which pictures show better what the sentences tell?",
    "character_consistency": "In which do the characters look more the same from picture to picture?",
    "background_consistency": "In which does the place look more the same from picture to picture?",
}
SIDES = ("left", "right")
SAME = "same"
TEMPLATE = Path(__file__).with_name("study.html")


def make_key(story_ids: Sequence[str], systems: tuple[str, str], seed: int) -> dict[str, Any]:
    """Which story comes when and which of two `systems` is on its left: the order is shuffled, and each system is on
    the left in half of the stories (one more or less where they are odd)."""
    rng = random.Random(seed)
    order = list(story_ids)
    rng.shuffle(order)
    left = [systems[place % 2] for place in range(len(order))]
    rng.shuffle(left)
    key = {"systems": list(systems), "seed": seed, "left": dict(zip(order, left, strict=True))}
    return {"id": hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]} | key


def make_page(
    key: Mapping[str, Any], texts: Mapping[str, Sequence[str]], pictures: Mapping[str, Mapping[str, np.ndarray]]
) -> str:
    """The page: one file that needs nothing from elsewhere. `texts` are each story's sentences, `pictures` of each
    system each story's, uint8 (F, H, W, 3)."""
    pairs = []
    for story, left in key["left"].items():
        one, other = key["systems"]
        right = other if left == one else one
        strips = {
            side: list(map(png_uri, pictures[system][story])) for side, system in zip(SIDES, (left, right), strict=True)
        }
        pairs.append({"story": story, "texts": list(texts[story]), **strips})
    study = json.dumps({"id": key["id"], "criteria": CRITERIA, "pairs": pairs}).replace("</", "<\\/")
    return TEMPLATE.read_text(encoding="utf-8").replace("$STUDY", study)


def preferences(key: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What people preferred: of each criterion the number of `answers`, the share of them for each system and for
    "same", and the `p_value` that the systems are equally good.

    It is that of the exact sign test, two-sided, over stories: each counts once, for the system that most of its
    answers are for, and not at all where they are even; answers of several people on one story are not independent.

    Raises ValueError for answers to another study, a question that was not asked, and a person who answers twice.
    """
    votes: dict[str, dict[str, Counter]] = {criterion: defaultdict(Counter) for criterion in CRITERIA}
    raters: set[str] = set()
    for number, sheet in enumerate(sheets, 1):
        for criterion, story, system in _answers(key, sheet, f"answers {number}", raters):
            votes[criterion][story][system] += 1
    one, other = key["systems"]
    result: dict[str, Any] = {"raters": len(raters), "stories": len(key["left"])}
    for criterion, of_stories in votes.items():
        total = sum(of_stories.values(), Counter())
        count = total.total()
        majorities = [counts[one] - counts[other] for counts in of_stories.values()]
        wins, losses = sum(lead > 0 for lead in majorities), sum(lead < 0 for lead in majorities)
        result[criterion] = {
            "answers": count,
            **{system: total[system] / count if count else None for system in (one, other, SAME)},
            "p_value": sign_test(wins, losses),
        }
    return result


def sign_test(wins: int, losses: int) -> float:
    """The exact two-sided p-value of so many wins and losses if both are as likely; 1 where there are none."""
    count = wins + losses
    tail = sum(math.comb(count, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2 * tail / 2**count)


def _answers(key: Mapping[str, Any], sheet: Mapping[str, Any], where: str, raters: set[str]):
    """Of a person's answers (criterion, story, the system preferred or "same"); keeps who answered in `raters`."""
    if not isinstance(sheet, dict) or sheet.get("study") != key["id"]:
        raise ValueError(f"{where}: must be of the study {key['id']}, got "
                         f"{sheet.get('study') if isinstance(sheet, dict) else sheet!r}")  # fmt: skip
    rater = sheet.get("rater")
    if not rater or rater in raters:
        raise ValueError(f"{where}: rater must be a name that nobody else has, got {rater!r}")
    raters.add(rater)
    asked = set()
    for answer in sheet.get("answers") or ():
        if not isinstance(answer, dict):
            raise ValueError(f"{where}: answers must be objects, got {answer!r}")
        story, criterion, choice = (answer.get(name) for name in ("story", "criterion", "choice"))
        if story not in key["left"] or criterion not in CRITERIA or choice not in (*SIDES, SAME):
            raise ValueError(f"{where}: an answer must be left, right or same to a question of the study, got {answer}")
        if (story, criterion) in asked:
            raise ValueError(f"{where}: {criterion} of {story} is answered twice")
        asked.add((story, criterion))
        left = key["left"][story]
        right = next(system for system in key["systems"] if system != left)
        yield criterion, story, {"left": left, "right": right}.get(choice, SAME)
