"""Small charts as SVG, for a page that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # told apart by colour-blind eyes too
WIDTH, LABELS, ROW, HEIGHT, EDGE = 520, 210, 22, 200, 34  # pixels


def bars(rows: Sequence[tuple[str, float | None, Sequence[float] | None]]) -> str:
    """Shares 0 to 1 as bars, each (label, value, interval or None); a row without a value is left out."""
    shown = [(label, value, interval) for label, value, interval in rows if value is not None]
    span, parts = WIDTH - LABELS - 50, []
    for row, (label, value, interval) in enumerate(shown):
        y = row * ROW + 4
        parts.append(_text(LABELS - 8, y + 12, label, "end"))
        parts.append(f'<rect x="{LABELS}" y="{y}" width="{_at(value * span)}" height="14" fill="{COLORS[0]}"/>')
        end = value
        if interval is not None:
            low, end = interval
            x1, x2 = _at(LABELS + low * span), _at(LABELS + end * span)
            parts.append(f'<line x1="{x1}" x2="{x2}" y1="{y + 7}" y2="{y + 7}" stroke="black"/>')
        parts.append(_text(LABELS + max(value, end) * span + 6, y + 12, f"{value:.3f}"))
    return _svg(len(shown) * ROW + 8, parts)


def lines(series: Mapping[str, Sequence[float | None]]) -> str:
    """Curves over the frames of a story, frame 1 at the left; a None is a gap. The scale is 0 to 1, or from the least
    value where that is below 0."""
    points = {
        name: [(float(frame), value) for frame, value in enumerate(curve) if value is not None]
        for name, curve in series.items()
    }
    frames = max((len(curve) for curve in series.values()), default=1)
    ticks = [(float(frame), str(frame + 1)) for frame in range(0, frames, max(1, frames // 20))]
    parts = _curves(points, ticks, (0.0, max(frames - 1, 1)), 1.0)
    legend = "".join(
        f'<span style="color:{color}">&#9632; {escape(name)}</span> '
        for name, color in zip(series, COLORS * len(series), strict=False)
    )
    return _svg(HEIGHT, parts) + f"<p>{legend}</p>"


def curves(series: Mapping[str, Sequence[tuple[float, float]]], unit: str) -> str:
    """Curves through points (x, y) as a picture of its own, with its legend; the scale begins at 0."""
    across = sorted({x for points in series.values() for x, _ in points})
    parts = _curves(series, [(x, f"{x:g}") for x in across], (across[0], across[-1]), 0.0)
    parts.append(_text(EDGE, 14, unit))
    for row, (name, color) in enumerate(zip(series, COLORS * len(series), strict=False)):
        y = HEIGHT + row * ROW
        parts.append(f'<rect x="{EDGE}" y="{y}" width="14" height="14" fill="{color}"/>')
        parts.append(_text(EDGE + 20, y + 12, name))
    return _svg(HEIGHT + len(series) * ROW, parts)


def _curves(
    series: Mapping[str, Sequence[tuple[float, float]]], ticks: Sequence[tuple[float, str]],
    across: tuple[float, float], least_top: float,
) -> list[str]:  # fmt: skip
    """The parts of a picture of curves: a grid, `ticks` along the x axis from `across[0]` to `across[1]`, and the
    curves. The y axis goes from 0, or the least value, to the greatest one, and at least to `least_top`."""
    values = [y for points in series.values() for _, y in points]
    low, high = min([0.0, *values]), max([least_top, *values])
    wide, up = (WIDTH - 2 * EDGE) / ((across[1] - across[0]) or 1), (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    place = lambda x, y: (EDGE + (x - across[0]) * wide, HEIGHT - EDGE - (y - low) * up)  # noqa: E731
    parts = []
    for value in (low, (low + high) / 2, high):
        y = _at(place(across[0], value)[1])
        parts.append(f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(_text(EDGE - 6, float(y) + 4, f"{value:.2g}" if high < 10 else f"{value:.0f}", "end"))
    parts += [_text(place(x, low)[0], HEIGHT - EDGE + 16, label, "middle") for x, label in ticks]
    for (name, points), color in zip(series.items(), COLORS * len(series), strict=False):
        path = " ".join(",".join(map(_at, place(*point))) for point in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        for point in points:
            x, y = map(_at, place(*point))
            parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"><title>{escape(name)}</title></circle>')
    return parts


def _svg(height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
        f'font-size="12">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _at(position: float) -> str:
    return f"{position:.1f}"
