"""Pictures to latents and back, through any diffusers `AutoencoderKL`.

A VAE whose `in_channels` is 3·u² sees pictures through a u-pixel unshuffle (u = 1 is Stable Diffusion's own), which
makes an f8 autoencoder five times cheaper at the same latent size.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor


def to_pixel_values(pictures: np.ndarray) -> Tensor:
    """Pictures uint8 (B, H, W, 3) to float (B, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(pixel_values: Tensor) -> np.ndarray:
    """The inverse: float (B, 3, H, W) in [-1, 1] to uint8 (B, H, W, 3)."""
    return ((pixel_values.float() + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def unshuffle_factor(vae: AutoencoderKL) -> int:
    """u of a VAE with 3·u² input channels. Raises ValueError if its channels are not of that form."""
    factor = math.isqrt(vae.config.in_channels // 3)
    if 3 * factor * factor != vae.config.in_channels:
        raise ValueError(f"vae.in_channels must be 3 times a square, got {vae.config.in_channels}")
    return factor


def downsampling(vae: AutoencoderKL) -> int:
    """Pixels a latent position spans along each side."""
    return unshuffle_factor(vae) * 2 ** (len(vae.config.block_out_channels) - 1)


def posterior(vae: AutoencoderKL, pixel_values: Tensor):
    """The latent distribution of pictures (B, 3, H, W) in [-1, 1]."""
    return vae.encode(F.pixel_unshuffle(pixel_values, unshuffle_factor(vae))).latent_dist


def to_latents(vae: AutoencoderKL, pixel_values: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] to scaled latents (B, C, h, w) of about unit variance (the mean, no noise)."""
    return posterior(vae, pixel_values).mean * vae.config.scaling_factor


def reconstruct(vae: AutoencoderKL, raw_latents: Tensor) -> Tensor:
    """Unscaled latents (B, C, h, w) to pictures (B, 3, H, W), about [-1, 1], differentiable."""
    return F.pixel_shuffle(vae.decode(raw_latents).sample, unshuffle_factor(vae))


@torch.no_grad()
def to_pixels(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Scaled latents (B, C, h, w) to pictures (B, 3, H, W) in [-1, 1]."""
    return reconstruct(vae, latents / vae.config.scaling_factor).clamp(-1, 1)
