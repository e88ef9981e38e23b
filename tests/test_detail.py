"""What of a picture is in its condition: the bundled model's own drawings, beside what its VAE gives back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from storygptv.data.store import StoryData
from storygptv.evaluation.detail import DRAWN, detail_scores
from storygptv.evaluation.told import in_another
from storygptv.pipeline import StoryPipeline
from storygptv.toon.dataset import write_toon


@pytest.fixture(scope="module")
def toon(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("detail") / "test"
    write_toon("test", stories=2, frames=3, seed=1, size=128, out=folder)
    return folder


def test_the_vae_is_the_limit_and_crops_tell_more_than_portraits(toon: Path) -> None:
    pipeline, seen = StoryPipeline.from_pretrained("toon"), []
    pipeline.config = replace(pipeline.config, num_inference_steps=8)
    scores = detail_scores(pipeline, StoryData.load(toon), 2, 0, progress=lambda *at: seen.append(at))
    assert seen[-1] == (18, 18) and sorted(seen) == seen
    assert scores["system"] == "vae" and scores["num_frames"] == 6
    assert scores["psnr"] > 20 and scores["looks_acc"] > 0.9 and scores["char_acc"] == 1
    for way in (*DRAWN, "another"):
        assert scores[way]["psnr"] < scores["psnr"] - 5
        assert scores[way]["image_similarity"] < scores["image_similarity"]
    assert scores["own_crops"]["looks_acc"] > scores["portraits"]["looks_acc"]
    assert scores["own_crops"]["bg_acc"] > scores["another"]["bg_acc"]
    with pytest.raises(ValueError, match="stories: must be two at least that share no picture"):
        detail_scores(pipeline, StoryData.load(toon), 1, 0)
    data = StoryData.load(toon)
    data.has_segmentation[1] = False
    with pytest.raises(ValueError, match="data: every frame must have a segmentation to cut its characters out by"):
        detail_scores(pipeline, data, 2, 0)
    pipeline.judge = None
    with pytest.raises(ValueError, match="model: must hold a judge and a fusion, and it does not"):
        detail_scores(pipeline, StoryData.load(toon), 2, 0)


def test_another_is_of_another_story_however_long_they_are() -> None:
    assert in_another([2, 2], [0, 1]) == [2, 3, 0, 1]
    assert in_another([2, 4, 1], [0, 1, 2]) == [6, 6, 0, 1, 1, 1, 2]
    assert in_another([2, 2, 2], [0, 1, 1]) == [4, 5, 0, 1, 0, 1]  # the last two share pictures


@pytest.mark.parametrize("name", ["detail", "drift", "masks"])
def test_a_command_asks_and_keeps_the_same_scores_twice(command, toon: Path, tmp_path: Path, name, monkeypatch) -> None:
    short = StoryPipeline.from_pretrained("toon")
    short.config = replace(short.config, num_inference_steps=1)
    monkeypatch.setattr("storygptv.cli.load_pipeline", lambda *asked: asks_whole.append(asked[-1]) or short)
    kept, asks_whole = [], []
    for file in (tmp_path / "one.json", tmp_path / "two.json"):
        code, out, err = command("evaluate", name, "--data", toon, "--stories", 2, "--json", file)
        assert code == 0 and ("found_iou" if name == "masks" else "char_acc") in out, err
        kept.append(file.read_text())
    assert kept[0] == kept[1] and json.loads(kept[0])["num_frames"] == 6
    assert name != "masks" or json.loads(kept[0])["found_iou"] > json.loads(kept[0])["found_iou_chance"] > 0
    assert set(asks_whole) == {name != "masks"}  # Char-LDM's attention needs no story LLM
    code, _, err = command("evaluate", name, "--data", toon, "--stories", 3)
    assert code == 2 and "stories: must be 1 to 2, all the data set has, got 3" in err
