"""Where texts meet models: tokens that name somebody, characters cut out, tokenizers, order of rows."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
import torch
from conftest import TEXTS
from transformers import AutoTokenizer

from storygptv.data.collate import character_token_mask, names_in_slots, tokenize
from storygptv.data.masks import BACKGROUND, character_crop, character_masks
from storygptv.training.engine import rows_of
from storygptv.training.tokenizers import train_tokenizer

TEXT = "Mrs. Plum's dog greets Mia, and Mia waves."
NAMES = ["Mrs. Plum", "Mia"]


def spans_of(text: str, names: list[str]) -> list[dict]:
    return [
        {"start": found.start(), "end": found.end(), "character": name}
        for name in names
        for found in re.finditer(re.escape(name), text)
    ]


@pytest.fixture(params=[True, False], ids=["lowercase", "cased"])
def tokenizer(request):
    return train_tokenizer(TEXTS * 3, 330, 64, lowercase=request.param)


@pytest.fixture
def masked(tokenizer):
    """The mask of a text at a length, with the texts of the tokens it marks for each character."""

    def mask(text: str, names: list[str], length: int = 32, num_characters: int = 3):
        offsets = tokenize([text], tokenizer, length)["offset_mapping"]
        mask = character_token_mask(offsets, [spans_of(text, names)], [names], num_characters)
        assert mask.shape == (1, num_characters, length) and mask.dtype == torch.bool
        ends = [[int(offsets[0, t, 1]) for t in row.nonzero().flatten()] for row in mask[0]]
        return mask, ends

    return mask


def test_the_last_token_of_every_mention_is_marked(masked):
    mask, ends = masked(TEXT, NAMES)
    assert mask.sum(-1).tolist() == [[1, 2, 0]]  # a two-word name with a possessive once, Mia twice
    for name, found in zip(NAMES, ends, strict=False):
        assert found == [span["end"] for span in spans_of(TEXT, [name])]


@pytest.mark.parametrize("text", ["Mia!", '"Mia," says he.', "(Mia)", "Mia's", "mum-Mia.", "Oh, Mia…"])
def test_punctuation_around_a_name_is_not_the_name(masked, text):
    mask, ends = masked(text, ["Mia"])
    assert ends[0] == [text.index("Mia") + 3]


def test_a_name_of_many_sub_tokens_is_marked_at_its_last(masked):
    mask, ends = masked("Look, Xyzzyqvist is here.", ["Xyzzyqvist"])
    assert ends[0] == [len("Look, Xyzzyqvist")]


def test_a_name_that_was_cut_off_is_not_marked(masked, tokenizer):
    name_ends_at = int(masked(TEXT, NAMES)[0][0, 0].nonzero()[0])
    for length in range(3, name_ends_at + 2):  # the last place is the end token's
        assert not masked(TEXT, NAMES, length)[0].any()
    assert masked(TEXT, NAMES, name_ends_at + 2)[0].sum() == 1


def test_rows_follow_the_characters_and_those_beyond_are_left_out(tokenizer):
    texts, names = ["Mia and Leo", "Leo", "Nobody"], [["Mia", "Leo"], ["Leo"], []]
    offsets = tokenize(texts, tokenizer, 16)["offset_mapping"]
    spans = [spans_of(text, who) for text, who in zip(texts, names, strict=True)]
    mask = character_token_mask(offsets, spans, names, 2)
    assert mask.any(-1).tolist() == [[True, True], [True, False], [False, False]]
    first_only = character_token_mask(offsets, spans, names, 1)
    assert torch.equal(first_only, mask[:, :1])
    for b in range(3):  # a batch is its texts
        assert torch.equal(character_token_mask(offsets[b : b + 1], spans[b : b + 1], names[b : b + 1], 2)[0], mask[b])


def test_everybody_has_a_slot_and_all_else_keeps_its_order():
    mask = torch.zeros(3, 3, 8, dtype=torch.bool)
    mask[0, 0, [3, 6]] = mask[0, 1, [2, 5]] = True  # the first character is named after the second
    mask[2, 0, 1] = True  # the second one's name was cut off
    slots = [[2, 0], [], [1, 0]]
    order = names_in_slots(mask, slots, 3)
    assert order.tolist() == [[2, 7, 3, 6, 5, 0, 1, 4], [7, 6, 5, 0, 1, 2, 3, 4], [7, 1, 6, 0, 2, 3, 4, 5]]
    assert torch.equal(names_in_slots(mask[:1], slots[:1], 3)[0], order[0])  # a batch is its texts


def test_tokens_come_back_as_text(tokenizer):
    for text in (*TEXTS, "naïve Zoë – 完 🙂", "  two  spaces"):
        text = text.lower() if tokenizer.backend_tokenizer.normalizer is not None else text
        ids = tokenizer(text, add_special_tokens=False).input_ids
        assert tokenizer.decode(ids).strip() == text.strip()
        assert None not in ids and max(ids) < len(tokenizer)


def test_offsets_are_places_in_the_text(tokenizer):
    offsets = tokenize([TEXT], tokenizer, 64)["offset_mapping"][0].tolist()
    words = [TEXT[start:end] for start, end in offsets if end > start]
    assert "".join(words) == TEXT.replace(" ", "")


def test_texts_are_wrapped_padded_and_cut(tokenizer, tmp_path):
    tokens = tokenize(["Mia", TEXT], tokenizer, 8)
    ids, there = tokens["input_ids"], tokens["attention_mask"].bool()
    assert ids.shape == there.shape == (2, 8)
    assert (ids[:, 0] == tokenizer.bos_token_id).all() and (ids[~there] == tokenizer.pad_token_id).all()
    assert ids[1, -1] == tokenizer.eos_token_id  # a text cut off still ends
    assert ((ids == tokenizer.eos_token_id).sum(-1) == 1).all()
    tokenizer.save_pretrained(tmp_path)
    again = tokenize(["Mia", TEXT], AutoTokenizer.from_pretrained(tmp_path), 8)
    assert torch.equal(again["input_ids"], ids)


def test_character_masks_are_one_for_each_id():
    segmentation = np.array([[0, 1], [2, 1]], np.uint8)
    masks = character_masks(segmentation, 3)
    assert masks.tolist() == [[[0, 1], [0, 1]], [[0, 0], [1, 0]], [[0, 0], [0, 0]]]
    assert np.array_equal(character_masks(np.stack([segmentation] * 2), 3)[1], masks)


def test_a_character_is_cut_out_on_grey():
    image = np.zeros((10, 12, 3), np.uint8)
    image[2:8, 3:6] = (200, 10, 30)
    mask = np.zeros((10, 12), bool)
    mask[2:8, 3:6] = True
    crop = character_crop(image, mask, 24)
    red = (crop == (200, 10, 30)).all(-1)
    assert crop.shape == (24, 24, 3) and crop.dtype == np.uint8
    assert np.flatnonzero(red.any(1)).size == round(0.92 * 24)  # the longer side fills it
    assert (crop[0, 0] == BACKGROUND).all() and red[12, 12]
    with pytest.raises(ValueError, match="mask must hold at least one pixel"):
        character_crop(image, np.zeros((10, 12), bool), 24)


def test_a_crop_moves_with_its_generator_and_keeps_its_colours():
    image = np.full((8, 8, 3), (200, 10, 30), np.uint8)
    crops = [character_crop(image, np.ones((8, 8), bool), 96, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert np.array_equal(crops[0], crops[1]) and not np.array_equal(crops[0], crops[2])
    for crop in crops:
        colours = {tuple(colour) for colour in crop.reshape(-1, 3).tolist()}
        assert colours == {(200, 10, 30), BACKGROUND}


@pytest.mark.parametrize(("num_rows", "batch_size"), [(10, 4), (3, 8), (7, 7)])
def test_every_epoch_sees_every_row_once(num_rows, batch_size):
    rows = [row for step in range(2 * num_rows) for row in rows_of(step, batch_size, num_rows, seed=3)]
    for epoch in range(2 * batch_size):
        assert Counter(rows[epoch * num_rows : (epoch + 1) * num_rows]) == Counter(range(num_rows))
    assert rows != rows[:num_rows] * (2 * batch_size)  # in another order
    assert rows_of(5, batch_size, num_rows, 3) == rows[5 * batch_size : 6 * batch_size]
