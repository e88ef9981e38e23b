"""Two models that the story LLM is compared with: an LDM that draws each frame from its caption and the frames before,
by a memory of their conditions and latents (in the manner of Story-LDM) or from their captions and pictures (in that of
AR-LDM). See `models/history.py`. Train it into a folder of its own: it has another UNet than Char-LDM, and no fusion.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storygptv.data.collate import tokenize
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.history import KINDS, CaptionPictureHistory, MemoryAttention, load_history
from storygptv.training.engine import TrainConfig, rows_of, sample_rngs
from storygptv.training.ldm import SAMPLED, UNCONDITIONAL, DiffusionTask

DEFAULTS = TrainConfig(steps=6000, batch_size=64, learning_rate=5e-4, warmup_steps=200, ema_decay=0.9995)
BATCHES = 1  # the stream of what is drawn by lot for a batch, which samples have no part in


class HistoryTask(DiffusionTask):
    """Frames of referential stories, each drawn from its caption and the true frames before it. All frames of a batch
    stand at one place in their stories; 10 % of them are unconditional. `train_text` trains the text tower along, which
    has read few pronouns before."""

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM,
                 history: MemoryAttention | CaptionPictureHistory, seed: int = 0, snr_gamma: float | None = 5.0,
                 train_text: bool = True):  # fmt: skip
        super().__init__(data, model, char_ldm, seed, snr_gamma)
        char_ldm.text_encoder.requires_grad_(train_text)
        self.history = history

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        super().prepare(device, log)
        ldm = self.char_ldm
        self.pictures = self.latents
        if isinstance(self.history, CaptionPictureHistory):
            self.pictures = self.caches.frames(ldm.image_encoder, "image_encoder", "patches")
        told = self.data.told(required=True)
        ids = tokenize([text for story in told for text in story], ldm.tokenizer, ldm.condition_length)["input_ids"]
        self.ids = ids.int().split([len(story) for story in told])  # of each story: a frame may be told in several ways
        lengths = [len(rows) for rows in self.data.stories]
        self.stories = [
            [story for story, length in enumerate(lengths) if length > frame] for frame in range(max(lengths))
        ]

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        frame = int(np.random.default_rng((self.seed, step, BATCHES)).integers(len(self.stories)))
        rngs = sample_rngs(step, batch_size, self.seed)
        stories = self.stories[frame]
        chosen = [stories[place] for place in rows_of(step, batch_size, len(stories), self.seed)]
        rows = torch.tensor([self.data.stories[story][: frame + 1] for story in chosen])
        ids = torch.stack([self.ids[story][: frame + 1] for story in chosen]).long()
        earlier = rows[:, :frame]
        latents = self.latents[rows[:, frame]].float()
        batch = {
            "latents": latents,
            **self.noise(latents, rngs, step),
            "input_ids": ids[:, frame],
            "is_empty": torch.tensor([rng.random() < UNCONDITIONAL for rng in rngs]),
        }
        if frame:
            batch["earlier_ids"] = ids[:, :frame]
            batch["earlier_pictures"] = self.pictures[earlier.flatten()].unflatten(0, earlier.shape).float()
        return batch

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        empty = batch["is_empty"]
        loss = batch["latents"].new_zeros(())
        if not empty.all():
            part = {name: value[~empty] for name, value in batch.items()}
            loss = loss + (~empty).float().mean() * self.denoising(part, self.conditions(part))
        if empty.any():  # of another length than conditions with a history
            part = {name: value[empty] for name, value in batch.items()}
            without = self.char_ldm.condition(self.empty_ids.to(empty.device)[None]).expand(int(empty.sum()), -1, -1)
            loss = loss + empty.float().mean() * self.denoising(part, without)
        return {"loss": loss}

    def conditions(self, batch: dict[str, Tensor]) -> Tensor:
        """Conditions of a batch's captions with the frames before them."""
        condition = self.char_ldm.condition(batch["input_ids"])
        if "earlier_ids" not in batch:
            return condition
        ids = batch["earlier_ids"]  # (B, J, L)
        earlier = self.char_ldm.condition(ids.flatten(0, 1)).unflatten(0, ids.shape[:2])
        return self.history(condition, earlier, batch["earlier_pictures"])

    def sample(self) -> tuple[list[Image.Image], list[str]]:
        """The first story, each frame after the true ones before it."""
        rows, device, drawn = self.data.stories[0][:SAMPLED], self.char_ldm.unet.device, []
        ids = self.ids[0].long().to(device)
        for frame, row in enumerate(rows):
            batch = {"input_ids": ids[frame : frame + 1]}
            if frame:
                batch["earlier_ids"] = ids[None, :frame]
                batch["earlier_pictures"] = self.pictures[rows[:frame]].float()[None].to(device)
            generators = [torch.Generator().manual_seed(row)]
            drawn += list(self.char_ldm.decode(self.char_ldm.sample(self.conditions(batch), generators)))
        texts = self.data.told(required=True)[0][:SAMPLED]
        return [Image.fromarray(picture) for picture in drawn], texts

    def export(self, folder: Path) -> None:
        super().export(folder)
        self.history.save_pretrained(folder / "history")


def make_task(data: StoryData, model: Path, seed: int = 0, kind: str = "memory_attention", **options) -> HistoryTask:
    """The history of a kind in `model` to train on, or a new one over the LDM there. Raises ValueError for an unknown
    kind, and where the model has one of another kind."""
    if kind not in KINDS:
        raise ValueError(f"kind: must be one of {', '.join(KINDS)}, got {kind!r}")
    char_ldm = CharLDM.from_folder(model)
    if char_ldm.image_encoder is None:
        raise ValueError(f"model: must hold an image_encoder, {model} has none; `storygptv train clip` makes one")
    char_ldm.fusion = None
    if (model / "history").exists():
        history = load_history(model, kind)
    else:
        torch.manual_seed(seed)
        text_width, unet = char_ldm.text_encoder.config.hidden_size, char_ldm.unet.config
        sizes = (unet.in_channels, unet.sample_size) if kind == "memory_attention" else ()
        history = KINDS[kind](text_width, *(sizes or (char_ldm.image_encoder.config.hidden_size,)))
    return HistoryTask(data, model, char_ldm, history, seed, **options)
