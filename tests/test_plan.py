"""`storygptv train --dry-run`: what a run would take, told from configs alone, and true of the run itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import tiny_llama
from safetensors import safe_open
from torch import nn
from torch.nn import functional

from storygptv.training import PARTS, train
from storygptv.training.engine import Task
from storygptv.training.plan import activation_bytes, plan

QUICK = {"steps": 3, "batch_size": 2, "warmup_steps": 1, "mixed_precision": "no"}
pytestmark = pytest.mark.usefixtures("one_precision")


def files_in(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def bytes_in(file: Path, keys=lambda name: True) -> int:
    """Of a file's tensors."""
    with safe_open(file, "pt") as tensors:
        found = [tensors.get_tensor(name) for name in filter(keys, tensors.keys())]
    return sum(tensor.numel() * tensor.element_size() for tensor in found)


@pytest.fixture
def model(char_ldm, tokenizer, tmp_path) -> Path:
    """A model folder with all that stage 1 and 2 build on."""
    char_ldm.save(tmp_path / "m")
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path / "m" / "lm")
    tokenizer.save_pretrained(tmp_path / "m" / "lm")
    return tmp_path / "m"


def unload(model: Path) -> None:
    """Leave of a model its configs and tokenizers."""
    for file in model.glob("*/*.safetensors"):
        file.unlink()


@pytest.mark.parametrize("part", ["char-ldm", "story-llm"])
def test_a_plan_without_weights_tells_what_the_run_then_holds(part, model, toon_folder, tmp_path):
    train(part, toon_folder, tmp_path / "run", model, log=lambda line: None, **QUICK)
    unload(model)
    before = files_in(tmp_path)
    planned = plan(part, toon_folder, tmp_path / "run", model, **QUICK)
    assert files_in(tmp_path) == before
    state = tmp_path / "run" / "training" / part
    weights = bytes_in(state / "3.weights.safetensors", lambda name: not name.startswith("buffer."))
    memory = planned["memory"]
    assert memory["trained weights, float32"] == memory["gradients, float32"] == weights
    assert memory["average, float32"] == bytes_in(state / "3.average.safetensors")
    moments = bytes_in(state / "3.optimizer.safetensors", lambda name: not name.endswith(".step"))
    assert memory["Adam's two moments, float32"] == moments
    assert sum(part["trainable"] for part in planned["parts"].values()) == weights // 4
    assert planned["estimates"]["activations"] > 0
    rows = 12 if part == "char-ldm" else 4
    assert (planned["samples"], planned["rows"], planned["epochs"]) == (6, rows, 6 / rows)


def test_processes_share_in_shards_and_not_otherwise(model, toon_folder, tmp_path):
    unload(model)
    asked = {"part": "story-llm", "data": toon_folder, "out": tmp_path / "run", "init": model}
    one, two, shards = (
        plan(**asked, processes=processes, train_lm=True, fsdp=fsdp, **QUICK)
        for processes, fsdp in ((1, False), (2, False), (4, True))
    )
    weights = one["memory"]["trained weights, float32"]
    assert two["memory"]["trained weights, float32"] == weights and two["samples"] == 2 * one["samples"]
    assert two["memory"]["gradients on their way to other processes"] == weights
    assert shards["memory"]["trained weights, float32"] == pytest.approx(weights / 4, abs=4)
    assert shards["memory"]["gradients on their way to other processes"] == 0
    assert shards["memory"]["frozen weights"] == one["memory"]["frozen weights"]


def test_a_language_model_by_name_is_counted_packed_and_with_its_lora(model, opt_folder, toon_folder, tmp_path):
    for file in opt_folder.glob("*.safetensors"):
        file.unlink()
    asked = {"part": "story-llm", "data": toon_folder, "out": tmp_path / "run", "init": model, "device": "cuda"}
    plain, packed, lora = (
        plan(**asked, lm=str(opt_folder), **options, steps=1, batch_size=1)
        for options in ({}, {"quantisation": "8bit"}, {"lora_rank": 2})
    )
    frozen = "frozen weights"
    linear = 2 * (4 * 16 * 16 + 2 * 16 * 16)  # of two layers: attention, and both ways through 16 units
    assert plain["memory"][frozen] - packed["memory"][frozen] == linear  # a byte instead of two
    assert plain["parts"]["llm.lm"]["trainable"] == 0
    assert lora["parts"]["llm.lm"]["trainable"] == 2 * 6 * 2 * (16 + 16)
    assert plain["precision"] == "bf16"


