"""Write a sequence folder or a rendered scene as a rosbag2 with its true boxes."""

from __future__ import annotations

import argparse
from pathlib import Path

from rgbt_dualatt_ros.bags.bag_topics import BagTopics
from rgbt_dualatt_ros.bags.bag_writer import STORAGES, BagOptions, check_free, write_bag
from rgbt_dualatt_ros.bags.image_encoder import RGB_ENCODINGS, THERMAL_ENCODINGS, ImageOptions
from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence, open_sequence
from rgbt_dualatt_ros.datasets.stamps import ASSUMED_RATE_HZ
from rgbt_dualatt_ros.datasets.synthetic import SPEC_HELP, SyntheticSequence, parse_scene

_EXAMPLE = """example:
  rgbt-dualatt make-bag sequences/walker walker_bag
  rgbt-dualatt make-bag --synthetic smoke+HO smoke_bag --storage sqlite3 --compressed jpeg
  ros2 bag play walker_bag
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt make-bag`."""
    parser.epilog = _EXAMPLE
    add = parser.add_argument
    add("source", metavar="SEQUENCE", help="folder of a sequence; with --synthetic: a scene")
    add("out", metavar="OUT", type=Path, help="folder of the new bag")
    add("--synthetic", action="store_true", help=f"SEQUENCE is a scene to render: {SPEC_HELP}")
    add("--storage", choices=STORAGES, default="mcap", help="format of the bag (mcap)")
    add("--compressed", choices=("jpeg", "png"), default="", help="write CompressedImage")
    add("--rgb-encoding", choices=RGB_ENCODINGS, default="rgb8", help="of raw images (rgb8)")
    add("--thermal-encoding", choices=THERMAL_ENCODINGS, default="auto",
        help="auto: mono8 for 8 bits, mono16 for counts")  # fmt: skip
    topics = BagTopics()
    add("--rgb-topic", default=topics.rgb, help=f"topic of colour images ({topics.rgb})")
    add("--thermal-topic", default=topics.thermal, help=f"topic of thermal ({topics.thermal})")
    add("--fps", type=float,
        help=f"frames a second of a folder without stamps.txt ({ASSUMED_RATE_HZ:g})")  # fmt: skip
    add("--force", action="store_true", help="replace an older bag of that name")
    add("--config", type=Path, help="file of settings; thermal.* count with mono8")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="one setting")


def run(arguments: argparse.Namespace) -> int:
    """Write the bag and say what is in it."""
    config = load_config(Config, arguments.config, arguments.set)
    check_free(arguments.out, overwrite=arguments.force)
    sequence: FolderSequence | SyntheticSequence
    if arguments.synthetic:
        if arguments.fps is not None:
            raise ConfigError(f"--fps is for folders; write --synthetic {arguments.source},fps=N")
        sequence = SyntheticSequence(parse_scene(arguments.source))
        frames = sequence.config.length
    else:
        rate_hz = ASSUMED_RATE_HZ if arguments.fps is None else arguments.fps
        sequence = open_sequence(arguments.source, config, rate_hz)
        frames = len(sequence)
    images = ImageOptions(
        arguments.rgb_encoding, arguments.thermal_encoding, arguments.compressed, config.thermal
    )
    topics = BagTopics(arguments.rgb_topic, arguments.thermal_topic)
    options = BagOptions(topics, images, arguments.force)
    with ProgressBar(frames, "writing") as bar:
        path = write_bag(
            sequence, arguments.out, arguments.storage, options,
            lambda: bar.advance(sequence.name, 1),
        )  # fmt: skip
    megabytes = sum(file.stat().st_size for file in path.iterdir()) / 1e6
    print(f"{path}: {frames} frames, {arguments.storage}, {megabytes:.1f} MB")
    return 0
