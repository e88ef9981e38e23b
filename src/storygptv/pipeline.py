"""StoryPipeline: a story in, its pictures out, one frame after the other; or the story told on.

The life of a frame: the sentence is read (`tell`), which gives a condition; Char-LDM draws it (`draw`); the picture is
looked at (`see`); then the next sentence. A model reads with words where it has a reader (`SceneSession`), else as the
paper does, by [IMG] tokens alone (`StorySession`).
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from torch import Tensor

from storygptv.cast import Cast
from storygptv.cores import peak_memory_bytes
from storygptv.data.collate import character_token_mask, tokenize
from storygptv.data.masks import character_crop, portrait_crop
from storygptv.evaluation.judge import Judge
from storygptv.files import write_json
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import to_pixel_values
from storygptv.models.loading import check_quantisation, find_model, has_bf16, load_part
from storygptv.models.narrow import keep_narrow
from storygptv.models.scene_reader import SceneReader
from storygptv.models.story_llm import StoryLLM
from storygptv.names import exchanged
from storygptv.protocol import Protocol, protocol_named, seed_of
from storygptv.roles import roles_of
from storygptv.scene import Person
from storygptv.scene_session import SceneSession
from storygptv.session import StorySession
from storygptv.story import Frame, Story

SHARD = "14MB"  # the largest file of a saved model
VIEWS = 6  # of a character whose looks are to be remembered


@dataclass(frozen=True)
class PipelineConfig:
    """A model's defaults and its history; `model_index.json`."""

    num_inference_steps: int = 25
    guidance_scale: float = 4.0
    version: str = "0.1"
    trained_on: dict | None = None  # the data set, steps and samples of each part
    scores: dict | None = None  # what `storygptv evaluate` measured


@dataclass(frozen=True)
class DrawnFrame:
    """One frame of a drawn story."""

    index: int  # from 0
    text: str
    image: Image.Image
    seed: int | None  # of its noise; None for a picture that was given
    seconds: float  # all of it
    llm_seconds: float  # of these, reading the sentence and seeing the picture
    peak_memory_bytes: int  # of the process so far
    given: bool = False
    scene: str | None = None  # as a person said it
    understood: dict | None = None  # what the sentence was read as, as `SceneSession.understood`; None without a reader


