"""Stories in and out: what is read, what is refused and how the refusal reads."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from storygptv.story import Character, Frame, Story, split_sentences

YAML = """\
title: The Kite
characters:
  - {name: Anna, plays: Mia}
  - Leo
frames:
  - Anna flies a kite.
  - text: She gives it
      to Leo.
    image: given.png
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "given.png")
    Image.effect_noise((64, 64), 50).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-500])
    return tmp_path


def write(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_yaml_and_json_say_the_same(folder: Path) -> None:
    story = Story.load(write(folder, "kite.yaml", YAML))
    assert story.title == "The Kite"
    assert story.characters == (Character("Anna", plays="Mia"), Character("Leo"))
    assert story.frames == (
        Frame("Anna flies a kite."),
        Frame("She gives it to Leo.", image=folder / "given.png"),
    )
    assert Story.load(write(folder, "kite.json", json.dumps(story.to_dict()))) == story
    assert Story.from_dict(story.to_dict()) == story


def test_a_file_without_a_telling_suffix_is_told_by_its_content(folder: Path) -> None:
    story = Story.load(write(folder, "kite.yaml", YAML))
    assert Story.load(write(folder, "one", YAML)) == story
    assert Story.load(write(folder, "two", json.dumps(story.to_dict()))) == story
    assert Story.load(write(folder, "three", "Mia runs.\nShe sits.")).frames == (
        Frame("Mia runs."),
        Frame("She sits."),
    )


def test_a_text_is_one_line() -> None:
    assert Frame(" She  waves.\n Leo\truns. ").text == "She waves. Leo runs."
    assert Story.from_text("Mia runs.  She falls.\nLeo\thelps.").frames == (
        Frame("Mia runs. She falls."),
        Frame("Leo helps."),
    )


def test_text_is_a_line_a_frame_or_one_paragraph(folder: Path) -> None:
    lines = Story.load(write(folder, "walk.txt", "\ufeffMia runs. She falls.\r\n\r\nLeo helps her.\n"))
    assert [frame.text for frame in lines.frames] == ["Mia runs. She falls.", "Leo helps her."]
    assert lines.title == "walk"
    paragraph = Story.from_text("Mia runs. She falls. Leo helps her.")
    assert [frame.text for frame in paragraph.frames] == ["Mia runs.", "She falls.", "Leo helps her."]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Mia runs.\nShe sits.\n")))
    assert len(Story.load("-").frames) == 2


@pytest.mark.parametrize(
    "text, sentences",
    [
        ("Mrs. Plum waves. He sees Mr. Fox.", ["Mrs. Plum waves.", "He sees Mr. Fox."]),
        ("J. K. Fox runs! Why? Nobody knows", ["J. K. Fox runs!", "Why?", "Nobody knows"]),
        ('"Stop!" she says. "Why?" Leo asks.', ['"Stop!" she says.', '"Why?"', "Leo asks."]),
        ("Leo says “Come.” They go...  She waits…", ["Leo says “Come.”", "They go...", "She waits…"]),
        ("mia runs. she sits.", ["mia runs.", "she sits."]),
        ('Mia says "Stop! Wait!" and runs. Leo waits.', ['Mia says "Stop! Wait!" and runs.', "Leo waits."]),
        ("She says: “Go! Now!” He goes. «Oh! No!» Leo says.",
         ["She says: “Go! Now!”", "He goes.", "«Oh! No!»", "Leo says."]),
        ('It is 5" long. He measures it.', ['It is 5" long.', "He measures it."]),
        ("Mia meets J.K. Fox. He waits... and then leaves… slowly.",
         ["Mia meets J.K. Fox.", "He waits... and then leaves… slowly."]),
        ("Apples, pears, etc. are here. It was I. At 3.5 she left.",
         ["Apples, pears, etc. are here.", "It was I.", "At 3.5 she left."]),
        ("x" * 100_000, ["x" * 100_000]),
        ("." * 100_000, ["." * 100_000]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    "name, text, expected",
    [
        ("s.yaml", "", "s.yaml: the story is empty"),
        ("s.txt", " \n\n", "s.txt: the story is empty"),
        ("s.yaml", "title: T\n", "s.yaml: frames: missing, expected a list"),
        ("s.yaml", "title: T\nframes: []", "frames: a story has 1 to 1,000 frames, got 0"),
        ("s.yaml", "title: T\nframes:", "got 0"),
        ("s.yaml", "frames: Mia runs.", "frames: expected a list, got text"),
        ("s.yaml", "- Mia runs.", "expected a mapping with title, characters and frames, got a list"),
        ("s.yaml", "frames:\n- [a\n", "s.yaml: line 3, column 1: malformed YAML"),
        ("s.yaml", "frames:\n- a: b: c\n", "line 2, column 7: malformed YAML: mapping values are"),
        ("s.yaml", "frames:\n- Mia says: hi\n", "frame 1: unknown key 'Mia says', expected image, scene, text"),
        ("s.yaml", "frames: [yes]", "frame 1: expected text or a mapping with text, image and scene, got true"),
        ("s.yaml", "title: 12\nframes: [a]", "title: expected text, got 12 (quote it)"),
        ("s.yaml", "frames: [a]\nframes: [b]", "line 2: frames: expected once, found twice"),
        ("s.yaml", "title: {{name}}\nframes: [a]", "line 1: expected a name before the colon"),
        ("s.yaml", "frames: [{text: a, image: cut.jpg}]", "frame 1: image: expected a readable picture"),
        ("s.yaml", "frames: &f [*f]", "frame 1: expected text"),
        ("s.yaml", "frames: " + "[" * 500, "malformed YAML"),
        ("s.yaml", "frames: [!!python/name:os.system x]", "malformed YAML"),
        ("s.yaml", "fames: [a]", "unknown key 'fames', expected characters, frames, title"),
        ("s.yaml", "frames: [{image: given.png}]", "frame 1: text: missing"),
        ("s.yaml", "frames: [{text: a, image: none.png}]", "frame 1: image: expected a readable picture"),
        ("s.yaml", "frames: [{text: a, image: s.yaml}]", "(not a picture)"),
        ("s.yaml", "frames: [{text: a, image: 3}]", "frame 1: image: expected the path of a picture, got 3"),
        ("s.yaml", "frames: ['']", "frame 1: text: expected text, got none"),
        ("s.yaml", "frames: [a]\ncharacters: [{name: Mia}, {name: mia}]", "got 'mia' twice"),
        ("s.yaml", "frames: [a]\ncharacters: [{plays: Mia}]", "character 1: name: missing"),
        ("s.yaml", "frames: [a]\ncharacters: [{name: A, age: 3}]", "character 1: unknown key 'age'"),
        ("s.json", '{"frames": ["a",]}', "s.json: line 1, column"),
        ("s.json", '{"frames": ["a"], "frames": ["b"]}', "frames: expected once, found 2 times"),
        ("s.json", "[" * 100_000, "s.json: malformed JSON: nested too deeply"),
        ("s.txt", "x" * 10_000, "s.txt: frame 1: text: at most 2,000 characters, got 10,000"),
        ("s.txt", b"Mia runs.\nShe \xff sits.", "s.txt: line 2: expected text in UTF-8, got byte 0xff"),
        ("s.txt", "a\n" * 1_001, "a story has 1 to 1,000 frames, got 1001"),
    ],
)  # fmt: skip
def test_bad_stories(folder: Path, name: str, text: str | bytes, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        Story.load(write(folder, name, text))
    assert expected in str(caught.value)
    assert str(folder / name) in str(caught.value)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none.yaml: expected a readable story file"):
        Story.load(tmp_path / "none.yaml")
    with pytest.raises(ValueError, match="expected a readable story file"):
        Story.load(tmp_path)
