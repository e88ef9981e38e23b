"""The gates that each foundation passes before the next part trains on it.

    python -m storygptv.evaluation.gates MODEL --train DATA --test DATA [--vae] [--clip] [--json FILE]

Without a choice every part that the model folder holds is measured.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor
from transformers import CLIPVisionModelWithProjection

from storygptv.data.masks import character_crop
from storygptv.data.store import StoryData
from storygptv.evaluation.characters import exact_set, looks_accuracy, share
from storygptv.evaluation.distances import psnr
from storygptv.evaluation.judge import Judge
from storygptv.evaluation.labels import data_labels, judge_pictures, stacked
from storygptv.evaluation.probes import attentive_probe, linear_probe, linear_probes, mean_accuracy
from storygptv.evaluation.report import reconstructed
from storygptv.models.latents import to_pixel_values

BATCH = 64
GATES = {
    "judge_char_acc": 0.99,
    "vae_char_acc": 0.98,
    "vae_looks_acc": 0.95,
    "clip_identity_acc": 0.99,
    "clip_looks_acc": 0.95,
    "clip_who_wears_what_acc": 0.85,
}


def vae_gate(vae: AutoencoderKL, judge: Judge, data: StoryData, num_frames: int) -> dict[str, Any]:
    """What the judge still reads in the VAE's reconstructions of the first frames, and their mean PSNR in
    dB."""
    seen, rebuilt, ratios = [], [], []
    num_frames = min(num_frames, len(data.frames))
    for start in range(0, num_frames, BATCH):
        pictures = data.images(range(start, min(start + BATCH, num_frames)))
        again = reconstructed(vae, pictures)
        ratios += psnr(again, pictures).tolist()
        seen.append(judge_pictures(judge, pictures))
        rebuilt.append(judge_pictures(judge, again))
    true = data_labels(judge, data, num_frames)
    scores: dict[str, Any] = {}
    for name, judged in (("judge", stacked(seen)), ("vae", stacked(rebuilt))):
        scores[f"{name}_char_acc"] = share(exact_set(judged["characters"], true["characters"]))
        scores[f"{name}_looks_acc"] = looks_accuracy(judged, true, list(judge.config.attributes))
    return scores | {"vae_psnr": float(np.mean(ratios)), "vae_frames": num_frames}


@torch.no_grad()
def crop_features(
    encoder: CLIPVisionModelWithProjection, data: StoryData, num_frames: int
) -> tuple[Tensor, dict[str, Tensor]]:
    """φ of every character cut out of the first frames (crops, F), with its `identity` and each attribute as
    indices (crops,), -1 where there is none."""
    size, info = encoder.config.image_size, data.info
    characters, looks = data.text("characters"), data.text("looks")
    features, labels = [], {name: [] for name in ("identity", *info.attributes)}
    num_frames = min(num_frames, len(data.frames))
    for start in range(0, num_frames, BATCH):
        rows, crops = range(start, min(start + BATCH, num_frames)), []
        for row, image, ids in zip(rows, data.images(rows), data.segmentations(rows), strict=True):
            worn = {(look["character"], look["attribute"]): look["value"] for look in looks[row]}
            for k, name in enumerate(characters[row]):
                if not (ids == k + 1).any():
                    continue
                crops.append(character_crop(image, ids == k + 1, size))
                labels["identity"].append(info.names.index(name))
                for attribute, values in info.attributes.items():
                    value = worn.get((name, attribute))
                    labels[attribute].append(-1 if value is None else values.index(value))
        if crops:
            features.append(encoder(_on(encoder, np.stack(crops))).image_embeds.float().cpu())
    return torch.cat(features), {name: torch.tensor(values) for name, values in labels.items()}


@torch.no_grad()
def pair_features(
    encoder: CLIPVisionModelWithProjection, data: StoryData, num_frames: int
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Of the first frames with two characters: patches (N, P, W), pooled features (N, W), and what each
    character wears, indices (N, Q) for each attribute, -1 where it is not there."""
    info, characters, looks = data.info, data.text("characters"), data.text("looks")
    chosen = [row for row, names in enumerate(characters) if len(names) == 2][:num_frames]
    labels = {name: torch.full((len(chosen), len(info.names)), -1) for name in info.attributes}
    for place, row in enumerate(chosen):
        for look in looks[row]:
            value = info.attributes[look["attribute"]].index(look["value"])
            labels[look["attribute"]][place, info.names.index(look["character"])] = value
    patches, pooled = [], []
    for start in range(0, len(chosen), BATCH):
        output = encoder.vision_model(_on(encoder, data.images(chosen[start : start + BATCH])))
        patches.append(output.last_hidden_state[:, 1:].float().cpu())
        pooled.append(output.pooler_output.float().cpu())
    return torch.cat(patches), torch.cat(pooled), labels


