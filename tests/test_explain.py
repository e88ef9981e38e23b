"""Whom the model meant: read from the model, said by its own numbers, shown where it looks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from conftest import pipeline_of, portrait
from PIL import Image

from storygptv.cast import Cast
from storygptv.story import Character, Frame, Story
from storygptv.studio.explain import SIDE, Resolved, draw_explanation, explain

CAST = Cast(
    characters=[{"name": "Mia", "pronoun": "she"}, {"name": "Leo", "pronoun": "he"}],
    portraits={"Mia": portrait("red"), "Leo": portrait("blue")},
)
PICTURES = [Image.new("RGB", (32, 32), colour) for colour in ("green", "yellow")]


def story(*texts: str, characters=()) -> Story:
    return Story("A walk", characters, tuple(Frame(text) for text in texts or ("Mia runs.", "She waves.")))


def test_with_a_reader_the_score_is_how_probable_each_is(reading_pipeline):
    said = {"Mia runs.": "Mia run; park;", "They wave.": "Leo wave; park;"}
    told = Story("A walk", (), tuple(Frame(text, None, scene) for text, scene in said.items()))
    (leo,) = [each for each in explain(reading_pipeline, told, PICTURES, 1) if each.there]
    assert (leo.name, leo.score) == ("Leo", 1.0)  # a person has said so
    assert leo.attention.shape == (32, 32) and 0 <= leo.attention.min() <= leo.attention.max() <= 1


def test_without_one_it_is_the_cosine_with_their_name(char_ldm, tokenizer, monkeypatch):
    """A condition that holds a name's own fused embedding is that character, with cosine 1, at that token."""
    pipeline = pipeline_of(char_ldm, tokenizer, CAST)
    told, empty = pipeline.text_condition("Leo"), char_ldm.empty_condition()
    own = told[0, (told - empty).norm(dim=-1)[0].argmax()]
    condition = torch.zeros_like(told)
    condition[0, 5] = 3 * own
    monkeypatch.setattr(pipeline.story_llm, "map", lambda hidden: condition)
    (leo, mia) = explain(pipeline, story(), PICTURES, 0)
    assert leo.name == "Leo" and leo.score == pytest.approx(1, abs=1e-5) and leo.score > mia.score


def test_lent_looks_are_those_of_who_plays(char_ldm, tokenizer):
    pipeline = pipeline_of(char_ldm, tokenizer, CAST)
    anna = story("Anna runs.", characters=(Character("Anna", plays="Mia"),))
    played = explain(pipeline, anna, PICTURES[:1], 0)
    by_name = explain(pipeline, story("Mia runs."), PICTURES[:1], 0)
    assert all(np.array_equal(a.attention, b.attention) for a, b in zip(played, by_name, strict=True))
    assert {each.name: each.called for each in played} == {"Leo": "Leo", "Mia": "Anna"}


def test_the_sheet_shows_who_is_there():
    left, none = np.zeros((32, 32)), np.zeros((32, 32))
    left[:, :16] = 1
    sheet = draw_explanation("She waves.", PICTURES[1], [Resolved("Mia", 0.9, left), Resolved("Leo", 0.1, none)])
    alone = draw_explanation("She waves.", PICTURES[1], [Resolved("Mia", 0.2, left), Resolved("Leo", 0.1, none)])
    assert sheet.width == alone.width and sheet.width > 2 * SIDE  # the frame, and one map: the likeliest, if nobody is
    pasted = draw_explanation("She waves.", PICTURES[1], [Resolved("Mia", 0.9, left)], portraits=CAST.portraits)
    assert pasted.getpixel((pasted.width - 32 - SIDE + 8 + 2 + 40, 94 + 8 + 2 + 40)) == (255, 0, 0)  # the portrait
    heat = np.asarray(sheet)[100 + SIDE // 2, -32 - SIDE : -32].astype(int)
    assert heat[20].sum() > heat[-20].sum()  # bright where it looks, dim where it does not


def test_what_is_not_there_is_refused(char_ldm, tokenizer):
    with pytest.raises(ValueError, match="frame: must be 1 to 2, got 3"):
        explain(pipeline_of(char_ldm, tokenizer, CAST), story(), PICTURES, 2)
    with pytest.raises(ValueError, match="no cast"):
        explain(pipeline_of(char_ldm, tokenizer), story(), PICTURES, 0)


def test_the_command(char_ldm, tokenizer, tmp_path, command):
    pipeline_of(char_ldm, tokenizer, CAST).save_pretrained(tmp_path / "model")
    record = {"title": "T", "characters": [], "model": str(tmp_path / "model"), "settings": {}}
    frames = [{"text": "Mia runs.", "image": "frames/001.png", "seed": 1}]
    (tmp_path / "frames").mkdir()
    PICTURES[0].save(tmp_path / "frames/001.png")
    (tmp_path / "story.json").write_text(json.dumps(record | {"frames": frames}))
    status, text, err = command("explain", tmp_path, "--frame", "1", "--to", tmp_path / "why.png")
    assert status == 0 and "Error" not in err and "Mia" in text and "Leo" in text and "drawn" not in text
    Image.open(tmp_path / "why.png").load()
    assert command("explain", tmp_path, "--frame", "2")[0] == 2
