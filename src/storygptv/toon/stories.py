"""Stories of the toon world: `make_story` draws one, frame by frame, as scenes and their texts.

A story is a pure function of (split, index, num_frames, seed), and of how often stories are told in few words and
people spoken of by their looks. Which split it may belong to is a property of its content (cast, places, plots), so
stories of any seed never repeat between splits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from storygptv.toon import scene
from storygptv.toon.alttext import crop_action, describe, wears
from storygptv.toon.cast import CAST, NAMES
from storygptv.toon.language import Telling, tell, write_original
from storygptv.toon.plots import Event, Skeleton, draw_skeleton, play
from storygptv.toon.referential import Context, refer
from storygptv.toon.scene import Actor, Looks, PlaceLooks, Scene

SPLITS = ("train", "val", "test")
MIN_FRAMES, MAX_FRAMES = 2, 100


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a text name `character`."""

    start: int
    end: int
    character: str


@dataclass(frozen=True)
class Mention:
    """Characters [start, end) of a referential caption, and whom they mean (nobody for a place).

    `kind` is "name", "pronoun", "they" (a group), "noun" or "place".
    """

    start: int
    end: int
    text: str
    characters: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class ToonFrame:
    """One frame: what is in the picture and every text about it."""

    scene: Scene
    alt_text: str
    crop_texts: tuple[str, ...]  # one for each actor, in the same order
    caption: str
    referential_caption: str
    name_spans: tuple[Span, ...]  # names in `caption`
    alt_name_spans: tuple[Span, ...]  # names in `alt_text`
    mentions: tuple[Mention, ...]  # in `referential_caption`
    place_said: bool  # whether the referential caption states the place
    names_somebody: bool  # whether the referential caption holds any name


@dataclass(frozen=True)
class ToonStory:
    """A story; `looks` are the untold looks of everybody in it."""

    story_id: str
    split: str
    plot: str  # the plots' names, joined by "+" where a long story chains several
    frames: tuple[ToonFrame, ...]
    looks: dict[str, Looks]
    content: str  # what the split is a hash of


def split_of(content: str) -> str:
    """The split that a story of this content belongs to: 80 % train, 10 % val, 10 % test."""
    bucket = int.from_bytes(hashlib.sha256(content.encode()).digest()[:4], "big") % 10
    return {8: "val", 9: "test"}.get(bucket, "train")


