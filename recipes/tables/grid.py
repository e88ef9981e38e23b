"""The tables as a grid: cells, the models they need, and where what each of them came to is kept, by a hash of all that
it depends on. Change a setting, and what depends on it is another entry; run again, and only what is missing is done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from storygptv.baselines.config import SYSTEMS

HERE = Path(__file__).parent
BUNDLED = "toon"
FRAMES, SIZE = 5, 128  # of a story; pixels
MEASURES = ("pictures", "texts", "length")
CAPTIONED = ("main",)  # tables whose pictures a captioner puts into words, as in the paper's Table 1
CAPTIONER = "captioner"  # that model, the same one for all seeds
# Raised when a score, or what a system leaves unsaid, comes to mean something else: what was measured before is then
# measured again.
METRICS = 2


@dataclass(frozen=True)
class Scale:
    """How large everything is; `parts` are settings of `storygptv train` for each part."""

    name: str
    train_stories: int
    test_stories: int
    length_stories: int
    bundled_stories: int
    bundled_length_stories: int
    text_stories: int
    num_inference_steps: int
    parts: Mapping[str, Mapping[str, Any]]
    max_frames: int | None = None  # cells with longer stories are left out

    @classmethod
    def load(cls, file: Path) -> Scale:
        """Raises ValueError for an unknown or a missing key, naming the file."""
        return _made(cls, {"name": file.stem} | _read(file), file)


@dataclass(frozen=True)
class Model:
    """A part trained on top of the model that it comes `from`; without a `part` what another begins with: the parts of
    that model `without` some, `taking` others out of the bundled one's. Raises ValueError where these do not go
    together."""

    name: str
    base: str
    part: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    without: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.without and self.base != BUNDLED:
            raise ValueError(f"without: is of the parts of {BUNDLED}, got it of {self.base!r}")
        if self.part is None and self.options:
            raise ValueError(f"options: are of the part that is trained, and none is, got {dict(self.options)}")
        if self.part is not None and self.without:
            raise ValueError("without: is for a model of which no part is trained")


@dataclass(frozen=True)
class Cell:
    """One row of a table, or one point of a curve."""

    name: str
    table: str
    row: str
    system: str
    model: str
    measure: str = "pictures"
    frames: int = FRAMES

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(f"measure: must be one of {', '.join(MEASURES)}, got {self.measure!r}")
        if self.system not in SYSTEMS:
            raise ValueError(f"system: must be one of {', '.join(SYSTEMS)}, got {self.system!r}")

    @property
    def is_bundled(self) -> bool:
        """Whether it needs no training."""
        return self.model == BUNDLED

    @property
    def is_told(self) -> bool:
        """Whether what reads stories is measured with it."""
        return SYSTEMS[self.system].kind == "story_llm"


@dataclass(frozen=True)
class Data:
    """A toon data set of `stories` stories."""

    split: str
    stories: int
    frames: int
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.split}-{self.stories}x{self.frames}-{SIZE}px-seed{self.seed}"


@dataclass(frozen=True)
class Grid:
    """All cells at a scale: data and models kept below the folder `work`, what was measured in `results`. `bundled` is
    the folder of the model that cells call toon."""

    cells: Mapping[str, Cell]
    models: Mapping[str, Model]
    scale: Scale
    work: Path
    bundled: Path
    results: Path

    @classmethod
    def load(cls, scale: str, work: Path, bundled: Path, results: Path | None = None) -> Grid:
        """The grid of cells.yaml and models.yaml, results kept in `work` unless said otherwise. Raises ValueError for
        what does not fit together."""
        found = Scale.load(HERE / "scales" / f"{scale}.yaml")
        models = {
            name: _made(
                Model, {"name": name, "base": each.get("from")} | {k: each[k] for k in each if k != "from"}, name
            )
            for name, each in _read(HERE / "models.yaml").items()
        }
        cells = {name: _made(Cell, {"name": name} | each, name) for name, each in _read(HERE / "cells.yaml").items()}
        for name in [model.base for model in models.values()] + [cell.model for cell in cells.values()]:
            if name not in (*models, BUNDLED):
                raise ValueError(f"models.yaml: has no {name!r}, which is asked for")
        longest = found.max_frames
        kept = {name: cell for name, cell in cells.items() if longest is None or cell.frames <= longest}
        return cls(kept, models, found, Path(work), Path(bundled), Path(results or work / "results"))

    # --- what things depend on

    def train_data(self) -> Data:
        """What every model is trained on."""
        return Data("train", self.scale.train_stories, FRAMES)

    def test_data(self, cell: Cell) -> Data:
        """What a cell is measured on."""
        scale = self.scale
        if cell.measure == "length":
            stories = scale.bundled_length_stories if cell.is_bundled else scale.length_stories
        elif cell.measure == "texts":
            stories = scale.text_stories
        else:
            stories = scale.bundled_stories if cell.is_bundled else scale.test_stories
        return Data("test", stories, cell.frames)

    def settings(self, model: Model) -> dict[str, Any]:
        """What `storygptv train` is given for a model."""
        return {**self.scale.parts[model.part], **model.options}

    def model_key(self, name: str, seed: int) -> str:
        """A digest of all that a model depends on."""
        model = self.models[name]
        base: Any = self.bundled_parts if model.base == BUNDLED else self.model_key(model.base, seed)
        if model.part is None:
            return _digest({part: digest for part, digest in base.items() if part not in model.without})
        return _digest(model.part, self.settings(model), seed, self.train_data().name, base)

    def has_own_ldm(self, cell: Cell) -> bool:
        """Whether it draws with a Char-LDM that was trained for it, and not the bundled one."""
        model = self.models.get(cell.model)
        while model is not None and model.part != "ldm":
            model = self.models.get(model.base)
        return model is not None

    def model_folder(self, name: str, seed: int) -> Path:
        """Where a trained model is kept, whole."""
        return self.work / "models" / f"{name}-{self.model_key(name, seed)}"

    def is_made(self, name: str, seed: int) -> bool:
        """Whether a model is there, whole."""
        return (self.model_folder(name, seed) / "whole").exists()

    def data_folder(self, data: Data) -> Path:
        """Where a data set is kept."""
        return self.work / "data" / data.name

    def cell_key(self, cell: Cell, seed: int) -> str:
        """A digest of all that a cell's result depends on."""
        made_of = self.bundled_key(cell) if cell.is_bundled else self.model_key(cell.model, seed)
        steps = None if cell.is_bundled else self.scale.num_inference_steps
        system = SYSTEMS[cell.system]
        config = {each.name: of for each in fields(system) if (of := getattr(system, each.name)) != each.default}
        return _digest(METRICS, cell.measure, config, made_of, self.test_data(cell).name, steps, seed)

    def result_file(self, cell: Cell, seed: int) -> Path:
        """Where what a cell came to is kept, but for captions; cells that are the same have it in common."""
        return self.results / f"{cell.measure}-{cell.system}-seed{seed}-{self.cell_key(cell, seed)}.json"

    def pictures_folder(self, cell: Cell, seed: int) -> Path:
        """Where what a cell drew is kept, to be looked at."""
        return self.work / "pictures" / self.result_file(cell, seed).stem

    def is_drawn(self, cell: Cell, seed: int) -> bool:
        """Whether all that a cell drew is still there."""
        test = self.test_data(cell)
        return len(list(self.pictures_folder(cell, seed).glob("*/*.png"))) == test.stories * test.frames

    def captions_file(self, cell: Cell, seed: int) -> Path:
        """Where it is kept how near the captioner's words for what a cell drew are to the stories'."""
        key = _digest(self.cell_key(cell, seed), self.model_key(CAPTIONER, 0))
        return self.results / f"captions-{cell.system}-seed{seed}-{key}.json"

    def result(self, cell: Cell, seed: int) -> dict[str, Any] | None:
        """What a cell came to, with captions where there are any, or None where it has not been run."""
        found = _kept(self.result_file(cell, seed))
        captions = _kept(self.captions_file(cell, seed)) if self.is_captioned(cell) else None
        return found if found is None or captions is None else found | {"scores": found["scores"] | captions["scores"]}

    def is_captioned(self, cell: Cell) -> bool:
        """Whether what it draws is to be put into words."""
        return cell.table in CAPTIONED

    def is_done(self, cell: Cell, seed: int) -> bool:
        """Whether there is nothing of a cell left to be run."""
        captioned = not self.is_captioned(cell) or self.captions_file(cell, seed).exists()
        return captioned and self.result_file(cell, seed).exists()

    def bundled_key(self, cell: Cell) -> str:
        """A digest of the bundled weights that a cell draws with: another reader is nothing to Char-LDM alone."""
        if cell.measure == "texts" and not cell.is_told:
            return self.digests.get("judge", "")
        parts = {part: digest for part, digest in self.bundled_parts.items() if cell.is_told or part != "reader"}
        index = json.loads((self.bundled / "model_index.json").read_text())
        return _digest(parts, {name: index.get(name) for name in ("num_inference_steps", "guidance_scale")})

    @property
    def bundled_parts(self) -> dict[str, str]:
        """A digest of each part of the bundled model."""
        return {part: digest for part, digest in self.digests.items() if "/" not in part}

    @cached_property
    def digests(self) -> dict[str, str]:
        """A digest of each folder of the bundled model, and of the files beside them."""
        found: dict[str, Any] = {}
        for file in sorted(self.bundled.rglob("*")):
            path = file.relative_to(self.bundled)
            if file.is_file() and file.name != "model_index.json":  # which has its scores
                for folder in [each for each in path.parents if each.name] or [path]:
                    found.setdefault(folder.as_posix(), hashlib.sha256()).update(file.name.encode() + file.read_bytes())
        return {folder: digest.hexdigest() for folder, digest in found.items()}

    def seeds_of(self, cell: Cell, seeds: list[int]) -> list[int]:
        """The seeds that make a difference to a cell: where nothing is drawn or trained none does, and it has the
        first."""
        return [0] if cell.measure == "texts" and cell.is_bundled else seeds


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        raise ValueError(f"{file}: expected a YAML file, found none")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _kept(file: Path) -> dict[str, Any] | None:
    return json.loads(file.read_text()) if file.exists() else None


def _made(cls, values: Mapping[str, Any], where: object):
    known = [each.name for each in fields(cls)]
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"{where}: unknown key {unknown[0]!r}, expected {', '.join(known)}")
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
