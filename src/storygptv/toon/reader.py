"""A reader who knows the rules: from a story's texts alone, whom every mention means and where each frame is.

`Reader` finds the mentions in a caption, tells their part in the clause from the words around them, and takes the
reading that `referential.candidates` allows (docs/reference_rules.md). It sees no links, labels or pictures. What the
rules leave open, such as "the one in the green scarf" whom only a picture shows, it guesses: the one told of last.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from storygptv.toon.cast import CAST
from storygptv.toon.language import join_names
from storygptv.toon.lexicon import NOUNS, NUMBERS, PLACE_PHRASES, third_person
from storygptv.toon.referential import PRONOUNS, Context, Names, candidates

_NOUNS = sorted({noun.removeprefix("the ") for nouns in NOUNS.values() for noun in nouns}, key=len, reverse=True)
_NOUN, _NUMBER = "|".join(map(re.escape, _NOUNS)), "|".join(NUMBERS.values())
_MENTION = re.compile(
    rf"""\b(?:(?P<name>{"|".join(map(re.escape, CAST))})(?!\w)
    | the\ one\ (?:in|with)\ the\ \w+\ \w+ | the\ others
    | both\ of\ them | all\ (?:{_NUMBER})\ of\ them | the\ (?:{_NUMBER})\ (?:of\ them|friends)
    | the\ two\ (?:{_NOUN})s | the\ (?:other\ )?(?:{_NOUN})
    | (?:his|her|their)\ friends? | he|him|his|she|her|they|them|their)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PLACE = re.compile(
    r"\b(?:" + "|".join(sorted((p for each in PLACE_PHRASES.values() for p in each), key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
_PLACE_OF = {phrase: place for place, phrases in PLACE_PHRASES.items() for phrase in phrases}
_THERE = re.compile(r"\bthere\b", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:while|as)$", re.IGNORECASE)  # before who opens a clause beside the main one
_OPENS = re.compile(r"(?:^|,|\b(?:while|as|and))$", re.IGNORECASE)  # before the subject of a clause
_SIDE = re.compile(r"\bto the (?:left|right) of$", re.IGNORECASE)  # "To the left of Mia, Leo and Pip wave"
_SINGULAR_VERB = re.compile(r"\s+(?!as\b|across\b|towards\b)(?:\w+s|has|is)\b")
_ANY_VERB = re.compile(r"\s+(\w+)")
_MORE_VERBS = re.compile(r"\band (are|have|look|seem|feel|hold|carry)\b")  # of a subject told already


@dataclass(frozen=True)
class Found:
    """Words of a caption, `start` to `end`, that mention somebody; `role` as `language.Who` has it. Mentions of one
    `slot` are a list: "the boy and the dog"."""

    start: int
    end: int
    words: str  # in lower case
    role: str
    slot: int


@dataclass(frozen=True)
class Resolved:
    """A mention and whom it is taken to mean, nobody where nothing fits; `certain` where only one reading fits."""

    start: int
    end: int
    text: str
    characters: Names
    certain: bool


@dataclass(frozen=True)
class Reading:
    """A caption as it is understood, and told again with names and the place."""

    text: str
    mentions: tuple[Resolved, ...]
    place: str | None

    @property
    def characters(self) -> Names:
        """Everybody who is mentioned, in order."""
        return tuple(dict.fromkeys(name for mention in self.mentions for name in mention.characters))


class Reader:
    """A story that is read caption by caption."""

    def __init__(self) -> None:
        self.context = Context(looks={})
        self.where: str | None = None  # the place as it was worded last
        self.looks: dict[str, str] = {}  # "the one in the green scarf" -> who that must be, where the text tells

    def read(self, caption: str) -> Reading:
        """The next caption."""
        looks = dict.fromkeys(words for words in _looks_in(caption) if words not in self.looks)
        free = [name for name in reversed(self._by_recency()) if name not in self.looks.values()]
        guesses = [dict(zip(looks, names, strict=True)) for names in permutations(free, len(looks))] or [{}]
        tried = [(guess, *self._resolve(caption, self.looks | guess)) for guess in guesses]
        fitting = [each for each in tried if all(mention.certain for mention in each[2])]
        guess, self.context, resolved = (fitting or tried)[0]
        if len(fitting) == 1:
            self.looks |= guess
        elif guess:
            resolved = [replace(m, certain=m.certain and m.text.lower() not in guess) for m in resolved]
        said = _PLACE.search(caption)
        if said:
            self.where, self.context.place = said.group().lower(), _PLACE_OF[said.group().lower()]
        reading = Reading(caption, tuple(resolved), self.context.place)
        return replace(reading, text=self._told_again(reading, list(found(caption)), said is not None))

    def rewrite(self, caption: str) -> str:
        """The next caption as it would be told to somebody who knows nothing of the story: with names and place."""
        return self.read(caption).text

    def _resolve(self, caption: str, looks: Mapping[str, str]) -> tuple[Context, list[Resolved]]:
        """The context once a caption is read, and its mentions, `looks` saying who is "the one in the green scarf"."""
        context, resolved = copy.deepcopy(self.context), []
        context.begin_caption()
        for sentence in sentences(caption):
            if context.captions[-1][-1].people:
                context.begin_sentence()
            for slot in slots(caption, sentence):
                means = [_meaning(mention, context, looks) for mention in slot]
                resolved += [
                    Resolved(m.start, m.end, caption[m.start : m.end], names, certain)
                    for m, (names, certain) in zip(slot, means, strict=True)
                ]
                if names := tuple(dict.fromkeys(name for each, _ in means for name in each)):
                    context.read(names, slot[0].role)
        return context, resolved

    def _by_recency(self) -> list[str]:
        """Everybody told of so far, the one told of last at the end, a subject after the others of its sentence."""
        told = [s for caption in self.context.captions for s in caption]
        last = {name: max(i for i, s in enumerate(told) if name in s.people) for name in self.context.known}
        return sorted(last, key=lambda name: (last[name], name in told[last[name]].subject))

    def _told_again(self, reading: Reading, mentions: Sequence[Found], place_said: bool) -> str:
        """The caption with names in place of mentions, and with the place where it was left unsaid."""
        changes: list[tuple[int, int, str]] = []
        for mention, meant in zip(mentions, reading.mentions, strict=True):
            if meant.characters and mention.words != " ".join(meant.characters).lower():
                names = join_names(meant.characters) + "'s" * (mention.role == "possessive")
                changes.append((mention.start, mention.end, names))
                if mention.words == "they" and len(meant.characters) == 1:
                    changes += _in_the_singular(reading.text, mention.end)
        there = _THERE.search(reading.text)
        if self.where and not place_said:
            if there:
                changes.append((*there.span(), self.where))
            elif mentions:
                changes.append(self._place_before(reading.text, mentions[0]))
        text = reading.text
        for start, end, words in sorted(changes, reverse=True):
            text = text[:start] + words + text[end:]
        return text[0].upper() + text[1:]

    def _place_before(self, text: str, first: Found) -> tuple[int, int, str]:
        """Where the place goes: before the first clause, behind what opens the caption."""
        before = text[: first.start].rstrip()
        aside = _ASIDE.search(before)
        at = aside.start() if aside else first.start
        if not text[:at].strip() or text[:at].rstrip().endswith(","):
            lower = at + (at < first.start)  # "While" opens no sentence any more
            return at, lower, f"{self.where}, {text[at:lower].lower()}"
        end = re.search(r"[,.]", text[first.end :])  # the first clause opens otherwise: behind it
        at = first.end + end.start() if end else len(text)
        return at, at, f" {self.where}"


def _looks_in(caption: str) -> list[str]:
    return [mention.words for mention in found(caption) if mention.words.startswith("the one ")]


def _meaning(mention: Found, context: Context, looks: Mapping[str, str]) -> tuple[Names, bool]:
    """Whom a mention means, and whether that is the one reading that the rules leave. Where they leave several, or
    none, the one told of last whom the words fit at all."""
    words = mention.words
    named = {name.lower(): name for name in CAST}
    if words in named:
        return (named[words],), True
    if words.startswith("the one "):
        who = looks.get(words)
        return ((who,), who not in context.people(0)) if who else ((), False)
    readings = candidates(words, mention.role, context)
    if len(readings) == 1:
        return readings[0], True
    if readings:
        return max(readings, key=len), False
    fitting = [name for name in context.known if words in (*PRONOUNS[CAST[name].pronoun], *NOUNS[name])]
    return tuple(fitting[-1:]), False


def _in_the_singular(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """The verbs of "they", of one person, as a name takes them."""
    end = next((sentence[1] for sentence in sentences(text) if sentence[1] > start), len(text))
    verbs = [match for match in (_ANY_VERB.match(text, start), *_MORE_VERBS.finditer(text, start, end)) if match]
    for verb in verbs:
        yield *verb.span(1), "is" if verb[1] == "are" else third_person(verb[1])


def sentences(caption: str) -> list[tuple[int, int]]:
    """Where each sentence of a caption begins and ends; the point of "Mrs. Plum" ends none."""
    inside = {at for match in _MENTION.finditer(caption) for at in range(*match.span())}
    ends = [at + 1 for at, letter in enumerate(caption) if letter == "." and at not in inside]
    ends += [len(caption)] if not ends or caption[ends[-1] :].strip() else []
    return list(zip([0, *ends[:-1]], ends, strict=True))


def found(caption: str) -> Iterator[Found]:
    """Every mention of a caption, in order."""
    for sentence in sentences(caption):
        for slot in slots(caption, sentence):
            yield from slot


def slots(caption: str, sentence: tuple[int, int]) -> list[list[Found]]:
    """The mentions of a sentence; those that are a list together."""
    spans = [match.span() for match in _MENTION.finditer(caption, *sentence)]
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        gap = caption[groups[-1][-1][1] : span[0]] if groups else None
        if gap in (", ", " and "):
            groups[-1].append(span)
        else:
            groups.append([span])
    parts = [part for group in groups for part in _apart(caption, sentence[0], group)]
    slotted, has_subject = [], False
    for slot, part in enumerate(parts):
        before = caption[sentence[0] : part[0][0]].rstrip()
        role = _role(caption, before, part, has_subject)
        has_subject |= role == "subject"
        slotted.append([Found(start, end, caption[start:end].lower(), role, slot) for start, end in part])
    return slotted


def _apart(caption: str, first: int, group: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Mentions that commas and "and" hold together, as the lists that they are."""
    gaps = [caption[one[1] : other[0]] for one, other in zip(group, group[1:], strict=False)]
    before, after = caption[first : group[0][0]].rstrip(), caption[group[-1][1] :]
    if _SIDE.search(before) and ", " in gaps:
        joined = [i for i, gap in enumerate(gaps) if gap == " and "]
        commas = [i for i, gap in enumerate(gaps) if gap == ", "]
        behind = [i for i in commas if joined and i > joined[0]]
        at = (behind or commas)[0] + 1
        return [group[:at], group[at:]]
    is_object = not _OPENS.search(before)
    last = caption[slice(*group[-1])].lower()
    if is_object and len(group) > 1 and (last in ("he", "she", "they") or _SINGULAR_VERB.match(after)):
        return [group[:-1], group[-1:]]  # "nudges Mia and the dog waits": another clause
    return [group]


def _role(caption: str, before: str, part: Sequence[tuple[int, int]], has_subject: bool) -> str:
    words, after = caption[part[0][0] : part[0][1]].lower(), caption[part[-1][1] :]
    if words in ("his", "their") or words == "her" and after.startswith(" hands") or after.startswith("'s"):
        return "possessive"
    if words in ("he", "she", "they") or words not in ("him", "them", "her") and _OPENS.search(before):
        opener = _ASIDE.search(before)
        in_front = opener and re.search(r"(?:^|,)$", before[: opener.start()].rstrip())
        return "aside" if in_front and not has_subject else "subject"
    return "object"
