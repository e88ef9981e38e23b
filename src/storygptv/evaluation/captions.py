"""Models beside ours that read pictures or texts: any captioner of transformers, any causal language model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from storygptv.evaluation.texts import ORDERS, bleu_scorer, distinct

BATCH = 16  # pictures at a time
LONGEST = 60  # new tokens of a caption


class Captioner:
    """An image-to-text model of transformers (BLIP, BLIP-2, GIT, an encoder with a decoder, ...), told nothing but the
    picture."""

    def __init__(self, model, image_processor, tokenizer):
        self.model, self.image_processor, self.tokenizer = model.eval(), image_processor, tokenizer

    @classmethod
    def load(cls, folder: Path | str, device: str) -> Captioner:
        """The captioner of a folder or hub id. Raises ValueError where there is none, and as `bleu_scorer`."""
        from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

        bleu_scorer()  # what it says is to be scored: told before anything is drawn

        try:
            model = AutoModelForImageTextToText.from_pretrained(folder).to(device)
            return cls(model, AutoImageProcessor.from_pretrained(folder), AutoTokenizer.from_pretrained(folder))
        except (OSError, ValueError) as error:
            said = " ".join(str(error).split())[:120]
            raise ValueError(
                f"captioner: expected an image-to-text model of transformers, got {folder} ({said})"
            ) from error

    @torch.no_grad()
    def __call__(self, pictures: np.ndarray) -> list[str]:
        """What is in pictures uint8 (N, H, W, 3), greedily: the same pictures, the same words."""
        captions: list[str] = []
        for start in range(0, len(pictures), BATCH):
            images = [Image.fromarray(picture) for picture in pictures[start : start + BATCH]]
            pixels = self.image_processor(images, return_tensors="pt").pixel_values.to(self.model.device)
            ids = self.model.generate(pixel_values=pixels, max_new_tokens=LONGEST, do_sample=False, num_beams=1)
            captions += [text.strip() for text in self.tokenizer.batch_decode(ids, skip_special_tokens=True)]
        return captions


def continuation_scores(lm, tokenizer, stories: Sequence[Sequence[str]], given: int) -> dict[str, float | None]:
    """How stories go on after their first `given` sentences: `perplexity`, and `distinct_n` of 1 to 4 words, the share
    of different n-grams among all that were written."""
    written = [text for sentences in stories for text in sentences[given:]]
    varied = {f"distinct_{order}": distinct(written, order) for order in range(1, ORDERS + 1)}
    return {"perplexity": perplexity(lm, tokenizer, stories, given)} | varied


@torch.no_grad()
def perplexity(lm, tokenizer, stories: Sequence[Sequence[str]], given: int) -> float | None:
    """How little a language model expects the sentences of stories after their first `given` ones: exp of the mean
    surprise of a token, each seen after the whole story before it; None where no story goes on.

    Raises ValueError for a story longer than the model can read.
    """
    longest = getattr(lm.config, "max_position_embeddings", None)
    surprise, count = 0.0, 0
    for number, sentences in enumerate(stories):
        if len(sentences) <= given:
            continue
        start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        start = [] if start is None else [start]
        whole = tokenizer(" ".join(sentences), add_special_tokens=False, return_offsets_mapping=True)
        end = len(" ".join(sentences[:given]))  # of what was given: whose tokens begin before it
        known = len(start) + sum(first < end for first, _ in whole.offset_mapping)
        ids = torch.tensor([start + whole.input_ids], device=lm.device)
        if longest is not None and ids.shape[1] > longest:
            raise ValueError(f"story {number}: must have at most {longest} tokens, the language model's, got "
                             f"{ids.shape[1]}")  # fmt: skip
        known = max(known, 1)  # nothing is expected of a first token
        logits = lm(input_ids=ids).logits[0, known - 1 : -1].float()
        surprise += functional.cross_entropy(logits, ids[0, known:], reduction="sum").item()
        count += ids.shape[1] - known
    return math.exp(surprise / count) if count else None
