"""Each of RGBT234's twelve attributes, measured in what is rendered.

Proves: switching an attribute on changes the pictures or the truth in the way its name says,
against the easy scene of the same seed. Not: how hard a tracker finds it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.datasets.synthetic import (
    ATTRIBUTES,
    SceneConfig,
    SyntheticSequence,
    attribute_scenes,
)

_SIZE = ImageSize(160, 120)
_SCALE = _SIZE.width / 640
_SEEDS = (1, 2)


@dataclass(frozen=True)
class Watched:
    """One rendered scene: truth, visible fractions, grey colour and thermal frames."""

    truth: NDArray[np.float32]
    visible: NDArray[np.float32]
    grey: list[NDArray[np.float32]]
    thermal: list[NDArray[np.float32]]

    @property
    def steps(self) -> NDArray[np.float32]:
        """Distance of the centre between frames, px."""
        centers = self.truth[:, :2] + self.truth[:, 2:] / 2
        return np.asarray(np.linalg.norm(np.diff(centers, axis=0), axis=1))


@functools.cache
def _watch(attribute: str, seed: int, length: int = 42, every: int = 6) -> Watched:
    attributes = () if attribute == "NO" else (attribute,)
    config = SceneConfig(attributes=attributes, seed=seed, size=_SIZE, length=length)
    sequence = SyntheticSequence(config)
    grey, thermal = [], []
    for index, pair in enumerate(sequence.pairs()):
        if index % every == 0:
            grey.append(pair.rgb.mean(axis=2, dtype=np.float32))
            thermal.append(pair.thermal.astype(np.float32))
    return Watched(sequence.truth, sequence.visible_fractions, grey, thermal)


def _geometry(attribute: str, seed: int, length: int = 90) -> Watched:
    attributes = () if attribute == "NO" else (attribute,)
    sequence = SyntheticSequence(
        SceneConfig(attributes=attributes, seed=seed, size=_SIZE, length=length)
    )
    return Watched(sequence.truth, sequence.visible_fractions, [], [])


def _contrast(watched: Watched, frame: int, every: int = 6) -> float:
    # How much warmer the middle of the target is than what is just beside it.
    x, y, w, h = (int(value) for value in watched.truth[frame * every])
    image = watched.thermal[frame]
    inside = image[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    beside = np.r_[image[y : y + h, max(x - w, 0) : x].ravel(), image[y : y + h, x + w :].ravel()]
    return float(np.percentile(inside, 75) - np.median(beside))


@pytest.mark.parametrize("seed", _SEEDS)
def test_no_attribute_hides_or_hurries_nothing(seed: int) -> None:
    easy = _geometry("NO", seed)
    assert easy.visible.min() > 0.9
    assert easy.steps.max() < 10 * _SCALE
    assert np.ptp(easy.truth[:, 3]) < 0.5 * easy.truth[:, 3].min()


@pytest.mark.parametrize("seed", _SEEDS)
def test_po_hides_a_part_for_a_while(seed: int) -> None:
    hidden = _geometry("PO", seed).visible
    assert hidden[0] > 0.9
    assert hidden.min() < 0.7
    assert (hidden < 0.9).mean() > 0.15
    assert (hidden < 0.15).mean() < 0.1


@pytest.mark.parametrize("target", ["person", "cyclist", "car", "dog"])
@pytest.mark.parametrize("seed", _SEEDS)
def test_ho_hides_nearly_everything_and_lets_it_go(target: str, seed: int) -> None:
    config = SceneConfig(("HO",), target, seed, _SIZE, length=90)
    sequence = SyntheticSequence(config)
    visible = sequence.visible_fractions
    assert visible[0] > 0.85
    assert visible.min() < 0.1
    assert 3 <= (visible < 0.3).sum() < 60
    assert visible[-1] > 0.85
    np.testing.assert_array_equal(np.isnan(sequence.truth[:, 0]), visible < 0.1)


@pytest.mark.parametrize("seed", _SEEDS)
def test_li_is_dark_in_colour_only(seed: int) -> None:
    night, day = _watch("LI", seed, 2), _watch("NO", seed)
    assert night.grey[0].mean() < 0.4 * day.grey[0].mean()
    assert abs(night.thermal[0].mean() - day.thermal[0].mean()) < 0.2 * day.thermal[0].mean()


@pytest.mark.parametrize("target", ["person", "cyclist", "car", "dog"])
def test_lr_target_is_small(target: str) -> None:
    sequence = SyntheticSequence(SceneConfig(("LR",), target, 1, length=20))
    assert (sequence.truth[:, 2] * sequence.truth[:, 3]).max() < 400


@pytest.mark.parametrize("seed", _SEEDS)
def test_tc_takes_the_thermal_contrast_away(seed: int) -> None:
    crossing, easy = _watch("TC", seed), _watch("NO", seed)
    assert _contrast(easy, 4) > 20
    assert _contrast(crossing, 0) > 20
    assert abs(_contrast(crossing, 4)) < 0.3 * _contrast(easy, 4)


@pytest.mark.parametrize("target", ["person", "cyclist", "dog"])
def test_def_changes_the_outline(target: str) -> None:
    bent = SyntheticSequence(SceneConfig(("DEF",), target, 3, length=100)).truth
    easy = SyntheticSequence(SceneConfig((), target, 3, length=100)).truth
    assert np.ptp(bent[:, 3]) > 1.5 * np.ptp(easy[:, 3])
    assert bent[:, 3].max() / bent[:, 3].min() > 1.15


@pytest.mark.parametrize("target", ["person", "cyclist", "car", "dog"])
def test_fm_moves_far_between_frames(target: str) -> None:
    fast = SyntheticSequence(SceneConfig(("FM",), target, 1, _SIZE, length=90))
    centers = fast.truth[:, :2] + fast.truth[:, 2:] / 2
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    assert (steps > 20 * _SCALE).sum() >= 4
    assert np.isfinite(fast.truth).all()


@pytest.mark.parametrize("seed", _SEEDS)
def test_sv_changes_the_size_by_two(seed: int) -> None:
    heights = _geometry("SV", seed).truth[:, 3]
    assert heights.max() / heights.min() > 2


@pytest.mark.parametrize("seed", _SEEDS)
def test_mb_takes_the_sharpness_away(seed: int) -> None:
    def sharpness(watched: Watched) -> float:
        return float(np.mean([cv2.Laplacian(grey, cv2.CV_32F).std() for grey in watched.grey]))

    assert sharpness(_watch("MB", seed)) < 0.85 * sharpness(_watch("NO", seed))


@pytest.mark.parametrize("seed", _SEEDS)
def test_cm_moves_the_backdrop(seed: int) -> None:
    def motion(watched: Watched) -> float:
        tops = [np.ascontiguousarray(image[:50]) for image in watched.thermal]
        found = [cv2.phaseCorrelate(tops[0], top)[0] for top in tops[1:]]
        return float(np.max(np.abs(found)))

    assert motion(_watch("CM", seed)) > 3
    assert motion(_watch("NO", seed)) < 0.5


@pytest.mark.parametrize("seed", _SEEDS)
def test_bc_brings_others_as_warm_as_the_target(seed: int) -> None:
    def warm_elsewhere(watched: Watched) -> float:
        shares = []
        for index, image in enumerate(watched.thermal):
            x, y, w, h = (int(value) for value in watched.truth[index * 6])
            warm = image > np.percentile(image[y : y + h, x : x + w], 60)
            warm[y : y + h, x : x + w] = False
            shares.append(warm.sum() / (w * h))
        return float(np.mean(shares))

    assert warm_elsewhere(_watch("BC", seed)) > warm_elsewhere(_watch("NO", seed)) + 0.2


def test_attribute_scenes_cover_every_attribute_with_its_label() -> None:
    scenes = attribute_scenes(seed_count=2, length=10)
    assert len(scenes) == 24
    labels = [SyntheticSequence(scene).attributes for scene in scenes]
    assert [label for (label,) in labels[::2]] == list(ATTRIBUTES)
    assert len({scene.name for scene in scenes}) == 24


def test_smoke_hides_the_target_in_colour_only() -> None:
    def edges(image: NDArray[np.float32]) -> float:
        return float(cv2.Laplacian(image[60:], cv2.CV_32F).std())

    config = SceneConfig(size=_SIZE, length=31, seed=2, smoke=1.0)
    clear = SceneConfig(size=_SIZE, length=31, seed=2)
    smoky, fresh = (list(SyntheticSequence(one).pairs())[16] for one in (config, clear))
    grey_smoky, grey_fresh = (pair.rgb.mean(axis=2, dtype=np.float32) for pair in (smoky, fresh))
    assert edges(grey_smoky) < 0.7 * edges(grey_fresh)
    np.testing.assert_array_equal(smoky.thermal, fresh.thermal)


def test_glare_blinds_the_colour_camera_only() -> None:
    config = SceneConfig(size=_SIZE, length=2, seed=2, glare=1.0)
    clear = SceneConfig(size=_SIZE, length=2, seed=2)
    blinded, fresh = (next(SyntheticSequence(one).pairs()) for one in (config, clear))
    white, usual = ((pair.rgb.min(axis=2) > 205).mean() for pair in (blinded, fresh))
    assert white > usual + 0.003
    np.testing.assert_array_equal(blinded.thermal, fresh.thermal)


def test_headlights_shine_in_colour_only() -> None:
    config = SceneConfig(("LI",), "car", 4, _SIZE, length=2)
    sequence = SyntheticSequence(config)
    pair = next(sequence.pairs())
    x, y, w, h = (int(value) for value in sequence.truth[0])
    colour, heat = (image[y : y + h, x : x + w] for image in (pair.rgb, pair.thermal))
    assert colour.max() > 180
    assert np.median(colour) < 60
    assert heat.max() < 220
