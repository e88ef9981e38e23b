"""Random scenes of the open world with random people, to learn from: every number is a scene, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from storygptv.scene import ACTIONS, MAX_PEOPLE, MAX_PROPS, MOODS, PAIR_ACTIONS, PLACES, WEATHERS, Figure, Scene

from .kinds import KINDS
from .people import Looks, random_looks
from .place_looks import PlaceLooks, random_place_looks
from .places import INDOORS
from .props import FOOD, PROPS
from .renderer import Drawing, render

COUNTS = (0.3, 0.37, 0.2, 0.09, 0.04)  # how often there are 1 to 5 people
HUMANS = tuple(kind for kind, row in KINDS.items() if row.head == "human")
OTHERS = tuple(kind for kind in KINDS if kind not in HUMANS)
STILL = ("stand", "sit", "walk")  # what people mostly do beside somebody who does something
HELD = tuple(name for name, prop in PROPS.items() if prop.size == "small" and prop.where == "ground")
THINGS = {  # what an action is done with
    "eat": tuple(FOOD), "drink": ("cup", "glass", "juice", "milk", "bottle"), "read": ("book", "letter",
        "newspaper", "map"),
    "ride": ("bicycle", "scooter", "skateboard", "boat"), "throw": ("ball", "stick", "snowball", "bone"),
    "kick": ("football", "ball"), "catch": ("ball", "balloon", "butterfly"), "play": ("guitar", "drum", "kite", "ball"),
    "pull": ("rope", "sled", "cart"), "hide": ("bush", "box", "barrel", "tree"), "climb": ("ladder", "tree", "rope"),
    "carry": ("box", "basket", "bag", "gift", "bucket"), "sleep": (), "lie": (), "hug": (), "cry": (), "swim": (),
}  # fmt: skip
NAMES = ("A", "B", "C", "D", "E")


def random_scene(rng: Random, names: Sequence[str] = NAMES) -> tuple[Scene, dict[str, Looks]]:
    """Return a scene of 1 to 5 people, called by the first of `names`, and how each looks."""
    count = rng.choices(range(1, MAX_PEOPLE + 1), COUNTS)[0]
    called = list(names[:count])
    looks = {name: random_looks(rng.choice(HUMANS if rng.random() < 0.68 else OTHERS), rng) for name in called}
    figures: list[Figure] = []
    for number, name in enumerate(called):
        possible = STILL if number and rng.random() < 0.5 else ACTIONS
        action = rng.choice(possible)
        target = None
        if action in PAIR_ACTIONS and count > 1 and rng.random() < 0.8:
            target = rng.choice([other for other in called if other != name])
        thing = None
        if target is None or action in ("give", "show", "throw"):
            things = [each for each in THINGS.get(action, HELD) if each in PROPS]
            thing = rng.choice(things) if things and rng.random() < 0.5 else None
        mood = rng.choice(MOODS) if rng.random() < 0.5 else None
        figures.append(Figure(name, action, target, thing, mood))
    place = rng.choice(PLACES)
    outdoors = place not in INDOORS and place != "space"
    weather = rng.choice(WEATHERS) if outdoors and rng.random() < 0.15 else None
    held = list(dict.fromkeys(figure.thing for figure in figures if figure.thing))[:MAX_PROPS]
    figures = [f if f.thing in (None, *held) else Figure(f.name, f.action, f.target, None, f.mood) for f in figures]
    more = rng.sample(list(PROPS), rng.randint(0, MAX_PROPS - len(held)))
    props = tuple(dict.fromkeys([*held, *more]))
    return Scene(tuple(figures), place, rng.random() < 0.2, weather, props), looks


def random_sample(seed: int) -> tuple[Scene, dict[str, Looks], PlaceLooks]:
    """Return the scene of a number, who is in it and how its place looks."""
    rng = Random(seed)
    scene, looks = random_scene(rng)
    return scene, looks, random_place_looks(scene.place, rng)


def drawn_sample(seed: int, size: int = 256) -> Drawing:
    """Return the picture of a number, with its labels."""
    scene, looks, place_looks = random_sample(seed)
    return render(scene, looks, place_looks, size, seed)
