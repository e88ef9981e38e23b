"""The benchmarks, on the smallest sizes: that they run, and that what they compare is the same."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import full_size
import loader
import supervision


@pytest.fixture(autouse=True)
def small(monkeypatch):
    sd_unet = full_size.sd_unet
    monkeypatch.setattr(full_size, "WIDTH", 48)
    monkeypatch.setattr(full_size, "sd_unet", lambda: sd_unet(0.1, 8))
    monkeypatch.setattr(full_size, "matmul_peak", lambda device, dtype: 1.0)


def test_supervision_costs_are_of_one_and_the_same_loss():
    args = argparse.Namespace(device="cpu", threads=None, scale=0.1, size=8, batch=2)
    trainers, batch = supervision.trainers_of(list(supervision.WAYS), args)
    before = [parameter.clone() for parameter in trainers["none"].trained]
    losses = {way: trainer.step(batch) for way, trainer in trainers.items()}
    assert set(losses["none"]) == {"loss"}
    assert losses["ours"]["attention_loss"] == pytest.approx(losses["usual"]["attention_loss"], abs=2e-3)
    assert any(not torch.equal(a, b) for a, b in zip(before, trainers["none"].trained, strict=True))


def test_stages_at_full_size_take_a_step_of_a_small_model(monkeypatch):
    small = full_size.LlamaConfig(
        hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=4, vocab_size=500
    )
    monkeypatch.setitem(full_size.LLMS, "llama-2-7b", lambda layers: small)
    for what in ("stage-1", "stage-2"):
        args = argparse.Namespace(
            what=[what], device="cpu", threads=None, batch=2, llm="llama-2-7b", layers=1, drawing_steps=1, repeats=0,
            checkpointing=False, average=True,
        )  # fmt: skip
        figures = full_size.measure(args)
        assert figures["seconds"] > 0 and figures["operations"] > 0 and figures["peak_memory_bytes"] > 0


def test_batches_are_delivered(tmp_path):
    figures = loader.measure(32, 8, 4, 0.01, 200, tmp_path)
    assert all(figures[f"{name}_batches_per_second"] > 0 for name in ("char_ldm", "clip", "vae"))
