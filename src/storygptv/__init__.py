"""storygptv: a story told with pronouns becomes a consistent picture story.

The names below are imported when first used, so that `import storygptv` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storygptv.pipeline import DrawnFrame, StoryPipeline
    from storygptv.project import Project
    from storygptv.story import Character, Frame, Story
    from storygptv.storyboard import draw_storyboard

__version__ = "0.1.0"
__all__ = ["Character", "DrawnFrame", "Frame", "Project", "Story", "StoryPipeline", "draw_storyboard"]

_HOMES = {
    "Character": "storygptv.story",
    "DrawnFrame": "storygptv.pipeline",
    "Frame": "storygptv.story",
    "Project": "storygptv.project",
    "Story": "storygptv.story",
    "StoryPipeline": "storygptv.pipeline",
    "draw_storyboard": "storygptv.storyboard",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
