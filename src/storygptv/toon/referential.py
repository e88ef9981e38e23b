"""Mentions: what "she", "they", "the girl", "his friend" or "there" may mean, and the referential caption.

`candidates` is the rule engine, described in docs/reference_rules.md: it reads a mention against what the
story has said so far and returns every reading that fits. A caption uses a mention only where one does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from storygptv.toon.cast import CAST
from storygptv.toon.language import STOP, Piece, Verb, Where, Who, Writer
from storygptv.toon.lexicon import NOUNS, NUMBERS
from storygptv.toon.scene import Looks

Names = tuple[str, ...]
PRONOUNS = {  # pronoun of the cast -> (subject, object, possessive)
    "she": ("she", "her", "her"),
    "he": ("he", "him", "his"),
    "they": ("they", "them", "their"),
}
FORM = {"subject": 0, "aside": 0, "object": 1, "possessive": 2}  # of a pronoun
PRONOUN_REACH = 4  # a pronoun looks back over at most so many captions
THEY = ("they", "them", "their")


@dataclass
class Sentence:
    """Who a sentence has mentioned so far, and the subject of its main clause."""

    subject: Names = ()
    people: list[str] = field(default_factory=list)


@dataclass
class Context:
    """What the story has told so far: captions as lists of sentences, the last one still being read."""

    looks: dict[str, Looks]  # as the earlier pictures showed them
    by_look: float = 0.0  # the chance that whoever can be is spoken of by them, whatever else would fit
    captions: list[list[Sentence]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    place: str | None = None
    clause_subject: Names = ()

    def begin_caption(self) -> None:
        self.captions.append([Sentence()])
        self.clause_subject = ()

    def begin_sentence(self) -> None:
        self.captions[-1].append(Sentence())
        self.clause_subject = ()

    def read(self, names: Names, role: str) -> None:
        """Take in a mention of `names`."""
        sentence = self.captions[-1][-1]
        if role in ("subject", "aside"):
            self.clause_subject = names
        if role == "subject":
            sentence.subject = sentence.subject or names
        sentence.people += [name for name in names if name not in sentence.people]
        self.known += [name for name in names if name not in self.known]

    def people(self, back: int) -> Names:
        """Everybody mentioned in the caption `back` before this one, in order."""
        if back >= len(self.captions):
            return ()
        return tuple(dict.fromkeys(name for s in self.captions[-1 - back] for name in s.people))


def candidates(mention: str, role: str, context: Context) -> list[Names]:
    """Every reading of `mention` (lower case) in `role` at this point of the story; [] where none fits."""
    if mention in THEY:
        return _they(role, context)
    for pronoun in ("she", "he"):
        if mention in PRONOUNS[pronoun]:
            fitting = {name for name, member in CAST.items() if member.pronoun == pronoun}
            return _latest(fitting, role, context)
    if mention.startswith("the one "):
        seen = set(context.known) - set(context.people(0))
        return [(name,) for name in context.known if name in seen and look_words(context.looks[name]) == mention]
    if mention.startswith("the other "):
        return _other("the " + mention.removeprefix("the other "), context)
    if mention == "the others":
        here = context.people(0)
        rest = tuple(name for name in context.people(1) if name not in here)
        return [rest] if here and len(rest) > 1 else []
    for count, word in NUMBERS.items():
        if mention in (f"all {word} of them", f"the {word} of them", f"the {word} friends") or (
            count == 2 and mention == "both of them"
        ):
            return [group for group in _groups(role, context) if len(group) == count]
    if mention.endswith((" friend", " friends")):
        return _friends(mention, context)
    if mention.startswith("the two "):
        noun = "the " + mention.removeprefix("the two ").removesuffix("s")
        known = [name for name in context.known if noun in NOUNS[name]]
        return [tuple(known)] if len(known) == 2 else []
    fitting = [name for name in context.known if mention in NOUNS[name]]
    if len(fitting) > 1:
        captions = (context.people(back) for back in range(len(context.captions)))
        fitting = next(found for people in captions if (found := [name for name in people if name in fitting]))
    return [(name,) for name in fitting if name not in _banned(role, context)]


def look_words(looks: Looks) -> str:
    """The words that single out a character by what the earlier pictures showed."""
    return f"the one {'with' if looks.accessory == 'bag' else 'in'} the {looks.color} {looks.accessory}"


def _banned(role: str, context: Context) -> set[str]:
    """An object is never the subject of its own clause ("she hugs her" are two people)."""
    return set(context.clause_subject) if role == "object" else set()


def _latest(fitting: set[str], role: str, context: Context) -> list[Names]:
    """The fitting people of the latest sentence that has any; of several, the lone one in its subject."""
    fitting = fitting - _banned(role, context)
    for caption in reversed(context.captions[-1 - PRONOUN_REACH :]):
        for sentence in reversed(caption):
            found = [name for name in sentence.people if name in fitting]
            if len(found) > 1:
                subjects = [name for name in found if name in sentence.subject]
                found = subjects if len(subjects) == 1 else found
            if found:
                return [(name,) for name in found]
    return []


def _groups(role: str, context: Context) -> list[Names]:
    """The last group: everybody of the latest caption with two or more, or a plural subject within it."""
    between: set[str] = set()
    for back in range(min(PRONOUN_REACH + 1, len(context.captions))):
        people = tuple(name for name in context.people(back) if name not in _banned(role, context))
        if len(people) > 1:
            if not between <= set(people):
                return []  # somebody came in since: they may belong to the group or not
            groups = {frozenset(people): people}
            for sentence in context.captions[-1 - back]:
                if len(sentence.subject) > 1:
                    groups.setdefault(frozenset(sentence.subject), sentence.subject)
            return list(groups.values())
        between |= set(people)
    return []


def _they(role: str, context: Context) -> list[Names]:
    """The last group or Sam alone, whichever came later; both where Sam is in the group."""
    singular = {name for name, member in CAST.items() if member.pronoun == "they"} - _banned(role, context)
    for back in range(min(PRONOUN_REACH + 1, len(context.captions))):
        people = context.people(back)
        alone = [(name,) for name in people if name in singular]
        if alone and len(people) == 1:
            return alone
        if len(people) > 1:
            return _groups(role, context) + alone
    return []


def _other(noun: str, context: Context) -> list[Names]:
    """With exactly two known people of that noun, one of them mentioned in this caption: the second."""
    known = [name for name in context.known if noun in NOUNS[name]]
    here = [name for name in known if name in context.people(0)]
    return [(name,) for name in known if name not in here] if len(known) == 2 and len(here) == 1 else []


def _friends(mention: str, context: Context) -> list[Names]:
    """Those who were with the subject of this sentence in the caption before."""
    subject = context.captions[-1][-1].subject
    before = context.people(1)
    if len(subject) != 1 or subject[0] not in before:
        return []
    owner, word = mention.split()
    friends = tuple(name for name in before if name != subject[0])
    if owner != PRONOUNS[CAST[subject[0]].pronoun][2] or set(friends) & set(context.people(0)):
        return []
    if word == "friends":
        return [friends] if len(friends) > 1 else []
    return [(name,) for name in friends]


@dataclass(frozen=True)
class Option:
    """One way to put a slot: the words of each mention, whom it means, and its kind."""

    mentions: tuple[tuple[str, Names, str], ...]
    many: bool  # whether verbs after it take the plural


def refer(pieces: tuple[Piece, ...], context: Context, first: bool, place: str, rng: Random):
    """Write the referential caption of `pieces` and read it into `context`.

    Returns (text, [(start, end, characters, kind)], whether the place is stated). The first caption of a
    story keeps its names and its place.
    """
    writer, mentions, place_said = Writer(), [], False
    context.begin_caption()
    for i, piece in enumerate(pieces):
        if isinstance(piece, Who):
            option = _choose(piece, context, first, rng)
            for j, (words, names, kind) in enumerate(option.mentions):
                if j:
                    writer.add("and" if j == len(option.mentions) - 1 else ",")
                start, end = writer.add_who(words, piece.role, option.many)
                mentions.append((start, end, names, kind))
            if kind == "name" and piece.role == "possessive":
                writer.text += "'s"
            context.read(piece.names, piece.role)
        elif isinstance(piece, Verb):
            writer.add_verb(piece.phrase)
        elif isinstance(piece, Where):
            known = context.place == place
            if known and rng.random() < 0.72:
                words = "there" if rng.random() < 0.15 and not (piece.comma and writer.text) else ""
            else:
                words, place_said = piece.phrase, True
            if words:
                start, end = writer.add(words)
                mentions.append((start, end, (), "place"))
                writer.text += "," * piece.comma
            context.place = place
        else:
            writer.add(piece)
            if piece == STOP and i < len(pieces) - 1:
                context.begin_sentence()
    return writer.text, mentions, place_said


def _choose(slot: Who, context: Context, first: bool, rng: Random) -> Option:
    """A way to put `slot` that has one reading; names where there is none, or where the story opens."""
    names = slot.names
    by_name = Option(tuple((name, (name,), "name") for name in names), len(names) > 1)
    if first or rng.random() < 0.08:
        return by_name
    if len(names) == 1:
        return _choose_one(slot, context, rng) or by_name
    fitting = [words for words in _group_words(slot, context) if _means(words, slot, context)]
    if fitting and rng.random() < 0.95:
        words = fitting[0] if fitting[0] in THEY and rng.random() < 0.55 else rng.choice(fitting)
        return Option(((words, names, "they" if words in THEY else "noun"),), True)
    members = []
    for i, name in enumerate(names):  # "she and Leo", "the boy and the dog"
        one = _choose_one(Who((name,), slot.role), context, rng, among=i)
        members.append(one.mentions[0] if one else (name, (name,), "name"))
    return Option(tuple(members), True)


def _choose_one(slot: Who, context: Context, rng: Random, among: int | None = None) -> Option | None:
    """A way to put one person, `among` saying as which member of a list of several."""
    name = slot.names[0]
    if name not in context.known:
        return None
    words = PRONOUNS[CAST[name].pronoun][FORM[slot.role]]
    look = look_words(context.looks[name])
    if among is None and context.by_look and rng.random() < context.by_look and _means(look, slot, context):
        return Option(((look, slot.names, "noun"),), False)
    pronoun = among is None or among == 0 and words not in THEY  # "she and Leo", but not "Leo and she"
    if pronoun and rng.random() < 0.72 and _means(words, slot, context):
        return Option(((words, slot.names, "pronoun"),), words in THEY)
    if slot.role == "possessive":
        return None
    nouns = [*NOUNS[name], *("the other " + noun[4:] for noun in NOUNS[name])]
    if among is None and context.captions[-1][-1].subject:
        nouns.append(PRONOUNS[CAST[context.captions[-1][-1].subject[0]].pronoun][2] + " friend")
    rng.shuffle(nouns)
    if rng.random() < 0.25:
        nouns.insert(0 if rng.random() < 0.2 else len(nouns), look)
    for noun in nouns:
        if _means(noun, slot, context):
            return Option(((noun, slot.names, "noun"),), False)
    if pronoun and _means(words, slot, context):
        return Option(((words, slot.names, "pronoun"),), words in THEY)
    return None


def _group_words(slot: Who, context: Context) -> list[str]:
    if slot.role == "possessive":
        return ["their"]
    number = NUMBERS.get(len(slot.names))
    words = ["them" if slot.role == "object" else "they", "the others"]
    words += [f"the {number} of them", f"the {number} friends"]
    words.append("both of them" if number == "two" else f"all {number} of them")
    nouns = set.intersection(*(set(NOUNS[name]) for name in slot.names))
    words += [f"the two {noun[4:]}s" for noun in sorted(nouns)]
    subject = context.captions[-1][-1].subject
    if len(subject) == 1:
        words.append(PRONOUNS[CAST[subject[0]].pronoun][2] + " friends")
    return words


def _means(words: str, slot: Who, context: Context) -> bool:
    readings = candidates(words, slot.role, context)
    return len(readings) == 1 and set(readings[0]) == set(slot.names)
