"""Masks for data sets that have none: SAM from boxes, or from what a text-grounded detector finds.

Every model is one of transformers' by name: SAM, SAM 2 and kin (`AutoModelForMaskGeneration`), Grounding DINO,
OWL-ViT and kin (`AutoModelForZeroShotObjectDetection`).
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch

from storygptv.data.store import StoryData, write

ROWS_A_FILE = 64  # done or not done together


class Segmenter:
    """SAM on one device, with a detector where boxes are missing."""

    def __init__(self, model: str, detector: str | None, device: str, threshold: float):
        from transformers import (
            AutoConfig,
            AutoModelForMaskGeneration,
            AutoModelForZeroShotObjectDetection,
            AutoProcessor,
        )

        self.device, self.threshold = device, threshold
        try:
            config = AutoConfig.from_pretrained(model)
            config.tie_word_embeddings = True  # a checkpoint holds its position embedding once or twice: once is enough
            self.sam = AutoModelForMaskGeneration.from_pretrained(model, config=config).to(device).eval()
            is_second = self.sam.config.model_type.startswith("sam2")
            self.processor = Sam2Processor(self.sam) if is_second else AutoProcessor.from_pretrained(model)
        except (OSError, ValueError, ImportError) as error:
            raise ValueError(f"model: {model} is no SAM that loads: {_first_line(error)}") from error
        self.detector = None
        if detector is not None:
            try:
                self.detector = AutoModelForZeroShotObjectDetection.from_pretrained(detector).to(device).eval()
                self.detector_processor = AutoProcessor.from_pretrained(detector)
            except (OSError, ValueError, ImportError) as error:
                raise ValueError(f"detector: {detector} is none that loads: {_first_line(error)}") from error

    @torch.no_grad()
    def detect(self, image: np.ndarray, descriptions: Sequence[str]) -> list[list[float] | None]:
        """The best box (x1, y1, x2, y2) in pixels for each description of what is in a picture, None where there is
        none that the detector is sure enough of."""
        words = [text.lower().rstrip(".") for text in descriptions]
        inputs = self.detector_processor(images=image, text=[words], return_tensors="pt").to(self.device)
        found = self.detector_processor.post_process_grounded_object_detection(
            self.detector(**inputs), threshold=self.threshold, target_sizes=[image.shape[:2]], text_labels=[words]
        )[0]
        height, width = image.shape[:2]
        best: list[tuple[float, list[float] | None]] = [(0.0, None)] * len(words)
        for score, label, box in zip(found["scores"], found["text_labels"], found["boxes"], strict=True):
            for k, text in enumerate(words):
                if label and (label == text or label in text) and float(score) > best[k][0]:
                    box = np.clip(box.cpu().numpy(), 0, [width, height, width, height])
                    best[k] = (float(score), box.tolist())
        return [box for _, box in best]

    @torch.no_grad()
    def segment(self, images: Sequence[np.ndarray], boxes: Sequence[Sequence[Sequence[float]]]) -> list[np.ndarray]:
        """Of each picture the masks bool (K, H, W) of its K boxes; every picture must have the same number."""
        inputs = self.processor(
            list(images), input_boxes=[list(map(list, each)) for each in boxes], return_tensors="pt"
        )
        inputs = inputs.to(self.device)
        outputs = self.sam(**inputs)
        sizes = [inputs["original_sizes"].cpu()]
        if "reshaped_input_sizes" in inputs:
            sizes.append(inputs["reshaped_input_sizes"].cpu())
        masks = self.processor.post_process_masks(outputs.pred_masks.float().cpu(), *sizes)
        best = outputs.iou_scores.argmax(-1).cpu()  # SAM offers several masks a box
        return [
            np.stack([np.asarray(of_box[index]) for of_box, index in zip(each, indices, strict=True)])
            for each, indices in zip(masks, best, strict=True)
        ]


class Sam2Processor:
    """What SAM 2 reads and draws, as transformers' processor of that name has it, which needs torchvision."""

    def __init__(self, sam) -> None:
        from transformers import ViTImageProcessor
        from transformers.image_utils import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD

        self.height, self.width = sam.config.vision_config.backbone_config.image_size
        self.pictures = ViTImageProcessor(
            size={"height": self.height, "width": self.width},
            image_mean=IMAGENET_DEFAULT_MEAN, image_std=IMAGENET_DEFAULT_STD,
        )  # fmt: skip

    def __call__(self, images: Sequence[np.ndarray], input_boxes: Sequence, return_tensors: str):
        """Pictures uint8 (H, W, 3), squeezed to the model's size, and K boxes (x1, y1, x2, y2) of each, in pixels."""
        inputs = self.pictures(images, return_tensors=return_tensors)
        sizes = torch.tensor([image.shape[:2] for image in images])  # (B, 2): height, width
        scale = torch.tensor([self.width, self.height]) / sizes.flip(-1)
        inputs["input_boxes"] = torch.tensor(input_boxes, dtype=torch.float32) * scale.repeat(1, 2)[:, None]
        inputs["original_sizes"] = sizes
        return inputs

    def post_process_masks(self, masks: torch.Tensor, sizes: torch.Tensor) -> list[torch.Tensor]:
        """Logits (B, K, M, h, w) as masks bool (K, M, H, W) of each picture."""
        return [
            torch.nn.functional.interpolate(each, size.tolist(), mode="bilinear") > 0
            for each, size in zip(masks, sizes, strict=True)
        ]


