"""Characters of a story who are played by characters whom a model knows: they are drawn as these are."""

from __future__ import annotations

from collections.abc import Sequence

from storygptv.names import named
from storygptv.story import Story


def roles_of(story: Story, cast: Sequence[str]) -> dict[str, str]:
    """Return who of the story plays whom of the cast, spelt as the cast spells it.

    Raises ValueError for somebody played who is not of the cast, plays two, or is in the story as well.
    """
    spelt = {name.lower(): name for name in cast}
    playing = {character.name: character.plays for character in story.characters if character.plays}
    for name, plays in playing.items():
        if spelt and plays.lower() not in spelt:
            raise ValueError(f"plays: must be one of {', '.join(cast)}, got {plays!r} for {name}")
    roles = {name: spelt.get(plays.lower(), plays) for name, plays in playing.items()}
    twice = [name for name, each in roles.items() if list(roles.values()).count(each) > 1]
    if twice:
        raise ValueError(f"plays: nobody can play two, got {roles[twice[0]]!r} for {' and '.join(twice[:2])}")
    told = " ".join([*(character.name for character in story.characters), *(frame.text for frame in story.frames)])
    for name, each in roles.items():
        if each not in roles and named(told, [each]):
            raise ValueError(f"plays: {each} plays {name} and cannot be in the story as well")
    return roles
