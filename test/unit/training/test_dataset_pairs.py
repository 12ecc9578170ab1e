"""Training pairs of annotated data sets.

Proves: which frames are taken, that boxes follow what is done to the images, that only what may
change does, and that equal random states give equal pairs. Not: that a net learns from them.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.dataset_pairs_config import DatasetPairsConfig
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.datasets.image_files import read_rgb, write_png
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence
from rgbt_dualatt_ros.training.global_attention.dataset_pairs import (
    DatasetPairs,
    load_dataset_pairs,
)
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.training_sets import usable_part

HEIGHT, WIDTH = 48, 64
STILL = DatasetPairsConfig(
    mirrored=0.0, inverted=0.0, color_change=0.0, target_shift=0.0, target_scale=0.0
)
PATCH = 220


def write_video(
    path: Path, boxes: list[tuple[int, int, int, int]], folders: tuple[str, str] = ("v", "i")
) -> Path:
    """A video with a bright patch in each box, on black, and GTOT's files of boxes."""
    for folder in filter(None, folders):
        (path / folder).mkdir(parents=True)
    for index, (x, y, w, h) in enumerate(boxes):
        rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        rgb[y : y + h, x : x + w] = (PATCH, 60, 100)
        write_png(path / folders[0] / f"{index + 1:05d}.png", rgb)
        if folders[1]:
            write_png(path / folders[1] / f"{index + 1:05d}.png", rgb[..., 0])
    corners = "".join(f"{x} {y} {x + w} {y + h}\n" for x, y, w, h in boxes)
    for camera in ("v", "i"):
        (path / f"groundTruth_{camera}.txt").write_text(corners)
    (path / "groundtruth.txt").write_text("".join(f"{x},{y},{w},{h}\n" for x, y, w, h in boxes))
    return path


@pytest.fixture
def gtot(tmp_path: Path) -> Path:
    """Three videos of 3, 2 and 5 frames; the target moves by 5 px a frame."""
    for name, frames in (("a", 3), ("b", 2), ("c", 5)):
        boxes = [(4 + 5 * index, 6, 12, 10) for index in range(frames)]
        write_video(tmp_path / "GTOT" / name, boxes)
    return tmp_path / "GTOT"


def draws(pairs: DatasetPairs, count: int) -> list[LabelledPair]:
    rng = np.random.default_rng(7)
    return [pairs.draw(rng) for _ in range(count)]


def brightness_in_and_out(pair: FramePair, boxes: Boxes) -> tuple[float, float]:
    """Share of the thermal image's light in the box, and mean grey of what is in it."""
    x, y, w, h = np.round(boxes[0]).astype(int)
    inside = pair.thermal[y : y + h, x : x + w].astype(float)
    return inside.sum() / pair.thermal.sum(), float(inside.mean())


def test_the_target_is_of_frame_one_and_the_search_of_any_other(gtot: Path) -> None:
    pairs = load_dataset_pairs([("gtot", gtot)], STILL)
    assert len(pairs) == 2 + 1 + 4
    places: dict[float, int] = {}
    for pair in draws(pairs, 280):
        np.testing.assert_array_equal(pair.first_boxes, [[4, 6, 12, 10]])
        assert pair.search_boxes.shape == (1, 4)
        assert pair.others.shape == (0, 4)
        places[float(pair.search_boxes[0, 0])] = places.get(float(pair.search_boxes[0, 0]), 0) + 1
    assert sorted(places) == [9, 14, 19, 24]
    # All 7 later frames are equally likely: 9 is the second frame of three videos.
    expected = {9: 3, 14: 2, 19: 1, 24: 1}
    for place, shares in expected.items():
        assert abs(places[place] - 40 * shares) < 4 * np.sqrt(40 * shares), places


def test_equal_random_states_give_equal_pairs_in_any_process(gtot: Path) -> None:
    pairs = load_dataset_pairs([("gtot", gtot)])
    copied = pickle.loads(pickle.dumps(pairs))
    for seed in range(8):
        one, other = (each.draw(np.random.default_rng(seed)) for each in (pairs, copied))
        for name in ("first", "search"):
            for image in ("rgb", "thermal"):
                np.testing.assert_array_equal(
                    getattr(getattr(one, name), image), getattr(getattr(other, name), image)
                )
        np.testing.assert_array_equal(one.first_boxes, other.first_boxes)
        np.testing.assert_array_equal(one.search_boxes, other.search_boxes)


def test_boxes_follow_the_images(gtot: Path) -> None:
    config = DatasetPairsConfig(mirrored=0.5, inverted=0.0, largest_side=192)
    mirrored = 0
    for pair in draws(load_dataset_pairs([("gtot", gtot)], config), 40):
        share, mean = brightness_in_and_out(pair.search, pair.search_boxes)
        assert share == 1.0
        assert mean == PATCH
        mirrored += bool(pair.search_boxes[0, 0] > WIDTH / 2)
    assert 8 < mirrored < 32


