"""Which of the topics of a camera is subscribed to.

Proves: raw wins while the choice is open, and nothing changes afterwards. Not: when the choice is
closed (integration/test_bad_input.py).
"""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy")

from rgbt_dualatt_ros.ros.image_input import Source, choose_source

pytestmark = pytest.mark.ros

RAW, JPEG = (Source(name, f"/{name}", object) for name in ("image", "image/compressed"))


@pytest.mark.parametrize(
    ("publishers", "current", "is_settled", "chosen"),
    [
        pytest.param((0, 0), RAW, False, RAW, id="nobody"),
        pytest.param((0, 1), RAW, False, JPEG, id="compressed only"),
        pytest.param((1, 1), JPEG, False, RAW, id="raw found later"),
        pytest.param((1, 1), JPEG, True, JPEG, id="settled"),
        pytest.param((1, 0), JPEG, True, RAW, id="settled, but gone"),
        pytest.param((0, 0), JPEG, True, JPEG, id="all gone"),
    ],
)
def test_choice(
    publishers: tuple[int, int], current: Source, is_settled: bool, chosen: Source
) -> None:
    found = dict(zip((RAW, JPEG), publishers, strict=True))
    assert choose_source((RAW, JPEG), found, current, is_settled=is_settled) is chosen
