"""Labels of pictures as tensors: what the judge says is in them, and what a data set says.

Both are dicts of the same form, N pictures, Q characters: `characters` bool (N, Q); a character attribute and
`action`, what each does (N, Q), `place`, `count` (0 to 5) and a place attribute (N,), each the index of its value in
the judge's config or UNLABELLED; `props` bool (N, props). What the judge says comes with its `features` (N, width) and
`character_features` (N, Q, width).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from storygptv.data.store import StoryData
from storygptv.evaluation.judge import Judge
from storygptv.models.latents import to_pixel_values

UNLABELLED = -100
LABELLED = ("characters", "place", "action", "agent", "props", "looks", "place_looks")  # the columns with labels
_KNOWN = {
    "characters": "characters",
    "place": "places",
    "action": "actions",
    "props": "props",
}  # column -> judge's list
_YES_OR_NO = ("characters", "props")


@torch.no_grad()
def judge_pictures(judge: Judge, pictures: np.ndarray, batch_size: int = 64) -> dict[str, Tensor]:
    """What the judge sees in pictures uint8 (N, H, W, 3), on the CPU; every attribute gets its likeliest
    value, of characters not judged present too."""
    judged = []
    for first in range(0, len(pictures), batch_size):
        logits, features = judge.read(
            to_pixel_values(pictures[first : first + batch_size]).to(judge.device, judge.dtype)
        )
        answers = {name: value > 0 if name == "props" else value.argmax(-1) for name, value in logits.items()}
        answers["characters"] = judge.present(logits["characters"])
        labels = {name: value.cpu() for name, value in answers.items()}
        judged.append(labels | {name: value.float().cpu() for name, value in features.items()})
    return stacked(judged)


def true_labels(judge: Judge, records: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
    """What a data set's records say of their N pictures. Raises ValueError for a label that the judge cannot know; of
    places, actions and props it may have no list."""
    for record in records:
        for column, known in _KNOWN.items():
            said, known = record[column], judge.config[known]
            for name in [said] if isinstance(said, str) else said or ():
                if name not in known and (known or column == "characters"):
                    raise ValueError(f"{column}: must be among the judge's ({', '.join(known)}), got {name!r}")
    labels = [judge.labels(record) for record in records]
    return stacked([{k: (v > 0 if k in _YES_OR_NO else v)[None] for k, v in each.items()} for each in labels])


def data_labels(judge: Judge, data: StoryData, num_frames: int) -> dict[str, Tensor]:
    """`true_labels` of the first frames of a data set."""
    table = {name: data.text(name)[:num_frames] for name in LABELLED}
    return true_labels(judge, [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)])


def stacked(parts: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Labels of several batches of pictures as those of one."""
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
