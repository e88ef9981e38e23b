"""A story under way: what has been told and seen, and what each of the cast was seen to look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storygptv.data.collate import slot_token_mask
from storygptv.models.story_memory import StoryMemory

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

SMALLEST = 0.005  # of a picture: a character found on less of it is not remembered


class StorySession:
    """A story under way: what the story LLM has read and seen, and, where its condition has a slot for each of the
    cast, what each was seen to look like first."""

    def __init__(self, pipeline: StoryPipeline):
        self.pipeline = pipeline
        self.memory = StoryMemory(pipeline.story_llm)
        self.looks: dict[int, Tensor] = {}  # slot -> φ (F,) of its character in the first picture of it
        self._token_mask: Tensor | None = None  # (1, S, L): which tokens of the condition name whom

    def tell(self, text: str) -> Tensor:
        """The next sentence; the condition (1, L, D) of its picture."""
        condition = self.memory.tell(text)
        if self.pipeline.story_llm.config.num_character_slots:
            condition = self._fused(condition)
        self._condition = condition
        return condition

    def see(self, image: Image.Image | None) -> None:
        """The picture of the sentence told last; None where there is none."""
        self.memory.see(None if image is None else self.pipeline.visual_features([image]))
        if image is not None and self._token_mask is not None:
            self._remember(image)

    def write(self, generator: torch.Generator) -> str:
        """The next sentence, as the story LLM would tell it."""
        return self.memory.write(generator)

    @torch.no_grad()
    def _fused(self, condition: Tensor) -> Tensor:
        """A condition with the looks of who is there fused into their slots: those remembered, else the portrait's."""
        pipeline = self.pipeline
        self._token_mask = slot_token_mask(self.memory.presence > 0.5, condition.shape[1])
        features = pipeline.portrait_features().clone()
        for slot, look in self.looks.items():
            features[slot] = look
        known = self._token_mask & features.any(-1)[None, :, None]  # who has a look or a portrait
        return pipeline.char_ldm.fused(condition, features[None], known)

    @torch.no_grad()
    def _remember(self, image: Image.Image) -> None:
        """Keep the looks of who is in a picture for the first time."""
        new = [slot for slot in self._token_mask[0].any(-1).nonzero()[:, 0].tolist() if slot not in self.looks]
        if not new:
            return
        ldm, picture = self.pipeline.char_ldm, image.convert("RGB").resize((self.pipeline.char_ldm.image_size,) * 2)
        pixels = self.pipeline.pixel_values([picture], ldm.image_size)
        masks = ldm.find_characters(pixels, self._condition, self._token_mask)[0].cpu().numpy()
        for slot in new:
            if masks[slot].mean() >= SMALLEST:
                self.looks[slot] = self.pipeline.crop_feature(np.asarray(picture), masks[slot])
