"""Scores of reading: what was understood of each sentence against what its picture should show."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from storygptv.data.tales import Tale
from storygptv.models.story_reader import Reading
from storygptv.names import named, plain
from storygptv.scene import Scene


@dataclass(frozen=True)
class FrameScore:
    """What was right in one frame.

    Args:
        people: whether exactly those who are to be seen were said.
        place: whether the place is right.
        deeds: who does what to whom: (right, said, wanted).
        first: whether the first figure of the label does the same to the same.
        props: (right, said, wanted).
        moods: (right, said, wanted).
        new: of those who are met in it, how many were introduced with the right kind, and how many there are.
        mistaken: how many who are to be seen, and are not of the cast, were taken for one of it.
        kinds: which of "names nobody", "absent", "group", "first frame" the frame is.
        chances: for each figure said, its probability and whether it is right.
    """

    people: bool
    place: bool
    deeds: tuple[int, int, int]
    first: bool
    props: tuple[int, int, int]
    moods: tuple[int, int, int]
    new: tuple[int, int]
    mistaken: int
    kinds: frozenset[str]
    chances: tuple[tuple[float, bool], ...]


def score_tale(tale: Tale, readings: Sequence[Reading], cast: Iterable[str] = ()) -> list[FrameScore]:
    """Compare the readings of a tale's frames with its labels; `cast` are names that are nobody's else."""
    is_who = match_people(tale, readings)
    cast = {name for name in cast if name not in {person.name for person in tale.people}}
    met, scores = [person.name for person in tale.known], []
    for number, (frame, reading) in enumerate(zip(tale.frames, readings, strict=True)):
        met += [person.name for person in frame.new]
        wanted, said = frame.scene, renamed_scene(reading.scene, is_who)
        there = set(wanted.names)
        mentioned = set(named(frame.text, met))
        kinds = {
            "names nobody": not mentioned & there,
            "absent": bool(mentioned - there),
            "group": len(there) >= 3,
            "first frame": number == 0,
        }
        introduced = {is_who.get(person.name): person.kind for person in reading.new}
        right_kind = sum(introduced.get(person.name) == person.kind for person in frame.new)
        scores.append(
            FrameScore(
                people=set(said) == there and len(reading.scene.figures) == len(there),
                place=reading.scene.place == wanted.place,
                deeds=_overlap([(n, f.action, is_who.get(f.target)) for n, f in said.items()],
                               [(f.name, f.action, f.target) for f in wanted.figures]),
                first=_same_deed(said, wanted, is_who),
                props=_overlap(reading.scene.props, wanted.props),
                moods=_overlap([(n, f.mood) for n, f in said.items() if f.mood],
                               [(f.name, f.mood) for f in wanted.figures if f.mood]),
                new=(right_kind, len(frame.new)),
                mistaken=sum(figure.name in cast for figure in reading.scene.figures),
                kinds=frozenset(kind for kind, holds in kinds.items() if holds),
                chances=tuple((p, is_who.get(f.name) in there)
                              for p, f in zip(reading.probabilities, reading.scene.figures, strict=True)),
            )
        )  # fmt: skip
    return scores


def match_people(tale: Tale, readings: Sequence[Reading]) -> dict[str, str]:
    """Return whom of the tale each name that was said means: of the same words, or of some of them."""
    wanted = [person.name for person in tale.people]
    said = list(
        dict.fromkeys([*(p.name for r in readings for p in r.new), *(n for r in readings for n in r.scene.names)])
    )
    pairs = {name: other for name in said for other in wanted if plain(name) == plain(other)}
    for name in said:
        words = set(plain(name).split()) - _ARTICLES
        for other in wanted:
            others = set(plain(other).split()) - _ARTICLES
            if name not in pairs and other not in pairs.values() and words and (words <= others or others <= words):
                pairs[name] = other
    return pairs


_ARTICLES = {"the", "a", "an", "his", "her", "their", "my", "our"}


def renamed_scene(scene: Scene, is_who: dict[str, str]) -> dict:
    """Return the figures of a scene by the names of the label; of a name that means nobody by itself."""
    return {is_who.get(figure.name, f"? {figure.name}"): figure for figure in scene.figures}


def _same_deed(said: dict, wanted: Scene, is_who: dict[str, str]) -> bool:
    first = wanted.figures[0]
    own = said.get(first.name)
    return own is not None and own.action == first.action and is_who.get(own.target) == first.target


def _overlap(said: Iterable, wanted: Iterable) -> tuple[int, int, int]:
    said, wanted = Counter(said), Counter(wanted)
    return (said & wanted).total(), said.total(), wanted.total()


def f1(counts: Iterable[tuple[int, int, int]]) -> float:
    """Return the micro F1 of (right, said, wanted)."""
    right, said, wanted = map(sum, zip(*counts, strict=True))
    return 2 * right / max(1, said + wanted)


def summary(scores: Sequence[FrameScore]) -> dict[str, float]:
    """Return the means over frames, 0 to 1."""
    share = lambda some, what: sum(map(what, some)) / max(1, len(some))  # noqa: E731
    of_kind = {k: [s for s in scores if k in s.kinds] for k in ("names nobody", "absent", "group", "first frame")}
    new = [score.new for score in scores]
    chances = [chance for score in scores for chance in score.chances]
    return {
        "frames": len(scores),
        "people": share(scores, lambda s: s.people),
        **{f"people, {kind}": share(some, lambda s: s.people) for kind, some in of_kind.items()},
        "place": share(scores, lambda s: s.place),
        "who does what to whom": f1([score.deeds for score in scores]),
        "first person's action": share(scores, lambda s: s.first),
        "props F1": f1([score.props for score in scores]),
        "moods F1": f1([score.moods for score in scores]),
        "new people of the right kind": sum(n[0] for n in new) / max(1, sum(n[1] for n in new)),
        "cast in a stranger's place": sum(score.mistaken for score in scores),
        "calibration error": calibration_error(chances),
    }


def fit_certainty(chances: Sequence[tuple[float, bool]], steps: int = 50) -> tuple[float, float]:
    """Return slope and offset of the logit that make the probabilities (probability, right) those of being right, by
    logistic regression (Newton's method, each step halved until the loss falls)."""
    logits = np.array([_logit(p) for p, _ in chances])
    right = np.array([float(is_right) for _, is_right in chances])
    features, weights = np.stack([logits, np.ones_like(logits)], 1), np.array([1.0, 0.0])

    def loss(weights: np.ndarray) -> float:
        told = features @ weights
        return float((np.logaddexp(0, told) - right * told).mean())

    for _ in range(steps):
        said = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        hessian = (features * (said * (1 - said))[:, None]).T @ features / len(right) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, features.T @ (said - right) / len(right))
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step = step / 2
        weights = weights - step
    return float(weights[0]), float(weights[1])


