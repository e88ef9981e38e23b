"""Training: one file a part, one loop for all of them.

A model is a folder that grows part by part; each part is trained on those before it:
vae -> clip -> lm -> ldm -> char-ldm -> story-llm, and the judge apart from them all.
"""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path

PARTS = ("vae", "clip", "lm", "ldm", "char-ldm", "story-llm", "judge")


def train(part: str, data: Path, out: Path, init: Path | None = None, device: str = "cpu", log=print, **overrides) -> Path:
    """Train one part on the data set `data` into the model folder `out`; the same call resumes it.

    `init` is a model folder whose parts this one builds on (by default `out`). `overrides` are fields of
    `TrainConfig` or options of the part's task. Returns `out`. Raises ValueError for an unknown part or option.
    """
    from storygptv.data.store import StoryData
    from storygptv.training.engine import TrainConfig, fit

    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    module = importlib.import_module(f"storygptv.training.{part.replace('-', '_')}")
    names = {field.name for field in dataclasses.fields(TrainConfig)}
    options = {k: v for k, v in overrides.items() if v is not None}
    config = dataclasses.replace(module.DEFAULTS, **{k: v for k, v in options.items() if k in names})
    options = {k: v for k, v in options.items() if k not in names}
    out = Path(out)
    task = module.make_task(StoryData.load(data), Path(init or out), seed=config.seed, **options)
    fit(task, config, out / "training" / part, device=device, log=log)
    task.eval().to("cpu")
    task.export(out)
    return out
