"""FlintstonesSV and PororoSV, read from the folders in which they are passed around, into the schema.

A clip has several frames, of which one is taken; a story is a window of consecutive clips. Pronouns are put by
`referential.refer` from the clip before, so that a frame is told alike in every window; the first frame of a window is
told by its original caption. Neither data set has alt-texts: captions stand for them.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from storygptv.data.pickles import load_plain
from storygptv.data.pictures import read_portraits, resized, resized_mask
from storygptv.data.referential import refer_next
from storygptv.data.schema import DataInfo
from storygptv.data.store import write_resumable
from storygptv.names import name_spans, span_fields, ways_of

BOX_UNITS = 128  # boxes are published for pictures of this side
PREPARED = "of the data as StoryGPT-V prepares it, see Data at github.com/xiaoqian-shen/StoryGPT-V"
UPSTREAM = "of the data as Make-A-Story passes it around, see github.com/ubc-vision/Make-A-Story"
FRAMES, MASKS, PORTRAITS = "video_frames_sampled_4x", "seg_mask_4x_comb", "chars"  # folders
_SMALL_FILES = ("split.json", "cleaned_annotations.json", "labels.pkl", "labels_bg.pkl", "following_cache*.pkl")


@dataclass(frozen=True)
class Published:
    """What is known of a published data set beside its files."""

    name: str
    pronouns: dict[str, str]  # in the order of the label vectors
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)  # other than the names themselves
    episode: str | None = None  # pattern of the part of an id that clips of one episode share

    @property
    def ways(self) -> dict[str, tuple[str, ...]]:
        """Every name and all the ways it is written."""
        return ways_of(self.pronouns, self.aliases)


FLINTSTONES = Published(
    "flintstones",
    {"Wilma": "she", "Fred": "he", "Betty": "she", "Barney": "he", "Dino": "he", "Pebbles": "she", "Mr Slate": "he"},
    {"Mr Slate": ("mr. slate", "mister slate", "slate")},
    r"s_\d+_e_\d+(?=_shot_)",
)
# Nothing published says in which order its labels are: this one is a guess, to be seen by `storygptv data show`.
PORORO = Published(
    "pororo",
    {"Pororo": "he", "Loopy": "she", "Crong": "he", "Eddy": "he", "Poby": "he", "Petty": "she", "Tongtong": "he",
     "Rody": "he", "Harry": "he"},
)  # fmt: skip
PUBLISHED = {kind.name: kind for kind in (FLINTSTONES, PORORO)}


class RawFolder:
    """A published data set's folder: its small files in memory, its pictures on disk.

    Raises ValueError for a file that is missing or malformed, as soon as it is needed.
    """

    def __init__(self, raw: Path, kind: Published):
        self.raw, self.kind = Path(raw), kind
        self.splits: dict[str, list[str]] = self._json("split.json", "the ids of each split", list)
        self.annotations: dict[str, dict] = self._json("cleaned_annotations.json", "captions and boxes", dict)
        path = self._file("labels.pkl", "who is in each clip")
        self.labels = _mapping(load_plain(path), path)
        if not (self.raw / FRAMES).is_dir():
            raise ValueError(f"{self.raw}: must hold the folder {FRAMES} (pictures {PREPARED}), which is missing")

    def _file(self, name: str, what: str) -> Path:
        if not (self.raw / name).is_file():
            raise ValueError(f"{self.raw}: must hold {name} ({what}; it is part {PREPARED}), which is missing")
        return self.raw / name

    def _json(self, name: str, what: str, of: type) -> Any:
        path = self._file(name, what)
        try:
            return _mapping(json.loads(path.read_text(encoding="utf-8")), path, of)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: is not JSON: {error}") from error

    @cached_property
    def backgrounds(self) -> dict[str, int]:
        """The class of each clip's background, where it has one; on disk they are one-hot vectors."""
        path = self.raw / "labels_bg.pkl"
        vectors = _mapping(_mapping(load_plain(path), path).get("label"), path) if path.is_file() else {}
        return {clip: int(np.argmax(vector)) for clip, vector in vectors.items() if np.any(vector)}

    @property
    def digest(self) -> str:
        """Of all it says but its pictures."""
        files = sorted(path for name in _SMALL_FILES for path in self.raw.glob(name))
        digest = hashlib.sha256()
        for path in files:
            with path.open("rb") as file:
                digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()

    # --- stories

    def following(self, count: int) -> dict[str, list[str]]:
        """The `count` clips after each one that has so many: the published cache, or else those next in the order
        of ids in the same episode. Raises ValueError where neither is to be had."""
        cache = self.raw / f"following_cache{count}.pkl"
        if cache.is_file():
            after = _mapping(load_plain(cache), cache)
        elif self.kind.episode is None:
            what = f"the clips after each clip; it is part {UPSTREAM}"
            raise ValueError(f"{self.raw}: must hold {cache.name} ({what}), which is missing")
        else:
            ids = sorted(clip for split in self.splits.values() for clip in split)
            episodes = [(re.match(self.kind.episode, clip) or [clip])[0] for clip in ids]
            after = {
                clip: ids[i + 1 : i + 1 + count]
                for i, clip in enumerate(ids)
                if episodes[i : i + 1 + count] == [episodes[i]] * (count + 1)
            }
        return {clip: list(clips) for clip, clips in after.items() if len(clips) == count}

    def windows(self, split: str, num_frames: int) -> tuple[list[list[str]], int]:
        """The stories of a split as clip ids, and how many more were left out since they reach into another split.

        Raises ValueError for an unknown split.
        """
        if split not in self.splits:
            raise ValueError(f"split: must be one of {', '.join(self.splits)}, got {split!r}")
        ours, after = set(self.splits[split]), self.following(num_frames - 1)
        windows = [[clip, *after[clip]] for clip in self.splits[split] if clip in after]
        inside = [window for window in windows if ours.issuperset(window)]
        return inside, len(windows) - len(inside)

    # --- a clip

    def caption(self, clip: str) -> str:
        """Its caption, the first where there are several. Raises ValueError where there is none, or none with words."""
        annotation = self._annotation(clip)
        caption = annotation.get("caption") or next(iter(annotation.get("captions") or ()), None)
        if not isinstance(caption, str) or not re.search(r"\w", caption):
            got = "it has none" if caption is None else f"got {caption!r}"
            raise ValueError(f"cleaned_annotations.json: {clip} must have a caption of words, {got}")
        return " ".join(caption.split())

    def _annotation(self, clip: str) -> dict[str, Any]:
        annotation = self.annotations.get(clip, {})
        if not isinstance(annotation, dict):
            raise ValueError(f"cleaned_annotations.json: {clip} must be an object, got {type(annotation).__name__}")
        return annotation

    def characters(self, clip: str) -> list[str]:
        """Who is labelled to be in it, those whom the caption names first. Raises ValueError for a vector that does
        not fit the cast."""
        names = list(self.kind.pronouns)
        if clip not in self.labels:
            raise ValueError(f"labels.pkl: must hold {clip}, which is missing")
        vector = np.asarray(self.labels[clip]).ravel()
        if len(vector) != len(names):
            raise ValueError(f"labels.pkl: {clip} must have {len(names)} labels, got {len(vector)}")
        present = [name for name, label in zip(names, vector, strict=True) if label]
        spoken = [name for *_, name in name_spans(self.caption(clip), self.kind.ways)]
        return sorted(present, key=lambda name: spoken.index(name) if name in spoken else len(spoken))

    @property
    def places(self) -> tuple[str, ...]:
        """All classes of backgrounds, of every split."""
        return tuple(f"background {number}" for number in sorted(set(self.backgrounds.values())))

    def place(self, clip: str) -> str | None:
        """Its background's class, where it has one."""
        return f"background {self.backgrounds[clip]}" if clip in self.backgrounds else None

    def picture(self, clip: str, seed: int) -> tuple[np.ndarray, int]:
        """One of its frames uint8 (H, W, 3), the same for the same seed, and which one. Raises as `frames`."""
        frames = self.frames(clip)
        index = self._taken(clip, seed, len(frames))
        return np.array(frames[index]), index

    def _taken(self, clip: str, seed: int, count: int) -> int:
        """Which of its `count` frames is taken."""
        return int(np.random.default_rng((seed, zlib.crc32(clip.encode()))).integers(count))

    def frames(self, clip: str) -> np.ndarray:
        """All its frames uint8 (frames, H, W, 3), left on disk. Raises ValueError for a file that is missing, cut short
        or of another form."""
        path = self.raw / FRAMES / f"{clip}.npy"
        if not path.is_file():
            raise ValueError(f"{clip}: has no frames, {path} is missing")
        frames = _array(path)
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or 0 in frames.shape:
            raise ValueError(f"{path}: must be uint8 (frames, H, W, 3), got {frames.dtype} {frames.shape}")
        return frames

    def segmentation(self, clip: str, index: int, characters: list[str], shape: tuple[int, int]) -> np.ndarray | None:
        """Who is where in frame `index`, uint8 (H, W) by place in `characters`; None where there is no mask. Raises
        ValueError for a mask of another size."""
        mask = self._mask(clip, index, shape)
        if mask is None:
            return None
        segmentation = np.zeros(shape, np.uint8)
        for segment, name in self._segments(clip):
            if name in characters:
                segmentation[mask == segment.get("id")] = characters.index(name) + 1
        return segmentation

    def _mask(self, clip: str, index: int, shape: tuple[int, int]) -> np.ndarray | None:
        path = self.raw / MASKS / f"{clip}-frame{index}.npy"
        if not path.is_file():
            return None
        mask = _array(path)
        if mask.shape != shape:
            raise ValueError(f"{path}: must be of the frame's size {shape}, got {mask.shape}")
        return mask

    def boxes(self, clip: str, characters: list[str], size: int) -> list[list[float]]:
        """The box of each character in pixels of a picture `size` wide; none where one of them has none. Raises
        ValueError for one that is no x1 <= x2, y1 <= y2."""
        found = {name: segment["bbox"] for segment, name in reversed(list(self._segments(clip))) if "bbox" in segment}
        if not all(name in found for name in characters):
            return []
        for box in (found[name] for name in characters):
            numbers = isinstance(box, list) and all(isinstance(edge, (int, float)) for edge in box)
            if not numbers or len(box) != 4 or box[0] > box[2] or box[1] > box[3]:
                raise ValueError(f"cleaned_annotations.json: {clip}, bbox must be [x1, y1, x2, y2], got {box!r}")
        scale = size / BOX_UNITS
        return [[float(min(max(edge * scale, 0), size)) for edge in found[name]] for name in characters]

    def _segments(self, clip: str) -> Iterator[tuple[dict, str]]:
        """The annotated pieces of a picture that are a character, with its name."""
        for segment in self._annotation(clip).get("segments") or ():
            if not isinstance(segment, dict):
                raise ValueError(f"cleaned_annotations.json: {clip}, segments must be objects, got {segment!r}")
            spans = name_spans(str(segment.get("word", "")), self.kind.ways)
            if spans:
                yield segment, spans[0][2]

    def check(self, clips: Iterable[str], seed: int) -> None:
        """Raise ValueError for the first clip of which something is missing or malformed, without reading pictures."""
        for clip in clips:
            self.caption(clip)
            self.boxes(clip, self.characters(clip), BOX_UNITS)
            frames = self.frames(clip)
            self._mask(clip, self._taken(clip, seed, len(frames)), frames.shape[1:3])

    def record(self, clip: str, before: str | None, size: int, seed: int) -> dict[str, Any]:
        """A clip as a frame of the schema; `before` is the clip before it, by which its pronouns are put."""
        picture, index = self.picture(clip, seed)
        caption, characters = self.caption(clip), self.characters(clip)
        segmentation = self.segmentation(clip, index, characters, picture.shape[:2])
        earlier = None if before is None else self.caption(before)
        told = refer_next(caption, earlier, self.kind.pronouns, self.kind.ways)
        spans = span_fields(caption, self.kind.ways)
        return {
            "frame_id": clip,
            "image": resized(picture, size),
            "segmentation": None if segmentation is None else resized_mask(segmentation, size),
            "characters": characters,
            "boxes": self.boxes(clip, characters, size),
            "place": self.place(clip),
            "caption": caption,
            "caption_spans": spans,
            "alt_text": caption,
            "alt_spans": spans,
            **told.fields(),
        }


