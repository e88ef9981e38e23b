"""From an event to English: the story caption as pieces in which every mention is a slot.

A caption is composed of independent choices (verb, aspect, opener, where the place and the sky are said, how
props, mood and bystanders are told). The choices' names together are the sentence form; one form in ten, by a
hash, is never used by the train split, which knows every single choice all the same.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from random import Random

from storygptv.toon import lexicon
from storygptv.toon.lexicon import participle, third_person, with_article
from storygptv.toon.plots import Event

WORDS_MIN, WORDS_MAX = 8, 30


@dataclass(frozen=True)
class Who:
    """A slot for people.

    `role` is "subject", "aside" (subject of a clause before the main one), "object" or "possessive".
    """

    names: tuple[str, ...]
    role: str = "subject"


@dataclass(frozen=True)
class Verb:
    """A verb phrase, base form first, that agrees with the subject before it."""

    phrase: str


@dataclass(frozen=True)
class Where:
    """A place phrase that may be left out or become "there"; `comma` where it opens the sentence."""

    phrase: str
    comma: bool = False


STOP = "."
Piece = str | Who | Verb | Where


@dataclass(frozen=True)
class Telling:
    """An event told: the caption's pieces, who stands where from left to right, and the sentence form."""

    pieces: tuple[Piece, ...]
    order: tuple[str, ...]
    form: str
    nouns: dict[str, str]  # the words of every prop it told for the first time


@cache
def is_held_out(form: str) -> bool:
    """Whether the sentence form is kept from the train split."""
    return hashlib.sha256(form.encode()).digest()[0] < 26


@cache
def _tokens(template: str) -> tuple[str, ...]:
    parts = re.split(r"(\{[^}]+\}|\[[^\]]+\]|,)", template)
    return tuple(part.strip() for part in parts if part.strip())


def fill(template: str, people: dict[str, tuple[str, ...]], things: dict[str, str]) -> list[Piece]:
    """`template` as pieces: `{A}`, `{A.o}` are slots, `[verb phrase]` agrees, `{P}` is a thing's words."""
    pieces: list[Piece] = []
    for token in _tokens(template):
        if token[0] == "[":
            pieces.append(Verb(token[1:-1]))
        elif token[0] == "{":
            key, _, role = token[1:-1].partition(".")
            if key in people:
                pieces.append(Who(people[key], ROLES[role]))
            else:
                pieces.append(things[key])
        else:
            pieces.append(token)
    return pieces


ROLES = {"": "subject", "a": "aside", "o": "object", "p": "possessive"}
ASPECTS = ("plain", "plain", "plain", "plain", "progressive", "progressive", "start", "begin", "keep")


