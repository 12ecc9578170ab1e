"""Annotation text to boxes.

Proves: every delimiter, order and sign of absence that data sets use, and that a slip names file
and line. Not: that the boxes fit any image.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.annotations import format_boxes, parse_boxes, read_boxes


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("1,2,3,4", id="comma"),
        pytest.param("1, 2, 3, 4", id="comma and blank"),
        pytest.param("1\t2\t3\t4", id="tab"),
        pytest.param("1 2  3 4", id="blanks"),
        pytest.param("1;2;3;4", id="semicolon"),
        pytest.param(" 1.0,2.,3.00,+4e0 ", id="ways to write a number"),
        pytest.param("4,6,1,2,4,2,1,6", id="polygon in any order"),
    ],
)
def test_delimiters(line: str) -> None:
    np.testing.assert_array_equal(parse_boxes(line, "t"), [[1, 2, 3, 4]])


def test_corners_may_be_swapped() -> None:
    boxes = parse_boxes("1 2 4 6\n4 6 1 2\n", "t", "xyxy")
    np.testing.assert_array_equal(boxes, [[1, 2, 3, 4], [1, 2, 3, 4]])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("NaN,NaN,NaN,NaN", id="NaN"),
        pytest.param("nan nan nan nan", id="nan"),
        pytest.param("0,0,0,0", id="zeros"),
        pytest.param("5,5,0,10", id="no width"),
        pytest.param("", id="empty line"),
    ],
)
def test_absent_target_is_a_row_of_nan(line: str) -> None:
    boxes = parse_boxes(f"1,2,3,4\n{line}\n5,6,7,8\n", "t")
    assert boxes.shape == (3, 4)
    assert np.isnan(boxes[1]).all()
    np.testing.assert_array_equal(boxes[2], [5, 6, 7, 8])


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "groundtruth.txt"
    path.write_bytes("\ufeff1,2,3,4\r\n5,6,7,8\r\n\r\n".encode())
    np.testing.assert_array_equal(read_boxes(path), [[1, 2, 3, 4], [5, 6, 7, 8]])


def test_no_lines_are_no_boxes() -> None:
    assert parse_boxes("\n\n", "t").shape == (0, 4)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("1,2,x,4", "'x' is not a number", id="letter"),
        pytest.param("1,2,3O,4", "'3O' is not a number", id="letter within a number"),
        pytest.param("1,2,1_0,4", "'1_0' is not a number", id="underscore"),
        pytest.param("1,2,inf,4", "'inf' is not a number", id="infinite"),
        pytest.param("1,2,,4", "'' is not a number", id="missing field"),
        pytest.param("1,5 2,5 3 4", "'5 2' is not a number", id="decimal commas"),
        pytest.param("1,2,3", "3 numbers; expected four, x,y,width,height", id="too few"),
        pytest.param("1,2,3,4,5", "5 numbers", id="too many"),
    ],
)
def test_a_slip_names_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "groundtruth.txt"
    path.write_text(f"1,2,3,4\n{line}\n")
    with pytest.raises(DatasetError) as caught:
        read_boxes(path)
    assert f"{path}, line 2: " in str(caught.value)
    assert said in str(caught.value)


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groundtruth.txt"
    path.write_bytes("1,2,3,4".encode("utf-16"))
    with pytest.raises(DatasetError, match="not a text file"):
        read_boxes(path)
    with pytest.raises(DatasetError, match=r"cannot read .*absent\.txt: No such file"):
        read_boxes(tmp_path / "absent.txt")


@settings(deadline=None, max_examples=50)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 20), st.just(4)),
        elements=st.floats(0.125, 4096.0, width=32),
    )
)
def test_text_and_back_is_exact(boxes: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    np.testing.assert_array_equal(parse_boxes(format_boxes(boxes), "t"), boxes)
