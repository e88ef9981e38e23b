"""Referential captions out of captions that name everybody, by rule, with the gold link of every mention.

`refer` puts a pronoun only where one reading fits: where the caption before, and this one so far, speak of nobody
else whom it could mean, named or not. `refer_as_published` is the rule behind the paper's FlintstonesSV numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import permutations
from typing import Any

from storygptv.names import name_spans

FORMS = {"he": ("he", "him", "his"), "she": ("she", "her", "her"), "they": ("they", "them", "their")}
SUBJECT, OBJECT, POSSESSIVE = range(3)  # places in FORMS

# People without a name, whom a pronoun could mean; words of both genders stand in both.
_PERSON = {
    "person", "someone", "somebody", "stranger", "child", "kid", "baby", "friend", "neighbor", "boss", "character",
    "animal", "dog", "cat", "dinosaur", "bird", "monster", "robot", "other", "another", "officer", "cop", "driver",
    "reporter", "judge", "doctor", "teacher", "customer", "worker", "singer", "waiter", "guard", "player", "creature",
    "pet", "one", "employee", "host", "thief", "criminal", "soldier", "chef", "police", "parent", "everyone",
    "alien", "martian", "dragon", "ghost", "clerk", "shopkeeper", "manager", "operator", "dentist", "pilot", "musician",
    "horse", "pig", "monkey", "elephant", "camel", "turtle", "fish", "mammoth", "puss", "butler", "bartender", "lawyer",
}  # fmt: skip
_STRANGERS = {
    "he": _PERSON | {"man", "boy", "guy", "gentleman", "husband", "father", "dad", "son", "brother", "king",
                     "announcer", "actor", "male"},
    "she": _PERSON | {"woman", "girl", "lady", "wife", "mother", "mom", "daughter", "sister", "queen", "nurse",
                      "female", "maid"},
    "they": _PERSON | {"man", "boy", "guy", "woman", "girl", "lady", "people", "men", "women", "boys", "girls", "kids",
                       "children", "guys", "ladies", "couple", "friends", "group", "crowd", "animals", "dinosaurs",
                       "others", "husband", "wife", "officers", "workers", "family"},
}  # fmt: skip
_STRANGER_ENDINGS = {"he": ("man",), "she": ("woman", "ess"), "they": ("man", "men")}
_OPENERS = {"and", "while", "then", "as", "but", "when", "where", "because", "that", "if", "so", "until", "before",
            "after", "or", "now", "since", "whilst", "meanwhile", "suddenly", "today", "both"}  # fmt: skip
_PREPOSITIONS = {"to", "at", "with", "of", "on", "behind", "by", "towards", "toward", "after", "before", "like",
                 "from", "in", "for", "against", "about", "around", "near", "beside", "between", "over", "into",
                 "than", "past", "under", "above", "across", "without", "upon", "onto", "through"}  # fmt: skip
_AUXILIARIES = {"is", "are", "was", "were", "has", "have", "had", "does", "do", "did", "can", "could", "will", "would",
                "may", "might", "must", "should", "isn't", "aren't", "doesn't", "don't", "cannot"}  # fmt: skip
_NOT_VERBS = {"as", "his", "this", "always", "sometimes", "outdoors", "indoors", "upstairs", "downstairs", "its",
              "towards", "afterwards", "besides", "perhaps", "across"}  # fmt: skip
_DETERMINERS = {"a", "an", "the", "this", "that", "his", "her", "their", "another", "baby", "little", "young"}
_PLURAL_VERBS = {"stand", "sit", "talk", "walk", "look", "speak", "hold", "watch", "run", "listen", "laugh", "smile",
                 "drive", "turn", "begin", "start", "stop", "come", "enter", "wait", "wear", "seem", "appear", "dance",
                 "both", "all"}  # fmt: skip


@dataclass(frozen=True)
class Mention:
    """Whom the words `text`, at `start` to `end` of a referential caption, mean."""

    start: int
    end: int
    text: str
    characters: tuple[str, ...]
    kind: str  # "name", "pronoun" (one character) or "plural"


@dataclass(frozen=True)
class Referential:
    """A referential caption, and what it mentions, in order."""

    text: str
    mentions: tuple[Mention, ...]

    def fields(self) -> dict[str, Any]:
        """What the schema holds of it."""
        return {
            "referential_caption": self.text,
            "mentions": [asdict(mention) | {"characters": list(mention.characters)} for mention in self.mentions],
            "names_somebody": any(mention.kind == "name" for mention in self.mentions),
        }


@dataclass(frozen=True)
class _Group:
    """A name, or several that are joined by commas and "and"."""

    names: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  # of each name

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


def refer(
    captions: Sequence[str], pronouns: Mapping[str, str], aliases: Mapping[str, Sequence[str]] | None = None
) -> list[Referential]:
    """A story's captions as they are told on: pronouns for those of whom the caption before spoke.

    `pronouns` maps names to "he", "she", "they" or "it"; those of whom one says "they" or "it" keep their names when
    alone, since the verb would not agree. A caption whose every word of a character stays, stays word for word.
    """
    before = [None, *captions[:-1]]
    return [refer_next(caption, earlier, pronouns, aliases) for caption, earlier in zip(captions, before, strict=True)]


def refer_next(
    caption: str, before: str | None, pronouns: Mapping[str, str], aliases: Mapping[str, Sequence[str]] | None = None
) -> Referential:  # fmt: skip
    """A caption as it is told on after the caption `before`; with None it opens the story and stays as it is."""
    aliases = aliases or {name: (name,) for name in pronouns}
    spoken_of = {name for *_, name in name_spans(before or "", aliases)}
    return _rewrite(caption, _groups(caption, name_spans(caption, aliases)), spoken_of, before or "", pronouns)


_JOIN = re.compile(r"\s*,\s*|\s*,?\s+and\s+(?:also\s+)?", re.IGNORECASE)


def _groups(text: str, spans: Sequence[tuple[int, int, str]]) -> list[_Group]:
    """Names joined as "A and B" or "A, B and C" are one group; a list without "and" is not."""
    complete = lambda run: len(run) > 1 and "and" in text[run[-2][1] : run[-1][0]].lower()  # noqa: E731
    runs: list[list[tuple[int, int, str]]] = []
    for span in spans:
        if runs and not complete(runs[-1]) and _JOIN.fullmatch(text, runs[-1][-1][1], span[0]):
            runs[-1].append(span)
        else:
            runs.append([span])
    parts = [part for run in runs for part in ([run] if complete(run) else [[span] for span in run])]
    return [_Group(tuple(name for *_, name in part), tuple(span[:2] for span in part)) for part in parts]


def _rewrite(
    caption: str, groups: Sequence[_Group], before: set[str], text_before: str, pronouns: Mapping[str, str]
) -> Referential:  # fmt: skip
    text, mentions, done = "", [], 0
    so_far: set[str] = set()
    kept: set[str] = set()  # named in this caption: they stay named in it
    for group in groups:
        context = text_before + " . " + caption[: group.start]
        words = _pronoun(caption, group, before, so_far, context, pronouns) if not kept & set(group.names) else None
        text += caption[done : group.start]
        if words is None:
            kept |= set(group.names)
            shift = len(text) - group.start
            for (start, end), name in zip(group.spans, group.names, strict=True):
                mentions.append(Mention(start + shift, end + shift, caption[start:end], (name,), "name"))
            text += caption[group.start : group.end]
            done = group.end
        else:
            kind = "plural" if len(group.names) > 1 else "pronoun"
            mentions.append(Mention(len(text), len(text) + len(words), words, group.names, kind))
            text += words
            done = group.end + len(_possessive_at(caption, group.end))
        so_far |= set(group.names)
    return Referential(text + caption[done:], tuple(mentions))


def _possessive_at(text: str, end: int) -> str:
    found = re.match(r"['’]s(?!\w)", text[end:])
    return found.group() if found else ""


def _pronoun(
    caption: str, group: _Group, before: set[str], so_far: set[str], context: str, pronouns: Mapping[str, str]
) -> str | None:  # fmt: skip
    """The word for a group, or None where its names must stay."""
    names = set(group.names)
    around = before | so_far
    if not names <= before or len(names) != len(group.names):
        return None
    if len(names) == 1:
        pronoun = pronouns[group.names[0]]
        if pronoun not in ("he", "she") or {name for name in around if pronouns[name] in (pronoun, "it")} != names:
            return None
    else:
        pronoun = "they"
        if around != names:
            return None
    if any(word in _STRANGERS[pronoun] or word.endswith(_STRANGER_ENDINGS[pronoun]) for word in _words(context)):
        return None
    role = _role(caption, group)
    if role is None:
        return None
    word = FORMS[pronoun][role]
    return word.capitalize() if _opens_sentence(caption, group.start) else word


def _role(caption: str, group: _Group) -> int | None:
    """What part a group plays in its clause, from the words on both sides; None where they do not tell."""
    if _possessive_at(caption, group.end):
        return POSSESSIVE
    following = re.match(r"\s*([\w'’]+|[^\w\s])?", caption[group.end :]).group(1) or "."
    following = following.lower().replace("’", "'")
    if following in ("who", "whose", "whom", ","):
        return None
    leading = re.findall(r"[\w'’]+|[^\w\s]", caption[: group.start])
    previous = leading[-1].lower() if leading else "."
    if previous in _DETERMINERS:
        return None
    if previous in _OPENERS or previous in ",.!?":
        if _is_verb(following, group):
            return SUBJECT
        if previous in ",.!?":
            return None
    if previous in _PREPOSITIONS and not _is_verb(following, group):
        return OBJECT
    is_transitive = previous.endswith(("ing", "es")) or previous.endswith("s") and previous not in _NOT_VERBS
    if is_transitive and previous not in _AUXILIARIES and not _is_verb(following, group) and following != "and":
        return OBJECT
    return None


def _is_verb(word: str, group: _Group) -> bool:
    """Whether a word after a name looks like its verb."""
    if word in _AUXILIARIES:
        return True
    if len(group.names) > 1:
        return word in _PLURAL_VERBS
    return word.endswith("s") and word not in _NOT_VERBS


def _opens_sentence(text: str, start: int) -> bool:
    return not text[:start].strip(" \t\n\"'“‘(") or text[:start].rstrip(" \t\n\"'“‘(")[-1] in ".!?"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def refer_as_published(
    captions: Sequence[str], characters: Sequence[Sequence[str]], pronouns: Mapping[str, str]
) -> list[tuple[str, bool]]:  # fmt: skip
    """The rule behind the paper's FlintstonesSV numbers, its oddities kept, as (caption, counted as referential).

    Where a frame's characters (by label) are those of the frame that last set them, every occurrence of their names
    is replaced, inside other words and before "'s" too ("He's hat"), always capitalised; otherwise the frame sets
    them anew. A frame counts as referential unless a name is left in it, whether or not anything was replaced.
    """
    told: list[tuple[str, bool]] = []
    last: list[str] = []
    for caption, present in zip(captions, characters, strict=True):
        if told and sorted(present) == last:
            for names in permutations(present) if 2 <= len(present) <= 3 else ():
                caption = caption.replace(" and ".join((", ".join(names[:-1]), names[-1])), "They")
            if len(present) == 1:
                caption = caption.replace(present[0], pronouns[present[0]].capitalize())
            told.append((caption, not any(name in caption for name in pronouns)))
        else:
            last = sorted(present)
            told.append((caption, False))
    return told
