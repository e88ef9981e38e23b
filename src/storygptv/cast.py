"""What a model knows: its characters with their portraits, places, actions and things, and the words it has read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from storygptv.files import write_json
from storygptv.names import span_fields, ways_of

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True)
class Cast:
    """Who, where and what a model was trained on. On disk: `cast.json` and `portraits/<name>.png`."""

    characters: list[dict[str, str]] = field(default_factory=list)  # {"name", "pronoun"} and perhaps "kind"
    places: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # every word of the training texts, in lower case
    portraits: dict[str, Image.Image] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)  # other ways in which a name is written

    @property
    def names(self) -> list[str]:
        """The characters' names."""
        return [character["name"] for character in self.characters]

    def spans(self, text: str) -> list[dict]:
        """Where a text names whom: {"start", "end", "character"}, whole words in any case."""
        return span_fields(text, ways_of(self.names, self.aliases))

    def unknown_words(self, texts: Iterable[str]) -> list[str]:
        """The words of the texts that no training text holds, each once, as written."""
        if not self.words:
            return []
        ways = [way for several in self.aliases.values() for way in several]
        known = {*self.words, *words(" ".join([*self.names, *ways]))}
        found = {word.lower(): word for text in texts for word in _WORD.findall(text)}
        return [word for lower, word in found.items() if not set(words(word)) <= known and lower not in known]

    def save(self, folder: Path) -> None:
        """Write `cast.json` and the portraits."""
        lists = ("characters", "places", "actions", "props", "words", "aliases")
        record = {name: getattr(self, name) for name in lists}
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "cast.json", record)
        (folder / "portraits").mkdir(exist_ok=True)
        for name, portrait in self.portraits.items():
            portrait.save(folder / "portraits" / f"{name}.png")

    @classmethod
    def load(cls, folder: Path) -> Cast:
        """Read what `save` wrote; a folder without `cast.json` knows nobody by name."""
        if not (folder / "cast.json").exists():
            return cls()
        record = json.loads((folder / "cast.json").read_text())
        files = {c["name"]: folder / "portraits" / f"{c['name']}.png" for c in record["characters"]}
        portraits = {name: Image.open(file).convert("RGB") for name, file in files.items() if file.exists()}
        return cls(**record, portraits=portraits)


def words(text: str) -> list[str]:
    """The words of a text in lower case, possessive endings apart from their word."""
    return [part for word in _WORD.findall(text.lower()) for part in re.split("['’]", word)]
