"""Seeded rendering of realistic RGB-T sequences with exact boxes.

`SceneConfig` says what is wanted, `SyntheticSequence` delivers it, `named_scenes` has ready ones.
"""

from rgbt_dualatt_ros.datasets.synthetic.named_scenes import (
    SPEC_HELP,
    attribute_scenes,
    demo_scene,
    easy_scene,
    parse_scene,
)
from rgbt_dualatt_ros.datasets.synthetic.scene_config import (
    ATTRIBUTE_TEXTS,
    ATTRIBUTES,
    SceneConfig,
)
from rgbt_dualatt_ros.datasets.synthetic.scene_sets import SETS_HELP, parse_scenes
from rgbt_dualatt_ros.datasets.synthetic.synthetic_sequence import SyntheticSequence

__all__ = [
    "ATTRIBUTES",
    "ATTRIBUTE_TEXTS",
    "SETS_HELP",
    "SPEC_HELP",
    "SceneConfig",
    "SyntheticSequence",
    "attribute_scenes",
    "demo_scene",
    "easy_scene",
    "parse_scene",
    "parse_scenes",
]
