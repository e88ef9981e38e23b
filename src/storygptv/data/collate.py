"""Texts to token tensors, with the tokens that name each character: where data and models meet.

Shapes: B batch, K characters, T tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def tokenize(texts: Sequence[str], tokenizer, max_length: int) -> dict[str, Tensor]:
    """`input_ids` and `attention_mask` (B, T), padded and cut to `max_length`, and `offset_mapping` (B, T, 2)."""
    return dict(
        tokenizer(
            list(texts), padding="max_length", truncation=True, max_length=max_length,
            return_offsets_mapping=True, return_tensors="pt",
        )
    )  # fmt: skip


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


def names_first(character_token_mask: Tensor) -> Tensor:
    """The order (B, T) of tokens that puts names in fixed slots: from `character_token_mask` (B, K, T) the first
    mention of each character in turn, then further mentions, then all else as it was.

    Cross-attention does not see the order of its condition, so a drawing is the same; but who is in slot k is
    far easier to say than at which token of which wording the k-th name stands.
    """
    num_characters, num_tokens = character_token_mask.shape[1:]
    place = torch.arange(num_tokens, device=character_token_mask.device)
    keys = torch.where(character_token_mask.any(1), place + num_characters, place + num_characters + num_tokens)
    for k in range(num_characters):
        named = character_token_mask[:, k]
        is_first = (place == named.int().argmax(-1, keepdim=True)) & named
        keys = keys.masked_fill(is_first, k)
    return keys.argsort(-1)