def _on(encoder: CLIPVisionModelWithProjection, pictures: np.ndarray) -> Tensor:
    return to_pixel_values(pictures).to(encoder.device, encoder.dtype)


def clip_gate(
    encoder: CLIPVisionModelWithProjection, train: StoryData, test: StoryData, num_frames: int
) -> dict[str, Any]:
    """Probes on the image encoder: who a crop is, what it wears, and who wears what in a frame of two, from
    the pooled feature and from the patch tokens. `num_frames` to train on, a quarter of them to test on."""
    num_values = {name: len(values) for name, values in train.info.attributes.items()}
    classes = {"identity": len(train.info.names)} | num_values
    features, labels = crop_features(encoder, train, num_frames)
    unseen, true = crop_features(encoder, test, num_frames // 4)
    scores: dict[str, Any] = {}
    guesses = {}
    for name, number in classes.items():
        labelled = labels[name] >= 0
        guesses[name] = linear_probe(features[labelled], labels[name][labelled], unseen, number)
        scores[f"clip_{name}_acc"] = mean_accuracy({name: guesses[name]}, {name: true[name]})
    scores["clip_looks_acc"] = mean_accuracy(guesses, {name: true[name] for name in num_values})
    patches, pooled, labels = pair_features(encoder, train, num_frames)
    unseen_patches, unseen_pooled, true = pair_features(encoder, test, num_frames // 4)
    from_pooled = linear_probes(pooled, labels, unseen_pooled, num_values)
    from_patches = attentive_probe(patches, labels, unseen_patches, num_values)
    scores["clip_who_wears_what_pooled_acc"] = mean_accuracy(from_pooled, true)
    scores["clip_who_wears_what_acc"] = mean_accuracy(from_patches, true)
    return scores | {f"clip_chance_{name}": 1 / number for name, number in classes.items()}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and write JSON; exit status 1 if a gate was not passed."""
    parser = argparse.ArgumentParser(prog="python -m storygptv.evaluation.gates", description=__doc__)
    parser.add_argument("model", type=Path, help="a model folder, whole or half made")
    parser.add_argument("--train", type=Path, required=True, help="the data set that the probes are trained on")
    parser.add_argument("--test", type=Path, required=True, help="the data set that all is measured on")
    for part in ("vae", "clip"):
        parser.add_argument(f"--{part}", action="store_true")
    parser.add_argument("--frames", type=int, default=4000, help="frames to train a probe on; a quarter to test")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(arguments)
    folder = args.model
    there = {
        "vae": (folder / "vae").exists() and (folder / "judge").exists(),
        "clip": (folder / "image_encoder").exists(),
    }
    asked = [part for part in there if getattr(args, part)] or [part for part in there if there[part]]
    if missing := [part for part in asked if not there[part]]:
        parser.error(f"{folder} does not hold what the gate of {', '.join(missing)} needs")
    test, scores = StoryData.load(args.test), {}
    if "vae" in asked:
        vae = AutoencoderKL.from_pretrained(folder / "vae").eval()
        scores |= vae_gate(vae, Judge.from_pretrained(folder / "judge").eval(), test, args.frames // 4)
    if "clip" in asked:
        encoder = CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder").eval()
        scores |= clip_gate(encoder, StoryData.load(args.train), test, args.frames)
    all_passed = True
    for name, value in scores.items():
        shown = "-" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
        gate = GATES.get(name)
        passed = "" if gate is None else "passed" if value is not None and value >= gate else "FAILED"
        all_passed = all_passed and passed != "FAILED"
        print(f"{name:34}{shown:>10}{'' if gate is None else f'{gate:8.2f}':8}  {passed}".rstrip())
    if args.json is not None:
        args.json.write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    return 0 if all_passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
