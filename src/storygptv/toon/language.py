"""From an event to English: the story caption as pieces in which every mention is a slot, and the alt-text.

A caption is composed of independent choices (verb, aspect, opener, where the place and the sky are said, how props,
mood and bystanders are told). The choices' names together are the sentence form; one form in ten, by a hash, is
never used by the train split, which knows every single choice all the same.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from storygptv.toon import lexicon
from storygptv.toon.cast import CAST
from storygptv.toon.lexicon import participle, third_person, with_article
from storygptv.toon.plots import Event
from storygptv.toon.scene import PAIR_ACTIONS, Looks, Scene

WORDS_MIN, WORDS_MAX = 8, 30


@dataclass(frozen=True)
class Who:
    """A slot for people. `role` is "subject", "object" or "possessive"."""

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


@lru_cache(maxsize=None)
def is_held_out(form: str) -> bool:
    """Whether the sentence form is kept from the train split."""
    return hashlib.sha256(form.encode()).digest()[0] < 26


@lru_cache(maxsize=None)
def _tokens(template: str) -> tuple[str, ...]:
    return tuple(part for part in (p.strip() for p in re.split(r"(\{[^}]+\}|\[[^\]]+\]|,)", template)) if part)


def fill(template: str, people: dict[str, tuple[str, ...]], things: dict[str, str]) -> list[Piece]:
    """`template` as pieces: `{A}`, `{A.o}`, `{A.p}` are slots, `[verb phrase]` agrees, `{P}` is a thing's words."""
    pieces: list[Piece] = []
    for token in _tokens(template):
        if token[0] == "[":
            pieces.append(Verb(token[1:-1]))
        elif token[0] == "{":
            key, _, role = token[1:-1].partition(".")
            if key in people:
                pieces.append(Who(people[key], {"": "subject", "o": "object", "p": "possessive"}[role]))
            else:
                pieces.append(things[key])
        else:
            pieces.append(token)
    return pieces


ASPECTS = ("plain", "plain", "plain", "plain", "progressive", "progressive", "start", "begin", "keep")
MOOD_ENDS = (", looking {M}", ", feeling {M}", "and [look] {M}", "and [be] {M}", "and [seem] {M}", "and [feel] {M}",
             "with {aM} face", "with {aM} look")  # fmt: skip
MOOD_FRONTS = ("Looking {M},", "Feeling {M},", "With {aM} face,")
FACES = 2  # so many of them, at the end of each, are about one face
HELD_ENDS = ("with {P}", "and [hold] {P}", ", holding {P}", ", carrying {P}", "and [carry] {P}", "while holding {P}")
HELD_SENTENCES = ("{H} [have] {P}", "{H} [hold] {P}", "{H} [carry] {P}", "{P} is in {H.p} hands")
HELD_BY_ANOTHER = ("and {H} [hold] {P}", "and {H} [have] {P}", "while {H} [carry] {P}")
GROUND_ENDS = ("near {P}", "next to {P}", "beside {P}", "not far from {P}")
GROUND_SENTENCES = ("{P} is nearby", "{P} is on the ground", "{P} is close by", "{P} can be seen")
OTHERS_ENDS = ("while {O} [V]", "while {O} [be] Ving", "and {O} [V]", ", and {O} [V] nearby", "as {O} [V]")
OTHERS_AFTER_CLAUSE = (", while {O} [V]", ", while {O} [be] Ving", ", and {O} [V] nearby")
OTHERS_FRONTS = ("While {O} [V],", "As {O} [V],", "While {O} [be] Ving,")
OTHERS_SENTENCES = ("{O} [V] nearby", "{O} [be] Ving", "{O} [V] close by")
OTHERS_SIDES = {  # told otherwise than by order: (template, whether the others stand left of the subject)
    "To the right of {S.o}, {O} [V]": False,
    "To the left of {S.o}, {O} [V]": True,
    "On the left, {O} [V]": True,
    "On the right, {O} [V]": False,
}


