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
from storygptv.models.story_memory import StoryMemory
from storygptv.pipeline import VIEWS, StoryPipeline, _rename
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


def test_names_are_exchanged_at_once_and_whole():
    assert _rename("Mia and Mian meet Leo.", {"Mia": "Leo", "Leo": "Mia"}) == "Leo and Mian meet Mia."


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


def test_the_bundled_weights_are_small_and_know_who_is_meant():
    files = list(BUNDLED.rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in BUNDLED.rglob("*") if file.is_file()) <= 48_000_000
    assert all(file.stat().st_size < 15_000_000 for file in files)
    for file in (BUNDLED / "unet").glob("*.safetensors"):
        assert all(tensor.dtype == torch.bfloat16 for tensor in load_file(file).values())
    bundled = StoryPipeline.from_pretrained("toon")
    session = bundled.start()
    told = ("Mia and Leo walk in the park.", "She waves to him.", "Mrs. Plum reads a book.")
    there = []
    for text in told:
        session.tell(text)
        meant = zip(bundled.cast.names, session.meant()[0].tolist(), strict=True)
        there.append({name for name, surely in meant if surely > 0.5})
        session.see(None)
    assert there == [{"Mia", "Leo"}, {"Mia", "Leo"}, {"Mrs. Plum"}]


def test_the_bundled_story_llm_finds_whom_pictures_showed_so(tmp_path):
    """ "The one in the green scarf", where no text tells who that is."""
    from storygptv.data.store import StoryData
    from storygptv.evaluation.naming import meant_scores
    from storygptv.toon.dataset import write_toon

    write_toon("val", stories=20, frames=5, seed=9, size=128, out=tmp_path / "val", by_look=0.6)
    data, bundled = StoryData.load(tmp_path / "val"), StoryPipeline.from_pretrained("toon")
    told = [meant_scores(bundled, data, 20, pictures=shown)["references"]["look_open"] for shown in (False, True)]
    assert told[0]["mentions"] >= 20
    assert told[1]["resolved"] > 0.85 > told[0]["resolved"] + 0.05


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


@pytest.fixture
def with_slots(char_ldm, tokenizer, monkeypatch) -> StoryPipeline:
    """A pipeline whose story LLM has a slot each for Mia and Mrs. Plum, and finds Mia in every picture."""
    pipeline = pipeline_of(char_ldm, tokenizer, CAST, num_character_slots=2)
    monkeypatch.setattr(pipeline.story_llm, "presence_logits", lambda condition: torch.tensor([[1.0, -1.0]]))
    return pipeline


def test_looks_are_those_of_another_picture_where_a_session_is_anchored_to_it(with_slots):
    looks, told = {}, {}
    for anchor in ("first", "last", "portrait"):
        session = with_slots.start(anchor)
        for colour in ("green", "yellow"):
            session.tell(TEXTS[1])
            session.see(Image.new("RGB", (48, 48), colour))
            looks[anchor, colour] = session.looks[0]
        told[anchor] = session.tell(TEXTS[0])
    assert torch.equal(looks["first", "green"], looks["first", "yellow"])
    assert torch.equal(looks["first", "green"], looks["last", "green"])
    assert not torch.allclose(looks["last", "green"], looks["last", "yellow"])
    assert not any(torch.allclose(told[one], told[other]) for one, other in combinations(told, 2))
    assert torch.equal(looks["portrait", "yellow"], looks["first", "yellow"])  # read all the same, but not drawn
    with pytest.raises(ValueError, match="anchor: must be one of first, last, portrait, got 'second'"):
        with_slots.start("second")


def test_looks_are_those_of_the_first_picture(with_slots):
    session, fusion = with_slots.start(), with_slots.char_ldm.fusion
    told = session.memory.tell(TEXTS[0])
    session = with_slots.start()
    features = with_slots.portrait_features()[None]
    token_mask = torch.zeros(1, 2, told.shape[1], dtype=torch.bool)
    token_mask[0, 0, 0] = True
    with torch.no_grad():
        assert torch.equal(session.tell(TEXTS[0]), fusion(told, features, token_mask))  # as yet her portrait's
    session.see(None)
    assert not session.looks
    conditions = []
    for colour in ("green", "yellow"):
        session.tell(TEXTS[1])
        session.see(Image.new("RGB", (48, 48), colour))
        conditions.append(session.looks[0])
    assert torch.equal(*conditions) and list(session.looks) == [0]
    mask = with_slots.char_ldm.find_characters(
        with_slots.pixel_values([Image.new("RGB", (32, 32), "yellow")], 32), session._condition, token_mask
    )[0, 0].numpy()
    seen = with_slots.crop_feature(np.asarray(Image.new("RGB", (32, 32), "green")), mask)
    assert not torch.allclose(session.looks[0], with_slots.portrait_features()[0])
    assert torch.nn.functional.cosine_similarity(session.looks[0], seen, dim=0) > 0.9  # of a green patch


def test_a_look_is_the_mean_of_several_views(with_slots):
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    mask = np.zeros((32, 32), bool)
    mask[4:28, 8:20] = True
    size, rng = with_slots.char_ldm.image_encoder.config.image_size, np.random.default_rng(0)
    views = [character_crop(picture, mask, size), *(character_crop(picture, mask, size, rng) for _ in range(VIEWS - 1))]
    pixels = with_slots.pixel_values([Image.fromarray(view) for view in views], size)
    with torch.no_grad():
        each = with_slots.char_ldm.character_features(pixels)
    assert torch.equal(with_slots.crop_feature(picture, mask), each.mean(0))
    assert torch.equal(*(with_slots.crop_feature(picture, mask) for _ in range(2)))


