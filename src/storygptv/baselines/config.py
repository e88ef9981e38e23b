"""What a system is: plain data that round-trips through JSON and YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from storygptv.story import ANCHORS

TEXT_KINDS = ("char_ldm", "ldm")  # draw each frame from its own text alone
KINDS = ("story_llm", *TEXT_KINDS, "memory_attention", "autoregressive")
TEXTS = ("referential", "original")


@dataclass(frozen=True)
class SystemConfig:
    """A system that draws stories.

    Args:
        kind: whose condition a frame is drawn from: "story_llm"; "char_ldm", the text fused with the portraits of who
            is named; "ldm", the plain text by a model without fusion; "memory_attention" or "autoregressive", the plain
            text with a history of earlier frames.
        text: which captions it reads, "referential" or "original" (everybody named, the place stated).
        portraits: of "char_ldm": whether they are fused in; without, its condition is the plain text.
        rules: of a text kind: the rules by which each caption is rewritten with names first, such as "toon".
        pictures: of "story_llm": whether it sees the pictures it drew, or reads captions alone.
        anchor: of "story_llm": which picture of a character its looks are taken from, the "first", the "last" before,
            or none but the "portrait".
        model: the folder of its weights, where it is another than that of the others.

    Raises:
        ValueError: an unknown kind or text, or a setting that its kind does not have.
    """

    kind: str
    text: str = "referential"
    portraits: bool = True
    rules: str | None = None
    pictures: bool = True
    anchor: str = "first"
    model: str | None = None

    def __post_init__(self) -> None:
        for name, known in (("kind", KINDS), ("text", TEXTS), ("anchor", ANCHORS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}: must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.rules is not None and self.kind not in TEXT_KINDS:
            raise ValueError(f"rules: are for {' and '.join(TEXT_KINDS)}, got {self.rules!r} for {self.kind}")
        if not self.portraits and self.kind != "char_ldm":
            raise ValueError(f"portraits: can be left out by char_ldm alone, got {self.kind}")
        if not self.pictures and self.kind != "story_llm":
            raise ValueError(f"pictures: can be left out by story_llm alone, got {self.kind}")
        if self.anchor != "first" and not (self.kind == "story_llm" and self.pictures):
            raise ValueError(f"anchor: is of story_llm that sees its pictures, got {self.anchor!r} for {self.kind}")

    @property
    def sees(self) -> bool:
        """Whether what it drew has any bearing on later frames."""
        return self.kind not in TEXT_KINDS and self.pictures

    def to_dict(self) -> dict[str, Any]:
        """The mapping that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SystemConfig:
        """Raises ValueError for an unknown key, or no kind."""
        known = [field.name for field in fields(cls)]
        if unknown := sorted(set(data) - set(known)):
            raise ValueError(f"unknown key {unknown[0]!r}, expected {', '.join(known)}")
        if "kind" not in data:
            raise ValueError("kind: missing, expected one of " + ", ".join(KINDS))
        return cls(**data)

    @classmethod
    def load(cls, file: Path) -> SystemConfig:
        """Read YAML or JSON. Raises ValueError, naming the file."""
        import yaml

        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
            if not isinstance(data, dict):
                raise ValueError("expected a mapping of settings")
            return cls.from_dict(data)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
            raise ValueError(f"{file}: {' '.join(str(error).split())}") from error


SYSTEMS = {
    "story_llm": SystemConfig("story_llm"),
    "captions_only": SystemConfig("story_llm", pictures=False),
    "char_ldm_alone": SystemConfig("char_ldm"),
    "char_ldm_original_text": SystemConfig("char_ldm", text="original"),
    "char_ldm_text_only": SystemConfig("char_ldm", text="original", portraits=False),
    "rule_resolver": SystemConfig("char_ldm", rules="toon"),
    "ldm": SystemConfig("ldm"),
    "ldm_original_text": SystemConfig("ldm", text="original"),
    "memory_attention": SystemConfig("memory_attention"),
    "autoregressive": SystemConfig("autoregressive"),
}


def system_config(name: str) -> SystemConfig:
    """One of SYSTEMS, or what a file says. Raises ValueError where it is neither."""
    if name in SYSTEMS:
        return SYSTEMS[name]
    if Path(name).is_file():
        return SystemConfig.load(Path(name))
    raise ValueError(f"system: expected a file or one of {', '.join(SYSTEMS)}, got {name!r}")
