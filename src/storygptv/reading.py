"""A story read and not drawn: who is in it, and what each frame's picture should show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storygptv.cast import Cast
from storygptv.models.loading import find_model
from storygptv.models.scene_reader import SceneReader
from storygptv.models.story_reader import Reading
from storygptv.scene import Person
from storygptv.story import Story


def load_reader(model: str, device: str = "cpu") -> tuple[SceneReader, Cast]:
    """Load what reads stories in a model, and whom it knows. Raises ValueError where it has no reader."""
    folder = find_model(model)
    if not (folder / "reader").is_dir():
        raise ValueError(f"model: {folder} has no reader, so it cannot say what it understands")
    return SceneReader.from_folder(folder / "reader", device), Cast.load(folder)


def read_story(
    story: Story, reader: SceneReader, cast: Cast, on_frame: Callable[[int, str, Reading], None] | None = None
) -> dict[str, Any]:
    """Read a story; what it was understood as:

        {"cast": [{"name", "kind", "pronoun"}],
         "frames": [{"text", "people": [{"name", "action", "target", "thing", "mood", "probability"}],
                     "place", "time", "weather", "props"}]}

    Frames that have a scene of their own keep it. `on_frame` is called with the number from 0, the text and the reading
    of each. Raises ValueError, naming the frame, for a scene that cannot be.
    """
    people = {c["name"]: Person(c["name"], c.get("kind", "person"), c.get("pronoun")) for c in cast.characters}
    told = [Person(character.name, character.kind) for character in story.characters if character.kind]
    session = reader.begin(people, told)
    frames = []
    for number, frame in enumerate(story.frames):
        try:
            reading = session.take(frame.text, frame.scene) if frame.scene else session.read(frame.text)
        except ValueError as error:
            raise ValueError(f"frame {number + 1}: {error}") from error
        frames.append({"text": frame.text, **plain_scene(reading)})
        if on_frame is not None:
            on_frame(number, frame.text, reading)
    return {
        "cast": [{"name": p.name, "kind": p.kind, "pronoun": p.pronoun} for p in session.people.values()],
        "frames": frames,
    }


def plain_scene(reading: Reading) -> dict[str, Any]:
    """Return a reading as plain data."""
    scene = reading.scene
    return {
        "people": [
            {"name": figure.name, "action": figure.action, "target": figure.target, "thing": figure.thing,
             "mood": figure.mood, "probability": round(chance, 3)}
            for figure, chance in zip(scene.figures, reading.probabilities, strict=True)
        ],
        "place": scene.place,
        "time": "night" if scene.night else "day",
        "weather": scene.weather or "clear",
        "props": list(scene.props),
    }  # fmt: skip
