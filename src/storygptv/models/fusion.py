"""Character-augmented text: the characters' visual features fused in at their name tokens (paper section 3.2, eq. 1).

Shapes: B batch, K characters, T tokens, D text width, F width of a character's visual feature.
"""

from __future__ import annotations

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn
from torch.nn import functional


class _MLP(nn.Module):
    """LayerNorm, two linear layers with a GELU between, and a residual where the widths allow it."""

    def __init__(self, width_in: int, width_out: int, residual: bool):
        super().__init__()
        self.layernorm = nn.LayerNorm(width_in)
        self.fc1 = nn.Linear(width_in, width_out)
        self.fc2 = nn.Linear(width_out, width_out)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc2(functional.gelu(self.fc1(self.layernorm(x))))
        return x + y if self.residual else y


class CharacterFusion(ModelMixin, ConfigMixin):
    """c^k = MLP(concat(ψ(S[i_k]), φ(I_k))) at the name tokens; every other token stays as it is (eq. 1).

    The layers are FastComposer's (tensor names `mlp1`, `mlp2`, `layer_norm`), which the paper's code uses.
    """

    @register_to_config
    def __init__(self, text_width: int = 768, feature_width: int = 768):
        super().__init__()
        self.mlp1 = _MLP(text_width + feature_width, text_width, residual=False)
        self.mlp2 = _MLP(text_width, text_width, residual=True)
        self.layer_norm = nn.LayerNorm(text_width)

    def fuse(self, text: Tensor, feature: Tensor) -> Tensor:
        """Eq. 1 for token embeddings (..., D) and visual features (..., F): fused embeddings (..., D)."""
        fused = self.mlp1(torch.cat((text, feature), dim=-1)) + text
        return self.layer_norm(self.mlp2(fused))

    def forward(self, text_embeds: Tensor, character_features: Tensor, character_token_mask: Tensor) -> Tensor:
        """Text embeddings (B, T, D) fused with features (B, K, F) where `character_token_mask` (B, K, T) is true.

        At most one character may own a token; without any, the text embeddings come back unchanged.
        """
        mask = character_token_mask.to(text_embeds.dtype)
        feature = mask.transpose(1, 2) @ character_features.to(text_embeds.dtype)  # (B, T, F)
        return torch.where(mask.any(1)[..., None], self.fuse(text_embeds, feature).to(text_embeds.dtype), text_embeds)
