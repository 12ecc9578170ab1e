"""A tiny sequence and trackers of known behaviour for the tests of the evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import DatasetError, FramePairError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.comparison import Contender, run_comparison
from rgbt_dualatt_ros.evaluation.pictures import Draw, Mark, PictureRequest
from rgbt_dualatt_ros.evaluation.report import describe_run, write_report
from rgbt_dualatt_ros.evaluation.results import ResultFolder


def moving_truth(frames: int) -> Boxes:
    """A 12 x 10 box that moves one pixel a frame."""
    left = np.arange(frames, dtype=np.float32) + 4
    return np.stack([left, left + 2, np.full(frames, 12.0), np.full(frames, 10.0)], axis=1).astype(
        np.float32
    )


@dataclass
class TinySequence:
    """Grey pairs of 64 x 48 with a bright target; pairs from `unreadable_from` on raise."""

    name: str = "tiny"
    frames: int = 6
    attributes: tuple[str, ...] = ()
    unreadable_from: int | None = None
    truth: Boxes = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def __post_init__(self) -> None:
        if len(self.truth) == 0 and self.frames:
            self.truth = moving_truth(self.frames)

    def __len__(self) -> int:
        return self.frames

    def pairs(self) -> Iterator[FramePair]:
        """Every pair, 40 ms apart."""
        for index in range(self.frames):
            if self.unreadable_from is not None and index >= self.unreadable_from:
                raise DatasetError(f"cannot read frame {index} of {self.name}")
            thermal = np.full((48, 64), 60, np.uint8)
            x, y, w, h = np.nan_to_num(moving_truth(self.frames)[index]).astype(int)
            thermal[y : y + h, x : x + w] = 220
            yield FramePair(np.stack([thermal] * 3, axis=2), thermal, index * 40_000_000)


@dataclass
class DriftingTracker:
    """Follows the truth of `moving_truth` with an error of `drift` px a frame, from the seed."""

    drift: float = 0.5
    raises_at: int | None = None
    calls: int = 0
    box: Box | None = None

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Start where it is told; `pair` decides nothing."""
        del pair
        self.calls, self.box = 0, box

    def track(self, pair: FramePair) -> Prediction:
        """One pixel and the drift further; unsure from the third frame on."""
        self.calls += 1
        if self.calls == self.raises_at:
            raise FramePairError(f"no patience\nleft at frame {self.calls}")
        assert self.box is not None
        step = 1 + self.drift
        self.box = Box(self.box.x + step, self.box.y + 1, self.box.w, self.box.h)
        status = TrackStatus.TRACKING if self.calls < 3 else TrackStatus.UNCERTAIN
        return Prediction(self.box, 4.0 - self.calls, status, pair.stamp_ns)

    def reset(self) -> None:
        """Forget."""
        self.box = None


@pytest.fixture
def make_sequence() -> Callable[..., RgbtSequence]:
    """Makes a `TinySequence` from its attributes."""
    return TinySequence


@pytest.fixture
def make_tracker() -> Callable[..., Tracker]:
    """Makes a `DriftingTracker` from its attributes."""
    return DriftingTracker


def draw_plainly(pair: FramePair, marks: Sequence[Mark], caption: str) -> np.ndarray:
    picture = pair.rgb.copy()
    for box, _, color in marks:
        picture[int(box.y) % pair.size.height, int(box.x) % pair.size.width] = color
    assert caption == "" or caption.startswith("frame ")
    return picture


@pytest.fixture
def draw() -> Draw:
    """Draws a pair with a dot for every box."""
    return draw_plainly


@pytest.fixture
def run_folder(tmp_path: Path, make_tracker: Callable[..., Tracker]) -> Callable[..., Path]:
    """Runs two trackers on the sequences given and writes the report."""

    def run(*sequences: RgbtSequence, raises_at: int | None = None, video: bool = False) -> Path:
        config = load_config(Config, None, ["sync.slop_ms=7"])
        about = describe_run("Trial <u>", "rgbt-dualatt evaluate --sequence 'a b'", config)
        folder = ResultFolder.open(tmp_path / "run", about)
        contenders = [
            Contender("close", lambda seed: make_tracker(drift=0.1 * seed), (1, 2)),
            Contender("far<s>", lambda _: make_tracker(drift=4, raises_at=raises_at)),
        ]
        records = run_comparison(contenders, sequences, folder, about["made_with"])
        named = {each.name: each for each in sequences}
        page, _ = write_report(folder, records, PictureRequest(draw_plainly, named, video=video))
        return page

    return run
