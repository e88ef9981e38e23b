"""Stories of the toon world as tales: their sentences, with the scene of each frame in the words of every tale."""

from __future__ import annotations

from storygptv.data.tales import Tale, TaleFrame
from storygptv.scene import Figure, Person
from storygptv.scene import Scene as SaidScene
from storygptv.toon.cast import CAST
from storygptv.toon.lexicon import MOODS
from storygptv.toon.scene import PAIR_ACTIONS, Scene
from storygptv.toon.stories import ToonFrame, make_story

KINDS = {
    "Mia": "girl", "Nora": "girl", "Leo": "boy", "Omar": "man", "Pip": "little boy", "Sam": "person",
    "Mrs. Plum": "old woman", "Biscuit": "dog",
}  # fmt: skip
RECEIVES = {"chase": "run", "hug": "hug"}  # what the one does to whom it is done, where that is not to stand


def cast_person(name: str) -> Person:
    """Return one of the cast as somebody of a story."""
    return Person(name, KINDS[name], CAST[name].pronoun)


def toon_tale(split: str, index: int, num_frames: int = 5, seed: int = 0, few_words: float = 0.2) -> Tale:
    """Return story `index` of a split, told with pronouns, as a tale; the same arguments give the same tale."""
    story = make_story(split, index, num_frames, seed, few_words)
    met: set[str] = set()
    frames = []
    for frame in story.frames:
        scene = said_scene(frame.scene, frame)
        mentioned = [name for mention in frame.mentions for name in mention.characters]
        new = [name for name in dict.fromkeys([*mentioned, *scene.names]) if name not in met]
        met |= set(new)
        frames.append(TaleFrame(frame.referential_caption, tuple(map(cast_person, new)), scene))
    return Tale(story.story_id, "toon", tuple(frames))


def said_scene(scene: Scene, frame: ToonFrame) -> SaidScene:
    """Return what a picture of the toon world shows, with the moods that its sentence tells."""
    order = [scene.agent, *([scene.patient] if scene.patient else [])]
    order += [actor.name for actor in scene.actors if actor.name not in order]
    actors = {actor.name: actor for actor in scene.actors}
    words = set(frame.referential_caption.lower().replace(".", " ").replace(",", " ").split())
    figures = []
    for name in order:
        actor = actors[name]
        action, target = actor.action, None
        if action in PAIR_ACTIONS and scene.patient is not None:
            if name == scene.agent:
                target = scene.patient
            else:
                target = scene.agent if action == "hug" else None
                action = RECEIVES.get(action, "stand")
        mood = actor.expression if name == scene.agent and words & set(MOODS.get(actor.expression, ())) else None
        figures.append(Figure(name, action, target, actor.holds, mood))
    weather = scene.weather if scene.weather != "clear" else None
    held = [figure.thing for figure in figures if figure.thing]
    props = list(dict.fromkeys([*held, *scene.props]))[:3]
    return SaidScene(tuple(figures), scene.place, scene.time == "night", weather, tuple(props))
