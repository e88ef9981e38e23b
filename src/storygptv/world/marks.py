"""Two pens for one drawing: one paints it, the other marks which figure and which part of the body each pixel shows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import skia

from ..toon.pen import EDGE, Path, Pen, Point, straight

HEAD, TRUNK, ARMS, LEGS, TAIL, HELD, PROP = range(1, 8)
"""Classes of `Drawing.parts`; 0 is none."""


class PaintPen(Pen):
    """A pen that paints, and does not mind what it is said to draw."""

    marks = False

    def of(self, figure: int, part: int) -> None:
        """Say what is drawn from now on."""

    def part(self, part: int) -> None:
        """Say which part of the same figure is drawn from now on."""


@lru_cache(maxsize=256)
def _paint(figure: int, part: int, width: float) -> skia.Paint:
    paint = skia.Paint(Color=skia.ColorSetARGB(255, figure, part, 0), AntiAlias=False)
    if width:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


def _faint(color: str) -> bool:
    """Whether a colour is so transparent that what is behind it is seen."""
    return len(color) == 9 and int(color[7:], 16) < 160


class MarkPen(PaintPen):
    """A pen that paints the same shapes in the colour (figure, part, 0), hard-edged."""

    marks = True

    def __init__(self, canvas: skia.Canvas) -> None:
        super().__init__(canvas)
        self._figure = self._part = 0

    def of(self, figure: int, part: int) -> None:
        self._figure, self._part = figure, part

    def part(self, part: int) -> None:
        self._part = part

    def _with(self, width: float = 0) -> skia.Paint:
        return _paint(self._figure, self._part, width)

    def path(self, path: Path, color: str, edge: float = EDGE) -> None:
        if not _faint(color):
            self.canvas.drawPath(path, self._with())
            if edge:
                self.canvas.drawPath(path, self._with(edge))

    def oval(self, x: float, y: float, rx: float, ry: float, color: str, edge: float = EDGE) -> None:
        if not _faint(color):
            rx, ry = rx + edge / 2, ry + edge / 2
            self.canvas.drawOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry), self._with())

    def box(self, x: float, y: float, w: float, h: float, color: str, r: float = 0, edge: float = EDGE) -> None:
        if not _faint(color):
            half = edge / 2
            rect = skia.Rect.MakeXYWH(x - half, y - half, w + edge, h + edge)
            self.canvas.drawRoundRect(rect, r, r, self._with())

    def line(self, points: Sequence[Point], color: str, width: float = EDGE) -> None:
        if not _faint(color):
            self.canvas.drawPath(straight(points, closed=False), self._with(width))

    def dots(self, points: Sequence[Point], color: str, diameter: float) -> None:
        if not _faint(color):
            points = [skia.Point(*point) for point in points]
            self.canvas.drawPoints(skia.Canvas.kPoints_PointMode, points, self._with(diameter))

    def dashes(self, segments: Sequence[tuple[Point, Point]], color: str, width: float) -> None:
        if not _faint(color):
            points = [skia.Point(*point) for segment in segments for point in segment]
            self.canvas.drawPoints(skia.Canvas.kLines_PointMode, points, self._with(width))

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: float, sweep: float, color: str, width: float
    ) -> None:
        if not _faint(color):
            rect = skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry)
            self.canvas.drawArc(rect, start, sweep, False, self._with(width))

    def limb(self, points: Sequence[Point], color: str, width: float) -> None:
        self.canvas.drawPath(straight(points, closed=False), self._with(width + EDGE))


class Board:
    """The picture and its marks, each a square of `size` pixels whose unit is a 128th of its side."""

    def __init__(self, size: int) -> None:
        self.picture = np.zeros((size, size, 4), np.uint8)
        self.marks = np.zeros((size, size, 4), np.uint8)
        self._surfaces = [
            skia.Surface(pixels, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
            for pixels in (self.picture, self.marks)
        ]
        canvases = [surface.getCanvas() for surface in self._surfaces]
        for canvas in canvases:
            canvas.scale(size / 128, size / 128)
        self.pens: tuple[PaintPen, MarkPen] = (PaintPen(canvases[0]), MarkPen(canvases[1]))

    def begin(self, background: np.ndarray) -> None:
        """Start over on a background (size, size, 3)."""
        self.picture[..., :3] = background
        self.picture[..., 3] = 255
        self.marks[:] = 0
