"""Making things ahead: the next ones while one is computed on."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from storygptv.cores import num_cores

MOST_WORKERS = 14  # by default


def ahead(make: Callable[[Any], Any], asked: Iterable, num_workers: int = 0) -> Iterator:
    """What `make` makes of each of `asked`, in order: the next one by a thread, or the next ones by so many processes,
    which are forked off and must leave the GPU alone. Tensors from these lie in pinned memory where there is a GPU."""
    if num_workers:
        yield from DataLoader(
            _Made(make), batch_size=None, sampler=asked, num_workers=num_workers, collate_fn=_as_it_is,
            multiprocessing_context="fork", pin_memory=torch.cuda.is_available(),
        )  # fmt: skip
        return
    upcoming: deque[Future] = deque()
    with ThreadPoolExecutor(1) as thread:
        for each in asked:
            upcoming.append(thread.submit(make, each))
            if len(upcoming) > 1:
                yield upcoming.popleft().result()
        while upcoming:
            yield upcoming.popleft().result()


def workers_for(device: str | torch.device) -> int:
    """So many processes as keep a CUDA device busy: a core each, shared with the other training processes of this
    machine, one left free. None for a CPU, whose cores compute, and where forking is not safe."""
    if torch.device(device).type != "cuda" or not hasattr(os, "fork"):
        return 0
    return max(0, min(MOST_WORKERS, num_cores() // int(os.environ.get("LOCAL_WORLD_SIZE", 1)) - 1))


class _Made(Dataset):
    def __init__(self, make: Callable[[Any], Any]):
        self.make = make

    def __getitem__(self, asked: Any) -> Any:
        return self.make(asked)


def _as_it_is(made: Any) -> Any:
    return made
