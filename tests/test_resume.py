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

from storygptv.models.mapper import EmbeddingMapper
from storygptv.training import train

STEPS, BEFORE = 6, 3  # of them before the interruption


class Interrupted(Exception):
    pass


@pytest.fixture(scope="module")
def begun(tokenizer, tmp_path_factory) -> Path:
    """A model folder that every part can be trained on, and beside it an OPT; the language models have dropout."""
    folder = tmp_path_factory.mktemp("begun") / "m"
    torch.manual_seed(0)
    char_ldm = tiny_char_ldm(tokenizer)
    text = char_ldm.text_encoder.config.to_dict() | {"max_position_embeddings": 32}
    char_ldm.text_encoder = CLIPTextModel(CLIPTextConfig(**text))
    char_ldm.save(folder)
    llama, opt = tiny_llama(len(tokenizer)), tiny_opt(len(tokenizer))
    llama.config.attention_dropout = opt.config.dropout = 0.1
    for lm, where in ((llama, folder / "lm"), (opt, folder.parent / "opt")):
        lm.save_pretrained(where)
        tokenizer.save_pretrained(where)
    return folder


def exported(folder: Path) -> dict[str, Tensor]:
    """Every tensor that training wrote into a model folder."""
    return {
        f"{file.parent.relative_to(folder)}/{name}": tensor
        for file in folder.rglob("*.safetensors")
        if file.relative_to(folder).parts[0] != "training"
        for name, tensor in load_file(file).items()
    }


RUNS = {
    "ldm": ("ldm", {"gradient_accumulation": 2}),
    "char-ldm": ("char-ldm", {"train_vision_layers": 1, "train_text": True, "gradient_checkpointing": True}),
    "story-llm": ("story-llm", {"drawing_loss_weight": 1.0}),
    "story-llm, LoRA": ("story-llm", {"lm": "opt", "lora_rank": 2, "picture_first": True}),
}


@pytest.fixture
def small_mapper(monkeypatch):
    """New mappers have small sizes, whatever they are over."""
    sizes = {"hidden_width": 16, "num_encoder_layers": 1, "num_decoder_layers": 1, "feedforward_width": 16}
    monkeypatch.setattr(
        "storygptv.training.story_llm.EmbeddingMapper", lambda *widths, **_: EmbeddingMapper(*widths, **sizes)
    )


@pytest.mark.parametrize(("part", "options"), RUNS.values(), ids=RUNS)
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    part, options, begun, toon_folder, tiny_parts, small_mapper, tmp_path
):
    if "lm" in options:
        options = options | {"lm": str(begun.parent / options["lm"])}
    options = {"batch_size": 2, "warmup_steps": 2, "learning_rate": 1e-3, "tracker": ""} | options

    def run(out: Path, save_minutes: float = 0.0, log=lambda line: None, progress=None) -> dict[str, Tensor]:
        callbacks = {"log": log, "progress": progress}
        train(part, toon_folder, out, begun, steps=STEPS, save_minutes=save_minutes, **callbacks, **options)
        return exported(out)

    def interrupt(step: int, steps: int) -> None:
        if step == BEFORE + 1:  # which is not saved yet
            raise Interrupted

    whole = run(tmp_path / "whole", save_minutes=9.0)
    resumed_in, lines = tmp_path / "resumed", []
    with pytest.raises(Interrupted):
        run(resumed_in, progress=interrupt)
    state = resumed_in / "training" / part
    assert json.loads((state / "state.json").read_text())["step"] == BEFORE and not exported(resumed_in)
    halfway = load_file(state / f"{BEFORE}.average.safetensors")
    resumed = run(resumed_in, log=lines.append)
    assert lines[0] == f"resuming at step {BEFORE} of {STEPS}"
    assert whole.keys() == resumed.keys() and len(whole) > 0
    for name, tensor in whole.items():
        assert torch.equal(resumed[name], tensor), name
    average = load_file(state / f"{STEPS}.average.safetensors")
    assert any(not torch.equal(average[name], tensor) for name, tensor in halfway.items())  # it did go on
