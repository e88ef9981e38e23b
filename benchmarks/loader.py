"""How fast training gets its batches, and how many cores a GPU would keep busy with them.

    python benchmarks/loader.py [--size 512] [--frames 64] [--batch-size 32] [--consumes 200] [--json loader.json]

Makes a data set of pictures that pack about as photographs do, each with two characters and masks, and prints a table
of batches a second, processor milliseconds a sample, and the cores that would deliver `--consumes` samples a second,
for: `char_ldm`, stage 1 from cached latents, features and masks as large as Stable Diffusion's and CLIP-L's (the models
themselves are small here, a batch does not see them); `clip` and `vae`, which read and cut pictures. `--consumes` is
what a GPU is assumed to train in a second, not a measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from conversion import PEOPLE, picture
from diffusers import AutoencoderKL, UNet2DConditionModel
from speed import shown
from transformers import CLIPTextConfig, CLIPTextModel, CLIPVisionConfig, CLIPVisionModelWithProjection

from storygptv.data.schema import DataInfo
from storygptv.data.store import StoryData, write
from storygptv.models.char_ldm import CharLDM
from storygptv.models.fusion import CharacterFusion
from storygptv.names import span_fields
from storygptv.training.char_ldm import CharLDMTask
from storygptv.training.clip import CLIPTask
from storygptv.training.engine import Task
from storygptv.training.ldm import new_scheduler
from storygptv.training.tokenizers import train_tokenizer
from storygptv.training.vae import VAETask

FRAMES_A_STORY, LENGTH, FEATURE_WIDTH = 4, 77, 768


def write_data(folder: Path, num_frames: int, size: int) -> StoryData:
    """Stories of four frames, both characters in each."""
    rng, ways = np.random.default_rng(0), {name: (name,) for name in PEOPLE}
    segmentation = np.zeros((size, size), np.uint8)
    segmentation[size // 4 :, : size // 3], segmentation[size // 2 :, size // 2 :] = 1, 2
    frames = []
    for i in range(num_frames):
        caption = f"{PEOPLE[i % 2]} talks to {PEOPLE[1 - i % 2]} in room {i}, and then Fred laughs at it."
        spans = span_fields(caption, ways)
        frames.append(
            {
                "frame_id": str(i),
                "image": picture(rng, size),
                "segmentation": segmentation,
                "characters": list(PEOPLE),
                "caption": caption,
                "caption_spans": spans,
                "alt_text": caption,
                "alt_spans": spans,
                "crop_texts": [f"{name} in fur" for name in PEOPLE],
            }
        )
    stories = [frames[first : first + FRAMES_A_STORY] for first in range(0, num_frames, FRAMES_A_STORY)]
    cast = ({"name": "Fred", "pronoun": "he"}, {"name": "Wilma", "pronoun": "she"})
    write(stories, DataInfo("soft", "train", size, characters=cast), folder)
    return StoryData.load(folder)


def small_char_ldm(size: int, tokenizer) -> CharLDM:
    """A Char-LDM whose latents, features and conditions are of Stable Diffusion's and CLIP-L's sizes, nothing else."""
    unet = UNet2DConditionModel(
        sample_size=size // 8, block_out_channels=(8, 8), layers_per_block=1, cross_attention_dim=16, norm_num_groups=8,
        attention_head_dim=1, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8,) * 4, norm_num_groups=8, layers_per_block=1, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=1,
        max_position_embeddings=LENGTH,
    )  # fmt: skip
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=1, image_size=224,
        patch_size=56, projection_dim=FEATURE_WIDTH,
    )  # fmt: skip
    encoder = CLIPVisionModelWithProjection(vision).eval()
    return CharLDM(
        unet, vae, CLIPTextModel(text), tokenizer, new_scheduler(), encoder, CharacterFusion(16, FEATURE_WIDTH)
    )


def rate(name: str, task: Task, batch_size: int, seconds: float, consumes: float) -> dict[str, float]:
    """What one task's batches take, measured for so long."""
    task.batch(0, batch_size)  # warm
    began, used, batches = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        batches += 1
        task.batch(batches, batch_size)
    used, took = time.process_time() - used, time.perf_counter() - began
    each = used / batches / batch_size
    return {
        f"{name}_batches_per_second": batches / took,
        f"{name}_milliseconds_a_sample": 1000 * each,
        f"{name}_cores": consumes * each,
    }


def measure(size: int, num_frames: int, batch_size: int, seconds: float, consumes: float, folder: Path | None) -> dict:
    """All the figures of the table."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        data = write_data(Path(work) / "data", num_frames, size)
        tokenizer = train_tokenizer(data.text("caption"), 400, LENGTH, lowercase=True)
        tasks = {
            "char_ldm": CharLDMTask(data, Path(work), small_char_ldm(size, tokenizer)),
            "clip": CLIPTask(data),
            "vae": VAETask(data),
        }
        rates: dict[str, float] = {}
        for name, task in tasks.items():
            task.prepare(log=lambda line: None)
            rates |= rate(name, task, batch_size, seconds, consumes)
        packed = sum(path.stat().st_size for path in (Path(work) / "data" / "frames").glob("*.arrow"))
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "torch": torch.__version__,
        "size_pixels": size,
        "packed_frame_bytes": packed / num_frames,
        "batch_size": batch_size,
        "assumed_samples_per_second": consumes,
        **rates,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="pixels a side, a multiple of 8")
    parser.add_argument("--frames", type=int, default=64, help="of the data set; at least a batch")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10, help="how long each is measured")
    parser.add_argument(
        "--consumes", type=float, default=200, help="samples a second that a GPU is assumed to train on"
    )
    parser.add_argument("--folder", type=Path, help="an existing folder for the data set")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args()
    if args.frames < args.batch_size:
        parser.error(f"--frames: must be at least {args.batch_size}, got {args.frames}")
    figures = measure(args.size, args.frames, args.batch_size, args.seconds, args.consumes, args.folder)
    print("\n".join(shown(name, value) for name, value in figures.items()))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
