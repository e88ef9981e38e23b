"""A language model trained in shards: the same curve and the same files as in one process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedType
from conftest import TEXTS, story_llm_of, tiny_llama
from safetensors.torch import load_file
from torch import Tensor, nn

from storygptv.training import engine, train
from storygptv.training.engine import Task, TrainConfig, fit, sharded_layers_of
from storygptv.training.tokenizers import train_tokenizer

STEPS, BATCH = 10, 8
EXACT = {"mixed_precision": "no", "log_every": 1, "warmup_steps": 2, "save_minutes": 0.0}


class Reader(Task):
    """A whole story LLM that learns to tell and to map, beside a frozen part."""

    def __init__(self):
        super().__init__()
        tokenizer = train_tokenizer(TEXTS * 3, 330, 256, lowercase=False)
        torch.manual_seed(5)
        self.llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer)
        self.frozen = nn.Linear(16, 16).requires_grad_(False)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        stories = torch.randint(3, 200, (64, 12), generator=torch.Generator().manual_seed(1))
        image = torch.tensor(self.llm.image_ids).expand(batch_size, -1)
        rows = torch.arange(step * batch_size, (step + 1) * batch_size) % 64
        return {"ids": torch.cat((stories[rows], image), dim=1)}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        ids = batch["ids"]
        positions = torch.arange(ids.shape[1]).expand_as(ids)
        hidden, mapped = self.llm(ids, torch.ones_like(ids), positions, None)
        told = nn.functional.cross_entropy(self.llm.logits(hidden)[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
        away = (self.frozen(mapped) - 1).square().mean()
        return {"loss": told + away, "told": told}

    def sharded_layers(self) -> list[str]:
        return sharded_layers_of(self.llm.lm)


class OnProcessors(Accelerator):
    """accelerate shards on accelerators alone; here it takes processors for such."""

    def __init__(self, *args, fsdp_plugin=None, **options):
        super().__init__(*args, **options)
        if fsdp_plugin is not None:
            self.state.distributed_type, self.state.fsdp_plugin = DistributedType.FSDP, fsdp_plugin


def on_two_processes(*words) -> subprocess.CompletedProcess:
    """Run this file on two processes."""
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    return subprocess.run([*launch, __file__, *map(str, words)], capture_output=True, text=True, timeout=600)


def columns_of(state: Path, name: str) -> list[float]:
    return [json.loads(line)[name] for line in (state / "log.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_shards_give_the_curve_and_the_files_of_one_process_and_resume(
    toon_folder, char_ldm, tokenizer, tmp_path, one_precision
):
    from storygptv.models.story_llm import StoryLLM

    fit(Reader(), TrainConfig(STEPS, BATCH, 1e-2, **EXACT), tmp_path / "one", log=lambda line: None)
    killed = on_two_processes(tmp_path / "killed", "6")
    assert killed.returncode != 0
    assert json.loads((tmp_path / "killed" / "state.json").read_text())["step"] == 5
    model = tmp_path / "m"
    char_ldm.save(model)
    tiny_llama(len(tokenizer)).save_pretrained(model / "lm")
    tokenizer.save_pretrained(model / "lm")
    done = on_two_processes(tmp_path / "killed", "whole", tmp_path / "whole", model, toon_folder)
    assert done.returncode == 0 and "resuming at step 5 of 10" in done.stdout, done.stderr
    assert "refused: fsdp: is for GPUs, got cpu" in done.stdout

    for name in ("loss", "told"):
        curve = columns_of(tmp_path / "one", name)
        assert columns_of(tmp_path / "whole", name) == pytest.approx(curve, abs=1e-4)
    assert curve[-1] < curve[0] - 0.05
    for name in ("weights", "average", "optimizer"):
        one, whole, killed = (
            load_file(tmp_path / run / f"{STEPS}.{name}.safetensors") for run in ("one", "whole", "killed")
        )
        assert {key: value.shape for key, value in whole.items()} == {key: value.shape for key, value in one.items()}
        assert all(torch.equal(killed[key], value) for key, value in whole.items()), name
        if name != "optimizer":
            assert all(torch.allclose(whole[key], value, atol=1e-3) for key, value in one.items()), name

    # a story LLM, trained by its command in shards, is read by one process
    llm = StoryLLM.from_folder(tmp_path / "m" / "story_llm")
    saved = load_file(tmp_path / "m" / "training" / "story-llm" / "2.average.safetensors")
    own = dict(llm.named_parameters())
    trained = {name.removeprefix("llm."): value for name, value in saved.items()}
    assert any(name.startswith("lm.model.layers.1.") for name in trained)
    assert all(torch.equal(own[name], value) for name, value in trained.items())
    before = load_file(tmp_path / "m" / "lm" / "model.safetensors")
    assert any(not torch.equal(llm.lm.state_dict()[name], value) for name, value in before.items())
    with pytest.raises(ValueError, match="was saved by 2, and a run resumes on as many as it began with, got 1"):
        train("story-llm", toon_folder, tmp_path / "m", log=lambda line: None, **STORY | {"fsdp": False})


def test_shards_are_refused_where_there_is_nothing_to_share(tmp_path, one_precision):
    with pytest.raises(ValueError, match="fsdp: is for several GPUs, .* got one process"):
        fit(Reader(), TrainConfig(1, 1, 1e-2, fsdp=True), tmp_path / "state")
    frozen = Reader()
    frozen.llm.lm.requires_grad_(False)
    with pytest.raises(ValueError, match="fsdp: is for a language model that is trained as a whole"):
        engine.check(frozen, TrainConfig(1, 1, 1e-2, fsdp=True), tmp_path / "state", {"num_processes": 2})
    assert not (tmp_path / "state").exists()


STORY = {
    "steps": 2, "batch_size": 2, "train_lm": True, "fsdp": True, "warmup_steps": 1, "learning_rate": 1e-2,
    "mixed_precision": "no",
}  # fmt: skip


if __name__ == "__main__":  # what the tests run on two processes
    torch.set_num_threads(1)
    folder, what = Path(sys.argv[1]), sys.argv[2]

    def kill(line: str) -> None:
        print(line)
        if line.startswith(f"step {what} "):
            os.kill(os.getpid(), signal.SIGKILL)

    sharded = TrainConfig(STEPS, BATCH // 2, 1e-2, fsdp=True, **EXACT)
    if what == "whole":
        try:
            fit(Reader(), sharded, folder)
        except ValueError as error:
            print(f"refused: {error}")
        AcceleratorState._reset_state()
    engine.Accelerator = OnProcessors
    fit(Reader(), sharded, folder, log=kill)
    if what == "whole":
        whole, model, data = map(Path, sys.argv[3:])
        fit(Reader(), sharded, whole)
        train("story-llm", data, model, **STORY)
