"""Sequences named on a command line: folders, benchmarks, bags, rendered scenes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError
from rgbt_dualatt_ros.datasets.benchmark import BenchmarkSequence, open_benchmark
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.layouts import TRUTH_KINDS
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions, open_sequence
from rgbt_dualatt_ros.datasets.stamps import ASSUMED_RATE_HZ
from rgbt_dualatt_ros.datasets.synthetic import (
    SETS_HELP,
    SPEC_HELP,
    SyntheticSequence,
    parse_scenes,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One sequence asked for: how to name it in messages and how to open it.

    Attributes:
        benchmark: the one it is of; None for others.
    """

    text: str
    open: Callable[[], RgbtSequence]
    benchmark: BenchmarkName | None = None


@dataclass(frozen=True, slots=True)
class OpenedSources:
    """What was asked for.

    Attributes:
        sequences: by name.
        benchmarks: names of the sequences of each benchmark.
        problems: a line for each that cannot be opened.
    """

    sequences: dict[str, RgbtSequence]
    benchmarks: dict[BenchmarkName, list[str]]
    problems: list[str]


_KINDS = {
    "sequence": "folders with visible/ and infrared/, or with img/",
    "bag": "rosbag2 bags with a topic of true boxes",
    "synthetic": f"scenes to render: {SPEC_HELP}; {SETS_HELP}",
}


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--sequence`, `--benchmark`, `--bag`, `--synthetic` and what they need."""
    group = parser.add_argument_group("sequences, at least one, of any kind")
    for name, text in _KINDS.items():
        group.add_argument(f"--{name}", nargs="+", action="extend", default=[], help=text)
    group.add_argument(
        "--benchmark",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "ROOT"),
        help="all sequences of a data set, such as rgbt234 or lasher/test, in folder ROOT; "
        "rgbt-dualatt datasets list names them",
    )
    group.add_argument(
        "--initial-truth",
        choices=TRUTH_KINDS,
        default="visible",
        help="file of boxes of a data set that gives the first box (visible)",
    )
    for name in ("rgb", "thermal", "truth"):
        group.add_argument(f"--{name}-topic", metavar="NAME", help=f"{name} topic of the bags")


def open_sources(arguments: argparse.Namespace, config: Config) -> OpenedSources:
    """Every sequence that can be opened, and why others cannot.

    Raises:
        RgbtError: when none can be opened, or two have the same name.
    """
    sequences: dict[str, RgbtSequence] = {}
    benchmarks: dict[BenchmarkName, list[str]] = {}
    errors: list[RgbtError] = []
    for source in _sources(arguments, config):
        try:
            sequence = source.open()
        except RgbtError as error:
            errors.append(error)
            continue
        if sequence.name in sequences:
            raise ConfigError(f"two sequences are named {sequence.name}; one is {source.text}")
        sequences[sequence.name] = sequence
        if source.benchmark:
            benchmarks.setdefault(source.benchmark, []).append(sequence.name)
    if not sequences:
        wanted = "--sequence, --benchmark, --bag or --synthetic scene"
        raise errors[0] if errors else ConfigError(f"name a {wanted}")
    return OpenedSources(sequences, benchmarks, [str(error) for error in errors])


def _sources(arguments: argparse.Namespace, config: Config) -> Iterator[Source]:
    for path in arguments.sequence:
        yield Source(path, partial(open_sequence, path, config))
    for name, root in arguments.benchmark:
        yield from _benchmark(
            name, root, FolderOptions(config, ASSUMED_RATE_HZ, arguments.initial_truth)
        )
    if arguments.bag:
        # rosbags is optional for those who have no bags.
        from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
        from rgbt_dualatt_ros.bags.bag_topics import BagTopics

        given = {name: getattr(arguments, f"{name}_topic") for name in ("rgb", "thermal", "truth")}
        topics = BagTopics(**{name: topic for name, topic in given.items() if topic})
        for path in arguments.bag:
            yield Source(path, partial(BagSequence, path, topics, config))
    for spec in arguments.synthetic:
        yield from _scenes(spec)


def _benchmark(name: str, root: str, options: FolderOptions) -> Iterator[Source]:
    try:
        benchmark = open_benchmark(name, root, options)
    except RgbtError as error:
        yield Source(f"{name} in {root}", partial(_refuse, error))
        return
    for sequence in benchmark.sequences:
        yield Source(str(sequence.path), partial(_opened, sequence), benchmark.name)


def _opened(sequence: BenchmarkSequence) -> RgbtSequence:
    """The sequence read now, so that a damaged one is told before the run and left out."""
    return sequence.opened


def _scenes(spec: str) -> Iterator[Source]:
    try:
        scenes = parse_scenes(spec)
    except RgbtError as error:
        # As an unreadable folder, it keeps nobody from the other sequences.
        yield Source(spec, partial(_refuse, error))
        return
    for scene in scenes:
        yield Source(f"{scene.name} of {spec}", partial(SyntheticSequence, scene))


def _refuse(error: RgbtError) -> RgbtSequence:
    raise error
