"""ClipBank: the frames of all training clips and the tracks mined from them, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.training.global_attention.bank_cache import Arrays, cached
from rgbt_dualatt_ros.training.global_attention.clip_frames import (
    ClipFiles,
    ClipFrames,
    find_clips,
    read_clip,
)
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.mined_tracks import Track, mine_tracks

_VERSION = 2
"""Counted up when the tracks change for other reasons than settings."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackedClip:
    """One clip and the tracks in it, longest-lived things and background alike."""

    frames: ClipFrames
    tracks: tuple[Track, ...]


def load_clips(
    root: Path, config: PairConfig, say: Callable[[str], None]
) -> tuple[TrackedClip, ...]:
    """All clips below `root` with their tracks, from the cache when it holds them.

    Args:
        say: is told what takes time.

    Raises:
        DatasetError: when there is no clip, or one cannot be decoded.
    """
    files = find_clips(root)
    key = (
        _VERSION,
        (config.work_width, config.work_height, config.color_step, config.thermal_step),
        [(one.name, _state(one.thermal), one.visible and _state(one.visible)) for one in files],
    )

    def make() -> Arrays:
        say(f"reading {len(files)} clips and mining tracks")
        return _packed([_tracked(one, config, row) for row, one in enumerate(files)])

    return _unpacked(cached("clips", key, config.cache, make))


def _state(path: Path) -> tuple[str, int, int]:
    """What changes when another file takes its place."""
    known = path.stat()
    return str(path.absolute()), known.st_size, known.st_mtime_ns


def _tracked(files: ClipFiles, config: PairConfig, row: int) -> TrackedClip:
    frames = read_clip(files, config)
    rng = np.random.default_rng(row)
    tracks = mine_tracks(frames.thermal, rng, frames.thermal)
    if frames.rgb is not None:
        grey = np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in frames.rgb])
        tracks += mine_tracks(grey.astype(np.uint8, copy=False), rng)
    return TrackedClip(frames, tracks)


def _packed(clips: list[TrackedClip]) -> Arrays:
    arrays: Arrays = {"names": np.array([clip.frames.name for clip in clips])}
    for row, clip in enumerate(clips):
        arrays[f"thermal{row}"] = clip.frames.thermal
        if clip.frames.rgb is not None:
            arrays[f"rgb{row}"] = clip.frames.rgb
        heads = [(one.start, len(one.boxes), one.is_blob) for one in clip.tracks]
        arrays[f"heads{row}"] = np.array(heads, np.int64).reshape(-1, 3)
        boxes = [one.boxes for one in clip.tracks]
        arrays[f"boxes{row}"] = np.concatenate([np.empty((0, 4), np.float32), *boxes])
    return arrays


def _unpacked(arrays: Arrays) -> tuple[TrackedClip, ...]:
    clips = []
    for row, name in enumerate(arrays["names"]):
        rgb: Image | None = None
        if f"rgb{row}" in arrays:
            rgb = np.asarray(arrays[f"rgb{row}"], np.uint8)
        frames = ClipFrames(str(name), np.asarray(arrays[f"thermal{row}"], np.uint8), rgb)
        heads = np.asarray(arrays[f"heads{row}"], np.int64)
        boxes_of_all = np.asarray(arrays[f"boxes{row}"], np.float32)
        parts = np.split(boxes_of_all, np.cumsum(heads[:, 1])[:-1])
        tracks = tuple(
            Track(int(start), boxes, bool(is_blob))
            for (start, _, is_blob), boxes in zip(heads, parts, strict=False)
        )
        clips.append(TrackedClip(frames, tracks))
    return tuple(clips)
