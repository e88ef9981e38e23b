"""The CLIP pair: whole frames against their alt-texts, and characters cut out of frames against theirs.

Story captions never tell the untold looks, alt-texts do: so its features hold what a later frame must keep.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoTokenizer, CLIPConfig, CLIPModel, CLIPTextModel, CLIPVisionModelWithProjection

from storygptv.data.collate import tokenize
from storygptv.data.masks import character_crop
from storygptv.data.store import StoryData
from storygptv.models.latents import to_pixel_values
from storygptv.models.loading import load_part
from storygptv.training.engine import Task, TrainConfig, rows_of
from storygptv.training.losses import contrastive_loss, generation_loss, words_of_picture_loss
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
    never find them: so each state must still tell its own word, which counts `word_loss_weight`. A picture's feature
    loses what few of its batch differ in as easily, patterns above all: with `picture_word_loss_weight` it must tell
    the words of its text, all at once (`words_of_picture_loss`).

    Every row gives a cut-out character, `frame_share` of them the frame as well. Without `train_text` the text tower
    stays as it is, and what a UNet reads from it.
    """

    def __init__(self, data: StoryData, seed: int = 0, vocab_size: int = 1600, model: Path | None = None,
                 caption_share: float = 0.25, word_loss_weight: float = 0.5, picture_word_loss_weight: float = 0.0,
                 frame_share: float = 1.0, train_text: bool = True):  # fmt: skip
        super().__init__()
        self.data, self.seed = data, seed
        self.caption_share, self.frame_share, self.train_text = caption_share, frame_share, train_text
        self.word_loss_weight, self.picture_word_loss_weight = word_loss_weight, picture_word_loss_weight
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
        self.clip.text_model.requires_grad_(train_text)
        width = self.clip.config.projection_dim
        self.words = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, len(self.tokenizer)))
        self.words.requires_grad_(picture_word_loss_weight > 0)

    @property
    def num_rows(self) -> int:
        return len(self.rows)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rng = np.random.default_rng((self.seed, step))
        rows = [self.rows[i] for i in rows_of(step, batch_size, len(self.rows), self.seed)]
        images, segmentations = self.data.images(rows), self.data.segmentations(rows)
        crops, texts, crop_texts, hard = [], [], [], []
        num_frames = max(1, round(batch_size * self.frame_share))
        for image, segmentation, row in zip(images, segmentations, rows, strict=True):
            names = self.table["characters"][row]
            k = int(rng.integers(len(names)))
            crops.append(character_crop(image, segmentation == k + 1, image.shape[0], rng))
            crop_texts.append(self.table["crop_texts"][row][k])
            if len(texts) == num_frames:
                continue
            kind = "caption" if rng.random() < self.caption_share else "alt"
            texts.append(self.table["caption" if kind == "caption" else "alt_text"][row])
            if len(names) > 1:
                first, second = rng.choice(len(names), 2, replace=False)
                hard.append(swap_names(texts[-1], self.table[f"{kind}_spans"][row], names[first], names[second]))
            else:
                hard.append(self.table["alt_text"][rows[len(hard) - 1]])
        batch = {"frames": to_pixel_values(images[:num_frames]), "crops": to_pixel_values(np.stack(crops))}
        for name, group in (("frame", texts), ("crop", crop_texts), ("hard", hard)):
            tokens = tokenize(group, self.tokenizer, MAX_LENGTH)
            batch |= {f"{name}_ids": tokens["input_ids"], f"{name}_said": tokens["attention_mask"]}
        return batch

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        num_frames = len(batch["frames"])
        pixels = torch.cat((batch["frames"], batch["crops"]))
        embeds = self.clip.visual_projection(self.clip.vision_model(pixels).pooler_output).float()
        frames, crops = functional.normalize(embeds, dim=-1).split((num_frames, len(batch["crops"])))
        read = {name: self._read(batch[f"{name}_ids"], batch[f"{name}_said"]) for name in ("frame", "crop", "hard")}
        text = {
            name: functional.normalize(self.clip.text_projection(output.pooler_output).float(), dim=-1)
            for name, output in read.items()
        }
        scale = self.clip.logit_scale.exp().clamp(max=100)
        same = {
            name: (batch[f"{name}_ids"][:, None] == batch[f"{name}_ids"][None]).all(-1) for name in ("frame", "crop")
        }
        losses = {
            "frame_loss": contrastive_loss(frames, text["frame"], scale, text["hard"], same["frame"]),
            "crop_loss": contrastive_loss(crops, text["crop"], scale, same_text=same["crop"]),
        }
        loss = losses["frame_loss"] + losses["crop_loss"]
        if self.train_text:
            states, embeddings = read["frame"].last_hidden_state, self.clip.text_model.get_input_embeddings()
            labels = batch["frame_ids"].masked_fill(batch["frame_said"] == 0, -100)[:, : states.shape[1]]
            losses["word_loss"] = generation_loss(states @ embeddings.weight.T, labels)
            loss = loss + self.word_loss_weight * losses["word_loss"]
        if self.picture_word_loss_weight:
            ids = torch.cat((batch["frame_ids"], batch["crop_ids"]))
            said = torch.cat((batch["frame_said"], batch["crop_said"]))
            losses["picture_word_loss"] = words_of_picture_loss(self.words(embeds), ids, said)
            loss = loss + self.picture_word_loss_weight * losses["picture_word_loss"]
        with torch.no_grad():
            swapped = ((frames * text["frame"]).sum(-1) > (frames * text["hard"]).sum(-1)).float().mean()
            place = torch.arange(len(crops), device=crops.device)
            same_elsewhere = same["crop"] & (place[:, None] != place)
            likeness = (crops @ text["crop"].T).masked_fill(same_elsewhere, -2)
            crop_acc = (likeness.argmax(-1) == place).float().mean()
        return {"loss": loss, **losses, "told_from_swapped": swapped, "crop_acc": crop_acc}

    def _read(self, ids: Tensor, said: Tensor):
        """The text tower's output for ids (B, T), without the padding that none of them needs."""
        longest = int(said.sum(1).max())
        return self.clip.text_model(ids[:, :longest], attention_mask=said[:, :longest])

    def export(self, folder: Path) -> None:
        """As Stable Diffusion keeps them: `image_encoder`, and where it was trained `tokenizer` and `text_encoder`;
        `clip` whole."""
        clip = self.clip
        clip.save_pretrained(folder / "clip")
        image_encoder = CLIPVisionModelWithProjection(clip.config.vision_config)
        image_encoder.vision_model.load_state_dict(clip.vision_model.state_dict())
        image_encoder.visual_projection.load_state_dict(clip.visual_projection.state_dict())
        image_encoder.save_pretrained(folder / "image_encoder")
        if self.train_text:
            text_encoder = CLIPTextModel(clip.config.text_config)
            text_encoder.load_state_dict(clip.text_model.state_dict())
            text_encoder.save_pretrained(folder / "text_encoder")
            self.tokenizer.save_pretrained(folder / "tokenizer")


def make_task(data: StoryData, model: Path, seed: int = 0, **options) -> CLIPTask:
    """A new CLIP pair and its tokenizer, or the pair in `model` to train on."""
    return CLIPTask(data, seed, model=model if (model / "clip").exists() else None, **options)
