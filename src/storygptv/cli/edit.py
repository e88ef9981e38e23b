"""What is done to a story that is drawn: one frame drawn anew, frames put in, taken out and put in another order."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file
from storygptv.cli.options import MAX_SEED, Dtype, Layout, OverwriteOption, OwnDevice, OwnDtype, OwnModel, Quantisation
from storygptv.files import write_whole
from storygptv.project import DEFAULTS, Project
from storygptv.story import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storygptv.pipeline import DrawnFrame, StoryPipeline

edit_app = typer.Typer()
DirArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A folder drawn by `visualize`.")]
FrameOption = Annotated[int, typer.Option("--frame", min=1, help="Which frame, from 1.")]
TextOption = Annotated[str, typer.Option("--text", help="What the frame tells.")]
SceneOption = Annotated[
    str | None, typer.Option("--scene", help='What it shows, in place of what is read: "Mia hug Leo; park; kite".')
]
NoiseOption = Annotated[
    int | None, typer.Option("--seed", min=0, max=MAX_SEED, help="Of the frame's noise, as in story.json.")
]


@edit_app.command()
def redraw(
    story_dir: DirArgument,
    frame: FrameOption,
    seed: NoiseOption = None,
    text: Annotated[str | None, typer.Option("--text", help="What the frame tells from now on.")] = None,
    scene: SceneOption = None,
    onward: Annotated[bool, typer.Option("--onward", help="Draw all frames after it anew as well.")] = False,
    version: Annotated[int | None, typer.Option("--version", min=1, help="Bring that earlier picture back.")] = None,
    model: OwnModel = None,
    device: OwnDevice = None,
    dtype: OwnDtype = None,
) -> None:
    """Draw one frame anew, or bring an earlier picture of it back; all versions are kept."""
    project, index = Project.open(story_dir), frame - 1
    if version is not None:
        if seed is not None or text is not None or scene is not None or onward:
            raise ValueError("--version: brings a picture back as it was; leave --seed, --text, --scene, --onward out")
        project.restore(index, version)
        _done(project, f"Frame {frame} is version {version} again")
        return
    project.versions(index)  # there is such a frame
    Frame(project.captions[index] if text is None else text, scene=scene)  # one that can be
    total = project.num_redrawn(index, seed, text, onward, scene)
    pipeline = own_pipeline(project, model, device, dtype)
    keep_drawing(project, project.redraw(pipeline, index, seed, text, onward, scene=scene), total)


@edit_app.command()
def insert(
    story_dir: DirArgument,
    at: Annotated[int, typer.Option("--at", min=1, help="The number that the new frame gets.")],
    text: TextOption,
    scene: SceneOption = None,
    seed: NoiseOption = None,
    model: OwnModel = None,
    device: OwnDevice = None,
    dtype: OwnDtype = None,
) -> None:
    """Tell and draw a new frame between those that are there."""
    project = Project.open(story_dir)
    project.check_insert(at - 1, text, scene)
    pipeline = own_pipeline(project, model, device, dtype)
    keep_drawing(project, (project.insert(pipeline, at - 1, text, seed, scene=scene) for _ in range(1)), 1)


@edit_app.command()
def remove(story_dir: DirArgument, frame: FrameOption) -> None:
    """Take a frame, with all its versions, out of the story."""
    project = Project.open(story_dir)
    project.remove(frame - 1)
    _done(project, f"Frame {frame} is gone; there are {len(project.drawn)} now")


@edit_app.command()
def reorder(
    story_dir: DirArgument,
    order: Annotated[list[int], typer.Argument(metavar="ORDER", help="Every frame's number, as they are to follow.")],
) -> None:
    """Put the frames in another order; nothing is drawn anew."""
    project = Project.open(story_dir)
    project.reorder([number - 1 for number in order])
    _done(project, f"The frames that were {' '.join(map(str, order))} follow each other now")


@edit_app.command()
def export(
    story_dir: DirArgument,
    to: Annotated[Path, typer.Option("--to", help="story.png, comic.png, .pdf, .html, .gif, .mp4 or .cbz.")],
    layout: Annotated[Layout | None, typer.Option("--layout", help="Of a png; comic if its name says so.")] = None,
    columns: Annotated[int | None, typer.Option("--columns", min=1, max=100, help="Pictures a row of a png.")] = None,
    font: Annotated[Path | None, typer.Option("--font", help="Font file; else one that has the glyphs.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Hand a story on: storyboard, comic page, picture book, web page, film or comic book."""
    project = Project.open(story_dir)
    check_new_file(to, overwrite, "--to")
    from storygptv.studio.exports import export as write

    with report.working("Writing"):
        missing = write(to, project.title, project.pictures(), project.captions, layout and layout.value, columns, font)
    if missing:
        report.complain(
            f"Warning: no font here has {' '.join(missing)}; install one that does, such as Noto Sans CJK, or name it"
            " by --font."
        )
    typer.echo(f"Exported: {to}")


