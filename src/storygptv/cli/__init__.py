"""The `storygptv` command: each subcommand parses, calls one function and says what became of it.

Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted. Heavy libraries are imported when first needed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from storygptv.cli import report
from storygptv.cli.data import data_app
from storygptv.cli.edit import edit_app, keep_drawing, own_pipeline
from storygptv.cli.evaluate import evaluate_app
from storygptv.cli.folder import check_new_file, check_new_folder
from storygptv.cli.imports import import_app
from storygptv.cli.options import (
    MAX_SEED,
    DataOption,
    DeviceOption,
    Dtype,
    DtypeOption,
    GuidanceOption,
    ModelOption,
    OverwriteOption,
    OwnDevice,
    OwnDtype,
    OwnModel,
    Protocol,
    ProtocolOption,
    QuantisationOption,
    SeedOption,
    StepsOption,
    as_recorded,
    command_group,
    drawing_settings,
)
from storygptv.cli.studio import studio_app
from storygptv.files import check_writable, write_json, write_whole
from storygptv.project import Project
from storygptv.story import Story

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline

app = command_group(
    "A story told with pronouns becomes a consistent picture story.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(edit_app)
app.add_typer(studio_app)
app.add_typer(data_app, name="data")
app.add_typer(import_app, name="import")
app.add_typer(evaluate_app, name="evaluate")


class Part(StrEnum):
    vae = "vae"
    clip = "clip"
    ldm = "ldm"
    char_ldm = "char-ldm"
    story_llm = "story-llm"
    reader = "reader"
    judge = "judge"
    classifier = "classifier"  # another word for the judge
    captioner = "captioner"
    history = "history"


def main() -> None:
    """Run the command line and exit; whatever goes wrong is one sentence on standard error."""
    raise SystemExit(report.status_of(lambda: app(standalone_mode=False)))


def load_pipeline(
    model: str, device: str, dtype: str, quantisation: str | None = None, with_story_llm: bool = True
) -> StoryPipeline:
    """StoryPipeline.from_pretrained; ValueError for a device that this machine has not."""
    report.quieten_libraries()
    check_device(device)
    from storygptv.pipeline import StoryPipeline

    return StoryPipeline.from_pretrained(model, device, dtype, quantisation, with_story_llm)


def check_model(model: str) -> None:
    """ValueError unless there is such a model, before anything is begun that takes it."""
    report.quieten_libraries()
    from storygptv.models.loading import find_model

    folder = find_model(model)
    if not (folder / "unet").is_dir():
        raise ValueError(f"model: {folder} must hold a unet, which is missing")


@app.command()
def visualize(
    story: Annotated[
        str, typer.Argument(metavar="STORY", help="YAML, JSON or text; - reads it; demo is the shipped one.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for frames, storyboard.png and story.json.")] = Path(
        "story"
    ),
    model: ModelOption = "toon",
    seed: SeedOption = 0,
    steps: StepsOption = None,
    guidance: GuidanceOption = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    protocol: ProtocolOption = Protocol.paper,
    quantisation: QuantisationOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Draw a story: a picture for each frame, and a storyboard. Stopped, the same command goes on where it was."""
    told = Story.shipped(story) if story in Story.SHIPPED and not Path(story).is_file() else Story.load(story)
    _check_guidance(guidance)
    settings = drawing_settings(seed, steps, guidance, device, dtype, protocol, quantisation)
    project = _project(out, told, as_recorded(model), settings, overwrite)
    for frame in told.frames:
        if frame.image and out.resolve() in frame.image.resolve().parents:
            raise ValueError(f"--out: {out} holds the given picture {frame.image}; name another folder")
    if project.drawn:
        typer.echo(f"{len(project.drawn)} of {len(told.frames)} frames are drawn already.")
    if not project.waiting:
        project.letter()
        return
    with report.working("Loading the model"):
        pipeline = load_pipeline(model, device, dtype, quantisation)
    _warn_of(pipeline.unknown(told))
    keep_drawing(project, project.draw(pipeline), len(project.waiting))


