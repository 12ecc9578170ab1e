"""`ros2 run rgbt_dualatt select_target`: draw a box on the image, and the node follows it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rgbt_dualatt_ros.bags.bag_reader import BagReader
from rgbt_dualatt_ros.bags.bag_topics import BagTopics, find_image_topic
from rgbt_dualatt_ros.cli.box_argument import parse_box
from rgbt_dualatt_ros.cli.command import run_command
from rgbt_dualatt_ros.core.errors import DatasetError, RgbtError
from rgbt_dualatt_ros.datasets.image_files import read_rgb
from rgbt_dualatt_ros.imaging.pair_decoder import decode_rgb
from rgbt_dualatt_ros.ros.transport import set_default_transport
from rgbt_dualatt_ros.visualization.box_choice import ShownImage, choose_target
from rgbt_dualatt_ros.visualization.opencv_window import OpenCvWindow, check_windows

_EPILOG = """\
examples:
  ros2 run rgbt_dualatt select_target --ros-args -r rgb/image_raw:=/camera/color/image_raw
  ros2 run rgbt_dualatt select_target --box 300,200,40,90
  ros2 run rgbt_dualatt select_target --bag my_bag --frame 120

The box goes to the service tracker/initialize with the stamp of the image it was drawn on, so the
target is started where it was then. The node keeps target.history_pairs pairs, a second of them by
default: raise it when you draw slowly. A box on an image file is for the newest pair.
"""
EXIT_NOTHING_CHOSEN = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be given besides ROS arguments."""
    parser.description = "Shows the colour images; drag a box to start the tracker with it."
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--box", type=parse_box, metavar="x,y,w,h", help="start without a window")
    source.add_argument("--image", type=Path, metavar="FILE", help="draw on this image instead")
    source.add_argument("--bag", type=Path, help="draw on a colour image of this bag instead")
    parser.add_argument("--frame", type=int, default=0, help="of the bag, the first is 0")
    parser.add_argument("--topic", default=BagTopics().rgb, help="of the bag")


def main() -> int:
    """Run it; one line and exit code 2 when something given is wrong."""
    set_default_transport()
    return run_command(lambda: run(sys.argv))


def run(command_line: list[str]) -> int:
    """Choose a target: 0 when it was started, 1 when the user chose none.

    Raises:
        RgbtError: when something given is wrong, there is no window, or the node refuses.
    """
    # Only now: the environment must be set before rclpy is loaded.
    from rgbt_dualatt_ros.ros.node_process import ros_context, without_ros_arguments
    from rgbt_dualatt_ros.ros.target_client import TargetClient

    parser = argparse.ArgumentParser(prog="select_target")
    add_arguments(parser)
    arguments = parser.parse_args(without_ros_arguments(command_line)[1:])
    still = _still_image(arguments)
    if arguments.box is None:
        check_windows()
    with ros_context(command_line):
        client = TargetClient(hears_images=still is None and arguments.box is None)
        try:
            if arguments.box is not None:
                return _start(client.start, arguments)
            newest = client.newest_image if still is None else lambda: still
            window = OpenCvWindow("select_target")
            waiting = f"no image yet on {client.image_topic}"
            has_started = choose_target(window, newest, client.start, waiting)
            window.close()
        finally:
            client.close()
    if not has_started:
        print("no target was chosen")
    return 0 if has_started else EXIT_NOTHING_CHOSEN


def read_bag_image(path: Path, topic: str, index: int) -> ShownImage:
    """One colour image of a bag, with its stamp.

    Raises:
        RgbtError: when the bag has no such image, or it cannot be decoded.
    """
    with BagReader(path) as reader:
        found = find_image_topic(topic, reader.topics, str(path))
        count = reader.message_count(found)
        if not 0 <= index < count:
            raise DatasetError(f"{path}: {found} has images 0 .. {count - 1}; got --frame {index}")
        for number, raw in enumerate(reader.raw_messages((found,))):
            if number == index:
                return ShownImage(decode_rgb(reader.decode(raw), found), raw.stamp_ns)
    raise DatasetError(f"{path}: image {index} of {found} is missing, though the index has it")


def _still_image(arguments: argparse.Namespace) -> ShownImage | None:
    if arguments.image is not None:
        return ShownImage(read_rgb(arguments.image), 0)
    if arguments.bag is not None:
        return read_bag_image(arguments.bag, arguments.topic, arguments.frame)
    return None


def _start(start: Callable[..., str], arguments: argparse.Namespace) -> int:
    refusal = start(arguments.box, 0)
    if refusal:
        raise RgbtError(refusal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
