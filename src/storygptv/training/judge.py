"""Training the judge on frames with blur, noise and VAE round trips, so that it reads drawings as well as renders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from storygptv.data.store import StoryData
from storygptv.evaluation.judge import Judge, check_labels, judged_data
from storygptv.evaluation.labels import data_labels
from storygptv.models.latents import to_pixel_values
from storygptv.models.loading import load_part
from storygptv.training.degrade import degraded
from storygptv.training.engine import Task, TrainConfig, rows_of

LABEL_WEIGHTS = {"characters": 4.0, "props": 4.0, "action": 2.0}  # of another label's loss
DEFAULTS = TrainConfig(steps=4000, batch_size=64, learning_rate=1.5e-3, warmup_steps=200, weight_decay=0.05)


class JudgeTask(Task):
    """Every label at once; a quarter of each batch passes through the VAE where there is one."""

    def __init__(self, data: StoryData, vae: AutoencoderKL | None, judge: Judge | None = None, seed: int = 0):
        super().__init__()
        self.data, self.seed = data, seed
        info = data.info
        self.judge = judge or Judge(
            list(info.names), list(info.places), list(info.actions), list(info.props),
            {k: list(v) for k, v in info.attributes.items()}, {k: list(v) for k, v in info.place_attributes.items()},
        )  # fmt: skip
        check_labels(self.judge, info)
        to_be_fixed_anew = {"temperature": 1.0, "threshold": 0.5, "calibrated_on": None}
        self.judge.register_to_config(trained_on=judged_data(info), **to_be_fixed_anew)
        self.judge.to(memory_format=torch.channels_last)
        self.vae = vae.requires_grad_(False) if vae is not None else None

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        labels = data_labels(self.judge, self.data, len(self.data.frames))
        self.labels = {name: value.float() if value.dtype == torch.bool else value for name, value in labels.items()}

    @property
    def num_rows(self) -> int:
        return len(self.data.frames)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rows = rows_of(step, batch_size, len(self.data.frames), self.seed)
        pixels = to_pixel_values(self.data.images(rows))
        return {"pixel_values": pixels} | {name: values[rows] for name, values in self.labels.items()}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        pixels = degraded(batch["pixel_values"], self.vae, generator)
        logits = self.judge(pixels)
        losses = {}
        for name, value in logits.items():
            value, target = value.float(), batch[name]
            if name in ("characters", "props"):
                losses[name] = functional.binary_cross_entropy_with_logits(value, target)
            else:
                total = functional.cross_entropy(
                    value.flatten(0, -2), target.flatten(), ignore_index=-100, reduction="sum"
                )
                losses[name] = total / (target >= 0).sum().clamp(min=1)
        guess = logits["characters"] > 0
        accuracy = (guess == batch["characters"].bool()).all(-1).float().mean()
        loss = sum(LABEL_WEIGHTS.get(name, 1.0) * value for name, value in losses.items())
        return {"loss": loss, **losses, "char_acc": accuracy}

    @torch.no_grad()
    def export(self, folder: Path) -> None:
        """Save the judge, the statistics of its normalisation measured anew for the averaged weights."""
        self.judge.train()
        for step in range(50):
            pixels = self.batch(step, 64)["pixel_values"]
            self.judge(degraded(pixels, self.vae, torch.Generator().manual_seed(step)))
        self.judge.eval().save_pretrained(folder / "judge")


def make_task(data: StoryData, model: Path, seed: int = 0) -> JudgeTask:
    """A new judge, or the one in `model` to train on; with the VAE of `model` where there is one."""
    vae = load_part(AutoencoderKL, model / "vae").eval() if (model / "vae").exists() else None
    judge = load_part(Judge, model / "judge") if (model / "judge").exists() else None
    return JudgeTask(data, vae, judge, seed)
