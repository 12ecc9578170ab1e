"""Say which data sets can be read, and what is there, missing and odd in a copy of one."""

from __future__ import annotations

import argparse
from pathlib import Path

from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark
from rgbt_dualatt_ros.datasets.benchmark_check import check_benchmark, finding_lines
from rgbt_dualatt_ros.datasets.benchmark_kinds import KINDS, BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions

BAG = "bag"
_EXAMPLE = """examples:
  rgbt-dualatt datasets list
  rgbt-dualatt datasets check rgbt234 data/RGBT234
  rgbt-dualatt datasets check lasher/train data/LasHeR --every-image
  rgbt-dualatt datasets check folder my_sequences
  rgbt-dualatt datasets check bag drives --rgb-topic /cam/image

check reads all boxes and the first and last images of every sequence; it ends with 0 when every
sequence can be used, odd ones among them, and with 1 when one cannot.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt datasets`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("action", choices=["list", "check"], help="what to do")
    parser.add_argument("name", nargs="?", help="data set, NAME or NAME/SPLIT; or bag")
    parser.add_argument(
        "root", nargs="?", type=Path, help="folder of its sequences; a bag or a folder of bags"
    )
    parser.add_argument("--every-image", action="store_true", help="check: read all images")
    for name in ("rgb", "thermal", "truth"):
        parser.add_argument(f"--{name}-topic", metavar="NAME", help=f"check bag: {name} topic")


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 when something cannot be read."""
    if arguments.action == "list":
        for kind in KINDS:
            folders = " or ".join(dict.fromkeys(map(str, kind.layouts)))
            splits = "".join(f", {kind.key}/{each.name}" for each in kind.splits)
            print(f"{kind.key}{splits}: {kind.name}, folders of sequences with {folders}")
        print(f"{BAG}: rosbag2 with colour, thermal and true boxes; evaluate takes them by --bag")
        return 0
    if arguments.root is None:
        raise ConfigError("datasets check needs a data set and its folder; see --help")
    if arguments.name.lower() in (BAG, f"{BAG}s"):
        return _check_bags(arguments)
    try:
        name = BenchmarkName.parse(arguments.name)
        benchmark = Benchmark(name, arguments.root, FolderOptions())
        with ProgressBar(len(benchmark.sequences), "checking", "sequence") as bar:
            finding = check_benchmark(
                benchmark,
                every_image=arguments.every_image,
                on_sequence=lambda name: bar.advance(name, 1),
            )
    except DatasetError as error:
        print(error)
        return 1
    print("\n".join(finding.lines()))
    return 0 if finding.is_whole else 1


def _check_bags(arguments: argparse.Namespace) -> int:
    # rosbags is optional for those who have no bags.
    from rgbt_dualatt_ros.bags.bag_topics import BagTopics
    from rgbt_dualatt_ros.cli.bag_check import check_bags

    given = {name: getattr(arguments, f"{name}_topic") for name in ("rgb", "thermal", "truth")}
    topics = BagTopics(**{name: topic for name, topic in given.items() if topic})
    try:
        findings = check_bags(arguments.root, topics, every_image=arguments.every_image)
    except DatasetError as error:
        print(error)
        return 1
    print("\n".join(finding_lines(f"bags in {arguments.root}", findings)))
    return 1 if any(each.broken for each in findings) else 0
