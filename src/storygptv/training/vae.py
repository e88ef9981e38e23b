"""The VAE: pictures to latents eight times smaller, or sixteen, trained with the characters counting more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from storygptv.data.store import StoryData
from storygptv.models.latents import downsampling, posterior, reconstruct, to_pixel_values
from storygptv.models.loading import load_part
from storygptv.training.engine import Task, TrainConfig, rows_of, sample_numbers
from storygptv.training.losses import reconstruction_loss

if TYPE_CHECKING:
    from storygptv.world.crops import WorldCrops

WORLD_EPOCH = 100_000  # crops of the open world that are called an epoch: it has no end
DEFAULTS = TrainConfig(steps=3600, batch_size=16, learning_rate=2e-3, warmup_steps=100)


def new_vae(widths: tuple[int, ...] = (160,), latent_channels: int = 12, unshuffle: int = 8) -> AutoencoderKL:
    """An f8 autoencoder for small pictures: one level behind an 8-pixel unshuffle, the fastest to train on a CPU."""
    channels = 3 * unshuffle**2
    return AutoencoderKL(
        in_channels=channels, out_channels=channels, block_out_channels=widths, latent_channels=latent_channels,
        down_block_types=("DownEncoderBlock2D",) * len(widths), up_block_types=("UpDecoderBlock2D",) * len(widths),
        layers_per_block=1,
    )  # fmt: skip


class VAETask(Task):
    """Reconstruct frames; the KL term is small, latents need not be Gaussian but smooth."""

    def __init__(
        self, data: StoryData | WorldCrops, kl_loss_weight: float = 5e-4, character_weight: float = 2.0, seed: int = 0
    ):  # fmt: skip
        super().__init__()
        self.data, self.seed = data, seed
        self.kl_loss_weight, self.character_weight = kl_loss_weight, character_weight
        vae = new_vae((64, 128, 256), 16, 4) if hasattr(data, "crops") else new_vae()
        self.vae = vae.to(memory_format=torch.channels_last)
        if hasattr(data, "crops"):  # drawn as it is asked for
            return
        if data.info.resolution % (cell := downsampling(self.vae)):
            raise ValueError(f"data: pictures must be a multiple of {cell} pixels, got {data.info.resolution}")

    @property
    def num_rows(self) -> int:
        return WORLD_EPOCH if hasattr(self.data, "crops") else len(self.data.frames)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        if hasattr(self.data, "crops"):
            pictures, someone = self.data.crops(sample_numbers(step, batch_size))
        else:
            rows = rows_of(step, batch_size, len(self.data.frames), self.seed)
            pictures, someone = self.data.images(rows), self.data.segmentations(rows, required=False) > 0
        pixels = to_pixel_values(pictures)
        someone = torch.from_numpy(someone.astype(np.float32))[:, None]
        if step % 2:
            pixels, someone = pixels.flip(-1), someone.flip(-1)
        return {"pixel_values": pixels, "character_masks": someone}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        distribution = posterior(self.vae, batch["pixel_values"])
        reconstruction = reconstruct(self.vae, distribution.sample(generator))
        weights = 1 + self.character_weight * batch["character_masks"]
        image_loss = reconstruction_loss(reconstruction, batch["pixel_values"], weights)
        kl_loss = distribution.kl().mean() / distribution.mean[0].numel()
        with torch.no_grad():
            mse = (reconstruction.float() - batch["pixel_values"]).square().mean()
        loss = image_loss + self.kl_loss_weight * kl_loss
        return {"loss": loss, "image_loss": image_loss, "kl_loss": kl_loss, "psnr": 10 * torch.log10(4 / mse)}

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Measure the latents' spread on training frames, keep it as `scaling_factor`, save."""
        self.vae.eval()
        means = [
            posterior(self.vae, self.batch(step, 64)["pixel_values"].to(self.vae.device)).mean for step in range(8)
        ]
        self.vae.register_to_config(scaling_factor=round(1 / float(torch.cat(means).std()), 4))
        self.vae.save_pretrained(folder / "vae")


def load_data(folder: Path) -> StoryData | WorldCrops:
    """Read a data set, or, for "world", the open world, drawn as it is asked for."""
    if str(folder) == "world" and not Path(folder).exists():
        from storygptv.world.crops import WorldCrops  # which needs skia

        return WorldCrops()
    return StoryData.load(folder)


def make_task(data: StoryData | WorldCrops, model: Path, seed: int = 0, **options) -> VAETask:
    """A new VAE, or the one in the folder `model` where there is one, to train on."""
    task = VAETask(data, seed=seed, **options)
    if (model / "vae").exists():
        task.vae = load_part(AutoencoderKL, model / "vae").to(memory_format=torch.channels_last)
    return task
