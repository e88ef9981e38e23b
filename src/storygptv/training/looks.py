"""What each of the cast was seen to look like, as a story LLM remembers it while it is told.

Shapes: N frames, K characters of a frame, S slots, F width of φ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from storygptv.data.store import StoryData

FOUND = 0.5  # share of the looks that are cut out where Char-LDM finds the character, as when a story is told


class SeenLooks:
    """The looks of a data set's characters: φ of its frames, `features` (N, K, F) cut out by their masks and `found`
    (N, K, F), if there are, where Char-LDM finds them. `slots` are whose they are, and `named` tells which of them a
    frame's original caption names."""

    def __init__(
        self, features: Tensor, found: Tensor | None, slots: Sequence[Sequence[int]],
        named: Callable[[int], Sequence[int]], num_slots: int,
    ):  # fmt: skip
        self.features, self.found, self.slots, self.named, self.num_slots = features, found, slots, named, num_slots

    def remembered(self, rows: Sequence[int], is_seen: Sequence[bool], rng: np.random.Generator) -> Tensor:
        """What each of the cast was first seen to look like before each frame of a story, in `rows`, of which those
        with `is_seen` are looked at: φ (frames, S, F), 0 of who was not seen."""
        first, remembered = torch.zeros(self.num_slots, self.features.shape[-1]), []
        for row, is_there in zip(rows, is_seen, strict=True):
            remembered.append(first.clone())
            found = rng.random() < FOUND
            for slot in self.named(row) if is_there else ():  # only who was said is looked for when a story is told
                if not first[slot].any():
                    first[slot] = self.look(row, slot, found)
        return torch.stack(remembered)

    def look(self, row: int, slot: int, found: bool = False) -> Tensor:
        """φ (F,) of the character of a slot in a frame, cut out by its mask, or if `found` where Char-LDM finds it."""
        k = self.slots[row].index(slot)
        is_found = found and self.found is not None and self.found[row, k].any()
        return (self.found if is_found else self.features)[row, k]

    def worn(self, data: StoryData) -> tuple[Tensor, list[list[str]]] | None:
        """Every φ (looks, F) of whom `data` tells what they wear, and the words for it; None where it tells nothing."""
        known, characters = [each for each in (self.features, self.found) if each is not None], data.text("characters")
        crops: list[Tensor] = []
        words: list[list[str]] = []
        for row, looks in enumerate(data.text("looks")):
            for k, name in enumerate(characters[row][: self.features.shape[1]]):
                values = [look["value"] for look in looks or () if look["character"] == name]
                there = [each[row, k] for each in known if values and each[row, k].any()]
                crops += there
                words += [values] * len(there)
        return (torch.stack(crops), words) if crops else None
