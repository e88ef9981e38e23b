"""A thin drawing pen over a skia canvas: filled shapes with a darker outline, lines and limbs.

Colours are `#rrggbb` or `#rrggbbaa`, lengths are in units of the canvas, y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np

from .palette import darker, to_argb

try:
    import skia
except ImportError as error:  # the wheel needs two system libraries
    raise ImportError(
        'drawing toon pictures needs skia: pip install "storygptv[toon]" and, on Debian, '
        f"apt install libegl1 libgl1 ({error})"
    ) from error

Path = skia.Path
Point = tuple[float, float]
EDGE = 1.1  # width of an outline


@lru_cache(maxsize=4096)
def _fill(color: str) -> skia.Paint:
    return skia.Paint(Color=to_argb(color), AntiAlias=True)


@lru_cache(maxsize=4096)
def _stroke(color: str, width: float) -> skia.Paint:
    return skia.Paint(
        Color=to_argb(color),
        AntiAlias=True,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


_ERASER = skia.Paint(AntiAlias=True, BlendMode=skia.BlendMode.kClear)


def straight(points: Sequence[Point], closed: bool = True) -> skia.Path:
    """The polygon, or with `closed=False` the polyline, through `points`."""
    return skia.Path.Polygon([skia.Point(*point) for point in points], closed)


def smooth(points: Sequence[Point]) -> skia.Path:
    """A closed round curve that `points` pull towards themselves (quadratics between the midpoints)."""
    path = skia.Path()
    (x0, y0), (x1, y1) = points[-1], points[0]
    path.moveTo((x0 + x1) / 2, (y0 + y1) / 2)
    for (x, y), (next_x, next_y) in zip(points, (*points[1:], points[0]), strict=True):
        path.quadTo(x, y, (x + next_x) / 2, (y + next_y) / 2)
    path.close()
    return path


class Pen:
    """Draws on one skia canvas."""

    def __init__(self, canvas: skia.Canvas) -> None:
        self.canvas = canvas

    @contextmanager
    def moved(
        self, x: float = 0, y: float = 0, scale: float = 1, turn: float = 0, mirrored: bool = False
    ) -> Iterator[Pen]:
        """Within, the origin is (x, y), lengths are scaled, angles turned clockwise by `turn` degrees."""
        self.canvas.save()
        self.canvas.translate(x, y)
        if turn:
            self.canvas.rotate(turn)
        self.canvas.scale(-scale if mirrored else scale, scale)
        yield self
        self.canvas.restore()

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[Pen]:
        """Within, only what lies inside `path` is drawn."""
        self.canvas.save()
        self.canvas.clipPath(path, doAntiAlias=True)
        yield self
        self.canvas.restore()

    def path(self, path: skia.Path, color: str, edge: float = EDGE) -> None:
        self.canvas.drawPath(path, _fill(color))
        if edge:
            self.canvas.drawPath(path, _stroke(darker(color), edge))

    def poly(self, points: Sequence[Point], color: str, edge: float = EDGE) -> None:
        self.path(straight(points), color, edge)

    def blob(self, points: Sequence[Point], color: str, edge: float = EDGE) -> None:
        self.path(smooth(points), color, edge)

    def oval(self, x: float, y: float, rx: float, ry: float, color: str, edge: float = EDGE) -> None:
        if edge:
            around = skia.Rect.MakeLTRB(x - rx - edge / 2, y - ry - edge / 2, x + rx + edge / 2, y + ry + edge / 2)
            self.canvas.drawOval(around, _fill(darker(color)))
            rx, ry = rx - edge / 2, ry - edge / 2
        self.canvas.drawOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry), _fill(color))

    def box(self, x: float, y: float, w: float, h: float, color: str, r: float = 0, edge: float = EDGE) -> None:
        rect = skia.Rect.MakeXYWH(x, y, w, h)
        if r:
            self.canvas.drawRoundRect(rect, r, r, _fill(color))
        else:
            self.canvas.drawRect(rect, _fill(color))
        if edge:
            self.canvas.drawRoundRect(rect, r, r, _stroke(darker(color), edge))

    def line(self, points: Sequence[Point], color: str, width: float = EDGE) -> None:
        self.canvas.drawPath(straight(points, closed=False), _stroke(color, width))

    def dots(self, points: Sequence[Point], color: str, diameter: float) -> None:
        points = [skia.Point(*point) for point in points]
        self.canvas.drawPoints(skia.Canvas.kPoints_PointMode, points, _stroke(color, diameter))

    def dashes(self, segments: Sequence[tuple[Point, Point]], color: str, width: float) -> None:
        """Separate straight lines, each from its first to its second point."""
        points = [skia.Point(*point) for segment in segments for point in segment]
        self.canvas.drawPoints(skia.Canvas.kLines_PointMode, points, _stroke(color, width))

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: float, sweep: float, color: str, width: float
    ) -> None:
        """Part of an ellipse's line, from `start` over `sweep` degrees, clockwise from +x."""
        rect = skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry)
        self.canvas.drawArc(rect, start, sweep, False, _stroke(color, width))

    def limb(self, points: Sequence[Point], color: str, width: float) -> None:
        """A rounded, outlined arm or leg along `points`."""
        path = straight(points, closed=False)
        self.canvas.drawPath(path, _stroke(darker(color), width + EDGE))
        self.canvas.drawPath(path, _stroke(color, width - EDGE))

    def erase(self, x: float, y: float, r: float) -> None:
        """Make a disc transparent again."""
        self.canvas.drawOval(skia.Rect.MakeLTRB(x - r, y - r, x + r, y + r), _ERASER)


class Sheet:
    """A transparent square of `size` pixels to draw on, whose unit is a 128th of its side."""

    def __init__(self, size: int) -> None:
        self.pixels = np.zeros((size, size, 4), np.uint8)  # RGBA, premultiplied
        self._surface = skia.Surface(self.pixels, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
        self.pen = Pen(self._surface.getCanvas())
        self.pen.canvas.scale(size / 128, size / 128)

    def clear(self) -> None:
        self.pixels[:] = 0

    def over(self, frame: np.ndarray) -> np.ndarray:
        """Blend onto `frame` (H,W,3 uint8) in place; returns where it covers more than half, (H,W) bool."""
        alpha = self.pixels[..., 3]
        rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
        covered = np.zeros(alpha.shape, bool)
        if rows.size:
            window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            patch = self.pixels[window]
            behind = frame[window].astype(np.uint16) * (255 - patch[..., 3:]) + 128
            frame[window] = patch[..., :3] + ((behind + (behind >> 8)) >> 8).astype(np.uint8)  # behind / 255
            covered[window] = patch[..., 3] > 127
        return covered
