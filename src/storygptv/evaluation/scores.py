"""All scores of one drawing of the stories, whoever drew it, from what is seen in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from storygptv.evaluation.characters import (
    accuracy,
    acts,
    by_count,
    by_position,
    class_f1,
    exact_set,
    f1_by_character,
    f1_by_count,
    interactions,
    looks_accuracy,
    macro_f1,
    micro_f1,
    share,
)
from storygptv.evaluation.coreference import reference_scores
from storygptv.evaluation.distances import frechet_distance, kernel_distance
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.memory import character_agreement, scene_agreement
from storygptv.evaluation.similarity import character_similarity, place_similarity
from storygptv.evaluation.texts import bleu4, cider
from storygptv.evaluation.told import ToldStories

DIGITS = 5  # of distances and cosines: what is beyond them hangs on the order in which a processor sums


def scores_of(
    judge: Judge, judged: Mapping[str, Any], told: ToldStories, of_true: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """All scores of one drawing of the stories; None where the data set's labels leave nothing to score. `judged`
    and `of_true` are what `Eyes` see in the drawn and in the true pictures, `seed` is that of the intervals."""
    true, config = told.labels, judge.config
    drawn, there = judged["characters"], true["characters"]
    right, place = exact_set(drawn, there), judged.get("place")
    placed = told.placed
    looks, looks_at = character_agreement(judged, true, list(config.attributes), placed)
    scene, scene_at = scene_agreement(judged, true, list(config.place_attributes), placed, len(config.places))
    alike, alike_by_chance, alike_at = character_similarity(judged, of_true, placed)
    nowhere = torch.zeros(0), torch.zeros(0), torch.zeros(0, dtype=torch.long)
    same_place, place_by_chance, place_at = (
        nowhere if place is None else place_similarity(judged, of_true, placed, len(config.places))
    )
    pair, interaction = interactions(judged, true["action"], told.pairs)
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
        "action_acc": _action_acc(judged, true),
        "interaction_pair_acc": pair,
        "interaction_acc": interaction,
        "prop_f1": micro_f1(judged["props"], true["props"]) if "props" in judged else None,
        "character_looks_kept": share(looks),
        "scene_looks_kept": share(scene),
        "character_similarity": rounded(share(alike)),
        "character_similarity_chance": rounded(share(alike_by_chance)),
        "place_similarity": rounded(share(same_place)),
        "place_similarity_chance": rounded(share(place_by_chance)),
        **_distances("classifier", judged["features"], of_true["features"]),
        **(_distances("inception", judged["inception"], of_true["inception"]) if "inception" in judged else {}),
        **_caption_scores(judged, told),
        "char_acc_by_count": by_count(right, there),
        "char_f1_by_count": f1_by_count(drawn, there),
        "char_f1_by_character": dict(zip(config.characters, f1_by_character(drawn, there), strict=True)),
        **reference_scores(told.references, drawn, there, config.characters, told.cluster_of, seed),
        "by_frame": {
            "char_acc": by_position(right, told.positions, longest),
            "bg_acc": None
            if place is None
            else by_position((place == true["place"])[labelled], told.positions[labelled], longest),
            "character_looks_kept": by_position(looks, looks_at, longest),
            "scene_looks_kept": by_position(scene, scene_at, longest),
            "character_similarity": [rounded(mean) for mean in by_position(alike, alike_at, longest)],
            "place_similarity": [rounded(mean) for mean in by_position(same_place, place_at, longest)],
        },
    }


def trust_in(judge: Judge, of_true: Mapping[str, Any], told: ToldStories) -> dict[str, Any]:
    """How far those who look are to be trusted: their scores on the stories' true pictures. Those of looks kept, and of
    likeness, are the most that drawings could have: different looks are rarely all different, and poses change."""
    true, config = told.labels, judge.config
    looks, _ = character_agreement(of_true, true, list(config.attributes), told.placed)
    scene, _ = scene_agreement(of_true, true, list(config.place_attributes), told.placed, len(config.places))
    alike, _, _ = character_similarity(of_true, of_true, told.placed)
    has_place = "place" in of_true
    same_place = place_similarity(of_true, of_true, told.placed, len(config.places))[0] if has_place else torch.zeros(0)
    return {
        "classifier_char_acc": share(exact_set(of_true["characters"], true["characters"])),
        "classifier_char_f1": micro_f1(of_true["characters"], true["characters"]),
        "classifier_count_acc": accuracy(of_true["count"], true["count"]),
        "classifier_bg_acc": accuracy(of_true["place"], true["place"]) if has_place else None,
        "classifier_action_acc": _action_acc(of_true, true),
        "classifier_prop_f1": micro_f1(of_true["props"], true["props"]) if "props" in of_true else None,
        "classifier_looks_acc": looks_accuracy(of_true, true, list(config.attributes)),
        "classifier_character_looks_kept": share(looks),
        "classifier_scene_looks_kept": share(scene),
        "classifier_character_similarity": rounded(share(alike)),
        "classifier_place_similarity": rounded(share(same_place)),
        **{f"captioner_{name}": score for name, score in _caption_scores(of_true, told).items()},
    }


def _action_acc(judged: Mapping[str, Any], true: Mapping[str, Tensor]) -> float | None:
    """The share of those of whom it is known what they do who were judged present and to do it."""
    return share(acts(judged, true["action"]), true["action"] >= 0) if "action" in judged else None


def _distances(extractor: str, drawn: Tensor, true: Tensor) -> dict[str, float | None]:
    return {
        f"{extractor}_fid": rounded(frechet_distance(drawn, true)),
        f"{extractor}_kid": rounded(kernel_distance(drawn, true)),
    }


def _caption_scores(seen: Mapping[str, Any], told: ToldStories) -> dict[str, float | None]:
    """How near the captions of pictures are to the frames' original ones."""
    if "captions" not in seen:
        return {}
    references = [[text] for texts in told.original_texts for text in texts]
    return {"bleu4": bleu4(seen["captions"], references), "cider": cider(seen["captions"], references)}


def rounded(value: float | None) -> float | None:
    """To DIGITS, None as it is."""
    return None if value is None else round(value, DIGITS)
