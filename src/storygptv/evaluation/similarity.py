"""Do a character and a place look alike from frame to frame? Measured without labels of looks, in the judge's features.

Shapes: N frames in story order, S stories, F frames (the longest story's), Q characters or places, W width.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from storygptv.evaluation.memory import Placed, by_story, of_others


def similarity(
    there: Tensor, features: Tensor, centres: Tensor, placed: Placed
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Cosines of what is seen again, features (N, Q, W) where `there` bool (N, Q), each less the centre (Q, W) of its
    owner, so that what any two pictures of one owner share does not count.

    For every appearance after its story's first: its cosine with that first one; the mean of its cosines with the
    first ones of the other stories, those of other clusters, by chance; and its place in its story. All (appearances,);
    an owner whom one cluster alone shows has none.
    """
    lengths, positions, clusters = placed
    there, positions = by_story(there, lengths), by_story(positions, lengths)
    features = by_story(functional.normalize(features.double() - centres, dim=-1), lengths)  # (S, F, Q, W)
    ever, first = there.any(1), there.int().argmax(1)  # (S, Q)
    index = first[:, None, :, None].expand(-1, 1, -1, features.shape[-1])
    reference = features.gather(1, index) * ever[:, None, :, None]  # (S, 1, Q, W)
    own = (features * reference).sum(-1)  # (S, F, Q)
    others = of_others(ever, clusters)[:, None]  # (S, 1, Q)
    with_others = (features * of_others(reference, clusters)).sum(-1)
    later = there & (torch.arange(there.shape[1])[None, :, None] > first[:, None]) & (others > 0)
    story, frame, _ = later.nonzero(as_tuple=True)
    return own[later], (with_others / others.clamp(min=1))[later], positions[story, frame]


def centres(there: Tensor, features: Tensor) -> Tensor:
    """The mean feature (Q, W) of each owner where it is there; zeros for one who never is."""
    total = (features.double() * there[..., None]).sum(0)
    return total / there.sum(0).clamp(min=1)[:, None]


def character_similarity(
    judged: Mapping[str, Tensor], of_true: Mapping[str, Tensor], placed: Placed
) -> tuple[Tensor, Tensor, Tensor]:
    """`similarity` of characters judged present, in the features of the query that attends to each of them: the
    judge's crop of the character. The centres are those of the true pictures."""
    middle = centres(of_true["characters"], of_true["character_features"])
    return similarity(judged["characters"], judged["character_features"], middle, placed)


def place_similarity(
    judged: Mapping[str, Tensor], of_true: Mapping[str, Tensor], placed: Placed, num_places: int
) -> tuple[Tensor, Tensor, Tensor]:
    """`similarity` of places, each where it is judged to be, in the features of the whole picture."""
    shown, truly = (functional.one_hot(seen["place"], num_places).bool() for seen in (judged, of_true))
    whole, true = (seen["features"][:, None].expand(-1, num_places, -1) for seen in (judged, of_true))
    return similarity(shown, whole, centres(truly, true), placed)
