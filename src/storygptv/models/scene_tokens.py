"""Sentences, introductions and scenes as tokens of a language model.

    + Mia: girl                                  people known before the story begins
    Mia took her dog Rex to the park.            a sentence, as it was typed
    + Rex: dog, he                               who is met in it for the first time
    = Mia walk, Rex walk; park;                  what its picture shows

Introductions and scenes are tokenised piece by piece ("=", " Mia", " walk", ",", ...), so that constrained decoding,
which chooses among pieces, meets the very tokens that training had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

import torch

from storygptv.scene import Figure, Person, Scene

NEW, SCENE, END = "+", "=", "\n"
MAX_TOKENS = 1024  # of a story that is learnt from, and of what is remembered of one that is read


def introduction_pieces(person: Person) -> list[str]:
    """Return the pieces of the line that introduces somebody."""
    name, _, kind = person.line().rpartition(":")
    kind, comma, pronoun = kind.partition(",")
    return [NEW, f" {name}", ":", kind, *([comma, pronoun] if comma else []), END]


def figure_pieces(figure: Figure) -> list[str]:
    """Return the pieces of one figure of a scene."""
    thing = [" (", figure.thing, ")"] if figure.thing else []
    words = [figure.name, figure.action, figure.target]
    return [f" {word}" for word in words if word] + thing + ([f" {figure.mood}"] if figure.mood else [])


def scene_pieces(scene: Scene) -> list[str]:
    """Return the pieces of a scene's line."""
    pieces = [SCENE]
    for number, figure in enumerate(scene.figures):
        pieces += [","] * bool(number) + figure_pieces(figure)
    pieces += [";", f" {scene.place}"]
    for word in ["night"] * scene.night + [scene.weather] * bool(scene.weather):
        pieces += [",", f" {word}"]
    pieces.append(";")
    for number, prop in enumerate(scene.props):
        pieces += [","] * bool(number) + [f" {prop}"]
    return [*pieces, END]


class StoryTokenizer:
    """Turns the lines of a story into ids of the tokenizer of a language model."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.ids_of = lru_cache(maxsize=100_000)(self._ids_of)

    def _ids_of(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False).input_ids)

    @property
    def start_id(self) -> int:
        """The id that a story starts with."""
        bos = self.tokenizer.bos_token_id
        return self.tokenizer.eos_token_id if bos is None else bos

    def ids(self, pieces: Iterable[str]) -> list[int]:
        """Return the ids of pieces, one after the other."""
        return [token for piece in pieces for token in self.ids_of(piece)]

    def known(self, people: Sequence[Person]) -> list[int]:
        """Return the ids that begin a story whose reader knows these people."""
        return [self.start_id, *self.ids(piece for person in people for piece in introduction_pieces(person))]

    def sentence(self, text: str) -> list[int]:
        """Return the ids of a sentence."""
        return [*self.tokenizer(" ".join(text.split()), add_special_tokens=False).input_ids, *self.ids_of(END)]

    def letters(self, begins: bool) -> torch.Tensor:
        """Return the ids of tokens that a plain noun is made of; where one `begins`, of those with a space before."""
        return self._word_starts if begins else self._word_parts

    @cached_property
    def _word_starts(self) -> torch.Tensor:
        return self._tokens_like(r" [a-z]+")

    @cached_property
    def _word_parts(self) -> torch.Tensor:
        return self._tokens_like(r"[ -]?[a-z]+")

    def _tokens_like(self, pattern: str) -> torch.Tensor:
        texts = self.tokenizer.batch_decode([[token] for token in range(len(self.tokenizer))])
        return torch.tensor([token for token, text in enumerate(texts) if re.fullmatch(pattern, text)])

    def said(self, new: Sequence[Person], scene: Scene) -> list[int]:
        """Return the ids of what is said of a sentence: who is new in it and its scene."""
        pieces = [piece for person in new for piece in introduction_pieces(person)]
        return self.ids([*pieces, *scene_pieces(scene)])
