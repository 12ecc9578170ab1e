"""The node as a process of its own: how it starts, ends, and what it prints when it must not run.

Proves: Ctrl-C and SIGTERM end it with 0 and no traceback, wrong arguments give one line and 2, the
node of a replay does not outlive it.
Not: what it does in between (test_tracker_node.py).
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.ros

START_S = 30.0
SIDES = {"rgb": np.full((48, 64, 3), 90, np.uint8), "thermal": np.full((48, 64), 90, np.uint8)}


EXECUTABLE = ("-m", "rgbt_dualatt_ros.cli.tracker_node")
NODE_WITH = """
import sys, time
from rgbt_dualatt_ros.ros.node_process import run_node
def build(config):
    {body}
sys.exit(run_node(build))
"""
RUN_AS_COMMAND = """
from rgbt_dualatt_ros.cli.command import run_command
sys.exit(run_command(lambda: run_node(build)))
"""


class NodeProcess:
    """A Python process, with all it prints in a file."""

    def __init__(self, log: Path, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        self._log = log
        with log.open("w") as file:
            self._child = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)

    @property
    def output(self) -> str:
        """What was printed so far."""
        return self._log.read_text()

    def wait_for(self, words: str) -> None:
        """Until these words were printed."""
        deadline = time.monotonic() + START_S
        while words not in self.output:
            assert time.monotonic() < deadline, f"{words!r} was not printed:\n{self.output}"
            assert self._child.poll() is None, f"the node has ended:\n{self.output}"
            time.sleep(0.02)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._child.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def end_by(self, number: signal.Signals) -> int:
        """Send a signal; the exit code."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        """The exit code."""
        return self._child.wait(START_S)

    def kill(self) -> None:
        """End it whatever it does."""
        self._child.kill()
        self._child.wait()


StartProcess = Callable[..., NodeProcess]


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[StartProcess]:
    started: list[NodeProcess] = []

    def start(*arguments: str) -> NodeProcess:
        started.append(NodeProcess(tmp_path / "node.log", *arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_signal_ends_it_quietly(start_process: StartProcess, number: signal.Signals) -> None:
    process = start_process(*EXECUTABLE, "--tracker", "static")
    process.wait_for("the tracker is ready")
    assert process.end_by(number) == 0, process.output
    assert "Traceback" not in process.output
    assert "rror" not in process.output


@pytest.fixture
def cameras(make_image: Callable[..., Any]) -> Iterator[Callable[[], bool]]:
    """Sends one more pair at each call; whether somebody hears it."""
    import rclpy
    from sensor_msgs.msg import Image

    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("cameras", context=context)
    publishers = [node.create_publisher(Image, f"/{side}/image_raw", 5) for side in SIDES]
    stamps = itertools.count(10**9, 10**6)

    def send() -> bool:
        stamp_ns = next(stamps)
        for publisher, side in zip(publishers, SIDES, strict=True):
            image = make_image(stamp_ns, SIDES[side], "rgb8" if side == "rgb" else "mono8")
            publisher.publish(image)
        return all(each.get_subscription_count() > 0 for each in publishers)

    yield send
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_signal_in_the_middle_of_work(
    start_process: StartProcess, cameras: Callable[[], bool], number: signal.Signals
) -> None:
    process = start_process(
        *EXECUTABLE,
        "--tracker",
        "static",
        "--ros-args",
        "-p",
        "target.box:=[9.0, 9.0, 20.0, 20.0]",
    )
    deadline = time.monotonic() + START_S
    while "target 1 started" not in process.output:
        assert time.monotonic() < deadline, process.output
        cameras()
        time.sleep(0.002)
    process.send(number)
    while process.is_running:
        assert time.monotonic() < deadline, "the node does not end"
        cameras()
        time.sleep(0.001)
    assert process.wait() == 0, process.output
    assert "Traceback" not in process.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["-p", "sync.slob_ms:=5.0"], "did you mean sync.slop_ms?", id="parameter"),
        pytest.param(["-p", "target.box:=[1.0, 2.0]"], "four numbers", id="box"),
        pytest.param(["--params-file", "no_such.yaml"], "no_such.yaml", id="file"),
    ],
)
def test_wrong_argument_gives_one_line(
    start_process: StartProcess, arguments: list[str], words: str
) -> None:
    process = start_process(*EXECUTABLE, "--tracker", "static", "--ros-args", *arguments)
    assert process.wait() == 2
    assert words in process.output
    assert process.output.count("\n") == 1, process.output


def test_misspelt_name_in_a_file_is_refused(start_process: StartProcess, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("/**:\n  ros__parameters:\n    sync:\n      queue_sise: 5\n")
    process = start_process(
        *EXECUTABLE, "--tracker", "static", "--ros-args", "--params-file", str(file)
    )
    assert process.wait() == 2
    assert "did you mean sync.queue_size?" in process.output


def test_unknown_tracker_is_refused(start_process: StartProcess) -> None:
    process = start_process(*EXECUTABLE, "--tracker", "statik")
    assert process.wait() == 2
    assert "did you mean static?" in process.output


def test_bug_gives_its_traceback(start_process: StartProcess) -> None:
    process = start_process("-c", NODE_WITH.format(body="raise KeyError('a bug of ours')"))
    assert process.wait() == 1
    assert "Traceback" in process.output
    assert "a bug of ours" in process.output


def test_missing_module_gives_one_line(start_process: StartProcess) -> None:
    code = NODE_WITH.format(body="raise ModuleNotFoundError('gone', name='torch')")
    code = code.replace("sys.exit(run_node(build))", RUN_AS_COMMAND)
    process = start_process("-c", code)
    assert process.wait() == 2
    assert "Traceback" not in process.output
    assert "Python module torch is missing in" in process.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("level", "is_said"), [("debug", True), ("info", False)], ids=["debug", "info"]
)
def test_debug_lines_of_the_package_are_said_when_asked_for(
    start_process: StartProcess, level: str, is_said: bool
) -> None:
    """As the tracker says them of its learning, below `ros/` and in the worker's thread."""
    body = (
        "import logging; from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker; "
        "logging.getLogger('rgbt_dualatt_ros.tracking').debug('update of the target'); "
        "return StaticTracker()"
    )
    code = NODE_WITH.format(body=body).replace("run_node(build)", "run_node(build, sys.argv)")
    process = start_process("-c", code, "--ros-args", "--log-level", level)
    process.wait_for("the tracker is ready")
    assert ("[DEBUG]" in process.output and "update of the target" in process.output) == is_said
    assert process.end_by(signal.SIGINT) == 0


