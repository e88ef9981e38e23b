"""A model begun from Stable Diffusion, CLIP and a language model, each read by name, and trained."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from conftest import LENGTH, TEXTS, tiny_char_ldm, tiny_llama
from test_story_llm import LMS
from transformers import CLIPModel, CLIPTextModel

from storygptv.models.char_ldm import CharLDM
from storygptv.models.loading import load_language_model
from storygptv.models.mapper import EmbeddingMapper
from storygptv.models.story_llm import StoryLLM
from storygptv.models.story_memory import StoryMemory
from storygptv.training import Run, train


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


@pytest.fixture(scope="module")
def drawing_model(tokenizer, tmp_path_factory) -> Path:
    """A Char-LDM that story LLMs are aligned to; what it says of the data is computed once."""
    folder = tmp_path_factory.mktemp("drawing")
    torch.manual_seed(0)
    tiny_char_ldm(tokenizer).save(folder)
    return folder


@pytest.fixture
def small_mapper(monkeypatch):
    """A new mapper over a language model by name has GILL's sizes; here it has small ones."""
    sizes = {"hidden_width": 16, "num_encoder_layers": 1, "num_decoder_layers": 1, "feedforward_width": 16}
    monkeypatch.setattr("storygptv.training.story_llm.EmbeddingMapper", partial(EmbeddingMapper, **sizes))


WAYS = {"frozen": {}, "lora": {"lora_rank": 2}, "whole": {"train_lm": True}}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", ["opt", "llama", "mistral", "qwen2", "gemma2"])
def test_a_language_model_by_name(
    family, way, drawing_model, small_mapper, tokenizer, toon_folder, tmp_path, monkeypatch
):
    """Trained are the story LLM's own tensors and, of the language model, what is said and no more; it can be read."""
    lm = tmp_path / family
    LMS[family](len(tokenizer)).bfloat16().float().save_pretrained(lm)  # which bf16 holds as it is
    tokenizer.save_pretrained(lm)
    tasks, make_task = [], Run.make_task

    def weights_of(task) -> dict[str, torch.Tensor]:
        return {name: parameter.detach().float().clone() for name, parameter in task.named_parameters()}

    def watched(run: Run):
        task = make_task(run)
        tasks.append((task, weights_of(task)))
        return task

    monkeypatch.setattr(Run, "make_task", watched)
    # without weight decay only gradients move weights
    options = WAYS[way] | QUICK | {"lm": str(lm), "tracker": "", "weight_decay": 0.0}
    train("story-llm", toon_folder, tmp_path / "m", drawing_model, **options)
    ((task, before),) = tasks
    after = weights_of(task)
    changed = {name for name, value in before.items() if not torch.equal(after[name], value)}
    of_lm = {name for name in before if name.startswith("llm.lm.")}
    lora = {name for name in of_lm if ".lora_" in name}
    own = {name for name in before if name.startswith("llm.")} - of_lm
    assert changed == own | {"frozen": set(), "lora": lora, "whole": of_lm}[way]
    assert bool(lora) == (way == "lora")
    moved = (after["llm.image_embeds"] - before["llm.image_embeds"]).abs().amax(1)
    assert len(moved) == 8 and moved.min() > 1e-4  # every [IMG] row was trained ...
    llm = StoryLLM.from_folder(tmp_path / "m" / "story_llm").eval()
    assert len(llm.lm.get_input_embeddings().weight) == len(tokenizer)  # ... and nothing grew for them

    folder = tmp_path / "m" / "story_llm"
    assert (folder / "lm").exists() == (way == "whole")  # a frozen model is not copied
    assert (folder / "lora").exists() == bool(llm.lora_parameters()) == (way == "lora")
    assert llm.config.lm == (None if way == "whole" else str(lm))
    features = torch.randn(1, 5, llm.config.vision_width)

    def told(model: StoryLLM) -> torch.Tensor:
        memory = StoryMemory(model)
        memory.tell(TEXTS[0])
        memory.see(features)
        return memory.tell(TEXTS[1])

    kept, read = (dict(model.named_parameters()) for model in (task.llm.float(), llm))
    assert kept.keys() == read.keys() and all(torch.equal(kept[name], value) for name, value in read.items())
    torch.testing.assert_close(told(llm), told(task.llm), atol=1e-5, rtol=1e-5)
    if family == "opt":  # done, and says so
        lines: list[str] = []
        train("story-llm", toon_folder, tmp_path / "m", drawing_model, **options | {"log": lines.append})
        assert lines == ["resuming at step 2 of 2"]


def test_a_story_llm_goes_on_over_its_own_language_model(begun, opt_folder, toon_folder, tmp_path):
    train("char-ldm", toon_folder, begun, **QUICK)
    train("story-llm", toon_folder, begun, lm=str(opt_folder), **QUICK)
    (begun / "training" / "story-llm").rename(tmp_path / "aside")
    with pytest.raises(ValueError, match="is over .*opt, got 'other'"):
        train("story-llm", toon_folder, begun, lm="other", **QUICK)
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
