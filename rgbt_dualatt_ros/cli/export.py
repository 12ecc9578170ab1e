"""Write the matched pairs of a bag as a sequence folder, without loss."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.sequence_writer import check_free, write_sequence

_EXAMPLE = """example:
  rgbt-dualatt export walker_bag sequences/walker
  rgbt-dualatt export drive.mcap drive --rgb-topic /front/image --thermal-topic /lwir/image_raw

Thermal counts of 16 bits stay counts, images keep their sizes, both stamps are in stamps.txt.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt export`."""
    parser.epilog = _EXAMPLE
    topics = BagTopics()
    add = parser.add_argument
    add("bag", metavar="BAG", type=Path, help="folder of the bag, or its .mcap or .db3 file")
    add("out", metavar="OUT", type=Path, help="the new folder")
    add("--rgb-topic", default=topics.rgb, help=f"topic of colour images ({topics.rgb})")
    add("--thermal-topic", default=topics.thermal, help=f"topic of thermal ({topics.thermal})")
    add("--truth-topic", default=topics.truth, help=f"topic of true boxes ({topics.truth})")
    add("--config", type=Path, help="file of settings; sync.* decide which images make a pair")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="one setting")


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and say what is in it."""
    config = load_config(Config, arguments.config, arguments.set)
    check_free(arguments.out)
    topics = BagTopics(arguments.rgb_topic, arguments.thermal_topic, arguments.truth_topic)
    sequence = BagSequence(arguments.bag, topics, config, is_truth_needed=False)
    with ProgressBar(len(sequence), "writing") as bar:
        count = write_sequence(_counted(sequence, bar), arguments.out, config.thermal)
    has_boxes = (arguments.out / "groundtruth.txt").is_file()
    note = "" if has_boxes else "; the bag holds no true boxes, so groundtruth.txt is yours to add"
    print(f"{arguments.out}: {count} pairs{note}")
    return 0


def _counted(sequence: BagSequence, bar: ProgressBar) -> Iterator[RawFrame]:
    for frame in sequence.frames():
        yield frame
        bar.advance(sequence.name, 1)
