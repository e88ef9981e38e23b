"""The CLIP pair: whole frames against their alt-texts, and characters cut out of frames against theirs.

Story captions never tell the untold looks, alt-texts do: so its features hold what a later frame must keep.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import AutoTokenizer, CLIPConfig, CLIPModel, CLIPTextModel, CLIPVisionModelWithProjection

from storygptv.data.collate import tokenize
from storygptv.data.masks import character_crop
from storygptv.data.store import StoryData
from storygptv.models.latents import to_pixel_values
from storygptv.models.loading import load_part
from storygptv.training.engine import Task, TrainConfig, rows_of
from storygptv.training.losses import contrastive_loss, generation_loss
from storygptv.training.tokenizers import train_tokenizer

DEFAULTS = TrainConfig(steps=2400, batch_size=128, learning_rate=1e-3, warmup_steps=200, weight_decay=0.05)
MAX_LENGTH = 64  # tokens of a text, and so the length of Char-LDM's condition


def new_clip(tokenizer, image_size: int, text_width: int = 192, vision_width: int = 192) -> CLIPModel:
    """A CLIP pair of about 4 M parameters for pictures of `image_size` pixels."""
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    text = dict(
        vocab_size=len(tokenizer), hidden_size=text_width, intermediate_size=4 * text_width, num_hidden_layers=4,
        num_attention_heads=4, max_position_embeddings=MAX_LENGTH, pad_token_id=tokenizer.pad_token_id,
        projection_dim=text_width, **ids,
    )  # fmt: skip
    vision = dict(
        hidden_size=vision_width, intermediate_size=3 * vision_width, num_hidden_layers=5, num_attention_heads=4,
        image_size=image_size, patch_size=image_size // 8, projection_dim=text_width,
    )  # fmt: skip
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=text_width))


def swap_names(text: str, spans: list[dict], first: str, second: str) -> str:
    """The text with two characters' names exchanged: a wrong description as like the right one as can be."""
    other = {first: second, second: first}
    for span in sorted(spans, key=lambda s: -s["start"]):
        if span["character"] in other:
            text = text[: span["start"]] + other[span["character"]] + text[span["end"] :]
    return text


