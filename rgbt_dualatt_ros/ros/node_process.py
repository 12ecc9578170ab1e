"""The life of the node's process: start, spin, end with the right exit code and no noise."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.utilities import remove_ros_args

from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError
from rgbt_dualatt_ros.ros.node_child import PARENT_VARIABLE
from rgbt_dualatt_ros.ros.tracker_node import TrackerNode
from rgbt_dualatt_ros.ros.tracker_worker import BuildTracker

_LOG = logging.getLogger(__name__)
EXIT_OK = 0
EXIT_BUG = 1


def run_node(build_tracker: BuildTracker, arguments: list[str] | None = None) -> int:
    """Run the node until it is told to end; returns the exit code.

    Ctrl-C and SIGTERM end it with 0; an error of ours that is not the user's gives its traceback
    and 1.

    Args:
        arguments: as `rclpy.init` wants them, with `--ros-args`.

    Raises:
        RgbtError: when the settings are wrong or the tracker cannot be built.
        ModuleNotFoundError: when the tracker needs a module that is not installed.
    """
    with ros_context(arguments):
        try:
            return _spin(build_tracker)
        except (KeyboardInterrupt, ExternalShutdownException):
            return EXIT_OK


@contextmanager
def ros_context(arguments: list[str] | None = None) -> Iterator[None]:
    """ROS is up while the block lasts.

    Args:
        arguments: as `rclpy.init` wants them, with `--ros-args`.

    Raises:
        ConfigError: when the ROS part of them is wrong.
    """
    try:
        rclpy.init(args=arguments)
    except RuntimeError as error:
        raise _refused_arguments(error) from None
    try:
        yield
    finally:
        rclpy.try_shutdown()


def without_ros_arguments(arguments: list[str]) -> list[str]:
    """What is left of a command line for argparse.

    Raises:
        ConfigError: when the ROS part of it is wrong.
    """
    try:
        return list(remove_ros_args(arguments))
    except RuntimeError as error:
        raise _refused_arguments(error) from None


def _spin(build_tracker: BuildTracker) -> int:
    node = TrackerNode(build_tracker)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        # Not spin_until_future_complete: in Jazzy each of its turns leaves a callback at the
        # future for ever. The node's timers end a turn soon enough.
        while rclpy.ok() and not node.ended.done() and not _is_orphan():
            executor.spin_once()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except RuntimeError:
        if rclpy.ok():  # else a signal has ended the context in the middle of a callback
            raise
    finally:
        has_ended = node.close()
        executor.shutdown()
    if not has_ended:
        # The interpreter cannot be taken down under a thread that computes.
        sys.stderr.flush()
        os._exit(EXIT_OK)
    return _exit_code(node.error)


def _is_orphan() -> bool:
    """Whether the process that started the node for itself has gone, as by SIGKILL."""
    parent = os.environ.get(PARENT_VARIABLE)
    return parent is not None and parent != str(os.getppid())


def _exit_code(error: Exception | None) -> int:
    if error is None:
        return EXIT_OK
    # What is not installed is the user's to mend, too; `cli/command.py` says how.
    if isinstance(error, (RgbtError, ModuleNotFoundError)):
        raise error
    traceback.print_exception(error)
    return EXIT_BUG


def _refused_arguments(error: RuntimeError) -> ConfigError:
    # RuntimeError is the base of what rcl throws, which has no public name.
    first_line = str(error).strip().splitlines()[0].partition(", at /")[0]
    return ConfigError(f"the ROS arguments cannot be read: {first_line}")
