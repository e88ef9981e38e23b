"""How frames are drawn from what is told: as the paper says, or as the authors' code does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from diffusers import PNDMScheduler
from PIL import Image
from torch import Tensor

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

REFERENCE_STEPS, REFERENCE_GUIDANCE = 30, 5.0  # of the authors' code


@dataclass(frozen=True)
class Protocol:
    """As the paper says: every frame by the story LLM, from its condition alone. All frames of a story have one noise:
    what no text says, such as the colour of a wall and where a tree stands, comes of the noise, and so stays as it is
    from frame to frame. None stands for the model's own steps and guidance."""

    num_inference_steps: int | None = None
    guidance_scale: float | None = None

    def seed(self, seed: int, frame: int, story: int = 0) -> int:
        """The seed of a frame's noise; it does not depend on how many frames there are."""
        return seed_of(seed, story)

    def told(self, pipeline: StoryPipeline, frame: int, text: str, condition: Tensor) -> Tensor:
        """What frame number `frame` of a story told with `text` is drawn from, `condition` (1, T, D) being the story
        LLM's."""
        return condition

    def scheduled(self, pipeline: StoryPipeline, text: str, condition: Tensor) -> Tensor:
        """The condition (1, T, D), or those of every denoising step (1, S, T, D), of a picture of `text`."""
        return condition

    def draw(self, pipeline: StoryPipeline, conditions: Tensor, seeds: Sequence[int], **options: Any
             ) -> list[Image.Image]:  # fmt: skip
        """Pictures of conditions as `scheduled` gives them, stacked; `options` are those of `StoryPipeline.draw`."""
        return pipeline.draw(conditions, seeds, self.num_inference_steps, self.guidance_scale, **options)


class ReferenceProtocol(Protocol):
    """As the authors' code does: the first frame by Char-LDM alone; every frame from noise of its own, by PNDM, 30
    steps and guidance 5 unless others are asked for, begun with the plain text of its sentence."""

    def seed(self, seed: int, frame: int, story: int = 0) -> int:
        return seed_of(seed, story, frame)

    def told(self, pipeline: StoryPipeline, frame: int, text: str, condition: Tensor) -> Tensor:
        condition = pipeline.text_condition(text) if frame == 0 else condition
        return self.scheduled(pipeline, text, condition)

    def scheduled(self, pipeline: StoryPipeline, text: str, condition: Tensor) -> Tensor:
        """Delayed conditioning: the first half of the steps from the plain text, only the first step where it names
        nobody."""
        steps = self.num_inference_steps or REFERENCE_STEPS
        num_plain = steps // 2 + 1 if pipeline.cast.spans(text) else 1
        plain, scheduler = pipeline.plain_condition(text).to(condition), self._scheduler(pipeline)
        scheduler.set_timesteps(steps)
        timesteps = len(scheduler.timesteps)  # one more than the steps, but for a single one, which is the condition's
        return torch.stack([plain if n < min(num_plain, timesteps - 1) else condition for n in range(timesteps)], 1)

    def draw(self, pipeline: StoryPipeline, conditions: Tensor, seeds: Sequence[int], **options: Any
             ) -> list[Image.Image]:  # fmt: skip
        steps = self.num_inference_steps or REFERENCE_STEPS
        guidance = REFERENCE_GUIDANCE if self.guidance_scale is None else self.guidance_scale
        return pipeline.draw(conditions, seeds, steps, guidance, scheduler=self._scheduler(pipeline), **options)

    @staticmethod
    def _scheduler(pipeline: StoryPipeline) -> PNDMScheduler:
        return PNDMScheduler.from_config(pipeline.char_ldm.scheduler.config, skip_prk_steps=True)


PROTOCOLS = {"paper": Protocol, "reference": ReferenceProtocol}


def protocol_named(name: str, num_inference_steps: int | None = None, guidance_scale: float | None = None) -> Protocol:
    """Raises ValueError for another name than those of PROTOCOLS."""
    if name not in PROTOCOLS:
        raise ValueError(f"protocol must be one of {', '.join(PROTOCOLS)}, got {name!r}")
    return PROTOCOLS[name](num_inference_steps, guidance_scale)


def seed_of(*numbers: int) -> int:
    """A seed of 32 bits that numbers make together."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])
