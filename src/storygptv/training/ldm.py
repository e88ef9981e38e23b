"""LDM: this world's Stable Diffusion, trained on alt-texts (and some captions); Char-LDM fine-tunes from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from PIL import Image
from torch import Tensor
from transformers import AutoTokenizer, CLIPTextModel

from storygptv.data.collate import tokenize
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import downsampling
from storygptv.models.loading import load_part
from storygptv.training.cache import Caches
from storygptv.training.engine import Task, TrainConfig, rows_of, sample_numbers, sample_rngs
from storygptv.training.losses import denoising_loss

DEFAULTS = TrainConfig(steps=6000, batch_size=64, learning_rate=8e-4, warmup_steps=300, ema_decay=0.9995)
UNCONDITIONAL = 0.1  # share of samples trained with the empty text
GOLDEN = (5**0.5 - 1) / 2
SAMPLED = 6  # pictures of a sample at most
SMALL_MAP = 16  # latents up to this side train a quarter faster on a CPU with plain attention than with the fused one


def new_unet(latent_channels: int, latent_size: int, text_width: int) -> UNet2DConditionModel:
    """A UNet of about 8 M parameters with cross-attention on its middle map both ways, its finest one on the way up
    and its coarsest one between them."""
    return UNet2DConditionModel(
        sample_size=latent_size, in_channels=latent_channels, out_channels=latent_channels,
        block_out_channels=(96, 128, 160), layers_per_block=1, cross_attention_dim=text_width,
        attention_head_dim=(2, 4, 4),  # the number of heads of each level, by diffusers' historical naming
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip


def new_scheduler() -> DDPMScheduler:
    """Stable Diffusion's noise schedule, predicting v."""
    return DDPMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, prediction_type="v_prediction",
        clip_sample=False, timestep_spacing="trailing",
    )  # fmt: skip


def draw_noise(
    latents: Tensor, rngs: Sequence[np.random.Generator], numbers: Sequence[int], scheduler: DDPMScheduler, seed: int
) -> dict[str, Tensor]:
    """What latents (B, C, h, w) are to be noised with: `noise` (B, C, h, w) and `timesteps` (B,), each by its sample's
    stream and number. Timesteps of numbers in a row are spread evenly (multiples of the golden ratio, from where the
    run's `seed` says): the same distribution, a quieter loss."""
    noise = np.stack([rng.standard_normal(latents.shape[1:], dtype=np.float32) for rng in rngs])
    first = seed % 2**32 * 2**0.5 % 1  # of a larger number no digits would be left
    shares = np.modf(np.asarray(numbers, dtype=np.float64) * GOLDEN + first)[0]
    timesteps = torch.from_numpy((shares * scheduler.config.num_train_timesteps).astype(np.int64))
    return {"noise": torch.from_numpy(noise), "timesteps": timesteps}


