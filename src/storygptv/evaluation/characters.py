"""Who is in a picture: judged against the truth.

Shapes: N pictures, Q characters. Scores are fractions 0 to 1, or None where there is nothing to score.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def share(right: Tensor, where: Tensor | None = None) -> float | None:
    """The mean of `right` over the places where `where` (of its shape) holds, or over all."""
    chosen = right if where is None else right[where]
    return chosen.double().mean().item() if chosen.numel() else None


def exact_set(judged: Tensor, true: Tensor) -> Tensor:
    """Char-Acc, picture by picture: bool (N,), whether exactly the right characters (N, Q) were judged
    present."""
    return (judged == true).all(-1)


def micro_f1(judged: Tensor, true: Tensor) -> float | None:
    """Char-F1: the F1 of all yes-or-no answers (N, Q) together."""
    found = (judged & true).sum().item()
    total = (judged.sum() + true.sum()).item()
    return 2 * found / total if total else None


def f1_by_character(judged: Tensor, true: Tensor) -> list[float | None]:
    """The F1 of each of Q characters, over the pictures (N, Q); None for one neither judged nor truly present."""
    return [micro_f1(judged[:, q], true[:, q]) for q in range(true.shape[1])]


def macro_f1(judged: Tensor, true: Tensor) -> float | None:
    """The mean of the characters' F1, each counting alike; those without one are left out."""
    scores = [score for score in f1_by_character(judged, true) if score is not None]
    return sum(scores) / len(scores) if scores else None


def class_f1(judged: Tensor, true: Tensor, num_classes: int) -> float | None:
    """Macro F1 of one label a picture: the same over classes, `judged` and `true` int (N,); a `true` below 0 is not
    labelled."""
    labelled = true >= 0
    classes = torch.arange(num_classes)
    return macro_f1(judged[labelled, None] == classes, true[labelled, None] == classes)


def f1_by_count(judged: Tensor, true: Tensor) -> dict[str, float | None]:
    """Char-F1 apart for each true number of characters, as `by_count`."""
    counts = true.sum(-1)
    return {str(count): micro_f1(judged[counts == count], true[counts == count]) for count in counts.unique().tolist()}


def by_position(values: Tensor, positions: Tensor, length: int) -> list[float | None]:
    """The mean of `values` (M,) apart for each of the `length` places in a story that `positions` (M,) name."""
    return [share(values, positions == position) for position in range(length)]


def by_count(right: Tensor, true: Tensor) -> dict[str, float | None]:
    """The mean of `right` (N,) apart for each true number of characters, {"1": ..., "2": ...}; `true` (N,
    Q)."""
    counts = true.sum(-1)
    return {str(count): share(right, counts == count) for count in counts.unique().tolist()}


def accuracy(judged: Tensor, true: Tensor, where: Tensor | None = None) -> float | None:
    """The share of labelled places (`true` at least 0), of those in `where`, that were judged right."""
    labelled = true >= 0
    return share(judged == true, labelled if where is None else labelled & where)


def acts(judged: Mapping[str, Tensor], action: Tensor) -> Tensor:
    """Bool (N, Q): whether a character was judged present and to do what `action` int (N, Q) says of it."""
    return judged["characters"] & (judged["action"] == action)


def interactions(judged: Mapping[str, Tensor], action: Tensor, pairs: Tensor) -> tuple[float | None, float | None]:
    """Of the pictures in which two act on each other, `pairs` bool (N, Q): the share in which both were judged
    present, and the share in which they were and what was to be done (`action` int (N, Q), negative where not labelled)
    was judged right. A judge that learns what agents do alone cannot tell an agent from its patient."""
    where = pairs.any(-1)
    both = (judged["characters"] | ~pairs).all(-1)
    if "action" not in judged:
        return share(both, where), None
    labelled = action >= 0
    right = (acts(judged, action) | ~labelled).all(-1)
    return share(both, where), share(both & right, where & labelled.any(-1))


def looks_accuracy(judged: dict[str, Tensor], true: dict[str, Tensor], attributes: list[str]) -> float | None:
    """The share of all labelled looks (N, Q) of any of the attributes that were judged right."""
    if not attributes:
        return None
    return accuracy(torch.cat([judged[a] for a in attributes]), torch.cat([true[a] for a in attributes]))
