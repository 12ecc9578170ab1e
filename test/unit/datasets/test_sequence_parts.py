"""Single frames and parts of a sequence folder, as training takes them.

Proves: they are the same as in the whole sequence, with their boxes and stamps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence, open_sequence

WriteImages = Callable[..., None]


@pytest.fixture(params=["rgb and thermal", "colour only"])
def sequence(
    tmp_path: Path, write_images: WriteImages, request: pytest.FixtureRequest
) -> FolderSequence:
    """Three frames, of two cameras or one."""
    if request.param == "colour only":
        write_images(tmp_path / "img", 3, "{}.png")
    else:
        write_images(tmp_path / "visible", 3, "{}.png")
        write_images(tmp_path / "infrared", 3, "{}.png", offset=5)
    (tmp_path / "groundtruth.txt").write_text("1,2,3,4\n2,2,3,4\n3,2,3,4\n")
    return open_sequence(tmp_path)


def test_one_frame_by_itself_is_that_of_the_sequence(sequence: FolderSequence) -> None:
    for index, pair in enumerate(sequence.pairs()):
        alone = sequence.pair_at(index)
        np.testing.assert_array_equal(alone.rgb, pair.rgb)
        np.testing.assert_array_equal(alone.thermal, pair.thermal)
        assert alone.stamp_ns == pair.stamp_ns


def test_some_frames_keep_their_boxes_and_stamps(sequence: FolderSequence) -> None:
    part = sequence.only([0, 2])
    assert len(part) == len(list(part.frames())) == 2
    assert len(sequence) == 3, "the whole is untouched"
    np.testing.assert_array_equal(part.truth[:, 0], [1, 3])
    np.testing.assert_array_equal(part.truths["visible"], part.truth)
    np.testing.assert_array_equal(part.written_truths["visible"], part.truth)
    whole = list(sequence.pairs())
    for pair, expected in zip(part.pairs(), (whole[0], whole[2]), strict=True):
        np.testing.assert_array_equal(pair.rgb, expected.rgb)
        np.testing.assert_array_equal(pair.thermal, expected.thermal)
        assert pair.stamp_ns == expected.stamp_ns
