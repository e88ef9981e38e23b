"""What the scores mean, on labels made by hand; and a whole evaluation with a pipeline that cannot draw."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score

from storygptv.baselines.config import SYSTEMS, SystemConfig
from storygptv.baselines.system import System
from storygptv.cli.evaluate import DEFAULT_SYSTEMS
from storygptv.data.schema import DataInfo
from storygptv.data.store import StoryData, write
from storygptv.evaluation.calibration import calibrate, fit_temperature, fit_threshold
from storygptv.evaluation.characters import (
    accuracy,
    acts,
    by_count,
    by_position,
    class_f1,
    exact_set,
    f1_by_character,
    f1_by_count,
    interactions,
    looks_accuracy,
    macro_f1,
    micro_f1,
    share,
)
from storygptv.evaluation.distances import psnr
from storygptv.evaluation.drift import WAYS, drift_scores
from storygptv.evaluation.judge import Judge, check_judge, judged_data
from storygptv.evaluation.labels import judge_pictures, true_labels
from storygptv.evaluation.memory import (
    Placed,
    agreement,
    by_story,
    character_agreement,
    character_looks_given_first,
    looks_given_first,
    scene_agreement,
)
from storygptv.evaluation.report import draw_told, evaluate
from storygptv.evaluation.similarity import centres, similarity
from storygptv.evaluation.told import ToldStories
from storygptv.models.latents import to_pixel_values
from storygptv.story import ANCHORS

SIZE = 32
KEYS = [
    "char_acc", "char_f1", "char_acc_pronoun_frames", "char_acc_named_frames", "count_acc", "bg_acc",
    "bg_acc_unsaid", "action_acc", "prop_f1", "character_looks_kept", "scene_looks_kept",
    "classifier_char_acc", "classifier_bg_acc",
]  # fmt: skip
INFO = DataInfo(
    name="tiny",
    split="test",
    resolution=SIZE,
    characters=({"name": "Ann", "pronoun": "she"}, {"name": "Bo", "pronoun": "he"}),
    places=("park", "shop"),
    actions=("walk", "hug"),
    props=("ball", "cake", "kite"),
    attributes={"color": ("red", "blue")},
    place_attributes={"wall": ("cream", "pink")},
)


def new_judge() -> Judge:
    torch.manual_seed(0)
    return Judge(
        list(INFO.names), list(INFO.places), list(INFO.actions), list(INFO.props),
        {k: list(v) for k, v in INFO.attributes.items()},
        {k: list(v) for k, v in INFO.place_attributes.items()},
        hidden_sizes=(8, 16), depths=(1, 1), image_size=SIZE, num_layers=1,
    ).eval()  # fmt: skip


def record(story: int, frame: int, **changes) -> dict:
    """Ann in red walks in the shop with a ball."""
    rng = np.random.default_rng((story, frame))
    return {
        "frame_id": f"{story}-{frame}",
        "story_id": str(story),
        "image": rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8),
        "characters": ["Ann"],
        "place": "shop",
        "action": "walk",
        "agent": "Ann",
        "props": ["ball"],
        "caption": "Ann walks in the shop.",
        "referential_caption": "She walks." if frame else "Ann walks in the shop.",
        "looks": [{"character": "Ann", "attribute": "color", "value": "red"}],
        "place_looks": [{"attribute": "wall", "value": "pink"}],
        "place_said": frame == 0,
        "names_somebody": frame == 0,
    } | changes


@pytest.fixture
def data(tmp_path) -> StoryData:
    """Three stories, of 3, 2 and 3 frames."""
    stories = [[record(story, frame) for frame in range(length)] for story, length in enumerate((3, 2, 3))]
    write(stories, INFO, tmp_path / "data")
    return StoryData.load(tmp_path / "data")


def yes(*rows: str) -> torch.Tensor:
    """yes("10", "01"): a row a picture, a digit a character."""
    return torch.tensor([[digit == "1" for digit in row] for row in rows])


# --- who is there


def test_exact_set_and_f1() -> None:
    judged, true = yes("110", "100", "011", "000"), yes("110", "110", "110", "000")
    assert exact_set(judged, true).tolist() == [True, False, False, True]
    # found 2 + 1 + 1 + 0 = 4 of 6 true ones, with 5 judged: precision 4/5, recall 4/6
    assert micro_f1(judged, true) == pytest.approx(2 * (4 / 5) * (4 / 6) / (4 / 5 + 4 / 6))
    assert micro_f1(yes("00"), yes("00")) is None
    assert by_count(exact_set(judged, true), true) == {"0": 1.0, "2": pytest.approx(1 / 3)}


def test_interactions() -> None:
    pairs = yes("110", "110", "110", "000", "011")
    does = torch.tensor([[1, 0, 0], [1, 1, 1], [0, 1, 1], [1, 1, 1], [1, 1, 1]])
    judged = {"characters": yes("111", "100", "110", "110", "011"), "action": does}
    action = torch.tensor([[1, -100, -100]] * 4 + [[-100] * 3])
    # of four with a pair: both there in the first, third and fifth; of three with an action, right in the first
    assert interactions(judged, action, pairs) == (0.75, pytest.approx(1 / 3))
    del judged["action"]
    assert interactions(judged, action, pairs) == (0.75, None)
    assert interactions(judged, action, yes("000")[[0] * 5]) == (None, None)


def test_who_acts_is_there_and_does_it() -> None:
    judged = {"characters": yes("10", "11", "01"), "action": torch.tensor([[1, 1], [1, 0], [0, 1]])}
    action = torch.tensor([[1, -100], [1, 1], [0, 1]])
    assert acts(judged, action).tolist() == [[True, False], [True, False], [False, True]]


def test_f1_is_that_of_scikit_learn() -> None:
    generator = torch.Generator().manual_seed(0)
    true = torch.rand(200, 5, generator=generator) < 0.4
    judged = true ^ (torch.rand(200, 5, generator=generator) < 0.2)
    true[:, 4] = judged[:, 4] = False  # nobody is ever there: no score
    assert micro_f1(judged, true) == pytest.approx(f1_score(true, judged, average="micro"))
    assert macro_f1(judged, true) == pytest.approx(f1_score(true, judged, average="macro", zero_division=np.nan))
    each = f1_score(true, judged, average=None, zero_division=np.nan)
    assert (
        f1_by_character(judged, true)[:4] == pytest.approx(list(each[:4])) and f1_by_character(judged, true)[4] is None
    )
    assert share(exact_set(judged, true)) == pytest.approx(accuracy_score(true, judged))
    two = true.sum(-1) == 2
    assert f1_by_count(judged, true)["2"] == pytest.approx(f1_score(true[two], judged[two], average="micro"))
    places = torch.randint(0, 4, (2, 200), generator=generator)
    assert class_f1(*places, 6) == pytest.approx(f1_score(places[1], places[0], average="macro"))
    places[1, :50] = -100  # not labelled
    assert class_f1(*places, 6) == pytest.approx(f1_score(places[1, 50:], places[0, 50:], average="macro"))


def test_share_and_accuracy_leave_out_what_is_not_labelled() -> None:
    right = torch.tensor([True, False, True, True])
    assert share(right) == 0.75
    assert share(right, torch.tensor([True, True, False, False])) == 0.5
    assert share(right, torch.zeros(4, dtype=torch.bool)) is None
    judged, true = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 0, -100, 0])
    assert accuracy(judged, true) == pytest.approx(2 / 3)
    assert accuracy(judged, true, torch.tensor([False, True, True, True])) == 0.5
    looks = {"color": torch.tensor([[0, 1]]), "hat": torch.tensor([[2, 2]])}
    wanted = {"color": torch.tensor([[0, 0]]), "hat": torch.tensor([[2, -100]])}
    assert looks_accuracy(looks, wanted, ["color", "hat"]) == pytest.approx(2 / 3)
    assert looks_accuracy(looks, wanted, []) is None
    assert by_position(right, torch.tensor([0, 0, 2, 2]), 3) == [0.5, None, 1.0]


# --- what is kept


def test_by_story_pads_with_nothing() -> None:
    values = torch.tensor([1, 2, 3, 4, 5])
    assert by_story(values, [3, 2]).tolist() == [[1, 2, 3], [4, 5, 0]]
    assert by_story(values > 0, [3, 2]).tolist() == [[True] * 3, [True, True, False]]


def test_agreement_by_hand() -> None:
    # one wearer, three stories; the wearer first appears in the second frame of the last
    there = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 1, 1]])[..., None].bool()
    value = torch.tensor([[0, 0, 1], [1, 0, 1], [0, 0, 1]])[..., None]
    # firsts: 0, 1, 0. Story 1: 0 agrees, others (1, 0) by chance 1/2; 1 does not, 1/2. Story 2: 1 agrees,
    # others (0, 0) never. Story 3: 1 does not, others (0, 1) by chance 1/2.
    differences, story, frame = agreement(there, value, torch.arange(len(there)))
    assert differences.tolist() == [0.5, -0.5, 1.0, -0.5]
    assert story.tolist() == [0, 0, 1, 2] and frame.tolist() == [1, 2, 2, 2]


def test_windows_of_one_episode_are_no_other_stories() -> None:
    there = torch.ones(3, 2, 1, dtype=torch.bool)
    value = torch.tensor([[0, 0], [0, 0], [1, 1]])[..., None]
    assert agreement(there, value, torch.tensor([0, 0, 2]))[0].tolist() == [1.0, 1.0, 1.0]
    assert agreement(there, value, torch.arange(3))[0].tolist() == [0.5, 0.5, 1.0]


def test_stories_that_share_a_frame_are_of_one_cluster() -> None:
    nothing = torch.zeros(0)
    told = ToldStories([], [[0, 1], [5, 6], [1, 2], [7], [2, 3], [6, 7]], [], [], {}, *[nothing] * 5, [])
    assert told.clusters.tolist() == [0, 1, 0, 1, 0, 1]


def test_agreement_needs_another_story() -> None:
    there, value = torch.ones(1, 3, 1, dtype=torch.bool), torch.zeros(1, 3, 1, dtype=torch.long)
    assert agreement(there, value, torch.arange(len(there)))[0].numel() == 0


def test_a_model_that_always_draws_the_same_look_keeps_nothing() -> None:
    there, value = torch.ones(4, 3, 2, dtype=torch.bool), torch.ones(4, 3, 2, dtype=torch.long)
    assert agreement(there, value, torch.arange(len(there)))[0].abs().max() == 0


def test_similarity_by_hand() -> None:
    # one owner, two stories of two frames and one that never shows it; the centre is taken off first
    there = torch.tensor([[1], [1], [1], [1], [0]]).bool()
    features = torch.tensor([[3.0, 1], [1, 3], [1, 4], [1, 2], [9, 9]])[:, None]
    lengths, positions, centre = [2, 2, 1], torch.tensor([0, 1, 0, 4, 0]), torch.ones(1, 2)
    # directions: east, north; north, north. Of the later ones north meets its own first, east, and another's, north;
    # then its own, north, and another's, east.
    own, by_chance, at = similarity(there, features, centre, Placed(lengths, positions, torch.arange(3)))
    assert own.tolist() == [0.0, 1.0] and by_chance.tolist() == [1.0, 0.0] and at.tolist() == [1, 4]
    alone = similarity(there[:2], features[:2], centre, Placed([2], positions[:2], torch.arange(1)))
    joined = similarity(there, features, centre, Placed(lengths, positions, torch.tensor([0, 0, 2])))
    assert [part.numel() for part in joined] == [0, 0, 0]  # they may share pictures
    assert [part.numel() for part in alone] == [0, 0, 0]


def test_centres_are_means_of_where_somebody_is() -> None:
    there, features = torch.tensor([[1, 0], [1, 0], [0, 0]]).bool(), torch.tensor([[1.0, 5], [3, 5], [8, 5]])[..., None]
    assert centres(there, features).tolist() == [[2.0], [0.0]]


def test_character_looks_count_only_who_can_have_a_look() -> None:
    placed = Placed([2, 2], torch.tensor([0, 1, 0, 3]), torch.arange(2))
    # frames 2 and 3 of the second story are not judged
    true = {"color": torch.tensor([[0, -100], [0, -100], [1, -100], [1, -100]])}
    judged = {
        "characters": yes("11", "11", "11", "11"),
        "color": torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]),
    }
    kept, at = character_agreement(judged, true, ["color"], placed)
    assert kept.tolist() == [1.0, 1.0] and at.tolist() == [1, 3]  # the second one's changes are ignored
    assert share(character_agreement(judged, true, [], placed)[0]) is None
    judged["characters"] = yes("11", "01", "11", "01")  # nobody who can have a look appears again
    assert share(character_agreement(judged, true, ["color"], placed)[0]) is None


def test_scene_looks_are_held_against_the_same_place() -> None:
    placed = Placed([3, 2], torch.tensor([0, 1, 2, 0, 1]), torch.arange(2))
    true = {"place": torch.tensor([0, 1, 0, 0, 0]), "wall": torch.tensor([0, -100, 0, 1, 1])}
    judged = {"place": torch.tensor([0, 1, 0, 0, 0]), "wall": torch.tensor([0, 1, 0, 1, 0])}
    # place 1 has no walls. Story 1: kept, the other differs: 1. Story 2: 0 is not 1, but the other's: -1.
    kept, at = scene_agreement(judged, true, ["wall"], placed, 2)
    assert kept.tolist() == [1.0, -1.0] and at.tolist() == [2, 1]
    judged["wall"][-1] = 1
    assert share(scene_agreement(judged, true, ["wall"], placed, 2)[0]) == 1.0


def test_looks_given_first() -> None:
    none = -100
    true = {"color": torch.tensor([[0, none], [0, 1], [0, none], [none, 2], [none, 2]])}
    judged = {
        "characters": yes("10", "11", "00", "01", "01"),
        "color": torch.tensor([[1, 0], [0, 1], [0, 0], [0, 2], [0, 1]]),
    }
    # story 1 asks for the first character alone, in frames 2 (shown) and 3 (not judged present); story 2 for
    # the second one in its frame 2 (the wrong look). Whoever comes later is not asked for.
    assert character_looks_given_first(judged, true, {"color": 4}, [3, 2]) == (pytest.approx(1 / 3), 0.25)
    assert character_looks_given_first(judged, true, {}, [3, 2]) == (None, None)
    right, places, chance = looks_given_first(judged, true, {"color": 4}, [3, 2])
    assert right.tolist() == [True, False, False] and places.tolist() == [1, 2, 1] and chance.tolist() == [0.25] * 3


def test_psnr() -> None:
    dark = np.zeros((2, 4, 4, 3), np.uint8)
    assert psnr(dark, np.stack([dark[0], dark[0] + 1])) == pytest.approx([138.13, 48.13], abs=0.01)


# --- the judge


def test_judging_does_not_depend_on_the_batch() -> None:
    judge = new_judge()
    pictures = np.random.default_rng(0).integers(0, 256, (5, SIZE, SIZE, 3), dtype=np.uint8)
    whole, parts = judge_pictures(judge, pictures, 5), judge_pictures(judge, pictures, 2)
    assert whole["characters"].shape == (5, 2) and whole["characters"].dtype == torch.bool
    assert whole["props"].shape == (5, 3) and whole["color"].shape == (5, 2) and whole["wall"].shape == (5,)
    features = {"features": (5, 16), "character_features": (5, 2, 16)}
    assert all((whole[name] == parts[name]).all() for name in whole if name not in features)
    for name, shape in features.items():
        assert whole[name].shape == shape
        torch.testing.assert_close(whole[name], parts[name])


def test_a_temperature_and_a_threshold_are_found_by_hand() -> None:
    there = yes("10", "10", "10", "01")  # of answers of logit 2 three in four are right, of logit -2 one in four
    logits = torch.tensor([[2.0, -2], [2, -2], [2, -2], [2, -2]])
    assert fit_temperature(logits, there) == pytest.approx(2 / math.log(3), rel=0.01)
    assert fit_threshold(torch.tensor([[0.9, 0.8], [0.9, 0.1]]), yes("11", "10")) == pytest.approx(0.45, abs=0.01)


def test_a_calibrated_judge_keeps_what_was_fixed(data, tmp_path, command) -> None:
    judge = new_judge()
    info = judged_data(data.info)
    judge.register_to_config(trained_on=info | {"split": "train"})
    pictures = data.images(range(len(data.frames)))
    fixed = calibrate(judge, data)
    assert fixed.log_loss <= fixed.log_loss_before and fixed.char_f1 >= fixed.char_f1_before
    judge.save_pretrained(tmp_path / "judge")
    again = Judge.from_pretrained(tmp_path / "judge")
    assert (again.config.temperature, again.config.threshold) == (fixed.temperature, fixed.threshold)
    said = check_judge(again, data.info)
    assert f"threshold fixed on {data.info.split}; what is judged is no other" in said
    seen = judge_pictures(again, pictures)["characters"]
    probabilities = (judge(to_pixel_values(pictures))["characters"].double() / fixed.temperature).sigmoid()
    assert torch.equal(seen, probabilities > fixed.threshold)
    judge.register_to_config(temperature=1.0, threshold=0.5)
    judge.save_pretrained(tmp_path / "judge")
    code, *_ = command("evaluate", "calibrate", tmp_path / "judge", "--data", tmp_path / "data")
    assert code == 0 and Judge.from_pretrained(tmp_path / "judge").config.temperature == fixed.temperature
    judge.register_to_config(trained_on=info)
    with pytest.raises(ValueError, match="another split"):
        calibrate(judge, data)


def test_true_labels() -> None:
    labels = true_labels(new_judge(), [record(0, 0), record(0, 1, place=None, looks=[], characters=["Ann", "Bo"])])
    assert labels["characters"].tolist() == [[True, False], [True, True]]
    assert labels["color"].tolist() == [[0, -100], [-100, -100]]
    assert labels["place"].tolist() == [1, -100] and labels["count"].tolist() == [1, 2]
    both = {"characters": ["Ann", "Bo"]}  # an action is its agent's; without one, everybody's who is there
    frames = [record(0, 0, **both, agent="Bo"), record(0, 1, **both, agent=None), record(0, 2, agent=None, action=None)]
    assert true_labels(new_judge(), frames)["action"].tolist() == [[-100, 0], [0, 0], [-100, -100]]
    with pytest.raises(ValueError, match=r"characters: must be among the judge's \(Ann, Bo\), got 'Cid'"):
        true_labels(new_judge(), [record(0, 0, characters=["Cid"])])
    with pytest.raises(ValueError, match="place: must be among the judge's .*, got 'moon'"):
        true_labels(new_judge(), [record(0, 0) | {"place": "moon"}])


def test_a_judge_judges_what_it_was_trained_on() -> None:
    judge = new_judge()
    assert "does not say what it was trained on" in check_judge(judge, INFO)
    other = replace(INFO, places=("park", "moon"))
    with pytest.raises(ValueError, match=r"judge: its places must be the data set's, \['park', 'moon'\], got"):
        check_judge(judge, other)
    judge.register_to_config(trained_on=judged_data(replace(INFO, split="train", resolution=64)))
    assert "trained on this data set's train split" in check_judge(judge, INFO)
    for different in (other, replace(INFO, name="another")):  # the same labels do not make the same pictures
        with pytest.raises(ValueError, match="judge: must be trained on the data set it judges"):
            check_judge(judge, different)
    assert DataInfo.from_json(INFO.to_json()).fingerprint == INFO.fingerprint


# --- a whole evaluation


class PaintingPipeline:
    """Paints each picture in one colour, told by its condition and its seed, and keeps what it was told and
    shown."""

    def __init__(self, judge: Judge | None) -> None:
        self.judge, self.sessions, self.anchors, self.given = judge, [], [], []
        torch.manual_seed(0)
        vae = AutoencoderKL(block_out_channels=(32,), down_block_types=("DownEncoderBlock2D",),
                            up_block_types=("UpDecoderBlock2D",))  # fmt: skip
        self.char_ldm = SimpleNamespace(vae=vae.eval(), fusion=True, image_size=SIZE)

    def start(self, anchor: str = "first") -> SimpleNamespace:
        events: list = []
        self.anchors.append(anchor)
        self.sessions.append(events)
        return SimpleNamespace(
            tell=lambda text: events.append(text) or self.text_condition(text),
            see=lambda picture, given: events.append(picture) or self.given.append(given),
        )

    def text_condition(self, text: str) -> torch.Tensor:
        return torch.full((1, 2, 3), float(len(text)))

    def draw(self, conditions: torch.Tensor, seeds: list[int], *_: None) -> list[Image.Image]:
        colors = [(int(condition.mean()), seed % 256, 7) for condition, seed in zip(conditions, seeds, strict=True)]
        return [Image.new("RGB", (SIZE, SIZE), color) for color in colors]

    def noise_seed(self, seed: int, frame: int, story: int) -> int:
        return seed + 3 * story


def painting_systems(judge: Judge | None, *names: str) -> dict[str, System]:
    pipeline = PaintingPipeline(judge)
    return {name: System(SYSTEMS[name], pipeline) for name in names or DEFAULT_SYSTEMS}


def test_stories_are_told_and_seen_in_turn() -> None:
    pipeline, first = PaintingPipeline(None), Image.new("RGB", (SIZE, SIZE))
    drawn = draw_told(pipeline, [["a", "bb", "ccc"], ["d"]], 1, first=[first, first])
    assert [len(story) for story in drawn] == [3, 1]
    assert pipeline.sessions[0] == ["a", first, "bb", drawn[0][1], "ccc", drawn[0][2]]
    assert pipeline.sessions[1] == ["d", first]
    assert drawn[0][2].getpixel((0, 0)) == (3, 1, 7)
    assert pipeline.given == [True, True, False, False]  # what it drew itself no text can mean
    (again,) = draw_told(pipeline, [["a", "bb"]], 1, shown=[[first, first]])
    assert pipeline.given[4:] == [True, True]
    assert pipeline.sessions[-1] == ["a", first, "bb", first] and first not in again


def test_drift(data: StoryData) -> None:
    pipeline, seen = PaintingPipeline(new_judge()), []
    systems = {anchor: System(SystemConfig("story_llm", anchor=anchor), pipeline) for anchor in ANCHORS}
    scores = drift_scores(systems, data, 3, 5, batch_size=2, progress=lambda *at: seen.append(at))
    assert seen[-1] == (40, 40) and len(pipeline.sessions) == 15  # three stories in five ways
    assert pipeline.anchors[:10:2] == ["first", "last", "first", "last", "portrait"]
    first, second, third = (Image.fromarray(picture) for picture in data.images(data.stories[0]))
    after_true, after_own = pipeline.sessions[0][1::2], pipeline.sessions[4][1::2]
    assert after_true == [first, second, third]
    assert after_own[0] == first and after_own[1] != second
    assert set(WAYS) - {scores["system"]} == {key for key in scores if key in WAYS}
    for way in (scores, *(scores[key] for key in scores if key in WAYS)):
        assert way["by_frame"]["char_acc"][0] is None and len(way["by_frame"]["looks"]) == 3
        assert 0 <= way["looks"] <= 1 and 0 <= way["bg_acc"] <= 1
    assert scores["looks_chance"] == 0.5 and scores["num_frames"] == 8
    pipeline.judge = None
    with pytest.raises(ValueError, match="model: must hold a judge, and it has none"):
        drift_scores(systems, data, 3, 5)


def test_evaluate(data: StoryData) -> None:
    seen = []
    scores = evaluate(painting_systems(new_judge()), data, 3, 5, progress=lambda *at: seen.append(at), batch_size=2)
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    for system in (scores, scores["char_ldm_alone"], scores["char_ldm_original_text"]):
        assert all(key in system for key in KEYS)
        assert all(system[key] is None or -1 <= system[key] <= 1 for key in KEYS)
    assert set(scores["char_acc_by_count"]) == {"1"} and scores["character_looks_chance"] == 0.5
    assert (scores["num_stories"], scores["num_frames"], scores["seed"]) == (3, 8, 5)
    assert all(seconds > 0 and math.isfinite(seconds) for seconds in scores["timings"].values())
    assert seen[-1] == (32, 32) and sorted(seen) == seen
    again = evaluate(painting_systems(new_judge()), data, 3, 5, batch_size=32)
    timeless = {"timings": 0}
    assert json.dumps(again | timeless) == json.dumps(scores | timeless)  # whatever the batch


def test_a_report_keeps_what_was_drawn_and_it_can_be_judged_again(data, tmp_path, command, monkeypatch) -> None:
    monkeypatch.setattr("storygptv.cli.load_pipeline", lambda *_: PaintingPipeline(new_judge()))
    asked = ("--data", tmp_path / "data", "--stories", 3, "--seed", 5)
    code, *_ = command("evaluate", *asked, "--out", tmp_path / "report")
    scores = json.loads((tmp_path / "report/report.json").read_text())
    assert code == 0 and set(KEYS) <= set(scores)
    assert "char_ldm_alone" in (tmp_path / "report/report.md").read_text()
    assert (tmp_path / "report/report.html").read_text().count("data:image/png") == 2 * 8
    new_judge().save_pretrained(tmp_path / "judge")
    pictures = ("--images", tmp_path / "report/pictures", "--judge", tmp_path / "judge")
    code, *_ = command("evaluate", *asked, *pictures, "--json", tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert code == 0 and all(again[key] == scores[key] for key in (*KEYS, "references", "by_frame", "classifier_fid"))
    code, *_ = command("evaluate", *asked, "--judge", tmp_path / "judge", "--json", tmp_path / "given.json")
    given = json.loads((tmp_path / "given.json").read_text())
    assert code == 0 and given | {"timings": 0} == scores | {"timings": 0}


def test_what_cannot_be_evaluated(data: StoryData, tmp_path) -> None:
    with pytest.raises(ValueError, match="model: must hold a judge"):
        evaluate(painting_systems(None), data, 1, 0)
    with pytest.raises(ValueError, match="stories: must be 1 to 3, all the data set has, got 4"):
        evaluate(painting_systems(new_judge()), data, 4, 0)
    write([[record(0, 0, referential_caption=None)]], INFO, tmp_path / "untold")
    with pytest.raises(ValueError, match="referential_caption: every frame must have one, 0-0 has none"):
        evaluate(painting_systems(new_judge()), StoryData.load(tmp_path / "untold"), 1, 0)
