"""`storygptv evaluate`: scores of a model, or of pictures that anybody made, as JSON, Markdown and a page."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file, check_new_folder, write_json, write_whole
from storygptv.cli.options import MAX_SEED, DeviceOption, Dtype, DtypeOption, OverwriteOption

if TYPE_CHECKING:
    from storygptv.data.store import StoryData
    from storygptv.evaluation.judge import Judge
    from storygptv.evaluation.page import Sample

evaluate_app = typer.Typer(help="Score a model, or pictures that anybody made, on a data set's stories, 0 to 1.")
BUNDLED = Path(__file__).parent.parent / "assets" / "toon"
SAMPLES = 8  # stories on the page


@evaluate_app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="A data set folder; required.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Model folder or hub id to draw with; toon, the bundled one.")
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option("--images", help="Pictures to judge, not drawn here: STORY_ID/001.png and so on for each frame."),
    ] = None,
    judge: Annotated[
        Path | None, typer.Option("--judge", help="Folder of the judge, or of a model that has one.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Judge the pictures that are there.")] = False,
    stories: Annotated[int, typer.Option("--stories", min=1, help="How many, from the first.")] = 200,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for report.json, report.md, report.html and what was drawn.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="File for the scores.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED, help="Same seed, same scores.")] = 0,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    record: Annotated[bool, typer.Option("--record", help="Keep the scores in the model, for `info`.")] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Draw a data set's stories, or take --images of them, and score them, 0 to 1."""
    if context.invoked_subcommand is not None:
        return
    if data is None:
        raise ValueError("--data: expected a data set folder, got none")
    if images is not None and (model is not None or record):
        raise ValueError("--images: what is given is not drawn; name no --model and leave --record out")
    if partial and images is None:
        raise ValueError("--partial: is for --images alone")
    model = model or "toon"
    if record and not Path(model).is_dir():
        raise ValueError(f"--record: expected a model folder to keep the scores in, got {model!r}")
    if json is not None:
        check_new_file(json, overwrite, "--json")
    if out is not None:
        check_new_folder(out, overwrite)
    from storygptv.data.store import StoryData

    loaded = StoryData.load(data)
    if images is not None:
        scores, samples = _judge_images(images, judge or BUNDLED, loaded, stories, seed, partial, device)
        name = images.resolve().name
    else:
        scores, samples = _judge_model(model, judge, loaded, stories, seed, device, dtype, record, out)
        name = "StoryGPT-V"
    report.show_scores(scores, name)
    if json is not None:
        write_json(json, scores)
        typer.echo(f"Scores: {json}")
    if out is not None:
        _write_report(out, scores, name, samples)


def load_judge(folder: Path, device: str) -> Judge:
    """The judge in `folder`, or in the model folder that it is. Raises ValueError where there is none."""
    from storygptv.cli import check_device
    from storygptv.evaluation.judge import Judge
    from storygptv.models.loading import load_part

    check_device(device)
    report.quieten_libraries()
    found = folder / "judge" if (folder / "judge").is_dir() else folder
    try:
        of = jsonlib.loads((found / "config.json").read_text(encoding="utf-8")).get("_class_name")
    except (OSError, ValueError, AttributeError):
        of = None
    if of != "Judge":
        raise ValueError(f"--judge: expected the folder of a judge, or of a model with one, got {folder}")
    return load_part(Judge, found).float().to(device).eval()


def _judge_images(
    images: Path, judge: Path, data: StoryData, stories: int, seed: int, partial: bool, device: str
) -> tuple[dict[str, Any], list[Sample]]:
    from storygptv.evaluation.page import Sample
    from storygptv.evaluation.report import evaluate_pictures

    with report.progress_bar("Judging") as progress:
        scores, told, given = evaluate_pictures(
            images, load_judge(judge, device), data, stories, seed, partial, progress
        )
    frames = iter(frame for frame, file in enumerate(given.files) if file is not None)
    samples = []
    for story, rows in enumerate(told.rows[:SAMPLES]):
        pictures = given.read([next(frames) for _ in rows])
        samples.append(Sample(told.story_ids[story], told.texts[story], list(pictures), list(data.images(rows))))
    return scores, samples


def _judge_model(
    model: str, judge: Path | None, data: StoryData, stories: int, seed: int, device: str, dtype: Dtype, record: bool,
    out: Path | None,
) -> tuple[dict[str, Any], list[Sample]]:  # fmt: skip
    import numpy as np

    from storygptv.cli import load_pipeline
    from storygptv.evaluation.page import Sample
    from storygptv.evaluation.report import evaluate as score

    samples, told = [], data.told()

    def keep(story: int, pictures: list) -> None:
        for frame, picture in enumerate(pictures, 1):
            file = out / "pictures" / data.story_ids[story] / f"{frame:03d}.png"
            write_whole(file, lambda opened, picture=picture: picture.save(opened, "PNG"))
        if len(samples) < SAMPLES:
            true = list(data.images(data.stories[story]))
            samples.append(Sample(data.story_ids[story], told[story], [np.asarray(each) for each in pictures], true))

    more = {} if out is None else {"keep": keep}
    with report.working("Loading the model"):
        pipeline = load_pipeline(model, device, dtype)
        if judge is not None:
            more["judge"] = load_judge(judge, device)
    with report.progress_bar("Drawing and judging") as progress:
        scores = score(pipeline, data, num_stories=stories, seed=seed, progress=progress, **more)
    if record:
        pipeline.record_scores(Path(model), scores)
    return scores, samples


def _write_report(out: Path, scores: dict[str, Any], name: str, samples: list[Sample]) -> None:
    from storygptv.evaluation.page import html, markdown

    write_json(out / "report.json", scores)
    for file, text in (("report.md", markdown(scores, name)), ("report.html", html(scores, name, samples))):
        write_whole(out / file, lambda opened, text=text: opened.write(text.encode()))
    typer.echo(f"Report: {out / 'report.html'}")
