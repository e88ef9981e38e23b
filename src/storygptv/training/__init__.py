"""Training: one file a part, one loop for all of them.

A model is a folder that grows part by part; each part is trained on those before it:
vae -> clip -> ldm -> char-ldm -> story-llm; the reader and the judge apart from them all. The captioner begins with
clip's vision tower; `history` makes of the ldm a model that the story LLM is compared with.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from storygptv.files import put_in_place, write_json, write_whole_folder

if TYPE_CHECKING:
    from storygptv.data.store import StoryData
    from storygptv.data.tales import TaleData
    from storygptv.training.engine import Task, TrainConfig

EXPORTED = Path("training", "export")  # a trained part, whole, on its way to its place
CYCLE = ("data", "steps", "batch_size", "learning_rate")  # what is kept of how a part was trained before
PARTS = ("vae", "clip", "ldm", "char-ldm", "story-llm", "reader", "judge", "captioner", "history")


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

    from storygptv.training.checkpoint import load_average
    from storygptv.training.engine import fit

    run = Run.of(part, data, out, init, overrides)
    # the others wait for one's caches
    processes = PartialState(cpu=device == "cpu", timeout=timedelta(days=1))
    torch.manual_seed(run.config.seed)  # new weights
    with processes.main_process_first():  # caches are computed once
        finish_export(run.out)
        task = run.make_task()
        task.prepare(processes.device, log)
    trained = fit(task, run.config, run.state, device, log, progress, run.made_of)
    if processes.is_main_process and (trained or not (run.state / "exported").exists()):
        if run.config.fsdp:  # this one is in shards
            task = run.make_task()
            load_average(run.state, task)
        task.eval().to("cpu")
        export(task, run.out)
        if hasattr(run.data, "info"):
            cast_of(run.data).save(run.out)
        of_process = {"num_processes": processes.num_processes}  # of each of which is `batch_size`
        of_data = {"split": run.data.split}
        _note(run.out, run.init, part, of_data | run.made_of | dataclasses.asdict(run.config) | of_process)
        (run.state / "exported").touch()  # run again, it must not replace what later parts made of it
    processes.wait_for_everyone()
    return run.out


@dataclasses.dataclass(frozen=True)
class Run:
    """A part that is to be trained: what on, where to, and how."""

    part: str
    data: StoryData | TaleData
    out: Path
    init: Path
    config: TrainConfig
    options: dict  # of the part's task

    @classmethod
    def of(cls, part: str, data: Path, out: Path, init: Path | None, overrides: dict) -> Run:
        """As `train` takes it. Raises ValueError for an unknown part, a bad setting and no data set."""
        from storygptv.training.engine import TrainConfig

        if part not in PARTS:
            raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
        loaded = _load_data(part, data)
        if loaded.split != "train":
            raise ValueError(f"data: must be a train split, others tell what was learnt, got {loaded.split!r}")
        names = {field.name for field in dataclasses.fields(TrainConfig)}
        settings = {k: v for k, v in overrides.items() if k in names and v is not None}
        config = dataclasses.replace(_module_of(part).DEFAULTS, **settings)
        options = {k: v for k, v in overrides.items() if k not in names}  # of some, `snr_gamma`, None is a value
        return cls(part, loaded, Path(out), Path(init or out), config, options)

    @property
    def state(self) -> Path:
        """Where it is saved as it goes."""
        return self.out / "training" / self.part

    @property
    def made_of(self) -> dict:
        """What else than its config the result depends on."""
        return self.data.made_of | self.options

    def make_task(self) -> Task:
        """Its task, not prepared. Raises ValueError for options that it does not have or that do not go together."""
        try:
            return _module_of(self.part).make_task(self.data, self.init, seed=self.config.seed, **self.options)
        except TypeError as error:
            if "unexpected keyword argument" not in str(error):
                raise
            raise ValueError(f"{self.part} has no option {str(error).split()[-1]}") from error


def _load_data(part: str, folder: Path) -> StoryData | TaleData:
    """Read what a part learns from: a data set of pictures, or tales."""
    module = _module_of(part)
    if hasattr(module, "load_data"):
        return module.load_data(folder)
    from storygptv.data.store import StoryData

    return StoryData.load(folder)


def _module_of(part: str):
    return importlib.import_module(f"storygptv.training.{part.replace('-', '_')}")


def export(task, out: Path) -> None:
    """Write a trained part whole, then put its folders in their place; cut off between, `finish_export` does the
    rest."""
    write_whole_folder(out / EXPORTED, task.export)
    finish_export(out)


def finish_export(out: Path) -> None:
    """Put the folders of a part that was written whole in their place; nothing where there are none."""
    for folder in sorted((out / EXPORTED).glob("*")):
        put_in_place(folder, out / folder.name)
    shutil.rmtree(out / EXPORTED, ignore_errors=True)


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
        {name: list(ways) for name, ways in info.aliases.items()},
    )  # fmt: skip


def _note(folder: Path, init: Path, part: str, told: dict) -> None:
    """Keep in a model's index what a part was trained on, and briefly what it, begun from the model `init`, was trained
    on before."""
    index, begun_from = (_index_of(each) for each in (folder, init))
    # JSON has no infinity
    told = {name: str(value) if value in (math.inf, -math.inf) else value for name, value in told.items()}
    before = begun_from.get("trained_on", {}).get(part, {})
    if before and before != before | told:  # another run than this one, which may have been killed as it ended
        told["earlier"] = [*before.get("earlier", ()), {name: before[name] for name in CYCLE if name in before}]
        before = {}
    index.setdefault("trained_on", {})[part] = before | told
    write_json(folder / "model_index.json", index)


def _index_of(model: Path) -> dict:
    path = model / "model_index.json"
    return json.loads(path.read_text()) if path.exists() else {}
