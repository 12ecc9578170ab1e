"""What a video teaches in a step: which video, which frames, which crops, with the same boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.local_training_config import DomainSamplesConfig
from rgbt_dualatt_ros.datasets.image_files import write_png
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence, open_sequence
from rgbt_dualatt_ros.training.local_attention.domain_samples import DomainSamples
from rgbt_dualatt_ros.training.loop.sample_batches import VALIDATION

FEW = DomainSamplesConfig(frames=2, positives=3, negatives=4, padding=0.0)
SIZE = ImageSize(width=96, height=72)
LEVEL = 20  # of frame i: (i + 1) times so bright


def write_video(path: Path, frames: int) -> FolderSequence:
    """Frames that are brighter one after the other, the target white in both cameras."""
    for folder in ("visible", "infrared"):
        (path / folder).mkdir(parents=True)
    lines = ""
    for index in range(frames):
        x = 30 + 2 * index
        image = np.full((SIZE.height, SIZE.width, 3), LEVEL * (index + 1), np.uint8)
        image[20:44, x : x + 16] = 255
        write_png(path / "visible" / f"{index + 1}.png", image)
        write_png(path / "infrared" / f"{index + 1}.png", image[..., 0])
        lines += f"{x},20,16,24\n"
    for name in ("visible", "infrared", "init"):
        (path / f"{name}.txt").write_text(lines)
    return open_sequence(path)


@pytest.fixture
def videos(tmp_path: Path) -> list[FolderSequence]:
    """Two videos of five frames and one of two."""
    return [
        write_video(tmp_path / name, frames) for name, frames in zip("abc", (5, 5, 2), strict=True)
    ]


def test_a_cycle_takes_every_video_once_in_an_order_of_its_own(
    videos: list[FolderSequence],
) -> None:
    samples = DomainSamples(videos, FEW, 0)
    cycles = [[samples.domain(3 * cycle + place) for place in range(3)] for cycle in range(12)]
    assert all(sorted(each) == [0, 1, 2] for each in cycles)
    assert len(set(map(tuple, cycles))) > 2
    assert samples.sample(4)["domain"] == samples.domain(4)


def test_a_sample_depends_on_seed_and_number_only(videos: list[FolderSequence]) -> None:
    crops = [
        DomainSamples(videos, FEW, seed).sample(number)["crops"]
        for seed, number in ((0, 7), (0, 7), (1, 7), (0, 10))
    ]
    assert crops[0].shape == (2 * (3 + 4), 4, 107, 107)
    assert torch.equal(crops[0], crops[1])
    assert not torch.equal(crops[0], crops[2])
    assert not torch.equal(crops[0], crops[3])


@pytest.mark.parametrize("mirrored", [0.0, 1.0], ids=["as they are", "mirrored"])
def test_target_samples_come_first_and_show_the_target_in_both_cameras(
    videos: list[FolderSequence], mirrored: float
) -> None:
    config = DomainSamplesConfig(
        frames=2, positives=3, negatives=4, padding=0.0, mirrored=mirrored
    )
    for number in range(3):
        crops = DomainSamples(videos, config, 0).sample(number)["crops"]
        is_white = (crops > 180).float().mean(dim=(2, 3))  # (N, 4)
        assert is_white[:6].min() > 0.65
        assert is_white[6:].max() < 0.65
        assert torch.equal(crops[:, 0], crops[:, 3]), "cameras have boxes of their own"


def test_boxes_keep_to_their_overlaps() -> None:
    samples = DomainSamples([_Nothing()], DomainSamplesConfig(), 0)  # type: ignore[list-item]  # no image is read
    target, rng = Box(40, 30, 16, 24), np.random.default_rng(0)
    overlaps = [
        iou(draw(target, SIZE, rng), target.as_array()[None])
        for draw in (samples.positives, samples.negatives)
    ]
    assert [len(each) for each in overlaps] == [4, 12]
    assert overlaps[0].min() >= 0.7
    assert overlaps[1].max() <= 0.5


def test_a_target_that_fills_the_image_leaves_what_overlaps_least() -> None:
    samples = DomainSamples([_Nothing()], DomainSamplesConfig(), 0)  # type: ignore[list-item]  # no image is read
    boxes = samples.negatives(Box(0, 0, 96, 72), SIZE, np.random.default_rng(0))
    assert boxes.shape == (12, 4)


class _Nothing:
    """A video whose frames are not asked for."""

    def __len__(self) -> int:
        return 5


def test_validation_sees_the_last_frames_and_training_never_does(
    videos: list[FolderSequence],
) -> None:
    samples = DomainSamples(videos[:2], FEW, 0, held_out=0.4)

    def levels(first: int) -> set[int]:
        crops = torch.cat([samples.sample(first + number)["crops"][6:] for number in range(12)])
        most = crops[:, 0].flatten(1).median(dim=1).values  # of background: the backdrop
        return {int(level) // LEVEL - 1 for level in most if level <= 5 * LEVEL}

    assert levels(0) == {0, 1, 2}
    assert levels(VALIDATION) == {3, 4}


def test_a_short_video_is_learnt_from_all_the_same(videos: list[FolderSequence]) -> None:
    samples = DomainSamples(videos[2:], FEW, 0, held_out=0.4)
    assert len(samples.sample(VALIDATION)["crops"]) == len(samples.sample(0)["crops"])


def test_attention_begins_late_and_never_in_validation(videos: list[FolderSequence]) -> None:
    samples = DomainSamples(videos, FEW, 0, attends_from=4)
    numbers = (3, 4, VALIDATION)
    assert [bool(samples.sample(number)["attends"]) for number in numbers] == [False, True, False]
    assert not DomainSamples(videos, FEW, 0).sample(10**6)["attends"]


def test_without_videos_there_is_nothing_to_learn() -> None:
    with pytest.raises(DatasetError, match="no video with a box in two frames"):
        DomainSamples([], FEW, 0)
