"""The words of the toon world: how each thing a scene can hold is said in English, and how verbs inflect.

Phrases with a verb start with its base form ("take a walk"). In them `{P}` stands for the thing given, shown,
eaten or read, `{B.o}` for the other character as an object, `{A.o}` for the agent as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from storygptv.toon import scene
from storygptv.toon.cast import CAST
from storygptv.toon.plots import PLOTS

SOLO_VERBS: dict[str, tuple[str, ...]] = {
    "stand": ("stand", "wait", "stand still", "stand around", "stand quietly", "stand up straight"),
    "sit": ("sit", "sit down", "take a seat", "sit down to rest", "sit comfortably"),
    "walk": ("walk", "stroll", "wander", "take a walk", "march", "go for a walk", "stride along"),
    "run": ("run", "dash", "sprint", "race", "rush", "run around", "hurry along"),
    "jump": ("jump", "hop", "leap", "bounce", "jump up", "hop up and down", "leap high"),
    "dance": ("dance", "twirl", "do a dance", "dance around", "whirl around", "dance about"),
    "wave": ("wave", "wave hello", "give a wave", "wave a hand", "wave goodbye", "wave with a smile"),
    "sleep": ("sleep", "nap", "snooze", "doze", "take a nap", "sleep soundly", "slumber"),
    "eat": ("eat {P}", "munch {P}", "nibble {P}", "taste {P}", "enjoy eating {P}", "bite into {P}",
            "chew {P}"),
    "read": ("read {P}", "flip through {P}", "study {P}", "look through {P}", "leaf through {P}",
             "read from {P}"),
}  # fmt: skip
PAIR_VERBS: dict[str, tuple[str, ...]] = {
    "give": ("give {P} to {B.o}", "give {B.o} {P}", "hand {P} to {B.o}", "hand {B.o} {P}",
             "offer {P} to {B.o}",
             "pass {P} to {B.o}", "offer {B.o} {P}"),
    "hug": ("hug {B.o}", "embrace {B.o}", "cuddle {B.o}", "squeeze {B.o}", "give {B.o} a hug",
            "give a hug to {B.o}"),
    "chase": ("chase {B.o}", "run after {B.o}", "race after {B.o}", "chase after {B.o}", "try to catch {B.o}",
              "dash after {B.o}"),
    "talk": ("talk to {B.o}", "chat with {B.o}", "speak to {B.o}", "tell {B.o} a story", "whisper to {B.o}",
             "tell {B.o} a secret", "ask {B.o} a question", "explain something to {B.o}"),
    "push": ("push {B.o}", "give {B.o} a push", "shove {B.o}", "nudge {B.o}", "push {B.o} forward",
             "bump into {B.o}"),
    "show": ("show {P} to {B.o}", "show {B.o} {P}", "hold up {P} for {B.o}", "display {P} for {B.o}",
             "point out {P} to {B.o}"),
}  # fmt: skip
INVERSE_VERBS: dict[str, tuple[str, ...]] = {  # the patient is the subject
    "give": ("get {P} from {A.o}", "receive {P} from {A.o}", "take {P} from {A.o}"),
    "hug": ("get a hug from {A.o}", "receive a warm hug from {A.o}", "be hugged by {A.o}"),
    "chase": ("run away from {A.o}", "be chased by {A.o}", "flee from {A.o}"),
    "talk": ("listen to {A.o}", "hear a story from {A.o}", "hear some news from {A.o}"),
    "push": ("be pushed by {A.o}", "get a push from {A.o}"),
    "show": ("be shown {P} by {A.o}",),
}  # fmt: skip
ARRIVE_VERBS = ("arrive", "come along", "walk up", "come over", "turn up", "appear", "join in", "stop by")
RETURN_VERBS = ("come back", "return", "walk back", "be back again", "appear again")
WATCH_VERBS = ("watch", "look on", "stand by", "stand nearby", "wait nearby")
HOLD_VERBS = ("hold", "carry", "have")

ADVERBS: dict[str, tuple[str, ...]] = {
    "stand": ("quietly", "patiently", "for a while", "calmly", "without a word", "for a moment"),
    "sit": ("quietly", "for a while", "calmly", "peacefully", "for a few minutes", "to catch some breath"),
    "walk": ("slowly", "for a while", "calmly", "step by step", "at an easy pace", "on tiptoe"),
    "run": ("quickly", "as fast as possible", "at full speed", "like the wind", "in a hurry", "in circles"),
    "jump": ("high into the air", "again and again", "three times", "like a frog", "like a rabbit",
             "with a shout"),
    "dance": ("to a lively tune", "in a circle", "like a leaf", "with quick steps", "to the music",
              "gracefully"),
    "wave": ("with one hand", "kindly", "politely", "again and again", "to say hello", "like a good friend"),
    "sleep": ("peacefully", "deeply", "like a log", "for an hour", "without a sound", "with soft snores"),
    "eat": ("slowly", "hungrily", "bit by bit", "in big bites", "with great pleasure", "for a snack"),
    "read": ("aloud", "quietly", "page by page", "for an hour", "with great interest", "word by word"),
    "give": ("politely", "as a surprise", "with a bow", "gently", "kindly"),
    "hug": ("tightly", "warmly", "gently", "for a long time", "with open arms"),
    "chase": ("quickly", "in circles", "as fast as possible", "at full speed", "for fun"),
    "talk": ("softly", "for a while", "about the plan", "about the weather", "about old times",
             "in a low voice"),
    "push": ("gently", "by accident", "a little", "rather hard", "for fun", "a bit too hard"),
    "show": ("proudly", "eagerly", "with pride", "for the first time", "carefully"),
}  # fmt: skip

PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "kitchen": ("in the kitchen", "in the warm kitchen", "in the tidy kitchen"),
    "bedroom": ("in the bedroom", "in the cosy bedroom", "in the quiet bedroom"),
    "living room": ("in the living room", "in the cosy living room", "in the big living room"),
    "classroom": ("in the classroom", "in the school classroom", "in the bright classroom"),
    "library": ("in the library", "at the library", "in the quiet library"),
    "shop": ("in the shop", "at the shop", "in the little shop", "in the store"),
    "park": ("in the park", "at the park", "in the green park"),
    "beach": ("on the beach", "at the beach", "on the sandy beach"),
    "street": ("in the street", "on the street", "on the town street", "on the road"),
    "forest": ("in the forest", "in the deep forest", "in the woods"),
    "garden": ("in the garden", "out in the garden", "in the pretty garden"),
    "playground": ("on the playground", "at the playground", "on the busy playground"),
    "farm": ("on the farm", "at the farm", "on the old farm"),
    "lake": ("by the lake", "at the lake", "on the shore of the lake"),
}
PLACE_WORDS: dict[str, tuple[str, ...]] = {  # any of them in a caption states the place
    place: (place, *{"shop": ("store",), "street": ("road",), "forest": ("woods",)}.get(place, ()))
    for place in PLACE_PHRASES
}

PROP_NOUNS: dict[str, tuple[str, ...]] = {
    "ball": ("ball", "bouncy ball"), "book": ("book", "thick book", "story book"), "apple": ("apple",
             "juicy apple"),
    "cake": ("cake", "sweet cake", "birthday cake"), "balloon": ("balloon", "shiny balloon"),
    "kite": ("kite", "paper kite"), "umbrella": ("umbrella", "big umbrella"), "flower": ("flower",
             "lovely flower"),
    "gift": ("gift", "present", "wrapped gift"), "bone": ("bone", "tasty bone"), "lamp": ("lamp",
             "little lamp"),
    "bucket": ("bucket", "empty bucket"), "guitar": ("guitar", "old guitar"),
    "bicycle": ("bicycle", "bike", "new bicycle"), "box": ("box", "wooden box"), "teddy": ("teddy",
                "teddy bear"),
}  # fmt: skip

MOODS: dict[str, tuple[str, ...]] = {
    "happy": ("happy", "cheerful", "glad", "joyful", "merry", "delighted", "pleased"),
    "sad": ("sad", "unhappy", "gloomy", "tearful", "miserable"),
    "angry": ("angry", "cross", "furious", "grumpy", "annoyed"),
    "surprised": ("surprised", "amazed", "astonished", "startled"),
    "scared": ("scared", "fearful", "frightened", "terrified"),
    "sleepy": ("sleepy", "tired", "drowsy", "weary"),
}
# (time, weather) -> phrases for the head of a sentence and for its end.
SKY_FRONT: dict[tuple[str, str], tuple[str, ...]] = {
    ("night", "clear"): ("At night", "Late at night", "In the dark night", "On a dark night"),
    ("day", "rain"): ("On a rainy day", "In the pouring rain", "While it rains"),
    ("day", "snow"): ("On a snowy day", "In the falling snow", "While it snows"),
    ("night", "rain"): ("On a rainy night", "One wet and rainy night"),
    ("night", "snow"): ("On a snowy night", "One cold and snowy night"),
}
SKY_END: dict[tuple[str, str], tuple[str, ...]] = {
    ("night", "clear"): ("at night", "late at night", "in the night"),
    ("day", "rain"): ("in the rain", "on a rainy day", "in the pouring rain", "on this rainy day"),
    ("day", "snow"): ("in the snow", "on a snowy day", "in the falling snow"),
    ("night", "rain"): ("on a rainy night", "in the night rain"),
    ("night", "snow"): ("on a snowy night", "in the night snow"),
}

FIRST_OPENERS = {
    "day": ("One day", "Once upon a time", "Today", "To begin with", "One fine morning"),
    "night": ("Once upon a time", "To begin with", "After a long day"),
}
DAY_OPENERS = (
    "After lunch", "In the afternoon", "Before noon", "Later that day", "In broad daylight",
    "After breakfast", "Around noon", "On this day",
)  # fmt: skip
NIGHT_OPENERS = (
    "After supper", "Before bedtime", "After dark", "When the stars come out", "Around midnight",
)  # fmt: skip
OPENERS = (
    "Then", "After that", "Later", "Soon", "A moment later", "Now", "Suddenly", "Next", "Before long",
    "At last", "A little later", "In the end", "Once again", "As always", "For once", "Without warning",
    "To pass the time", "Just for fun", "A few minutes later", "Meanwhile", "All of a sudden", "Right away",
    "In no time",
)  # fmt: skip

# What strangers would call them. A noun may fit several; which one is meant, the reference rules say.
NOUNS: dict[str, tuple[str, ...]] = {
    "Mia": ("the girl",), "Nora": ("the girl",), "Leo": ("the boy",), "Omar": ("the man",),
    "Pip": ("the little boy", "the boy", "the small boy"), "Sam": (),
    "Mrs. Plum": ("the old woman", "the old lady", "the woman"), "Biscuit": ("the dog", "the puppy"),
}  # fmt: skip
CLOTHES: dict[str, str] = {
    "Mia": "orange dress", "Nora": "pink dress", "Leo": "turquoise shirt", "Omar": "grey shirt",
    "Pip": "blue dungarees",
    "Sam": "brown coat", "Mrs. Plum": "purple coat", "Biscuit": "purple vest",
}  # fmt: skip
NUMBERS = {2: "two", 3: "three", 4: "four"}

# Templates: `{S}` the subject of the sentence, `{O}` the bystanders, `{H}` a holder (`.o` as an object, `.p`
# possessive, `.a` in a clause before the main one), `{P}` a prop, `{M}` a mood, `[verb]` a verb that agrees,
# `[V]` and `Ving` the bystanders' verb.
MOOD_ENDS = (", looking {M}", ", feeling {M}", "and [look] {M}", "and [be] {M}", "and [seem] {M}",
             "and [feel] {M}",
             "with {aM} face", "with {aM} look")  # fmt: skip
MOOD_FRONTS = ("Looking {M},", "Feeling {M},", "With {aM} face,")
FACES = 2  # so many of them, at the end of each, are about one face
HELD_ENDS = (
    "with {P}",
    "and [hold] {P}",
    ", holding {P}",
    ", carrying {P}",
    "and [carry] {P}",
    "while holding {P}",
)
HELD_SENTENCES = ("{H} [have] {P}", "{H} [hold] {P}", "{H} [carry] {P}", "{P} is in {H.p} hands")
HELD_BY_ANOTHER = ("and {H} [hold] {P}", "and {H} [have] {P}", "while {H} [carry] {P}")
HELD_AFTER_GROUND = (", and {H} [hold] {P}", ", and {H} [have] {P}")
HELD_TOO = ("with {P}", "and [hold] {P}")
HELD_IN_HANDS = "with {P} in {H.p} hands"
GROUND_ENDS = ("near {P}", "next to {P}", "beside {P}", "not far from {P}")
GROUND_SENTENCES = ("{P} is nearby", "{P} is on the ground", "{P} is close by", "{P} can be seen")
OTHERS_ENDS = ("while {O} [V]", "while {O} [be] Ving", ", and {O} [V] nearby", "as {O} [V]", "and {O} [V]")
OTHERS_AFTER_CLAUSE = (", while {O} [V]", ", while {O} [be] Ving", ", and {O} [V] nearby")
OTHERS_FRONTS = ("While {O.a} [V],", "As {O.a} [V],", "While {O.a} [be] Ving,")
OTHERS_SENTENCES = ("{O} [V] nearby", "{O} [be] Ving", "{O} [V] close by")
OTHERS_SIDES = {  # told otherwise than by order: (template, whether the others stand left of the subject)
    "To the right of {S.o}, {O} [V]": False,
    "To the left of {S.o}, {O} [V]": True,
    "On the left, {O} [V]": True,
    "On the right, {O} [V]": False,
}

_THIRD = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_DOUBLED = {"sit", "run", "hop", "nap", "hug", "chat", "spin", "stop", "get", "flip"}


@cache
def third_person(phrase: str) -> str:
    """`phrase` (base form first) as "she ..." takes it: "take a walk" -> "takes a walk"."""
    verb, space, rest = phrase.partition(" ")
    if verb in _THIRD:
        verb = _THIRD[verb]
    elif verb.endswith(("s", "x", "z", "ch", "sh")):
        verb += "es"
    elif verb.endswith("y") and verb[-2] not in "aeou":
        verb = verb[:-1] + "ies"
    else:
        verb += "s"
    return verb + space + rest


@cache
def plural(phrase: str) -> str:
    """`phrase` (base form first) as "they ..." takes it."""
    return "are" + phrase[2:] if phrase == "be" or phrase.startswith("be ") else phrase


@cache
def participle(phrase: str) -> str:
    """`phrase` (base form first) with its verb in -ing: "take a walk" -> "taking a walk"."""
    verb, space, rest = phrase.partition(" ")
    if verb in _DOUBLED:
        verb += verb[-1]
    elif verb.endswith("e") and not verb.endswith(("ee", "be")):
        verb = verb[:-1]
    return verb + "ing" + space + rest


def with_article(noun: str) -> str:
    """`noun` with "a" or "an"."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


