"""What several commands share: options, and how they are kept and handed on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Dtype(StrEnum):
    float32 = "float32"
    bfloat16 = "bfloat16"
    float16 = "float16"


class Quantisation(StrEnum):
    eight = "8bit"
    four = "4bit"


class Split(StrEnum):
    train = "train"
    val = "val"
    test = "test"


class Protocol(StrEnum):
    paper = "paper"
    reference = "reference"


class Layout(StrEnum):
    storyboard = "storyboard"
    comic = "comic"


class PublishedName(StrEnum):
    flintstones = "flintstones"
    pororo = "pororo"


MAX_SEED = 2**63 - 1
ModelOption = Annotated[str, typer.Option("--model", help="Model folder or hub id; toon is the bundled one.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED, help="Same seed, same pictures.")]
StepsOption = Annotated[int | None, typer.Option("--steps", min=1, max=1000, help="Denoising steps a frame.")]
GuidanceOption = Annotated[float | None, typer.Option("--guidance", help="How closely to follow the text.")]
DeviceOption = Annotated[str, typer.Option("--device", help="cpu, cuda, cuda:1, mps, ...")]
DtypeOption = Annotated[Dtype, typer.Option("--dtype", help="Number format of the weights.")]
OwnModel = Annotated[str | None, typer.Option("--model", help="The story's own unless given.")]
OwnDevice = Annotated[str | None, typer.Option("--device", help="The story's own unless given.")]
OwnDtype = Annotated[Dtype | None, typer.Option("--dtype", help="The story's own unless given.")]
QuantisationOption = Annotated[
    Quantisation | None, typer.Option("--quantisation", help="Pack the language model's weights (GPU only).")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]
DataOption = Annotated[Path, typer.Option("--data", help="A data set folder.")]
ProtocolOption = Annotated[
    Protocol, typer.Option("--protocol", help="As the paper says, or as the authors' code does.")
]


def command_group(title: str, **options: Any) -> typer.Typer:
    """A group of commands that, called without one, shows its help."""
    group = typer.Typer(help=title, **options)

    @group.callback(invoke_without_command=True)
    def help_alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return group


def drawing_settings(
    seed: int, steps: int | None, guidance: float | None, device: str, dtype: Dtype, protocol: Protocol,
    quantisation: Quantisation | None,
) -> dict[str, Any]:  # fmt: skip
    """What story.json keeps of how a story was drawn."""
    packed = {} if quantisation is None else {"quantisation": quantisation.value}
    return {
        "seed": seed, "steps": steps, "guidance": guidance, "device": device, "dtype": dtype.value,
        "protocol": protocol.value,
    } | packed  # fmt: skip


def as_recorded(model: str) -> str:
    """A model's name that still finds it from another folder."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model
