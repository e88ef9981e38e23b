"""One record for every data set: a frame of a picture story, and what a data set says of itself.

Pictures are uint8 arrays in memory and PNG on disk. In a segmentation 0 is background and k is
`characters[k-1]`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from datasets import Features, Image, List, Value

from storygptv.names import ways_of

PRONOUNS = ("she", "he", "they", "it")

_TEXT, _TEXTS = Value("string"), List(Value("string"))
_SPANS = List({"start": Value("int32"), "end": Value("int32"), "character": Value("string")})

FEATURES = Features(
    {
        "frame_id": _TEXT,  # unique in the data set; required
        "story_id": _TEXT,  # None where a frame belongs to several stories
        "image": Image(),  # (H, W, 3); required
        "segmentation": Image(),  # (H, W): 0 background, k = characters[k-1]
        "characters": _TEXTS,  # everyone in the picture; required, may be empty
        "boxes": List(List(Value("float32"))),  # x1, y1, x2, y2 in pixels for each character
        "place": _TEXT,
        "time": _TEXT,
        "weather": _TEXT,
        "action": _TEXT,
        "agent": _TEXT,
        "patient": _TEXT,
        "expressions": _TEXTS,  # for each character
        "props": _TEXTS,
        "alt_text": _TEXT,  # a plain full description of the picture
        "crop_texts": _TEXTS,  # for each character, a description of it alone
        "caption": _TEXT,  # the original caption, with names; required
        "caption_spans": _SPANS,  # where `caption` names whom
        "alt_spans": _SPANS,  # where `alt_text` names whom
        "referential_caption": _TEXT,  # as it is told, with pronouns, where it does not open the story
        "mentions": List(  # where `referential_caption` means whom, and by what kind of words
            {
                "start": Value("int32"),
                "end": Value("int32"),
                "text": Value("string"),
                "characters": _TEXTS,
                "kind": Value("string"),
            }
        ),
        "looks": List(  # untold looks of characters
            {"character": Value("string"), "attribute": Value("string"), "value": Value("string")}
        ),
        "place_looks": List({"attribute": Value("string"), "value": Value("string")}),
        "place_said": Value("bool"),  # whether `referential_caption` states the place
        "names_somebody": Value("bool"),  # whether `referential_caption` holds a name
    }
)
REQUIRED = ("frame_id", "image", "characters", "caption")
_LISTS = tuple(name for name, feature in FEATURES.items() if isinstance(feature, List))


@dataclass(frozen=True)
class DataInfo:
    """What a data set holds; kept beside its frames as `dataset.json`.

    An empty vocabulary (places, actions, props) means that the frames' values are not checked against it.
    """

    name: str
    split: str
    resolution: int  # height and width of every picture, pixels
    num_stories: int = 0  # counted by `store.write`
    num_frames: int = 0  # distinct frames, counted by `store.write`
    characters: tuple[dict[str, str], ...] = ()  # {"name", "pronoun"} of everyone there is
    places: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    props: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # untold looks of characters
    place_attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # untold looks of places
    made_from: dict[str, Any] = field(default_factory=dict)  # seed and arguments that made it
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)  # other ways in which a name is written

    def __post_init__(self) -> None:
        if self.resolution < 1:
            raise ValueError(f"resolution: must be at least 1 pixel, got {self.resolution}")
        for count in ("num_stories", "num_frames"):
            if getattr(self, count) < 0:
                raise ValueError(f"{count}: must not be negative, got {getattr(self, count)}")
        for character in self.characters:
            if set(character) != {"name", "pronoun"} or not character["name"]:
                raise ValueError(f"characters: each must hold a name and a pronoun, got {character!r}")
            if character["pronoun"] not in PRONOUNS:
                raise ValueError(f"characters: pronoun must be one of {PRONOUNS}, got {character!r}")
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"characters: names must differ, got {self.names}")
        for vocabulary in ("characters", "places", "actions", "props"):
            object.__setattr__(self, vocabulary, tuple(getattr(self, vocabulary)))
        for several in ("attributes", "place_attributes", "aliases"):
            values = {name: tuple(values) for name, values in getattr(self, several).items()}
            object.__setattr__(self, several, values)
        if unknown := sorted(set(self.aliases) - set(self.names)):
            raise ValueError(f"aliases: must be of {', '.join(self.names)}, got {unknown[0]!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """The characters' names, in the order of `characters`."""
        return tuple(character["name"] for character in self.characters)

    @property
    def ways(self) -> dict[str, tuple[str, ...]]:
        """Name -> all the ways in which it is written."""
        return ways_of(self.names, self.aliases)

    @property
    def pronouns(self) -> dict[str, str]:
        """Name -> pronoun."""
        return {character["name"]: character["pronoun"] for character in self.characters}

    @property
    def fingerprint(self) -> str:
        """What tells data sets apart, the same for every split of one: a digest of its name and all its lists of
        labels."""
        lists = (self.characters, self.places, self.actions, self.props, self.attributes, self.place_attributes)
        return hashlib.sha256(json.dumps([self.name, *lists], sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> DataInfo:
        """The inverse of `to_json`; ValueError for malformed JSON and for unknown or missing keys."""
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"dataset.json: not a JSON object: {error}") from error
        if not isinstance(values, dict):
            raise ValueError(f"dataset.json: must be an object, got {type(values).__name__}")
        fields = dataclasses.fields(cls)
        if unknown := sorted(set(values) - {each.name for each in fields}):
            raise ValueError(f"dataset.json: unknown keys {unknown}")
        if missing := [name for name in ("name", "split", "resolution") if name not in values]:
            raise ValueError(f"dataset.json: missing keys {missing}")
        return cls(**values)


def complete(record: Mapping[str, Any], info: DataInfo, row: int) -> dict[str, Any]:
    """`record` with every field of FEATURES (None or [] where it says nothing), checked.

    Raises ValueError naming the row, the field, the rule and the value.
    """
    if unknown := sorted(set(record) - set(FEATURES)):
        _fail(row, unknown[0], "is not a field of the schema", record[unknown[0]])
    for name in REQUIRED:
        if record.get(name) is None:
            _fail(row, name, "is required", None)
    full = {name: record.get(name) for name in FEATURES}
    for name in _LISTS:
        full[name] = [] if full[name] is None else list(full[name])
    _check_pictures(full, info, row)
    _check_labels(full, info, row)
    _check_texts(full, info, row)
    return full


def _fail(row: int, field: str, rule: str, value: Any) -> NoReturn:
    shown = f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:200]
    raise ValueError(f"row {row}, {field}: {rule}, got {shown}")


