"""Every loss against a case small enough to compute by hand."""

from __future__ import annotations

import math

import pytest
import torch

from storygptv.models.attention import mention_weights
from storygptv.training.char_ldm import around
from storygptv.training.losses import (
    alignment_loss,
    contrastive_loss,
    cross_attention_loss,
    denoising_loss,
    generation_loss,
    reconstruction_loss,
    words_of_picture_loss,
)


def attention_loss(probs: list[torch.Tensor], tokens: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """L_reg of attention probabilities (B, H, N, T) where the tokens (B, K, T) name the characters."""
    weights = mention_weights(tokens)[:, None]
    return cross_attention_loss([layer @ weights for layer in probs], tokens.any(-1), masks)


TOP_LEFT = torch.tensor([[1.0, 0.0], [0.0, 0.0]])


def attention(*tokens: list[float]) -> torch.Tensor:
    """One layer, one head: for each token its attention at the positions; (1, 1, N, T)."""
    return torch.tensor(tokens).T[None, None]


def test_denoising_loss_weights_each_sample_by_its_snr():
    target = torch.zeros(2, 1, 2, 2)
    prediction = torch.stack((torch.full((1, 2, 2), 1.0), torch.full((1, 2, 2), 3.0)))
    snr = torch.tensor([1.0, 20.0])
    expected = (1 * 2 / 2 + 9 * 6 / 21) / 2
    assert denoising_loss(prediction, target, snr).item() == pytest.approx(expected, rel=1e-6)
    assert denoising_loss(prediction, target, snr, gamma=None).item() == pytest.approx(5)


def test_denoising_loss_of_a_noise_prediction_is_min_snr():
    target, prediction = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    loss = denoising_loss(prediction, target, torch.tensor([0.01, 20.0]), prediction_type="epsilon")
    assert loss.item() == pytest.approx((1 + 5 / 20) / 2)


def test_denoising_loss_counts_weighted_places_more_and_only_their_ratio_matters():
    prediction, target, snr = torch.tensor([[[[1.0, 3.0]]]]), torch.zeros(1, 1, 1, 2), torch.ones(1)
    for scale in (1.0, 5.0):
        loss = denoising_loss(prediction, target, snr, weights=scale * torch.tensor([[[[1.0, 3.0]]]]))
        assert loss.item() == pytest.approx((1 * 1 + 3 * 9) / 4)


def test_attention_outside_minus_inside_each_by_its_area():
    probs = attention([0.0] * 4, [0.7, 0.1, 0.1, 0.1])
    loss = attention_loss([probs], torch.tensor([[[False, True]]]), TOP_LEFT[None, None])
    assert loss.item() == pytest.approx(0.1 - 0.7)  # A⁻ = 0.3/3, A⁺ = 0.7/1


def test_attention_of_a_name_with_two_mentions_is_their_mean():
    probs = attention([0.7, 0.1, 0.1, 0.1], [0.3, 0.5, 0.1, 0.1])
    loss = attention_loss([probs], torch.tensor([[[True, True]]]), TOP_LEFT[None, None])
    assert loss.item() == pytest.approx((0.1 + 0.7 / 3) / 2 - (0.7 + 0.3) / 2)


def test_attention_is_averaged_over_heads_and_characters():
    heads = torch.cat((attention([1.0, 0, 0, 0], [0.0, 0, 0, 1]), attention([0.0, 1, 0, 0], [0.0, 0, 0, 1])), dim=1)
    masks = torch.stack((TOP_LEFT, TOP_LEFT.flip(0, 1)))[None]
    loss = attention_loss([heads], torch.eye(2, dtype=torch.bool)[None], masks)
    first, second = (0.5 / 3 - 0.5), (0 - 1)  # the first is looked at by one of two heads
    assert loss.item() == pytest.approx((first + second) / 2)


def test_attention_skips_a_character_smaller_than_a_cell_and_one_without_a_name():
    pixel = torch.zeros(1, 1, 4, 4)
    pixel[..., 0, 0] = 1  # a quarter of a cell of the 2 x 2 map, a whole one of the 4 x 4
    coarse, fine = attention([1.0, 0, 0, 0]), torch.zeros(1, 1, 16, 1)
    fine[:, :, 0] = 1
    named = torch.ones(1, 1, 1, dtype=torch.bool)
    assert attention_loss([coarse], named, pixel).item() == 0
    assert attention_loss([fine], named, pixel).item() == pytest.approx(-1)
    assert attention_loss([fine, coarse], named, pixel).item() == pytest.approx(-0.5)
    assert attention_loss([fine], ~named, pixel).item() == 0


def test_attention_maps_need_not_be_square():
    probs = torch.zeros(1, 1, 8, 1)
    probs[:, :, 4:] = 0.25  # the lower row of 2 x 4 cells
    mask = torch.zeros(1, 1, 4, 8)
    mask[..., 2:, :] = 1
    assert attention_loss([probs], torch.ones(1, 1, 1, dtype=torch.bool), mask).item() == pytest.approx(-0.25)


def test_attention_loss_of_a_batch_is_the_mean_of_its_samples():
    probs = torch.rand(3, 2, 16, 5).softmax(-1)
    tokens, masks = torch.rand(3, 2, 5) < 0.4, (torch.rand(3, 2, 8, 8) < 0.5).float()
    singles = [attention_loss([probs[i : i + 1]], tokens[i : i + 1], masks[i : i + 1]) for i in range(3)]
    assert attention_loss([probs], tokens, masks).item() == pytest.approx(torch.stack(singles).mean().item())


def test_generation_loss_counts_labels_alone():
    logits = torch.tensor([[[0.0, math.log(3.0)], [5.0, -5.0]]])
    assert generation_loss(logits, torch.tensor([[1, -100]])).item() == pytest.approx(-math.log(3 / 4))
    assert generation_loss(logits, torch.tensor([[-100, -100]])).item() == 0


def test_alignment_loss_is_a_weighted_mean_over_positions():
    mapped = torch.tensor([[[1.0, 1.0], [2.0, 2.0]]])
    loss = alignment_loss(mapped, torch.zeros_like(mapped), torch.tensor([[3.0, 1.0]]))
    assert loss.item() == pytest.approx((3 * 1 + 1 * 4) / 4)


def test_contrastive_loss_by_hand():
    image = text = torch.eye(2)
    plain = math.log(math.e + 1) - 1
    assert contrastive_loss(image, text, torch.tensor(1.0)).item() == pytest.approx(plain)
    with_hard = math.log(2 * math.e + 1) - 1  # the hard text is as near as the right one
    loss = contrastive_loss(image, text, torch.tensor(1.0), hard_text_embeds=image)
    assert loss.item() == pytest.approx((with_hard + plain) / 2)
    same = torch.ones(2, 2, dtype=torch.bool)
    assert contrastive_loss(image, text, torch.tensor(1.0), same_text=same).item() == pytest.approx(0, abs=1e-6)


def test_reconstruction_loss_by_hand():
    target = torch.zeros(1, 3, 2, 2)
    prediction = TOP_LEFT.expand(1, 3, 2, 2)
    ones = torch.ones(1, 1, 2, 2)
    assert reconstruction_loss(prediction, target, ones).item() == pytest.approx(0.25 + 0.25 + 0.25)
    assert reconstruction_loss(prediction, target, ones + 2 * TOP_LEFT).item() == pytest.approx(0.75 + 0.25 + 0.25)
    assert reconstruction_loss(target, target, ones).item() == 0


def test_losses_are_float32_under_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        half = torch.randn(2, 4, 8).bfloat16()
        for loss in (
            alignment_loss(half, half + 1, torch.ones(2, 4)),
            generation_loss(half, torch.zeros(2, 4, dtype=torch.long)),
            denoising_loss(half[..., None], half[..., None], torch.ones(2)),
        ):
            assert loss.dtype == torch.float32


def test_a_picture_that_tells_its_words_has_the_least_loss():
    ids, said = torch.tensor([[1, 2, 3], [1, 4, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]])
    # word 1 is in both texts: rarity log(2/2) + 1/2; the others in one: log(2/1) + 1/2; what is not said never counts
    common, rare = 0.5, math.log(2) + 0.5
    shares = torch.tensor([[0, common, rare, rare, 0], [0, common, 0, 0, rare]])
    shares = shares / shares.sum(-1, keepdim=True)
    entropy = -(shares * shares.clamp(min=1e-9).log()).sum(-1).mean()
    assert words_of_picture_loss(shares.clamp(min=1e-9).log(), ids, said) == pytest.approx(entropy.item(), abs=1e-5)
    assert words_of_picture_loss(torch.zeros(2, 5), ids, said) == pytest.approx(math.log(5))


def test_what_is_around_characters_counts_with_them():
    masks = torch.zeros(1, 2, 5, 5)
    masks[0, 0, 0, 0], masks[0, 1, 4, 3] = 1.0, 0.5
    assert torch.equal(around(masks, 0), masks.amax(1, keepdim=True))
    near = torch.zeros(5, 5)
    near[:2, :2], near[3:, 2:] = 1.0, 0.5
    assert torch.equal(around(masks, 1)[0, 0], near)
