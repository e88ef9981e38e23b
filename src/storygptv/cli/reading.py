"""`storygptv evaluate reading`: how well the stories of a folder of tales are understood."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file
from storygptv.cli.options import DeviceOption, ModelOption, OverwriteOption
from storygptv.cores import use_idle_cores
from storygptv.files import write_json


def reading(
    tales: Annotated[Path, typer.Option("--tales", help="A folder of tales.")] = Path("tales"),
    split: Annotated[str, typer.Option("--split", help="val: those kept for it; train; all.")] = "val",
    model: ModelOption = "toon",
    device: DeviceOption = "cpu",
    stories: Annotated[int | None, typer.Option("--stories", min=1, help="How many, spread over all.")] = None,
    json: Annotated[Path | None, typer.Option("--json", help="File for the scores.")] = None,
    said: Annotated[Path | None, typer.Option("--said", help="File for what was said of each frame.")] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Fit probabilities to being right, on every other tale; judge the rest.")
    ] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Read tales and compare what is understood of each frame with its label, 0 to 1."""
    for file in (json, said):
        if file is not None:
            check_new_file(file, overwrite)
    if calibrate and not Path(model).is_dir():
        raise ValueError(f"--calibrate: expected a model folder to keep it in, got {model!r}")
    report.quieten_libraries()
    use_idle_cores()
    from storygptv.data.tales import load_tales
    from storygptv.evaluation import reading as scores
    from storygptv.reading import load_reader
    from storygptv.scene import Person

    chosen = load_tales(tales, split)
    if stories is not None:
        chosen = chosen[:: max(1, len(chosen) // stories)][:stories]
    with report.working("Loading the reader"):
        reader, cast = load_reader(model, device)
    people = {c["name"]: Person(c["name"], c.get("kind", "person"), c.get("pronoun")) for c in cast.characters}
    scored, lines, began = [], [], time.monotonic()
    own = reader.config.certainty
    with report.progress_bar("Reading") as progress:
        for number, tale in enumerate(chosen, start=1):
            session = reader.begin(people, tale.known)
            session.certainty = (1.0, 0.0)  # as the model has it; calibrated below
            readings = [session.read(frame.text) for frame in tale.frames]
            scored.append(scores.score_tale(tale, readings, people))
            lines += _compared(tale, readings)
            progress(number, len(chosen))
    frames = [score for of_tale in scored for score in of_tale]
    seconds = (time.monotonic() - began) / len(frames)
    summary = scores.summary(frames)
    trivial = [set(f.scene.names) == who for tale in chosen
               for f, who in zip(tale.frames, scores.trivial_reading(tale), strict=True)]  # fmt: skip
    chances = [[chance for score in of_tale for chance in score.chances] for of_tale in scored]
    if calibrate:
        own = scores.fit_certainty([chance for of_tale in chances[::2] for chance in of_tale])
        config = Path(model) / "reader" / "config.json"
        write_json(config, {"lm": reader.config.lm, "certainty": list(own)})
    judged = chances[1::2] if calibrate else chances
    certain = scores.calibrated([chance for of_tale in judged for chance in of_tale], own)
    summary |= {
        "calibration error": scores.calibration_error(certain),
        "people by the trivial rule": sum(trivial) / len(trivial),
        "seconds a frame": seconds,
    }
    for name, value in summary.items():
        typer.echo(f"{name:32} {value:.3f}" if isinstance(value, float) else f"{name:32} {value}")
    rows = scores.reliability(certain)
    for probability, right, count in rows:
        typer.echo(f"  said {probability:.2f}: right {right:.2f} of {count}")
    if json is not None:
        write_json(json, summary | {"reliability": rows})
    if said is not None:
        said.write_text("\n".join(lines), encoding="utf-8")


def _compared(tale: Any, readings: list[Any]) -> list[str]:
    """Return what was said of each frame of a tale beside what was wanted, as text."""
    lines = [f"## {tale.title}"]
    for frame, reading in zip(tale.frames, readings, strict=True):
        new = "; ".join(person.line() for person in reading.new)
        wanted = "; ".join(person.line() for person in frame.new)
        same = set(reading.scene.names) == set(frame.scene.names)
        lines += [frame.text, *([f"   + {new}   (+ {wanted})"] if new or wanted else []),
                  f" {'=' if same else 'X'} {reading.scene.line()}", f"   {frame.scene.line()}"]  # fmt: skip
    return lines
