"""Looks: all that makes somebody the same person in every picture, as plain data with a word for each thing."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from random import Random

from .colors import CLOTHES, FURS, HAIRS, SAME_COLOR, SKINS, color_word
from .kinds import KINDS, NEAREST_KIND, drawn_kind

__all__ = ["EIGHT", "NEAREST_KIND", "Looks", "describe", "looks_from_words", "random_looks"]

PATTERNS = ("plain", "striped", "dotted")
CAN_BE_PATTERNED = ("shirt", "jumper", "t-shirt", "dress", "skirt", "hoodie", "vest", "romper", "tunic")


@dataclass(frozen=True)
class Looks:
    """How somebody looks. Colours are words of `colors`; None: there is no such thing."""

    kind: str  # a key of kinds.KINDS
    skin: str  # of SKINS for a human, else of FURS
    fur2: str | None = None  # belly, muzzle, mane or patches, of FURS
    hair_style: str | None = None
    hair_color: str | None = None  # of HAIRS
    clothes: str = "none"
    clothes_color: str | None = None  # of CLOTHES
    pattern: str = "plain"  # one of PATTERNS
    pattern_color: str = "white"  # of CLOTHES
    legs: str = "trousers"  # or "shorts", "bare", "tights"
    legs_color: str | None = None  # of CLOTHES
    headgear: str | None = None
    headgear_color: str = "red"  # of CLOTHES
    glasses: bool = False
    beard: str | None = None
    lashes: bool = False

    def to_json(self) -> dict:
        """Return the looks as a dict of plain values, which `Looks(**d)` reads back."""
        return asdict(self)


def random_looks(kind: str, rng: Random) -> Looks:
    """Return looks that somebody of that kind may have; the same generator state gives the same looks."""
    kind = drawn_kind(kind)
    row = KINDS[kind]
    human = row.head == "human"
    skin = rng.choice(tuple(SKINS)) if human else rng.choice(row.furs)
    hair_color = rng.choice(row.hair_colors) if row.hair_colors else None
    if human and hair_color in ("blonde", "red", "light brown") and skin in ("brown", "dark brown", "dark"):
        hair_color = rng.choice(("black", "dark brown"))
    clothes = rng.choice(row.clothes)
    color = rng.choice(row.clothes_colors or tuple(CLOTHES))
    patterned = clothes in CAN_BE_PATTERNED and rng.random() < 0.3
    pattern_color = rng.choice([word for word in ("white", "yellow", "red", "navy", "pink") if word != color])
    legs_color = rng.choice(
        [word for word in ("navy", "slate", "brown", "violet", "black", "dark green") if word != color]
    )
    headgear = rng.choice(row.headgear)
    if clothes == "striped":
        clothes, patterned = "t-shirt", True
    furs2 = [fur for fur in row.furs2 if fur != skin] or list(row.furs2)
    return Looks(
        kind=kind,
        skin=skin,
        fur2=rng.choice(furs2) if furs2 else None,
        hair_style=rng.choice(row.hair_styles) if row.hair_styles else None,
        hair_color=hair_color,
        clothes=clothes,
        clothes_color=None if clothes == "none" else color,
        pattern=rng.choice(PATTERNS[1:]) if patterned else "plain",
        pattern_color=pattern_color,
        legs=rng.choice(row.legs),
        legs_color=legs_color,
        headgear=headgear,
        headgear_color=rng.choice(row.headgear_colors or ("red", "blue", "green", "yellow", "pink", "navy")),
        glasses=rng.random() < row.glasses,
        beard=rng.choice(row.beards),
        lashes=row.lashes,
    )


HAIR_WORDS = {
    "pigtails": "pigtails", "bunches": "pigtails", "plaits": "plaits", "braids": "plaits", "plait": "plaits",
        "braid": "plaits",
    "ponytail": "ponytail", "pony tail": "ponytail", "bob": "bob", "bun": "bun", "afro": "afro", "bald": "bald",
    "spiky": "spiky", "curls": "curly", "curly": "curly", "wavy": "curly long", "shaved": "buzz", "buzz cut": "buzz",
    "bowl cut": "bowl", "parting": "parted", "long": "long", "short": "short",
}  # fmt: skip
CLOTHES_WORDS = {
    "jumper": "jumper", "sweater": "jumper", "pullover": "jumper", "cardigan": "jumper", "t-shirt": "t-shirt",
    "tshirt": "t-shirt", "tee": "t-shirt", "shirt": "shirt", "blouse": "shirt", "top": "shirt", "dress": "dress",
    "skirt": "skirt", "dungarees": "dungarees", "overalls": "dungarees", "coat": "coat", "jacket": "coat",
    "raincoat": "coat", "hoodie": "hoodie", "waistcoat": "waistcoat", "vest": "vest", "romper": "romper",
    "pyjamas": "shirt", "robe": "robe", "gown": "gown", "tunic": "tunic", "armour": "armour", "armor": "armour",
    "uniform": "coat", "suit": "coat", "bow tie": "bow tie", "collar": "collar", "kimono": "robe", "sari": "gown",
}  # fmt: skip
HEADGEAR_WORDS = {
    "cap": "cap", "beanie": "beanie", "woolly hat": "beanie", "wooly hat": "beanie", "sun hat": "sun hat",
    "straw hat": "sun hat", "headband": "headband", "bow": "bow", "ribbon": "bow", "crown": "crown", "tiara": "tiara",
    "headscarf": "headscarf", "hijab": "headscarf", "turban": "turban", "flat cap": "flat cap", "top hat": "top hat",
    "helmet": "safety helmet", "pirate hat": "pirate hat", "witch hat": "witch hat", "wizard hat": "wizard hat",
    "chef's hat": "chef hat", "chef hat": "chef hat", "hat": "sun hat", "flowers": "flowers",
}  # fmt: skip
LEGS_WORDS = {
    "trousers": "trousers", "jeans": "trousers", "pants": "trousers", "leggings": "trousers", "shorts": "shorts",
    "tights": "tights",
}  # fmt: skip


def _told(text: str, words: dict[str, str], table: dict[str, str]) -> tuple[str, str | None] | None:
    """Return the first thing of `words` that the text tells, longest word first, and the colour before it."""
    for word in sorted(words, key=len, reverse=True):
        if found := re.search(rf"((?:[a-z'-]+ ){{0,4}})\b{re.escape(word)}\b", text):
            return words[word], color_word(table, _near(found[1]))
    return None


def _near(before: str) -> str:
    """Return the end of `before` that may still speak of the same thing, without patterns and cloths."""
    before = re.split(r"\b(?:and|with|in|a|an|the|her|his|their|wearing)\b", before)[-1]
    return re.sub(
        r"\b(?:striped|stripy|dotted|spotted|spotty|woolly|long|short|knitted|thick|warm|new|old)\b", "", before
    ).strip()


def looks_from_words(kind: str, text: str, seed: int) -> Looks:
    """Return looks in which all that `text` tells is so, and the rest is chosen by `seed`."""
    looks = random_looks(kind, Random(seed))
    row = KINDS[looks.kind]
    text = text.casefold().replace(",", " and ")
    text = re.sub(r"\s+", " ", text)
    told: dict = {}
    human = row.head == "human"
    if human:
        hair = re.search(r"([a-z' -]*)\bhair(?:ed)?\b", text)
        words = hair[1].strip() if hair else ""
        words = re.split(r"\b(?:with|has|have|wearing|but)\b", words)[-1].strip()
        for word in sorted(HAIRS | SAME_COLOR, key=len, reverse=True):
            target = word if word in HAIRS else SAME_COLOR[word]
            if target in HAIRS and re.search(rf"\b{word}\b", words):
                told["hair_color"] = target
                break
        styles = [HAIR_WORDS[word] for word in HAIR_WORDS if re.search(rf"\b{word}\b", words)]
        outside = [
            style
            for word, style in HAIR_WORDS.items()
            if word not in ("long", "short") and re.search(rf"\b{word}\b", text)
        ]
        found = styles or outside
        if "long" in found and "curly" in found:
            found = ["curly long"]
        if found:
            told["hair_style"] = found[0]
        if (
            not told.get("hair_color")
            and (part := _told(text, {w: s for w, s in HAIR_WORDS.items() if w not in ("long", "short")}, HAIRS))
            and part[1]
        ):
            told["hair_color"] = part[1]
        if "blonde" in text or "blond " in text:
            told["hair_color"] = "blonde"
        if skin := re.search(
            r"\b(pale|fair|rosy|tan|tanned|olive|dark brown|light brown|brown|dark|black|white) skin", text
        ):
            told["skin"] = {"black": "dark", "white": "pale", "tanned": "tan", "light brown": "tan"}.get(
                skin[1], skin[1]
            )
        if "beard" in text:
            told["beard"] = "long beard" if "long beard" in text or "long white beard" in text else "beard"
        elif "moustache" in text or "mustache" in text:
            told["beard"] = "moustache"
        told["glasses"] = bool(re.search(r"\b(?:glasses|spectacles)\b", text)) or (looks.glasses and not text.strip())
        if legs := _told(text, LEGS_WORDS, CLOTHES):
            told["legs"] = legs[0]
            told |= {"legs_color": legs[1]} if legs[1] else {}
    else:
        fur = re.search(rf"([a-z ]*)\b(?:fur|feathers|scales|{looks.kind})\b", text)
        color = fur and color_word(FURS, _near(fur[1]))
        if color:
            told["skin"] = color
        if re.search(r"\b(?:glasses|spectacles)\b", text):
            told["glasses"] = True
    if worn := _told(text, HEADGEAR_WORDS, CLOTHES):
        told["headgear"] = worn[0]
        told |= {"headgear_color": worn[1]} if worn[1] else {}
    elif text.strip() and row.headgear[0] is None:
        told["headgear"] = None
    if clothes := _told(text, CLOTHES_WORDS | ({} if human else {"scarf": "scarf"}), CLOTHES):
        told["clothes"] = clothes[0]
        told["clothes_color"] = clothes[1] or looks.clothes_color or "blue"
    if re.search(r"\bstrip(?:ed|y|es)\b", text):
        told["pattern"] = "striped"
    elif re.search(r"\b(?:dotted|spott?ed|spotty|dots|spots|polka)\b", text):
        told["pattern"] = "dotted"
    elif "clothes" in told:
        told["pattern"] = "plain"
    return replace(looks, **told)


def describe(looks: Looks) -> str:
    """Return the words for the looks: "a girl with long red hair, a green jumper and glasses"."""
    row = KINDS[looks.kind]
    parts = []
    if row.head == "human":
        if looks.hair_style == "bald":
            parts.append("a bald head")
        elif looks.headgear not in ("headscarf", "turban", "helmet") and looks.hair_style:
            parts.append(_hair_words(looks.hair_style, looks.hair_color))
        if looks.beard:
            parts.append(_a(looks.beard))
        parts.insert(0, f"{looks.skin} skin")
    if looks.clothes != "none":
        pattern = "" if looks.pattern == "plain" else looks.pattern
        color = "" if looks.clothes in ("armour", "metal") else _word(CLOTHES, looks.clothes_color)
        words = " ".join(word for word in (pattern, color, looks.clothes) if word)
        parts.append(words if looks.clothes in ("dungarees", "armour", "metal", "shells") else _a(words))
    if (
        row.head == "human"
        and looks.legs in ("trousers", "shorts", "tights")
        and looks.clothes not in ("robe", "gown", "star robe")
    ):
        parts.append(f"{_word(CLOTHES, looks.legs_color)} {looks.legs}")
    if looks.headgear:
        words = f"{_word(CLOTHES, looks.headgear_color)} {looks.headgear}"
        parts.append(words if looks.headgear == "flowers" else _a(words))
    if looks.glasses:
        parts.append("glasses")
    noun = looks.kind if row.head == "human" else f"{_word(FURS, looks.skin)} {looks.kind}"
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""
    return _a(noun) + (f" with {listed}" if listed else "")


def _hair_words(style: str, color: str | None) -> str:
    color = color or "brown"
    if style in ("pigtails", "plaits"):
        return f"{color} {style}"
    if style in ("ponytail", "bob", "bun", "afro", "tuft"):
        return _a(f"{color} {style}")
    adjective = {"curly long": "long curly", "buzz": "shaved", "baby curls": "curly", "bowl": "bowl-cut"}.get(
        style, style
    )
    return f"{adjective} {color} hair"


def _word(table: dict[str, str], color: str | None) -> str:
    """Return the colour's word; a paint's nearest word."""
    if color is None or not color.startswith("#"):
        return color or ""
    far = lambda other: sum((int(color[i : i + 2], 16) - int(other[i : i + 2], 16)) ** 2 for i in (1, 3, 5))  # noqa: E731
    return min(table, key=lambda word: far(table[word]))


def _a(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


EIGHT: dict[str, Looks] = {
    "Mia": Looks("girl", "fair", None, "pigtails", "brown", "dress", "orange", legs="bare"),
    "Nora": Looks("girl", "fair", None, "long", "dark brown", "dress", "pink", legs="bare", headgear="headband",
        headgear_color="turquoise"),
    "Leo": Looks("boy", "pale", None, "spiky", "blonde", "shirt", "turquoise", legs_color="slate"),
    "Omar": Looks("man", "brown", None, "curly", "black", "shirt", "grey blue", legs_color="navy", glasses=True),
    "Pip": Looks("little boy", "pale", None, "short", "red", "dungarees", "light blue", legs_color="light blue"),
    "Sam": Looks("person", "olive", None, "bob", "purple", "coat", "beige", legs_color="violet"),
    "Mrs. Plum": Looks("old woman", "rosy", None, "bun", "#d9d9e2", "coat", "purple", legs_color="mauve", glasses=True),
    "Biscuit": Looks("dog", "golden", "dark brown", clothes="vest", clothes_color="lilac"),
}  # fmt: skip
"""The people of the first toon world, in their plain clothes."""
