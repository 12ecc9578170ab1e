"""Objects pasted into both images of a draft; some differ from another in one modality only."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Image, Instant
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_SHAPE_SIDE = 48
_SMALLEST, _LARGEST = 0.05, 0.28
"""Height of an object as a share of the image's."""
_HIDDEN = 0.4
_WEIGHT = 3.0
_TRIES = 8


@dataclass(frozen=True, slots=True, eq=False)
class PastedObject:
    """What one object looks like, all 48 x 48 and stretched to its size when pasted.

    Attributes:
        cover: share of each pixel that it hides, [0, 1].
        rgb, thermal: its own looks.
        height: share of the image's height.
        aspect: width by height.
    """

    cover: NDArray[np.float32]
    rgb: Image
    thermal: Image
    height: float
    aspect: float


def paste_objects(
    draft: Draft, config: PairConfig, textures: Textures, rng: np.random.Generator
) -> Draft:
    """The draft with one to `most_pasted` objects more, which are candidates too.

    Their ids are negative. What they hide too much of is no candidate any more.
    """
    count = int(rng.integers(1, config.most_pasted + 1))
    objects: list[PastedObject] = []
    for _ in range(count):
        twin = objects[rng.integers(len(objects))] if objects else None
        is_twin = twin is not None and rng.random() < config.twins
        objects.append(draw_object(draft, textures, rng, twin if is_twin else None))
    absent = rng.random(count) < config.pasted_absent
    first = _with(draft.first, objects, np.zeros(count, np.bool_), rng)
    search = _with(draft.search, objects, absent, rng)
    hidden = {*_hidden(draft.first, first), *_hidden(draft.search, search)}
    kept = np.array([each not in hidden for each in draft.candidates.tolist()], np.bool_)
    placed = first.ids[first.ids < 0]
    candidates = np.concatenate([draft.candidates[kept], placed])
    weights = np.concatenate([draft.weights[kept], np.full(len(placed), _WEIGHT, np.float32)])
    things = np.concatenate([draft.things, search.ids[search.ids < 0]])
    return Draft(first, search, candidates, weights, things)


def draw_object(
    draft: Draft, textures: Textures, rng: np.random.Generator, twin: PastedObject | None
) -> PastedObject:
    """A new object; with a `twin`, its shape and size and either its colours or its heat."""
    cover, warmth = _shape(draft, textures, rng)
    rgb = _looks(textures, rng)
    if twin is None:
        height = float(np.exp(rng.uniform(*np.log((_SMALLEST, _LARGEST)))))
        return PastedObject(cover, rgb, warmth, height, float(np.exp(rng.uniform(-1.1, 0.4))))
    if rng.random() < 0.5:
        return PastedObject(twin.cover, rgb, twin.thermal, twin.height, twin.aspect)
    return PastedObject(twin.cover, twin.rgb, _other_heat(twin.thermal), twin.height, twin.aspect)


def _shape(
    draft: Draft, textures: Textures, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Image]:
    """Cover and heat: of a warm thing of the draft, or of a superellipse."""
    if rng.random() < 0.5 and len(draft.first.boxes):
        box = draft.first.boxes[rng.integers(len(draft.first.boxes))]
        cut = _cut(draft.first.thermal, box)
        if cut is not None:
            cover = _warm_part(cut)
            if 0.15 < float(cover.mean()) < 0.9:
                return cover, cut
    power = float(rng.uniform(1.5, 5.0))
    rows, columns = np.ogrid[-1 : 1 : _SHAPE_SIDE * 1j, -1 : 1 : _SHAPE_SIDE * 1j]
    radius = (np.abs(rows) ** power + np.abs(columns) ** power) ** (1 / power)
    cover = np.clip((1.0 - radius) * 8, 0, 1).astype(np.float32)
    grain = textures.patch(rng, _SHAPE_SIDE, _SHAPE_SIDE)[:, :, 0].astype(np.float32) - 128
    warmth = float(rng.uniform(20, 255)) + grain * float(rng.uniform(0, 0.4))
    return cover, np.clip(warmth, 0, 255).astype(np.uint8)


