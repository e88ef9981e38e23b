"""The bundled language model: a small Llama that reads stories, and descriptions where pictures will stand.

Predicting the next word of a description teaches it who "she" is and what she wears, before it sees any picture.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from storygptv.data.store import StoryData
from storygptv.models.loading import load_part
from storygptv.training.engine import Task, TrainConfig, rows_of, sample_rngs, sharded_layers_of
from storygptv.training.losses import generation_loss
from storygptv.training.tokenizers import PICTURE, train_tokenizer

DEFAULTS = TrainConfig(steps=3000, batch_size=24, learning_rate=2e-3, warmup_steps=200, weight_decay=0.05)
MAX_POSITIONS = 4096


def new_lm(tokenizer, width: int = 256, num_layers: int = 4) -> LlamaForCausalLM:
    """A Llama of about 3.5 M parameters with 4,096 positions."""
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=width * 5 // 2, num_hidden_layers=num_layers,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=MAX_POSITIONS, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    return LlamaForCausalLM(config)


def spread_positions(starts: list[int], length: int, limit: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of a sequence whose frames begin at `starts`: in half of the cases with random gaps before frames,
    so that a short story teaches the distances of a long one."""
    positions = np.arange(length)
    if rng.random() < 0.5 and starts:
        cuts = np.sort(rng.integers(0, int((limit - length) * rng.random() ** 2) + 1, len(starts)))
        for start, before, cut in zip(starts, [0, *cuts[:-1]], cuts, strict=True):
            positions[start:] += cut - before
    return positions


def pad(sequences: list[np.ndarray], value: int) -> Tensor:
    """Integer sequences as one tensor (B, T), padded at the right."""
    padded = np.full((len(sequences), max(map(len, sequences))), value)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return torch.from_numpy(padded)


class LMTask(Task):
    """Next-word prediction on stories: half of them plain, half with the alt-text after each sentence, where stage 2
    puts the picture. Of a story longer than the model's positions only the frames that fit are read."""

    def __init__(self, data: StoryData, seed: int = 0, vocab_size: int = 1600, folder: Path | None = None):
        super().__init__()
        self.data, self.seed = data, seed
        columns = {name: data.text(name, required=True) for name in ("referential_caption", "caption", "alt_text")}
        texts = [text for column in columns.values() for text in column]
        if folder is None:
            self.tokenizer = train_tokenizer(texts, vocab_size, MAX_POSITIONS, lowercase=False)
            torch.manual_seed(seed)
            self.lm = new_lm(self.tokenizer)
        else:
            self.tokenizer = AutoTokenizer.from_pretrained(folder)
            self.lm = load_part(LlamaForCausalLM, folder)

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        data = self.data
        encode = lambda column: self.tokenizer(column, add_special_tokens=False).input_ids  # noqa: E731
        self.sentences = [encode(sentences) for sentences in data.told(required=True)]  # of each story
        self.alt_texts = encode(data.text("alt_text", required=True))
        self.picture_id = self.tokenizer.convert_tokens_to_ids(PICTURE)

    @property
    def num_rows(self) -> int:
        return len(self.data.stories)

    def sketch(self, batch_size: int) -> object:
        longest = max(self.data.stories, key=len)
        length = sum(len(self.tokenizer(self.data.text("alt_text")[row]).input_ids) for row in longest)
        return self.lm(torch.zeros(batch_size, min(2 * length, MAX_POSITIONS), dtype=torch.long)).logits

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        tokenizer, rngs = self.tokenizer, sample_rngs(step, batch_size, self.seed)
        sequences, positions = [], []
        for story, rng in zip(rows_of(step, batch_size, len(self.data.stories), self.seed), rngs, strict=True):
            described = rng.random() < 0.5
            ids, starts = [tokenizer.bos_token_id], []
            for sentence, row in zip(self.sentences[story], self.data.stories[story], strict=True):
                description = [self.picture_id, *self.alt_texts[row]] if described else []
                frame = [*sentence, *description, tokenizer.eos_token_id]
                if len(ids) + len(frame) > MAX_POSITIONS:
                    break
                starts.append(len(ids))
                ids += frame
            sequences.append(np.array(ids))
            positions.append(spread_positions(starts, len(ids), MAX_POSITIONS, rng))
        ids = pad(sequences, tokenizer.pad_token_id)
        return {
            "input_ids": ids,
            "attention_mask": (ids != tokenizer.pad_token_id).long(),
            "position_ids": pad(positions, 0),
        }

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        logits = self.lm(**batch).logits
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        return {"loss": generation_loss(logits[:, :-1], labels[:, 1:])}

    def sharded_layers(self) -> list[str]:
        return sharded_layers_of(self.lm)

    def export(self, folder: Path) -> None:
        self.lm.save_pretrained(folder / "lm")
        self.tokenizer.save_pretrained(folder / "lm")


def make_task(data: StoryData, model: Path, seed: int = 0, **options) -> LMTask:
    """A new language model and its tokenizer, or the one in `model` to train on."""
    return LMTask(data, seed, folder=model / "lm" if (model / "lm").exists() else None, **options)
