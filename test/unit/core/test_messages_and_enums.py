"""The numbers of our enumerations are those of the .msg files, read as text: no ROS needed."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.prediction import TrackStatus
from rgbt_dualatt_ros.core.proposals import ProposalSource

MESSAGES = Path(__file__).resolve().parents[3] / "msg"


@pytest.mark.parametrize(
    ("enumeration", "file"),
    [
        pytest.param(TrackStatus, "TrackedTarget.msg", id="status of a target"),
        pytest.param(ProposalSource, "TrackedTarget.msg", id="source of a target"),
        pytest.param(TrackStatus, "TrackerStatus.msg", id="state of the node"),
    ],
)
def test_numbers_agree(enumeration: type[IntEnum], file: str) -> None:
    text = (MESSAGES / file).read_text(encoding="utf-8")
    constants = dict(re.findall(r"^uint8 (\w+)=(\d+)", text, re.MULTILINE))
    assert {each.name: str(each.value) for each in enumeration}.items() <= constants.items()
