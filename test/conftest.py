"""What all tests share: ROS stays here, Ctrl-C works, skips have a reason, no deadline."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator
from importlib.util import find_spec
from pathlib import Path

import cv2
import hypothesis
import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.process_environment import set_compute_environment
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.synthetic_sequence import SyntheticSequence
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Before any test imports torch, rclpy or matplotlib: each reads these once.
set_compute_environment()
os.environ.setdefault("MPLBACKEND", "Agg")
isolate(os.environ, private_domain_id())

# A shell's background job has it ignored, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("default", deadline=None, max_examples=40)
hypothesis.settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-ros",
        action="store_true",
        help="run tests marked ros even when ROS seems absent, so that they fail instead of skip",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = [name for name in ("rclpy", "rgbt_dualatt") if find_spec(name) is None]
    skip = {}
    if missing and not config.getoption("--require-ros"):
        skip["ros"] = pytest.mark.skip(reason=f"Python modules missing: {', '.join(missing)}")
    if not REAL_DATA.is_dir():
        skip["data"] = pytest.mark.skip(reason=f"real sequences are not at {REAL_DATA}")
    for item in items:
        for name in skip.keys() & {mark.name for mark in item.iter_markers()}:
            item.add_marker(skip[name])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A worker cannot send names of files that are no text; some tests have such files."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real sequences beside the checkout; mark the test with `data`."""
    return REAL_DATA


WriteSet = Callable[..., Path]
"""Writes a miniature data set into a folder that it is given, and gives the folder back."""


@pytest.fixture(scope="session")
def write_gtot() -> WriteSet:
    """Sequences of rendered scenes in the layout of GTOT, without its file of attributes."""

    def write(root: Path, sequences: int = 2, frames: int = 6) -> Path:
        for index in range(sequences):
            folder = root / f"Scene{index + 1}"
            truth = _write_images(folder, ("v", "i"), "png", index, frames)
            corners = np.column_stack([truth[:, :2], truth[:, :2] + truth[:, 2:]])
            # The truths of the two cameras of GTOT differ by a few pixels.
            np.savetxt(folder / "groundTruth_v.txt", corners, "%.0f")
            np.savetxt(folder / "groundTruth_i.txt", corners + 1, "%.0f")
        return root

    return write


@pytest.fixture(scope="session")
def write_rgbt234() -> WriteSet:
    """Sequences of rendered scenes in the layout of RGBT234, with files of attributes."""

    def write(root: Path, sequences: int = 2, frames: int = 6) -> Path:
        names = [f"scene{index + 1}" for index in range(sequences)]
        for index, name in enumerate(names):
            truth = _write_images(root / name, ("visible", "infrared"), "jpg", index, frames)
            np.savetxt(root / name / "visible.txt", truth, "%.0f", delimiter=",")
            infrared = np.column_stack([truth[:, :2] + 1, truth[:, 2:]])
            np.savetxt(root / name / "infrared.txt", infrared, "%.0f", delimiter=",")
            np.savetxt(root / name / "init.txt", truth, "%.0f", delimiter=",")
        labels = root / "attr_txt"
        labels.mkdir()
        (labels / "SequencesName.txt").write_text("".join(f"{name}\n" for name in names))
        for label in ("NO", "PO", "HO", "LI", "LR", "TC", "DEF", "FM", "SC", "MB", "CM", "BC"):
            has = ["1" if (label == "NO") == (index == 0) else "0" for index in range(sequences)]
            (labels / f"{label}.txt").write_text("\n".join(has) + "\n")
        return root

    return write


def _write_images(
    folder: Path, cameras: tuple[str, str], suffix: str, seed: int, frames: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The images of a small scene, and its boxes."""
    size = ImageSize(width=160, height=120)
    scene = SyntheticSequence(SceneConfig(size=size, length=frames, seed=seed))
    for camera in cameras:
        (folder / camera).mkdir(parents=True)
    for number, pair in enumerate(scene.pairs(), start=1):
        images = (cv2.cvtColor(pair.rgb, cv2.COLOR_RGB2BGR), pair.thermal)
        for camera, image in zip(cameras, images, strict=True):
            cv2.imwrite(str(folder / camera / f"{number:05d}{camera[0]}.{suffix}"), image)
    return np.asarray(scene.truth, np.float64).round()
