"""The timeline of a sequence: strips of statuses lie at their frames, the worse the higher."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.results import SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import score_run
from rgbt_dualatt_ros.evaluation.timeline import LEFT, WIDTH, Track, thin, timeline_chart

TRACKING, UNCERTAIN, LOST = TrackStatus


def chart(statuses: list[int], absent: int | None = None) -> ElementTree.Element:
    frames = len(statuses)
    boxes = np.tile([10.0, 10, 20, 20], (frames, 1))
    if absent is not None:
        boxes[absent] = np.nan
    record = Record.empty("t", "s", 0, frames)
    record.statuses[:] = statuses
    run = score_run(record, SequenceTruth("s", boxes))
    return ElementTree.fromstring(timeline_chart([Track(run, "#123456", "")]))


def spans(root: ElementTree.Element, style: str) -> list[tuple[float, float, float]]:
    """First frame, frames and height in pixels of each box of a status."""
    frames = int(root.attrib["data-frames"])
    found = []
    for path in root.iter("path"):
        if path.attrib.get("class") != style:
            continue
        for x, up, width, down in re.findall(
            r"M([\d.]+) [\d.]+v-([\d.]+)h([\d.]+)v([\d.]+)z", path.attrib["d"]
        ):
            assert up == down
            scale = frames / WIDTH
            found.append(((float(x) - LEFT) * scale, float(width) * scale, float(up)))
    return found


def test_every_status_has_a_box_where_it_was_said() -> None:
    root = chart([TRACKING, TRACKING, LOST, TRACKING, UNCERTAIN, UNCERTAIN])
    (first, second), (unsure,), (lost,) = (
        spans(root, style) for style in ("tracking", "uncertain", "lost")
    )
    assert first[:2] == pytest.approx((0, 2), abs=0.01)
    assert second[:2] == pytest.approx((3, 1), abs=0.01)
    assert unsure[:2] == pytest.approx((4, 2), abs=0.01)
    assert lost[:2] == pytest.approx((2, 1), abs=0.01)
    assert first[2] < unsure[2] < lost[2]


def test_a_status_that_was_never_said_draws_nothing() -> None:
    root = chart([TRACKING] * 3)
    assert len(spans(root, "tracking")) == 1
    assert [path for path in root.iter("path") if path.attrib.get("class") == "lost"] == []


def test_frames_without_truth_are_shaded() -> None:
    (shade,) = chart([TRACKING] * 4, absent=1).iter("rect")
    assert shade.attrib["class"] == "absent"
    assert float(shade.attrib["x"]) == pytest.approx(LEFT + WIDTH / 4, abs=0.1)


def test_of_more_frames_than_pixels_the_lowest_of_each_group_is_drawn() -> None:
    values = np.ones(5000)
    values[2500] = 0.25
    values[:10] = np.nan
    places, lowest = thin(values)
    assert len(places) == len(lowest) < 1000
    assert np.isnan(lowest[0])
    assert places[int(np.nanargmin(lowest))] == pytest.approx(2500, abs=6)
    assert np.nanmin(lowest) == 0.25