def test_mirrored_is_told_from_not_mirrored(gtot: Path) -> None:
    for share, is_left in ((0.0, True), (1.0, False)):
        config = DatasetPairsConfig(mirrored=share, target_shift=0.0, target_scale=0.0)
        for pair in draws(load_dataset_pairs([("gtot", gtot)], config), 5):
            assert (pair.first_boxes[0, 0] == 4) == is_left
            assert (pair.first_boxes[0, 0] == WIDTH - 16) != is_left


def test_large_images_become_smaller_with_their_boxes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_video(path, [(8, 6, 12, 10), (12, 6, 12, 10)])
    for folder in ("v", "i"):
        for file in (path / folder).iterdir():
            large = np.repeat(np.repeat(read_rgb(file), 8, axis=0), 8, axis=1)
            write_png(file, large)
    for camera in ("v", "i"):
        (path / f"groundTruth_{camera}.txt").write_text("64 48 160 128\n96 48 192 128\n")
    config = DatasetPairsConfig(mirrored=0.0, inverted=0.0, color_change=0.0, largest_side=256)
    pair = load_dataset_pairs([("gtot", tmp_path)], config).draw(np.random.default_rng(0))
    assert (pair.search.size.width, pair.search.size.height) == (256, 192)
    np.testing.assert_allclose(pair.search_boxes, [[48, 24, 48, 40]])
    assert brightness_in_and_out(pair.search, pair.search_boxes)[0] == pytest.approx(1.0, abs=0.02)


def test_warm_may_be_dark_in_both_images_or_in_none(gtot: Path) -> None:
    config = DatasetPairsConfig(inverted=0.5)
    backgrounds = set()
    for pair in draws(load_dataset_pairs([("gtot", gtot)], config), 40):
        backgrounds.add((int(pair.first.thermal[-1, -1]), int(pair.search.thermal[-1, -1])))
    assert backgrounds == {(0, 0), (255, 255)}


def test_light_changes_in_colour_only_and_in_each_image_by_itself(gtot: Path) -> None:
    config = DatasetPairsConfig(mirrored=0.0, inverted=0.0, color_change=0.3)
    greens = set()
    for pair in draws(load_dataset_pairs([("gtot", gtot)], config), 20):
        for image in (pair.first, pair.search):
            assert set(np.unique(image.thermal)) == {0, PATCH}
        greens.add(int(pair.first.rgb[8, 8, 1]))
        assert not np.array_equal(pair.first.rgb[8, 8], pair.search.rgb[8, 22])
    assert len(greens) > 10
    for pair in draws(load_dataset_pairs([("gtot", gtot)], STILL), 3):
        assert pair.first.rgb[8, 8].tolist() == [PATCH, 60, 100]


def test_only_the_first_box_is_drawn_carelessly(gtot: Path) -> None:
    config = DatasetPairsConfig(mirrored=0.0, target_shift=0.1, target_scale=0.2)
    overlaps = []
    for pair in draws(load_dataset_pairs([("gtot", gtot)], config), 40):
        assert pair.search_boxes[0, 2:].tolist() == [12, 10]
        overlaps.append(iou(pair.first_boxes, np.array([[4, 6, 12, 10]], np.float32))[0])
    assert 0.5 < min(overlaps) < max(overlaps) < 1.0
    assert len(set(overlaps)) == 40


def test_boxes_over_the_edge_are_cut_to_the_image(tmp_path: Path) -> None:
    write_video(tmp_path / "a", [(4, 6, 12, 10), (4, 6, 12, 10)])
    for camera in ("v", "i"):
        (tmp_path / "a" / f"groundTruth_{camera}.txt").write_text("-6 6 16 16\n60 40 90 90\n")
    pair = load_dataset_pairs([("gtot", tmp_path)], STILL).draw(np.random.default_rng(0))
    np.testing.assert_array_equal(pair.first_boxes, [[0, 6, 16, 10]])
    np.testing.assert_array_equal(pair.search_boxes, [[60, 40, 4, 8]])


def test_boxes_outside_the_image(tmp_path: Path) -> None:
    write_video(tmp_path / "a", [(4, 6, 12, 10), (4, 6, 12, 10)])
    truth = tmp_path / "a" / "groundTruth_v.txt"
    truth.write_text("4 6 16 16\n70 40 90 90\n")
    pair = load_dataset_pairs([("gtot", tmp_path)], STILL).draw(np.random.default_rng(0))
    assert np.isnan(pair.search_boxes).all()
    truth.write_text("70 40 90 90\n4 6 16 16\n")
    with pytest.raises(DatasetError, match="first box of sequence a lies outside its image"):
        load_dataset_pairs([("gtot", tmp_path)], STILL).draw(np.random.default_rng(0))


def write_lasot(root: Path, frames: int, absent: tuple[int, ...] = ()) -> Path:
    path = write_video(root / "cat" / "cat-1", [(4, 6, 12, 10)] * frames, ("img", ""))
    flags = ",".join(str(int(index in absent)) for index in range(frames))
    (path / "full_occlusion.txt").write_text(flags)
    (path / "out_of_view.txt").write_text(",".join(["0"] * frames))
    return path


