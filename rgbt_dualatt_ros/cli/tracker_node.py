"""`ros2 run rgbt_dualatt tracker_node`: the tracker as a ROS 2 node."""

from __future__ import annotations

import argparse
import sys

from rgbt_dualatt_ros.cli.command import run_command
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.tracker import Tracker
from rgbt_dualatt_ros.ros.transport import set_default_transport

_EPILOG = """\
example:
  ros2 run rgbt_dualatt tracker_node --ros-args -r rgb/image_raw:=/camera/color/image_raw \\
      -r thermal/image_raw:=/thermal/image_raw -p target.box:="[300.0, 200.0, 40.0, 80.0]"
every setting is a ROS parameter; `rgbt-dualatt config` lists them
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be given besides ROS arguments."""
    parser.description = "Follows one target in colour and thermal images; a ROS 2 node."
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tracker", default="dualatt", help="dualatt, static or csrt@rgb, ...")
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="PEER=FILES",
        help="files of a peer's net, as nanotrack=BACKBONE,HEAD",
    )


def main() -> int:
    """Run the node; one line and exit code 2 when something given is wrong."""
    set_default_transport()
    return run_command(lambda: run(sys.argv))


def run(command_line: list[str]) -> int:
    """Run the node until it is told to end.

    Raises:
        RgbtError: when something given is wrong.
    """
    # Only now: the environment must be set before rclpy is loaded.
    from rgbt_dualatt_ros.ros.node_process import run_node, without_ros_arguments
    from rgbt_dualatt_ros.tracking.tracker_factory import build_tracker, expand_names, parse_models

    parser = argparse.ArgumentParser(prog="tracker_node")
    add_arguments(parser)
    arguments = parser.parse_args(without_ros_arguments(command_line)[1:])
    models = parse_models(arguments.model)
    expand_names([arguments.tracker])

    def build(config: Config) -> Tracker:
        return build_tracker(arguments.tracker, config.tracker, models, is_live=True)

    return run_node(build, command_line)


if __name__ == "__main__":
    sys.exit(main())
