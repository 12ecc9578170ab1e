"""Thermal counts become steady grey levels.

Proves: the three ranges, what is clipped, NaN and infinity, both polarities; the smoothed range
does not flicker when something hot enters, is not moved by dead or shutter frames, and takes over
a new scene. Not: whether a range suits a camera; speed (benchmark/).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.config import ThermalConfig
from rgbt_dualatt_ros.core.errors import ConfigError, EncodingError
from rgbt_dualatt_ros.imaging.smoothed_range import CountRange, CountSample, SmoothedRange
from rgbt_dualatt_ros.imaging.thermal_normalizer import ThermalNormalizer

Counts = NDArray[np.uint16]
HEIGHT, WIDTH = 120, 160


def scene(seed: int = 0, low: int = 7400, high: int = 7700, noise: float = 4.0) -> Counts:
    """A background from `low` to `high` counts with the noise of one frame."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(low, high, WIDTH)[None, :] + np.zeros((HEIGHT, 1))
    return np.clip(ramp + rng.normal(0, noise, ramp.shape), 0, 65535).astype(np.uint16)


def with_hot_object(image: Counts, count: int = 14_000) -> Counts:
    """Something over a fifth of the picture, far hotter than the rest."""
    hot = image.copy()
    hot[20:80, 40:105] = count
    return hot


def fixed(low: float, high: float, **more: bool) -> ThermalNormalizer:
    return ThermalNormalizer(ThermalConfig(normalization="fixed", low=low, high=high, **more))


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_fixed_range_maps_its_ends_to_black_and_white(dtype: type[np.generic]) -> None:
    image = np.array([[0, 1000, 1500, 2000, 9000]]).astype(dtype)
    grey = fixed(1000, 2000)(image)
    np.testing.assert_array_equal(grey, [[0, 0, 128, 255, 255]])
    assert grey.dtype == np.uint8


def test_fixed_range_may_be_degrees_below_zero() -> None:
    image = np.array([[-30.0, -20.0, 0.0, 20.0, 30.0]], np.float32)
    np.testing.assert_array_equal(fixed(-20, 20)(image), [[0, 0, 128, 255, 255]])


def test_minmax_uses_each_frames_own_range() -> None:
    normalizer = ThermalNormalizer(ThermalConfig(normalization="minmax"))
    np.testing.assert_array_equal(normalizer(np.array([[5, 10]], np.uint16)), [[0, 255]])
    np.testing.assert_array_equal(normalizer(np.array([[700, 900]], np.uint16)), [[0, 255]])
    one_hot = np.array([[1.0, np.nan, 3.0, np.inf]], np.float32)
    np.testing.assert_array_equal(normalizer(one_hot), [[0, 0, 255, 0]])


def test_first_frame_gets_its_own_percentiles() -> None:
    image = scene()
    grey = ThermalNormalizer(ThermalConfig(low_percentile=1.0, high_percentile=99.0))(image)
    assert np.mean(grey == 0) == pytest.approx(0.01, abs=0.006)
    assert np.mean(grey == 255) == pytest.approx(0.01, abs=0.006)
    assert np.median(grey) == pytest.approx(127, abs=3)


@given(st.integers(0, 2**32))
def test_hotter_is_never_darker(seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 2**16, (20, 30), np.uint16)
    grey = ThermalNormalizer(ThermalConfig())(image)
    order = np.argsort(image, axis=None, kind="stable")
    assert np.all(np.diff(grey.ravel()[order].astype(int)) >= 0)


@pytest.mark.parametrize("count", [14_000, 65_535, 0])
def test_background_does_not_flicker_when_something_hot_or_cold_enters(count: int) -> None:
    config = ThermalConfig()
    normalizer = ThermalNormalizer(config)
    quiet = scene(noise=0.0)
    outside = np.ones(quiet.shape, bool)
    outside[20:80, 40:105] = False
    before = normalizer(quiet).astype(int)
    largest = 0
    frames = [with_hot_object(quiet, count)] * 60 + [quiet] * 60
    for image in frames:
        grey = normalizer(image).astype(int)
        largest = max(largest, int(np.abs(grey - before)[outside].max()))
        before = grey
    assert largest <= config.max_drift + 1, "one more by rounding"
    assert largest > 0, "the range never followed"


def test_range_reaches_a_lasting_change_in_time() -> None:
    normalizer = ThermalNormalizer(ThermalConfig())
    normalizer(scene())
    # Half as warm again, as after a turn towards a house front.
    wide = scene(low=7300, high=7900)
    for _ in range(150):
        grey = normalizer(wide)
    assert np.mean((grey == 0) | (grey == 255)) < 0.04


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(np.full((HEIGHT, WIDTH), 0, np.uint16), id="dead"),
        pytest.param(np.full((HEIGHT, WIDTH), 7550, np.uint16), id="frozen"),
        pytest.param(scene(5, 7550, 7552), id="shutter"),
        pytest.param(scene(5, 9000, 9002), id="warm shutter"),
    ],
)
def test_dead_and_shutter_frames_do_not_move_the_range(odd: Counts) -> None:
    normalizer = ThermalNormalizer(ThermalConfig())
    image = scene()
    before = normalizer(image)
    for _ in range(3):
        for _ in range(10):
            normalizer(odd)
        np.testing.assert_array_equal(normalizer(image), before)


def test_a_scene_that_is_altogether_different_is_taken_over_within_a_second() -> None:
    normalizer = ThermalNormalizer(ThermalConfig())
    normalizer(scene())
    other = scene(low=20_000, high=26_000)
    frames_blind = 0
    while np.ptp(normalizer(other)) < 200:
        frames_blind += 1
        assert frames_blind < 30
    assert np.median(normalizer(other)) == pytest.approx(127, abs=4)


def test_a_frame_without_contrast_at_the_start_is_black_and_sets_nothing() -> None:
    normalizer = ThermalNormalizer(ThermalConfig())
    assert not normalizer(np.full((HEIGHT, WIDTH), 7550, np.uint16)).any()
    expected = ThermalNormalizer(ThermalConfig())(scene())
    np.testing.assert_array_equal(normalizer(scene()), expected)


def test_reset_takes_the_next_frame_as_the_first() -> None:
    normalizer = ThermalNormalizer(ThermalConfig())
    normalizer(scene())
    normalizer.reset()
    other = scene(low=20_000, high=26_000)
    expected = ThermalNormalizer(ThermalConfig())(other)
    np.testing.assert_array_equal(normalizer(other), expected)


def test_zero_smoothing_and_full_drift_follow_every_frame() -> None:
    following = ThermalNormalizer(ThermalConfig(smoothing=0.0, max_drift=255.0))
    following(scene())
    image = scene(low=7350, high=7750)
    np.testing.assert_array_equal(following(image), ThermalNormalizer(ThermalConfig())(image))


def test_eight_bits_pass_untouched_or_turned_round() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert ThermalNormalizer(ThermalConfig())(image) is image
    turned = ThermalNormalizer(ThermalConfig(hot_is_dark=True))(image)
    np.testing.assert_array_equal(turned, 255 - image)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_hot_is_dark_turns_the_picture_round(dtype: type[np.generic]) -> None:
    image = np.array([[1000, 1250, 2000]]).astype(dtype)
    grey = fixed(1000, 2000, hot_is_dark=True)(image)
    np.testing.assert_array_equal(grey, [[255, 191, 0]])


@pytest.mark.parametrize("mode", ["percentile", "fixed", "minmax"])
@pytest.mark.parametrize("hot_is_dark", [False, True])
def test_pixels_without_a_finite_count_are_cold(mode: str, hot_is_dark: bool) -> None:
    normalizer = ThermalNormalizer(
        ThermalConfig(normalization=mode, low=7400, high=7700, hot_is_dark=hot_is_dark)
    )
    image = scene().astype(np.float32)
    whole = normalizer(image)
    holes = image.copy()
    holes[3, :50] = np.nan
    holes[4, :50] = np.inf
    holes[5, :50] = -np.inf
    normalizer.reset()
    grey = normalizer(holes)
    assert not grey[3:6, :50].any()
    np.testing.assert_allclose(grey[6:].astype(int), whole[6:], atol=3)
    assert np.isnan(holes[3, 0]), "the image of the caller was changed"


def test_nothing_but_nan_is_an_error() -> None:
    with pytest.raises(EncodingError, match="no finite pixel"):
        ThermalNormalizer(ThermalConfig())(np.full((4, 4), np.nan, np.float32))


def test_a_type_that_is_not_thermal_is_an_error() -> None:
    with pytest.raises(EncodingError, match="int64"):
        ThermalNormalizer(ThermalConfig())(np.zeros((4, 4), np.int64))  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [(10.0, 10.0), (20.0, 10.0)])
def test_an_empty_fixed_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ConfigError, match=r"thermal\.low"):
        fixed(low, high)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (480, 640), (37, 911)])
def test_a_sample_has_the_percentiles_of_the_whole(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 10_000, shape, np.uint16)
    counts = CountSample(image).percentiles(1.0, 99.0)
    low, high = np.percentile(image, [1, 99])
    assert counts.low == pytest.approx(low, abs=150)
    assert counts.high == pytest.approx(high, abs=150)


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 5000)), min_size=1))
def test_range_is_never_empty_or_turned_round(frames: list[tuple[int, int]]) -> None:
    smoothed = SmoothedRange(smoothing=0.5, max_drift=255.0)
    for low, span in frames:
        image = np.linspace(low, low + span, 100).astype(np.uint16).reshape(10, 10)
        sample = CountSample(image)
        smoothed.update(sample, sample.percentiles(1.0, 99.0))
        if smoothed.range is not None:
            assert smoothed.range.span > 0


def test_share_outside_counts_both_ends() -> None:
    sample = CountSample(np.arange(100, dtype=np.uint16).reshape(10, 10))
    assert sample.share_outside(CountRange(10, 89)) == pytest.approx(0.2)
    assert sample.share_outside(CountRange(0, 99)) == 0.0
    assert sample.share_outside(CountRange(200, 300)) == 1.0
