"""What the command says: sentences, progress bars and tables, and the exit status of whatever went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


def status_of(command: Callable[[], Any]) -> int:
    """Run `command` and return the exit status, saying in one sentence what went wrong.

    With STORYGPTV_TRACEBACK=1 in the environment the traceback is printed too.
    """
    try:
        status = command()
        sys.stdout.flush()
        if status == INTERRUPTED:  # typer answers Ctrl-C with the status
            raise KeyboardInterrupt
        return status if isinstance(status, int) else 0
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output is gone: nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if os.environ.get("STORYGPTV_TRACEBACK") == "1":
            traceback.print_exc()
        status, sentence = _verdict(error)
        complain(f"Error: {sentence}")
        return status


def _verdict(error: Exception) -> tuple[int, str]:
    text = " ".join(str(error).split())
    if hasattr(error, "format_message"):  # typer's own: an unknown option, a value out of range
        return BAD_INPUT, f"{error.format_message()} (see --help)"
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
        return FAILED, "out of memory; a smaller --dtype such as bfloat16, or a shorter story, takes less"
    if isinstance(error, ValueError):
        return BAD_INPUT, text
    if isinstance(error, (OSError, ImportError)):
        return FAILED, text
    return FAILED, f"{type(error).__name__}: {text}"


def complain(sentence: str) -> None:
    """Print to standard error."""
    print(sentence, file=sys.stderr)


def quieten_libraries() -> None:
    """Keep the notes that libraries print while they load from drowning ours."""
    import warnings

    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    os.environ.setdefault("TQDM_DISABLE", "1")  # their bars; ours are rich's
    import transformers

    warnings.filterwarnings("ignore", category=FutureWarning)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


UNSURE = 0.6  # a figure below this probability is told to be unsure


def show_understood(frame: Any, lent: set[str]) -> None:
    """Print what a frame that was drawn was understood as; `lent` are those whose lent looks were told before."""
    if not (understood := frame.understood):
        return
    print(f"{frame.index + 1:3}. {frame.text}\n     understood as: {understood['line']}")
    people = understood["people"]
    unsure = [f"{each['name']} {each['probability']:.0%}" for each in people if each["probability"] < UNSURE]
    if unsure:
        print(f"     unsure: {', '.join(unsure)}")
    for each in people:
        if each["drawn_as"] != each["name"] and each["name"] not in lent:
            lent.add(each["name"])
            print(f"     {each['name']} is " + (f"drawn as {each['drawn_as']}" if each["drawn_as"] else "left out"))


def show_reading(number: int, text: str, reading: Any) -> None:
    """Print a sentence, and below it what it was understood as."""
    for person in reading.new:
        print(f"     {person.line()}")
    print(f"{number + 1:3}. {text}\n     = {reading.scene.line()}")
    figures = zip(reading.scene.figures, reading.probabilities, strict=True)
    unsure = [f"{figure.name} {chance:.0%}" for figure, chance in figures if chance < UNSURE]
    if unsure:
        print(f"     unsure: {', '.join(unsure)}")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something of unknown length is going on, on a terminal."""
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield


@contextmanager
def resumable(where: str = "where it stopped") -> Iterator[None]:
    """Say, when the block is interrupted, that the same command goes on, and from where."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"Stopped: the same command goes on {where}.")
        raise


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; the block gets `progress(done, total)`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, Remaining(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_cast(cast: Any) -> None:
    """Who, where and what a model knows."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("Who", "Pronoun", title="The cast")
    for character in cast.characters:
        table.add_row(character["name"], character["pronoun"])
    console.print(table)
    for heading, known in (("Where", cast.places), ("Actions", cast.actions), ("Things", cast.props)):
        console.print(f"[bold]{heading}:[/bold] {', '.join(known)}")


def show_counts(title: str, counts: Mapping[str, Any]) -> None:
    """What was counted, a row each."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "", title=title, show_header=False)
    for key, value in _flat(counts).items():
        table.add_row(key, " / ".join(map(str, value)) if isinstance(value, list) else f"{value:,}")
    Console().print(table)


def show_scores(scores: Mapping[str, Any], name: str = "StoryGPT-V") -> None:
    """A report of scores as tables, the main system being called `name`."""
    from rich.console import Console
    from rich.table import Table

    from storygptv.evaluation.tables import tables_of

    console = Console()
    for each in tables_of(scores, name):
        table = Table(*each.head, title=each.title)
        for row in each.rows:
            table.add_row(*row)
        console.print(table)
    if "judge" in scores:
        console.print(scores["judge"])


def show_info(model: str, info: Mapping[str, Any]) -> None:
    """A model's parts with their sizes, and what else it says of itself."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("Part", "Class", "Parameters", "MB", title=f"Model {model}")
    for name, part in info["parts"].items():
        table.add_row(name, part["class"], f"{part['parameters']:,}", f"{part['bytes'] / 1e6:.1f}")
    total = [sum(part[key] for part in info["parts"].values()) for key in ("parameters", "bytes")]
    table.add_section()
    table.add_row("all", "", f"{total[0]:,}", f"{total[1] / 1e6:.1f}")
    console.print(table)
    for key in (key for key in info if key != "parts"):
        console.print(f"[bold]{key}:[/bold]")
        console.print_json(data=info[key])


def show_plan(plan: Mapping[str, Any], device: str) -> None:
    """What a training run would take."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("Part", "Trained", "Frozen", title=f"Parameters of {plan['part']}")
    for name, part in plan["parts"].items():
        table.add_row(name, f"{part['trainable']:,}", f"{part['frozen']:,}")
    table.add_section()
    table.add_row(
        "all", *(f"{sum(part[kind] for part in plan['parts'].values()):,}" for kind in ("trainable", "frozen"))
    )
    console.print(table)

    gib = lambda size: "not estimated" if size is None else f"{size / 2**30:,.2f}"  # noqa: E731
    processes = f"{plan['processes']} process{'es' if plan['processes'] > 1 else ''}"
    memory = Table("For", "GiB", title=f"Memory of each device ({device}, {processes}, precision {plan['precision']})")
    for name, size in plan["memory"].items():
        memory.add_row(name, gib(size))
    memory.add_section()
    memory.add_row("held from the first step to the last", gib(sum(plan["memory"].values())))
    memory.add_section()
    for name, size in plan["estimates"].items():
        memory.add_row(f"estimate: {name}", gib(size))
    console.print(memory)
    console.print(
        f"{plan['steps']:,} steps, {plan['samples']:,} samples: {plan['epochs']:.2f} epochs of {plan['rows']:,}."
        " Nothing was written, and no weights were read. Estimates are of one batch on its way there and back; what"
        " libraries and memory in pieces take is in neither."
    )


def _flat(scores: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in scores.items():
        flat |= {f"{key} {of}": each for of, each in value.items()} if isinstance(value, Mapping) else {key: value}
    return flat