class StoryPipeline:
    """Char-LDM with what reads stories for it, a `scene_reader` or the paper's story LLM, and the cast they know.
    Without either only single texts are drawn (`text_condition`, `draw`)."""

    def __init__(self, char_ldm: CharLDM, story_llm: StoryLLM | None = None, cast: Cast | None = None,
                 judge: Judge | None = None, config: PipelineConfig | None = None,
                 scene_reader: SceneReader | None = None):  # fmt: skip
        self.char_ldm, self.story_llm = char_ldm.eval(), None if story_llm is None else story_llm.eval()
        self.scene_reader = scene_reader
        self.cast, self.judge, self.config = cast or Cast(), judge, config or PipelineConfig()
        self._portraits: Tensor | None = None

    # --- files

    @classmethod
    def from_pretrained(
        cls, path: str | Path = "toon", device: str = "cpu", dtype: str | torch.dtype = "float32",
        quantisation: str | None = None, with_story_llm: bool = True,
    ) -> StoryPipeline:  # fmt: skip
        """Load a model folder, a hub id, or "toon", the bundled one; its story LLM only `with_story_llm`.

        `quantisation` ("8bit", "4bit"; bitsandbytes, on a GPU) packs the story LLM's language model. Raises ValueError
        where that cannot be, if a part is missing or a tensor does not fit its config.
        """
        check_quantisation(quantisation, device)
        folder = find_model(str(path))
        dtype = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
        if not isinstance(dtype, torch.dtype):
            raise ValueError("dtype: expected float32, bfloat16 or float16")
        for part in ("unet", "vae", "text_encoder", "image_encoder", "tokenizer", "scheduler"):
            if not (folder / part).exists():
                raise ValueError(f"model: {folder} must hold the part {part}, which is missing")
        tellers = [part for part in ("reader", "story_llm") if (folder / part).exists()]
        if with_story_llm and not tellers:
            raise ValueError(f"model: {folder} must hold the part story_llm or reader, and both are missing")
        try:
            char_ldm = CharLDM.from_folder(folder)
            story_llm = scene_reader = None
            if "reader" in tellers and with_story_llm:
                scene_reader = SceneReader.from_folder(folder / "reader", device)
            elif with_story_llm:
                with torch.cuda.device(device) if quantisation else nullcontext():
                    story_llm = StoryLLM.from_folder(folder / "story_llm", quantisation, dtype)
            judge = load_part(Judge, folder / "judge") if (folder / "judge").exists() else None
            index = folder / "model_index.json"
            config = PipelineConfig(**json.loads(index.read_text())) if index.exists() else PipelineConfig()
            cast = Cast.load(folder)
        except (OSError, RuntimeError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ValueError(f"model: {folder} does not load: {str(error).splitlines()[0]}") from error
        pipeline = cls(char_ldm, story_llm, cast, judge, config, scene_reader)
        return pipeline.to(device, dtype)

    def save_pretrained(self, folder: str | Path, dtype: torch.dtype | None = torch.bfloat16) -> None:
        """Write the whole model as bf16 safetensors in shards of at most 14 MB; `dtype` None keeps what it has."""
        folder = Path(folder)
        if self.story_llm is not None and self.story_llm.is_packed():
            raise ValueError("quantisation: a model whose language model is packed is not saved; load it without")
        saved = lambda part: part if dtype is None else _cast(copy.deepcopy(part), dtype)  # noqa: E731
        saved(self.char_ldm).save(folder, max_shard_size=SHARD)
        if self.story_llm is not None:
            saved(self.story_llm).save(folder / "story_llm", max_shard_size=SHARD)
        if self.scene_reader is not None:
            self.scene_reader.save(folder / "reader")
        if self.judge is not None:
            saved(self.judge).save_pretrained(folder / "judge", max_shard_size=SHARD)
        self.cast.save(folder)
        write_json(folder / "model_index.json", self.config.__dict__)

    @staticmethod
    def record_scores(folder: Path, scores: dict) -> None:
        """Keep what was measured of the model in `folder` in its index."""
        index = folder / "model_index.json"
        config = json.loads(index.read_text()) if index.exists() else {}
        write_json(index, config | {"scores": scores})

    def to(self, device: str, dtype: torch.dtype) -> StoryPipeline:
        """Move all parts, to draw with; the judge stays in float32. On a device that only imitates bf16 all computes in
        float32, and what lies in bf16 are the weights of the language model, by far the most."""
        llm, narrow = self.story_llm, dtype == torch.bfloat16 and not has_bf16(device)
        wide = torch.float32 if narrow else dtype
        own = [] if llm is None else [part for part in llm.children() if part is not llm.lm]
        for part in (self.char_ldm, *own):
            _cast(part.to(device), wide)
        for parameter in () if llm is None else llm.parameters(recurse=False):
            parameter.data = parameter.data.to(device, wide)
        if llm is not None and not llm.is_packed():
            _cast(llm.lm.to(device), dtype)
            if narrow:
                keep_narrow(llm.lm.requires_grad_(False))
        if self.judge is not None:
            _cast(self.judge.to(device), torch.float32).eval()
        self._portraits = None
        return self

    @property
    def device(self) -> torch.device:
        """Where the parts are."""
        return self.char_ldm.unet.device

    def info(self) -> dict:
        """Parts with class, parameters and bytes; what the model was trained on; its scores."""
        ldm, llm = self.char_ldm, self.story_llm
        parts = {"vae": ldm.vae, "text_encoder": ldm.text_encoder, "image_encoder": ldm.image_encoder,
                 "unet": ldm.unet, "fusion": ldm.fusion}  # fmt: skip
        if llm is not None:
            parts |= {
                "vision_encoder": llm.vision_encoder,
                "lm": llm.lm,
                "mapper": llm.mapper,
                "visual_tokens": llm.visual,
            }
        if self.scene_reader is not None:
            parts["reader"] = self.scene_reader.lm
        parts |= {"judge": self.judge, "story_llm": llm}  # of the story LLM what is left: [IMG] and other tokens
        described, counted = {}, set()
        for name, part in parts.items():
            if part is not None:
                tensors = [p for p in part.parameters() if p not in counted]
                counted |= set(tensors)
                described[name] = {
                    "class": type(part).__name__,
                    "parameters": sum(p.numel() for p in tensors),
                    "bytes": sum(p.numel() * p.element_size() for p in tensors),
                }
        return {"parts": described, "trained_on": self.config.trained_on, "scores": self.config.scores}

    # --- the steps of a frame

    def start(self, anchor: str = "first", story: Story | None = None) -> SceneSession | StorySession:
        """Begin a story; `anchor` says which pictures looks are taken from (`SceneSession`). Raises ValueError where
        the model has nothing that reads stories, and for another anchor."""
        if self.scene_reader is not None:
            return SceneSession(self, story, anchor)
        if self.story_llm is None:
            raise ValueError("model: must hold a reader or a story LLM to tell stories, and it was loaded without one")
        if anchor != "first":
            raise ValueError(f"anchor: must be first for a story LLM that has no reader beside it, got {anchor!r}")
        return StorySession(self)

    @torch.no_grad()
    def visual_features(self, images: Sequence[Image.Image]) -> Tensor:
        """Pictures as the story LLM reads them: patches (B, P, W) or pooled features (B, W)."""
        encoder = self.story_llm.vision_encoder or self.char_ldm.image_encoder
        output = encoder.vision_model(self.pixel_values(images, encoder.config.image_size))
        return (
            output.last_hidden_state[:, 1:]
            if self.story_llm.config.visual_tokens == "patches"
            else output.pooler_output
        )

    @torch.no_grad()
    def plain_condition(self, text: str) -> Tensor:
        """The text encoder alone, ψ(S): the condition (1, L, D) of a text, with nothing fused into it."""
        ldm = self.char_ldm
        return ldm.condition(tokenize([text], ldm.tokenizer, ldm.condition_length)["input_ids"].to(self.device))

    def text_condition(self, text: str, looks: Mapping[str, Tensor] | None = None) -> Tensor:
        """Char-LDM alone: the condition (1, L, D) of a text, fused with the portraits of whoever it names, or with what
        `looks` has for a name, φ (F,)."""
        return self.named_condition(text, looks)[0]

    @torch.no_grad()
    def named_condition(
        self, text: str, looks: Mapping[str, Tensor] | None = None
    ) -> tuple[Tensor, Tensor | None, list[str]]:
        """Return the condition of a text as `text_condition`, whose tokens name whom (1, K, L), and the K names; None
        and nobody where it names nobody whose looks are known."""
        ldm = self.char_ldm
        tokens = tokenize([text], ldm.tokenizer, ldm.condition_length)
        ids = tokens["input_ids"].to(self.device)
        looks = looks or {}
        spans = [span for span in self.cast.spans(text) if span["character"] in {*self.cast.portraits, *looks}]
        names = list(dict.fromkeys(span["character"] for span in spans))
        if not names or ldm.fusion is None:
            return ldm.condition(ids), None, []
        mask = character_token_mask(tokens["offset_mapping"], [spans], [names], len(names)).to(self.device)
        features = self.portrait_features()
        known = torch.stack([looks.get(name, features[self.cast.names.index(name)]) for name in names])
        return ldm.condition(ids, known[None], mask), mask, names

    def draw(
        self, conditions: Tensor, seeds: Sequence[int], num_inference_steps: int | None = None,
        guidance_scale: float | None = None, on_step: Callable[[int], None] | None = None, **options,
    ) -> list[Image.Image]:  # fmt: skip
        """Pictures of conditions (B, L, D), or of one for each step (B, S, L, D), one seed each; a picture is the same
        alone and in a batch. `options` are those of `CharLDM.sample`."""
        latents = self.char_ldm.sample(
            conditions,
            [torch.Generator().manual_seed(seed) for seed in seeds],
            num_inference_steps or self.config.num_inference_steps,
            self.config.guidance_scale if guidance_scale is None else guidance_scale,
            on_step,
            **options,
        )
        return [Image.fromarray(picture) for picture in self.char_ldm.decode(latents)]

    @staticmethod
    def story_seed(seed: int, story: int = 0) -> int:
        """The seed of the noise that all frames of a story are drawn from."""
        return seed_of(seed, story)

    @staticmethod
    def frame_seed(seed: int, frame: int, story: int = 0) -> int:
        """The seed of noise that one frame has for itself: it does not depend on how many frames there are."""
        return seed_of(seed, story, frame)

    # --- stories

    def visualize(
        self, story: Story, seed: int = 0, num_inference_steps: int | None = None,
        guidance_scale: float | None = None, protocol: str = "paper", drawn: Sequence[Image.Image] = (),
        frame_seeds: Mapping[int, int] | None = None, on_step: Callable[[int], None] | None = None,
        understood: Sequence[Mapping | None] = (),
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        """Draw a story, yielding each frame as it is drawn. Same seed, same pictures.

        `drawn` are pictures of its first frames: these are read and seen, and drawing begins after them; what they were
        `understood` as before is not read again. All frames
        have one noise (`story_seed`); `frame_seeds` are those of single ones, by index. `on_step` is called after
        every denoising step with its number from 0, and with -1 after each of `drawn` that was read. `protocol` is one
        of PROTOCOLS: as the paper says, or, "reference", as the authors' code does.

        Raises ValueError for another protocol, or more pictures than frames.
        """
        how = protocol_named(protocol, num_inference_steps, guidance_scale)
        if len(drawn) > len(story.frames):
            raise ValueError(f"drawn must be pictures of the {len(story.frames)} frames, got {len(drawn)}")
        session = self.resume(story, drawn, on_step, understood)
        asked = (seed, frame_seeds or {}, self._played(story), how, on_step)
        for index, frame in list(enumerate(story.frames))[len(drawn) :]:
            yield self._frame(session, index, frame, *asked)

    def resume(
        self, story: Story, drawn: Sequence[Image.Image], on_step: Callable[[int], None] | None = None,
        understood: Sequence[Mapping | None] = (),
    ) -> SceneSession | StorySession:  # fmt: skip
        """A session that has read the story's first frames and seen their pictures, `drawn`; the rest as above."""
        session, played = self.start(story=story), self._played(story)
        before = [*understood, *[None] * (len(drawn) - len(understood))]
        for frame, image, had in zip(story.frames, drawn, before, strict=False):
            session.tell(played(frame.text), frame.scene, had)
            session.see(image, given=frame.image is not None)
            if on_step is not None:
                on_step(-1)
        return session

    def continue_story(
        self, story: Story, images: Sequence[Image.Image], num_frames: int, seed: int = 0,
        num_inference_steps: int | None = None, guidance_scale: float | None = None, protocol: str = "paper",
        frame_seeds: Mapping[int, int] | None = None, on_step: Callable[[int], None] | None = None,
        understood: Sequence[Mapping | None] = (), ending: bool = False,
    ) -> Iterator[DrawnFrame]:  # fmt: skip
        """Tell a drawn story on: each sentence is written, read and drawn, in turn.

        `images` are the pictures of `story.frames`; with `ending` the last sentence is to end the story; all else is as
        for `visualize`. Yields the new frames only.
        """
        how = protocol_named(protocol, num_inference_steps, guidance_scale)
        if len(images) != len(story.frames):
            raise ValueError(f"images must be one for each of the {len(story.frames)} frames, got {len(images)}")
        session = self.resume(story, images, on_step, understood)
        asked = (seed, frame_seeds or {}, self._played(story), how, on_step)
        own = {} if self.scene_reader else self.played_by(story)
        last = len(story.frames) + num_frames - 1
        for index in range(len(story.frames), last + 1):
            generator = torch.Generator().manual_seed(self.frame_seed(seed, index, story=1))
            text = session.write(generator, ending=ending and index == last)
            yield self._frame(session, index, Frame(exchanged(text, own)), *asked)

    def played_by(self, story: Story) -> dict[str, str]:
        """Whom of the story's own characters each of the cast plays, for those who play one."""
        return {plays: name for name, plays in self.plays(story).items()}

    def cast_people(self) -> dict[str, Person]:
        """Return the characters that the model knows, by name, as people of a story."""
        return {c["name"]: Person(c["name"], c.get("kind", "person"), c.get("pronoun")) for c in self.cast.characters}

    def as_played(self, story: Story, text: str) -> str:
        """A text of the story with the names of those who play its characters."""
        return self._played(story)(text)

    def unknown(self, story: Story) -> list[str]:
        """What of the story the model never saw: characters, then words. Raises ValueError as `unknown_characters`."""
        return list(dict.fromkeys([*self.unknown_characters(story), *self.unknown_words(story)]))

    def unknown_characters(self, story: Story) -> list[str]:
        """Characters of the story whom neither the model knows nor a known one plays. Raises ValueError if
        `plays` names someone unknown."""
        self.plays(story)  # is known
        if self.scene_reader is not None:  # strangers are lent looks, which each frame tells
            return []
        known = {name.lower() for name in self.cast.names}
        return [c.name for c in story.characters if known and not c.plays and c.name.lower() not in known]

    def unknown_words(self, story: Story) -> list[str]:
        """Words of the story that no training text holds."""
        if self.scene_reader is not None:
            return []
        played = self._played(story)
        return self.cast.unknown_words(played(frame.text) for frame in story.frames)

    # --- inside

    def _frame(
        self, session: StorySession, index: int, frame: Frame, seed: int, seeds: Mapping[int, int],
        played: Callable[[str], str], how: Protocol, on_step: Callable[[int], None] | None,
    ) -> DrawnFrame:  # fmt: skip
        given, began = frame.picture(), time.perf_counter()
        condition = session.tell(played(frame.text), frame.scene)
        llm_seconds = time.perf_counter() - began
        if given is None:
            noise = seeds.get(index, how.seed(seed, index))
            condition = how.told(self, index, played(frame.text), condition)
            image = how.draw(self, condition, [noise], on_step=on_step)[0]
        else:
            image, noise = given, None
        seeing = time.perf_counter()
        session.see(image, given=given is not None)
        ended = time.perf_counter()
        llm_seconds += ended - seeing
        peak = peak_memory_bytes()
        return DrawnFrame(
            index, frame.text, image, noise, ended - began, llm_seconds, peak, given is not None, frame.scene,
            session.understood,
        )  # fmt: skip

    def _played(self, story: Story) -> Callable[[str], str]:
        """The story's own names exchanged for those of the characters who play them."""
        if self.scene_reader is not None:  # it knows people by the story's own names
            return lambda text: text
        plays = self.plays(story)
        return lambda text: exchanged(text, plays)

    def plays(self, story: Story) -> dict[str, str]:
        """Who of the story plays whom of the cast, spelt as the cast spells it. Raises ValueError as `roles_of`."""
        return roles_of(story, self.cast.names)

    def pixel_values(self, images: Sequence[Image.Image], size: int) -> Tensor:
        """Pictures as tensors (B, 3, size, size) in [-1, 1] where the model is."""
        pictures = [np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)) for image in images]
        return to_pixel_values(np.stack(pictures)).to(self.device, self.char_ldm.unet.dtype)

    @torch.no_grad()
    def crop_feature(self, picture: np.ndarray, mask: np.ndarray) -> Tensor:
        """φ (F,) of the character in a picture uint8 (H, W, 3) where `mask` (H, W) is true: the mean of it as it is and
        in `VIEWS` - 1 further ways, flipped, scaled and shifted as in training."""
        size, rng = self.char_ldm.image_encoder.config.image_size, np.random.default_rng(0)
        crops = [character_crop(picture, mask, size, varied) for varied in (None, *[rng] * (VIEWS - 1))]
        return self.char_ldm.character_features(self.pixel_values(list(map(Image.fromarray, crops)), size)).mean(0)

    def portrait_features(self) -> Tensor:
        """φ of every portrait, (characters, F); zeros for a character without one."""
        if self._portraits is None:
            encoder = self.char_ldm.image_encoder
            size, names = encoder.config.image_size, self.cast.names
            self._portraits = torch.zeros(
                len(names), encoder.config.projection_dim, device=self.device, dtype=encoder.dtype
            )
            there = [index for index, name in enumerate(names) if name in self.cast.portraits]
            crops = [portrait_crop(np.asarray(self.cast.portraits[names[index]]), size) for index in there]
            if crops:
                pixels = self.pixel_values([Image.fromarray(crop) for crop in crops], size)
                with torch.no_grad():
                    self._portraits[there] = self.char_ldm.character_features(pixels)
        return self._portraits


def _cast(module: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
    """The module with its parameters in `dtype`; buffers, such as rotary frequencies, keep theirs."""
    for parameter in module.parameters():
        parameter.data = parameter.data.to(dtype)
    return module
