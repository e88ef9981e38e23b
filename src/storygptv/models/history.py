"""What a picture may be conditioned on besides its own text: the earlier frames of its story, as tokens behind the
text condition. Two such modules, of models that the story LLM is compared with.

Shapes: B batch, J earlier frames, L text tokens, D text width, C latent channels, h x w latents, N tokens of a
picture, P patches, W vision width.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import Tensor, nn

from storygptv.models.loading import load_part

FARTHEST = 4  # frames: earlier ones so far back and farther are told apart no more


class _History(ModelMixin, ConfigMixin):
    """Conditions (B, L, D) with the tokens of J earlier frames behind them; without any, just as they were."""

    def _frame_marks(self, num_frames: int) -> Tensor:
        """What tells frames apart by their distance, (J, 1, D); the last one is one frame back."""
        distances = torch.arange(num_frames, 0, -1, device=self.distance.weight.device).clamp(max=FARTHEST)
        return self.distance(distances - 1)[:, None]


class MemoryAttention(_History):
    """In the manner of Story-LDM: a memory of earlier frames' conditions and latents.

    The current text attends to the texts of earlier frames, whose answer is added to it (at first nothing: the output
    projection begins at zero); and the UNet's cross-attention finds, behind the text, the latents of every earlier
    frame, `patch` x `patch` of them a token.
    """

    @register_to_config
    def __init__(
        self, text_width: int = 768, latent_channels: int = 4, latent_size: int = 64, patch: int = 2, num_heads: int = 4
    ):  # fmt: skip
        super().__init__()
        if latent_size % patch:
            raise ValueError(f"patch: must divide the latents' side {latent_size}, got {patch}")
        self.norm = nn.LayerNorm(text_width)
        self.query = nn.Linear(text_width, text_width)
        self.key_value = nn.Linear(text_width, 2 * text_width)
        self.output = nn.Linear(text_width, text_width)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        self.to_tokens = nn.Conv2d(latent_channels, text_width, patch, stride=patch)
        self.position = nn.Parameter(torch.randn((latent_size // patch) ** 2, text_width) * 0.02)
        self.distance = nn.Embedding(FARTHEST, text_width)

    def forward(self, condition: Tensor, earlier_conditions: Tensor, earlier_pictures: Tensor) -> Tensor:
        """Conditions (B, L, D), those of earlier frames (B, J, L, D) and their latents (B, J, C, h, w), oldest first,
        to (B, L + J·N, D)."""
        frames = earlier_conditions.shape[1]
        if not frames:
            return condition
        heads = lambda x: x.unflatten(-1, (self.config.num_heads, -1)).transpose(1, 2)  # noqa: E731  # (B, H, ·, d)
        marked = self.norm(earlier_conditions) + self._frame_marks(frames)
        key, value = self.key_value(marked.flatten(1, 2)).chunk(2, dim=-1)
        told = F.scaled_dot_product_attention(heads(self.query(self.norm(condition))), heads(key), heads(value))
        condition = condition + self.output(told.transpose(1, 2).flatten(2))
        tokens = self.to_tokens(earlier_pictures.flatten(0, 1)).flatten(2).transpose(1, 2)  # (B·J, N, D)
        tokens = tokens.unflatten(0, (-1, frames)) + self.position + self._frame_marks(frames)
        return torch.cat((condition, tokens.flatten(1, 2)), dim=1)


class CaptionPictureHistory(_History):
    """In the manner of AR-LDM: behind the current text the embeddings of every earlier caption and picture, each marked
    with what it is and how far back."""

    @register_to_config
    def __init__(self, text_width: int = 768, vision_width: int = 1024):
        super().__init__()
        self.of_text = nn.Sequential(nn.LayerNorm(text_width), nn.Linear(text_width, text_width))
        self.of_picture = nn.Sequential(nn.LayerNorm(vision_width), nn.Linear(vision_width, text_width))
        self.kind = nn.Parameter(torch.randn(2, text_width) * 0.02)
        self.distance = nn.Embedding(FARTHEST, text_width)

    def forward(self, condition: Tensor, earlier_conditions: Tensor, earlier_pictures: Tensor) -> Tensor:
        """Conditions (B, L, D), those of earlier frames (B, J, L, D) and the patches of their pictures (B, J, P, W),
        oldest first, to (B, L + J·(L + P), D)."""
        frames = earlier_conditions.shape[1]
        if not frames:
            return condition
        told, seen = self.of_text(earlier_conditions) + self.kind[0], self.of_picture(earlier_pictures) + self.kind[1]
        history = torch.cat((told, seen), dim=2) + self._frame_marks(frames)  # (B, J, L + P, D)
        return torch.cat((condition, history.flatten(1, 2)), dim=1)


KINDS: dict[str, type[_History]] = {"memory_attention": MemoryAttention, "autoregressive": CaptionPictureHistory}


def load_history(folder: Path, kind: str) -> _History:
    """The history module of a kind of KINDS in a model folder. Raises ValueError where there is none of that kind, and
    as `load_part`."""
    config = folder / "history" / "config.json"
    of = json.loads(config.read_text()).get("_class_name") if config.exists() else None
    if of != KINDS[kind].__name__:
        raise ValueError(
            f"model: must hold a history of kind {kind}, {folder} has {of or 'none'};"
            " `storygptv train history` trains one"
        )
    return load_part(KINDS[kind], folder / "history")
