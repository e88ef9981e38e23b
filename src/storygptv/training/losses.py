"""Every loss as a pure function of tensors.

Shapes: B batch, K characters, H heads, N latent positions, T text tokens, L condition length, D width. But for
the losses that set a batch's own samples against each other (`contrastive_loss`, `words_of_picture_loss`) a loss is a
mean over samples, so that the mean of equal parts' losses, such as several processes', is that of the whole batch.
A sample of the story LLM is a story, whose frames share its part of the mean.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def denoising_loss(
    prediction: Tensor, target: Tensor, snr: Tensor, gamma: float | None = 5.0, weights: Tensor | None = None,
    prediction_type: str = "v_prediction", shares: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Mean squared error of a prediction (B, C, h, w), weighted per sample by `snr` (B,), its timestep's
    signal-to-noise ratio, and over each picture by `weights` (B, 1, h, w), of which only the ratios matter; the mean
    over samples, or by their `shares` (B,).

    Nearly clean timesteps count less. A noise prediction ("epsilon") has the weight min(SNR, γ)/SNR of min-SNR-γ
    (Hang et al. 2023). A v-prediction has (min(SNR, γ) + 1)/(SNR + 1): noisy timesteps, where a picture is laid out,
    count in full, whereas min(SNR, γ)/(SNR + 1) would leave them next to nothing. γ None weights all timesteps alike.
    """
    error = (prediction.float() - target.float()).square()
    if weights is not None:
        error = error * (weights / weights.mean((1, 2, 3), keepdim=True))
    error = error.mean((1, 2, 3))
    if gamma is not None:
        clamped = snr.clamp(max=gamma)
        error = error * (clamped / snr if prediction_type == "epsilon" else (clamped + 1) / (snr + 1))
    return mean_by(error, shares)


def mean_by(each: Tensor, shares: Tensor | None = None) -> Tensor:
    """The mean of what each sample comes to (B,), or their sum by their `shares` (B,) of a batch, in all 1."""
    return each.mean() if shares is None else (each * shares).sum()


def cross_attention_loss(attention: list[Tensor], named: Tensor, character_masks: Tensor) -> Tensor:
    """L_reg = 1/K Σ_k (A_k⁻ − A_k⁺) (paper eq. 2-3), averaged over layers, heads and samples.

    attention: per layer (B, H, N, K), what each position attends to the name of character k; named (B, K) bool: who
    has one; character_masks (B, K, h, w) in [0, 1] at any resolution with the latents' aspect ratio. A⁺ and A⁻ are
    the attention inside and outside the mask, each divided by that region's area. Masks are area-averaged to each
    layer's map; a character smaller than one cell of it, or without a name, does not count there.
    """
    total, layers = character_masks.new_zeros(()), 0
    height, width = character_masks.shape[-2:]
    for layer in attention:
        positions = layer.shape[2]
        rows = round(math.sqrt(positions * height / width))
        mask = F.adaptive_avg_pool2d(character_masks.float(), (rows, positions // rows)).flatten(2)  # (B, K, N)
        of_names = layer.float().mean(1).transpose(1, 2)  # (B, K, N)
        inside = mask.sum(-1)
        counts = (named & (inside >= 1)).float()
        a_plus = (of_names * mask).sum(-1) / inside.clamp(min=1)
        a_minus = (of_names * (1 - mask)).sum(-1) / (positions - inside).clamp(min=1)
        per_sample = ((a_minus - a_plus) * counts).sum(-1) / counts.sum(-1).clamp(min=1)  # mean over characters
        total, layers = total + per_sample.mean(), layers + 1
    return total / max(1, layers)


def generation_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """−mean log p(label) over labels (B, T) that are not -100, from logits (B, T, V) at the same positions (eq. 4), of
    each sample, and then over the samples."""
    each = F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=-100, reduction="none")
    each = each.view(labels.shape)
    return (each.sum(-1) / (labels != -100).sum(-1).clamp(min=1)).mean()


def alignment_loss(mapped: Tensor, target: Tensor, token_weights: Tensor, shares: Tensor | None = None) -> Tensor:
    """L_align (eq. 6): squared distance of mapped and target conditions (B, L, D), mean over D, weighted over L.

    `token_weights` (B, L) says how much each position counts (padding little, names more); each sample's are
    normalised, and where all are 0 so is its loss. The mean over samples, or by their `shares` (B,).
    """
    error = (mapped.float() - target.float()).square().mean(-1)
    return mean_by((error * token_weights).sum(-1) / token_weights.sum(-1).clamp(min=1e-6), shares)


def contrastive_loss(image_embeds: Tensor, text_embeds: Tensor, scale: Tensor, hard_text_embeds: Tensor | None = None,
                     same_text: Tensor | None = None) -> Tensor:  # fmt: skip
    """CLIP's symmetric cross-entropy over unit embeddings (B, D).

    hard_text_embeds (B, D): one more wrong text for each image. same_text (B, B) bool: pairs whose texts are
    identical, which are not negatives of each other.
    """
    logits = scale * image_embeds @ text_embeds.T  # (B, B)
    if same_text is not None:
        logits = logits.masked_fill(same_text & ~torch.eye(len(logits), dtype=torch.bool, device=logits.device), -1e4)
    labels = torch.arange(len(logits), device=logits.device)
    per_image = logits
    if hard_text_embeds is not None:
        hard = scale * (image_embeds * hard_text_embeds).sum(-1, keepdim=True)
        per_image = torch.cat((logits, hard), dim=1)
    return 0.5 * (F.cross_entropy(per_image, labels) + F.cross_entropy(logits.T, labels))


def words_of_picture_loss(logits: Tensor, ids: Tensor, said: Tensor) -> Tensor:
    """Of pictures' logits (B, V) over the words, the cross-entropy with the words of their texts, ids (B, T) where
    `said` (B, T) is not 0, all alike (Huang et al. 2024, "Classification Done Right for Vision-Language Pre-Training").
    A word that many texts of the batch have counts less: log(B / texts with it) + 1/B."""
    there = torch.zeros_like(logits, dtype=torch.float32).scatter_reduce(1, ids, said.float(), "amax")
    rarity = (len(logits) / there.sum(0).clamp(min=1)).log() + 1 / len(logits)
    wanted = there * rarity
    wanted = wanted / wanted.sum(-1, keepdim=True).clamp(min=1e-6)
    return -(wanted * logits.float().log_softmax(-1)).sum(-1).mean()


def reconstruction_loss(prediction: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """L1 of pictures (B, 3, H, W) and of their horizontal and vertical differences (outlines), weighted per
    pixel by `weights` (B, 1, H, W)."""
    prediction, target = prediction.float(), target.float()
    error = prediction - target
    loss = (error.abs() * weights).mean()
    loss = loss + 0.5 * (error.diff(dim=-1).abs() * weights[..., 1:]).mean()
    return loss + 0.5 * (error.diff(dim=-2).abs() * weights[..., 1:, :]).mean()
