"""What `select_target` shows and answers, without a node and without a window.

Proves: which image of a bag is drawn on, and that what cannot be done ends in one line. The window
is in unit/visualization/test_box_choice.py, the node in integration/test_select_target.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.bags.bag_writer import write_bag
from rgbt_dualatt_ros.cli.select_target import read_bag_image
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.raw_frame import RawFrame

FIRST_NS, PERIOD_NS = 5_000_000_000, 33_333_333


class GreySequence:
    """Frame n is plain, of grey level 10 n."""

    def frames(self) -> Iterator[RawFrame]:
        """Four frames."""
        for index in range(4):
            stamp_ns = FIRST_NS + index * PERIOD_NS
            rgb = np.full((6, 8, 3), 10 * index, np.uint8)
            thermal = np.zeros((6, 8), np.uint8)
            truth = np.array([1, 1, 3, 3], np.float32)
            yield RawFrame(rgb, thermal, stamp_ns, stamp_ns, truth)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bag(GreySequence(), tmp_path_factory.mktemp("bags") / "grey")


@pytest.mark.parametrize("index", [0, 2, 3])
def test_the_image_of_a_bag_comes_with_its_stamp(bag: Path, index: int) -> None:
    shown = read_bag_image(bag, "/rgb/image_raw", index)
    assert shown.stamp_ns == FIRST_NS + index * PERIOD_NS
    assert shown.rgb.shape == (6, 8, 3)
    assert (shown.rgb == 10 * index).all()


@pytest.mark.parametrize("index", [-1, 4])
def test_an_image_that_is_not_there_is_named(bag: Path, index: int) -> None:
    with pytest.raises(DatasetError, match=rf"images 0 \.\. 3; got --frame {index}"):
        read_bag_image(bag, "/rgb/image_raw", index)


@pytest.mark.ros
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param((), "there is no screen here", id="no screen"),
        pytest.param(("--image", "absent.png"), "cannot read absent.png", id="no image"),
        pytest.param(("--box", "1,2,3"), "x,y,w,h in px expected", id="no box"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a screen")
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rgbt_dualatt_ros.cli.select_target", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(Path.home())},
    )
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.ros
@pytest.mark.skipif(
    "GUI:                           NONE" not in cv2.getBuildInformation(),
    reason="this OpenCV has windows",
)
def test_a_headless_opencv_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rgbt_dualatt_ros.cli.select_target"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(Path.home()), "DISPLAY": ":99"},
    )
    assert done.returncode == 2
    assert "opencv-contrib-python-headless" in done.stderr
    assert len(done.stderr.splitlines()) == 1