class _Draft:
    """One attempt at telling an event; `form` collects the names of the choices made."""

    def __init__(self, event: Event, rng: Random, told: dict[str, str], first: bool) -> None:
        self.event, self.rng, self.told, self.first = event, rng, told, first
        self.form: list[str] = []
        self.nouns: dict[str, str] = {}

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
        people = {"A": event.doers, "S": event.doers}
        mood = rng.choice(lexicon.MOODS[event.mood])
        things = {"M": mood, "aM": with_article(mood)}
        if event.object:
            things["P"] = self.thing(event.object)
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
            fronts = MOOD_FRONTS[:-1] if len(event.doers) > 1 else MOOD_FRONTS
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
                head += self._others(self.pick(OTHERS_FRONTS, "others-front"), people)
                order[:0] = event.others
                others_told = True
            elif style < 0.55:
                template = self.pick(tuple(OTHERS_SIDES) + OTHERS_SENTENCES, "others-second")
                second = self._others(template, people)
                left = OTHERS_SIDES.get(template, False)
                order = [*event.others, *order] if left else [*order, *event.others]
                second_about = event.others if not event.ground else ()
                others_told = True

        # What follows the verb.
        if isinstance(main[-1], Who | Verb) and not inverse and rng.random() < 0.35:
            tail.append(rng.choice(lexicon.ADVERBS[event.action]))
            self.form.append("adverb")
        if not where_front:
            tail.append(Where(place))
        if unsaid_sky:
            tail.append(rng.choice(lexicon.SKY_END[sky]))
            self.form.append("sky-end")
        elif rng.random() < 0.2:
            tail.append(rng.choice(event.plot.purposes))
            self.form.append("purpose")
        grounded = []
        for prop in event.ground:
            words = {"P": self.thing(prop)}
            if rng.random() < 0.5:
                tail += ["and"] * grounded.count("end") + fill(self.pick(GROUND_ENDS, "ground"), {}, words)
                grounded.append("end")
            else:
                second += ["and"] * bool(second) + fill(self.pick(GROUND_SENTENCES, "ground-second"), {}, words)
        clause_end = False  # after "and looks sad" nothing may follow but a new clause
        if not mood_told:
            tail += fill(self.pick(MOOD_ENDS[: -FACES if len(event.doers) > 1 else None], "mood"), people, things)
            clause_end = True
        for holder, prop in event.holds.items():
            if prop == event.object:
                continue
            slots, words = {"H": (holder,)}, {"P": self.thing(prop)}
            if subject == (holder,) and not clause_end and (second or rng.random() < 0.7):
                tail += fill(self.pick(HELD_ENDS, "held"), slots, words)
                clause_end = True
            elif second and second_about == (holder,):
                second += fill(self.pick(("with {P}", "and [hold] {P}"), "held-too"), slots, words)
            elif second and holder in second_about and holder != "Biscuit":
                second += fill("with {P} in {H.p} hands", slots, words)
                self.form.append("held-in-hands")
            elif second:
                second += fill(self.pick(HELD_BY_ANOTHER, "held-and"), slots, words)
            else:
                options = HELD_SENTENCES[:3] if holder == "Biscuit" else HELD_SENTENCES
                second = fill(self.pick(options, "held-second"), slots, words)
            second_about = ()
        if not others_told:
            ends = OTHERS_AFTER_CLAUSE if clause_end else OTHERS_ENDS
            tail += self._others(self.pick(ends, "others-end"), people)
            order += event.others
        pieces = [*head, *main, *tail, STOP]
        if second:
            pieces += [*second, STOP]
        return Telling(tuple(pieces), tuple(order), "/".join(self.form), self.nouns)

    def _main(self, inverse: bool, people, things) -> list[Piece]:
        event = self.event
        verbs = lexicon.INVERSE_VERBS if inverse else {**lexicon.SOLO_VERBS, **lexicon.PAIR_VERBS}
        verb = self.pick(verbs[event.action], f"{'get-' if inverse else ''}{event.action}")
        aspect = "plain" if inverse or verb.startswith("try") else self.rng.choice(ASPECTS)
        if aspect == "keep" and " " in verb:
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
        return fill(template.replace("Ving", participle(verb)).replace("[V]", f"[{verb}]"), people, {})

    def _opener(self) -> str:
        event = self.event
        if self.first:
            return self.rng.choice(lexicon.FIRST_OPENERS[event.time])
        by_time = lexicon.NIGHT_OPENERS if event.time == "night" else lexicon.DAY_OPENERS
        return self.rng.choice(self.rng.choice((lexicon.OPENERS, lexicon.OPENERS, by_time, event.plot.openers)))


def tell(event: Event, rng: Random, told: dict[str, str], first: bool, train: bool) -> Telling:
    """Tell `event` in 8 to 30 words; `told` are the words of props named before, `train` keeps to forms not held out."""
    while True:
        telling = _Draft(event, rng, told, first).tell()
        if train and is_held_out(telling.form):
            continue
        text, _ = write_original(telling.pieces)
        if WORDS_MIN <= text.count(" ") + 1 <= WORDS_MAX:
            return telling


