"""The studio without a browser: who is drawn when, what is kept, and what nobody can do to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
import torch
from conftest import pipeline_of, portrait
from PIL import Image

from storygptv.cast import Cast
from storygptv.project import DEFAULTS, Project
from storygptv.story import Character, Frame, Story
from storygptv.studio import cards
from storygptv.studio.desk import KINDS, MAX_FRAMES, Desk
from storygptv.studio.drawing import DrawingQueue, Task
from storygptv.studio.projects import KEPT_SECONDS, MAX_UPLOAD_BYTES, Projects, check_name, name_for, read_upload
from storygptv.studio.server import check_host, open_page

CAST = Cast(
    characters=[{"name": "Mia", "pronoun": "she"}, {"name": "Leo", "pronoun": "he"}],
    portraits={"Mia": portrait("red"), "Leo": portrait("blue")},
    words=["walks", "runs", "waves", "she", "he", "in", "the", "park"],
)
TEXTS = ["Mia walks in the park.", "She waves.", "Leo runs."]


@pytest.fixture
def pipeline(char_ldm, tokenizer):
    return pipeline_of(char_ldm, tokenizer, CAST)


@pytest.fixture
def desk(pipeline, tmp_path):
    queue = DrawingQueue(lambda: pipeline)
    queue.start()
    desk = Desk(Projects(tmp_path / "stories"), queue, pipeline, {"device": "cpu", "dtype": "float32"})
    yield desk
    desk.close()


def story(*texts: str, title: str = "A walk") -> Story:
    return Story(title, (), tuple(Frame(text) for text in texts or TEXTS))


def settings(desk: Desk, **other) -> dict:
    return desk.drawing_settings(**{"name": None, "seed": 0, "steps": 2, "guidance": 4.0} | other)


def until(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def drawn(desk: Desk, *texts: str, **other) -> str:
    name = desk.draw(None, story(*texts, **other), settings(desk))
    until(lambda: not desk.queue.busy(name))
    return name


def done(desk: Desk, name: str) -> Task:
    until(lambda: not desk.queue.busy(name))
    return desk.queue.of(name)


class Held:
    """Holds the worker at its first denoising step until it is let go."""

    def __init__(self, desk: Desk, monkeypatch) -> None:
        self.there, self.go, self.steps = threading.Event(), threading.Event(), 0
        sample = desk.pipeline.char_ldm.sample

        def held(conditions, generators, steps, guidance, on_step, **options):
            def step(n):
                self.there.set()
                assert self.go.wait(60)
                self.steps += 1
                on_step(n)

            return sample(conditions, generators, steps, guidance, step, **options)

        monkeypatch.setattr(desk.pipeline.char_ldm, "sample", held)


# --- drawing


def test_a_story_is_drawn_as_the_command_draws_it(desk, pipeline, tmp_path):
    name = drawn(desk)
    assert name == "A walk" and desk.queue.of(name).state == "done"
    by_command = Project(tmp_path / "c", story(), "toon", DEFAULTS | desk.settings)
    list(by_command.draw(pipeline))
    there = desk.projects.open(name)
    assert [(there.path / f["image"]).read_bytes() for f in there.drawn] == [
        (by_command.path / f["image"]).read_bytes() for f in by_command.drawn
    ]
    assert (there.path / "storyboard.png").exists()


def test_stopped_within_one_denoising_step(desk, monkeypatch):
    name = drawn(desk, TEXTS[0])
    held = Held(desk, monkeypatch)
    desk.draw(name, story(), settings(desk))
    assert held.there.wait(60)
    desk.stop(name)
    held.go.set()
    task = done(desk, name)
    assert (task.state, task.frames, held.steps) == ("stopped", 0, 1)
    assert len(desk.projects.open(name).drawn) == 1
    assert "Stopped: 0 of 2 frames drawn and kept." in desk.view(name).status
    desk.draw(name, story(), settings(desk))
    assert done(desk, name).state == "done" and len(desk.projects.open(name).drawn) == 3


def test_everyone_is_served_in_turn_and_nobody_mixes(desk, monkeypatch):
    held = Held(desk, monkeypatch)
    people = [story(f"Mia walks {n}.", "She waves.", title=f"Story {n}") for n in range(8)]
    names = [desk.draw(None, each, settings(desk, seed=n)) for n, each in enumerate(people)]
    assert held.there.wait(60)
    places = [desk.queue.place(desk.queue.of(name)) for name in names]
    assert places == list(range(8)) and "3 stories are before this one" in desk.view(names[3]).status
    desk.stop(names[6])  # who waits leaves at once, and those behind move up
    assert desk.queue.of(names[6]).state == "stopped" and desk.queue.place(desk.queue.of(names[7])) == 6
    held.go.set()
    begun = [done(desk, name).began for name in names if name != names[6]]
    assert begun == sorted(begun)
    for name, told in zip(names, people, strict=True):
        project = desk.projects.open(name)
        if name != names[6]:
            assert [frame["text"] for frame in project.drawn] == [frame.text for frame in told.frames]
    alone = [f for f in desk.projects.open(names[2]).drawn]
    again = desk.draw(None, people[2], settings(desk, seed=2))
    done(desk, again)
    one, other = desk.projects.open(names[2]), desk.projects.open(again)
    assert [(one.path / f["image"]).read_bytes() for f in alone] == [
        (other.path / f["image"]).read_bytes() for f in other.drawn
    ]


def test_a_story_is_in_the_queue_once(desk, monkeypatch):
    held = Held(desk, monkeypatch)
    name = desk.draw(None, story(), settings(desk))
    for ask in (
        lambda: desk.draw(name, story(), settings(desk)),
        lambda: desk.queue.change(name, lambda: pytest.fail("changed")),
        lambda: desk.go_on(name, 1),
    ):
        with pytest.raises(ValueError, match="is being drawn"):
            ask()
    held.go.set()
    assert done(desk, name).state == "done"


def test_the_worker_survives_what_goes_wrong(desk, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(desk.pipeline.char_ldm, "sample", broken)
        name = desk.draw(None, story(), settings(desk))
        assert done(desk, name).error == "the drawing failed: out of memory"
    assert "out of memory" in desk.view(name).status
    desk.draw(name, story(), settings(desk))
    assert done(desk, name).state == "done"


def test_the_seconds_left_are_of_the_pace_so_far():
    task = Task("a", None, None, num_frames=4, state="drawing", steps=20, steps_a_frame=10)
    task.began = time.monotonic() - 6
    assert task.share == 0.5 and task.seconds_left() == pytest.approx(6, abs=0.1)
    assert "about 6 s left" in cards.status(task, 0) or "about 7 s left" in cards.status(task, 0)
    assert Task("a", None, None, num_frames=4, state="drawing").seconds_left() is None


# --- changing


def test_what_the_buttons_of_a_card_do(desk):
    name = drawn(desk)
    act = lambda what, frame, **more: desk.act(name, {"act": what, "frame": frame, **more})  # noqa: E731
    frames = lambda: [f["text"] for f in desk.projects.open(name).drawn]  # noqa: E731
    act("redraw", 1)
    assert done(desk, name).state == "done" and desk.projects.open(name).versions(1) == [1, 2]
    act("restore", 1, version=1)
    assert desk.projects.open(name).drawn[1]["version"] == 1
    act("redraw", 0, text="  Mia \n runs. ", seed="77")
    done(desk, name)
    assert (frames()[0], desk.projects.open(name).drawn[0]["seed"]) == ("Mia runs.", 77)
    act("onward", 1, text="He waves.")
    assert done(desk, name).frames == 2 and desk.projects.open(name).versions(2) == [1, 2]
    act("insert", 0, after="She runs.")
    done(desk, name)
    assert frames() == ["Mia runs.", "She runs.", "He waves.", "Leo runs."]
    act("later", 0)
    act("earlier", 3)
    assert frames() == ["She runs.", "Mia runs.", "Leo runs.", "He waves."]
    act("remove", 0)
    assert frames() == ["Mia runs.", "Leo runs.", "He waves."]
    desk.go_on(name, 2)
    assert done(desk, name).frames == 2 and len(frames()) == 5


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "frame: expected a whole number, got None"),
        ({"act": "redraw", "frame": 7}, "frame: must be 1 to 1, got 8"),
        ({"act": "redraw", "frame": True}, "frame: expected a whole number"),
        ({"act": "redraw", "frame": 0, "seed": "1e99"}, "seed: "),
        ({"act": "redraw", "frame": 0, "seed": "-1"}, "seed: 0 to"),
        ({"act": "redraw", "frame": 0, "text": " "}, "text: expected text"),
        ({"act": "redraw", "frame": 0, "text": "x" * 2001}, "text: at most 2,000"),
        ({"act": "restore", "frame": 0, "version": 4}, "version: frame 1 has 1, got 4"),
        ({"act": "earlier", "frame": 0}, "frame: must be"),
        ({"act": "remove", "frame": 0}, "the only one"),
        ({"act": "erase", "frame": 0}, "which no button asks for"),
    ],
)
def test_what_a_card_cannot_be_asked(desk, asked, sentence):
    name = drawn(desk, TEXTS[0])
    before = (desk.projects.path(name) / "story.json").read_bytes()
    with pytest.raises(ValueError, match=sentence):
        desk.act(name, asked)
    assert (desk.projects.path(name) / "story.json").read_bytes() == before


def test_a_changed_story_is_another_and_a_longer_one_goes_on(desk):
    name = drawn(desk, *TEXTS[:2])
    stamp = (desk.projects.path(name) / "frames/001.png").stat().st_mtime_ns
    assert desk.draw(name, story(), settings(desk)) == name
    assert done(desk, name).frames == 1
    with pytest.raises(ValueError, match="every frame is drawn"):
        desk.draw(name, story(), settings(desk))
    other = desk.draw(name, story("Leo walks.", *TEXTS[1:]), settings(desk))
    assert other == "A walk 2" and done(desk, other).frames == 3
    assert desk.draw(name, story(), settings(desk, seed=5)) == "A walk 3"
    assert desk.save(name, story(title="Renamed"), settings(desk)) == name
    assert desk.projects.open(name).title == "Renamed" and not desk.projects.open(name).waiting
    assert (desk.projects.path(name) / "frames/001.png").stat().st_mtime_ns == stamp


def test_a_story_is_saved_before_it_is_drawn(desk):
    name = desk.save(None, story(), settings(desk))
    assert desk.save(name, story("Leo runs."), settings(desk, seed=3)) == name
    project = desk.projects.open(name)
    assert (project.drawn, project.story, project.settings["seed"]) == ([], story("Leo runs."), 3)
    assert desk.draw(name, project.story, settings(desk, seed=3)) == name
    assert done(desk, name).state == "done"


def test_a_saved_story_is_there_whenever_it_is_looked_at(desk, monkeypatch):
    """Also while its first picture is written, and while pictures change places."""
    name, missing, looked = desk.save(None, story(), settings(desk)), [], []
    replace = Path.replace

    def slow(self, target):
        looked.append(self.name)
        if not (desk.projects.path(name) / "story.json").is_file():
            missing.append(self.name)
        time.sleep(0.02)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", slow)
    desk.draw(name, story(), settings(desk))
    while desk.queue.busy(name):
        desk.view(name)
    desk.act(name, {"act": "onward", "frame": 0})
    while desk.queue.busy(name):
        assert desk.view(name).drawn == 3
    assert looked and not missing and desk.queue.of(name).state == "done"


def test_a_picture_of_ones_own_begins_a_story(desk, tmp_path):
    Image.new("RGBA", (40, 20), "green").save(tmp_path / "mine.png")
    told = desk.told("A walk", "\n".join(TEXTS), picture=str(tmp_path / "mine.png"))
    name = desk.draw(None, told, settings(desk))
    done(desk, name)
    project = desk.projects.open(name)
    assert project.drawn[0]["seed"] is None and project.pictures()[0].getpixel((0, 0)) == (0, 128, 0)
    assert desk.draw(name, desk.told("A walk", [*TEXTS, "He waves."]), settings(desk)) == name
    done(desk, name)
    assert len(desk.projects.open(name).drawn) == 4


def test_pictures_that_were_put_in_are_not_kept_for_ever(desk, tmp_path):
    Image.new("RGB", (40, 20), "green").save(tmp_path / "mine.png")
    Image.new("RGB", (40, 20), "red").save(tmp_path / "other.png")
    first = desk.told("A walk", TEXTS[0], picture=str(tmp_path / "mine.png")).frames[0].image
    old = time.time() - 2 * KEPT_SECONDS
    os.utime(first, (old, old))
    second = desk.told("A walk", TEXTS[0], picture=str(tmp_path / "other.png")).frames[0].image
    assert not first.exists() and second.exists()


def test_a_waiting_picture_elsewhere_is_not_read(desk, tmp_path):
    Image.new("RGB", (40, 20), "green").save(tmp_path / "elsewhere.png")
    name = desk.save(None, desk.told("A walk", TEXTS[0]), settings(desk))
    file = desk.projects.root / name / "story.json"
    waiting = [{"text": TEXTS[0], "image": str(tmp_path / "elsewhere.png")}]
    file.write_text(json.dumps(json.loads(file.read_text()) | {"waiting": waiting}))
    with pytest.raises(ValueError, match="leads out of the projects folder"):
        desk.projects.open(name)


def test_a_story_that_cannot_wait_any_more_is_not_kept(desk, monkeypatch):
    monkeypatch.setattr("storygptv.studio.drawing.MAX_TASKS", 0)
    with pytest.raises(ValueError, match="wait to be drawn already"):
        desk.draw(None, desk.told("A walk", TEXTS[0]), settings(desk))
    assert desk.projects.names() == []


def test_given_pictures_stay_with_their_frames(desk, tmp_path):
    Image.new("RGB", (40, 20), "green").save(tmp_path / "mine.png")
    told = desk.told("A walk", "\n".join(TEXTS), picture=str(tmp_path / "mine.png"))
    name = desk.save(None, told, settings(desk))
    for file in (desk.projects.root / ".given").iterdir():
        file.unlink()  # the project has its own
    typed = lambda *more: desk.told("A walk", [*TEXTS, *more])  # noqa: E731  a page that is opened sends no picture
    assert desk.draw(name, typed(), settings(desk)) == name
    done(desk, name)
    assert desk.projects.open(name).drawn[0]["seed"] is None
    desk.act(name, {"act": "later", "frame": 0})
    moved = desk.told("A walk", [TEXTS[1], TEXTS[0], TEXTS[2], "He waves."])
    assert desk.draw(name, moved, settings(desk)) == name
    done(desk, name)
    assert [frame["seed"] is None for frame in desk.projects.open(name).drawn] == [False, True, False, False]


def test_a_board_that_is_out_of_date_changes_nothing(desk):
    name = drawn(desk)
    seen = cards.seen(desk.projects.open(name))
    assert f'data-seen="{seen}"' in desk.view(name).board
    desk.act(name, {"act": "remove", "frame": 0, "seen": seen})
    with pytest.raises(ValueError, match="changed elsewhere in between"):
        desk.act(name, {"act": "remove", "frame": 1, "seen": seen})
    assert desk.projects.open(name).captions == TEXTS[1:]


def test_a_story_of_the_command_goes_on_in_the_studio(desk, pipeline):
    own = {"steps": pipeline.config.num_inference_steps, "guidance": pipeline.config.guidance_scale}
    by_command = desk.projects.create(story(*TEXTS[:2]), "toon", DEFAULTS | own | {"protocol": "reference"})
    list(by_command.draw(pipeline))
    name = by_command.path.name
    assert desk.save(name, story(), settings(desk)) == name
    assert desk.save(name, story(), settings(desk) | {"steps": own["steps"] + 1}) != name


def test_nobody_plays_two(desk):
    with pytest.raises(ValueError, match="nobody can play two, got 'Mia' for Anna and Beth"):
        desk.told("A walk", TEXTS, "Anna = Mia\nBeth = mia")


def test_an_export_that_cannot_be_written_is_a_sentence(desk, monkeypatch):
    name = drawn(desk, TEXTS[0])

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr("storygptv.studio.desk.export", full)
    with pytest.raises(ValueError, match="could not be written .No space left"):
        desk.export(name, next(iter(KINDS)))


# --- the projects folder

ESCAPES = [
    "..", ".", "../x", "a/b", "/etc", "\\\\host\\x", "C:x", "", "   ", ".hidden", "a\0b", "a\nb", "x" * 81, "a\u0308",
    "a\u202eb", "\u200b", "a ", " a", "a.", "..\u2215x\u0000", "\ud800", "名" * 70,
]  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES, ids=repr)
def test_names_that_lead_out_or_deceive_are_refused(name, tmp_path):
    with pytest.raises(ValueError, match="^story: "):
        Projects(tmp_path / "stories").path(name)


def test_links_that_lead_out_are_refused(tmp_path, pipeline):
    outside = Project(tmp_path / "outside", story(TEXTS[0]), "toon", dict(DEFAULTS))
    list(outside.draw(pipeline))
    projects = Projects(tmp_path / "stories")
    (projects.root / "link").symlink_to(outside.path)
    with pytest.raises(ValueError, match="leads out of the projects folder"):
        projects.open("link")
    assert projects.names() == []
    (projects.root / "within").mkdir()
    (projects.root / "within/story.json").write_bytes((outside.path / "story.json").read_bytes())
    (projects.root / "within/frames").symlink_to(outside.path / "frames")
    with pytest.raises(ValueError, match="what is in 'within' leads out of the projects folder"):
        projects.open("within")
    (projects.root / "within/frames").unlink()
    (projects.root / "within/frames").mkdir()
    for picture in (outside.path / "frames").iterdir():
        (projects.root / "within/frames" / picture.name).symlink_to(picture)
    with pytest.raises(ValueError, match="what is in 'within' leads out of the projects folder"):
        projects.open("within")
    (projects.root / "nothing").mkdir()
    with pytest.raises(ValueError, match="there is none called 'nothing'"):
        projects.open("nothing")


@pytest.mark.parametrize(
    "title", [*ESCAPES, "Mia & Leo", "Ein Tag im Grünen", "名前", "x" * 200, "😀", "con/../..", "Con", "lpt1"]
)
def test_any_title_makes_a_good_name(title, tmp_path):
    check_name(name_for(title.encode(errors="replace").decode()))
    projects = Projects(tmp_path / "stories")
    told = story(TEXTS[0], title=title.encode(errors="replace").decode() if title.strip() else "A")
    one, two = (projects.create(told, "toon", dict(DEFAULTS)) for _ in range(2))
    assert one.path != two.path and {one.path.parent, two.path.parent} == {projects.root}
    assert set(projects.names()) == {one.path.name, two.path.name}


def test_a_foreign_project_is_refused_and_left_as_it_is(desk):
    folder = desk.projects.root / "foreign"
    folder.mkdir()
    (folder / "story.json").write_text('{"frames": 3}')
    with pytest.raises(ValueError, match="not as `storygptv visualize` writes it"):
        desk.view("foreign")
    assert [file.name for file in folder.iterdir()] == ["story.json"]
    other = desk.projects.create(story(), "elsewhere", dict(DEFAULTS)).path.name
    desk.queue.submit(Task(other, lambda: desk.projects.open(other), lambda *_: pytest.fail("drawn"), 1))
    assert "drawn with the model elsewhere" in done(desk, other).error


# --- what people put in


def test_uploads_are_pictures_by_content_and_bounded(tmp_path):
    file = tmp_path / "a.png"
    for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + bytes(50), b"%PDF-1.4"):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="picture: expected a whole PNG, JPEG, WEBP"):
            read_upload(file)
    whole = tmp_path / "whole.png"
    Image.effect_noise((64, 64), 50).save(whole)
    file.write_bytes(whole.read_bytes()[:-900])
    with pytest.raises(ValueError, match="picture: expected a whole"):
        read_upload(file)
    whole.rename(tmp_path / "named.txt")
    assert read_upload(tmp_path / "named.txt").size == (64, 64)
    Image.new("1", (14_000, 14_000)).save(file)  # 25 kB that unpack to 196 million pixels
    with pytest.raises(ValueError, match="picture: at most 25 million pixels"):
        read_upload(file)
    Image.new("1", (6_000, 6_000)).save(file)
    with pytest.raises(ValueError, match="picture: at most 25 million pixels, got 6000 x 6000"):
        read_upload(file)
    with file.open("wb") as sparse:
        sparse.truncate(MAX_UPLOAD_BYTES + 1)
    with pytest.raises(ValueError, match="picture: at most 10 MB"):
        read_upload(file)


def test_captions_are_text_everywhere(desk):
    nasty = "<script>alert(1)</script> \"><img src=x onerror=alert(2)> ${alert(3)} {{value}} 'a' & b"
    name = drawn(desk, f"Mia {nasty}", title=f"Mia {nasty}")
    desk.act(name, {"act": "redraw", "frame": 0})
    done(desk, name)
    view = desk.view(name, said=nasty, wrong=True)
    for markup in (view.board, view.status, view.cast):
        assert "<script" not in markup and "<img src=x" not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in view.board
    page, _ = desk.export(name, "Web page (HTML)")
    assert "<script" not in page.read_text(encoding="utf-8")


def test_limits_and_wrong_settings_are_sentences(desk):
    for tell, sentence in [
        (lambda: desk.told("", ""), "the story is empty"),
        (lambda: desk.told("", "x\n" * (MAX_FRAMES + 1)), f"1 to {MAX_FRAMES} frames here, got 61"),
        (lambda: desk.told("", ["fine", "x" * 2001]), "frame 2: text: at most 2,000"),
        (lambda: desk.told("x" * 201, "Mia runs."), "title: at most 200"),
        (lambda: desk.told("", "Anna runs.", "Anna = Zoe"), "plays: must be one of Mia, Leo, got 'Zoe'"),
        (lambda: settings(desk, seed=-1), "seed: 0 to"),
        (lambda: settings(desk, steps=0), "steps: 1 to 100, got 0"),
        (lambda: settings(desk, guidance=float("nan")), "guidance: 0 to 20, got nan"),
        (lambda: settings(desk, steps=None), "steps: 1 to 100, got none"),
        (lambda: desk.told("", "Mia runs.", "Anna\n" * 21), "names of your own: 20 at most, got 21"),
        (lambda: desk.go_on(None, 1), "there is no story yet"),
        (lambda: desk.go_on("", 1), "there is no story yet"),
        (lambda: desk.export(drawn(desk, TEXTS[0]), "Comic page (PNG)", -1), "columns: at least 1, got -1"),
        (lambda: desk.export(None, "Film (GIF)"), "there is no story yet"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            tell()
    told = desk.told("A day", "Anna walks. She meets a dragon.", "Anna = mia")
    assert [frame.text for frame in told.frames] == ["Anna walks.", "She meets a dragon."]
    assert "dragon" in desk.warned(told) and "Anna" not in desk.warned(told)


def test_a_story_keeps_settings_that_the_page_does_not_offer(desk):
    own = DEFAULTS | {"seed": 2**40, "steps": 200, "guidance": 50.0}
    name = desk.projects.create(story(), "toon", own).path.name
    kept = settings(desk, name=name, seed=2**40, steps=200, guidance=50.0)
    assert desk.save(name, story(*TEXTS, "Mia runs."), kept) == name
    assert desk.projects.open(name).settings == own
    with pytest.raises(ValueError, match="steps: 1 to 100, got 201"):
        settings(desk, name=name, steps=201)


def test_what_goes_wrong_says_nothing_of_this_machine(desk, monkeypatch):
    name = drawn(desk, TEXTS[0])
    desk.projects.path(name).joinpath("story.json").write_text("{")
    with pytest.raises(ValueError) as told:
        desk.projects.open(name)
    assert str(desk.projects.root) in str(told.value)
    assert desk.sentence(told.value).startswith("A walk/story.json: line 1: malformed JSON")
    assert (
        desk.sentence(OSError(28, "No space left on device", "/home/me/frames/001.png")) == "No space left on device."
    )


def test_a_storyboard_that_cannot_be_lettered_takes_no_change_with_it(desk, monkeypatch):
    name = drawn(desk)
    monkeypatch.setattr(Project, "letter", lambda self: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    desk.act(name, {"act": "remove", "frame": 0})
    assert desk.projects.open(name).captions == TEXTS[1:]


def test_another_host_needs_a_flag_and_a_password():
    check_host("127.0.0.1", False, None)
    with pytest.raises(ValueError, match="--host: 0.0.0.0 lets other machines in; add --public"):
        check_host("0.0.0.0", False, "a long password")
    for short in (None, "short"):
        with pytest.raises(ValueError, match="--public: needs a password"):
            check_host("0.0.0.0", True, short)
    check_host("0.0.0.0", True, "a long password")


def test_served_it_asks_for_the_password_and_calls_nobody(desk, monkeypatch):
    called, connect = [], socket.socket.connect

    def watched(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            called.append(address)
            raise OSError("nobody outside may be called")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket, "getaddrinfo", _local_only(socket.getaddrinfo, called))
    page = open_page(desk, Story.shipped("demo"), password="a long password")
    try:
        url, portrait_of_mia = page.local_url, desk.portraits["Mia"]
        with urllib.request.urlopen(url) as answer:
            body = answer.read().decode()
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "auth_required" in body and "Biscuit and the Ball" not in body
        for address in (portrait_of_mia, "config"):
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(url + address)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        login = lambda word: opener.open(url + "login", f"username=me&password={word}".encode())  # noqa: E731
        with pytest.raises(urllib.error.HTTPError, match="400"):
            login("guessed")
        login("a+long+password")
        assert "Biscuit and the Ball" in opener.open(url).read().decode()
        assert opener.open(url + portrait_of_mia).headers["content-type"] == "image/webp"
        secret = desk.projects.create(story(), "toon", dict(DEFAULTS)).path / "story.json"
        for outside in (secret, "/etc/passwd", desk.served.folder / ".." / ".." / "etc" / "passwd"):
            with pytest.raises(urllib.error.HTTPError, match="40[34]"):
                opener.open(f"{url}gradio_api/file={quote(str(outside))}")
    finally:
        page.close(verbose=False)
    assert called == []


def _local_only(getaddrinfo, called):
    def watched(host, *args, **more):
        if host not in (None, "127.0.0.1", "localhost", "::1", b"127.0.0.1"):
            called.append(host)
            raise OSError("nobody outside may be looked up")
        return getaddrinfo(host, *args, **more)

    return watched


# --- looking


def test_who_was_understood_is_named_with_how_surely_and_drawn_as_whom():
    people = [
        {"name": "Anna", "probability": 0.97, "drawn_as": "Mia"},
        {"name": "Leo", "probability": 0.3, "drawn_as": "Leo"},
        {"name": "Tom", "probability": 0.9, "drawn_as": None},
    ]  # fmt: skip
    frame = {"understood": {"people": people, "line": "Anna walk, Leo <run>; park;"}}
    shown = cards.understood(frame)
    assert "Anna <small>97\u202f% as Mia" in shown and "Leo <small>30\u202f% unsure<" in shown
    assert "Tom <small>90\u202f% left out" in shown and "Leo &lt;run&gt;" in shown
    assert cards.understood({}) == "" and cards.line_of({}) == ""


def test_the_cast_says_who_is_in_the_story(desk):
    told = desk.told("A day", "Anna walks in the park.", "Anna = Mia")
    name = desk.save(None, told, settings(desk))
    cast = desk.view(name).cast
    assert "<b>Anna</b><small>played by Mia</small>" in cast and cast.count("in the story") == 1


def test_who_waits_is_named_by_whole_words():
    waiting = lambda text: SimpleNamespace(drawn=[], waiting=[Frame(text)])  # noqa: E731
    assert cards.there(waiting("Mia walks."), lambda text: [], {"Leo": "Al"}) == set()
    assert cards.there(waiting("Then al waves."), lambda text: [], {"Leo": "Al"}) == {"Leo"}


def test_a_story_of_another_cast_can_be_looked_at(desk):
    told = Story("A day", (Character("Anna", "Fred"),), (Frame("Anna walks."),))
    name = desk.projects.create(told, "other", settings(desk)).path.name
    assert desk.warned(told).startswith("Plays: must be one of Mia, Leo, got 'Fred'") and desk.view(name).drawn == 0


def test_a_story_with_another_title_is_lettered_anew(desk):
    name = drawn(desk)
    sheet = desk.projects.path(name) / "storyboard.png"
    before = sheet.read_bytes()
    desk.save(name, story(), settings(desk))
    assert sheet.read_bytes() == before
    desk.save(name, story(title="A long walk"), settings(desk))
    assert sheet.read_bytes() != before


def test_pictures_of_another_form_are_others(desk):
    wide, high = (Image.new("RGB", size, "red") for size in ((40, 20), (20, 40)))
    assert desk.served.portrait(wide) != desk.served.portrait(high)
    assert desk.projects.keep_picture(wide) != desk.projects.keep_picture(high) == desk.projects.keep_picture(high)


@pytest.mark.parametrize("kind", KINDS)
def test_every_export_is_a_file(desk, kind):
    name = drawn(desk, TEXTS[0])
    file, warning = desk.export(name, kind)
    assert file.stat().st_size > 500 and file.suffix == f".{KINDS[kind][0]}" and warning == ""
    assert file.stem == name and desk.served.folder in file.parents


def test_memory_of_a_story_goes_with_it(desk):
    """After a story is drawn nothing of it is held but its task."""
    import gc

    for n in range(3):
        drawn(desk, title=f"Story {n}")
    gc.collect()
    counts = []
    for n in range(3, 9):
        drawn(desk, title=f"Story {n}")
        gc.collect()
        counts.append(sum(torch.is_tensor(each) or isinstance(each, Image.Image) for each in gc.get_objects()))
    assert counts[-1] <= counts[0]


# --- killed

SERVER = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from storygptv.pipeline import StoryPipeline
from storygptv.story import Frame, Story
from storygptv.studio.desk import Desk
from storygptv.studio.drawing import DrawingQueue
from storygptv.studio.projects import Projects
model, folder = sys.argv[1:]
queue = DrawingQueue(lambda: StoryPipeline.from_pretrained(model), model)
desk = Desk(Projects(Path(folder)), queue, queue.start(), {"device": "cpu", "dtype": "float32"})
told = Story("A walk", (), tuple(Frame(f"Mia walks {n}.") for n in range(40)))
desk.draw(None, told, desk.drawing_settings(None, 0, 6, 4.0))
queue._thread.join()
"""


