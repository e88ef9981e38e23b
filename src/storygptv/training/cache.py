"""What frozen parts say of a data set, computed once on the device that trains, and kept as safetensors beside the
training state. They are read through memory mapping: of a tensor of all frames only the rows asked for are in memory.

N frames, K characters, F feature width, P patches, W the image encoder's width.
"""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from storygptv.data.masks import character_crop, character_masks, portrait_crop, portraits_of
from storygptv.data.pictures import resized
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import to_latents, to_pictures, to_pixel_values, to_pixels
from storygptv.models.loading import has_bf16
from storygptv.training.rows import Chunks, write_rows

BATCH, PIXELS = 64, 64 * 256 * 256  # frames at a time: so many, and of large pictures as many as have so many pixels
LOG_SECONDS = 20  # between two lines on how far a cache is


class Caches:
    """The caches of the parts in a model folder for a data set. One that is not there is computed on `device`, in bf16
    where that computes in it; killed, it goes on where it was. `log` gets a line now and then."""

    def __init__(
        self, data: StoryData, model: Path, device: str | torch.device = "cpu", log: Callable[[str], None] = print
    ):
        self.data, self.model, self.device, self.log = data, model, torch.device(device), log

    def latents(self, vae) -> Tensor:
        """bf16 (N, C, h, w) of every frame."""
        compute = partial(frame_latents, self.data, vae, self.device)
        return self._cached("latents", ["vae"], {"latents": len(self.data.frames)}, compute)["latents"]

    def masks(self, side: int, num_characters: int) -> Tensor:
        """uint8 (N, K, side, side): each character's share of each cell, 0 to 255."""
        compute = partial(frame_masks, self.data, side, num_characters)
        return self._cached(f"masks-{side}", [], {"masks": len(self.data.frames)}, compute)["masks"]

    def features(self, image_encoder, num_characters: int) -> tuple[Tensor, Tensor]:
        """bf16 (N, K, F) of every character cut out of its frame, zeros where there is none, and (all characters of
        the data set, F) of their portraits. Raises ValueError where no frame has masks."""
        if not any(self.data.has_segmentation):
            raise ValueError("segmentation: no frame has one; `storygptv data masks` makes them")
        compute = partial(crop_features, self.data, image_encoder, self.device, num_characters)
        totals = {"features": len(self.data.frames), "portraits": len(self.data.info.names)}
        tensors = self._cached("features", ["image_encoder"], totals, compute)
        return tensors["features"], tensors["portraits"]

    def frames(self, image_encoder, part: str, kind: str) -> Tensor:
        """What the image encoder in the folder `part` says of every frame: of `kind` patches bf16 (N, P, W), of kind
        pooled (N, W)."""
        totals = dict.fromkeys(("patches", "pooled"), len(self.data.frames))
        compute = partial(frame_features, self.data, image_encoder, self.device)
        return self._cached("frames", [part], totals, compute)[kind]

    def drawn(
        self, name: str, char_ldm: CharLDM, caption_ids: Tensor, character_features: Tensor, token_masks: Tensor,
        seed: int, kind: str,
    ) -> Tensor:  # fmt: skip
        """As `frames`, of Char-LDM's own drawings of captions (N, T), fused with features (N, K, F) at tokens
        (N, K, T)."""
        parts = ["unet", "vae", "fusion", "text_encoder", "image_encoder"]
        compute = partial(
            drawn_frame_features, char_ldm, self.device, caption_ids, character_features, token_masks, seed,
            _at_once(self.data),
        )  # fmt: skip
        return self._cached(name, parts, dict.fromkeys(("patches", "pooled"), len(caption_ids)), compute)[kind]

    def _cached(
        self, name: str, parts: list[str], totals: dict[str, int], compute: Callable[..., Chunks]
    ) -> dict[str, Tensor]:
        """What is kept for the same data set and the same weights of `parts`, computed where there is nothing yet."""
        digest = hashlib.sha256(self.data.info.to_json().encode() + self.data.fingerprint.encode())
        for part in parts:
            folder = self.model / part
            for file in sorted((*folder.glob("config.json"), *folder.glob("*.safetensors"))):
                with file.open("rb") as content:
                    while block := content.read(1 << 24):
                        digest.update(block)
        path = self.model / "training" / "cache" / f"{name}-{digest.hexdigest()[:12]}.safetensors"
        if not path.exists():
            with torch.no_grad():
                write_rows(path, totals, compute, self._teller(name))
        return load_file(path)  # memory-mapped

    def _teller(self, name: str) -> Callable[[int, int], None]:
        """Tells the log of every so many seconds, and of the end if there was anything before it."""
        told, began, before = time.monotonic(), time.monotonic(), None

        def tell(done: int, total: int) -> None:
            nonlocal told, before
            now = time.monotonic()
            before = (now, done) if before is None else before
            if now - told > LOG_SECONDS or (done == total and told > began):
                rate = (done - before[1]) / max(now - before[0], 1e-9)
                self.log(f"cache {name}: {done:,} of {total:,}, {rate:.1f} a second")
                told = now

        return tell


def _at_once(data: StoryData) -> int:
    """How many frames are computed at a time."""
    return max(1, min(BATCH, PIXELS // data.info.resolution**2))


def _ready(part: nn.Module, device: torch.device) -> nn.Module:
    """A frozen part on `device`, in float32 where that does not compute in bf16: itself where it is so, else a copy."""
    narrow = not has_bf16(device) and any(p.dtype in (torch.bfloat16, torch.float16) for p in part.parameters())
    if not narrow and all(p.device.type == device.type for p in part.parameters()):
        return part
    part = copy.deepcopy(part).to(device)
    return part.float() if narrow else part


def _autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device))


