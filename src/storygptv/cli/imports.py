"""`storygptv import`: models that others trained, as model folders of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_folder
from storygptv.cli.options import OverwriteOption, PublishedName, command_group
from storygptv.files import write_whole_folder

import_app = command_group("Turn models that others trained into model folders.")


@import_app.command("reference")
def reference(
    first_stage: Annotated[Path, typer.Option("--first-stage", help="The first stage's pytorch_model.bin.")],
    second_stage: Annotated[Path, typer.Option("--second-stage", help="The second stage's folder.")],
    base: Annotated[Path, typer.Option("--base", help="The Stable Diffusion folder the first stage began from.")],
    llm: Annotated[str, typer.Option("--llm", help="The language model's folder or hub id.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    clip: Annotated[str, typer.Option("--clip", help="The CLIP through which the language model sees.")] = (
        "openai/clip-vit-large-patch14"
    ),
    cast: Annotated[PublishedName, typer.Option("--cast", help="Whose characters it was trained on.")] = (
        PublishedName.flintstones
    ),
    portraits: Annotated[
        Path | None, typer.Option("--portraits", help="Folder of reference pictures, a file a name.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Read the checkpoints that StoryGPT-V's authors released; every tensor is accounted for."""
    _check_out(out, overwrite)
    report.quieten_libraries()
    from storygptv.cast import Cast
    from storygptv.data.published import PUBLISHED
    from storygptv.models import reference_weights
    from storygptv.pipeline import PipelineConfig, StoryPipeline
    from storygptv.protocol import REFERENCE_GUIDANCE, REFERENCE_STEPS

    pronouns, aliases = PUBLISHED[cast.value].pronouns, PUBLISHED[cast.value].aliases
    known = Cast(
        [{"name": name, "pronoun": pronoun} for name, pronoun in pronouns.items()],
        portraits={} if portraits is None else _portraits(portraits, list(pronouns)),
        aliases={name: list(ways) for name, ways in aliases.items()},
    )
    with report.working("Reading the checkpoints"):
        char_ldm, left_out = reference_weights.first_stage(reference_weights.read_checkpoint(first_stage), base)
        story_llm, more = reference_weights.second_stage(second_stage, llm, clip)
        pipeline = StoryPipeline(char_ldm, story_llm, known, config=PipelineConfig(REFERENCE_STEPS, REFERENCE_GUIDANCE))
        write_whole_folder(out, lambda folder: pipeline.save_pretrained(folder, dtype=None))
    reasons: dict[str, int] = {}
    for reason in (left_out | more).values():
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        typer.echo(f"Left out: {count} tensors ({reason})")
    typer.echo(f"Model: {out}; draw with `storygptv visualize STORY --model {out} --protocol reference`")


@import_app.command("stable-diffusion")
def stable_diffusion(
    base: Annotated[str, typer.Option("--base", help="A Stable Diffusion 1.x or 2.x folder or hub id.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    clip: Annotated[str, typer.Option("--clip", help="The CLIP that sees characters, a folder or hub id.")] = (
        "openai/clip-vit-large-patch14"
    ),
    overwrite: OverwriteOption = False,
) -> None:
    """Begin a model of your own from Stable Diffusion; train char-ldm on it, then story-llm."""
    _check_out(out, overwrite)
    report.quieten_libraries()
    from storygptv.models.char_ldm import CharLDM
    from storygptv.models.loading import find_model, sentence_of
    from storygptv.models.vision import load_vision_encoder

    with report.working("Reading the models"):
        folder = find_model(base)
        try:
            char_ldm = CharLDM.from_folder(folder)
        except (OSError, ValueError) as error:
            raise ValueError(f"--base: {folder} is no Stable Diffusion: {sentence_of(error)}") from error
        try:
            char_ldm.image_encoder = load_vision_encoder(clip)
        except (OSError, ValueError) as error:
            raise ValueError(f"--clip: {clip} is no CLIP: {sentence_of(error)}") from error
        write_whole_folder(out, char_ldm.save)
    typer.echo(f"Model: {out}; train it with `storygptv train char-ldm --init {out} --data DATA --out {out}`")


def _check_out(out: Path, overwrite: bool) -> None:
    """ValueError unless a model may be written there; only a model is overwritten, and none that was trained on."""
    check_new_folder(out, overwrite)
    if out.is_dir() and any(out.iterdir()) and (not (out / "unet").is_dir() or (out / "training").exists()):
        raise ValueError(f"--out: only a model that was imported is overwritten, {out} holds something else")


def _portraits(folder: Path, names: list[str]) -> dict:
    """The reference pictures in `folder` by character."""
    from PIL import Image

    from storygptv.data.pictures import read_portraits

    return {name: Image.fromarray(picture) for name, picture in read_portraits(folder, names).items()}
