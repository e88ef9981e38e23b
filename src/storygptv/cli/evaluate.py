"""`storygptv evaluate`: scores of a model, or of pictures that anybody made, as JSON, Markdown and a page."""

from __future__ import annotations

import json as jsonlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file, check_new_folder
from storygptv.cli.options import (
    MAX_SEED,
    DeviceOption,
    Dtype,
    DtypeOption,
    OverwriteOption,
    Protocol,
    ProtocolOption,
    Quantisation,
    QuantisationOption,
)
from storygptv.cli.questions import detail, drift, keep_scores, masks, meant
from storygptv.cli.reading import reading
from storygptv.cli.study import preferences, study
from storygptv.files import check_writable, write_json, write_whole
from storygptv.project import Project

if TYPE_CHECKING:
    from storygptv.baselines.config import SystemConfig
    from storygptv.data.store import StoryData
    from storygptv.evaluation.eyes import Eyes
    from storygptv.evaluation.judge import Judge
    from storygptv.evaluation.page import Sample

evaluate_app = typer.Typer(help="Score a model, or pictures that anybody made, on a data set's stories, 0 to 1.")
evaluate_app.command()(meant)
evaluate_app.command()(reading)
evaluate_app.command()(drift)
evaluate_app.command()(detail)
evaluate_app.command()(masks)
evaluate_app.command()(study)
evaluate_app.command()(preferences)
BUNDLED = Path(__file__).parent.parent / "assets" / "toon"
REPORTS = ("report.json", "report.md", "report.html")
SAMPLES = 8  # stories on the page
DEFAULT_SYSTEMS = ("story_llm", "char_ldm_alone", "char_ldm_original_text")


@evaluate_app.callback(invoke_without_command=True)
def evaluate(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="A data set folder; required.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Model folder or hub id to draw with; toon, the bundled one.")
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", help="What draws, once or more: a system's name, or a file of its settings."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option("--images", help="Pictures to judge, not drawn here: STORY_ID/001.png and so on for each frame."),
    ] = None,
    judge: Annotated[
        Path | None, typer.Option("--judge", help="Folder of the judge, or of a model that has one.")
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option("--inception", help="TorchScript of InceptionV3's features, such as inception-2015-12-05.pt."),
    ] = None,
    captioner: Annotated[
        str | None, typer.Option("--captioner", help="Image-to-text model of transformers, folder or hub id.")
    ] = None,
    published_text: Annotated[
        bool, typer.Option("--published-text", help="Of FlintstonesSV: with the pronouns behind the paper's numbers.")
    ] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Judge the pictures that are there.")] = False,
    stories: Annotated[int, typer.Option("--stories", min=1, help="How many, from the first.")] = 200,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for report.json, report.md, report.html and what was drawn.")
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", help="File for the scores.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED, help="Same seed, same scores.")] = 0,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    quantisation: QuantisationOption = None,
    protocol: ProtocolOption = Protocol.paper,
    record: Annotated[bool, typer.Option("--record", help="Keep the scores in the model, for `info`.")] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Draw a data set's stories, or take --images of them, and score them, 0 to 1."""
    if context.invoked_subcommand is not None:
        if early := [name for name in context.params if context.get_parameter_source(name).name == "COMMANDLINE"]:
            raise ValueError(
                f"evaluate {context.invoked_subcommand}: options go after its name, got --{early[0]} before"
            )
        return
    if data is None:
        raise ValueError("--data: expected a data set folder, got none")
    if images is not None and (model is not None or record or system or protocol != Protocol.paper):
        raise ValueError(
            "--images: what is given is not drawn; name no --model, --system or --protocol, leave --record out"
        )
    if partial and images is None:
        raise ValueError("--partial: is for --images alone")
    model, configs = model or "toon", _systems_named(system or DEFAULT_SYSTEMS)
    if record and system:
        raise ValueError("--record: keeps the scores of the model as a whole; leave --system out")
    if record and protocol != Protocol.paper:
        raise ValueError("--record: keeps what is scored as the paper says; leave --protocol out")
    if record and not Path(model).is_dir():
        raise ValueError(f"--record: expected a model folder to keep the scores in, got {model!r}")
    if record:
        check_writable(Path(model), "--record")
    if json is not None:
        check_new_file(json, overwrite, "--json")
    if out is not None:
        check_new_folder(out, overwrite)
        _clear_report(out)
    from storygptv.data.store import StoryData

    loaded, given = StoryData.load(data), GivenEyes(judge, inception, captioner, device)
    if images is not None:
        scores, samples = _judge_images(
            images, loaded, stories, seed, partial, given._replace(judge=judge or BUNDLED), published_text
        )
        name = images.resolve().name
    else:
        scores, samples = _judge_systems(
            configs, model, loaded, stories, seed, given, dtype, quantisation, protocol, out, published_text
        )
        main = next(iter(configs))
        name = "StoryGPT-V" if main == DEFAULT_SYSTEMS[0] else main
    keep_scores(json, scores)
    if out is not None:
        _write_report(out, scores, name, samples)
    if record:
        from storygptv.pipeline import StoryPipeline

        StoryPipeline.record_scores(Path(model), scores)
    report.show_scores(scores, name)


