"""Alt-texts: plain full descriptions of a scene, untold looks and all, as captions on the web are."""

from __future__ import annotations

from random import Random

from storygptv.toon import lexicon
from storygptv.toon.language import STOP, Writer
from storygptv.toon.lexicon import participle, with_article
from storygptv.toon.scene import PAIR_ACTIONS, Actor, Looks, Scene


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
    elif order == 2 and len(scene.actors) < 4:
        writer.add(rng.choice(_STARTS))
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


_STARTS = ("a picture of", "a drawing of", "from left to right,", "a cartoon of", "we see")
_PREPOSITION = {"beach": "on", "street": "on", "playground": "on", "farm": "on", "lake": "by"}
_SKY_WORDS = {
    ("day", "clear"): "by day", ("night", "clear"): "at night", ("day", "rain"): "in the rain",
    ("day", "snow"): "in the snow", ("night", "rain"): "on a rainy night", ("night",
    "snow"): "on a snowy night",
}  # fmt: skip


def _place_with_looks(scene: Scene, rng: Random) -> str:
    looks = scene.place_looks
    if looks.wall:
        return rng.choice((f"a {scene.place} with {looks.wall} walls", f"a {looks.wall} {scene.place}"))
    tree = rng.choice((f"a tree on the {looks.tree}", f"the tree to the {looks.tree}"))
    return f"a {scene.place} with {tree}"


def wears(name: str, looks: Looks | None, short: bool, rng: Random) -> str:
    """What `name` has on: "in an orange dress with a green scarf and stripes"."""
    article = "" if name == "Pip" else "a "  # dungarees
    garment = lexicon.CLOTHES[name]
    clothes = f"in {with_article(garment) if article else garment}"
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
            f"in {article}{looks.pattern} {lexicon.CLOTHES[name]} with {accessory}",
        )
    )


def _doing(scene: Scene, index: int) -> str:
    """What actor `index` does, feels and holds, in a few words."""
    actor = scene.actors[index]
    verb = participle(actor.action)
    if actor.action in PAIR_ACTIONS:
        if actor.name == scene.agent:
            thing = with_article(actor.holds) if actor.holds else ""
            words = _PAIR_WORDS[actor.action].format(scene.patient, thing)
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
_PATIENT_WORDS = {
    "give": "getting something", "show": "looking at something", "hug": "being hugged",
    "chase": "running away",
    "talk": "listening", "push": "being pushed",
}  # fmt: skip


def crop_action(actor: Actor, scene: Scene) -> str:
    """What `actor` does, as one sees it without the others."""
    return _PATIENT_WORDS[actor.action] if actor.name == scene.patient else participle(actor.action)
