"""`storygptv evaluate --images`: pictures that anybody made, judged by the bundled judge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from storygptv.data.store import StoryData
from storygptv.evaluation.judge import Judge, judged_data

SIZE = 128
BUNDLED = Path(__file__).parents[1] / "src/storygptv/assets/toon/judge"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """Six toon stories of four frames, as large as the bundled judge knows them."""
    from storygptv.toon.dataset import write_toon

    folder = tmp_path_factory.mktemp("world") / "test"
    write_toon("test", stories=6, frames=4, seed=1, size=SIZE, out=folder)
    return folder


def paint(world: Path, out: Path, shift: int = 0) -> Path:
    """The true pictures as files, each story with those of the story `shift` after it."""
    data = StoryData.load(world)
    for story, name in enumerate(data.story_ids):
        (out / name).mkdir(parents=True)
        rows = data.stories[(story + shift) % len(data)]
        for frame, picture in enumerate(data.images(rows), 1):
            Image.fromarray(picture).save(out / name / f"{frame:03d}.png")
    return out


@pytest.fixture
def images(world: Path, tmp_path: Path) -> Path:
    return paint(world, tmp_path / "images")


def test_true_pictures_are_right_and_those_of_other_stories_are_not(world, images, tmp_path, command) -> None:
    judged = ("evaluate", "--data", world, "--stories", 6, "--images")
    assert command(*judged, images, "--out", tmp_path / "true")[0] == 0
    assert command(*judged, paint(world, tmp_path / "other", 1), "--json", tmp_path / "other.json")[0] == 0
    true = json.loads((tmp_path / "true/report.json").read_text())
    other = json.loads((tmp_path / "other.json").read_text())
    assert true["char_acc"] == true["classifier_char_acc"] >= 0.9 and true["bg_acc"] == true["bg_f1"] == 1.0
    assert true["references"]["all"]["resolved"] >= 0.95 and true["false_additions"]["frames"] < 0.05
    for score in ("count_acc", "prop_f1", "character_looks_kept", "scene_looks_kept", "character_similarity"):
        assert true[score] == true[f"classifier_{score}"] == other[f"classifier_{score}"] > 0.0
    assert true["classifier_fid"] == 0.0 and true["pictures"]["judged"] == true["num_frames"] == 24
    # by chance two frames show the same people in 0.02, and one of fourteen places in 0.07
    assert other["char_acc"] < 0.15 and other["bg_acc"] < 0.3 and other["references"]["all"]["resolved"] < 0.6
    assert other["false_additions"]["frames"] > 0.5
    assert other["character_looks_kept"] == pytest.approx(true["character_looks_kept"], abs=0.1)  # whoever they are


def test_the_report_is_whole_and_the_same_again(world, images, tmp_path, command) -> None:
    reports = []
    for name in ("one", "two"):
        code, shown, _ = command(
            "evaluate", "--data", world, "--stories", 6, "--images", images, "--out", tmp_path / name
        )
        assert code == 0 and "char_macro_f1" in shown
        assert "The judge was trained on this data set's train split." in " ".join(shown.split())
        report = json.loads((tmp_path / name / "report.json").read_text())
        assert report.pop("timings")["seconds"] > 0
        reports.append(json.dumps(report))
        text = (tmp_path / name / "report.md").read_text()
        heads = [len(line.split("|")) for line in text.splitlines() if line.startswith("|")]
        assert "### Scores" in text and "| he, she |" in text and min(heads) >= 4
        page = (tmp_path / name / "report.html").read_text()
        assert page.count("<svg") >= 3 and page.count("data:image/png") == 2 * 24
        assert not re.findall(r"(?:src|href)=\"(?!data:)", page)  # it needs nothing from elsewhere
    assert reports[0] == reports[1]


def test_what_is_wrong_with_a_folder(world, images, tmp_path, command) -> None:
    data = StoryData.load(world)
    first, second, *_ = data.story_ids
    (images / first / "001.png").unlink()
    (images / first / "002.png").rename(images / first / "2.png")  # read all the same
    (images / first / "003.png").write_bytes((images / first / "003.png").read_bytes()[:200])
    Image.new("RGB", (SIZE, SIZE + 1)).save(images / second / "004.png")
    Image.new("RGB", (SIZE, SIZE)).save(images / second / "005.png")
    Image.new("RGB", (SIZE, SIZE)).save(images / "cover.jpg")
    judged = ("evaluate", "--data", world, "--stories", 5, "--images", images)
    code, out, err = command(*judged, "--json", tmp_path / "s.json")
    assert code == 2 and not (tmp_path / "s.json").exists() and len(err.splitlines()) == 1
    for part in (
        f"1 missing ({first}/001.png)", f"2 extra (cover.jpg, {second}/005.png)",
        f"1 unreadable ({first}/003.png)", f"1 wrong-sized ({second}/004.png)", "--partial",
    ):  # fmt: skip
        assert part in err
    code, out, _ = command(*judged, "--partial", "--json", tmp_path / "s.json")
    scores = json.loads((tmp_path / "s.json").read_text())
    assert code == 0 and "Pictures left out" in out
    assert scores["pictures"] == {
        "judged": 17, "missing": [f"{first}/001.png"], "extra": ["cover.jpg", f"{second}/005.png"],
        "unreadable": [f"{first}/003.png"], "wrong_sized": [f"{second}/004.png"],
    }  # fmt: skip
    assert scores["num_frames"] == 17 and scores["num_stories"] == 5
    assert scores["char_acc"] == scores["classifier_char_acc"]  # both of the same 17
    assert len(scores["by_frame"]["char_acc"]) == 4


def test_a_story_without_pictures_is_left_out_whole(world, images, tmp_path, command) -> None:
    whole = StoryData.load(world).story_ids[1:]
    for file in (images / StoryData.load(world).story_ids[0]).iterdir():
        file.unlink()
    code, *_ = command(
        "evaluate", "--data", world, "--stories", 6, "--images", images, "--partial", "--out", tmp_path / "o"
    )
    scores = json.loads((tmp_path / "o/report.json").read_text())
    assert code == 0 and scores["num_stories"] == 5 and scores["num_frames"] == 20
    page = (tmp_path / "o/report.html").read_text()
    assert [name for name in StoryData.load(world).story_ids if name in page] == whole


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--images", "empty"], "images: empty must hold pictures of the stories, such as"),
        (["--images", "empty", "--partial"], "images: empty must hold pictures of the stories, such as"),
        (["--images", "nowhere"], "images: must be a folder of pictures, got nowhere"),
        (["--images", "empty", "--judge", "empty"], "--judge: expected the folder of a judge"),
        (["--images", "empty", "--judge", "stranger"], "judge: must be trained on the data set it judges, 'toon'"),
        (["--images", "empty", "--model", "toon"], "--images: what is given is not drawn"),
        (["--images", "empty", "--stories", "7"], "stories: must be 1 to 6"),
        (["--partial"], "--partial: is for --images alone"),
    ],
)
def test_bad_input(world, tmp_path, command, monkeypatch, change, sentence) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    judge = Judge.from_pretrained(BUNDLED)
    info = StoryData.load(world).info
    judge.register_to_config(trained_on=judged_data(info) | {"name": "moons", "fingerprint": "0123"})
    judge.save_pretrained("stranger")
    code, out, err = command("evaluate", "--data", world, "--stories", 6, *change)
    assert (code, out) == (2, "") and sentence in err and len(err.splitlines()) == 1


def test_no_data_set_or_no_such_command(command) -> None:
    assert command("evaluate") == (2, "", "Error: --data: expected a data set folder, got none\n")
    code, _, err = command("evaluate", "everything")
    assert code == 2 and "No such command 'everything'" in err
    code, _, err = command("evaluate", "--data", "d", "text", "story", "--given", 1, "--lm", "lm")
    assert code == 2 and "evaluate text: options go after its name, got --data before" in err


def test_a_given_judge_that_says_what_it_was_trained_on(world, images, tmp_path, command) -> None:
    judge = Judge.from_pretrained(BUNDLED)
    judge.register_to_config(trained_on=judged_data(StoryData.load(world).info) | {"split": "train"})
    judge.save_pretrained(tmp_path / "model/judge")
    code, out, _ = command(
        "evaluate", "--data", world, "--stories", 2, "--images", images, "--judge", tmp_path / "model",
        "--json", tmp_path / "s.json",
    )  # fmt: skip
    assert code == 0
    assert json.loads((tmp_path / "s.json").read_text())["judge"].endswith("this data set's train split.")


def test_grey_and_transparent_pictures_are_read(world, images, tmp_path, command) -> None:
    story = images / StoryData.load(world).story_ids[0]
    Image.open(story / "001.png").convert("RGBA").save(story / "001.png")
    Image.fromarray(np.zeros((SIZE, SIZE), np.uint8)).save(story / "002.png")
    code, *_ = command("evaluate", "--data", world, "--stories", 1, "--images", images, "--json", tmp_path / "s.json")
    assert code == 0 and json.loads((tmp_path / "s.json").read_text())["pictures"]["judged"] == 4


class QuarterColours(torch.nn.Module):
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.adaptive_avg_pool2d(pictures.float(), 2).flatten(1)


def test_inception_and_captions_where_the_user_has_them(world, images, captioner_folder, tmp_path, command) -> None:
    torch.jit.script(QuarterColours()).save(tmp_path / "network.pt")
    first = images / StoryData.load(world).story_ids[0] / "001.png"
    Image.new("RGB", (SIZE, SIZE), "red").save(first)
    code, shown, _ = command(
        "evaluate", "--data", world, "--stories", 3, "--images", images, "--inception", tmp_path / "network.pt",
        "--captioner", captioner_folder, "--json", tmp_path / "s.json",
    )  # fmt: skip
    scores = json.loads((tmp_path / "s.json").read_text())
    assert code == 0 and "inception_fid" in shown
    assert scores["inception_fid"] > 1 and scores["inception_kid"] is not None
    assert 0 <= scores["bleu4"] < 0.2 and scores["cider"] >= 0 and scores["captioner_cider"] >= 0
    code, _, err = command("evaluate", "--data", world, "--images", images, "--inception", first)
    assert code == 2 and "inception: expected a TorchScript file" in err


def test_stories_that_were_gone_on_with(opt_folder, tmp_path, command) -> None:
    def folder(name: str, sentences: list[str]) -> Path:
        (tmp_path / name / "frames").mkdir(parents=True)
        frames = [{"text": text, "image": f"frames/{n:03d}.png", "seed": n} for n, text in enumerate(sentences, 1)]
        for frame in frames:
            Image.new("RGB", (8, 8)).save(tmp_path / name / frame["image"])
        story = {"title": name, "characters": [], "model": "toon", "settings": {}, "frames": frames}
        (tmp_path / name / "story.json").write_text(json.dumps(story))
        return tmp_path / name

    told = [folder("a", ["Mia runs.", "She jumps.", "She jumps."]), folder("b", ["Leo sits.", "He waves."])]
    code, shown, _ = command("evaluate", "text", *told, "--given", 1, "--lm", opt_folder, "--json", tmp_path / "t.json")
    scores = json.loads((tmp_path / "t.json").read_text())
    assert code == 0 and "perplexity" in shown and scores["perplexity"] > 1
    assert scores["distinct_1"] == pytest.approx(4 / 6) and scores["distinct_3"] is None
    assert scores["num_stories"] == 2 and scores["num_sentences"] == 3
    code, _, err = command("evaluate", "text", *told, "--given", 2, "--lm", opt_folder)
    assert code == 2 and f"--given: every story must have more sentences than 2, {told[1]} has not" in err
    code, _, err = command("evaluate", "text", *told, "--given", 1, "--lm", tmp_path)
    assert code == 2 and "--lm: expected a causal language model" in err
