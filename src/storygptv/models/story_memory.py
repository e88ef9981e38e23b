"""What the story LLM remembers of a story while it is told, frame after frame: a cache that grows until it is full.

Shapes: R [IMG] tokens, S character slots, F width of φ, L condition length, D condition width.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import DynamicCache

from storygptv.models.story_llm import StoryLLM

SURE = 0.5  # above this somebody is taken to be meant


class Read(NamedTuple):
    """What was read: extended ids, and what its picture was made of."""

    ids: list[int]
    features: Tensor | None = None  # (1, ...)


class StoryMemory:
    """A story as the language model remembers it: its cache, and what each frame added to it.

    Frames are told (`tell`: sentence and [IMG] tokens in, condition out) and seen (`see`: the picture in). Past
    `max_tokens` the oldest frames but the first are forgotten whole, and the rest is read again. What each of the cast
    was seen to look like is never forgotten.
    """

    def __init__(self, llm: StoryLLM, max_tokens: int | None = None):
        self.llm = llm
        limit = llm.lm.config.max_position_embeddings
        self.max_tokens = min(max_tokens or limit, limit)
        self.presence: Tensor | None = None
        self.frames: list[list[Read]] = []
        self.looks: dict[int, Tensor] = {}  # slot -> φ (F,), as it was given last
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

    def _make_room(self, new: int) -> None:
        """Forget the oldest frames but the first where `new` more tokens would not fit."""
        if self.length + new > self.max_tokens and len(self.frames) > 2:
            while len(self.frames) > 2 and self._tokens() + new > 0.75 * self.max_tokens:
                del self.frames[1]
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
    def tell(self, sentence: str, looks: Mapping[int, Tensor] | None = None) -> Tensor:
        """The next sentence, and the condition (1, L, D) of its picture: the R [IMG] tokens are forced. With cast
        tokens it first says who is there, and `cast` holds their slots in the order said. With character slots
        `presence` (1, S) is how surely each is there, 0 to 1, above `SURE` who is drawn. `looks` are φ (F,) by slot
        that this sentence may mean besides those remembered."""
        llm, ids = self.llm, self.llm.sentence_ids(sentence)
        self._make_room(len(ids) + len(llm.cast_ids) + len(llm.image_ids))
        if llm.config.cast_tokens:
            known = self.looks | (looks or {}) if llm.config.look_width else {}
            self.cast, self.presence = self._say_who(ids, self._read(ids), known)
            hidden = self._read(llm.image_ids)
        else:
            self.cast, hidden = [], self._read(ids + llm.image_ids)
        condition = llm.map(hidden[None, -llm.config.num_image_tokens :])
        if llm.config.num_character_slots and not llm.config.cast_tokens:
            self.presence = llm.presence_logits(condition).sigmoid()
        self.told, ids = sentence, llm.told_ids(sentence, self.cast)
        if llm.config.picture_first:  # the sentence is read again after its picture, without [IMG]
            self._take_back(len(ids))
        else:
            self.frames.append([Read(ids)])
        return condition

    def _say_who(
        self, ids: list[int], words: Tensor, looks: Mapping[int, Tensor]
    ) -> tuple[list[int], Tensor]:  # fmt: skip
        """The slots of who is in the picture, the likeliest next until the model would draw; from a sentence's ids and
        hidden states (T, width), and how the cast is known to look. With them how surely each slot is there (1, S): the
        probability of it against that of drawing without it, when it was said or in the end."""
        llm, cast, hidden = self.llm, [], words[-1]
        places = llm.places(torch.tensor([llm.image_ids[0], *llm.cast_ids], device=hidden.device))
        presence = torch.zeros(len(llm.cast_ids), device=hidden.device)
        while True:
            likely = llm.logits(hidden)[places].float()
            draws, slots = likely[0], likely[1:]
            if looks:
                slots = slots + self._described(ids, words, hidden, looks)
            unsaid = [slot for slot in range(len(slots)) if slot not in cast]
            for slot in unsaid:
                presence[slot] = (slots[slot] - draws).sigmoid()
            best = max(unsaid, key=lambda slot: slots[slot], default=None)
            if best is None or slots[best] <= draws:
                return cast, presence[None]
            cast.append(best)
            hidden = self._read([llm.cast_ids[best]])[-1]

    def _described(self, ids: list[int], words: Tensor, hidden: Tensor, looks: Mapping[int, Tensor]) -> Tensor:
        """What is added to the logits of the cast (S,) at a hidden state (width,) after the sentence, by what each was
        seen to look like."""
        match = self.llm.look_match
        features = torch.zeros(len(self.llm.cast_ids), self.llm.config.look_width, device=hidden.device)
        for slot, look in looks.items():
            features[slot] = look
        embeds = self.llm.lm.get_input_embeddings()(torch.tensor(ids, device=hidden.device))
        everywhere = torch.ones(1, len(ids), dtype=torch.bool, device=hidden.device)
        return match(match.attend(hidden[None], words, embeds, everywhere), features)[0]

    def see(self, features: Tensor | None, looks: Mapping[int, Tensor] | None = None) -> None:
        """The picture of the frame told last: its features (1, ...), or None where there is none; and by slot the φ
        (F,) of who is in it, as far as words may mean it, remembered where the story LLM compares words with looks."""
        llm = self.llm
        if llm.config.look_width:
            self.looks |= looks or {}
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
        draws = llm.places(torch.tensor([image, *llm.cast_ids])).tolist()  # what comes when a sentence is over
        ends = [*draws, *llm.tokenizer.all_special_ids]
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
