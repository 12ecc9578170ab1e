"""A bag of answers where a bag is already.

Proves: one line names the folder. Not: what is in a bag (end_to_end/test_replay.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.ros.answer_bag import write_answers


def test_folder_that_another_replay_writes_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    write_answers([], folder)
    with pytest.raises(DatasetError, match="the folder is in use") as refusal:
        write_answers([], folder)
    assert str(folder) in str(refusal.value)
    assert "\n" not in str(refusal.value)
