"""What the story LLM remembers of a story while it is told, frame after frame: a cache that grows until it is full.

Shapes: R [IMG] tokens, L condition length, D condition width.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from transformers import DynamicCache

from storygptv.models.story_llm import StoryLLM


class Read(NamedTuple):
    """What was read: extended ids, and what its picture was made of."""

    ids: list[int]
    features: Tensor | None = None  # (1, ...)


class StoryMemory:
    """A story as the language model remembers it: its cache, and what each frame added to it.

    Frames are told (`tell`: sentence and [IMG] tokens in, condition out) and seen (`see`: the picture in). Past
    `max_tokens` the oldest frames but the first are forgotten whole, and the rest is read again.
    """

    def __init__(self, llm: StoryLLM, max_tokens: int | None = None):
        self.llm = llm
        limit = llm.lm.config.max_position_embeddings
        self.max_tokens = min(max_tokens or limit, limit)
        self.frames: list[list[Read]] = []
        self._restart()

    def _restart(self) -> None:
        self.cache = DynamicCache()
        self.length = 0
        self._read([self.llm.start_id])

    @torch.no_grad()
    def _read(self, ids: list[int], features: Tensor | None = None) -> Tensor:
        """Put ids into the cache; their last hidden states (T, width)."""
        llm = self.llm
        embeds = llm.embed(torch.tensor([ids], device=llm.image_embeds.device), features)
        output = llm.lm.get_decoder()(inputs_embeds=embeds, past_key_values=self.cache, use_cache=True)
        self.length += len(ids)
        self.last_hidden = output.last_hidden_state[0, -1]
        return output.last_hidden_state[0]

    def _make_room(self, new: int, keep: int = 1) -> None:
        """Forget the oldest frames but the first where `new` more tokens would not fit; where they do not even so, all
        but the last `keep`. Raises ValueError where they do not fit beside these."""
        if self.length + new <= self.max_tokens:
            return
        while len(self.frames) > 2 and self._tokens() + new > 0.75 * self.max_tokens:
            del self.frames[1]
        while len(self.frames) > keep and 1 + self._tokens() + new > self.max_tokens:
            del self.frames[0]
        if 1 + self._tokens() + new > self.max_tokens:
            raise ValueError(
                f"the sentence is too long for the language model, which reads at most {self.max_tokens:,} tokens"
            )
        self._restart()
        for part in [part for frame in self.frames for part in frame]:
            self._read(*part)

    def _take_back(self, count: int) -> None:
        """Forget the `count` tokens read last."""
        if count:
            self.cache.crop(-count)
            self.length -= count

    def _tokens(self) -> int:
        return sum(len(part.ids) for frame in self.frames for part in frame)

    @torch.no_grad()
    def tell(self, sentence: str) -> Tensor:
        """The next sentence, and the condition (1, L, D) of its picture: the R [IMG] tokens are forced. Raises
        ValueError where the sentence is too long for the language model."""
        llm, ids = self.llm, self.llm.told_ids(sentence)
        self._make_room(len(ids), keep=0)
        hidden = self._read(ids)
        condition = llm.map(hidden[None, -llm.config.num_image_tokens :])
        self.told = sentence
        if llm.config.picture_first:  # the sentence is read again after its picture, without [IMG]
            self._take_back(len(ids))
        else:
            self.frames.append([Read(ids)])
        return condition

    def see(self, features: Tensor | None) -> None:
        """The picture of the frame told last: its features (1, ...), or None where there is none."""
        llm = self.llm
        if llm.config.picture_first:
            self.frames.append([])
        if ids := llm.seen_ids(self.told, features is not None):
            self._make_room(len(ids))
            self.frames[-1].append(Read(ids, features))
            self._read(*self.frames[-1][-1])

    @torch.no_grad()
    def write(self, generator: torch.Generator, temperature: float = 0.7, max_tokens: int = 80) -> str:
        """The next sentence, sampled word by word until the model would draw; nothing is kept of it."""
        llm = self.llm
        opening = llm.text_ids(llm.config.before_sentence)
        self._make_room(len(opening) + max_tokens)
        before, last_hidden = self.length, self.last_hidden
        image, hidden, ids = llm.image_ids[0], last_hidden, []
        ends = [image, *llm.tokenizer.all_special_ids]  # what comes when a sentence is over
        if opening:
            hidden = self._read(opening)[-1]
        while len(ids) < max_tokens:
            logits = llm.logits(hidden).float()
            logits[image + 1 : image + len(llm.image_ids)] = -torch.inf  # [IMG] begins with its first
            if not ids:
                logits[ends] = -torch.inf  # at least a word
            probs = (logits / temperature).softmax(-1).cpu()
            token = int(torch.multinomial(probs, 1, generator=generator))
            if token in ends:
                break
            ids.append(token)
            hidden = self._read([token])[-1]
        self._take_back(self.length - before)
        self.last_hidden = last_hidden
        text = llm.tokenizer.decode(ids, skip_special_tokens=True).strip()
        return text.removesuffix(llm.config.before_image.strip()).rstrip()
