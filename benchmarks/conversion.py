"""How fast a published data set is converted, and in how much memory.

    python benchmarks/conversion.py [--stories 2000] [--apart] [--pictures 64] [--size 64] [--json conversion.json]

Writes FlintstonesSV's layout for so many five-frame stories, one beginning at each clip as in the published data or,
with `--apart`, none sharing a clip; pictures and masks have `--pictures` pixels a side (the published ones 512). It is
converted to `--size` in a process of its own. Prints a table of: files and megabytes read and written; frames a second;
the memory of that process before the work, its peak at a tenth of the work, and its peak in all. `--folder` says where
all this lies meanwhile.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import pickle
import platform
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from speed import resident_bytes, shown

from storygptv.cores import peak_memory_bytes
from storygptv.data.published import FLINTSTONES, FRAMES, MASKS, write_published

FRAMES_A_STORY = 5
KINDS = 16  # of pictures, each shifted about
PEOPLE = ("Fred", "Wilma")


def picture(rng: np.random.Generator, side: int) -> np.ndarray:
    """Soft shapes with a little grain, uint8 (side, side, 3): it packs about as a photograph does."""
    coarse = Image.fromarray(rng.integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8))
    soft = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC)).astype(np.int16)
    return (soft + rng.integers(-3, 4, soft.shape)).clip(0, 255).astype(np.uint8)


def write_raw(folder: Path, num_stories: int, side: int, apart: bool) -> None:
    """A folder in the published layout: clips of one or two frames, a mask for each."""
    rng = np.random.default_rng(0)
    pictures = [picture(rng, side) for _ in range(KINDS)]
    mask = np.zeros((side, side), np.uint8)
    mask[side // 4 :, : side // 3], mask[side // 2 :, side // 2 :] = 1, 2
    step = FRAMES_A_STORY if apart else 1
    number = (num_stories - 1) * step + FRAMES_A_STORY
    clips = [f"s_{i // 9999:02}_e_01_shot_{i % 9999:06}_{i % 9999 + 74:06}" for i in range(number)]
    annotations, labels = {}, {}
    for each in (FRAMES, MASKS):
        (folder / each).mkdir(parents=True)
    for i, clip in enumerate(clips):
        frames = np.stack([np.roll(pictures[(i + k) % KINDS], i % side, axis=k) for k in range(1 + i % 2)])
        np.save(folder / FRAMES / f"{clip}.npy", frames)
        for k in range(len(frames)):
            np.save(folder / MASKS / f"{clip}-frame{k}.npy", mask)
        caption = f"{PEOPLE[i % 2]} talks to {PEOPLE[1 - i % 2]} in room {i}, and then Fred laughs at it."
        annotations[clip] = {
            "caption": caption,
            "tokens": caption.split(),
            "segments": [
                {"id": k + 1, "word": name, "start": 0, "end": 1, "bbox": [40 * k, 32, 40 * k + 40, 128]}
                for k, name in enumerate(PEOPLE)
            ],
        }
        labels[clip] = [int(name in PEOPLE) for name in FLINTSTONES.pronouns]
    after = {clips[i]: clips[i + 1 : i + FRAMES_A_STORY] for i in range(0, num_stories * step, step)}
    backgrounds = {clip: np.eye(1, 323, i % 323, dtype=np.int64)[0] for i, clip in enumerate(clips)}
    (folder / "split.json").write_text(json.dumps({"train": clips, "val": [], "test": []}))
    (folder / "cleaned_annotations.json").write_text(json.dumps(annotations))
    for name, value in (
        ("labels", labels), ("labels_bg", {"label": backgrounds}), (f"following_cache{FRAMES_A_STORY - 1}", after),
    ):  # fmt: skip
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(value))


def convert(raw: Path, out: Path, size: int, answer: multiprocessing.Queue) -> None:
    """Convert, and answer what it took."""
    before, peaks, began = resident_bytes(), [], time.perf_counter()
    checked: list[float] = []

    def progress(done: int, total: int) -> None:
        if not checked:
            checked.append(time.perf_counter())
        if done >= total / 10 and not peaks:
            peaks.append(peak_memory_bytes())

    info, _ = write_published(raw, FLINTSTONES, "train", out, FRAMES_A_STORY, size, progress=progress)
    answer.put(
        {
            "seconds": time.perf_counter() - began,
            "seconds_before_the_first_story": checked[0] - began,
            "stories": info.num_stories,
            "frames": info.num_frames,
            "frames_per_second": info.num_frames / (time.perf_counter() - began),
            "memory_before_bytes": before,
            "peak_at_a_tenth_bytes": peaks[0],
            "peak_memory_bytes": peak_memory_bytes(),
        }
    )


def measure(num_stories: int, apart: bool, side: int, size: int, folder: Path | None) -> dict:
    """All the figures of the table."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        raw, out = Path(work) / "raw", Path(work) / "data"
        write_raw(raw, num_stories, side, apart)
        context = multiprocessing.get_context("spawn")
        answer: multiprocessing.Queue = context.Queue()
        process = context.Process(target=convert, args=(raw, out, size, answer))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)
        figures = answer.get()
        read = [path.stat().st_size for path in raw.rglob("*") if path.is_file()]
        written = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return {
        "processor": platform.processor() or platform.machine(),
        "threads": multiprocessing.cpu_count(),
        "pictures_pixels": side,
        "size_pixels": size,
        "files_read": len(read),
        "read_bytes": sum(read),
        "written_bytes": sum(written),
        **figures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=2000, help="of five frames each")
    parser.add_argument("--apart", action="store_true", help="no two stories share a clip")
    parser.add_argument("--pictures", type=int, default=64, help="pixels a side of what is read")
    parser.add_argument("--size", type=int, default=64, help="pixels a side of what is written")
    parser.add_argument("--folder", type=Path, help="an existing folder with room for both")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args()
    if args.stories < 10:
        parser.error(f"--stories: must be at least 10, got {args.stories}")
    figures = measure(args.stories, args.apart, args.pictures, args.size, args.folder)
    print("\n".join(shown(name, value) for name, value in figures.items()))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