@edit_app.command()
def explain(
    story_dir: DirArgument,
    frame: FrameOption,
    to: Annotated[Path | None, typer.Option("--to", help="File for the sheet; else explain-003.png here.")] = None,
    model: OwnModel = None,
    device: OwnDevice = None,
    dtype: OwnDtype = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Whom the model took to be in a frame, how surely, and where it looks for them, as one picture."""
    project, index = Project.open(story_dir), frame - 1
    project.versions(index)  # there is such a frame
    to = to or Path(f"explain-{frame:03d}.png")
    check_new_file(to, overwrite, "--to")
    pipeline, pictures = own_pipeline(project, model, device, dtype), project.pictures(frame)
    from storygptv.studio.explain import draw_explanation
    from storygptv.studio.explain import explain as resolve

    cast = resolve(pipeline, project.story, pictures, index, project.understood())
    sheet = draw_explanation(
        f"{frame}. {project.captions[index]}", pictures[index], cast, portraits=pipeline.cast.portraits
    )
    write_whole(to, lambda file: sheet.save(file, "PNG"))
    for each in cast:
        typer.echo(f"{each.called:<20} {each.score:5.2f}{'  meant' if each.there else ''}")
    typer.echo(f"Explained: {to}")


def keep_drawing(project: Project, frames: Iterable[DrawnFrame], total: int) -> None:
    """Show how the `total` frames come, then letter the storyboard of whatever has come."""
    start, come = time.perf_counter(), 0
    try:
        with report.progress_bar("Drawing") as progress:
            lent: set[str] = set()
            for come, frame in enumerate(frames, start=1):
                progress(come, total)
                report.show_understood(frame, lent)
    finally:
        if project.kept:
            project.letter()
            if come < total:
                report.complain(f"Stopped: {come} of {total} frames were drawn and are kept in {project.path}.")
    seconds = time.perf_counter() - start
    frames = "frame" if total == 1 else "frames"
    typer.echo(f"{total} {frames} in {seconds:.1f} s ({seconds / total:.1f} s a frame)")
    typer.echo(f"Frames:     {project.path / 'frames'}")
    typer.echo(f"Storyboard: {project.path / 'storyboard.png'}")


def _done(project: Project, sentence: str) -> None:
    typer.echo(f"{sentence}: {project.letter()}")


def own_pipeline(
    project: Project, model: str | None, device: str | None, dtype: Dtype | None,
    quantisation: Quantisation | None = None,
) -> StoryPipeline:  # fmt: skip
    """The model of a project, loaded as the project was drawn, but for what is given."""
    from storygptv import cli

    own = DEFAULTS | project.settings
    with report.working("Loading the model"):
        return cli.load_pipeline(
            model or project.model,
            device or own["device"],
            str(dtype or own["dtype"]),
            quantisation or own["quantisation"],
        )
