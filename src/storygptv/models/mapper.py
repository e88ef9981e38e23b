"""Mapper_LDM: hidden states of the [IMG] tokens to the text condition of Char-LDM (paper section 3.3).

Shapes: B batch, R [IMG] tokens, L condition length, D condition width.
"""

from __future__ import annotations

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn


class EmbeddingMapper(ModelMixin, ConfigMixin):
    """A transformer with L learned queries (GILL's layout: `fc`, `query_embs`, `tfm`, `model`)."""

    @register_to_config
    def __init__(
        self, input_width: int, output_width: int = 768, num_queries: int = 77, hidden_width: int = 512,
        num_encoder_layers: int = 4, num_decoder_layers: int = 4, num_heads: int = 4, feedforward_width: int = 2048,
        dropout: float = 0.0,
    ):  # fmt: skip
        super().__init__()
        self.fc = nn.Linear(input_width, hidden_width)
        layer = nn.TransformerEncoderLayer(
            hidden_width, num_heads, feedforward_width, dropout, norm_first=True, batch_first=True
        )
        encoder = nn.TransformerEncoder(
            layer, num_encoder_layers, nn.LayerNorm(hidden_width), enable_nested_tensor=False
        )
        self.tfm = nn.Transformer(
            hidden_width, num_heads, num_encoder_layers, num_decoder_layers, feedforward_width, dropout,
            custom_encoder=encoder, norm_first=True, batch_first=True,
        )  # fmt: skip
        self.query_embs = nn.Parameter(torch.randn(1, num_queries, hidden_width))
        self.model = nn.Linear(hidden_width, output_width)

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(B, R, input_width) to (B, L, D)."""
        x = self.fc(hidden_states)
        return self.model(self.tfm(x, self.query_embs.expand(len(x), -1, -1)))
