"""Scores of texts against sacrebleu's and pycocoevalcap's; captioners and language models of other people."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pycocoevalcap.cider.cider import Cider

from storygptv.evaluation.captions import Captioner, continuation_scores, perplexity
from storygptv.evaluation.texts import bleu4, cider, distinct, words_of

CAPTIONS = [
    "Mia throws the ball to Leo in the park.",
    "she is in the kitchen",
    "the dog, the dog, the dog!",
    "A girl reads a book; it is night.",
    "Nobody.",
]
REFERENCES = [
    ["Mia throws the ball to Leo in the park.", "A girl throws a ball in the park."],
    ["Nora eats an apple in the kitchen.", "She is in the kitchen and eats."],
    ["The dog chases Pip.", "The dog runs in the park after a boy."],
    ["A girl reads an old book at night.", "Nora reads a book."],
    ["Omar sleeps.", "A man sleeps in the bedroom."],
]


def test_bleu_by_hand_and_as_sacrebleu_has_it() -> None:
    assert bleu4(["a b c d e"], [["a b c d e"]]) == pytest.approx(1.0)
    # 1-grams 5/6, 2-grams 4/5, 3-grams 3/4, 4-grams 2/3; longer than the reference: no penalty
    assert bleu4(["a b c d e f"], [["a b c d e"]]) == pytest.approx((5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** 0.25)
    # shorter: all right, but e^(1 - 5/4)
    assert bleu4(["a b c d"], [["A B C D E"]]) == pytest.approx(math.exp(-0.25))
    assert bleu4(["a b c d e"], [["v w x y z", "a b c d e"]]) == pytest.approx(1.0)  # either reference does
    assert bleu4([], []) is None
    assert 0 < bleu4(CAPTIONS, REFERENCES) < 1


def test_cider_is_that_of_pycocoevalcap() -> None:
    plain = lambda texts: [" ".join(words_of(text)) for text in texts]  # noqa: E731  # what its tokenizer leaves
    expected, each = Cider().compute_score(
        {n: plain(references) for n, references in enumerate(REFERENCES)},
        {n: plain([caption]) for n, caption in enumerate(CAPTIONS)},
    )
    assert cider(CAPTIONS, REFERENCES) == pytest.approx(expected, rel=1e-9) and expected > 0.5
    assert each[-1] == 0 and each[0] > each[2] > 0
    assert cider(["a b"], [["a b"]]) == 0.0 and cider([], []) is None


def test_cider_of_one_reference_each_by_hand() -> None:
    # "a x" and "a y": "a" is in both and weighs nothing; "x" and "a x" are in one of two, and are all there is of
    # their orders. Two of four orders agree fully: 10 * 2/4. The other caption has nothing in common that weighs.
    assert cider(["a x", "a z"], [["a x"], ["a y"]]) == pytest.approx((5 + 0) / 2)


def test_distinct() -> None:
    texts = ["She runs. She jumps.", "she runs"]
    assert distinct(texts, 1) == 3 / 6 and distinct(texts, 2) == pytest.approx(3 / 4)
    assert distinct(["one"], 2) is None
    assert words_of("Mrs. Plum's dog -- it's 3!") == ["mrs", "plum's", "dog", "it's", "3"]


def test_a_captioner_says_the_same_again(captioner_folder, tmp_path) -> None:
    captioner = Captioner.load(captioner_folder, "cpu")
    pictures = np.random.default_rng(0).integers(0, 256, (18, 20, 20, 3), dtype=np.uint8)
    said = captioner(pictures)
    assert len(said) == 18 and all(isinstance(text, str) for text in said) and any(said)
    assert said == captioner(pictures) and said[17] == captioner(pictures[17:])[0]
    with pytest.raises(ValueError, match="captioner: expected an image-to-text model of transformers, got"):
        Captioner.load(tmp_path / "nothing", "cpu")


def test_perplexity_of_what_a_model_expects_evenly(tokenizer) -> None:
    from conftest import tiny_llama

    lm = tiny_llama(len(tokenizer)).eval()
    story = ["Mia walks in the park.", "She gives the red ball!", "Leo waves."]
    one, two = perplexity(lm, tokenizer, [story], 1), perplexity(lm, tokenizer, [story, story], 1)
    assert one == pytest.approx(two) and one > 1
    torch.nn.init.zeros_(lm.lm_head.weight)  # tied: every token is as likely as any other
    assert perplexity(lm, tokenizer, [story], 1) == pytest.approx(len(tokenizer), rel=1e-4)
    assert perplexity(lm, tokenizer, [story], 3) is None
    scores = continuation_scores(lm, tokenizer, [story, story[:2]], 1)  # of three sentences, two are the same
    assert scores["perplexity"] == pytest.approx(len(tokenizer), rel=1e-4)
    assert scores["distinct_1"] == 7 / 12 and scores["distinct_4"] == 2 / 4
    with pytest.raises(ValueError, match="story 0: must have at most 256 tokens"):
        perplexity(lm, tokenizer, [story * 40], 1)
