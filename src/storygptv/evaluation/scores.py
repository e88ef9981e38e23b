"""All scores of one drawing of the stories, whoever drew it, from what the judge sees in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from storygptv.evaluation.characters import (
    accuracy,
    by_count,
    by_position,
    class_f1,
    exact_set,
    f1_by_character,
    f1_by_count,
    looks_accuracy,
    macro_f1,
    micro_f1,
    share,
)
from storygptv.evaluation.coreference import reference_scores
from storygptv.evaluation.distances import frechet_distance, kernel_distance
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.memory import character_agreement, scene_agreement
from storygptv.evaluation.told import ToldStories

DIGITS = 5  # of distances: what is beyond them hangs on the order in which a processor sums


def scores_of(
    judge: Judge, judged: Mapping[str, Tensor], told: ToldStories, of_true: Mapping[str, Tensor], seed: int
) -> dict[str, Any]:
    """All scores of one drawing of the stories; None where the data set's labels leave nothing to score. `of_true` is
    what the judge sees in the true pictures, `seed` that of the intervals."""
    true, config = told.labels, judge.config
    drawn, there = judged["characters"], true["characters"]
    right, place = exact_set(drawn, there), judged.get("place")
    looks, looks_at = character_agreement(judged, true, list(config.attributes), told.lengths, told.positions)
    scene, scene_at = scene_agreement(
        judged, true, list(config.place_attributes), told.lengths, told.positions, len(config.places)
    )
    features = judged["features"], of_true["features"]
    longest = int(told.positions.max()) + 1
    labelled = None if place is None else true["place"] >= 0
    return {
        "char_acc": share(right),
        "char_f1": micro_f1(drawn, there),
        "char_macro_f1": macro_f1(drawn, there),
        "char_acc_pronoun_frames": share(right, told.nameless),
        "char_acc_named_frames": share(right, told.named),
        "count_acc": accuracy(judged["count"], true["count"]),
        "bg_acc": None if place is None else accuracy(place, true["place"]),
        "bg_f1": None if place is None else class_f1(place, true["place"], len(config.places)),
        "bg_acc_unsaid": None if place is None else accuracy(place, true["place"], told.place_unsaid),
        "action_acc": accuracy(judged["action"], true["action"]) if "action" in judged else None,
        "prop_f1": micro_f1(judged["props"], true["props"]) if "props" in judged else None,
        "character_looks_kept": share(looks),
        "scene_looks_kept": share(scene),
        "classifier_fid": _rounded(frechet_distance(*features)),
        "classifier_kid": _rounded(kernel_distance(*features)),
        "char_acc_by_count": by_count(right, there),
        "char_f1_by_count": f1_by_count(drawn, there),
        "char_f1_by_character": dict(zip(config.characters, f1_by_character(drawn, there), strict=True)),
        **reference_scores(told.references, drawn, there, config.characters, told.story_of, seed),
        "by_frame": {
            "char_acc": by_position(right, told.positions, longest),
            "bg_acc": None
            if place is None
            else by_position((place == true["place"])[labelled], told.positions[labelled], longest),
            "character_looks_kept": by_position(looks, looks_at, longest),
            "scene_looks_kept": by_position(scene, scene_at, longest),
        },
    }


def classifier_scores(judge: Judge, of_true: Mapping[str, Tensor], told: ToldStories) -> dict[str, Any]:
    """How far the judge is to be trusted: its scores on the stories' true pictures."""
    true = told.labels
    return {
        "classifier_char_acc": share(exact_set(of_true["characters"], true["characters"])),
        "classifier_char_f1": micro_f1(of_true["characters"], true["characters"]),
        "classifier_bg_acc": accuracy(of_true["place"], true["place"]) if "place" in of_true else None,
        "classifier_looks_acc": looks_accuracy(of_true, true, list(judge.config.attributes)),
    }


def _rounded(distance: float | None) -> float | None:
    return None if distance is None else round(distance, DIGITS)
