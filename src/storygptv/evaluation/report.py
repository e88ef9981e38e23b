"""`storygptv evaluate`: draw a data set's stories in four ways, with the same seeds, and judge them.

Stories are drawn in lockstep, frame n of many stories in one batch; since a picture is the same alone and in
a batch, so are the scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storygptv.data.store import StoryData
from storygptv.evaluation.characters import accuracy, by_count, exact_set, looks_accuracy, micro_f1, share
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.labels import judge_pictures, stacked, true_labels
from storygptv.evaluation.memory import character_looks_given_first, character_looks_kept, scene_looks_kept
from storygptv.models.latents import to_latents, to_pictures, to_pixel_values, to_pixels

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

TIMED_FRAMES = 5
Pictures = list[list[Image.Image]]  # of each story, of each frame


# --- what is told


@dataclass(frozen=True)
class ToldStories:
    """The stories that are drawn, and what is true of their N frames, all in story order."""

    rows: list[list[int]]  # of each story, of each frame
    texts: list[list[str]]  # the referential captions
    original_texts: list[list[str]]
    labels: dict[str, Tensor]
    named: Tensor  # bool (N,): the text names somebody
    nameless: Tensor  # bool (N,): it names nobody
    place_unsaid: Tensor  # bool (N,): it leaves the place unsaid

    @property
    def lengths(self) -> list[int]:
        """Frames of each story."""
        return [len(rows) for rows in self.rows]

    @classmethod
    def of(cls, data: StoryData, num_stories: int, judge: Judge) -> ToldStories:
        """The first stories of a data set. Raises ValueError where there are too few of them, and for a frame
        without a referential caption or with a character whom the judge does not know."""
        if not 1 <= num_stories <= len(data):
            raise ValueError(f"stories: must be 1 to {len(data)}, all the data set has, got {num_stories}")
        columns = ("characters", "place", "action", "props", "looks", "place_looks", "caption",
                   "caption_spans", "referential_caption", "names_somebody", "place_said", "frame_id")  # fmt: skip
        table = {name: data.text(name) for name in columns}
        stories = data.stories[:num_stories]
        records = [{name: table[name][row] for name in columns} for rows in stories for row in rows]
        if missing := [record["frame_id"] for record in records if not record["referential_caption"]]:
            raise ValueError(f"referential_caption: every frame must have one, {missing[0]} has none")
        openings = [n == 0 for rows in stories for n in range(len(rows))]
        for record, opens in zip(records, openings, strict=True):
            if opens:  # with its original caption
                record["names_somebody"] = bool(record["caption_spans"])
        is_flag = lambda name, value: torch.tensor([record[name] is value for record in records])  # noqa: E731
        return cls(
            stories,
            data.told()[:num_stories],
            [[table["caption"][row] for row in rows] for rows in stories],
            true_labels(judge, records),
            is_flag("names_somebody", True), is_flag("names_somebody", False), is_flag("place_said", False),
        )  # fmt: skip


# --- drawing


def draw_told(
    pipeline: StoryPipeline, texts: Sequence[Sequence[str]], seeds: Sequence[Sequence[int]],
    first: Sequence[Image.Image] | None = None,
) -> Pictures:  # fmt: skip
    """Stories as the story LLM reads them, frame after frame on its own pictures; with `first`, each story's
    given first picture stands for its own."""
    sessions = [pipeline.start() for _ in texts]
    pictures: Pictures = [[] for _ in texts]
    for frame in range(max(map(len, texts))):
        told = [story for story, sentences in enumerate(texts) if frame < len(sentences)]
        conditions = torch.cat([sessions[story].tell(texts[story][frame]) for story in told])
        if frame == 0 and first is not None:
            drawn = first
        else:
            drawn = pipeline.draw(conditions, [seeds[story][frame] for story in told])
        for story, picture in zip(told, drawn, strict=True):
            sessions[story].see(picture)
            pictures[story].append(picture)
    return pictures


def draw_alone(pipeline: StoryPipeline, texts: Sequence[Sequence[str]], seeds: Sequence[Sequence[int]]) -> Pictures:
    """The same frames by Char-LDM alone, each from its own text and nothing else."""
    pictures: Pictures = [[] for _ in texts]
    for frame in range(max(map(len, texts))):
        told = [story for story, sentences in enumerate(texts) if frame < len(sentences)]
        conditions = torch.cat([pipeline.text_condition(texts[story][frame]) for story in told])
        drawn = pipeline.draw(conditions, [seeds[story][frame] for story in told])
        for story, picture in zip(told, drawn, strict=True):
            pictures[story].append(picture)
    return pictures


def seconds_per_frame(pipeline: StoryPipeline, texts: Sequence[str], seeds: Sequence[int]) -> float:
    """The wall time of a frame when one story is drawn alone."""
    began = time.perf_counter()
    draw_told(pipeline, [texts], [seeds])
    return (time.perf_counter() - began) / len(texts)


# --- judging


def scores_of(judge: Judge, judged: Mapping[str, Tensor], told: ToldStories) -> dict[str, Any]:
    """All scores of one drawing of the stories; None where the data set's labels leave nothing to score."""
    true, config = told.labels, judge.config
    right = exact_set(judged["characters"], true["characters"])
    place = judged.get("place")
    return {
        "char_acc": share(right),
        "char_f1": micro_f1(judged["characters"], true["characters"]),
        "char_acc_pronoun_frames": share(right, told.nameless),
        "char_acc_named_frames": share(right, told.named),
        "count_acc": accuracy(judged["count"], true["count"]),
        "bg_acc": None if place is None else accuracy(place, true["place"]),
        "bg_acc_unsaid": None if place is None else accuracy(place, true["place"], told.place_unsaid),
        "action_acc": accuracy(judged["action"], true["action"]) if "action" in judged else None,
        "prop_f1": micro_f1(judged["props"], true["props"]) if "props" in judged else None,
        "character_looks_kept": character_looks_kept(judged, true, list(config.attributes), told.lengths),
        "scene_looks_kept": scene_looks_kept(
            judged, true, list(config.place_attributes), told.lengths, len(config.places)
        ),
        "char_acc_by_count": by_count(right, true["characters"]),
    }


