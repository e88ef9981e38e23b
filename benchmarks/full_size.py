"""How long the paper's models take at full size, with random weights: a stage-1 step, a stage-2 step, a drawn frame.

    python benchmarks/full_size.py [stage-1] [stage-2] [frame] [--device cuda] [--batch 32] [--json full_size.json]

Stable Diffusion 1.5 with CLIP-L and, frozen, OPT-6.7B or Llama-2-7B (`--llm`; `--layers` takes fewer of its layers
where there is no room for all). A training step is forward, backward, clipping, AdamW and, with `--average`, the moving
average; what frozen parts say of pictures is cached in training, and so no part of it. Each is measured in a process
of its own. `share_of_peak` is what was computed, counted operation by operation, over the time at the measured speed of
a large matrix product in the same number format; with `--checkpointing` what is computed twice counts twice.

Figures are for the sizes given and nothing is extrapolated. On a CPU without bf16 all is computed in float32, and only
the language model's frozen weights lie in bf16.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count
from transformers import AutoModelForCausalLM as CausalLM
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    LlamaConfig,
    OPTConfig,
)

from storygptv.cast import Cast
from storygptv.cores import peak_memory_bytes
from storygptv.models.char_ldm import CharLDM
from storygptv.models.fusion import CharacterFusion
from storygptv.models.mapper import EmbeddingMapper
from storygptv.models.story_llm import StoryLLM, StoryLLMConfig
from storygptv.pipeline import StoryPipeline
from storygptv.story import Frame, Story
from storygptv.training.char_ldm import NUM_CHARACTERS, CharLDMTask
from storygptv.training.checkpoint import Average
from storygptv.training.engine import Task, checkpoint_gradients, has_bf16, with_precision
from storygptv.training.story_llm import StoryLLMTask
from storygptv.training.tokenizers import train_tokenizer

LLMS = {
    "opt-6.7b": lambda layers: OPTConfig(
        hidden_size=4096, ffn_dim=16384, num_hidden_layers=layers, num_attention_heads=32, word_embed_proj_dim=4096
    ),
    "llama-2-7b": lambda layers: LlamaConfig(num_hidden_layers=layers),
}
SENTENCES = (
    "Fred is standing in the living room, talking to Wilma, who sits on the couch.",
    "He holds a newspaper and she is listening to him.",
    "They walk out of the house while Barney waits beside the car.",
    "Barney is driving, and Fred sits next to him.",
    "They laugh.",
)  # a story of FlintstonesSV's length
LENGTH, WIDTH, VISION = 77, 768, 1024  # of the text condition and its width; CLIP-L's width


def tokenizer_of():
    return train_tokenizer(SENTENCES * 3, 400, LENGTH, lowercase=False)


def sd_unet(scale: float = 1.0, size: int = 64) -> UNet2DConditionModel:
    """Stable Diffusion 1.5's UNet for latents of `size`, its channels scaled."""
    widths = tuple(int(scale * width) for width in (320, 640, 1280, 1280))
    return UNet2DConditionModel(sample_size=size, cross_attention_dim=WIDTH, block_out_channels=widths)


def clip_text(tokenizer) -> CLIPTextModel:
    """CLIP-L's text tower."""
    ids = {name: getattr(tokenizer, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    return CLIPTextModel(
        CLIPTextConfig(hidden_size=WIDTH, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, **ids)
    )


def sd_scheduler() -> DDPMScheduler:
    return DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False)


def char_ldm_of(unet: UNet2DConditionModel | None, whole: bool = False) -> CharLDM:
    """Char-LDM about a UNet; `whole` with the parts that pictures go through, which are cached in training and small
    there."""
    tokenizer = tokenizer_of()
    widths, layers = ((128, 256, 512, 512), 2) if whole else ((32,) * 4, 1)
    vae = AutoencoderKL(
        block_out_channels=widths, layers_per_block=layers,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    vision = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=VISION if whole else 16, intermediate_size=4096 if whole else 16,
            num_hidden_layers=24 if whole else 1, num_attention_heads=16, patch_size=14, projection_dim=WIDTH,
        )
    )  # fmt: skip
    return CharLDM(unet, vae, clip_text(tokenizer), tokenizer, sd_scheduler(), vision, CharacterFusion(WIDTH, WIDTH))


def story_llm_of(name: str, layers: int) -> StoryLLM:
    """The paper's story LLM: R 8, m 4, GILL's mapper, pictures first; its language model in bf16."""
    lm = CausalLM.from_config(LLMS[name](layers), dtype=torch.bfloat16)
    config = StoryLLMConfig(VISION, picture_first=True, lm=name)
    return StoryLLM(lm, tokenizer_of(), EmbeddingMapper(lm.config.hidden_size, WIDTH, LENGTH), config)


