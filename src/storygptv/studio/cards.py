"""The page's own markup: the cast, the storyboard with a card a frame, and how far the drawing is.

Every text of a person or a model is escaped where it is put in.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from storygptv.project import Project
from storygptv.story import MAX_TEXT_CHARS
from storygptv.studio.drawing import Task
from storygptv.studio.explain import SURE

MAX_FRAME_SEED = 2**32 - 1


def hue(index: int, count: int) -> int:
    """The colour of one of `count` characters, in degrees."""
    return round(360 * index / max(count, 1)) % 360


def cast_list(
    characters: Sequence[Mapping[str, str]], portraits: Mapping[str, str], played: Mapping[str, str], there: set[str]
) -> str:  # fmt: skip
    """The cast with portraits (name -> address), whom they play (name -> the story's own name), and who of them is
    `there` in this story."""
    items = []
    for n, character in enumerate(characters):
        name = character["name"]
        face = f'<img src="{escape(portraits[name])}" alt="">' if name in portraits else '<span class="noface"></span>'
        told = f"<b>{escape(played.get(name, name))}</b>"
        plays = f"<small>played by {escape(name)}</small>" if name in played else ""
        pronoun = f"<small>{escape(character.get('pronoun', ''))}</small>"
        is_there = '<small class="in">in the story</small>' if name in there else ""
        items.append(
            f'<li class="{"there" if name in there else ""}" style="--who: {hue(n, len(characters))}">'
            f"{face}<span>{told}{plays}{pronoun}{is_there}</span></li>"
        )
    return f'<ul class="cast" aria-label="The cast">{"".join(items)}</ul>' if items else ""


def understood(frame: Mapping[str, Any]) -> str:
    """What a frame was understood as: who, how surely, drawn as whom, and its line; below `SURE` it is unsure."""
    told = frame.get("understood")
    if not told:
        return ""
    items = []
    for n, person in enumerate(told["people"]):
        name, score, drawn_as = person["name"], person["probability"], person.get("drawn_as")
        unsure = "" if score >= SURE else " unsure"
        lent = f" as {drawn_as}" if drawn_as and drawn_as != name else "" if drawn_as else " left out"
        items.append(
            f'<li class="{unsure.strip()}" style="--who: {hue(n, len(told["people"]))}">'
            f"{escape(name)} <small>{round(100 * score)}\u202f%{unsure}{escape(lent)}</small></li>"
        )
    line = f'<p class="line">Understood as: {escape(told["line"])}</p>'
    return f'<ul class="who" aria-label="Who was understood">{"".join(items)}</ul>{line}'


def board(name: str, project: Project, address: Callable[[Path], str], played: Mapping[str, str], busy: bool) -> str:
    """The storyboard: a card for each drawn frame, an empty one for each that waits."""
    off = " disabled" if busy else ""
    cards = [_card(n, project, address, played, off) for n in range(len(project.drawn))]
    for n, frame in enumerate(project.waiting, start=len(project.drawn) + 1):
        cards.append(
            f'<li class="card waiting"><div class="blank" aria-hidden="true"></div>'
            f'<p class="caption"><span class="number">{n}</span> {escape(frame.text)}</p></li>'
        )
    return (
        f'<ol class="board" data-story="{escape(name)}" data-seen="{seen(project)}" aria-label="Storyboard">'
        f"{''.join(cards)}</ol>"
    )


def seen(project: Project) -> str:
    """What a board shows of a story, in short: another once frames are others, or elsewhere."""
    shown = [(frame["text"], frame["seed"], project.versions(n), frame.get("version", 1))
             for n, frame in enumerate(project.drawn)]  # fmt: skip
    return _digest(shown)


def _digest(shown: Any) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _card(n: int, project: Project, address: Callable[[Path], str], played: Mapping[str, str], off: str) -> str:
    frame, number = project.drawn[n], n + 1
    versions = project.versions(n)
    seed = "your picture" if frame["seed"] is None else f"seed {frame['seed']}"
    which = f" · version {frame.get('version', 1)} of {len(versions)}" if len(versions) > 1 else ""
    picture = escape(address(project.path / frame["image"]))
    return (
        f'<li class="card"><img src="{picture}" alt="Picture of frame {number}">'
        f'<p class="caption"><span class="number">{number}</span> {escape(frame["text"])}</p>'
        f"{understood(frame)}"
        f'<p class="facts">{seed}{which}</p>'
        f'<div class="acts"><button type="button" data-do="redraw" data-frame="{n}" aria-label="Redraw frame {number}"'
        f'{off}>Redraw</button><button type="button" popovertarget="edit-{n}" aria-label="Edit frame {number}">Edit'
        f"</button></div>{_editor(n, project, address, versions, off)}</li>"
    )  # fmt: skip


def line_of(frame: Mapping[str, Any]) -> str:
    """The scene that a frame's picture was to show, in one line; empty where it is not known."""
    return (frame.get("understood") or {}).get("line", "")


def _editor(n: int, project: Project, address: Callable[[Path], str], versions: Sequence[int], off: str) -> str:
    """What a card's Edit opens: text, seed, versions, a frame after it, its place."""
    frame, number, last = project.drawn[n], n + 1, len(project.drawn) - 1

    def button(act: str, words: str, more: str = "", disabled: str = off) -> str:
        return f'<button type="button" data-do="{act}" data-frame="{n}"{more}{disabled}>{words}</button>'

    pictures = {each.get("version", 1): each["image"] for each in (frame, *frame.get("versions", ()))}
    shown = "".join(
        button(
            "restore",
            f'<img src="{escape(address(project.path / pictures[version]))}" alt="" loading="lazy"> {version}',
            f' data-version="{version}" aria-pressed="{str(version == frame.get("version", 1)).lower()}"'
            f' aria-label="Version {version} of frame {number}"',
        )
        for version in versions
    )
    ask = f' data-ask="Take frame {number} out of the story, with all its versions?"'
    was = _digest((frame["text"], frame["seed"], versions))
    most, at_most = f"<small>up to {MAX_TEXT_CHARS:,} characters</small>", f'maxlength="{MAX_TEXT_CHARS}"'
    first_off, last_off, only_off = (off or (" disabled" if n == at else "") for at in (0, last, last if not n else -1))
    return (
        f'<div popover id="edit-{n}" class="editor" role="dialog" aria-label="Edit frame {number}" data-was="{was}">'
        f'<div class="head"><strong>Frame {number}</strong><button type="button" popovertarget="edit-{n}"'
        f' popovertargetaction="hide" aria-label="Close">✕</button></div>'
        f'<label>Text {most}<textarea data-of="text" rows="3" {at_most}>{escape(frame["text"])}</textarea>'
        f'</label><label>Scene <small>who does what; where; with what</small>'
        f'<input data-of="scene" value="{escape(line_of(frame))}"></label>'
        f'<label>Seed <small>0 to {MAX_FRAME_SEED:,}; empty: a new one, or the same if the text changes</small>'
        f'<input data-of="seed" type="number" min="0" max="{MAX_FRAME_SEED}" inputmode="numeric"></label>'
        f'<div class="acts">{button("redraw", "Redraw this frame")}{button("onward", "Redraw from here on")}</div>'
        f'<div class="versions" role="group" aria-label="Versions of frame {number}">{shown}</div>'
        f'<label>A new frame after this one {most}<textarea data-of="after" rows="2" {at_most}></textarea>'
        f'</label><div class="acts">{button("insert", "Tell and draw it")}</div>'
        f'<div class="acts">{button("earlier", "Move earlier", disabled=first_off)}'
        f"{button('later', 'Move later', disabled=last_off)}{button('remove', 'Remove', ask, only_off)}</div></div>"
    )  # fmt: skip


def status(task: Task | None, place: int, said: str = "", wrong: bool = False, failed: str = "") -> str:
    """How far the drawing is, with a bar, and one sentence; `said` goes before, and is an error if `wrong`. Of a task
    that failed `failed` says why."""
    note = f'<p class="{"wrong" if wrong else "said"}" role="{"alert" if wrong else "status"}">{escape(said)}</p>'
    sentence = _sentence(task, place, failed) if task else ""
    bar = left = ""
    if task and task.state == "drawing":
        percent = round(100 * task.share)
        seconds = task.seconds_left()
        left = "" if seconds is None else f" · about {_duration(seconds)} left"
        bar = (
            f'<div class="bar" role="progressbar" aria-label="Drawing" aria-valuemin="0" aria-valuemax="100"'
            f' aria-valuenow="{percent}"><div style="width: {percent}%"></div></div>'
        )
    kind, role = ("wrong", "alert") if task is not None and task.state == "failed" else ("how", "status")
    how = f'<p class="{kind}"><span role="{role}">{escape(sentence)}</span>{left}</p>'
    return f'<div class="status">{note if said else ""}{bar}{how}</div>'


def _sentence(task: Task, place: int, failed: str) -> str:
    of = f"{task.frames} of {_frames(task.num_frames)}"
    if task.state == "waiting":
        return f"Waiting for its turn: {place} {'story is' if place == 1 else 'stories are'} before this one."
    if task.state == "drawing":
        return f"Drawing: {of} done"
    if task.state == "failed":
        return failed
    return f"Stopped: {of} drawn and kept." if task.state == "stopped" else f"{_frames(task.frames)} drawn."


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _duration(seconds: float) -> str:
    return f"{max(1, math.ceil(seconds))} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"


def played_by(project: Project, names: Sequence[str]) -> dict[str, str]:
    """Of the cast's names those who play somebody, and whom."""
    spelt = {name.lower(): name for name in names}
    return {spelt.get(c.plays.lower(), c.plays): c.name for c in project.characters if c.plays}


def there(project: Project, spans: Callable[[str], Sequence[Mapping[str, Any]]], played: Mapping[str, str]) -> set[str]:
    """Who of the cast is in the story: whom the model took to be in a drawn frame, and whom those that wait name."""
    people = [person for frame in project.drawn for person in (frame.get("understood") or {}).get("people", ())]
    found = {person["drawn_as"] for person in people if person.get("drawn_as")}
    for frame in project.waiting:
        found |= {span["character"] for span in spans(frame.text)}
        found |= {name for name, own in played.items() if _names(frame.text, own)}
    return found


def _names(text: str, name: str) -> bool:
    """Whether a text holds a name, in any case, as whole words."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
