"""What frozen parts say of a data set, computed once and kept as safetensors beside the training state."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from storygptv.data.masks import character_crop, character_masks, portrait_crop, portraits_of
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import to_latents, to_pixel_values, to_pixels
from storygptv.training.engine import has_bf16

BATCH = 64


def cached(
    folder: Path, name: str, data: StoryData, parts: list[Path], compute: Callable[[], dict[str, Tensor]]
) -> dict[str, Tensor]:
    """`compute()`, or what an earlier run kept for the same data set and the same weights of `parts`."""
    digest = hashlib.sha256(data.info.to_json().encode())
    for part in parts:
        for file in sorted((*part.glob("config.json"), *part.glob("*.safetensors"))):
            digest.update(file.read_bytes())
    path = folder / f"{name}-{digest.hexdigest()[:12]}.safetensors"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with torch.no_grad():
            save_file({k: v.contiguous() for k, v in compute().items()}, partial)
        os.replace(partial, path)
    return load_file(path)


def _frames(data: StoryData) -> Iterator[tuple[list[int], Tensor]]:
    """All frames in batches: rows, and pictures (B, 3, H, W) in [-1, 1]."""
    for first in range(0, len(data.frames), BATCH):
        rows = list(range(first, min(first + BATCH, len(data.frames))))
        yield rows, to_pixel_values(data.images(rows))


def frame_latents(data: StoryData, vae) -> dict[str, Tensor]:
    """`latents` bf16 (N, C, h, w) of every frame."""
    with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
        return {"latents": torch.cat([to_latents(vae, pixels).bfloat16() for _, pixels in _frames(data)])}


def frame_masks(data: StoryData, side: int, num_characters: int) -> dict[str, Tensor]:
    """`masks` uint8 (N, K, side, side): each character's share of each cell, 0 to 255."""
    masks = []
    for first in range(0, len(data.frames), BATCH):
        rows = range(first, min(first + BATCH, len(data.frames)))
        full = torch.from_numpy(character_masks(data.segmentations(list(rows), required=False), num_characters))
        masks.append((torch.nn.functional.adaptive_avg_pool2d(full, (side, side)) * 255).round().to(torch.uint8))
    return {"masks": torch.cat(masks)}


def crop_features(data: StoryData, image_encoder, num_characters: int, seed: int = 0) -> dict[str, Tensor]:
    """`features` bf16 (N, K, F) of every character cut out of its frame (zeros where there is none), and
    `portraits` (all characters of the data set, F) of their portraits. Raises ValueError where no frame has masks."""
    if not any(data.has_segmentation):
        raise ValueError("segmentation: no frame has one; `storygptv data masks` makes them")
    size, names = image_encoder.config.image_size, data.text("characters")
    width = image_encoder.config.projection_dim
    features = torch.zeros(len(names), num_characters, width, dtype=torch.bfloat16)
    rng = np.random.default_rng(seed)
    encode = lambda crops: image_encoder(to_pixel_values(np.stack(crops))).image_embeds.bfloat16()  # noqa: E731
    with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
        for first in range(0, len(names), BATCH):
            rows = list(range(first, min(first + BATCH, len(names))))
            where, crops = [], []
            for row, image, ids in zip(rows, data.images(rows), data.segmentations(rows, required=False), strict=True):
                for k in range(min(num_characters, len(names[row]))):
                    if (ids == k + 1).any():
                        where.append((row, k))
                        crops.append(character_crop(image, ids == k + 1, size, rng))
            if crops:
                features[tuple(torch.tensor(where).T)] = encode(crops)
        portraits, known = torch.zeros(len(data.info.names), width, dtype=torch.bfloat16), portraits_of(data)
        if known:
            where = [data.info.names.index(name) for name in known]
            portraits[where] = encode([portrait_crop(portrait, size) for portrait in known.values()])
        return {"features": features, "portraits": portraits}


def frame_features(data: StoryData, image_encoder) -> dict[str, Tensor]:
    """`patches` bf16 (N, P, W): the image encoder's patch tokens of every frame; `pooled` (N, W)."""
    return _features(image_encoder, (pixels for _, pixels in _frames(data)))


def drawn_frame_features(
    char_ldm: CharLDM, caption_ids: Tensor, character_features: Tensor, token_masks: Tensor, seed: int
) -> dict[str, Tensor]:
    """What the image encoder says of Char-LDM's own drawings of captions (N, T), fused with features (N, K, F) at
    tokens (N, K, T): as `frame_features`."""

    def drawings() -> Iterator[Tensor]:
        for first in range(0, len(caption_ids), BATCH):
            some = slice(first, first + BATCH)
            condition = char_ldm.condition(caption_ids[some].long(), character_features[some], token_masks[some])
            generators = [torch.Generator().manual_seed(seed + first + i) for i in range(len(condition))]
            latents = char_ldm.sample(condition.float(), generators, num_inference_steps=12)
            yield to_pixels(char_ldm.vae, latents.float())

    return _features(char_ldm.image_encoder, drawings())


def _features(image_encoder, pictures: Iterable[Tensor]) -> dict[str, Tensor]:
    patches, pooled = [], []
    with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
        for pixels in pictures:
            output = image_encoder.vision_model(pixels)
            patches.append(output.last_hidden_state[:, 1:].bfloat16())
            pooled.append(output.pooler_output.bfloat16())
    return {"patches": torch.cat(patches), "pooled": torch.cat(pooled)}