class _Draft:
    """One attempt at telling an event; `form` collects the names of the choices made."""

    def __init__(self, event: Event, rng: Random, told: dict[str, str], first: bool) -> None:
        self.event, self.rng, self.told, self.first = event, rng, told, first
        self.form: list[str] = []
        self.nouns: dict[str, str] = {}
        self.bare = False
        self.themed = False  # whether the opener is the plot's own

    def pick(self, options, name: str):
        index = self.rng.randrange(len(options))
        self.form.append(f"{name}{index}")
        return options[index]

    def thing(self, prop: str) -> str:
        if prop in self.told:
            return f"the {self.told[prop]}"
        self.nouns[prop] = self.rng.choice(lexicon.PROP_NOUNS[prop])
        return with_article(self.nouns[prop])

    def tell(self) -> Telling:
        event, rng = self.event, self.rng
        people, things = {"A": event.doers, "S": event.doers}, self._things()
        inverse = False
        if event.patient:
            people["B"] = (event.patient,)
            inverse = event.mood == "happy" and rng.random() < 0.2
        head, tail, second = [], [], []
        subject = people["S"] = (event.patient,) if inverse else event.doers
        order = [*subject, *(event.doers if inverse else [event.patient] if event.patient else [])]
        main = self._main(inverse, people, things)
        place = rng.choice(lexicon.PLACE_PHRASES[event.place])

        # The head of the sentence: an opener, the sky, the mood or the place; at most two of them.
        sky = (event.time, event.weather)
        unsaid_sky = sky != ("day", "clear")
        if unsaid_sky and rng.random() < 0.4:
            head += [rng.choice(lexicon.SKY_FRONT[sky]) + ","]
            unsaid_sky = False
            self.form.append("sky-front")
        elif rng.random() < 0.45:
            head += [self._opener() + ","]
        mood_told = event.mood == "happy" and rng.random() < 0.8 or inverse or event.action == "sleep"
        if not mood_told and not head and rng.random() < 0.3:
            fronts = lexicon.MOOD_FRONTS[:-1] if len(event.doers) > 1 else lexicon.MOOD_FRONTS
            head += fill(self.pick(fronts, "mood-front"), people, things)
            mood_told = True
        where_front = rng.random() < 0.2
        if where_front:
            head.append(Where(place, comma=True))

        # Bystanders: before, after, or in a sentence of their own.
        others_told, second_about = not event.others, ()
        if event.others:
            people["O"] = event.others
            style = rng.random()
            if style < 0.2 and not head:
                head += self._others(self.pick(lexicon.OTHERS_FRONTS, "others-front"), people)
                order[:0] = event.others
                others_told = True
            elif style < 0.55:
                template = self.pick(tuple(lexicon.OTHERS_SIDES) + lexicon.OTHERS_SENTENCES, "others-second")
                second = self._others(template, people)
                left = lexicon.OTHERS_SIDES.get(template, False)
                order = [*event.others, *order] if left else [*order, *event.others]
                second_about = event.others if not event.ground else ()
                others_told = True

        # What follows the verb.
        if self.bare and not inverse and rng.random() < 0.4:
            tail.append(rng.choice(lexicon.ADVERBS[event.action]))
            self.form.append("adverb")
        if not where_front:
            tail.append(Where(place))
        if unsaid_sky:
            tail.append(rng.choice(lexicon.SKY_END[sky]))
            self.form.append("sky-end")
        elif rng.random() < 0.2 and not self.themed:
            tail.append(rng.choice(event.plot.purposes))
            self.form.append("purpose")
        grounded = False
        for prop in event.ground:
            words = {"P": self.thing(prop)}
            if rng.random() < 0.5:
                told = fill(self.pick(lexicon.GROUND_ENDS, "ground"), {}, words)
                tail += ["and", *told] if grounded else told
                grounded = True
            else:
                told = fill(self.pick(lexicon.GROUND_SENTENCES, "ground-second"), {}, words)
                second += ["and", *told] if second else told
        clause_end = False  # after "and looks sad" nothing may follow but a new clause
        if not mood_told:
            tail += self._mood_end(people, things)
            clause_end = True
        for holder, prop in event.holds.items():
            if prop == event.object:
                continue
            slots, words = {"H": (holder,)}, {"P": self.thing(prop)}
            # Nobody "hugs Leo with a box".
            if subject == (holder,) and not clause_end and (second or rng.random() < 0.7):
                ends = lexicon.HELD_ENDS[1:] if event.patient else lexicon.HELD_ENDS
                tail += fill(self.pick(ends, "held"), slots, words)
                clause_end = True
            elif second and second_about == (holder,):
                second += fill(self.pick(lexicon.HELD_TOO, "held-too"), slots, words)
            elif second and holder in second_about and holder != "Biscuit":
                second += fill(lexicon.HELD_IN_HANDS, slots, words)
                self.form.append("held-in-hands")
            elif second:
                options = lexicon.HELD_AFTER_GROUND if event.ground else lexicon.HELD_BY_ANOTHER
                second += fill(self.pick(options, "held-and"), slots, words)
            else:
                options = lexicon.HELD_SENTENCES[:3] if holder == "Biscuit" else lexicon.HELD_SENTENCES
                second = fill(self.pick(options, "held-second"), slots, words)
            second_about = ()
        if not others_told:
            tail += self._others_end(people, clause_end)
            order += event.others
        pieces = [*head, *main, *tail, STOP]
        if second:
            pieces += [*second, STOP]
        return Telling(tuple(pieces), tuple(order), "/".join(self.form), self.nouns)

    def _things(self) -> dict[str, str]:
        """The words of the mood and, where there is one, of what is given, shown, eaten or read."""
        mood = self.rng.choice(lexicon.MOODS[self.event.mood])
        things = {"M": mood, "aM": with_article(mood)}
        if self.event.object:
            things["P"] = self.thing(self.event.object)
        return things

    def _mood_end(self, people, things) -> list[Piece]:
        ends = lexicon.MOOD_ENDS if len(self.event.doers) == 1 else lexicon.MOOD_ENDS[: -lexicon.FACES]
        return fill(self.pick(ends, "mood"), people, things)

    def _others_end(self, people, clause_end: bool = False) -> list[Piece]:
        ends = lexicon.OTHERS_ENDS if len(self.event.others) == 1 else lexicon.OTHERS_ENDS[:-1]
        return self._others(self.pick(lexicon.OTHERS_AFTER_CLAUSE if clause_end else ends, "others-end"), people)

    def _main(self, inverse: bool, people, things) -> list[Piece]:
        event = self.event
        verbs = lexicon.INVERSE_VERBS if inverse else {**lexicon.SOLO_VERBS, **lexicon.PAIR_VERBS}
        verb = self.pick(verbs[event.action], f"{'get-' if inverse else ''}{event.action}")
        self.bare = " " not in verb or verb.endswith(("{B.o}", "{P}"))  # an adverb may follow
        aspect = self.rng.choice(ASPECTS)
        if verb.startswith(("be ", "try ")) or inverse and aspect in ("progressive", "keep"):
            aspect = "plain"
        elif aspect == "keep" and " " in verb:
            aspect = "progressive"
        self.form.append(aspect)
        first, _, rest = verb.partition(" ")
        phrase = {
            "plain": f"[{first}]",
            "progressive": f"[be] {participle(first)}",
            "start": f"[start] to {first}",
            "begin": f"[begin] to {first}",
            "keep": f"[keep] {participle(first)}",
        }[aspect]
        return fill(f"{{S}} {phrase} {rest}", people, things)

    def _others(self, template: str, people) -> list[Piece]:
        event = self.event
        if event.entrance:
            verbs = lexicon.RETURN_VERBS if event.entrance == "return" else lexicon.ARRIVE_VERBS
        elif event.others_action == "stand" and event.action != "sleep":
            verbs = (*lexicon.SOLO_VERBS["stand"], *lexicon.WATCH_VERBS)
        else:
            verbs = lexicon.SOLO_VERBS[event.others_action]
        verb = self.rng.choice(verbs)
        if event.entrance:
            template = template.replace("[be] Ving", "[V]")
        if verb.endswith("by"):  # "stand nearby", "stop by"
            template = template.removesuffix(" nearby").removesuffix(" close by")
        return fill(template.replace("Ving", participle(verb)).replace("[V]", f"[{verb}]"), people, {})

    def _opener(self) -> str:
        event = self.event
        if self.first:
            return self.rng.choice(lexicon.FIRST_OPENERS[event.time])
        by_time = lexicon.NIGHT_OPENERS if event.time == "night" else lexicon.DAY_OPENERS
        openers = self.rng.choice((lexicon.OPENERS, lexicon.OPENERS, by_time, event.plot.openers))
        self.themed = openers is event.plot.openers
        return self.rng.choice(openers)


