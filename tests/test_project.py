"""A story as a project on disk: what is drawn is safe, one thing is changed and the rest stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import pipeline_of
from PIL import Image

from storygptv.files import alone
from storygptv.models.story_reader import StoryReader
from storygptv.project import DEFAULTS, Project
from storygptv.session import StorySession
from storygptv.story import Frame, Story

TEXTS = ("Mia walks in the park.", "She waves.", "Leo runs.", "He greets Mia.")


@pytest.fixture
def pipeline(char_ldm, tokenizer):
    return pipeline_of(char_ldm, tokenizer)


def story(*texts: str) -> Story:
    return Story("A walk", (), tuple(Frame(text) for text in texts or TEXTS))


@pytest.fixture
def project(pipeline, tmp_path) -> Project:
    """Four drawn frames."""
    project = Project(tmp_path / "p", story(), "toon", dict(DEFAULTS))
    assert len(list(project.draw(pipeline))) == 4
    return project


def state(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def texts(project: Project) -> list[str]:
    return [frame["text"] for frame in project.drawn]


def bytes_of(project: Project) -> list[bytes]:
    return [(project.path / frame["image"]).read_bytes() for frame in project.drawn]


def test_opened_again_it_is_the_same_and_nothing_is_drawn(project, pipeline):
    before, again = state(project.path), Project.open(project.path)
    assert (again.story, again.drawn, again.settings) == (story(), project.drawn, project.settings)
    assert again.tells(story(), "toon", DEFAULTS) and list(again.draw(pipeline)) == []
    assert state(project.path) == before and list(before) == [
        *(f"frames/00{n}.png" for n in (1, 2, 3, 4)),
        "story.json",
    ]


def test_begun_again_it_goes_on_and_nothing_else_is_touched(project, pipeline, tmp_path):
    again = Project.begin(str(project.path), story())
    assert again.captions == list(TEXTS) and not again.waiting
    new = Project.begin(tmp_path / "new", story(), steps=1)
    assert new.settings == DEFAULTS | {"steps": 1} and not (tmp_path / "new").exists()
    before = state(project.path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    for path, told, settings, sentence in [
        (project.path, story("She runs."), {}, "holds another story"),
        (project.path, story(), {"seed": 5}, "other settings"),
        (tmp_path / "other", story(), {}, "other is not empty"),
        (tmp_path / "odd", story(), {"pace": 3}, "settings: expected seed, steps, .*, got 'pace'"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            Project.begin(path, told, **settings)
    assert state(project.path) == before and not (tmp_path / "odd").exists()


@pytest.mark.parametrize("drawn", [1, 3])
def test_a_story_stopped_anywhere_goes_on_as_if_it_had_not(project, pipeline, tmp_path, drawn):
    half = Project(tmp_path / "half", story(), "toon", dict(DEFAULTS))
    frames = half.draw(pipeline)
    for _ in range(drawn):
        next(frames)
    frames.close()
    there = Project.open(half.path)
    assert (len(there.drawn), [frame.text for frame in there.waiting]) == (drawn, list(TEXTS[drawn:]))
    assert there.story == story() and there.tells(story(), "toon", DEFAULTS)
    assert len(list(there.draw(pipeline))) == 4 - drawn
    assert bytes_of(there) == bytes_of(project)


def test_what_was_understood_is_kept_and_not_read_again(reading_pipeline, tmp_path, monkeypatch):
    there = Project(tmp_path / "p", story(*TEXTS[:3]), "toon", dict(DEFAULTS))
    next(there.draw(reading_pipeline))
    first = there.drawn[0]["understood"]
    assert first["line"] and first["people"][0]["name"] and 0 <= first["people"][0]["probability"] <= 1
    sentences, read = [], StoryReader.read
    monkeypatch.setattr(StoryReader, "read", lambda self, text: sentences.append(text) or read(self, text))
    list(Project.open(there.path).draw(reading_pipeline))
    assert sentences == list(TEXTS[1:3])  # the first is known
    whole = Project(tmp_path / "q", story(*TEXTS[:3]), "toon", dict(DEFAULTS))
    list(whole.draw(reading_pipeline))
    assert bytes_of(whole) == bytes_of(Project.open(there.path))


def test_a_mended_scene_is_drawn_and_kept_and_later_frames_follow_it(reading_pipeline, tmp_path):
    there = Project(tmp_path / "p", story("Mia walks.", "She waves."), "toon", dict(DEFAULTS))
    list(there.draw(reading_pipeline))
    list(there.redraw(reading_pipeline, 0, scene="Mia jump; park; kite"))
    again = Project.open(there.path)
    assert again.drawn[0]["scene"] == again.drawn[0]["understood"]["line"] == "Mia jump; park; kite"
    assert again.told[0].scene == "Mia jump; park; kite" and again.versions(0) == [1, 2]
    list(again.redraw(reading_pipeline, 0))  # drawn once more, it stays mended
    assert again.drawn[0]["scene"] == "Mia jump; park; kite"
    list(again.redraw(reading_pipeline, 0, text="Mia sits."))  # another text is read anew
    assert "scene" not in again.drawn[0]
    with pytest.raises(ValueError, match="scene: place 'nowhere' is unknown"):
        next(again.redraw(reading_pipeline, 1, scene="Mia jump; nowhere;"))
    with pytest.raises(ValueError, match="begins with nobody of the story"):
        next(again.redraw(reading_pipeline, 1, scene="Zed jump; park;"))


def test_a_scene_that_waits_is_kept_with_its_frame(reading_pipeline, tmp_path):
    told = Story("A walk", (), (Frame("Mia walks.", scene="Mia dance; park;"), Frame("She waves.")))
    Project(tmp_path / "p", told, "toon", dict(DEFAULTS)).save()
    there = Project.open(tmp_path / "p")
    assert there.waiting[0].scene == "Mia dance; park;" and there.tells(told, "toon", DEFAULTS)
    assert next(there.draw(reading_pipeline)).understood["line"] == "Mia dance; park;"


def test_a_given_picture_is_known_when_the_story_goes_on(pipeline, tmp_path, monkeypatch):
    Image.new("RGB", (32, 32), "green").save(tmp_path / "given.png")
    told = Story("A walk", (), (Frame(TEXTS[0], tmp_path / "given.png"), *map(Frame, TEXTS[1:])))
    seen, see = [], StorySession.see
    monkeypatch.setattr(StorySession, "see", lambda self, image, given: seen.append(given) or see(self, image, given))
    frames = Project(tmp_path / "p", told, "toon", dict(DEFAULTS)).draw(pipeline)
    next(frames), next(frames)
    frames.close()
    there = Project.open(tmp_path / "p")
    list(there.draw(pipeline))
    list(there.tell_on(pipeline, 1))
    assert seen == [True, False] + [True, False, False, False] + [True, False, False, False, False]


def test_of_a_stopped_story_what_is_drawn_can_be_rearranged(pipeline, tmp_path):
    Image.new("RGB", (32, 32), "green").save(tmp_path / "given.png")
    told = Story("A walk", (), (*map(Frame, TEXTS[:3]), Frame(TEXTS[3], tmp_path / "given.png")))
    half = Project(tmp_path / "half", told, "toon", dict(DEFAULTS))
    frames = half.draw(pipeline)
    next(frames), next(frames)
    frames.close()
    there = Project.open(half.path)
    there.reorder([1, 0])
    there.insert(pipeline, 1, "Leo waves.")
    there.remove(2)
    there = Project.open(half.path)
    assert there.captions == [TEXTS[1], "Leo waves."] and [each.text for each in there.waiting] == list(TEXTS[2:])
    assert [frame.given for frame in there.draw(pipeline)] == [False, True]
    whole = Project.open(half.path)
    assert whole.captions == [TEXTS[1], "Leo waves.", *TEXTS[2:]] and not whole.waiting
    assert {frame["seed"] for frame in whole.drawn} == {pipeline.story_seed(0), None}


def test_waiting_pictures_that_were_given(pipeline, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (32, 32), "green").save("given.png")
    told = Story("A walk", (), (Frame(TEXTS[0]), Frame(TEXTS[1], Path("given.png")), Frame(TEXTS[2])))
    half = Project(tmp_path / "p", told, "toon", dict(DEFAULTS))
    next(half.draw(pipeline))
    assert Project.open(half.path).tells(told, "toon", DEFAULTS)
    monkeypatch.chdir("/")
    (tmp_path / "given.png").unlink()  # the folder needs nothing else
    half.path.rename(tmp_path / "moved")
    there = Project.open(tmp_path / "moved")
    assert [file.name[:7] for file in (there.path / "frames").iterdir()].count(".given-") == 1
    assert len(list(there.draw(pipeline))) == 2
    assert {file.name for file in (there.path / "frames").iterdir()} == {"001.png", "002.png", "003.png"}
    assert there.pictures()[1].getpixel((0, 0)) == (0, 128, 0)
    (_, seen, last) = there.redraw(pipeline, 0, onward=True)
    assert seen.given and not last.given and [there.versions(n) for n in range(3)] == [[1, 2], [1], [1, 2]]


@pytest.mark.parametrize("protocol", ["paper", "reference"])
def test_a_picture_that_was_given_is_redrawn_from_the_noise_its_frame_would_have(pipeline, tmp_path, protocol):
    Image.new("RGB", (32, 32), "green").save(tmp_path / "given.png")
    told = Story("A walk", (), (Frame(TEXTS[0]), Frame(TEXTS[1], tmp_path / "given.png")))
    project = Project(tmp_path / "p", told, "toon", DEFAULTS | {"protocol": protocol, "steps": 2})
    list(project.draw(pipeline))
    (redrawn,) = project.redraw(pipeline, 1)
    assert redrawn.seed == {"paper": pipeline.story_seed(0), "reference": pipeline.frame_seed(0, 1)}[protocol]


def test_telling_on_that_was_cut_off_goes_on_by_the_same_call(project, pipeline):
    next(telling := project.tell_on(pipeline, 3))
    telling.close()
    there = Project.open(project.path)
    assert (len(there.drawn), there.num_told(3), there.num_told(2)) == (5, 2, 2)
    assert len(list(there.tell_on(pipeline, 3))) == 2
    again = Project.open(project.path)
    assert again.under_way is None and again.num_told(3) == 3 and len(again.drawn) == 7
    next(telling := again.tell_on(pipeline, 3))
    telling.close()
    assert len(list(Project.open(project.path).tell_on(pipeline, 3, anew=True))) == 3
    next(telling := Project.open(project.path).tell_on(pipeline, 3))
    telling.close()
    changed = Project.open(project.path)
    changed.remove(0)  # from here on it is another story
    assert Project.open(project.path).num_told(3) == 3


def test_drawing_onward_that_was_cut_off_goes_on_by_the_same_call(project, pipeline):
    next(drawing := project.redraw(pipeline, 1, onward=True))
    drawing.close()
    there = Project.open(project.path)
    seed = there.drawn[1]["seed"]
    assert (there.num_redrawn(1, onward=True), there.num_redrawn(1), there.num_redrawn(2, onward=True)) == (2, 1, 2)
    assert [frame.index for frame in there.redraw(pipeline, 1, onward=True)] == [2, 3]
    assert [there.versions(n) for n in range(4)] == [[1], [1, 2], [1, 2], [1, 2]] and there.under_way is None
    whole = pipeline.visualize(story(), frame_seeds={1: seed})
    assert (np.asarray(there.pictures()[3]) == np.asarray(list(whole)[3].image)).all()
    next(drawing := there.redraw(pipeline, 0, text="Leo waves.", onward=True))
    drawing.close()
    there = Project.open(project.path)
    assert there.num_redrawn(0, text="Mia waves.", onward=True) == 4 == there.num_redrawn(0, onward=True)
    assert len(list(there.redraw(pipeline, 0, text="Leo waves.", onward=True, anew=True))) == 4


def test_what_is_told_on_is_drawn_from_the_noise_of_the_story(project, pipeline):
    list(project.tell_on(pipeline, 2))
    project.save(story(*texts(project), "Mia runs.", "She waves."))
    assert len(list(project.draw(pipeline))) == 2
    assert [frame["seed"] for frame in project.drawn] == [pipeline.story_seed(0)] * 8


def test_a_story_that_cannot_be_written_is_read(project, pipeline, monkeypatch):
    def refuse(path, option):
        raise ValueError(f"{option}: the folder {path} cannot be written")

    monkeypatch.setattr("storygptv.project.check_writable", refuse)
    there = Project.open(project.path)
    assert len(there.pictures()) == 4
    with pytest.raises(ValueError, match="cannot be written"):
        there.remove(0)


def test_another_story_is_another_story(project):
    assert not project.tells(story(*TEXTS[:3]), "toon", DEFAULTS)
    assert not project.tells(story(), "other", DEFAULTS)
    assert not project.tells(story(), "toon", DEFAULTS | {"seed": 1})
    assert not project.tells(Story("Other", (), story().frames), "toon", DEFAULTS)


def test_one_frame_is_redrawn_and_the_rest_stays(project, pipeline):
    before = bytes_of(project)
    (frame,) = project.redraw(pipeline, 2)
    assert frame.index == 2 and frame.seed != project.drawn[2]["versions"][0]["seed"]
    after = bytes_of(project)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True]
    assert (project.path / "frames/003.v1.png").read_bytes() == before[2]
    # its seed draws it again; without a seed there is a new one each time
    (again,) = project.redraw(pipeline, 2, seed=frame.seed)
    assert (np.asarray(again.image) == np.asarray(frame.image)).all()
    seeds = [next(project.redraw(pipeline, 2)).seed for _ in range(2)]
    assert len({*seeds, frame.seed, project.drawn[2]["versions"][0]["seed"]}) == 4
    assert project.versions(2) == [1, 2, 3, 4, 5] and Project.open(project.path).drawn == project.drawn


def test_a_new_text_keeps_the_seed(project, pipeline):
    seed = project.drawn[1]["seed"]
    (frame,) = project.redraw(pipeline, 1, text="Leo waves.")
    assert (frame.text, frame.seed) == ("Leo waves.", seed)
    assert texts(project) == [TEXTS[0], "Leo waves.", *TEXTS[2:]]
    # what comes out is what a story told so from the beginning has there
    told = list(pipeline.visualize(story(TEXTS[0], "Leo waves.")))
    assert (np.asarray(told[1].image) == np.asarray(frame.image)).all()


def test_onward_everything_after_is_drawn_in_the_new_light(project, pipeline):
    frames = list(project.redraw(pipeline, 1, text="Leo waves.", onward=True))
    told = list(pipeline.visualize(story(TEXTS[0], "Leo waves.", *TEXTS[2:])))
    assert [frame.index for frame in frames] == [1, 2, 3]
    for one, other in zip(frames, told[1:], strict=True):
        assert one.seed == other.seed and (np.asarray(one.image) == np.asarray(other.image)).all()
    assert [project.versions(n) for n in range(4)] == [[1], [1, 2], [1, 2], [1, 2]]


def test_versions_come_back_with_their_text(project, pipeline):
    before = bytes_of(project)
    list(project.redraw(pipeline, 1, text="Leo waves."))
    new = bytes_of(project)[1]
    project.restore(1, 1)
    assert (texts(project), bytes_of(project)) == (list(TEXTS), before)
    assert (project.path / "frames/002.v2.png").read_bytes() == new
    project.restore(1, 1)  # is there already
    project.restore(1, 2)
    assert texts(project)[1] == "Leo waves." and bytes_of(project)[1] == new and project.versions(1) == [1, 2]
    with pytest.raises(ValueError, match="version: frame 2 has 1, 2, got 3"):
        project.restore(1, 3)


def test_frames_are_put_in_taken_out_and_moved(project, pipeline):
    before = bytes_of(project)
    list(project.redraw(pipeline, 2))
    frame = project.insert(pipeline, 1, "Mia waves.")
    assert frame.index == 1 and texts(project) == [TEXTS[0], "Mia waves.", *TEXTS[1:]]
    now = bytes_of(project)
    assert now[0] == before[0] and now[2] == before[1] and now[4] == before[3]
    assert (project.path / "frames/004.v1.png").read_bytes() == before[2]
    redrawn = project.drawn[3]["seed"]
    assert [frame["seed"] == redrawn for frame in project.drawn] == [False] * 3 + [True, False]
    project.reorder([3, 0, 1, 2, 4])
    assert bytes_of(project) == [now[n] for n in (3, 0, 1, 2, 4)]
    assert (project.path / "frames/001.v1.png").read_bytes() == before[2]
    project.remove(0)
    assert bytes_of(project) == [now[n] for n in (0, 1, 2, 4)] and not list(project.path.glob("frames/*.v*"))
    assert Project.open(project.path).drawn == project.drawn
    assert len(list(project.tell_on(pipeline, 2))) == 2 and len(Project.open(project.path).drawn) == 6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p, pipe: next(p.redraw(pipe, 4)), "frame: must be 1 to 4, got 5"),
        (lambda p, pipe: next(p.redraw(pipe, 0, text=" ")), "text: expected text"),
        (lambda p, pipe: p.insert(pipe, 5, "Mia runs."), "frame: must be 1 to 5, got 6"),
        (lambda p, pipe: p.insert(pipe, 1, "x" * 2_001), "at most 2,000"),
        (lambda p, pipe: p.remove(-1), "frame: must be 1 to 4, got 0"),
        (lambda p, pipe: p.reorder([0, 1, 2, 2]), "order: must name each of the 4 frames once, got 1 2 3 3"),
        (lambda p, pipe: p.restore(9, 1), "frame: must be 1 to 4"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(project, pipeline, change, sentence):
    before = state(project.path)
    with pytest.raises(ValueError, match=sentence):
        change(project, pipeline)
    assert state(project.path) == before


class Killed(BaseException):
    """As if the process were gone."""


def test_a_change_cut_off_anywhere_is_whole_or_absent(project, pipeline, monkeypatch):
    """Stopped before each step of the file system in turn, the project is as before or as after."""
    list(project.redraw(pipeline, 0))
    before, records = bytes_of(project), json.dumps(project.drawn)
    order, outcomes, step = [2, 0, 3, 1], [], 0
    steps = [(Path, name, getattr(Path, name)) for name in ("rename", "replace")]
    while True:
        left = [step]

        def counted(do, left=left):
            def stop_or_do(*args):
                left[0] -= 1
                if left[0] < 0:
                    raise Killed
                return do(*args)

            return stop_or_do

        with monkeypatch.context() as patched:
            for owner, name, do in steps:
                patched.setattr(owner, name, counted(do))
            try:
                Project.open(project.path).reorder(order)
                killed = False
            except Killed:
                killed = True
        there = Project.open(project.path)
        assert not list(project.path.rglob(".*"))
        done = bytes_of(there) == [before[n] for n in order]
        assert done or (bytes_of(there) == before and json.dumps(there.drawn) == records)
        outcomes.append(done)
        if done:  # back to where it was
            there.reorder([order.index(n) for n in range(4)])
            assert json.dumps(Project.open(project.path).drawn) == records
        if not killed:
            break
        step += 1
    assert step > 8 and outcomes[0] is False and outcomes == sorted(outcomes)


def plan(record: dict, new: str) -> str:
    return json.dumps({"file": "story.json", "record": record, "moves": [["frames/001.png", new]]})


VERSION = {"version": 1, "image": "frames/002.v1.png", "seed": 1}


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda r: "{", "malformed JSON"),
        (lambda r: "[]", "not as `storygptv visualize` writes it"),
        (lambda r: {"frames": 3}, "not as"),
        (lambda r: r["frames"][1].update(image="../../etc/passwd"), "frame 2: image: expected frames/002.png"),
        (lambda r: r["frames"][1].update(versions=[{"version": 1, "image": "/etc/passwd"}]), "expected frames/002.v1"),
        (lambda r: r["frames"][1].update(text=""), "frame 2: text"),
        (lambda r: r["settings"].update(colour="red"), "settings: expected seed, .*got 'colour'"),
        (
            lambda r: r["frames"][1].update(seed="<img src=x onerror=alert(1)>"),
            "frame 2: seed: expected a whole number",
        ),
        (lambda r: r["frames"][1].update(version="<b>"), "frame 2: version: expected a whole number"),
        (lambda r: r["frames"][1].update(understood={"line": 3}), "frame 2: understood: not as it was written here"),
        (lambda r: r["frames"][1].update(scene="Mia run"), "scene: expected 'people; place; props'"),
        (lambda r: r["frames"][1].update(versions=[VERSION | {"text": 3}]), "text"),
        (lambda r: r["frames"][1].update(versions=[VERSION | {"text": " "}]), "text"),
        (lambda r: r["frames"][1].update(versions=[VERSION]), "not as"),
        (lambda r: r["frames"][1].pop("seed"), "not as"),
        (lambda r: r["settings"].update(steps=10**9), "steps: expected a whole number from 1 to 1000"),
        (lambda r: r["settings"].update(guidance="4"), "guidance: expected a number"),
        (lambda r: r.update(under_way={"asked": {}, "left": "x"}), "under_way: expected what was asked and how many"),
        (lambda r: "[" * 100_000, "not as"),
        (lambda r: r["frames"].append(r["frames"][0] | {"image": "frames/005.png"}), "frames/005.png is missing"),
    ],
)
def test_a_corrupt_project_is_refused_and_left_as_it_is(project, harm, sentence):
    file = project.path / "story.json"
    record = json.loads(file.read_text())
    harmed = harm(record) or record
    file.write_text(harmed if isinstance(harmed, str) else json.dumps(harmed))
    before = state(project.path)
    with pytest.raises(ValueError, match=sentence):
        Project.open(project.path)
    assert state(project.path) == before


@pytest.mark.parametrize(
    ("name", "new", "sentence"),
    [
        (".change.json", "../../gone.png", "must be of pictures of frames, got '../../gone.png'"),
        (".changing.json", "story.json", "must be of pictures of frames, got 'story.json'"),
        (".changing.json", None, "not as `storygptv"),
    ],
)
def test_a_change_that_is_none_of_ours_is_not_carried_out(project, name, new, sentence):
    record = json.loads((project.path / "story.json").read_text())
    (project.path / name).write_text(plan(record, new) if new else "{}")
    before = state(project.path)
    with pytest.raises(ValueError, match=sentence):
        Project.open(project.path)
    assert state(project.path) == before


def test_a_picture_that_is_none_is_named(project):
    (project.path / "frames/002.png").write_text("no picture")
    with pytest.raises(ValueError, match="002.png: expected a picture"):
        Project.open(project.path).pictures()


@pytest.mark.parametrize("change", ["reorder", "remove", "redraw", "insert", "restore", "tell_on"])
def test_what_somebody_else_changed_in_between_is_not_written_over(project, pipeline, change):
    list(project.redraw(pipeline, 0))
    here, there = Project.open(project.path), Project.open(project.path)
    there.reorder([1, 0, 2, 3])
    before = state(project.path)
    asked = {
        "reorder": lambda: here.reorder([3, 2, 1, 0]),
        "remove": lambda: here.remove(3),
        "redraw": lambda: list(here.redraw(pipeline, 2)),
        "insert": lambda: here.insert(pipeline, 0, "Mia sits."),
        "restore": lambda: here.restore(0, 1),
        "tell_on": lambda: list(here.tell_on(pipeline, 1)),
    }
    with pytest.raises(ValueError, match="changed by somebody else in between"):
        asked[change]()
    assert state(project.path) == before
    there.remove(3)  # one who made the change goes on
    assert Project.open(project.path).captions == [TEXTS[1], TEXTS[0], TEXTS[2]]


def test_a_story_that_somebody_else_began_in_between_is_left_alone(pipeline, tmp_path):
    one, two = (Project.begin(tmp_path / "p", story()) for _ in range(2))
    next(one.draw(pipeline))
    with pytest.raises(ValueError, match="changed by somebody else in between"):
        next(two.draw(pipeline))


def test_drawn_over_another_it_goes_on_by_itself(pipeline, tmp_path):
    over = Project(
        tmp_path / "p", story(), "toon", {"seed": 0, "steps": 2}
    )  # as --overwrite, batch and the studio make it
    next(over.draw(pipeline))
    again = Project.begin(tmp_path / "p", story(), steps=2)
    assert (len(again.drawn), again.settings) == (1, DEFAULTS | {"steps": 2})


def test_another_given_picture_is_another_story(pipeline, tmp_path):
    for name, colour in (("green", "green"), ("red", "red"), ("copy", "green")):
        Image.new("RGB", (32, 32), colour).save(tmp_path / f"{name}.png")
    told = {
        name: Story("A walk", (), (Frame(TEXTS[0], tmp_path / f"{name}.png"),)) for name in ("green", "red", "copy")
    }
    list(Project(tmp_path / "p", told["green"], "toon", {}).draw(pipeline))
    assert Project.begin(tmp_path / "p", told["copy"]).captions == [TEXTS[0]]
    with pytest.raises(ValueError, match="holds another story"):
        Project.begin(tmp_path / "p", told["red"])


def test_a_photo_that_says_it_lies_on_its_side_is_put_upright(pipeline, tmp_path):
    photo = Image.new("RGB", (40, 20), "white")
    photo.paste("red", (0, 0, 10, 20))
    exif = photo.getexif()
    exif[0x0112] = 6  # turn it clockwise
    photo.save(tmp_path / "photo.png", exif=exif)
    project = Project(tmp_path / "p", Story("A walk", (), (Frame(TEXTS[0], tmp_path / "photo.png"),)), "toon", {})
    list(project.draw(pipeline))
    (kept,) = project.pictures()
    assert kept.size == (20, 40) and kept.getpixel((10, 2)) == (255, 0, 0)


def test_a_new_story_forgets_a_change_of_the_old_that_was_cut_off(project, pipeline):
    moves = [("frames/001.png", "frames/002.png"), ("frames/002.png", "frames/001.png")]
    record = json.loads((project.path / "story.json").read_text())
    (project.path / ".change.json").write_text(json.dumps({"file": "story.json", "record": record, "moves": moves}))
    (project.path / "frames/001.png").rename(project.path / "frames/.0.moving")
    next(Project(project.path, story("Mia sits.", "Leo sits."), "toon", {}).draw(pipeline))
    assert Project.open(project.path).story == story("Mia sits.", "Leo sits.")
    assert not list(project.path.rglob(".*"))


def test_two_at_once_are_refused(project, pipeline):
    with alone(project.path), pytest.raises(ValueError, match="another storygptv is at work"):
        next(project.redraw(pipeline, 0))
    next(project.redraw(pipeline, 0))


# --- the command


@pytest.fixture
def model(pipeline, tmp_path) -> Path:
    pipeline.save_pretrained(tmp_path / "model", dtype=torch.float32)
    return tmp_path / "model"


def test_a_killed_command_goes_on_where_it_was(model, tmp_path, command):
    told = tmp_path / "told.txt"
    told.write_text("".join(f"Mia walks {n}.\n" for n in range(6)))
    drawing = ("visualize", str(told), "--model", str(model), "--steps", "12")
    out, file = tmp_path / "o", tmp_path / "o/story.json"
    process = subprocess.Popen([sys.executable, "-m", "storygptv", *drawing, "--out", out], stdout=subprocess.DEVNULL)
    try:
        while not (file.exists() and len(json.loads(file.read_text())["frames"])):
            assert process.poll() is None
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    record = json.loads(file.read_text())
    drawn = len(record["frames"])
    assert 1 <= drawn < 6 and len(record["waiting"]) == 6 - drawn
    stamps = [os.stat(out / frame["image"]).st_mtime_ns for frame in record["frames"]]
    status, text, err = command(*drawing, "--out", out)
    assert (status, err) == (0, "") and f"{drawn} of 6 frames are drawn already" in text
    assert [os.stat(out / frame["image"]).st_mtime_ns for frame in record["frames"]] == stamps
    assert not list(out.rglob(".*"))
    assert command(*drawing, "--out", tmp_path / "at-once")[0] == 0
    once, again = (state(folder) for folder in (tmp_path / "at-once", out))
    assert list(once) == list(again) and all(once[name] == again[name] for name in once if name != "story.json")
    status, text, _ = command(*drawing, "--out", out)
    assert status == 0 and "6 of 6 frames are drawn already" in text
    status, _, err = command(*drawing[:-1], "9", "--out", out)
    assert status == 2 and "holds another story, or one drawn with another model" in err


def test_the_commands_that_change_a_story(model, tmp_path, command):
    told, out = tmp_path / "told.txt", tmp_path / "o"
    told.write_text("\n".join(TEXTS))
    assert command("visualize", told, "--model", model, "--out", out)[0] == 0
    sheet = (out / "storyboard.png").read_bytes()
    status, text, err = command("redraw", out, "--frame", "3", "--text", "Mia runs.", "--onward")
    assert (status, err) == (0, "") and text.startswith("2 frames in ")
    assert (out / "storyboard.png").read_bytes() != sheet and Project.open(out).versions(3) == [1, 2]
    assert command("redraw", out, "--frame", "3", "--version", "1")[0] == 0
    assert texts(Project.open(out)) == list(TEXTS)
    assert command("insert", out, "--at", "5", "--text", "They sit.", "--seed", "9")[0] == 0
    assert Project.open(out).drawn[4]["seed"] == 9
    assert command("remove", out, "--frame", "2")[0] == 0
    assert command("reorder", out, "4", "3", "2", "1")[0] == 0
    assert texts(Project.open(out)) == ["They sit.", TEXTS[3], TEXTS[2], TEXTS[0]]
    before = state(out)
    for words, sentence in [
        (("redraw", out, "--frame", "9"), "frame: must be 1 to 4, got 9"),
        (("redraw", out, "--frame", "1", "--version", "7"), "version: frame 1 has 1, got 7"),
        (("redraw", out, "--frame", "1", "--version", "1", "--onward"), "leave --seed, --text, --scene, --onward out"),
        (("insert", out, "--at", "9", "--text", "x"), "frame: must be 1 to 5, got 9"),
        (("reorder", out, "1", "2"), "each of the 4 frames once, got 1 2"),
        (("remove", tmp_path, "--frame", "1"), "expected a story drawn before"),
    ]:
        status, text, err = command(*words)
        assert (status, text) == (2, "") and sentence in err and len(err.splitlines()) == 1
    assert state(out) == before
