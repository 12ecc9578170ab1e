"""A bag through the node with each of some trackers; records and page of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.evaluation.pictures import PictureRequest
from rgbt_dualatt_ros.evaluation.report import describe_run, write_report
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.summary import TrackerScore
from rgbt_dualatt_ros.ros.replay import Replay, run_replay
from rgbt_dualatt_ros.ros.replay_table import describe_lost_pairs
from rgbt_dualatt_ros.tracking.tracker_factory import expand_names, parse_models
from rgbt_dualatt_ros.visualization.overlay import draw_marks

_LOG = logging.getLogger(__name__)


class Progress(Protocol):
    """Counts what is done; `cli.progress_bar.ProgressBar` is one."""

    def advance(self, label: str, frames: int) -> None:
        """So many more of the work called `label` are done."""


OpenProgress = Callable[[int, str], AbstractContextManager[Progress]]
"""Opens the count of so many frames of a task."""


@dataclass(frozen=True, slots=True)
class ReplayRun:
    """What is replayed and where the results go.

    Attributes:
        trackers: names for `tracker_factory`; one replay for each.
        models: files of peers, `nanotrack=BACKBONE,HEAD`.
        initial_box: for a bag without true boxes.
        command: the command line, for the page.
        force: whether records of other settings in `out` may be discarded.
    """

    bag: Path
    out: Path
    config: Config
    trackers: Sequence[str] = ("dualatt",)
    topics: BagTopics = field(default_factory=BagTopics)
    models: tuple[str, ...] = ()
    initial_box: Box | None = None
    rate: float = 1.0
    command: str = ""
    force: bool = False
    video: bool = True


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Where the page is and what it says."""

    page: Path
    scores: Sequence[TrackerScore]


def replay_and_report(run: ReplayRun, open_progress: OpenProgress) -> ReplayReport:
    """Replay with every tracker, keep the records, and write the page.

    Raises:
        RgbtError: when something given is wrong, a replay fails, or `out` cannot be written.
    """
    parse_models(run.models)
    trackers = expand_names(run.trackers)
    sequence = BagSequence(run.bag, run.topics, run.config, run.initial_box)
    if run.initial_box is not None:
        # The node would refuse it, too, but nobody would hear of it before the end.
        size = next(sequence.pairs()).size
        run.initial_box.check_usable(size, run.config.tracker.min_side)
    title = f"{sequence.name}, live over DDS"
    about = describe_run(
        title, run.command, run.config, bag=str(run.bag), model=run.models, rate=run.rate
    )
    folder = ResultFolder.open(run.out, about, force=run.force)
    folder.save_truth(SequenceTruth.of(sequence, str(run.bag)))
    records = []
    for tracker in trackers:
        # About two images a pair; what has no partner is played as well.
        with open_progress(2 * len(sequence), "playing") as bar:
            replay = Replay(
                sequence, run.topics, tracker, run.config, run.models, run.rate, bar.advance
            )
            record = run_replay(replay, folder.path / "node" / tracker)
        # Only now: a line amid the bar would be hard to read.
        if loss := describe_lost_pairs(tracker, record.measures):
            _LOG.warning("%s", loss)
        records.append(folder.save(record, about["made_with"]))
    with open_progress(len(sequence), "pictures") as bar:
        request = PictureRequest(
            draw_marks, {sequence.name: sequence}, video=run.video, on_progress=bar.advance
        )
        page, scores = write_report(folder, records, request)
    return ReplayReport(page, scores)
