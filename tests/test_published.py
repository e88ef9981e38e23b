"""FlintstonesSV and PororoSV in their published layouts, written here with every quirk of them."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storygptv.data import shards
from storygptv.data.masks import portraits_of
from storygptv.data.published import FLINTSTONES, PORORO, RawFolder, write_published
from storygptv.data.referential import refer_as_published
from storygptv.data.store import StoryData
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.told import ToldStories, published_texts

NAMES = list(FLINTSTONES.pronouns)
CLIPS = [f"s_01_e_02_shot_{i:06d}_{i + 74:06d}" for i in range(0, 700, 100)]
OTHER = [f"s_01_e_03_shot_{i:06d}_{i + 74:06d}" for i in range(0, 300, 100)]  # an episode too short for a story
CAPTIONS = {
    CLIPS[0]: "Fred and  wilma are in a room.",
    CLIPS[1]: "Wilma talks to Fred.",
    CLIPS[2]: "Mr. Slate is at the quarry.",
    CLIPS[3]: "mr slate holds Mr. slate's hat.",
    CLIPS[4]: "A room without anybody.",
}
WHO = {CLIPS[0]: ["Wilma", "Fred"], CLIPS[1]: ["Fred", "Wilma"], CLIPS[2]: ["Mr Slate"], CLIPS[3]: ["Mr Slate"]}


def labels(clip: str) -> list[int]:
    return [int(name in WHO.get(clip, ())) for name in NAMES]


@pytest.fixture
def raw(tmp_path) -> Path:
    """Seven clips of one episode, the last of them in test; pictures of 40 x 32, one to three frames a clip."""
    folder, clips = tmp_path / "raw", CLIPS + OTHER
    (folder / "video_frames_sampled_4x").mkdir(parents=True)
    (folder / "seg_mask_4x_comb").mkdir()
    write = lambda name, data: (folder / name).write_text(json.dumps(data))  # noqa: E731
    write("split.json", {"train": CLIPS[:6] + OTHER, "val": [], "test": CLIPS[6:]})
    annotations = {
        clip: {"caption": CAPTIONS.get(clip, "Fred is here."), "tokens": [], "segments": []} for clip in clips
    }
    annotations[CLIPS[0]]["segments"] = [
        {"id": 7, "word": "Fred", "start": 0, "end": 1, "bbox": [0, 0, 64, 128]},
        {"id": 9, "word": "wilma", "start": 2, "end": 3, "bbox": [64, 0, 140, 128]},
        {"id": 11, "word": "room", "start": 6, "end": 7, "bbox": [0, 0, 128, 128]},
    ]
    write("cleaned_annotations.json", annotations)
    (folder / "labels.pkl").write_bytes(pickle.dumps({clip: labels(clip) for clip in clips}))
    background = np.zeros(323)
    background[5] = 1
    (folder / "labels_bg.pkl").write_bytes(pickle.dumps({"label": {CLIPS[0]: background}}))
    for i, clip in enumerate(clips):
        frames = np.full((1 + i % 3, 40, 32, 3), 10 * i, np.uint8)
        np.save(folder / "video_frames_sampled_4x" / f"{clip}.npy", frames)
    mask = np.zeros((40, 32), np.int64)
    mask[:, :16], mask[:, 16:24], mask[0, 0] = 7, 9, 11
    np.save(folder / "seg_mask_4x_comb" / f"{CLIPS[0]}-frame0.npy", mask)
    return folder


def test_a_split_becomes_a_data_set(raw, tmp_path):
    info, left_out = write_published(raw, FLINTSTONES, "train", tmp_path / "data", num_frames=4, size=64)
    data = StoryData.load(tmp_path / "data")
    assert (info.num_stories, info.num_frames, left_out) == (3, 6, 1)  # the fourth window ends in test
    assert [[data.frame(row)["frame_id"] for row in story] for story in data.stories] == [
        CLIPS[i : i + 4] for i in range(3)
    ]
    first, second, third, fourth, fifth, _ = (data.frame(row) for row in range(6))
    assert first["caption"] == first["referential_caption"] == "Fred and wilma are in a room."
    assert first["characters"] == ["Fred", "Wilma"] and first["place"] == "background 5"
    assert first["boxes"] == [[0, 0, 32, 64], [32, 0, 64, 64]]  # to pixels, and cut to the picture
    assert first["image"].shape == (64, 64, 3) and (first["image"] == 0).all()
    assert np.unique(first["segmentation"]).tolist() == [0, 1, 2]
    assert (first["segmentation"][2:, :32] == 1).all() and (first["segmentation"][:, 48:] == 0).all()
    assert second["referential_caption"] == "She talks to him." and not second["names_somebody"]
    assert [mention["characters"] for mention in second["mentions"]] == [["Wilma"], ["Fred"]]
    assert second["segmentation"] is None and second["boxes"] == [] and second["place"] is None
    assert third["characters"] == ["Mr Slate"] and third["caption_spans"][0]["end"] == len("Mr. Slate")
    assert fourth["referential_caption"] == "He holds his hat." and fifth["characters"] == []


def test_the_published_text_is_told_window_by_window(raw, toon_folder, tmp_path):
    write_published(raw, FLINTSTONES, "train", tmp_path / "data", num_frames=4, size=32)
    data = StoryData.load(tmp_path / "data")
    judge = Judge(list(data.info.names), list(data.info.places), [], [], {}, {}, hidden_sizes=(8, 8))
    told, plain = (ToldStories.of(data, len(data), judge, published) for published in (True, False))
    for rows, texts, own in zip(data.stories, told.texts, plain.texts, strict=True):
        captions, present = ([data.text(column)[row] for row in rows] for column in ("caption", "characters"))
        assert texts == [text for text, _ in refer_as_published(captions, present, data.info.pronouns)]
        assert texts[0] == captions[0] == own[0]
    assert told.references == [] and told.nameless.any() and not (told.nameless & told.named).any()
    assert [text for texts in told.texts for text in texts] != [text for texts in plain.texts for text in texts]
    with pytest.raises(ValueError, match="the published rule for pronouns is that of flintstones, got toon"):
        published_texts(StoryData.load(toon_folder))


def test_portraits_are_found_where_there_are_masks(raw, tmp_path):
    write_published(raw, FLINTSTONES, "train", tmp_path / "data", num_frames=4, size=32)
    data = StoryData.load(tmp_path / "data")
    assert not data.portraits  # this folder has none
    found = portraits_of(data)
    assert set(found) == {"Fred", "Wilma"} and found["Fred"].shape == (32, 32, 3)  # one frame alone has masks


def test_reference_pictures_are_the_portraits(raw, tmp_path):
    (raw / "chars").mkdir()
    for place, name in enumerate(("fred", "wilma", "barney", "betty", "pebbles", "dino", "mr slate", "bamm bamm")):
        Image.new("RGB", (20, 30), (30 * place, 0, 0)).save(raw / "chars" / f"{name}.jpeg")
    write_published(raw, FLINTSTONES, "train", tmp_path / "data", num_frames=4, size=32)
    portraits = StoryData.load(tmp_path / "data").portraits
    assert set(portraits) == set(FLINTSTONES.pronouns) and portraits["Fred"].shape == (30, 20, 3)
    assert portraits["Mr Slate"][0, 0, 0] == pytest.approx(180, abs=3)
    (raw / "chars" / "dino.jpeg").unlink()
    with pytest.raises(ValueError, match="portraits: .*chars holds no picture of Dino"):
        write_published(raw, FLINTSTONES, "val", tmp_path / "val", num_frames=4, size=32)


def test_the_recipe_goes_from_raw_data_to_scores(raw, sd_folder, clip_folder, opt_folder, tmp_path):
    split = {name: CLIPS[:6] for name in ("train", "val", "test")}
    (raw / "split.json").write_text(json.dumps(split))
    model, recipe = tmp_path / "model", Path(__file__).parent.parent / "recipes" / "flintstones.sh"
    settings = {
        "BASE": sd_folder, "CLIP": clip_folder, "LM": opt_folder, "SIZE": "32", "STORIES": "1",
        "OPTIONS": "--steps 1 --batch-size 1", "STORYGPTV": Path(sys.executable).parent / "storygptv",
    }  # fmt: skip
    command = ["bash", str(recipe), str(raw), str(model), "cpu"]
    run = subprocess.run(command, env=os.environ | {k: str(v) for k, v in settings.items()}, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    scores = json.loads((model / "scores.json").read_text())
    assert scores["num_frames"] == 4 and 0 <= scores["char_acc"] <= 1 and 0 <= scores["bg_acc"] <= 1
    assert 0 <= scores["bleu4"] <= 1 and 0 <= scores["captioner_cider"] <= 10
    trained = json.loads((model / "model_index.json").read_text())["trained_on"]
    assert trained["char-ldm"]["attention_loss_weight"] == 0.001 and trained["story-llm"]["lm"] == str(opt_folder)


def test_the_published_windows_are_taken_where_they_are_there(raw):
    folder = RawFolder(raw, FLINTSTONES)
    assert folder.windows("train", 6) == ([CLIPS[:6]], 1)
    jumps = {CLIPS[0]: CLIPS[2:5], CLIPS[1]: CLIPS[2:4]}  # the second is too short
    (raw / "following_cache3.pkl").write_bytes(pickle.dumps(jumps))
    assert folder.windows("train", 4) == ([[CLIPS[0], *CLIPS[2:5]]], 0)


def test_the_same_seed_takes_the_same_frame_of_a_clip(raw):
    np.save(raw / "video_frames_sampled_4x" / f"{CLIPS[0]}.npy", np.arange(9 * 12).reshape(9, 2, 2, 3).astype(np.uint8))
    folder = RawFolder(raw, FLINTSTONES)
    taken = [folder.picture(CLIPS[0], seed)[1] for seed in range(20)]
    assert taken == [folder.picture(CLIPS[0], seed)[1] for seed in range(20)] and len(set(taken)) > 4


def test_pororo_has_several_captions_and_needs_its_windows(raw):
    annotations = {clip: {"captions": ["Pororo smiles.", "A penguin."], "segments": []} for clip in CLIPS}
    (raw / "cleaned_annotations.json").write_text(json.dumps(annotations))
    (raw / "labels.pkl").write_bytes(pickle.dumps({clip: [1, 0, 0, 0, 0, 0, 0, 0, 0] for clip in CLIPS}))
    folder = RawFolder(raw, PORORO)
    assert folder.record(CLIPS[1], CLIPS[0], 64, 0)["referential_caption"] == "He smiles."
    with pytest.raises(ValueError, match=r"must hold following_cache3\.pkl .* which is missing"):
        folder.windows("train", 4)


def test_a_killed_conversion_goes_on_to_the_same_data_set(raw, tmp_path, monkeypatch):
    """A process that is killed outright, twice; this file is what it runs."""
    monkeypatch.setattr(shards, "_ROWS_A_SHARD", 1)
    write = lambda name: write_published(raw, FLINTSTONES, "train", tmp_path / name, 4, 32, overwrite=True)  # noqa: E731
    write("whole")
    for stories in (1, 2):
        command = [sys.executable, __file__, str(raw), str(tmp_path / "data"), str(stories)]
        assert subprocess.run(command).returncode == -signal.SIGKILL
        assert not (tmp_path / "data").exists()
    read, picture = [], RawFolder.picture
    monkeypatch.setattr(RawFolder, "picture", lambda self, *args: read.append(args[0]) or picture(self, *args))
    write("data")
    assert read == CLIPS[5:6]  # of the three stories two were whole, and share all frames but one
    whole, goes_on = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("whole", "data")
    )
    assert goes_on == whole and sorted(path.name for path in tmp_path.iterdir()) == ["data", "raw", "whole"]


def test_what_a_conversion_is_made_from_is_looked_at_again(raw, tmp_path, monkeypatch):
    """Of a folder that was changed meanwhile nothing old is kept."""
    monkeypatch.setattr(shards, "_ROWS_A_SHARD", 1)
    stop = {"at": 2}  # stories

    def progress(done: int, total: int) -> None:
        if done == stop["at"]:
            raise KeyboardInterrupt

    convert = lambda: write_published(  # noqa: E731
        raw, FLINTSTONES, "train", tmp_path / "data", 4, 32, progress=progress
    )
    with pytest.raises(KeyboardInterrupt):
        convert()
    annotations = json.loads((raw / "cleaned_annotations.json").read_text())
    annotations[CLIPS[0]]["caption"] = "Fred waves."
    (raw / "cleaned_annotations.json").write_text(json.dumps(annotations))
    stop["at"] = 0
    convert()
    assert StoryData.load(tmp_path / "data").frame(0)["caption"] == "Fred waves."


class Runs:
    """Unpickled by the standard library, it makes a folder."""

    def __reduce__(self):
        return os.mkdir, ("made",)


def annotate(raw: Path, **changes) -> None:
    """Change the annotation of one clip."""
    path = raw / "cleaned_annotations.json"
    annotations = json.loads(path.read_text())
    annotations[CLIPS[1]] |= changes
    path.write_text(json.dumps(annotations))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda raw: (raw / "split.json").unlink(),
            r"must hold split\.json \(the ids .* see Data at github\.com/xiaoqian-shen/StoryGPT-V\), which is missing",
        ),
        (
            lambda raw: (raw / "cleaned_annotations.json").unlink(),
            "must hold cleaned_annotations.json .* which is missing",
        ),
        (lambda raw: (raw / "labels.pkl").unlink(), "must hold labels.pkl .* which is missing"),
        (
            lambda raw: (raw / "video_frames_sampled_4x").rename(raw / "frames"),
            "must hold the folder video_frames_sampled_4x .*StoryGPT-V.*, which is missing",
        ),
        (lambda raw: (raw / "split.json").write_text("{"), "split.json: is not JSON"),
        (lambda raw: (raw / "split.json").write_text("[]"), "split.json: must map clips, or splits, .* got list"),
        (lambda raw: (raw / "labels_bg.pkl").write_bytes(pickle.dumps({})), "labels_bg.pkl: must map clips"),
        (
            lambda raw: (raw / "labels.pkl").write_bytes(pickle.dumps(Runs())),
            r"labels\.pkl: must hold only plain .*mkdir",
        ),
        (lambda raw: (raw / "labels_bg.pkl").write_bytes(pickle.dumps(Runs())), "labels_bg.pkl: must hold only plain"),
        (
            lambda raw: (raw / "following_cache3.pkl").write_bytes(pickle.dumps(Runs())),
            "following_cache3.pkl: must hold only plain",
        ),
        (lambda raw: (raw / "labels.pkl").write_bytes(b"cos\nsystem\n."), "labels.pkl: must hold only plain"),
        (
            lambda raw: (raw / "labels.pkl").write_bytes(pickle.dumps({clip: [1, 0] for clip in CLIPS})),
            "must have 7 labels, got 2",
        ),
        (lambda raw: (raw / "labels.pkl").write_bytes(pickle.dumps({})), "must hold s_01_e_02.* which is missing"),
        (lambda raw: (raw / "video_frames_sampled_4x" / f"{CLIPS[2]}.npy").unlink(), "has no frames"),
        (lambda raw: cut_short(raw / "video_frames_sampled_4x" / f"{CLIPS[2]}.npy"), "is not a whole npy file"),
        (
            lambda raw: np.save(raw / "video_frames_sampled_4x" / f"{CLIPS[2]}.npy", np.zeros((2, 2))),
            r"must be uint8 \(frames, H, W, 3\), got float64 \(2, 2\)",
        ),
        (
            lambda raw: np.save(raw / "seg_mask_4x_comb" / f"{CLIPS[0]}-frame0.npy", np.zeros((8, 8), int)),
            r"must be of the frame's size \(40, 32\), got \(8, 8\)",
        ),
        (lambda raw: annotate(raw, caption=" "), r"_000174 must have a caption of words, got ' '"),
        (lambda raw: annotate(raw, caption=" ..."), r"_000174 must have a caption of words, got ' \.\.\.'"),
        (lambda raw: annotate(raw, caption=None), r"_000174 must have a caption of words, it has none"),
        (lambda raw: annotate(raw, segments=[1]), "_000174, segments must be objects, got 1"),
        (
            lambda raw: annotate(
                raw, segments=[{"id": 1, "word": who, "bbox": [9, 0, 3]} for who in ("Fred", "Wilma")]
            ),
            r"_000174, bbox must be \[x1, y1, x2, y2\], got \[9, 0, 3\]",
        ),
    ],
)
def test_a_bad_folder_is_refused_and_nothing_is_written(raw, tmp_path, spoil, message):
    spoil(raw)
    with pytest.raises(ValueError, match=message):
        write_published(raw, FLINTSTONES, "train", tmp_path / "data", num_frames=4, size=32)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"] and not Path("made").exists()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(("split", "frames"), [("val", 4), ("train", 9), ("train", 1), ("dev", 4)])
def test_a_split_without_stories_is_refused(raw, tmp_path, split, frames):
    with pytest.raises(ValueError, match="split|num_frames"):
        write_published(raw, FLINTSTONES, split, tmp_path / "data", num_frames=frames)


if __name__ == "__main__":  # killed when it has read so many stories

    def kill(done: int, total: int) -> None:
        if done == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

    shards._ROWS_A_SHARD = 1
    write_published(Path(sys.argv[1]), FLINTSTONES, "train", Path(sys.argv[2]), 4, 32, overwrite=True, progress=kill)
