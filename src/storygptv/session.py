"""A story under way: what has been told and seen, and what each of the cast was seen to look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storygptv.data.collate import slot_token_mask
from storygptv.models.story_memory import SURE, StoryMemory
from storygptv.story import ANCHORS

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline


class StorySession:
    """A story under way: what the story LLM has read and seen, and, where its condition has a slot for each of the
    cast, what each was seen to look like: by `anchor` in the first picture of it, or in the last before this one. With
    "portrait" all are drawn as their portraits are."""

    def __init__(self, pipeline: StoryPipeline, anchor: str = "first"):
        if anchor not in ANCHORS:
            raise ValueError(f"anchor: must be one of {', '.join(ANCHORS)}, got {anchor!r}")
        if anchor != "first" and not pipeline.story_llm.config.num_character_slots:
            raise ValueError(f"anchor: is of a story LLM with character slots, and this one has none, got {anchor!r}")
        self.pipeline, self.anchor = pipeline, anchor
        self.memory = StoryMemory(pipeline.story_llm)
        self.looks: dict[int, Tensor] = {}  # slot -> φ (F,) of its character in the picture that it is anchored to
        self._token_mask: Tensor | None = None  # (1, S, L): which tokens of the condition name whom
        self._names: list[Tensor] = []  # of each of the cast their name's embedding (D,), once it is asked for

    understood = None  # the paper's layout says nothing

    def tell(self, text: str, scene: str | None = None, understood: Mapping | None = None) -> Tensor:
        """The next sentence; the condition (1, L, D) of its picture. A `scene` is for models that read with words, and
        what was `understood` before too: here both are left aside."""
        condition = self.memory.tell(text)
        if self.pipeline.story_llm.config.num_character_slots:
            condition = self._fused(condition)
        self._condition = condition
        return condition

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        """The picture of the sentence told last; None where there is none. Words are compared with what it shows if it
        was `given`: then whoever tells the story knows it. A text that was there before the drawing cannot mean it; of
        one that came after it `tell` is told."""
        looks = {}
        if image is not None and self._token_mask is not None:
            there = self._token_mask[0].any(-1).nonzero()[:, 0].tolist()
            self._remember(image, [slot for slot in there if self.anchor == "last" or slot not in self.looks])
            looks = {slot: self.looks[slot] for slot in there if given and slot in self.looks}
        self.memory.see(None if image is None else self.pipeline.visual_features([image]), looks)

    @torch.no_grad()
    def meant(self) -> tuple[Tensor, Tensor]:
        """How surely each of the cast is meant by the sentence told last (S,), and the token of its condition (S,) that
        says so.

        A story LLM with character slots says how probable each is, 0 to 1. Of another the condition is compared with
        the cast's name embeddings, fused with their portraits: the largest cosine at any token, -1 to 1.
        """
        presence = self.memory.presence
        if presence is not None:
            return presence[0].float(), torch.arange(presence.shape[1], device=presence.device)
        names = self._name_embeddings()
        cosines = [torch.nn.functional.cosine_similarity(self._condition[0].float(), own, dim=-1) for own in names]
        best = torch.stack(cosines).max(-1)
        return best.values, best.indices

    def named(self) -> tuple[Tensor, Tensor, list[str]]:
        """Return the condition of the sentence told last, the token of it that comes nearest to each of the cast
        (1, S, L), and their S names."""
        names = self.pipeline.cast.names
        _, tokens = self.meant()
        mask = torch.zeros(1, len(names), self._condition.shape[1], dtype=torch.bool, device=self._condition.device)
        mask[0, torch.arange(len(names), device=mask.device), tokens] = True
        return self._condition, mask, names

    def surely(self) -> dict[str, float]:
        """Return how surely each of the cast is meant, as `meant`, by name."""
        return dict(zip(self.pipeline.cast.names, self.meant()[0].tolist(), strict=True))

    def write(self, generator: torch.Generator, ending: bool = False) -> str:
        """The next sentence, as the story LLM would tell it; it does not end a story on request."""
        return self.memory.write(generator)

    @torch.no_grad()
    def _fused(self, condition: Tensor) -> Tensor:
        """A condition with the looks of who is there fused into their slots: those remembered, else the portrait's."""
        pipeline = self.pipeline
        self._token_mask = slot_token_mask(self.memory.presence > SURE, condition.shape[1])
        features = pipeline.portrait_features().clone()
        for slot, look in self.looks.items() if self.anchor != "portrait" else ():
            features[slot] = look
        return pipeline.char_ldm.fused(condition, features[None], self._token_mask)

    def _name_embeddings(self) -> list[Tensor]:
        """Of each of the cast what stands for them in a condition: their name's embedding at the token that differs
        most from the empty text."""
        if not self._names:
            empty = self.pipeline.char_ldm.empty_condition()
            for name in self.pipeline.cast.names:
                told = self.pipeline.text_condition(name)
                self._names.append(told[0, (told - empty).norm(dim=-1)[0].argmax()].float())
        return self._names

    @torch.no_grad()
    def _remember(self, image: Image.Image, new: list[int]) -> None:
        """Keep the looks that the slots `new` have in a picture."""
        if not new:
            return
        ldm, picture = self.pipeline.char_ldm, image.convert("RGB").resize((self.pipeline.char_ldm.image_size,) * 2)
        pixels = self.pipeline.pixel_values([picture], ldm.image_size)
        masks = ldm.find_characters(pixels, self._condition, self._token_mask)[0].cpu().numpy()
        for slot in new:
            if masks[slot].any():
                self.looks[slot] = self.pipeline.crop_feature(np.asarray(picture), masks[slot])
