"""The cast of the toon world: every character is plain data, so another one needs no new code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CastMember:
    """One character's fixed appearance and grammar. Colours are `#rrggbb`."""

    name: str
    pronoun: str  # "she", "he" or "they" (singular)
    noun: str  # what a stranger would call them: "girl", "boy", "woman", "man", "person", "dog"
    body: str  # "child", "adult", "elder", "toddler", "dog"
    skin: str
    hair: str  # colour; for a dog the fur's second colour
    hair_style: str  # "pigtails", "long", "short", "curly", "spiky", "bob", "bun", "ears"
    clothes: str  # "dress", "shirt", "dungarees", "coat", "vest"
    clothes_color: str  # none of the looks' colours, so that stripes and dots show on it
    legs_color: str  # trousers, tights or bare legs
    headgear: str | None = None  # "glasses", "headband": never hides the untold hat
    height: float = 1.0  # relative to a tall adult


CAST: dict[str, CastMember] = {
    member.name: member
    for member in (
        CastMember("Mia", "she", "girl", "child",
                   "#f9cda8", "#6b3e22", "pigtails", "dress", "#ff8f3f", "#f9cda8", None, 0.82),
        CastMember("Nora", "she", "girl", "child",
                   "#f9cda8", "#4a2814", "long", "dress", "#ee6fb8", "#f9cda8", "headband", 0.82),
        CastMember("Leo", "he", "boy", "child",
                   "#fde0bf", "#f2b632", "spiky", "shirt", "#48cfc6", "#55607a", None, 0.84),
        CastMember("Omar", "he", "man", "adult",
                   "#a56c46", "#231b17", "curly", "shirt", "#93a8c9", "#39405c", "glasses", 1.0),
        CastMember("Pip", "he", "boy", "toddler",
                   "#fde0bf", "#c8602a", "short", "dungarees", "#7ccdf4", "#7ccdf4", None, 0.68),
        CastMember("Sam", "they", "person", "adult",
                   "#cf9768", "#8a4fc7", "bob", "coat", "#c2ab88", "#5b4a8a", None, 0.95),
        CastMember("Mrs. Plum", "she", "woman", "elder",
                   "#f6d3bc", "#d9d9e2", "bun", "coat", "#9552b8", "#7d6a86", "glasses", 0.90),
        CastMember("Biscuit", "he", "dog", "dog",
                   "#d69a55", "#7f4b25", "ears", "vest", "#bda7f0", "#d69a55", None, 0.68),
    )
}  # fmt: skip
NAMES = tuple(CAST)
