"""Score result files of trackers by the rules of a benchmark: the figures that papers print."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions
from rgbt_dualatt_ros.evaluation.benchmark_files import benchmark_text, write_benchmark
from rgbt_dualatt_ros.evaluation.benchmark_scores import BenchmarkSet, score_benchmark
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.frame_rules import Truths
from rgbt_dualatt_ros.evaluation.protocols.result_folder import read_results
from rgbt_dualatt_ros.evaluation.published_results import RESULTS_HELP, parse_results

_EXAMPLE = """examples:
  rgbt-dualatt score gtot data/GTOT MANet=results/GTOT/MANet ADRNet=results/GTOT/ADRNet
  rgbt-dualatt score lasher/test data/LasHeR APFNet=APFNet_tracking_result --out lasher_scores
  rgbt-dualatt score gtot data/GTOT MANet=run_1 MANet=run_2      # mean and spread of two runs
ROOT needs the files of boxes only; images are counted where they are. Without --out the table is
printed; OUT gets benchmark_NAME.md, .csv, .json (overall, by attribute, by sequence) and curves.
It ends with 0 when every sequence was scored for every tracker, and with 1 when one was not.
`rgbt-dualatt evaluate --benchmark NAME ROOT --result-files 8` writes such files.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt score`."""
    parser.epilog = _EXAMPLE
    parser.add_argument(
        "name", help="data set, NAME or NAME/SPLIT; see rgbt-dualatt datasets list"
    )
    parser.add_argument("root", type=Path, help="folder of its sequences")
    parser.add_argument("results", nargs="+", metavar="LABEL=FOLDER", help=RESULTS_HELP)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files")


def run(arguments: argparse.Namespace) -> int:
    """Print the table and write the files; 1 when a sequence was not scored for some tracker."""
    published = parse_results(arguments.results)
    benchmark = Benchmark(
        BenchmarkName.parse(arguments.name), arguments.root, FolderOptions(), needs_images=False
    )
    chosen, problems = _read_set(benchmark)
    frames = {name: len(next(iter(truth.values()))) for name, truth in chosen.truths.items()}
    notes: list[str] = []
    results: dict[str, dict[int, dict[str, Values]]] = {}
    for each in published:
        for seed, folder in enumerate(each.folders):
            found = read_results(folder, frames)
            results.setdefault(each.label, {})[seed] = found.boxes
            problems += [f"{each.run_name(seed)}: {line}" for line in found.problems]
            notes += [f"{each.run_name(seed)} on {line}" for line in found.notes]
    if not any(boxes for runs in results.values() for boxes in runs.values()):
        raise DatasetError(f"nothing can be scored; the first reason: {problems[0]}")
    scores = score_benchmark(chosen, results, notes)
    print(benchmark_text(scores))
    if arguments.out:
        for path in write_benchmark(scores, arguments.out):
            print(f"written: {path}")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _read_set(benchmark: Benchmark) -> tuple[BenchmarkSet, list[str]]:
    """The sequences that can be scored, and a line for each other."""
    truths: dict[str, Truths] = {}
    problems: list[str] = []
    odd = [*benchmark.notes]
    with ProgressBar(len(benchmark.sequences), "reading truth", "sequence") as bar:
        for each in benchmark.sequences:
            try:
                truths[each.name], found = each.read_truths()
                odd += [f"{each.name}: {note}" for note in found]
            except DatasetError as error:
                problems.append(f"not scored: {error}")
            bar.advance(each.name, 1)
    labels = {each.name: each.attributes for each in benchmark.sequences}
    chosen = BenchmarkSet.of(benchmark.name, truths, labels, odd)
    return chosen, [*problems, *chosen.left_out]
