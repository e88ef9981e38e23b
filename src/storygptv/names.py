"""Where a text names whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any


def name_spans(text: str, aliases: Mapping[str, Sequence[str]]) -> list[tuple[int, int, str]]:
    """Where a text names whom: (start, end, name), in any case, whole words only, the longest alias first.

    `aliases` maps every name to the ways it is written.
    """
    pattern, name_of = _pattern(tuple((alias, name) for name, ways in aliases.items() for alias in ways))
    return [(m.start(), m.end(), name_of[" ".join(m.group().lower().split())]) for m in pattern.finditer(text)]


def span_fields(text: str, aliases: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """`name_spans` as the schema holds them."""
    return [{"start": start, "end": end, "character": name} for start, end, name in name_spans(text, aliases)]


def ways_of(names: Iterable[str], aliases: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Every name and all the ways it is written: itself, then its `aliases`."""
    return {name: (name, *aliases.get(name, ())) for name in names}


@lru_cache(maxsize=64)
def _pattern(written: tuple[tuple[str, str], ...]) -> tuple[re.Pattern, dict[str, str]]:
    """What finds the aliases of (alias, name), and whose they are, in lower case."""
    longest_first = sorted((alias for alias, _ in written), key=len, reverse=True)
    ways = "|".join(r"\s+".join(map(re.escape, alias.split())) for alias in longest_first)
    name_of = {" ".join(alias.lower().split()): name for alias, name in sorted(written, key=lambda w: -len(w[0]))}
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)" if written else r"(?!)", re.IGNORECASE), name_of