def _check_in(row: int, field: str, value: Any, allowed: Collection[str]) -> None:
    if value is not None and value not in allowed:
        _fail(row, field, f"must be one of {', '.join(allowed) or 'nothing'}", value)


def _check_pictures(record: dict[str, Any], info: DataInfo, row: int) -> None:
    size, count = info.resolution, len(record["characters"])
    image, segmentation = record["image"], record["segmentation"]
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.shape != (size, size, 3):
        _fail(row, "image", f"must be a uint8 array of shape ({size}, {size}, 3)", image)
    if segmentation is not None:
        plane = isinstance(segmentation, np.ndarray) and segmentation.dtype == np.uint8
        if not plane or segmentation.shape != (size, size):
            _fail(row, "segmentation", f"must be a uint8 array of shape ({size}, {size})", segmentation)
        if segmentation.max() > count:
            _fail(row, "segmentation", f"ids must be 0 to {count}, one a character", int(segmentation.max()))
    record["boxes"] = [[float(edge) for edge in box] for box in record["boxes"]]
    for box in record["boxes"]:
        if len(box) != 4 or not (0 <= box[0] <= box[2] <= size and 0 <= box[1] <= box[3] <= size):
            _fail(row, "boxes", f"must be x1 <= x2 and y1 <= y2 within 0 to {size}", box)


def _check_labels(record: dict[str, Any], info: DataInfo, row: int) -> None:
    characters = record["characters"]
    if len(set(characters)) != len(characters):
        _fail(row, "characters", "no character may stand twice", characters)
    for name in characters:
        _check_in(row, "characters", name, info.names)
    for name in ("boxes", "expressions", "crop_texts"):
        if record[name] and len(record[name]) != len(characters):
            _fail(row, name, f"must be empty or one for each of {len(characters)} characters", record[name])
    for name, vocabulary in (("place", info.places), ("action", info.actions)):
        if vocabulary:
            _check_in(row, name, record[name], vocabulary)
    if info.props:
        for prop in record["props"]:
            _check_in(row, "props", prop, info.props)
    for name in ("agent", "patient"):
        _check_in(row, name, record[name], characters)
    for look in record["looks"]:
        _check_in(row, "looks", look["character"], characters)
        _check_in(row, "looks", look["attribute"], info.attributes)
        _check_in(row, "looks", look["value"], info.attributes[look["attribute"]])
    for look in record["place_looks"]:
        _check_in(row, "place_looks", look["attribute"], info.place_attributes)
        _check_in(row, "place_looks", look["value"], info.place_attributes[look["attribute"]])


def _check_texts(record: dict[str, Any], info: DataInfo, row: int) -> None:
    for name in ("frame_id", "caption"):
        if not isinstance(record[name], str) or not record[name].strip():
            _fail(row, name, "must be a text that is not empty", record[name])
    for spans, text in (
        ("caption_spans", "caption"),
        ("alt_spans", "alt_text"),
        ("mentions", "referential_caption"),
    ):
        length = len(record[text] or "")
        for span in record[spans]:
            if not 0 <= span["start"] < span["end"] <= length:
                _fail(row, spans, f"must have 0 <= start < end <= {length}, the length of {text}", span)
    for span in record["caption_spans"] + record["alt_spans"]:
        _check_in(row, "a span's character", span["character"], info.names)
    for mention in record["mentions"]:
        if record["referential_caption"][mention["start"] : mention["end"]] != mention["text"]:
            _fail(row, "mentions", "text must be what stands at start to end", mention)
        for name in mention["characters"]:
            _check_in(row, "mentions", name, info.names)
