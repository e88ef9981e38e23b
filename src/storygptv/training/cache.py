"""What frozen parts say of a data set, computed once on the device that trains, and kept as safetensors beside the
training state. They are read through memory mapping: of a tensor of all frames only the rows asked for are in memory.

N frames, K characters, F feature width, P patches, W the image encoder's width.
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from storygptv.data.masks import character_crop, character_masks, portrait_crop, portraits_of
from storygptv.data.pictures import resized
from storygptv.data.store import StoryData
from storygptv.models.char_ldm import CharLDM
from storygptv.models.latents import to_latents, to_pixel_values
from storygptv.models.loading import has_bf16
from storygptv.training.ahead import ahead, workers_for
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
        compute = partial(frame_masks, self.data, side, num_characters, self.device)
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

    def found_features(
        self, char_ldm: CharLDM, portraits: Tensor, characters: list[list[int]], caption_ids: Tensor,
        token_masks: Tensor,
    ) -> Tensor:  # fmt: skip
        """As `features`, bf16 (N, K, F), of every character cut out where Char-LDM finds it, as when a story is told:
        by the `portrait_condition` of each frame's caption."""
        parts = ["unet", "vae", "fusion", "text_encoder", "image_encoder"]
        told = portraits, characters, caption_ids, token_masks
        compute = partial(found_crop_features, self.data, char_ldm, self.device, *told)
        return self._cached("found", parts, {"features": len(self.data.frames)}, compute)["features"]

    def frames(self, image_encoder, part: str, kind: str) -> Tensor:
        """What the image encoder in the folder `part` says of every frame: of `kind` patches bf16 (N, P, W), of kind
        pooled (N, W)."""
        totals = dict.fromkeys(("patches", "pooled"), len(self.data.frames))
        compute = partial(frame_features, self.data, image_encoder, self.device)
        return self._cached("frames", [part], totals, compute)[kind]

    def _cached(
        self, name: str, parts: list[str], totals: dict[str, int], compute: Callable[..., Chunks]
    ) -> dict[str, Tensor]:  # fmt: skip
        """What is kept for the same data set and the same weights of `parts`, computed where there is nothing yet."""
        digest = hashlib.sha256(self.data.info.to_json().encode() + self.data.fingerprint.encode())
        for part in parts:
            for said in _contents(self.model / part):
                digest.update(said)
        path = self.model / "training" / "cache" / f"{name}-{digest.hexdigest()[:12]}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")), torch.no_grad():  # what another process computes is waited for
            if not path.exists():
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


def _contents(folder: Path) -> Iterator[bytes]:
    """What tells a part from another: its config and its weights' values, in whatever precision and files they lie."""
    config = folder / "config.json"
    if config.exists():
        kept = json.loads(config.read_text())
        stored = ("_", "dtype", "torch_dtype", "transformers_version")  # what says how it was stored
        yield json.dumps({k: v for k, v in kept.items() if not k.startswith(stored)}, sort_keys=True).encode()
    files = [safe_open(file, "pt") for file in sorted(folder.glob("*.safetensors"))]
    for name, number in sorted((name, number) for number, file in enumerate(files) for name in list(file.keys())):
        yield name.encode() + files[number].get_tensor(name).float().numpy().tobytes()


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


def _batches(data: StoryData, first: int) -> list[list[int]]:
    """The rows from `first` on, as many at a time as are computed."""
    number, step = len(data.frames), _at_once(data)
    return [list(range(row, min(row + step, number))) for row in range(first, number, step)]


def _frames(data: StoryData, device: torch.device, first: int) -> Iterator[tuple[list[int], np.ndarray]]:
    """The frames from row `first` on in batches: rows, and pictures (B, H, W, 3)."""
    return ahead(lambda rows: (rows, data.images(rows)), _batches(data, first), workers_for(device))


def frame_latents(data: StoryData, vae, device: torch.device, first: int) -> Chunks:
    """Chunks of `latents`."""
    vae = _ready(vae, device)
    with _autocast(device):
        for _, pictures in _frames(data, device, first):
            yield {"latents": to_latents(vae, to_pixel_values(pictures).to(device)).bfloat16()}


def frame_masks(data: StoryData, side: int, num_characters: int, device: torch.device, first: int) -> Chunks:
    """Chunks of `masks`."""

    def masks(rows: list[int]) -> dict[str, Tensor]:
        full = torch.from_numpy(character_masks(data.segmentations(rows, required=False), num_characters))
        cells = torch.nn.functional.adaptive_avg_pool2d(full, (side, side))
        return {"masks": (cells * 255).round().to(torch.uint8)}

    return ahead(masks, _batches(data, first), workers_for(device))


