"""Anybody's own stories: a folder of pictures and a line a frame."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storygptv.cast import Cast
from storygptv.data import shards
from storygptv.data.folder import write_folder
from storygptv.data.store import StoryData
from storygptv.training import cast_of

LINES = [
    {"story": "picnic", "image": "1.png", "caption": "Anna feeds a duck.", "characters": ["Anna"], "mask": "mask.png",
     "boxes": [[0, 0, 30, 10]]},
    {"story": "picnic", "image": "2.jpg", "caption": "Anna sits down.", "characters": ["Anna"], "place": "park",
     "props": ["duck"], "action": "sit"},
    {"story": "rain", "image": "2.jpg", "caption": "Bo runs.", "characters": ["Bo"], "alt_text": "A boy, Bo."},
    {"story": "rain", "image": "2.jpg", "caption": "Bo falls.", "characters": ["Bo"], "referential_caption": "Ouch!"},
]  # fmt: skip


@pytest.fixture
def raw(tmp_path) -> Path:
    folder = tmp_path / "mine"
    (folder / "portraits").mkdir(parents=True)
    Image.new("RGB", (60, 20), "red").save(folder / "1.png")
    Image.new("RGB", (30, 40), "blue").save(folder / "2.jpg")
    Image.new("RGB", (16, 16), "green").save(folder / "portraits" / "Anna.png")
    mask = np.zeros((20, 60), np.uint8)
    mask[:10, :30] = 1
    Image.fromarray(mask).save(folder / "mask.png")
    (folder / "cast.json").write_text(json.dumps([{"name": "Anna", "pronoun": "she"}, {"name": "Bo", "pronoun": "he"}]))
    write_lines(folder, LINES)
    return folder


def write_lines(folder: Path, lines: list[dict]) -> None:
    (folder / "stories.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")


def test_a_folder_becomes_a_data_set(raw, tmp_path):
    counts = []
    info = write_folder(raw, "train", tmp_path / "data", size=32, progress=lambda *done: counts.append(done))
    data = StoryData.load(tmp_path / "data")
    assert (info.name, info.num_stories, info.num_frames, counts) == ("mine", 2, 4, [(2, 4), (4, 4)])
    assert data.story_ids == ["picnic", "rain"] and list(data.portraits) == ["Anna"]
    first, second, third, fourth = (data.frame(row) for row in range(4))
    assert first["image"].shape == (32, 32, 3) and first["boxes"] == [[0, 0, 16, 16]]
    assert (first["segmentation"][:16, :16] == 1).all() and first["segmentation"].sum() == 256
    assert second["referential_caption"] == "She sits down." and second["mentions"][0]["characters"] == ["Anna"]
    assert (second["place"], second["action"], second["props"]) == ("park", "sit", ["duck"])
    assert third["referential_caption"] == third["caption"] and third["alt_text"] == "A boy, Bo."
    assert fourth["referential_caption"] == "Ouch!" and not fourth["names_somebody"]
    other_split = write_folder(raw, "test", tmp_path / "test", size=32, name="Anna's days")
    assert other_split.name == "Anna's days" and other_split.fingerprint != info.fingerprint


def test_labels_and_aliases_are_of_the_whole_data_set(raw, tmp_path):
    info = write_folder(raw, "train", tmp_path / "by-lines", size=32)
    assert (info.places, info.actions, info.props) == (("park",), ("sit",), ("duck",))
    (raw / "labels.json").write_text(json.dumps({"places": ["home", "park"]}))
    (raw / "cast.json").write_text(
        json.dumps([{"name": "Anna", "pronoun": "she", "aliases": ["Ann", "Ann Lee"]}, {"name": "Bo", "pronoun": "he"}])
    )
    write_lines(raw, [LINES[0] | {"caption": "Ann Lee feeds a duck.", "crop_texts": ["A girl."]}, *LINES[1:]])
    info = write_folder(raw, "train", tmp_path / "data", size=32)
    assert (info.places, info.actions) == (("home", "park"), ("sit",))
    data = StoryData.load(tmp_path / "data")
    assert data.frame(0)["crop_texts"] == ["A girl."]
    assert data.frame(0)["caption_spans"] == [{"start": 0, "end": 7, "character": "Anna"}]
    cast = cast_of(data)
    cast.save(tmp_path / "model")
    spans = [{"start": 3, "end": 10, "character": "Anna"}, {"start": 15, "end": 17, "character": "Bo"}]
    assert (
        Cast.load(tmp_path / "model").spans("so ann lee saw Bo, Annie not")
        == spans
        == cast.spans("so ann lee saw Bo, Annie not")
    )
    assert "Lee" not in cast.unknown_words(["Lee runs."])
    for labels, sentence in (
        ("[1]", "no more than"),
        ('{"places": ["home"]}', "place: must be one of home"),
        ("{", "JSON"),
    ):
        (raw / "labels.json").write_text(labels)
        with pytest.raises(ValueError, match=sentence):
            write_folder(raw, "train", tmp_path / "no", size=32)


def test_a_stopped_reading_goes_on_unless_the_lines_change(raw, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_ROWS_A_SHARD", 1)
    counts: list[int] = []

    def stop(done: int, total: int) -> None:
        counts.append(done)
        raise KeyboardInterrupt

    for lines, expected in (
        (LINES, [2]),
        (LINES, [2, 4]),
        ([LINES[0] | {"caption": "Anna eats."}, *LINES[1:]], [2, 4, 2]),
    ):
        write_lines(raw, lines)
        with pytest.raises(KeyboardInterrupt):
            write_folder(raw, "train", tmp_path / "data", size=32, progress=stop)
        assert counts == expected
    write_folder(raw, "train", tmp_path / "data", size=32)
    assert StoryData.load(tmp_path / "data").text("caption")[0] == "Anna eats."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "mine"]


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (1, {"caption": None}, "line 2: "),
        (1, {"image": "none.png"}, "line 2: .*none.png is missing"),
        (1, {"image": "cast.json"}, "line 2: .*cast.json is not a whole picture"),
        (1, {"characters": ["Cy"]}, "characters: must be one of Anna, Bo, got 'Cy'"),
        (0, {"mask": "2.jpg"}, "line 1: .*must be a grey or palette picture"),
        (1, {"mask": "mask.png"}, r"line 2: mask must be of the picture's size \(40, 30\), got \(20, 60\)"),
        (0, {"boxes": [[0, 0, 30]]}, "line 1: "),
        (3, {"story": "picnic"}, "the frames of a story must stand together, those of 'picnic' do not"),
        (2, {"colour": "red"}, "line 3: colour is not one of story"),
        (1, {"place": 5}, "line 2: place must be text, got 5"),
        (1, {"story": ["a"]}, r"line 2: story must be a name or a number, got \['a'\]"),
        (2, {"characters": "Anna"}, "line 3: characters must be a list of texts, got 'Anna'"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(raw, tmp_path, number, change, message):
    write_lines(raw, [line | change if n == number else line for n, line in enumerate(LINES)])
    with pytest.raises(ValueError, match=message):
        write_folder(raw, "train", tmp_path / "data", size=32)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("stories.jsonl", None, "must hold stories.jsonl"),
        ("stories.jsonl", "{", "line 1: is not JSON"),
        ("stories.jsonl", "[]", "line 1: must be an object"),
        ("stories.jsonl", '{"story": "a"}', "line 1: must say image"),
        ("stories.jsonl", "", "must be at least one"),
        ("cast.json", None, "must hold cast.json"),
        ("cast.json", "{}", "must be a list"),
        ("cast.json", '[{"name": "Anna"}]', "each must hold a name and a pronoun"),
        ("cast.json", '[{"name": "Anna", "aliases": "Ann"}]', "aliases of Anna must be a list of texts, got 'Ann'"),
    ],
)
def test_a_bad_file_is_named(raw, tmp_path, name, content, message):
    (raw / name).unlink() if content is None else (raw / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        write_folder(raw, "train", tmp_path / "data", size=32)
