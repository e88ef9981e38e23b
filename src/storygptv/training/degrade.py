"""Renders made worse, so that what learns to look at them reads drawings as well."""

from __future__ import annotations

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from storygptv.models.latents import to_latents, to_pixels


@torch.no_grad()
def degraded(pixels: Tensor, vae: AutoencoderKL | None, generator: torch.Generator) -> Tensor:
    """Square pictures (B, 3, H, H) in [-1, 1], four at least for all of it: a quarter through the VAE, if there is one,
    with noisy latents, a quarter blurred, noise on all, which may take them beyond [-1, 1]."""
    quarter = len(pixels) // 4
    parts = [pixels[:quarter], pixels[quarter : 2 * quarter], pixels[2 * quarter :]]
    if vae is not None and len(parts[0]):
        latents = to_latents(vae, parts[0])
        amount = torch.rand(quarter, 1, 1, 1, generator=generator, device=pixels.device) * 0.15
        noise = torch.randn(latents.shape, generator=generator, device=pixels.device)
        parts[0] = to_pixels(vae, (latents + amount * noise).to(pixels.dtype)).float()
    size = pixels.shape[-1]
    blurred = int(torch.randint(size // 2, size, (), generator=torch.Generator().manual_seed(generator.initial_seed())))
    small = functional.interpolate(parts[1], (blurred, blurred), mode="area")
    parts[1] = functional.interpolate(small, (size, size), mode="bilinear")
    pixels = torch.cat(parts)
    amount = torch.rand(len(pixels), 1, 1, 1, generator=generator, device=pixels.device) * 0.1
    return pixels + amount * torch.randn(pixels.shape, generator=generator, device=pixels.device)
