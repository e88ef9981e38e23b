"""What a cell takes: its data, its model trained part by part, and the measurement itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from grid import BUNDLED, CAPTIONER, SIZE, Cell, Data, Grid
from PIL import Image

from storygptv.baselines.config import SYSTEMS
from storygptv.baselines.system import System, load_systems
from storygptv.cores import num_cores, peak_memory_bytes
from storygptv.data.store import StoryData
from storygptv.evaluation.captions import Captioner
from storygptv.evaluation.eyes import Eyes
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.naming import meant_scores, naming_scores
from storygptv.evaluation.pictures import picture_name
from storygptv.evaluation.report import draw_told, evaluate, evaluate_pictures
from storygptv.evaluation.scores import scores_of, trust_in
from storygptv.evaluation.told import ToldStories
from storygptv.files import write_whole, write_whole_folder
from storygptv.models.loading import load_part
from storygptv.pipeline import StoryPipeline
from storygptv.toon.dataset import write_toon
from storygptv.toon.reader import Reader
from storygptv.training import train

Log = Callable[[str], None]
CAPTION_SCORES = ("bleu4", "cider", "captioner_bleu4", "captioner_cider")
RULES = {"toon": lambda: Reader().rewrite}


def ready_cell(grid: Grid, cell: Cell, seed: int, device: str = "cpu", log: Log = print) -> tuple[StoryData, Path]:
    """The data and the model of a cell, made where they are not there yet."""
    data = ready_data(grid, grid.test_data(cell), log)
    return data, grid.bundled if cell.is_bundled else ready_model(grid, cell.model, seed, device, log)


def run_cell(grid: Grid, cell: Cell, seed: int, device: str = "cpu", dtype: str = "float32", log: Log = print) -> dict:
    """What a cell comes to; its data and its model are made first where they are not there yet."""
    data, model = ready_cell(grid, cell, seed, device, log)
    if cell.measure == "texts" and not cell.is_told:
        return measure_texts(cell, data, load_part(Judge, grid.bundled / "judge"))
    system = load_system(cell, str(model), device, dtype)
    if cell.measure == "texts":
        return meant_scores(system.pipeline, data, len(data), system.config.pictures)
    if not cell.is_bundled:
        steps = grid.scale.num_inference_steps
        system.pipeline.config = replace(system.pipeline.config, num_inference_steps=steps)
    if cell.measure == "length":
        return measure_length(system, data, seed)
    folder = grid.pictures_folder(cell, seed)

    def keep(story: int, drawn: list[Image.Image]) -> None:
        for number, picture in enumerate(drawn, 1):
            file = folder / picture_name(data.story_ids[story], number)
            write_whole(file, lambda opened, picture=picture: picture.save(opened, "PNG"))

    return evaluate({cell.system: system}, data, len(data), seed, keep=keep)


def caption_cell(
    grid: Grid, cell: Cell, seed: int, device: str = "cpu", dtype: str = "float32", log: Log = print
) -> dict[str, Any]:
    """How near the captioner's words for what a cell drew, all of which must be there, are to the original captions."""
    data, folder = ready_data(grid, grid.test_data(cell), log), grid.pictures_folder(cell, seed)
    captioner = Captioner.load(ready_model(grid, CAPTIONER, 0, device, log) / "captioner", device)
    eyes = Eyes(load_part(Judge, grid.bundled / "judge").float().to(device).eval(), None, captioner)
    scores, *_ = evaluate_pictures(folder, eyes, data, len(data), seed)
    return {name: scores[name] for name in CAPTION_SCORES}


def load_system(cell: Cell, model: str, device: str, dtype: str) -> System:
    """What a cell draws with."""
    load = lambda folder, told: StoryPipeline.from_pretrained(folder, device, dtype, None, told)  # noqa: E731
    return load_systems({cell.system: SYSTEMS[cell.system]}, model, load, RULES)[cell.system]


