"""The toon world as a data set: stories told and drawn, frame by frame, as records of the schema."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from storygptv.data import store
from storygptv.data.schema import DataInfo
from storygptv.toon import scene as world
from storygptv.toon.cast import CAST, NAMES
from storygptv.toon.renderer import portrait, render
from storygptv.toon.stories import ToonFrame, ToonStory, make_story

SPLITS = ("train", "val", "test")


def toon_info(split: str, resolution: int, **made_from: Any) -> DataInfo:
    """What a toon data set says of itself."""
    return DataInfo(
        name="toon",
        split=split,
        resolution=resolution,
        characters=tuple({"name": member.name, "pronoun": member.pronoun} for member in CAST.values()),
        places=world.PLACES,
        actions=world.ACTIONS,
        props=world.PROPS,
        attributes={
            "accessory": world.ACCESSORIES,
            "pattern": world.PATTERNS,
            "color": world.LOOK_COLORS,
        },
        place_attributes={"wall": world.WALL_COLORS, "tree": world.TREE_SIDES},
        made_from=made_from,
    )


def frame_record(story: ToonStory, index: int, size: int) -> dict[str, Any]:
    """Frame `index` of `story`, drawn at `size` x `size` pixels, as a record of the schema."""
    frame: ToonFrame = story.frames[index]
    scene = frame.scene
    drawing = render(scene, size)
    return {
        "frame_id": f"{story.story_id}-{index:03d}",
        "story_id": story.story_id,
        "image": drawing.pixels,
        "segmentation": drawing.segmentation,
        "boxes": drawing.boxes,
        "characters": [actor.name for actor in scene.actors],
        "place": scene.place,
        "time": scene.time,
        "weather": scene.weather,
        "action": scene.action,
        "agent": scene.agent,
        "patient": scene.patient,
        "expressions": [actor.expression for actor in scene.actors],
        "props": list(scene.all_props),
        "alt_text": frame.alt_text,
        "crop_texts": list(frame.crop_texts),
        "caption": frame.caption,
        "caption_spans": [asdict(span) for span in frame.name_spans],
        "alt_spans": [asdict(span) for span in frame.alt_name_spans],
        "referential_caption": frame.referential_caption,
        "mentions": [asdict(mention) for mention in frame.mentions],
        "looks": [
            {"character": actor.name, "attribute": attribute, "value": value}
            for actor in scene.actors
            if actor.looks is not None
            for attribute, value in asdict(actor.looks).items()
        ],
        "place_looks": [
            {"attribute": attribute, "value": value}
            for attribute, value in asdict(scene.place_looks).items()
            if value is not None
        ],
        "place_said": frame.place_said,
        "names_somebody": frame.names_somebody,
    }


def story_records(
    split: str, index: int, num_frames: int, seed: int, size: int, few_words: float = 0.0, by_look: float = 0.0
) -> list[dict[str, Any]]:  # fmt: skip
    """Story `index` of the split, drawn; the same arguments give the same records, bit for bit."""
    story = make_story(split, index, num_frames, seed, few_words, by_look)
    return [frame_record(story, position, size) for position in range(len(story.frames))]


def toon_stories(
    split: str, num_stories: int, num_frames: int, seed: int, size: int, num_workers: int = 1, first: int = 0,
    few_words: float = 0.0, by_look: float = 0.0,
) -> Iterator[list[dict[str, Any]]]:  # fmt: skip
    """Of the first `num_stories` stories of a split those from number `first` on, drawn on the fly at `size` x `size`
    pixels; the share `few_words` of them told in few words, and `by_look` as `make_story` has it.

    The number of workers (processes) changes the speed alone. ValueError for an unknown split or a count
    out of range.
    """
    if split not in SPLITS:
        raise ValueError(f"split: must be one of {', '.join(SPLITS)}, got {split!r}")
    for name, count, least, most in (
        ("num_stories", num_stories, 1, None),
        ("num_frames", num_frames, 2, 100),
        ("size", size, 16, 4096),
        ("num_workers", num_workers, 1, None),
    ):
        if count < least or (most is not None and count > most):
            raise ValueError(f"{name}: must be at least {least}{f', at most {most}' if most else ''}, got {count}")
    for name, share in (("few_words", few_words), ("by_look", by_look)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name}: must be 0 to 1, got {share}")
    jobs = ((split, index, num_frames, seed, size, few_words, by_look) for index in range(first, num_stories))
    return (story_records(*job) for job in jobs) if num_workers == 1 else _in_parallel(jobs, num_workers)


def _in_parallel(jobs: Iterator[tuple], num_workers: int) -> Iterator[list[dict[str, Any]]]:
    """Results in order, with only a few stories in flight, however slow the reader is."""
    pool = ProcessPoolExecutor(num_workers, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    with pool:
        pending: deque[Future] = deque(pool.submit(story_records, *job) for job in islice(jobs, 4 * num_workers))
        while pending:
            yield pending.popleft().result()
            pending.extend(pool.submit(story_records, *job) for job in islice(jobs, 1))


def write_toon(
    split: str,
    stories: int,
    frames: int,
    seed: int,
    size: int,
    out: str | Path,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
    num_workers: int = 1,
    few_words: float = 0.0,
    by_look: float = 0.0,
) -> DataInfo:
    """Write `stories` stories of `frames` frames each as a data set, with a portrait of every cast member.

    The share `few_words` of the stories is told in few words, of the same pictures, and whoever can be is spoken of by
    a look with the chance `by_look` (`make_story`). `progress(done, total)` is called after each story. Raises
    ValueError as `toon_stories` and `store.write`.
    """
    told = {name: share for name, share in (("few_words", few_words), ("by_look", by_look)) if share}
    info = toon_info(split, size, stories=stories, frames=frames, seed=seed, **told)

    def stories_from(first: int) -> Iterator[list[dict[str, Any]]]:
        drawn = toon_stories(split, stories, frames, seed, size, num_workers, first, few_words, by_look)
        return _counted(drawn, first, stories, progress)

    portraits = {name: portrait(name, size) for name in NAMES}
    return store.write_resumable(stories_from, info, out, portraits, overwrite)


def _counted(records: Iterable, first: int, total: int, progress: Callable[[int, int], None] | None) -> Iterator:
    for done, story in enumerate(records, start=first + 1):
        yield story
        if progress is not None:
            progress(done, total)
