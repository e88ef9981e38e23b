"""How a place of a story looks, as plain data, and the stage on which one is drawn: a pen with those colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random

from storygptv.toon.palette import INK, WHITE, mix, to_argb
from storygptv.toon.pen import Pen, skia

WALLS = {
    "cream": "#fbedbd", "blue": "#a9cff5", "green": "#b3e0ab", "pink": "#ffbccb", "lilac": "#d3c4f3",
    "peach": "#ffd0a8", "mint": "#b4e8d8", "grey": "#d5dae3", "yellow": "#ffe58c",
}  # fmt: skip
PATTERNS = ("plain", "striped", "dotted", "panelled")
FLOORS = {
    "oak": "#d9b183", "pine": "#efcf98", "walnut": "#b88660", "grey": "#cdd1d8", "blue": "#b3cfe4",
    "terracotta": "#e2a583", "sage": "#bfd0ad",
}  # fmt: skip
WOODS = {
    "oak": "#c58f5f", "pine": "#e3b877", "walnut": "#96653f", "white": "#f3eee5", "sky": "#93b6d6", "rose": "#dd9a92",
}  # fmt: skip
FABRICS = {
    "red": "#e4695f", "blue": "#6b98e0", "green": "#6fb878", "yellow": "#f4c852", "purple": "#a484d6",
    "orange": "#f29b57", "teal": "#54b9b4", "pink": "#f08db4",
}  # fmt: skip
TREES = ("round", "apple", "pine", "birch", "blossom")
SIDES = ("left", "right")
VARIANTS = 3
NIGHT = "#1f2c6e"
_HAZE = "#ffffff26"  # pales the scenery


@dataclass(frozen=True)
class PlaceLooks:
    """What makes a place of a story the same place in every picture; each field is a word of the tables above.

    Raises:
        ValueError: naming the field and the word that is unknown.
    """

    wall: str = "cream"
    pattern: str = "plain"
    floor: str = "oak"
    wood: str = "oak"
    main: str = "red"  # of FABRICS: sofa, blanket, tent, roof
    second: str = "blue"  # of FABRICS: curtains, rug, doors
    tree: str = "round"
    side: str = "left"  # where the tree, and with it the whole picture, is
    variant: int = 0  # which of the furniture and how it stands

    def __post_init__(self) -> None:
        tables = {
            "wall": WALLS, "pattern": PATTERNS, "floor": FLOORS, "wood": WOODS, "main": FABRICS, "second": FABRICS,
            "tree": TREES, "side": SIDES, "variant": range(VARIANTS),
        }  # fmt: skip
        for field, words in tables.items():
            if getattr(self, field) not in words:
                raise ValueError(f"{field}: {getattr(self, field)!r} is unknown, expected one of {list(words)}")

    def to_json(self) -> dict:
        """Return the looks as a dict of plain values, which `PlaceLooks(**d)` reads back."""
        return asdict(self)


def random_place_looks(place: str, rng: Random) -> PlaceLooks:
    """Return looks that `place` may have; the same generator state gives the same looks."""
    del place  # every place uses the same few choices in its own way
    main, second = rng.sample(tuple(FABRICS), 2)
    return PlaceLooks(
        wall=rng.choice(tuple(WALLS)),
        pattern=rng.choice(PATTERNS),
        floor=rng.choice(tuple(FLOORS)),
        wood=rng.choice(tuple(WOODS)),
        main=main,
        second=second,
        tree=rng.choice(TREES),
        side=rng.choice(SIDES),
        variant=rng.randrange(VARIANTS),
    )


class Stage:
    """What a place is drawn with: a pen on 128 x 128 units, the colours of its looks, the time and the weather."""

    def __init__(self, pen: Pen, looks: PlaceLooks, night: bool, weather: str | None) -> None:
        self.pen, self.looks, self.night = pen, looks, night
        self.rain, self.snow = weather == "rain", weather == "snow"
        self.variant = looks.variant
        self.wall, self.floor, self.wood = WALLS[looks.wall], FLOORS[looks.floor], WOODS[looks.wood]
        self.main, self.second = FABRICS[looks.main], FABRICS[looks.second]
        self._layers = 0
        self.lights: list[Callable[[], None]] = []

    def begin_scenery(self) -> None:
        """Draw from here on what `end_scenery` pales and darkens; what is drawn already keeps its light."""
        self.pen.canvas.saveLayer(None, None)
        self._layers += 1

    def end_scenery(self, dark: str) -> None:
        """Pale the scenery and, by night, lay over it the night's blue with `dark` as its two digits of alpha."""
        for color in (_HAZE, NIGHT + dark)[: 1 + self.night]:
            paint = skia.Paint(Color=to_argb(color), BlendMode=skia.BlendMode.kSrcATop)
            self.pen.canvas.drawRect(skia.Rect.MakeLTRB(-4, -4, 132, 132), paint)
        for _ in range(self._layers):
            self.pen.canvas.restore()

    def white(self, color: str) -> str:
        """Return the colour of what lies open: white where snow has fallen."""
        return "#f3f7fc" if self.snow else color

    def lit(self, x: float, y: float, w: float, h: float, color: str = "#ffe27a") -> None:
        """Light a window by night."""
        if self.night:
            self.lights.append(lambda: self.pen.box(x, y, w, h, color, edge=0))

    def glow(self, x: float, y: float, r: float, always: bool = False) -> None:
        """Make a lamp or a fire shine by night, or at any time."""

        def shine() -> None:
            for share in (1, 0.8, 0.6, 0.4):
                self.pen.oval(x, y, r * share, r * share, "#ffe9952e", 0)

        if self.night or always:
            self.lights.append(shine)

    def bright(self, draw: Callable[[], None]) -> None:
        """Draw what shines by itself, such as a fire: at once, and by night once more over the dark."""
        draw()
        if self.night:
            self.lights.append(draw)


def shade(color: str, amount: float = 0.15) -> str:
    """Return the colour as it is in the shadow."""
    return mix(color, INK, amount)


def pale(color: str, amount: float = 0.4) -> str:
    """Return the colour nearer to white."""
    return mix(color, WHITE, amount)
