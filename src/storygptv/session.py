"""A story under way by the paper's own layout: nothing is said, [IMG] tokens alone carry what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from PIL import Image
from torch import Tensor

from storygptv.models.story_memory import StoryMemory

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline


class StorySession:
    """A story under way: what the story LLM has read and seen."""

    understood = None  # nothing is said

    def __init__(self, pipeline: StoryPipeline):
        self.pipeline = pipeline
        self.memory = StoryMemory(pipeline.story_llm)
        self._names: list[Tensor] = []  # of each of the cast their name's embedding (D,), once it is asked for

    def tell(self, text: str, scene: str | None = None, understood: Mapping | None = None) -> Tensor:
        """The next sentence; the condition (1, L, D) of its picture. A `scene` is for models that read with words, and
        what was `understood` before too: here both are left aside."""
        self._condition = self.memory.tell(text)
        return self._condition

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        """The picture of the sentence told last; None where there is none."""
        self.memory.see(None if image is None else self.pipeline.visual_features([image]))

    def named(self) -> tuple[Tensor, Tensor | None, list[str]]:
        """Return the condition of the sentence told last, the token of it that comes nearest to each of the cast
        (1, S, L), and their S names; None where there is no cast."""
        names = self.pipeline.cast.names
        if not names:
            return self._condition, None, []
        _, tokens = self._nearest()
        mask = torch.zeros(1, len(names), self._condition.shape[1], dtype=torch.bool, device=self._condition.device)
        mask[0, torch.arange(len(names), device=mask.device), tokens] = True
        return self._condition, mask, names

    def surely(self) -> dict[str, float]:
        """Return by name how near the condition comes to each of the cast: the largest cosine, -1 to 1, of any of its
        tokens with their name's embedding, fused with their portrait."""
        return dict(zip(self.pipeline.cast.names, self._nearest()[0].tolist(), strict=True))

    def write(self, generator: torch.Generator, ending: bool = False) -> str:
        """The next sentence, as the story LLM would tell it; it does not end a story on request."""
        return self.memory.write(generator)

    @torch.no_grad()
    def _nearest(self) -> tuple[Tensor, Tensor]:
        """The largest cosine of any token with each of the cast (S,), and that token (S,)."""
        names = self._name_embeddings()
        cosines = [torch.nn.functional.cosine_similarity(self._condition[0].float(), own, dim=-1) for own in names]
        best = torch.stack(cosines).max(-1)
        return best.values, best.indices

    def _name_embeddings(self) -> list[Tensor]:
        """Of each of the cast what stands for them in a condition: their name's embedding at the token that differs
        most from the empty text."""
        if not self._names:
            empty = self.pipeline.char_ldm.empty_condition()
            for name in self.pipeline.cast.names:
                told = self.pipeline.text_condition(name)
                self._names.append(told[0, (told - empty).norm(dim=-1)[0].argmax()].float())
        return self._names
