"""A model begun from Stable Diffusion, CLIP and a language model, each read by name, and trained."""

from __future__ import annotations

import pytest
import torch
from conftest import LENGTH, tiny_llama
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    CLIPModel,
    CLIPTextModel,
)

from storygptv.models.char_ldm import CharLDM
from storygptv.models.loading import load_language_model
from storygptv.models.story_llm import StoryLLM
from storygptv.training import train


@pytest.fixture
def begun(command, sd_folder, clip_folder, tmp_path):
    out = tmp_path / "m"
    status, _, err = command("import", "stable-diffusion", "--base", sd_folder, "--clip", clip_folder, "--out", out)
    assert status == 0, err
    return out


QUICK = {"steps": 2, "batch_size": 2, "warmup_steps": 1, "log": lambda line: None}


@torch.no_grad()
def test_a_model_begun_from_stable_diffusion_is_the_same_model(begun, sd_folder, clip_folder):
    char_ldm = CharLDM.from_folder(begun).eval()
    ids = torch.randint(3, 30, (1, LENGTH))
    text = CLIPTextModel.from_pretrained(sd_folder / "text_encoder").eval()
    assert torch.equal(char_ldm.condition(ids), text(ids).last_hidden_state)
    assert char_ldm.scheduler.config.prediction_type == "epsilon"
    clip, picture = CLIPModel.from_pretrained(clip_folder).eval(), torch.rand(1, 3, 32, 32)
    mean, std = (torch.tensor(v)[:, None, None] for v in ([0.5, 0.4, 0.3], [0.3, 0.2, 0.1]))
    vision = clip.vision_model((picture - mean) / std).pooler_output
    expected = clip.visual_projection(vision)
    got = char_ldm.image_encoder(2 * picture - 1).image_embeds
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_gradients_computed_again_are_the_same(begun, toon_folder, tmp_path):
    for name in ("kept", "again"):
        train("char-ldm", toon_folder, tmp_path / name, begun, gradient_checkpointing=name == "again", **QUICK)
    kept, again = (CharLDM.from_folder(tmp_path / name).unet.state_dict() for name in ("kept", "again"))
    before = CharLDM.from_folder(begun).unet.state_dict()
    assert any(not torch.equal(kept[name], value) for name, value in before.items())
    assert all(torch.equal(again[name], value) for name, value in kept.items())


@pytest.mark.parametrize("way", ["frozen", "lora", "whole"])
def test_a_language_model_by_name(begun, opt_folder, toon_folder, way):
    train("char-ldm", toon_folder, begun, **QUICK)
    ways = {"frozen": {}, "lora": {"lora_rank": 2}, "whole": {"train_lm": True}}
    train("story-llm", toon_folder, begun, lm=str(opt_folder), **ways[way], **QUICK)
    before = AutoModelForCausalLM.from_pretrained(opt_folder).state_dict()
    llm = StoryLLM.from_folder(begun / "story_llm")
    after = {name.replace(".base_layer.", "."): value for name, value in llm.lm.state_dict().items()}
    same = all(torch.equal(after[name].float(), value) for name, value in before.items())
    assert same == (way != "whole")
    assert (begun / "story_llm" / "lm").exists() == (way == "whole")  # a frozen model is not copied
    assert llm.config.lm == (None if way == "whole" else str(opt_folder))
    assert bool(llm.lora_parameters()) == (begun / "story_llm" / "lora").exists() == (way == "lora")
    assert any(p.abs().sum() > 0 for name, p in llm.lm.named_parameters() if "lora_B" in name) == (way == "lora")
    # the [IMG] rows were trained, and nothing in the language model grew for them
    saved = load_file(begun / "story_llm" / "story_llm.safetensors")["image_embeds"]
    assert torch.equal(llm.image_embeds, saved)
    assert len(llm.lm.get_input_embeddings().weight) == len(before["model.decoder.embed_tokens.weight"])
    train("story-llm", toon_folder, begun, lm=str(opt_folder), **ways[way], **QUICK)  # done, and says so


def test_a_story_llm_goes_on_over_its_own_language_model(begun, opt_folder, toon_folder, tmp_path):
    train("char-ldm", toon_folder, begun, **QUICK)
    train("story-llm", toon_folder, begun, lm=str(opt_folder), **QUICK)
    (begun / "training" / "story-llm").rename(tmp_path / "aside")
    with pytest.raises(ValueError, match="is over .*opt, got 'other'"):
        train("story-llm", toon_folder, begun, lm="other", **QUICK)
    with pytest.raises(ValueError, match="character_slots: are for a small cast, toon has 8 characters"):
        train("story-llm", toon_folder, begun, character_slots=True, **QUICK)  # of a condition of 12 tokens
    train("story-llm", toon_folder, begun, **QUICK)  # frozen still
    assert StoryLLM.from_folder(begun / "story_llm").config.lm == str(opt_folder)


def test_a_lora_and_the_whole_are_not_trained_at_once(begun, opt_folder, toon_folder, tmp_path, monkeypatch):
    train("char-ldm", toon_folder, begun, **QUICK)
    monkeypatch.chdir(opt_folder.parent)
    train("story-llm", toon_folder, begun, lm=opt_folder.name, lora_rank=2, **QUICK)
    assert StoryLLM.from_folder(begun / "story_llm").config.lm == str(opt_folder)  # found from anywhere
    (begun / "training" / "story-llm").rename(tmp_path / "aside")
    with pytest.raises(ValueError, match="train_lm: is for a language model without a LoRA"):
        train("story-llm", toon_folder, begun, train_lm=True, **QUICK)


def test_only_what_was_imported_is_imported_again(begun, sd_folder, clip_folder, command, tmp_path):
    again = ("import", "stable-diffusion", "--base", sd_folder, "--clip", clip_folder, "--overwrite", "--out")
    assert command(*again, begun)[0] == 0
    (begun / "training").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "precious").touch()
    for folder in (begun, tmp_path / "else"):
        status, _, err = command(*again, folder)
        assert status == 2 and "only a model that was imported is overwritten" in err
    assert (tmp_path / "else" / "precious").exists()


def test_what_is_no_such_model_is_refused(command, sd_folder, clip_folder, opt_folder, tmp_path):
    for base, clip, option in ((opt_folder, clip_folder, "--base"), (sd_folder, opt_folder, "--clip")):
        status, _, err = command("import", "stable-diffusion", "--base", base, "--clip", clip, "--out", tmp_path / "m")
        assert status == 2 and option in err and not (tmp_path / "m").exists(), err
    with pytest.raises(ValueError, match="is no causal language model|does not fit"):
        load_language_model(clip_folder)
    with pytest.raises(ValueError, match="quantisation must be 8bit or 4bit, got '2bit'"):
        load_language_model(opt_folder, quantisation="2bit")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="quantisation: 4bit needs a GPU and bitsandbytes"):
            load_language_model(opt_folder, quantisation="4bit")


def test_lora_is_for_a_named_language_model(begun, toon_folder, tokenizer):
    train("char-ldm", toon_folder, begun, **QUICK)
    tiny_llama(len(tokenizer)).save_pretrained(begun / "lm")
    tokenizer.save_pretrained(begun / "lm")
    with pytest.raises(ValueError, match="lora_rank: is for a language model named by `lm`"):
        train("story-llm", toon_folder, begun, lora_rank=2, **QUICK)
