"""`storygptv data`: build a data set, read one, or look at one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storygptv.cli import report
from storygptv.cli.folder import check_new_file, check_new_folder
from storygptv.cli.options import MAX_SEED, OverwriteOption, Split, command_group
from storygptv.files import write_whole

data_app = command_group("Build a data set, or look at one.")
MANY_FRAMES = 2000  # from so many on it is worth starting a process for each core


@data_app.command("toon")
def data_toon(
    out: Annotated[Path, typer.Option("--out", help="Folder for the data set.")],
    split: Annotated[Split, typer.Option("--split")] = Split.train,
    stories: Annotated[int, typer.Option("--stories", min=1, help="How many.")] = 1000,
    frames: Annotated[int, typer.Option("--frames", min=2, max=100, help="Frames a story.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED)] = 0,
    size: Annotated[int, typer.Option("--size", min=32, max=4096, help="Pixels a side.")] = 128,
    few_words: Annotated[
        float, typer.Option("--few-words", min=0, max=1, help="Share of stories told in few words, as people write.")
    ] = 0.0,
    by_look: Annotated[
        float,
        typer.Option("--by-look", min=0, max=1, help='Chance that whoever can be is "the one in the green scarf".'),
    ] = 0.0,
    overwrite: OverwriteOption = False,
) -> None:
    """Build the built-in cartoon data set; the same arguments give the same bytes."""
    check_new_folder(out, overwrite)
    from storygptv.cores import num_cores
    from storygptv.toon.dataset import write_toon

    with report.resumable(), report.progress_bar("Drawing stories") as progress:
        write_toon(
            split=split.value,
            stories=stories,
            frames=frames,
            seed=seed,
            size=size,
            out=out,
            overwrite=overwrite,
            progress=progress,
            num_workers=num_cores() if stories * frames >= MANY_FRAMES else 1,
            few_words=few_words,
            by_look=by_look,
        )
    typer.echo(f"{stories:,} stories of {frames} frames: {out}")


@data_app.command("toon-tales")
def data_toon_tales(
    out: Annotated[Path, typer.Option("--out", help="Folder for the file of tales.")],
    split: Annotated[Split, typer.Option("--split")] = Split.train,
    stories: Annotated[int, typer.Option("--stories", min=1, help="How many.")] = 1000,
    frames: Annotated[int, typer.Option("--frames", min=2, max=100, help="Frames a story.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED)] = 0,
    overwrite: OverwriteOption = False,
) -> None:
    """Write the stories of the cartoon world as tales: their sentences, with the scene of each."""
    check_new_folder(out, overwrite)
    from storygptv.data.tales import tale_text
    from storygptv.toon.tales import toon_tale

    out.mkdir(parents=True, exist_ok=True)
    text = "\n".join(tale_text(toon_tale(split.value, index, frames, seed)) for index in range(stories))
    write_whole(out / "toon.txt", lambda file: file.write(text.encode()))
    typer.echo(f"{stories:,} stories of {frames} frames: {out / 'toon.txt'}")


def _published(name: str, title: str, num_frames: int) -> None:
    """The command that reads a published data set, by default in stories of so many frames."""

    @data_app.command(name, help=f"Read {title} in its published layout.")
    def read(
        raw: Annotated[Path, typer.Argument(metavar="RAW", help="The folder with split.json and the rest.")],
        out: Annotated[Path, typer.Option("--out", help="Folder for the data set.")],
        split: Annotated[Split, typer.Option("--split")] = Split.train,
        frames: Annotated[int, typer.Option("--frames", min=2, max=100, help="Frames a story.")] = num_frames,
        size: Annotated[int, typer.Option("--size", min=16, max=4096, help="Pixels a side.")] = 512,
        seed: Annotated[int, typer.Option("--seed", min=0, max=MAX_SEED, help="Which frame of a clip.")] = 0,
        portraits: Annotated[
            Path | None, typer.Option("--portraits", help="Folder of reference pictures, a file a name; RAW/chars.")
        ] = None,
        overwrite: OverwriteOption = False,
    ) -> None:
        check_new_folder(out, overwrite)
        from storygptv.data.published import PUBLISHED, write_published

        with report.resumable(), report.progress_bar("Reading stories") as progress:
            info, left_out = write_published(
                raw, PUBLISHED[name], split.value, out, frames, size, seed, overwrite, progress, portraits
            )
        typer.echo(f"{info.num_stories:,} stories of {frames} frames, {info.num_frames:,} distinct frames: {out}")
        if left_out:
            typer.echo(f"{left_out:,} more reach into another split and were left out.")
        if name == "pororo":
            typer.echo("Nothing published says in which order its labels are: see by `data show` that names are right.")


_published("flintstones", "FlintstonesSV", 5)
_published("pororo", "PororoSV", 4)  # longer ones need a cache of their own


@data_app.command("folder")
def data_folder(
    raw: Annotated[Path, typer.Argument(metavar="RAW", help="Pictures, stories.jsonl and cast.json.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the data set.")],
    split: Annotated[Split, typer.Option("--split", help="What it is to be used for.")] = Split.train,
    size: Annotated[int, typer.Option("--size", min=16, max=4096, help="Pixels a side.")] = 512,
    name: Annotated[str | None, typer.Option("--name", help="What all its splits are called; as RAW is.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Read your own stories: a folder of pictures with a line for each frame in stories.jsonl."""
    check_new_folder(out, overwrite)
    from storygptv.data.folder import write_folder

    with report.resumable(), report.progress_bar("Reading frames") as progress:
        info = write_folder(raw, split.value, out, size, overwrite, progress, name)
    typer.echo(f"{info.num_stories:,} stories, {info.num_frames:,} frames: {out}")


