"""The command as a person meets it: what it writes, what it refuses, and what is kept when it stops."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from storygptv import cli
from storygptv.story import Story


@dataclass
class Drawn:
    index: int
    text: str
    image: Image.Image
    seed: int
    given: bool = False
    seconds: float = 0.25
    llm_seconds: float = 0.05
    peak_memory_bytes: int = 1_000
    scene: str | None = None
    understood: dict | None = None


class PlainPipeline:
    """Draws flat pictures at once, and stops before frame `stop_at` with `stop`."""

    def __init__(self, stop_at: int | None = None, stop: BaseException | None = None) -> None:
        self.stop_at, self.stop, self.asked = stop_at, stop, {}
        self.char_ldm = SimpleNamespace(fusion=object())
        self.cast = SimpleNamespace(
            characters=[{"name": "Mia", "pronoun": "she"}, {"name": "Leo", "pronoun": "he"}],
            places=["park"],
            actions=["run"],
            props=["ball"],
            portraits={name: Image.new("RGB", (16, 16), "red") for name in ("Mia", "Leo")},
        )

    @staticmethod
    def frame_seed(seed: int, frame: int, story: int = 0) -> int:
        return 1000 * (story + 1) + frame

    @staticmethod
    def story_seed(seed: int, story: int = 0) -> int:
        return 100 * (story + 1)

    def visualize(
        self, story: Story, drawn: Sequence = (), frame_seeds: dict | None = None, on_step: object = None,
        understood: Sequence = (), **asked: object,
    ) -> Iterator[Drawn]:  # fmt: skip
        self.asked = asked
        for index, frame in list(enumerate(story.frames))[len(drawn) :]:
            if index == self.stop_at:
                raise self.stop
            image = Image.open(frame.image) if frame.image else Image.new("RGB", (16, 16), (index, 0, asked["seed"]))
            yield Drawn(index, frame.text, image, asked["seed"], given=frame.image is not None)

    def continue_story(
        self, story: Story, images: list[Image.Image], num_frames: int, frame_seeds: dict | None = None,
        on_step: object = None, understood: Sequence = (), ending: bool = False, **asked: object,
    ) -> Iterator[Drawn]:  # fmt: skip
        self.asked = asked
        assert len(story.frames) == len(images)
        for index in range(len(images), len(images) + num_frames):
            yield Drawn(index, f"And then {index}.", Image.new("RGB", (16, 16), (index, 9, 9)), asked["seed"])

    def unknown(self, story: Story) -> list[str]:
        words = [word for frame in story.frames for word in frame.text.rstrip(".").split() if word == "dragon"]
        return [*(c.name for c in story.characters if (c.plays or c.name) not in ("Mia", "Leo")), *words]

    def info(self) -> dict:
        parts = {"unet": {"class": "UNet2DConditionModel", "parameters": 10_000_000, "bytes": 20_000_000}}
        return {"parts": parts, "trained_on": {"data": "toon"}, "scores": {"char_acc": 0.9}}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """run("visualize", ..., pipeline=...) -> (exit status, standard output and error), in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, pipeline: PlainPipeline | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(cli, "load_pipeline", lambda *_: pipeline or PlainPipeline())
        monkeypatch.setattr(sys, "argv", ["storygptv", *args])
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return left.value.code, captured.out, captured.err

    return run


def story_file(folder: Path, frames: int = 3) -> Path:
    file = folder / "s.txt"
    file.write_text("".join(f"Mia runs {i}.\n" for i in range(frames)))
    return file


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


WHOLE = ["frames/001.png", "frames/002.png", "frames/003.png", "story.json", "storyboard.png"]


