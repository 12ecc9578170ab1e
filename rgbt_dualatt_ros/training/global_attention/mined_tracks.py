"""Tracks of unlabelled clips: warm blobs, what moves, textured boxes; followed by median flow."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.training.global_attention.draft import Image
from rgbt_dualatt_ros.training.global_attention.median_flow import follow_boxes

_WARM_STEPS = (1.2, 2.2)
"""Standard deviations above the mean from which on a pixel belongs to a blob."""
_SEED_EVERY, _LONGEST, _SHORTEST = 5, 40, 4
_MOST_BLOBS, _MOST_TEXTURED = 10, 4
_SMALLEST_PX, _LARGEST_SHARE = 5, 0.08
_SMALLEST_AREA = 30
_SAME = 0.45
_LOG_SIDES = (2.3, 4.0)
"""Sides of textured boxes: 10 to 55 px."""
_LEAST_TEXTURE = 9.0
_MOVING_PX = 20.0
_LEAST_CHANGE = 25.0
"""Grey levels by which a pixel must differ from the clip's usual image to count as moving."""
_USUAL_OF = 31
_SNAP = 0.5
_LEAST_CONTRAST, _FAINTEST = 0.5, 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One thing over some stored frames of its clip.

    Attributes:
        start: number of its first frame.
        boxes: `(N, 4)` xywh, px, one a frame from `start` on.
        is_blob: it began as a warm or a moving blob; otherwise as a textured box.
    """

    start: int
    boxes: Boxes
    is_blob: bool

    @property
    def stop(self) -> int:
        """Number of the frame after its last."""
        return self.start + len(self.boxes)

    @property
    def motion(self) -> float:
        """How far its centre gets from where it began, px."""
        centers = self.boxes[:, :2] + self.boxes[:, 2:] / 2
        return float(np.hypot(*(centers - centers[0]).T).max())

    @property
    def weight(self) -> float:
        """How often to learn from it: blobs and what moves are things, the rest is background."""
        return 0.4 + 3.0 * self.is_blob + 8.0 * min(self.motion / _MOVING_PX, 1.0)


@dataclass(slots=True, eq=False)
class _Growing:
    """A track that is still followed.

    Attributes:
        source: 0 warm blobs, 1 moving blobs, None texture.
        contrast: that of its first box, grey levels; 0 without a source.
    """

    start: int
    source: int | None
    contrast: float
    boxes: list[Boxes] = field(default_factory=list)


def mine_tracks(
    frames: Image, rng: np.random.Generator, thermal: Image | None = None
) -> tuple[Track, ...]:
    """Tracks through the grey `frames` `(N, H, W)` of a camera that does not turn.

    Flow drifts off a blob that moves in front of something textured. So every few frames a track
    of a blob is drawn to the blob found there, and it ends where its contrast is lost.

    Args:
        thermal: images of the same shape in which warm blobs are looked for; None looks for none.
    """
    growing: list[_Growing] = []
    done: list[_Growing] = []
    usual = usual_image(frames)
    for index, frame in enumerate(frames):
        if index:
            growing = _followed(growing, done, frames[index - 1], frame)
        if index % _SEED_EVERY == 0:
            moving = np.asarray(cv2.absdiff(frame, usual), np.uint8)
            bright = [frame if thermal is None else thermal[index], moving]
            blobs = [bright_blobs(bright[0]), bright_blobs(moving, _LEAST_CHANGE)]
            growing = _held(growing, done, bright, blobs)
            for source in (1,) if thermal is None else (1, 0):
                some = blobs[source][:_MOST_BLOBS]
                growing += _new(some, index, growing, (source, bright[source]))
            growing += _new(_textured(frame, rng), index, growing, None)
    return tuple(
        Track(one.start, np.stack(one.boxes), one.source is not None)
        for one in [*done, *growing]
        if len(one.boxes) >= _SHORTEST
    )


def contrast(image: Image, box: Boxes) -> float:
    """Mean of the middle of a box `(4,)` less that of a frame around it, grey levels."""
    inner, whole, around = (_window(image, box, share) for share in (0.7, 1.0, 1.5))
    ring = around.size - whole.size
    if not inner.size or ring <= 0:
        return 0.0
    outside = (float(around.sum(dtype=np.int64)) - float(whole.sum(dtype=np.int64))) / ring
    return float(inner.mean()) - outside


def _window(image: Image, box: Boxes, share: float) -> Image:
    """What lies in a box made larger or smaller by `share`."""
    center, half = box[:2] + box[2:] / 2, box[2:] * share / 2
    low = np.clip(np.round(center - half).astype(int), 0, image.shape[1::-1])
    high = np.clip(np.round(center + half).astype(int), 0, image.shape[1::-1])
    return image[low[1] : high[1], low[0] : high[0]]


def usual_image(frames: Image) -> Image:
    """What a clip shows most of the time: its median over some frames."""
    some = frames[:: -(-len(frames) // _USUAL_OF)]
    return np.asarray(np.median(some, axis=0), np.uint8)


def bright_blobs(image: Image, least: float = 0.0) -> Boxes:
    """Boxes `(N, 4)` around what is brighter than its image, the largest first.

    Args:
        least: grey level below which nothing counts.
    """
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    mean, spread = float(smooth.mean()), float(smooth.std())
    found: list[NDArray[np.float32]] = []
    largest = _LARGEST_SHARE * image.size
    for step in _WARM_STEPS:
        mask = (smooth > max(mean + step * spread, least)).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        for left, top, width, height, area in stats[1:]:
            if (
                min(width, height) >= _SMALLEST_PX
                and area >= _SMALLEST_AREA
                and (width * height <= largest)
            ):
                found.append(np.array([left, top, width, height], np.float32))
    boxes = np.array(found, np.float32).reshape(-1, 4)
    return boxes[np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")]


def _followed(
    growing: list[_Growing], done: list[_Growing], before: Image, after: Image
) -> list[_Growing]:
    last = np.array([one.boxes[-1] for one in growing], np.float32).reshape(-1, 4)
    alive = []
    for one, box in zip(growing, follow_boxes(before, after, last), strict=True):
        if _is_usable(box, after) and len(one.boxes) < _LONGEST:
            one.boxes.append(box)
            alive.append(one)
        else:
            done.append(one)
    return alive


def _is_usable(box: Boxes, image: Image) -> bool:
    if not np.isfinite(box).all() or min(box[2], box[3]) < _SMALLEST_PX:
        return False
    center = box[:2] + box[2:] / 2
    inside = (center > 0).all() and (center < image.shape[1::-1]).all()
    return bool(inside and box[2] * box[3] < 2 * _LARGEST_SHARE * image.size)


def _held(
    growing: list[_Growing], done: list[_Growing], bright: list[Image], blobs: list[Boxes]
) -> list[_Growing]:
    """Tracks of blobs drawn to the blobs of this frame; those that left theirs are done."""
    kept = []
    for one in growing:
        if one.source is None:
            kept.append(one)
            continue
        near = blobs[one.source]
        overlap = iou(near, one.boxes[-1][None]) if len(near) else np.zeros(1, np.float32)
        if overlap.max() > _SNAP:
            one.boxes[-1] = (one.boxes[-1] + near[overlap.argmax()]) / 2
        if contrast(bright[one.source], one.boxes[-1]) < _LEAST_CONTRAST * one.contrast:
            one.boxes = one.boxes[:-_SEED_EVERY]  # it was last known to be right then
            done.append(one)
        else:
            kept.append(one)
    return kept


def _new(
    boxes: Boxes, index: int, growing: list[_Growing], source: tuple[int, Image] | None
) -> list[_Growing]:
    """Those of `boxes` that are not followed already; blobs come with the image they are in."""
    known = [one.boxes[-1] for one in growing]
    found = []
    for box in boxes:
        if known and iou(box[None], np.array(known, np.float32)).max() >= _SAME:
            continue
        number, strength = (None, 0.0) if source is None else (source[0], contrast(source[1], box))
        if source is None or strength > _FAINTEST:
            known.append(box)
            found.append(_Growing(index, number, strength, [box]))
    return found


def _textured(grey: Image, rng: np.random.Generator) -> Boxes:
    """Some random boxes with edges in them."""
    height, width = grey.shape
    slope = cv2.convertScaleAbs(cv2.Laplacian(grey, cv2.CV_16S, ksize=3))
    found: list[Boxes] = []
    for _ in range(3 * _MOST_TEXTURED):
        w, h = np.exp(rng.uniform(*_LOG_SIDES, 2))
        x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
        inside = slope[int(y) : int(y + h), int(x) : int(x + w)]
        if float(inside.mean()) > _LEAST_TEXTURE and len(found) < _MOST_TEXTURED:
            found.append(np.array([x, y, w, h], np.float32))
    return np.array(found, np.float32).reshape(-1, 4)
