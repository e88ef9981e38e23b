"""The figures of docs/questions.md: every one is drawn of scores there are, and shown."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).parent.parent
sys.path.append(str(HOUSE / "recipes"))

import questions  # noqa: E402


def test_the_figures_are_those_of_the_bundled_model() -> None:
    told = yaml.safe_load((questions.PLACE / "figures.yaml").read_text(encoding="utf-8"))
    scores = json.loads(questions.MODEL.read_text(encoding="utf-8"))["scores"]
    for name, each in told.items():
        svg = questions.figure(each, scores)
        assert (questions.PLACE / f"{name}.svg").read_text(encoding="utf-8") == svg
        labels = {text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
        assert set(each.get("bars", each.get("by_frame"))) <= labels
    shown = re.findall(r"\(questions/(\w+)\.svg\)", (HOUSE / "docs" / "questions.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(told)


def test_a_score_that_there_is_not() -> None:
    assert questions.value_of("a.b", {"a": {"b": 0.5}}) == 0.5
    with pytest.raises(KeyError):
        questions.value_of("a.c", {"a": {"b": 0.5}})
