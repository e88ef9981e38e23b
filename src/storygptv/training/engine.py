"""The one training loop: every part of storygptv is a `Task`, and `fit` trains it.

A step is a pure function of (weights, optimiser state, step number): its batches and all randomness are derived
from the seed and the number of the batch. So a run that was killed goes on exactly where it was saved, and 50 + 50
steps are bit for bit the same as 100.

Started by `torchrun` or `accelerate launch`, `fit` trains on many processes. A step has one batch for each process,
times `gradient_accumulation`: which of the two it is makes no difference to what is learnt.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from storygptv.storyboard import draw_storyboard


@dataclass(frozen=True)
class TrainConfig:
    """How a part is trained; every field round-trips through JSON."""

    steps: int
    batch_size: int  # of one process, before it accumulates
    learning_rate: float
    warmup_steps: int = 200
    min_learning_rate: float = 0.0  # what the cosine schedule ends at
    weight_decay: float = 0.01
    gradient_clip: float = 1.0
    gradient_accumulation: int = 1  # batches of one process that make a step
    gradient_checkpointing: bool = False  # less memory, a third more time
    ema_decay: float = 0.999
    seed: int = 0
    mixed_precision: str = "auto"  # "no", "bf16", or "auto": bf16 where the hardware computes in it
    save_minutes: float = 4.0
    log_every: int = 50
    sample_every: int = 1000  # steps between storyboards of what the part draws by now, where it draws; 0: none
    tracker: str = "tensorboard"  # whom accelerate sends the curves to, such as "wandb"; "" for none

    def __post_init__(self):
        lows = {"steps": 1, "batch_size": 1, "learning_rate": 0, "ema_decay": 0, "gradient_accumulation": 1,
                "sample_every": 0}  # fmt: skip
        for name, low in lows.items():
            if getattr(self, name) < low:
                raise ValueError(f"{name} must be at least {low}, got {getattr(self, name)}")
        if self.mixed_precision not in ("no", "bf16", "auto"):
            raise ValueError(f"mixed_precision must be 'no', 'bf16' or 'auto', got {self.mixed_precision!r}")

    def learning_rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine to `min_learning_rate` at the last step."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        return self.min_learning_rate + (self.learning_rate - self.min_learning_rate) * cosine


def has_bf16(device: str | torch.device) -> bool:
    """Whether a device computes in bf16, rather than imitating it at a hundredth of float32's speed."""
    device = torch.device(device)
    if device.type == "cpu":
        capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # an older torch cannot tell
        return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return device.type != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False)


