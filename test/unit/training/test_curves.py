"""Curves of a training: rows that are taken back, rows that are broken, the picture."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path

import cv2
import pytest

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.training.loop.curve_file import CurveFile, read_curve
from rgbt_dualatt_ros.training.loop.curve_picture import draw_curves


def _write(path: Path, steps: int, last: int = 0) -> None:
    curve = CurveFile(path, last)
    for step in range(last + 1, last + steps + 1):
        curve.add(step, {"loss": 1 / step, "skipped": 0.0})
    curve.close()


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    _write(path, 3)
    columns, rows = read_curve(path)
    assert columns == ["step", "loss", "skipped"]
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert rows[2]["loss"] == pytest.approx(1 / 3, rel=1e-8)


def test_later_rows_are_taken_back_and_nothing_doubles(tmp_path: Path) -> None:
    path, whole = tmp_path / "killed.csv", tmp_path / "whole.csv"
    _write(whole, 6)
    _write(path, 5)
    _write(path, 3, last=3)
    assert path.read_text() == whole.read_text()


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_row_cut_anywhere_by_a_kill_is_left_out(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "losses.csv"
    _write(path, 3)
    text = path.read_text()
    path.write_text(text[:-cut])
    lines = text[:-cut].count("\n") - 1
    assert len(read_curve(path)[1]) == lines
    _write(path, 3 - lines, last=lines)
    assert path.read_text() == text


def test_a_file_of_half_a_header_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("step,lo")
    _write(path, 1)
    assert path.read_text() == "step,loss,skipped\n1,1,0\n"


def test_a_broken_row_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    _write(path, 2)
    path.write_text(path.read_text().replace("2,0.5,0", "2,half,0"))
    with pytest.raises(RgbtError, match=r"losses\.csv:3 is no row of 3 numbers.*--fresh"):
        read_curve(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_once_and_in_one_line(tmp_path: Path) -> None:
    curve = CurveFile(tmp_path / "losses.csv", 0)
    curve._file.close()
    curve._file = Path("/dev/full").open("w")  # noqa: SIM115  closed by the curve
    with pytest.raises(RgbtError, match=r"cannot write the curve .*losses\.csv: No space left"):
        curve.add(1, {"loss": 0.5})
    curve.close()


def test_rows_that_cannot_be_kept_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = CurveFile(tmp_path / "losses.csv", 0)

    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RgbtError, match=r"cannot write the curve .*Input/output error"):
        curve.keep()
    curve.close()


def test_numbers_that_are_not_finite_are_kept(tmp_path: Path) -> None:
    curve = CurveFile(tmp_path / "losses.csv", 0)
    curve.add(1, {"loss": math.nan, "norm": math.inf})
    curve.close()
    _, rows = read_curve(tmp_path / "losses.csv")
    assert math.isnan(rows[0]["loss"])
    assert rows[0]["norm"] == math.inf


def test_the_picture_has_a_panel_for_each_loss(tmp_path: Path) -> None:
    curve = CurveFile(tmp_path / "losses.csv", 0)
    for step in range(1, 101):
        loss = math.nan if step == 50 else 1 / step
        parts = {"overlap": 0.5, "entropy": 0.1, "gradient_norm": 2.0}
        curve.add(step, {"loss": loss, **parts, "learning_rate": 0.1, "seconds": 1.0})
    curve.close()
    _write(tmp_path / "validation.csv", 2)
    picture = tmp_path / "curves.png"
    draw_curves(tmp_path / "losses.csv", tmp_path / "validation.csv", picture)
    image = cv2.imread(str(picture))
    assert image is not None
    height, width = image.shape[:2]
    # Four panels in two rows; the rate and the clock are known without a picture.
    assert width / height == pytest.approx(3 * 5 / (2 * 3.6), rel=0.01)
