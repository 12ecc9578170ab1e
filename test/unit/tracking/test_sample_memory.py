"""The sample memory: bounded, oldest out first, the first frame for ever."""

from __future__ import annotations

import pytest
import torch

from rgbt_dualatt_ros.core.learning_config import MemoryConfig
from rgbt_dualatt_ros.tracking.frame_features import Samples
from rgbt_dualatt_ros.tracking.sample_memory import SampleMemory

WIDTH = 3


def of(frame: int, count: int = 4) -> Samples:
    """Samples that carry their frame's number, in both parts."""
    features = torch.full((count, WIDTH), float(frame))
    return Samples(features, torch.full((count, 2, 2), frame + 10, dtype=torch.uint8))


def frames_drawn(memory: SampleMemory, last_frames: int = 100) -> set[int]:
    rows = memory.draw(400, last_frames, torch.Generator().manual_seed(0))
    assert rows.features.shape == (400, WIDTH)
    assert rows.source.shape == (400, 2, 2)
    torch.testing.assert_close(rows.source[:, 1, 1].int() - 10, rows.features[:, 0].int())
    return set(rows.features[:, 0].int().tolist())


@pytest.fixture
def memory() -> SampleMemory:
    memory = SampleMemory(frames=5, per_frame=4, config=MemoryConfig(first_share=0.2))
    memory.restart(of(-1))
    return memory


def test_only_the_first_frame_at_the_beginning(memory: SampleMemory) -> None:
    assert memory.frames == 0
    assert frames_drawn(memory) == {-1}


def test_the_oldest_frame_goes_and_the_first_stays(memory: SampleMemory) -> None:
    for frame in range(8):
        memory.add(of(frame))
    assert memory.frames == 5
    assert frames_drawn(memory) == {-1, 3, 4, 5, 6, 7}


def test_the_newest_frames_alone_can_be_asked_for(memory: SampleMemory) -> None:
    for frame in range(8):
        memory.add(of(frame))
    assert frames_drawn(memory, last_frames=2) == {-1, 6, 7}


def test_memory_is_reserved_once(memory: SampleMemory) -> None:
    before = memory.bytes
    for frame in range(50):
        memory.add(of(frame, count=9))
    assert memory.bytes == before
    memory.restart(of(-1))
    assert memory.bytes == before
    assert memory.frames == 0


def test_the_first_frame_keeps_its_share(memory: SampleMemory) -> None:
    for frame in range(5):
        memory.add(of(frame, count=4))
    rows = memory.draw(100, 5, torch.Generator().manual_seed(0))
    assert int((rows.features[:, 0] == -1).sum()) == 20


def test_few_samples_are_repeated_and_none_are_left_out(memory: SampleMemory) -> None:
    memory.add(of(0, count=0))
    assert memory.frames == 0
    memory.add(of(1, count=1))
    assert frames_drawn(memory) == {-1, 1}


def test_later_changes_of_the_given_samples_do_not_reach_the_memory(
    memory: SampleMemory,
) -> None:
    samples = of(4)
    memory.add(samples)
    memory.restart(samples)
    samples.features.add_(100)
    assert frames_drawn(memory) == {4}


def test_the_first_frame_can_be_forgotten_like_any_other() -> None:
    memory = SampleMemory(frames=3, per_frame=4, config=MemoryConfig(keep_first=False))
    memory.restart(of(-1))
    assert frames_drawn(memory) == {-1}
    memory.add(of(0))
    memory.add(of(1))
    assert frames_drawn(memory) == {-1, 0, 1}
    memory.add(of(2))
    assert frames_drawn(memory) == {0, 1, 2}
