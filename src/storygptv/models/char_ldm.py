"""Char-LDM (paper section 3.2): a latent diffusion model over character-augmented text.

Shapes: B batch, K characters, T = L text tokens, D text width, F feature width, C latent channels.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DDPMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import AutoTokenizer, CLIPTextModel, CLIPVisionModelWithProjection

from storygptv.models.attention import mention_weights, record_cross_attention
from storygptv.models.fusion import CharacterFusion
from storygptv.models.latents import downsampling, to_latents, to_pictures, to_pixels
from storygptv.models.loading import load_part
from storygptv.models.regions import masks_by_region

LOOKED_AT = 0.2  # how far a picture is noised, as a share of the schedule, to see what is attended to in it
SMALLEST = 0.005  # of a picture: a character found on less of it is not seen


class CharLDM(nn.Module):
    """The parts of a Stable Diffusion folder (`unet`, `vae`, `text_encoder`, `tokenizer`, `scheduler`), with an
    `image_encoder` for the characters and their `fusion` into the text. Without `fusion` it is plain LDM."""

    def __init__(
        self, unet: UNet2DConditionModel, vae: AutoencoderKL, text_encoder: CLIPTextModel, tokenizer,
        scheduler: DDPMScheduler, image_encoder: CLIPVisionModelWithProjection | None = None,
        fusion: CharacterFusion | None = None,
    ):  # fmt: skip
        super().__init__()
        self.unet, self.vae, self.text_encoder = unet, vae, text_encoder
        self.tokenizer, self.scheduler = tokenizer, scheduler
        self.image_encoder, self.fusion = image_encoder, fusion

    @classmethod
    def from_folder(cls, folder: Path) -> CharLDM:
        """Read the parts of a model folder; `image_encoder` and `fusion` may be missing. Raises as `load_part`."""
        optional = {"image_encoder": CLIPVisionModelWithProjection, "fusion": CharacterFusion}
        return cls(
            load_part(UNet2DConditionModel, folder / "unet"),
            load_part(AutoencoderKL, folder / "vae"),
            load_part(CLIPTextModel, folder / "text_encoder"),
            AutoTokenizer.from_pretrained(folder / "tokenizer"),
            DDPMScheduler.from_pretrained(folder / "scheduler"),
            **{n: load_part(c, folder / n) for n, c in optional.items() if (folder / n).exists()},
        )

    def save(self, folder: Path, **options) -> None:
        """Write every part to its folder; `options` go to the libraries' `save_pretrained`."""
        for name in ("unet", "vae", "text_encoder", "tokenizer", "scheduler", "image_encoder", "fusion"):
            part = getattr(self, name)
            if part is not None:
                part.save_pretrained(folder / name, **(options if isinstance(part, nn.Module) else {}))

    @property
    def condition_length(self) -> int:
        """L: tokens of the text condition."""
        return self.text_encoder.config.max_position_embeddings

    @property
    def image_size(self) -> int:
        """Pixels of a drawing's side."""
        return self.unet.config.sample_size * downsampling(self.vae)

    def character_features(self, character_pixel_values: Tensor) -> Tensor:
        """φ(I_k): crops (..., 3, H, W) in [-1, 1] to features (..., F)."""
        flat = character_pixel_values.flatten(0, -4)
        return self.image_encoder(flat).image_embeds.unflatten(0, character_pixel_values.shape[:-3])

    def condition(
        self, input_ids: Tensor, character_features: Tensor | None = None, character_token_mask: Tensor | None = None
    ) -> Tensor:  # fmt: skip
        """The text condition (B, T, D): ψ(S), fused with the characters' features (B, K, F) where
        `character_token_mask` (B, K, T) says they are named (eq. 1)."""
        return self.fused(self.text_encoder(input_ids).last_hidden_state, character_features, character_token_mask)

    def fused(self, text: Tensor, character_features: Tensor | None, character_token_mask: Tensor | None) -> Tensor:
        """A text condition (B, T, D) with the characters' features fused in. Features of nothing but zeros stand for
        a character of whom there is no picture: its tokens stay as they are."""
        if character_features is None or self.fusion is None:
            return text
        known = character_features.any(-1, keepdim=True)
        return self.fusion(text, character_features, character_token_mask & known)

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, prompt_embeds: Tensor) -> Tensor:
        """The UNet's prediction (B, C, h, w): the one function that training and sampling share."""
        return self.unet(noisy_latents, timesteps, prompt_embeds).sample

    def empty_condition(self) -> Tensor:
        """The condition of the empty text, (1, T, D): the unconditional branch of guidance."""
        ids = self.tokenizer(
            "", padding="max_length", max_length=self.condition_length, truncation=True, return_tensors="pt"
        ).input_ids
        return self.condition(ids.to(self.unet.device))

    @torch.no_grad()
    def sample(
        self, prompt_embeds: Tensor, generators: Sequence[torch.Generator], num_inference_steps: int = 20,
        guidance_scale: float = 4.0, on_step: Callable[[int], None] | None = None, scheduler=None,
    ) -> Tensor:  # fmt: skip
        """Draw latents (B, C, h, w) from conditions (B, T, D), of any length T, with classifier-free guidance and
        `scheduler`, by default DPM-Solver++ of the SDE: the noise that it adds at every step keeps faces from blurring.
        Conditions (B, S, T, D) are those of the S timesteps of the scheduler, each its own.

        One CPU generator a picture: a picture is the same alone and in a batch. Raises ValueError for conditions of
        another number of timesteps.
        """
        if scheduler is None:
            scheduler = DPMSolverMultistepScheduler.from_config(
                self.scheduler.config, timestep_spacing="trailing", algorithm_type="sde-dpmsolver++"
            )
        scheduler.set_timesteps(num_inference_steps, device=prompt_embeds.device)
        if prompt_embeds.ndim == 4 and prompt_embeds.shape[1] != len(scheduler.timesteps):
            raise ValueError(
                f"prompt_embeds: must be of {len(scheduler.timesteps)} timesteps, got {prompt_embeds.shape[1]}"
            )
        config = self.unet.config
        shape = (config.in_channels, config.sample_size, config.sample_size)
        noise = torch.stack([torch.randn(shape, generator=generator) for generator in generators])
        latents = noise.to(prompt_embeds) * scheduler.init_noise_sigma
        adds_noise = "generator" in inspect.signature(scheduler.step).parameters
        noises = {"generator": list(generators)} if adds_noise else {}
        without = self.empty_condition().to(prompt_embeds).expand(len(prompt_embeds), -1, -1)
        for step, timestep in enumerate(scheduler.timesteps):
            condition = prompt_embeds if prompt_embeds.ndim == 3 else prompt_embeds[:, step]
            model_input = scheduler.scale_model_input(latents, timestep)
            if guidance_scale == 1.0:
                guided = self.predict(model_input, timestep, condition)
            else:
                empty, full = self._predict_both(model_input, timestep, without, condition)
                guided = empty + guidance_scale * (full - empty)
            latents = scheduler.step(guided, timestep, latents, **noises).prev_sample
            if on_step is not None:
                on_step(step)
        return latents

    def _predict_both(self, noisy_latents: Tensor, timestep: Tensor, *conditions: Tensor) -> Sequence[Tensor]:
        """The predictions under two conditions, in one pass where they are of one length."""
        if conditions[0].shape == conditions[1].shape:
            return self.predict(noisy_latents.repeat(2, 1, 1, 1), timestep, torch.cat(conditions)).chunk(2)
        return [self.predict(noisy_latents, timestep, condition) for condition in conditions]

    @torch.no_grad()
    def attended(
        self, pixel_values: Tensor, prompt_embeds: Tensor, character_token_mask: Tensor, noised: float
    ) -> list[Tensor]:
        """What each position of pictures (B, 3, H, W), noised by the share `noised` of the schedule, attends to the
        names of `character_token_mask` (B, K, T): of each layer (B, heads, N, K). One step of the UNet."""
        latents = to_latents(self.vae, pixel_values)
        timestep = int(noised * self.scheduler.config.num_train_timesteps)
        timesteps = torch.full((len(latents),), timestep, device=latents.device)
        noise = torch.randn(latents.shape[1:], generator=torch.Generator().manual_seed(0)).to(latents)
        noisy = self.scheduler.add_noise(latents, noise.expand_as(latents), timesteps)
        with record_cross_attention(self.unet, mention_weights(character_token_mask)) as recorded:
            self.predict(noisy, timesteps, prompt_embeds)
        return recorded

    @torch.no_grad()
    def find_characters(self, pixel_values: Tensor, prompt_embeds: Tensor, character_token_mask: Tensor) -> Tensor:
        """Where in pictures (B, 3, H, W) the characters of `character_token_mask` (B, K, T) are: masks bool
        (B, K, H, W), which do not overlap, empty for who is not named or hardly to be seen.

        The training of cross-attention by masks (eq. 2-3), read backwards: positions that attend to a name, on the
        finest maps, belong to that character, and regions of one colour are taken as a whole.
        """
        maps = self.attention_to_characters(pixel_values, prompt_embeds, character_token_mask).float().cpu().numpy()
        pictures = to_pictures(pixel_values)
        masks = np.stack([masks_by_region(each, picture) for each, picture in zip(maps, pictures, strict=True)])
        masks &= masks.mean((-2, -1), keepdims=True) >= SMALLEST
        return torch.from_numpy(masks).to(pixel_values.device)

    @torch.no_grad()
    def attention_to_characters(
        self, pixel_values: Tensor, prompt_embeds: Tensor, character_token_mask: Tensor
    ) -> Tensor:  # fmt: skip
        """How much each position of pictures (B, 3, H, W) attends to the characters of `character_token_mask`
        (B, K, T), as a share of the most that one does: (B, K, H, W), about 0 to 1. One step of the UNet on the noised
        picture.
        """
        recorded = self.attended(pixel_values, prompt_embeds, character_token_mask, LOOKED_AT)
        finest = max(layer.shape[2] for layer in recorded)
        maps = torch.stack([layer.float().mean(1) for layer in recorded if layer.shape[2] == finest])
        rows = round(math.sqrt(finest * pixel_values.shape[-2] / pixel_values.shape[-1]))
        maps = maps.transpose(-1, -2).unflatten(-1, (rows, -1))  # (layers, B, K, rows, columns)
        maps = (maps / maps.amax((-2, -1), keepdim=True).clamp(min=1e-6)).mean(0)
        return F.interpolate(maps, pixel_values.shape[-2:], mode="bicubic")

    def decode(self, latents: Tensor) -> np.ndarray:
        """Latents (B, C, h, w) to pictures uint8 (B, H, W, 3)."""
        return to_pictures(to_pixels(self.vae, latents.to(self.vae.dtype)))
