"""Every part that draws or tells: a run that was interrupted ends with the files of one that was not, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import tiny_char_ldm, tiny_llama, tiny_opt
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from storygptv.training import train

STEPS, BEFORE = 6, 3  # of them before the interruption


class Interrupted(Exception):
    pass


@pytest.fixture(scope="module")
def begun(tokenizer, tmp_path_factory) -> Path:
    """A model folder that every part can be trained on, with conditions long enough for slots of the whole cast, and
    beside it an OPT with dropout."""
    folder = tmp_path_factory.mktemp("begun") / "m"
    torch.manual_seed(0)
    char_ldm = tiny_char_ldm(tokenizer)
    text = char_ldm.text_encoder.config.to_dict() | {"max_position_embeddings": 32}
    char_ldm.text_encoder = CLIPTextModel(CLIPTextConfig(**text))
    char_ldm.save(folder)
    lms = {folder / "lm": tiny_llama(len(tokenizer)), folder.parent / "opt": tiny_opt(len(tokenizer))}
    for where, lm in lms.items():
        lm.config.dropout = 0.1
        lm.save_pretrained(where)
        tokenizer.save_pretrained(where)
    return folder


def exported(folder: Path) -> dict[str, Tensor]:
    """Every tensor that training wrote into a model folder."""
    kept = ("training", "cache")
    return {
        f"{file.parent.relative_to(folder)}/{name}": tensor
        for file in folder.rglob("*.safetensors")
        if file.relative_to(folder).parts[0] not in kept
        for name, tensor in load_file(file).items()
    }


SLOTS = {"character_slots": True, "cast_tokens": True, "look_tokens": True}
RUNS = {
    "ldm": ("ldm", {}),
    "char-ldm": ("char-ldm", {"found_share": 0.5, "train_text": True}),
    "char-ldm, vision layers": ("char-ldm", {"train_vision_layers": 1, "gradient_checkpointing": True}),
    "lm": ("lm", {"gradient_accumulation": 2}),
    "story-llm": ("story-llm", {"drawing_loss_weight": 1.0, **SLOTS}),
    "story-llm, LoRA": ("story-llm", {"lm": "opt", "lora_rank": 2, "picture_first": True}),
}


@pytest.mark.parametrize(("part", "options"), RUNS.values(), ids=RUNS)
def test_an_interrupted_training_ends_as_an_uninterrupted_one(part, options, begun, toon_folder, tiny_parts, tmp_path):
    if "lm" in options:
        options = options | {"lm": str(begun.parent / options["lm"])}
    options = {"batch_size": 2, "warmup_steps": 2, "learning_rate": 1e-3, "save_minutes": 0.0, "tracker": ""} | options

    def run(folder: str, steps: int = STEPS, **callbacks) -> dict[str, Tensor]:
        callbacks = {"log": lambda line: None} | callbacks
        train(part, toon_folder, tmp_path / folder, begun, steps=steps, **options, **callbacks)
        return exported(tmp_path / folder)

    def interrupt(step: int, steps: int) -> None:
        if step == BEFORE + 1:  # before this one is saved
            raise Interrupted

    whole = run("whole")
    with pytest.raises(Interrupted):
        run("resumed", progress=interrupt)
    state = tmp_path / "resumed" / "training" / part / "state.json"
    assert json.loads(state.read_text())["step"] == BEFORE and not exported(tmp_path / "resumed")
    lines: list[str] = []
    resumed = run("resumed", log=lines.append)
    assert lines[0] == f"resuming at step {BEFORE} of {STEPS}"
    assert whole.keys() == resumed.keys() and len(whole) > 0
    for name, tensor in whole.items():
        assert torch.equal(resumed[name], tensor), name
