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
from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id, set_default_transport

# Start, thick smoke, a look-alike beside the target, end; as shares of the scene.
_MOMENTS = (0.02, 0.43, 0.85, 1.0)
_EXAMPLE = """example:
  rgbt-dualatt demo
  rgbt-dualatt demo --short --tracker dualatt csrt@thermal --out output/demo
The page is OUT/results/index.html; attention.png beside it shows where the classifier looked (not
with --short or a slow preset). The rendered bag stays in OUT for the next time.
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
    bag = demo_bag(arguments.out, ProgressBar, is_short=arguments.short)
    replay = ReplayRun(
        bag=bag,
        out=arguments.out / "results",
        config=config,
        trackers=arguments.tracker,
        command=shlex.join(["rgbt-dualatt", *sys.argv[1:]]),
        force=True,
        video=not arguments.short,
    )
    report = replay_and_report(replay, ProgressBar)
    print(replay_table(report.scores))
    is_fast = config.tracker.preset == "realtime"  # the paper's would take an hour for it
    if "dualatt" in arguments.tracker and is_fast and not arguments.short:
        print(f"where it looked: {_show_attention(bag, config, arguments.out / 'results')}")
    print(f"page: {report.page}")
    return 0


def _show_attention(bag: Path, config: Config, folder: Path) -> Path:
    """Track the bag once more, without ROS, and draw some moments; a live node has no time."""
    import cv2

    from rgbt_dualatt_ros.bags.bag_sequence import BagSequence
    from rgbt_dualatt_ros.bags.bag_topics import BagTopics
    from rgbt_dualatt_ros.tracking.dual_attention_tracker import DualAttentionTracker
    from rgbt_dualatt_ros.visualization.attention_sheet import draw_attention_sheet

    sequence = BagSequence(bag, BagTopics(), config)
    frames = {max(1, round(share * (len(sequence) - 1))) for share in _MOMENTS}
    tracker = DualAttentionTracker.from_config(config.tracker)
    box = Box.from_sequence(sequence.truth[0])
    with ProgressBar(len(sequence), "attention") as bar:
        sheet = draw_attention_sheet(
            tracker, sequence.pairs(), box, frames, lambda: bar.advance(sequence.name, 1)
        )
    path = folder / "attention.png"
    if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise ConfigError(f"cannot write {path}")
    return path
