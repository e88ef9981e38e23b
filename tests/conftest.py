"""Tiny models with random weights, of the same classes as the real ones, and a tiny toon data set."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a name that is not here is looked for nowhere else

import pytest
import torch
from accelerate.state import AcceleratorState
from diffusers import AutoencoderKL, PNDMScheduler, UNet2DConditionModel
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BertConfig,
    BertLMHeadModel,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    LlamaConfig,
    LlamaForCausalLM,
    OPTConfig,
    OPTForCausalLM,
    PreTrainedTokenizerFast,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

from storygptv.cast import Cast
from storygptv.models.char_ldm import CharLDM
from storygptv.models.fusion import CharacterFusion
from storygptv.models.mapper import EmbeddingMapper
from storygptv.models.scene_reader import SceneReader
from storygptv.models.story_llm import StoryLLM, StoryLLMConfig
from storygptv.pipeline import PipelineConfig, StoryPipeline
from storygptv.training.ldm import new_scheduler
from storygptv.training.tokenizers import train_tokenizer

TEXTS = (
    "Mia walks in the park.",
    "Mrs. Plum's dog greets Mia, and Mia waves.",
    "She gives Mrs. Plum the red ball!",
    "Leo and Omar chase him through the snow.",
)
TEXT_WIDTH, FEATURE_WIDTH, LENGTH = 16, 8, 12


@pytest.fixture
def one_precision():
    """accelerate holds to the precision that a process began with; here another is used."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(autouse=True)
def one_thread_and_seed():
    """Tiny tensors gain nothing from threads, and a test that names no seed must not depend on its neighbours."""
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def tokenizer():
    return train_tokenizer(TEXTS * 3, 330, 256, lowercase=False)


def chromium() -> str:
    """Where Chromium is; the tests that need a browser fail without."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"


def launch_chromium(playwright):
    """A real browser, headless."""
    return playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])


def tiny_unet(latent_channels: int = 4, latent_size: int = 4, text_width: int = TEXT_WIDTH) -> UNet2DConditionModel:
    """Two levels, cross-attention in the second one and in the middle."""
    return UNet2DConditionModel(
        sample_size=latent_size, in_channels=latent_channels, out_channels=latent_channels,
        block_out_channels=(16, 16), layers_per_block=1, cross_attention_dim=text_width, norm_num_groups=8,
        attention_head_dim=2, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip


def tiny_vae() -> AutoencoderKL:
    """f8 behind a 4-pixel unshuffle."""
    return AutoencoderKL(
        in_channels=48, out_channels=48, block_out_channels=(16, 16), latent_channels=4, norm_num_groups=8,
        layers_per_block=1, down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip


def plain_vae() -> AutoencoderKL:
    """f2 on plain pictures, as Stable Diffusion's is f8."""
    return AutoencoderKL(
        block_out_channels=(16, 16), latent_channels=4, norm_num_groups=8, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip


@pytest.fixture
def char_ldm(tokenizer) -> CharLDM:
    return tiny_char_ldm(tokenizer)


def tiny_char_ldm(tokenizer) -> CharLDM:
    """A Char-LDM for pictures of 32 pixels."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=TEXT_WIDTH, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=LENGTH, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=32,
        patch_size=16, projection_dim=FEATURE_WIDTH,
    )  # fmt: skip
    parts = tiny_unet(), tiny_vae(), CLIPTextModel(text), tokenizer, new_scheduler()
    fusion = CharacterFusion(TEXT_WIDTH, FEATURE_WIDTH)
    return CharLDM(*parts, CLIPVisionModelWithProjection(vision), fusion).eval().requires_grad_(False)


def tiny_llama(vocab_size: int, tied: bool = True, hidden_size: int = 16) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocab_size, hidden_size=hidden_size, intermediate_size=24, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=256,
            tie_word_embeddings=tied, pad_token_id=2,
        )
    )  # fmt: skip


def tiny_opt(vocab_size: int) -> OPTForCausalLM:
    return OPTForCausalLM(
        OPTConfig(
            vocab_size=vocab_size, hidden_size=16, ffn_dim=16, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=256, word_embed_proj_dim=16, dropout=0.0, pad_token_id=2,
        )
    )  # fmt: skip


def story_llm_of(lm, tokenizer, **options) -> StoryLLM:
    """A story LLM over `lm` for a Char-LDM as above; `options` are fields of its config."""
    width = lm.get_input_embeddings().weight.shape[1]
    mapper = EmbeddingMapper(width, TEXT_WIDTH, LENGTH, 16, 1, 1, 2, 16)
    config = StoryLLMConfig(**{"vision_width": 10, "num_image_tokens": 3, "num_visual_tokens": 2} | options)
    return StoryLLM(lm, tokenizer, mapper, config).eval()


@pytest.fixture
def llm(tokenizer) -> StoryLLM:
    return story_llm_of(tiny_llama(len(tokenizer)), tokenizer)


def portrait(color: str) -> Image.Image:
    """A patch of colour on white."""
    picture = Image.new("RGB", (32, 32), "white")
    picture.paste(color, (8, 4, 24, 30))
    return picture


def pipeline_of(char_ldm, tokenizer, cast=None, **options) -> StoryPipeline:
    """A whole pipeline of two denoising steps; `options` are fields of its story LLM's config."""
    options = {"vision_width": 16, "visual_tokens": "patches"} | options
    llm = story_llm_of(tiny_llama(len(tokenizer)), tokenizer, **options)
    return StoryPipeline(char_ldm, llm, cast, None, PipelineConfig(num_inference_steps=2))


READ = ("+ Mia: girl", "= Mia walk (ball), Leo stand; park, night; kite", "girl boy woman man dog cat person")


@pytest.fixture(scope="session")
def scene_reader():
    """A tiny language model with random weights that says scenes."""
    words = train_tokenizer([*TEXTS, *READ] * 3, 400, 2048, lowercase=False)
    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                         num_attention_heads=2, max_position_embeddings=2048, initializer_range=0.2)  # fmt: skip
    return SceneReader(LlamaForCausalLM(config), words)


