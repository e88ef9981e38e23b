"""The one training loop: every part of storygptv is a `Task`, and `fit` trains it.

A step is a pure function of (weights, optimiser state, step number): its batches and all randomness are derived
from the seed and the numbers of the batch and its samples. So a run that was killed goes on exactly where it was
saved, and 50 + 50 steps are bit for bit the same as 100.

Started by `torchrun` or `accelerate launch`, `fit` trains on many processes. A step has one batch for each process,
times `gradient_accumulation`: which of the two it is makes no difference to what is learnt. With `fsdp` a language
model that is trained, its gradients, moments and average lie in shards, one on each process.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, fields
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, FullyShardedDataParallelPlugin, PartialState
from accelerate.tracking import get_available_trackers
from accelerate.utils import DistributedType, broadcast
from PIL import Image
from torch import Tensor, nn
from torch.distributed.fsdp import MixedPrecisionPolicy

from storygptv.models.loading import has_bf16
from storygptv.storyboard import draw_storyboard
from storygptv.training import checkpoint
from storygptv.training.ahead import ahead, workers_for


@dataclass(frozen=True)
class TrainConfig:
    """How a part is trained; every field round-trips through JSON."""

    steps: int
    batch_size: int  # of one process, before it accumulates
    learning_rate: float
    warmup_steps: int = 200
    min_learning_rate: float = 0.0  # what the cosine schedule ends at
    weight_decay: float = 0.01
    adam_beta2: float = 0.99
    gradient_clip: float = 1.0
    gradient_accumulation: int = 1  # batches of one process that make a step
    gradient_checkpointing: bool = False  # less memory, a third more time
    fsdp: bool = False  # on several GPUs: each holds a shard of a trained language model, not all of it
    ema_decay: float = 0.999
    seed: int = 0
    mixed_precision: str = "auto"  # "no", "bf16", or "auto": bf16 where the hardware computes in it
    num_workers: int | None = None  # processes that make batches; 0: a thread; None: as many as a GPU keeps busy
    save_minutes: float = 4.0
    log_every: int = 50
    sample_every: int = 1000  # steps between storyboards of what the part draws, where it draws; 0, fsdp: none
    tracker: str = "tensorboard"  # whom accelerate sends the curves to, such as "wandb"; "" for none

    def __post_init__(self):
        lows = {"steps": 1, "batch_size": 1, "learning_rate": 0, "ema_decay": 0, "gradient_accumulation": 1,
                "sample_every": 0, "log_every": 1}  # fmt: skip
        if self.num_workers is not None:
            lows["num_workers"] = 0
        for name, low in lows.items():
            if not isinstance(getattr(self, name), int | float) or getattr(self, name) < low:
                raise ValueError(f"{name} must be at least {low}, got {getattr(self, name)}")
        if not 0 <= self.adam_beta2 < 1:
            raise ValueError(f"adam_beta2 must be at least 0 and less than 1, got {self.adam_beta2}")
        if self.mixed_precision not in ("no", "bf16", "auto"):
            raise ValueError(f"mixed_precision must be 'no', 'bf16' or 'auto', got {self.mixed_precision!r}")

    def precision_on(self, device: str) -> str:
        """What `mixed_precision` comes to on a device: "no" or "bf16"."""
        if self.mixed_precision != "auto":
            return self.mixed_precision
        return "bf16" if has_bf16(device) else "no"

    def learning_rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine to `min_learning_rate` at the last step."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        return self.min_learning_rate + (self.learning_rate - self.min_learning_rate) * cosine


# of the settings that have one
DEFAULTS = {field.name: field.default for field in fields(TrainConfig) if field.default is not MISSING}


class Task(nn.Module):
    """A part in training: its trainable modules, its batches and its loss.

    A new one has its modules and no more; `prepare` reads what its batches are made of.
    """

    def prepare(self, device: str | torch.device = "cpu", log: Callable[[str], None] = print) -> None:
        """Read the data, and compute or load what frozen parts say of it, on `device`; `log` gets a line now and
        then."""

    @property
    def num_rows(self) -> int:
        """The rows that its batches go through once an epoch."""
        raise NotImplementedError

    def sketch(self, batch_size: int) -> object:
        """The modules that a step keeps activations of, run on empty tensors, for a plan; None where there is none."""
        return None

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        """One batch, on the CPU; a pure function of its arguments. What is random about a sample should be of its
        number (`sample_rngs`): then two batches in a row are one of twice the size."""
        raise NotImplementedError

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        """Scalars to log; `loss` is what is minimised."""
        raise NotImplementedError

    def train(self, mode: bool = True) -> Task:
        """Training mode for the modules that are trained; frozen ones keep the mode they are used in."""
        super().train(mode)
        for module in self.modules():
            weights = list(module.parameters())
            if weights and not any(weight.requires_grad for weight in weights):
                nn.Module.train(module, False)
        return self

    def full_precision(self, device: str | torch.device) -> None:
        """Put every part in float32, to train on `device` without mixed precision on parts that are kept in bf16."""
        self.float()

    def sharded_layers(self) -> list[str]:
        """The classes whose modules are a shard each under FSDP; none where there is no use in shards."""
        return []

    def sample(self) -> tuple[list[Image.Image], list[str]] | None:
        """Pictures that the part draws by now, and their captions; None where it draws none."""
        return None

    def export(self, folder: Path) -> None:
        """Write the trained part, as its library stores it, into the model folder."""
        raise NotImplementedError


def fit(
    task: Task, config: TrainConfig, state: Path, device: str = "cpu", log=print, progress=None,
    made_of: dict | None = None,
) -> int:  # fmt: skip
    """Train `task`, saving to and resuming from the folder `state`; leaves the averaged weights in the task.

    With `config.fsdp` the task is left in shards; `checkpoint.load_average` puts the weights into another one.

    `log` gets a line every `log_every` steps, `progress` the number of steps done and of all of them. Trainable
    weights are kept in float32. `made_of` is what else the result depends on (the data, the task's options), kept
    with the state. Returns how many steps were taken. Raises ValueError if `state` was saved under another config or
    `made_of`, and where `config.fsdp` cannot be.
    """
    precision = config.precision_on(device)
    num_processes = PartialState(cpu=device == "cpu").num_processes
    made_of = (made_of or {}) | {"num_processes": num_processes}
    check(task, config, state, made_of)
    accelerator = Accelerator(
        mixed_precision=precision, cpu=device == "cpu",
        gradient_accumulation_steps=config.gradient_accumulation, log_with=config.tracker or None, project_dir=state,
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        fsdp_plugin=_shards(task, precision) if config.fsdp else None,
    )  # fmt: skip
    if config.fsdp and accelerator.distributed_type != DistributedType.FSDP:
        raise ValueError(f"fsdp: is for GPUs, got {device}")
    rank, is_main = accelerator.process_index, accelerator.is_main_process
    trainable = with_precision(task, precision, accelerator.device)
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in trainable if p.ndim > 1], "weight_decay": config.weight_decay},
            {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=config.learning_rate, betas=(0.9, config.adam_beta2), fused=True,
    )  # fmt: skip
    if config.gradient_checkpointing:
        checkpoint_gradients(task)
    for part in frozen_parts(task) if config.fsdp else [task]:
        part.to(accelerator.device)  # shards go there by themselves, one at a time
    model, optimizer = accelerator.prepare(task, optimizer)
    trainable = [p for p in task.parameters() if p.requires_grad]
    average = checkpoint.Average(task, config.ema_decay)
    start = checkpoint.resume(state, task, average, optimizer) if (state / "state.json").exists() else 0
    if start and is_main:
        log(f"resuming at step {start} of {config.steps}")
    model.train()

    share = config.gradient_accumulation
    state.mkdir(parents=True, exist_ok=True)
    accelerator.init_trackers("tensorboard" if config.tracker == "tensorboard" else "storygptv", asdict(config))
    began = saved = logged = time.monotonic()
    sums: dict[str, Tensor] = {}
    since = 0
    num_workers = workers_for(device) if config.num_workers is None else config.num_workers
    turns = range(start * share, config.steps * share)  # a batch of every process each
    numbers = [turn * num_processes + rank for turn in turns]
    batches = ahead(partial(task.batch, batch_size=config.batch_size), numbers, num_workers)
    with open(state / "log.jsonl" if is_main else os.devnull, "a") as log_file:
        for turn, number, batch in zip(turns, numbers, batches, strict=True):
            step = turn // share
            batch = {name: value.to(accelerator.device, non_blocking=True) for name, value in batch.items()}
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate_at(step)
            torch.manual_seed(batch_seed(config.seed, number))  # dropout inside library modules
            generator = torch.Generator(accelerator.device).manual_seed(batch_seed(config.seed, number))
            with accelerator.accumulate(model):
                losses = model(batch, generator)
                accelerator.backward(losses["loss"])
                if accelerator.sync_gradients:
                    accelerator.clip_grad_norm_(trainable, config.gradient_clip)
                optimizer.step()
                optimizer.zero_grad()
            since += 1
            for name, value in losses.items():
                sums[name] = sums.get(name, 0) + value.detach().float()
            if not accelerator.sync_gradients:
                continue

            average.update()
            if progress is not None and is_main:
                progress(step + 1, config.steps)
            if (step + 1) % config.log_every == 0 or step + 1 == config.steps:
                now = time.monotonic()
                means = accelerator.reduce({name: value / since for name, value in sums.items()}, "mean")
                row = {"step": step + 1, **{name: round(float(value), 6) for name, value in means.items()}}
                row["samples_per_second"] = round(since * num_processes * config.batch_size / (now - logged), 1)
                row["minutes"] = round((now - began) / 60, 2)
                log_file.write(json.dumps(row) + "\n")
                log_file.flush()
                accelerator.log({name: value for name, value in row.items() if name != "step"}, step=step + 1)
                if is_main:
                    log("  ".join(f"{name} {value}" for name, value in row.items()))
                sums, since, logged = {}, 0, now
            is_due = time.monotonic() - saved > config.save_minutes * 60 or step + 1 == config.steps
            if config.fsdp:  # all gather when the first one says so
                is_due = bool(broadcast(torch.tensor(is_due, device=accelerator.device)))
            if is_due and (is_main or config.fsdp):
                checkpoint.save(state, task, average, optimizer, asdict(config), made_of, step + 1, write=is_main)
                saved = time.monotonic()
            if is_main and config.sample_every and (step + 1) % config.sample_every == 0 and not config.fsdp:
                _show_sample(task, state / "samples" / f"{step + 1:06}.png", accelerator.trackers, step + 1)
    accelerator.wait_for_everyone()
    for tracker in accelerator.trackers:
        tracker.finish()
    accelerator.free_memory()
    average.copy_to(task)
    return config.steps - start


def check(task: Task, config: TrainConfig, state: Path, made_of: dict) -> None:
    """Raise ValueError if a run cannot be in shards or has no such tracker, or is not the one that `state` was saved
    by."""
    if config.fsdp and made_of["num_processes"] == 1:
        raise ValueError("fsdp: is for several GPUs, started by `torchrun` or `accelerate launch`, got one process")
    if config.fsdp and not task.sharded_layers():
        raise ValueError("fsdp: is for a language model that is trained as a whole, and here is none")
    if config.tracker not in ("", *map(str, get_available_trackers())):
        raise ValueError(f"tracker: {config.tracker!r} is not installed here, or accelerate knows none of that name")
    if (state / "state.json").exists():
        checkpoint.check_same(state, DEFAULTS, asdict(config), made_of)


def with_precision(task: Task, precision: str, device: str | torch.device) -> list[nn.Parameter]:
    """Put a task's weights in the precision that a run of `precision` on `device` keeps them in; those that are
    trained."""
    if precision == "no":
        task.full_precision(device)
    trainable = [parameter for parameter in task.parameters() if parameter.requires_grad]
    for parameter in trainable:
        parameter.data = parameter.data.float()
    return trainable


@torch.no_grad()
def _show_sample(task: Task, file: Path, trackers: list, step: int) -> None:
    """Letter a storyboard of what the task draws by now, for a person and for the trackers that take pictures."""
    task.eval()
    drawn = task.sample()
    task.train()
    if drawn is None:
        return
    sheet = draw_storyboard(f"Step {step}", *drawn)
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(file)
    for tracker in trackers:
        if tracker.name == "tensorboard":
            tracker.log_images({"sample": np.asarray(sheet)[None]}, step=step, dataformats="NHWC")
        elif hasattr(tracker, "log_images"):
            tracker.log_images({"sample": [sheet]}, step=step)


def sharded_layers_of(lm: nn.Module) -> list[str]:
    """The classes of a language model's layers, if all of it is trained."""
    is_whole = all(parameter.requires_grad for parameter in lm.parameters())
    return sorted(lm._no_split_modules or ()) if is_whole else []


def frozen_parts(module: nn.Module) -> list[nn.Module]:
    """The largest parts of a module of which nothing is trained."""
    found = []
    for part in module.children():
        is_trained = any(parameter.requires_grad for parameter in part.parameters())
        found += frozen_parts(part) if is_trained else [part]
    return found


def _shards(task: Task, precision: str) -> FullyShardedDataParallelPlugin:
    """How accelerate lays a task out in shards: a shard for each of its `sharded_layers`, one for all else that is
    trained, and what is frozen whole on every process."""
    half = torch.bfloat16 if precision == "bf16" else None
    return FullyShardedDataParallelPlugin(
        fsdp_version=2, auto_wrap_policy="transformer_based_wrap", transformer_cls_names_to_wrap=task.sharded_layers(),
        ignored_modules=frozen_parts(task), cpu_ram_efficient_loading=False, state_dict_type="FULL_STATE_DICT",
        mixed_precision_policy=MixedPrecisionPolicy(half, torch.float32, cast_forward_inputs=False),
    )  # fmt: skip


def checkpoint_gradients(task: Task) -> None:
    """Have the models of a task that are trained compute their activations again on the way back."""
    for module in task.modules():
        if any(p.requires_grad for p in module.parameters()):
            if hasattr(module, "gradient_checkpointing_enable"):  # transformers
                module.gradient_checkpointing_enable({"use_reentrant": False})
            elif getattr(module, "_supports_gradient_checkpointing", False):  # diffusers
                module.enable_gradient_checkpointing()


def batch_seed(seed: int, number: int) -> int:
    """The seed of the randomness of a run's batch of that number, one that torch can take."""
    return (seed * 1_000_003 + number) % 2**63


def rows_of(step: int, batch_size: int, num_rows: int, seed: int) -> list[int]:
    """The rows of one step: epochs of a seeded permutation, cut into batches, without a remainder lost."""
    first = step * batch_size
    rows: list[int] = []
    while len(rows) < batch_size:
        epoch, offset = divmod(first + len(rows), num_rows)
        rows += _permutation(num_rows, seed, epoch)[offset : offset + batch_size - len(rows)].tolist()
    return rows


def sample_numbers(step: int, batch_size: int) -> range:
    """The numbers of a step's samples in the run, however that is cut into batches."""
    return range(step * batch_size, (step + 1) * batch_size)


def sample_rngs(step: int, batch_size: int, seed: int) -> list[np.random.Generator]:
    """A stream of randomness for each sample of a step, by its number."""
    return [np.random.default_rng((seed, number)) for number in sample_numbers(step, batch_size)]


@lru_cache(maxsize=2)
def _permutation(num_rows: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(num_rows, generator=torch.Generator().manual_seed((seed * 7919 + epoch) % 2**63))
