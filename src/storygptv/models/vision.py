"""CLIP vision towers of others, made to take pictures as ours do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

from storygptv.models.loading import load_part

OPENAI_MEAN, OPENAI_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def load_vision_encoder(clip: Path | str) -> CLIPVisionModelWithProjection:
    """The vision tower of a CLIP, a folder or hub id, made to take pictures in [-1, 1]. Raises as `load_part`, and
    OSError where nothing is found."""
    encoder = load_part(CLIPVisionModelWithProjection, clip).float().eval()
    try:
        processor = CLIPImageProcessor.from_pretrained(clip)
        mean, std = processor.image_mean, processor.image_std
    except OSError:  # it does not say how it wants its pictures
        mean, std = OPENAI_MEAN, OPENAI_STD
    fold_normalisation(encoder, mean, std)
    return encoder


@torch.no_grad()
def fold_normalisation(
    encoder: CLIPVisionModelWithProjection, mean: Sequence[float] = OPENAI_MEAN, std: Sequence[float] = OPENAI_STD
) -> None:
    """Change `encoder`, which takes pictures (x − mean) / std for x in [0, 1], into the same function of 2x − 1.

    The patch embedding is linear: the scale goes into its weights, and the shift, the same for every patch, into
    their position embeddings.
    """
    embeddings = encoder.vision_model.embeddings
    weight = embeddings.patch_embedding.weight
    scale = 0.5 / torch.tensor(std, dtype=torch.float64)
    shift = (0.5 - torch.tensor(mean, dtype=torch.float64)) / torch.tensor(std, dtype=torch.float64)
    exact = weight.double()
    embeddings.position_embedding.weight[1:] += torch.einsum("ochw,c->o", exact, shift).to(weight.dtype)
    weight.copy_(exact * scale[:, None, None])
