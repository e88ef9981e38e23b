"""`storygptv evaluate study` and `preferences`: two systems compared by people."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file, check_new_folder
from storygptv.cli.options import MAX_SEED, DataOption, OverwriteOption
from storygptv.files import write_json, write_whole


def study(
    one: Annotated[Path, typer.Argument(metavar="ONE", help="A system's pictures: STORY_ID/001.png and so on.")],
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="The other system's.")],
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", help="Folder for study.html, to send round, and key.json, to keep.")],
    stories: Annotated[int, typer.Option("--stories", min=1, help="How many, from the first.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED, help="Of the order and the sides.")] = 0,
    overwrite: OverwriteOption = False,
) -> None:
    """Make a page on which people compare two systems' pictures, not knowing whose they are."""
    check_new_folder(out, overwrite)
    names = _names_of(one.resolve(), other.resolve())
    from storygptv.data.store import StoryData
    from storygptv.evaluation.pictures import GivenPictures, frames_of
    from storygptv.evaluation.study import make_key, make_page

    loaded = StoryData.load(data)
    lengths = frames_of(loaded)
    loaded.check_stories(stories)
    chosen = loaded.story_ids[:stories]
    pictures: dict[str, dict[str, Any]] = {}
    for name, folder in zip(names, (one, other), strict=True):
        given = GivenPictures.find(folder, lengths, chosen, loaded.info.resolution)
        given.check_whole(can_be_partial=False)
        frames = iter(range(len(given.files)))
        pictures[name] = {story: given.read([next(frames) for _ in range(lengths[story])]) for story in chosen}
    key = make_key(chosen, names, seed)
    page = make_page(key, dict(zip(chosen, loaded.told(required=True), strict=False)), pictures)
    write_whole(out / "study.html", lambda file: file.write(page.encode()))
    write_json(out / "key.json", key)
    typer.echo(f"{stories} stories: {out / 'study.html'}; whose pictures are where: {out / 'key.json'}")


def _names_of(one: Path, other: Path) -> tuple[str, str]:
    """What two folders are called, by as much of their paths as tells them apart. Raises ValueError for one and the
    same, and for a name that an answer has."""
    if one == other:
        raise ValueError(f"ONE, OTHER: must be two folders, got {one} twice")
    for last in range(1, max(len(one.parts), len(other.parts)) + 1):
        names = "/".join(one.parts[-last:]), "/".join(other.parts[-last:])
        if names[0] != names[1]:
            break
    if taken := {*names} & {"same", "answers", "p_value"}:
        raise ValueError(f"ONE, OTHER: a folder cannot be called {taken.pop()}, as something in the result is")
    return names


def preferences(
    answers: Annotated[list[Path], typer.Argument(metavar="ANSWERS...", help="The files that people saved.")],
    key: Annotated[Path, typer.Option("--key", help="The study's key.json.")],
    json: Annotated[Path | None, typer.Option("--json", help="File for the rates.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Turn a study's answers into preference rates with a sign test."""
    if json is not None:
        check_new_file(json, overwrite, "--json")
    from storygptv.evaluation.study import preferences as prefer

    known = _read(key)
    if not isinstance(known, dict) or not {"id", "systems", "left"} <= set(known):
        raise ValueError(f"--key: expected the key.json of a study, got {key}")
    rates = prefer(known, [_read(file) for file in answers])
    report.show_scores(rates, "people")
    if json is not None:
        write_json(json, rates)
        typer.echo(f"Rates: {json}")


def _read(file: Path) -> Any:
    try:
        return jsonlib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: expected JSON that can be read ({error})") from error
