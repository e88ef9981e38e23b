"""Char-LDM's relations: alone = in a batch, saved = loaded, nobody fused = plain text."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from conftest import FEATURE_WIDTH, LENGTH, TEXT_WIDTH, TEXTS, tiny_unet, tiny_vae
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, PNDMScheduler, StableDiffusionPipeline
from test_attention import sd2_unet
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from storygptv.data.collate import tokenize
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import (
    downsampling,
    posterior,
    reconstruct,
    to_latents,
    to_pixels,
    unshuffle_factor,
)
from storygptv.models.vision import OPENAI_MEAN, OPENAI_STD, fold_normalisation


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


@pytest.fixture
def prompt_embeds(char_ldm) -> torch.Tensor:
    return char_ldm.condition(tokenize(TEXTS[:3], char_ldm.tokenizer, LENGTH)["input_ids"])


def test_a_picture_is_the_same_alone_and_in_a_batch(char_ldm, prompt_embeds):
    batch = char_ldm.sample(prompt_embeds, generators(1, 2, 3), num_inference_steps=3)
    alone = char_ldm.sample(prompt_embeds[1:2], generators(2), num_inference_steps=3)
    assert batch.shape == (3, 4, 4, 4)
    torch.testing.assert_close(batch[1:2], alone, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(batch[0], batch[1])


def test_the_same_seed_draws_the_same_picture_and_another_does_not(char_ldm, prompt_embeds):
    one, again, other = (
        char_ldm.sample(prompt_embeds[:1], generators(seed), num_inference_steps=2) for seed in (5, 5, 6)
    )
    assert torch.equal(one, again) and not torch.allclose(one, other)


def test_guidance_of_one_is_the_condition_alone_and_of_the_empty_text_is_none(char_ldm, prompt_embeds):
    steps: list[int] = []
    draw = lambda embeds, scale: char_ldm.sample(embeds, generators(4), 2, scale, on_step=steps.append)  # noqa: E731
    torch.testing.assert_close(draw(prompt_embeds[:1], 1.0), draw(prompt_embeds[:1], 1.0 + 1e-7), atol=1e-4, rtol=1e-4)
    assert steps == [0, 1, 0, 1]
    empty = char_ldm.empty_condition()
    torch.testing.assert_close(draw(empty, 7.0), draw(empty, 1.0), atol=1e-4, rtol=1e-4)


def test_the_order_of_the_condition_does_not_matter(char_ldm, prompt_embeds):
    latents, timestep = torch.randn(1, 4, 4, 4), torch.tensor(500)
    again = prompt_embeds[:1, torch.randperm(LENGTH)]
    one, other = (char_ldm.predict(latents, timestep, embeds) for embeds in (prompt_embeds[:1], again))
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_nobody_fused_is_the_plain_text(char_ldm):
    ids = tokenize(TEXTS[:2], char_ldm.tokenizer, LENGTH)["input_ids"]
    plain = char_ldm.condition(ids)
    features, nobody = torch.randn(2, 4, FEATURE_WIDTH), torch.zeros(2, 4, LENGTH, dtype=torch.bool)
    assert plain.shape == (2, LENGTH, TEXT_WIDTH)
    assert torch.equal(char_ldm.condition(ids, features, nobody), plain)
    nobody[0, 2, 1] = True
    assert (char_ldm.condition(ids, features, nobody) != plain).any(-1).nonzero().tolist() == [[0, 1]]


def test_character_features_of_many_crops_are_those_of_each(char_ldm):
    crops = torch.rand(2, 3, 3, 32, 32) * 2 - 1
    features = char_ldm.character_features(crops)
    assert features.shape == (2, 3, FEATURE_WIDTH)
    torch.testing.assert_close(char_ldm.character_features(crops[1]), features[1], atol=1e-5, rtol=1e-5)


def test_saved_is_loaded(char_ldm, prompt_embeds, tmp_path):
    char_ldm.unet.to(memory_format=torch.channels_last)
    char_ldm.save(tmp_path)
    loaded = CharLDM.from_folder(tmp_path)
    assert (loaded.image_size, loaded.condition_length) == (32, LENGTH)
    for (name, one), (_, other) in zip(char_ldm.named_parameters(), loaded.named_parameters(), strict=True):
        assert torch.equal(one, other), name
    draw = lambda model: model.decode(model.sample(prompt_embeds[:1], generators(1), 2))  # noqa: E731
    drawn = draw(char_ldm)
    assert drawn.shape == (1, 32, 32, 3) and drawn.dtype == np.uint8
    assert np.abs(drawn.astype(int) - draw(loaded.eval())).max() <= 1


def test_a_folder_without_fusion_is_plain_ldm(char_ldm, tmp_path):
    char_ldm.fusion = char_ldm.image_encoder = None
    char_ldm.save(tmp_path)
    loaded = CharLDM.from_folder(tmp_path)
    assert loaded.fusion is None and loaded.image_encoder is None


def test_latents_are_scaled_means_and_come_back(char_ldm):
    vae = char_ldm.vae
    vae.register_to_config(scaling_factor=0.5)
    pixels = torch.rand(2, 3, 32, 32) * 2 - 1
    latents = to_latents(vae, pixels)
    assert (unshuffle_factor(vae), downsampling(vae)) == (4, 8) and latents.shape == (2, 4, 4, 4)
    torch.testing.assert_close(latents, posterior(vae, pixels).mean * 0.5)
    torch.testing.assert_close(to_pixels(vae, latents), reconstruct(vae, latents / 0.5).clamp(-1, 1))
    assert to_pixels(vae, latents).shape == pixels.shape


def test_a_vae_that_cannot_be_unshuffled_is_refused():
    vae = AutoencoderKL(in_channels=9, out_channels=9, block_out_channels=(16,), norm_num_groups=8)
    with pytest.raises(ValueError, match="in_channels must be 3 times a square, got 9"):
        unshuffle_factor(vae)
    assert unshuffle_factor(tiny_vae()) == 4


@pytest.mark.parametrize(
    "unet, prediction_type",
    [
        pytest.param(tiny_unet, "v_prediction", id="ours"),
        pytest.param(tiny_unet, "epsilon", id="sd1"),
        pytest.param(sd2_unet, "v_prediction", id="sd2"),
    ],
)
@pytest.mark.parametrize(
    "scheduler_class, options",
    [
        (PNDMScheduler, {"skip_prk_steps": True}),
        (DPMSolverMultistepScheduler, {"timestep_spacing": "trailing", "algorithm_type": "sde-dpmsolver++"}),
    ],
)
@torch.no_grad()
def test_without_characters_it_is_plain_stable_diffusion(char_ldm, scheduler_class, options, unet, prediction_type):
    char_ldm.unet = unet().eval()
    char_ldm.scheduler.register_to_config(prediction_type=prediction_type)
    given = scheduler_class is PNDMScheduler  # the other is what it draws with when none is given
    scheduler = lambda: scheduler_class.from_config(char_ldm.scheduler.config, **options)  # noqa: E731
    plain = StableDiffusionPipeline(
        char_ldm.vae, char_ldm.text_encoder, char_ldm.tokenizer, char_ldm.unet, scheduler(), None, None,
        requires_safety_checker=False,
    )  # fmt: skip
    plain.set_progress_bar_config(disable=True)
    side = 4 * plain.vae_scale_factor
    expected = plain(
        prompt_embeds=char_ldm.condition(tokenize(TEXTS[:1], char_ldm.tokenizer, LENGTH)["input_ids"]),
        negative_prompt_embeds=char_ldm.empty_condition(), height=side, width=side, num_inference_steps=6,
        guidance_scale=5.0, generator=generators(9)[0], output_type="latent",
    ).images  # fmt: skip
    ids = tokenize(TEXTS[:1], char_ldm.tokenizer, LENGTH)["input_ids"]
    nobody = torch.zeros(1, 2, FEATURE_WIDTH), torch.zeros(1, 2, LENGTH, dtype=torch.bool)
    condition, asked = char_ldm.condition(ids, *nobody), {"scheduler": scheduler()} if given else {}
    drawn = char_ldm.sample(condition, generators(9), 6, 5.0, **asked)
    torch.testing.assert_close(drawn, expected, atol=1e-5, rtol=1e-5)


def test_a_picture_begun_from_another_condition(char_ldm, prompt_embeds):
    one, other = prompt_embeds[:1], prompt_embeds[1:2]
    draw = lambda embeds: char_ldm.sample(embeds, generators(4), 4)  # noqa: E731
    scheduled = lambda steps: torch.stack([other if step < steps else one for step in range(4)], 1)  # noqa: E731
    begun = lambda steps: draw(scheduled(steps))  # noqa: E731
    assert torch.equal(begun(0), draw(one)) and torch.equal(begun(4), draw(other))
    assert not torch.allclose(begun(2), draw(one)) and not torch.allclose(begun(2), draw(other))
    with pytest.raises(ValueError, match="prompt_embeds: must be of 5 timesteps, got 4"):
        char_ldm.sample(scheduled(2), generators(4), 5)
    both = char_ldm.sample(torch.cat((scheduled(2), scheduled(0))), generators(4, 4), 4)
    torch.testing.assert_close(both, torch.cat((begun(2), draw(one))), atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_a_tower_takes_pictures_as_ours_do():
    config = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8,
        projection_dim=FEATURE_WIDTH,
    )  # fmt: skip
    encoder = CLIPVisionModelWithProjection(config).eval()
    pictures = torch.rand(2, 3, 32, 32)
    mean, std = (torch.tensor(values)[:, None, None] for values in (OPENAI_MEAN, OPENAI_STD))
    expected = encoder((pictures - mean) / std)
    fold_normalisation(encoder)
    output = encoder(2 * pictures - 1)
    torch.testing.assert_close(output.image_embeds, expected.image_embeds, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(output.last_hidden_state, expected.last_hidden_state, atol=1e-5, rtol=1e-5)


def test_who_attends_to_a_name_is_that_character(char_ldm, monkeypatch):
    pictures, prompt = torch.zeros(1, 3, 32, 32), torch.randn(1, LENGTH, TEXT_WIDTH)
    token_mask = torch.zeros(1, 3, LENGTH, dtype=torch.bool)
    token_mask[0, 0, 2] = token_mask[0, 1, 5] = True  # the third is not named
    masks = char_ldm.find_characters(pictures, prompt, token_mask)
    assert masks.shape == (1, 3, 32, 32) and masks.dtype == torch.bool
    assert not masks[0, 2].any() and masks.sum(1).max() == 1

    # attention that is known: the first name on the left half, the second on the right
    left = torch.zeros(1, 1, 4, 4)
    left[..., :2] = 1
    attended = torch.stack((left, 1 - left, 0 * left), dim=-1).flatten(2, 3)  # (B, H, N, K)
    coarse = torch.rand(1, 1, 4, 3)

    @contextmanager
    def known(unet, weights):
        yield [attended, coarse]

    monkeypatch.setattr("storygptv.models.char_ldm.record_cross_attention", known)
    masks = char_ldm.find_characters(pictures, prompt, token_mask)
    assert masks[0, 0, :, :12].all() and not masks[0, 0, :, 20:].any()
    assert masks[0, 1, :, 20:].all() and not masks[0, 1, :, :12].any()