def no_data(char_ldm: CharLDM) -> SimpleNamespace:
    """What a stage-1 task asks of a data set, of one without frames: its batches come from `stage_1_batch`."""
    info = SimpleNamespace(resolution=char_ldm.image_size, actions=())
    return SimpleNamespace(info=info, text=lambda column: [])


def stage_1_batch(unet: UNet2DConditionModel, batch: int) -> dict[str, Tensor]:
    """Random latents and texts; two characters in each picture, a half of it each."""
    size = unet.config.sample_size
    named = torch.zeros(batch, NUM_CHARACTERS, LENGTH, dtype=torch.bool)
    masks = torch.zeros(batch, NUM_CHARACTERS, size, size)
    named[:, 0, 1], named[:, 1, 5] = True, True
    masks[:, 0, :, : size // 2], masks[:, 1, :, size // 2 :] = 1, 1
    return {
        "latents": torch.randn(batch, 4, size, size),
        "noise": torch.randn(batch, 4, size, size),
        "timesteps": torch.randint(1000, (batch,)),
        "input_ids": torch.randint(3, 300, (batch, LENGTH)),
        "character_features": torch.randn(batch, NUM_CHARACTERS, WIDTH),
        "character_token_mask": named,
        "character_masks": masks,
    }


def stage_2_batch(llm: StoryLLM, batch: int) -> dict[str, Tensor]:
    """So many whole stories."""
    ids = torch.tensor([llm.story_ids(SENTENCES)] * batch)
    named = torch.zeros(batch, NUM_CHARACTERS, LENGTH, dtype=torch.bool)
    named[:, 0, 1] = True
    return {
        "ids": ids,
        "position_ids": torch.arange(ids.shape[1]).expand_as(ids),
        "caption_ids": torch.randint(3, 300, (batch, LENGTH)),
        "caption_mask": torch.ones(batch, LENGTH, dtype=torch.bool),
        "character_token_mask": named,
        "order": torch.arange(LENGTH).expand(batch, -1),
        "character_features": torch.randn(batch, NUM_CHARACTERS, WIDTH),
        "visual_features": torch.randn(batch * (len(SENTENCES) - 1), VISION),
        "shares": torch.full((batch,), 1 / batch),
    }


class Trainer:
    """A task with an optimiser, and its steps as the training loop takes them."""

    def __init__(self, task: Task, device: str, precision: str, average: bool):
        trained = with_precision(task.to(device), precision, device)
        self.task, self.device, self.precision, self.trained = task.train(), device, precision, trained
        self.optimizer = torch.optim.AdamW(trained, lr=1e-5, betas=(0.9, 0.99), fused=True)
        self.average = Average(task, 0.999) if average else None

    def step(self, batch: dict[str, Tensor]) -> dict[str, float]:
        """One step; its losses."""
        generator = torch.Generator(self.device).manual_seed(0)
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.precision == "bf16"):
            losses = self.task(batch, generator)
        losses["loss"].backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        if self.average is not None:
            self.average.update()
        return {name: value.item() for name, value in losses.items()}


def seconds_of(work: Callable[[], object], device: str) -> float:
    """How long a piece of work takes, to its end."""
    synchronise = torch.cuda.synchronize if torch.device(device).type == "cuda" else lambda: None
    synchronise()
    began = time.perf_counter()
    work()
    synchronise()
    return time.perf_counter() - began


def counted(work: Callable[[], object], device: str) -> tuple[float, int]:
    """Seconds and floating-point operations of a piece of work."""
    # torch does not count what attention on a CPU computes: as its own counts do, twice the products that are needed on
    # the way there, five times on the way back
    aten = torch.ops.aten
    shapes = lambda q, k, v, *_, **__: sdpa_flop_count(q, k, v)  # noqa: E731
    back = lambda _, q, k, v, *__, **___: sdpa_flop_count(q, k, v) * 5 // 2  # noqa: E731
    cpu = {
        aten._scaled_dot_product_flash_attention_for_cpu: shapes,
        aten._scaled_dot_product_flash_attention_for_cpu_backward: back,
    }
    with FlopCounterMode(display=False, custom_mapping=cpu) as counter:
        seconds = seconds_of(work, device)
    return seconds, counter.get_total_flops()


