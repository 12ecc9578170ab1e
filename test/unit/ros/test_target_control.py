"""Starting, catching up and forgetting a target, with pairs and commands made by hand.

Proves: which pairs the tracker is given, in which order, and what is answered. Not: threads and
topics (integration/).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config, SyncConfig, TargetConfig
from rgbt_dualatt_ros.core.errors import EncodingError, InvalidBoxError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.ros.pair_intake import PairHistory, QueuedPair
from rgbt_dualatt_ros.ros.status_board import StatusBoard
from rgbt_dualatt_ros.ros.target_commands import StartTarget, StopTarget
from rgbt_dualatt_ros.ros.target_control import Outcome, TargetControl, configured_start
from rgbt_dualatt_ros.streaming.pair_synchronizer import MatchedPair
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker

PERIOD_NS = 33_000_000
BOX = Box(10.0, 8.0, 20.0, 16.0)


class ListeningTracker(StaticTracker):
    """Remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, int]] = []

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Remember the pair."""
        super().initialize(pair, box)
        self.calls.append(("initialize", pair.stamp_ns // PERIOD_NS))

    def track(self, pair: FramePair) -> Prediction:
        """Remember the pair."""
        self.calls.append(("track", pair.stamp_ns // PERIOD_NS))
        return super().track(pair)


class SizedDecoder:
    """Messages are widths; a change of width is refused until reset, as `PairDecoder` does."""

    def __init__(self) -> None:
        self._width = 0

    def decode(self, rgb_message: Any, thermal_message: Any, stamp_ns: int) -> FramePair:  # noqa: ANN401
        """A black pair of that width."""
        assert thermal_message == rgb_message
        if self._width not in (0, rgb_message):
            raise EncodingError(f"width changed from {self._width} to {rgb_message}")
        self._width = rgb_message
        rgb = np.zeros((48, rgb_message, 3), np.uint8)
        return FramePair(rgb, rgb[:, :, 0].copy(), stamp_ns)

    def reset(self) -> None:
        """Take any width next."""
        self._width = 0


class Bench:
    """A control with all it needs; pairs are numbered by their place in time."""

    def __init__(self, config: Config | None = None) -> None:
        config = config or Config()
        self.tracker = ListeningTracker()
        self.history = PairHistory(config.target.history_pairs)
        self.board = StatusBoard()
        self.control = TargetControl(
            self.tracker, SizedDecoder(), config, self.history, self.board
        )

    def arrive(self, number: int, width: int = 64, epoch: int = 0) -> QueuedPair:
        """A pair comes in and is kept; the worker does not see it yet."""
        pair = MatchedPair(width, width, number * PERIOD_NS, 0)
        queued = QueuedPair(pair, epoch, 0)
        self.history.add(queued)
        return queued

    def process(self, number: int, width: int = 64, epoch: int = 0) -> list[Outcome]:
        """A pair comes in and the worker takes it."""
        return list(self.control.process(self.arrive(number, width, epoch)))

    def start(self, **wanted: Any) -> StartTarget:  # noqa: ANN401
        """Ask for a start; the command."""
        command = StartTarget(box=BOX, **wanted)
        self.control.serve(command)
        return command


def test_start_on_the_newest_pair_is_published_again() -> None:
    bench = Bench()
    bench.process(1)
    command = StartTarget(box=BOX)
    outcome = bench.control.serve(command)
    assert outcome is not None
    assert (outcome.kind, outcome.target_id) == ("again", 1)
    assert command.answer is not None
    assert command.answer.success
    assert bench.tracker.calls == [("initialize", 1)]


def test_start_on_the_next_pair_gives_the_box_itself() -> None:
    bench = Bench(Config(target=TargetConfig(box=(10.0, 8.0, 20.0, 16.0))))
    (outcome,) = bench.process(1)
    assert outcome.prediction is not None
    assert outcome.prediction.box == BOX
    assert outcome.kind == "next"


def test_pairs_skipped_during_a_start_are_caught_up() -> None:
    bench = Bench()
    bench.process(1)
    bench.start()
    for number in range(2, 12):  # came while the tracker was starting
        bench.arrive(number)
    outcomes = bench.process(12)
    kept = [each.queued.pair.stamp_ns // PERIOD_NS for each in outcomes]
    assert kept == [4, 7, 10, 12]
    assert [each.kind for each in outcomes] == ["late", "late", "late", "next"]
    # One round less each time; then the newest pair is next again.
    bench.arrive(13), bench.arrive(14), bench.arrive(15), bench.process(16)
    bench.arrive(17), bench.arrive(18), bench.process(19)
    bench.arrive(20), bench.arrive(21), bench.arrive(22), bench.arrive(23), bench.process(24)
    tracked = [number for verb, number in bench.tracker.calls if verb == "track"]
    assert tracked == [4, 7, 10, 12, 15, 16, 19, 24]


def test_slow_tracker_does_not_chase_for_ever() -> None:
    bench = Bench()
    bench.process(1)
    bench.start()
    for number in range(2, 8):
        bench.arrive(number)
    bench.process(8)
    for number in range(9, 15):  # as many as before: it does not get nearer
        bench.arrive(number)
    bench.process(15)
    bench.tracker.calls.clear()
    for number in range(16, 25):
        bench.arrive(number)
    bench.process(25)
    assert bench.tracker.calls == [("track", 25)]


def test_start_on_an_older_pair_catches_up_without_publishing_again() -> None:
    bench = Bench()
    for number in range(1, 9):
        bench.process(number)
    command = bench.start(stamp_ns=2 * PERIOD_NS)
    assert command.answer is not None
    assert command.answer.success
    outcomes = bench.process(9)
    assert bench.tracker.calls == [
        ("initialize", 2),
        ("track", 5),
        ("track", 8),
        ("track", 9),
    ]
    assert [each.queued.pair.stamp_ns // PERIOD_NS for each in outcomes] == [9]


def test_box_of_a_skipped_pair_starts_there() -> None:
    bench = Bench()
    bench.process(1)
    command = bench.start(stamp_ns=3 * PERIOD_NS, next_pair=True)
    assert command.answer is None, "the pair has not come yet"
    bench.arrive(2), bench.arrive(3), bench.arrive(4)
    outcomes = bench.process(5)
    assert command.answer is not None
    assert bench.tracker.calls == [("initialize", 3), ("track", 5)]
    found = [(each.queued.pair.stamp_ns // PERIOD_NS, each.kind) for each in outcomes]
    assert found == [(3, "late"), (5, "next")]
    assert outcomes[0].prediction is not None
    assert outcomes[0].prediction.box == BOX


def test_box_from_the_future_is_told_until_it_starts() -> None:
    bench = Bench()
    bench.process(1)
    bench.start(stamp_ns=301 * PERIOD_NS, next_pair=True, origin="~/set_target")
    assert "~/set_target waits for an image stamped 9.9 s after" in bench.board.snapshot().problem
    bench.process(101)
    assert "stamped 6.6 s after the newest" in bench.board.snapshot().problem
    bench.process(301)
    assert bench.board.snapshot().problem == ""
    assert bench.tracker.calls == [("initialize", 301)]


def test_box_a_little_ahead_of_a_slow_tracker_is_no_problem() -> None:
    bench = Bench()
    bench.process(1)
    bench.start(stamp_ns=11 * PERIOD_NS, next_pair=True)
    bench.process(2)
    assert bench.board.snapshot().problem == ""


@pytest.mark.parametrize("restart", [False, True])
def test_stop_ends_the_problem_of_a_refused_start(restart: bool) -> None:
    bench = Bench()
    bench.start()
    assert "no frame pair has arrived" in bench.board.snapshot().problem
    bench.control.serve(StopTarget(restart=restart))
    assert bench.board.snapshot().problem == ""


def test_stamp_that_no_pair_has_is_refused() -> None:
    bench = Bench()
    bench.process(1)
    bench.process(5)
    command = bench.start(stamp_ns=3 * PERIOD_NS)
    assert command.answer is not None
    assert "no pair has the stamp" in command.answer.message


def test_newer_request_takes_the_place_of_a_waiting_one() -> None:
    bench = Bench()
    first = bench.start(next_pair=True)
    second = bench.start(next_pair=True)
    bench.process(1)
    assert first.answer is not None
    assert not first.answer.success
    assert second.answer is not None
    assert second.answer.success


def test_abandoned_request_is_not_served() -> None:
    bench = Bench()
    bench.process(1)
    command = StartTarget(box=BOX)
    command.abandon()
    assert bench.control.serve(command) is None
    assert bench.tracker.calls == []


def test_refused_box_leaves_the_old_target() -> None:
    bench = Bench()
    bench.process(1)
    bench.start()
    refused = StartTarget(box=Box(1000.0, 0.0, 20.0, 20.0))
    bench.control.serve(refused)
    assert refused.answer is not None
    assert "outside the 64x48 image" in refused.answer.message
    (outcome,) = bench.process(2)
    assert outcome.prediction is not None
    assert outcome.target_id == 1


def test_new_size_needs_a_new_target() -> None:
    bench = Bench()
    bench.process(1)
    bench.start()
    with pytest.raises(EncodingError, match="64 to 80"):
        bench.process(2, width=80)
    command = bench.start()
    assert command.answer is not None
    assert command.answer.success, command.answer.message
    (outcome,) = bench.process(3, width=80)
    assert outcome.target_id == 2


@pytest.mark.parametrize(
    ("policy", "ids"),
    [
        pytest.param("reset", [1, 0], id="reset"),
        pytest.param("reinitialize", [1, 2], id="reinitialize"),
        pytest.param("keep", [1, 1], id="keep"),
    ],
)
def test_jump_of_time(policy: str, ids: list[int]) -> None:
    config = Config(
        sync=SyncConfig(on_time_jump=policy), target=TargetConfig(box=(10.0, 8.0, 20.0, 16.0))
    )
    bench = Bench(config)
    (before,) = bench.process(100)
    bench.history.clear()
    (after,) = bench.process(1, epoch=1)
    assert [before.target_id, after.target_id] == ids


def test_stop_answers_a_waiting_request() -> None:
    bench = Bench()
    bench.process(1)
    waiting = bench.start(stamp_ns=50 * PERIOD_NS)
    stop = StopTarget()
    bench.control.serve(stop)
    assert waiting.answer is not None
    assert not waiting.answer.success
    assert stop.answer is not None
    assert stop.answer.success


def test_configured_box_is_checked() -> None:
    with pytest.raises(InvalidBoxError, match="four numbers"):
        configured_start(Config(target=TargetConfig(box=(1.0, 2.0))))
