"""docs/results.md: the tables of what has been measured, mean and spread over the seeds, with plots beside it; and what
has not been, with the command that measures it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from grid import CAPTIONER, FRAMES, SIZE, Cell, Grid

from storygptv.evaluation.charts import bars, curves
from storygptv.evaluation.tables import Table
from storygptv.files import write_whole

Read = Callable[[Mapping[str, Any]], float | None]
COMMAND = "recipes/tables.sh"
FAR = 0.2  # a standard deviation of shares of which a mean says little
NO_SHARES = ("FID (judge's features)", "CIDEr", "Seconds a frame", "Memory, MB")


class Resolved:
    """Reads the share of mentions of a kind that were resolved; its `mentions` are how many there are."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, scores: Mapping[str, Any]) -> float | None:
        return scores["references"][self.kind]["resolved"]

    def mentions(self, scores: Mapping[str, Any]) -> int:
        return scores["references"][self.kind]["mentions"]

    def interval(self, scores: Mapping[str, Any]) -> tuple[float, float] | None:
        """Of 95 %, bootstrapped over stories; None where there is none."""
        found = scores["references"][self.kind].get("interval")
        return None if found is None else tuple(found)


COLUMNS: dict[str, dict[str, Read]] = {
    "texts": {
        "Exact set": lambda s: s["char_acc"],
        "… nobody named": lambda s: s["char_acc_pronoun_frames"],
        "F1": lambda s: s["char_f1"],
        "he, she": Resolved("he_she"),
        "… fits others": Resolved("same_gender"),
        "they": Resolved("they"),
        "they, of one": Resolved("they_one"),
        "noun": Resolved("noun"),
        "by look": Resolved("look"),
        "… no text tells": Resolved("look_open"),
        "after others": Resolved("after_distractor"),
    },
    "pictures": {
        "Char-Acc": lambda s: s["char_acc"],
        "… nobody named": lambda s: s["char_acc_pronoun_frames"],
        "Char-F1": lambda s: s["char_f1"],
        "BG-Acc": lambda s: s["bg_acc"],
        "BG-F1": lambda s: s["bg_f1"],
        "FID (judge's features)": lambda s: s["classifier_fid"],
        "References": Resolved("all"),
        "… by look": Resolved("look"),
        "Looks kept": lambda s: s["character_looks_kept"],
        "Given looks": lambda s: s.get("character_looks_given_first"),
    },
    "length": {
        "Char-Acc": lambda s: s["char_acc"],
        "BG-Acc": lambda s: s["bg_acc"],
        "FID (judge's features)": lambda s: s["classifier_fid"],
        "Looks kept": lambda s: s["character_looks_kept"],
        "Seconds a frame": lambda s: s["timings"]["seconds_per_frame"],
        "Memory, MB": lambda s: s["timings"]["peak_memory_mb"],
    },
}
CAPTION_COLUMNS: dict[str, Read] = {"BLEU-4": lambda s: s.get("bleu4"), "CIDEr": lambda s: s.get("cider")}
TITLES = {
    "bundled_texts": "Who is meant: nothing is drawn",
    "bundled": "The same model, read in different ways",
    "bundled_length": "Long stories",
    "main": "Main comparison (Tables 1 and 7)",
    "stage_1": "Stage 1 (Table 3), original text",
    "stage_2": "What stage 2 reads and is aligned to (Table 4), referential text",
    "image_tokens": "[IMG] tokens (Table 8), referential text",
    "length": "Long stories (Table 5, Figure 6), referential text",
}
NOTES = {
    "bundled_texts": "Exact set: the characters named in a text, or whom the story LLM takes to be meant, are those in"
    " the frame. A mention is resolved where all it means are among them; by look: *the one in the green scarf*; no"
    " text tells: of these, those that only a picture resolves. The rules see no link, label or picture, and guess"
    " them; the true pictures are shown, since a drawing has looks of its own.",
    "bundled": "References: of all mentions but names, those drawn as they are meant. Looks kept: 0 is chance.",
    "stage_1": "The paper's default trains the last two layers of the vision encoder and calls ours *freeze vis*.",
    "length": "Seconds: the median of a story's last five frames, drawn alone. Memory: the most that the process held,"
    " or the GPU.",
}
# What is claimed of the interleaved story LLM against another: by so much ahead, at least
CLAIMS = (
    ("keeps untold looks 25 points better than captions alone", "Looks kept", "interleaved", "captions", 0.25),
    ("is within 5 points of the original text", "Char-Acc", "interleaved", "upper", -0.05),
    ("is within 2 points of the rules on all mentions", "References", "interleaved", "rules", -0.02),
    ("is within 2 points of the rules on *he* and *she*, nothing drawn", "he, she", "shown", "rules' texts", -0.02),
    ("is that where they fit others as well", "… fits others", "shown", "rules' texts", -0.02),
    ("is 20 points better than the rules where no text tells, nothing drawn", "… no text tells", "shown",
     "rules' texts", 0.2),
)  # fmt: skip
WHERE = {
    "bundled": {"interleaved": "bundled_story_llm", "captions": "bundled_captions", "upper": "bundled_upper",
                "rules": "bundled_rules", "shown": "texts_shown", "rules' texts": "texts_resolved"},
    "stage 2 anew": {"interleaved": "t4_interleaved_fuse", "captions": "t4_caption_fuse"},
    "both stages anew": {"interleaved": "story_llm", "captions": "captions", "upper": "char_ldm_original",
                      "rules": "rules"},
}  # fmt: skip
# What the paper's tables compare, the first cell with the second: by so many points of Char-Acc
COMPARED = (
    ("pictures read, not captions alone (Table 4)", "t4_interleaved_fuse", "t4_caption_fuse", 16.2),
    ("aligned to Emb_fuse, not Emb_text (Tables 4, 8)", "t8_fuse_8", "t8_text_8", 1.9),
    ("8 [IMG] tokens, not 4 (Table 8)", "t8_fuse_8", "t8_fuse_4", 1.7),
    ("8 [IMG] tokens, not 16 (Table 8)", "t8_fuse_8", "t8_fuse_16", 2.6),
    ("over Char-LDM, not over a plain LDM (Table 7)", "story_llm", "plain_llm", 3.9),
    ("Char-LDM, not LDM, original text (Table 1)", "char_ldm_original", "ldm_original", 4.7),
    ("Char-LDM with L_reg, not without (Table 3)", "t3_default", "t3_no_l_reg", 1.5),
    ("with augmented text, not without (Table 3)", "t3_default", "t3_no_augmented", 2.9),
    ("last two vision layers trained, not frozen (Table 3)", "t3_trained_vision", "t3_default", 1.7),
    ("with images at inference, not without (Table 3)", "t3_default", "t3_no_image", 0.6),
    ("story LLM, not memory attention, referential text (Table 1)", "story_llm", "memory", 10.7),
)
NOTES["bundled_length"] = NOTES["length"]


