"""What of a scene a model can draw: whose looks a stranger is lent, the nearest action, place and thing, a caption.

A model that draws some characters, actions, places and props by heart is told a scene in its own words. Whatever it
does not know is exchanged for the nearest that it does; nobody of the cast is put in a stranger's place in the text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from storygptv.cast import Cast
from storygptv.scene import PAIR_ACTIONS, Figure, Person, Scene

MAX_DRAWN = 4  # people in one picture

_KINDS = {
    "girl": ("girl", "little girl", "woman"), "little girl": ("little girl", "girl", "little boy"),
    "boy": ("boy", "little boy", "man"), "little boy": ("little boy", "boy"), "baby": ("little boy", "little girl"),
    "woman": ("woman", "person", "old woman", "girl"), "man": ("man", "person", "boy"),
    "old woman": ("old woman", "woman", "person"), "old man": ("old man", "man", "person"),
    "queen": ("woman", "old woman", "girl"), "princess": ("girl", "woman"), "fairy": ("girl",), "mermaid": ("girl",),
    "witch": ("old woman", "woman", "girl"), "king": ("man", "old man"), "wizard": ("old man", "man"),
    "prince": ("boy", "man"), "knight": ("man", "person", "boy"), "pirate": ("man", "person", "boy"),
    "giant": ("man", "person"), "person": ("person", "man", "woman"),
}  # fmt: skip
"""The kinds nearest to a human kind, the nearest first."""
_FIGURES = ("robot", "ghost", "monster", "alien", "snowman")  # neither human nor animal

_ACTIONS = {
    "lie": "sleep", "drink": "eat", "draw": "read", "write": "read", "dig": "stand", "climb": "jump", "ride": "sit",
    "swim": "run", "fall": "jump", "fly": "jump", "play": "run", "sing": "dance", "cook": "stand", "carry": "walk",
    "point": "wave", "hide": "sit", "kneel": "sit", "pull": "walk", "kick": "run", "catch": "jump", "wash": "stand",
    "cry": "stand", "build": "sit", "throw": "wave", "help": "stand", "follow": "walk", "give": "stand", "hug": "stand",
    "chase": "run", "talk": "stand", "push": "walk", "show": "stand",
}  # fmt: skip
_PAIR_ACTIONS = {"throw": "give", "help": "talk", "follow": "chase", "carry": "hug", "ride": "hug", "pull": "push",
                 "wash": "hug", "catch": "chase"}  # fmt: skip
_PLACES = {
    "bathroom": "bedroom", "restaurant": "kitchen", "hospital": "bedroom", "train": "living room", "mountain": "forest",
    "castle": "living room", "ship": "beach", "campsite": "forest", "snowfield": "park", "room": "living room",
    "field": "farm", "station": "street", "car": "street", "office": "library", "hall": "classroom", "pool": "lake",
    "cave": "forest", "sea": "beach", "sky": "park", "space": "street",
}  # fmt: skip
_PROPS = {
    "present": "gift", "parcel": "gift", "bike": "bicycle", "teddy bear": "teddy", "toy": "teddy", "football": "ball",
    "letter": "book", "notebook": "book", "lantern": "lamp", "torch": "lamp", "candle": "lamp", "pail": "bucket",
    "basket": "bucket", "crate": "box", "chest": "box", "suitcase": "box", "rose": "flower", "bread": "cake",
    "pie": "cake", "cookie": "cake", "biscuit": "cake", "sandwich": "cake", "pizza": "cake", "ice cream": "cake",
    "orange": "apple", "pear": "apple", "fruit": "apple", "stick": "bone",
}  # fmt: skip

_VERBS = {
    "stand": "stand", "sit": "sit", "walk": "walk", "run": "run", "jump": "jump", "dance": "dance", "wave": "wave",
    "sleep": "sleep", "eat": "eat", "read": "read", "give": "give {P} to {B}", "hug": "hug {B}", "chase": "chase {B}",
    "talk": "talk to {B}", "push": "push {B}", "show": "show {P} to {B}",
}  # fmt: skip
_NEEDS = {"eat": "apple", "read": "book", "give": "gift", "show": "box"}  # what it is done with where nothing is said


@dataclass(frozen=True)
class Drawn:
    """A scene as it can be drawn: the caption, and by name who is drawn as whom (None: left out)."""

    caption: str
    drawn_as: dict[str, str | None]


class Drawable:
    """What the model of a cast can draw, for one story: who was lent whose looks stays so to its end.

    Args:
        cast: who, where and what the model knows; an empty list of places or actions stands for all.
        plays: of people of the story, the one of the cast whom each is drawn as.
        named: those of the cast whom the story names; their looks are lent to nobody else while others are free.
    """

    def __init__(self, cast: Cast, plays: Mapping[str, str] | None = None, named: Collection[str] = ()):
        self.cast, self.lent, self.named = cast, dict(plays or {}), set(named)

    def draw(self, scene: Scene, people: Mapping[str, Person]) -> Drawn:
        """Return a scene as the model can draw it. `people` are those of the story by name."""
        drawn_as: dict[str, str | None] = dict.fromkeys(scene.names)
        for figure in scene.figures[:MAX_DRAWN]:
            self._lend(people.get(figure.name, Person(figure.name)), [self.lent.get(name) for name in scene.names])
            if self.lent[figure.name] not in drawn_as.values():  # nobody is in a picture twice
                drawn_as[figure.name] = self.lent[figure.name]
        figures = [figure for figure in scene.figures if drawn_as[figure.name]]
        figures = tuple(
            replace(figure, name=drawn_as[figure.name], target=drawn_as.get(figure.target)) for figure in figures
        )
        known = self.cast.props
        props = tuple(dict.fromkeys(p for prop in scene.props if (p := nearest(prop, known, _PROPS))))
        here = replace(
            scene, figures=tuple(self._doable(figure, figures) for figure in figures), props=props,
            place=nearest(scene.place, self.cast.places, _PLACES) or scene.place,
            night=scene.night or scene.place == "space",
            weather="snow" if scene.place == "snowfield" else scene.weather,
        )  # fmt: skip
        return Drawn(caption(here), drawn_as)

    def _lend(self, person: Person, taken: Sequence[str | None]) -> None:
        """Give a stranger the looks of the cast member nearest in kind, of those whom nobody of the story has."""
        if person.name in self.lent:
            return
        if person.name in self.cast.names or not self.cast.names:
            self.lent[person.name] = person.name
            return
        kinds = {character["name"]: character.get("kind", "person") for character in self.cast.characters}
        wanted = _nearest_kinds(person.kind)
        order = sorted(kinds, key=lambda name: wanted.index(kinds[name]) if kinds[name] in wanted else len(wanted))
        free = [name for name in order if name not in self.lent.values() and name not in self.named]
        alike = [name for name in free if kinds[name] in wanted]
        not_here = [name for name in order if name not in taken]
        self.lent[person.name] = (alike or free or not_here or order)[0]

    def _doable(self, figure: Figure, figures: Sequence[Figure]) -> Figure:
        """Return what somebody does, as the model knows it."""
        known = self.cast.actions or tuple(_VERBS)
        action, target = figure.action, figure.target
        if target is not None and target != figure.name and target in [other.name for other in figures]:
            action = action if action in known else _PAIR_ACTIONS.get(action, action)
        else:
            target = None
        if action not in known or (target is None and action in PAIR_ACTIONS):
            action, target = _ACTIONS.get(action, "stand"), None
        thing = nearest(figure.thing, self.cast.props, _PROPS) if figure.thing else None
        return replace(figure, action=action, target=target, thing=thing)


def nearest(word: str, known: Collection[str], table: Mapping[str, str]) -> str | None:
    """Return a word that is known, the one that `table` has for it, or None where neither is."""
    if not known or word in known:
        return word
    other = table.get(word) or table.get(word.split()[-1]) or word.split()[-1]
    return other if other in known else None


def _nearest_kinds(kind: str) -> Sequence[str]:
    if kind in _KINDS:
        return (*_KINDS[kind], "person", "man", "woman", "boy", "girl", "old woman", "little boy")
    if kind in _FIGURES:
        return ("person", "man", "woman")
    return (kind, "dog", "little boy")


# --- captions


def caption(scene: Scene) -> str:
    """Return a scene in plain English of the present tense, everybody by name: "Mia gives a cake to Leo in the park
    at night, looking happy, while Pip sits. Leo holds a kite."."""
    first = scene.figures[0]
    together = [first]
    if first.target is None:
        together += [f for f in scene.figures[1:] if f.action == first.action and f.target is None]
    others = [f for f in scene.figures if f not in together and f.name != first.target]
    where = f"{_PREPOSITIONS.get(scene.place, 'in')} the {scene.place}{_when(scene)}"
    text = f"{_names(together)} {_does(first, len(together))} {where}"
    mood = next((f.mood for f in together if f.mood), None)
    text += f", looking {mood}" if mood else ""
    clauses = []
    while others:
        alike = [f for f in others if f.action == others[0].action and f.target == others[0].target]
        clauses.append(f"{_names(alike)} {_does(alike[0], len(alike))}")
        others = [f for f in others if f not in alike]
    text += f", while {' and '.join(clauses)}" if clauses else ""
    said = {f.thing for f in scene.figures if f.thing and f.action in _NEEDS}
    held = [f"{f.name} holds {_a(f.thing)}" for f in scene.figures if f.thing and f.action not in _NEEDS]
    lying = [f"{_a(prop).capitalize()} is nearby" for prop in scene.props
             if prop not in said and prop not in {f.thing for f in scene.figures}]  # fmt: skip
    return ". ".join([text, *held, *lying]) + "."


_PREPOSITIONS = {"beach": "on", "street": "on", "playground": "on", "farm": "on", "lake": "by"}


def _does(figure: Figure, count: int) -> str:
    verb, _, rest = _VERBS.get(figure.action, figure.action).partition(" ")
    thing = figure.thing or _NEEDS.get(figure.action)
    if figure.action in ("eat", "read"):
        rest = _a(thing)
    verb = verb if count > 1 else verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return f"{verb} {rest}".strip().format(P=_a(thing) if thing else "", B=figure.target)


def _when(scene: Scene) -> str:
    return (" at night" if scene.night else "") + (f" in the {scene.weather}" if scene.weather else "")


def _names(figures: Sequence[Figure]) -> str:
    *all_but_last, last = [figure.name for figure in figures]
    return f"{', '.join(all_but_last)} and {last}" if all_but_last else last


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