# What mentions, aspects and alt-texts add to the words of the tables above.
_FUNCTION_WORDS = """
he him his she her they them their both of all the other others one friend friends there in with and a an
s girls boys start starts to begin begins keep keeps is are from left right we see picture drawing
cartoon on by at tree walls ground stripes dots striped dotted smiling looking getting something being
hugged running away listening pushed giving showing holding rainy snowy night day snow rain
"""


def _words(table: object) -> Iterator[str]:
    """The words in nested tuples and dicts of phrases, with every form of the verbs in square brackets."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield from _words(key)
            yield from _words(value)
    elif isinstance(table, str):
        for verb in re.findall(r"\[([^V\]]+)\]", table):
            yield from _words((verb, third_person(verb), plural(verb)))
        yield from re.findall(r"[a-z]+", re.sub(r"\{\w+(\.\w)?\}|\[[^\]]*\]|Ving", " ", table).lower())
    elif table is not None:
        for item in table:
            yield from _words(item)


def _verb_forms(phrases: tuple[str, ...], progressive: bool = True) -> Iterator[str]:
    for phrase in phrases:
        yield from (phrase, third_person(phrase), plural(phrase))
        if progressive and not phrase.startswith("try"):
            yield participle(phrase)


VOCABULARY: frozenset[str] = frozenset(
    _words(
        (
            _FUNCTION_WORDS, scene.PLACES, scene.PROPS, scene.EXPRESSIONS, scene.ACCESSORIES,
            scene.LOOK_COLORS, scene.WALL_COLORS, tuple(CAST), tuple(member.noun for member in CAST.values()),
            NOUNS, CLOTHES, tuple(NUMBERS.values()), PLACE_PHRASES, PROP_NOUNS, tuple(MOODS.values()),
            tuple(SKY_FRONT.values()), tuple(SKY_END.values()), FIRST_OPENERS, DAY_OPENERS, NIGHT_OPENERS,
            OPENERS, tuple(ADVERBS.values()), tuple((plot.purposes, plot.openers) for plot in PLOTS),
            tuple(_verb_forms(phrases) for phrases in (*SOLO_VERBS.values(), *PAIR_VERBS.values())),
            tuple(_verb_forms(phrases, False) for phrases in INVERSE_VERBS.values()),
            _verb_forms((*ARRIVE_VERBS, *RETURN_VERBS), False), _verb_forms((*WATCH_VERBS, *scene.ACTIONS)),
            MOOD_ENDS, MOOD_FRONTS, HELD_ENDS, HELD_SENTENCES, HELD_BY_ANOTHER, HELD_AFTER_GROUND,
            HELD_TOO, HELD_IN_HANDS,
            GROUND_ENDS, GROUND_SENTENCES, OTHERS_ENDS, OTHERS_AFTER_CLAUSE, OTHERS_FRONTS, OTHERS_SENTENCES,
            tuple(OTHERS_SIDES),
        )
    )
)  # fmt: skip
