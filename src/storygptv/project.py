"""A story as a project on disk: story.json, frames/001.png ..., storyboard.png, and what can be done to it.

story.json is the truth: the frames that are drawn, in order, each with its earlier versions, and those that wait to be
drawn, texts and given pictures. The picture of frame 3 is frames/003.png; of its first version, once it has another,
frames/003.v1.png; a picture that a waiting frame was given lies beside them until it is that frame's. A new picture is
written whole and then named. Where pictures change places, the plan of it is written first, and a change
that was cut off is carried out when the project is opened again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storygptv import given
from storygptv.files import Change, alone, check_writable, uninterrupted, write_json, write_whole
from storygptv.records import (
    DEFAULTS,
    among,
    by_itself,
    check_record,
    check_settings,
    check_under_way,
    cut_off,
    drawing_options,
    images_of,
    left_of,
    new_seed,
    placed_at,
    read_frame,
    record_of,
)  # fmt: skip
from storygptv.story import Frame, Story

if TYPE_CHECKING:
    from PIL import Image

    from storygptv.pipeline import DrawnFrame, StoryPipeline

    OnStep, Record = Callable[[int], None], dict[str, Any]

RECORD = "story.json"
NEW = "frames/.new.png"  # where a picture lies that is to take another's place
_PICTURE = re.compile(r"frames/(\d{3,}(\.v\d+)?|\.new)\.png")


class Project:
    """A story in its folder. `drawn` are story.json's records of the frames that are there, `waiting` the frames after
    them. Frames are counted from 0; whatever changes the folder does so whole or not at all."""

    def __init__(self, path: Path, story: Story, model: str, settings: Record, drawn: Sequence[Record] = ()) -> None:
        self.path, self.model, self.settings = path, model, DEFAULTS | settings
        self.title, self.characters = story.title, story.characters
        self.kept = 0  # pictures that were drawn and kept since
        self.drawn, self.waiting = list(drawn), list(map(given.resolved, story.frames[len(drawn) :]))
        self.under_way: Record | None = None  # what was `asked`, and how many frames are `left` of it
        self._recorded: bytes | None = None  # story.json as it was read or written last; None: not looked at

    @classmethod
    def begin(cls, path: str | Path, story: Story, model: str = "toon", **settings: Any) -> Project:
        """`story` in the folder `path`, as far as it is drawn there; a new project if there is none yet. `settings` are
        those of DEFAULTS that are to be others.

        Raises:
            ValueError: no such setting, or a folder that holds something else; nothing is touched then.
        """
        path, settings = Path(path), check_settings(settings)
        check_writable(path, "folder")
        if not (path / RECORD).exists():
            if path.is_dir() and any(path.iterdir()):
                raise ValueError(f"the folder {path} is not empty")
            project = cls(path, story, model, settings)
            project._recorded = b""  # there is none
            return project
        there = cls.open(path)
        if not there.tells(story, model, settings):
            raise ValueError(f"{path} holds another story, or one drawn with another model or other settings")
        return there

    @classmethod
    def open(cls, path: str | Path) -> Project:
        """The story in the folder `path`.

        Raises:
            ValueError: no story.json there, or one that is not as it was written here; nothing is touched then.
        """
        path = Path(path)
        file = path / RECORD
        try:
            if change := Change.cut_off(path):
                cls._check_change(change)
                with alone(path):
                    if change := Change.cut_off(path):
                        change.carry_out()
            recorded = file.read_bytes()
            project = cls._of(path, json.loads(recorded.decode("utf-8")))
            project._recorded = recorded
            missing = [image for image in images_of(project.drawn) if not (path / image).is_file()]
        except OSError as error:
            raise ValueError(f"{file}: expected a story drawn before ({error.strerror})") from error
        except json.JSONDecodeError as error:
            raise ValueError(f"{file}: line {error.lineno}: malformed JSON: {error.msg}") from error
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"{file}: not as `storygptv visualize` writes it ({error!r})") from error
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
        if missing:
            raise ValueError(f"{file}: its picture {missing[0]} is missing")
        return project

    @classmethod
    def _of(cls, path: Path, record: dict[str, Any]) -> Project:
        drawn, waiting = record["frames"], record.get("waiting", [])
        frames = [frame["text"] for frame in drawn] + list(waiting)
        story = Story.from_dict({"title": record["title"], "characters": record["characters"], "frames": frames}, path)
        for n, frame in enumerate(drawn):
            check_record(frame, n)
        project = cls(path, story, record["model"], check_settings(dict(record["settings"])), drawn)
        project.under_way = check_under_way(record.get("under_way"))
        return project

    # --- what it is

    @property
    def story(self) -> Story:
        """The whole story: what is drawn, and what waits."""
        return Story(self.title, self.characters, (*self.told, *self.waiting))

    @property
    def told(self) -> list[Frame]:
        """The drawn frames as they were told: with their pictures where these were given."""
        pictures = [self.path / had["image"] if had["seed"] is None else None for had in self.drawn]
        return list(map(Frame, self.captions, pictures, [had.get("scene") for had in self.drawn]))

    @property
    def captions(self) -> list[str]:
        """The texts of the drawn frames."""
        return [frame["text"] for frame in self.drawn]

    def pictures(self, count: int | None = None) -> list[Image.Image]:
        """The drawn frames, or the first `count` of them, read back in order.

        Raises:
            ValueError: one of them is not a picture.
        """
        return [read_frame(self.path / self.drawn[index]["image"]) for index in range(len(self.drawn[:count]))]

    def understood(self, count: int | None = None) -> list[Record | None]:
        """What the drawn frames, or the first `count` of them, were understood as; None where it is not known."""
        return [frame.get("understood") for frame in self.drawn[:count]]

    def versions(self, index: int) -> list[int]:
        """The numbers of all the pictures that a frame has had, in order; `version` of its record is the one it has."""
        frame = self.drawn[self._checked(index)]
        return sorted(each.get("version", 1) for each in (frame, *frame.get("versions", ())))

    def tells(self, story: Story, model: str, settings: dict[str, Any]) -> bool:
        """Whether this is `story`, drawn by `model` with `settings`, as far as it is drawn."""
        if not self.begins(story, model, settings):
            return False
        left = story.frames[len(self.drawn) :]
        return len(left) == len(self.waiting) and all(map(Frame.is_same, left, self.waiting))

    def begins(self, story: Story, model: str, settings: dict[str, Any]) -> bool:
        """Whether what is drawn here is how `story` begins, drawn by `model` with `settings`."""
        asked = (story.title, story.characters, model, DEFAULTS | settings)
        if (self.title, self.characters, self.model, self.settings) != asked:
            return False
        begun = story.frames[: len(self.drawn)]
        return len(begun) == len(self.drawn) and all(map(Frame.is_same, self.told, begun))

    def save(self, story: Story | None = None) -> None:
        """Write story.json as it is, drawn or not; or with those frames of `story` waiting that come after the drawn
        ones.

        Raises:
            ValueError: `story` begins otherwise.
        """
        if story is not None:
            if not self.begins(story, self.model, self.settings):
                raise ValueError(f"story: must begin as what is drawn in {self.path}")
            self.waiting = list(map(given.resolved, story.frames[len(self.drawn) :]))
        with self._alone(), uninterrupted():
            self.under_way = None
            self._write(self.drawn)

    # --- drawing

    def draw(self, pipeline: StoryPipeline, on_step: OnStep | None = None) -> Iterator[DrawnFrame]:
        """Draw the frames that wait; each is kept before it is handed on."""
        with self._alone():
            for frame in self._visualize_waiting(pipeline, on_step):
                self._keep(frame)
                yield frame

    def tell_on(
        self, pipeline: StoryPipeline, num_frames: int, settings: dict[str, Any] | None = None,
        on_step: OnStep | None = None, anew: bool = False, ending: bool = False,
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        """Draw what waits, then let the model tell and draw `num_frames` more, the last of them an `ending` or not, by
        the project's own settings or by `settings`. Where that was cut off, the same call draws what was left, unless
        it is to tell `anew`."""
        settings = self.settings | (settings or {})
        with self._alone():
            left = len(self.waiting) + num_frames if anew else self.num_told(num_frames)
            frames = self._tell_on(pipeline, len(self.drawn) + left, settings, on_step, ending)
            for done, frame in enumerate(frames, start=1):
                self._keep(frame, cut_off({"tell_on": num_frames}, left - done))
                yield frame

    def num_told(self, num_frames: int) -> int:
        """How many frames `tell_on` draws: so many and those that wait, or what it left of them when it was cut off."""
        return left_of(self.under_way, {"tell_on": num_frames}, len(self.waiting) + num_frames)

    def redraw(
        self, pipeline: StoryPipeline, index: int, seed: int | None = None, text: str | None = None,
        onward: bool = False, on_step: OnStep | None = None, anew: bool = False, scene: str | None = None,
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        """Draw a frame anew, and with `onward` all drawn after it; the pictures before are kept as versions.

        `scene` is what it is to show, in place of what is read in its text. `seed` is that of the frame's noise, as its
        record has it. Without one, a new text or scene is drawn with the seed of the old, the same with a new seed, and
        what was a given picture as if it had not been; later frames keep theirs.
        A picture that was given stays, if it is not the frame itself. Where `onward` was cut off, the same call draws
        what was left, unless it is to draw `anew`.

        Raises:
            ValueError: no such frame, or a text or scene that no frame can have.
        """
        was, end = self.drawn[self._checked(index)], len(self.drawn) if onward else index + 1
        start = index if anew else end - self.num_redrawn(index, seed, text, onward, scene)
        frames = self.told[start:end]
        seeds = {n: self.drawn[n]["seed"] for n in range(start, end) if self.drawn[n]["seed"] is not None}
        if start == index:
            mended = scene or (was.get("scene") if text is None else None)  # another text is read anew
            frames[0] = Frame(was["text"] if text is None else text, scene=mended)
            same = frames[0].text == was["text"] and mended == was.get("scene")
            if seed is not None:
                seeds[index] = seed
            elif was["seed"] is not None and same:
                seeds[index] = new_seed(pipeline, self.settings["seed"], index, self.drawn)
        story = replace(self.story, frames=(*self.story.frames[:start], *frames))
        asked = {"redraw": index, "seed": seed, "text": text, "scene": scene}
        with self._alone():
            for frame in self._visualize(pipeline, story, start, on_step, seeds):
                if not frame.given:
                    is_last = max(seeds, default=index) <= frame.index  # those that were given are not left
                    left = 0 if is_last else end - frame.index - 1
                    self._replace(frame, cut_off(asked, left))
                yield frame

    def num_redrawn(
        self, index: int, seed: int | None = None, text: str | None = None, onward: bool = False,
        scene: str | None = None,
    ) -> int:  # fmt: skip
        """How many frames `redraw` goes through: one, or all from there on, or what it left of them when it was cut
        off."""
        asked = {"redraw": index, "seed": seed, "text": text, "scene": scene}
        return left_of(self.under_way, asked, len(self.drawn) - index) if onward else 1

    def insert(
        self, pipeline: StoryPipeline, index: int, text: str, seed: int | None = None, on_step: OnStep | None = None,
        scene: str | None = None,
    ) -> DrawnFrame:  # fmt: skip
        """Tell and draw a new frame before frame `index`, or after the last one.

        Raises:
            ValueError: no such place among the drawn frames, or a text that no frame can have.
        """
        told = self.check_insert(index, text, scene)
        story = replace(self.story, frames=(*self.story.frames[:index], told))
        seeds = {} if seed is None else {index: seed}
        with self._alone():
            frame = next(self._visualize(pipeline, story, index, on_step, seeds))
            self._settle([*self.drawn[:index], record_of(frame, NEW), *self.drawn[index:]], frame.image)
        return frame

    def check_insert(self, index: int, text: str, scene: str | None = None) -> Frame:
        """The frame that `insert` would draw. Raises ValueError as it does."""
        if not 0 <= index <= len(self.drawn):
            raise ValueError(f"frame: must be 1 to {len(self.drawn) + 1}, got {index + 1}")
        told = Frame(text, scene=scene)
        replace(self.story, frames=(*self.story.frames, told))  # not one too many
        return told

    # --- changes without drawing

    def restore(self, index: int, version: int) -> None:
        """Give a frame the picture, and the text, of one of its versions back.

        Raises:
            ValueError: no such frame or version.
        """
        frame = self.drawn[self._checked(index)]
        numbers = self.versions(index)
        if version not in numbers:
            raise ValueError(f"version: frame {index + 1} has {', '.join(map(str, numbers))}, got {version}")
        everyone = [by_itself(frame), *frame.get("versions", ())]
        back = next(each for each in everyone if each.get("version", 1) == version)
        with self._alone():
            self._settle([*self.drawn[:index], among(back, everyone), *self.drawn[index + 1 :]])

    def remove(self, index: int) -> None:
        """Take a frame with all its versions out of the story.

        Raises:
            ValueError: no such frame, or the only one.
        """
        if len(self.drawn) == 1:
            raise ValueError("frame: the only one cannot be removed")
        self._checked(index)
        with self._alone():
            self._settle([*self.drawn[:index], *self.drawn[index + 1 :]])

    def reorder(self, order: Sequence[int]) -> None:
        """Put the drawn frames, by their numbers from 0, in another order.

        Raises:
            ValueError: an order that does not name each of them once.
        """
        if sorted(order) != list(range(len(self.drawn))):
            got = " ".join(str(n + 1) for n in order)
            raise ValueError(f"order: must name each of the {len(self.drawn)} frames once, got {got}")
        with self._alone():
            self._settle([self.drawn[n] for n in order])

    def letter(self) -> Path:
        """Draw storyboard.png from the frames that are there and return its path."""
        from storygptv.storyboard import draw_storyboard

        sheet = draw_storyboard(self.title, self.pictures(), self.captions)
        with uninterrupted():
            return write_whole(self.path / "storyboard.png", lambda file: sheet.save(file, "PNG"))

    # --- inside

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes the folder meanwhile. Raises ValueError where another is at it, and where the story is
        no more what was read."""
        check_writable(self.path, "folder")
        with alone(self.path):
            file = self.path / RECORD
            if self._recorded is not None and self._recorded != (file.read_bytes() if file.exists() else b""):
                raise ValueError(f"{self.path}: the story was changed by somebody else in between; look at it again")
            yield

    def _write(self, drawn: list[Record]) -> None:
        """Write story.json with `drawn` as the drawn frames, and keep the pictures of those that wait."""
        self.waiting = given.take_in(self.waiting, self.path)
        self._recorded = write_json(self.path / RECORD, self._to_dict(drawn)).read_bytes()
        given.leave(self.waiting, self.path)

    def _visualize_waiting(self, pipeline: StoryPipeline, on_step: OnStep | None) -> Iterator[DrawnFrame]:
        """The frames that wait, as they are drawn; nothing is kept."""
        if self.waiting:
            yield from self._visualize(pipeline, self.story, len(self.drawn), on_step)

    def _tell_on(
        self, pipeline: StoryPipeline, until: int, settings: dict[str, Any], on_step: OnStep | None, ending: bool
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        """The frames that wait, then those that the model tells until there are so many; each must be kept before the
        next is asked for."""
        yield from self._visualize_waiting(pipeline, on_step)
        start = len(self.drawn)
        options = drawing_options(settings) | {"on_step": on_step, "understood": self.understood(), "ending": ending}
        yield from pipeline.continue_story(self.story, self.pictures(), until - start, **options)

    def _visualize(
        self, pipeline: StoryPipeline, story: Story, start: int, on_step: OnStep | None,
        frame_seeds: dict[int, int] | None = None,
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        options = drawing_options(self.settings) | {"frame_seeds": frame_seeds, "on_step": on_step}
        options["understood"] = self.understood(start)
        return pipeline.visualize(story, drawn=self.pictures(start), **options)

    def _keep(self, frame: DrawnFrame, under_way: Record | None = None) -> None:
        """Add a frame: its picture, then story.json. The first frame of a new story clears an older one."""
        with uninterrupted():
            if not self.drawn:
                self._clear()
            image = f"frames/{len(self.drawn) + 1:03d}.png"
            write_whole(self.path / image, lambda file: frame.image.save(file, "PNG"))
            self.drawn.append(record_of(frame, image))
            del self.waiting[:1]
            self.under_way = under_way
            self._write(self.drawn)
            self.kept += 1

    def _replace(self, frame: DrawnFrame, under_way: Record | None) -> None:
        """Put a new picture of a frame in the place of the one it has, which becomes a version."""
        was = self.drawn[frame.index]
        new = record_of(frame, NEW) | {"version": self.versions(frame.index)[-1] + 1}
        new = among(new, [by_itself(was), *was.get("versions", ())])
        self._settle([*self.drawn[: frame.index], new, *self.drawn[frame.index + 1 :]], frame.image, under_way)

    def _settle(self, drawn: list[Record], picture: Image.Image | None = None, under_way: Record | None = None) -> None:
        """Make `drawn` the drawn ones, one of them perhaps with the new `picture`: every picture, wherever it lies,
        gets the name of its new place."""
        placed = [placed_at(frame, n) for n, frame in enumerate(drawn)]
        there, due = images_of(drawn), images_of(placed)
        moves = [(old, new) for old, new in zip(there, due, strict=True) if old != new]
        moves += [(old, None) for old in images_of(self.drawn) if old not in there]
        with uninterrupted():
            self.under_way = under_way
            if picture is not None:
                write_whole(self.path / NEW, lambda file: picture.save(file, "PNG"))
            Change(self.path, RECORD, self._to_dict(placed), moves).carry_out()
            self.drawn, self._recorded = placed, (self.path / RECORD).read_bytes()
            self.kept += picture is not None

    @classmethod
    def _check_change(cls, change: Change) -> None:
        """ValueError if a change that was found names other files than pictures of frames."""
        cls._of(change.folder, change.record)
        names = [name for move in change.moves for name in move if name is not None]
        wrong = [name for name in names if not _PICTURE.fullmatch(name)]
        if wrong or change.file != RECORD:
            raise ValueError(f"the change under way must be of pictures of frames, got {[change.file, *wrong][-1]!r}")

    def _to_dict(self, drawn: list[Record]) -> dict[str, Any]:
        told = self.story.to_dict()
        record = {"title": self.title, "characters": told["characters"], "model": self.model,
                  "settings": self.settings, "frames": drawn}  # fmt: skip
        if self.under_way:
            record["under_way"] = self.under_way
        if self.waiting:
            record["waiting"] = given.recorded(self.waiting, self.path)
        return record

    def _checked(self, index: int) -> int:
        if not 0 <= index < len(self.drawn):
            raise ValueError(f"frame: must be 1 to {len(self.drawn)}, got {index + 1}")
        return index

    def _clear(self) -> None:
        """Throw away an older story, and only that; from now on story.json is of this one, of which all waits."""
        (self.path / "frames").mkdir(parents=True, exist_ok=True)
        Change.give_up(self.path)
        self._write([])
        (self.path / "storyboard.png").unlink(missing_ok=True)
        for file in (self.path / "frames").iterdir():
            if _PICTURE.fullmatch(f"frames/{file.name}"):
                file.unlink()
