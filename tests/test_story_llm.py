"""The story LLM: what is told frame by frame is what a single reading of the whole story says."""

from __future__ import annotations

import json

import pytest
import torch
from conftest import LENGTH, TEXT_WIDTH, TEXTS, story_llm_of, tiny_llama, tiny_opt
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


def test_a_story_goes_on_whatever_fits_beside_a_sentence_or_is_refused(llm):
    """With two frames or fewer there is nothing between the first and the last to forget."""
    told = len(llm.told_ids(SENTENCES[0]))
    memory = StoryMemory(llm, max_tokens=told + len(llm.picture_ids) + 1)
    for _ in range(3):
        memory.tell(SENTENCES[0])
        memory.see(pictures_for(llm, 1))
        assert len(memory.frames) == 1 and memory.length == memory.max_tokens
    with pytest.raises(ValueError, match=f"too long for the language model, which reads at most {memory.max_tokens}"):
        memory.tell(" ".join(SENTENCES))
    with pytest.raises(ValueError, match="the sentence is too long"):
        memory.write(torch.Generator().manual_seed(0))
    memory = StoryMemory(llm, max_tokens=told + 1)
    memory.tell(SENTENCES[0])
    with pytest.raises(ValueError, match="the sentence is too long"):  # with its picture
        memory.see(pictures_for(llm, 1))


def test_config_names_the_field_the_rule_and_the_value():
    with pytest.raises(ValueError, match="visual_tokens must be 'pooled' or 'patches', got 'pixels'"):
        StoryLLMConfig(8, visual_tokens="pixels")
    with pytest.raises(ValueError, match="num_image_tokens must be at least 1, got 0"):
        StoryLLMConfig(8, num_image_tokens=0)


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
