"""Token sequences of stories as training takes them: padded, with positions of stories longer than they are."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def spread_positions(starts: list[int], length: int, limit: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of a sequence whose frames begin at `starts`: in half of the cases with random gaps before frames,
    so that a short story teaches the distances of a long one."""
    positions = np.arange(length)
    if rng.random() < 0.5 and starts:
        cuts = np.sort(rng.integers(0, int((limit - length) * rng.random() ** 2) + 1, len(starts)))
        for start, before, cut in zip(starts, [0, *cuts[:-1]], cuts, strict=True):
            positions[start:] += cut - before
    return positions


def pad(sequences: list[np.ndarray], value: int) -> Tensor:
    """Integer sequences as one tensor (B, T), padded at the right."""
    padded = np.full((len(sequences), max(map(len, sequences))), value)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(padded)