@data_app.command("masks")
def data_masks(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A data set folder.")],
    model: Annotated[str, typer.Option("--model", help="A SAM or SAM 2, folder or hub id.")] = "facebook/sam-vit-huge",
    detector: Annotated[
        str | None, typer.Option("--detector", help="A text-grounded detector, for frames without boxes.")
    ] = None,
    describe: Annotated[
        list[str], typer.Option("--describe", metavar="NAME=TEXT", help="What the detector is to look for.")
    ] = [],  # noqa: B006
    device: Annotated[list[str], typer.Option("--device", help="cpu, cuda:0, ...; several share the work.")] = ["cpu"],  # noqa: B006
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Frames at a time.")] = 4,
    threshold: Annotated[float, typer.Option("--threshold", min=0, max=1, help="How sure a detector must be.")] = 0.25,
) -> None:
    """Fill in the character masks that a data set lacks; run again, it goes on where it stopped."""
    report.quieten_libraries()
    from storygptv.cli import check_device
    from storygptv.data.segment import add_masks
    from storygptv.data.store import StoryData

    descriptions = dict(text.split("=", 1) for text in describe if "=" in text)
    names = StoryData.load(folder).info.names
    for text in describe:
        if text.split("=", 1)[0] not in names or "=" not in text:
            raise ValueError(f"--describe: expected NAME=TEXT with one of {', '.join(names)}, got {text!r}")
    for each in device:
        check_device(each)
    with report.progress_bar("Segmenting") as progress:
        filled, left = add_masks(folder, model, detector, descriptions, device, batch_size, threshold, progress)
    typer.echo(f"Masks for {filled:,} frames: {folder}")
    if left:
        typer.echo(f"In {left:,} more nobody was found.")


@data_app.command("check")
def data_check(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Data set folders, one for each split.")],
    sheet: Annotated[Path | None, typer.Option("--sheet", help="File for a contact sheet of the first.")] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Count what is in data sets, say what is missing, and what splits share; exit status 1 if they share anything."""
    if sheet is not None:
        check_new_file(sheet, overwrite, "--sheet")
    from itertools import combinations

    from storygptv.data.check import check, contact_sheet, shared
    from storygptv.data.store import StoryData

    loaded = [StoryData.load(folder) for folder in folders]
    for folder, data in zip(folders, loaded, strict=True):
        report.show_counts(f"{folder}: {data.info.name} {data.info.split}", check(data))
    clean = True
    for (one, first), (other, second) in combinations(zip(folders, loaded, strict=True), 2):
        for what, ids in shared(first, second).items():
            clean = clean and not ids
            some = f": {', '.join(ids[:3])}{' ...' if len(ids) > 3 else ''}" if ids else ""
            typer.echo(f"{one} and {other} share {len(ids):,} {what}{some}")
    if sheet is not None:
        picture = contact_sheet(loaded[0])
        write_whole(sheet, lambda file: picture.save(file, "PNG"))
        typer.echo(f"Contact sheet: {sheet}")
    if not clean:
        raise typer.Exit(1)


@data_app.command("show")
def data_show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A data set folder.")],
    out: Annotated[Path, typer.Option("--out", help="File for the picture.")],
    story: Annotated[int, typer.Option("--story", min=0, help="Which story, from 0.")] = 0,
    overwrite: OverwriteOption = False,
) -> None:
    """One story of a data set as a picture: frames, masks, boxes, labels, captions and links."""
    check_new_file(out, overwrite)
    from storygptv.data.preview import show
    from storygptv.data.store import StoryData

    loaded = StoryData.load(folder)
    if story >= len(loaded):
        raise ValueError(f"--story: {folder} has stories 0 to {len(loaded) - 1}, got {story}")
    picture = show(loaded, story)
    write_whole(out, lambda file: picture.save(file, "PNG"))
    typer.echo(f"Story {story}: {out}")
