"""The systems that are compared, as tiny real models: one interface, and each what it says it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, pipeline_of, portrait
from PIL import Image

from storygptv.baselines.config import SYSTEMS, SystemConfig, system_config
from storygptv.baselines.system import System, load_systems
from storygptv.cast import Cast
from storygptv.evaluation.report import draw_told
from storygptv.models.history import CaptionPictureHistory, MemoryAttention, load_history
from storygptv.pipeline import StoryPipeline
from storygptv.protocol import Protocol, ReferenceProtocol, protocol_named
from storygptv.story import Frame, Story
from storygptv.training import train

TEXTS = ("Mia walks in the park.", "She gives the red ball!")
CAST = Cast(
    [{"name": "Mia", "pronoun": "she"}, {"name": "Leo", "pronoun": "he"}],
    portraits={"Mia": portrait("red"), "Leo": portrait("blue")},
)
RULES = {"toon": lambda: lambda text: text.replace("She", "Mia")}


@pytest.fixture
def pipeline(char_ldm, tokenizer) -> StoryPipeline:
    return pipeline_of(char_ldm, tokenizer, CAST)


def history_of(kind: str, pipeline: StoryPipeline) -> torch.nn.Module:
    torch.manual_seed(0)
    if kind == "memory_attention":
        return MemoryAttention(TEXT_WIDTH, 4, 4, num_heads=2).eval()
    return CaptionPictureHistory(TEXT_WIDTH, 16).eval()


def load_model(folder: str, with_story_llm: bool) -> StoryPipeline:
    return StoryPipeline.from_pretrained(folder, with_story_llm=with_story_llm)


def system(name: str, pipeline: StoryPipeline, protocol: Protocol | None = None, **changes) -> System:
    config = SystemConfig.from_dict(SYSTEMS[name].to_dict() | changes)
    if config.kind in ("ldm", "memory_attention", "autoregressive"):
        pipeline.char_ldm.fusion = None
    history = history_of(config.kind, pipeline) if config.kind in ("memory_attention", "autoregressive") else None
    return System(config, pipeline, history, RULES, protocol)


def conditions(system: System, pictures: list[Image.Image | None]) -> list[torch.Tensor]:
    """Of TEXTS, each followed by its picture."""
    session, told = system.start(), []
    for text, picture in zip(TEXTS, pictures, strict=True):
        told.append(session.tell(text))
        session.see(picture)
    return told


def picture(seed: int) -> Image.Image:
    return portrait(("green", "yellow", "black")[seed])


# --- configs


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_config_round_trips(name, tmp_path):
    config = SYSTEMS[name]
    assert SystemConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config == system_config(name)
    (tmp_path / "mine.yaml").write_text(json.dumps(config.to_dict()))
    assert system_config(str(tmp_path / "mine.yaml")) == config


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"kind": "gan"}, "kind: must be one of story_llm, .*, got 'gan'"),
        ({"kind": "ldm", "text": "no"}, "text: must be one of referential, original, got 'no'"),
        ({"kind": "story_llm", "rules": "toon"}, "rules: are for char_ldm and ldm, got 'toon' for story_llm"),
        ({"kind": "ldm", "portraits": False}, "portraits: can be left out by char_ldm alone, got ldm"),
        ({"kind": "ldm", "pictures": False}, "pictures: can be left out by story_llm alone, got ldm"),
        ({"kind": "story_llm", "anchor": "no"}, "anchor: must be one of first, last, portrait, got 'no'"),
        ({"kind": "ldm", "anchor": "last"}, "anchor: is of story_llm that sees its pictures, got 'last' for ldm"),
        ({"kind": "story_llm", "anchor": "last", "pictures": False}, "anchor: is of story_llm that sees its pictures"),
        ({"kind": "ldm", "crops": True}, "unknown key 'crops', expected kind, text"),
        ({"text": "original"}, "kind: missing"),
        ("ldm", "expected a mapping of settings"),
    ],
)
def test_a_bad_config_is_refused(settings, complaint, tmp_path):
    (tmp_path / "bad.yaml").write_text(json.dumps(settings))
    with pytest.raises(ValueError, match=f"bad.yaml: {complaint}"):
        system_config(str(tmp_path / "bad.yaml"))
    with pytest.raises(ValueError, match="system: expected a file or one of story_llm, captions_only"):
        system_config("nobody")


def test_a_system_has_the_parts_it_needs(pipeline):
    with pytest.raises(ValueError, match="ldm: the model must be one without fusion"):
        System(SYSTEMS["ldm"], pipeline)
    with pytest.raises(ValueError, match="rules: must be one of toon, got 'flat'"):
        System(SystemConfig("char_ldm", rules="flat"), pipeline, rules=RULES)
    pipeline.char_ldm.fusion = None
    with pytest.raises(ValueError, match="char_ldm: the model must have a fusion"):
        System(SYSTEMS["char_ldm_alone"], pipeline)
    without = StoryPipeline(pipeline.char_ldm, None, CAST)
    with pytest.raises(ValueError, match="model: must hold a reader or a story LLM"):
        System(SYSTEMS["story_llm"], without).start()


# --- each is what it says it is


def test_char_ldm_reads_each_text_alone_with_the_portraits_of_who_is_named(pipeline):
    first, second = conditions(system("char_ldm_alone", pipeline), [picture(0), picture(1)])
    assert torch.equal(first, pipeline.text_condition(TEXTS[0]))
    assert torch.equal(second, pipeline.text_condition(TEXTS[1]))
    bare = conditions(system("char_ldm_text_only", pipeline), [picture(0), picture(1)])
    assert not torch.allclose(bare[0], first) and torch.equal(bare[1], second)  # "She" has no portrait
    ldm = conditions(system("ldm", pipeline), [picture(0), picture(1)])
    assert torch.equal(ldm[0], bare[0]) and torch.equal(ldm[1], bare[1])


def test_rules_stand_in_front_of_char_ldm_and_nothing_else_changes(pipeline):
    resolved = conditions(system("rule_resolver", pipeline), [picture(0), picture(1)])
    assert torch.equal(resolved[1], pipeline.text_condition("Mia gives the red ball!"))
    assert not torch.allclose(resolved[1], pipeline.text_condition(TEXTS[1]))


def test_captions_only_is_the_story_llm_that_is_shown_nothing(pipeline):
    blind = [conditions(system("captions_only", pipeline), [picture(seed), picture(1)])[1] for seed in (0, 2)]
    told = [conditions(system("story_llm", pipeline), [shown, None])[1] for shown in (picture(0), picture(2), None)]
    assert torch.equal(*blind) and torch.equal(blind[0], told[2])
    assert not torch.allclose(told[0], told[1])


@pytest.mark.parametrize("kind", ["memory_attention", "autoregressive"])
def test_a_history_of_nothing_is_plain_ldm(kind, pipeline):
    compared = system(kind, pipeline)
    plain = system("ldm", pipeline)
    first = conditions(compared, [None, None])
    assert torch.equal(first[0], conditions(plain, [None, None])[0])
    assert torch.equal(first[1], conditions(plain, [None, None])[1])  # what was not drawn is not remembered
    torch.testing.assert_close(
        compared.pipeline.char_ldm.sample(first[0], [torch.Generator().manual_seed(1)], 2),
        plain.pipeline.char_ldm.sample(plain.pipeline.plain_condition(TEXTS[0]), [torch.Generator().manual_seed(1)], 2),
        atol=1e-5, rtol=1e-5,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "tokens"), [("memory_attention", 4), ("autoregressive", LENGTH + 4)])
def test_a_history_holds_every_earlier_frame_s_text_and_picture(kind, tokens, pipeline):
    compared = system(kind, pipeline)
    with torch.no_grad():
        for parameter in compared.history.parameters():  # what begins at zero too
            parameter.add_(torch.randn(parameter.shape) * 0.1)
    one, other = (conditions(compared, [picture(seed), None])[1] for seed in (0, 2))
    assert one.shape == other.shape == (1, LENGTH + tokens, TEXT_WIDTH)
    assert not torch.allclose(one[:, LENGTH:], other[:, LENGTH:])  # another picture
    session = compared.start()
    session.tell("Leo and Omar chase him.")
    session.see(picture(0))
    assert not torch.allclose(session.tell(TEXTS[1]), one)  # another text before it
    session.see(picture(1))
    assert session.tell(TEXTS[0]).shape == (1, LENGTH + 2 * tokens, TEXT_WIDTH)


def test_memory_attention_begins_as_the_plain_text_with_latents_behind_it(pipeline):
    told = conditions(system("memory_attention", pipeline), [picture(0), None])
    torch.testing.assert_close(told[1][:, :LENGTH], pipeline.plain_condition(TEXTS[1]))


@pytest.mark.parametrize("protocol", [Protocol(), ReferenceProtocol(1), ReferenceProtocol(2)])
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_story_is_drawn_the_same_alone_and_in_a_batch(name, protocol, pipeline):
    drawn_by = system(name, pipeline, protocol)
    both = draw_told(drawn_by, [TEXTS, TEXTS[::-1]], 3)
    alone = draw_told(drawn_by, [TEXTS[::-1]], 3, 1)
    assert [len(story) for story in both] == [2, 2]
    for together, single in zip(both[1], alone[0], strict=True):
        difference = np.asarray(together, dtype=int) - np.asarray(single, dtype=int)
        assert np.abs(difference).max() <= 1  # of 255: how a processor sums


@pytest.mark.parametrize("protocol", ["paper", "reference"])
def test_the_story_llm_draws_as_visualize_does(protocol, pipeline):
    told = Story("A walk", (), tuple(map(Frame, TEXTS)))
    alone = [frame.image for frame in pipeline.visualize(told, 7, num_inference_steps=3, protocol=protocol)]
    (drawn,) = draw_told(system("story_llm", pipeline, protocol_named(protocol, 3)), [TEXTS], 7)
    assert all((np.asarray(a) == np.asarray(b)).all() for a, b in zip(alone, drawn, strict=True))


def test_text_systems_begin_with_the_plain_text_as_the_authors_do(pipeline):
    told = conditions(system("rule_resolver", pipeline, ReferenceProtocol(4)), [None, None])
    resolver = system("rule_resolver", pipeline)
    texts, fused = (TEXTS[0], RULES["toon"]()(TEXTS[1])), conditions(resolver, [None, None])
    for steps, text, condition in zip(told, texts, fused, strict=True):
        assert steps.shape[:2] == (1, 5)
        assert torch.equal(steps[:, 2], pipeline.plain_condition(text)) and torch.equal(steps[:, 3], condition)


def test_a_single_step_of_the_authors_is_the_story_llm_s(pipeline):
    told = conditions(system("story_llm", pipeline, ReferenceProtocol(1)), [None, None])
    paper = conditions(system("story_llm", pipeline), [None, None])
    assert told[1].shape[1] == 1 and torch.equal(told[1][:, 0], paper[1])


# --- trained, saved and read


@pytest.mark.parametrize("kind", ["memory_attention", "autoregressive"])
def test_a_history_is_trained_and_read(kind, char_ldm, toon_folder, tmp_path):
    char_ldm.save(tmp_path / "ldm")
    options = {"steps": 6, "batch_size": 4, "warmup_steps": 1, "log_every": 1, "log": lambda line: None, "kind": kind}
    out = train("history", toon_folder, tmp_path / kind, tmp_path / "ldm", sample_every=6, **options)
    rows = [json.loads(line) for line in (out / "training/history/log.jsonl").read_text().splitlines()]
    assert len(rows) == 6 and all(0 < row["loss"] < 10 for row in rows)
    assert (out / "training/history/samples/000006.png").exists() and not (out / "fusion").exists()
    trained = load_history(out, kind)
    assert all(torch.isfinite(parameter).all() for parameter in trained.parameters())
    systems = load_systems({"it": SystemConfig(kind, model=str(out))}, str(tmp_path / "nothing"), load_model)
    shown = conditions(systems["it"], [picture(0), None])
    assert shown[1].shape[1] > shown[0].shape[1]
    other = "autoregressive" if kind == "memory_attention" else "memory_attention"
    with pytest.raises(ValueError, match=f"model: must hold a history of kind {other}"):
        load_history(out, other)
    with pytest.raises(ValueError, match="kind: must be one of memory_attention, autoregressive, got 'no'"):
        train("history", toon_folder, tmp_path / "no", tmp_path / "ldm", **options | {"kind": "no"})


def test_plain_ldm_is_char_ldm_s_training_without_fusion(char_ldm, toon_folder, tmp_path):
    char_ldm.fusion = None
    char_ldm.save(tmp_path / "ldm")
    options = {"steps": 1, "batch_size": 2, "log": lambda line: None}
    out = train("char-ldm", toon_folder, tmp_path / "plain", tmp_path / "ldm", fusion=False, **options)
    loaded = load_systems({"ldm": SYSTEMS["ldm"]}, str(out), load_model)
    assert loaded["ldm"].pipeline.char_ldm.fusion is None and loaded["ldm"].pipeline.story_llm is None


def test_systems_of_one_model_share_it(pipeline, tmp_path):
    loaded: list[tuple[str, bool]] = []

    def load(folder: str, told: bool) -> StoryPipeline:
        loaded.append((Path(folder).name, told))
        return pipeline

    names = ("char_ldm_alone", "story_llm", "captions_only")
    configs = {name: SYSTEMS[name] for name in names} | {"mine": SystemConfig("char_ldm", model=str(tmp_path))}
    systems = load_systems(configs, "toon", load)
    assert loaded == [("toon", True), (tmp_path.name, False)]
    assert list(systems) == [*names, "mine"] and systems["captions_only"].sees is False


# --- the command


def test_systems_by_the_command(command, toon_folder, tmp_path):
    asked = ("evaluate", "--data", toon_folder)
    code, _, complaint = command(*asked, "--system", "nobody")
    assert code == 2 and "--system: expected a file or one of story_llm" in complaint
    twice = command(*asked, "--system", "ldm", "--system", "ldm")
    assert twice[0] == 2 and "--system: every name must be another one, got 'ldm' again" in twice[2]
    for more in (("--system", "ldm"), ("--protocol", "reference")):
        assert "name no --model, --system or --protocol" in command(*asked, *more, "--images", tmp_path)[2]
    assert "leave --protocol out" in command(*asked, "--protocol", "reference", "--record", "--model", tmp_path)[2]
    assert "leave --system out" in command(*asked, "--system", "ldm", "--record", "--model", tmp_path)[2]
