"""Record: what one tracker answered on one sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.prediction import TrackStatus

NO_ANSWER = 0
"""Status of a frame for which the tracker gave no answer of its own."""

STATUS_NAMES: dict[int, str] = {NO_ANSWER: "NO ANSWER"} | {each: each.name for each in TrackStatus}

FailureKind = Literal["", "tracker", "sequence"]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What one tracker answered on one sequence, one row a frame.

    Attributes:
        boxes: `(N, 4)` xywh, px; row 0 is the initial box, NaN rows are frames without an answer.
        scores: `(N,)` target logits; NaN where there is no answer and in row 0.
        statuses: `(N,)` `TrackStatus` values, or `NO_ANSWER`.
        seconds: `(N,)` spent in the tracker; row 0 is the initialisation; NaN where not measured.
        failure: empty, or the line of the error that ended the run early.
        failure_kind: `tracker` when the tracker gave up (the rest counts as missed), `sequence`
            when the images or the truth could not be read (the sequence is left out of means).
        measures: more figures by name with unit, as `latency_p50_ms`; for runs over a transport.
        settings: those in which the tracker differed from the settings of the run; of variants.
        learning: what the tracker said of its learning at the end; None when it says nothing.
        made_with: versions and machine, when it was read from a folder.
    """

    tracker: str
    sequence: str
    seed: int
    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    statuses: NDArray[np.uint8]
    seconds: NDArray[np.float64]
    failure: str = ""
    failure_kind: FailureKind = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    learning: LearningReport | None = None
    made_with: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def empty(cls, tracker: str, sequence: str, seed: int, frames: int) -> Record:
        """A record of `frames` rows without any answer, to be filled in."""
        return cls(
            tracker=tracker,
            sequence=sequence,
            seed=seed,
            boxes=np.full((frames, 4), np.nan),
            scores=np.full(frames, np.nan),
            statuses=np.zeros(frames, np.uint8),
            seconds=np.full(frames, np.nan),
        )

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def frames_per_second(self) -> float:
        """Frames tracked in a second of work, without the initialisation; NaN when unknown."""
        spent = self.seconds[1:][np.isfinite(self.seconds[1:])]
        return float(len(spent) / spent.sum()) if spent.sum() > 0 else float("nan")
