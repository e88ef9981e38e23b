"""StoryPipeline on tiny parts with random weights: the life of a frame, its seeds, and its files."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from conftest import pipeline_of, portrait
from PIL import Image
from safetensors.torch import load_file, save_file

from storygptv.cast import Cast
from storygptv.data.collate import tokenize
from storygptv.data.masks import character_crop
from storygptv.models.loading import BUNDLED
from storygptv.pipeline import VIEWS, StoryPipeline
from storygptv.scene import Figure, Person, Scene
from storygptv.story import Character, Frame, Story

CAST = Cast(
    characters=[{"name": "Mia", "pronoun": "she"}, {"name": "Mrs. Plum", "pronoun": "she"}],
    places=["park"], actions=["walk"], props=["ball"],
    words=["and", "in", "mia", "mrs", "park", "plum", "she", "sits", "the", "there", "waits", "walks"],
    portraits={"Mia": portrait("red"), "Mrs. Plum": portrait("blue")},
)  # fmt: skip
TEXTS = ("Mia walks in the park.", "She sits there.", "Mrs. Plum waits.")


@pytest.fixture
def pipeline(char_ldm, tokenizer) -> StoryPipeline:
    return pipeline_of(char_ldm, tokenizer, CAST)


def story(*texts: str, **changes) -> Story:
    return replace(Story("A walk", (), tuple(Frame(text) for text in texts)), **changes)


def pixels(frames) -> list[np.ndarray]:
    return [np.asarray(frame.image) for frame in frames]


def test_the_authors_protocol(pipeline):
    told, calls = story(*TEXTS), []
    sample = pipeline.char_ldm.sample
    pipeline.char_ldm.sample = lambda embeds, *args, **options: (
        calls.append((embeds[0], args, options.get("scheduler"))) or sample(embeds, *args, **options)
    )
    theirs = pixels(pipeline.visualize(told, num_inference_steps=4, protocol="reference"))
    ldm = pipeline.char_ldm
    ids = tokenize(TEXTS, ldm.tokenizer, ldm.condition_length)["input_ids"]
    plain = [ldm.condition(each[None])[0] for each in ids]
    # of five calls of the UNet three begin from plain text where somebody is named, one where nobody is
    begun = [[torch.equal(step, text) for step in call[0]] for call, text in zip(calls[:3], plain, strict=True)]
    assert begun == [[True] * 3 + [False] * 2, [True] + [False] * 4, [True] * 3 + [False] * 2]
    assert torch.equal(calls[0][0][3:], pipeline.text_condition(TEXTS[0]).expand(2, -1, -1))  # Char-LDM alone
    assert not torch.equal(calls[1][0][1], pipeline.text_condition(TEXTS[1])[0])
    assert all(asked[1:3] == (4, 5.0) and type(used).__name__ == "PNDMScheduler" for _, asked, used in calls)
    ours = pixels(pipeline.visualize(told, num_inference_steps=4))
    assert all((a != b).any() for a, b in zip(theirs, ours, strict=True))
    with pytest.raises(ValueError, match="protocol must be one of paper, reference, got 'other'"):
        next(pipeline.visualize(told, protocol="other"))
    with pytest.raises(ValueError, match="protocol must be one of paper, reference, got 'other'"):
        next(pipeline.continue_story(told, [Image.new("RGB", (32, 32))] * len(TEXTS), 1, protocol="other"))


def test_same_seed_same_pictures(pipeline):
    told = story(*TEXTS)
    once, again, other = (pixels(pipeline.visualize(told, seed=seed)) for seed in (3, 3, 4))
    assert all((a == b).all() for a, b in zip(once, again, strict=True))
    assert not any((a == b).all() for a, b in zip(once, other, strict=True))


def test_all_frames_of_a_story_are_drawn_from_its_noise(pipeline):
    told = story(*TEXTS)
    frames = [*pipeline.visualize(told, seed=3), *pipeline.continue_story(told, [Image.new("RGB", (32, 32))] * 3, 2, 3)]
    assert [frame.seed for frame in frames] == [pipeline.story_seed(3)] * 5
    assert len({pipeline.story_seed(seed, number) for seed in (3, 4) for number in (0, 1)}) == 4
    # as the authors' code draws them, each has its own
    own = [frame.seed for frame in pipeline.visualize(told, seed=3, num_inference_steps=2, protocol="reference")]
    assert own == [pipeline.frame_seed(3, index) for index in range(3)] and len(set(own)) == 3


def test_a_frame_does_not_depend_on_those_after_it(pipeline):
    whole, begun = pixels(pipeline.visualize(story(*TEXTS))), pixels(pipeline.visualize(story(*TEXTS[:2])))
    assert all((a == b).all() for a, b in zip(whole, begun, strict=False))


def test_drawn_frames_are_read_and_the_rest_is_drawn(pipeline):
    """Going on after pictures is the same as never having stopped; a frame can have a seed of its own."""
    whole, steps = list(pipeline.visualize(story(*TEXTS))), []
    images = [frame.image for frame in whole]
    rest = list(pipeline.visualize(story(*TEXTS), drawn=images[:1], on_step=steps.append))
    assert [frame.index for frame in rest] == [1, 2] and steps == [-1, *[0, 1] * 2]
    assert all((a == b).all() for a, b in zip(pixels(rest), pixels(whole[1:]), strict=True))
    assert list(pipeline.visualize(story(*TEXTS), drawn=images)) == []
    (once,) = pipeline.visualize(story(*TEXTS), drawn=images[:2], frame_seeds={2: 9})
    (again,) = pipeline.visualize(story(*TEXTS), seed=8, drawn=images[:2], frame_seeds={2: 9})
    assert once.seed == again.seed == 9 and (np.asarray(once.image) == np.asarray(again.image)).all()
    assert (np.asarray(once.image) != np.asarray(images[2])).any()
    with pytest.raises(ValueError, match="drawn must be pictures of the 1 frames, got 3"):
        next(pipeline.visualize(story(TEXTS[0]), drawn=images))


def test_frames_come_as_they_are_drawn(pipeline):
    drawn = pipeline.visualize(story(*TEXTS))
    first = next(drawn)
    assert (first.index, first.text, first.given) == (0, TEXTS[0], False)
    assert first.seconds >= first.llm_seconds > 0 and first.peak_memory_bytes > 2**20
    assert first.image.size == (32, 32) and [frame.index for frame in drawn] == [1, 2]


def test_what_was_seen_changes_what_comes(pipeline, tmp_path):
    Image.new("RGB", (32, 32), "green").save(tmp_path / "given.png")
    told = story(*TEXTS)
    frames = (Frame(TEXTS[0], tmp_path / "given.png"), *told.frames[1:])
    with_given = list(pipeline.visualize(replace(told, frames=frames)))
    assert with_given[0].given and with_given[0].seed is None
    assert with_given[0].image.getpixel((0, 0)) == (0, 128, 0)
    assert not (pixels(with_given)[1] == pixels(pipeline.visualize(told))[1]).all()


def test_lent_looks(pipeline):
    """Anna, whom Mia plays, is drawn as Mia is; she keeps her own name in the text."""
    anna = story("Anna walks in the park.", characters=(Character("Anna", plays="Mia"),))
    (as_anna,) = pipeline.visualize(anna)
    (as_mia,) = pipeline.visualize(story(TEXTS[0]))
    assert as_anna.text == "Anna walks in the park."
    assert (np.asarray(as_anna.image) == np.asarray(as_mia.image)).all()
    assert pipeline.unknown_words(anna) == [] and pipeline.unknown_characters(anna) == []


def test_the_unknown_is_named(pipeline):
    told = story("Zorro walks in the castle.", characters=(Character("Zorro"),))
    assert pipeline.unknown_characters(told) == ["Zorro"]
    assert {word.lower() for word in pipeline.unknown_words(told)} == {"zorro", "castle"}
    with pytest.raises(ValueError, match="plays: must be one of Mia, Mrs. Plum, got 'Bo' for Anna"):
        pipeline.unknown_characters(story("Anna walks.", characters=(Character("Anna", plays="Bo"),)))


def test_who_plays_somebody_is_not_in_the_story_as_well(pipeline):
    anna = Character("Anna", plays="Mia")
    for told in (story("Anna meets Mia.", characters=(anna,)), story("She runs.", characters=(anna, Character("Mia")))):
        with pytest.raises(ValueError, match="plays: Mia plays Anna and cannot be in the story as well"):
            pipeline.unknown_characters(told)
    each_other = (Character("Mia", plays="Mrs. Plum"), Character("Mrs. Plum", plays="Mia"))
    assert pipeline.as_played(story("Mia runs.", characters=each_other), "Mia runs.") == "Mrs. Plum runs."


def test_a_story_is_told_on(pipeline):
    told = story(*TEXTS)
    images = [frame.image for frame in pipeline.visualize(told)]
    new = list(pipeline.continue_story(told, images, 2, seed=5))
    again = list(pipeline.continue_story(told, images, 2, seed=5))
    assert [frame.index for frame in new] == [3, 4]
    assert [frame.text for frame in new] == [frame.text for frame in again]
    assert all((a == b).all() for a, b in zip(pixels(new), pixels(again), strict=True))
    with pytest.raises(ValueError, match="one for each of the 3 frames, got 2"):
        next(pipeline.continue_story(told, images[:2], 1))


def test_only_named_characters_are_fused(pipeline):
    """Char-LDM alone: portraits at the name tokens, plain text everywhere else."""
    ldm = pipeline.char_ldm
    ids = tokenize([TEXTS[0]], ldm.tokenizer, ldm.condition_length)["input_ids"]
    plain, fused = ldm.condition(ids), pipeline.text_condition(TEXTS[0])
    assert 0 < (plain != fused).any(-1).sum() < ldm.condition_length
    given = pipeline.text_condition(TEXTS[0], {"Mia": pipeline.portrait_features()[0] * 2, "Leo": torch.ones(1)})
    assert torch.equal((given != plain).any(-1), (fused != plain).any(-1)) and not torch.equal(given, fused)
    pipeline.cast.portraits.pop("Mia")  # a character without a portrait is not fused
    pipeline._portraits = None
    try:
        assert torch.equal(pipeline.text_condition(TEXTS[0]), plain)
        again = pipeline.text_condition(TEXTS[0], {"Mia": torch.ones(ldm.image_encoder.config.projection_dim)})
        assert torch.equal((again != plain).any(-1), (fused != plain).any(-1))  # unless it has a look
    finally:
        CAST.portraits["Mia"] = portrait("red")


def test_a_picture_is_the_same_alone_and_in_a_batch(pipeline):
    conditions = torch.cat([pipeline.text_condition(text) for text in TEXTS])
    together = pipeline.draw(conditions, [1, 2, 3])
    for n, picture in enumerate(together):
        (alone,) = pipeline.draw(conditions[n : n + 1], [n + 1])
        assert np.abs(np.asarray(alone).astype(int) - np.asarray(picture)).max() <= 1


def test_saving_changes_nothing(pipeline, tmp_path):
    before = pixels(pipeline.visualize(story(*TEXTS)))
    pipeline.save_pretrained(tmp_path)
    assert all((a == b).all() for a, b in zip(before, pixels(pipeline.visualize(story(*TEXTS))), strict=True))


@pytest.mark.parametrize("has", [True, False])
def test_positions_keep_their_precision(pipeline, monkeypatch, has):
    """Rotary frequencies are no weights: in bf16 they would be off by a radian two thousand tokens on."""
    monkeypatch.setattr("storygptv.pipeline.has_bf16", lambda device: has)
    frequencies = pipeline.story_llm.lm.model.rotary_emb.inv_freq.clone()
    pipeline.to("cpu", torch.bfloat16)
    assert pipeline.story_llm.lm.model.layers[0].mlp.up_proj.weight.dtype == torch.bfloat16
    assert pipeline.char_ldm.unet.dtype == (torch.bfloat16 if has else torch.float32)
    assert torch.equal(pipeline.story_llm.lm.model.rotary_emb.inv_freq, frequencies)


def test_what_only_imitates_bf16_draws_in_float32(pipeline, monkeypatch):
    monkeypatch.setattr("storygptv.pipeline.has_bf16", lambda device: False)
    for parameter in pipeline.story_llm.lm.parameters():
        parameter.data = parameter.data.bfloat16().float()
    before = pixels(pipeline.visualize(story(*TEXTS)))
    pipeline.to("cpu", torch.bfloat16)
    assert all((a == b).all() for a, b in zip(before, pixels(pipeline.visualize(story(*TEXTS))), strict=True))


def test_saved_and_loaded_it_draws_the_same(pipeline, tmp_path):
    pipeline.save_pretrained(tmp_path, dtype=None)
    loaded = StoryPipeline.from_pretrained(tmp_path)
    assert loaded.config == pipeline.config and loaded.cast.names == CAST.names
    for a, b in zip(pixels(pipeline.visualize(story(*TEXTS))), pixels(loaded.visualize(story(*TEXTS))), strict=True):
        assert (a == b).all()


def test_the_bundled_format_is_bf16_in_small_shards(pipeline, tmp_path):
    pipeline.save_pretrained(tmp_path)
    files = list(tmp_path.rglob("*.safetensors"))
    assert files and all(file.stat().st_size < 15_000_000 for file in files)
    (unet,) = (tmp_path / "unet").glob("*.safetensors")
    assert all(tensor.dtype == torch.bfloat16 for tensor in load_file(unet).values())


def test_the_bundled_weights_are_small():
    files = list(BUNDLED.rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in BUNDLED.rglob("*") if file.is_file()) <= 60_000_000
    assert all(file.stat().st_size < 20_000_000 for file in files)
    for file in (BUNDLED / "unet").glob("*.safetensors"):
        assert all(tensor.dtype == torch.bfloat16 for tensor in load_file(file).values())


def test_every_parameter_is_counted_once(pipeline):
    parts = pipeline.info()["parts"]
    whole = {p for module in (pipeline.story_llm, pipeline.char_ldm) for p in module.parameters()}
    assert sum(part["parameters"] for part in parts.values()) == sum(p.numel() for p in whole)
    assert parts["story_llm"]["parameters"] == pipeline.story_llm.image_embeds.numel()


@pytest.mark.parametrize("part", ["unet", "vae", "fusion", "text_encoder", "story_llm/mapper", "story_llm/lm"])
@pytest.mark.parametrize("harm", ["missing", "wrong shape", "cut short"])
def test_a_damaged_model_is_refused(pipeline, tmp_path, part, harm):
    pipeline.save_pretrained(tmp_path, dtype=None)
    (file,) = (tmp_path / part).glob("*.safetensors")
    tensors = load_file(file)
    name = max(tensors, key=lambda name: tensors[name].numel())
    if harm == "missing":
        del tensors[name]
    elif harm == "wrong shape":
        tensors[name] = torch.zeros(3, 5)
    save_file(tensors, file, metadata={"format": "pt"})
    if harm == "cut short":
        file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(ValueError, match="model: .* does not load"):
        StoryPipeline.from_pretrained(tmp_path)


def test_a_missing_part_is_named(pipeline, tmp_path):
    pipeline.save_pretrained(tmp_path)
    (tmp_path / "unet").rename(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="must hold the part unet"):
        StoryPipeline.from_pretrained(tmp_path)
    with pytest.raises(ValueError, match="must be a folder, a hub id or toon"):
        StoryPipeline.from_pretrained("no such folder")


# --- looks, where a reader says who is in the picture

GREEN, YELLOW = (Image.new("RGB", (48, 48), colour) for colour in ("green", "yellow"))
MIA = "Mia walk; park;"
MIA_WALKS = Scene((Figure("Mia", "walk"),), "park")


def test_looks_are_those_of_another_picture_where_a_session_is_anchored_to_it(reading_pipeline):
    looks, told = {}, {}
    for anchor in ("first", "last", "portrait"):
        session = reading_pipeline.start(anchor)
        for picture in (GREEN, YELLOW):
            session.tell("Mia walks.", MIA)
            session.see(picture)
            looks[anchor, picture.getpixel((0, 0))] = session.looks.get("Mia")
        told[anchor] = session.tell("Mia waits.", MIA)
    green, yellow = GREEN.getpixel((0, 0)), YELLOW.getpixel((0, 0))
    assert torch.equal(looks["first", green], looks["first", yellow])
    assert torch.equal(looks["first", green], looks["last", green])
    assert not torch.allclose(looks["last", green], looks["last", yellow])
    assert not any(torch.allclose(told[one], told[other]) for one, other in combinations(told, 2))
    assert looks["portrait", yellow] is None  # nobody is looked for
    with pytest.raises(ValueError, match="anchor: must be one of first, last, portrait, got 'second'"):
        reading_pipeline.start("second")


def test_a_story_llm_without_a_reader_takes_no_looks_from_pictures(pipeline):
    with pytest.raises(ValueError, match="anchor: must be first for a story LLM that has no reader .*, got 'last'"):
        pipeline.start("last")


def test_looks_are_those_of_the_first_picture(reading_pipeline):
    session = reading_pipeline.start()
    as_portrait = reading_pipeline.text_condition(session.drawable.draw(MIA_WALKS, {"Mia": Person("Mia")}).caption)
    assert torch.equal(session.tell("Mia walks.", MIA), as_portrait)  # as yet her portrait's
    session.see(None)
    assert not session.looks
    for picture in (GREEN, YELLOW):
        condition = session.tell("Mia walks.", MIA)
        session.see(picture)
    assert list(session.looks) == ["Mia"] and not torch.equal(condition, as_portrait)
    condition, mask, _ = session.named()
    pixels = reading_pipeline.pixel_values([YELLOW.resize((32, 32))], 32)
    found = reading_pipeline.char_ldm.find_characters(pixels, condition, mask)[0, 0].numpy()
    seen = reading_pipeline.crop_feature(np.asarray(GREEN.resize((32, 32))), found)
    assert torch.nn.functional.cosine_similarity(session.looks["Mia"], seen, dim=0) > 0.9  # of a green patch


def test_a_look_is_the_mean_of_several_views(pipeline):
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    mask = np.zeros((32, 32), bool)
    mask[4:28, 8:20] = True
    size, rng = pipeline.char_ldm.image_encoder.config.image_size, np.random.default_rng(0)
    views = [character_crop(picture, mask, size), *(character_crop(picture, mask, size, rng) for _ in range(VIEWS - 1))]
    pixels = pipeline.pixel_values([Image.fromarray(view) for view in views], size)
    with torch.no_grad():
        each = pipeline.char_ldm.character_features(pixels)
    assert torch.equal(pipeline.crop_feature(picture, mask), each.mean(0))
    assert torch.equal(*(pipeline.crop_feature(picture, mask) for _ in range(2)))


def test_who_is_not_found_is_not_remembered(reading_pipeline, monkeypatch):
    nowhere = lambda pixels, condition, mask: torch.zeros(1, mask.shape[1], 32, 32, dtype=torch.bool)  # noqa: E731
    monkeypatch.setattr(reading_pipeline.char_ldm, "find_characters", nowhere)
    session = reading_pipeline.start()
    session.tell("Mia walks.", MIA)
    session.see(GREEN)
    assert not session.looks
