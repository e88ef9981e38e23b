"""What a run would take, told before it begins: every module is made on the meta device, which holds shapes and no
numbers, so that of models only configs are read and of data counts and texts.

Weights, gradients, moments and average follow from the shapes; what a step needs besides is an estimate.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from storygptv.training import Run
from storygptv.training.engine import Task, check, checkpoint_gradients, with_precision

PACKED = {"8bit": 1.0, "4bit": 0.5 + 4 / 64}  # bytes of a weight: bitsandbytes keeps a scale for 64 of 4 bits


def plan(
    part: str, data: Path, out: Path, init: Path | None = None, device: str = "cpu", processes: int | None = None,
    **overrides,
) -> dict:  # fmt: skip
    """What `train`, called alike on so many `processes` (by default as many as `torchrun` started), would take.

    Returns `parts` (of each: trainable and frozen parameters), `memory` and `estimates` (bytes on each device, by what
    for; an estimate may be None), `steps`, `samples` (seen in all), `rows` (of an epoch), `epochs`, `precision`.
    Writes nothing. Raises ValueError where `train` would for what it was given; what only the data's pictures or the
    weights tell, it does not see.
    """
    processes = int(os.environ.get("WORLD_SIZE", 1)) if processes is None else processes
    run = Run.of(part, data, out, init, overrides)
    config = run.config
    with torch.device("meta"):
        task = run.make_task()
        check(task, config, run.state, run.made_of | {"num_processes": processes})
        precision = config.precision_on(device)
        with_precision(task, precision, device)
        if config.gradient_checkpointing:
            checkpoint_gradients(task)
        task.train()
        activations = activation_bytes(task, config.batch_size)
    samples = config.steps * config.batch_size * config.gradient_accumulation * processes
    half = 2 if precision == "bf16" else 1
    return {
        "part": part,
        "parts": parts_of(task),
        "memory": memory_of(task, processes, config.fsdp, run.options.get("quantisation")),
        "estimates": {
            "weights as they are computed with": computed_with(task, precision, config.fsdp),
            "activations": None if activations is None else activations // half,
        },
        "precision": precision,
        "processes": processes,
        "steps": config.steps,
        "samples": samples,
        "rows": task.num_rows,
        "epochs": samples / task.num_rows,
    }


def parts_of(task: Task) -> dict[str, dict[str, int]]:
    """By part, how many parameters are trained and how many are frozen."""
    parts: dict[str, dict[str, int]] = {}
    for name, parameter in task.named_parameters():
        part = parts.setdefault(".".join(name.split(".")[:2]), {"trainable": 0, "frozen": 0})
        part["trainable" if parameter.requires_grad else "frozen"] += parameter.numel()
    return parts


def memory_of(task: Task, processes: int, fsdp: bool, quantisation: str | None = None) -> dict[str, int]:
    """Bytes that a device holds from the first step to the last, by what for."""
    trainable = sum(parameter.numel() for parameter in task.parameters() if parameter.requires_grad)
    share = -(-trainable // processes) if fsdp else trainable
    frozen = sum(p.numel() * p.element_size() for p in task.parameters() if not p.requires_grad)
    for linear in packed_layers(task) if quantisation else ():
        frozen += int(linear.weight.numel() * (PACKED[quantisation] - linear.weight.element_size()))
    return {
        "trained weights, float32": 4 * share,
        "frozen weights": frozen + sum(buffer.numel() * buffer.element_size() for buffer in task.buffers()),
        "gradients, float32": 4 * share,
        "Adam's two moments, float32": 8 * share,
        "average, float32": 4 * share,
        "gradients on their way to other processes": 4 * share if processes > 1 and not fsdp else 0,
    }


def packed_layers(task: Task) -> list[nn.Linear]:
    """The layers of a task's language model that quantisation packs: all linear ones but that which tells the words."""
    lm = task.llm.lm
    linear = [module for module in lm.modules() if isinstance(module, nn.Linear)]
    return [layer for layer in linear if layer is not lm.get_output_embeddings() and not layer.weight.requires_grad]


def computed_with(task: Task, precision: str, fsdp: bool) -> int:
    """Bytes of the trained weights in the form that a step computes with: in bf16 a copy of each, in shards the whole
    of two layers and of what is in no layer."""
    size = 2 if precision == "bf16" else 4
    trained = lambda module: sum(p.numel() for p in module.parameters() if p.requires_grad)  # noqa: E731
    if not fsdp:
        return size * trained(task) if precision == "bf16" else 0
    layers = sorted(trained(m) for m in task.modules() if type(m).__name__ in task.sharded_layers())
    return size * (trained(task) - sum(layers) + sum(layers[-2:]))


def activation_bytes(task: Task, batch_size: int) -> int | None:
    """Bytes in float32 of what the way back needs of the way there, as autograd keeps it on the meta device."""
    own = {parameter.untyped_storage()._cdata for parameter in task.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), _FusedAttention():
        if task.sketch(batch_size) is None:
            return None
    return sum(t.untyped_storage().nbytes() * 4 // t.element_size() for key, t in kept.items() if key not in own)


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        output = query.new_empty(*query.shape[:-1], value.shape[-1])
        ctx.save_for_backward(query, key, value, output)
        return output


class _FusedAttention(TorchFunctionMode):
    """On the meta device attention is not fused, and keeps what no real one would; here it keeps what those do."""

    def __torch_function__(self, function: Callable, types, args=(), kwargs=None):
        if function is F.scaled_dot_product_attention:
            return _Attention.apply(*args[:3])
        return function(*args, **(kwargs or {}))
