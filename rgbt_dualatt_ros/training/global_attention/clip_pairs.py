"""ClipPairs: two instants of a real clip, and mined tracks that live in both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.clip_bank import TrackedClip
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Ids, Instant
from rgbt_dualatt_ros.training.global_attention.false_colour import dress, false_colours
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_IDS_A_CLIP = 100_000
_MOST_DRESSED = 8


class ClipPairs:
    """Drafts from clips.

    Args:
        clips: what to draw from; at least one track among them.
        stranger: share of drafts whose search image is of another clip.
        dressed: share of falsely coloured drafts whose blobs get colours of their own.

    Raises:
        DatasetError: when nothing could be followed in the clips.
    """

    def __init__(
        self,
        clips: Sequence[TrackedClip],
        textures: Textures,
        stranger: float,
        dressed: float,
    ) -> None:
        self._clips = tuple(clips)
        self._textures = textures
        self._stranger, self._dressed = stranger, dressed
        self._starts = [_array([one.start for one in clip.tracks]) for clip in clips]
        self._stops = [_array([one.stop for one in clip.tracks]) for clip in clips]
        self._weights = [
            np.array([one.weight for one in clip.tracks], np.float32) for clip in clips
        ]
        self._is_blob = [
            np.array([one.is_blob for one in clip.tracks], np.bool_) for clip in clips
        ]
        pairs = [(row, k) for row, clip in enumerate(clips) for k in range(len(clip.tracks))]
        if not pairs:
            raise DatasetError("nothing in the training clips could be followed; give others")
        self._tracks = np.array(pairs, np.int64)
        weights = np.concatenate(self._weights).astype(np.float64)
        self._shares = np.cumsum(weights / weights.sum())

    def draft(self, rng: np.random.Generator) -> Draft:
        """Two instants of the life of one track; the first candidate is that track."""
        row, track = self._tracks[np.searchsorted(self._shares[:-1], rng.random(), "right")]
        one, other = self._instants(row, track, rng)
        if len(self._clips) > 1 and rng.random() < self._stranger:
            return self._strange(row, one, rng)
        alive = self._alive(row, one) & self._alive(row, other)
        both = np.flatnonzero(alive)
        order = np.concatenate([[track], both[both != track]])
        first, search = self._instant(row, one), self._instant(row, other)
        weights = self._weights[row][order]
        first, search = self._colored(first, search, order + row * _IDS_A_CLIP, row, rng)
        candidates = order + row * _IDS_A_CLIP
        return Draft(first, search, candidates, weights, self._things(row, search.ids))

    def _strange(self, row: int, one: int, rng: np.random.Generator) -> Draft:
        elsewhere = int((row + rng.integers(1, len(self._clips))) % len(self._clips))
        moment = int(rng.integers(len(self._clips[elsewhere].frames.thermal)))
        first, search = self._instant(row, one), self._instant(elsewhere, moment)
        first, search = self._colored(first, search, np.empty(0, np.int64), row, rng)
        rows = np.flatnonzero(self._alive(row, one))
        candidates = rows + row * _IDS_A_CLIP
        things = self._things(elsewhere, search.ids)
        return Draft(first, search, candidates, self._weights[row][rows], things)

    def _things(self, row: int, ids: Ids) -> Ids:
        return ids[self._is_blob[row][ids - row * _IDS_A_CLIP]]

    def _instants(self, row: int, track: int, rng: np.random.Generator) -> tuple[int, int]:
        start, stop = self._starts[row][track], self._stops[row][track]
        one = int(rng.integers(start, stop))
        other = int(rng.integers(start, stop))
        if abs(one - other) < 3:  # too alike; take the end that is farther away
            other = int(start if one - start > stop - 1 - one else stop - 1)
        return one, other

    def _alive(self, row: int, moment: int) -> NDArray[np.bool_]:
        return np.asarray((self._starts[row] <= moment) & (moment < self._stops[row]))

    def _instant(self, row: int, moment: int) -> Instant:
        clip = self._clips[row]
        alive = np.flatnonzero(self._alive(row, moment))
        boxes = [clip.tracks[k].boxes[moment - clip.tracks[k].start] for k in alive]
        thermal = clip.frames.thermal[moment]
        rgb = (
            clip.frames.rgb[moment]
            if clip.frames.rgb is not None
            else np.empty((*thermal.shape, 0), np.uint8)
        )
        return Instant(
            rgb, thermal, alive + row * _IDS_A_CLIP, np.array(boxes, np.float32).reshape(-1, 4)
        )

    def _colored(
        self, first: Instant, search: Instant, shared: Ids, row: int, rng: np.random.Generator
    ) -> tuple[Instant, Instant]:
        """Both with colours, made up unless both have their own."""
        if first.rgb.shape[2] and search.rgb.shape[2]:
            return first, search
        thermal = first.thermal, search.thermal
        colors = false_colours(thermal, self._textures, rng)
        if len(shared) and rng.random() < self._dressed:
            blobs = self._things(row, shared)
            images = tuple(zip(colors, thermal, strict=True))
            for k in blobs[:_MOST_DRESSED]:
                only = np.array([k])
                boxes = np.concatenate([first.boxes_of(only), search.boxes_of(only)])
                dress(images, boxes, self._textures, rng)
        return (
            Instant(colors[0], first.thermal, first.ids, first.boxes),
            Instant(colors[1], search.thermal, search.ids, search.boxes),
        )


def _array(numbers: list[int]) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)
