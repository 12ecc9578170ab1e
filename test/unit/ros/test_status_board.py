"""Counts, rate and the problem line.

Proves: what is shown follows what was told, and a repeated problem is logged once.
"""

from __future__ import annotations

import logging
import time

import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.ros.status_board import NodeState, StatusBoard

PREDICTION = Prediction(Box(0.0, 0.0, 9.0, 9.0), 1.0, TrackStatus.UNCERTAIN, 0)


def test_state_follows_the_prediction() -> None:
    board = StatusBoard()
    assert board.snapshot().state is NodeState.STARTING
    board.ready()
    assert board.snapshot().state is NodeState.WAITING
    board.processed(PREDICTION, 5, -3, is_late=False)
    status = board.snapshot()
    assert (status.state, status.processed, status.delta_ns) == (NodeState.UNCERTAIN, 1, -3)
    board.failed("broken")
    assert board.snapshot().state is NodeState.FAILED


def test_late_pairs_are_counted_apart() -> None:
    board = StatusBoard()
    board.processed(PREDICTION, 5, 0, is_late=True)
    board.processed(PREDICTION, 5, 0, is_late=False)
    assert (board.snapshot().processed, board.snapshot().caught_up) == (2, 1)


def test_good_pair_ends_the_problem_of_the_one_before() -> None:
    board = StatusBoard()
    board.input_problem("silence")
    board.rejected("bad pair")
    assert board.snapshot().problem == "silence; bad pair"
    board.processed(None, 0, 0, is_late=False)
    assert board.snapshot().problem == "silence"


def test_same_problem_with_other_numbers_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = StatusBoard()
    with caplog.at_level(logging.WARNING, logger="rgbt_dualatt_ros"):
        for seconds in range(5):
            board.input_problem(f"silent for {seconds} s")
        board.input_problem("another thing")
        board.input_problem("silent for 9 s")
    assert caplog.messages == ["silent for 0 s", "another thing"]


def test_frames_of_a_video_stream_are_refused_with_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board, words = (
        StatusBoard(),
        "/rgb: format 'h264' starts with {}, which is neither JPEG nor PNG",
    )
    starts = ("00 00 00 01", "00 00 01 67", "41 9a 24 6c", "nothing", "be ef de ad")
    with caplog.at_level(logging.WARNING, logger="rgbt_dualatt_ros"):
        for start in starts:
            board.rejected(words.format(start))
        board.rejected(words.format("41 9a 24 6c").replace("/rgb", "/thermal"))
    assert caplog.messages == [
        words.format("00 00 00 01"),
        words.format("nothing"),
        words.format("41 9a 24 6c").replace("/rgb", "/thermal"),
    ]


def test_rate_needs_two_pairs() -> None:
    board = StatusBoard()
    board.processed(PREDICTION, 5, 0, is_late=False)
    assert board.snapshot().rate_hz == 0.0
    board.processed(PREDICTION, 5, 0, is_late=False)
    assert board.snapshot().rate_hz > 0.0


def test_refused_start_is_shown_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    board = StatusBoard()
    board.start_refused("no such image")
    said_ns = time.monotonic_ns()
    monkeypatch.setattr(time, "monotonic_ns", lambda: said_ns + 5 * 10**9)
    assert board.snapshot().problem == "no such image"
    monkeypatch.setattr(time, "monotonic_ns", lambda: said_ns + 11 * 10**9)
    assert board.snapshot().problem == ""


def test_learning_is_unknown_until_it_is_told() -> None:
    board = StatusBoard()
    assert board.learning is None
    board.learned(LearningReport(steps=3))
    assert board.learning == LearningReport(steps=3)