def _frames(data: StoryData, first: int) -> Iterator[tuple[list[int], np.ndarray]]:
    """The frames from row `first` on in batches: rows, and pictures (B, H, W, 3). The next are read meanwhile."""
    number, step = len(data.frames), _at_once(data)
    batches = [list(range(row, min(row + step, number))) for row in range(first, number, step)]
    with ThreadPoolExecutor(1) as loader:
        upcoming = loader.submit(data.images, batches[0])
        for rows, following in zip(batches, [*batches[1:], None], strict=True):
            pictures = upcoming.result()
            if following is not None:
                upcoming = loader.submit(data.images, following)
            yield rows, pictures


def frame_latents(data: StoryData, vae, device: torch.device, first: int, _) -> Chunks:
    """Chunks of `latents`."""
    vae = _ready(vae, device)
    with _autocast(device):
        for _, pictures in _frames(data, first):
            yield {"latents": to_latents(vae, to_pixel_values(pictures).to(device)).bfloat16()}, None


def frame_masks(data: StoryData, side: int, num_characters: int, first: int, _) -> Chunks:
    """Chunks of `masks`."""
    number, step = len(data.frames), _at_once(data)
    for row in range(first, number, step):
        ids = data.segmentations(range(row, min(row + step, number)), required=False)
        full = torch.from_numpy(character_masks(ids, num_characters))
        cells = torch.nn.functional.adaptive_avg_pool2d(full, (side, side))
        yield {"masks": (cells * 255).round().to(torch.uint8)}, None


def crop_features(
    data: StoryData, image_encoder, device: torch.device, num_characters: int, first: int, state: dict | None
) -> Chunks:
    """Chunks of `features`, the first one with all `portraits`; the state is that of the generator by which crops are
    varied."""
    size, names = image_encoder.config.image_size, data.text("characters")
    width = image_encoder.config.projection_dim
    rng, encoder = np.random.default_rng(0), _ready(image_encoder, device)
    if state is not None:
        rng.bit_generator.state = state

    def encode(crops: list[np.ndarray]) -> Tensor:
        return encoder(to_pixel_values(np.stack(crops)).to(device)).image_embeds.bfloat16().cpu()

    with _autocast(device):
        for rows, images in _frames(data, first):
            features = torch.zeros(len(rows), num_characters, width, dtype=torch.bfloat16)
            where, crops = [], []
            segmentations = data.segmentations(rows, required=False)
            for i, (row, image, ids) in enumerate(zip(rows, images, segmentations, strict=True)):
                for k in range(min(num_characters, len(names[row]))):
                    if (ids == k + 1).any():
                        where.append((i, k))
                        crops.append(character_crop(image, ids == k + 1, size, rng))
            if crops:
                features[tuple(torch.tensor(where).T)] = encode(crops)
            chunk = {"features": features}
            if rows[0] == 0:
                chunk["portraits"] = torch.zeros(len(data.info.names), width, dtype=torch.bfloat16)
                if known := portraits_of(data):
                    there = [data.info.names.index(name) for name in known]
                    chunk["portraits"][there] = encode([portrait_crop(each, size) for each in known.values()])
            yield chunk, rng.bit_generator.state


def frame_features(data: StoryData, image_encoder, device: torch.device, first: int, _) -> Chunks:
    """Chunks of `patches`, the image encoder's patch tokens, and of `pooled`."""
    size = image_encoder.config.image_size
    pictures = (to_pixel_values(_fitted(each, size)).to(device) for _, each in _frames(data, first))
    return _features(_ready(image_encoder, device), device, pictures)


def drawn_frame_features(
    char_ldm: CharLDM, device: torch.device, caption_ids: Tensor, character_features: Tensor, token_masks: Tensor,
    seed: int, at_once: int, first: int, _,
) -> Chunks:  # fmt: skip
    """As `frame_features`, of drawings."""
    char_ldm = _ready(char_ldm, device)
    size = char_ldm.image_encoder.config.image_size

    def drawings() -> Iterator[Tensor]:
        for row in range(first, len(caption_ids), at_once):
            some = slice(row, row + at_once)
            condition = char_ldm.condition(
                caption_ids[some].long().to(device), character_features[some].to(device), token_masks[some].to(device)
            )
            generators = [torch.Generator().manual_seed(seed + row + i) for i in range(len(condition))]
            latents = char_ldm.sample(condition.float(), generators, num_inference_steps=12)
            pixels = to_pixels(char_ldm.vae, latents.float())
            if pixels.shape[-1] != size:  # seen as a picture of another size is, at inference too
                pixels = to_pixel_values(_fitted(to_pictures(pixels), size)).to(device)
            yield pixels

    return _features(char_ldm.image_encoder, device, drawings())


def _fitted(pictures: np.ndarray, size: int) -> np.ndarray:
    """Pictures (B, H, W, 3) as an image encoder for `size` pixels takes them."""
    return np.stack([resized(picture, size, Image.Resampling.BICUBIC) for picture in pictures])


def _features(image_encoder, device: torch.device, pictures: Iterable[Tensor]) -> Chunks:
    with _autocast(device):
        for pixels in pictures:
            output = image_encoder.vision_model(pixels)
            patches = output.last_hidden_state[:, 1:].bfloat16()
            yield {"patches": patches, "pooled": output.pooler_output.bfloat16()}, None
