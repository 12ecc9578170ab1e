"""Play a bag into the node over real DDS, record what it publishes, and score it."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from rgbt_dualatt_ros.cli.box_argument import parse_box
from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.cli.usable_settings import load_usable_config
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id, set_default_transport

_EXAMPLE = """example:
  rgbt-dualatt make-bag --synthetic smoke+HO smoke_bag
  rgbt-dualatt replay smoke_bag --tracker dualatt static --out smoke_results
The page is OUT/index.html; what the node printed is in OUT/node.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt replay`."""
    parser.epilog = _EXAMPLE
    add = parser.add_argument
    add("bag", type=Path, metavar="BAG", help="rosbag2 with colour, thermal and true boxes")
    add("--tracker", nargs="+", default=["dualatt"], metavar="NAME", help="a replay for each")
    add("--model", nargs="+", action="extend", default=[], help="nanotrack=BACKBONE,HEAD")
    add("--box", type=parse_box, help="x,y,w,h in the first pair, for a bag without true boxes")
    add("--rate", type=_rate, default=1.0, help="1, the default, is the speed of the recording")
    add("--out", type=Path, default=Path("replay_results"), help="folder of the results")
    add("--force", action="store_true", help="discard the records in OUT")
    add("--config", type=Path, help="YAML file of settings")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="one setting")
    add("--no-video", action="store_true", help="pictures only")
    for name in ("rgb", "thermal", "truth"):
        add(f"--{name}-topic", metavar="NAME", help=f"{name} topic of the bag")


def run(arguments: argparse.Namespace) -> int:
    """Replay, print the table and the path of the page."""
    set_default_transport()
    isolate(os.environ, private_domain_id())
    # Only now: the environment must be set before rclpy is loaded.
    from rgbt_dualatt_ros.bags.bag_topics import BagTopics
    from rgbt_dualatt_ros.ros.replay_results import ReplayRun, replay_and_report
    from rgbt_dualatt_ros.ros.replay_table import replay_table

    given = {name: getattr(arguments, f"{name}_topic") for name in ("rgb", "thermal", "truth")}
    replay = ReplayRun(
        bag=arguments.bag,
        out=arguments.out,
        config=load_usable_config(arguments.config, arguments.set),
        trackers=arguments.tracker,
        topics=BagTopics(**{name: topic for name, topic in given.items() if topic}),
        models=tuple(arguments.model),
        initial_box=arguments.box,
        rate=arguments.rate,
        command=shlex.join(["rgbt-dualatt", *sys.argv[1:]]),
        force=arguments.force,
        video=not arguments.no_video,
    )
    report = replay_and_report(replay, ProgressBar)
    print(replay_table(report.scores))
    print(f"page: {report.page}")
    return 0


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 100.0:
        raise argparse.ArgumentTypeError(f"it must lie in 0.01 .. 100; got {text}")
    return rate
