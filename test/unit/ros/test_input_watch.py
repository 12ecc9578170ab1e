"""The line that explains why nothing comes out.

Proves: each cause gives its own line, and none is given when all is well. Not: that the node
notices the causes (integration/test_bad_input.py).
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.ros.input_watch import InputWatch, StreamWatch

PERIOD_NS = 33 * NS_PER_MS
SECOND = NS_PER_S


@pytest.fixture
def watch() -> InputWatch:
    """Two topics with a publisher each, listened to since time 0."""
    return InputWatch(
        rgb=StreamWatch("/rgb", publishers=1),
        thermal=StreamWatch("/thermal", publishers=1),
        start_ns=0,
        silence_ns=2 * SECOND,
        slop_ns=5 * NS_PER_MS,
        thermal_offset_ns=0,
    )


def feed(stream: StreamWatch, count: int, offset_ns: int = 0, step: int = 1) -> None:
    """Images of a 30 Hz camera, the last one at second 10."""
    for index in range(count):
        stamp_ns = 100 * SECOND + index * step * PERIOD_NS + offset_ns
        stream.saw(stamp_ns, 10 * SECOND - (count - 1 - index) * step * PERIOD_NS)


def test_nothing_is_said_when_pairs_come(watch: InputWatch) -> None:
    feed(watch.rgb, 20)
    feed(watch.thermal, 20)
    assert watch.explain(10 * SECOND, last_pair_ns=10 * SECOND) == ""


def test_nothing_is_said_before_the_limit(watch: InputWatch) -> None:
    assert watch.explain(2 * SECOND, last_pair_ns=0) == ""


def test_advice_for_both_topics_is_given_once(watch: InputWatch) -> None:
    watch.rgb.publishers = watch.thermal.publishers = 0
    line = watch.explain(3 * SECOND, last_pair_ns=0)
    assert line == (
        "no publisher of images on /rgb; no publisher of images on /thermal: "
        "remap it or start the camera"
    )


def test_silence_after_images_is_measured(watch: InputWatch) -> None:
    feed(watch.rgb, 20)
    feed(watch.thermal, 20)
    watch.rgb.last_arrival_ns = 17 * SECOND
    line = watch.explain(17 * SECOND, last_pair_ns=10 * SECOND)
    assert line == "/thermal has been silent for 7 s"


def test_missing_pairs_are_explained_by_the_stamps(watch: InputWatch) -> None:
    feed(watch.rgb, 20)
    feed(watch.thermal, 20, offset_ns=-12 * NS_PER_MS)
    line = watch.explain(10 * SECOND, last_pair_ns=0)
    assert "differ by 12.0 ms (median), more than sync.slop_ms 5" in line


def test_offset_counts_before_the_difference_is_told(watch: InputWatch) -> None:
    shifted = InputWatch(
        watch.rgb, watch.thermal, 0, 2 * SECOND, 5 * NS_PER_MS, thermal_offset_ns=4 * NS_PER_MS
    )
    feed(watch.rgb, 20)
    feed(watch.thermal, 20, offset_ns=-12 * NS_PER_MS)
    assert "differ by 8.0 ms" in shifted.explain(10 * SECOND, last_pair_ns=0)


@pytest.mark.parametrize(
    ("steps", "share"),
    [
        pytest.param([1] * 20, 0.0, id="all there"),
        pytest.param([2] * 20, 0.0, id="a slower camera"),
        pytest.param([1, 3] * 10, 0.5, id="half"),
        pytest.param([5, 1, 4] * 6, 0.7, id="most"),
        pytest.param([7], 0.0, id="too few to tell"),
    ],
)
def test_lost_share(steps: list[int], share: float) -> None:
    stream = StreamWatch("/rgb")
    stamp_ns = SECOND
    for step in [0, *steps]:
        stamp_ns += step * PERIOD_NS
        stream.saw(stamp_ns, stamp_ns)
    assert stream.lost_share() == pytest.approx(share, abs=0.01)


def test_jump_of_time_is_no_loss() -> None:
    stream = StreamWatch("/rgb")
    feed(stream, 20)
    stream.saw(SECOND, 11 * SECOND)
    assert stream.lost_share() == 0.0


def feed_gaps(gaps: list[int]) -> StreamWatch:
    """A camera whose images lie so many periods apart."""
    stream = StreamWatch("/rgb")
    stamp_ns = SECOND
    for gap in [0, *gaps]:
        stamp_ns += gap * PERIOD_NS
        stream.saw(stamp_ns, stamp_ns)
    return stream


@pytest.mark.parametrize(
    "gaps",
    [
        pytest.param([1] * 15 + [3000] + [1] * 13, id="leap ahead or silence"),
        pytest.param([10**6] + [1] * 28, id="after the first image"),
        pytest.param([1] * 20 + [90] + [1] * 5, id="too few after it"),
        pytest.param([1] * 5 + [60] + [1] * 8 + [60] + [1] * 12, id="two silences"),
    ],
)
def test_break_in_the_stamps_is_no_loss(gaps: list[int]) -> None:
    assert feed_gaps(gaps).lost_share() == 0.0


def test_loss_goes_on_being_told_across_a_break() -> None:
    assert feed_gaps([1] * 8 + [500] + [1, 3] * 10).lost_share() > 0.4


def test_images_lost_in_long_runs_are_a_loss() -> None:
    assert feed_gaps([1, 1, 1, 100] * 7).lost_share() > 0.9


def test_images_left_unstamped_are_no_loss() -> None:
    stream = StreamWatch("/rgb")
    for index in range(60):
        has_stamp = index % 15 < 11 and index % 2
        stream.saw(SECOND + index * PERIOD_NS if has_stamp else 0, SECOND)
    assert stream.lost_share() == 0.0


def test_missing_stamps_in_mid_stream_are_named_while_they_last(watch: InputWatch) -> None:
    feed(watch.rgb, 20)
    feed(watch.thermal, 20)
    watch.thermal.saw(0, 10 * SECOND)
    assert watch.explain(10 * SECOND, last_pair_ns=10 * SECOND) == "", "one is a slip"
    watch.thermal.saw(0, 10 * SECOND)
    line = watch.explain(10 * SECOND, last_pair_ns=10 * SECOND)
    assert line.startswith("the images on /thermal have no stamp: ")
    watch.thermal.saw(200 * SECOND, 10 * SECOND)
    assert watch.explain(10 * SECOND, last_pair_ns=10 * SECOND) == ""
