"""When a picture is due.

Proves: the first one always is, however short the machine has been up; then the rate holds. Not:
that pictures are published (integration/test_attention_topic.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from rgbt_dualatt_ros.core.time_units import NS_PER_MS

pytestmark = pytest.mark.ros


class TopicNode:
    """Stands in for a node: gives publishers that nobody hears."""

    def create_publisher(self, *_: Any) -> None:  # noqa: ANN401
        """No publisher."""


def test_the_first_picture_is_due_and_the_next_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rgbt_dualatt_ros.ros import picture_publisher

    node: Any = TopicNode()
    pictures = picture_publisher.PicturePublisher(node, "~/x")
    now_ms = [5]  # the machine has just been switched on
    monkeypatch.setattr("time.monotonic_ns", lambda: now_ms[0] * NS_PER_MS)
    due: list[bool] = []
    for now_ms[0] in (5, 100, 204, 205, 300, 405):
        due.append(pictures.is_due(5.0))
    assert due == [True, False, False, True, False, True]
    assert pictures.is_due(0.0)