def test_visualize_writes_frames_storyboard_and_record(run, tmp_path: Path) -> None:
    pipeline = PlainPipeline()
    status, out, err = run(
        "visualize", str(story_file(tmp_path)), "--out", "o", "--seed", "7", "--steps", "4",
        "--guidance", "2.5", "--protocol", "reference", pipeline=pipeline,
    )  # fmt: skip
    assert (status, err) == (0, "")
    asked = {"seed": 7, "num_inference_steps": 4, "guidance_scale": 2.5, "protocol": "reference"}
    assert pipeline.asked == asked
    assert names(tmp_path / "o") == WHOLE
    assert str(Path("o/storyboard.png")) in out
    record = json.loads((tmp_path / "o/story.json").read_text())
    assert record["title"] == "s" and record["model"] == "toon" and record["characters"] == []
    settings = {"seed": 7, "steps": 4, "guidance": 2.5, "device": "cpu", "dtype": "float32", "protocol": "reference"}
    assert record["settings"] == settings | {"quantisation": None}
    assert record["frames"][1] == {
        "text": "Mia runs 1.",
        "image": "frames/002.png",
        "seed": 7,
        "seconds": 0.25,
        "llm_seconds": 0.05,
        "peak_memory_bytes": 1_000,
    }
    assert Image.open(tmp_path / "o/frames/002.png").getpixel((0, 0)) == (1, 0, 7)


def test_the_shipped_story(run, tmp_path: Path) -> None:
    status, _, err = run("visualize", "demo", "--out", "o")
    assert (status, err) == (0, "")
    assert 6 <= len(json.loads((tmp_path / "o/story.json").read_text())["frames"]) <= 8


def test_a_given_picture_is_kept(run, tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), "lime").save(tmp_path / "mine.png")
    (tmp_path / "s.yaml").write_text("frames: [{text: Mia runs., image: mine.png}, She sits.]")
    assert run("visualize", "s.yaml", "--out", "o")[0] == 0
    assert Image.open(tmp_path / "o/frames/001.png").getpixel((0, 0)) == (0, 255, 0)


def test_continue_appends(run, tmp_path: Path) -> None:
    run("visualize", str(story_file(tmp_path)), "--out", "o", "--seed", "5", "--steps", "4")
    first = {name: (tmp_path / "o" / name).read_bytes() for name in names(tmp_path / "o")}
    pipeline = PlainPipeline()
    assert run("continue", "o", "--frames", "2", pipeline=pipeline)[0] == 0
    assert pipeline.asked == {"seed": 5, "num_inference_steps": 4, "guidance_scale": None, "protocol": "paper"}
    record = json.loads((tmp_path / "o/story.json").read_text())
    assert [frame["text"] for frame in record["frames"]][2:] == ["Mia runs 2.", "And then 3.", "And then 4."]
    assert all((tmp_path / "o" / name).read_bytes() == first[name] for name in WHOLE[:3])
    assert (tmp_path / "o/storyboard.png").read_bytes() != first["storyboard.png"]
    assert run("continue", "o", "--frames", "1", "--seed", "9")[0] == 0
    assert len(json.loads((tmp_path / "o/story.json").read_text())["frames"]) == 6


def test_a_picture_that_was_given_counts_as_it_comes(run, tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), "red").save(tmp_path / "given.png")
    told = {"title": "T", "frames": ["Mia walks.", {"text": "Mia waves.", "image": "given.png"}]}
    (tmp_path / "story.json").write_text(json.dumps(told))
    assert run("visualize", "story.json", "--out", "o")[0] == 0
    code, out, err = run("redraw", "o", "--frame", "1", "--onward")
    assert code == 0 and "Stopped" not in err and "2 frames in" in out