def write_results(grid: Grid, seeds: list[int], file: Path) -> list[tuple[Cell, int]]:
    """Write the page and its plots, `<name>/<table>.svg` beside it; the cells and seeds that have not been run."""
    missing = [
        (cell, seed)
        for cell in grid.cells.values()
        for seed in grid.seeds_of(cell, seeds)
        if not grid.is_done(cell, seed)
    ]
    parts = [part for section in _sections(grid) for part in _section(grid, seeds, file, *section)]
    claims = [*_claims(grid, seeds), *_compared(grid, seeds)]
    claims = ["## Do the claims hold here?", *claims] if claims else []
    text = "\n\n".join([_head(grid, seeds), *claims, *parts, *_not_run(grid, missing)])
    write_whole(file, lambda opened: opened.write((text + "\n").encode()))
    return missing


def _head(grid: Grid, seeds: list[int]) -> str:
    return f"""# Results in miniature

The paper's tables on toon, written by `{COMMAND}`: nothing is here that it did not measure. A number is the mean
over the seeds that were run, with their standard deviation where there are several, and each seed's own where shares
lie far apart; shares are 0 to 1, FID is in the judge's features (`docs/evaluation.md`). Pictures have {SIZE} pixels a
side, and the bundled judge judges them. All systems draw from the same noise; none that draws sees a picture but its
own drawings, or any crop of a true one, but for given looks, a score apart.
Seeds asked for: {", ".join(map(str, seeds))}."""


