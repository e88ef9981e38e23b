"""What a person can do in the studio, without a page: tell, draw, stop, change, continue, look and take away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storygptv.project import Project
from storygptv.story import Character, Frame, Story
from storygptv.studio import cards
from storygptv.studio.drawing import Drawing, DrawingQueue, Task, letter
from storygptv.studio.exports import export
from storygptv.studio.projects import Projects, read_upload
from storygptv.studio.served import Served

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

MAX_FRAMES = 60  # of a story that is told here: one worker draws for all
LOOKS = 10  # at a project, before it is given up as broken
MAX_CONTINUED = 8  # frames told on at once
MAX_CHARACTERS = 20  # with names of one's own
SETTINGS = {"seed": (0, cards.MAX_FRAME_SEED), "steps": (1, 100), "guidance": (0, 20)}  # least and most
KINDS = {
    "Storyboard (PNG)": ("png", "storyboard"), "Comic page (PNG)": ("png", "comic"),
    "Picture book (PDF)": ("pdf", None), "Web page (HTML)": ("html", None),
    "Film (MP4)": ("mp4", None), "Film (GIF)": ("gif", None), "Comic book (CBZ)": ("cbz", None),
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """What the page shows of a story."""

    board: str
    status: str
    cast: str
    busy: bool
    drawn: int


class Desk:
    """A studio: its projects, the queue that draws them, and the model's cast."""

    def __init__(
        self, projects: Projects, queue: DrawingQueue, pipeline: StoryPipeline, settings: Mapping[str, Any]
    ) -> None:  # fmt: skip
        self.projects, self.queue, self.pipeline, self.settings = projects, queue, pipeline, dict(settings)
        self.served = Served()
        self.cast = pipeline.cast
        self.portraits = {name: self.served.portrait(picture) for name, picture in self.cast.portraits.items()}

    def close(self) -> None:
        """Stop drawing and throw away what was only shown."""
        self.queue.close()
        self.served.close()

    # --- telling

    def told(self, title: str, texts: list[str] | str, names: str = "", picture: str | None = None) -> Story:
        """The story of what a person typed: one text, or a text a frame. `names` is a line for each name of their own,
        "Anna = Mia"; `picture` the upload that frame 1 is to keep.

        Raises:
            ValueError: saying what is wrong with it.
        """
        if isinstance(texts, str):
            frames = list(Story.from_text(texts).frames)
        else:
            frames = list(Story.from_dict({"frames": [text for text in texts if text.strip()]}).frames)
        check_length(len(frames))
        if picture:
            frames[0] = Frame(frames[0].text, self.projects.keep_picture(read_upload(picture)))
        characters = tuple(_character(line) for line in names.splitlines() if line.strip())
        if len(characters) > MAX_CHARACTERS:
            raise ValueError(f"names of your own: {MAX_CHARACTERS} at most, got {len(characters)}")
        story = Story(" ".join(title.split()) or "A story", characters, tuple(frames))
        self.pipeline.unknown_characters(story)  # who plays is known
        return story

    def warned(self, story: Story) -> str:
        """A sentence about what the model never saw, or why it cannot draw this; "" if there is nothing to say."""
        try:
            unknown = self.pipeline.unknown(story)
        except ValueError as error:  # somebody plays one who is not of this model's cast
            return self.sentence(error)
        return f"The model never saw {', '.join(unknown)}; it draws the story all the same." if unknown else ""

    def drawing_settings(self, name: str | None, seed: int, steps: int, guidance: float) -> dict[str, Any]:
        """A project's settings; what is the model's own default is left to it. Raises ValueError for what nothing can
        be drawn with here, unless the story that is open was."""
        own = self.projects.open(name).settings if name else {}
        check_settings({"seed": seed, "steps": steps, "guidance": guidance}, own)
        default = self.pipeline.config
        return self.settings | {
            "seed": seed,
            "steps": None if steps == default.num_inference_steps else steps,
            "guidance": None if guidance == default.guidance_scale else guidance,
        }

    # --- drawing

    def save(self, name: str | None, story: Story, settings: Mapping[str, Any]) -> str:
        """Keep a story that is told, drawn or not; the name of its project. Where what is drawn under `name` is not how
        the story begins, but for its title, it becomes a new project, and the old one stays as it is."""
        if name:
            project = self.projects.open(name)
            story, due = _with_its_pictures(story, project), self._due(project, settings)
            if not project.drawn:
                self.queue.change(name, Project(project.path, story, self.queue.model, due).save)
                return name
            retitled, project.title = project.title != story.title, story.title
            if project.begins(story, self.queue.model, due):
                self.queue.change(name, lambda: project.save(story))
                if retitled:
                    letter(project)
                return name
        return self.projects.create(story, self.queue.model, dict(settings)).path.name

    def _due(self, project: Project, settings: Mapping[str, Any]) -> dict[str, Any]:
        """A project's settings with those that the page has; a number that is the model's own default is none."""
        config = self.pipeline.config
        own = {"steps": config.num_inference_steps, "guidance": config.guidance_scale}
        asked = {name: settings[name] for name in ("seed", "steps", "guidance")}
        is_so = lambda name: project.settings[name] == (own.get(name) if asked[name] is None else asked[name])  # noqa: E731
        return project.settings | {name: value for name, value in asked.items() if not is_so(name)}

    def draw(self, name: str | None, story: Story, settings: Mapping[str, Any]) -> str:
        """Have a story drawn, or what is missing of it; the name of its project, as for `save`. Raises ValueError, and
        saves nothing, where too many wait."""
        self.queue.check_room()
        name = self.save(name, story, settings)
        waiting = len(self.projects.open(name).waiting)
        if not waiting:
            raise ValueError("every frame is drawn; redraw one, add to the text, or continue the story")
        self._submit(name, lambda pipeline, project, on_step: project.draw(pipeline, on_step), waiting)
        return name

    def go_on(self, name: str | None, num_frames: int) -> None:
        """Draw what waits and have the model tell `num_frames` more."""
        project = self._opened(name)
        if not 1 <= num_frames <= MAX_CONTINUED:
            raise ValueError(f"frames: 1 to {MAX_CONTINUED} at once, got {num_frames}")
        total = len(project.waiting) + num_frames
        check_length(len(project.drawn) + total)
        self._submit(
            name, lambda pipe, there, on_step: there.tell_on(pipe, num_frames, on_step=on_step, anew=True), total
        )

    def act(self, name: str | None, asked: Mapping[str, Any]) -> None:
        """Do what a button of a card asks: {"act", "frame", "seen", ...}, as the browser sends it; `seen` is what the
        board showed.

        Raises:
            ValueError: it cannot be done; the sentence says why.
        """
        project, act, index = self._opened(name), asked.get("act"), _whole("frame", asked.get("frame"))
        if asked.get("seen", shown := cards.seen(project)) != shown:
            raise ValueError("the story was changed elsewhere in between; this is how it is now")
        project.versions(index)  # there is such a frame
        if act in ("redraw", "onward"):
            text, seed, scene = asked.get("text"), asked.get("seed") or None, str(asked.get("scene") or "").strip()
            mended = scene if scene and scene != cards.line_of(project.drawn[index]) else None
            seed = None if seed is None else _whole("seed", seed)
            self._redraw(name, project, index, text, seed, act == "onward", mended)
        elif act == "insert":
            text = str(asked.get("after", ""))
            check_length(len(project.drawn) + len(project.waiting) + 1)
            project.check_insert(index + 1, text)
            self._submit(
                name, lambda pipe, there, on_step: iter([there.insert(pipe, index + 1, text, on_step=on_step)]), 1
            )
        elif act == "restore":
            self._change(name, lambda: project.restore(index, _whole("version", asked.get("version"))), project)
        elif act == "remove":
            self._change(name, lambda: project.remove(index), project)
        elif act in ("earlier", "later"):
            order = list(range(len(project.drawn)))
            other = index + (1 if act == "later" else -1)
            project.versions(other)
            order[index], order[other] = order[other], order[index]
            self._change(name, lambda: project.reorder(order), project)
        else:
            raise ValueError(f"act: got {act!r}, which no button asks for")

    def stop(self, name: str | None) -> None:
        """Stop what is drawn of a story; nothing if there is nothing."""
        if name:
            self.queue.stop(name)

    # --- looking

    def view(self, name: str | None, said: str = "", wrong: bool = False) -> View:
        """What there is to see of a story. Raises ValueError if it cannot be opened."""
        if not name:
            cast = cards.cast_list(self.cast.characters, self.portraits, {}, set())
            return View("", self.status(None, said, wrong), cast, False, 0)
        for _ in range(LOOKS):
            with suppress(ValueError):  # a picture changes places just now: look again
                return self._view(name, said, wrong)
            time.sleep(0.05)
        return self._view(name, said, wrong)

    def _view(self, name: str, said: str, wrong: bool) -> View:
        busy, project = self.queue.busy(name), self.projects.open(name)
        played = cards.played_by(project, self.cast.names)
        there = cards.there(project, self.cast.spans, played)
        status = self.status(name, said, wrong)
        if busy and not self.queue.busy(name):  # it has just ended, and the status may say so already
            return self._view(name, said, wrong)
        return View(
            cards.board(name, project, self.served.picture, played, busy),
            status,
            cards.cast_list(self.cast.characters, self.portraits, played, there),
            busy,
            len(project.drawn),
        )

    def status(self, name: str | None, said: str = "", wrong: bool = False) -> str:
        """How far the drawing of a story is."""
        task = self.queue.of(name) if name else None
        place, failed = (self.queue.place(task), self.sentence(task.error)) if task else (0, "")
        return cards.status(task, place, said, wrong, failed)

    def sentence(self, error: Exception | str) -> str:
        """What went wrong, as a person may read it: where things lie on this machine is nobody's business."""
        told = getattr(error, "strerror", None) or str(error)
        told = told.replace(f"{self.projects.root}{os.sep}", "")
        return f"{told[:1].upper()}{told[1:].removesuffix('.')}."

    def export(self, name: str | None, kind: str, columns: int = 0) -> tuple[Path, str]:
        """A file of a story to take away, of a png with so many `columns` (0: as fits), and a sentence if no font here
        has some of its characters."""
        project = self._opened(name)
        if kind not in KINDS:
            raise ValueError(f"format: expected one of {', '.join(KINDS)}, got {kind!r}")
        ending, layout = KINDS[kind]
        to = self.served.new_export(name, ending)
        try:
            missing = export(
                to, project.title, project.pictures(), project.captions, layout, (layout and columns) or None
            )
        except (OSError, RuntimeError) as error:
            raise ValueError(f"the file could not be written ({getattr(error, 'strerror', None) or error})") from error
        return to, f"No font here has {' '.join(missing)}." if missing else ""

    # --- inside

    def _opened(self, name: str | None) -> Project:
        if not name:
            raise ValueError("there is no story yet; draw one first")
        return self.projects.open(name)

    def _submit(self, name: str, draw: Drawing, num_frames: int) -> None:
        self.queue.submit(Task(name, lambda: self.projects.open(name), draw, num_frames))

    def _redraw(
        self, name: str, project: Project, index: int, text: str | None, seed: int | None, onward: bool,
        scene: str | None = None,
    ) -> None:  # fmt: skip
        if text is not None:
            text = Frame(str(text), scene=scene).text
        if seed is not None and not 0 <= seed <= cards.MAX_FRAME_SEED:
            raise ValueError(f"seed: 0 to {cards.MAX_FRAME_SEED:,}, got {seed:,}")
        total = len(project.drawn) - index if onward else 1
        asked = {"seed": seed, "text": text, "onward": onward, "scene": scene}
        self._submit(
            name, lambda pipe, there, on_step: there.redraw(pipe, index, on_step=on_step, anew=True, **asked), total
        )

    def _change(self, name: str, change: Callable[[], None], project: Project) -> None:
        self.queue.change(name, change)
        letter(project)


