"""Texts alone, judged as pictures are: whom would the frames show if everybody named in them, or everybody whom a
reader takes them to mean, were drawn?

What a resolver writes in front of a text-to-picture model, and what a reader makes of "she" before Char-LDM draws, are
measured so without drawing anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from storygptv.data.store import StoryData
from storygptv.evaluation.characters import by_position, exact_set, micro_f1, share
from storygptv.evaluation.coreference import find_references, reference_scores
from storygptv.evaluation.told import ToldStories, clusters_of, mentions_of, names_somebody

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
    pipeline: StoryPipeline, data: StoryData, num_stories: int, pictures: bool = False, seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """`char_acc`, also of frames whose text names nobody and `by_frame` at each place in a story, `char_f1`,
    `references` and `false_additions` of the first stories of a data set, told to the reader, with `pictures` shown the
    true ones: as `scores_of` has them, with whoever it takes to be meant for whoever is judged present.

    `progress(done, total)` counts stories. Raises ValueError for a model without a reader, for characters whom it does
    not know, and for more stories than there are.
    """
    names = pipeline.cast.names
    if pipeline.scene_reader is None:
        raise ValueError("model: must have a reader to say whom it means, and has none")
    if unknown := sorted(set(data.info.names) - set(names)):
        raise ValueError(f"characters: must be among the model's ({', '.join(names)}), got {unknown[0]!r}")
    data.check_stories(num_stories)
    stories, meant, positions = data.stories[:num_stories], [], []
    for number, (texts, rows) in enumerate(zip(data.told(required=True), stories, strict=False), start=1):
        session = pipeline.start()
        shown = map(Image.fromarray, data.images(rows)) if pictures else [None] * len(rows)
        for position, (text, picture) in enumerate(zip(texts, shown, strict=True)):
            session.tell(text)
            meant.append(torch.tensor([name in session.surely() for name in names]))
            session.see(picture)
            positions.append(position)
        if progress is not None:
            progress(number, num_stories)
    meant, positions = torch.stack(meant), torch.tensor(positions)
    characters = data.text("characters")
    true = torch.tensor([[name in characters[row] for name in names] for rows in stories for row in rows])
    right, named = exact_set(meant, true), names_somebody(data, num_stories)
    references = find_references(mentions_of(data, num_stories), data.info.pronouns)
    cluster_of = clusters_of(stories).repeat_interleave(torch.tensor([len(rows) for rows in stories]))
    return {
        "char_acc": share(right),
        "char_f1": micro_f1(meant, true),
        "char_acc_pronoun_frames": share(right, torch.tensor([each is False for each in named])),
        "by_frame": {"char_acc": by_position(right, positions, int(positions.max()) + 1)},
        **reference_scores(references, meant, true, names, cluster_of, seed),
        "num_stories": num_stories,
        "num_frames": len(right),
    }
