"""Texts alone, judged as pictures are: whom would the frames show if everybody named in them were drawn?

What a resolver writes in front of a text-to-picture model is measured so without drawing anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from storygptv.evaluation.characters import exact_set, micro_f1, share
from storygptv.evaluation.coreference import reference_scores
from storygptv.evaluation.told import ToldStories


def naming_scores(texts: Sequence[str], told: ToldStories, names: Sequence[str], seed: int) -> dict[str, Any]:
    """`char_acc`, `char_f1`, `references` and `false_additions` of N texts, as `scores_of` has them of pictures, with
    whoever of `names` is named in a text for whoever is judged present."""
    patterns = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in names]
    named = torch.tensor([[bool(pattern.search(text)) for pattern in patterns] for text in texts])
    true = told.labels["characters"]
    return {
        "char_acc": share(exact_set(named, true)),
        "char_f1": micro_f1(named, true),
        "char_acc_pronoun_frames": share(exact_set(named, true), told.nameless),
        **reference_scores(told.references, named, true, names, told.story_of, seed),
    }
