"""The colours of the world by their words: what a text says, and what is painted."""

from __future__ import annotations

SKINS = {
    "pale": "#fde0bf", "fair": "#f9cda8", "rosy": "#f6d3bc", "tan": "#e3ad7c", "olive": "#cf9768",
    "brown": "#a56c46", "dark brown": "#7c4b2e", "dark": "#5d3a26",
}  # fmt: skip
HAIRS = {
    "black": "#231b17", "dark brown": "#4a2814", "brown": "#6b3e22", "light brown": "#9a6a3c", "blonde": "#f2b632",
    "red": "#c8602a", "grey": "#a9a9b4", "white": "#e9e9ef", "purple": "#8a4fc7", "pink": "#ee7fb6",
    "blue": "#3f6fd0", "green": "#3f9a55",
}  # fmt: skip
FURS = {
    "brown": "#a9713f", "dark brown": "#7f4b25", "golden": "#d69a55", "orange": "#ee8a3a", "ginger": "#e0873c",
    "white": "#f6f2ea", "cream": "#f2dfbb", "grey": "#a7a9b5", "dark grey": "#6f7280", "black": "#3d3a45",
    "pink": "#f7b1b8", "green": "#6cc35b", "dark green": "#3f9a4f", "yellow": "#ffd447", "blue": "#5fa8ea",
    "purple": "#a684e0", "red": "#dd5146", "tan": "#dcb583", "silver": "#c3ccd6", "turquoise": "#4cc7bd",
}  # fmt: skip
CLOTHES = {
    "red": "#dd3340", "orange": "#ff8f3f", "yellow": "#ffcf33", "green": "#3fae58", "dark green": "#1f7a4a",
    "turquoise": "#48cfc6", "light blue": "#7ccdf4", "blue": "#3c6fe0", "navy": "#39405c", "purple": "#9552b8",
    "lilac": "#bda7f0", "pink": "#ee6fb8", "white": "#f7f7f5", "cream": "#fff0d2", "beige": "#c2ab88",
    "brown": "#8a5a38", "grey": "#8d93a3", "grey blue": "#93a8c9", "black": "#34323d", "gold": "#f0b929",
    "silver": "#b9c3cf", "slate": "#55607a", "violet": "#5b4a8a", "mauve": "#7d6a86",
}  # fmt: skip
SAME_COLOR = {
    "blond": "blonde", "fair-haired": "blonde", "golden": "blonde", "gray": "grey", "ginger": "red", "auburn": "red",
    "violet": "purple", "teal": "turquoise", "crimson": "red", "scarlet": "red", "dark blue": "navy",
    "light green": "green", "tan": "beige", "silver": "grey", "lavender": "lilac", "gold": "yellow",
}  # fmt: skip
"""Other words for a colour, tried where a table lacks the word."""


def paint_of(table: dict[str, str], word: str) -> str:
    """Return the paint `#rrggbb` of a colour word of one of the tables above; a paint passes through."""
    return word if word.startswith("#") else table[word]


def color_word(table: dict[str, str], text: str) -> str | None:
    """Return the longest colour word of the table, or the word it stands for, that `text` ends with."""
    words = [word for word in (*table, *SAME_COLOR) if text == word or text.endswith(" " + word)]
    for word in sorted(words, key=len, reverse=True):
        found = word if word in table else SAME_COLOR[word]
        if found in table:
            return found
    return None