def classifier_scores(pipeline: StoryPipeline, data: StoryData, told: ToldStories, batch_size: int) -> dict[str, Any]:
    """How far the judge is to be trusted: its scores on the stories' true pictures, and on their
    reconstructions by the model's VAE."""
    judge, vae = pipeline.judge, pipeline.char_ldm.vae
    rows = [row for story in told.rows for row in story]
    seen, rebuilt = [], []
    for start in range(0, len(rows), batch_size):
        pictures = data.images(rows[start : start + batch_size])
        seen.append(judge_pictures(judge, pictures, batch_size))
        rebuilt.append(judge_pictures(judge, reconstructed(vae, pictures), batch_size))
    of_true, of_rebuilt, true = stacked(seen), stacked(rebuilt), told.labels
    attributes = list(judge.config.attributes)
    return {
        "classifier_char_acc": share(exact_set(of_true["characters"], true["characters"])),
        "classifier_bg_acc": accuracy(of_true["place"], true["place"]) if "place" in of_true else None,
        "classifier_looks_acc": looks_accuracy(of_true, true, attributes),
        "classifier_char_acc_reconstructed": share(exact_set(of_rebuilt["characters"], true["characters"])),
        "classifier_looks_acc_reconstructed": looks_accuracy(of_rebuilt, true, attributes),
    }


@torch.no_grad()
def reconstructed(vae, pictures: np.ndarray) -> np.ndarray:
    """Pictures uint8 (B, H, W, 3) through a VAE and back."""
    latents = to_latents(vae, to_pixel_values(pictures).to(vae.device, vae.dtype))
    return to_pictures(to_pixels(vae, latents))


# --- the whole


def evaluate(
    pipeline: StoryPipeline, data: StoryData, num_stories: int, seed: int,
    progress: Callable[[int, int], None] | None = None, batch_size: int = 32,
) -> dict[str, Any]:  # fmt: skip
    """Draw the first `num_stories` stories of a data set and score them, fractions 0 to 1 or None.

    The scores are those of the story LLM on the referential captions, free-running: frame 1 too is drawn, and
    it sees its own pictures. `char_ldm_alone` and `char_ldm_original_text` hold the same of Char-LDM without
    it, on the referential and on the original captions; `character_looks_given_first` is measured on a fourth
    drawing, with each story's true first picture given. All have the same seeds. `batch_size` stories are
    drawn at once. `progress(done, total)` counts drawn pictures.

    Raises ValueError where the model has no judge, and as `ToldStories.of`.
    """
    if pipeline.judge is None:
        raise ValueError("model: must hold a judge to be evaluated, `storygptv train judge` trains one")
    judge = pipeline.judge
    told = ToldStories.of(data, num_stories, judge)
    seeds = [
        [pipeline.frame_seed(seed, frame=frame, story=story) for frame in range(length)]
        for story, length in enumerate(told.lengths)
    ]
    ways: dict[str, Callable[[slice], Pictures]] = {
        "story_llm": lambda part: draw_told(pipeline, told.texts[part], seeds[part]),
        "given_first": lambda part: draw_told(
            pipeline, told.texts[part], seeds[part],
            [Image.fromarray(picture) for picture in data.images([rows[0] for rows in told.rows[part]])],
        ),
        "char_ldm_alone": lambda part: draw_alone(pipeline, told.texts[part], seeds[part]),
        "char_ldm_original_text": lambda part: draw_alone(pipeline, told.original_texts[part], seeds[part]),
    }  # fmt: skip
    num_frames = sum(told.lengths)
    judged: dict[str, list[dict[str, Tensor]]] = {way: [] for way in ways}
    done = 0
    for start in range(0, num_stories, batch_size):
        part = slice(start, start + batch_size)
        for way, draw in ways.items():
            pictures = [np.asarray(picture) for story in draw(part) for picture in story]
            judged[way].append(judge_pictures(judge, np.stack(pictures), batch_size))
            done += len(pictures)
            if progress is not None:
                progress(done, len(ways) * num_frames)

    classifier = classifier_scores(pipeline, data, told, batch_size)
    labels = {way: stacked(parts) for way, parts in judged.items()}
    num_values = {name: len(values) for name, values in judge.config.attributes.items()}
    shown, chance = character_looks_given_first(labels.pop("given_first"), told.labels, num_values, told.lengths)
    scores = {way: scores_of(judge, labels[way], told) | classifier for way in labels}
    timed = slice(TIMED_FRAMES)
    return scores.pop("story_llm") | {
        "character_looks_given_first": shown,
        "character_looks_chance": chance,
        **scores,
        "seconds_per_frame": seconds_per_frame(pipeline, told.texts[0][timed], seeds[0][timed]),
        "num_stories": num_stories,
        "num_frames": num_frames,
        "seed": seed,
    }