@app.command()
def read(
    story: Annotated[
        str, typer.Argument(metavar="STORY", help="YAML, JSON or text; - reads it; demo is the shipped one.")
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="File for what was understood, as JSON.")] = None,
    model: ModelOption = "toon",
    device: DeviceOption = "cpu",
    overwrite: OverwriteOption = False,
) -> None:
    """Say who is in each frame of a story, what they do, where and with what; draw nothing."""
    told = Story.shipped(story) if story in Story.SHIPPED and not Path(story).is_file() else Story.load(story)
    if json_file is not None:
        check_new_file(json_file, overwrite)
    report.quieten_libraries()
    check_device(device)
    from storygptv.reading import load_reader, read_story

    with report.working("Loading the reader"):
        reader, known = load_reader(model, device)
    understood = read_story(told, reader, known, report.show_reading)
    if json_file is not None:
        write_json(json_file, understood)
        typer.echo(f"Understood: {json_file}")


@app.command("continue")
def continue_story(
    story_dir: Annotated[Path, typer.Argument(metavar="DIR", help="A folder drawn by `visualize`.")],
    frames: Annotated[int, typer.Option("--frames", min=1, max=100, help="How many frames to add.")],
    model: OwnModel = None,
    ending: Annotated[bool, typer.Option("--ending", help="Let the last of them end the story.")] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=MAX_SEED, help="The story's own unless given.")
    ] = None,
    steps: StepsOption = None,
    guidance: GuidanceOption = None,
    device: OwnDevice = None,
    dtype: OwnDtype = None,
    quantisation: QuantisationOption = None,
) -> None:
    """Let the model tell and draw what happens next, after what is still to be drawn."""
    _check_guidance(guidance)
    project = Project.open(story_dir)
    given = {
        "seed": seed, "steps": steps, "guidance": guidance, "device": device, "dtype": dtype,
        "quantisation": quantisation,
    }  # fmt: skip
    chosen = {key: value for key, value in given.items() if value is not None}
    pipeline = own_pipeline(project, model, device, dtype, quantisation)
    keep_drawing(project, project.tell_on(pipeline, frames, chosen, ending=ending), project.num_told(frames))


@app.command()
def batch(
    stories: Annotated[Path, typer.Argument(metavar="STORIES", help="JSON lines: a story each, with its id.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for a folder a story.")],
    model: ModelOption = "toon",
    seed: SeedOption = 0,
    steps: StepsOption = None,
    guidance: GuidanceOption = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    protocol: ProtocolOption = Protocol.paper,
    quantisation: QuantisationOption = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes, each with a model of its own.")] = 1,
) -> None:
    """Draw many stories, on a laptop or a cluster; run again, it draws what is missing."""
    from storygptv.cli.batch import draw_jobs, read_jobs

    _check_guidance(guidance)
    check_writable(out)
    settings = drawing_settings(seed, steps, guidance, device, dtype, protocol, quantisation)
    jobs, done = read_jobs(stories, out, as_recorded(model), settings)
    if jobs:
        check_model(model)
    if done:
        typer.echo(f"{done:,} of {done + len(jobs):,} are drawn already.")
    failed, unknown = 0, {}
    with report.progress_bar("Drawing stories") as progress:
        records = draw_jobs(jobs, stories.parent, out, as_recorded(model), settings, workers) if jobs else ()
        for count, record in enumerate(records, start=1):
            progress(count, len(jobs))
            unknown |= dict.fromkeys(record["unknown"])
            if record["error"]:
                failed += 1
                report.complain(f"{record['name']}: {record['error']}")
    _warn_of(unknown, "the stories")
    typer.echo(f"Stories drawn: {len(jobs) - failed:,}, in {out}")
    if failed:
        report.complain(f"{failed:,} could not be drawn; the same command tries them again.")
        raise typer.Exit(report.FAILED)


@app.command()
def cast(
    model: ModelOption = "toon",
    out: Annotated[Path, typer.Option("--out", help="File for the sheet of portraits.")] = Path("cast.png"),
    overwrite: OverwriteOption = False,
) -> None:
    """Who, where and what the model knows, with portraits as a sheet."""
    from storygptv.storyboard import draw_storyboard

    check_new_file(out, overwrite=True)
    with report.working("Loading the model"):
        known = load_pipeline(model, "cpu", "float32").cast
    report.show_cast(known)
    if not known.portraits:
        return
    pronouns = {character["name"]: character["pronoun"] for character in known.characters}
    captions = [f"{name} ({pronouns[name]})" for name in known.portraits]
    sheet = draw_storyboard("The cast", list(known.portraits.values()), captions, cell_width=160)
    if not _same_picture(out, sheet):
        check_new_file(out, overwrite)
        write_whole(out, lambda file: sheet.save(file, "PNG"))
    typer.echo(f"Portraits: {out}")


