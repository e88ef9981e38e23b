"""What Char-LDM attends to in the true pictures of a data set, and whom it finds there by that, measured.

Shapes: B pictures, K characters, T tokens, F feature width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from storygptv.data.collate import character_token_mask, tokenize
from storygptv.data.masks import character_masks, portrait_crop, portraits_of
from storygptv.data.pictures import resized, resized_mask
from storygptv.data.store import StoryData
from storygptv.evaluation.attention import inside_masks
from storygptv.evaluation.characters import share
from storygptv.evaluation.told import clusters_of, in_another
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
    shares, areas = [], []
    for pictures, condition, named, masks in _told_pictures(char_ldm, data, rows, batch_size):
        for noised in NOISED:
            attended = char_ldm.attended(pictures, condition, named, noised)
            inside, area = inside_masks(attended, named.any(-1), masks)
            shares.append(inside)
            areas.append(area)
    return {
        "attention_in_mask": share(torch.cat(shares)),
        "attention_in_mask_chance": share(torch.cat(areas)),
    }


@torch.no_grad()
def found_scores(
    char_ldm: CharLDM, data: StoryData, num_stories: int, batch_size: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How well Char-LDM's attention does as a segmenter, in the true pictures of the first stories of a data set: of
    characters who are named and to be seen, the first NUM_CHARACTERS of a frame, `found_iou` is the mean overlap
    (intersection over union) of where `find_characters` has them and their true mask, 0 for who is not found,
    `found_iou_alone` that of who is alone in a frame, `found` the share of whom it finds at all. `found_iou_chance` is
    the overlap of their true mask with that of whoever is listed in the same place in a frame of another story, where
    somebody is: what comes of standing about the middle; None for stories that all share pictures.

    `progress(done, total)` counts pictures. Raises ValueError for more stories than there are, and where no frame has a
    mask.
    """
    data.check_stories(num_stories)
    there, characters = data.has_segmentation, data.text("characters")
    stories = [rows for story in data.stories[:num_stories] if (rows := [row for row in story if there[row]])]
    if not stories:
        raise ValueError("data: must have masks to hold what is found against, no frame has one")
    rows, clusters = [row for story in stories for row in story], clusters_of(stories).tolist()
    another = in_another(list(map(len, stories)), clusters) if len(set(clusters)) > 1 else None
    overlaps, founds, by_chance, alone = [], [], [], []
    for start, told in zip(
        range(0, len(rows), batch_size), _told_pictures(char_ldm, data, rows, batch_size), strict=True
    ):
        pictures, condition, named, masks = told
        part = slice(start, start + batch_size)
        found, true = char_ldm.find_characters(pictures, condition, named), masks > 0
        asked = true.flatten(2).any(-1) & named.any(-1)
        overlaps.append(_overlap(found, true)[asked])
        founds.append(found.flatten(2).any(-1)[asked])
        is_alone = torch.tensor([len(characters[row]) == 1 for row in rows[part]], device=asked.device)
        alone.append(is_alone[:, None].expand_as(asked)[asked])
        if another is not None:
            other = _true_masks(data, [rows[frame] for frame in another[part]], pictures.shape[-1]).to(true.device) > 0
            by_chance.append(_overlap(other, true)[asked & other.flatten(2).any(-1)])
        if progress is not None:
            progress(start + len(pictures), len(rows))
    overlap = torch.cat(overlaps)
    return {
        "found_iou": share(overlap),
        "found_iou_alone": share(overlap, torch.cat(alone)),
        "found_iou_chance": share(torch.cat(by_chance)) if by_chance else None,
        "found": share(torch.cat(founds)),
        "data": {"name": data.info.name, "split": data.info.split, "fingerprint": data.info.fingerprint},
        "num_stories": num_stories,
        "num_frames": len(rows),
    }


def _overlap(masks: Tensor, others: Tensor) -> Tensor:
    """Intersection over union (B, K) of masks bool (B, K, H, W); 0 where both are empty."""
    both, either = (masks & others).flatten(2).sum(-1), (masks | others).flatten(2).sum(-1)
    return both / either.clamp(min=1)


def _told_pictures(
    char_ldm: CharLDM, data: StoryData, rows: Sequence[int], batch_size: int
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:  # fmt: skip
    """The true pictures of `rows` as a UNet is asked about them, in batches: pictures (B, 3, H, W), as large as it
    draws them, the conditions (B, T, D) of their original captions, fused with the characters' portraits where there is
    a fusion, which tokens name whom (B, K, T), and true masks (B, K, H, W), 0 or 1."""
    columns = {name: data.text(name) for name in ("caption", "caption_spans", "characters")}
    unet, features = char_ldm.unet, _portrait_features(char_ldm, data)
    on_unet = lambda x: x.to(unet.device, unet.dtype) if x.is_floating_point() else x.to(unet.device)  # noqa: E731
    for start in range(0, len(rows), batch_size):
        part = rows[start : start + batch_size]
        captions, spans, characters = ([column[row] for row in part] for column in columns.values())
        tokens = tokenize(captions, char_ldm.tokenizer, char_ldm.condition_length)
        named = on_unet(character_token_mask(tokens["offset_mapping"], spans, characters, NUM_CHARACTERS))
        known = (on_unet(_features_of(characters, features)), named) if features else ()
        condition = char_ldm.condition(on_unet(tokens["input_ids"]), *known)
        size = char_ldm.image_size
        pictures = on_unet(to_pixel_values(np.stack([resized(each, size) for each in data.images(part)])))
        yield pictures, condition, named, on_unet(_true_masks(data, part, size))


def _true_masks(data: StoryData, rows: Sequence[int], size: int) -> Tensor:
    """The masks (B, K, size, size), 0 or 1, of who is in the pictures of `rows`."""
    ids = np.stack([resized_mask(each, size) for each in data.segmentations(rows)])
    return torch.from_numpy(character_masks(ids, NUM_CHARACTERS))


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