def crop_features(data: StoryData, image_encoder, device: torch.device, num_characters: int, first: int) -> Chunks:
    """Chunks of `features`, the first one with all `portraits`."""
    encoder, names = _ready(image_encoder, device), data.text("characters")

    def cut(rows: list[int]) -> tuple[list[tuple[int, int]], list[np.ndarray]]:
        masks = character_masks(data.segmentations(rows, required=False), num_characters) > 0
        return _cut_out(data.images(rows), masks, rows, names, encoder.config.image_size)

    batches = _batches(data, first)
    with _autocast(device):
        for rows, (where, crops) in zip(batches, ahead(cut, batches, workers_for(device)), strict=True):
            chunk = {"features": _in_places((len(rows), num_characters), where, crops, encoder, device)}
            if rows[0] == 0:
                known, own = portraits_of(data), data.info.names
                where = [(own.index(name),) for name in known]
                crops = [portrait_crop(each, encoder.config.image_size) for each in known.values()]
                chunk["portraits"] = _in_places((len(own),), where, crops, encoder, device)
            yield chunk


def found_crop_features(
    data: StoryData, char_ldm: CharLDM, device: torch.device, portraits: Tensor, characters: list[list[int]],
    caption_ids: Tensor, token_masks: Tensor, first: int,
) -> Chunks:  # fmt: skip
    """Chunks of `found_features`."""
    char_ldm, names = _ready(char_ldm, device), data.text("characters")
    encoder = char_ldm.image_encoder

    def found() -> Iterator[tuple[np.ndarray, np.ndarray, list[int]]]:
        for rows, pictures in _frames(data, device, first):
            pictures, named = _fitted(pictures, char_ldm.image_size), token_masks[rows]
            present = [characters[row] for row in rows]
            condition = portrait_condition(char_ldm, portraits, present, caption_ids[rows], named)
            pixels = to_pixel_values(pictures).to(device)
            yield pictures, char_ldm.find_characters(pixels, condition.float(), named.to(device)).cpu().numpy(), rows

    cut = lambda each: _cut_out(*each, names, encoder.config.image_size)  # noqa: E731
    with _autocast(device):
        for rows, (where, crops) in zip(_batches(data, first), ahead(cut, found(), workers_for(device)), strict=True):
            yield {"features": _in_places((len(rows), token_masks.shape[1]), where, crops, encoder, device)}


def _cut_out(
    pictures: np.ndarray, masks: np.ndarray, rows: list[int], names: list[list[str]], size: int
) -> tuple[list[tuple[int, int]], list[np.ndarray]]:  # fmt: skip
    """The characters that masks bool (B, K, H, W) show in the pictures (B, H, W, 3) of rows, each of which has `names`:
    their places (b, k), and crops varied by chance."""
    rng = np.random.default_rng(rows[0])
    where = [(b, k) for b, row in enumerate(rows) for k in range(len(names[row])) if masks[b, k : k + 1].any()]
    return where, [character_crop(pictures[b], masks[b, k], size, rng) for b, k in where]


def _in_places(
    shape: tuple[int, ...], where: list[tuple[int, ...]], crops: list[np.ndarray], encoder, device: torch.device
) -> Tensor:  # fmt: skip
    """φ of crops, bf16 (*shape, F), each at its place, zeros elsewhere."""
    features = torch.zeros(*shape, encoder.config.projection_dim, dtype=torch.bfloat16)
    if crops:
        encoded = encoder(to_pixel_values(np.stack(crops)).to(device)).image_embeds
        features[tuple(torch.tensor(where).T)] = encoded.bfloat16().cpu()
    return features


def portrait_condition(
    char_ldm: CharLDM, portraits: Tensor, characters: list[list[int]], ids: Tensor, token_masks: Tensor
) -> Tensor:  # fmt: skip
    """The conditions (B, T, D) of texts (B, T) which name `characters`, of each text K at most, at tokens (B, K, T),
    fused with those of their `portraits` (all characters, F) that there are."""
    device = char_ldm.unet.device
    features = torch.zeros(*token_masks.shape[:2], portraits.shape[-1])
    for b, present in enumerate(characters):
        features[b, : len(present)] = portraits[present].float()
    return char_ldm.condition(ids.long().to(device), features.to(device), token_masks.to(device))


def frame_features(data: StoryData, image_encoder, device: torch.device, first: int) -> Chunks:
    """Chunks of `patches`, the image encoder's patch tokens, and of `pooled`."""
    size = image_encoder.config.image_size
    pictures = (to_pixel_values(_fitted(each, size)).to(device) for _, each in _frames(data, device, first))
    return _features(_ready(image_encoder, device), device, pictures)


def _fitted(pictures: np.ndarray, size: int) -> np.ndarray:
    """Pictures (B, H, W, 3) as an image encoder for `size` pixels takes them."""
    return np.stack([resized(picture, size, Image.Resampling.BICUBIC) for picture in pictures])


def _features(image_encoder, device: torch.device, pictures: Iterable[Tensor]) -> Chunks:
    with _autocast(device):
        for pixels in pictures:
            output = image_encoder.vision_model(pixels)
            patches = output.last_hidden_state[:, 1:].bfloat16()
            yield {"patches": patches, "pooled": output.pooler_output.bfloat16()}
