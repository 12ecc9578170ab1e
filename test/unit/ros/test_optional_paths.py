"""The two packages that may be missing: message_filters and cv_bridge.

Proves, with stand-ins for both: they are imported only when asked for; without them the error
names what to install; what they give back becomes our pairs and pixels. Not: that the real ones
behave like the stand-ins (test_optional_paths_real.py, where they are installed).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError, EncodingError, MissingDependencyError
from rgbt_dualatt_ros.imaging.image_codec import ImageFields, encode_image
from rgbt_dualatt_ros.ros.cv_bridge_codec import decode_with_cv_bridge
from rgbt_dualatt_ros.ros.message_filters_sync import MessageFiltersSynchronizer, subscribe
from rgbt_dualatt_ros.streaming.matched_pair import MatchedPair, Side

MS = 1_000_000


@dataclass
class FakeMessage:
    """A message with a header."""

    stamp_ns: int
    header: Any = field(init=False)

    def __post_init__(self) -> None:
        sec, nanosec = divmod(self.stamp_ns, 10**9)
        self.header = SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec))


class FakeFilter:
    """message_filters.SimpleFilter."""

    def __init__(self) -> None:
        self.callbacks: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    def registerCallback(self, callback: Callable[..., None], *more: Any) -> None:  # noqa: ANN401, D102, N802
        self.callbacks.append((callback, more))

    def signalMessage(self, *messages: Any) -> None:  # noqa: ANN401, D102, N802
        for callback, more in self.callbacks:
            callback(*messages, *more)


class FakeSynchronizer(FakeFilter):
    """message_filters.TimeSynchronizer: equal stamps, the oldest goes when there are too many."""

    def __init__(self, inputs: list[FakeFilter], queue_size: int, slop: float = 0.0) -> None:
        super().__init__()
        self.slop = slop
        self.queue_size = queue_size
        self.queues: list[dict[int, FakeMessage]] = [{} for _ in inputs]
        for each, queue in zip(inputs, self.queues, strict=True):
            each.registerCallback(self.add, queue)

    def add(self, message: FakeMessage, queue: dict[int, FakeMessage]) -> None:  # noqa: D102
        queue[message.stamp_ns] = message
        while len(queue) > self.queue_size:
            del queue[min(queue)]
        first, second = self.queues
        for stamp in first.keys() & second.keys():
            self.signalMessage(first.pop(stamp), second.pop(stamp))


@pytest.fixture
def filters(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    module: Any = ModuleType("message_filters")
    module.SimpleFilter = FakeFilter
    module.TimeSynchronizer = FakeSynchronizer
    module.ApproximateTimeSynchronizer = FakeSynchronizer
    monkeypatch.setitem(sys.modules, "message_filters", module)
    return module


def feed(
    synchronizer: MessageFiltersSynchronizer, arrivals: list[tuple[Side, int]]
) -> list[MatchedPair[Any]]:
    return [
        pair
        for side, stamp in arrivals
        for pair in synchronizer.add(side, stamp, FakeMessage(stamp))
    ]


def both(stamps: range) -> list[tuple[Side, int]]:
    return [(side, stamp) for stamp in stamps for side in Side]


def test_importing_our_modules_imports_neither() -> None:
    code = (
        "import sys; import rgbt_dualatt_ros.ros.message_filters_sync; "
        "import rgbt_dualatt_ros.ros.cv_bridge_codec; "
        "sys.exit('message_filters' in sys.modules or 'cv_bridge' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("policy", ["approximate", "exact"])
def test_missing_message_filters_names_the_package(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    monkeypatch.setitem(sys.modules, "message_filters", None)
    with pytest.raises(MissingDependencyError, match="ros-<distro>-message-filters") as caught:
        MessageFiltersSynchronizer(SyncConfig(policy=policy))
    assert policy in str(caught.value)
    assert "sync.policy nearest" in str(caught.value)
    with pytest.raises(MissingDependencyError):
        subscribe(None, FakeMessage, "/topic", print)


@pytest.mark.usefixtures("filters")
def test_an_offset_is_refused_rather_than_ignored() -> None:
    with pytest.raises(ConfigError, match="thermal_offset_ms"):
        MessageFiltersSynchronizer(SyncConfig(policy="exact", thermal_offset_ms=3.0))


@pytest.mark.usefixtures("filters")
def test_pairs_are_returned_and_every_image_is_counted() -> None:
    synchronizer = MessageFiltersSynchronizer(SyncConfig(policy="exact", queue_size=3))
    pairs = feed(synchronizer, both(range(10**12, 10**12 + 5 * MS, MS)))
    assert [pair.stamp_ns for pair in pairs] == [10**12 + index * MS for index in range(5)]
    assert {pair.delta_ns for pair in pairs} == {0}
    alone = [(Side.RGB, 10**12 + index * MS) for index in range(10, 15)]
    assert feed(synchronizer, [*alone, (Side.THERMAL, 10**12 + 3 * MS)]) == []
    counts = synchronizer.counts
    assert (counts.paired, counts.rgb_unmatched, counts.thermal_unmatched) == (5, 2, 0)
    assert counts.out_of_order == 1
    synchronizer.reset()
    counts = synchronizer.counts
    assert (counts.paired, counts.rgb_unmatched, counts.thermal_unmatched) == (5, 5, 1)
    assert synchronizer.flush() == []


@pytest.mark.usefixtures("filters")
def test_a_looped_bag_gives_as_many_pairs_again() -> None:
    synchronizer = MessageFiltersSynchronizer(SyncConfig(policy="exact", queue_size=3))
    stamps = range(10**12, 10**12 + 3000 * MS, 33 * MS)
    # The last colour images find no partner and would fill the queue for ever.
    stale = [(Side.RGB, stamps[-1] + index * MS) for index in range(1, 5)]
    first = feed(synchronizer, both(stamps) + stale)
    second = feed(synchronizer, both(stamps))
    assert len(first) == len(second) == len(stamps)
    assert [pair.after_jump for pair in first + second].index(True) == len(first)
    assert sum(pair.after_jump for pair in second) == 1
    assert synchronizer.counts.time_jumps == 1


def test_the_slop_is_given_in_seconds(filters: Any) -> None:  # noqa: ANN401
    made: list[FakeSynchronizer] = []

    class Remembered(FakeSynchronizer):
        def __init__(self, *arguments: Any) -> None:  # noqa: ANN401
            super().__init__(*arguments)
            made.append(self)

    filters.ApproximateTimeSynchronizer = Remembered
    MessageFiltersSynchronizer(SyncConfig(policy="approximate", slop_ms=15.0, queue_size=7))
    assert made[0].slop == pytest.approx(0.015)
    assert made[0].queue_size == 7


BAYER = ImageFields(
    4, 6, "bayer_rggb8", 0, 6, encode_image(np.zeros((4, 6), np.uint8), "mono8").data
)


def install_bridge(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], Any]) -> list[str]:
    """A cv_bridge that gives `answer(desired encoding)`; the list fills with what was desired."""
    desired: list[str] = []

    class CvBridge:
        def imgmsg_to_cv2(self, message: object, encoding: str) -> Any:  # noqa: ANN401, ARG002
            desired.append(encoding)
            return answer(encoding)

    module: Any = ModuleType("cv_bridge")
    module.CvBridge = CvBridge
    monkeypatch.setitem(sys.modules, "cv_bridge", module)
    return desired


def test_missing_cv_bridge_names_encoding_topic_and_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cv_bridge", None)
    with pytest.raises(MissingDependencyError) as caught:
        decode_with_cv_bridge(BAYER, "/some/topic")
    for word in ("/some/topic", "bayer_rggb8", "ros-<distro>-cv-bridge"):
        assert word in str(caught.value)


def test_cv_bridge_built_for_another_numpy_is_as_good_as_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What its import ends with then: "module 'numpy' has no attribute '_ARRAY_API'".
    monkeypatch.setitem(sys.modules, "cv_bridge", ModuleType("cv_bridge"))
    with pytest.raises(MissingDependencyError, match="ros-<distro>-cv-bridge"):
        decode_with_cv_bridge(BAYER, "/some/topic")


def test_colour_is_asked_for_red_first(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    desired = install_bridge(monkeypatch, lambda _: picture)
    np.testing.assert_array_equal(decode_with_cv_bridge(BAYER, "/topic"), picture)
    assert desired == ["rgb8"]


@pytest.mark.parametrize(
    ("encoding", "dtype", "wanted"),
    [
        pytest.param("16SC1", np.int16, np.float32, id="signed"),
        pytest.param("64FC1", np.float64, np.float32, id="double"),
        pytest.param("8UC1", np.uint8, np.uint8, id="8 bits"),
    ],
)
def test_numbers_without_meaning_are_taken_as_they_are(
    monkeypatch: pytest.MonkeyPatch, encoding: str, dtype: type, wanted: type
) -> None:
    desired = install_bridge(monkeypatch, lambda _: np.full((4, 6, 1), 3, dtype))
    message = ImageFields(4, 6, encoding, 0, 48, BAYER.data)
    decoded = decode_with_cv_bridge(message, "/topic")
    assert desired == ["passthrough"]
    assert decoded.dtype == wanted
    np.testing.assert_array_equal(decoded, np.full((4, 6), 3))


def test_channels_without_meaning_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install_bridge(monkeypatch, lambda _: np.zeros((4, 6, 2), np.uint8))
    with pytest.raises(EncodingError, match=r"^/topic: .*8UC2"):
        decode_with_cv_bridge(ImageFields(4, 6, "8UC2", 0, 12, BAYER.data), "/topic")


@pytest.mark.parametrize("error", [TypeError, RuntimeError, AttributeError, ValueError])
def test_errors_of_cv_bridge_become_one_line_of_ours(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(_: str) -> None:
        raise error("first line\nsecond line")

    install_bridge(monkeypatch, fail)
    with pytest.raises(EncodingError, match=r"^/topic: .*bayer_rggb8.*second line") as caught:
        decode_with_cv_bridge(BAYER, "/topic")
    assert "\n" not in str(caught.value)