def join_names(names: tuple[str, ...]) -> str:
    """"Mia", "Mia and Leo", "Mia, Leo and Nora"."""
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
        if role == "subject":
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


def describe(scene: Scene, rng: Random) -> tuple[str, list[tuple[int, int, str]]]:
    """The alt-text of `scene`, looks and all, and (start, end, character) of each name in it."""
    writer, spans = Writer(), []
    place = f"{_PREPOSITION.get(scene.place, 'in')} {_place_with_looks(scene, rng)}"
    sky = _SKY_WORDS[scene.time, scene.weather]
    order = rng.randrange(4)
    if order == 0:
        writer.add(f"{place}, {sky},")
    elif order == 1:
        writer.add(f"{sky}, {place}:")
    elif order == 2:
        writer.add(rng.choice(("a picture of", "a drawing of", "from left to right,", "a cartoon of", "we see")))
    short = len(scene.actors) > 2
    for i, actor in enumerate(scene.actors):
        if i:
            writer.add("," if i < len(scene.actors) - 1 or rng.random() < 0.3 else "and")
        start, _ = writer.add(actor.name)
        spans.append((start, start + len(actor.name), actor.name))
        writer.add(wears(actor.name, actor.looks, short, rng))
        writer.add(_doing(scene, i))
    for i, prop in enumerate(scene.props):
        writer.add(", with" if i == 0 else "and")
        writer.add(with_article(prop) + " on the ground" * (i == len(scene.props) - 1))
    if order > 1:
        writer.add(f", {place}, {sky}" if rng.random() < 0.7 else f", {sky}, {place}")
    writer.add(STOP)
    return writer.text, spans


_PREPOSITION = {"beach": "on", "street": "on", "playground": "on", "farm": "on", "lake": "by"}
_SKY_WORDS = {
    ("day", "clear"): "by day", ("night", "clear"): "at night", ("day", "rain"): "in the rain",
    ("day", "snow"): "in the snow", ("night", "rain"): "on a rainy night", ("night", "snow"): "on a snowy night",
}  # fmt: skip


def _place_with_looks(scene: Scene, rng: Random) -> str:
    looks = scene.place_looks
    if looks.wall:
        return rng.choice((f"a {scene.place} with {looks.wall} walls", f"a {looks.wall} {scene.place}"))
    return f"a {scene.place} with " + rng.choice((f"a tree on the {looks.tree}", f"the tree to the {looks.tree}"))


def wears(name: str, looks: Looks | None, short: bool, rng: Random) -> str:
    """What `name` has on: "in a red dress with a green scarf and stripes"."""
    clothes = f"in a {lexicon.CLOTHES[name]}".replace("a blue dung", "blue dung")
    if looks is None:
        return clothes
    accessory = f"a {looks.color} {looks.accessory}"
    pattern = {"plain": "", "striped": "stripes", "dotted": "dots"}[looks.pattern]
    if short:
        return f"with {accessory}" + (f" and {pattern}" if pattern else "")
    if not pattern:
        return rng.choice((f"{clothes} with {accessory}", f"{clothes} and {accessory}"))
    return rng.choice(
        (
            f"{clothes} with {accessory} and {pattern}",
            f"{clothes} with {looks.color} {pattern} and {accessory}",
            f"{clothes.replace('in a ', f'in a {looks.pattern} ').replace('in blue', f'in {looks.pattern} blue')}"
            f" with {accessory}",
        )
    )


def _doing(scene: Scene, index: int) -> str:
    """What actor `index` does, feels and holds, in a few words."""
    actor = scene.actors[index]
    verb = participle(actor.action)
    if actor.action in PAIR_ACTIONS:
        if actor.name == scene.agent:
            words = _PAIR_WORDS[actor.action].format(scene.patient, with_article(actor.holds) if actor.holds else "")
            holds = None if actor.action in ("give", "show") else actor.holds
        else:
            words, holds = "", actor.holds
    elif actor.action in ("eat", "read") and actor.name == scene.agent:
        words, holds = f"{verb} {with_article(actor.holds)}", None
    else:
        words, holds = verb, actor.holds
    if actor.expression != "happy" and actor.action != "sleep":
        words = f"{actor.expression}, {words}" if words else f"looking {actor.expression}"
    if holds:
        words += (" and " if words else "") + f"holding {with_article(holds)}"
    return words or "smiling"


_PAIR_WORDS = {
    "give": "giving {1} to {0}", "show": "showing {1} to {0}", "hug": "hugging {0}", "chase": "chasing {0}",
    "talk": "talking to {0}", "push": "pushing {0}",
}  # fmt: skip
