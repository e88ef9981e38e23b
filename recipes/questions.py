"""The figures of docs/questions.md: docs/questions/<name>.svg, as docs/questions/figures.yaml has them.

    python recipes/questions.py

A value is a number from docs/experiments.md, or the name of a score of the bundled model
(`storygptv evaluate --record`), dotted where it lies deeper: char_ldm_alone.char_acc.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from storygptv.evaluation.charts import bars, curves
from storygptv.files import write_whole
from storygptv.models.loading import BUNDLED

PLACE = Path(__file__).parents[1] / "docs" / "questions"
MODEL = BUNDLED / "model_index.json"


def value_of(told: float | str, scores: dict[str, Any]) -> Any:
    """A number as it is, or the score of that name. Raises KeyError if the model has no such score."""
    if not isinstance(told, str):
        return told
    found = scores
    for name in told.split("."):
        found = found[name]
    return found


def figure(told: dict[str, Any], scores: dict[str, Any]) -> str:
    """One figure as SVG: `bars`, a share for each label, or `by_frame`, a curve over the frames for each label."""
    if "bars" in told:
        return bars([(label, value_of(value, scores), None) for label, value in told["bars"].items()])
    series = {label: value_of(curve, scores) for label, curve in told["by_frame"].items()}
    points = {
        label: [(float(n), share) for n, share in enumerate(curve, start=1) if share is not None]
        for label, curve in series.items()
    }
    return curves(points, told["unit"])


def main() -> None:
    scores = json.loads(MODEL.read_text(encoding="utf-8"))["scores"]
    for name, told in yaml.safe_load((PLACE / "figures.yaml").read_text(encoding="utf-8")).items():
        svg = figure(told, scores)
        write_whole(PLACE / f"{name}.svg", lambda file, svg=svg: file.write(svg.encode()))


if __name__ == "__main__":
    main()