def test_who_was_said_is_drawn_and_remembered(with_slots, monkeypatch):
    llm = with_slots.story_llm
    llm.add_cast_tokens()
    session = with_slots.start()
    monkeypatch.setattr(session.memory, "_say_who", lambda *_: ([1], torch.tensor([[0.2, 0.9]])))
    session.tell(TEXTS[0])
    assert session._token_mask[0].any(-1).tolist() == [False, True]
    session.see(Image.new("RGB", (32, 32), "green"))
    assert list(session.looks) == [1]


@pytest.mark.parametrize("anchor", ["first", "last", "portrait"])
def test_what_is_seen_of_somebody_is_what_words_are_compared_with(anchor, with_slots, monkeypatch):
    llm = with_slots.story_llm
    llm.add_cast_tokens()
    session = with_slots.start()
    session.tell(TEXTS[0])
    session.memory.see(None, {1: torch.ones(8)})
    assert not session.memory.looks  # this one compares nothing
    llm.add_look_match(with_slots.char_ldm.image_encoder.config.projection_dim)
    session = with_slots.start(anchor)
    monkeypatch.setattr(session.memory, "_say_who", lambda *_: ([1], torch.tensor([[0.2, 0.9]])))
    session.tell(TEXTS[0])
    session.see(Image.new("RGB", (32, 32), "green"))
    seen = dict(session.memory.looks)
    assert list(seen) == [1] and torch.equal(seen[1], session.looks[1])
    session.tell(TEXTS[1])
    session.see(Image.new("RGB", (32, 32), "red"))
    assert torch.equal(session.memory.looks[1], seen[1]) == (anchor != "last")  # as it was first seen, or last
    assert torch.equal(session.memory.looks[1], session.looks[1])


def test_words_are_compared_with_given_pictures_alone(with_slots, monkeypatch, tmp_path):
    """A story that was told before its drawings cannot mean what they show."""
    llm = with_slots.story_llm
    llm.add_cast_tokens()
    llm.add_look_match(with_slots.char_ldm.image_encoder.config.projection_dim)
    monkeypatch.setattr(StoryMemory, "_say_who", lambda *_: ([1], torch.tensor([[0.2, 0.9]])))
    given = tmp_path / "given.png"
    Image.new("RGB", (32, 32), "green").save(given)
    drawn = Image.new("RGB", (32, 32), "red")
    for image, known in ((given, [1]), (None, [])):
        session = with_slots.resume(Story("s", (), (Frame(TEXTS[0], image),)), [drawn])
        assert list(session.looks) == [1] and list(session.memory.looks) == known
    session, told = with_slots.start(), []
    monkeypatch.setattr(with_slots, "start", lambda: session)
    see = session.see
    monkeypatch.setattr(session, "see", lambda picture, given: told.append(given) or see(picture, given))
    list(with_slots.visualize(Story("s", (), (Frame(TEXTS[0], given), Frame(TEXTS[1])))))
    assert told == [True, False] and list(session.memory.looks) == [1]


def test_words_of_somebody_who_knows_the_drawings_are_compared_with_them(with_slots, monkeypatch):
    llm = with_slots.story_llm
    llm.add_cast_tokens()
    llm.add_look_match(with_slots.char_ldm.image_encoder.config.projection_dim)
    compared = []
    who = lambda memory, ids, words, looks: compared.append(dict(looks)) or ([1], torch.tensor([[0.2, 0.9]]))  # noqa: E731
    monkeypatch.setattr(StoryMemory, "_say_who", who)
    told = [Frame(TEXTS[0]), Frame(TEXTS[1], None, True), Frame(TEXTS[0])]
    drawn = list(with_slots.visualize(Story("s", (), tuple(told))))
    assert [list(looks) for looks in compared] == [[], [1], []]  # of that one sentence alone
    assert [frame.knows_drawings for frame in drawn] == [False, True, False]
    pictures, first = [frame.image for frame in drawn], compared[1][1]
    compared.clear()
    with_slots.resume(Story("s", (), tuple(told)), pictures)
    assert [list(looks) for looks in compared] == [[], [1], []] and torch.equal(compared[1][1], first)


def test_who_is_not_found_is_not_remembered(with_slots, monkeypatch):
    nowhere = lambda pixels, *_: torch.zeros(1, 2, *pixels.shape[-2:], dtype=torch.bool)  # noqa: E731
    monkeypatch.setattr(with_slots.char_ldm, "find_characters", nowhere)
    session = with_slots.start()
    session.tell(TEXTS[0])
    session.see(Image.new("RGB", (32, 32), "green"))
    assert not session.looks


def test_slots_are_saved_and_fit_the_cast(with_slots, tmp_path):
    with_slots.save_pretrained(tmp_path, dtype=None)
    again = StoryPipeline.from_pretrained(tmp_path)
    again.save_pretrained(tmp_path / "again")
    assert not [file for file in (tmp_path / "again").rglob("*.json") if str(tmp_path) in file.read_text()]
    assert torch.equal(again.story_llm.presence.weight, with_slots.story_llm.presence.weight)
    alone = replace(CAST, characters=CAST.characters[:1], portraits={"Mia": CAST.portraits["Mia"]})
    alone.save(tmp_path)
    with pytest.raises(ValueError, match="cast: must be the 2 characters of the story LLM's slots, got 1"):
        StoryPipeline.from_pretrained(tmp_path)