class _PlainDraft(_Draft):
    """Told as people do who write few words: who does what, and who else is there. Held things, things on the ground
    and most of the weather are left to the picture."""

    def tell(self) -> Telling:
        event, rng = self.event, self.rng
        people = {"A": event.doers, "S": event.doers, "B": (event.patient,), "O": event.others}
        things = self._things()
        self.form.append("few-words")
        pieces = self._main(False, people, things)
        where, style = rng.choice(lexicon.PLACE_PHRASES[event.place]), rng.random()
        if style < 0.15:
            pieces = [self._opener() + ",", *pieces]
        pieces = [Where(where, comma=True), *pieces] if style > 0.85 else [*pieces, Where(where)]
        sky = (event.time, event.weather)
        if sky != ("day", "clear") and (self.first or rng.random() < 0.3):
            pieces.append(rng.choice(lexicon.SKY_END[sky]))
        mood_told = event.mood != "happy" and event.action != "sleep" and rng.random() < 0.5
        if mood_told:
            pieces += self._mood_end(people, things)
        if event.others and not mood_told and rng.random() < 0.5:
            pieces += self._others_end(people)
        elif event.others:
            pieces += [STOP, *self._others(self.pick(lexicon.OTHERS_SENTENCES, "others-second"), people)]
        order = (*event.doers, *people["B"][: bool(event.patient)], *event.others)
        return Telling((*pieces, STOP), order, "/".join(self.form), self.nouns)


def tell(
    event: Event, rng: Random, told: dict[str, str], first: bool, train: bool, few_words: bool = False
) -> Telling:  # fmt: skip
    """Tell `event` in 8 to 30 words, or in as few as do.

    `told` are the words of the props named before; with `train` only forms that are not held out.
    """
    draft, least = (_PlainDraft, 0) if few_words else (_Draft, WORDS_MIN)
    while True:
        telling = draft(event, rng, told, first).tell()
        if train and is_held_out(telling.form):
            continue
        text, _ = write_original(telling.pieces)
        if least <= text.count(" ") + 1 <= WORDS_MAX:
            return telling


def join_names(names: tuple[str, ...]) -> str:
    """The names as a list in words: "Mia, Leo and Nora"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


class Writer:
    """Joins pieces into text with spaces and capitals, and tells where each came to lie."""

    def __init__(self) -> None:
        self.text = ""
        self._fresh = True  # at the start of a sentence
        self._many = False

    def add(self, words: str) -> tuple[int, int]:
        """Append `words`; returns their (start, end) in `text`."""
        if self._fresh:
            words = words[0].upper() + words[1:]
        self.text += "" if not self.text or words[0] in ",." else " "
        start = len(self.text)
        self.text += words
        self._fresh = words == STOP
        return start, len(self.text)

    def add_who(self, words: str, role: str, many: bool) -> tuple[int, int]:
        """Append a mention; as a subject it decides (`many`) how the verbs after it agree."""
        if role in ("subject", "aside"):
            self._many = many
        return self.add(words)

    def add_verb(self, phrase: str) -> None:
        self.add(lexicon.plural(phrase) if self._many else third_person(phrase))


def write_original(pieces: tuple[Piece, ...]) -> tuple[str, list[tuple[int, int, str]]]:
    """The caption with all its names, and (start, end, character) of each."""
    writer, spans = Writer(), []
    for piece in pieces:
        if isinstance(piece, Who):
            start, end = writer.add_who(join_names(piece.names), piece.role, len(piece.names) > 1)
            for name in piece.names:
                start = writer.text.index(name, start)
                spans.append((start, start + len(name), name))
                start += len(name)
            if piece.role == "possessive":
                writer.text += "'s"
        elif isinstance(piece, Verb):
            writer.add_verb(piece.phrase)
        elif isinstance(piece, Where):
            writer.add(piece.phrase + "," * piece.comma)
        else:
            writer.add(piece)
    return writer.text, spans
