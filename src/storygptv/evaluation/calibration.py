"""Fixing a judge's answer to "is it there?" on a validation split: one temperature, one threshold, then never moved.

Guo et al. 2017, On Calibration of Modern Neural Networks: a logit z becomes the probability sigmoid(z / temperature).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from storygptv.data.store import StoryData
from storygptv.evaluation.characters import exact_set, micro_f1, share
from storygptv.evaluation.judge import Judge, check_judge, judged_data
from storygptv.evaluation.labels import data_labels
from storygptv.models.latents import to_pixel_values

TEMPERATURES = np.geomspace(0.05, 20.0, 1201)  # what is looked through: half a percent apart
THRESHOLDS = np.arange(0.05, 0.951, 0.01)
BATCH = 64


class Calibration(NamedTuple):
    """What was fixed, and what it does to the answers it was fixed on, 0 to 1."""

    temperature: float
    threshold: float
    log_loss_before: float  # of the probabilities, nats an answer
    log_loss: float
    char_f1_before: float | None
    char_f1: float | None
    char_acc_before: float | None
    char_acc: float | None
    num_frames: int


def fit_temperature(logits: Tensor, there: Tensor) -> float:
    """The temperature of least log loss for logits (N, Q) of what is `there`, bool (N, Q)."""
    losses = [_log_loss(logits, there, temperature) for temperature in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def fit_threshold(probabilities: Tensor, there: Tensor) -> float:
    """The threshold of the highest micro F1; of several, the middle one of the run that holds the one nearest 0.5."""
    scores = np.array([micro_f1(probabilities > float(p), there) or 0.0 for p in THRESHOLDS])
    best = np.flatnonzero(scores >= scores.max() - 1e-12)
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    run = min(runs, key=lambda run: np.abs(THRESHOLDS[run] - 0.5).min())
    return round(float(THRESHOLDS[run].mean()), 3)


@torch.no_grad()
def calibrate(judge: Judge, data: StoryData) -> Calibration:
    """Fix a judge's temperature and threshold on a data set, its validation split, and keep them in its config. Raises
    ValueError where it was trained on another data set, or on this very split."""
    check_judge(judge, data.info)
    trained_on = judge.config.trained_on
    if trained_on is not None and trained_on["split"] == data.info.split:
        raise ValueError(f"data: must be another split than the judge's own, got its {data.info.split}")
    num_frames = len(data.frames)
    there = data_labels(judge, data, num_frames)["characters"]
    logits = torch.cat([_presence(judge, data, first) for first in range(0, num_frames, BATCH)])
    before = judge.config.temperature, judge.present(logits)
    temperature = fit_temperature(logits, there)
    threshold = fit_threshold((logits.double() / temperature).sigmoid(), there)
    judge.register_to_config(temperature=temperature, threshold=threshold, calibrated_on=judged_data(data.info))
    after = temperature, judge.present(logits)
    scores: dict[str, Any] = {}
    for when, (heat, seen) in {"_before": before, "": after}.items():
        scores[f"log_loss{when}"] = _log_loss(logits, there, heat)
        scores[f"char_f1{when}"] = micro_f1(seen, there)
        scores[f"char_acc{when}"] = share(exact_set(seen, there))
    return Calibration(temperature, threshold, num_frames=num_frames, **scores)


def _log_loss(logits: Tensor, there: Tensor, temperature: float) -> float:
    return functional.binary_cross_entropy_with_logits(logits.double() / temperature, there.double()).item()


def _presence(judge: Judge, data: StoryData, first: int) -> Tensor:
    rows = range(first, min(first + BATCH, len(data.frames)))
    return judge(to_pixel_values(data.images(rows)).to(judge.device, judge.dtype))["characters"].float().cpu()