def test_lasot_gives_some_frames_of_each_video_and_grey_as_thermal(tmp_path: Path) -> None:
    write_lasot(tmp_path, 65)
    pairs = load_dataset_pairs([("lasot", tmp_path)], STILL)
    assert len(pairs) == 32
    assert len(load_dataset_pairs([("lasot", tmp_path)], STILL, lasot_frames=0)) == 64
    pair = pairs.draw(np.random.default_rng(0))
    np.testing.assert_array_equal(
        pair.search.thermal, cv2.cvtColor(pair.search.rgb, cv2.COLOR_RGB2GRAY)
    )


def test_frames_are_evenly_spaced_and_those_without_the_target_left_out(tmp_path: Path) -> None:
    path = write_lasot(tmp_path, 21, absent=(11,))
    truth = np.array([[index, 1, 5, 5] for index in range(21)], np.float32)
    sequence = open_sequence(path)
    sequence.truth = truth.copy()
    part = usable_part(sequence, 3)
    assert part is not None
    assert part.truth[:, 0].tolist() == [0, 1, 10, 20]
    sequence.truth[10] = np.nan
    part = usable_part(sequence, 3)
    assert part is not None
    assert part.truth[:, 0].tolist() == [0, 1, 20]
    whole = usable_part(sequence)
    assert whole is not None
    assert len(whole) == 20
    sequence.truth[1:] = np.nan
    assert usable_part(sequence) is None
    flagged = load_dataset_pairs([("lasot", tmp_path)], STILL)
    assert len(flagged) == 19


def test_a_video_without_a_second_box_is_left_out_and_told(
    gtot: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for camera in ("v", "i"):
        (gtot / "b" / f"groundTruth_{camera}.txt").write_text("4 6 16 16\n0 0 0 0\n")
    assert len(load_dataset_pairs([("gtot", gtot)], STILL)) == 6
    assert "no second frame with a box; left out" in caplog.text
    with pytest.raises(DatasetError, match="no sequence with a box in two frames"):
        DatasetPairs([])


def test_several_sets_are_one_source(gtot: Path, tmp_path: Path) -> None:
    write_lasot(tmp_path / "LaSOT", 11)
    opened: list[str] = []
    pairs = load_dataset_pairs(
        [("gtot", gtot), ("lasot", tmp_path / "LaSOT")], STILL, on_sequence=opened.append
    )
    assert len(pairs) == 7 + 10
    assert opened == ["a", "b", "c", "cat-1"]


def test_whole_videos_are_held_out(gtot: Path) -> None:
    kept, held_out = load_dataset_pairs([("gtot", gtot)], STILL).split(2)
    assert (len(kept), len(held_out)) == (2 + 4, 1)
    assert {pair.search_boxes[0, 0] for pair in draws(held_out, 5)} == {9}
    with pytest.raises(DatasetError, match="no sequence with a box in two frames"):
        held_out.split(2)


def test_training_takes_the_training_split(tmp_path: Path) -> None:
    for split, frames in (("trainingset", 4), ("testingset", 2)):
        path = write_video(tmp_path / split / split[:2], [(4, 6, 12, 10)] * frames)
        for name, new in (("v", "visible"), ("i", "infrared")):
            (path / name).rename(path / new)
        (path / "groundtruth.txt").rename(path / "visible.txt")
    assert len(load_dataset_pairs([("lasher", tmp_path)], STILL)) == 3
    assert len(load_dataset_pairs([("lasher/test", tmp_path)], STILL)) == 1
    with pytest.raises(ConfigError, match="no data set"):
        load_dataset_pairs([("laser", tmp_path)])


def test_a_damaged_sequence_stops_the_start_and_names_the_check(gtot: Path) -> None:
    (gtot / "b" / "groundTruth_v.txt").write_text("4 6 16 16\n4 6 16 1b\n")
    with pytest.raises(DatasetError) as caught:
        load_dataset_pairs([("gtot", gtot)])
    assert "groundTruth_v.txt, line 2: '1b' is not a number" in str(caught.value)
    assert f"rgbt-dualatt datasets check gtot/all {gtot}" in str(caught.value)


def test_an_unreadable_image_is_named_when_it_is_drawn(gtot: Path) -> None:
    for image in (gtot / "b" / "i").iterdir():
        image.write_text("no image")
    pairs = load_dataset_pairs([("gtot", gtot)])
    with pytest.raises(DatasetError, match=r"b/i/0000\d\.png is not an image"):
        draws(pairs, 40)


@pytest.mark.data
def test_pairs_of_real_sequences(real_data: Path) -> None:
    sets = [("folder", real_data / "rgbt"), ("folder", real_data / "rgb")]
    pairs = load_dataset_pairs(sets)
    assert len(pairs) > 1000
    for pair in draws(pairs, 6):
        assert max(pair.search.size.width, pair.search.size.height) <= 640
        for image, boxes in ((pair.first, pair.first_boxes), (pair.search, pair.search_boxes)):
            assert np.isfinite(boxes).all()
            assert (boxes[:, :2] >= 0).all()
            assert (boxes[:, :2] + boxes[:, 2:] <= (image.size.width, image.size.height)).all()