class Square(Task):
    """Two linear layers of 3 to 5 to 2, and attention."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(3, 5), nn.Linear(5, 2)

    def sketch(self, batch_size: int) -> object:
        x = self.other(self.one(torch.zeros(batch_size, 3)).relu())
        x = x[None, None]
        return functional.scaled_dot_product_attention(x, x, x)


def test_activations_are_what_autograd_keeps():
    with torch.device("meta"):
        # the input (3), what the ReLU gave (5), what is asked, compared and read (2, once) and what comes of it (2)
        assert activation_bytes(Square(), 7) == 4 * 7 * (3 + 5 + 2 + 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"wings": 2}, "story-llm has no option 'wings'"),
        ({"lora_rank": 2}, "lora_rank: is for a language model named by `lm`"),
        ({"quantisation": "2bit"}, "quantisation must be 8bit or 4bit, got '2bit'"),
        ({"quantisation": "4bit", "train_lm": True}, "quantisation: packs a language model that is not trained"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"fsdp": True}, "fsdp: is for several GPUs, .* got one process"),
        ({"lm": "nowhere/nothing"}, "nowhere/nothing is no causal language model"),
    ],
)
def test_what_the_run_refuses_the_plan_refuses_alike(options, message, model, toon_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for ask in (plan, train):
        with pytest.raises(ValueError, match=message):
            ask("story-llm", toon_folder, tmp_path / "run", model, **{"steps": 1, "batch_size": 1} | options)
    assert not (tmp_path / "run" / "training").exists()


def test_a_plan_sees_that_the_run_is_another_one(model, toon_folder, tmp_path):
    train("char-ldm", toon_folder, tmp_path / "run", model, log=lambda line: None, **QUICK)
    with pytest.raises(ValueError, match="was saved by 1, and a run resumes on as many as it began with, got 8"):
        plan("char-ldm", toon_folder, tmp_path / "run", model, processes=8, **QUICK)
    with pytest.raises(ValueError, match="was saved with batch_size = 2, not 3"):
        plan("char-ldm", toon_folder, tmp_path / "run", model, **QUICK | {"batch_size": 3})


TALES = Path(__file__).parents[1] / "tales"


def test_every_part_of_the_toon_model_can_be_planned(tmp_path):
    from storygptv.models.loading import BUNDLED
    from storygptv.toon.dataset import write_toon

    write_toon("train", stories=2, frames=2, seed=5, size=128, out=tmp_path / "data")
    for part in PARTS:
        data = TALES if part == "reader" else tmp_path / "data"
        planned = plan(part, data, tmp_path / "run", BUNDLED, batch_size=2)
        assert sum(sizes["trainable"] for sizes in planned["parts"].values()) > 100_000, part
    assert not (tmp_path / "run").exists()


def test_the_command_prints_it(command, model, toon_folder, tmp_path, monkeypatch):
    unload(model)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"steps": 25_000, "gradient_checkpointing": True}))
    monkeypatch.setenv("WORLD_SIZE", "8")
    words = ("train", "char-ldm", "--data", toon_folder, "--init", model, "--out", tmp_path / "run", "--batch-size", 4)
    status, out, err = command(*words, "--device", "cuda", "--config", settings, "--dry-run")
    assert status == 0, err
    assert "25,000 steps, 800,000 samples: 66666.67 epochs of 12" in " ".join(out.split())
    assert "char_ldm.unet" in out and "estimate: activations" in out and "8 processes" in out
    assert not (tmp_path / "run").exists()


def test_a_classifier_is_a_judge(command, toon_folder, tmp_path):
    told = []
    for part in ("judge", "classifier"):
        status, out, err = command("train", part, "--data", toon_folder, "--out", tmp_path / "run", "--dry-run")
        assert status == 0, err
        told.append(out)
    assert told[0] == told[1] and "Parameters of judge" in told[0]
