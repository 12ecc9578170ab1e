"""Do large best-effort images get from one process to another here? Measured, not guessed.

Two child processes, so that each can be given its own Fast DDS settings: a sender and a receiver.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id

_SIZE = ImageSize(640, 480)
_RATE_HZ = 30.0
_TOPIC = "/transport_probe"
_DISCOVERY_S = 10.0
_LAST_IMAGE_S = 1.0
_START_S = 15.0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What arrived of `sent` images of 640x480 bgr8; the latency is NaN when nothing did."""

    sent: int
    received: int
    median_latency_ms: float


def measure_transport(frames: int, environment: Mapping[str, str]) -> ProbeResult:
    """Send `frames` images at 30 Hz, best effort, from one process to another.

    Args:
        environment: of both processes; decides which transport Fast DDS uses.

    Raises:
        RgbtError: when one of the two processes fails or does not end; one line with its reason.
    """
    environment = dict(environment)
    isolate(environment, private_domain_id())
    limit_s = _START_S + _DISCOVERY_S + frames / _RATE_HZ + _LAST_IMAGE_S
    receiver = _spawn("receive", frames, environment)
    sender = _spawn("send", frames, environment)
    try:
        text, complaints = receiver.communicate(timeout=limit_s)
        _, more_complaints = sender.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise RgbtError(f"the transport probe did not end within {limit_s:.0f} s") from None
    finally:
        for child in (receiver, sender):
            child.kill()
            child.wait()
    if receiver.returncode or sender.returncode:
        # The last line of a traceback names the error; the rest is of no use to a user.
        last = [line for line in (complaints + more_complaints).splitlines() if line.strip()][-1:]
        raise RgbtError(f"the transport probe failed: {''.join(last) or 'no reason given'}")
    return ProbeResult(**json.loads(text))


def _spawn(role: str, frames: int, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", __name__, role, str(frames)]
    pipe = subprocess.PIPE
    # A session of its own: Ctrl-C is for us, and we end the child without a word of its own.
    return subprocess.Popen(
        command, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def _send(frames: int) -> None:
    import array

    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    from rgbt_dualatt_ros.ros.messages import to_time

    rclpy.init()
    node = rclpy.create_node("probe_sender")
    publisher = node.create_publisher(Image, _TOPIC, qos_profile_sensor_data)
    deadline_s = time.monotonic() + _DISCOVERY_S
    while publisher.get_subscription_count() == 0 and time.monotonic() < deadline_s:
        rclpy.spin_once(node, timeout_sec=0.02)
    image = Image(height=_SIZE.height, width=_SIZE.width, encoding="bgr8", step=_SIZE.width * 3)
    image.data = array.array("B", bytes(_SIZE.width * _SIZE.height * 3))
    begin_s = time.monotonic()
    for index in range(frames):
        time.sleep(max(0.0, begin_s + index / _RATE_HZ - time.monotonic()))
        # CLOCK_MONOTONIC is one for all processes of a machine, so the receiver can subtract.
        image.header.stamp = to_time(time.monotonic_ns())
        publisher.publish(image)
    time.sleep(_LAST_IMAGE_S)
    node.destroy_node()
    rclpy.shutdown()


def _receive(frames: int) -> ProbeResult:
    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    from rgbt_dualatt_ros.ros.messages import to_ns

    latencies_ns: list[int] = []
    last_ns = time.monotonic_ns()

    def hear(image: Image) -> None:
        nonlocal last_ns
        last_ns = time.monotonic_ns()
        latencies_ns.append(last_ns - to_ns(image.header.stamp))

    rclpy.init()
    node = rclpy.create_node("probe_receiver")
    node.create_subscription(Image, _TOPIC, hear, qos_profile_sensor_data)
    deadline_s = time.monotonic() + _DISCOVERY_S
    while node.count_publishers(_TOPIC) == 0 and time.monotonic() < deadline_s:
        rclpy.spin_once(node, timeout_sec=0.02)
    deadline_s = time.monotonic() + frames / _RATE_HZ + _LAST_IMAGE_S
    while len(latencies_ns) < frames and time.monotonic() < deadline_s:
        rclpy.spin_once(node, timeout_sec=0.1)
    node.destroy_node()
    rclpy.shutdown()
    median_ns = statistics.median(latencies_ns) if latencies_ns else float("nan")
    return ProbeResult(frames, len(latencies_ns), median_ns / NS_PER_MS)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("send", "receive"))
    parser.add_argument("frames", type=int)
    arguments = parser.parse_args()
    if arguments.role == "send":
        _send(arguments.frames)
    else:
        sys.stdout.write(json.dumps(asdict(_receive(arguments.frames))))


if __name__ == "__main__":
    _main()
