"""What `data check` counts, what it finds missing, and what splits must not share."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from storygptv.cli import app
from storygptv.data.check import THUMBNAIL, check, contact_sheet, shared
from storygptv.data.schema import DataInfo
from storygptv.data.store import StoryData, write

CAST = ({"name": "Anna", "pronoun": "she"}, {"name": "Bo", "pronoun": "he"}, {"name": "Cy", "pronoun": "he"})


def frame(name: str, shade: int, caption: str, characters: list[str], **more) -> dict:
    picture = np.full((8, 8, 3), shade, np.uint8)
    return {"frame_id": name, "image": picture, "caption": caption, "characters": characters, **more}


@pytest.fixture
def folders(tmp_path):
    train = [
        [frame("a", 1, "Anna runs.", ["Anna"], place="park", segmentation=np.zeros((8, 8), np.uint8)),
         frame("b", 2, "Anna and Bo run far away.", ["Anna", "Bo"], names_somebody=False, place="park")],
        [frame("c", 3, "Bo sits.", ["Bo"]), frame("d", 4, "Nobody.", [], place="room"), {"frame_id": "a"}],
    ]  # fmt: skip
    test = [[frame("b", 200, "Other.", []), frame("e", 3, "Bo again.", ["Bo"])]]
    for split, stories in (("train", train), ("test", test)):
        write(stories, DataInfo("tiny", split, 8, characters=CAST), tmp_path / split)
    return tmp_path / "train", tmp_path / "test"


def test_a_data_set_in_numbers(folders):
    counts = check(StoryData.load(folders[0]))
    assert (counts["stories"], counts["frames"]) == (2, 4)
    assert counts["frames_a_story"] == [2, 2.5, 3] and counts["words_a_caption"] == [1, 2, 6]
    assert counts["characters_a_frame"] == [0, 1, 2] and counts["nameless"] == 0.25
    assert counts["characters"] == {"Anna": 0.5, "Bo": 0.5, "Cy": 0.0}
    assert counts["places"] == {"park": 0.5, "room": 0.25}
    assert counts["missing"] == {
        "segmentation": 2, "boxes": 3, "place": 1, "action": 4, "alt_text": 4, "referential_caption": 4,
    }  # fmt: skip


def test_what_two_splits_share(folders):
    train, test = map(StoryData.load, folders)
    assert shared(train, test) == {"clips": ["b"], "pictures": ["c"]}  # by name, and by what is seen
    assert shared(test, train) == {"clips": ["b"], "pictures": ["e"]}


def test_a_contact_sheet_shows_frames_from_all_over(folders):
    sheet = contact_sheet(StoryData.load(folders[0]), columns=3, rows=2)
    assert sheet.size == (3 * THUMBNAIL, 2 * THUMBNAIL)
    shades = [sheet.getpixel((x * THUMBNAIL + 9, y * THUMBNAIL + 9))[0] for y in range(2) for x in range(3)]
    assert shades == [1, 2, 3, 4, 255, 255]


def test_the_command_says_what_is_shared_by_its_exit_status(folders, tmp_path):
    run = lambda *arguments: CliRunner().invoke(app, ["data", "check", *map(str, arguments)])  # noqa: E731
    alone = run(folders[0], "--sheet", tmp_path / "sheet.png")
    assert alone.exit_code == 0 and "segmentation" in alone.output and (tmp_path / "sheet.png").stat().st_size
    both = run(*folders)
    assert both.exit_code == 1
    assert "share 1 clips: b" in both.output and "share 1 pictures: c" in both.output
