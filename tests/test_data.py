"""The schema's rules, and a data set's way to disk and back."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pytest

from storygptv.data import FEATURES, DataInfo, StoryData, shards, write
from storygptv.data.preview import show
from storygptv.data.store import write_resumable

SIZE = 32
INFO = DataInfo(
    name="tiny",
    split="train",
    resolution=SIZE,
    characters=({"name": "Ann", "pronoun": "she"}, {"name": "Mr. Bo", "pronoun": "he"}),
    places=("park", "shop"),
    actions=("walk", "hug"),
    props=("ball",),
    attributes={"color": ("red", "blue")},
    place_attributes={"wall": ("cream",)},
    made_from={"seed": 3},
)


def record(frame_id: str = "a-0", **changes) -> dict:
    pixels = np.random.default_rng(len(frame_id)).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    segmentation = np.zeros((SIZE, SIZE), np.uint8)
    segmentation[4:20, 2:10], segmentation[8:24, 16:30] = 1, 2
    return {
        "frame_id": frame_id,
        "story_id": "a",
        "image": pixels,
        "segmentation": segmentation,
        "characters": ["Ann", "Mr. Bo"],
        "boxes": np.array([[2, 4, 10, 20], [16, 8, 30, 24]]),
        "place": "park",
        "action": "hug",
        "agent": "Ann",
        "patient": "Mr. Bo",
        "expressions": ["happy", "sad"],
        "props": ["ball"],
        "caption": "Ann hugs Mr. Bo in the park.",
        "caption_spans": [
            {"start": 0, "end": 3, "character": "Ann"},
            {"start": 9, "end": 15, "character": "Mr. Bo"},
        ],
        "referential_caption": "She hugs him.",
        "mentions": [
            {"start": 0, "end": 3, "text": "She", "characters": ["Ann"], "kind": "pronoun"},
            {"start": 9, "end": 12, "text": "him", "characters": ("Mr. Bo",), "kind": "pronoun"},
        ],
        "looks": [{"character": "Ann", "attribute": "color", "value": "red"}],
        "place_looks": [{"attribute": "wall", "value": "cream"}],
        "place_said": False,
        "names_somebody": False,
        **changes,
    }


def foreign(frame_id: str) -> dict:
    """The least a frame may be."""
    image = np.full((SIZE, SIZE, 3), 7, np.uint8)
    return {"frame_id": frame_id, "image": image, "caption": "Somebody waves.", "characters": []}


def test_info_round_trips_and_refuses_unknown_keys():
    assert DataInfo.from_json(INFO.to_json()) == INFO
    with pytest.raises(ValueError, match=r"unknown keys \['colour'\]"):
        DataInfo.from_json(INFO.to_json().replace('"name": "tiny"', '"name": "tiny", "colour": 1'))
    with pytest.raises(ValueError, match="missing keys.*split"):
        DataInfo.from_json('{"name": "x", "resolution": 8}')
    with pytest.raises(ValueError, match="not a JSON object"):
        DataInfo.from_json("{")
    with pytest.raises(ValueError, match="names must differ"):
        replace(INFO, characters=INFO.characters + INFO.characters)
    with pytest.raises(ValueError, match="pronoun must be one of"):
        replace(INFO, characters=({"name": "Ann", "pronoun": "xe"},))


def test_what_is_written_is_what_is_read(tmp_path):
    first, second = record("a-0"), record("a-01")
    portraits = {"Mr. Bo": first["image"]}
    info = write([[first, second], [foreign("b-0")]], INFO, tmp_path / "set", portraits)
    data = StoryData.load(tmp_path / "set")

    assert data.info == info == replace(INFO, num_stories=2, num_frames=3)
    assert len(data) == 2 and data.stories == [[0, 1], [2]] and data.story_ids == ["a", "b-0"]
    assert data.frames.features == FEATURES
    np.testing.assert_array_equal(data.portraits["Mr. Bo"], first["image"])
    assert set(data.portraits) == {"Mr. Bo"}

    read = data.frame(1)
    np.testing.assert_array_equal(read["image"], second["image"])
    np.testing.assert_array_equal(read["segmentation"], second["segmentation"])
    assert read["boxes"] == second["boxes"].tolist()
    second["mentions"][1]["characters"] = ["Mr. Bo"]
    for name in set(second) - {"image", "segmentation", "boxes"}:
        assert read[name] == second[name], name
    bare = data.story(1)[0]
    assert bare["segmentation"] is None and bare["boxes"] == [] and bare["place"] is None

    np.testing.assert_array_equal(data.images([1, 0]), np.stack([second["image"], first["image"]]))
    np.testing.assert_array_equal(data.segmentations([0]), first["segmentation"][None])
    with pytest.raises(ValueError, match="row 2, segmentation"):
        data.segmentations([0, 2])
    assert data.text("caption") == [first["caption"], second["caption"], "Somebody waves."]
    with pytest.raises(ValueError, match="other than a picture, got 'image'"):
        data.text("image")
    assert datasets.load_from_disk(tmp_path / "set" / "frames")[0]["image"].size == (SIZE, SIZE)


def test_stories_share_frames(tmp_path):
    clips = [foreign(name) for name in "wxyz"]
    windows = [clips[0:3], [{"frame_id": "x"}, {"frame_id": "y"}, clips[3]]]
    write(windows, INFO, tmp_path / "set")
    data = StoryData.load(tmp_path / "set")
    assert data.stories == [[0, 1, 2], [1, 2, 3]] and data.story_ids == ["w", "x"]
    assert data.info.num_frames == len(data.frames) == 4


def test_many_batches_keep_their_order(tmp_path):
    stories = ([foreign(f"{story}-{frame}") for frame in range(3)] for story in range(200))
    write(stories, INFO, tmp_path / "set")
    data = StoryData.load(tmp_path / "set")
    assert data.text("frame_id")[::3] == data.story_ids == [f"{story}-0" for story in range(200)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": 1}, "row 0, colour: is not a field of the schema, got 1"),
        ({"caption": None}, "row 0, caption: is required, got None"),
        ({"caption": " "}, "row 0, caption: must be a text that is not empty"),
        (
            {"image": np.zeros((SIZE, 8, 3), np.uint8)},
            r"row 0, image: .*\(32, 32, 3\), got uint8 \(32, 8, 3\)",
        ),
        ({"image": np.zeros((SIZE, SIZE, 3))}, "row 0, image: .*got float64"),
        (
            {"segmentation": np.full((SIZE, SIZE), 3, np.uint8)},
            "row 0, segmentation: ids must be 0 to 2.*got 3",
        ),
        ({"characters": ["Ann", "Ann"]}, "row 0, characters: no character may stand twice"),
        ({"characters": ["Ann", "Eve"]}, "row 0, characters: must be one of Ann, Mr. Bo, got 'Eve'"),
        ({"boxes": [[0, 0, 4, 4]]}, "row 0, boxes: must be empty or one for each of 2 characters"),
        ({"boxes": [[0, 0, 4, 40]] * 2}, "row 0, boxes: .*within 0 to 32"),
        ({"expressions": ["happy"]}, "row 0, expressions"),
        ({"place": "moon"}, "row 0, place: must be one of park, shop, got 'moon'"),
        ({"props": ["axe"]}, "row 0, props"),
        ({"agent": "Eve"}, "row 0, agent"),
        ({"caption_spans": [{"start": 5, "end": 90, "character": "Ann"}]}, "row 0, caption_spans.*<= 28"),
        ({"looks": [{"character": "Ann", "attribute": "color", "value": "mauve"}]}, "row 0, looks.*'mauve'"),
        ({"looks": [{"character": "Ann", "attribute": "hat", "value": "red"}]}, "row 0, looks.*'hat'"),
        ({"referential_caption": "He hugs him."}, "row 0, mentions: text must be what stands"),
    ],
)
def test_a_bad_record_is_named_and_nothing_stays(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        write([[record(**changes)]], INFO, tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_nothing(tmp_path):
    def stories():
        yield [foreign("a")]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(stories(), INFO, tmp_path / "set")
    assert list(tmp_path.iterdir()) == []

    write([[foreign("old")]], INFO, tmp_path / "set")
    with pytest.raises(KeyboardInterrupt):
        write(stories(), INFO, tmp_path / "set", overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["set"]
    assert StoryData.load(tmp_path / "set").text("frame_id") == ["old"]


def bytes_of(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def many_from(first: int):
    """Thirty stories of two frames, from number `first` on; each begins with the last frame of the one before."""
    for story in range(first, 30):
        yield [foreign(f"clip {story}") | {"story_id": str(story)}, foreign(f"clip {story + 1}")]


def test_stopped_at_any_moment_it_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_ROWS_A_SHARD", 8)
    portraits = {"Ann": record()["image"]}
    info = write_resumable(many_from, INFO, tmp_path / "whole", portraits)
    assert (info.num_stories, info.num_frames) == (30, 31)
    whole = bytes_of(tmp_path / "whole")
    assert sum(name.startswith("frames") and name.endswith(".arrow") for name in whole) == 4
    real = {"replace": os.replace, "rename": Path.rename, "rmtree": shutil.rmtree}
    moment = 0  # at which rename or removal it stops, before or after it

    def stopping(name: str):
        def step(*args, **kwargs):
            nonlocal moment
            moment -= 1
            if moment == 0:
                raise KeyboardInterrupt
            done = real[name](*args, **kwargs)
            moment -= 1
            if moment == 0:
                raise KeyboardInterrupt
            return done

        return step

    monkeypatch.setattr(os, "replace", stopping("replace"))
    monkeypatch.setattr(Path, "rename", stopping("rename"))
    monkeypatch.setattr(shutil, "rmtree", stopping("rmtree"))
    out, moments, stopped = tmp_path / "set", 0, True
    while stopped:
        moments += 1
        moment, stopped = moments, False
        try:
            write_resumable(many_from, INFO, out, portraits)
        except KeyboardInterrupt:
            moment, stopped = 0, True
            assert not out.exists() or bytes_of(out) == whole  # whole or not there
            if not out.exists():
                write_resumable(many_from, INFO, out, portraits)
        assert bytes_of(out) == whole
        real["rmtree"](out)
        real["rmtree"](tmp_path / ".set.partial", ignore_errors=True)
    assert moments > 20
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whole"]


def test_a_stopped_write_goes_on_for_the_same_source_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_ROWS_A_SHARD", 8)
    asked: list[int] = []

    def stories(first: int, stop: int = 99):
        asked.append(first)
        for number, story in enumerate(many_from(first), first):
            if number == stop:
                raise KeyboardInterrupt
            yield story

    for source in ("one", "one", "other"):
        with pytest.raises(KeyboardInterrupt):
            write_resumable(lambda first: stories(first, 20), INFO, tmp_path / "set", source=source)
    assert asked == [0, 15, 0]  # what stands in whole shards is not asked for again
    assert [path.name for path in tmp_path.iterdir()] == [".set.partial"]
    write_resumable(stories, INFO, tmp_path / "set", source="other")
    assert asked[3:] == [15] and len(StoryData.load(tmp_path / "set")) == 30

    def bad(first: int):
        yield from many_from(first)
        yield [foreign("bad") | {"caption": ""}]

    with pytest.raises(ValueError, match="row 31, caption"):
        write_resumable(bad, INFO, tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_only_a_data_set_is_overwritten_and_only_when_told(tmp_path):
    out = tmp_path / "set"
    write([[foreign("old")]], INFO, out)
    with pytest.raises(ValueError, match="must be empty unless overwrite"):
        write([[foreign("new")]], INFO, out)
    write([[foreign("new")]], INFO, out, overwrite=True)
    assert StoryData.load(out).text("frame_id") == ["new"]
    assert [each.name for each in tmp_path.iterdir()] == ["set"]

    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "chapter.txt").write_text("years of work")
    with pytest.raises(ValueError, match="only a data set may be overwritten"):
        write([[foreign("new")]], INFO, thesis, overwrite=True)


def test_empty_input_is_refused(tmp_path):
    with pytest.raises(ValueError, match="stories: must be at least one"):
        write([], INFO, tmp_path / "set")
    with pytest.raises(ValueError, match="story 0: must have at least one frame"):
        write([[]], INFO, tmp_path / "set")
    with pytest.raises(ValueError, match="portraits: name must be one of"):
        write([[foreign("a")]], INFO, tmp_path / "set", {"../Eve": np.zeros((8, 8, 3), np.uint8)})
    with pytest.raises(ValueError, match="dataset.json, which is missing"):
        StoryData.load(tmp_path)


def test_pictures_are_decoded_fast(tmp_path):
    info, rows = replace(INFO, resolution=128), list(range(200))
    image = np.kron(record()["image"][:16, :16], np.ones((8, 8, 1), np.uint8))
    write([[foreign(str(row)) | {"image": image} for row in rows]], info, tmp_path / "set")
    data = StoryData.load(tmp_path / "set")
    data.images([0])
    seconds = min(_timed(lambda: data.images(rows)) for _ in range(3))
    assert seconds < 0.2, f"{len(rows) / seconds:.0f} pictures/s, at least 1000 wanted"


def _timed(call) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def test_the_sheet_shows_every_frame(tmp_path):
    write([[record("a-0")], [record("b-0"), foreign("b-1")]], INFO, tmp_path / "set")
    data = StoryData.load(tmp_path / "set")
    one, two = show(data, 0), show(data, 1)
    assert one.width == two.width and two.height > one.height
    assert len(np.unique(np.asarray(one).reshape(-1, 3), axis=0)) > 100
    with pytest.raises(ValueError, match="story: must be 0 to 1, got 2"):
        show(data, 2)
