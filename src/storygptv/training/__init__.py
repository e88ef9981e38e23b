"""Training: one file a part, one loop for all of them.

A model is a folder that grows part by part; each part is trained on those before it:
vae -> clip -> lm -> ldm -> char-ldm -> story-llm, and the judge apart from them all.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import shutil
from pathlib import Path

PARTS = ("vae", "clip", "lm", "ldm", "char-ldm", "story-llm", "judge")


def train(
    part: str, data: Path, out: Path, init: Path | None = None, device: str = "cpu", log=print, progress=None,
    **overrides,
) -> Path:  # fmt: skip
    """Train one part on the data set `data` into the model folder `out`; the same call resumes it.

    `init` is a model folder whose parts this one builds on (by default `out`). `overrides` are fields of
    `TrainConfig` or options of the part's task; `log` and `progress` are `fit`'s. Returns `out`. Raises ValueError
    for an unknown part or option.
    """
    import torch
    from accelerate import PartialState

    from storygptv.data.store import StoryData
    from storygptv.training.checkpoint import load_average
    from storygptv.training.engine import TrainConfig, fit

    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    module = importlib.import_module(f"storygptv.training.{part.replace('-', '_')}")
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    options = {k: v for k, v in overrides.items() if v is not None}
    config = dataclasses.replace(module.DEFAULTS, **{k: v for k, v in options.items() if k in names})
    options = {k: v for k, v in options.items() if k not in names}
    out, frames = Path(out), StoryData.load(data)
    processes = PartialState(cpu=device == "cpu")
    torch.manual_seed(config.seed)  # new weights
    make = lambda: module.make_task(frames, Path(init or out), seed=config.seed, **options)  # noqa: E731
    try:
        with processes.main_process_first():  # caches are computed once
            task = make()
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise ValueError(f"{part} has no option {str(error).split()[-1]}") from error
    made_of = {"data": frames.info.made_from, "frames": len(frames.frames), **options}
    state = out / "training" / part
    trained = fit(task, config, state, device, log, progress, made_of)
    if processes.is_main_process and (trained or not (state / "exported").exists()):
        if config.fsdp:  # this one is in shards
            task = make()
            load_average(state, task)
        task.eval().to("cpu")
        export(task, out)
        cast_of(frames).save(out)
        _note(out, part, made_of | dataclasses.asdict(config))
        (state / "exported").touch()  # run again, it must not replace what later parts made of it
    processes.wait_for_everyone()
    return out


def export(task, out: Path) -> None:
    """Write a trained part whole, then put its folders in their place."""
    fresh = out / "training" / "export"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    task.export(fresh)
    for folder in sorted(fresh.iterdir()):
        shutil.rmtree(out / folder.name, ignore_errors=True)
        folder.rename(out / folder.name)
    fresh.rmdir()


def cast_of(data):
    """Who, where and what a data set shows, and every word of its texts, as a model's `Cast`."""
    from PIL import Image

    from storygptv.cast import Cast, words
    from storygptv.data.masks import portraits_of

    info = data.info
    texts = (text for column in ("caption", "referential_caption", "alt_text") for text in data.text(column) if text)
    return Cast(
        [dict(character) for character in info.characters], list(info.places), list(info.actions), list(info.props),
        sorted({word for text in texts for word in words(text)}),
        {name: Image.fromarray(portrait) for name, portrait in portraits_of(data).items()},
    )  # fmt: skip


def _note(folder: Path, part: str, history: dict) -> None:
    """Keep in the model's index what a part was trained on."""
    path = folder / "model_index.json"
    index = json.loads(path.read_text()) if path.exists() else {}
    index.setdefault("trained_on", {})[part] = history
    path.write_text(json.dumps(index, indent=1))
