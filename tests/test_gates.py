"""The gates' probes, on features and models small enough to know the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from storygptv.data.store import StoryData
from storygptv.evaluation import gates
from storygptv.evaluation.probes import attentive_probe, linear_probe, linear_probes, mean_accuracy
from storygptv.toon.dataset import write_toon


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StoryData:
    folder = tmp_path_factory.mktemp("gates") / "data"
    write_toon(split="test", stories=12, frames=4, seed=0, size=32, out=folder)
    return StoryData.load(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with a random image encoder."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=32,
        patch_size=8, projection_dim=16,
    )  # fmt: skip
    CLIPVisionModelWithProjection(vision).save_pretrained(folder / "image_encoder")
    return folder


def test_a_linear_probe_finds_what_is_linear() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(400, 6, generator=generator)
    labels = (features[:, :3] * torch.tensor([1.0, 5.0, 0.2])).argmax(-1)
    guess = linear_probe(features[:300], labels[:300], features[300:], 3)
    assert (guess == labels[300:]).float().mean() > 0.95
    crossed = (features[:, 0] * features[:, 1] > 0).long()  # not linear in any direction
    guess = linear_probe(features[:300], crossed[:300], features[300:], 2)
    assert 0.3 < (guess == crossed[300:]).float().mean() < 0.7


def test_a_probe_over_patches_finds_a_look_wherever_it_is_and_the_mean_does_not_tell_whose() -> None:
    generator = torch.Generator().manual_seed(0)
    number, patches = 600, 6
    values = torch.randint(2, (number, 2), generator=generator)
    tokens = 0.1 * torch.randn(number, patches, 8, generator=generator)
    for row in range(number):  # a patch for each character: who it is (0, 1), and its look (2, 3)
        for character, place in enumerate(torch.randperm(patches, generator=generator)[:2].tolist()):
            tokens[row, place, character] = 3
            tokens[row, place, 2 + int(values[row, character])] = 3
    labels = {"color": values.clone()}
    labels["color"][::5, 1] = -1
    train = {"color": labels["color"][:500]}
    true = {"color": values[500:]}
    guesses = attentive_probe(tokens[:500], train, tokens[500:], {"color": 2}, epochs=15)
    assert mean_accuracy(guesses, true) > 0.9
    pooled = linear_probes(tokens[:500].mean(1), train, tokens[500:].mean(1), {"color": 2})
    assert mean_accuracy(pooled, true) < 0.9
    assert mean_accuracy({}, {}) is None


def test_the_command(data: StoryData, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(Path(data.frames.cache_files[0]["filename"]).parents[1])
    out = tmp_path / "gates.json"
    asked = [str(model), "--train", folder, "--test", folder]
    status = gates.main([*asked, "--frames", "40", "--json", str(out)])
    scores = json.loads(out.read_text())
    assert {name for name in gates.GATES if name.startswith("clip")} <= set(scores)
    assert all(0 <= value <= 1 for name, value in scores.items() if name.endswith("_acc"))
    printed = capsys.readouterr().out
    assert "clip_identity_acc" in printed and status == ("FAILED" in printed)
    with pytest.raises(SystemExit):
        gates.main([*asked, "--vae"])
    assert "the gate of vae" in capsys.readouterr().err
