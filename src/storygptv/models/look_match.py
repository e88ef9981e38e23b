"""Whom words describe: "the one in the green scarf" is found among those who were seen, by what each looked like.

Shapes: T words, P places where something may be said, S character slots, F width of φ, W width of the language model.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

RIDGE = 1e-3  # of the least squares that it begins with, to the mean square of what φ differ by
HEAD_DIM = 64


class LookMatch(nn.Module):
    """Adds to how likely each of the cast is to be said next: what was seen of them, φ, is put as words that are worn,
    and compared with those words of the sentence that describe whoever comes next.

    Which words these are an attention of its own finds, by the language model's hidden states; it may find none. New,
    with a `scale` of 0, it adds nothing.
    """

    def __init__(self, width: int, look_width: int):
        super().__init__()
        self.query, self.key = nn.Linear(width, HEAD_DIM), nn.Linear(width, HEAD_DIM)
        self.null_logit = nn.Parameter(torch.zeros(1))  # of no word at all
        self.look = nn.Linear(look_width, width)
        self.scale = nn.Parameter(torch.zeros(1))

    def attend(self, hidden: Tensor, words: Tensor, embeds: Tensor, mask: Tensor) -> Tensor:
        """What places with hidden states (..., P, W) ask for: a weighted sum (..., P, W), the weights at most 1 in all,
        of the embeddings (..., T, W) of words with hidden states `words` (..., T, W), where `mask` (..., P, T) allows.
        """
        hidden, words, embeds = (each.to(self.scale.dtype) for each in (hidden, words, embeds))
        logits = self.query(hidden) @ self.key(words).transpose(-1, -2) / HEAD_DIM**0.5
        logits = logits.masked_fill(~mask, -torch.inf)
        logits = torch.cat((self.null_logit.expand(*logits.shape[:-1], 1), logits), -1)
        return logits.softmax(-1)[..., 1:] @ embeds

    def forward(self, asked: Tensor, looks: Tensor) -> Tensor:
        """Of what is asked for (..., P, W) and φ (..., S, F), 0 of who was not seen, how well they match (..., P, S):
        what is added to the logits of the cast, 0 of who was not seen."""
        looks = looks.to(self.scale.dtype)
        match = self.scale * (asked @ self.look(looks).transpose(-1, -2))
        return match * looks.any(-1)[..., None, :]

    @torch.no_grad()
    def init_from_words(self, features: Tensor, counts: Tensor, embeds: Tensor) -> None:
        """Let φ (N, F) begin, by least squares, as the sum of the embeddings (V, W) of what is worn there, `counts`
        (N, V) times each."""
        features, counts, embeds = (each.float().cpu() for each in (features, counts, embeds))
        usual, middle = counts.mean(0), features.mean(0)
        spread = (features - middle).T @ (features - middle)
        ridge = RIDGE * spread.diagonal().mean().clamp(min=1e-6) * torch.eye(len(spread))
        of_words = torch.linalg.solve(spread + ridge, (features - middle).T @ (counts - usual))  # (F, V)
        self.look.weight.copy_((of_words @ embeds).T)
        self.look.bias.copy_((usual - middle @ of_words) @ embeds)
