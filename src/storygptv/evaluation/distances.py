"""How far drawn pictures are from true ones: as sets, Fréchet distance (FID) and kernel distance (KID), and one by one
(PSNR).

Shapes: N and M pictures, D features of whatever extractor. Which one it was belongs into a score's name.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

DEGREE = 3  # of KID's polynomial kernel


def frechet_distance(drawn: Tensor, true: Tensor) -> float | None:
    """|μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁C₂)^½) of features (N, D) and (M, D), in float64 and over all of them, none left
    out; None for fewer than two pictures."""
    if len(drawn) < 2 or len(true) < 2:
        return None
    drawn, true = drawn.double(), true.double()
    shift = (drawn.mean(0) - true.mean(0)).square().sum()
    one, other = torch.cov(drawn.T).reshape(drawn.shape[1], -1), torch.cov(true.T).reshape(true.shape[1], -1)
    values, vectors = torch.linalg.eigh(one)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T  # C₁^½; C₁C₂ and C₁^½C₂C₁^½ have the same eigenvalues
    mixed = torch.linalg.eigvalsh(root @ other @ root).clamp(min=0).sqrt().sum()
    return (shift + one.trace() + other.trace() - 2 * mixed).clamp(min=0).item()


def kernel_distance(drawn: Tensor, true: Tensor) -> float | None:
    """KID: the unbiased squared MMD of features (N, D) and (M, D) under the kernel (x·y / D + 1)³, over all pairs and
    not over random subsets; None for fewer than two pictures."""
    if len(drawn) < 2 or len(true) < 2:
        return None
    drawn, true = drawn.double(), true.double()

    def kernel(one: Tensor, other: Tensor) -> Tensor:
        return (one @ other.T / one.shape[1] + 1) ** DEGREE

    def within(features: Tensor) -> Tensor:
        values, count = kernel(features, features), len(features)
        return (values.sum() - values.trace()) / (count * (count - 1))

    return (within(drawn) + within(true) - 2 * kernel(drawn, true).mean()).item()


def psnr(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The peak signal-to-noise ratio (N,) of pictures uint8 (N, H, W, 3), in dB: how near each is to its other;
    138 of two that are the same."""
    error = np.square(one.astype(np.float64) - other).mean((1, 2, 3))
    return 10 * np.log10(255**2 / np.maximum(error, 1e-9))