def make_story(
    split: str, index: int, num_frames: int, seed: int, few_words: float = 0.0, by_look: float = 0.0
) -> ToonStory:  # fmt: skip
    """Draw story `index` of `split`: the same arguments give the same story, bit for bit.

    With the probability `few_words` the same pictures are told in few words: "Mia talks to Mrs. Plum." Frames in which
    people stand otherwise than those words would say are told as ever. With the probability `by_look` whoever could be
    spoken of as "the one in the green scarf" is, whatever else would fit, of the same pictures too. Raises ValueError
    for an unknown split, a negative index, a number of frames outside 2 to 100 or a probability outside 0 to 1.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    if index < 0:
        raise ValueError(f"index must be 0 or more, got {index}")
    if not MIN_FRAMES <= num_frames <= MAX_FRAMES:
        raise ValueError(f"num_frames must be {MIN_FRAMES} to {MAX_FRAMES}, got {num_frames}")
    for name, share in (("few_words", few_words), ("by_look", by_look)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be 0 to 1, got {share}")
    rng = Random(f"{seed}/{split}/{index}/{num_frames}")
    skeleton = _draw_skeleton_in(split, num_frames, rng)
    looks = {name: _draw_looks(rng) for name in NAMES}
    place_looks = {place: _draw_place_looks(place, rng) for place in scene.PLACES}
    context, told, frames, played = Context(looks), {}, [], []
    for event in play(skeleton, rng):
        telling = tell(event, rng, told, first=not frames, train=split == "train")
        picture = _draw_scene(event, telling, looks, place_looks[event.place], rng)
        told.update(telling.nouns)
        frames.append(_make_frame(picture, telling, context, not frames, rng))
        played.append((event, telling, picture))
    rng = Random(f"{seed}/{split}/{index}/{num_frames}/few words")
    is_short = rng.random() < few_words
    if is_short or by_look:
        frames = _tell_again(played, Context(looks, by_look), split == "train", rng, is_short)
    present = {actor.name for frame in frames for actor in frame.scene.actors}
    return ToonStory(
        story_id=f"toon-{split}-{seed}-{num_frames}-{index:06d}",
        split=split,
        plot="+".join(dict.fromkeys(plot.name for plot in skeleton.plots)),
        frames=tuple(frames),
        looks={name: looks[name] for name in NAMES if name in present},
        content=skeleton.content,
    )


def make_stories(
    split: str, num_stories: int, num_frames: int, seed: int, few_words: float = 0.0, by_look: float = 0.0
) -> Iterator[ToonStory]:  # fmt: skip
    """Yield stories 0 to `num_stories` - 1 of `split`. Raises ValueError as `make_story` does."""
    if num_stories < 0:
        raise ValueError(f"num_stories must be 0 or more, got {num_stories}")
    for index in range(num_stories):
        yield make_story(split, index, num_frames, seed, few_words, by_look)


def _draw_skeleton_in(split: str, num_frames: int, rng: Random) -> Skeleton:
    while True:
        skeleton = draw_skeleton(num_frames, rng)
        if split_of(skeleton.content) == split:
            return skeleton


def _draw_looks(rng: Random) -> Looks:
    return Looks(rng.choice(scene.ACCESSORIES), rng.choice(scene.PATTERNS), rng.choice(scene.LOOK_COLORS))


def _draw_place_looks(place: str, rng: Random) -> PlaceLooks:
    if place in scene.INDOORS:
        return PlaceLooks(rng.choice(scene.WALL_COLORS), None)
    return PlaceLooks(None, rng.choice(scene.TREE_SIDES))


def _draw_scene(event: Event, telling: Telling, looks, place_looks: PlaceLooks, rng: Random) -> Scene:
    """The event with everybody in the place from left to right that its telling gives them."""
    actors = []
    for name in telling.order:
        bystander = name in event.others
        action = event.others_action if bystander else event.action
        mood = event.mood if name in event.doers else "sleepy" if action == "sleep" else "happy"
        actors.append(Actor(name, action, mood, looks[name], event.holds.get(name)))
    return Scene(
        event.place, place_looks, tuple(actors), event.action, event.doers[0], event.patient, event.ground,
        event.time, event.weather, rng.getrandbits(31),
    )  # fmt: skip


def _tell_again(
    played: list[tuple[Event, Telling, Scene]], context: Context, train: bool, rng: Random, few_words: bool
) -> list[ToonFrame]:  # fmt: skip
    """The frames of a story, their texts written anew, with `few_words` where these say who stands where."""
    told, frames = {}, []
    for event, telling, picture in played:
        if few_words:
            plain = tell(event, rng, told, not frames, train, few_words=True)
            if plain.order == telling.order:
                telling = plain
        told.update(telling.nouns)
        frames.append(_make_frame(picture, telling, context, not frames, rng))
    return frames


def _make_frame(picture: Scene, telling: Telling, context: Context, first: bool, rng: Random) -> ToonFrame:
    caption, name_spans = write_original(telling.pieces)
    referential, mentions, place_said = refer(telling.pieces, context, first, picture.place, rng)
    alt_text, alt_spans = describe(picture, rng)
    return ToonFrame(
        scene=picture,
        alt_text=alt_text,
        crop_texts=tuple(
            f"{actor.name}, a {CAST[actor.name].noun} {wears(actor.name, actor.looks, False, rng)}, "
            f"{crop_action(actor, picture)}"
            for actor in picture.actors
        ),
        caption=caption,
        referential_caption=referential,
        name_spans=tuple(Span(*span) for span in name_spans),
        alt_name_spans=tuple(Span(*span) for span in alt_spans),
        mentions=tuple(Mention(s, e, referential[s:e], names, kind) for s, e, names, kind in mentions),
        place_said=place_said,
        names_somebody=any(kind == "name" for *_, kind in mentions),
    )