class CLIPTask(Task):
    """Contrast within the batch, apart for frames and for cut-out characters, with a hard negative for each frame
    of two or more: the same text with two names exchanged. Frames without a character are left out.

    A frame's text is its caption with `caption_share`, else its alt-text. Contrast alone leaves the text tower free
    to drop what a batch can be told apart without, verbs above all, and a UNet that attends to its states would
    never find them: so each state must still tell its own word, which counts `word_loss_weight`.
    """

    def __init__(self, data: StoryData, seed: int = 0, vocab_size: int = 1600, model: Path | None = None,
                 caption_share: float = 0.25, word_loss_weight: float = 0.5):  # fmt: skip
        super().__init__()
        self.data, self.seed = data, seed
        self.caption_share, self.word_loss_weight = caption_share, word_loss_weight
        columns = ("alt_text", "alt_spans", "caption", "caption_spans", "crop_texts", "characters")
        self.table = {name: data.text(name, required=True) for name in columns}
        texts = self.table["alt_text"] + self.table["caption"] + list(filter(None, data.text("referential_caption")))
        self.rows = [row for row, names in enumerate(self.table["characters"]) if names]
        for row in self.rows:
            if len(self.table["crop_texts"][row]) != len(self.table["characters"][row]):
                raise ValueError(f"row {row}, crop_texts: must describe each character, got none")
        if model is None:
            self.tokenizer = train_tokenizer(texts, vocab_size, MAX_LENGTH, lowercase=True)
            torch.manual_seed(seed)
            self.clip = new_clip(self.tokenizer, data.info.resolution)
        else:
            self.tokenizer = AutoTokenizer.from_pretrained(model / "tokenizer")
            self.clip = load_part(CLIPModel, model / "clip")
        self.clip.set_attn_implementation("eager")  # sequences this short train twice as fast so on a CPU

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rng = np.random.default_rng((self.seed, step))
        rows = [self.rows[i] for i in rows_of(step, batch_size, len(self.rows), self.seed)]
        images, segmentations = self.data.images(rows), self.data.segmentations(rows)
        crops, texts, crop_texts, hard = [], [], [], []
        for image, segmentation, row in zip(images, segmentations, rows, strict=True):
            names = self.table["characters"][row]
            k = int(rng.integers(len(names)))
            crops.append(character_crop(image, segmentation == k + 1, image.shape[0], rng))
            crop_texts.append(self.table["crop_texts"][row][k])
            kind = "caption" if rng.random() < self.caption_share else "alt"
            texts.append(self.table["caption" if kind == "caption" else "alt_text"][row])
            if len(names) > 1:
                first, second = rng.choice(len(names), 2, replace=False)
                hard.append(swap_names(texts[-1], self.table[f"{kind}_spans"][row], names[first], names[second]))
            else:
                hard.append(self.table["alt_text"][rows[len(hard) - 1]])
        pixels = np.concatenate((images, np.stack(crops)))
        tokens = tokenize(texts + crop_texts + hard, self.tokenizer, MAX_LENGTH)
        return {
            "pixel_values": to_pixel_values(pixels),
            "input_ids": tokens["input_ids"],
            "attention_mask": tokens["attention_mask"],
        }

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        ids, said = batch["input_ids"], batch["attention_mask"]
        images = self.clip.visual_projection(self.clip.vision_model(batch["pixel_values"]).pooler_output)
        read = [self._read(*group) for group in zip(ids.chunk(3), said.chunk(3), strict=True)]
        text = torch.cat([output.pooler_output for output in read])
        images = functional.normalize(images.float(), dim=-1)
        text = functional.normalize(self.clip.text_projection(text).float(), dim=-1)
        scale = self.clip.logit_scale.exp().clamp(max=100)
        frames, crops = images.chunk(2)
        frame_text, crop_text, hard = text.chunk(3)
        same = [(chunk[:, None] == chunk[None]).all(-1) for chunk in ids.chunk(3)]
        frame_loss = contrastive_loss(frames, frame_text, scale, hard, same[0])
        crop_loss = contrastive_loss(crops, crop_text, scale, same_text=same[1])
        states, words = read[0].last_hidden_state, ids.chunk(3)[0]
        labels = words.masked_fill(said.chunk(3)[0] == 0, -100)[:, : states.shape[1]]
        word_loss = generation_loss(states @ self.clip.text_model.get_input_embeddings().weight.T, labels)
        with torch.no_grad():
            swapped = ((frames * frame_text).sum(-1) > (frames * hard).sum(-1)).float().mean()
            place = torch.arange(len(crops), device=crops.device)
            same_elsewhere = same[1] & (place[:, None] != place)
            crop_acc = ((crops @ crop_text.T).masked_fill(same_elsewhere, -2).argmax(-1) == place).float().mean()
        return {
            "loss": frame_loss + crop_loss + self.word_loss_weight * word_loss,
            "frame_loss": frame_loss, "crop_loss": crop_loss, "word_loss": word_loss,
            "told_from_swapped": swapped, "crop_acc": crop_acc,
        }  # fmt: skip

    def _read(self, ids: Tensor, said: Tensor):
        """The text tower's output for ids (B, T), without the padding that none of them needs."""
        longest = int(said.sum(1).max())
        return self.clip.text_model(ids[:, :longest], attention_mask=said[:, :longest])

    def export(self, folder: Path) -> None:
        """As Stable Diffusion keeps them: `tokenizer`, `text_encoder`, `image_encoder`; `clip` whole."""
        clip = self.clip
        clip.save_pretrained(folder / "clip")
        text_encoder = CLIPTextModel(clip.config.text_config)
        text_encoder.load_state_dict(clip.text_model.state_dict())
        image_encoder = CLIPVisionModelWithProjection(clip.config.vision_config)
        image_encoder.vision_model.load_state_dict(clip.vision_model.state_dict())
        image_encoder.visual_projection.load_state_dict(clip.visual_projection.state_dict())
        text_encoder.save_pretrained(folder / "text_encoder")
        image_encoder.save_pretrained(folder / "image_encoder")
        self.tokenizer.save_pretrained(folder / "tokenizer")


def make_task(data: StoryData, model: Path, seed: int = 0, **options) -> CLIPTask:
    """A new CLIP pair and its tokenizer, or the pair in `model` to train on."""
    return CLIPTask(data, seed, model=model if (model / "clip").exists() else None, **options)
