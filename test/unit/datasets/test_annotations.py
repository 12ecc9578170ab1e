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
from rgbt_dualatt_ros.datasets.annotations import (
    format_boxes,
    parse_boxes,
    read_boxes,
    read_flags,
)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("1,2,3,4", id="comma"),
        pytest.param("1, 2, 3, 4", id="comma and blank"),
        pytest.param("1\t2\t3\t4", id="tab"),
        pytest.param("1 2  3 4", id="blanks"),
        pytest.param("1;2;3;4", id="semicolon"),
        pytest.param("1,2\t3 4", id="all in one line"),
        pytest.param("1 , 2 ,3,\t4", id="blanks around commas"),
        pytest.param("1,2,3,4,", id="comma at the end"),
        pytest.param("1\t2\t3\t4\t", id="tab at the end"),
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
        pytest.param("1,2,3,", "3 numbers", id="too few and a comma"),
        pytest.param("1,5 2,5 3 4", "6 numbers", id="some decimal commas"),
        pytest.param("1,5 2,5 3,5 4,5", "8 numbers with commas and blanks", id="decimal commas"),
        pytest.param("1,5 2,5 3,5 4,", "7 numbers", id="decimal commas, cut off"),
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


def test_the_first_four_of_many_columns_are_the_box() -> None:
    boxes = parse_boxes("1 2 3 4 0 0 9 9\n5 6 7 8\n0 0 0 0 1\n", "t", "xywh_and_more")
    np.testing.assert_array_equal(boxes, [[1, 2, 3, 4], [5, 6, 7, 8], [np.nan] * 4])
    with pytest.raises(DatasetError, match="3 numbers"):
        parse_boxes("1 2 3\n", "t", "xywh_and_more")


@pytest.mark.parametrize(
    ("line", "box"),
    [
        pytest.param("1,2,3,4", [1, 2, 3, 4], id="rectangle"),
        pytest.param("1.5,2,4.5,2,4.5,6,1.5,6", [1.5, 2, 3, 4], id="polygon of four"),
        pytest.param("1,2,4,4,1,6", [1, 2, 3, 4], id="polygon of three"),
        pytest.param("2,2,4,3,3,6,1,4,1,3", [1, 2, 3, 4], id="polygon of five"),
        pytest.param("0", [np.nan] * 4, id="code for no box"),
        pytest.param("nan,nan,nan,nan", [np.nan] * 4, id="NaN"),
    ],
)
def test_regions_of_vot(line: str, box: list[float]) -> None:
    np.testing.assert_array_equal(parse_boxes(f"{line}\n", "t", "vot"), [box])


@pytest.mark.parametrize("line", ["1,2", "1,2,3,4,5", "1,2,3,4,5,6,7"])
def test_numbers_that_make_no_region_are_refused(line: str) -> None:
    with pytest.raises(DatasetError, match="numbers; expected four"):
        parse_boxes(line, "t", "vot")


def test_boxes_without_area_can_be_kept_as_written() -> None:
    boxes = parse_boxes("147,457,0,0\n9,9,-1,8\nnan,1,1,1\n", "t", keep_empty=True)
    np.testing.assert_array_equal(boxes, [[147, 457, 0, 0], [9, 9, -1, 8], [np.nan] * 4])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0,1,1,0", id="one row"),
        pytest.param("0\r\n1\r\n1\r\n0\r\n", id="a line each"),
        pytest.param("\ufeff0 1\n1 0,\n", id="some in each"),
        pytest.param("0.0, 1.0, 1e0, 0\n\n", id="as floats"),
    ],
)
def test_flags(tmp_path: Path, text: str) -> None:
    path = tmp_path / "flags.txt"
    path.write_bytes(text.encode())
    assert read_flags(path).tolist() == [False, True, True, False]


@pytest.mark.parametrize("field", ["2", "x", "-1", "nan"])
def test_what_is_no_flag_names_file_and_line(tmp_path: Path, field: str) -> None:
    path = tmp_path / "flags.txt"
    path.write_text(f"0\n1,{field},0\n")
    with pytest.raises(DatasetError, match=rf"flags\.txt, line 2: '{field}' is neither 0 nor 1"):
        read_flags(path)


_DELIMITERS = st.sampled_from([",", ", ", " ,", "\t", " ", "  ", ";", " ; ", "\t\t", ",\t"])
_NUMBERS = st.floats(-4096, 4096, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)


@given(
    st.lists(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS), min_size=1, max_size=8),
    st.data(),
)
def test_any_delimiters_give_the_same_boxes(
    rows: list[tuple[float, float, float, float]], data: st.DataObject
) -> None:
    lines = []
    for row in rows:
        text = [f"{value:.9g}" for value in row]
        between = [data.draw(_DELIMITERS) for _ in text[1:]]
        lines.append("".join(a + b for a, b in zip(text, [*between, ""], strict=True)))
    ends = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    mixed = parse_boxes(ends.join(lines) + ends, "t", keep_empty=True)
    plain = parse_boxes(format_boxes(np.array(rows, np.float32)), "t", keep_empty=True)
    np.testing.assert_array_equal(mixed, plain)
    assert len(mixed) == len(rows)


@given(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS), st.booleans(), st.booleans())
def test_swapped_corners_give_the_same_box(
    corners: tuple[float, float, float, float], swap_x: bool, swap_y: bool
) -> None:
    left, top, right, bottom = (float(np.float32(value)) for value in corners)
    xs, ys = (right, left) if swap_x else (left, right), (bottom, top) if swap_y else (top, bottom)
    line = f"{xs[0]!r} {ys[0]!r} {xs[1]!r} {ys[1]!r}"
    box = parse_boxes(line, "t", "xyxy", keep_empty=True)[0]
    expected = [min(xs), min(ys), abs(right - left), abs(bottom - top)]
    np.testing.assert_allclose(box, expected, rtol=1e-6)
    assert (box[2:] >= 0).all()


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
