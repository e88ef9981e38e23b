"""The paper's tables in miniature: run what is missing of the grid, and write the page of results.

    python recipes/tables/run.py [--scale small] [--seeds 0 1 2] [--only 'bundled*'] [--work runs/tables] [--jobs 2]

Every cell is kept by a digest of all that it depends on: run again, only what is missing is done, and a training that
was killed goes on where it was. Each model and each cell has a process of its own, `--jobs` of them at a time; what a
cell needs is made by another, so that its memory can be told. One that fails is named, and the others go on.
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
from steps import Step, run_steps, steps_of

from storygptv.data.cores import num_cores
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
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time; long stories, timed, are drawn alone")
    parser.add_argument("--list", action="store_true", help="only write the page, and tell what is missing")
    parser.add_argument("--one-process", action="store_true", help="all cells in one; memory is then of all so far")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a cell, in a process of its own
    parser.add_argument("--ready", action="store_true", help=argparse.SUPPRESS)  # only what that cell needs
    parser.add_argument("--model", help=argparse.SUPPRESS)  # a model, likewise
    asked = parser.parse_args(arguments)
    asked.out = asked.out or (Path("docs/results.md") if asked.scale == "small" else asked.work / "results.md")
    grid = Grid.load(asked.scale, asked.work, BUNDLED, asked.out.with_suffix(""))
    if asked.model:
        make_model(grid, asked.model, asked.seeds[0], asked)
        return 0
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
    if asked.one_process:
        for seed, cell in jobs:
            print(f"{cell.name}, seed {seed}", flush=True)
            run_one(grid, cell, seed, asked)
        failed = []
    else:
        timed = [job for job in jobs if job[1].measure == "length"]
        others = [job for job in jobs if job not in timed]
        run = lambda step: _is_done(grid, step) or _in_its_process(step, asked)  # noqa: E731
        failed = run_steps(steps_of(grid, others), run, asked.jobs)
        failed += run_steps(steps_of(grid, timed), run)
    missing = write_results(grid, sorted({0, 1, 2, *asked.seeds}), asked.out)
    print(f"{asked.out}: {len(missing)} cells and seeds are not run")
    if failed:
        print("failed: " + "; ".join(map(str, failed)), file=sys.stderr)
    return 1 if failed else 0


def make_model(grid: Grid, name: str, seed: int, asked: argparse.Namespace) -> None:
    """Make a model, and those that it comes from."""
    from measure import ready_model

    ready_model(grid, name, seed, asked.device, print)


def make_ready(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> None:
    """Make the data and the models that are still needed for a cell."""
    from measure import is_drawn, ready_cell, ready_model

    if grid.result(cell, seed) is None or not is_drawn(grid, cell, seed):
        ready_cell(grid, cell, seed, asked.device)
    if grid.is_captioned(cell):
        ready_model(grid, CAPTIONER, 0, asked.device, print)


def run_one(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> None:
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


def _in_its_process(step: Step, asked: argparse.Namespace) -> bool:
    """Make a model, or run a cell after another process has made what it still needs; whether that went well."""
    command = [sys.executable, __file__, "--seeds", str(step.seed)]
    for option in ("scale", "work", "out", "device", "dtype"):
        command += [f"--{option}", str(getattr(asked, option))]
    one = ["--one", step.name]
    parts = [["--model", step.name]] if step.kind == "model" else [[*one, "--ready"], one]
    environment = os.environ | _share_of_cores(asked.jobs)
    return all(subprocess.run([*command, *part], env=environment).returncode == 0 for part in parts)


def _share_of_cores(jobs: int) -> dict[str, str]:
    """What tells a process that others compute beside it: on how many threads it may, and, on a GPU, how many processes
    may make its batches, which are those of half as many jobs: on the CPU a job is idle while the GPU computes."""
    if jobs == 1:
        return {}
    shares = {"OMP_NUM_THREADS": max(1, num_cores() // jobs), "LOCAL_WORLD_SIZE": max(1, jobs // 2)}
    return {name: str(share) for name, share in shares.items()} | {
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_PROC_BIND": "false",
    }


def _is_done(grid: Grid, step: Step) -> bool:
    """Whether a step is done by now: cells can be the same."""
    return step.kind == "cell" and grid.is_done(grid.cells[step.name], step.seed)


def _fits(cell: Cell, pattern: str) -> bool:
    return fnmatch.fnmatch(cell.name, pattern) or fnmatch.fnmatch(cell.table, pattern)


if __name__ == "__main__":
    raise SystemExit(main())