def _mapping(value: Any, path: Path, of: type = object) -> dict[str, Any]:
    """`value`, which `path` holds. Raises ValueError unless it is a mapping to what is asked for."""
    if not isinstance(value, dict) or not all(isinstance(each, of) for each in value.values()):
        raise ValueError(f"{path}: must map clips, or splits, to what is known of them, got {type(value).__name__}")
    return value


def _array(path: Path) -> np.ndarray:
    """An array that stays on disk. Raises ValueError where the file is not whole."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path}: is not a whole npy file: {error}") from error


def write_published(
    raw: Path, kind: Published, split: str, out: Path, num_frames: int = 5, size: int = 512, seed: int = 0,
    overwrite: bool = False, progress: Callable[[int, int], None] | None = None, portraits: Path | None = None,
) -> tuple[DataInfo, int]:  # fmt: skip
    """Write the stories of a split, windows of `num_frames` clips, to the data set folder `out`, with the reference
    pictures of the folder `portraits`, by default `chars` in `raw` if it is there.

    Returns its info, and how many windows were left out since they reach into another split. Killed, the same call
    goes on. Raises ValueError as `RawFolder`, `read_portraits` and `store.write`, and where no story is left.
    """
    if num_frames < 2:
        raise ValueError(f"num_frames: must be at least 2, got {num_frames}")
    folder = RawFolder(raw, kind)
    if portraits is None and (folder.raw / PORTRAITS).is_dir():
        portraits = folder.raw / PORTRAITS
    shown = {} if portraits is None else read_portraits(Path(portraits), list(kind.pronouns))
    windows, left_out = folder.windows(split, num_frames)
    if not windows:
        raise ValueError(f"{raw}: split {split} has no {num_frames} clips in a row")
    folder.check(dict.fromkeys(clip for window in windows for clip in window), seed)
    before = {clip: earlier for window in windows for earlier, clip in zip(window, window[1:], strict=False)}
    info = DataInfo(
        kind.name, split, size,
        characters=tuple({"name": name, "pronoun": pronoun} for name, pronoun in kind.pronouns.items()),
        places=folder.places, made_from={"frames": num_frames, "seed": seed}, aliases=kind.aliases,
    )  # fmt: skip

    def stories_from(first: int) -> Iterator[list[dict[str, Any]]]:
        written = {clip for window in windows[:first] for clip in window}
        for done, window in enumerate(windows[first:], first + 1):
            yield [
                {"frame_id": clip} if clip in written else folder.record(clip, before.get(clip), size, seed)
                for clip in window
            ]
            written.update(window)
            if progress is not None:
                progress(done, len(windows))

    return write_resumable(stories_from, info, out, shown, overwrite, folder.digest), left_out
