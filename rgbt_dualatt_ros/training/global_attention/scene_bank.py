"""SceneBank: rendered scenes with the true boxes of everybody in them, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.synthetic_sequence import SyntheticSequence
from rgbt_dualatt_ros.training.global_attention.bank_cache import Arrays, cached
from rgbt_dualatt_ros.training.global_attention.draft import Image, Weights

_VERSION = 1
_LENGTH = 120
_TARGETS = {"person": 0.5, "cyclist": 0.15, "car": 0.2, "dog": 0.15}
_LIKENESSES = {"none": 0.4, "thermal": 0.35, "colour": 0.18, "both": 0.07}
"""Look-alikes of equal heat differ in colour only: what a net must learn colour from."""
_ATTRIBUTES = {
    "LI": 0.1, "PO": 0.15, "DEF": 0.15, "SV": 0.25, "CM": 0.3, "TC": 0.06, "LR": 0.12, "FM": 0.1,
}  # fmt: skip
_SMOKE, _GLARE = 0.12, 0.06


@dataclass(frozen=True, slots=True, eq=False)
class StillScene:
    """Some instants of one scene; row i of `boxes` is the same actor in all of them.

    Attributes:
        rgb: `(N, H, W, 3)` uint8.
        thermal: `(N, H, W)` uint8.
        boxes: `(N, A, 4)` xywh, px; NaN where an actor cannot be seen.
        visible: `(N, A)` share of each actor that lies in the image and behind nothing.
    """

    rgb: Image
    thermal: Image
    boxes: Boxes
    visible: Weights


def load_scenes(config: PairConfig, say: Callable[[str], None]) -> tuple[StillScene, ...]:
    """As many scenes as the settings ask for, from the cache when it holds them."""
    size = ImageSize(config.work_width, config.work_height)
    key = (_VERSION, str(size), config.scenes, config.instants)

    def make() -> Arrays:
        if config.scenes:
            say(f"rendering {config.scenes} scenes of {config.instants} frames")
        arrays: Arrays = {"scenes": np.array(config.scenes)}
        for seed in range(config.scenes):
            scene = render_scene(seed, size, config.instants)
            for name in ("rgb", "thermal", "boxes", "visible"):
                arrays[f"{name}{seed}"] = getattr(scene, name)
        return arrays

    arrays = cached("scenes", key, config.cache, make)
    return tuple(
        StillScene(
            np.asarray(arrays[f"rgb{row}"], np.uint8),
            np.asarray(arrays[f"thermal{row}"], np.uint8),
            np.asarray(arrays[f"boxes{row}"], np.float32),
            np.asarray(arrays[f"visible{row}"], np.float32),
        )
        for row in range(int(arrays["scenes"].item()))
    )


def render_scene(seed: int, size: ImageSize, instants: int) -> StillScene:
    """One scene at random instants; the seed decides everything."""
    rng = np.random.default_rng([seed, 0x5CE7E])
    sequence = SyntheticSequence(draw_scene(rng, size))
    frames = np.sort(rng.choice(_LENGTH, instants, replace=False))
    moments = list(sequence.moments([int(frame) for frame in frames]))
    return StillScene(
        np.stack([moment.pair.rgb for moment in moments]),
        np.stack([moment.pair.thermal for moment in moments]),
        np.array([[one.box for one in moment.sightings] for moment in moments], np.float32),
        np.array([[one.visible for one in moment.sightings] for moment in moments], np.float32),
    )


def draw_scene(rng: np.random.Generator, size: ImageSize) -> SceneConfig:
    """A scene with one to four others of the target's kind."""
    target = _choice(_TARGETS, rng)
    attributes = [name for name, share in _ATTRIBUTES.items() if rng.random() < share]
    if target == "car" and "DEF" in attributes:
        attributes.remove("DEF")  # a car does not deform
    return SceneConfig(
        attributes=tuple(attributes),
        target=target,
        seed=int(rng.integers(2**31)),
        size=size,
        length=_LENGTH,
        distractors=int(rng.integers(1, 5)),
        likeness=_choice(_LIKENESSES, rng),
        smoke=float(rng.uniform(0.3, 0.9)) if rng.random() < _SMOKE else 0.0,
        glare=float(rng.uniform(0.3, 0.9)) if rng.random() < _GLARE else 0.0,
    )


def _choice(shares: dict[str, float], rng: np.random.Generator) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))
