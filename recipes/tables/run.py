"""The paper's tables in miniature: run what is missing of the grid, and write the page of results.

    python recipes/tables/run.py [--scale small] [--seeds 0 1 2] [--only 'bundled*'] [--work runs/tables]

Every cell is kept by a digest of all that it depends on: run again, only what is missing is done, and a training that
was killed goes on where it was. Each cell has a process of its own, and what it needs is made by another, so that its
memory can be told; one that fails is named, and the others go on.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from grid import CAPTIONER, Cell, Grid
from results import write_results

from storygptv.files import write_json
from storygptv.models.loading import BUNDLED


def main(arguments: list[str] | None = None) -> int:
    """Run cells; exit status 1 if any failed."""
    parser = argparse.ArgumentParser(prog="recipes/tables.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", default="small", help="one of recipes/tables/scales")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", default=["*"], help="names of cells or tables; * stands for anything")
    parser.add_argument("--work", type=Path, default=Path("runs/tables"), help="data and models are kept here")
    parser.add_argument(
        "--out", type=Path, help="the page, its plots and results beside it; of the scale small in docs/"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--list", action="store_true", help="only write the page, and tell what is missing")
    parser.add_argument("--one-process", action="store_true", help="all cells in one; memory is then of all so far")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a cell, in a process of its own
    parser.add_argument("--ready", action="store_true", help=argparse.SUPPRESS)  # only what that cell needs
    asked = parser.parse_args(arguments)
    asked.out = asked.out or (Path("docs/results.md") if asked.scale == "small" else asked.work / "results.md")
    grid = Grid.load(asked.scale, asked.work, BUNDLED, asked.out.with_suffix(""))
    if asked.one:
        work = make_ready if asked.ready else run_one
        work(grid, grid.cells[asked.one], asked.seeds[0], asked)
        return 0
    chosen = [cell for cell in grid.cells.values() if any(_fits(cell, pattern) for pattern in asked.only)]
    if not chosen:
        raise SystemExit(f"--only: no cell or table is called {' or '.join(asked.only)}")
    seeds = sorted({0, *asked.seeds})
    jobs = [(seed, cell) for seed in seeds for cell in chosen if seed in grid.seeds_of(cell, asked.seeds)]
    jobs = [] if asked.list else [job for job in jobs if not grid.is_done(job[1], job[0])]
    run = run_one if asked.one_process else _in_its_process
    failed = []
    for number, (seed, cell) in enumerate(jobs, 1):
        print(f"{number} of {len(jobs)}: {cell.name}, seed {seed}", flush=True)
        if not grid.is_done(cell, seed) and not run(grid, cell, seed, asked):
            failed.append(f"{cell.name} (seed {seed})")
    missing = write_results(grid, sorted({0, 1, 2, *asked.seeds}), asked.out)
    print(f"{asked.out}: {len(missing)} cells and seeds are not run")
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


def make_ready(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> None:
    """Make the data and the models that are still needed for a cell."""
    from measure import is_drawn, ready_cell, ready_model

    if grid.result(cell, seed) is None or not is_drawn(grid, cell, seed):
        ready_cell(grid, cell, seed, asked.device)
    if grid.is_captioned(cell):
        ready_model(grid, CAPTIONER, 0, asked.device, print)


def run_one(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> bool:
    """Run a cell and keep what it came to. Where it is to be put into words and what it drew is gone, it is drawn and
    measured again: scores and words are then of the same pictures."""
    from measure import caption_cell, is_drawn, run_cell

    def keep(measure: Callable[..., dict], file: Path) -> None:
        ran = {"cell": cell.name, "seed": seed, "device": asked.device, "dtype": asked.dtype}
        write_json(file, ran | {"scores": measure(grid, cell, seed, asked.device, asked.dtype)})

    captions = grid.captions_file(cell, seed) if grid.is_captioned(cell) else None
    in_words = captions is None or captions.exists()
    if grid.result(cell, seed) is None or not (in_words or is_drawn(grid, cell, seed)):
        keep(run_cell, grid.result_file(cell, seed))
    if not in_words:
        keep(caption_cell, captions)
    return True


def _in_its_process(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> bool:
    """Run a cell in a process of its own, after another that makes what it needs; whether it was."""
    command = [sys.executable, __file__, "--one", cell.name, "--seeds", str(seed)]
    for option in ("scale", "work", "out", "device", "dtype"):
        command += [f"--{option}", str(getattr(asked, option))]
    return all(subprocess.run([*command, *more], env=os.environ).returncode == 0 for more in (["--ready"], []))


def _fits(cell: Cell, pattern: str) -> bool:
    return fnmatch.fnmatch(cell.name, pattern) or fnmatch.fnmatch(cell.table, pattern)


if __name__ == "__main__":
    raise SystemExit(main())
