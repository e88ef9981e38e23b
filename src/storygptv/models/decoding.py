"""Decoding that chooses among pieces of text: a language model under way, its cache, and what it may say next.

Shapes: T tokens, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear
from transformers import DynamicCache

from storygptv.models.scene_tokens import StoryTokenizer

MANY = 4000  # tokens to choose among


class ConstrainedDecoder:
    """A causal language model that has read some tokens, and chooses what comes next among pieces.

    Tokens that are pushed wait, and are read together when the next choice needs them.

    Args:
        lm: a causal language model in evaluation mode.
        tokens: its tokenizer.
        ids: the tokens that it begins with.
    """

    def __init__(self, lm: torch.nn.Module, tokens: StoryTokenizer, ids: Sequence[int]):
        self.lm, self.tokens = lm, tokens
        self.restart(ids)

    def restart(self, ids: Sequence[int]) -> None:
        """Forget all, and begin anew with these tokens."""
        self.cache = DynamicCache(config=self.lm.config)
        self.hidden: Tensor | None = None  # (width,): the last hidden state of all that it has read
        self._waiting = list(ids)

    @property
    def length(self) -> int:
        """Tokens so far, those that wait included."""
        return self.cache.get_seq_length() + len(self._waiting)

    def push(self, ids: Iterable[int]) -> None:
        """Let these tokens come next."""
        self._waiting += ids

    def choose(self, pieces: Sequence[str]) -> tuple[str, dict[str, float]]:
        """Return the piece that the model finds likeliest, and the probability of each among them. None is pushed."""
        sequences = {piece: self.tokens.ids_of(piece) for piece in dict.fromkeys(pieces)}
        if len(sequences) == 1:
            piece = next(iter(sequences))
            return piece, {piece: 1.0}
        first = sorted({ids[0] for ids in sequences.values()})
        chances = dict(zip(first, self.logits(first).softmax(0).tolist(), strict=True))
        probabilities = {piece: chances[ids[0]] for piece, ids in sequences.items()}
        # pieces that begin alike are told apart by their later tokens, the likeliest beginning alone
        best = max(first, key=chances.__getitem__)
        alike = {piece: ids for piece, ids in sequences.items() if ids[0] == best}
        if len(alike) > 1:
            shares = self._shares(alike)
            for piece, share in shares.items():
                probabilities[piece] = chances[best] * share
        for token in first:
            group = [piece for piece, ids in sequences.items() if ids[0] == token]
            if token != best and len(group) > 1:
                for piece in group:
                    probabilities[piece] = chances[token] / len(group)
        chosen = max(alike, key=probabilities.__getitem__)
        return chosen, probabilities

    def _shares(self, alike: Mapping[str, Sequence[int]]) -> dict[str, float]:
        """Return how likely each of some pieces that begin with the same token is among them."""
        self.flush()
        before, after = self.cache.get_seq_length(), self.hidden
        depth, prefix, left, shares = 1, next(iter(alike.values()))[:1], dict(alike), {piece: 1.0 for piece in alike}
        while len(left) > 1:
            step = {piece: ids[depth] if len(ids) > depth else None for piece, ids in left.items()}
            tokens = sorted({token for token in step.values() if token is not None})
            if len(tokens) == 1 and None not in step.values():  # all go on alike
                prefix, depth = [*prefix, tokens[0]], depth + 1
                continue
            hidden = self._run(input_ids=torch.tensor([list(prefix)]))
            prefix = []
            log_chances = self.logits(hidden=hidden).log_softmax(0)
            mass = {token: math.exp(float(log_chances[token])) for token in tokens}
            mass[None] = max(1e-9, 1 - sum(mass.values())) if None in step.values() else 0.0
            total = sum(mass.values())
            for piece, token in step.items():
                shares[piece] *= mass[token] / total
            best = max(mass, key=mass.get)
            left = {piece: ids for piece, ids in left.items() if step[piece] == best}
            if best is None:
                break
            prefix, depth = [best], depth + 1
        if (extra := self.cache.get_seq_length() - before) > 0:
            self.cache.crop(-extra)
        self.hidden = after
        return shares

    def flush(self) -> None:
        """Read what waits."""
        if self._waiting:
            self.hidden = self._run(input_ids=torch.tensor([self._waiting]))
            self._waiting = []

    def logits(self, tokens: Sequence[int] | Tensor | None = None, hidden: Tensor | None = None) -> Tensor:
        """Return the logits of what comes next, having read all that waits (or after `hidden`): of the whole vocabulary
        (V,), or of `tokens` alone."""
        if hidden is None:
            self.flush()
            hidden = self.hidden
        weight = self.lm.get_output_embeddings().weight
        if tokens is None:
            return linear(hidden, weight).float()
        tokens = torch.as_tensor(tokens, device=weight.device)
        if len(tokens) > MANY:  # to copy so many rows takes longer than to multiply by all
            return linear(hidden, weight)[tokens].float()
        return linear(hidden, weight[tokens]).float()

    def _run(self, **inputs: Tensor) -> Tensor:
        """Read ids or embeddings into the cache; the last hidden state (width,)."""
        inputs = {name: value.to(self.lm.device) for name, value in inputs.items()}
        output = self.lm.get_decoder()(**inputs, past_key_values=self.cache, use_cache=True)
        return output.last_hidden_state[0, -1]

    def back_to(self, length: int, hidden: Tensor) -> None:
        """Forget what was read after the first `length` tokens."""
        self._waiting = []
        if (extra := self.cache.get_seq_length() - length) > 0:
            self.cache.crop(-extra)
        self.hidden = hidden
