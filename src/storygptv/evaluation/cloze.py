"""Who is it? A language model that reads stories, each sentence followed by the description of its picture,
must name the characters that the sentence only refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from storygptv.data.store import StoryData

PICTURE = "<|picture|>"  # stands before a description


def who_is_it(
    lm, tokenizer, data: StoryData, num_stories: int, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """How often the right name comes first among those of the story's cast, teacher-forced, at each name in
    the alt-texts of frames whose referential caption names nobody; stories with a cast of one are left out.

    `cloze_acc`: it is the very name that stands there. `cloze_known_acc`: or that of another whom the sentence means by
    the same words and whom the alt-text has not named yet; where "they" are two, their order cannot be known.
    `cloze_names` counts the names.
    """
    columns = ("alt_text", "alt_spans", "characters", "names_somebody", "mentions")
    table, told = {name: data.text(name) for name in columns}, data.told()
    exact, known = [], []
    for index, rows in enumerate(data.stories[:num_stories]):
        frames = [
            {"referential_caption": sentence} | {name: table[name][row] for name in columns}
            for sentence, row in zip(told[index], rows, strict=True)
        ]
        for span, best, possible in _answers(lm, tokenizer, frames):
            exact.append(best == span["character"])
            known.append(best in possible)
        if progress is not None:
            progress(index + 1, num_stories)
    count = len(exact)
    return {
        "cloze_acc": sum(exact) / count if count else None,
        "cloze_known_acc": sum(known) / count if count else None,
        "cloze_names": count,
    }


@torch.no_grad()
def _answers(lm, tokenizer, frames: Sequence[Mapping[str, Any]]):
    """Of each name asked for: its span, the name the model would put there, and whose could stand there as well as it,
    as far as the sentence tells."""
    cast = list(dict.fromkeys(name for frame in frames for name in frame["characters"]))
    if len(cast) < 2:
        return
    encode = lambda text: tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)  # noqa: E731
    picture = tokenizer.convert_tokens_to_ids(PICTURE)
    cache, ids, read = DynamicCache(config=lm.config), [tokenizer.bos_token_id], 0
    for frame in frames:
        text = frame["alt_text"]
        ids += [*encode(frame["referential_caption"]).input_ids, picture]
        alt_ids = encode(text).input_ids
        unnamed = set(frame["characters"])
        asked = sorted(frame["alt_spans"], key=lambda span: span["start"])
        for span in asked if frame["names_somebody"] is False else ():
            start, scores = span["start"], {}
            for name in cast:
                tokens = encode(text[:start] + name + text[span["end"] :])
                at = [i for i, (s, e) in enumerate(tokens.offset_mapping) if e > start and s < start + len(name)]
                if not scores:
                    prefix = ids + alt_ids[: at[0]]
                    output = lm(input_ids=_batch(lm, prefix[read:]), past_key_values=cache, use_cache=True)
                    following, read = output.logits[0, -1].float().log_softmax(-1), len(prefix)
                scores[name] = _log_prob(lm, cache, following, [tokens.input_ids[i] for i in at])
            meant = [set(mention["characters"]) for mention in frame["mentions"] or ()]
            alike = set().union({span["character"]}, *(names for names in meant if span["character"] in names))
            yield span, max(scores, key=scores.get), alike & unnamed
            unnamed.discard(span["character"])
        ids += [*alt_ids, tokenizer.eos_token_id]


def _log_prob(lm, cache: DynamicCache, following: Tensor, ids: list[int]) -> float:
    """log p(ids | what the cache holds), given the next token's log-probabilities; the cache is left as it
    was."""
    score = following[ids[0]]
    if len(ids) > 1:
        logits = lm(input_ids=_batch(lm, ids[:-1]), past_key_values=cache, use_cache=True).logits[0].float()
        cache.crop(1 - len(ids))
        score = score + logits.log_softmax(-1)[range(len(ids) - 1), ids[1:]].sum()
    return score.item()


def _batch(lm, ids: list[int]) -> Tensor:
    return torch.tensor([ids], device=lm.device)