def combine(masks: np.ndarray, ids: Sequence[int], shape: tuple[int, int]) -> np.ndarray:
    """Masks bool (K, H, W) as one segmentation uint8 (H, W); where two overlap the smaller one, as a rule in front,
    is seen."""
    combined = np.zeros(shape, np.uint8)
    for k in sorted(range(len(masks)), key=lambda k: -masks[k].sum()):
        combined[masks[k]] = ids[k]
    return combined


def add_masks(
    folder: Path, model: str, detector: str | None = None, descriptions: Mapping[str, str] | None = None,
    devices: Sequence[str] = ("cpu",), batch_size: int = 4, threshold: float = 0.25,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:  # fmt: skip
    """Fill in the segmentations that the data set `folder` lacks; how many frames got one, and how many did not.

    Boxes that are there are used; without them the `detector` looks for each character by its `descriptions`, else by
    its name. What is done is kept beside the folder until all is: the same call goes on where it stopped. On several
    `devices` each works at its own frames. Raises ValueError for a model that does not load, and where frames lack
    boxes and no detector is given.
    """
    folder, data = Path(folder), StoryData.load(folder)
    described = {name: (descriptions or {}).get(name, name) for name in data.info.names}
    characters, boxes = data.text("characters"), data.text("boxes")
    lacking = [row for row, there in enumerate(data.has_segmentation) if not there and characters[row]]
    without = [row for row in lacking if not any(_is_box(box) for box in boxes[row])]
    if without and detector is None:
        raise ValueError(f"detector: {len(without)} frames have no boxes, such as row {without[0]}; name one")
    if not lacking:
        return 0, 0
    asked = repr((data.info.to_json(), data.fingerprint, model, detector, sorted(described.items()), threshold))
    done = folder.parent / f".{folder.name}.masks-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
    chunks = [lacking[first : first + ROWS_A_FILE] for first in range(0, len(lacking), ROWS_A_FILE)]
    waiting: queue.Queue[list[int]] = queue.Queue()
    for rows in chunks:
        if not _file(done, rows).exists():
            waiting.put(rows)
    finished = len(chunks) - waiting.qsize()
    failed: list[BaseException] = []

    def work(segmenter: Segmenter) -> None:
        nonlocal finished
        try:
            while not failed:
                rows = waiting.get_nowait()
                masks = _segment_rows(segmenter, data, rows, characters, boxes, described, batch_size)
                partial = _file(done, rows).with_suffix(".partial")
                with partial.open("wb") as file:
                    np.savez_compressed(file, **{str(row): mask for row, mask in masks.items()})
                os.replace(partial, _file(done, rows))
                finished += 1
                if progress is not None:
                    progress(finished, len(chunks))
        except queue.Empty:
            pass
        except BaseException as error:  # told below, in the thread that can be heard
            failed.append(error)

    if not waiting.empty():
        segmenters = [Segmenter(model, detector, device, threshold) for device in devices]
        done.mkdir(exist_ok=True)
        threads = [threading.Thread(target=work, args=(each,), daemon=True) for each in segmenters]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    count = _fill_in(data, folder, {row: _file(done, rows) for rows in chunks for row in rows})
    shutil.rmtree(done)
    return count, len(lacking) - count


def _fill_in(data: StoryData, folder: Path, files: dict[int, Path]) -> int:
    """Write the data set anew with the segmentations that `files` hold for its rows; how many they were."""
    frame_ids, filled, written = data.text("frame_id"), 0, set()

    def records() -> Iterator[list[dict[str, Any]]]:
        nonlocal filled
        path, held = None, {}
        for name, rows in zip(data.story_ids, data.stories, strict=True):
            story = []
            for row in rows:
                record = {"frame_id": frame_ids[row], "story_id": name}
                if row not in written:
                    written.add(row)
                    record = data.frame(row)
                    if row in files:
                        if files[row] != path:
                            path, held = files[row], np.load(files[row])
                        if str(row) in held:
                            record["segmentation"] = held[str(row)]
                            filled += 1
                story.append(record)
            yield story

    write(records(), data.info, folder, data.portraits, overwrite=True)
    return filled


def _segment_rows(
    segmenter: Segmenter, data: StoryData, rows: list[int], characters: list, boxes: list, described: dict[str, str],
    batch_size: int,
) -> dict[int, np.ndarray]:  # fmt: skip
    """Segmentations uint8 (H, W) by row; a frame in which nobody was found has none."""
    images = dict(zip(rows, data.images(rows), strict=True))
    jobs = []  # row, ids of who is there, boxes
    for row in rows:
        known = boxes[row]
        if not any(_is_box(box) for box in known):
            known = segmenter.detect(images[row], [described[name] for name in characters[row]])
        there = [(k + 1, box) for k, box in enumerate(known) if _is_box(box)]
        if there:
            jobs.append((row, [k for k, _ in there], [box for _, box in there]))
    masks = {}
    jobs.sort(key=lambda job: len(job[2]))
    for _, same in groupby(jobs, key=lambda job: len(job[2])):
        same = list(same)
        for first in range(0, len(same), batch_size):
            some = same[first : first + batch_size]
            found = segmenter.segment([images[row] for row, _, _ in some], [box for _, _, box in some])
            for (row, ids, _), each in zip(some, found, strict=True):
                masks[row] = combine(each, ids, images[row].shape[:2])
    return masks


def _is_box(box: Sequence[float] | None) -> bool:
    return box is not None and box[2] > box[0] and box[3] > box[1]


def _file(done: Path, rows: list[int]) -> Path:
    return done / f"{rows[0]:08d}.npz"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
