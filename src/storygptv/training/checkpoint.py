"""What a run keeps: weights, their average and the optimiser's moments as safetensors, and how it goes on from there.

A run in shards (FSDP) keeps the same files as any other: whole tensors, which one process can read.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

FILES = ("weights", "average", "optimizer")
FREE = {"num_workers", "save_minutes", "log_every", "sample_every", "tracker"}  # settings that a resumed run may change


class Average:
    """The exponential moving average of the trainable parameters, in float32; in shards where they are."""

    def __init__(self, task: nn.Module, decay: float):
        self.parameters = {n: p for n, p in task.named_parameters() if p.requires_grad}
        self.averages = {n: p.detach().float().clone() for n, p in self.parameters.items()}
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, average in self.averages.items():
            _own(average).lerp_(_own(self.parameters[name].detach()).float(), 1 - decay)

    @torch.no_grad()
    def copy_to(self, task: nn.Module) -> None:
        for name, parameter in task.named_parameters():
            if name in self.averages:
                parameter.copy_(self.averages[name])


def save(
    state: Path, task: nn.Module, average: Average, optimizer, settings: dict, made_of: dict, step: int,
    write: bool = True,
) -> None:  # fmt: skip
    """Put the state of a run after `step` steps into the folder `state`, swapped in whole.

    Where tensors are in shards every process calls this, and the one that is to `write` gathers them.
    """
    fresh = state / "saving"
    if write:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
    weights = {n: p.detach() for n, p in task.named_parameters() if p.requires_grad}
    buffers = {f"buffer.{n}": b.detach().contiguous().clone() for n, b in task.named_buffers()}
    moments = optimizer.state_dict()["state"]
    moments = {f"{i}.{key}": value for i, entry in moments.items() for key, value in entry.items()}
    for name, tensors in zip(FILES, (weights | buffers, average.averages, moments), strict=True):
        gathered = {}
        for key, tensor in tensors.items():
            tensor = tensor.full_tensor().cpu() if isinstance(tensor, DTensor) else tensor
            if write:
                gathered[key] = tensor.contiguous()
        if write:
            save_file(gathered, fresh / f"{name}.safetensors")
    if not write:
        return
    record = {"step": step, "updates": average.updates, "config": settings, "made_of": made_of}
    (fresh / "state.json").write_text(json.dumps(record))
    for name in FILES:
        os.replace(fresh / f"{name}.safetensors", state / f"{step}.{name}.safetensors")
    os.replace(fresh / "state.json", state / "state.json")  # the moment from which the new state counts
    fresh.rmdir()
    for path in state.glob("*.safetensors"):
        if not path.name.startswith(f"{step}."):
            path.unlink()


def check_same(state: Path, defaults: dict, settings: dict, made_of: dict) -> None:
    """Raise ValueError if the run in `state` had other settings, or was made of something else. `defaults` are those of
    settings that it did not know yet."""
    record = json.loads((state / "state.json").read_text())
    before = {"num_processes": 1} | defaults | record["config"] | (record.get("made_of") or {})
    now = json.loads(json.dumps(settings | made_of))
    had, has = before.pop("num_processes"), now.pop("num_processes")
    if had != has:
        raise ValueError(
            f"processes: {state} was saved by {had}, and a run resumes on as many as it began with, got {has}; start"
            f" {had} or use another folder"
        )
    unknown = {"fingerprint"} - set(before)  # of what was saved before it was kept
    for name in sorted({*before, *now} - FREE - unknown):
        if before.get(name) != now.get(name):
            raise ValueError(
                f"{state} was saved with {name} = {before.get(name)}, not {now.get(name)}; use another folder or the"
                " same settings"
            )


@torch.no_grad()
def resume(state: Path, task: nn.Module, average: Average, optimizer) -> int:
    """Put everything back as it was saved in `state`; the step to go on from."""
    record = json.loads((state / "state.json").read_text())
    step = record["step"]
    parameters, buffers = dict(task.named_parameters()), dict(task.named_buffers())
    for name, value in _read(state / f"{step}.weights.safetensors"):
        _fill(buffers[name[7:]] if name.startswith("buffer.") else parameters[name], value)
    for name, value in _read(state / f"{step}.average.safetensors"):
        _fill(average.averages[name], value)
    average.updates = record["updates"]
    moments: dict[int, dict[str, Tensor]] = {}
    ordered = [p for group in optimizer.param_groups for p in group["params"]]
    for name, value in _read(state / f"{step}.optimizer.safetensors"):
        index, key = name.split(".", 1)
        like = ordered[int(index)]
        if value.shape == like.shape:  # in its memory format: the fused step reads both as flat memory
            filled = torch.empty_like(like, dtype=value.dtype)
            _fill(filled, value)
            value = filled
        moments.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return step


@torch.no_grad()
def load_average(state: Path, task: nn.Module) -> None:
    """Put the averaged weights that are saved in `state` into a task."""
    step = json.loads((state / "state.json").read_text())["step"]
    parameters = dict(task.named_parameters())
    for name, value in _read(state / f"{step}.average.safetensors"):
        parameters[name].copy_(value)


def _read(file: Path) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a file, one at a time."""
    with safe_open(file, "pt") as tensors:
        for name in tensors.keys():  # noqa: SIM118  # it has no __iter__
            yield name, tensors.get_tensor(name)


def _fill(target: Tensor, value: Tensor) -> None:
    """Copy a whole tensor into another, which may be in shards."""
    if isinstance(target, DTensor):
        value = distribute_tensor(value.to(target.device), target.device_mesh, target.placements)
    target.copy_(value)


def _own(tensor: Tensor) -> Tensor:
    """What this process holds of a tensor: all of it, or its shard."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor
