"""The rendered sequence as a whole.

Proves: repeatability, shapes and types, stamps, failed frames, absent targets, untouched global
random state. Not: that a picture looks real; the attributes have their own file.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.datasets.synthetic import SceneConfig, SyntheticSequence

_SMALL = SceneConfig(size=ImageSize(160, 120), length=8, seed=3)


def _frames(**changes: object) -> list[RawFrame]:
    config = replace(_SMALL, **changes)  # type: ignore[arg-type]
    return list(SyntheticSequence(config).frames())


def test_equal_configurations_give_equal_bytes() -> None:
    sequence, again = SyntheticSequence(_SMALL), SyntheticSequence(_SMALL)
    runs = [list(sequence.frames()), list(sequence.frames()), list(again.frames())]
    for one, two, three in zip(*runs, strict=True):
        assert one.rgb is not None
        assert one.thermal is not None
        for other in (two, three):
            np.testing.assert_array_equal(one.rgb, other.rgb)
            np.testing.assert_array_equal(one.thermal, other.thermal)
            np.testing.assert_array_equal(one.truth, other.truth)


def test_another_seed_gives_another_scene() -> None:
    one, two = _frames(seed=1)[0], _frames(seed=2)[0]
    assert one.rgb is not None
    assert two.rgb is not None
    assert np.mean(np.abs(one.rgb.astype(float) - two.rgb)) > 5


def test_global_random_state_is_neither_read_nor_changed() -> None:
    state = np.random.get_state(legacy=False)  # noqa: NPY002  this is what must stay untouched
    first = _frames()[0].rgb
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    np.testing.assert_equal(state, after)
    np.random.seed(99)  # noqa: NPY002
    np.testing.assert_array_equal(first, _frames()[0].rgb)
    np.random.set_state(state)  # noqa: NPY002


def test_frames_have_the_promised_types() -> None:
    frames = _frames()
    assert len(frames) == _SMALL.length
    for frame in frames:
        assert frame.rgb is not None
        assert frame.rgb.shape == (120, 160, 3)
        assert frame.rgb.dtype == np.uint8
        assert frame.thermal is not None
        assert frame.thermal.shape == (120, 160)
        assert frame.thermal.dtype == np.uint16
        assert frame.truth.dtype == np.float32
        # Hundredths of a kelvin of an outdoor scene: from a cold sky to warm skin.
        assert 24_000 < frame.thermal.min() < 27_500
        assert 29_500 < frame.thermal.max() < 31_500


def test_implements_the_sequence_protocol() -> None:
    sequence: RgbtSequence = SyntheticSequence(_SMALL)
    pairs = list(sequence.pairs())
    assert len(pairs) == len(sequence) == len(sequence.truth)
    assert sequence.attributes == ("NO",)
    assert np.isfinite(sequence.truth[0]).all()
    assert pairs[0].thermal.std() > 5


def test_stamps_jitter_stay_in_order_and_carry_the_offset() -> None:
    frames = _frames(stamp_jitter_ms=12.0, thermal_offset_ms=40.0, length=60)
    rgb = np.array([frame.rgb_stamp_ns for frame in frames])
    thermal = np.array([frame.thermal_stamp_ns for frame in frames])
    assert (np.diff(rgb) > 0).all()
    assert (np.diff(thermal) > 0).all()
    late_ms = (thermal - rgb) / 1e6
    assert abs(late_ms.mean() - 40.0) < 5.0
    assert np.ptp(late_ms) > 5.0
    assert np.abs(late_ms - 40.0).max() <= 24.0


def test_without_jitter_stamps_are_those_of_the_frame_rate() -> None:
    stamps = np.array([frame.rgb_stamp_ns for frame in _frames(fps=30.0)])
    np.testing.assert_allclose(np.diff(stamps), 1e9 / 30, atol=1)


@pytest.mark.parametrize("kind", ["missing", "black", "frozen"])
def test_dead_frames_fail_in_one_camera(kind: str) -> None:
    config = replace(_SMALL, length=20, dead_frames=0.25, dead_kind=kind)
    sequence = SyntheticSequence(config)
    frames = list(sequence.frames())
    assert len(sequence.dead_frames) == 5
    healthy = list(SyntheticSequence(replace(config, dead_frames=0.0)).frames())
    for dead in sequence.dead_frames:
        assert dead.frame > 0
        now, before = frames[dead.frame], healthy[dead.frame - 1]
        image = now.rgb if dead.side == "rgb" else now.thermal
        if kind == "missing":
            assert image is None
        elif kind == "black":
            assert image is not None
            assert not image.any()
        else:
            np.testing.assert_array_equal(
                image, before.rgb if dead.side == "rgb" else before.thermal
            )


def test_a_lost_message_makes_no_pair() -> None:
    sequence = SyntheticSequence(replace(_SMALL, length=20, dead_frames=0.25, dead_kind="missing"))
    assert len(sequence) == 15
    assert len(list(sequence.pairs())) == len(sequence.truth) == 15
    assert len(sequence.visible_fractions) == 20


def test_a_target_out_of_view_is_absent_and_comes_back() -> None:
    config = replace(_SMALL, length=90, leaves_view=True)
    sequence = SyntheticSequence(config)
    absent = np.isnan(sequence.truth[:, 0])
    assert 5 < absent.sum() < 60
    assert not absent[0]
    assert not absent[-1]
    visible = sequence.visible_fractions
    np.testing.assert_array_equal(absent, visible < 0.1)


def test_truth_stays_inside_the_image() -> None:
    sequence = SyntheticSequence(replace(_SMALL, length=90, leaves_view=True))
    boxes = sequence.truth[np.isfinite(sequence.truth[:, 0])]
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 0] + boxes[:, 2] <= 160).all()
    assert (boxes[:, 1] + boxes[:, 3] <= 120).all()


def test_grey_levels_use_one_fixed_range() -> None:
    sequence = SyntheticSequence(_SMALL)
    low, high = sequence.thermal_range
    counts = np.array([[low, high, low - 500, high + 500]], np.uint16)
    np.testing.assert_array_equal(sequence.to_8_bits(counts), [[0, 255, 0, 255]])
