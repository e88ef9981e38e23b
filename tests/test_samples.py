"""What samples of training are made of: how often they are fused, with whose looks, and what a target may know."""

from __future__ import annotations

import pytest
import torch
from conftest import FEATURE_WIDTH, story_llm_of, tiny_llama

from storygptv.data.store import StoryData
from storygptv.training.char_ldm import CharLDMTask
from storygptv.training.story_llm import StoryLLMTask


@pytest.fixture
def data(toon_folder) -> StoryData:
    return StoryData.load(toon_folder)


def quiet(task):
    task.prepare(log=lambda line: None)
    return task


# --- stage 1


def shares(task: CharLDMTask, batches: int = 30, size: int = 60) -> tuple[float, float, float]:
    """Of many samples: how many are unconditional, how many others have no feature at all, and of the characters of
    the rest how many have none."""
    empty, text_only, dropped, there = 0, 0, 0, 0
    for step in range(batches):
        batch = task.batch(step, size)
        # of whose masks are not empty: who is in the picture
        present, features = batch["character_masks"].flatten(2).any(-1), batch["character_features"].any(-1)
        unconditional = (batch["input_ids"] == task.empty_ids).all(-1)
        assert not features[unconditional].any() and not batch["character_token_mask"][unconditional].any()
        none = ~unconditional & ~features.any(-1)
        empty, text_only = empty + int(unconditional.sum()), text_only + int(none.sum())
        rest = ~unconditional & ~none
        there += int(present[rest].sum())
        dropped += int((present & ~features)[rest].sum())
    return empty / (batches * size), text_only / (batches * size), dropped / there


def test_a_tenth_is_unconditional_a_tenth_text_alone_and_characters_are_dropped(char_ldm, data, tmp_path):
    task = quiet(CharLDMTask(data, tmp_path, char_ldm, drop_character=0.0))
    task.features[:] = 1.0  # everybody can be seen
    task.portraits[:] = 1.0
    empty, text_only, dropped = shares(task)
    assert empty == pytest.approx(0.1, abs=0.02) and text_only == pytest.approx(0.1, abs=0.02) and dropped == 0.0
    task.drop_character = 0.3
    empty, text_only, dropped = shares(task)
    assert empty == pytest.approx(0.1, abs=0.02) and text_only > 0.15  # who is alone, or all of them
    assert 0.1 < dropped < 0.3  # of samples in which somebody is left
    task.drop_character = 1.0
    assert not task.batch(0, 60)["character_features"].any()


def test_a_character_s_crop_is_of_another_frame_of_its_story(char_ldm, data, tmp_path):
    task = quiet(CharLDMTask(data, tmp_path, char_ldm, drop_character=0.0, portrait_share=0.0))
    story_of = {row: story for story, rows in enumerate(data.stories) for row in rows}
    for row, places_of in enumerate(task.elsewhere):
        for character, places in zip(task.characters[row], places_of, strict=False):
            assert all(other != row and story_of[other] == story_of[row] for other, _ in places)
            assert all(task.characters[other][k] == character for other, k in places)
    assert any(places for places_of in task.elsewhere for places in places_of)
    for row in range(len(task.features)):  # a crop that says which frame it is of
        task.features[row] = torch.where(task.features[row].any(-1, keepdim=True), float(row + 1), 0.0)
    task.portraits[:] = 1000.0
    rows = {tuple(latents.flatten()[:9].tolist()): row for row, latents in enumerate(task.latents.float())}
    seen = set()
    for step in range(20):
        batch = task.batch(step, 12)
        for latents, features in zip(batch["latents"], batch["character_features"], strict=True):
            row = rows[tuple(latents.flatten()[:9].tolist())]
            for k, character in enumerate(task.characters[row]):
                crop = features[k, 0].item()
                if crop in (0.0, 1000.0):  # text alone, or seen nowhere else
                    assert crop == 0.0 or not task.elsewhere[row][k]
                    continue
                seen.add(crop)
                assert crop - 1 != row and (crop - 1) in {other for other, _ in task.elsewhere[row][k]}, character
    assert len(seen) > 3


@pytest.mark.parametrize("seed", [0, 7, 2**52, 2**63 - 1])
def test_timesteps_are_spread_whatever_the_seed(char_ldm, data, tmp_path, seed):
    task = quiet(CharLDMTask(data, tmp_path, char_ldm, seed=seed))
    timesteps = torch.cat([task.batch(step, 50)["timesteps"] for step in (0, 1, 10**6, 10**6 + 1)])
    counts = torch.histc(timesteps.float(), 10, 0, 1000)
    assert counts.min() >= 16 and counts.max() <= 24 and len(timesteps.unique()) > 100


# --- stage 2


def told(char_ldm, tokenizer, data, folder, **options) -> StoryLLMTask:
    """A task whose first story has two frames of Mia and one of Mia and Leo, crops that say which frame they are of,
    and portraits that say whose they are."""
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, vision_width=16, visual_tokens="patches")
    task = quiet(StoryLLMTask(data, folder, char_ldm, llm, **options))
    mia, leo = (data.info.names.index(name) for name in ("Mia", "Leo"))
    for frame, (row, present) in enumerate(zip(data.stories[0], ([mia], [mia], [leo, mia]), strict=True), 1):
        task.characters[row] = present
        task.features[row] = 0.0
        for k, character in enumerate(present):
            task.features[row, k] = frame + (10 if character == leo else 0)
    task.portraits[mia], task.portraits[leo] = 100.0, 200.0
    return task


def known(task: StoryLLMTask, is_seen: list[bool]) -> list[list[float]]:
    rows = task.data.stories[0]
    targets = task._target_features(rows, is_seen)
    assert all(target.shape[1] == FEATURE_WIDTH and (target == target[:, :1]).all() for target in targets)
    return [target[: len(task.characters[row]), 0].tolist() for row, target in zip(rows, targets, strict=True)]


def test_a_target_holds_the_portrait_and_then_what_was_seen_earlier(char_ldm, tokenizer, data, tmp_path):
    task = told(char_ldm, tokenizer, data, tmp_path)
    assert known(task, [True, True, True]) == [[100.0], [1.0], [200.0, 1.0]]
    assert known(task, [False, True, True]) == [[100.0], [100.0], [200.0, 2.0]]  # its first picture was missing
    assert known(task, [False, False, False]) == [[100.0], [100.0], [200.0, 100.0]]


def test_the_paper_s_target_holds_the_frame_s_own_crops(char_ldm, tokenizer, data, tmp_path):
    task = told(char_ldm, tokenizer, data, tmp_path, own_frame_target=True)
    assert known(task, [True, True, True]) == [[1.0], [2.0], [13.0, 3.0]]
    assert known(task, [False, False, False]) == [[1.0], [2.0], [13.0, 3.0]]


def test_so_many_pictures_are_missing(char_ldm, tokenizer, data, tmp_path):
    for share in (0.0, 0.25, 1.0):
        task = told(char_ldm, tokenizer, data, tmp_path, missing_pictures=share)
        of_all = sum(len(rows) - 1 for rows in data.stories) / len(data.stories)
        pictures = [len(task.batch(step, 8).get("visual_features", ())) for step in range(40)]
        assert sum(pictures) / (40 * 8 * of_all) == pytest.approx(1 - share, abs=0.06)
