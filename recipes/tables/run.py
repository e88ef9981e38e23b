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

from storygptv.cores import num_cores
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
    if asked.jobs < 1:
        parser.error(f"--jobs: must be at least 1, got {asked.jobs}")
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
        failed = _run(grid, jobs, asked)
    missing = write_results(grid, sorted({0, 1, 2, *asked.seeds}), asked.out)
    print(f"{asked.out}: {len(missing)} cells and seeds are not run")
    if failed:
        print("failed, or in need of what failed: " + "; ".join(map(str, failed)), file=sys.stderr)
    return 1 if failed else 0


def make_model(grid: Grid, name: str, seed: int, asked: argparse.Namespace) -> None:
    """Make a model, and those that it comes from."""
    from measure import ready_model

    ready_model(grid, name, seed, asked.device, print)


def make_ready(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> None:
    """Make the data and the models that are still needed for a cell."""
    from measure import ready_cell, ready_model

    if grid.result(cell, seed) is None or not grid.is_drawn(cell, seed):
        ready_cell(grid, cell, seed, asked.device)
    if grid.is_captioned(cell):
        ready_model(grid, CAPTIONER, 0, asked.device, print)


def run_one(grid: Grid, cell: Cell, seed: int, asked: argparse.Namespace) -> None:
    """Run a cell and keep what it came to. Where it is to be put into words and what it drew is gone, it is drawn and
    measured again: scores and words are then of the same pictures."""
    from measure import caption_cell, run_cell

    def keep(measure: Callable[..., dict], file: Path) -> None:
        ran = {"cell": cell.name, "seed": seed, "device": asked.device, "dtype": asked.dtype}
        write_json(file, ran | {"scores": measure(grid, cell, seed, asked.device, asked.dtype)})

    captions = grid.captions_file(cell, seed) if grid.is_captioned(cell) else None
    in_words = captions is None or captions.exists()
    if grid.result(cell, seed) is None or not (in_words or grid.is_drawn(cell, seed)):
        keep(run_cell, grid.result_file(cell, seed))
    if not in_words:
        keep(caption_cell, captions)


def _run(grid: Grid, jobs: list[tuple[int, Cell]], asked: argparse.Namespace) -> list[Step]:
    """Make the models that cells need and run the cells, those whose time is taken alone and last. Returns what failed,
    and what needed that."""
    waits = steps_of(grid, jobs)
    timed = [step for step in waits if step.kind == "cell" and grid.cells[step.name].measure == "length"]
    shared = {step: before for step, before in waits.items() if step not in timed}
    failed = run_steps(shared, lambda step: _in_its_process(grid, step, asked, asked.jobs), asked.jobs)
    alone = {step: waits[step] & {*failed, *timed} for step in timed}
    return failed + run_steps(alone, lambda step: _in_its_process(grid, step, asked, 1), failed=failed)


def _in_its_process(grid: Grid, step: Step, asked: argparse.Namespace, jobs: int) -> bool:
    """Make a model, or run a cell after another process has made what it still needs, beside `jobs` - 1 others; whether
    that went well. What they say goes into a file where there are others."""
    if step.kind == "cell" and grid.is_done(grid.cells[step.name], step.seed):  # by another cell that is the same
        return True
    command = [sys.executable, __file__, "--seeds", str(step.seed)]
    for option in ("scale", "work", "out", "device", "dtype"):
        command += [f"--{option}", str(getattr(asked, option))]
    one = ["--one", step.name]
    parts = [["--model", step.name]] if step.kind == "model" else [[*one, "--ready"], one]
    environment = _share_of_cores(jobs, asked.device) | os.environ
    run = lambda part, to: subprocess.run([*command, *part], env=environment, stdout=to, stderr=to).returncode == 0  # noqa: E731
    if jobs == 1:
        return all(run(part, None) for part in parts)
    log = grid.work / "logs" / f"{step.kind}-{step.name}-seed{step.seed}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a") as file:
        went = all(run(part, file) for part in parts)
    if not went:
        print(f"failed: {step}; {log} says why", file=sys.stderr, flush=True)
    return went


def _share_of_cores(jobs: int, device: str) -> dict[str, str]:
    """The environment of one of `jobs` processes that compute side by side. By itself on a CPU it keeps its threads
    awake and on their cores, which trains up to three times faster beside other work. Of several each has its part of
    the cores to compute on, and on a GPU twice that to make batches with, as most of its time it waits for the GPU."""
    if jobs > 1:  # LOCAL_WORLD_SIZE: how many train on this machine
        return {"OMP_NUM_THREADS": str(max(1, num_cores() // jobs)), "LOCAL_WORLD_SIZE": str(max(1, jobs // 2))}
    return {"OMP_WAIT_POLICY": "ACTIVE", "OMP_PROC_BIND": "true"} if device == "cpu" else {}


def _fits(cell: Cell, pattern: str) -> bool:
    return fnmatch.fnmatch(cell.name, pattern) or fnmatch.fnmatch(cell.table, pattern)


if __name__ == "__main__":
    raise SystemExit(main())
