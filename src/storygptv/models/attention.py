"""Recording cross-attention, through diffusers' public attention-processor interface.

Shapes: B batch, H heads, N latent positions, T text tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn


class RecordingProcessor:
    """Plain attention with its probabilities appended to `record`; the output is that of the processor it replaces."""

    def __init__(self, record: list[Tensor]):
        self.record = record

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None, **kwargs,
    ) -> Tensor:  # fmt: skip
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        batch, positions, _ = hidden_states.shape
        if attention_mask is not None:
            attention_mask = attn.prepare_attention_mask(attention_mask, context.shape[1], batch)
        query = attn.head_to_batch_dim(attn.to_q(hidden_states))  # (B·H, N, d)
        key = attn.head_to_batch_dim(attn.to_k(context))  # (B·H, T, d)
        value = attn.head_to_batch_dim(attn.to_v(context))
        probs = attn.get_attention_scores(query, key, attention_mask)  # (B·H, N, T)
        self.record.append(probs.view(batch, attn.heads, positions, -1))
        hidden_states = attn.batch_to_head_dim(torch.bmm(probs, value))
        return attn.to_out[1](attn.to_out[0](hidden_states))


@contextmanager
def record_cross_attention(unet: nn.Module) -> Iterator[list[Tensor]]:
    """Within the block, every forward of `unet` appends each cross-attention's probabilities (B, H, N, T), in layer
    order, to the list it yields; clear the list between forwards. The processors are restored on exit."""
    before = dict(unet.attn_processors)
    record: list[Tensor] = []
    recording = RecordingProcessor(record)
    unet.set_attn_processor({name: recording if ".attn2." in name else old for name, old in before.items()})
    try:
        yield record
    finally:
        unet.set_attn_processor(before)
