"""`storygptv batch`: many stories, on one machine or a cluster; run again, it draws what is missing."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storygptv.files import write_whole_folder
from storygptv.project import Project
from storygptv.story import Story

_NAME = re.compile(r"[\w-][\w.-]*")


@dataclass(frozen=True)
class Job:
    """One story to draw into its own folder."""

    name: str
    story: dict[str, Any]


def read_jobs(stories: Path, out: Path, model: str, settings: dict[str, Any]) -> tuple[list[Job], int]:
    """The stories of a JSON-lines file that are not drawn in `out` yet, and how many are.

    A line is a story as `visualize` takes it in JSON, with an `id` that names its folder, else the line's number.
    Raises ValueError for a line that is none, an id that is no folder's name or there twice, and a folder that holds
    another story or one drawn with another model or other settings.
    """
    jobs, done, seen = [], 0, set()
    try:
        lines = stories.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{stories}: expected a file of stories, a line each ({error})") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("expected a story, got something else")
            name = str(record.pop("id", f"{number:06d}"))
            if not _NAME.fullmatch(name):
                raise ValueError(f"id: must be letters, digits, dots, dashes and underscores, got {name!r}")
            if name in seen:
                raise ValueError(f"id: {name!r} is there twice")
            seen.add(name)
            story = Story.from_dict(record, stories.parent)
        except ValueError as error:
            raise ValueError(f"{stories}: line {number}: {error}") from error
        if _is_drawn(out / name, story, model, settings):
            done += 1
        else:
            jobs.append(Job(name, record))
    if not jobs and not done:
        raise ValueError(f"{stories}: holds no story")
    return jobs, done


def draw_jobs(
    jobs: list[Job], base: Path, out: Path, model: str, settings: dict[str, Any], workers: int
) -> Iterator[dict[str, Any]]:
    """Draw each job on one of `workers` processes, each with a model of its own; its record as it is done: `name`,
    `frames`, `seconds`, what of it is `unknown` to the model, and `error`, empty where all went well. Raises ValueError
    without Ray."""
    try:
        import ray
    except ImportError as error:
        raise ValueError('batch: needs Ray; pip install "storygptv[ray]"') from error
    started = not ray.is_initialized()
    if started:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    on_gpu = settings["device"].startswith("cuda")
    cpus = _cpus_each([int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]], workers)
    gpus = int(ray.cluster_resources().get("GPU", 0))
    try:
        if on_gpu and gpus < workers:
            raise ValueError(f"--workers: each needs a GPU of its own, and there are {gpus}, got {workers}")
        drawn = ray.data.from_items(
            [{"name": job.name, "story": json.dumps(job.story)} for job in jobs], override_num_blocks=len(jobs)
        ).map(
            StoryWorker, compute=ray.data.ActorPoolStrategy(size=workers), num_cpus=cpus, num_gpus=int(on_gpu),
            fn_constructor_args=(str(base.resolve()), str(out.resolve()), model, settings, cpus),
        )  # fmt: skip
        yield from drawn.iter_rows()
    finally:
        if started:
            ray.shutdown()


class StoryWorker:
    """A process that draws one story after the other."""

    def __init__(self, base: str, out: str, model: str, settings: dict[str, Any], num_threads: int) -> None:
        os.environ["OMP_NUM_THREADS"] = str(num_threads)
        import torch

        from storygptv.cli import load_pipeline

        torch.set_num_threads(num_threads)
        self.base, self.out, self.model, self.settings = Path(base), Path(out), model, settings
        device = "cuda" if settings["device"].startswith("cuda") else settings["device"]  # Ray shows it its own alone
        self.pipeline = load_pipeline(model, device, settings["dtype"], settings.get("quantisation"))

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Draw a story whole, or say why it could not be: another story may go well all the same."""
        began, error, frames, unknown = time.perf_counter(), "", 0, []
        try:
            story = Story.from_dict(json.loads(row["story"]), self.base)
            unknown = self.pipeline.unknown(story)
            frames = self._draw(row["name"], story)
        except (ValueError, OSError, RuntimeError) as failed:
            error = " ".join(str(failed).split())
        seconds = time.perf_counter() - began
        return {"name": row["name"], "frames": frames, "seconds": seconds, "unknown": unknown, "error": error}

    def _draw(self, name: str, story: Story) -> int:
        def draw(path: Path) -> None:
            project = Project(path, story, self.model, self.settings)
            for _ in project.draw(self.pipeline):
                pass
            project.letter()

        write_whole_folder(self.out / name, draw)
        return len(story.frames)


def _cpus_each(nodes: list[int], workers: int) -> int:
    """The most CPUs that each of `workers` can have, all of them on one of `nodes`; at least 1."""
    fitting = (cpus for cpus in range(max(nodes), 1, -1) if sum(node // cpus for node in nodes) >= workers)
    return next(fitting, 1)


def _is_drawn(path: Path, story: Story, model: str, settings: dict[str, Any]) -> bool:
    if not path.exists():
        return False
    there = Project.open(path)
    if there.waiting or not there.tells(story, model, settings):
        raise ValueError(f"--out: {path} holds another story, or one drawn with another model or other settings")
    return True
