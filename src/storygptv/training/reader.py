"""The reader: a LoRA of a pretrained language model that learns to say the scene of each sentence, from tales and toon.

The loss is that of the next token, over introductions and scenes, and, weighted by `sentence_loss_weight`, over the
sentences after the first, which teaches it to go on with a story.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoTokenizer

from storygptv.data.tale_variants import vary
from storygptv.data.tales import Tale, TaleData, read_tales
from storygptv.files import write_json
from storygptv.models.base_lm import SMOLLM2, find_language_model
from storygptv.models.loading import load_language_model
from storygptv.models.scene_tokens import MAX_TOKENS, StoryTokenizer
from storygptv.training.engine import Task, TrainConfig, rows_of, sample_rngs

DEFAULTS = TrainConfig(
    steps=700, batch_size=1, learning_rate=1e-3, warmup_steps=30, gradient_accumulation=4, ema_decay=0.98,
    weight_decay=0.0, sample_every=0, log_every=10, mixed_precision="auto",
)  # fmt: skip
SENTENCES = 0.3  # share of the stories whose sentences are learnt too: the whole vocabulary's logits cost time


class ReaderTask(Task):
    """Next-token prediction of what is said of each sentence of a tale, as far as MAX_TOKENS go.

    Args:
        tales: labelled stories.
        lm: a folder or hub id of the language model.
        more: further tales, such as toon's; `more_share` of the rows are of these.
        rank: of the LoRA.
        sentence_loss_weight: of a sentence's token, beside 1 of what is said of it.
        begin_from: a folder with an adapter to go on from.
    """

    def __init__(
        self, tales: Sequence[Tale], lm: str = SMOLLM2, more: Sequence[Tale] = (), more_share: float = 0.2,
        rank: int = 32, sentence_loss_weight: float = 0.1, begin_from: str | Path | None = None, seed: int = 0,
    ):  # fmt: skip
        super().__init__()
        from peft import LoraConfig, PeftModel, get_peft_model

        self.tales, self.more, self.more_share, self.seed = tales, more, more_share if more else 0.0, seed
        self.sentence_loss_weight, self.lm_name = sentence_loss_weight, str(lm)
        source = find_language_model(str(lm))
        self.tokens = StoryTokenizer(AutoTokenizer.from_pretrained(source))
        base = load_language_model(source)
        base.requires_grad_(False)
        if begin_from is not None:
            self.lm = PeftModel.from_pretrained(base, begin_from, is_trainable=True)
        else:
            torch.manual_seed(seed)
            self.lm = get_peft_model(
                base, LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.1, target_modules="all-linear")
            )
        self.everybody = [person for tale in tales for person in tale.people]

    @property
    def num_rows(self) -> int:
        return len(self.tales)

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        rows = rows_of(step, batch_size, len(self.tales), self.seed)
        rngs = sample_rngs(step, batch_size, self.seed)
        stories = []
        for row, rng in zip(rows, rngs, strict=True):
            is_more = rng.random() < self.more_share
            tale = self.more[int(rng.integers(len(self.more)))] if is_more else self.tales[row]
            stories.append(vary(tale, rng, self.everybody))
        encoded = [self.encode(story, rng.random() < SENTENCES) for story, rng in zip(stories, rngs, strict=True)]
        length = max(len(ids) for ids, _ in encoded)
        ids = np.full((batch_size, length), self.tokens.start_id)
        weights = np.zeros((batch_size, length), np.float32)
        for row, (sequence, weight) in enumerate(encoded):
            ids[row, : len(sequence)], weights[row, : len(weight)] = sequence, weight
        return {"input_ids": torch.from_numpy(ids), "weights": torch.from_numpy(weights)}

    def encode(self, tale: Tale, sentences: bool = True) -> tuple[list[int], list[float]]:
        """Return the ids of a tale and the weight of each one's loss; those of its `sentences` count or do not."""
        sentence_weight = self.sentence_loss_weight if sentences else 0.0
        ids = self.tokens.known(tale.known)
        weights = [0.0] * len(ids)
        for number, frame in enumerate(tale.frames):
            sentence, said = self.tokens.sentence(frame.text), self.tokens.said(frame.new, frame.scene)
            if len(ids) + len(sentence) + len(said) > MAX_TOKENS:
                break
            ids += sentence + said
            weights += [sentence_weight if number else 0.0] * len(sentence) + [1.0] * len(said)
        return ids, weights

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        decoder, head = self.lm.base_model.model.model, self.lm.get_output_embeddings()
        hidden = decoder(input_ids=batch["input_ids"], use_cache=False).last_hidden_state[:, :-1]
        weights, targets = batch["weights"][:, 1:], batch["input_ids"][:, 1:]
        counted = weights > 0
        losses = nn.functional.cross_entropy(head(hidden[counted]).float(), targets[counted], reduction="none")
        said = weights[counted] == 1
        return {
            "loss": (losses * weights[counted]).sum() / weights.sum(),
            "said_loss": losses[said].mean().detach(),
            "sentence_loss": losses[~said].mean().detach() if (~said).any() else losses.detach().sum() * 0,
        }

    def export(self, folder: Path) -> None:
        self.lm.peft_config["default"].base_model_name_or_path = self.lm_name  # not where it lies on this machine
        self.lm.to(torch.bfloat16).save_pretrained(folder / "reader" / "lora")
        (folder / "reader" / "lora" / "README.md").unlink(missing_ok=True)
        write_json(folder / "reader" / "config.json", {"lm": self.lm_name})


def load_data(folder: Path) -> TaleData:
    """Read the tales that are there to be learnt from."""
    return TaleData.load(folder)


def make_task(data: TaleData, model: Path, seed: int = 0, more: str | Path | None = None, **options) -> ReaderTask:
    """A new adapter of a language model; `more` is a folder of further tales, all of which are learnt from."""
    others = [tale for file in sorted(Path(more).glob("*.txt")) for tale in read_tales(file)] if more else []
    return ReaderTask(data.tales, more=others, seed=seed, **options)
