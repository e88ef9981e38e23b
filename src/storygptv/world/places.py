"""The places of a scene: backgrounds with a clear ground in front, paler than the people who stand there."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from storygptv.scene import PLACES
from storygptv.toon.pen import Sheet

from . import places_home, places_outdoors, places_public, places_travel, places_wild
from .place_looks import PlaceLooks, Stage, random_place_looks
from .sky import draw_weather

__all__ = ["AFLOAT", "GROUND", "INDOORS", "NEAREST_PLACE", "SHOWS", "PlaceLooks", "draw_place", "random_place_looks"]

_DRAW: dict[str, Callable[[Stage], None]] = {
    "kitchen": places_home.draw_kitchen,
    "bedroom": places_home.draw_bedroom,
    "living room": places_home.draw_living_room,
    "bathroom": places_home.draw_bathroom,
    "room": places_home.draw_room,
    "classroom": places_public.draw_classroom,
    "library": places_public.draw_library,
    "shop": places_public.draw_shop,
    "restaurant": places_public.draw_restaurant,
    "hospital": places_public.draw_hospital,
    "office": places_public.draw_office,
    "hall": places_public.draw_hall,
    "train": places_travel.draw_train,
    "car": places_travel.draw_car,
    "pool": places_travel.draw_pool,
    "street": places_travel.draw_street,
    "station": places_travel.draw_station,
    "ship": places_travel.draw_ship,
    "castle": places_travel.draw_castle,
    "park": places_outdoors.draw_park,
    "garden": places_outdoors.draw_garden,
    "playground": places_outdoors.draw_playground,
    "farm": places_outdoors.draw_farm,
    "field": places_outdoors.draw_field,
    "campsite": places_outdoors.draw_campsite,
    "forest": places_wild.draw_forest,
    "beach": places_wild.draw_beach,
    "lake": places_wild.draw_lake,
    "sea": places_wild.draw_sea,
    "mountain": places_wild.draw_mountain,
    "snowfield": places_wild.draw_snowfield,
    "cave": places_wild.draw_cave,
    "sky": places_wild.draw_heavens,
    "space": places_wild.draw_space,
}
INDOORS = frozenset(
    ("kitchen", "bedroom", "living room", "bathroom", "room", "classroom", "library", "shop", "restaurant", "hospital",
     "office", "hall", "train", "car", "pool", "cave")
)  # fmt: skip
"""Places where neither rain nor snow falls on people; the castle is one of them unless it shows its yard."""
NEAREST_PLACE = {
    "attic": "room", "bus": "train", "cellar": "room", "circus": "hall", "city": "street", "cafe": "restaurant",
    "bakery": "shop", "market": "shop", "museum": "library", "zoo": "park", "river": "lake", "pier": "lake",
    "tower": "castle", "desert": "beach", "island": "beach",
    "jungle": "forest", "harbour": "ship", "school": "classroom",
    "stairs": "room", "corridor": "room", "church": "hall", "theatre": "hall", "gym": "hall", "airport": "station",
    "village": "street", "orchard": "garden", "meadow": "field", "hill": "field", "wood": "forest",
}  # fmt: skip
"""Places that are not of scene.PLACES, and the one that is nearest to each."""
GROUND = dict.fromkeys(PLACES, (94, 122)) | {
    "pool": (100, 122), "lake": (102, 122), "beach": (100, 122), "sea": (98, 122), "sky": (110, 122), "car": (98, 122),
}  # fmt: skip
"""Between which heights, in units of a 128th of the side, feet may stand."""
AFLOAT = ("sea",)
"""Places without firm ground: who does not swim or fly there needs a boat or a raft."""
SHOWS = {
    "kitchen": ("pot", "window", "stove", "fridge", "sink", "oven"),
    "bedroom": ("bed", "pillow", "blanket", "window", "curtain"),
    "living room": ("sofa", "window", "cushion", "rug", "couch", "curtain"),
    "bathroom": ("bath", "bathtub", "tub", "towel", "mirror", "sink", "toothbrush"),
    "room": ("door", "window", "rug"),
    "classroom": ("desk", "board", "blackboard", "chalk", "window"),
    "library": ("shelf", "window"),
    "shop": ("shelf", "counter", "till"),
    "restaurant": ("table", "chair", "menu", "window"),
    "hospital": ("bed", "window", "pillow"),
    "office": ("desk", "computer", "window"),
    "hall": ("stage", "curtain", "window"),
    "train": ("seat", "window", "suitcase"),
    "car": ("seat", "window", "wheel"),
    "street": ("house",), "station": ("train", "bench"), "ship": ("mast", "rail", "sail"), "park": ("tree", "bench"),
    "garden": ("fence", "tree", "flower"), "playground": ("swing", "slide"), "farm": ("barn", "fence", "tree"),
    "field": ("tree", "fence"), "campsite": ("tent", "fire", "campfire", "tree"), "forest": ("tree", "mushroom"),
    "sea": ("water", "wave"), "lake": ("water", "reed", "jetty"), "pool": ("water",), "snowfield": ("snow", "tree"),
    "cave": ("rock",), "space": ("planet", "rocket", "star", "spaceship"), "sky": ("cloud",),
    "beach": ("sand", "water"),
    "mountain": ("rock",),
}  # fmt: skip
"""Props that the background of a place already has."""
_NO_PUDDLES = ("sea", "sky", "lake", "forest", "snowfield", "beach")
_TINT = {"indoors": "28", "outdoors": "5c"}  # how much of the night's blue lies over all


@lru_cache(maxsize=512)
def draw_place(
    place: str, looks: PlaceLooks, night: bool = False, weather: str | None = None, size: int = 256
) -> np.ndarray:
    """Return the place without anyone in it, (size, size, 3) uint8; shared, so not to be written to.

    Raises ValueError if the place is neither of scene.PLACES nor of NEAREST_PLACE.
    """
    place = NEAREST_PLACE.get(place, place)
    if place not in _DRAW:
        raise ValueError(f"place: {place!r} is unknown, expected one of {', '.join(PLACES)}")
    sheet = Sheet(size)
    stage = Stage(sheet.pen, looks, night, weather)
    indoors = place in INDOORS or (place == "castle" and looks.variant != 2)
    mirrored = looks.side == "right"
    with sheet.pen.moved(128 if mirrored else 0, mirrored=mirrored):
        _DRAW[place](stage)
        _finish(stage, place, indoors)
    sheet.pixels.setflags(write=False)
    return sheet.pixels[..., :3]


def _finish(s: Stage, place: str, indoors: bool) -> None:
    """Let night fall on the scenery, light the lamps, let it rain or snow."""
    if place == "space":
        return
    s.end_scenery(_TINT["indoors" if indoors else "outdoors"])
    for light in s.lights:
        light()
    if not indoors:
        draw_weather(s, place not in _NO_PUDDLES)
