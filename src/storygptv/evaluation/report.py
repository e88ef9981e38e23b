"""`storygptv evaluate`: judge pictures that anybody made of a data set's stories, or have systems draw them, with the
same seeds, and judge those.

Stories are drawn in lockstep, frame n of many stories in one batch; since a picture is the same alone and in
a batch, so are the scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from PIL import Image

from storygptv.data.pictures import resized
from storygptv.data.store import StoryData
from storygptv.evaluation.characters import exact_set, looks_accuracy, share
from storygptv.evaluation.eyes import Eyes, together
from storygptv.evaluation.judge import Judge, check_judge
from storygptv.evaluation.maps import attention_scores
from storygptv.evaluation.memory import character_looks_given_first
from storygptv.evaluation.pictures import GivenPictures, frames_of
from storygptv.evaluation.scores import scores_of, trust_in
from storygptv.evaluation.told import ToldStories
from storygptv.models.latents import to_latents, to_pictures, to_pixel_values, to_pixels

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

TIMED_FRAMES = 5
GIVEN_FIRST = ""  # stands for one more drawing, beside the names of systems
Pictures = list[list[Image.Image]]  # of each story, of each frame


# --- drawing


class StorySystem(Protocol):
    """What can be evaluated: a system that draws stories, whatever it is made of."""

    pipeline: StoryPipeline  # whose judge, VAE and attention are looked at
    text: str  # which captions it reads, "referential" or "original"
    sees: bool  # whether what it drew has any bearing on later frames

    def start(self) -> Any:
        """Begin a story: an object with `tell(text)`, which gives what `draw` takes of one, and `see(picture)`."""

    def noise_seed(self, seed: int, frame: int, story: int) -> int:
        """The seed of the noise that a frame of a story is drawn from."""

    def draw(self, conditions: torch.Tensor, seeds: Sequence[int]) -> list[Image.Image]:
        """Pictures of conditions (B, T, D), or of one for each step (B, S, T, D); each is the same alone and in a
        batch."""


def draw_told(
    system: StorySystem, texts: Sequence[Sequence[str]], seed: int, number: int = 0,
    first: Sequence[Image.Image] | None = None, shown: Pictures | None = None,
) -> Pictures:  # fmt: skip
    """Stories as a system reads them, frame after frame on its own pictures, or on those that are `shown` to it in
    place of them; the first of them has the noise of story `number`, and so on. With `first`, each story's given first
    picture stands for its own."""
    sessions = [system.start() for _ in texts]
    pictures: Pictures = [[] for _ in texts]
    for frame in range(max(map(len, texts))):
        told = [story for story, sentences in enumerate(texts) if frame < len(sentences)]
        conditions = torch.cat([sessions[story].tell(texts[story][frame]) for story in told])
        is_given = frame == 0 and first is not None
        seeds = [system.noise_seed(seed, frame, number + story) for story in told]
        drawn = first if is_given else system.draw(conditions, seeds)
        for story, picture in zip(told, drawn, strict=True):
            is_known = is_given or shown is not None
            sessions[story].see(picture if shown is None else shown[story][frame], given=is_known)
            pictures[story].append(picture)
    return pictures


def seconds_per_frame(system: StorySystem, texts: Sequence[str], seed: int) -> float:
    """The wall time of a frame when one story is drawn alone."""
    began = time.perf_counter()
    draw_told(system, [texts], seed)
    return (time.perf_counter() - began) / len(texts)


# --- judging


def seen_in_parts(
    eyes: Eyes, read: Callable[[Sequence[int]], np.ndarray], frames: Sequence[int], batch_size: int,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What is seen in the pictures uint8 (B, H, W, 3) that `read` gives for numbers out of `frames`."""
    seen = []
    for start in range(0, len(frames), batch_size):
        part = frames[start : start + batch_size]
        seen.append(eyes.see(read(part), batch_size))
        if progress is not None:
            progress(len(part))
    return together(seen)


def reconstruction_scores(
    pipeline: StoryPipeline, judge: Judge, data: StoryData, told: ToldStories, batch_size: int
) -> dict[str, Any]:
    """The judge's scores on the true pictures once they went through the model's VAE."""
    read = lambda rows: reconstructed(pipeline.char_ldm.vae, data.images(rows))  # noqa: E731
    rebuilt, true = seen_in_parts(Eyes(judge), read, told.all_rows, batch_size), told.labels
    return {
        "classifier_char_acc_reconstructed": share(exact_set(rebuilt["characters"], true["characters"])),
        "classifier_looks_acc_reconstructed": looks_accuracy(rebuilt, true, list(judge.config.attributes)),
    }


@torch.no_grad()
def reconstructed(vae, pictures: np.ndarray) -> np.ndarray:
    """Pictures uint8 (B, H, W, 3) through a VAE and back."""
    latents = to_latents(vae, to_pixel_values(pictures).to(vae.device, vae.dtype))
    return to_pictures(to_pixels(vae, latents))


def origin(judge: Judge, data: StoryData, told: ToldStories, seed: int) -> dict[str, Any]:
    """What was judged, and by whom. Raises ValueError as `check_judge`."""
    info = data.info
    return {
        "judge": check_judge(judge, info),
        "data": {"name": info.name, "split": info.split, "fingerprint": info.fingerprint},
        "num_stories": len(told.rows),
        "num_frames": len(told.all_rows),
        "seed": seed,
    }


# --- the whole


