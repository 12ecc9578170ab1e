"""Challenge labels of the benchmarks.

Proves: the three ways sets keep them, and one clear line for each that is damaged or cannot be
read. The published files were tried by hand; their counts are in docs/datasets.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError, MissingDependencyError
from rgbt_dualatt_ros.datasets.attribute_labels import (
    GTOT_LABELS,
    LASHER_LABELS,
    RGBT234_LABELS,
    read_labels,
)


def write_label_files(folder: Path, names: list[str]) -> None:
    """RGBT234: man has NO and SV, all others have BC."""
    folder.mkdir(parents=True)
    (folder / "SequencesName.txt").write_bytes("".join(f"{name}\r\n" for name in names).encode())
    for label in RGBT234_LABELS:
        flags = ["1" if (label in ("NO", "SV")) == (name == "man") else "0" for name in names]
        if label not in ("NO", "SV", "BC"):
            flags = ["0"] * len(names)
        file_name = "SC" if label == "SV" else label
        (folder / f"{file_name}.txt").write_bytes("".join(f"{f}\r\n" for f in flags).encode())


@pytest.mark.parametrize("place", ["RGBT234/attr_txt", "attr_txt", "RGBT234/Attr_TXT"])
def test_a_file_for_each_label(tmp_path: Path, place: str) -> None:
    root = tmp_path / "RGBT234"
    root.mkdir()
    write_label_files(tmp_path / place, ["man", "car"])
    assert read_labels(root, "file_per_label") == {"man": ("NO", "SV"), "car": ("BC",)}


def test_scale_variation_may_have_its_own_name(tmp_path: Path) -> None:
    write_label_files(tmp_path / "attr_txt", ["man", "car"])
    (tmp_path / "attr_txt" / "SC.txt").rename(tmp_path / "attr_txt" / "SV.txt")
    assert read_labels(tmp_path, "file_per_label")["man"] == ("NO", "SV")


def test_damaged_label_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"no file of attributes in or beside .*; expected attr"
    ):
        read_labels(tmp_path, "file_per_label")
    folder = tmp_path / "attr_txt"
    write_label_files(folder, ["man", "car"])
    (folder / "FM.txt").write_text("0\n")
    with pytest.raises(DatasetError, match=r"FM\.txt has 1 flags for the 2 names"):
        read_labels(tmp_path, "file_per_label")
    (folder / "FM.txt").unlink()
    with pytest.raises(DatasetError, match=r"attr_txt has no FM\.txt"):
        read_labels(tmp_path, "file_per_label")


def test_a_file_for_each_sequence_in_lashers_order(tmp_path: Path) -> None:
    folder = tmp_path / "LasHeR" / "AttriSeqsTxt"
    folder.mkdir(parents=True)
    flags = [0] * 19
    flags[0], flags[7], flags[18] = 1, 1, 1
    (folder / "1 man.txt").write_text(",".join(map(str, flags)))
    assert read_labels(tmp_path / "LasHeR", "file_per_sequence") == {"1 man": ("NO", "AIV", "ARC")}
    (folder / "2.txt").write_text("0,1")
    with pytest.raises(DatasetError, match=r"2\.txt has 2 flags; expected 19"):
        read_labels(tmp_path / "LasHeR", "file_per_sequence")


def write_mat(path: Path, **changes: object) -> None:
    import scipy.io  # type: ignore[import-untyped]

    names = np.empty((2, 1), object)
    names[:, 0] = ["BlackCar", "tunnel"]
    content: dict[str, object] = {label: np.zeros((2, 1), np.uint8) for label in GTOT_LABELS}
    content |= {"seqName": names, "OCC": np.array([[1], [0]]), "TC": np.array([[1], [1]])}
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, content | changes)


@pytest.mark.parametrize("place", ["AttrMat.mat", "sequencesAttr/AttrMat.mat", "attrmat.mat"])
def test_gtots_matlab_file(tmp_path: Path, place: str) -> None:
    pytest.importorskip("scipy")
    write_mat(tmp_path / place)
    assert read_labels(tmp_path, "mat") == {"BlackCar": ("OCC", "TC"), "tunnel": ("TC",)}


def test_a_damaged_matlab_file_is_named(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    path = tmp_path / "AttrMat.mat"
    write_mat(path, FM=np.zeros((3, 1)))
    with pytest.raises(DatasetError, match=r"AttrMat\.mat: FM has another length than seqName"):
        read_labels(tmp_path, "mat")
    for content in (b"", b"no MATLAB file at all" * 20, path.read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=r"AttrMat\.mat does not hold GTOT's attributes"):
            read_labels(tmp_path, "mat")


def test_without_scipy_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "AttrMat.mat").touch()
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(MissingDependencyError, match="pip install scipy"):
        read_labels(tmp_path, "mat")


def test_sets_without_labels_need_no_file(tmp_path: Path) -> None:
    assert read_labels(tmp_path / "absent", "none") == {}


def test_the_sets_have_as_many_labels_as_published() -> None:
    for labels, count in ((GTOT_LABELS, 7), (RGBT234_LABELS, 12), (LASHER_LABELS, 19)):
        assert len(labels) == len(set(labels)) == count


def test_labels_come_in_the_order_of_the_papers_tables() -> None:
    assert " ".join(GTOT_LABELS) == "OCC LSV FM LI TC SO DEF"
    assert " ".join(RGBT234_LABELS) == "NO PO HO LI LR TC DEF FM SV MB CM BC"
    assert " ".join(LASHER_LABELS) == (
        "NO PO TO HO MB LI HI AIV LR DEF BC SA CM TC FL OV FM SV ARC"
    )
