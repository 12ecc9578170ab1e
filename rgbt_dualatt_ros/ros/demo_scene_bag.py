"""The bag of the demo: rendered once, and again when the scene or its renderer has changed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from rgbt_dualatt_ros import bags, datasets
from rgbt_dualatt_ros.bags.bag_writer import write_bag
from rgbt_dualatt_ros.datasets.synthetic import SceneConfig, SyntheticSequence, demo_scene
from rgbt_dualatt_ros.ros.replay_results import OpenProgress

_SHORT_FRAMES = 90
_FOLDER_PREFIX = "scene-"


def demo_bag(folder: Path, open_progress: OpenProgress, *, is_short: bool) -> Path:
    """The bag of the hard scene, made when it is not there.

    Args:
        folder: keeps the bag; those of other scenes or renderers in it are removed.
        is_short: three seconds of it instead of twelve.

    Raises:
        RgbtError: when it cannot be written.
    """
    scene = demo_scene()
    if is_short:
        scene = replace(scene, length=_SHORT_FRAMES)
    place = folder / f"{_FOLDER_PREFIX}{_digest(scene)}"
    bag = place / scene.name
    if bag.is_dir():
        return bag
    for outdated in folder.glob(f"{_FOLDER_PREFIX}*"):
        shutil.rmtree(outdated, ignore_errors=True)
    sequence = SyntheticSequence(scene)
    with open_progress(scene.length, "rendering") as bar:
        return write_bag(sequence, bag, on_frame=lambda: bar.advance(sequence.name, 1))


def _digest(scene: SceneConfig) -> str:
    """Stands for the scene and for the code that renders and writes it."""
    found = hashlib.sha256(repr(scene).encode())
    for package in (datasets, bags):
        for folder in package.__path__:
            for source in sorted(Path(folder).rglob("*.py")):
                found.update(source.read_bytes())
    return found.hexdigest()[:12]
