"""How near captions are to references, and how varied texts are: BLEU-4, CIDEr, distinct-n; plain data in."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

ORDERS = 4  # n-grams of 1 to so many words
SIGMA = 6.0  # words: how much CIDEr lets lengths differ
CIDER_SCALE = 10


def bleu4(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float | None:
    """The BLEU-4 of a corpus, 0 to 1, by sacrebleu, in lower case: the geometric mean of the four precisions with the
    brevity penalty. `references` holds one or more of each caption, of each as many; None without captions. Raises
    ValueError as `bleu_scorer`."""
    if not captions:
        return None
    return (
        bleu_scorer().corpus_score(list(captions), [list(each) for each in zip(*references, strict=True)]).score / 100
    )


def bleu_scorer():
    """What reckons BLEU-4. Raises ValueError where sacrebleu is not installed."""
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise ValueError('captioner: needs sacrebleu; pip install "storygptv[eval]"') from error
    return BLEU(lowercase=True, max_ngram_order=ORDERS)


def cider(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float | None:
    """CIDEr-D of a corpus, 0 to 10, the mean over its captions: how alike a caption and its references are in their
    n-grams, each weighed by how few captions' references have it. None without captions; 0 for a single one, whose
    n-grams are all in every reference."""
    if not captions:
        return None
    counted = [[_counts(reference) for reference in each] for each in references]
    frequency = Counter(ngram for each in counted for ngram in set().union(*each))
    of_one = math.log(len(captions))

    def vectors(counts: Counter) -> list[dict[tuple[str, ...], float]]:
        """Of each order, the n-grams' weights."""
        weighed: list[dict[tuple[str, ...], float]] = [{} for _ in range(ORDERS)]
        for ngram, count in counts.items():
            weighed[len(ngram) - 1][ngram] = count * (of_one - math.log(max(1, frequency[ngram])))
        return weighed

    scores = []
    for caption, each in zip(captions, counted, strict=True):
        counts = _counts(caption)
        mine = vectors(counts)
        alike = [
            _alike(one, other) * _as_long(counts, reference)
            for reference in each
            for one, other in zip(mine, vectors(reference), strict=True)
        ]
        scores.append(CIDER_SCALE * sum(alike) / (ORDERS * len(each)))
    return sum(scores) / len(scores)


def distinct(texts: Sequence[str], order: int) -> float | None:
    """Distinct-n: how many different n-grams of `order` words all texts hold, out of all of them, 0 to 1; None where
    none is so long."""
    ngrams = [ngram for text in texts for ngram in _ngrams(words_of(text), order)]
    return len(set(ngrams)) / len(ngrams) if ngrams else None


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return re.findall(r"\w+(?:'\w+)*", text.lower())


def _ngrams(words: Sequence[str], order: int) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + order]) for start in range(len(words) - order + 1)]


def _counts(text: str) -> Counter:
    words = words_of(text)
    return Counter(ngram for order in range(1, ORDERS + 1) for ngram in _ngrams(words, order))


def _alike(caption: dict, reference: dict) -> float:
    """The cosine of two vectors, what the caption says more often than the reference being cut off."""
    shared = sum(
        min(weight, reference.get(ngram, 0.0)) * reference.get(ngram, 0.0) for ngram, weight in caption.items()
    )
    lengths = math.hypot(*caption.values()) * math.hypot(*reference.values())
    return shared / lengths if lengths else shared


def _as_long(caption: Counter, reference: Counter) -> float:
    pairs = lambda counts: sum(count for ngram, count in counts.items() if len(ngram) == 2)  # noqa: E731
    return math.exp(-((pairs(caption) - pairs(reference)) ** 2) / (2 * SIGMA**2))
