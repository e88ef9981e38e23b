"""What each kind of somebody is made of: its body, head, and what it wears and is coloured by nature.

A kind is one row: a plan ("upright" on two legs or "four" on four), a body of that plan, a head, and ranges to choose
from. Nothing here draws.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """The measures of an upright body, in figure units: a tall adult is about 100 high."""

    leg: float  # of thigh and of shin
    trunk: float  # from hip to shoulder
    width: float  # half of the shoulders'
    arm: float  # of upper and of lower arm
    head: float  # radius
    thick: float  # of an arm


BODIES = {
    "adult": Body(17.5, 29, 10.5, 13.5, 17, 6.4),
    "slim": Body(17, 28, 9.4, 13.5, 17, 5.8),
    "elder": Body(13.5, 26, 11, 12, 17, 6.2),
    "child": Body(11.5, 22, 8.8, 11, 17.5, 5.6),
    "toddler": Body(7.5, 17, 8.4, 9, 17, 5.4),
    "baby": Body(4.5, 14, 9, 7, 16.5, 5.6),
    "giant": Body(22, 40, 17, 19, 19, 9.5),
    "bear": Body(9, 34, 17, 15, 19, 9.5),
    "critter": Body(5.5, 20, 10, 9.5, 16.5, 5.6),
    "ape": Body(10, 22, 9.5, 16, 17, 5.6),
    "bird": Body(5, 20, 12, 13, 16, 9),
    "goose": Body(6.5, 24, 13, 14, 15.5, 9),
    "robot": Body(11, 28, 13, 12.5, 17.5, 6),
    "ghost": Body(9, 26, 13, 11, 18, 7),
    "monster": Body(8, 32, 18, 15, 19, 8),
    "dragon": Body(9, 32, 15, 12, 19, 7),
    "snowman": Body(11, 24, 14, 12, 17, 2.6),
    "fairy": Body(10, 19, 7.4, 10, 16.5, 4.8),
    "mermaid": Body(13, 24, 8.6, 11.5, 17, 5.4),
}  # fmt: skip


@dataclass(frozen=True)
class FourBody:
    """The measures of a body on four legs, in figure units."""

    leg: float  # of each of a leg's two segments
    length: float  # from hip to chest
    depth: float  # half of the trunk's thickness
    neck: tuple[float, float]  # from the chest to the head's middle, standing
    head: float  # radius
    thick: float  # of a leg
    tail: str  # a key of fourlegs.TAILS
    cover: str | None = None  # a key of fourlegs.COVERS: what lies on the trunk


FOUR_BODIES = {
    "dog": FourBody(12, 31, 11.5, (11, -25), 15.5, 7.4, "plain"),
    "cat": FourBody(10, 27, 9.5, (9, -22), 15.5, 6.2, "long", "tabby"),
    "fox": FourBody(10.5, 28, 9.5, (10, -22), 15.5, 6.2, "bushy"),
    "wolf": FourBody(13, 32, 11.5, (12, -25), 16, 7.2, "bushy"),
    "lion": FourBody(12.5, 34, 12, (12, -23), 16.5, 8, "tuft"),
    "tiger": FourBody(12.5, 34, 12, (12, -23), 16.5, 8, "striped", "tiger"),
    "horse": FourBody(20, 40, 14, (17, -34), 16, 7.6, "horse"),
    "donkey": FourBody(16, 35, 13, (15, -28), 16, 7.2, "tuft"),
    "cow": FourBody(14.5, 42, 16.5, (14, -20), 16.5, 8.4, "tuft", "patches"),
    "goat": FourBody(13, 29, 11.5, (12, -23), 15.5, 6.4, "stub"),
    "sheep": FourBody(10.5, 29, 13, (11, -20), 15.5, 6.6, "none", "wool"),
    "pig": FourBody(8, 32, 14.5, (11, -16), 17, 7.6, "curly"),
    "elephant": FourBody(14, 44, 21, (19, -22), 19.5, 14, "thin"),
    "turtle": FourBody(5.5, 30, 9, (14, -15), 15.5, 7.6, "stub", "shell"),
    "crocodile": FourBody(6, 42, 10, (14, -15), 16, 7.2, "reptile", "scutes"),
    "hedgehog": FourBody(4.5, 24, 10, (11, -10), 15.5, 5.4, "none", "spines"),
    "snail": FourBody(2, 32, 6, (11, -20), 15, 0, "none", "spiral"),
}


@dataclass(frozen=True)
class Kind:
    """How one kind is drawn and what random looks of it may choose from; colours are words of `colors`."""

    plan: str  # "upright" or "four"
    body: str
    head: str  # "human" or a key of heads.HEADS
    furs: tuple[str, ...] = ()  # the body's colour, for who is not human
    furs2: tuple[str, ...] = ()  # belly, muzzle, mane, patches
    clothes: tuple[str, ...] = ("none",)
    clothes_colors: tuple[str, ...] = ()  # () for any
    headgear: tuple[str | None, ...] = (None,)
    headgear_colors: tuple[str, ...] = ()
    hair_styles: tuple[str, ...] = ()
    hair_colors: tuple[str, ...] = ()
    legs: tuple[str, ...] = ("trousers",)
    beards: tuple[str | None, ...] = (None,)
    lashes: bool = False
    glasses: float = 0.0  # how often
    base: str = "legs"  # what is below the trunk: "legs" or a key of upright.BASES
    tail: str | None = None  # of an upright body, a key of upright.TAILS
    wings: str | None = None  # on the back, a key of upright.WINGS
    flies: bool = False
    scale: float = 1.0


_ANY_HAIR = ("black", "black", "dark brown", "brown", "light brown", "blonde", "red")
_OLD_HAIR = ("grey", "white")
_GIRL_HAIR = ("long", "pigtails", "ponytail", "bob", "plaits", "curly long", "afro", "short", "bun")
_BOY_HAIR = ("short", "spiky", "curly", "parted", "afro", "bowl", "buzz")
_TOPS = ("shirt", "jumper", "t-shirt", "striped", "hoodie")
_GIRL = ("dress", "dress", "jumper", "t-shirt", "skirt", "dungarees", "hoodie")
_PLAIN_HATS = (None,) * 7
_SHE = dict(lashes=True)


def _human(body: str, **choices) -> Kind:
    return Kind("upright", body, "human", **choices)


def _critter(head: str, furs: tuple, furs2: tuple, **more) -> Kind:
    return Kind(
        "upright", more.pop("body", "critter"), head, furs, furs2, ("none", "none", "scarf", "vest", "bow tie"), **more
    )


def _four(name: str, furs: tuple, furs2: tuple, **more) -> Kind:
    return Kind("four", name, name, furs, furs2, ("none", "none", "scarf", "collar"), **more)


_GIRL_LOOKS = dict(
    hair_styles=_GIRL_HAIR, hair_colors=_ANY_HAIR, clothes=_GIRL, legs=("bare", "tights", "trousers"),
    headgear=(*_PLAIN_HATS, "bow", "headband", "beanie", "headscarf"), glasses=0.15, **_SHE,
)  # fmt: skip
_BOY_LOOKS = dict(
    hair_styles=_BOY_HAIR, hair_colors=_ANY_HAIR, clothes=("shirt", "jumper", "t-shirt", "dungarees", "hoodie"),
    legs=("trousers", "shorts"), headgear=(*_PLAIN_HATS, "cap", "beanie"), glasses=0.15,
)  # fmt: skip
_WOMAN_LOOKS = dict(
    hair_styles=("long", "bob", "ponytail", "bun", "curly long", "afro", "short"), hair_colors=_ANY_HAIR,
    clothes=("dress", "jumper", "skirt", "shirt", "coat"), legs=("trousers", "tights", "bare"),
    headgear=(*_PLAIN_HATS, "sun hat", "headscarf"), glasses=0.2, **_SHE,
)  # fmt: skip
_MAN_LOOKS = dict(
    hair_styles=("short", "curly", "parted", "buzz", "bald", "spiky"), hair_colors=_ANY_HAIR,
    clothes=("shirt", "jumper", "coat", "t-shirt"), legs=("trousers",),
    headgear=(*_PLAIN_HATS, "cap", "beanie", "turban"), beards=(None, None, "beard", "moustache"), glasses=0.2,
)  # fmt: skip
_PRINCELY = dict(hair_colors=_ANY_HAIR, legs=("tights",))

KINDS: dict[str, Kind] = {
    "girl": _human("child", **_GIRL_LOOKS),
    "boy": _human("child", **_BOY_LOOKS),
    "woman": _human("slim", **_WOMAN_LOOKS),
    "man": _human("adult", **_MAN_LOOKS),
    "old woman": _human("elder", **_WOMAN_LOOKS | dict(
        hair_styles=("bun", "bob", "curly", "bun"), hair_colors=_OLD_HAIR, clothes=("dress", "coat", "skirt"),
        legs=("tights",), headgear=(*_PLAIN_HATS, "headscarf", "sun hat"), glasses=0.6)),
    "old man": _human("elder", **_MAN_LOOKS | dict(
        hair_styles=("bald", "short", "parted"), hair_colors=_OLD_HAIR, headgear=(*_PLAIN_HATS, "flat cap"),
        beards=(None, "beard", "moustache", "moustache"), clothes=("jumper", "coat", "shirt", "waistcoat"),
            glasses=0.5)),
    "little girl": _human("toddler", **_GIRL_LOOKS | dict(glasses=0.05, clothes=("dress", "dungarees", "t-shirt"))),
    "little boy": _human("toddler", **_BOY_LOOKS | dict(glasses=0.05, clothes=("dungarees", "t-shirt", "jumper"))),
    "baby": _human("baby", hair_styles=("tuft", "tuft", "bald", "baby curls"), hair_colors=_ANY_HAIR,
                   clothes=("romper",), clothes_colors=("light blue", "pink", "yellow", "lilac", "turquoise", "white"),
                   legs=("romper",)),
    "person": _human("slim", hair_styles=("bob", "short", "curly", "afro", "parted"), hair_colors=(*_ANY_HAIR,
        "purple"),
                     clothes=("coat", "jumper", "hoodie", "shirt"), glasses=0.2),
    "king": _human("adult", **_PRINCELY, hair_styles=("short",), beards=("beard",), clothes=("royal",),
                   clothes_colors=("red", "purple", "blue"), headgear=("crown",), headgear_colors=("gold",)),
    "queen": _human("slim", **_PRINCELY, hair_styles=("bun", "long", "curly long"), clothes=("royal gown",),
                    clothes_colors=("purple", "red", "dark green", "blue"), headgear=("crown",),
                        headgear_colors=("gold",), **_SHE),
    "prince": _human("child", **_PRINCELY, hair_styles=("parted", "bowl"), clothes=("tunic",),
                     clothes_colors=("blue", "green", "red"), headgear=("crown",), headgear_colors=("gold",)),
    "princess": _human("child", **_PRINCELY, hair_styles=("long", "plaits", "curly long"), clothes=("gown",),
                       clothes_colors=("pink", "light blue", "lilac", "yellow"), headgear=("tiara",),
                           headgear_colors=("gold",), **_SHE),
    "knight": _human("adult", hair_styles=("short",), hair_colors=_ANY_HAIR, clothes=("armour",),
        clothes_colors=("silver",),
                     legs=("armour",), headgear=("helmet",), headgear_colors=("silver",)),
    "pirate": _human("adult", hair_styles=("short", "curly"), hair_colors=_ANY_HAIR, clothes=("pirate",),
                     clothes_colors=("red", "navy"), headgear=("pirate hat",), headgear_colors=("black",),
                     beards=(None, "beard", "stubble")),
    "witch": _human("slim", hair_styles=("long", "curly long"), hair_colors=("red", "black", "grey", "green"),
        clothes=("robe",),
                    clothes_colors=("black", "violet", "purple"), headgear=("witch hat",),
                        headgear_colors=("violet", "black"), **_SHE),
    "wizard": _human("elder", hair_styles=("long",), hair_colors=("white", "grey"), clothes=("star robe",),
                     clothes_colors=("blue", "violet"), headgear=("wizard hat",), headgear_colors=("blue",
                         "violet"), beards=("long beard",)),
    "giant": _human("giant", hair_styles=("short", "curly"), hair_colors=_ANY_HAIR, clothes=("tunic",),
                    clothes_colors=("brown", "dark green", "beige"), legs=("bare",), beards=("beard", "stubble")),
    "fairy": _human("fairy", hair_styles=("bun", "long", "plaits"), hair_colors=("blonde", "pink", "red", "brown"),
        clothes=("petal dress",),
                    clothes_colors=("pink", "lilac", "green", "yellow"), legs=("bare",), headgear=("flowers",),
                        wings="fairy", flies=True, **_SHE),
    "mermaid": _human("mermaid", hair_styles=("long", "curly long"), hair_colors=("red", "green", "blonde",
        "black"), clothes=("shells",),
                      clothes_colors=("turquoise", "green", "lilac"), legs=("bare",), base="fish", **_SHE),
    "rabbit": _critter("rabbit", ("white", "grey", "brown", "cream"), ("white", "cream"), tail="pompom"),
    "bear": _critter("bear", ("brown", "dark brown", "golden"), ("cream", "tan"), body="bear", tail="stub"),
    "mouse": _critter("mouse", ("grey", "white", "brown"), ("pink", "cream"), tail="thin"),
    "monkey": _critter("monkey", ("brown", "dark brown"), ("tan", "cream"), body="ape", tail="curl"),
    "squirrel": _critter("squirrel", ("ginger", "brown", "grey"), ("cream", "white"), tail="squirrel"),
    "frog": _critter("frog", ("green", "dark green"), ("yellow", "cream")),
    "bird": _critter("bird", ("blue", "red", "yellow"), ("white", "yellow"), body="bird", tail="bird", base="bird",
        flies=True),
    "owl": _critter("owl", ("brown", "grey", "white"), ("cream", "tan"), body="bird", tail="bird", base="bird",
        flies=True),
    "duck": _critter("duck", ("yellow", "white", "brown"), ("white", "cream"), body="bird", tail="bird",
        base="bird", flies=True),
    "goose": _critter("duck", ("white", "grey"), ("white",), body="goose", tail="bird", base="bird", flies=True),
    "hen": _critter("hen", ("white", "brown", "ginger"), ("cream", "white"), body="bird", tail="hen", base="bird"),
    "penguin": _critter("penguin", ("black", "dark grey"), ("white",), body="bird", tail="stub", base="bird"),
    "bee": _critter("bee", ("yellow",), ("black",), tail="sting", wings="bee", flies=True),
    "dragon": _critter("dragon", ("green", "red", "purple", "turquoise"), ("yellow", "cream"), body="dragon",
        tail="dragon", wings="dragon", flies=True),
    "robot": Kind("upright", "robot", "robot", ("silver", "blue", "turquoise", "red"), ("yellow", "white"), ("metal",)),
    "ghost": Kind("upright", "ghost", "ghost", ("white",), ("white",), ("none",), base="sheet", flies=True),
    "monster": Kind("upright", "monster", "monster", ("purple", "green", "blue", "orange"), ("yellow", "pink",
        "cream"), ("none",), tail="stub"),
    "alien": Kind("upright", "toddler", "alien", ("green", "turquoise", "purple"), ("silver",), ("space suit",),
        legs=("trousers",)),
    "snowman": Kind("upright", "snowman", "snowman", ("white",), ("white",), ("scarf",), headgear=("top hat",),
        headgear_colors=("black",), base="ball"),
    "dog": _four("dog", ("golden", "brown", "white", "black", "cream"), ("dark brown", "white", "black", "brown")),
    "cat": _four("cat", ("ginger", "grey", "black", "white", "cream"), ("white", "cream")),
    "fox": _four("fox", ("orange",), ("white",)),
    "wolf": _four("wolf", ("grey", "dark grey"), ("white", "silver")),
    "lion": _four("lion", ("golden",), ("brown", "dark brown")),
    "tiger": _four("tiger", ("orange",), ("white",)),
    "horse": _four("horse", ("brown", "white", "black", "tan"), ("dark brown", "black", "cream")),
    "donkey": _four("donkey", ("grey", "brown"), ("cream", "white")),
    "cow": _four("cow", ("white", "brown"), ("black", "brown")),
    "goat": _four("goat", ("white", "grey", "tan"), ("tan", "cream")),
    "sheep": _four("sheep", ("cream", "dark grey"), ("white",)),
    "pig": _four("pig", ("pink",), ("pink",)),
    "elephant": _four("elephant", ("grey", "blue"), ("pink",)),
    "turtle": _four("turtle", ("green",), ("brown", "dark green")),
    "crocodile": _four("crocodile", ("dark green", "green"), ("yellow",)),
    "hedgehog": _four("hedgehog", ("tan", "cream"), ("dark brown", "brown")),
    "snail": _four("snail", ("cream", "tan"), ("ginger", "pink", "purple")),
}  # fmt: skip

NEAREST_KIND: dict[str, str] = {}
"""Kinds of a scene that are not drawn, each with the drawn one that is nearest."""


def drawn_kind(kind: str) -> str:
    """Return the drawn kind for any kind of a scene."""
    return kind if kind in KINDS else NEAREST_KIND.get(kind, "person")
