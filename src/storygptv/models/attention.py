"""Recording cross-attention, through diffusers' public attention-processor interface.

Shapes: B batch, H heads, N latent positions, T text tokens, K characters, d width of a head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from torch import Tensor, nn

ALIGNMENT = 8  # fused attention wants heads of a width that this divides


def mention_weights(character_token_mask: Tensor) -> Tensor:
    """What turns attention to tokens into attention to characters: (B, K, T) bool to (B, T, K), the mean over the
    mentions of each; zeros for a character that is not named."""
    mask = character_token_mask.float()
    return (mask / mask.sum(-1, keepdim=True).clamp(min=1)).transpose(1, 2)


class RecordingProcessor:
    """Attention that appends what it attends to, summed up by `token_weights` (B, T, K), to `record`; its output is
    that of the plain or the fused processor it replaces.

    The weights are K more columns of the values: attention returns Σ_t p_t w_tk beside its output, and (B, H, N, T)
    probabilities are never held where the attention is fused.
    """

    def __init__(self, record: list[Tensor], token_weights: Tensor, fused: bool):
        self.record, self.token_weights, self.fused = record, token_weights, fused

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None, **kwargs,
    ) -> Tensor:  # fmt: skip
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        batch = len(hidden_states)
        if attention_mask is not None:
            attention_mask = attn.prepare_attention_mask(attention_mask, context.shape[1], batch)
            attention_mask = attention_mask.unflatten(0, (batch, attn.heads))
        heads = lambda x: x.unflatten(-1, (attn.heads, -1)).transpose(1, 2)  # noqa: E731  # (B, H, ·, d)
        query, key, value = heads(attn.to_q(hidden_states)), heads(attn.to_k(context)), heads(attn.to_v(context))
        width = value.shape[-1]
        weights = self.token_weights.to(value.dtype)[:, None].expand(-1, attn.heads, -1, -1)
        value = torch.cat((value, weights), dim=-1)  # (B, H, T, d + K)
        attend = self._fused if self.fused else self._plain
        output, attention = attend(query, key, value, attention_mask).split(
            (width, weights.shape[-1]), dim=-1
        )  # (B, H, N, d) and (B, H, N, K)
        self.record.append(attention)
        hidden_states = output.transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](hidden_states))

    @staticmethod
    def _plain(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        return (scores if mask is None else scores + mask).softmax(-1) @ value

    @staticmethod
    def _fused(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Queries, keys and values made as wide as each other, as the fused kernels want them."""
        width, wide = query.shape[-1], value.shape[-1]
        full = -(-wide // ALIGNMENT) * ALIGNMENT
        pad = lambda x: F.pad(x, (0, full - x.shape[-1]))  # noqa: E731
        attended = F.scaled_dot_product_attention(pad(query), pad(key), pad(value), mask, scale=width**-0.5)
        return attended[..., :wide]


@contextmanager
def record_cross_attention(unet: nn.Module, token_weights: Tensor) -> Iterator[list[Tensor]]:
    """Within the block, every forward of `unet` appends what each cross-attention attends to, (B, H, N, K), in layer
    order, to the list it yields; clear the list between forwards. The processors are restored on exit.

    `token_weights` (B, T, K): `mention_weights` for characters, the identity for every token by itself.
    """
    before = dict(unet.attn_processors)
    record: list[Tensor] = []

    def recording(old):
        return RecordingProcessor(record, token_weights, fused=isinstance(old, AttnProcessor2_0))

    unet.set_attn_processor({name: recording(old) if ".attn2." in name else old for name, old in before.items()})
    try:
        yield record
    finally:
        unet.set_attn_processor(before)
