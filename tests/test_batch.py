"""Many stories at once: each whole or absent, none drawn twice, one that fails leaves the others alone."""

from __future__ import annotations

import json
import shutil

import pytest
import ray
from conftest import pipeline_of

from storygptv.cli.batch import _cpus_each, read_jobs

SETTINGS = {
    "seed": 0, "steps": 2, "guidance": None, "device": "cpu", "dtype": "float32", "protocol": "paper",
}  # fmt: skip


@pytest.fixture
def model(char_ldm, tokenizer, tmp_path):
    pipeline_of(char_ldm, tokenizer).save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def write(path, *stories) -> None:
    path.write_text("\n".join(story if isinstance(story, str) else json.dumps(story) for story in stories) + "\n")


@pytest.mark.parametrize(
    "nodes, workers, cpus", [([2], 1, 2), ([8, 8, 8, 8], 1, 8), ([8, 8, 8, 8], 5, 4), ([16, 2], 3, 5), ([2], 4, 1)]
)
def test_a_worker_asks_for_no_more_than_a_node_has(nodes, workers, cpus):
    assert _cpus_each(nodes, workers) == cpus


@pytest.fixture
def cluster():
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def test_a_model_that_is_not_there_is_told_at_once(command, tmp_path):
    write(tmp_path / "stories.jsonl", {"frames": ["Leo runs."]})
    status, _, err = command("batch", tmp_path / "stories.jsonl", "--model", tmp_path, "--out", tmp_path / "out")
    assert status == 2 and "must hold a unet" in err


def test_every_story_is_drawn_once(command, model, tmp_path, cluster):
    stories, out = tmp_path / "stories.jsonl", tmp_path / "out"
    one = {"id": "park", "title": "In the park", "frames": ["Mia walks.", "She sits."]}
    write(stories, one, {"frames": ["Leo runs."]})
    batch = ("batch", stories, "--model", model, "--steps", "2", "--out", out)
    status, text, err = command(*batch)
    assert status == 0, err
    assert "Stories drawn: 2" in text and sorted(path.name for path in out.iterdir()) == ["000002", "park"]
    record = json.loads((out / "park" / "story.json").read_text())
    assert record["title"] == "In the park" and len(record["frames"]) == 2
    assert (out / "park" / "storyboard.png").exists()

    shutil.rmtree(out / "000002")
    drawn = (out / "park" / "frames" / "001.png").stat().st_mtime_ns
    status, text, err = command(*batch)  # only what is missing
    assert status == 0 and "1 of 2 are drawn already" in text and "Stories drawn: 1" in text, err
    assert (out / "park" / "frames" / "001.png").stat().st_mtime_ns == drawn
    status, text, err = command(*batch)
    assert status == 0 and "Stories drawn: 0" in text, err

    # the same pictures as by themselves
    (tmp_path / "park.json").write_text(json.dumps({key: one[key] for key in ("title", "frames")}))
    status, _, err = command("visualize", tmp_path / "park.json", *batch[2:-1], tmp_path / "alone")
    assert status == 0, err
    for name in ("001.png", "002.png"):
        assert (out / "park/frames" / name).read_bytes() == (tmp_path / "alone/frames" / name).read_bytes()

    # one that cannot be drawn leaves the others alone
    broken, last = {"id": "broken", "frames": ["Mia waits."]}, {"id": "last", "frames": ["Mia runs."]}
    (out / ".broken.partial").write_text("in its way")
    write(stories, one, {"frames": ["Leo runs."]}, broken, last)
    status, text, err = command(*batch)
    assert status == 1 and "broken: " in err and "1 could not be drawn" in err
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == ["000002", "last", "park"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("no json", "line 2: "),
        ("[]", "line 2: expected a story"),
        ({"id": "../up", "frames": ["Mia runs."]}, "line 2: id: must be letters"),
        ({"id": "a", "frames": ["Mia runs."]}, "line 2: id: 'a' is there twice"),
        ({"id": "b", "frames": []}, "line 2: .*frames"),
    ],
)
def test_a_line_that_is_no_story_is_named_before_anything_is_drawn(line, sentence, tmp_path):
    write(tmp_path / "stories.jsonl", {"id": "a", "frames": ["Mia walks."]}, line)
    with pytest.raises(ValueError, match=sentence):
        read_jobs(tmp_path / "stories.jsonl", tmp_path / "out", "toon", SETTINGS)


def test_another_story_s_folder_is_left_alone(tmp_path):
    folder = tmp_path / "out" / "a"
    folder.mkdir(parents=True)
    drawn = {"image": "frames/001.png", "seed": 1}
    record = {"title": "a", "characters": [], "model": "toon", "settings": SETTINGS, "frames": []}
    write(tmp_path / "stories.jsonl", {"id": "a", "title": "a", "frames": ["Mia walks."]})
    (folder / "story.json").write_text(json.dumps(record | {"frames": [drawn | {"text": "Leo runs."}]}))
    (folder / "frames").mkdir()
    (folder / "frames" / "001.png").write_bytes(b"")
    with pytest.raises(ValueError, match="holds another story"):
        read_jobs(tmp_path / "stories.jsonl", tmp_path / "out", "toon", SETTINGS)
    (folder / "story.json").write_text(json.dumps(record | {"frames": [drawn | {"text": "Mia walks."}]}))
    jobs, done = read_jobs(tmp_path / "stories.jsonl", tmp_path / "out", "toon", SETTINGS)
    assert (jobs, done) == ([], 1)
    with pytest.raises(ValueError, match="other settings"):
        read_jobs(tmp_path / "stories.jsonl", tmp_path / "out", "toon", SETTINGS | {"seed": 1})
    (tmp_path / "stories.jsonl").write_text("\n")
    with pytest.raises(ValueError, match="holds no story"):
        read_jobs(tmp_path / "stories.jsonl", tmp_path / "out", "toon", SETTINGS)
