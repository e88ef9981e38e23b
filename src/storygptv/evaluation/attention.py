"""Does a character's name attend to where the character is? Cross-attention held against true masks.

Shapes: B pictures, K characters, H heads, N latent positions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def inside_masks(attention: Sequence[Tensor], named: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """The share of each name's attention that lies inside its character's mask, and the share of the picture that the
    mask is, which is what attention that knows nothing would give; both (M,), over layers, pictures and characters.

    attention: per layer (B, H, N, K), what each position attends to the name of character k; named (B, K) bool: who
    has one; masks (B, K, h, w) 0 to 1. Masks are averaged over each cell of a layer's map; a character smaller than
    one cell of it, or without a name, is left out there.
    """
    shares, areas = [torch.zeros(0)], [torch.zeros(0)]
    height, width = masks.shape[-2:]
    for layer in attention:
        positions = layer.shape[2]
        rows = round(math.sqrt(positions * height / width))
        mask = F.adaptive_avg_pool2d(masks.float(), (rows, positions // rows)).flatten(2)  # (B, K, N)
        of_names = layer.float().mean(1).transpose(1, 2)  # (B, K, N)
        counts = named & (mask.sum(-1) >= 1)
        shares.append(((of_names * mask).sum(-1) / of_names.sum(-1).clamp(min=1e-9))[counts].cpu())
        areas.append(mask.mean(-1)[counts].cpu())
    return torch.cat(shares), torch.cat(areas)
