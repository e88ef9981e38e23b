"""What the supervision of cross-attention costs a stage-1 step, in time and in memory.

    python benchmarks/supervision.py [--scale 0.5] [--size 64] [--batch 1] [--device cuda] [--json supervision.json]

Side by side, on a UNet of Stable Diffusion 1.5's shape with random weights (`--scale` its channels, `--size` its
latents' side): no supervision; ours, which lets fused attention return what is attended to a name as further columns of
the values; and the usual way, which turns fused attention off and keeps all probabilities of every cross-attention. A
step is forward, backward, clipping and AdamW. Ours and the usual way must have the same loss.

Steps of the three take turns, and the median counts: of a GPU in seconds, of a CPU in processor seconds, which other
work on the machine touches less. Memory is the peak of a process that takes two such steps and nothing else.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from contextlib import contextmanager
from pathlib import Path

import torch
from diffusers.models.attention_processor import Attention, AttnProcessor
from full_size import Trainer, char_ldm_of, in_child, no_data, peak_bytes, sd_unet, seconds_of, stage_1_batch
from torch import Tensor, nn

from storygptv.models.attention import mention_weights
from storygptv.training.char_ldm import CharLDMTask
from storygptv.training.engine import has_bf16
from storygptv.training.losses import cross_attention_loss

WAYS = ("none", "ours", "usual")


class KeepingProcessor:
    """Plain attention that keeps its probabilities (B·H, N, T)."""

    def __init__(self, kept: list[Tensor]):
        self.kept = kept

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None, **_,
    ) -> Tensor:  # fmt: skip
        query = attn.head_to_batch_dim(attn.to_q(hidden_states))
        key = attn.head_to_batch_dim(attn.to_k(encoder_hidden_states))
        value = attn.head_to_batch_dim(attn.to_v(encoder_hidden_states))
        probabilities = attn.get_attention_scores(query, key, attention_mask)
        self.kept.append(probabilities)
        return attn.to_out[1](attn.to_out[0](attn.batch_to_head_dim(probabilities @ value)))


class UsualTask(CharLDMTask):
    """Stage 1 as it is usually done: all probabilities of the 16 cross-attentions, and no fused attention anywhere."""

    def forward(self, batch: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        token_mask = batch["character_token_mask"]
        condition = self.char_ldm.condition(batch["input_ids"], batch["character_features"], token_mask)
        names = mention_weights(token_mask)
        with self._keeping() as kept:
            denoising = self.denoising(batch, condition)
        attention = [p.unflatten(0, (len(names), -1)) @ names[:, None].to(p.dtype) for p in kept]
        attention = cross_attention_loss(attention, token_mask.any(-1), batch["character_masks"])
        return {"loss": denoising + self.attention_loss_weight * attention, "attention_loss": attention}

    @contextmanager
    def _keeping(self):
        unet, kept = self.char_ldm.unet, []
        before = dict(unet.attn_processors)
        keeping = {name: KeepingProcessor(kept) if ".attn2." in name else AttnProcessor() for name in before}
        unet.set_attn_processor(keeping)
        try:
            yield kept
        finally:
            unet.set_attn_processor(before)


def task_of(way: str, unet: nn.Module) -> CharLDMTask:
    """Stage 1 with one way of supervision."""
    kind, char_ldm = UsualTask if way == "usual" else CharLDMTask, char_ldm_of(unet)
    return kind(no_data(char_ldm), Path(), char_ldm, attention_loss_weight=0.0 if way == "none" else 0.1)


def trainers_of(ways: list[str], args: argparse.Namespace) -> tuple[dict[str, Trainer], dict[str, Tensor]]:
    """A trainer for each way, all of one UNet, and a batch."""
    if args.threads:
        torch.set_num_threads(args.threads)
    device, precision = torch.device(args.device), "bf16" if has_bf16(args.device) else "no"
    with device:
        torch.manual_seed(0)
        unet = sd_unet(args.scale, args.size)
        trainers = {}
        for way in ways:
            torch.manual_seed(1)
            trainers[way] = Trainer(task_of(way, unet), args.device, precision, average=False)
        return trainers, stage_1_batch(unet, args.batch)


def measure_memory(way: str, args: argparse.Namespace) -> dict:
    trainers, batch = trainers_of([way], args)
    first, _ = (trainers[way].step(batch) for _ in range(2))
    return {"peak_memory_bytes": peak_bytes(args.device)} | first


def measure_time(args: argparse.Namespace) -> dict:
    """Median seconds of a step, by way; the steps take turns, all on one UNet."""
    trainers, batch = trainers_of(list(WAYS), args)
    is_cpu = torch.device(args.device).type == "cpu"
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(args.repeats + 1):
        for way, trainer in trainers.items():
            before = time.process_time()
            seconds = seconds_of(lambda trainer=trainer: trainer.step(batch), args.device)
            if turn:  # the first is to warm up
                taken[way].append(time.process_time() - before if is_cpu else seconds)
    return {way: statistics.median(values) for way, values in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--scale", type=float, default=0.5, help="of the channels; 1 is the full size")
    parser.add_argument("--size", type=int, default=64, help="of the latents' side; 64 are pictures of 512 pixels")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, help="CPU threads; torch's own choice unless given")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--way", choices=(*WAYS, "all"), help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.scale <= 0 or round(args.scale * 10) != args.scale * 10:
        parser.error(f"--scale: must be tenths, as groups of channels are normalised, got {args.scale}")
    if args.inside:
        print(json.dumps(measure_time(args) if args.way == "all" else measure_memory(args.way, args)))
        return
    options = ["--device", args.device, "--scale", str(args.scale), "--size", str(args.size)]
    options += ["--batch", str(args.batch), "--repeats", str(args.repeats)]
    options += ["--threads", str(args.threads)] if args.threads else []
    child = lambda way: in_child(__file__, [*options, "--way", way])  # noqa: E731
    memory, seconds = {way: child(way) for way in WAYS}, child("all")
    base = memory["none"]["peak_memory_bytes"]
    results = {
        way: {
            "seconds": seconds[way],
            "time_over_none": seconds[way] / seconds["none"] - 1,
            "peak_memory_bytes": memory[way]["peak_memory_bytes"],
            "extra_memory_bytes": memory[way]["peak_memory_bytes"] - base,
            "memory_over_none": memory[way]["peak_memory_bytes"] / base - 1,
        }
        for way in WAYS
    }
    ours, usual = (memory[way]["attention_loss"] for way in ("ours", "usual"))
    settings = {"device": args.device, "scale": args.scale, "size": args.size, "batch": args.batch,
                "repeats": args.repeats, "processor": platform.processor() or platform.machine(),
                "torch": torch.__version__, "attention_loss_ours": ours, "attention_loss_usual": usual}  # fmt: skip
    print(f"{'':8}{'s a step':>12}{'over none':>12}{'peak GB':>12}{'extra MB':>12}{'over none':>12}")
    for way, row in results.items():
        print(
            f"{way:8}{row['seconds']:12.2f}{row['time_over_none']:12.1%}{row['peak_memory_bytes'] / 2**30:12.2f}"
            f"{row['extra_memory_bytes'] / 2**20:12.0f}{row['memory_over_none']:12.1%}"
        )
    print("  ".join(f"{name} {value}" for name, value in settings.items()))
    if args.json is not None:
        args.json.write_text(json.dumps(settings | results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
