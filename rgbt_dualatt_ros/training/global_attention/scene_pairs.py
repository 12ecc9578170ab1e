"""ScenePairs: two instants of a rendered scene, with the true boxes of everybody in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Instant
from rgbt_dualatt_ros.training.global_attention.scene_bank import StillScene

_IDS_A_SCENE = 100
_LEAST_VISIBLE, _SMALLEST_PX = 0.4, 5.0
_SAME_INSTANT = 0.05


class ScenePairs:
    """Drafts from rendered scenes.

    Args:
        scenes: what to draw from; at least one.
        stranger: share of drafts whose search image is of another scene.

    Raises:
        DatasetError: when there is no scene, or none shows anybody well enough.
    """

    def __init__(self, scenes: Sequence[StillScene], stranger: float) -> None:
        self._stranger = stranger
        self._scenes = [scene for scene in scenes if _shown(scene).any()]
        if not self._scenes:
            raise DatasetError("no rendered scene to train on; ask for more scenes")

    def draft(self, rng: np.random.Generator) -> Draft:
        """Candidates are all who can be seen well in the first image."""
        row = int(rng.integers(len(self._scenes)))
        scene = self._scenes[row]
        shown = _shown(scene)
        one = int(rng.choice(np.flatnonzero(shown.any(axis=1))))
        elsewhere, other = row, int(rng.integers(len(scene.rgb)))
        if other == one and rng.random() > _SAME_INSTANT:
            other = (one + 1) % len(scene.rgb)
        if len(self._scenes) > 1 and rng.random() < self._stranger:
            elsewhere = int((row + rng.integers(1, len(self._scenes))) % len(self._scenes))
            other = int(rng.integers(len(self._scenes[elsewhere].rgb)))
        first, search = self._instant(row, one), self._instant(elsewhere, other)
        candidates = np.flatnonzero(shown[one])
        weights = np.ones(len(candidates), np.float32)
        return Draft(first, search, candidates + row * _IDS_A_SCENE, weights, search.ids)

    def _instant(self, row: int, moment: int) -> Instant:
        scene = self._scenes[row]
        seen = np.flatnonzero(np.isfinite(scene.boxes[moment]).all(axis=1))
        return Instant(
            scene.rgb[moment],
            scene.thermal[moment],
            seen + row * _IDS_A_SCENE,
            scene.boxes[moment][seen],
        )


def _shown(scene: StillScene) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """`(N, A)` whether an actor can be seen well enough to be shown as a target."""
    sides = scene.boxes[:, :, 2:].min(axis=2)
    return np.asarray((scene.visible >= _LEAST_VISIBLE) & (sides >= _SMALLEST_PX))
