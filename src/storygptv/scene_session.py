"""A story under way that is read with words: the scene of each sentence is said, then drawn from a caption of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from storygptv.drawable import Drawable
from storygptv.models.story_reader import Reading, StoryReader
from storygptv.names import named
from storygptv.scene import Person, Scene
from storygptv.story import ANCHORS, Story

if TYPE_CHECKING:
    from storygptv.pipeline import StoryPipeline


class SceneSession:
    """What has been read of a story, who was lent whose looks, and what everybody was seen to look like.

    Looks are taken from the first picture that shows somebody (`see`), and fused at their name from then on (eq. 1);
    with another `anchor` from the last one before, or from their portraits alone.
    """

    def __init__(self, pipeline: StoryPipeline, story: Story | None = None, anchor: str = "first"):
        if anchor not in ANCHORS:
            raise ValueError(f"anchor: must be one of {', '.join(ANCHORS)}, got {anchor!r}")
        self.pipeline, self.anchor = pipeline, anchor
        people = [Person(c.name, c.kind or "person") for c in story.characters if c.kind] if story else []
        self.reader: StoryReader = pipeline.scene_reader.begin(pipeline.cast_people(), people)
        told = " ".join(frame.text for frame in story.frames) if story else ""
        self.drawable = Drawable(
            pipeline.cast, pipeline.plays(story) if story else None, named(told, pipeline.cast.names)
        )
        self.looks: dict[str, Tensor] = {}  # name in the cast -> φ (F,) of it in the first picture of it
        self.reading: Reading | None = None
        self._told: tuple[Tensor, Tensor | None, list[str]] | None = None  # condition, token mask, who it names

    def tell(self, text: str, scene: str | None = None, understood: Mapping[str, Any] | None = None) -> Tensor:
        """Read the next sentence, or take its `scene` as a person has said it, or as it was `understood` before; return
        the condition (1, L, D) of its picture.

        Raises ValueError for a scene with somebody whom neither the story nor the sentence knows.
        """
        if understood is not None:
            self._recall(text, understood, scene)
        elif scene is not None:
            self.reading = self.reader.take(text, scene)
        else:
            self.reading = self.reader.read(text)
        self.drawn = self.drawable.draw(self.reading.scene, self.reader.people)
        condition, mask, names = self.pipeline.named_condition(self.drawn.caption, self.looks)
        self._told = condition, mask, names
        return condition

    def named(self) -> tuple[Tensor, Tensor | None, list[str]]:
        """Return the condition (1, L, D) of the sentence told last, which of its tokens name whom (1, K, L), and the K
        names in the cast."""
        return self._told

    def surely(self) -> dict[str, float]:
        """Return how likely each that is drawn is to be in the frame told last, by their name in the cast."""
        chances = zip(self.reading.scene.names, self.reading.probabilities, strict=True)
        return {as_whom: chance for name, chance in chances if (as_whom := self.drawn.drawn_as.get(name))}

    def see(self, image: Image.Image | None, given: bool = True) -> None:
        """Look at the picture of the sentence told last: remember the looks of whom it shows for the first time."""
        condition, mask, names = self._told
        new = [name for name in names if self.anchor == "last" or name not in self.looks]
        if image is None or self.anchor == "portrait" or mask is None or not new:
            return
        ldm, size = self.pipeline.char_ldm, self.pipeline.char_ldm.image_size
        picture = image.convert("RGB").resize((size, size))
        with torch.no_grad():
            found = ldm.find_characters(self.pipeline.pixel_values([picture], size), condition, mask)[0].cpu().numpy()
        for name in new:
            if found[names.index(name)].any():
                self.looks[name] = self.pipeline.crop_feature(np.asarray(picture), found[names.index(name)])

    def write(self, generator: torch.Generator, ending: bool = False) -> str:
        """Write the next sentence of the story."""
        return self.reader.write(generator, ending)

    @property
    def understood(self) -> dict[str, Any]:
        """What the sentence told last was understood as, as plain data for a file."""
        scene, chances = self.reading.scene, self.reading.probabilities
        people = [
            asdict(figure) | {"probability": round(chance, 3), "drawn_as": self.drawn.drawn_as.get(figure.name)}
            for figure, chance in zip(scene.figures, chances, strict=True)
        ]
        return {
            "new": [asdict(person) for person in self.reading.new],
            "people": people,
            "place": scene.place,
            "night": scene.night,
            "weather": scene.weather,
            "props": list(scene.props),
            "line": scene.line(),
        }

    def _recall(self, text: str, understood: Mapping[str, Any], scene: str | None) -> None:
        """Take a sentence as it was understood when it was drawn."""
        new = [Person(**person) for person in understood["new"]]
        names = [*self.reader.people, *(person.name for person in new)]
        said = Scene.parse(scene or understood["line"], names)
        self.reader.tell(text, said, new)
        sure = {person["name"]: person["probability"] for person in understood["people"]}
        self.reading = Reading(tuple(new), said, tuple(sure.get(name, 1.0) for name in said.names))
        for person in understood["people"]:
            if person.get("drawn_as"):
                self.drawable.lent[person["name"]] = person["drawn_as"]
