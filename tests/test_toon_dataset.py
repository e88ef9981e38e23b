"""The toon world as a data set: bit for bit, and true to its own masks, boxes and texts."""

from __future__ import annotations

import numpy as np
import pytest

from storygptv.data import StoryData
from storygptv.toon.cast import CAST
from storygptv.toon.dataset import toon_stories, write_toon

SIZE, STORIES, FRAMES, SEED = 64, 3, 4, 7


@pytest.fixture(scope="module")
def drawn() -> list[list[dict]]:
    return list(toon_stories("train", STORIES, FRAMES, SEED, SIZE))


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> StoryData:
    out = tmp_path_factory.mktemp("toon") / "set"
    calls = []
    write_toon("train", STORIES, FRAMES, SEED, SIZE, out, progress=lambda *call: calls.append(call))
    assert calls == [(1, STORIES), (2, STORIES), (3, STORIES)]
    return StoryData.load(out)


def test_written_stories_are_the_drawn_ones_bit_for_bit(drawn, data):
    assert len(data) == STORIES and [len(rows) for rows in data.stories] == [FRAMES] * STORIES
    assert data.info.made_from == {"stories": STORIES, "frames": FRAMES, "seed": SEED}
    for index, records in enumerate(drawn):
        for expected, got in zip(records, data.story(index), strict=True):
            np.testing.assert_array_equal(got["image"], expected["image"])
            np.testing.assert_array_equal(got["segmentation"], expected["segmentation"])
            for name in ("characters", "caption", "referential_caption", "alt_text", "looks", "props"):
                assert got[name] == expected[name], name


def test_masks_and_boxes_agree(data):
    for story in range(STORIES):
        for frame in data.story(story):
            assert len(frame["boxes"]) == len(frame["characters"]) == len(frame["crop_texts"])
            for number, (x1, y1, x2, y2) in enumerate(frame["boxes"], start=1):
                ys, xs = np.nonzero(frame["segmentation"] == number)
                np.testing.assert_allclose((x1, y1, x2, y2), (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), atol=1)


def test_spans_say_the_names(data):
    for story in range(STORIES):
        for frame in data.story(story):
            for spans, text in (("caption_spans", "caption"), ("alt_spans", "alt_text")):
                for span in frame[spans]:
                    assert span["character"] in frame[text][span["start"] : span["end"]]


def test_untold_looks_are_labelled_and_kept(data):
    for story in range(STORIES):
        seen: dict[tuple[str, str], str] = {}
        for frame in data.story(story):
            assert len(frame["looks"]) == 3 * len(frame["characters"]) and len(frame["place_looks"]) == 1
            for look in frame["looks"]:
                key = look["character"], look["attribute"]
                assert seen.setdefault(key, look["value"]) == look["value"]


def test_every_cast_member_has_a_portrait(data):
    assert set(data.portraits) == set(CAST)
    assert all(portrait.shape == (SIZE, SIZE, 3) for portrait in data.portraits.values())


def test_workers_change_nothing(drawn):
    for alone, shared in zip(drawn, toon_stories("train", STORIES, FRAMES, SEED, SIZE, num_workers=2), strict=True):
        for one, two in zip(alone, shared, strict=True):
            assert one["frame_id"] == two["frame_id"] and one["caption"] == two["caption"]
            np.testing.assert_array_equal(one["image"], two["image"])


def test_how_it_is_told_is_kept_with_the_data_set(drawn, tmp_path):
    info = write_toon("train", STORIES, FRAMES, SEED, SIZE, tmp_path / "few", few_words=1.0)
    assert info.made_from == {"stories": STORIES, "frames": FRAMES, "seed": SEED, "few_words": 1.0}
    info = write_toon("train", STORIES, FRAMES, SEED, SIZE, tmp_path / "looks", by_look=0.5)
    assert info.made_from == {"stories": STORIES, "frames": FRAMES, "seed": SEED, "by_look": 0.5}
    told = toon_stories("train", STORIES, FRAMES, SEED, SIZE, few_words=1.0)
    pairs = [pair for one, other in zip(drawn, told, strict=True) for pair in zip(one, other, strict=True)]
    assert any(rich["caption"] != plain["caption"] for rich, plain in pairs)
    assert all(np.array_equal(rich["image"], plain["image"]) for rich, plain in pairs)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dev", 1, 4, 0, 64), "split: must be one of train, val, test, got 'dev'"),
        (("train", 0, 4, 0, 64), "num_stories: must be at least 1, got 0"),
        (("train", 1, 101, 0, 64), "num_frames: must be at least 2, at most 100, got 101"),
        (("train", 1, 4, 0, 64, 1, 0, 2.0), "few_words: must be 0 to 1, got 2.0"),
        (("train", 1, 4, 0, 64, 1, 0, 0.0, 2.0), "by_look: must be 0 to 1, got 2.0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        toon_stories(*arguments)
