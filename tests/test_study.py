"""A study with people: blind, seeded, and what its answers say."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import chromium
from PIL import Image
from scipy.stats import binomtest

from storygptv.data.store import StoryData
from storygptv.evaluation.study import CRITERIA, make_key, make_page, preferences, sign_test

STORIES = ["s1", "s2", "s3", "s4", "s5"]
KEY = make_key(STORIES, ("ours", "theirs"), seed=0)


def sheet(rater: str, **choices: str) -> dict:
    """Answers on the quality of stories: sheet("ann", s1="ours")."""
    right = lambda story: next(system for system in KEY["systems"] if system != KEY["left"][story])  # noqa: E731
    sides = {story: {KEY["left"][story]: "left", right(story): "right"} for story in choices}
    given = [
        {"story": story, "criterion": "visual_quality", "choice": sides[story].get(choice, choice)}
        for story, choice in choices.items()
    ]
    return {"study": KEY["id"], "rater": rater, "answers": given}


def test_order_and_sides_are_seeded_and_fair() -> None:
    assert make_key(STORIES, ("ours", "theirs"), 0) == KEY
    others = [make_key(STORIES, ("ours", "theirs"), seed) for seed in range(20)]
    assert len({tuple(key["left"].items()) for key in others}) > 15
    assert all(sorted(key["left"]) == STORIES for key in others)
    assert {list(key["left"].values()).count("ours") for key in others} == {3}


def test_the_page_is_blind_and_needs_nothing_from_elsewhere() -> None:
    black, white = (np.full((5, 2, 8, 8, 3), value, np.uint8) for value in (0, 255))
    pictures = {"ours": dict(zip(STORIES, black, strict=True)), "theirs": dict(zip(STORIES, white, strict=True))}
    page = make_page(KEY, {story: ["A </script> tale.", f"About {story}."] for story in STORIES}, pictures)
    assert "ours" not in re.sub(r"colours|hours|yours", "", page) and "theirs" not in page
    assert not re.findall(r"https?://", page) and page.count("</script>") == 2
    held = json.loads(re.search(r'application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert [pair["story"] for pair in held["pairs"]] == list(KEY["left"]) and held["criteria"] == CRITERIA
    by_side = {(pair["story"], side): pair[side] for pair in held["pairs"] for side in ("left", "right")}
    assert len({tuple(uris) for uris in by_side.values()}) == 2  # black and white
    is_left = {pair["story"]: pair["left"][0] for pair in held["pairs"]}
    assert len({(is_left[story], system) for story, system in KEY["left"].items()}) == 2


def test_rates_by_hand() -> None:
    sheets = [
        sheet("ann", s1="ours", s2="ours", s3="ours", s4="theirs", s5="same"),
        sheet("bo", s1="ours", s2="theirs", s3="ours", s4="ours"),
    ]
    rates = preferences(KEY, sheets)
    assert rates["raters"] == 2 and rates["stories"] == 5
    quality = rates["visual_quality"]
    assert quality["answers"] == 9
    assert quality["ours"] == 6 / 9 and quality["theirs"] == 2 / 9 and quality["same"] == 1 / 9
    assert quality["p_value"] == 0.5  # s1 and s3 for ours, s2 and s4 even, s5 no difference: two of two
    assert rates["text_alignment"] == {"answers": 0, "ours": None, "theirs": None, "same": None, "p_value": 1.0}


def test_the_sign_test_is_scipys() -> None:
    for wins, losses in ((0, 1), (7, 1), (5, 5), (30, 12), (0, 9), (64, 36)):
        assert sign_test(wins, losses) == pytest.approx(binomtest(wins, wins + losses).pvalue)
    assert sign_test(0, 0) == 1.0


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [
        ([sheet("ann") | {"study": "x"}], "answers 1: must be of the study"),
        ([[]], "answers 1: must be of the study"),
        ([sheet("ann"), sheet("ann")], "answers 2: rater must be a name that nobody else has, got 'ann'"),
        ([sheet("")], "answers 1: rater must be a name"),
        ([sheet("ann", s1="both")], "answers 1: an answer must be left, right or same"),
        ([sheet("ann", s1="ours") | {"answers": sheet("ann", s1="ours")["answers"] * 2}], "is answered twice"),
    ],
)
def test_bad_answers(sheets, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        preferences(KEY, sheets)


@pytest.fixture
def two_systems(toon_folder, tmp_path) -> tuple[Path, Path]:
    data = StoryData.load(toon_folder)
    for name, color in (("ours", "red"), ("theirs", "blue")):
        for story, rows in zip(data.story_ids, data.stories, strict=True):
            (tmp_path / name / story).mkdir(parents=True)
            for frame in range(len(rows)):
                Image.new("RGB", (32, 32), color).save(tmp_path / name / story / f"{frame + 1:03d}.png")
    return tmp_path / "ours", tmp_path / "theirs"


def test_the_commands(toon_folder, two_systems, tmp_path, command) -> None:
    made = ("evaluate", "study", *two_systems, "--data", toon_folder, "--stories", 3, "--seed", 4)
    assert command(*made, "--out", tmp_path / "one")[0] == command(*made, "--out", tmp_path / "two")[0] == 0
    key = json.loads((tmp_path / "one/key.json").read_text())
    assert (tmp_path / "one/study.html").read_bytes() == (tmp_path / "two/study.html").read_bytes()
    story, left = next(iter(key["left"].items()))
    answers = [{"story": story, "criterion": name, "choice": "left"} for name in list(CRITERIA)[1:]]
    (tmp_path / "a.json").write_text(json.dumps({"study": key["id"], "rater": "ann", "answers": answers}))
    judged = ("evaluate", "preferences", tmp_path / "a.json", "--key", tmp_path / "one/key.json")
    code, shown, _ = command(*judged, "--json", tmp_path / "rates.json")
    rates = json.loads((tmp_path / "rates.json").read_text())
    assert code == 0 and "visual_quality" in shown and rates["character_consistency"][left] == 1.0
    code, _, err = command("evaluate", "preferences", tmp_path / "a.json", "--key", tmp_path / "a.json")
    assert code == 2 and "--key: expected the key.json of a study" in err
    next((tmp_path / "ours").glob("*/001.png")).unlink()
    code, _, err = command(*made, "--out", tmp_path / "three")
    assert code == 2 and "1 missing" in err and "--partial" not in err
    code, _, err = command("evaluate", "study", two_systems[0], two_systems[0], *made[4:], "--out", tmp_path / "four")
    assert code == 2 and "must be two folders" in err


@pytest.mark.browser
def test_a_person_answers_in_a_browser(toon_folder, two_systems, tmp_path, command) -> None:
    made = ("evaluate", "study", *two_systems, "--data", toon_folder, "--stories", 3, "--out", tmp_path / "study")
    assert command(*made)[0] == 0
    person = """<script>
    document.getElementById("rater").value = "ann";
    for (let story = 0; story < 3; story++) {
      document.querySelectorAll("input[value=right]").forEach(input => input.click());
      document.getElementById("next").click();
    }
    document.getElementById("back").click();
    const still = document.querySelectorAll("input[value=right]:checked").length;
    document.body.innerHTML = "<pre>" + JSON.stringify([still, answers()]) + "</pre>";
    </script></body>"""
    page = (tmp_path / "study/study.html").read_text().replace("</body>", person)
    (tmp_path / "answered.html").write_text(page)
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom")
    shown = subprocess.run(
        [chromium(), *options, f"file://{tmp_path}/answered.html"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    still, answers = json.loads(re.search(r"<pre>(.*?)</pre>", shown)[1])
    assert still == 4 and answers["rater"] == "ann" and len(answers["answers"]) == 12
    key = json.loads((tmp_path / "study/key.json").read_text())
    left_ours = list(key["left"].values()).count("ours")
    assert preferences(key, [answers])["text_alignment"]["theirs"] == left_ours / 3
