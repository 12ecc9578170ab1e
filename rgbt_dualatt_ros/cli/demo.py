"""Render a hard colour and thermal scene, play it into the node over ROS 2, and score the node.

Nothing leaves this machine and nothing but the package is needed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.cli.usable_settings import load_usable_config
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id, set_default_transport

_EXAMPLE = """example:
  rgbt-dualatt demo
  rgbt-dualatt demo --short --tracker dualatt csrt@thermal --out output/demo
The page is OUT/results/index.html; the rendered bag stays in OUT for the next time.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt demo`."""
    parser.epilog = _EXAMPLE
    add = parser.add_argument
    add("--short", action="store_true", help="three seconds instead of twelve, no video")
    add("--tracker", nargs="+", default=["dualatt"], metavar="NAME", help="a replay for each")
    add("--out", type=Path, default=Path("output/demo"), help="folder (output/demo)")
    add("--config", type=Path, help="YAML file of settings")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="one setting")


def run(arguments: argparse.Namespace) -> int:
    """Render when needed, replay, print the table and the path of the page."""
    set_default_transport()
    isolate(os.environ, private_domain_id())
    # Only now: the environment must be set before rclpy is loaded.
    from rgbt_dualatt_ros.ros.demo_scene_bag import demo_bag
    from rgbt_dualatt_ros.ros.replay_results import ReplayRun, replay_and_report
    from rgbt_dualatt_ros.ros.replay_table import replay_table

    config = load_usable_config(arguments.config, arguments.set)
    replay = ReplayRun(
        bag=demo_bag(arguments.out, ProgressBar, is_short=arguments.short),
        out=arguments.out / "results",
        config=config,
        trackers=arguments.tracker,
        command=shlex.join(["rgbt-dualatt", *sys.argv[1:]]),
        force=True,
        video=not arguments.short,
    )
    report = replay_and_report(replay, ProgressBar)
    print(replay_table(report.scores))
    print(f"page: {report.page}")
    return 0