class Task(nn.Module):
    """A part in training: its trainable modules, its batches and its loss."""

    def batch(self, step: int, batch_size: int) -> dict[str, Tensor]:
        """One batch, on the CPU; a pure function of its arguments."""
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

    def full_precision(self) -> None:
        """Put every part in float32, to train without mixed precision on parts that are kept in bf16."""
        self.float()

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

    `log` gets a line every `log_every` steps, `progress` the number of steps done and of all of them. Trainable
    weights are kept in float32. `made_of` is what else the result depends on (the data, the task's options), kept
    with the state. Returns how many steps were taken. Raises ValueError if `state` was saved under another config or
    `made_of`.
    """
    precision = config.mixed_precision
    if precision == "auto":
        precision = "bf16" if has_bf16(device) else "no"
    accelerator = Accelerator(
        mixed_precision=precision, cpu=device == "cpu",
        gradient_accumulation_steps=config.gradient_accumulation, log_with=config.tracker or None, project_dir=state,
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )  # fmt: skip
    rank, num_processes, is_main = accelerator.process_index, accelerator.num_processes, accelerator.is_main_process
    made_of = (made_of or {}) | {"num_processes": num_processes}
    if precision == "no":
        task.full_precision()
    trainable = [p for p in task.parameters() if p.requires_grad]
    for parameter in trainable:
        parameter.data = parameter.data.float()
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in trainable if p.ndim > 1], "weight_decay": config.weight_decay},
            {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=config.learning_rate, betas=(0.9, 0.99), fused=True,
    )  # fmt: skip
    if config.gradient_checkpointing:
        _checkpoint_gradients(task)
    task.to(accelerator.device)
    average = _Average(task, config.ema_decay)
    start = _resume(state, task, average, optimizer, config, made_of) if (state / "state.json").exists() else 0
    if start and is_main:
        log(f"resuming at step {start} of {config.steps}")
    model, optimizer = accelerator.prepare(task, optimizer)
    model.train()

    share = config.gradient_accumulation
    state.mkdir(parents=True, exist_ok=True)
    accelerator.init_trackers("tensorboard" if config.tracker == "tensorboard" else "storygptv", asdict(config))
    began = saved = logged = time.monotonic()
    sums: dict[str, Tensor] = {}
    since = 0
    with ThreadPoolExecutor(1) as loader, open(state / "log.jsonl" if is_main else os.devnull, "a") as log_file:
        upcoming = loader.submit(task.batch, start * share * num_processes + rank, config.batch_size)
        for turn in range(start * share, config.steps * share):  # a batch of every process
            step, number = turn // share, turn * num_processes + rank
            batch = upcoming.result()
            upcoming = loader.submit(task.batch, number + num_processes, config.batch_size)
            batch = {name: value.to(accelerator.device) for name, value in batch.items()}
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate_at(step)
            torch.manual_seed(config.seed * 1_000_003 + number)  # dropout inside library modules
            generator = torch.Generator(accelerator.device).manual_seed(config.seed * 1_000_003 + number)
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
            if is_main and (time.monotonic() - saved > config.save_minutes * 60 or step + 1 == config.steps):
                _save(state, task, average, optimizer, config, made_of, step + 1)
                saved = time.monotonic()
            if is_main and config.sample_every and (step + 1) % config.sample_every == 0:
                _show_sample(task, state / "samples" / f"{step + 1:06}.png", accelerator.trackers, step + 1)
    accelerator.wait_for_everyone()
    for tracker in accelerator.trackers:
        tracker.finish()
    accelerator.free_memory()
    average.copy_to(task)
    return config.steps - start


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


def _checkpoint_gradients(task: Task) -> None:
    """Have the models of a task that are trained compute their activations again on the way back."""
    for module in task.modules():
        if any(p.requires_grad for p in module.parameters()):
            if hasattr(module, "gradient_checkpointing_enable"):  # transformers
                module.gradient_checkpointing_enable({"use_reentrant": False})
            elif getattr(module, "_supports_gradient_checkpointing", False):  # diffusers
                module.enable_gradient_checkpointing()


class _Average:
    """The exponential moving average of the trainable parameters, in float32."""

    def __init__(self, task: Task, decay: float):
        self.parameters = {n: p for n, p in task.named_parameters() if p.requires_grad}
        self.averages = {n: p.detach().float().clone() for n, p in self.parameters.items()}
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, average in self.averages.items():
            average.lerp_(self.parameters[name].detach().float(), 1 - decay)

    @torch.no_grad()
    def copy_to(self, task: Task) -> None:
        for name, parameter in task.named_parameters():
            if name in self.averages:
                parameter.copy_(self.averages[name])


def _save(
    state: Path, task: Task, average: _Average, optimizer, config: TrainConfig, made_of: dict | None, step: int
) -> None:  # fmt: skip
    """Weights, average and optimiser moments as safetensors; the folder is swapped in whole."""
    fresh = state / "saving"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    weights = {n: p.detach().contiguous() for n, p in task.named_parameters() if p.requires_grad}
    buffers = {f"buffer.{n}": b.detach().contiguous().clone() for n, b in task.named_buffers()}
    save_file({**weights, **buffers}, fresh / "weights.safetensors")
    save_file({n: a.contiguous() for n, a in average.averages.items()}, fresh / "average.safetensors")
    moments = optimizer.state_dict()["state"]
    save_file(
        {f"{i}.{key}": value.contiguous() for i, entry in moments.items() for key, value in entry.items()},
        fresh / "optimizer.safetensors",
    )
    record = {"step": step, "updates": average.updates, "config": asdict(config), "made_of": made_of}
    (fresh / "state.json").write_text(json.dumps(record))
    for name in ("weights.safetensors", "average.safetensors", "optimizer.safetensors"):
        os.replace(fresh / name, state / f"{step}.{name}")
    os.replace(fresh / "state.json", state / "state.json")  # the moment from which the new state counts
    fresh.rmdir()
    for path in state.glob("*.safetensors"):
        if not path.name.startswith(f"{step}."):
            path.unlink()


def _resume(
    state: Path, task: Task, average: _Average, optimizer, config: TrainConfig, made_of: dict | None
) -> int:  # fmt: skip
    record = json.loads((state / "state.json").read_text())
    before = {"num_processes": 1} | record["config"] | (record.get("made_of") or {})
    now = json.loads(json.dumps(asdict(config) | (made_of or {})))
    for name in sorted({*before, *now} - {"save_minutes", "log_every", "sample_every", "tracker"}):
        if before.get(name) != now.get(name):
            raise ValueError(
                f"{state} was saved with {name} = {before.get(name)}, not {now.get(name)}; use another folder or the"
                " same settings"
            )
    step = record["step"]
    device = next(task.parameters()).device
    read = lambda name: load_file(state / f"{step}.{name}.safetensors", device=str(device))  # noqa: E731
    weights = read("weights")
    parameters, buffers = dict(task.named_parameters()), dict(task.named_buffers())
    with torch.no_grad():
        for name, value in weights.items():
            target = buffers[name[7:]] if name.startswith("buffer.") else parameters[name]
            target.copy_(value)
    for name, value in read("average").items():
        average.averages[name].copy_(value)
    average.updates = record["updates"]
    moments: dict[int, dict[str, Tensor]] = {}
    ordered = [p for group in optimizer.param_groups for p in group["params"]]
    for name, value in read("optimizer").items():
        index, key = name.split(".", 1)
        like = ordered[int(index)]
        if value.shape == like.shape:  # in its memory format: the fused step reads both as flat memory
            value = torch.empty_like(like, dtype=value.dtype).copy_(value)
        moments.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    return step


def rows_of(step: int, batch_size: int, num_rows: int, seed: int) -> list[int]:
    """The rows of one step: epochs of a seeded permutation, cut into batches, without a remainder lost."""
    first = step * batch_size
    rows: list[int] = []
    while len(rows) < batch_size:
        epoch, offset = divmod(first + len(rows), num_rows)
        rows += _permutation(num_rows, seed, epoch)[offset : offset + batch_size - len(rows)].tolist()
    return rows


@lru_cache(maxsize=2)
def _permutation(num_rows: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(num_rows, generator=torch.Generator().manual_seed(seed * 7919 + epoch))
