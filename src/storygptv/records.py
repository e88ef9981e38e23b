"""What story.json keeps of a frame: plain records, with the names that its pictures have in the project's folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storygptv.pipeline import DrawnFrame


def record_of(frame: DrawnFrame, image: str) -> dict[str, Any]:
    """What story.json keeps of a frame whose picture is the file `image`."""
    record = {
        "text": frame.text,
        "image": image,
        "seed": frame.seed,
        "seconds": round(frame.seconds, 3),
        "llm_seconds": round(frame.llm_seconds, 3),
        "peak_memory_bytes": frame.peak_memory_bytes,
    }
    if frame.meant:
        record["meant"] = {name: round(surely, 3) for name, surely in frame.meant.items()}
    return record


def by_itself(frame: dict[str, Any]) -> dict[str, Any]:
    """A frame's record without its other versions, with its number among them."""
    return {"version": 1} | {key: value for key, value in frame.items() if key != "versions"}


def among(frame: dict[str, Any], everyone: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A frame's record with all others of `everyone` as its versions."""
    others = [each for each in everyone if each["version"] != frame["version"]]
    return frame | {"versions": sorted(others, key=lambda each: each["version"])}


def placed_at(frame: dict[str, Any], n: int) -> dict[str, Any]:
    """A frame's record with the names that its pictures have in the nth place."""
    placed = frame | {"image": f"frames/{n + 1:03d}.png"}
    if "versions" in frame:
        placed["versions"] = [
            each | {"image": f"frames/{n + 1:03d}.v{int(each['version'])}.png"} for each in frame["versions"]
        ]
    return placed


def images_of(frames: Sequence[dict[str, Any]]) -> list[str]:
    """Every picture of the frames, of all versions."""
    return [each["image"] for frame in frames for each in (frame, *frame.get("versions", ()))]
