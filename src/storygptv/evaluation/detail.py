"""What of a picture is in its condition: frames drawn again from what is known of them, held against the picture itself
and against what the VAE gives back, the most that any drawing could."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from storygptv.data.pictures import resized
from storygptv.data.store import StoryData
from storygptv.evaluation.characters import accuracy, exact_set, looks_accuracy, share
from storygptv.evaluation.distances import psnr
from storygptv.evaluation.labels import judge_pictures
from storygptv.evaluation.report import origin, reconstructed
from storygptv.evaluation.scores import rounded
from storygptv.evaluation.told import ToldStories, in_another

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

DRAWN = ("own_crops", "portraits", "story_llm")


def detail_scores(
    pipeline: StoryPipeline, data: StoryData, num_stories: int, seed: int, batch_size: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How much of the true pictures of the first stories of a data set is in others of the same frames: `psnr` in dB,
    the mean cosine of the image encoder's features (`image_similarity`), and whether the judge sees the true people,
    place and looks. The scores are those of the first of these ways, those of the others are beside them under their
    names. Of each frame:

    - `vae`: its own picture through the VAE and back, the limit;
    - `own_crops`: drawn from its original caption and its characters' crops out of this very picture;
    - `portraits`: the same with their portraits;
    - `story_llm`: drawn from what the story LLM makes of the story so far, shown the true pictures before;
    - `another`: the true picture in its place in the story before that shares none with it, what any picture has of any
      other.

    `progress(done, total)` counts drawn pictures. Raises ValueError for a model without a judge or a fusion, for
    frames without a segmentation, for stories that all share pictures, and as `check_judge` and `ToldStories.of`.
    """
    if pipeline.judge is None or pipeline.char_ldm.fusion is None:
        raise ValueError("model: must hold a judge and a fusion, and it does not")
    judge, size = pipeline.judge, pipeline.char_ldm.image_size
    told = ToldStories.of(data, num_stories, judge)
    if not all(data.has_segmentation[row] for row in told.all_rows):
        raise ValueError("data: every frame must have a segmentation to cut its characters out by, and one has none")
    another = in_another(told.lengths, told.clusters.tolist())
    about, places = origin(judge, data, told, seed), told.story_of.tolist()
    true = np.stack([resized(picture, size) for picture in data.images(told.all_rows)])
    seeds = [pipeline.story_seed(seed, story) for story in places]
    shown: dict[str, list[np.ndarray]] = {way: [] for way in ("vae", *DRAWN)}
    conditions = _conditions(pipeline, data, told, true)
    for start in range(0, len(true), batch_size):
        part = slice(start, start + batch_size)
        shown["vae"].append(reconstructed(pipeline.char_ldm.vae, true[part]))
        for number, way in enumerate(DRAWN, start=1):
            drawn = pipeline.draw(torch.cat(conditions[way][part]), seeds[part])
            shown[way].append(np.stack([np.asarray(picture) for picture in drawn]))
            if progress is not None:
                progress(len(DRAWN) * start + number * len(drawn), len(DRAWN) * len(true))
    pictures = {way: np.concatenate(parts) for way, parts in shown.items()}
    pictures["another"] = true[another]
    features, labels = _image_features(pipeline, true, batch_size), told.labels
    scores: dict[str, Any] = {}
    for way, each in pictures.items():
        seen, own = judge_pictures(judge, each), _image_features(pipeline, each, batch_size)
        scores[way] = {
            "psnr": rounded(float(psnr(each, true).mean())),
            "image_similarity": rounded(functional.cosine_similarity(own, features).mean().item()),
            "char_acc": share(exact_set(seen["characters"], labels["characters"])),
            "bg_acc": accuracy(seen["place"], labels["place"]) if "place" in seen else None,
            "looks_acc": looks_accuracy(seen, labels, list(judge.config.attributes)),
            "place_looks_acc": looks_accuracy(seen, labels, list(judge.config.place_attributes)),
        }
    return scores.pop("vae") | {"system": "vae"} | scores | about


def _conditions(
    pipeline: StoryPipeline, data: StoryData, told: ToldStories, true: np.ndarray
) -> dict[str, list[Tensor]]:  # fmt: skip
    """For each way of DRAWN the conditions (1, L, D) of all frames, of which `true` are the pictures."""
    names, captions, rows = data.text("characters"), data.text("caption"), told.all_rows
    conditions: dict[str, list[Tensor]] = {way: [] for way in DRAWN}
    pictures = iter(true)
    for texts in told.texts:
        session = pipeline.start()
        for text in texts:
            conditions["story_llm"].append(session.tell(text))
            session.see(Image.fromarray(next(pictures)))
    for row, picture, ids in zip(rows, data.images(rows), data.segmentations(rows), strict=True):
        masks = {name: ids == number for number, name in enumerate(names[row], start=1)}
        crops = {name: pipeline.crop_feature(picture, mask) for name, mask in masks.items() if mask.any()}
        conditions["own_crops"].append(pipeline.text_condition(captions[row], crops))
        conditions["portraits"].append(pipeline.text_condition(captions[row]))
    return conditions


@torch.no_grad()
def _image_features(pipeline: StoryPipeline, pictures: np.ndarray, batch_size: int) -> Tensor:
    """The image encoder's embeddings (N, F) of whole pictures."""
    size, parts = pipeline.char_ldm.image_encoder.config.image_size, []
    for start in range(0, len(pictures), batch_size):
        pixels = pipeline.pixel_values(list(map(Image.fromarray, pictures[start : start + batch_size])), size)
        parts.append(pipeline.char_ldm.character_features(pixels).float().cpu())
    return torch.cat(parts)