def test_what_is_learned_in_the_warm_up_is_not_said(start_process: StartProcess) -> None:
    body = (
        "import logging; from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker; "
        "log = logging.getLogger('rgbt_dualatt_ros.tracking.learner'); log.info('weights read'); "
        "tracker = StaticTracker(); start = tracker.initialize; "
        "tracker.initialize = lambda *given: (log.info('first frame learned'), start(*given)); "
        "return tracker"
    )
    process = start_process("-c", NODE_WITH.format(body=body))
    process.wait_for("the tracker is ready")
    assert "weights read" in process.output
    assert "first frame learned" not in process.output
    assert process.end_by(signal.SIGINT) == 0


def test_interrupt_while_the_tracker_is_built(start_process: StartProcess) -> None:
    body = "print('building', flush=True); time.sleep(60)"
    process = start_process("-c", NODE_WITH.format(body=body))
    process.wait_for("building")
    begin_s = time.monotonic()
    assert process.end_by(signal.SIGINT) == 0, process.output
    assert time.monotonic() - begin_s < 10.0
    assert "Traceback" not in process.output


STARTED_BY_ONE_THAT_DIES = """
import sys, time
from pathlib import Path
from rgbt_dualatt_ros.ros.node_child import NodeChild
log = Path({log!r})
with NodeChild(["--tracker", "static"], log) as child:
    print(child._process.pid, flush=True)
    while "the tracker is ready" not in log.read_text():
        time.sleep(0.02)
    print("ready", flush=True)
    time.sleep(60)
"""


def test_node_of_a_replay_ends_with_it(start_process: StartProcess, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    parent = start_process("-c", STARTED_BY_ONE_THAT_DIES.format(log=str(log)))
    parent.wait_for("ready")
    number = int(parent.output.split()[0])
    parent.kill()
    deadline = time.monotonic() + START_S
    while is_running(number):
        if time.monotonic() > deadline:
            os.kill(number, signal.SIGKILL)
            pytest.fail("the node outlives the replay")
        time.sleep(0.02)
    assert "Traceback" not in log.read_text()


def is_running(number: int) -> bool:
    """Whether a process runs that is no child of ours; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
