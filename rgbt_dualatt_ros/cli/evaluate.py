"""Run trackers over sequences, bags or rendered scenes, every frame once, and compare them."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2

from rgbt_dualatt_ros.cli.contender_arguments import add_contender_arguments, open_contenders
from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.cli.sequence_sources import add_source_arguments, open_sources
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.evaluation.caveats import caveats
from rgbt_dualatt_ros.evaluation.comparison import Contender, run_comparison
from rgbt_dualatt_ros.evaluation.comparison_tables import differences_text
from rgbt_dualatt_ros.evaluation.jumping_sequence import JUMP_KINDS, JumpingSequence
from rgbt_dualatt_ros.evaluation.pictures import PictureRequest
from rgbt_dualatt_ros.evaluation.published_results import parse_results, read_published
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.redetection_tables import redetection_text
from rgbt_dualatt_ros.evaluation.report import describe_run, write_report
from rgbt_dualatt_ros.evaluation.results import ResultFolder, SequenceTruth
from rgbt_dualatt_ros.evaluation.tables import summary_text
from rgbt_dualatt_ros.evaluation.upper_bounds import split_bounds, with_bounds
from rgbt_dualatt_ros.visualization.overlay import draw_marks

_EXAMPLE = """examples:
  rgbt-dualatt evaluate --synthetic demo --tracker dualatt static csrt
  rgbt-dualatt evaluate --sequence my_walk other_walk --tracker dualatt --seeds 0 1 2
  rgbt-dualatt evaluate --bag drive.mcap --rgb-topic /cam/image --thermal-topic /ir/image
  rgbt-dualatt evaluate --synthetic attributes:5,length=60 --ablation parts weight=1,3,5
  rgbt-dualatt evaluate --synthetic hidden:100 --ablation parts --no-pictures
  rgbt-dualatt evaluate --sequence my_walk --jumps mirror shift --ablation parts
  rgbt-dualatt evaluate --benchmark gtot GTOT --tracker dualatt csrt@best --results MANet=FOLDER
  rgbt-dualatt evaluate --sequence my_walk --variant still:learning.enabled=false --tracker dualatt
The page is OUT/index.html. A run that was stopped continues when the command is given again.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt evaluate`."""
    parser.epilog = _EXAMPLE
    add_source_arguments(parser)
    add_contender_arguments(parser)
    group = parser.add_argument_group("settings, and where the results go")
    group.add_argument("--out", type=Path, default=Path("evaluation_results"), help="folder")
    group.add_argument(
        "--jumps",
        nargs="+",
        choices=[*JUMP_KINDS],
        default=[],
        help="instead of the sequences, those with one jump of the target: "
        + "; ".join(f"{name}: {text}" for name, text in JUMP_KINDS.items()),
    )
    group.add_argument("--force", action="store_true", help="discard the records in OUT")
    group.add_argument("--config", type=Path, metavar="FILE", help="file of settings")
    group.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one more")
    group.add_argument("--no-video", action="store_true", help="pictures only")
    group.add_argument("--no-pictures", action="store_true", help="numbers and curves only")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print the table and the path of the page; 1 when a run ended in an error."""
    config = load_config(Config, arguments.config, arguments.set)
    contenders = open_contenders(arguments, config)
    if config.tracker.threads:
        cv2.setNumThreads(config.tracker.threads)  # peers get as many as our own
    sequences, problems = open_sources(arguments, config)
    if arguments.jumps:
        sequences = _with_jumps(sequences, arguments.jumps)
    command = shlex.join(["rgbt-dualatt", *sys.argv[1:]])
    truths = [SequenceTruth.of(each) for each in sequences.values()]
    published, unusable = _read_results(arguments, contenders, truths)
    problems = [*problems, *unusable]
    what = " and ".join(sequences) if len(sequences) < 3 else f"{len(sequences)} sequences"
    about = describe_run(f"Tracking on {what}", command, config, model=arguments.model)
    about["not_opened"] = problems
    _, about["upper_bounds"] = split_bounds(arguments.tracker)
    folder = ResultFolder.open(arguments.out, about, force=arguments.force)
    for record in published:
        folder.refuse_other_settings(record.tracker, record.settings)
    frames = sum(map(len, sequences.values()))
    with ProgressBar(frames * sum(len(each.seeds) for each in contenders), "tracking") as bar:
        made_with = about["made_with"]
        records = run_comparison(contenders, [*sequences.values()], folder, made_with, bar.advance)
    records += [folder.save(each, made_with) for each in published]
    kept = {name: folder.load_truth(name) for name in sequences}
    shown_records = with_bounds(records, kept, about["upper_bounds"])
    shown = {} if arguments.no_pictures else sequences
    with ProgressBar(sum(map(len, shown.values())), "pictures") as bar:
        request = PictureRequest(
            draw_marks, shown, video=not arguments.no_video, on_progress=bar.advance
        )
        page, scores = write_report(folder, shown_records, request)
    tables = (
        summary_text(scores),
        differences_text(scores),
        redetection_text(scores, kept),
    )
    print("\n".join(filter(None, tables)))
    for text in caveats(scores, len(kept)):
        print(f"note: {text}")
    print(f"page: {page}")
    failed = [f"{e.tracker} on {e.sequence}: {e.failure}" for e in records if e.failure]
    for problem in [*problems, *failed]:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems or failed else 0


def _read_results(
    arguments: argparse.Namespace,
    contenders: Sequence[Contender],
    truths: Sequence[SequenceTruth],
) -> tuple[list[Record], list[str]]:
    """Records of the result files, read before hours are spent on tracking; what cannot be."""
    taken = [each.name for each in contenders]
    records: list[Record] = []
    problems: list[str] = []
    for each in parse_results(arguments.results, taken):
        found, missing = read_published(each, truths)
        records += found
        problems += missing
    return records, problems


def _with_jumps(
    sequences: Mapping[str, RgbtSequence], kinds: Sequence[str]
) -> dict[str, RgbtSequence]:
    found: dict[str, RgbtSequence] = {}
    for sequence in sequences.values():
        for kind in kinds:
            try:
                jumping = JumpingSequence(sequence, kind)
            except DatasetError as error:
                print(f"note: {error}", file=sys.stderr)
                continue
            found[jumping.name] = jumping
    if not found:
        raise ConfigError("no target of these sequences can jump far enough")
    return found
