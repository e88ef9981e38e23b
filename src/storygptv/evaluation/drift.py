"""How errors accumulate: stories drawn on from one true first picture, after the true pictures or after the drawn ones,
with looks taken from one picture or another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image

from storygptv.data.pictures import resized
from storygptv.data.store import StoryData
from storygptv.evaluation.characters import by_position, exact_set, share
from storygptv.evaluation.labels import judge_pictures, stacked
from storygptv.evaluation.memory import looks_given_first
from storygptv.evaluation.report import StorySystem, draw_told, origin
from storygptv.evaluation.told import ToldStories

WAYS = {  # -> (whether each frame is drawn after the true pictures of those before, where looks are taken from)
    "true_pictures": (True, "first"),
    "true_pictures_last": (True, "last"),
    "own_pictures": (False, "first"),
    "own_pictures_last": (False, "last"),
    "own_pictures_portrait": (False, "portrait"),
}


def drift_scores(
    anchored: Mapping[str, StorySystem], data: StoryData, num_stories: int, seed: int, batch_size: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """For each of WAYS, of frames 2 to the last of the first stories of a data set: `char_acc`; `bg_acc`; `looks`, the
    share of what `looks_given_first` asks that is shown; and each of them `by_frame`. The scores are those of the first
    way, those of the others are beside them under their names, and so is `looks_chance`.

    `anchored` are a story LLM's systems by where looks are taken from. All are given the true first picture and draw
    from the same noise. `progress(done, total)` counts pictures.
    Raises ValueError for a model without a judge, and as `check_judge` and `ToldStories.of`.
    """
    pipeline = anchored["first"].pipeline
    if pipeline.judge is None:
        raise ValueError("model: must hold a judge, and it has none")
    judge, size = pipeline.judge, pipeline.char_ldm.image_size
    told = ToldStories.of(data, num_stories, judge)
    about, done = origin(judge, data, told, seed), 0
    judged: dict[str, list[dict[str, torch.Tensor]]] = {way: [] for way in WAYS}
    for start in range(0, num_stories, batch_size):
        part = slice(start, start + batch_size)
        true = [[Image.fromarray(resized(each, size)) for each in data.images(rows)] for rows in told.rows[part]]
        first = [pictures[0] for pictures in true]
        for way, (after_true, anchor) in WAYS.items():
            shown = true if after_true else None
            drawn = draw_told(anchored[anchor], told.texts[part], seed, start, first, shown)
            pictures = [np.asarray(picture) for story in drawn for picture in story]
            judged[way].append(judge_pictures(judge, np.stack(pictures)))
            done += len(pictures)
            if progress is not None:
                progress(done, len(WAYS) * about["num_frames"])
    num_values = {name: len(values) for name, values in judge.config.attributes.items()}
    longest, later = int(told.positions.max()) + 1, told.positions > 0
    scores: dict[str, Any] = {}
    for way, parts in judged.items():
        seen, true = stacked(parts), told.labels
        looks, looks_at, chance = looks_given_first(seen, true, num_values, told.lengths)
        asked = {
            "char_acc": (exact_set(seen["characters"], true["characters"])[later], told.positions[later]),
            "looks": (looks, looks_at),
        }
        if "place" in seen:
            labelled = later & (true["place"] >= 0)
            asked["bg_acc"] = ((seen["place"] == true["place"])[labelled], told.positions[labelled])
        scores[way] = {name: share(right) for name, (right, _) in asked.items()}
        scores[way]["by_frame"] = {name: by_position(right, at, longest) for name, (right, at) in asked.items()}
    main = next(iter(WAYS))
    return scores.pop(main) | {"system": main, "looks_chance": share(chance)} | scores | about
