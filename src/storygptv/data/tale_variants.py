"""Variants of a tale that keep its labels true: he for she, other things, as somebody in a hurry types it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from storygptv.data.tales import Tale, TaleFrame
from storygptv.names import named
from storygptv.scene import Person

_PAIRS = (
    "she he", "herself himself", "girl boy", "girls boys", "woman man", "women men", "lady gentleman", "mum dad",
        "mom dad",
    "mummy daddy", "mommy daddy", "mama papa", "mother father", "grandma grandpa", "grandmother grandfather",
        "granny grandad",
    "gran grandpa", "nana grandad", "aunt uncle", "auntie uncle", "sister brother", "sisters brothers",
    "daughter son", "queen king", "princess prince", "mrs mr", "ms mr", "miss mr", "witch wizard", "wife husband",
    "niece nephew", "madam sir", "waitress waiter", "policewoman policeman", "she's he's", "she'd he'd", "she'll he'll",
)  # fmt: skip
_OTHER = {}
for _pair in _PAIRS:
    _her, _his = _pair.split()
    _OTHER[_her] = _his
    _OTHER.setdefault(_his, _her)
_KINDS = {
    "girl": "boy", "woman": "man", "old woman": "old man", "little girl": "little boy", "queen": "king",
    "princess": "prince", "witch": "wizard",
}  # fmt: skip
_KINDS |= {his: her for her, his in _KINDS.items()}
_FIXED = ("hen", "mermaid")  # kinds that are always she
_NO_NOUN = frozenset(
    "to and in on at with as but for from up down out back off over again when while so that then away home how if or "
    "by into through onto the a an she he they what where it because until after before very too all was is "
    "were are had "
    "did would could about once both alone there here now under behind".split()
)  # fmt: skip
_GENDERED = re.compile(
    r"\b(her|hers|him|his|" + "|".join(sorted(_OTHER, key=len, reverse=True)) + r")\b", re.IGNORECASE
)


def mirrored(tale: Tale) -> Tale:
    """Return the tale with he for she and the other way round, in kinds, relatives and titles too; the names of people
    stay, and are to be exchanged. A tale with a hen or a mermaid stays as it is."""
    if any(person.kind in _FIXED for person in tale.people):
        return tale
    return _told_otherwise(tale, _mirrored_words, _mirrored_person)


def _mirrored_person(person: Person, name: str) -> Person:
    pronoun = {"she": "he", "he": "she"}.get(person.pronoun, person.pronoun)
    return Person(name, _KINDS.get(person.kind, person.kind), pronoun)


def _mirrored_words(text: str) -> str:
    def other(match: re.Match) -> str:
        word = match.group()
        after = re.match(r"\s+([\w'’]+)", text[match.end() :])
        noun = after is not None and after[1].lower() not in _NO_NOUN
        lower = word.lower()
        if lower == "her":
            new = "his" if noun else "him"
        elif lower == "his":
            new = "her" if noun else "hers"
        else:
            new = {"hers": "his", "him": "her"}.get(lower) or _OTHER[lower]
        return new.upper() if word.isupper() and len(word) > 1 else new.capitalize() if word[0].isupper() else new

    return _GENDERED.sub(other, text)


FOODS = "apple cake bread sandwich cookie pizza banana pear carrot pie bun orange egg pancake".split()
THINGS = (
    "ball book kite hat bag box cup lamp letter drum basket umbrella teddy doll key map rope bucket gift camera flower "
    "blanket torch balloon guitar bone shell stick broom spade"
).split()


def with_other_things(tale: Tale, rng: np.random.Generator, share: float = 0.5) -> Tale:
    """Return the tale with other things in the place of about a `share` of those that its text names and its pictures
    show: food for food, a thing for a thing."""
    text = " ".join(frame.text for frame in tale.frames).lower()
    shown = {prop for frame in tale.frames for prop in frame.scene.props}
    called = {person.name.lower() for person in tale.people}
    new_words: dict[str, str] = {}
    for word in sorted(shown):
        pool = FOODS if word in FOODS else THINGS if word in THINGS else ()
        free = [other for other in pool if other not in shown and other not in text and other not in new_words.values()]
        if (
            free
            and re.search(rf"\b{word}(e?s)?\b", text)
            and not any(word in name for name in called)
            and rng.random() < share
        ):
            new_words[word] = str(rng.choice(free))
    if not new_words:
        return tale
    pattern = re.compile(rf"\b(?:(an?)(\s+))?({'|'.join(new_words)})(e?s)?\b", re.IGNORECASE)

    def words(sentence: str) -> str:
        def other(match: re.Match) -> str:
            article, space, word, plural = match.groups()
            new = new_words[word.lower()]
            if article:
                right = "an" if new[0] in "aeiou" else "a"
                article = right.capitalize() if article[0].isupper() else right
            new = new.capitalize() if word[0].isupper() else new
            ending = ("es" if new.endswith(("x", "sh", "ch")) else "s") if plural else ""
            return (article or "") + (space or "") + new + ending

        return pattern.sub(other, sentence)

    changed = _told_otherwise(tale, words, lambda person, name: person, names=False)
    frames = []
    for frame in changed.frames:
        scene = frame.scene
        figures = tuple(replace(f, thing=new_words.get(f.thing, f.thing)) for f in scene.figures)
        props = tuple(dict.fromkeys(new_words.get(prop, prop) for prop in scene.props))
        frames.append(replace(frame, scene=replace(scene, figures=figures, props=props)))
    return replace(changed, frames=tuple(frames))


def _told_otherwise(
    tale: Tale, words: Callable[[str], str], person: Callable[[Person, str], Person], names: bool = True
) -> Tale:  # fmt: skip
    """Return the tale with `words` of every sentence, and with its people as `person` makes them of each and of their
    name, which is told otherwise as well."""
    called = {each.name: words(each.name) if names else each.name for each in tale.people}
    if len(set(called.values())) < len(called):  # two would be called the same
        return tale
    frames = []
    for frame in tale.frames:
        figures = tuple(
            replace(f, name=called.get(f.name, f.name), target=called.get(f.target, f.target))
            for f in frame.scene.figures
        )
        new = tuple(person(each, called[each.name]) for each in frame.new)
        frames.append(TaleFrame(words(frame.text), new, replace(frame.scene, figures=figures)))
    return replace(tale, frames=tuple(frames), known=tuple(person(each, called[each.name]) for each in tale.known))


def mistyped(tale: Tale, rng: np.random.Generator) -> Tale:
    """Return the tale as somebody in a hurry types it: without capitals, or marks at the end, or with a typo or two."""
    lower, bare, slips = rng.random() < 0.5, rng.random() < 0.4, rng.random() < 0.6

    def typed(sentence: str) -> str:
        sentence = sentence.lower() if lower else sentence
        sentence = sentence.rstrip(".!") if bare else sentence
        if not slips:
            return sentence
        words = sentence.split(" ")
        for i in range(len(words)):
            if len(words[i]) >= 5 and words[i].islower() and words[i].isalpha() and rng.random() < 0.08:
                at = int(rng.integers(1, len(words[i]) - 1))
                word = words[i]
                after = word[at + 1] + word[at] + word[at + 2 :] if rng.random() < 0.5 else word[at + 1 :]
                words[i] = word[:at] + after
        return " ".join(words)

    return replace(tale, frames=tuple(replace(frame, text=typed(frame.text)) for frame in tale.frames))


NAMES = {
    "she": (
        "Anna Ava Zoe Lily Emma Olivia Sofia Amara Aisha Fatima Leila Yasmin Priya Anjali Meera Mei Lin Yuki "
        "Sakura Hana  Minji Ling Ngozi Chioma Abena Wanjiru Zuri Imani Carmen Lucia Rosa Ines Paloma Valentina "
        "Greta Freya Astrid  Ingrid Saoirse Niamh Ffion Agnes Edith Mabel Ivy Ruby Poppy Daisy Hazel June Olga "
        "Katya Svetlana Milena Jana  Zsofia Ewa Marta Giulia Chiara Elif Zeynep Noor Rania Tala Shira Miriam "
        "Esther Kalani Leilani Aroha Winona  Nina Tess Dot Pia Flo Bea Lotte Sanne Maja Elin Aino Camille Margaux "
        "Ophelia Beatrice Charlotte Isabella Kayla"
    ).split(),
    "he": (
        "Tom Ben Sam Jack Max Noah Lucas Ethan Oliver Harry George Arthur Theo Finn Hugo Felix Oscar Emil Lars "
        "Sven Nils  Bjorn Mateo Diego Carlos Pablo Javier Thiago Luca Marco Matteo Enzo Pierre Louis Antoine "
        "Ahmed Yusuf Ali Hassan  Karim Tariq Bilal Ravi Arjun Dev Kiran Sanjay Wei Jun Hiro Kenji Takumi Minho "
        "Duc Minh Kofi Kwame Chidi Emeka  Tunde Sipho Jabari Ivan Dmitri Boris Pavel Milan Jakub Piotr Andrei Eli "
        "Noam David Isaac Gabriel Samuel Tane  Koa Bodhi Jamal Andre Malik Tyrone Wyatt Cody Earl Gus Ned Alfie "
        "Archie Stanley Winston Rory Callum Dylan Owen"
    ).split(),
    "pet": (
        "Rex Bruno Max Bella Luna Coco Daisy Buddy Rocky Milo Fluffy Whiskers Shadow Ginger Smokey Patch Scout "
        "Ziggy  Peanut Waffles Noodle Pickle Mochi Toffee Nutmeg Pepper Biscuit Button Socks Tiger Simba Nala "
        "Oreo Pablo Bingo  Rusty Duke Ruff Fido Snowy Bubbles Hazel Clover Maple Juniper Ziggy Tofu Kiki Momo "
        "Zaza Bonbon Figaro Otto"
    ).split(),
}  # fmt: skip


def renamed(tale: Tale, rng: np.random.Generator, share: float = 0.8) -> Tale:
    """Return the tale with other first names for most of its people, the same kind of name for each.

    Only single capitalised names are exchanged; "the fox", "Mum" and "Mrs. Plum" stay as they are.
    """
    text = " ".join(frame.text for frame in tale.frames)
    taken, new_name = {person.name for person in tale.people}, {}
    for person in tale.people:
        if not _FIRST_NAME.fullmatch(person.name) or person.name in _RELATIVES or rng.random() > share:
            continue
        human = KIND_NAMES.get(person.kind)
        pool = NAMES[human] if human else NAMES["pet"] if person.kind not in ("person",) else NAMES["she"] + NAMES["he"]
        choice = str(rng.choice(pool))
        if choice in taken or named(text, [choice]):
            continue
        taken.add(choice)
        new_name[person.name] = choice
    return _exchanged(tale, new_name) if new_name else tale


KIND_NAMES = {
    "girl": "she", "woman": "she", "old woman": "she", "little girl": "she", "princess": "she", "queen": "she",
    "witch": "she", "boy": "he", "man": "he", "old man": "he", "little boy": "he", "prince": "he", "king": "he",
    "wizard": "he",
}  # fmt: skip


_FIRST_NAME = re.compile(r"[A-Z][a-z]{2,}")
_RELATIVES = {"Mum", "Mom", "Dad", "Gran", "Granny", "Grandma", "Grandpa", "Nana", "Papa", "Mama", "Mummy", "Daddy",
              "Auntie", "Uncle", "Teacher", "Santa"}  # fmt: skip


def _exchanged(tale: Tale, names: dict[str, str]) -> Tale:
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    folded = {name.casefold(): new for name, new in names.items()}

    def other(match: re.Match) -> str:
        old, new = match.group(), folded[match.group().casefold()]
        return new.lower() if old.islower() else new.upper() if old.isupper() else new

    def text(sentence: str) -> str:
        return pattern.sub(other, sentence)

    frames = []
    for frame in tale.frames:
        figures = tuple(
            replace(figure, name=names.get(figure.name, figure.name), target=names.get(figure.target, figure.target))
            for figure in frame.scene.figures
        )
        new = tuple(replace(person, name=names.get(person.name, person.name)) for person in frame.new)
        frames.append(TaleFrame(text(frame.text), new, replace(frame.scene, figures=figures)))
    known = tuple(replace(person, name=names.get(person.name, person.name)) for person in tale.known)
    return replace(tale, frames=tuple(frames), known=known)


def known_before(tale: Tale, rng: np.random.Generator, strangers: list[Person]) -> Tale:
    """Return the tale with its cast told before it begins, in any order, among up to two `strangers` to it."""
    names = {person.name.casefold() for person in tale.people}
    others = [p for p in strangers if p.name.casefold() not in names][: int(rng.integers(0, 3))]
    known = [*tale.people, *others]
    frames = tuple(replace(frame, new=()) for frame in tale.frames)
    return replace(tale, frames=frames, known=tuple(known[i] for i in rng.permutation(len(known))))


def vary(tale: Tale, rng: np.random.Generator, everybody: list[Person]) -> Tale:
    """Return one variant of a tale."""
    other = mirrored(tale) if rng.random() < 0.4 else tale
    if other is not tale:
        tale = renamed(other, rng, share=1.0)
    elif rng.random() < 0.7:
        tale = renamed(tale, rng)
    if rng.random() < 0.5:
        tale = with_other_things(tale, rng)
    if rng.random() < 0.12:
        tale = mistyped(tale, rng)
    if rng.random() < 0.3:
        tale = known_before(tale, rng, [everybody[i] for i in rng.integers(0, len(everybody), 4)])
    return tale
