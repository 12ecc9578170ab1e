"""Stamps of sequences in folders: every damaged file is told in one clear line.

That stamps reach the frames is proved in test_sequence_folder.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.stamps import even_stamps, read_stamps


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("5,6\n", "has 1 lines for 3 frames", id="too short"),
        pytest.param("5,6\n7\n8,9\n", "line 2: '7' is not rgb_ns,thermal_ns", id="one number"),
        pytest.param(
            "5,6\n7,2147483648000000000\n8,9\n",
            "line 2: '7,2147483648000000000' lies after",
            id="after ROS's end of time",
        ),
        pytest.param(f"5,6\n{10**30},7\n8,9\n", "the last stamp that ROS has", id="enormous"),
    ],
)
def test_a_damaged_file_of_stamps_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stamps.txt").write_text(text)
    with pytest.raises(DatasetError, match=r"stamps\.txt.*" + re.escape(said)):
        read_stamps(tmp_path, 3)


def test_a_file_of_stamps_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "stamps.txt").write_bytes(b"\xff\xfe5,6")
    with pytest.raises(DatasetError, match=r"stamps\.txt is not a text file"):
        read_stamps(tmp_path, 3)


@pytest.mark.parametrize("rate_hz", [0.0, -5.0, float("nan"), float("inf")], ids=str)
def test_a_rate_that_makes_no_stamps_is_refused(rate_hz: float) -> None:
    with pytest.raises(ConfigError, match="frames a second must lie in"):
        even_stamps(3, rate_hz)