def matmul_peak(device: str, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large square matrix product, the best of several."""
    side = 8192 if torch.device(device).type == "cuda" else 2048
    one, other = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    return 2 * side**3 / min(seconds_of(lambda: one @ other, device) for _ in range(6))


def peak_bytes(device: str) -> int:
    """The most memory held so far: of a GPU by tensors, of a CPU by the process."""
    return torch.cuda.max_memory_allocated() if torch.device(device).type == "cuda" else peak_memory_bytes()


def measure(args: argparse.Namespace) -> dict:
    """One of the three, in this process."""
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    device = torch.device(args.device)
    precision = "bf16" if has_bf16(device) else "no"
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    figures = {"precision": precision, "processor": platform.processor() or platform.machine(),
               "threads": torch.get_num_threads(), "torch": torch.__version__}  # fmt: skip
    if device.type == "cuda":
        figures["processor"] = torch.cuda.get_device_name(device)
    with device:
        if args.what[0] == "frame":
            llm = story_llm_of(args.llm, args.layers).requires_grad_(False)
            char_ldm = char_ldm_of(sd_unet(), whole=True).requires_grad_(False)
            pipeline = StoryPipeline(char_ldm, llm, Cast()).to(args.device, torch.bfloat16)
            story = Story("One", (), (Frame(SENTENCES[0]),))
            frames: list = []
            draw = lambda: frames.extend(pipeline.visualize(story, num_inference_steps=args.drawing_steps))  # noqa: E731
            figures |= {"llm": args.llm, "layers": args.layers, "drawing_steps": args.drawing_steps}
            samples = 1
        else:
            if args.what[0] == "stage-1":
                char_ldm = char_ldm_of(sd_unet())
                task = CharLDMTask(no_data(char_ldm), Path(), char_ldm, attention_loss_weight=1e-3)
                batch = stage_1_batch(task.char_ldm.unet, args.batch)
            else:
                llm = story_llm_of(args.llm, args.layers)
                task = StoryLLMTask(None, Path(), char_ldm_of(None), llm, train_lm=False)
                task.num_slots = NUM_CHARACTERS
                batch = stage_2_batch(llm, args.batch)
                figures |= {"llm": args.llm, "layers": args.layers, "tokens_per_story": batch["ids"].shape[1]}
            if args.checkpointing:
                checkpoint_gradients(task)
            trainer = Trainer(task, args.device, precision, args.average)
            draw = lambda: trainer.step(batch)  # noqa: E731
            samples = args.batch
            figures |= {"batch": args.batch, "checkpointing": args.checkpointing, "average": args.average,
                        "trained_parameters": sum(p.numel() for p in trainer.trained)}  # fmt: skip
    first, operations = counted(draw, args.device)
    again = [seconds_of(draw, args.device) for _ in range(args.repeats)]
    seconds = statistics.median(again) if again else first
    peak = peak_bytes(args.device)
    best = matmul_peak(args.device, dtype)
    return figures | {
        "seconds": seconds, "first_seconds": first, "repeats": args.repeats,
        "samples_per_second": samples / seconds, "peak_memory_bytes": peak, "operations": operations,
        "matmul_peak_per_second": best, "share_of_peak": operations / seconds / best,
    }  # fmt: skip


def in_child(script: str, arguments: list[str]) -> dict:
    """What a script prints as JSON, run as a process of its own. Raises SystemExit with its errors where it fails."""
    run = subprocess.run([sys.executable, script, *arguments, "--inside"], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"{script} {' '.join(arguments)}: failed with {run.returncode}")
    return json.loads(run.stdout.splitlines()[-1])


def shown(name: str, value: object) -> str:
    """One row of the table."""
    if name.endswith("_bytes"):
        return f"{name[:-6]:28}{value / 2**30:14.2f} GB"
    if name in ("operations", "matmul_peak_per_second"):
        return f"{name:28}{value / 1e12:14.3f} T"
    return f"{name:28}{value:14.3f}" if isinstance(value, float) else f"{name:28}{value!s:>14}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="stage-1, stage-2 and frame, or some of them")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=1, help="samples of a training step: frames, then stories")
    parser.add_argument("--llm", choices=sorted(LLMS), default="opt-6.7b")
    parser.add_argument("--layers", type=int, default=32, help="of the language model")
    parser.add_argument("--drawing-steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=0, help="further times after the first; the median counts")
    parser.add_argument("--checkpointing", action="store_true", help="with gradient checkpointing")
    parser.add_argument("--average", action="store_true", help="with the moving average of the weights")
    parser.add_argument("--threads", type=int, help="CPU threads; torch's own choice unless given")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    everything = ("stage-1", "stage-2", "frame")
    if wrong := set(args.what) - set(everything):
        parser.error(f"what: must be of {', '.join(everything)}, got {', '.join(sorted(wrong))}")
    if args.inside:
        print(json.dumps(measure(args)))
        return
    wanted = args.what or everything
    options = [word for word in sys.argv[1:] if word not in everything]
    results = {what: in_child(__file__, [what, *options]) for what in wanted}
    for what, figures in results.items():
        print("\n".join((f"== {what}", *(shown(name, value) for name, value in figures.items()))))
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
