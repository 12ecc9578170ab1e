"""Panels of vehicles: painted to their edges. Not: where they are on a body."""

from __future__ import annotations

import cv2
import numpy as np

from rgbt_dualatt_ros.datasets.synthetic.body import Placement
from rgbt_dualatt_ros.datasets.synthetic.limb import Light, Painter
from rgbt_dualatt_ros.datasets.synthetic.panels import flat, paint_panel

_SIDE = 120
_SOFT = 0.1  # coverage beside a sharp corner that may be missing


def test_a_panel_covers_what_the_polygon_of_its_corners_does() -> None:
    placement = Placement(_SIDE / 2, _SIDE / 2, 20.0, heading=0.0)
    for seed in range(200):
        corners = [(a, 0.0, c) for a, c in np.random.default_rng(seed).uniform(-2, 2, (3, 2))]
        painter = Painter((0, 0, _SIDE, _SIDE), Light(), np.zeros((4, 4), np.float32), True)
        paint_panel(painter, placement, corners, flat(0, 0, 0, 0))
        whole = np.zeros((_SIDE, _SIDE), np.uint8)
        points = np.array([placement.project(corner) for corner in corners]) - 0.5
        cv2.fillPoly(whole, [np.round(16 * points).astype(np.int32)], 255, cv2.LINE_AA, 4)
        np.testing.assert_allclose(painter.sprite.alpha, whole / 255, rtol=0, atol=_SOFT)
