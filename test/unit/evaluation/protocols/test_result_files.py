"""Result files: every form is read, what is written is read back, damage is told in one line.

Proves: delimiters, corners, NaN and inf, exact round trips, line numbers in errors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.result_files import (
    Delimiter,
    read_result,
    write_result,
)

DELIMITERS: st.SearchStrategy[Delimiter] = st.sampled_from((",", "\t", " "))


def written(folder: Path, text: str) -> Path:
    path = folder / "result.txt"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3,4\n5.5,6,-7,0\n",
        "1\t2\t3\t4\r\n5.5\t6\t-7\t0\r\n",
        "1 2 3 4\n5.5  6 -7 0",
        "\ufeff1, 2, 3, 4\n5.5;6;-7;0\n\n",
        "1,2,3,4,\n5.5e0,6.000,-7,0,\n",
    ],
)
def test_four_numbers_in_every_form(tmp_path: Path, text: str) -> None:
    expected = [[1, 2, 3, 4], [5.5, 6, -7, 0]]
    assert read_result(written(tmp_path, text)).tolist() == expected


@pytest.mark.parametrize(
    "corners", ["1,2,4,2,4,6,1,6", "4,6,1,6,1,2,4,2", "1 6 1 2 4 2 4 6", "1,2,1,6,4,6,4,2"]
)
def test_four_corners_give_the_enclosing_box(tmp_path: Path, corners: str) -> None:
    assert read_result(written(tmp_path, corners)).tolist() == [[1, 2, 3, 4]]


@pytest.mark.parametrize("line", ["nan,nan,nan,nan", "1,NaN,3,4", "inf,1,2,3", "1,2,-inf,4"])
def test_a_line_that_is_no_number_is_no_answer(tmp_path: Path, line: str) -> None:
    boxes = read_result(written(tmp_path, f"1,2,3,4\n{line}\n"))
    assert np.isnan(boxes).tolist() == [[False] * 4, [True] * 4]


@pytest.mark.parametrize(
    "text",
    [
        "x,y,w,h\n1,2,3,4\n5,6,7,8\n",
        "\ufeffleft top width height\r\n1 2 3 4\r\n5 6 7 8\r\n",
        "1,2,3,4\r\r\n5,6,7,8\r\r\n",
        "\n1,2,3,4\n\n\n5,6,7,8\n\n",
    ],
)
def test_headings_and_empty_lines_do_not_count(tmp_path: Path, text: str) -> None:
    expected = [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert read_result(written(tmp_path, text)).tolist() == expected
    assert read_result(written(tmp_path, text), frames=2).tolist() == expected


def test_an_empty_line_is_no_answer_where_every_frame_has_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2,3,4\n\n1,2,3,4\n")
    assert np.isnan(read_result(path, frames=3)[:, 0]).tolist() == [False, True, False]
    assert len(read_result(path, frames=4)) == len(read_result(path, frames=2)) == 2


def test_corners_of_several_forms_of_numbers_as_published(tmp_path: Path) -> None:
    text = "2.09e+02 1.55e+02 309.0 1.55e+02 309 218.0 2.09e+02 218\n"
    assert read_result(written(tmp_path, text)).tolist() == [[209, 155, 100, 63]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no box; expected a line x,y,w,h for each frame"),
        ("\n \n", "holds no box; expected"),
        ("1,2,3,4\n1,2,3\n", "line 2: 3 numbers; expected 4 (x y w h) or 8 (four corners)"),
        ("1,2,3,4\n1,2,3,4,5,6,7,8\n", "line 2: 8 numbers, but 4 in the lines before it"),
        ("1,2,x,4\n", "line 1: 'x' is not a number"),
        ("1,,3,4\n", "line 1: '' is not a number"),
        ("1,2,3,1_0\n", "line 1: '1_0' is not a number"),
        ("x,y,w,h\n1,2,3,4\nx,y,w,h\n", "line 3: 'x' is not a number"),
        ("x,y,w,h\n", "holds no box; expected"),
        ("[1, 2, 3, 4]\n", "line 1: '[1' is not a number"),
        ("1,5 2,5 3,5 4,5\n", "line 1: 8 numbers with commas and blanks between them"),
        ("1,5\t2,5\t3,5\t4,5\n", "expected decimal points"),
        ("1,2,3,4,0.9\n", "line 1: 5 numbers; expected 4 (x y w h) or 8"),
    ],
)
def test_damage_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        read_result(written(tmp_path, text))
    assert message in str(caught.value)
    assert "result.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*none\.txt"):
        read_result(tmp_path / "none.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"binary\.txt is not a text file"):
        read_result(tmp_path / "binary.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write"):
        write_result(tmp_path / "file" / "a.txt", np.zeros((1, 4)))


@given(arrays(np.float64, (3, 4), elements=st.floats(width=64)), DELIMITERS)
def test_four_numbers_are_read_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, boxes: Values, delimiter: Delimiter
) -> None:
    path = tmp_path_factory.mktemp("results") / "a.txt"
    write_result(path, boxes, 4, delimiter)
    finite = np.isfinite(boxes).all(axis=1, keepdims=True)
    np.testing.assert_array_equal(read_result(path), np.where(finite, boxes, np.nan))


@given(arrays(np.float32, (3, 4), elements=st.floats(0, 5000, width=32)), DELIMITERS)
def test_four_corners_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, boxes: Values, delimiter: Delimiter
) -> None:
    path = tmp_path_factory.mktemp("results") / "a.txt"
    write_result(path, boxes, 8, delimiter)
    assert {len(line.split(delimiter)) for line in path.read_text().splitlines()} == {8}
    np.testing.assert_allclose(read_result(path), boxes, atol=1e-11)


def test_corners_go_round_the_box_from_its_first(tmp_path: Path) -> None:
    write_result(tmp_path / "new" / "a.txt", np.array([[1, 2, 3, 4.5], [0, 0, -1, 2]]), 8)
    assert (tmp_path / "new" / "a.txt").read_text() == (
        "1,2,4,2,4,6.5,1,6.5\n" + ",".join(["nan"] * 8) + "\n"
    )


@pytest.mark.parametrize("columns", [4, 8])
def test_large_and_small_numbers_are_written_without_exponents(
    tmp_path: Path, columns: Literal[4, 8]
) -> None:
    write_result(tmp_path / "a.txt", np.array([[1e20, 1e-7, 1e22, 3.0]]), columns)
    assert "e" not in (tmp_path / "a.txt").read_text()
