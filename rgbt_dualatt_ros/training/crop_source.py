"""Random training crops from clip frames, and the disturbances a student should not mind."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.training_config import DistillationConfig
from rgbt_dualatt_ros.training.training_clips import Image, TrainingClips

_INVERTED_SHARE = 0.1
_SHUFFLED_SHARE = 0.3


class CropSource:
    """Draws square crops `(side, side, 3)` uint8: colour, thermal, falsely coloured thermal."""

    def __init__(
        self, clips: TrainingClips, config: DistillationConfig, rng: np.random.Generator
    ) -> None:
        self._clips = clips
        self._config = config
        self._rng = rng

    def draw(self) -> Image:
        """One crop with a random place, size, mirroring and contrast."""
        config, rng = self._config, self._rng
        kind = rng.random()
        if kind < config.color_share:
            crop = self._cut(self._clips.color)
            if rng.random() < _SHUFFLED_SHARE:
                crop = np.ascontiguousarray(crop[:, :, rng.permutation(3)])
        else:
            grey = self._cut(self._clips.thermal)
            is_false_color = kind < config.color_share + config.false_color_share
            crop = _false_color(grey, rng) if is_false_color else np.repeat(grey[..., None], 3, 2)
        if rng.random() < _INVERTED_SHARE:
            crop = np.asarray(255 - crop, np.uint8)
        if rng.random() < 0.5:
            crop = np.ascontiguousarray(crop[:, ::-1])
        return _stretch(crop, gain=rng.uniform(0.6, 1.5), bias=rng.uniform(-30, 30))

    def _cut(self, frames: list[Image]) -> Image:
        config, rng = self._config, self._rng
        frame = frames[rng.integers(len(frames))]
        height, width = frame.shape[:2]
        largest = min(config.max_source_side, height, width)
        smallest = min(config.min_source_side, largest)
        side = int(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
        x, y = rng.integers(width - side + 1), rng.integers(height - side + 1)
        target = (config.crop_side, config.crop_side)
        method = cv2.INTER_AREA if side > config.crop_side else cv2.INTER_LINEAR
        return np.asarray(
            cv2.resize(frame[y : y + side, x : x + side], target, interpolation=method), np.uint8
        )


def disturb(crop: Image, rng: np.random.Generator) -> Image:
    """The crop with changed light, noise or blur: the student must still see the same features."""
    if rng.random() < 0.5:
        crop = _stretch(crop, gain=rng.uniform(0.7, 1.35), bias=rng.uniform(-25, 25))
    if rng.random() < 0.2:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.5, 1.3)), np.uint8)
    if rng.random() < 0.3:
        noise = rng.normal(0, rng.uniform(2, 10), crop.shape)
        crop = np.clip(crop + noise, 0, 255).astype(np.uint8)
    return crop


def _stretch(crop: Image, gain: float, bias: float) -> Image:
    stretched: NDArray[np.floating] = (crop.astype(np.float32) - 128) * gain + 128 + bias
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _false_color(grey: Image, rng: np.random.Generator) -> Image:
    """The grey crop under a smooth random table of colours."""
    knots = np.sort(rng.uniform(0, 255, 4))
    places = np.concatenate([[0.0], knots, [255.0]])
    table = [np.interp(np.arange(256), places, rng.uniform(0, 255, 6)) for _ in range(3)]
    colors: Image = np.stack(table, axis=1).astype(np.uint8)
    return np.asarray(colors[grey])
