"""Stage 1, Char-LDM (paper section 3.2): character-augmented text, and cross-attention steered by masks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from storygptv.data.collate import character_token_mask, tokenize
from storygptv.data.masks import character_crop, portrait_crop, portraits_of
from storygptv.data.store import StoryData
from storygptv.models.attention import mention_weights, record_cross_attention
from storygptv.models.char_ldm import CharLDM
from storygptv.models.fusion import CharacterFusion
from storygptv.models.latents import to_pixel_values
from storygptv.training.cache import portrait_condition
from storygptv.training.engine import TrainConfig, rows_of, sample_rngs
from storygptv.training.ldm import UNCONDITIONAL, DiffusionTask
from storygptv.training.losses import cross_attention_loss

DEFAULTS = TrainConfig(steps=6000, batch_size=64, learning_rate=5e-4, warmup_steps=200, ema_decay=0.9995)
TEXT_ONLY = 0.1  # share of samples trained without any character feature
NUM_CHARACTERS = 4  # fused in one picture at most


class CharLDMTask(DiffusionTask):
    """10 % unconditional, 10 % text only, 80 % fused (section 4.1); of a fused sample each character is dropped
    with `drop_character`, and its feature is that of its reference portrait with `portrait_share`, else of its
    crop in another frame of the story: its looks are then to be kept, and a pose cannot be copied. Of these crops
    `found_share` are cut out where Char-LDM as it was found the character, as when a story is told. Frames of an action
    in `repeats` come so many times an epoch, those of others once.

    Where a character is, and up to `margin` cells of the latents around it, where held things and speech bubbles are,
    the denoising loss counts 1 + `character_weight` times. `train_text` trains the text tower along, as the LDM's
    training does. With neither it nor `train_fusion` the condition stays as it is, and with it what a story LLM has
    been aligned to. Without a fusion (`fusion: false`) it is plain LDM, trained on the same texts.
    `train_vision_layers` trains so many of the image encoder's last layers along (the paper's two), on crops that are
    then encoded at every step."""

    def __init__(self, data: StoryData, model: Path, char_ldm: CharLDM, seed: int = 0, snr_gamma: float | None = 5.0,
                 attention_loss_weight: float = 0.05, drop_character: float = 0.1, portrait_share: float = 0.25,
                 found_share: float = 0.0, alt_share: float = 0.25, character_weight: float = 0.0, margin: int = 0,
                 repeats: Mapping[str, int] | None = None, train_fusion: bool = True, train_text: bool = False,
                 train_vision_layers: int = 0):  # fmt: skip
        super().__init__(data, model, char_ldm, seed, snr_gamma)
        if char_ldm.fusion is not None:
            char_ldm.fusion.requires_grad_(train_fusion)
        char_ldm.text_encoder.requires_grad_(train_text)
        layers = char_ldm.image_encoder.vision_model.encoder.layers
        if not 0 <= train_vision_layers <= len(layers):
            raise ValueError(f"train_vision_layers: must be 0 to {len(layers)}, all it has, got {train_vision_layers}")
        if train_vision_layers and found_share:
            raise ValueError(
                f"found_share: must be 0 where train_vision_layers encodes crops at every step, got {found_share}"
            )
        self.train_vision_layers = train_vision_layers
        for layer in layers[len(layers) - train_vision_layers :]:
            layer.requires_grad_(True)
        self.attention_loss_weight, self.drop_character = attention_loss_weight, drop_character
        self.portrait_share, self.found_share, self.alt_share = portrait_share, found_share, alt_share
        if margin < 0:
            raise ValueError(f"margin: must not be negative, got {margin}")
        self.character_weight, self.margin = character_weight, margin
        self.order = _repeated(data, repeats or {})
        self.recording = ExitStack()

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        super().prepare(device, log)
        data, char_ldm = self.data, self.char_ldm
        self.masks = self.caches.masks(char_ldm.unet.config.sample_size, NUM_CHARACTERS)
        self.features, self.portraits = self.caches.features(char_ldm.image_encoder, NUM_CHARACTERS)
        if self.train_vision_layers:
            size, known = char_ldm.image_encoder.config.image_size, portraits_of(data)
            self.portrait_crops = {data.info.names.index(n): portrait_crop(each, size) for n, each in known.items()}

        characters = data.text("characters")
        order = {name: i for i, name in enumerate(data.info.names)}
        self.characters = [[order[name] for name in names[:NUM_CHARACTERS]] for names in characters]
        self.elsewhere = _elsewhere(data.stories, self.characters, self.features.any(-1))
        self.ids, self.token_masks = [], []
        for column, spans in (("alt_text", "alt_spans"), ("caption", "caption_spans")):
            tokens = tokenize(data.text(column, required=True), char_ldm.tokenizer, char_ldm.condition_length)
            self.ids.append(tokens["input_ids"].int())
            self.token_masks.append(
                character_token_mask(tokens["offset_mapping"], data.text(spans), characters, NUM_CHARACTERS)
            )
        if self.found_share:
            told = self.portraits, self.characters, self.ids[1], self.token_masks[1]
            self.found = self.caches.found_features(char_ldm, *told)

    @property
    def num_rows(self) -> int:
        return len(self.order)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rngs = sample_rngs(step, batch_size, self.seed)
        rows = [self.order[place] for place in rows_of(step, batch_size, self.num_rows, self.seed)]
        features = torch.zeros(batch_size, NUM_CHARACTERS, self.features.shape[-1])
        ids, token_masks, crops = [], [], []
        for b, (row, rng) in enumerate(zip(rows, rngs, strict=True)):
            text = int(rng.random() >= self.alt_share)
            ids.append(self.ids[text][row].long())
            token_masks.append(self.token_masks[text][row])
            chance = rng.random()
            if chance < UNCONDITIONAL:
                ids[-1], token_masks[-1] = self.empty_ids, torch.zeros_like(token_masks[-1])
            elif chance >= UNCONDITIONAL + TEXT_ONLY:
                for k, character in enumerate(self.characters[row]):
                    if rng.random() < self.drop_character:
                        continue
                    others, place = self.elsewhere[row][k], None
                    if others and rng.random() >= self.portrait_share:
                        place = others[rng.integers(len(others))]
                    features[b, k] = self.portraits[character].float()
                    if place is not None:
                        found = self.found_share and rng.random() < self.found_share and self.found[place].any()
                        features[b, k] = (self.found if found else self.features)[place].float()
                    if self.train_vision_layers and features[b, k].any():
                        crops.append(((b, k), self._crop(character, place, rng)))
        latents = self.latents[rows].float()
        batch = {
            "latents": latents,
            **self.noise(latents, rngs, step),
            "input_ids": torch.stack(ids),
            "character_features": features,
            "character_token_mask": torch.stack(token_masks),
            "character_masks": self.masks[rows].float() / 255,
        }
        if crops:
            batch["crop_places"] = torch.tensor([place for place, _ in crops])
            batch["character_pixel_values"] = to_pixel_values(np.stack([crop for _, crop in crops]))
        return batch

    def _crop(self, character: int, place: tuple[int, int] | None, rng: np.random.Generator) -> np.ndarray:
        """The picture of a character in (row, position) of another frame, or its portrait."""
        if place is None:
            return self.portrait_crops[character]
        row, k = place
        mask = self.data.segmentations([row])[0] == k + 1
        return character_crop(self.data.images([row])[0], mask, self.char_ldm.image_encoder.config.image_size, rng)

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        features = batch["character_features"]
        if "crop_places" in batch:
            encoded = self.char_ldm.character_features(batch["character_pixel_values"])
            features = features.index_put(tuple(batch["crop_places"].T), encoded.to(features.dtype))
        token_mask = batch["character_token_mask"]
        prompt_embeds = self.char_ldm.condition(batch["input_ids"], features, token_mask)
        weights = 1 + self.character_weight * around(batch["character_masks"], self.margin)
        if not self.attention_loss_weight:
            return {"loss": self.denoising(batch, prompt_embeds, weights)}
        # recording ends with the next pass: on the way back, checkpointed layers are computed once more as they were
        self.recording.close()
        recording = record_cross_attention(self.char_ldm.unet, mention_weights(token_mask))
        recorded = self.recording.enter_context(recording)
        denoising = self.denoising(batch, prompt_embeds, weights)
        attention = cross_attention_loss(list(recorded), token_mask.any(-1), batch["character_masks"])
        loss = denoising + self.attention_loss_weight * attention
        return {"loss": loss, "denoising_loss": denoising, "attention_loss": attention}

    def sample(self) -> tuple[list[Image.Image], list[str]]:
        self.recording.close()
        return super().sample()

    def sample_condition(self, rows: list[int]) -> Tensor:
        """Fused with the portraits of who is named."""
        present = [self.characters[row] for row in rows]
        return portrait_condition(
            self.char_ldm, self.portraits, present, self.ids[1][rows], self.token_masks[1][rows]
        )  # fmt: skip


def around(character_masks: Tensor, margin: int) -> Tensor:
    """Where characters are, and up to `margin` cells around them: masks (B, K, h, w) in [0, 1] to (B, 1, h, w)."""
    return functional.max_pool2d(character_masks.amax(1, keepdim=True), 2 * margin + 1, stride=1, padding=margin)


def _repeated(data: StoryData, repeats: Mapping[str, int]) -> list[int]:
    """The rows of an epoch, each so many times as `repeats` says of its action, else once. Raises ValueError for less
    than once, and for an action that the data set does not know."""
    actions = data.text("action")
    for action, times in repeats.items():
        if times < 1 or action not in (data.info.actions or actions):
            raise ValueError(f"repeats: must be at least 1 of an action in the data, got {action}: {times}")
    return [row for row, action in enumerate(actions) for _ in range(repeats.get(action, 1))]


def _elsewhere(
    stories: list[list[int]], characters: list[list[int]], seen: Tensor
) -> list[list[list[tuple[int, int]]]]:  # fmt: skip
    """For each frame's each character, where else in the story it is and has a crop: (row, position), by `seen`
    (N, K)."""
    found: list[list[list[tuple[int, int]]]] = [[[] for _ in names] for names in characters]
    for rows in stories:
        places: dict[int, list[tuple[int, int]]] = {}
        for row in rows:
            for k, character in enumerate(characters[row]):
                if seen[row, k]:
                    places.setdefault(character, []).append((row, k))
        for row in rows:
            for k, character in enumerate(characters[row]):
                found[row][k] = [place for place in places.get(character, []) if place[0] != row]
    return found


def make_task(data: StoryData, model: Path, seed: int = 0, fusion: bool = True, **options) -> CharLDMTask:
    """Char-LDM from the LDM in `model`, with a new fusion module where there is none; without `fusion` a plain LDM, to
    be kept in a folder of its own. Raises ValueError where there is no image encoder."""
    char_ldm = CharLDM.from_folder(model)
    if char_ldm.image_encoder is None:
        raise ValueError(f"model: must hold an image_encoder, {model} has none; `storygptv train clip` makes one")
    if not fusion:
        char_ldm.fusion = None
    elif char_ldm.fusion is None:
        torch.manual_seed(seed)
        char_ldm.fusion = CharacterFusion(
            char_ldm.text_encoder.config.hidden_size, char_ldm.image_encoder.config.projection_dim
        )
    return CharLDMTask(data, model, char_ldm, seed, **options)
