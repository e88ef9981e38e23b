"""Systems at work: `System.start` begins a story, whose session gives each frame's condition and sees its picture;
`System.draw` draws conditions. What draws for all of them is a `StoryPipeline`.

No system sees a label, a gold link, a true picture or a crop of one: a session gets texts and its own drawings, and
besides them there are only the cast's portraits.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from storygptv.baselines.config import SystemConfig
from storygptv.models.history import KINDS as HISTORIES
from storygptv.models.history import load_history
from storygptv.models.latents import to_latents
from storygptv.models.loading import find_model
from storygptv.pipeline import StoryPipeline
from storygptv.protocol import Protocol

Rewriter = Callable[[str], str]  # the next caption of a story, told again so that it can be read alone


class Session(typing.Protocol):
    """A story under way."""

    def tell(self, text: str) -> Tensor:
        """The next caption; the condition (1, T, D) of its picture, or those of every step (1, S, T, D)."""

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        """The picture of the caption told last; `given`, and so known to whoever tells the story, or drawn."""


class System:
    """A system by its config. `rules` are the rewriters to be had, by name; each begins a story afresh. `protocol` is
    how it draws."""

    def __init__(
        self, config: SystemConfig, pipeline: StoryPipeline, history: nn.Module | None = None,
        rules: Mapping[str, Callable[[], Rewriter]] | None = None, protocol: Protocol | None = None,
    ):  # fmt: skip
        self.config, self.pipeline, self.protocol = config, pipeline, protocol or Protocol()
        self.history = None if history is None else history.eval()
        if config.kind == "ldm" and pipeline.char_ldm.fusion is not None:
            raise ValueError("ldm: the model must be one without fusion, trained with `fusion: false`, and it has one")
        if config.kind == "char_ldm" and pipeline.char_ldm.fusion is None:
            raise ValueError("char_ldm: the model must have a fusion, and it has none; as it is, it is an ldm")
        if config.rules is not None and config.rules not in (rules or {}):
            raise ValueError(f"rules: must be one of {', '.join(rules or {})}, got {config.rules!r}")
        self.rules = None if config.rules is None else rules[config.rules]

    @property
    def text(self) -> str:
        """Which captions it reads, "referential" or "original"."""
        return self.config.text

    @property
    def sees(self) -> bool:
        """Whether what it drew has any bearing on later frames."""
        return self.config.sees

    def start(self) -> Session:
        """Begin a story."""
        if self.config.kind == "story_llm":
            return ToldSession(self)
        if self.history is not None:
            return HistorySession(self)
        return TextSession(self)

    def noise_seed(self, seed: int, frame: int, story: int) -> int:
        """The seed of the noise that a frame of a story is drawn from."""
        return self.protocol.seed(seed, frame, story)

    def draw(self, conditions: Tensor, seeds: Sequence[int], **options: Any) -> list[Image.Image]:
        """Pictures of what sessions tell, stacked; `options` as for `StoryPipeline.draw`."""
        return self.protocol.draw(self.pipeline, conditions, seeds, **options)


def load_systems(
    configs: Mapping[str, SystemConfig], model: str, load: Callable[[str, bool], StoryPipeline],
    rules: Mapping[str, Callable[[], Rewriter]] | None = None, protocol: Protocol | None = None,
) -> dict[str, System]:  # fmt: skip
    """Systems by their configs, with the weights of `model` where a config names none. `load(folder, with_story_llm)`
    reads a model; systems of the same one share it; all draw by `protocol`. Raises ValueError as `load`,
    `load_history` and `System`."""
    folders = {name: config.model or model for name, config in configs.items()}
    told = {folders[name] for name, config in configs.items() if config.kind == "story_llm"}
    pipelines = {folder: load(folder, folder in told) for folder in dict.fromkeys(folders.values())}
    systems = {}
    for name, config in configs.items():
        folder, pipeline, history = folders[name], pipelines[folders[name]], None
        if config.kind in HISTORIES:
            unet = pipeline.char_ldm.unet
            history = load_history(find_model(folder), config.kind).to(unet.device, unet.dtype)
        systems[name] = System(config, pipeline, history, rules, protocol)
    return systems


class ToldSession:
    """The story LLM's session, shown what was drawn if the system sees pictures, its conditions as the protocol has
    them."""

    def __init__(self, system: System):
        self.system, self.session, self.frame = system, system.pipeline.start(system.config.anchor), 0

    def tell(self, text: str) -> Tensor:
        told = self.system.protocol.told(self.system.pipeline, self.frame, text, self.session.tell(text))
        self.frame += 1
        return told

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        self.session.see(image if self.system.config.pictures else None, given)


class TextSession:
    """Each frame from its own caption, rewritten first where there are rules."""

    def __init__(self, system: System):
        self.system = system
        self.rewrite: Rewriter = str if system.rules is None else system.rules()
        fused = system.config.kind == "char_ldm" and system.config.portraits
        self.condition_of = system.pipeline.text_condition if fused else system.pipeline.plain_condition

    def tell(self, text: str) -> Tensor:
        text = self.rewrite(text)
        return self.system.protocol.scheduled(self.system.pipeline, text, self.condition_of(text))

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        """What was drawn has no bearing on what comes."""


class HistorySession:
    """The plain caption, with what a history module makes of the frames before: their plain conditions, and of their
    pictures the latents ("memory_attention") or the image encoder's patches ("autoregressive"). It is longer than the
    plain text, with which no protocol lets it begin."""

    def __init__(self, system: System):
        self.system = system
        self.conditions: list[Tensor] = []  # of every earlier frame with a picture, (1, L, D)
        self.pictures: list[Tensor] = []

    @torch.no_grad()
    def tell(self, text: str) -> Tensor:
        self.condition = self.system.pipeline.plain_condition(text)
        if not self.pictures:
            return self.condition
        return self.system.history(self.condition, torch.stack(self.conditions, 1), torch.stack(self.pictures, 1))

    @torch.no_grad()
    def see(self, image: Image.Image | None, given: bool = True) -> None:
        if image is None:
            return
        pipeline = self.system.pipeline
        ldm = pipeline.char_ldm
        self.conditions.append(self.condition)
        if self.system.config.kind == "memory_attention":
            self.pictures.append(to_latents(ldm.vae, pipeline.pixel_values([image], ldm.image_size)))
        else:
            encoder = ldm.image_encoder
            pixels = pipeline.pixel_values([image], encoder.config.image_size)
            self.pictures.append(encoder.vision_model(pixels).last_hidden_state[:, 1:])
