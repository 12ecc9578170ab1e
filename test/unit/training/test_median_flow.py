"""Boxes that follow what is in them."""

from __future__ import annotations

import cv2
import numpy as np

from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.median_flow import follow_boxes, likeness


def _scene(seed: int) -> Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (40, 50), np.uint8)
    return np.asarray(cv2.resize(coarse, (200, 160), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_a_box_moves_with_the_image() -> None:
    before = _scene(0)
    after = np.roll(before, (3, -4), axis=(0, 1))
    boxes = np.array([[60, 50, 40, 30], [100, 80, 30, 30]], np.float32)
    moved = follow_boxes(before, after, boxes)
    np.testing.assert_allclose(moved, boxes + np.array([-4, 3, 0, 0], np.float32), atol=0.3)


def test_a_box_grows_with_what_is_in_it() -> None:
    before = _scene(1)
    matrix = cv2.getRotationMatrix2D((100, 80), 0, 1.08)
    after = np.asarray(cv2.warpAffine(before, matrix, (200, 160)), np.uint8)
    moved = follow_boxes(before, after, np.array([[80, 60, 40, 40]], np.float32))
    np.testing.assert_allclose(moved[0], [78.4, 58.4, 43.2, 43.2], atol=0.8)


def test_what_has_gone_is_lost() -> None:
    boxes = np.array([[60, 50, 40, 30]], np.float32)
    assert np.isnan(follow_boxes(_scene(2), _scene(3), boxes)).all()


def test_no_boxes_stay_no_boxes() -> None:
    assert follow_boxes(_scene(0), _scene(0), np.empty((0, 4), np.float32)).shape == (0, 4)


def test_likeness_of_the_same_the_opposite_and_the_flat() -> None:
    image, box = _scene(4), np.array([20, 20, 40, 40], np.float32)
    opposite = np.asarray(255 - image, np.uint8)
    assert likeness(image, box, image, box) > 0.999
    assert likeness(image, box, opposite, box) < -0.99
    assert likeness(image, box, np.full_like(image, 7), box) == 0.0