def _with_its_pictures(story: Story, project: Project) -> Story:
    """The story with the pictures that its project was given for the same frames, where none is given now."""
    frames = list(story.frames)
    for n, (frame, before) in enumerate(zip(frames, (*project.told, *project.waiting), strict=False)):
        if frame.image is None and frame.text == before.text:
            frames[n] = before
    return replace(story, frames=tuple(frames))


def check_length(num_frames: int) -> None:
    """ValueError unless a story of the studio may have so many frames."""
    if not 1 <= num_frames <= MAX_FRAMES:
        raise ValueError(f"a story has 1 to {MAX_FRAMES} frames here, got {num_frames}")


def check_settings(asked: Mapping[str, float | None], own: Mapping[str, Any]) -> None:
    """ValueError unless a story can be drawn so; what is as in a project's `own` settings can."""
    for name, (least, most) in SETTINGS.items():
        value = asked[name]
        if value is None or not (least <= value <= most or value == own.get(name)):
            raise ValueError(f"{name}: {least} to {most:,}, got {'none' if value is None else f'{value:,}'}")


def _character(line: str) -> Character:
    name, _, plays = (part.strip() for part in line.partition("="))
    return Character(name, plays or None)


def _whole(field: str, value: Any) -> int:
    """A whole number as a browser sends it."""
    try:
        if isinstance(value, bool) or float(value) != int(value):
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{field}: expected a whole number, got {value!r}") from error