def _claims(grid: Grid, seeds: list[int]) -> list[str]:
    """What is claimed of the interleaved story LLM, and whether it holds in what was measured."""
    rows = []
    for where, names in WHERE.items():
        cells = {role: _results(grid, grid.cells[name], seeds) for role, name in names.items() if name in grid.cells}
        for claim, column, one, other, margin in CLAIMS:
            ours, theirs = cells.get(one), cells.get(other)
            if not ours or not theirs:
                continue
            read = COLUMNS[grid.cells[names[one]].measure][column]
            known = [[value for value in map(read, each) if value is not None] for each in (ours, theirs)]
            if all(known):
                ahead = mean(known[0]) - mean(known[1])
                pair = " and ".join(_value(read, each, with_interval=True) for each in (ours, theirs))
                points = f"{100 * ahead:+.1f}{_interval_between(read, ours, theirs, ahead)}"
                rows.append((claim, where, pair, points, "yes" if ahead >= margin else "**no**"))
    if not rows:
        return []
    about = (
        "Of few stories all but large differences may be chance: how many there are is told below each table. In"
        " brackets the 95 % interval of a share of mentions, bootstrapped over stories, and of the points between two"
        " as if they were of different stories, which is rather too wide."
    )
    return [about, _untitled(("Claim", "Weights", "Measured", "Points", "Holds"), rows)]


def _interval_between(read: Read, ours: Sequence[Mapping], theirs: Sequence[Mapping], ahead: float) -> str:
    """The interval of a difference, where both sides are of one seed and have one."""
    both = [_interval(read, each) for each in (ours, theirs)]
    if None in both:
        return ""
    half = sqrt(sum(((high - low) / 2) ** 2 for low, high in both))
    return f" ({100 * (ahead - half):+.1f} to {100 * (ahead + half):+.1f})"


def _interval(read: Read, each: Sequence[Mapping[str, Any]]) -> tuple[float, float] | None:
    """The interval of a share of mentions, of one seed; None where there is none."""
    return read.interval(each[0]) if isinstance(read, Resolved) and len(each) == 1 else None


def _compared(grid: Grid, seeds: list[int]) -> list[str]:
    """The paper's own comparisons, as far as they were run, over the seeds that both have."""
    rows = []
    for what, *names, published in COMPARED:
        cells = [grid.cells[name] for name in names if name in grid.cells]
        both = [seed for seed in seeds if all(grid.result(cell, seed) for cell in cells)]
        if both and len(cells) == 2:
            results = [_results(grid, cell, both) for cell in cells]
            ours, theirs = ([each["char_acc"] for each in of_cell] for of_cell in results)
            ahead = [100 * (one - other) for one, other in zip(ours, theirs, strict=True)]
            holds = _holds(ours, theirs, results[0][0]["num_frames"])
            each = f" ({', '.join(f'{more:+.1f}' for more in ahead)})" if len(ahead) > 1 else ""
            pair = f"{mean(ours):.3f} and {mean(theirs):.3f}"
            points = "" if published is None else f"{published:+.1f}"
            rows.append((what, points, pair, f"{mean(ahead):+.1f}{each}", holds, " ".join(map(str, both))))
    if not rows:
        return []
    about = (
        "The paper's comparisons of its own parts, by Char-Acc, and each seed's points. One is told, and holds or is"
        " the other way round, where it is two standard errors of such shares of frames apart, and all seeds agree."
    )
    head = ("Compared", "Points in the paper", "Measured", "Points here", "Holds", "Seeds")
    return [about, _untitled(head, rows)]


