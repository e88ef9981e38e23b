"""The mean of two trainings of one part, which is often better than either (Wortsman et al. 2022, "Model soups").

    python -m storygptv.training.mean FIRST SECOND OUT

FIRST and SECOND are folders of the same part, trained from the same weights; OUT becomes a copy of FIRST with the mean
of every tensor of floats.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from storygptv.files import write_whole_folder


def write_mean(first: Path, second: Path, out: Path) -> None:
    """Write the mean of two folders of weights to the folder `out`, whole or not at all.

    Raises:
        ValueError: they hold no weights, or not the same tensors.
    """
    files = sorted(file.relative_to(first) for file in first.rglob("*.safetensors"))
    if not files:
        raise ValueError(f"{first}: expected a part with weights, found no safetensors")

    def write(folder: Path) -> None:
        shutil.copytree(first, folder, dirs_exist_ok=True)
        for file in files:
            _write_mean_file(first / file, second / file, folder / file)

    write_whole_folder(out, write)


def _write_mean_file(first: Path, second: Path, out: Path) -> None:
    if not second.exists():
        raise ValueError(f"{second}: expected the same files as beside {first}")
    with safe_open(first, "pt") as file:
        metadata = file.metadata()
    means, other = load_file(first), load_file(second)
    for name, tensor in means.items():
        if name not in other or other[name].shape != tensor.shape:
            raise ValueError(f"{second}: {name}: expected {tuple(tensor.shape)} as in {first}")
        if tensor.is_floating_point():
            means[name] = ((tensor.float() + other[name].float()) / 2).to(tensor.dtype)
    save_file(means, out, metadata=metadata)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("first", "second", "out"):
        parser.add_argument(name, type=Path)
    write_mean(**vars(parser.parse_args()))