def _looks(textures: Textures, rng: np.random.Generator) -> Image:
    pattern = textures.patch(rng, _SHAPE_SIDE, _SHAPE_SIDE)
    if rng.random() < 0.6:
        return pattern
    colors = rng.uniform(0, 255, (2, 3))
    plain = np.repeat(colors, _SHAPE_SIDE // 2, axis=0)[:, None, :]
    return np.asarray(np.clip(0.85 * plain + 0.15 * pattern, 0, 255), np.uint8)


def _other_heat(thermal: Image) -> Image:
    """Clearly warmer or colder than it was, with the same detail."""
    mean = float(thermal.mean())
    step = -110.0 if mean > 128 else 110.0
    return np.asarray(np.clip(thermal.astype(np.float32) + step, 0, 255), np.uint8)


def _warm_part(thermal: Image) -> NDArray[np.float32]:
    low, high = np.percentile(thermal, (20, 90))
    if high - low < 12:
        return np.zeros(thermal.shape, np.float32)
    share = (thermal.astype(np.float32) - low) / (high - low)
    rows, columns = np.ogrid[-1 : 1 : _SHAPE_SIDE * 1j, -1 : 1 : _SHAPE_SIDE * 1j]
    inside = np.clip((1.3 - np.abs(rows) ** 4 - np.abs(columns) ** 4) * 4, 0, 1)
    return np.asarray(np.clip(share * 2.5 - 0.7, 0, 1) * inside, np.float32)


def _cut(image: Image, box: Boxes) -> Image | None:
    low = np.maximum(np.floor(box[:2]).astype(int), 0)
    high = np.minimum(np.ceil(box[:2] + box[2:]).astype(int), image.shape[1::-1])
    if (high - low < 6).any():
        return None
    cut = image[low[1] : high[1], low[0] : high[0]]
    return np.asarray(cv2.resize(cut, (_SHAPE_SIDE, _SHAPE_SIDE)), np.uint8)


def _with(
    instant: Instant,
    objects: list[PastedObject],
    left_out: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Instant:
    rgb, thermal = instant.rgb.copy(), instant.thermal.copy()
    boxes: list[Boxes] = []
    ids: list[int] = []
    for number, one in enumerate(objects):
        box = _place(one, thermal.shape, np.array(boxes, np.float32).reshape(-1, 4), rng)
        if box is None or left_out[number]:
            continue
        _paste(rgb, thermal, one, box)
        boxes.append(box)
        ids.append(-1 - number)
    return Instant(
        rgb,
        thermal,
        np.concatenate([instant.ids, np.array(ids, np.int64)]),
        np.concatenate([instant.boxes, np.array(boxes, np.float32).reshape(-1, 4)]),
    )


def _place(
    one: PastedObject, shape: tuple[int, ...], taken: Boxes, rng: np.random.Generator
) -> Boxes | None:
    """Somewhere inside the image and apart from other objects; None when there is no room."""
    growth = float(np.exp(rng.uniform(-0.15, 0.15)))
    height = max(round(one.height * shape[0] * growth), 6)
    width = int(np.clip(round(height * one.aspect), 6, shape[1] - 2))
    for _ in range(_TRIES):
        x, y = rng.integers(shape[1] - width), rng.integers(shape[0] - height)
        box = np.array([x, y, width, height], np.float32)
        if not len(taken) or covered(taken, box).max() < 0.2:
            return box
    return None


def _paste(rgb: Image, thermal: Image, one: PastedObject, box: Boxes) -> None:
    x, y, width, height = (int(number) for number in box)
    window = np.s_[y : y + height, x : x + width]
    size = (width, height)
    method = cv2.INTER_AREA if height < _SHAPE_SIDE else cv2.INTER_LINEAR
    cover = cv2.resize(one.cover, size, interpolation=method)
    clear = 1 - cover
    for image, own in ((rgb, one.rgb), (thermal, one.thermal)):
        looks = cv2.resize(own, size, interpolation=method)
        image[window] = cv2.blendLinear(looks, np.ascontiguousarray(image[window]), cover, clear)


def covered(boxes: Boxes, by: Boxes) -> NDArray[np.float32]:
    """Share `(N,)` of each box `(N, 4)` that lies behind the box `by` `(4,)`."""
    low = np.maximum(boxes[:, :2], by[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], by[:2] + by[2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    return np.asarray(shared / np.maximum(np.prod(boxes[:, 2:], axis=1), 1e-6), np.float32)


def _hidden(before: Instant, after: Instant) -> set[int]:
    pasted = after.boxes[len(before.boxes) :]
    shares = [covered(before.boxes, box) for box in pasted]
    if not shares:
        return set()
    return {int(each) for each in before.ids[np.max(shares, axis=0) > _HIDDEN]}