def noised(
    scheduler: DDPMScheduler, latents: Tensor, noise: Tensor, timesteps: Tensor
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Latents (B, C, h, w) with `noise` at `timesteps` (B,): what a UNet reads, what it should predict by the
    scheduler's kind of prediction, and the timesteps' signal-to-noise ratios (B,)."""
    noisy = scheduler.add_noise(latents, noise, timesteps).contiguous(memory_format=torch.channels_last)
    is_noise = scheduler.config.prediction_type == "epsilon"
    target = noise if is_noise else scheduler.get_velocity(latents, noise, timesteps)
    alphas = scheduler.alphas_cumprod.to(latents.device)[timesteps]
    return noisy, target, alphas / (1 - alphas)


def drawing_loss(
    char_ldm: CharLDM, latents: Tensor, noise: Tensor, timesteps: Tensor, mapped: Tensor, target: Tensor,
    weights: Tensor | None = None, shares: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """How far apart Char-LDM's predictions under two conditions (B, L, D) are, for latents (B, C, h, w) with `noise` at
    `timesteps` (B,), weighted over the picture by `weights` (B, 1, h, w) and over samples by `shares` (B,) where given.
    """
    noisy, _, snr = noised(char_ldm.scheduler, latents, noise, timesteps)
    with torch.no_grad():
        wanted = char_ldm.predict(noisy, timesteps, target)
    prediction = char_ldm.predict(noisy, timesteps, mapped)
    kind = char_ldm.scheduler.config.prediction_type
    return denoising_loss(prediction, wanted, snr, weights=weights, prediction_type=kind, shares=shares)


def arranged(unet: UNet2DConditionModel) -> None:
    """Lay a UNet out as it trains fastest."""
    unet.to(memory_format=torch.channels_last)
    if unet.config.sample_size <= SMALL_MAP:
        unet.set_default_attn_processor()


class DiffusionTask(Task):
    """What every diffusion task shares: cached latents, noise, and the denoising loss."""

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM, seed: int = 0, snr_gamma: float | None = 5.0):
        super().__init__()
        kind = char_ldm.scheduler.config.prediction_type
        if kind not in ("epsilon", "v_prediction"):
            raise ValueError(f"scheduler: prediction_type must be epsilon or v_prediction, got {kind!r}")
        if data.info.resolution != char_ldm.image_size:
            raise ValueError(
                f"data: pictures must be {char_ldm.image_size} pixels, as the model draws them, got"
                f" {data.info.resolution}"
            )
        self.data, self.model, self.seed, self.snr_gamma = data, model, seed, snr_gamma
        self.char_ldm = char_ldm.requires_grad_(False)
        char_ldm.unet.requires_grad_(True)
        arranged(char_ldm.unet)

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        data, char_ldm = self.data, self.char_ldm
        self.caches = Caches(data, self.model, device, log)
        self.latents = self.caches.latents(char_ldm.vae)
        self.captions = data.text("caption")
        self.empty_ids = tokenize([""], char_ldm.tokenizer, char_ldm.condition_length)["input_ids"][0]

    @property
    def num_rows(self) -> int:
        return len(self.data.frames)

    def sketch(self, batch_size: int) -> object:
        unet = self.char_ldm.unet.config
        latents = torch.zeros(batch_size, unet.in_channels, unet.sample_size, unet.sample_size)
        prompt_embeds = torch.zeros(batch_size, self.char_ldm.condition_length, unet.cross_attention_dim)
        return self.char_ldm.predict(latents, torch.zeros(batch_size, dtype=torch.long), prompt_embeds)

    def noise(self, latents: Tensor, rngs: Sequence[np.random.Generator], step: int) -> dict[str, Tensor]:
        """What the latents (B, C, h, w) of a step are to be noised with, as `draw_noise`."""
        return draw_noise(latents, rngs, sample_numbers(step, len(rngs)), self.char_ldm.scheduler, self.seed)

    def denoising(self, batch: dict[str, Tensor], prompt_embeds: Tensor, weights: Tensor | None = None) -> Tensor:
        """The loss of the scheduler's kind of prediction for a batch's `latents` (B, C, h, w), noised as it says, under
        conditions (B, T, D), weighted over the picture by `weights` (B, 1, h, w) where given."""
        scheduler, timesteps = self.char_ldm.scheduler, batch["timesteps"]
        noisy, target, snr = noised(scheduler, batch["latents"], batch["noise"], timesteps)
        prediction = self.char_ldm.predict(noisy, timesteps, prompt_embeds)
        return denoising_loss(prediction, target, snr, self.snr_gamma, weights, scheduler.config.prediction_type)

    def sample_condition(self, rows: list[int]) -> Tensor:
        """The conditions (B, T, D) of frames by their captions."""
        raise NotImplementedError

    def sample(self) -> tuple[list[Image.Image], list[str]]:
        """The first story, from its captions."""
        rows = self.data.stories[0][:SAMPLED]
        device = self.char_ldm.unet.device
        generators = [torch.Generator().manual_seed(row) for row in rows]
        pictures = self.char_ldm.decode(self.char_ldm.sample(self.sample_condition(rows).to(device), generators))
        return [Image.fromarray(picture) for picture in pictures], [self.captions[row] for row in rows]

    def export(self, folder: Path) -> None:
        self.char_ldm.save(folder)


class LDMTask(DiffusionTask):
    """Plain text-to-picture; the text tower trains along and is frozen afterwards."""

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM, seed: int = 0, snr_gamma: float | None = 5.0,
                 caption_share: float = 0.3, train_text: bool = True):  # fmt: skip
        super().__init__(data, model, char_ldm, seed, snr_gamma)
        char_ldm.text_encoder.requires_grad_(train_text)
        self.caption_share = caption_share

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        super().prepare(device, log)
        data, char_ldm = self.data, self.char_ldm
        length = char_ldm.condition_length
        self.ids = torch.stack(
            [
                tokenize(data.text(column, required=True), char_ldm.tokenizer, length)["input_ids"].int()
                for column in ("alt_text", "caption")
            ]
        )  # (2, N, T)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rows = rows_of(step, batch_size, len(self.data.frames), self.seed)
        rngs = sample_rngs(step, batch_size, self.seed)
        chance = torch.tensor([rng.random(2).tolist() for rng in rngs]).T
        ids = self.ids[(chance[0] < self.caption_share).long(), rows].long()
        ids = torch.where((chance[1] < UNCONDITIONAL)[:, None], self.empty_ids, ids)
        latents = self.latents[rows].float()
        return {"latents": latents, "input_ids": ids, **self.noise(latents, rngs, step)}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        return {"loss": self.denoising(batch, self.char_ldm.condition(batch["input_ids"]))}

    def sample_condition(self, rows: list[int]) -> Tensor:
        return self.char_ldm.condition(self.ids[1, rows].long().to(self.char_ldm.unet.device))


def make_task(data: StoryData, model: Path, seed: int = 0, **options) -> LDMTask:
    """The LDM in `model` to train on, or a new UNet over its VAE and text encoder, with its scheduler or a new one."""
    vae = load_part(AutoencoderKL, model / "vae")
    text_encoder = load_part(CLIPTextModel, model / "text_encoder")
    if (model / "unet").exists():
        unet = load_part(UNet2DConditionModel, model / "unet")
    else:
        torch.manual_seed(seed)
        size = data.info.resolution // downsampling(vae)
        unet = new_unet(vae.config.latent_channels, size, text_encoder.config.hidden_size)
    tokenizer = AutoTokenizer.from_pretrained(model / "tokenizer")
    folder = model / "scheduler"
    scheduler = DDPMScheduler.from_pretrained(folder) if folder.exists() else new_scheduler()
    return LDMTask(data, model, CharLDM(unet, vae, text_encoder, tokenizer, scheduler), seed, **options)
