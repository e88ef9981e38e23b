"""How fast a model draws, and whether a long story slows it down.

    python benchmarks/speed.py [--model PATH] [--frames 50] [--json speed.json]

Prints a table of: loading; seconds a frame of a five-frame story at default settings; in a long story, the
time of the last frames against that of the first (medians of five) and of what the story LLM takes of it; the
memory of the process, its peak, and how much it grew, with the size of the KV cache beside it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import time
from itertools import cycle, islice
from pathlib import Path

import torch

import storygptv
from storygptv.cores import peak_memory_bytes
from storygptv.pipeline import StoryPipeline
from storygptv.story import Story

DEMO = Path(storygptv.__file__).parent / "assets" / "stories" / "demo.yaml"
SHORT, WINDOW = 5, 5


def resident_bytes(process: int | str = "self") -> int:
    """Memory that a process, by its number, or this one holds now, as Linux tells it."""
    gc.collect()
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def cache_bytes(memory) -> int:
    """The size of the keys and values that the story LLM remembers."""
    layers = memory.cache.layers
    return sum(each.numel() * each.element_size() for layer in layers for each in (layer.keys, layer.values))


def draw(pipeline: StoryPipeline, texts: list[str]) -> tuple[list[dict], int]:
    """Draw one story; of each frame its seconds and the memory held after it; and the KV cache's size at the
    end."""
    session, frames = pipeline.start(), []
    for text in texts:
        began = time.perf_counter()
        condition = session.tell(text)
        told = time.perf_counter()
        picture = pipeline.draw(condition, [pipeline.story_seed(0)])[0]
        drawn = time.perf_counter()
        session.see(picture)
        ended = time.perf_counter()
        frames.append({"seconds": ended - began, "llm_seconds": told - began + ended - drawn,
                       "resident_bytes": resident_bytes()})  # fmt: skip
    return frames, cache_bytes(session.reader.decoder if pipeline.scene_reader else session.memory)


def measure(model: str, num_frames: int, device: str, dtype: str) -> dict:
    """All the figures of the table."""
    began = time.perf_counter()
    pipeline = StoryPipeline.from_pretrained(model, device, dtype)
    loading = time.perf_counter() - began
    texts = list(islice(cycle(frame.text for frame in Story.load(DEMO).frames), num_frames))
    draw(pipeline, texts[:1])  # warm
    short, _ = draw(pipeline, texts[:SHORT])
    long, cache = draw(pipeline, texts)
    first = long[SHORT - 1 - WINDOW // 2 : SHORT + WINDOW // 2]  # the frames around the fifth
    last = long[-WINDOW:]
    median = lambda frames, key: statistics.median(frame[key] for frame in frames)  # noqa: E731
    return {
        "model": model,
        "device": device,
        "dtype": dtype,
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "loading_seconds": loading,
        "seconds_per_frame": statistics.mean(frame["seconds"] for frame in short),
        "llm_seconds_per_frame": statistics.mean(frame["llm_seconds"] for frame in short),
        "num_frames": num_frames,
        f"seconds_around_frame_{SHORT}": median(first, "seconds"),
        "seconds_of_last_frames": median(last, "seconds"),
        "last_to_first": median(last, "seconds") / median(first, "seconds"),
        "llm_last_to_first": median(last, "llm_seconds") / median(first, "llm_seconds"),
        "memory_growth_bytes": long[-1]["resident_bytes"] - long[SHORT - 1]["resident_bytes"],
        "kv_cache_bytes": cache,
        "resident_bytes": long[-1]["resident_bytes"],
        "peak_memory_bytes": peak_memory_bytes(),
    }


def shown(name: str, value: object) -> str:
    """One row of the table."""
    if name.endswith("_bytes"):
        return f"{name[:-6]:28}{value / 2**20:12.1f} MB"
    return f"{name:28}{value:12.3f}" if isinstance(value, float) else f"{name:28}{value!s:>12}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="toon", help="a model folder; toon is the bundled one")
    parser.add_argument("--frames", type=int, default=50, help="of the long story; at least 10")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, help="CPU threads; torch's own choice unless given")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args()
    if args.frames < SHORT + WINDOW:
        parser.error(f"--frames: must be at least {SHORT + WINDOW}, got {args.frames}")
    if args.threads:
        torch.set_num_threads(args.threads)
    figures = measure(args.model, args.frames, args.device, args.dtype)
    print("\n".join(shown(name, value) for name, value in figures.items()))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