@pytest.fixture
def reading_pipeline(char_ldm, scene_reader) -> StoryPipeline:
    """A tiny pipeline that reads with words; it knows Mia and Leo."""
    characters = [
        {"name": "Mia", "pronoun": "she", "kind": "girl"},
        {"name": "Leo", "pronoun": "he", "kind": "boy"},
    ]
    portraits = {"Mia": portrait("red"), "Leo": portrait("blue")}
    cast = Cast(characters, ["park"], ["walk", "stand"], ["ball"], [], portraits)
    config = PipelineConfig(num_inference_steps=2)
    return StoryPipeline(char_ldm, None, cast, config=config, scene_reader=scene_reader)


@pytest.fixture
def clip_folder(tmp_path):
    """A CLIP as the hub keeps it: both towers, and how it wants its pictures."""
    config = CLIPConfig(
        text_config={"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "projection_dim": 12,
        },
        vision_config={
            "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 32, "patch_size": 16, "projection_dim": 12,
        },
        projection_dim=12,
    )  # fmt: skip
    torch.manual_seed(0)
    CLIPModel(config).save_pretrained(tmp_path / "clip")
    CLIPImageProcessor(image_mean=[0.5, 0.4, 0.3], image_std=[0.3, 0.2, 0.1]).save_pretrained(tmp_path / "clip")
    return tmp_path / "clip"


@pytest.fixture
def sd_folder(char_ldm, tmp_path):
    """Stable Diffusion as the hub keeps it, with its PNDM scheduler that predicts the noise."""
    torch.manual_seed(0)
    folder = tmp_path / "sd"
    CharLDM(tiny_unet(latent_size=16), plain_vae(), char_ldm.text_encoder, char_ldm.tokenizer, new_scheduler()).save(
        folder
    )
    PNDMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, skip_prk_steps=True, steps_offset=1
    ).save_pretrained(folder / "scheduler")
    return folder


@pytest.fixture
def opt_folder(tokenizer, tmp_path):
    torch.manual_seed(0)
    tiny_opt(len(tokenizer)).save_pretrained(tmp_path / "opt")
    tokenizer.save_pretrained(tmp_path / "opt")
    return tmp_path / "opt"


@pytest.fixture
def tiny_parts(monkeypatch):
    """The parts' own builders, with small widths."""
    from storygptv.evaluation.judge import Judge
    from storygptv.training import clip, judge, ldm, vae

    monkeypatch.setattr(vae, "new_vae", tiny_vae)
    monkeypatch.setattr(clip, "new_clip", functools.partial(clip.new_clip, text_width=16, vision_width=16))
    monkeypatch.setattr(ldm, "new_unet", tiny_unet)
    small = {"hidden_sizes": (16, 16, 16), "image_size": 32, "num_layers": 1}
    monkeypatch.setattr(judge, "Judge", functools.partial(Judge, **small))


@pytest.fixture
def captioner_folder(tmp_path):
    """A tiny captioner with random weights, as the hub keeps it."""
    words = {word: n for n, word in enumerate(["[PAD]", "[BOS]", "[EOS]", "[UNK]", "mia", "runs", "in", "the", "park"])}
    inner = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    inner.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", bos_token="[BOS]", eos_token="[EOS]", unk_token="[UNK]"
    )
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(0)
    decoder = BertLMHeadModel(BertConfig(vocab_size=len(words), is_decoder=True, add_cross_attention=True, **sizes))
    model = VisionEncoderDecoderModel(
        encoder=ViTModel(ViTConfig(image_size=32, patch_size=16, **sizes)), decoder=decoder
    )
    for config in (model.config, model.generation_config):
        config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 1, 0, 2
    model.save_pretrained(tmp_path / "captioner")
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path / "captioner")
    tokenizer.save_pretrained(tmp_path / "captioner")
    return tmp_path / "captioner"


@pytest.fixture
def command(monkeypatch, capfd):
    """command("visualize", ...) -> (exit status, standard output and error) of the real command."""
    from storygptv.cli import main

    def run(*words) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["storygptv", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capfd.readouterr()

    return run


@pytest.fixture(scope="session")
def toon_folder(tmp_path_factory) -> Path:
    """Four toon stories of three frames at 32 pixels."""
    from storygptv.toon.dataset import write_toon

    folder = tmp_path_factory.mktemp("toon") / "train"
    write_toon("train", stories=4, frames=3, seed=5, size=32, out=folder)
    return folder