@pytest.mark.parametrize(
    "stop, status, sentence",
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (MemoryError(), 1, "Error: out of memory"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory"), 1,
         "Error: out of memory"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (ZeroDivisionError("division by zero"), 1, "Error: ZeroDivisionError: division by zero"),
        (ValueError("unet: conv_in.weight is missing"), 2, "Error: unet: conv_in.weight is missing"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_was_drawn_is_kept(run, tmp_path: Path, stop: BaseException, status: int, sentence: str) -> None:
    file = str(story_file(tmp_path))
    code, _, err = run("visualize", file, "--out", "o", pipeline=PlainPipeline(2, stop))
    assert code == status
    assert sentence in err and "2 of 3 frames were drawn and are kept in o" in err
    assert names(tmp_path / "o") == [WHOLE[0], WHOLE[1], *WHOLE[3:]]
    assert len(json.loads((tmp_path / "o/story.json").read_text())["frames"]) == 2
    assert run("continue", "o", "--frames", "1")[0] == 0


def test_ctrl_c_while_writing_waits_for_the_frame(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = Image.Image.save

    def interrupted_save(image: Image.Image, *args: object, **options: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        save(image, *args, **options)

    monkeypatch.setattr(Image.Image, "save", interrupted_save)
    code, _, err = run("visualize", str(story_file(tmp_path)), "--out", "o")
    assert code == 130
    assert names(tmp_path / "o") == [WHOLE[0], *WHOLE[3:]]
    assert len(json.loads((tmp_path / "o/story.json").read_text())["frames"]) == 1


def test_a_full_disk_leaves_no_half_frame(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The story itself is kept: with room again, the same command draws it."""

    def full(image: Image.Image, file, *args: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Image.Image, "save", full)
        code, _, err = run("visualize", str(story_file(tmp_path)), "--out", "o")
    assert code == 1 and err.startswith("Error: ") and "No space left" in err
    assert names(tmp_path / "o") == ["story.json"]
    assert json.loads((tmp_path / "o/story.json").read_text())["frames"] == []
    assert run("visualize", str(story_file(tmp_path)), "--out", "o")[0] == 0
    assert names(tmp_path / "o") == WHOLE


def test_overwrite_replaces_only_a_story(run, tmp_path: Path) -> None:
    run("visualize", str(story_file(tmp_path, 5)), "--out", "o")
    (tmp_path / "o/mine.txt").write_text("mine")
    (tmp_path / "o/frames/mine.png").write_text("mine")
    before = names(tmp_path / "o")
    code, _, err = run("visualize", str(story_file(tmp_path)), "--out", "o")
    assert code == 2 and err.startswith("Error: --out: o holds another story") and len(err.splitlines()) == 1
    assert names(tmp_path / "o") == before
    failing = PlainPipeline(0, MemoryError())
    assert run("visualize", "s.txt", "--out", "o", "--overwrite", pipeline=failing)[0] == 1
    assert names(tmp_path / "o") == before  # nothing is thrown away before there is something better
    assert run("visualize", "s.txt", "--out", "o", "--overwrite")[0] == 0
    assert names(tmp_path / "o") == sorted([*WHOLE, "mine.txt", "frames/mine.png"])


def test_overwriting_a_given_picture_is_refused(run, tmp_path: Path) -> None:
    run("visualize", str(story_file(tmp_path)), "--out", "o")
    (tmp_path / "s.yaml").write_text("frames: [{text: Mia runs., image: o/frames/001.png}]")
    code, _, err = run("visualize", "s.yaml", "--out", "o", "--overwrite")
    assert code == 2 and "holds the given picture" in err


def test_unknown_words_are_drawn_with_one_warning(run, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("characters: [Zoe, {name: Anna, plays: Mia}]\nframes: [Zoe sees a dragon.]")
    code, _, err = run("visualize", "s.yaml", "--out", "o")
    assert code == 0 and len(err.splitlines()) == 1
    assert "Zoe, dragon" in err and "storygptv cast" in err
    assert (tmp_path / "o/frames/001.png").is_file()


@pytest.mark.parametrize(
    "args, sentence",
    [
        (["visualize", "none.yaml"], "none.yaml: expected a readable story file"),
        (["visualize", "bad.json"], "bad.json: line 1"),
        (["visualize", "s.txt", "--out", "s.txt"], "is a file, expected a folder"),
        (["visualize", "s.txt", "--out", "s.txt/deeper"], "is a file, expected a folder"),
        (["visualize", "s.txt", "--out", "x" * 300], "cannot be written"),
        (["visualize", "s.txt", "--steps", "0"], "'--steps'"),
        (["visualize", "s.txt", "--seed", "-1"], "'--seed'"),
        (["visualize", "s.txt", "--guidance", "nan"], "--guidance: expected 0 to 100, got nan"),
        (["visualize", "s.txt", "--dtype", "int8"], "'--dtype'"),
        (["visualize", "s.txt", "--colour", "red"], "No such option: --colour"),
        (["visualise", "s.txt"], "No such command 'visualise'"),
        (["visualize"], "Missing argument 'STORY'"),
        (["continue", ".", "--frames", "1"], "story.json: expected a story drawn before"),
        (["continue", "odd", "--frames", "1"], "story.json: not as `storygptv visualize` writes it"),
        (["continue", "odd", "--frames", "0"], "'--frames'"),
        (["cast", "--out", "."], "--out: expected a file, got the folder ."),
        (["data", "toon", "--out", "odd"], "the folder odd is not empty"),
        (["data", "show", "odd", "--out", "s.txt"], "--out: s.txt exists"),
        (["train", "nose", "--data", "d", "--out", "o"], "'nose'"),
        (["train", "vae", "--data", "d", "--out", "o", "--config", "s.txt"], "--config: expected a mapping"),
        (["evaluate", "--data", "odd", "--json", "s.txt"], "--json: s.txt exists"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence(run, tmp_path: Path, args: list[str], sentence: str) -> None:
    story_file(tmp_path)
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/story.json").write_text('{"frames": 3}')
    before = names(tmp_path)
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ") and len(err.splitlines()) == 1 and sentence in err
    assert names(tmp_path) == before


def test_an_unwritable_folder_is_told_before_drawing(run, tmp_path: Path) -> None:
    # nobody, root included, can write to /proc
    code, _, err = run("visualize", str(story_file(tmp_path)), "--out", "/proc/storygptv")
    assert code == 2 and "cannot be written" in err


def test_no_such_device() -> None:
    with pytest.raises(ValueError, match="--device: expected one this machine has, got 'toaster'"):
        cli.load_pipeline("toon", "toaster", "float32")


def test_the_language_model_is_packed_on_a_gpu_only() -> None:
    with pytest.raises(ValueError, match="quantisation: 4bit needs a GPU and bitsandbytes; pip install"):
        cli.load_pipeline("toon", "cpu", "float32", "4bit")


def test_a_data_set_is_built_and_shown(run, tmp_path: Path) -> None:
    size = ("--stories", "2", "--frames", "2", "--size", "32", "--seed", "3")
    code, out, _ = run("data", "toon", "--split", "val", *size, "--out", "d")
    assert code == 0 and "2 stories of 2 frames: d" in out
    assert run("data", "show", "d", "--story", "1", "--out", "d.png")[0] == 0
    Image.open(tmp_path / "d.png").load()
    code, _, err = run("data", "toon", "--split", "val", *size, "--out", ".", "--overwrite")
    assert code == 2 and "must be a folder that can be put in place whole" in err
    code, _, err = run("data", "show", "d", "--story", "2", "--out", "e.png")
    assert code == 2 and "--story: d has stories 0 to 1, got 2" in err


def test_train_passes_on_what_was_given(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("storygptv.training.train", lambda *args, **options: asked.append((args, options)))
    (tmp_path / "c.yaml").write_text("batch_size: 4\nlearning_rate: 1e-3")
    args = ("--data", "d", "--out", "o", "--init", "i", "--steps", "5", "--config", "c.yaml")
    assert run("train", "char-ldm", *args)[0] == 0
    options = {"steps": 5, "batch_size": 4, "learning_rate": 0.001}
    assert callable(asked[0][1].pop("progress"))
    assert asked == [(("char-ldm", Path("d"), Path("o"), Path("i"), "cpu"), options)]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("storygptv.training.train", stop)
    code, _, err = run("train", "vae", "--data", "d", "--out", "o")
    assert code == 130 and "the same command goes on from the last checkpoint in o" in err


def test_evaluate_prints_and_keeps_the_scores(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {"char_acc": 0.875, "num_stories": 2, "char_ldm_alone": {"char_acc": 0.5}}

    def evaluate(pipeline: object, data: object, num_stories: int, seed: int, progress) -> dict:
        progress(num_stories, num_stories)
        return scores

    monkeypatch.setitem(sys.modules, "storygptv.evaluation.report", SimpleNamespace(evaluate=evaluate))
    run("data", "toon", "--stories", "2", "--frames", "2", "--size", "32", "--out", "d")
    code, out, _ = run("evaluate", "--data", "d", "--stories", "2", "--json", "s.json")
    assert code == 0 and "0.875" in out and "0.500" in out
    assert json.loads((tmp_path / "s.json").read_text()) == scores


def test_cast_and_info(run, tmp_path: Path) -> None:
    code, out, _ = run("cast")
    assert code == 0 and all(word in out for word in ("Mia", "she", "park", "run", "ball", "cast.png"))
    assert run("cast")[0] == 0  # the same sheet again
    Image.new("RGB", (4, 4)).save(tmp_path / "cast.png")
    assert run("cast")[0] == 2
    assert run("cast", "--overwrite")[0] == 0
    code, out, _ = run("info")
    assert code == 0 and "10,000,000" in out and "char_acc" in out