def alone_at(folder: Path) -> FileLock:
    """What is to be held while a folder is made: another process waits for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(folder.with_name(f".{folder.name}.lock"))


def ready_data(grid: Grid, data: Data, log: Log) -> StoryData:
    """A data set, made where it is not there; interrupted, it goes on, and what another process makes is waited for."""
    folder = grid.data_folder(data)
    with alone_at(folder):
        if not (folder / "dataset.json").exists():
            log(f"data {data.name}")
            workers = min(num_cores(), 1 + data.stories // 200)
            write_toon(data.split, data.stories, data.frames, data.seed, SIZE, folder, num_workers=workers)
    return StoryData.load(folder)


def ready_model(grid: Grid, name: str, seed: int, device: str, log: Log) -> Path:
    """The folder of a whole model: made where it is not there, after those it comes from. Killed, it goes on; what
    another process makes is waited for."""
    folder = grid.model_folder(name, seed)
    with alone_at(folder):
        return folder if grid.is_made(name, seed) else _made_model(grid, name, seed, device, log)


def _made_model(grid: Grid, name: str, seed: int, device: str, log: Log) -> Path:
    model, folder = grid.models[name], grid.model_folder(name, seed)
    base = grid.bundled if model.base == BUNDLED else ready_model(grid, model.base, seed, device, log)
    if model.part is not None:
        ready_data(grid, grid.train_data(), log)
        log(f"model {folder.name}")
        share_caches(grid, base)
        settings = {"tracker": "", "sample_every": 0} | grid.settings(model)
        train(model.part, grid.data_folder(grid.train_data()), folder, base, device, log=log, seed=seed, **settings)
    left_out = ("training", *model.without)
    kept = {part.name: part for part in base.iterdir() if part.is_dir() and part.name not in left_out}
    copy_parts(kept, folder)
    (folder / "whole").touch()
    return folder


def share_caches(grid: Grid, model: Path) -> None:
    """Have a model keep what its frozen parts say of the data where all others do: most have the same ones."""
    shared, cache = grid.work / "cache", model / "training" / "cache"
    for folder in (shared, cache.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # it has
        cache.symlink_to(os.path.relpath(shared, cache.parent))


def copy_parts(parts: Mapping[str, Path], folder: Path) -> None:
    """Copy the parts that a model has not got, each whole or not at all."""
    for name, part in parts.items():
        if not (folder / name).exists():
            write_whole_folder(folder / name, lambda into, part=part: shutil.copytree(part, into, dirs_exist_ok=True))


def measure_texts(cell: Cell, data: StoryData, judge: Judge) -> dict[str, Any]:
    """Whom the texts that a system draws from name; nothing is drawn."""
    told, config = ToldStories.of(data, len(data), judge), SYSTEMS[cell.system]
    texts = []
    for sentences in told.original_texts if config.text == "original" else told.texts:
        rewrite = str if config.rules is None else RULES[config.rules]()
        texts += [rewrite(sentence) for sentence in sentences]
    return naming_scores(texts, told, judge.config.characters, 0) | {"num_stories": len(data), "num_frames": len(texts)}


def measure_length(system: System, data: StoryData, seed: int) -> dict[str, Any]:
    """Stories drawn one at a time: their scores, the median seconds of the last five frames, and the memory at its
    most, of the GPU where it is one, else of this process, which should have measured nothing else."""
    judge = system.pipeline.judge
    told, drawn, seconds = ToldStories.of(data, len(data), judge), [], []
    cuda = system.pipeline.device.type == "cuda"
    timed = Timed(system)
    for story, texts in enumerate(told.texts):
        drawn += [np.asarray(picture) for picture in draw_told(timed, [texts], seed, story)[0]]
        seconds.append(median(timed.seconds()[-5:]))
    peak = torch.cuda.max_memory_allocated() if cuda else peak_memory_bytes()
    eyes = Eyes(judge)
    of_true = eyes.see(data.images(told.all_rows), 64)
    scores = scores_of(judge, eyes.see(np.stack(drawn), 64), told, of_true, seed) | trust_in(judge, of_true, told)
    return scores | {
        "num_stories": len(data), "num_frames": len(drawn),
        "timings": {"seconds_per_frame": median(seconds), "peak_memory_mb": peak / 2**20},
    }  # fmt: skip


class Timed:
    """A system whose frames are timed, from one that was drawn to the next."""

    def __init__(self, system: System):
        self.system = system

    def start(self):
        self.ended = [time.perf_counter()]
        return self.system.start()

    def noise_seed(self, seed, frame, story):
        return self.system.noise_seed(seed, frame, story)

    def draw(self, conditions, seeds):
        pictures = self.system.draw(conditions, seeds)
        self.ended.append(time.perf_counter())
        return pictures

    def seconds(self) -> list[float]:
        """Of each frame of the story begun last."""
        return np.diff(self.ended).tolist()
