"""`storygptv evaluate meant`, `drift`, `detail`, `masks`: what a model does at one point of its way, measured apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file
from storygptv.cli.options import (
    DataOption,
    DeviceOption,
    Dtype,
    DtypeOption,
    ModelOption,
    OverwriteOption,
    Quantisation,
    QuantisationOption,
    SeedOption,
)
from storygptv.files import write_json

if TYPE_CHECKING:
    from storygptv.data.store import StoryData
    from storygptv.pipeline import StoryPipeline

StoriesOption = Annotated[int, typer.Option("--stories", min=1, help="How many, from the first.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="File for the scores.")]


def meant(
    data: DataOption,
    model: ModelOption = "toon",
    stories: StoriesOption = 200,
    pictures: Annotated[bool, typer.Option("--pictures", help="Show it the true picture after each sentence.")] = False,
    json: JsonOption = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    quantisation: QuantisationOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Whom the reader takes "she" to be, in stories told to it; nothing is drawn."""
    from storygptv.evaluation.naming import meant_scores

    asked = partial(meant_scores, num_stories=stories, pictures=pictures)
    _ask(asked, "Telling", data, model, json, device, dtype, quantisation, overwrite)


def drift(
    data: DataOption,
    model: ModelOption = "toon",
    stories: StoriesOption = 40,
    json: JsonOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    quantisation: QuantisationOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """How errors accumulate: frames drawn after true pictures and after its own, looks taken from one or another."""
    from storygptv.baselines.config import SystemConfig
    from storygptv.baselines.system import System
    from storygptv.evaluation.drift import drift_scores
    from storygptv.story import ANCHORS

    def asked(pipeline: StoryPipeline, data: StoryData, progress: Callable[[int, int], None]) -> dict[str, Any]:
        anchored = {anchor: System(SystemConfig("story_llm", anchor=anchor), pipeline) for anchor in ANCHORS}
        return drift_scores(anchored, data, stories, seed, progress=progress)

    _ask(asked, "Drawing", data, model, json, device, dtype, quantisation, overwrite)


def detail(
    data: DataOption,
    model: ModelOption = "toon",
    stories: StoriesOption = 40,
    json: JsonOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    quantisation: QuantisationOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """What of a picture is in its condition: frames drawn again from their own, beside what the VAE gives back."""
    from storygptv.evaluation.detail import detail_scores

    asked = partial(detail_scores, num_stories=stories, seed=seed)
    _ask(asked, "Drawing", data, model, json, device, dtype, quantisation, overwrite)


def masks(
    data: DataOption,
    model: ModelOption = "toon",
    stories: StoriesOption = 40,
    json: JsonOption = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = Dtype.float32,
    overwrite: OverwriteOption = False,
) -> None:
    """How well Char-LDM finds characters in true pictures by what it attends to, held against their masks."""
    from storygptv.evaluation.maps import found_scores

    def asked(pipeline: StoryPipeline, data: StoryData, progress: Callable[[int, int], None]) -> dict[str, Any]:
        return found_scores(pipeline.char_ldm, data, stories, progress=progress)

    _ask(asked, "Looking", data, model, json, device, dtype, None, overwrite, with_story_llm=False)


def _ask(
    score: Callable[..., dict[str, Any]], doing: str, data: Path, model: str, json: Path | None, device: str,
    dtype: Dtype, quantisation: Quantisation | None, overwrite: bool, with_story_llm: bool = True,
) -> None:  # fmt: skip
    """Load model and data, and show and keep what `score` makes of them."""
    if json is not None:
        check_new_file(json, overwrite, "--json")
    from storygptv.cli import load_pipeline
    from storygptv.data.store import StoryData

    loaded = StoryData.load(data)
    with report.working("Loading the model"):
        pipeline = load_pipeline(model, device, dtype, quantisation, with_story_llm)
    with report.progress_bar(doing) as progress:
        scores = score(pipeline, loaded, progress=progress)
    report.show_scores(scores, scores.get("system", model))
    keep_scores(json, scores)


def keep_scores(json: Path | None, scores: Mapping[str, Any]) -> None:
    """Write the scores to the file that was asked for, if one was."""
    if json is not None:
        write_json(json, scores)
        typer.echo(f"Scores: {json}")