@evaluate_app.command()
def text(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Stories gone on with by `continue`.")],
    given: Annotated[int, typer.Option("--given", min=1, help="Sentences that were given; those after are judged.")],
    lm: Annotated[str, typer.Option("--lm", help="Causal language model that reads them, folder or hub id.")],
    json: Annotated[Path | None, typer.Option("--json", help="File for the scores.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """How likely and how varied the sentences are that a model went on with."""
    if json is not None:
        check_new_file(json, overwrite, "--json")
    told = [[frame.text for frame in Project.open(folder).story.frames] for folder in folders]
    if short := [folder for folder, sentences in zip(folders, told, strict=True) if len(sentences) <= given]:
        raise ValueError(f"--given: every story must have more sentences than {given}, {short[0]} has not")
    report.quieten_libraries()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from storygptv.evaluation.captions import continuation_scores

    try:
        model, tokenizer = AutoModelForCausalLM.from_pretrained(lm).eval().float(), AutoTokenizer.from_pretrained(lm)
    except (OSError, ValueError) as error:
        raise ValueError(f"--lm: expected a causal language model of transformers, got {lm}") from error
    scores = continuation_scores(model, tokenizer, told, given) | {
        "num_stories": len(told),
        "num_sentences": sum(len(sentences) - given for sentences in told),
    }
    report.show_scores(scores, "written")
    keep_scores(json, scores)


@evaluate_app.command()
def calibrate(
    judge: Annotated[Path, typer.Argument(metavar="JUDGE", help="Folder of the judge, or of a model that has one.")],
    data: Annotated[Path, typer.Option("--data", help="A data set folder: its validation split.")],
    device: DeviceOption = "cpu",
) -> None:
    """Fix a judge's temperature and threshold on a validation split, and keep them with it."""
    from storygptv.data.store import StoryData
    from storygptv.evaluation.calibration import calibrate as fix

    loaded, network = StoryData.load(data), load_judge(judge, device)
    with report.working("Judging"):
        fixed = fix(network, loaded)
    network.save_config(judge_folder(judge))
    report.show_scores(fixed._asdict(), f"{loaded.info.name} {loaded.info.split}")


class GivenEyes(NamedTuple):
    """What the user named to look at pictures with, and where it is to run."""

    judge: Path | None
    inception: Path | None
    captioner: str | None
    device: str

    def load(self, own: Judge | None = None) -> Eyes:
        """All of it, and where no judge is named the model's `own`. Raises ValueError for what cannot be loaded, and
        where there is no judge at all."""
        from storygptv.evaluation.captions import Captioner
        from storygptv.evaluation.eyes import Eyes, load_extractor

        judge = own if self.judge is None else load_judge(self.judge, self.device)
        if judge is None:
            raise ValueError("--judge: expected a folder, since the model holds no judge, got none")
        extractor = None if self.inception is None else load_extractor(self.inception, self.device)
        captioner = None if self.captioner is None else Captioner.load(self.captioner, self.device)
        return Eyes(judge, extractor, captioner)


def judge_folder(folder: Path) -> Path:
    """Where the judge is: in the folder itself, or in the model folder that it is."""
    return folder / "judge" if (folder / "judge").is_dir() else folder


def load_judge(folder: Path, device: str) -> Judge:
    """The judge in `folder`, or in the model folder that it is. Raises ValueError where there is none."""
    from storygptv.cli import check_device
    from storygptv.evaluation.judge import Judge
    from storygptv.models.loading import load_part

    check_device(device)
    report.quieten_libraries()
    found = judge_folder(folder)
    try:
        of = jsonlib.loads((found / "config.json").read_text(encoding="utf-8")).get("_class_name")
    except (OSError, ValueError, AttributeError):
        of = None
    if of != "Judge":
        raise ValueError(f"--judge: expected the folder of a judge, or of a model with one, got {folder}")
    return load_part(Judge, found).float().to(device).eval()


def _judge_images(
    images: Path,
    data: StoryData,
    stories: int,
    seed: int,
    partial: bool,
    given: GivenEyes,
    published: bool,
) -> tuple[dict[str, Any], list[Sample]]:
    from storygptv.evaluation.page import Sample
    from storygptv.evaluation.report import evaluate_pictures

    with report.working("Loading the judge"):
        eyes = given.load()
    with report.progress_bar("Judging") as progress:
        scores, told, found = evaluate_pictures(
            images, eyes, data, stories, seed, partial, progress, published=published
        )
    frames = iter(frame for frame, file in enumerate(found.files) if file is not None)
    samples = []
    for story, rows in enumerate(told.rows[:SAMPLES]):
        pictures = found.read([next(frames) for _ in rows])
        samples.append(Sample(told.story_ids[story], told.texts[story], list(pictures), list(data.images(rows))))
    return scores, samples


def _systems_named(names: Sequence[str]) -> dict[str, SystemConfig]:
    """Configs by the names of systems, or of files that hold one. Raises ValueError for one named twice."""
    from storygptv.baselines.config import system_config

    configs: dict[str, SystemConfig] = {}
    for name in names:
        short = Path(name).stem if Path(name).is_file() else name
        if short in configs:
            raise ValueError(f"--system: every name must be another one, got {short!r} again")
        try:
            configs[short] = system_config(name)
        except ValueError as error:
            raise ValueError(f"--system: {str(error).removeprefix('system: ')}") from error
    return configs


def _judge_systems(
    configs: Mapping[str, SystemConfig], model: str, data: StoryData, stories: int, seed: int, given: GivenEyes,
    dtype: Dtype, quantisation: Quantisation | None, protocol: Protocol, out: Path | None, published: bool,
) -> tuple[dict[str, Any], list[Sample]]:  # fmt: skip
    import numpy as np

    from storygptv.baselines.system import load_systems
    from storygptv.cli import load_pipeline
    from storygptv.evaluation.page import Sample
    from storygptv.evaluation.pictures import picture_name
    from storygptv.evaluation.report import evaluate as score
    from storygptv.evaluation.told import told_texts
    from storygptv.protocol import protocol_named
    from storygptv.toon.reader import Reader

    samples, told = [], told_texts(data, published)
    if next(iter(configs.values())).text == "original":
        captions = data.text("caption")
        told = [[captions[row] for row in rows] for rows in data.stories]

    def keep(story: int, pictures: list) -> None:
        for number, picture in enumerate(pictures, 1):
            file = out / "pictures" / picture_name(data.story_ids[story], number)
            write_whole(file, lambda opened, picture=picture: picture.save(opened, "PNG"))
        if len(samples) < SAMPLES:
            true = list(data.images(data.stories[story]))
            samples.append(Sample(data.story_ids[story], told[story], [np.asarray(each) for each in pictures], true))

    more: dict[str, Any] = ({"published": True} if published else {}) | ({} if out is None else {"keep": keep})
    with report.working("Loading the model"):
        load = lambda folder, told: load_pipeline(folder, given.device, dtype, quantisation, told)  # noqa: E731
        rules, how = {"toon": lambda: Reader().rewrite}, protocol_named(protocol.value)
        systems = load_systems(configs, model, load, rules, how)
        if given.judge or given.inception or given.captioner:
            more["eyes"] = given.load(next(iter(systems.values())).pipeline.judge)
    with report.progress_bar("Drawing and judging") as progress:
        scores = score(systems, data, num_stories=stories, seed=seed, progress=progress, **more)
    return scores | ({} if protocol == Protocol.paper else {"protocol": protocol.value}), samples


def _clear_report(out: Path) -> None:
    """Throw an older report away, lest its pictures stand among new ones."""
    shutil.rmtree(out / "pictures", ignore_errors=True)
    for file in REPORTS:
        (out / file).unlink(missing_ok=True)


def _write_report(out: Path, scores: dict[str, Any], name: str, samples: list[Sample]) -> None:
    from storygptv.evaluation.page import html, markdown

    table, page = markdown(scores, name), html(scores, name, samples)
    write_json(out / REPORTS[0], scores)
    for file, text in zip(REPORTS[1:], (table, page), strict=True):
        write_whole(out / file, lambda opened, text=text: opened.write(text.encode()))
    typer.echo(f"Report: {out / REPORTS[-1]}")