def test_killed_in_mid_story_it_goes_on(pipeline, tmp_path):
    pipeline.save_pretrained(tmp_path / "model", dtype=torch.float32)
    folder, model = tmp_path / "stories", str(tmp_path / "model")
    file = folder / "A walk" / "story.json"
    process = subprocess.Popen([sys.executable, "-c", SERVER, model, str(folder)])
    try:
        until(lambda: file.exists() and len(json.loads(file.read_text())["frames"]) >= 2, 120)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    record = json.loads(file.read_text())
    there = len(record["frames"])
    assert 2 <= there < 40 and len(record["waiting"]) == 40 - there
    stamps = [os.stat(file.parent / frame["image"]).st_mtime_ns for frame in record["frames"]]
    queue = DrawingQueue(lambda: pipeline, model)
    desk = Desk(Projects(folder), queue, queue.start(), {"device": "cpu", "dtype": "float32"})
    project = desk.projects.open("A walk")
    assert len(project.drawn) == there and desk.view("A walk").drawn == there
    desk.draw("A walk", project.story, project.settings)
    until(lambda: len(desk.projects.open("A walk").drawn) > there)
    desk.close()
    kept = desk.projects.open("A walk").drawn[:there]
    assert [os.stat(file.parent / frame["image"]).st_mtime_ns for frame in kept] == stamps


def test_the_command_refuses_before_it_loads(command, tmp_path):
    status, _, err = command("app", "--host", "0.0.0.0", "--projects", tmp_path / "s")
    assert status == 2 and "--host: 0.0.0.0 lets other machines in" in err and len(err.splitlines()) == 1
    (tmp_path / "file").write_text("")
    status, _, err = command("app", "--projects", tmp_path / "file")
    assert status == 2 and "--projects: " in err and "expected a folder" in err


def test_a_path_is_not_named_to_another(desk):
    name = drawn(desk, TEXTS[0])
    assert str(Path.home()) not in desk.view(name).status and str(desk.projects.root) not in desk.view(name).board
