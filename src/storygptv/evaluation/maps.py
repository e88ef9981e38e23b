"""What Char-LDM attends to in the true pictures of a data set, measured.

Shapes: B pictures, K characters, T tokens, F feature width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from storygptv.data.collate import character_token_mask, tokenize
from storygptv.data.masks import character_masks, portrait_crop, portraits_of
from storygptv.data.store import StoryData
from storygptv.evaluation.attention import inside_masks
from storygptv.evaluation.characters import share
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import to_pixel_values

NOISED = (0.2, 0.5, 0.8)  # of the schedule: how far the true pictures are noised
NUM_CHARACTERS = 4  # of a picture at most


@torch.no_grad()
def attention_scores(
    char_ldm: CharLDM, data: StoryData, rows: Sequence[int], batch_size: int
) -> dict[str, float | None]:
    """`attention_in_mask`: the mean share of a name's attention inside its character's true mask, when the true
    pictures of `rows`, noised, are predicted from their original captions and the characters' portraits;
    `attention_in_mask_chance`: the mean share of the picture that the masks are. Both None where the data set has no
    masks."""
    there = data.has_segmentation
    rows = [row for row in rows if there[row]]
    if not rows:
        return {"attention_in_mask": None, "attention_in_mask_chance": None}
    columns = {name: data.text(name) for name in ("caption", "caption_spans", "characters")}
    unet, features = char_ldm.unet, _portrait_features(char_ldm, data)
    on_unet = lambda x: x.to(unet.device, unet.dtype) if x.is_floating_point() else x.to(unet.device)  # noqa: E731
    shares, areas = [], []
    for start in range(0, len(rows), batch_size):
        part = rows[start : start + batch_size]
        captions, spans, characters = ([column[row] for row in part] for column in columns.values())
        tokens = tokenize(captions, char_ldm.tokenizer, char_ldm.condition_length)
        named = character_token_mask(tokens["offset_mapping"], spans, characters, NUM_CHARACTERS)
        known = (on_unet(_features_of(characters, features)), on_unet(named)) if features else ()
        condition = char_ldm.condition(on_unet(tokens["input_ids"]), *known)
        pictures = on_unet(to_pixel_values(data.images(part)))
        masks = on_unet(torch.from_numpy(character_masks(data.segmentations(part), NUM_CHARACTERS)))
        for noised in NOISED:
            attended = char_ldm.attended(pictures, condition, on_unet(named), noised)
            inside, area = inside_masks(attended, on_unet(named.any(-1)), masks)
            shares.append(inside)
            areas.append(area)
    return {
        "attention_in_mask": share(torch.cat(shares)),
        "attention_in_mask_chance": share(torch.cat(areas)),
    }


def _features_of(characters: Sequence[Sequence[str]], features: Mapping[str, Tensor]) -> Tensor:
    """The features (B, K, F) of who is in each picture, zeros where there is nobody or nothing is known."""
    nothing = torch.zeros_like(next(iter(features.values())))
    return torch.stack(
        [
            torch.stack([features.get(name, nothing) for name in [*names, *[""] * NUM_CHARACTERS][:NUM_CHARACTERS]])
            for names in characters
        ]
    )


def _portrait_features(char_ldm: CharLDM, data: StoryData) -> dict[str, Tensor]:
    """φ of each character's portrait (F,), where there is an encoder."""
    portraits, encoder = portraits_of(data), char_ldm.image_encoder
    if encoder is None or not portraits:
        return {}
    size = encoder.config.image_size
    crops = np.stack([portrait_crop(portrait, size) for portrait in portraits.values()])
    features = char_ldm.character_features(to_pixel_values(crops).to(encoder.device, encoder.dtype))
    return dict(zip(portraits, features.float().cpu(), strict=True))
