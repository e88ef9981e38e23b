"""What story.json keeps: of a frame a plain record, with the names that its pictures have in the project's folder; and
the settings that all were drawn with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storygptv.scene import Person, Scene
from storygptv.story import Frame

if TYPE_CHECKING:
    from PIL import Image

    from storygptv.pipeline import DrawnFrame, StoryPipeline


DEFAULTS = {
    "seed": 0, "steps": None, "guidance": None, "device": "cpu", "dtype": "float32", "protocol": "paper",
    "quantisation": None,
}  # fmt: skip
MAX_STEPS = 1000  # denoising steps of a frame


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
    if frame.scene:
        record["scene"] = frame.scene
    if frame.understood:
        record["understood"] = frame.understood
    return record


def check_record(frame: dict[str, Any], n: int) -> None:
    """Raises ValueError unless the nth frame's record, read from anywhere, and each of its versions is as `record_of`
    makes them, their pictures named as is due."""
    for had, due in zip(images_of([frame]), images_of([placed_at(frame, n)]), strict=True):
        if had != due:
            raise ValueError(f"frame {n + 1}: image: expected {due}, got {had!r}")
    for each in (frame, *frame.get("versions", ())):
        seed, version = each["seed"], each.get("version", 1)
        Frame(each["text"], scene=each.get("scene"))
        if seed is not None and not (is_whole(seed) and seed >= 0):
            raise ValueError(f"frame {n + 1}: seed: expected a whole number from 0 on, or null, got {seed!r}")
        if not (is_whole(version) and version >= 1):
            raise ValueError(f"frame {n + 1}: version: expected a whole number from 1 on, got {version!r}")
        if "understood" in each:
            check_understood(each["understood"], n)


def check_understood(understood: Any, n: int) -> None:
    """Raise ValueError unless what the nth frame was understood as is as `DrawnFrame.understood` makes it."""
    try:
        names = [person["name"] for person in understood["people"]]
        Scene.parse(understood["line"], names)
        for person in understood["new"]:
            Person(person["name"], person["kind"], person["pronoun"])
        chances = [person["probability"] for person in understood["people"]]
        if not all(isinstance(chance, int | float) and 0 <= chance <= 1 for chance in chances):
            raise ValueError(f"expected probabilities from 0 to 1, got {chances}")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"frame {n + 1}: understood: not as it was written here ({error!r})") from error
    except ValueError as error:
        raise ValueError(f"frame {n + 1}: understood: {error}") from error


def is_whole(value: Any) -> bool:
    """Whether a value read from JSON is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


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


def drawing_options(settings: dict[str, Any]) -> dict[str, Any]:
    """What the pipeline is asked for, from a project's settings."""
    settings = DEFAULTS | settings
    return {
        "seed": settings["seed"], "num_inference_steps": settings["steps"], "guidance_scale": settings["guidance"],
        "protocol": settings["protocol"],
    }  # fmt: skip


def check_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings themselves. Raises ValueError if there is no such, or one that nothing can be drawn with."""
    unknown = sorted(set(settings) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"settings: expected {', '.join(DEFAULTS)}, got {unknown[0]!r}")
    asked = DEFAULTS | settings
    steps, guidance = asked["steps"], asked["guidance"]
    if not is_whole(asked["seed"]) or asked["seed"] < 0:
        raise ValueError(f"seed: expected a whole number from 0 on, got {asked['seed']!r}")
    if steps is not None and not (is_whole(steps) and 1 <= steps <= MAX_STEPS):
        raise ValueError(f"steps: expected a whole number from 1 to {MAX_STEPS}, got {steps!r}")
    if guidance is not None and not (isinstance(guidance, int | float) and math.isfinite(guidance)):
        raise ValueError(f"guidance: expected a number, got {guidance!r}")
    return settings


def check_under_way(under_way: dict[str, Any] | None) -> dict[str, Any] | None:
    """What is kept of a command that was cut off. Raises ValueError unless it is {"asked", "left": a whole number}."""
    if under_way and not ("asked" in under_way and is_whole(under_way["left"]) and under_way["left"] >= 0):
        raise ValueError(f"under_way: expected what was asked and how many frames are left, got {under_way!r}")
    return under_way


def cut_off(asked: dict[str, Any], left: int) -> dict[str, Any] | None:
    """What is kept of what was `asked` for, should it be cut off where so many frames are `left`."""
    return {"asked": asked, "left": left} if left else None


def left_of(under_way: dict[str, Any] | None, asked: dict[str, Any], total: int) -> int:
    """How many frames what is `asked` for draws: `total`, or what was left of it when it was cut off."""
    same = under_way is not None and under_way["asked"] == asked
    return min(under_way["left"], total) if same else total


def new_seed(pipeline: StoryPipeline, seed: int, index: int, drawn: Sequence[dict[str, Any]]) -> int:
    """A seed for a frame's noise that no picture of the `drawn` frames has, of all versions."""
    used = {each["seed"] for frame in drawn for each in (frame, *frame.get("versions", ()))}
    rounds = (pipeline.frame_seed(seed, index, story=n) for n in range(2, len(used) + 3))
    return next(each for each in rounds if each not in used)


def read_frame(file: Path) -> Image.Image:
    """A drawn frame, RGB. Raises ValueError where it is not a picture."""
    from PIL import Image

    try:
        with Image.open(file) as picture:
            return picture.convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{file}: expected a picture ({error})") from error
