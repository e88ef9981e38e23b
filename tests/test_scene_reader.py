"""Reading with a language model: what is said always follows the grammar, whatever the weights."""

from dataclasses import replace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from storygptv.models.scene_reader import SceneReader, SceneReaderConfig
from storygptv.models.scene_tokens import StoryTokenizer, scene_pieces
from storygptv.models.story_reader import _chances
from storygptv.scene import KINDS, Person, Scene
from storygptv.training.tokenizers import train_tokenizer

STORY = ["Tom took his dog Rex to the park.", "He threw a ball.", "An old man waved at them, and they all sat down."]


@pytest.fixture(scope="module")
def tokenizer():
    texts = [*STORY, "+ Tom: boy", "= Tom walk (ball), Rex walk; park, night; ball", " ".join(KINDS)]
    return train_tokenizer(texts * 3, 400, 2048, lowercase=False)


def reader_of(tokenizer, seed=0, positions=2048):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=positions, initializer_range=0.2,
    )  # fmt: skip
    return SceneReader(LlamaForCausalLM(config), tokenizer)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_weights_a_scene_parses_and_names_people_of_the_story(tokenizer, seed):
    story = reader_of(tokenizer, seed).begin()
    for sentence in STORY:
        reading = story.read(sentence)
        assert 1 <= len(reading.scene.figures) <= 5 and set(reading.scene.names) <= set(story.people)
        assert Scene.parse(reading.scene.line(), story.people) == reading.scene
        assert all(0 <= chance <= 1 for chance in reading.probabilities)


def test_reading_frame_by_frame_is_reading_the_whole_story_at_once(tokenizer):
    reader = reader_of(tokenizer)
    story, tokens = reader.begin(), StoryTokenizer(tokenizer)
    ids = tokens.known([])
    for sentence in STORY:
        reading = story.read(sentence)
        ids += [*tokens.sentence(sentence), *tokens.said(reading.new, reading.scene)]
    with torch.no_grad():
        whole = reader.lm(torch.tensor([ids])).logits[0, -1]
    assert story.length == len(ids)
    torch.testing.assert_close(story.decoder.logits(), whole, rtol=1e-4, atol=1e-4)


def test_a_scene_that_is_told_leads_where_reading_it_would(tokenizer):
    reader = reader_of(tokenizer)
    read, told = reader.begin(), reader.begin()
    reading = read.read(STORY[0])
    told.tell(STORY[0], reading.scene, reading.new)
    one, other = read.read(STORY[1]), told.read(STORY[1])
    assert (one.scene, one.new) == (other.scene, other.new)
    assert one.probabilities == pytest.approx(other.probabilities)


def test_the_cast_is_known_wherever_a_sentence_names_it(tokenizer):
    cast = {"Tom": Person("Tom", "robot")}
    reading = reader_of(tokenizer).begin(cast).read("tom waved.")
    assert reading.new[0] == Person("Tom", "robot")


def test_a_mended_scene_may_show_whom_the_sentence_names(tokenizer):
    story = reader_of(tokenizer).begin({"Mia": Person("Mia", "girl")})
    reading = story.take("Tom hugged her.", "Tom hug Mia, Mia stand; park;")
    assert [person.name for person in reading.new] == ["Tom", "Mia"] and reading.probabilities == (1.0, 1.0)
    with pytest.raises(ValueError, match="'Zed walk' begins with nobody"):
        story.take("They left.", "Zed walk; park;")


def test_a_story_longer_than_the_context_forgets_its_oldest_frames(tokenizer):
    story = reader_of(tokenizer, positions=700).begin()
    for _ in range(6):
        for sentence in STORY:
            assert set(story.read(sentence).scene.names) <= set(story.people)
            assert story.length <= 700
    assert 1 <= len(story._frames) < 18


def test_a_sentence_longer_than_the_context_is_refused_in_one_sentence(tokenizer):
    with pytest.raises(ValueError, match="at most 192 tokens"):
        reader_of(tokenizer, positions=192).begin().read(" ".join(STORY * 3))


def test_sentences_that_are_written_are_new_and_name_nobody_unknown(tokenizer):
    story = reader_of(tokenizer).begin()
    story.read(STORY[0])
    length = story.length
    text = story.write(torch.Generator().manual_seed(0))
    assert text.strip() and story.length == length
    assert text == story.write(torch.Generator().manual_seed(0))


def test_who_came_first_does_not_speak_against_who_came_second():
    chances = _chances(["Mia", "Leo"], [({"Mia": 0.5, "Leo": 0.5, "Pip": 0.0}, 0.0), ({"Leo": 0.9, "Pip": 0.0}, 0.1)])
    assert chances == [1.0, 0.9]


def test_pieces_of_a_scene_are_its_line():
    scene = Scene.parse("Mia give Leo (cake) happy, Leo stand; park, night; cake", ["Mia", "Leo"])
    assert "".join(scene_pieces(scene)) == f"= {scene.line()}\n"
    assert "".join(scene_pieces(replace(scene, props=()))) == "= Mia give Leo (cake) happy, Leo stand; park, night;\n"


def test_calibration_keeps_the_order_of_probabilities(tokenizer):
    story = reader_of(tokenizer).begin()
    story.certainty = (0.5, -0.2)
    low, high = story._calibrated(0.3), story._calibrated(0.9)
    assert 0 < low < high < 1 and SceneReaderConfig().certainty == (1.0, 0.0)


def test_the_bundled_reader_reads_what_people_write():
    """In another case, with people nobody has heard of, and with somebody who is not there."""
    from storygptv.reading import load_reader, read_story
    from storygptv.story import Story

    told = "mia and leo walk in the park.\nShe throws him a ball.\nA dragon lands beside them."
    read = read_story(Story.from_text(told), *load_reader("toon"))
    there = [{each["name"] for each in frame["people"]} for frame in read["frames"]]
    assert there[:2] == [{"Mia", "Leo"}] * 2 and there[2] >= {"the dragon"}
    assert [frame["place"] for frame in read["frames"]] == ["park"] * 3
    kinds = {each["name"]: each["kind"] for each in read["cast"]}
    assert kinds == {"Mia": "girl", "Leo": "boy", "the dragon": "dragon"}
    assert read["frames"][1]["people"][0]["action"] == "throw" and "ball" in read["frames"][1]["props"]
    strangers = Story.from_text("Tom and his grandma bake a cake in the kitchen.\nHe eats it.")
    read = read_story(strangers, *load_reader("toon"))
    tom, grandma = (each["kind"] for each in read["cast"])
    assert tom in ("boy", "man") and grandma == "old woman"
    assert read["frames"][1]["people"][0]["name"] == "Tom" and read["frames"][1]["people"][0]["action"] == "eat"
