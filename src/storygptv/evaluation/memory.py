"""Do untold looks stay as they are within a story? The memory of the earlier pictures, measured.

Shapes: S stories, F frames (the longest story's), Q whoever or whatever wears the looks: characters, or
places. Scores are fractions, or None where there is nothing to score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from storygptv.evaluation.characters import share

Labels = Mapping[str, Tensor]  # of N frames, as evaluation.labels describes them


class Placed(NamedTuple):
    """Where N frames stand in S stories: `lengths`, the frames of each story, in whose order they are; `positions` int
    (N,), each one's place in its story; `clusters` int (S,), stories that may share pictures being of one."""

    lengths: Sequence[int]
    positions: Tensor
    clusters: Tensor


def by_story(values: Tensor, lengths: Sequence[int]) -> Tensor:
    """Values of all frames in story order (N, ...) as (S, F, ...); zero or False beyond a story's end."""
    return pad_sequence(list(values.split(list(lengths))), batch_first=True)


def agreement(there: Tensor, value: Tensor, clusters: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How much more a story agrees with itself than with the other stories, for every later appearance.

    `there` bool and `value` int, both (S, F, Q): was it seen in the frame, with which look. Each appearance
    after its story's first is held against that first one (1 or 0), less the share of the *other* stories
    whose first appearance has the same look: what would agree by chance. Stories of one cluster, int (S,), which may
    share pictures, are no others. Returns these differences, and of each its story and its frame, all (appearances,).
    """
    stories, frames, owners = there.shape
    ever = there.any(1)  # (S, Q)
    first = there.int().argmax(1)  # (S, Q): the frame of the first appearance
    reference = value.gather(1, first[:, None])  # (S, 1, Q)
    own = (value == reference).double()
    firsts = functional.one_hot(reference[:, 0], int(value.max()) + 1) * ever[..., None]  # (S, Q, values)
    alike = of_others(firsts, clusters)  # (S, Q, values): other stories that begin with each look
    alike = alike.gather(2, value.transpose(1, 2)).transpose(1, 2)  # (S, F, Q): with this one
    others = of_others(ever, clusters)[:, None]  # (S, 1, Q)
    later = there & (torch.arange(frames)[None, :, None] > first[:, None]) & (others > 0)
    by_chance = alike / others.clamp(min=1)
    story, frame, _ = later.nonzero(as_tuple=True)
    return (own - by_chance)[later], story, frame


def of_others(values: Tensor, clusters: Tensor) -> Tensor:
    """For each story the sum of `values` (S, ...) over the stories of other clusters than its own, as doubles."""
    numbers, values = clusters.unique(return_inverse=True)[1], values.double()
    own = torch.zeros(int(numbers.max()) + 1, *values.shape[1:], dtype=values.dtype).index_add_(0, numbers, values)
    return values.sum(0) - own[numbers]


def character_agreement(
    judged: Labels, true: Labels, attributes: Sequence[str], placed: Placed
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Agreement of characters' looks with their own first drawing minus that between different stories, for each
    (frame, character judged present, attribute), and the frames' places in their stories. `true` says only who has a
    look at all."""
    worn = []
    for attribute in attributes:
        has_look = (true[attribute] >= 0).any(0)  # (Q,)
        worn.append((judged["characters"] & has_look, judged[attribute]))
    return _agreement_of_all(worn, placed)


def scene_agreement(
    judged: Labels, true: Labels, attributes: Sequence[str], placed: Placed, num_places: int
) -> tuple[Tensor, Tensor]:
    """The same of places: a frame is held against the first one of its story that was judged to be in the
    same place. `true` says only which places have a look at all."""
    worn = []
    for attribute in attributes:
        has_look = torch.zeros(num_places, dtype=torch.bool)
        has_look[true["place"][(true[attribute] >= 0) & (true["place"] >= 0)]] = True
        there = functional.one_hot(judged["place"], num_places).bool() & has_look  # (N, places)
        worn.append((there, judged[attribute][:, None].expand(-1, num_places)))
    return _agreement_of_all(worn, placed)


def _agreement_of_all(worn: Sequence[tuple[Tensor, Tensor]], placed: Placed) -> tuple[Tensor, Tensor]:
    """`agreement` of several looks, each as (there, value) of all N frames."""
    differences, frames = [torch.zeros(0, dtype=torch.float64)], [torch.zeros(0, dtype=torch.long)]
    places = by_story(placed.positions, placed.lengths)  # (S, F)
    for there, value in worn:
        looks = by_story(there, placed.lengths), by_story(value, placed.lengths)
        difference, story, frame = agreement(*looks, placed.clusters)
        differences.append(difference)
        frames.append(places[story, frame])
    return torch.cat(differences), torch.cat(frames)


def looks_given_first(
    judged: Labels, true: Labels, num_values: Mapping[str, int], lengths: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """With a story's true first picture given: whether later frames show its true looks, at which place in the story,
    and by what chance; all (asked,).

    Asked is over (frame 2 to the last, character truly there and truly in frame 1, attribute); a character not judged
    present shows none. `num_values` maps each attribute to its number of values; chance is 1 / that number.
    """
    there = by_story(judged["characters"], lengths)
    right, places = [torch.zeros(0, dtype=torch.bool)], [torch.zeros(0, dtype=torch.long)]
    chance = [torch.zeros(0, dtype=torch.float64)]
    for attribute, values in num_values.items():
        looks = by_story(true[attribute] + 1, lengths) - 1  # -1 or less: not there or not labelled
        shown = there & (by_story(judged[attribute], lengths) == looks)
        asked = (looks[:, 1:] >= 0) & (looks[:, :1] >= 0)
        right.append(shown[:, 1:][asked])
        places.append(asked.nonzero()[:, 1] + 1)
        chance.append(torch.full((int(asked.sum()),), 1 / values, dtype=torch.float64))
    return torch.cat(right), torch.cat(places), torch.cat(chance)


def character_looks_given_first(
    judged: Labels, true: Labels, num_values: Mapping[str, int], lengths: Sequence[int]
) -> tuple[float | None, float | None]:
    """The share of what `looks_given_first` asks that is shown, and chance."""
    right, _, chance = looks_given_first(judged, true, num_values, lengths)
    return share(right), share(chance)
