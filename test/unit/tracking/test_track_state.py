"""What is carried from frame to frame: which box drives, which is kept, where to look next."""

from __future__ import annotations

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.tracking.track_state import TrackState

START, FOUND, REFINED = Box(10, 10, 20, 20), Box(14, 10, 20, 20), Box(13, 9, 22, 22)
STATE = TrackState.start(ImageSize(100, 100), START)
T, U, L = TrackStatus.TRACKING, TrackStatus.UNCERTAIN, TrackStatus.LOST


def test_the_refined_box_is_reported_and_never_drives() -> None:
    state = STATE.after(FOUND, REFINED, T, has_clue=False)
    assert (state.box, state.trusted, state.reported) == (FOUND, FOUND, REFINED)


def test_a_doubtful_place_is_followed_and_the_trusted_one_kept() -> None:
    state = STATE.after(FOUND, REFINED, U, has_clue=False)
    assert (state.box, state.trusted, state.reported) == (FOUND, START, START)
    assert state.doubtful_frames == 1


def test_trust_ends_the_count_of_doubtful_frames() -> None:
    state = STATE.after(FOUND, REFINED, U, has_clue=True).after(FOUND, REFINED, T, has_clue=True)
    assert state.doubtful_frames == 0
    assert not state.has_clue


def test_a_lost_target_is_looked_for_from_the_trusted_place() -> None:
    state = STATE.after(FOUND, REFINED, U, has_clue=False).after_nothing(L)
    assert (state.box, state.reported) == (START, START)


def test_where_the_next_frame_looks() -> None:
    state, looks = STATE, []
    for _ in range(8):
        looks.append(state.looks_elsewhere(patience=2))
        state = state.after(FOUND, REFINED, U, has_clue=False)
    assert looks == [False, False, False, True, False, True, False, True]
    assert state.after_nothing(L).looks_elsewhere(patience=2)


def test_a_clue_is_followed() -> None:
    state = STATE.after_nothing(L).after(FOUND, REFINED, L, has_clue=True)
    assert not state.looks_elsewhere(patience=0)
    assert state.box == FOUND


def test_a_first_box_over_the_edge_drives_as_it_is_and_is_reported_inside() -> None:
    over = Box(-5, 90, 20, 20)
    state = TrackState.start(ImageSize(100, 100), over)
    assert (state.box, state.trusted, state.reported) == (over, over, Box(0, 90, 15, 10))
