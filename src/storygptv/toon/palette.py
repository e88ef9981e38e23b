"""The colours of the toon world, and how one is darkened or mixed with another."""

from __future__ import annotations

from functools import lru_cache

INK = "#2b2430"  # eyes, brows, thin lines
WHITE = "#ffffff"

LOOKS = {
    "red": "#e0142c",
    "yellow": "#ffe11a",
    "green": "#0f9b3f",
    "blue": "#1d4ee0",
    "white": "#ffffff",
    "black": "#17161c",
}
WALLS = {"cream": "#fbeaae", "blue": "#93c2f5", "green": "#98dc98", "pink": "#ffa3b8"}


@lru_cache(maxsize=4096)
def to_argb(color: str) -> int:
    """`#rrggbb` or `#rrggbbaa` as the integer 0xaarrggbb."""
    digits = color[1:]
    return int((digits[6:] or "ff") + digits[:6], 16)


@lru_cache(maxsize=4096)
def mix(color: str, other: str, amount: float) -> str:
    """`color` moved towards `other` by `amount` in [0, 1]."""
    pairs = ((int(color[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


@lru_cache(maxsize=4096)
def darker(color: str) -> str:
    """The outline that goes with a fill: the same hue, half as light; keeps the alpha."""
    return mix(color[:7], INK, 0.6) + color[7:]
