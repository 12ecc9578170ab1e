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
from rgbt_dualatt_ros.cli.sequence_sources import (
    OpenedSources,
    add_source_arguments,
    open_sources,
)
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.sequence import HasNotes, RgbtSequence
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence
from rgbt_dualatt_ros.evaluation.benchmark_files import benchmark_text, write_result_files
from rgbt_dualatt_ros.evaluation.benchmark_scores import (
    BenchmarkScores,
    BenchmarkSet,
    results_of,
    score_benchmark,
)
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
The page is OUT/index.html. A data set's figures by its own rules, those that papers print, come
first and are OUT/benchmark_NAME.md, .csv and .json. A run that was stopped continues when the
command is given again.
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
    group.add_argument(
        "--result-files",
        type=int,
        choices=(4, 8),
        help="write OUT/result_files/TRACKER/SEQUENCE.txt for other toolkits: x,y,w,h or corners",
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
    opened = open_sources(arguments, config)
    sequences, problems = opened.sequences, opened.problems
    if arguments.jumps:
        sequences = _with_jumps(sequences, arguments.jumps)
    command = shlex.join(["rgbt-dualatt", *sys.argv[1:]])
    truths = [SequenceTruth.of(each) for each in sequences.values()]
    published, unusable, notes = _read_results(arguments, contenders, truths)
    benchmarks = [] if arguments.jumps else _benchmarks(opened)
    problems = [*problems, *unusable, *(line for each in benchmarks for line in each.left_out)]
    what = " and ".join(sequences) if len(sequences) < 3 else f"{len(sequences)} sequences"
    about = describe_run(f"Tracking on {what}", command, config, model=arguments.model)
    about["not_opened"] = problems
    about["odd"] = _notes(opened)
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
    by_benchmark = _score(benchmarks, shown_records, published, notes)
    if arguments.result_files:
        write_result_files(shown_records, folder.path / "result_files", arguments.result_files)
    shown = {} if arguments.no_pictures else sequences
    with ProgressBar(sum(map(len, shown.values())), "pictures") as bar:
        request = PictureRequest(
            draw_marks, shown, video=not arguments.no_video, on_progress=bar.advance
        )
        page, scores = write_report(folder, shown_records, request, by_benchmark)
    tables = (
        *_benchmark_texts(by_benchmark),
        summary_text(scores),
        differences_text(scores),
        redetection_text(scores, kept),
        *(f"note: {text}" for text in caveats(scores, len(kept))),
    )
    print("\n".join(filter(None, tables)))
    print(f"page: {page}")
    failed = [f"{e.tracker} on {e.sequence}: {e.failure}" for e in records if e.failure]
    for problem in [*problems, *failed]:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems or failed else 0


def _read_results(
    arguments: argparse.Namespace,
    contenders: Sequence[Contender],
    truths: Sequence[SequenceTruth],
) -> tuple[list[Record], list[str], list[str]]:
    """Records of the result files, read before hours are spent on tracking; problems and notes."""
    taken = [each.name for each in contenders]
    records: list[Record] = []
    problems: list[str] = []
    notes: list[str] = []
    for each in parse_results(arguments.results, taken):
        found = read_published(each, truths)
        records += found.records
        problems += found.problems
        notes += found.notes
    return records, problems, notes


def _benchmarks(opened: OpenedSources) -> list[BenchmarkSet]:
    """What the rules of each data set of the run need to know."""
    sets = []
    for name, members in opened.benchmarks.items():
        found = [opened.sequences[each] for each in members]
        truths = {e.name: e.written_truths for e in found if isinstance(e, FolderSequence)}
        odd = [f"{each.name}: {note}" for each in found for note in _notes_of(each)]
        sets.append(BenchmarkSet.of(name, truths, {e.name: e.attributes for e in found}, odd))
    return sets


def _notes(opened: OpenedSources) -> list[str]:
    """What is odd about the sequences; those of a benchmark are told beside its figures."""
    told = {name for members in opened.benchmarks.values() for name in members}
    others = (each for name, each in opened.sequences.items() if name not in told)
    return [f"{each.name}: {note}" for each in others for note in _notes_of(each)]


def _notes_of(sequence: RgbtSequence) -> tuple[str, ...]:
    return sequence.notes if isinstance(sequence, HasNotes) else ()


def _score(
    benchmarks: Sequence[BenchmarkSet],
    records: Sequence[Record],
    published: Sequence[Record],
    notes: Sequence[str],
) -> list[BenchmarkScores]:
    """Figures by the rules of each data set; result files count with all their digits."""
    exact = {(each.tracker, each.sequence, each.seed): each for each in published}
    results = results_of([exact.get((e.tracker, e.sequence, e.seed), e) for e in records])
    return [
        score_benchmark(each, results, notes) for each in benchmarks if each.has_result_in(results)
    ]


def _benchmark_texts(scores: Sequence[BenchmarkScores]) -> list[str]:
    ours = "the same boxes by one rule for all sequences, see docs/evaluation.md:"
    return [*map(benchmark_text, scores), *([ours] if scores else [])]


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
