"""Whom the model took "she" to be, read from the model itself, and where in the picture it looks for them.

Shapes: S the cast, L condition length, D condition width, H, W the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageOps

from storygptv.story import Story
from storygptv.storyboard import draw_storyboard

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

SURE = 0.5  # from here on somebody is taken to be in the frame
SIDE = 320  # pixels of a picture on the sheet
RED, DIM = np.array([230, 40, 40]), 0.45  # what is attended to, and how dark the rest is made


@dataclass(frozen=True)
class Resolved:
    """One of the cast: how surely the model means them, 0 to 1 (a probability, or -1 to 1, a cosine), and the share of
    attention that each position of the picture gives them, (H, W)."""

    name: str
    score: float
    attention: np.ndarray
    plays: str | None = None  # whom they play, if somebody of the story's own

    @property
    def called(self) -> str:
        """Their name in the story."""
        return self.plays or self.name

    @property
    def there(self) -> bool:
        """Whether the model means them to be there; what it then draws is another matter."""
        return self.score >= SURE


@torch.no_grad()
def explain(
    pipeline: StoryPipeline, story: Story, pictures: Sequence[Image.Image], index: int,
    understood: Sequence[Mapping | None] = (),
) -> list[Resolved]:  # fmt: skip
    """Whom the model took to be in frame `index`, from 0, and where in its picture it looks for each, the surest first.
    `understood` is what the frames were read as when they were drawn, where it is known.

    Raises:
        ValueError: no such frame or picture, or a model that knows nobody.
    """
    if not 0 <= index < min(len(pictures), len(story.frames)):
        raise ValueError(f"frame: must be 1 to {min(len(pictures), len(story.frames))}, got {index + 1}")
    session, frame = pipeline.resume(story, pictures[:index], understood=understood[:index]), story.frames[index]
    was = understood[index] if index < len(understood) else None
    session.tell(pipeline.as_played(story, frame.text), frame.scene, was)
    condition, mask, names = session.named()
    if mask is None:
        raise ValueError("model: it has no cast whose names could be told")
    ldm = pipeline.char_ldm
    pixels = pipeline.pixel_values([pictures[index]], ldm.image_size)
    maps = ldm.attention_to_characters(pixels, condition, mask)[0].clamp(0, 1).float().cpu().numpy()
    own = map(pipeline.played_by(story).get, names)
    sure = session.surely()
    found = [Resolved(name, sure[name], *rest) for name, *rest in zip(names, maps, own, strict=True)]
    return sorted(found, key=lambda resolved: -resolved.score)


def draw_explanation(
    text: str, picture: Image.Image, cast: Sequence[Resolved], font: Path | None = None,
    portraits: Mapping[str, Image.Image] | None = None,
) -> Image.Image:  # fmt: skip
    """One sheet: the frame, then, for everybody who is taken to be in it, or else for the likeliest, where the model
    looks for them, their portrait in the corner; below the frame, what it makes of the others."""
    shown = [each for each in cast if each.there] or list(cast[:1])
    base = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    others = ", ".join(f"{each.called} {each.score:.2f}" for each in cast if each not in shown)
    about = "The frame. Beside it, bright: where the model looks for each, and how surely it means them, at most 1."
    words = lambda each: f"{each.called} {each.score:.2f}{'' if each.there else ', not sure'}"  # noqa: E731
    captions = [f"{about} Not meant: {others or 'nobody'}.", *map(words, shown)]
    sheets = [base, *(_heated(base, each.attention) for each in shown)]
    for each, sheet in zip(shown, sheets[1:], strict=True):
        if portraits and each.name in portraits:
            small = ImageOps.contain(portraits[each.name].convert("RGB"), (SIDE // 4, SIDE // 4))
            sheet.paste(ImageOps.expand(small, 2, "white"), (8, 8))
    columns = min(4, len(sheets))
    return draw_storyboard(text, sheets, captions, columns, SIDE, font, numbered=False)


def _heated(picture: Image.Image, attention: np.ndarray) -> Image.Image:
    heat = Image.fromarray(np.uint8(255 * attention)).resize(picture.size, Image.Resampling.BICUBIC)
    share = np.asarray(heat, np.float32)[..., None] / 255
    pixels = np.asarray(picture, np.float32)
    return Image.fromarray(np.uint8(pixels * (DIM + (1 - DIM) * share) * (1 - 0.35 * share) + RED * 0.35 * share))
