"""Texts alone, judged as pictures are: whom would the frames show if everybody named in them, or everybody whom a story
LLM takes them to mean, were drawn?

What a resolver writes in front of a text-to-picture model, and what a story LLM makes of "she" before Char-LDM draws,
are measured so without drawing anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch

from storygptv.data.store import StoryData
from storygptv.evaluation.characters import by_position, exact_set, micro_f1, share
from storygptv.evaluation.coreference import reference_scores
from storygptv.evaluation.told import ToldStories
from storygptv.models.story_memory import SURE

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline


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
        **reference_scores(told.references, named, true, names, told.cluster_of, seed),
    }


def meant_scores(
    pipeline: StoryPipeline, data: StoryData, num_stories: int, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """`char_acc`, and `by_frame` at each place in a story, of the first stories of a data set, told to the story LLM
    without a picture: as `scores_of` has them, with whoever it takes to be meant for whoever is judged present.

    `progress(done, total)` counts stories. Raises ValueError for a model without character slots, which do not say who
    is meant, for characters whom it does not know, and for more stories than there are.
    """
    names = pipeline.cast.names
    if pipeline.story_llm is None or not pipeline.story_llm.config.num_character_slots:
        raise ValueError("model: its story LLM must have character slots to say whom it means, and it has none")
    if unknown := sorted(set(data.info.names) - set(names)):
        raise ValueError(f"characters: must be among the model's ({', '.join(names)}), got {unknown[0]!r}")
    data.check_stories(num_stories)
    characters, right, positions = data.text("characters"), [], []
    told = zip(data.told(required=True)[:num_stories], data.stories[:num_stories], strict=True)
    for number, (texts, rows) in enumerate(told, start=1):
        session = pipeline.start()
        for position, (text, row) in enumerate(zip(texts, rows, strict=True)):
            session.tell(text)
            session.see(None)
            meant = {name for name, surely in zip(names, session.meant()[0].tolist(), strict=True) if surely > SURE}
            right.append(meant == set(characters[row]))
            positions.append(position)
        if progress is not None:
            progress(number, num_stories)
    right, positions = torch.tensor(right), torch.tensor(positions)
    curve = by_position(right, positions, int(positions.max()) + 1)
    return {"char_acc": share(right), "by_frame": {"char_acc": curve}, "num_stories": num_stories}