def calibrated(chances: Sequence[tuple[float, bool]], certainty: tuple[float, float]) -> list[tuple[float, bool]]:
    """Return (probability, right) with the probabilities as `certainty` makes them."""
    slope, offset = certainty
    return [(1 / (1 + math.exp(-(slope * _logit(p) + offset))), right) for p, right in chances]


def reliability(chances: Sequence[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return, for each bin of probability that is not empty, its mean probability, the share that was right, and how
    many there are."""
    rows = []
    for low in range(bins):
        inside = [(p, right) for p, right in chances if min(int(p * bins), bins - 1) == low]
        if inside:
            count = len(inside)
            rows.append((sum(p for p, _ in inside) / count, sum(right for _, right in inside) / count, count))
    return rows


def calibration_error(chances: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error of (probability, right) over ten bins of probability."""
    return sum(abs(said - right) * count for said, right, count in reliability(chances)) / max(1, len(chances))


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(chance / (1 - chance))


def trivial_reading(tale: Tale) -> list[set[str]]:
    """Return who is to be seen by the trivial rule: whom the sentence names, else who was there before."""
    before: set[str] = set()
    found, met = [], [person.name for person in tale.known]
    for frame in tale.frames:
        met += [person.name for person in frame.new]
        before = set(named(frame.text, met)) or before
        found.append(before)
    return found
