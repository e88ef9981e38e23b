"""What frozen features know: small probes trained on them, scored on features they have not seen.

Shapes: N pictures, P patches, W feature width, Q characters.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from storygptv.evaluation.characters import accuracy


def linear_probe(train: Tensor, train_labels: Tensor, test: Tensor, num_classes: int, l2: float = 1e-4) -> Tensor:
    """Logistic regression by L-BFGS on standardised features: the likeliest classes (M,) of `test` (M, W).

    `train` (N, W) with labels (N,), 0 to `num_classes` - 1; `l2` weighs the squares of the weights.
    """
    mean, std = train.mean(0), train.std(0).clamp(min=1e-6)
    train, test = (train - mean) / std, (test - mean) / std
    weight = torch.zeros(num_classes, train.shape[1], requires_grad=True)
    bias = torch.zeros(num_classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, tolerance_change=1e-6, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(train @ weight.T + bias, train_labels) + l2 * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return (test @ weight.detach().T + bias.detach()).argmax(-1)


class AttentiveProbe(nn.Module):
    """For each character a few learned queries over patch tokens (N, P, W), and from what they attend to one
    linear layer for each attribute: its logits (N, Q, values)."""

    def __init__(self, width: int, num_characters: int, num_values: Mapping[str, int], num_queries: int = 4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Parameter(torch.randn(num_characters, num_queries, width) * width**-0.5)
        self.heads = nn.ParameterDict(
            {a: torch.zeros(num_characters, num_queries * width, v) for a, v in num_values.items()}
        )

    def forward(self, patches: Tensor) -> dict[str, Tensor]:
        patches = self.norm(patches)
        weights = torch.einsum("qhw,npw->nqhp", self.queries, patches).softmax(-1)
        attended = torch.einsum("nqhp,npw->nqhw", weights, patches).flatten(2)  # (N, Q, queries * W)
        return {a: torch.einsum("nqw,qwv->nqv", attended, head) for a, head in self.heads.items()}


def attentive_probe(
    train: Tensor, train_labels: Mapping[str, Tensor], test: Tensor, num_values: Mapping[str, int],
    epochs: int = 40, batch_size: int = 64, seed: int = 0,
) -> dict[str, Tensor]:  # fmt: skip
    """Train an AttentiveProbe on patches (N, P, W) with labels (N, Q) for each attribute, negative where
    there is none; the likeliest values (M, Q) of `test` (M, P, W)."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        probe = AttentiveProbe(train.shape[-1], next(iter(train_labels.values())).shape[1], num_values)
    optimizer = torch.optim.AdamW(probe.parameters(), lr=3e-3, weight_decay=0.01)
    total = epochs * -(-len(train) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=total)
    for _ in range(epochs):
        for rows in torch.randperm(len(train), generator=generator).split(batch_size):
            logits = probe(train[rows])
            loss = sum(
                functional.cross_entropy(
                    logits[a].flatten(0, 1), labels[rows].flatten(), ignore_index=-1, reduction="sum"
                )
                for a, labels in train_labels.items()
            ) / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        parts = [probe(part) for part in test.split(batch_size)]
    return {a: torch.cat([part[a].argmax(-1) for part in parts]) for a in num_values}


def linear_probes(
    train: Tensor, train_labels: Mapping[str, Tensor], test: Tensor, num_values: Mapping[str, int]
) -> dict[str, Tensor]:
    """The same from one feature a picture (N, W): a linear probe for each character and attribute, trained on
    the pictures in which it is labelled; -1 where there are none. Returns the values (M, Q) of `test` (M,
    W)."""
    guesses = {}
    for attribute, labels in train_labels.items():
        guesses[attribute] = torch.full((len(test), labels.shape[1]), -1)
        for character in range(labels.shape[1]):
            labelled = labels[:, character] >= 0
            if labelled.sum() > 1:
                guesses[attribute][:, character] = linear_probe(
                    train[labelled], labels[labelled, character], test, num_values[attribute]
                )
    return guesses


def mean_accuracy(guesses: Mapping[str, Tensor], labels: Mapping[str, Tensor]) -> float | None:
    """The share of all labels of all attributes that were guessed right."""
    names = list(labels)
    if not names:
        return None
    return accuracy(torch.cat([guesses[a] for a in names]), torch.cat([labels[a] for a in names]))
