"""Training a captioner, which says what is in a picture, for BLEU and CIDEr of drawings (paper App. C.1).

The paper fine-tunes BLIP-2 on the data set. Here the model's own vision tower reads the picture and a small language
model that attends to it is trained to say the frame's original caption, both at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional
from transformers import (
    AutoTokenizer,
    CLIPVisionModel,
    GPT2Config,
    GPT2LMHeadModel,
    VisionEncoderDecoderModel,
    ViTImageProcessor,
)

from storygptv.data.store import StoryData
from storygptv.models.latents import to_pixel_values
from storygptv.models.loading import load_part
from storygptv.training.degrade import degraded
from storygptv.training.engine import Task, TrainConfig, rows_of
from storygptv.training.sequences import pad
from storygptv.training.tokenizers import train_tokenizer

DEFAULTS = TrainConfig(steps=2000, batch_size=32, learning_rate=1e-3, warmup_steps=100, weight_decay=0.05)
MAX_LENGTH = 64  # tokens of a caption with its start, more than `evaluation.captions.LONGEST`
HALF = [0.5, 0.5, 0.5]  # the mean and deviation that make pictures of [0, 1] those of [-1, 1]


def new_captioner(encoder: CLIPVisionModel, tokenizer, num_layers: int = 3) -> VisionEncoderDecoderModel:
    """A vision tower of width D with a new GPT-2 as wide, which attends to the tower's last states (B, 1 + P, D)."""
    width, heads = encoder.config.hidden_size, encoder.config.num_attention_heads
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    decoder = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer), n_positions=MAX_LENGTH, n_embd=width, n_layer=num_layers, n_head=heads,
            is_decoder=True, add_cross_attention=True, pad_token_id=tokenizer.pad_token_id, **ids,
        )
    )  # fmt: skip
    model = VisionEncoderDecoderModel(encoder=encoder, decoder=decoder)
    for config in (model.config, model.generation_config):
        config.decoder_start_token_id = tokenizer.bos_token_id
        config.pad_token_id, config.eos_token_id = tokenizer.pad_token_id, tokenizer.eos_token_id
    return model


class CaptionerTask(Task):
    """The next token of each frame's original caption; of the pictures, some as blurred and noisy as drawings.

    Without `train_vision` the tower stays as it is, as a large one that was trained on millions of pictures should.
    `vocab_size` is the most tokens of a new captioner's tokenizer. Raises ValueError for a frame without a caption.
    """

    def __init__(self, data: StoryData, model: Path, vae: AutoencoderKL | None, seed: int = 0, vocab_size: int = 1600,
                 train_vision: bool = True):  # fmt: skip
        super().__init__()
        self.data, self.seed = data, seed
        captions = data.text("caption", required=True)
        folder = model / "captioner"
        if folder.exists():
            self.tokenizer = AutoTokenizer.from_pretrained(folder)
            self.captioner = load_part(VisionEncoderDecoderModel, folder)
            self.image_processor = ViTImageProcessor.from_pretrained(folder)
        else:
            encoder = load_part(CLIPVisionModel, model / "image_encoder")
            size = encoder.config.image_size
            self.tokenizer = train_tokenizer(captions, vocab_size, MAX_LENGTH, lowercase=False)
            torch.manual_seed(seed)
            self.captioner = new_captioner(encoder, self.tokenizer)
            self.image_processor = ViTImageProcessor(
                size={"height": size, "width": size}, image_mean=HALF, image_std=HALF
            )
        self.captioner.encoder.requires_grad_(train_vision)
        self.vae = vae.requires_grad_(False) if vae is not None else None

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        self.ids = self._words()

    @property
    def num_rows(self) -> int:
        return len(self.data.frames)

    def sketch(self, batch_size: int) -> object:
        config = self.captioner.config
        size, length = config.encoder.image_size, max(len(ids) for ids in self._words())
        pixels = torch.zeros(batch_size, config.encoder.num_channels, size, size)
        said = torch.zeros(batch_size, length, config.decoder.hidden_size)
        return self.captioner(pixel_values=pixels, decoder_inputs_embeds=said).logits

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rows = rows_of(step, batch_size, len(self.data.frames), self.seed)
        pixels = to_pixel_values(self.data.images(rows))
        return {"pixel_values": pixels, "labels": pad([self.ids[row] for row in rows], -100)}

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        pixels = degraded(self._sized(batch["pixel_values"]), self.vae, generator)
        said = batch["labels"] >= 0
        before = functional.pad(said[:, :-1].long(), (1, 0), value=1)  # of each token: a start, then those before
        output = self.captioner(pixel_values=pixels, labels=batch["labels"], decoder_attention_mask=before)
        accuracy = (output.logits.argmax(-1) == batch["labels"])[said].float().mean()
        return {"loss": output.loss, "token_acc": accuracy}

    def _words(self) -> list[list[int]]:
        """Each frame's caption in tokens, to its end."""
        captions = self.data.text("caption", required=True)
        said = self.tokenizer(captions, add_special_tokens=False, truncation=True, max_length=MAX_LENGTH - 1)
        return [[*ids, self.tokenizer.eos_token_id] for ids in said.input_ids]

    def _sized(self, pixels: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) as large as the captioner takes them."""
        size = self.image_processor.size["height"]
        if pixels.shape[-1] == size:
            return pixels
        return functional.interpolate(pixels, (size, size), mode="bilinear", antialias=True)

    def export(self, folder: Path) -> None:
        """As the hub keeps a captioner: model, image processor and tokenizer in `captioner`."""
        for part in (self.captioner, self.image_processor, self.tokenizer):
            part.save_pretrained(folder / "captioner")


def make_task(data: StoryData, model: Path, seed: int = 0, **options) -> CaptionerTask:
    """A captioner over the vision tower of `model`, or the one in `model` to train on; with its VAE where there is
    one. Raises ValueError where there is no vision tower, and as CaptionerTask."""
    if not any((model / part).is_dir() for part in ("captioner", "image_encoder")):
        raise ValueError(f"init: must be a model folder with an image_encoder, which {model} has not")
    vae = load_part(AutoencoderKL, model / "vae").eval() if (model / "vae").exists() else None
    return CaptionerTask(data, model, vae, seed, **options)