def _untitled(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of the page without a title of its own."""
    return Table("", head, rows).markdown().removeprefix("### \n\n")


def _holds(ours: Sequence[float], theirs: Sequence[float], num_frames: int) -> str:
    """Whether shares of `num_frames` frames, one of each seed, are above others: two standard errors of the mean
    difference, frames taken as independent, and in every seed."""
    one, other = mean(ours), mean(theirs)
    error = sqrt((one * (1 - one) + other * (1 - other)) / (num_frames * len(ours)))
    if abs(one - other) < 2 * error or len({a > b for a, b in zip(ours, theirs, strict=True)}) > 1:
        return "not told"
    return "yes" if one > other else "**no**"


def _sections(grid: Grid) -> list[tuple[str, str, Callable[[Cell], bool]]]:
    """The parts of the page: title, what there is to know, and which cells are of it."""
    scale = grid.scale
    steps = lambda *parts: ", ".join(f"{part} {scale.parts[part]['steps']:,}" for part in parts)  # noqa: E731
    trained = f"Scale `{scale.name}`: {scale.train_stories:,} training stories of {FRAMES} frames. Steps of training: "
    reader = "The language model is SmolLM2-135M-Instruct, frozen unless said; [IMG], visual tokens and mapper are new."
    seeds = "A seed is that of all training, and of the noise."
    of_systems = [part for part in scale.parts if part != grid.models[CAPTIONER].part]
    return [
        ("With the bundled weights", "Nothing is trained: the seeds are those of the noise.",
         lambda cell: cell.is_bundled),
        ("Stage 2 trained anew, over the bundled Char-LDM", f"{trained}{steps('story-llm')}. {reader} {seeds}",
         lambda cell: not cell.is_bundled and not grid.has_own_ldm(cell)),
        ("Both stages trained anew, over the bundled VAE and towers",
         f"{trained}{steps(*of_systems)}. {reader} {seeds}",
         grid.has_own_ldm),
    ]  # fmt: skip


def _section(
    grid: Grid, seeds: list[int], file: Path, title: str, about: str, is_of: Callable[[Cell], bool]
) -> list[str]:
    parts, cells = [f"## {title}", about], [cell for cell in grid.cells.values() if is_of(cell)]
    tables = {cell.table: [each for each in cells if each.table == cell.table] for cell in cells}
    for table, of_table in tables.items():
        done = {cell: results for cell in of_table if (results := _results(grid, cell, seeds))}
        if done:
            parts += _table(grid, table, done, file)
    return parts if len(parts) > 2 else [*parts, "Nothing of this has been run yet."]


def _results(grid: Grid, cell: Cell, seeds: list[int]) -> list[Mapping[str, Any]]:
    results = (grid.result(cell, seed) for seed in grid.seeds_of(cell, seeds))
    return [result["scores"] | {"device": result["device"]} for result in results if result is not None]


def _table(grid: Grid, table: str, done: Mapping[Cell, list[Mapping[str, Any]]], file: Path) -> list[str]:
    first = next(iter(done))
    columns, is_long = COLUMNS[first.measure], first.measure == "length"
    columns = columns | (CAPTION_COLUMNS if grid.is_captioned(first) else {})
    head = ("System", *(("Frames",) if is_long else ()), *columns, "Seeds")
    told = lambda each: [_value(read, each, name not in NO_SHARES) for name, read in columns.items()]  # noqa: E731
    rows = [
        (cell.row, *((str(cell.frames),) if is_long else ()), *told(each), str(len(each)))
        for cell, each in done.items()
    ]
    measured = {"1 story" if (n := each[0]["num_stories"]) == 1 else f"{n} stories" for each in done.values()}
    devices = " and ".join(sorted({result["device"] for each in done.values() for result in each}))
    frames = "" if is_long else f" of {first.frames} frames"
    notes = [NOTES.get(table, ""), _given_looks(done), _captioner(done)]
    about = " ".join([f"{' and '.join(sorted(measured))}{frames}, on {devices}.", *filter(None, notes)])
    parts = [Table(TITLES[table], head, rows).markdown(), f"{about} `{COMMAND} --only {table}`"]
    return parts + [f"![{TITLES[table]}]({file.stem}/{name})" for name in _plots(table, done, file)]


def _given_looks(done: Mapping[Cell, list[Mapping[str, Any]]]) -> str:
    """What is to be known of looks that are given, where some system sees pictures."""
    chance = [each.get("character_looks_chance") for results in done.values() for each in results]
    known = [share for share in chance if share is not None]
    if not known:
        return ""
    return (
        "Given looks: drawn once more with the true first picture given, the share of its looks that later frames show,"
        f" of systems that see pictures; {known[0]:.3f} is chance."
    )


def _captioner(done: Mapping[Cell, list[Mapping[str, Any]]]) -> str:
    """What is to be known of captions: how near those of the true pictures are."""
    of_true = [each for results in done.values() for each in results if each.get("captioner_bleu4") is not None]
    if not of_true:
        return ""
    bleu4, cider = (of_true[0][f"captioner_{name}"] for name in ("bleu4", "cider"))
    return (
        "BLEU-4 (0 to 1) and CIDEr (0 to 10): of what a captioner, one for all and trained on the training stories,"
        f" says of the pictures, against the original captions; of the true pictures {bleu4:.3f} and {cider:.3f}."
    )


def _value(
    read: Read, each: Sequence[Mapping[str, Any]], is_share: bool = True, with_interval: bool = False
) -> str:  # fmt: skip
    """A number of a table; of references with how many there are, since few tell little, and where it is asked for the
    interval that comes of that, of one seed."""
    value = spread(map(read, each), is_share)
    if not value or not isinstance(read, Resolved):
        return value
    known = _interval(read, each) if with_interval else None
    interval = "" if known is None else f" ({known[0]:.2f} to {known[1]:.2f})"
    return f"{value}{interval} of {read.mentions(each[0])}"


def spread(values, is_share: bool = True) -> str:
    """Mean ± standard deviation of what is not None; of shares that lie far apart each one too."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    digits = 3 if abs(mean(known)) < 10 else 1
    told = lambda value: f"{value:.{digits}f}"  # noqa: E731
    if len(known) == 1:
        return told(known[0])
    each = f" ({', '.join(map(told, known))})" if is_share and stdev(known) > FAR else ""
    return f"{told(mean(known))} ± {told(stdev(known))}{each}"


def _plots(table: str, done: Mapping[Cell, list[Mapping[str, Any]]], file: Path) -> list[str]:
    """Draw a table: bars of Char-Acc, of long stories curves over the number of frames."""
    plots: dict[str, str] = {}
    if next(iter(done)).measure != "length":
        average = {cell.row: mean(each["char_acc"] for each in results) for cell, results in done.items()}
        plots[f"{table}.svg"] = bars([(row, value, None) for row, value in average.items()])
    else:
        for short, column in (("quality", "Char-Acc"), ("memory", "Memory, MB"), ("seconds", "Seconds a frame")):
            read = COLUMNS["length"][column]
            series: dict[str, list[tuple[float, float]]] = {}
            for cell, results in done.items():
                series.setdefault(cell.row, []).append((cell.frames, mean(map(read, results))))
            plots[f"{table}-{short}.svg"] = curves(series, column)
    for name, svg in plots.items():
        write_whole(file.parent / file.stem / name, lambda opened, svg=svg: opened.write(svg.encode()))
    return list(plots)


def _not_run(grid: Grid, missing: Sequence[tuple[Cell, int]]) -> list[str]:
    if not missing:
        return []
    lines = ["| cell | seeds | command |", "|---|---|---|"]
    for cell in dict.fromkeys(cell for cell, _ in missing):
        seeds = " ".join(str(seed) for other, seed in missing if other == cell)
        lines.append(f"| {cell.name} | {seeds} | `{COMMAND} --only {cell.name} --seeds {seeds}` |")
    about = "A command makes all that its cell needs, models too, and writes this page anew. All of it:"
    return ["## Not run", f"{about} `{COMMAND}`.", "\n".join(lines)]