@app.command()
def train(
    part: Annotated[Part, typer.Argument(help="What to train.")],
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", help="Folder for checkpoints and the trained part.")],
    init: Annotated[Path | None, typer.Option("--init", help="Model folder with the parts trained before.")] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1)] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", min=1)] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", min=0.0, max=1.0)] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, max=MAX_SEED)] = None,
    device: DeviceOption = "cpu",
    config: Annotated[Path | None, typer.Option("--config", help="YAML or JSON of further settings.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what it would take: parameters, memory, steps.")
    ] = False,
) -> None:
    """Train one part (a classifier is a judge); the same command resumes an interrupted run."""
    name = Part.judge.value if part is Part.classifier else part.value
    overrides = _settings(config) if config else {}
    given = {"steps": steps, "batch_size": batch_size, "learning_rate": learning_rate, "seed": seed}
    overrides |= {key: value for key, value in given.items() if value is not None}
    if dry_run:
        _show_plan(name, data, out, init, device, overrides)
        return
    check_device(device)
    report.quieten_libraries()
    from storygptv.training import train as train_part

    with (
        report.resumable(f"from the last checkpoint in {out}"),
        report.progress_bar(f"Training {name}") as progress,
    ):
        train_part(name, data, out, init, device, progress=progress, **overrides)
    typer.echo(f"Trained {name}: {out}")


@app.command()
def info(
    model: Annotated[str, typer.Argument(metavar="PATH", help="Model folder or hub id.")] = "toon",
) -> None:
    """What a model is: its parts, their sizes, what it was trained on and how well it scores."""
    with report.working("Loading the model"):
        described = load_pipeline(model, "cpu", "float32").info()
    report.show_info(model, described)


def _project(out: Path, told: Story, model: str, settings: dict[str, Any], overwrite: bool) -> Project:
    """The project in `out` that is to be gone on with, or a new one."""
    if overwrite:
        check_new_folder(out, overwrite)
        return Project(out, told, model, settings)
    check_writable(out)
    try:
        return Project.begin(out, told, model, **settings)
    except ValueError as error:
        raise ValueError(f"--out: {error}; name another folder or add --overwrite") from error


def _warn_of(unknown: Collection[str], drawn: str = "the story") -> None:
    if unknown:
        report.complain(
            f"Warning: the model never saw {', '.join(unknown)}; it draws {drawn} all the same, but see"
            " `storygptv cast` for who, where and what it knows."
        )


def _show_plan(part: str, data: Path, out: Path, init: Path | None, device: str, overrides: dict[str, Any]) -> None:
    report.quieten_libraries()
    from storygptv.training.plan import plan

    with report.working("Planning"):
        planned = plan(part, data, out, init, device, **overrides)
    if os.environ.get("RANK", "0") == "0":
        report.show_plan(planned, device)


def check_device(device: str) -> None:
    """Prepare to compute: ValueError for a device that this machine has not."""
    import torch

    from storygptv.cores import use_idle_cores

    use_idle_cores()
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"--device: expected one this machine has, got {device!r} ({reason})") from error


def _check_guidance(guidance: float | None) -> None:
    if guidance is not None and not (math.isfinite(guidance) and 0 <= guidance <= 100):
        raise ValueError(f"--guidance: expected 0 to 100, got {guidance}")


def _settings(config: Path) -> dict[str, Any]:
    import yaml

    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"--config: expected YAML or JSON in {config} ({' '.join(str(error).split())})") from error
    if not isinstance(settings, dict):
        raise ValueError(f"--config: expected a mapping of settings in {config}")
    return {name: _number(value) for name, value in settings.items()}


def _number(value: Any) -> Any:
    """A setting; what YAML takes for text although it is a number, as 1e-3, is one."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _same_picture(path: Path, picture: Any) -> bool:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as there:
            return there.size == picture.size and there.convert("RGB").tobytes() == picture.tobytes()
    except (OSError, UnidentifiedImageError):
        return False
