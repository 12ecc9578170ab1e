"""Names of files that are no text: one line, nothing lost, nothing else changed."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.printable import printable


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BlackCar 2", "BlackCar 2"),
        ("ünï\u3000人|<b>", "ünï\u3000人|<b>"),
        ("new\nline\ttab", "new\\nline\\ttab"),
        ("man\udcff", "man\\udcff"),
    ],
)
def test_what_is_no_text_is_written_out(name: str, expected: str) -> None:
    assert printable(name) == expected


def test_an_error_about_such_a_file_can_be_printed() -> None:
    assert str(DatasetError("cannot read man\udcff")) == "cannot read man\\udcff"
    assert str(DatasetError("ünï 人")) == "ünï 人"
