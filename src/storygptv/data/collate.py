"""Texts to token tensors, with the tokens that name each character: where data and models meet.

Shapes: B batch, K characters, T tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor


def tokenize(texts: Sequence[str], tokenizer, max_length: int) -> dict[str, Tensor]:
    """`input_ids` and `attention_mask` (B, T), padded and cut to `max_length`, and `offset_mapping` (B, T, 2)."""
    tokens = tokenizer(
        list(texts), padding="max_length", truncation=True, max_length=max_length, return_offsets_mapping=True
    )
    # nearly twice as fast as the tokenizer's own tensors
    return {name: torch.from_numpy(np.array(value, dtype=np.int64)) for name, value in tokens.items()}


def character_token_mask(
    offsets: Tensor,
    spans: Sequence[Sequence[Mapping]],
    characters: Sequence[Sequence[str]],
    num_characters: int,
) -> Tensor:
    """Which tokens name whom: bool (B, K, T), the last sub-token of every mention (paper section 3.2).

    offsets (B, T, 2): each token's characters in its text; spans: of each text, {start, end, character}. Row k
    belongs to characters[b][k]; rows beyond are empty, and so is one whose name was cut off.
    """
    mask = torch.zeros(len(offsets), num_characters, offsets.shape[1], dtype=torch.bool)
    for b, (text_spans, names) in enumerate(zip(spans, characters, strict=True)):
        starts, ends = offsets[b].unbind(-1)
        for span in text_spans:
            if span["character"] not in names[:num_characters]:
                continue
            inside = ((starts < span["end"]) & (ends > span["start"]) & (ends > starts)).nonzero()
            if len(inside) and ends[inside[-1, 0]] >= span["end"]:
                mask[b, names.index(span["character"]), inside[-1, 0]] = True
    return mask


def names_in_slots(character_token_mask: Tensor, slots: Sequence[Sequence[int]], num_slots: int) -> Tensor:
    """The order (B, T) of tokens that puts who is named in fixed places.

    From `character_token_mask` (B, K, T): the first mention of character k stands at slots[b][k] < `num_slots`; what
    stands in a slot that nobody in the text owns is taken from the end of it, as a rule padding; then further
    mentions, then all else as it was. Cross-attention does not see the order of its condition, so a drawing is the
    same; but whether Mia is there is far easier to say than at which token of which wording the k-th name stands.
    """
    order = []
    for masks, owned in zip(character_token_mask.tolist(), slots, strict=True):
        mentions = [[place for place, named in enumerate(mask) if named] for mask in masks]
        first = {slot: places[0] for slot, places in zip(owned, mentions, strict=False) if places}
        taken = set(first.values())
        others = [place for places in mentions for place in places if place not in taken]
        rest = others + [place for place in range(len(masks[0])) if place not in taken.union(others)]
        order.append([first[slot] if slot in first else rest.pop() for slot in range(num_slots)] + rest)
    return torch.tensor(order)
