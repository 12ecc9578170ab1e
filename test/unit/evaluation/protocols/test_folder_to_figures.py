"""From a data set's folder and a tracker's files to the table, as docs/protocols.md shows it.

Proves: what the readers of `datasets` give is what the protocols take, with both truths, corners,
attributes, sparse truth and boxes without area.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.datasets.benchmark import open_benchmark
from rgbt_dualatt_ros.evaluation.protocols.result_files import write_result
from rgbt_dualatt_ros.evaluation.protocols.result_folder import read_results
from rgbt_dualatt_ros.evaluation.protocols.score_tables import overall_markdown
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score
from rgbt_dualatt_ros.evaluation.protocols.standard import protocol_of


def write_images(sequence: Path, folders: tuple[str, str], frames: int) -> None:
    for folder in folders:
        (sequence / folder).mkdir(parents=True)
        for frame in range(frames):
            cv2.imwrite(str(sequence / folder / f"{frame + 1:05d}.png"), np.zeros((48, 64), "u1"))


def scored(name: str, root: Path, results: Path) -> Scores:
    sequences = open_benchmark(name, root).sequences
    found = read_results(results, {each.name: len(each) for each in sequences})
    assert not found.problems
    truths = {each.name: each.opened.written_truths for each in sequences}
    labels = {each.name: each.attributes for each in sequences}
    return score(protocol_of(name), truths, found.boxes, labels)


def test_gtot_from_its_folder_by_either_camera(tmp_path: Path) -> None:
    sequence = tmp_path / "GTOT" / "Car"
    write_images(sequence, ("v", "i"), 2)
    (sequence / "groundTruth_v.txt").write_text("10 10 20 20\n10 10 20 20\n")
    (sequence / "groundTruth_i.txt").write_text("10 10 20 20\n30 10 40 20\n")
    write_result(tmp_path / "T_Car.txt", np.array([[10, 10, 10, 10], [30.2, 10, 10, 10]]), 8)
    scores = scored("gtot", tmp_path / "GTOT", tmp_path)
    assert scores.overall.figures["MPR"] == 1
    assert scores.overall.figures["MSR"] == pytest.approx(0.975)
    assert "| T | 1 | 1.000 | 0.975 | 1.000 | 1.000 |" in overall_markdown({"T": [scores]})


def test_rgbt234_and_its_attributes(tmp_path: Path) -> None:
    root = tmp_path / "RGBT234"
    (root / "attr_txt").mkdir(parents=True)
    (root / "attr_txt" / "SequencesName.txt").write_text("car\nman\n")
    labels = ("NO", "PO", "HO", "LI", "LR", "TC", "DEF", "FM", "SC", "MB", "CM", "BC")
    for label in labels:
        (root / "attr_txt" / f"{label}.txt").write_text("0\n1\n" if label == "SC" else "1\n0\n")
    for name, shift in (("car", 0), ("man", 40)):
        write_images(root / name, ("visible", "infrared"), 1)
        for file in ("visible.txt", "infrared.txt", "init.txt"):
            (root / name / file).write_text("1,2,10,10\n")
        write_result(tmp_path / f"T_{name}.txt", np.array([[1.0 + shift, 2, 10, 10]]))
    scores = scored("rgbt234", root, tmp_path)
    assert list(scores.attributes)[-3:] == ["MB", "CM", "BC"]
    found = {label: group.figures["MPR"] for label, group in scores.attributes.items()}
    assert (found["SV"], found["BC"], scores.overall.figures["MPR"]) == (0, 1, 0.5)


def test_lasher_counts_its_boxes_without_area(tmp_path: Path) -> None:
    sequence = tmp_path / "LasHeR" / "testingset" / "car"
    write_images(sequence, ("visible", "infrared"), 3)
    for file in ("visible.txt", "infrared.txt", "init.txt"):
        (sequence / file).write_text("1,2,10,10\n0,0,0,0\n1,2,10,10\n")
    write_result(tmp_path / "T_car.txt", np.array([[50.0, 30, 5, 5]] * 3), delimiter="\t")
    scores = scored("lasher/test", tmp_path / "LasHeR", tmp_path)
    assert scores.overall.frames == 3
    assert scores.overall.figures["PR"] == pytest.approx(2 / 3)


def test_vtuav_is_scored_where_it_is_annotated(tmp_path: Path) -> None:
    sequence = tmp_path / "VTUAV" / "test_ST_001" / "car"
    write_images(sequence, ("rgb", "ir"), 20)
    for file in ("rgb.txt", "ir.txt"):
        (sequence / file).write_text("1 2 10 10\n5 2 10 10\n")
    boxes = np.full((20, 4), 400.0)
    boxes[[0, 10]] = [[1, 2, 10, 10], [5, 2, 10, 10]]
    write_result(tmp_path / "T_car.txt", boxes, delimiter=" ")
    scores = scored("vtuav/test_ST", tmp_path / "VTUAV", tmp_path)
    assert (scores.overall.frames, scores.overall.figures["MPR"]) == (2, 1)
