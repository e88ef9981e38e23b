"""Finding names and mentions in text: the only place that does.

A name is found in any case, with its apostrophe ("Mia's"), with or without accents and the full stop of a title ("mrs
plum"), and, if it has five letters or more, with one letter wrong ("Biscut"). In lower case after an article it is a
thing ("a biscuit").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

LEAST_TYPO = 5  # letters that a name must have to be found with one of them wrong
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text in lower case, without accents, full stops and possessive endings, single spaces between words."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.sub(r"'s?$", "", word) for word in letters.replace(".", " ").split())


def name_spans(text: str, aliases: Mapping[str, Sequence[str]]) -> list[tuple[int, int, str]]:
    """Return where a text names whom, as (start, end, name): whole words only, the longest alias first.

    `aliases` maps every name to the ways it is written.
    """
    pattern, name_of = _pattern(tuple((alias, name) for name, ways in aliases.items() for alias in ways))
    found = [m for m in pattern.finditer(_without_accents(text)) if not _is_thing(text, m.start(), m.end())]
    spans = [(m.start(), m.end(), name_of[_key(m.group())]) for m in found]
    taken = [range(start, end) for start, end, _ in spans]
    single = {_key(way): name for name, ways in aliases.items() for way in ways if " " not in way}
    for match in _WORD.finditer(text):
        word = plain(_POSSESSIVE.sub("", match.group()))
        if len(word) < LEAST_TYPO - 1 or any(match.start() in span for span in taken) or word in _COMMON:
            continue
        near = {name for way, name in single.items() if len(way) >= LEAST_TYPO and is_typo(word, way)}
        if len(near) == 1:
            end = match.start() + len(_POSSESSIVE.sub("", match.group()))
            spans.append((match.start(), end, near.pop()))
    return sorted(spans)


def _is_thing(text: str, start: int, end: int) -> bool:
    """Return whether a single word in lower case is a thing and no name: a word that belongs to a noun is before it."""
    word = text[start:end]
    before = re.search(r"([\w'’]+)\s+$", text[:start])
    if not word.islower() or " " in word or before is None or word in _RELATIVES:
        return False
    return before[1].casefold() in _ARTICLES


def named(text: str, names: Iterable[str]) -> list[str]:
    """Return those of `names` that a text names, in the order of the text, each once."""
    return list(dict.fromkeys(name for _, _, name in name_spans(text, {name: (name,) for name in names})))


def span_fields(text: str, aliases: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return `name_spans` as the schema holds them."""
    return [{"start": start, "end": end, "character": name} for start, end, name in name_spans(text, aliases)]


def ways_of(names: Iterable[str], aliases: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return every name and all the ways it is written: itself, then its `aliases`."""
    return {name: (name, *aliases.get(name, ())) for name in names}


def is_typo(word: str, name: str) -> bool:
    """Return whether `word` is `name` with one letter wrong, missing, doubled, or two neighbours exchanged."""
    if word == name or abs(len(word) - len(name)) > 1 or word[:1] != name[:1]:
        return False
    shorter, longer = sorted((word, name), key=len)
    if len(shorter) < len(longer):
        return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
    wrong = [i for i in range(len(word)) if word[i] != name[i]]
    if len(wrong) == 1:
        return True
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == name[wrong[1]] and (
        word[wrong[1]] == name[wrong[0]]
    )  # fmt: skip


def exchanged(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names exchanged, all at once, each found as `name_spans` finds it."""
    pieces, at = [], 0
    for start, end, name in name_spans(text, {name: (name,) for name in names}):
        pieces += [text[at:start], names[name]]
        at = end
    return "".join([*pieces, text[at:]])


# --- whom a sentence may introduce

_ARTICLES = frozenset("a an the some another one this that these those his her their my our your its".split())
_OWN = frozenset("i me my mine myself we us our i'm i've i'll i'd".split())
_NEVER = _ARTICLES | frozenset(
    "she he they it her him them hers theirs i me we us you who whom what which there here then now and or but so "
    "as at by for from in into of off on onto out over to up with without down is was are were be been am do did "
    "does has had have not no nobody everyone everybody somebody someone nothing something all both each every "
    "very too just only when while where why how after before until if because than that's it's he's she's "
    "they're".split()
)
_RELATIVES = frozenset(
    "mum mom mummy mommy mama mam dad daddy papa pa gran granny grandma grandad grandpa nana nan opa oma auntie aunt "
    "uncle sis bro teacher baby".split()
)
_COMMON = frozenset(
    "there their these those where which while other another again never under about after before right night "
    "light sight might little small great house horse mouse water table chair bread cakes books boxes balls "
    "every first last still until would could should wants stops looks takes makes gives comes goes paper happy "
    "sleep asleep".split()
)


def new_names(text: str, known: Iterable[str], longest: int = 4) -> list[str]:
    """Return what a sentence may call somebody new: its runs of up to `longest` words and "the ..." of them, as written
    and capitalised, "me" where somebody tells of themselves; none of them is already `known`, or of more than 40
    characters."""
    words = [(m.start(), _POSSESSIVE.sub("", m.group())) for m in re.finditer(_WORD, text)]
    words = [(start, word.rstrip(".") if plain(word) not in _TITLES else word) for start, word in words]
    words = [(start, word.strip("'‘’*_")) for start, word in words]
    found: dict[str, None] = {}
    for i in range(len(words)):
        for j in range(i + 1, min(len(words), i + longest) + 1):
            run = [word for _, word in words[i:j] if word]
            if not run:
                continue
            lower = [word.casefold() for word in run]
            if lower[0] in _ARTICLES and len(run) > 1 and lower[-1] not in _NEVER:
                found[" ".join(["the", *run[1:]])] = None
                found[" ".join([word[:1].upper() + word[1:] for word in run[1:]])] = None
                if lower[0] in ("my", "our", "his", "her", "their", "your"):
                    found[" ".join([lower[0], *run[1:]])] = None
            elif lower[0] not in _NEVER and lower[-1] not in _NEVER:
                found[" ".join(run)] = None
                found[" ".join(word[:1].upper() + word[1:] for word in run)] = None
                if run[-1][:1].islower():
                    found[f"the {' '.join(run)}"] = None
        if words[i][1].casefold() in _OWN:
            found["me"] = None
    taken = {plain(name) for name in known}
    return [name for name in found if plain(name) not in taken and plain(name) and len(name) <= 40]


_WORD = re.compile(r"[^\s,;:!?\"“”()…—。，！？、；：「」]+")
_TITLES = frozenset("mr mrs ms mx dr prof st sr jr capt".split())


def _without_accents(text: str) -> str:
    """Return a text of the same length without accents."""
    return "".join(unicodedata.normalize("NFKD", c)[0] if ord(c) > 127 else c for c in text)


def _key(alias: str) -> str:
    return plain(alias)


@lru_cache(maxsize=256)
def _pattern(written: tuple[tuple[str, str], ...]) -> tuple[re.Pattern, dict[str, str]]:
    """Return what finds the aliases of (alias, name), and whose they are, by `plain`."""
    longest_first = sorted({_key(alias) for alias, _ in written if _key(alias)}, key=len, reverse=True)
    ways = "|".join(r"\.?\s+".join(map(re.escape, alias.split())) for alias in longest_first)
    name_of = {_key(alias): name for alias, name in sorted(written, key=lambda w: -len(w[0]))}
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)" if longest_first else r"(?!)", re.IGNORECASE), name_of