def evaluate(
    systems: Mapping[str, StorySystem], data: StoryData, num_stories: int, seed: int,
    progress: Callable[[int, int], None] | None = None, batch_size: int = 32, eyes: Eyes | None = None,
    keep: Callable[[int, list[Image.Image]], None] | None = None, published: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Have systems draw the first `num_stories` stories of a data set and score them, fractions 0 to 1 or None.

    The scores are those of the first of `systems`, its `system` being its name; those of the others are beside them
    under their names. All draw freely, frame 1 too, with the same seeds, and see nothing but their own pictures.
    `character_looks_given_first` is measured on one more drawing by the first system, if it sees pictures at all, with
    each story's true first picture given. `batch_size` stories are drawn at once. `progress(done, total)` counts drawn
    pictures; `keep(story, pictures)` gets each story that the first system drew. They are looked at by `eyes`, by
    default the first model's own judge. `published` is as for `ToldStories.of`.

    Raises ValueError where there is no judge, and as `check_judge` and `ToldStories.of`.
    """
    main, system = next(iter(systems.items()))
    pipeline = system.pipeline
    if eyes is None and pipeline.judge is None:
        raise ValueError("model: must hold a judge to be evaluated, `storygptv train judge` trains one")
    eyes = eyes or Eyes(pipeline.judge)
    judge = eyes.judge
    began = time.perf_counter()
    told = ToldStories.of(data, num_stories, judge, published)
    about = origin(judge, data, told, seed) | ({"text": "published"} if published else {})
    texts = {"referential": told.texts, "original": told.original_texts}
    ways: dict[str, Callable[[slice], Pictures]] = {
        name: lambda part, each=each: draw_told(each, texts[each.text][part], seed, part.start)
        for name, each in systems.items()
    }
    if system.sees:
        size = pipeline.char_ldm.image_size
        ways[GIVEN_FIRST] = lambda part: draw_told(
            system, texts[system.text][part], seed, part.start,
            [Image.fromarray(resized(each, size)) for each in data.images([rows[0] for rows in told.rows[part]])],
        )  # fmt: skip
    judged: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    done = 0
    for start in range(0, num_stories, batch_size):
        part = slice(start, start + batch_size)
        for way, draw in ways.items():
            drawn = draw(part)
            pictures = [np.asarray(picture) for story in drawn for picture in story]
            judged[way].append(eyes.see(np.stack(pictures), batch_size))
            done += len(pictures)
            if progress is not None:
                progress(done, len(ways) * about["num_frames"])
            if keep is not None and way == main:
                for story, kept in enumerate(drawn, start):
                    keep(story, kept)

    of_true = seen_in_parts(eyes, data.images, told.all_rows, batch_size)
    classifier = trust_in(judge, of_true, told)
    classifier |= reconstruction_scores(pipeline, judge, data, told, batch_size)
    labels = {way: together(parts) for way, parts in judged.items()}
    shown = chance = None
    if GIVEN_FIRST in labels:
        num_values = {name: len(values) for name, values in judge.config.attributes.items()}
        shown, chance = character_looks_given_first(labels.pop(GIVEN_FIRST), told.labels, num_values, told.lengths)
    scores = {way: scores_of(judge, labels[way], told, of_true, seed) | classifier for way in labels}
    timed = slice(TIMED_FRAMES)
    return scores.pop(main) | {
        "system": main,
        "character_looks_given_first": shown,
        "character_looks_chance": chance,
        **attention_scores(pipeline.char_ldm, data, told.all_rows, batch_size),
        **scores,
        **about,
        "timings": {
            "seconds_per_frame": seconds_per_frame(system, texts[system.text][0][timed], seed),
            "seconds": time.perf_counter() - began,
        },
    }


def evaluate_pictures(
    folder: Path, eyes: Eyes, data: StoryData, num_stories: int, seed: int, partial: bool = False,
    progress: Callable[[int, int], None] | None = None, batch_size: int = 64, published: bool = False,
) -> tuple[dict[str, Any], ToldStories, GivenPictures]:  # fmt: skip
    """Score pictures that anybody made of the first `num_stories` stories of a data set: the scores, as `evaluate`
    gives those of one system, the frames that were judged, and their files.

    The folder holds `<story_id>/<frame>.png`, as large as the data set's. `pictures` counts and names those that are
    missing, extra, unreadable or of another size; with `partial` the frames that have one are judged all the same.
    `seed` is that of the intervals. `progress(done, total)` counts pictures read; `published` is as for
    `ToldStories.of`.

    Raises ValueError unless `partial` is set or every frame has its picture and no other is there; where there is
    nothing to judge; for a data set that has two stories of one name; and as `check_judge` and `ToldStories.of`.
    """
    began, judge = time.perf_counter(), eyes.judge
    check_judge(judge, data.info)  # before anything is read
    told = ToldStories.of(data, num_stories, judge, published)
    lengths = frames_of(data)
    total, done = 3 * len(told.all_rows), 0

    def count(read: int) -> None:
        nonlocal done
        done += read
        if progress is not None:
            progress(done, total)

    given = GivenPictures.find(folder, lengths, told.story_ids, data.info.resolution, lambda *_: count(1))
    if not partial:
        given.check_whole()
    there = [frame for frame, file in enumerate(given.files) if file is not None]
    told = told.only(torch.tensor([file is not None for file in given.files]))
    judged = seen_in_parts(eyes, given.read, there, batch_size, count)
    of_true = seen_in_parts(eyes, data.images, told.all_rows, batch_size, count)
    scores = scores_of(judge, judged, told, of_true, seed) | trust_in(judge, of_true, told)
    scores |= {"pictures": given.counted(), **origin(judge, data, told, seed)}
    scores |= {"text": "published"} if published else {}
    return scores | {"timings": {"seconds": time.perf_counter() - began}}, told, given
