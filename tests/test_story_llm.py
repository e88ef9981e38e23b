"""The story LLM: what is told frame by frame is what a single reading of the whole story says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, TEXTS, story_llm_of, tiny_llama, tiny_opt
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

from storygptv.models.reference_weights import MARKS as AUTHORS_MARKS
from storygptv.models.story_llm import StoryLLM, StoryLLMConfig
from storygptv.models.story_memory import StoryMemory

SENTENCES = list(TEXTS)


def gpt2(vocab_size: int):
    return GPT2LMHeadModel(
        GPT2Config(vocab_size=vocab_size, n_embd=16, n_layer=2, n_head=2, n_positions=256, n_inner=16)
    )


def of_llamas_kin(config_class):
    """A tiny model of a family that has Llama's config fields, as a function of the vocabulary's size."""
    return lambda vocab_size: AutoModelForCausalLM.from_config(
        config_class(
            vocab_size=vocab_size, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=1, head_dim=8, max_position_embeddings=256, pad_token_id=2,
        )
    )  # fmt: skip


LMS = {
    "llama": tiny_llama, "llama untied": lambda v: tiny_llama(v, tied=False), "opt": tiny_opt, "gpt2": gpt2,
    "mistral": of_llamas_kin(MistralConfig), "qwen2": of_llamas_kin(Qwen2Config),
    "qwen3": of_llamas_kin(Qwen3Config), "gemma2": of_llamas_kin(Gemma2Config),
    "gemma3": of_llamas_kin(Gemma3TextConfig),
}  # fmt: skip
EVERY_KIND = [
    pytest.param(lm, kind, first, id=f"{lm}-{kind}-{'picture' if first else 'sentence'} first")
    for lm in LMS
    for kind in ("pooled", "patches")
    for first in (False, True)
    if lm == "llama" or kind == "pooled"
]


def pictures_for(llm: StoryLLM, count: int) -> torch.Tensor:
    """Features of `count` pictures, as the config wants them."""
    width = llm.config.vision_width
    return torch.randn(count, width) if llm.config.visual_tokens == "pooled" else torch.randn(count, 9, width)


@torch.no_grad()
def read_whole(llm: StoryLLM, sentences: list[str], features: torch.Tensor, seen: list[bool]) -> torch.Tensor:
    """The conditions that one forward over the whole story gives."""
    ids = torch.tensor([llm.story_ids(sentences, seen)])
    there = [i for i in range(len(sentences) - 1) if seen[i]]
    return llm(ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None], features[there] if there else None)[1]


@pytest.mark.parametrize("marks", [{}, AUTHORS_MARKS], ids=["bare", "authors' marks"])
@pytest.mark.parametrize(("lm", "kind", "picture_first"), EVERY_KIND)
@pytest.mark.parametrize("seen", [[True] * 4, [True, False, True, True]], ids=["all seen", "one missing"])
def test_frame_by_frame_is_the_whole_story(tokenizer, lm, kind, picture_first, seen, marks):
    llm = story_llm_of(
        LMS[lm](len(tokenizer)), tokenizer, visual_tokens=kind, picture_first=picture_first,
        **({"vision_width": 8} if kind == "patches" else {}), **marks,
    )  # fmt: skip
    features = pictures_for(llm, 4)
    memory, told = StoryMemory(llm), []
    for n, sentence in enumerate(SENTENCES):
        told.append(memory.tell(sentence))
        memory.see(features[n : n + 1] if seen[n] else None)
    assert told[0].shape == (1, LENGTH, TEXT_WIDTH)
    if picture_first:
        whole = torch.cat([read_whole(llm, SENTENCES[: n + 1], features, seen[: n + 1]) for n in range(4)])
    else:
        whole = read_whole(llm, SENTENCES, features, seen)
    torch.testing.assert_close(torch.cat(told), whole, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_padded_batch_is_its_stories(llm):
    stories = [SENTENCES[:1], SENTENCES[:3]]
    features = pictures_for(llm, 2)
    ids = [torch.tensor(llm.story_ids(story)) for story in stories]
    padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
    there = torch.nn.utils.rnn.pad_sequence([torch.ones_like(i) for i in ids], batch_first=True)
    positions = torch.arange(padded.shape[1]).expand_as(padded)
    hidden, conditions = llm(padded, there, positions, features)
    assert hidden.shape == (*padded.shape, llm.width) and conditions.shape == (4, LENGTH, TEXT_WIDTH)
    alone = [read_whole(llm, story, features, [True] * len(story)) for story in stories]
    torch.testing.assert_close(conditions, torch.cat(alone), atol=1e-5, rtol=1e-5)


def test_a_story_in_ids(llm, tokenizer):
    first, second = (llm.sentence_ids(sentence) for sentence in SENTENCES[:2])
    image, picture, start = llm.image_ids, llm.picture_ids, [tokenizer.bos_token_id]
    assert image == [len(tokenizer) + r for r in range(3)] and picture == [len(tokenizer) + 3 + m for m in range(2)]
    assert llm.story_ids(SENTENCES[:2]) == start + first + image + picture + second + image
    assert llm.story_ids(SENTENCES[:2], [False, True]) == start + first + image + second + image
    paper = story_llm_of(llm.lm, tokenizer, picture_first=True)
    assert paper.story_ids(SENTENCES[:2]) == start + picture + first + second + image


def test_the_authors_story_in_ids(llm, tokenizer):
    words = lambda text: tokenizer(text, add_special_tokens=False).input_ids  # noqa: E731
    theirs = story_llm_of(llm.lm, tokenizer, picture_first=True, **AUTHORS_MARKS)
    first, second = SENTENCES[:2]
    assert theirs.story_ids(SENTENCES[:2]) == [
        tokenizer.bos_token_id, *words(" Image: <img>"), *theirs.picture_ids, *words(f"</img> Caption: {first}"),
        *words(f" Caption: {second} Image:"), *theirs.image_ids,
    ]  # fmt: skip
    assert theirs.story_ids(SENTENCES[:1]) == [
        tokenizer.bos_token_id, *words(f" Caption: {first} Image:"), *theirs.image_ids
    ]  # fmt: skip


@torch.no_grad()
def test_embeddings_are_words_images_and_pictures_in_reading_order(llm):
    features = pictures_for(llm, 2)
    word, image, picture = 5, llm.image_ids, llm.picture_ids
    embeds = llm.embed(torch.tensor([[word, *image, *picture], [*picture, *image, word]]), features)
    visual = llm.visual(features)
    assert torch.equal(embeds[0, 0], llm.lm.get_input_embeddings().weight[word])
    assert torch.equal(embeds[0, 1:4], llm.image_embeds) and torch.equal(embeds[1, 2:5], llm.image_embeds)
    assert torch.equal(embeds[0, 4:], visual[0]) and torch.equal(embeds[1, :2], visual[1])


def test_logits_are_words_then_image_tokens(llm):
    hidden = torch.randn(2, 3, llm.width)
    logits = llm.logits(hidden)
    assert logits.shape == (2, 3, llm.vocab_size + 3)
    torch.testing.assert_close(logits[..., : llm.vocab_size], llm.lm.lm_head(hidden))
    torch.testing.assert_close(logits[0, 0, llm.vocab_size + 1], hidden[0, 0] @ llm.image_embeds[1])


def holds(frame: list, words: list[int]) -> bool:
    """Whether what a memory keeps of a frame has these words in a row."""
    ids = [i for part, *_ in frame for i in part]
    return any(ids[start : start + len(words)] == words for start in range(len(ids)))


@pytest.mark.parametrize("picture_first", [False, True], ids=["sentence first", "picture first"])
def test_forgetting_drops_the_oldest_frames_but_the_first(tokenizer, picture_first):
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, picture_first=picture_first)
    sentences = [f"{TEXTS[n % 4]} {n}" for n in range(9)]
    features = pictures_for(llm, 9)
    memory = StoryMemory(llm, max_tokens=4 * len(llm.story_ids(sentences[:1])))
    forgot = False
    for n, sentence in enumerate(sentences):
        condition = memory.tell(sentence)
        told = [llm.sentence_ids(s) for s in sentences[: n + 1]]
        kept = [i for i, ids in enumerate(told) if any(holds(frame, ids) for frame in memory.frames)]
        before = [i for i in kept if i != n]
        assert memory.length <= memory.max_tokens and memory.length == memory.cache.get_seq_length()
        if n:  # the first frame, and the latest ones without a gap
            assert kept[0] == 0 and before[1:] == list(range(n - len(before) + 1, n))
        forgot |= len(before) < n
        fresh = StoryMemory(llm)
        for i in before:
            fresh.tell(sentences[i])
            fresh.see(features[i : i + 1])
        torch.testing.assert_close(condition, fresh.tell(sentence), atol=1e-4, rtol=1e-4)
        memory.see(features[n : n + 1])
    assert forgot


@pytest.mark.parametrize("picture_first", [False, True], ids=["sentence first", "picture first"])
def test_writing_leaves_the_memory_as_it_was(tokenizer, picture_first):
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, picture_first=picture_first)
    features = pictures_for(llm, 1)
    told = []
    for times in (0, 2):
        memory = StoryMemory(llm)
        memory.tell(SENTENCES[0])
        memory.see(features)
        length = memory.cache.get_seq_length()
        written = [memory.write(torch.Generator().manual_seed(3), max_tokens=6) for _ in range(times)]
        assert len(set(written)) <= 1  # the same words each time
        assert memory.length == memory.cache.get_seq_length() == length
        told.append(memory.tell(SENTENCES[1]))
    torch.testing.assert_close(told[0], told[1], atol=1e-5, rtol=1e-5)


def test_writing_stops_where_the_model_would_draw(llm):
    memory = StoryMemory(llm)
    memory.tell(SENTENCES[0])
    memory.see(None)
    with torch.no_grad():
        llm.image_embeds.copy_(memory.last_hidden * 1000)  # the model wants nothing but to draw ...
    text = memory.write(torch.Generator().manual_seed(0), max_tokens=50)
    assert len(llm.tokenizer(text, add_special_tokens=False).input_ids) < 50  # ... as soon as it may


@torch.no_grad()
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_saved_is_loaded(tokenizer, tied, tmp_path):
    llm = story_llm_of(tiny_llama(len(tokenizer), tied), tokenizer)
    llm.save(tmp_path)
    loaded = StoryLLM.from_folder(tmp_path).eval()
    assert loaded.config == llm.config
    state = llm.state_dict()
    assert state.keys() == loaded.state_dict().keys()
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, state[name]), name
    features = pictures_for(llm, 1)
    whole = [read_whole(model, SENTENCES[:2], features, [True, True]) for model in (llm, loaded)]
    assert torch.equal(*whole)
    assert loaded.logits(torch.ones(llm.width)).equal(llm.logits(torch.ones(llm.width)))


def test_a_folder_that_does_not_fit_its_config_is_refused(llm, tmp_path):
    llm.save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_image_tokens": 5}))
    with pytest.raises(ValueError, match="does not fit its config: image_embeds"):
        StoryLLM.from_folder(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config | {"visual_tokens": "patches"}))
    with pytest.raises(ValueError, match="visual.queries"):
        StoryLLM.from_folder(tmp_path)


@pytest.fixture
def says_who(tokenizer) -> StoryLLM:
    """A story LLM that says who of three is in the picture before it draws."""
    return story_llm_of(tiny_llama(len(tokenizer)), tokenizer, num_character_slots=3, cast_tokens=True)


def wants(llm: StoryLLM, monkeypatch, *said: int) -> None:
    """Have it want to say these cast tokens, one after the other, and then [IMG]."""
    order = iter([*(llm.cast_ids[slot] for slot in said), llm.image_ids[0]])

    def logits(hidden):
        return torch.zeros(llm.vocab_size + 6).index_fill(0, llm.places(torch.tensor([next(order)])), 1.0)

    monkeypatch.setattr(llm, "logits", logits)


def test_cast_tokens_stand_between_a_sentence_and_its_picture(says_who):
    llm = says_who
    last = llm.picture_ids[-1]
    assert llm.cast_ids == [last + 1, last + 2, last + 3]
    told = [llm.sentence_ids(sentence) for sentence in SENTENCES[:2]]
    assert llm.story_ids(SENTENCES[:2], None, [[2, 0], []]) == [
        llm.start_id, *told[0], last + 3, last + 1, *llm.image_ids, *llm.picture_ids, *told[1], *llm.image_ids
    ]  # fmt: skip


@torch.no_grad()
def test_cast_tokens_are_embedded_and_said(says_who):
    llm = says_who
    features = pictures_for(llm, 1)
    ids = torch.tensor([[llm.cast_ids[1], *llm.picture_ids, 5, llm.image_ids[2]]])
    embeds = llm.embed(ids, features)[0]
    assert torch.equal(embeds[0], llm.cast_embeds[1]) and torch.equal(embeds[1:3], llm.visual(features)[0])
    hidden = torch.randn(llm.width)
    sayable = torch.tensor([5, llm.image_ids[2], llm.cast_ids[1]])
    rows = torch.stack((llm.lm.get_input_embeddings().weight[5], llm.image_embeds[2], llm.cast_embeds[1]))
    torch.testing.assert_close(llm.logits(hidden)[llm.places(sayable)], rows @ hidden)


def test_who_was_said_is_read_by_later_frames(says_who, monkeypatch):
    """Frame by frame is the whole story with the cast that was said."""
    llm, features = says_who, pictures_for(says_who, 3)
    casts, memory, told = [[2, 0], [], [0, 1, 2]], StoryMemory(says_who), []
    for n, cast in enumerate(casts):
        wants(llm, monkeypatch, *cast)
        told.append(memory.tell(SENTENCES[n]))
        assert memory.cast == cast and (memory.presence[0] > 0.5).nonzero()[:, 0].tolist() == sorted(cast)
        memory.see(features[n : n + 1])
    ids = torch.tensor([llm.story_ids(SENTENCES[:3], None, casts)])
    with torch.no_grad():
        whole = llm(ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None], features[:2])[1]
    torch.testing.assert_close(torch.cat(told), whole, atol=1e-4, rtol=1e-4)
    assert memory.frames[0][0].ids == llm.told_ids(SENTENCES[0], casts[0])


@pytest.fixture
def sees_looks(says_who) -> StoryLLM:
    """A story LLM that compares words with what each of three was seen to look like."""
    says_who.add_look_match(8)
    says_who.look_match.scale.data.fill_(3.0)
    return says_who


@torch.no_grad()
def test_looks_are_compared_with_the_words_that_are_asked_for(sees_looks):
    match, width = sees_looks.look_match, sees_looks.width
    match.query.weight.zero_()
    match.key.weight.zero_()
    match.query.bias.fill_(1.0)
    match.key.weight[:, 0] = 100.0  # only words whose hidden state says so are attended to
    hidden, words, embeds = torch.randn(2, width), torch.zeros(4, width), torch.randn(4, width)
    words[2, 0], words[3, 0] = 1.0, 2.0
    mask = torch.tensor([[True, True, True, False], [True, True, False, False]])
    asked = match.attend(hidden, words, embeds, mask)
    torch.testing.assert_close(asked[0], embeds[2])
    match.null_logit.fill_(1e4)
    assert not match.attend(hidden, words, embeds, mask).any()  # it may be nothing at all
    looks = torch.randn(3, 8)
    looks[1] = 0.0  # not seen
    added = match(asked, looks)[0]
    want = 3.0 * (match.look(looks) @ embeds[2]) * torch.tensor([1.0, 0.0, 1.0])
    torch.testing.assert_close(added, want, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_new_a_look_match_adds_nothing_and_looks_begin_as_words(says_who):
    llm = says_who
    llm.add_look_match(8)
    assert not llm.look_match(torch.randn(2, llm.width), torch.randn(3, 8)).any()
    hats, colours = torch.randn(2, 8), torch.randn(3, 8)  # what features show of two words and of three
    shown = [(hat, colour) for hat in range(2) for colour in range(3)] * 4
    features = 5 + torch.stack([hats[hat] + colours[colour] for hat, colour in shown])
    words = ("ball", "park"), ("red", "The", "walks")
    llm.init_look_match(features, [(words[0][hat], words[1][colour]) for hat, colour in shown])
    table, look = llm.lm.get_input_embeddings().weight, llm.look_match.look
    of = lambda word: table[llm.text_ids(f" {word}")].mean(0)  # noqa: E731
    for (hat, colour), feature in zip(shown, features, strict=True):
        want = of(words[0][hat]) + of(words[1][colour])
        assert torch.nn.functional.cosine_similarity(look(feature), want, dim=0) > 0.95
    llm.init_look_match(features[:1], [("ball", "red")])  # of one crop nothing is learnt but what it wears
    torch.testing.assert_close(look(features[5]), of("ball") + of("red"))


def test_frame_by_frame_looks_say_what_they_say_of_whole_stories(sees_looks, monkeypatch):
    """Of two stories in a batch, the one of three frames, the other of two, whose first picture is not seen."""
    llm, features, looks = sees_looks, pictures_for(sees_looks, 3), torch.randn(3, 8)
    llm.config = replace(llm.config, before_sentence=" Caption: ", before_image=" Image:")
    casts, seen = ([[2, 0], [0], [0, 1]], [[1], [2]]), ([True, True, False], [False, False])
    told, said = [SENTENCES[:3], SENTENCES[1:3]], []
    for story in (0, 1):
        memory = StoryMemory(llm)
        describe = memory._described
        for n, cast in enumerate(casts[story]):
            said.append([])
            keep = lambda *those, to=said[-1], of=describe: to.append(of(*those)) or torch.zeros(3)  # noqa: E731
            monkeypatch.setattr(memory, "_described", keep)
            wants(llm, monkeypatch, *cast)
            memory.tell(told[story][n])
            there = features[n : n + 1] if seen[story][n] else None
            memory.see(there, {} if there is None else {slot: looks[slot] for slot in cast})
    assert [len(each) for each in said] == [0, 2, 3, 0, 0]  # of the first, and of the other story, nobody was seen yet
    ids = [torch.tensor(llm.story_ids(told[story], seen[story], casts[story])) for story in (0, 1)]
    there = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=-1) >= 0
    ids = nn.utils.rnn.pad_sequence(ids, batch_first=True)
    remembered = torch.zeros(2, 3, 3, 8)
    remembered[0, 1:, [0, 2]] = looks[[0, 2]]
    with torch.no_grad():
        positions = torch.arange(ids.shape[1]).expand(2, -1)
        hidden = llm(ids, there.long(), positions, features[:2])[0]
        whole = llm.described(ids, hidden, remembered)
    is_word = ids[0] < llm.vocab_size
    ends = (is_word[:-1] & ~is_word[1:]).nonzero()[:, 0].tolist()  # of the sentences
    assert not whole[0, : ends[0] + 1].any() and not whole[1].any()
    for n in (1, 2):  # after the sentence, and after each who is said
        at = slice(ends[n], ends[n] + len(said[n]))
        torch.testing.assert_close(torch.stack(said[n]), whole[0, at], atol=1e-4, rtol=1e-4)
        assert whole[0, at][:, [0, 2]].all() and not whole[0, at][:, 1].any()


def test_what_was_seen_is_never_forgotten(sees_looks, monkeypatch):
    llm, memory, looks = sees_looks, StoryMemory(sees_looks, 60), torch.randn(3, 8)
    for slot in (0, 1, 1, 1, 1):
        wants(llm, monkeypatch, slot)
        memory.tell(SENTENCES[0])
        memory.see(pictures_for(llm, 1), {slot: looks[slot]})
    assert len(memory.frames) < 5 and sorted(memory.looks) == [0, 1]
    assert torch.equal(memory.looks[0], looks[0])


def test_looks_are_of_cast_tokens_and_told_before_they_are_seen():
    with pytest.raises(ValueError, match="look_width: is of cast tokens, cast_tokens must be true, got 8"):
        StoryLLMConfig(16, num_character_slots=3, look_width=8)
    for name, value in {"picture_first": True, "before_picture": " Image: ", "after_picture": "."}.items():
        message = f"{name}: must not be set where words are compared with looks, got {value!r}"
        with pytest.raises(ValueError, match=message):
            StoryLLMConfig(16, num_character_slots=3, cast_tokens=True, look_width=8, **{name: value})


def test_looks_are_as_wide_as_the_image_encoder_gives_them(says_who):
    says_who.check_looks(16)  # nothing is compared
    says_who.add_look_match(8)
    says_who.check_looks(8)
    with pytest.raises(ValueError, match="story_llm: compares words with looks 8 wide, and the image encoder's are 16"):
        says_who.check_looks(16)


def test_nobody_is_said_twice(says_who, monkeypatch):
    llm, memory = says_who, StoryMemory(says_who)
    always_first = torch.zeros(llm.vocab_size + 6)
    always_first[llm.places(torch.tensor([llm.cast_ids[0]]))] = 2.0
    always_first[llm.image_ids[0]] = 1.0
    monkeypatch.setattr(llm, "logits", lambda hidden: always_first.clone())
    memory.tell(SENTENCES[0])
    assert memory.cast == [0]


def test_a_story_told_on_ends_a_sentence_where_the_cast_begins(says_who, monkeypatch):
    llm, memory = says_who, StoryMemory(says_who)
    wants(llm, monkeypatch)
    memory.tell(SENTENCES[0])
    with torch.no_grad():
        llm.cast_embeds.copy_(memory.last_hidden * 1000)
    monkeypatch.undo()
    assert len(llm.text_ids(memory.write(torch.Generator().manual_seed(0), max_tokens=50))) < 50


def test_a_head_gives_way_to_cast_tokens_that_begin_as_names(tokenizer, tmp_path):
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, num_character_slots=2)
    llm.add_cast_tokens(["Mia", "Mrs. Plum"])
    words = llm.lm.get_input_embeddings().weight
    assert torch.equal(llm.cast_embeds[1], words[llm.text_ids(" Mrs. Plum")].mean(0))
    llm.save(tmp_path)
    again = StoryLLM.from_folder(tmp_path)
    assert again.config.cast_tokens and torch.equal(again.cast_embeds, llm.cast_embeds) and again.presence is None


def test_config_names_the_field_the_rule_and_the_value():
    with pytest.raises(ValueError, match="visual_tokens must be 'pooled' or 'patches', got 'pixels'"):
        StoryLLMConfig(8, visual_tokens="pixels")
    with pytest.raises(ValueError, match="num_image_tokens must be at least 1, got 0"):
        StoryLLMConfig(8, num_image_tokens=0)
    with pytest.raises(ValueError, match="cast_tokens: .* num_character_slots must be at least 1, got 0"):
        StoryLLMConfig(8, cast_tokens=True)


@pytest.mark.parametrize("kind", ["pooled", "patches"])
def test_training_under_bfloat16_autocast_reaches_every_part(tokenizer, kind):
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, visual_tokens=kind).train()
    ids = torch.tensor([llm.story_ids(SENTENCES[:3])])
    with torch.autocast("cpu", torch.bfloat16):
        hidden, conditions = llm(ids, torch.ones_like(ids), torch.arange(ids.shape[1])[None], pictures_for(llm, 2))
        loss = llm.logits(hidden).float().logsumexp(-1).mean() + conditions.float().square().mean()
    loss.backward()
    without = [name for name, p in llm.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
    assert without == []
