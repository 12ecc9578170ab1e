"""The radar of attributes: where its points lie, gaps, well-formed text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from rgbt_dualatt_ros.evaluation.charts import Line
from rgbt_dualatt_ros.evaluation.radar import outer_rate, radar_chart


def line(*rates: float, name: str = "a") -> Line:
    return Line(name, np.array(rates), "#123456", "2 3")


def test_points_lie_on_their_spokes() -> None:
    chart = radar_chart(["N", "E", "S", "W"], [line(1, 0.5, 0.5, 0)], "title")
    root = ElementTree.fromstring(chart)
    dots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in root.iter("circle")]
    (mid_x, mid_y), radius = dots[3], dots[3][1] - dots[0][1]
    assert radius > 100
    assert dots[0] == (mid_x, mid_y - radius)
    assert dots[1] == pytest.approx((mid_x + radius / 2, mid_y), abs=0.1)
    assert dots[2] == pytest.approx((mid_x, mid_y + radius / 2), abs=0.1)
    texts = [each.text for each in root.iter("text")]
    assert texts[:4] == ["N", "E", "S", "W"]
    assert texts[4:] == ["0.2", "0.4", "0.6", "0.8", "1.0"]


def test_an_unknown_rate_leaves_a_gap() -> None:
    whole = radar_chart(["a", "b", "c", "d"], [line(0.5, 0.5, 0.5, 0.5)], "")
    gap = radar_chart(["a", "b", "c", "d"], [line(0.5, np.nan, 0.5, 0.5)], "")
    (path,) = re.findall(r'stroke-dasharray="2 3" d="([^"]*)"', whole)
    assert (path.count("M"), path[-1]) == (1, "Z")
    (path,) = re.findall(r'stroke-dasharray="2 3" d="([^"]*)"', gap)
    assert (path.count("M"), path.count("L"), "Z" in path) == (2, 2, False)
    assert gap.count("<circle") == 3
    nothing = radar_chart(["a", "b", "c"], [line(np.nan, np.nan, np.nan)], "")
    assert "<circle" not in nothing
    assert "nan" not in nothing


def test_the_rim_is_the_next_fifth_above_the_highest() -> None:
    rates = {0.0: 0.2, 0.2: 0.2, 0.21: 0.4, 0.6: 0.6, 0.99: 1.0, 1.0: 1.0}
    for highest, rim in rates.items():
        assert outer_rate([line(highest, 0)]) == pytest.approx(rim)
    assert outer_rate([line(np.nan)]) == 1


def test_two_attributes_make_no_radar_and_names_are_escaped() -> None:
    assert radar_chart(["a", "b"], [line(1, 1)], "") == ""
    ElementTree.fromstring(radar_chart(["<b>", "&", "c"], [line(1, 1, 1, name="<x>")], '"&'))
