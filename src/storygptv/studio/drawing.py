"""One worker draws for everybody: tasks wait in a queue, stop within a denoising step, and tell how far they are.

All drawing is done by one thread. Two that compute at once, each with its own OpenMP threads, take many times longer
than one after the other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storygptv.project import DEFAULTS, Project
from storygptv.story import Frame, Story

if TYPE_CHECKING:
    from storygptv.pipeline import DrawnFrame, StoryPipeline

MAX_TASKS = 100  # that wait at once
Drawing = Callable[["StoryPipeline", Project, Callable[[int], None]], Iterator["DrawnFrame"]]
logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody stopped the drawing."""


@dataclass(eq=False)
class Task:
    """What is to be drawn of one project. `draw` is given the model, the project and what to call after each denoising
    step. `state` is waiting, drawing, done, stopped or failed; `error` then says why."""

    name: str  # of the project
    open: Callable[[], Project]
    draw: Drawing
    num_frames: int
    state: str = "waiting"
    error: str = ""
    frames: int = 0  # drawn so far
    steps: int = 0  # denoising steps done, of all frames
    steps_a_frame: int = 1
    began: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "stopped", "failed")

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return min(1.0, self.steps / (self.steps_a_frame * self.num_frames))

    def seconds_left(self) -> float | None:
        """By the pace so far; None before there is one."""
        if self.state != "drawing" or self.share == 0:
            return None
        return (time.monotonic() - self.began) * (1 - self.share) / self.share


class DrawingQueue:
    """The tasks of all projects, one at a time in the order in which they came."""

    def __init__(self, load: Callable[[], StoryPipeline], model: str = "toon") -> None:
        self.model, self._load = model, load
        self._tasks: deque[Task] = deque()  # the first is being drawn
        self._last: dict[str, Task] = {}  # of each project
        self._changed = threading.Condition()
        self._pipeline: StoryPipeline | None = None
        self._ready, self._failed = threading.Event(), None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="drawing", daemon=True)

    def start(self) -> StoryPipeline:
        """Have the worker load the model; returns it. Raises what loading raises."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed
        return self._pipeline

    def close(self) -> None:
        """Stop everything and wait for the worker; finished frames are kept."""
        with self._changed:
            self._closed = True
            for task in self._tasks:
                task.stop.set()
            self._changed.notify_all()
        self._thread.join()

    # --- tasks

    def submit(self, task: Task) -> Task:
        """Put a task at the end of the queue.

        Raises:
            ValueError: its project has a task already, or too many wait.
        """
        with self._changed:
            self._check_free(task.name)
            self.check_room()
            self._tasks.append(task)
            self._last[task.name] = task
            self._changed.notify_all()
        return task

    def check_room(self) -> None:
        """ValueError if too many tasks wait for one more."""
        if len(self._tasks) >= MAX_TASKS:
            raise ValueError(f"{MAX_TASKS} stories wait to be drawn already; try again in a while")

    def of(self, name: str) -> Task | None:
        """The task that a project has, or had last."""
        return self._last.get(name)

    def busy(self, name: str) -> bool:
        """Whether a project is being drawn, or waits for it."""
        task = self.of(name)
        return task is not None and not task.over

    def place(self, task: Task) -> int:
        """How many are before a task; 0 when it is its turn."""
        with self._changed:
            return self._tasks.index(task) if task in self._tasks else 0

    def stop(self, name: str) -> None:
        """Stop a project's task: within one denoising step if it is being drawn, at once if it waits."""
        with self._changed:
            task = self.of(name)
            if task is None or task.over:
                return
            task.stop.set()
            if task.state == "waiting":
                self._tasks.remove(task)
                task.state = "stopped"

    def change(self, name: str, change: Callable[[], None]) -> None:
        """Change a project without drawing. Raises ValueError if it has a task, and what `change` raises."""
        with self._changed:
            self._check_free(name)
            change()
            self._last.pop(name, None)

    def _check_free(self, name: str) -> None:
        if self.busy(name):
            raise ValueError("this story is being drawn; wait until it is, or stop it first")

    # --- the worker

    def _work(self) -> None:
        try:
            self._pipeline = self._load()
            _warm_up(self._pipeline)
        except Exception as error:  # whatever it is, it is told to whoever started the queue
            self._failed = error
            return
        finally:
            self._ready.set()
        while (task := self._next()) is not None:
            self._draw(task)
            with self._changed:
                self._tasks.remove(task)

    def _next(self) -> Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._closed)
            if not self._tasks or self._closed:
                return None
            self._tasks[0].state = "drawing"
            return self._tasks[0]

    def _draw(self, task: Task) -> None:
        def on_step(number: int) -> None:
            task.steps += number >= 0  # not one in which what is there was read again
            if task.stop.is_set():
                raise Stopped

        project, state = None, "failed"
        try:
            project = task.open()
            if project.model != self.model:
                raise ValueError(
                    f"this story was drawn with the model {project.model}; start the studio with it to go on"
                )
            settings = DEFAULTS | project.settings
            task.steps_a_frame = settings["steps"] or self._pipeline.config.num_inference_steps
            task.began = time.monotonic()
            for _ in task.draw(self._pipeline, project, on_step):
                task.frames += 1
                task.steps = task.frames * task.steps_a_frame  # a picture that was given took none
                if task.stop.is_set():
                    raise Stopped
            state = "done"
        except Stopped:
            state = "stopped"
        except ValueError as error:
            task.error = str(error)
        except Exception as error:  # the worker goes on for the others
            logger.exception("drawing %s", task.name)
            task.error = f"the drawing failed: {error}"
        if project is not None and project.kept:
            letter(project)
        task.state = state


def _warm_up(pipeline: StoryPipeline) -> None:
    """Draw something that nobody sees: what libraries make at their first use is made before anybody waits for it."""
    frame = Frame(f"{next(iter(pipeline.cast.names), 'Somebody')} is here.")
    next(pipeline.visualize(Story("First of all", (), (frame,)), num_inference_steps=1))


def letter(project: Project) -> None:
    """Draw a project's storyboard; the story is whole without it."""
    try:
        project.letter()
    except Exception:  # whatever it is: the worker goes on for the others
        logger.exception("lettering the storyboard of %s", project.path)
