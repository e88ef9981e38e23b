"""What running cells takes, step by step: the models that they need, each after the one that it comes from, then the
cells themselves; as many steps at a time as are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from grid import BUNDLED, CAPTIONER, Cell, Grid


@dataclass(frozen=True)
class Step:
    """A cell that is run, or a model that is made."""

    kind: str  # "cell" or "model"
    name: str
    seed: int

    def __str__(self) -> str:
        return f"{'' if self.kind == 'cell' else 'model '}{self.name}, seed {self.seed}"


def steps_of(grid: Grid, jobs: Collection[tuple[int, Cell]]) -> dict[Step, set[Step]]:
    """The steps of cells that are to be run, each by its seed, and which others each of them waits for."""
    waits: dict[Step, set[Step]] = {}

    def made(name: str, seed: int) -> set[Step]:
        """The step that makes a model, unless it is there."""
        if name == BUNDLED or grid.is_made(name, seed):
            return set()
        step = Step("model", name, seed)
        waits[step] = made(grid.models[name].base, seed)
        return {step}

    of_result: dict[object, Step] = {}  # cells that are the same run once
    for seed, cell in jobs:
        step = Step("cell", cell.name, seed)
        needed = set() if grid.result(cell, seed) and grid.is_drawn(cell, seed) else made(cell.model, seed)
        before = of_result.setdefault(grid.result_file(cell, seed), step)
        captioner = made(CAPTIONER, 0) if grid.is_captioned(cell) else set()
        waits[step] = needed | captioner | ({before} - {step})
    return waits


def run_steps(
    waits: Mapping[Step, Collection[Step]], run: Callable[[Step], bool], at_once: int = 1,
    failed: Collection[Step] = (),
) -> list[Step]:  # fmt: skip
    """Run steps, in their order or, with several `at_once`, those first that most others hang on; `run` says whether
    one went well. Returns those that did not, and those that waited for them or for what `failed` before."""
    followers = {step: [each for each in waits if step in waits[each]] for step in waits}
    chains: dict[Step, int] = {}

    def chain(step: Step) -> int:
        """How many steps, one after the other, the longest way is that begins with this one."""
        if step not in chains:
            chains[step] = 1 + max(map(chain, followers[step]), default=0)
        return chains[step]

    left = list(waits) if at_once == 1 else sorted(waits, key=chain, reverse=True)
    went = dict.fromkeys(failed, False)
    running: dict[Future, Step] = {}
    with ThreadPoolExecutor(at_once) as pool:
        while left or running:
            for step in list(left):
                ended = [went.get(before) for before in waits[step]]
                if False in ended:
                    went[step] = False
                    left.remove(step)
                elif None not in ended and len(running) < at_once:
                    print(f"{len(waits) - len(left) + 1} of {len(waits)}: {step}", flush=True)
                    running[pool.submit(run, step)] = step
                    left.remove(step)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                went[running.pop(done)] = done.result()
    return [step for step in waits if not went[step]]
