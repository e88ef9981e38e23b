"""What reads stories: a pretrained language model with an adapter that has learnt to say scenes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from storygptv.models.base_lm import SMOLLM2, find_language_model
from storygptv.models.loading import has_bf16, load_language_model
from storygptv.models.scene_tokens import StoryTokenizer
from storygptv.models.story_reader import StoryReader
from storygptv.scene import Person


@dataclass(frozen=True)
class SceneReaderConfig:
    """Which language model reads, and how its probabilities are calibrated; `config.json` of a model's reader."""

    lm: str = SMOLLM2  # a folder or hub id
    certainty: tuple[float, float] = (1.0, 0.0)  # slope and offset of a figure's logit


class SceneReader:
    """A language model with its adapter: what every story that is read shares."""

    def __init__(
        self, lm: torch.nn.Module, tokenizer, config: SceneReaderConfig | None = None, folder: Path | None = None
    ):
        self.lm, self.tokens = lm.eval().requires_grad_(False), StoryTokenizer(tokenizer)
        self.config, self.folder = config or SceneReaderConfig(), folder  # where its adapter lies

    @classmethod
    def from_folder(cls, folder: Path, device: str = "cpu") -> SceneReader:
        """Read `config.json` and the adapter `lora` of a folder, and the language model from wherever it is to be had;
        the adapter is merged into it. Raises ValueError where one is missing or does not fit."""
        from peft import PeftModel
        from transformers import AutoTokenizer

        told = json.loads((folder / "config.json").read_text())
        config = SceneReaderConfig(**told | {"certainty": tuple(told.get("certainty", (1.0, 0.0)))})
        source = find_language_model(config.lm)
        dtype = torch.bfloat16 if has_bf16(device) else torch.float32
        lm = load_language_model(source, torch.float32)
        if (folder / "lora").exists():
            lm = PeftModel.from_pretrained(lm, folder / "lora").merge_and_unload()
        return cls(lm.to(device, dtype), AutoTokenizer.from_pretrained(source), config, folder)

    def save(self, folder: Path) -> None:
        """Write its config and adapter, as they were read, into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(asdict(self.config), indent=2))
        if self.folder is not None and (self.folder / "lora").exists() and self.folder != folder:
            shutil.copytree(self.folder / "lora", folder / "lora", dirs_exist_ok=True)

    def begin(self, cast: Mapping[str, Person] | None = None, known: Sequence[Person] = ()) -> StoryReader:
        """Begin a story; `cast` and `known` are those of `StoryReader`."""
        return StoryReader(self.lm, self.tokens, cast or {}, known, self.config.certainty)
