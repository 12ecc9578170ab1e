"""What is installed, what is missing, and how well large images travel; runs without ROS."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.ros.transport import (
    CHOICES_OF_THE_USER,
    profile_variable,
    set_default_transport,
)
from rgbt_dualatt_ros.ros.transport_probe import ProbeResult, measure_transport

PROBE_FRAMES = 45
_MB = 1_000_000
# A process takes a segment of 32 MB (config/fastdds_large_images.xml); containers often have 64.
_ENOUGH_SHARED_MEMORY_MB = 256
_SHARED_MEMORY = Path("/dev/shm")
_ENOUGH_RECEIVED = 0.95


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        advice: empty when all is well.
        is_fatal: the main job does not run without it.
    """

    name: str
    value: str
    advice: str = ""
    is_fatal: bool = False


def examine() -> Iterator[Finding]:
    """Every finding, the quick ones first; takes about fifteen seconds."""
    yield Finding("interpreter", f"{sys.executable} ({platform.python_version()})")
    yield Finding("processors", f"{os.cpu_count()}, OpenMP {_openmp()}")
    for look in (_torch, _opencv, _weights):
        yield look()
    ros, messages = _ros(), _messages()
    yield from (ros, messages, _optional(), _profile(), _shared_memory())
    if ros.is_fatal or messages.is_fatal:
        yield Finding("images", "not measured", "this needs ROS 2 and our messages, see above")
        return
    yield from _transport(os.environ)


def _openmp() -> str:
    names = ("OMP_WAIT_POLICY", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return ", ".join(f"{name}={os.environ[name]}" for name in names if name in os.environ)


def _torch() -> Finding:
    try:
        torch = import_module("torch")
    except ImportError as error:
        return Finding("torch", "missing", f"pip install torch torchvision ({error})", True)
    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no CUDA device"
    text = f"{torch.__version__}, torchvision {_version('torchvision')}, {device}"
    return Finding("torch", text)


def _opencv() -> Finding:
    try:
        text = f"{import_module('cv2').__version__}, numpy {import_module('numpy').__version__}"
    except ImportError as error:
        return Finding(
            "opencv", "missing", f"pip install opencv-contrib-python-headless ({error})", True
        )
    return Finding("opencv", text)


def _weights() -> Finding:
    try:
        weights = import_module("rgbt_dualatt_ros.models.weights")
        found = [str(weights.locate(kind, "")) for kind in weights.SHIPPED]
        return Finding("weights", ", ".join(found))
    except (ImportError, RgbtError) as error:
        return Finding("weights", "missing", str(error), True)


def _ros() -> Finding:
    try:
        rclpy = import_module("rclpy")
        rmw = rclpy.get_rmw_implementation_identifier()
    except (ImportError, RuntimeError) as error:
        advice = f"make setup, or source /opt/ros/<distro>/setup.bash ({error})"
        return Finding("ROS 2", "missing", advice, True)
    distribution = os.environ.get("ROS_DISTRO", f"rclpy {_version('ros-rclpy', 'rclpy')}")
    return Finding("ROS 2", f"{distribution}, {rmw}")


def _messages() -> Finding:
    try:
        import_module("rgbt_dualatt.msg")
    except ImportError as error:
        advice = f"make setup, or colcon build and source install/setup.bash ({error})"
        return Finding("messages", "not built", advice, True)
    return Finding("messages", "rgbt_dualatt is built")


def _optional() -> Finding:
    there = {name: _is_importable(name) for name in ("rosbags", "message_filters", "cv_bridge")}
    text = ", ".join(f"{name} {'yes' if found else 'no'}" for name, found in there.items())
    advice = "" if there["rosbags"] else "pip install rosbags, for replay and demo"
    return Finding("optional", text, advice)


def _profile() -> Finding:
    chosen = [f"{name}={os.environ[name]}" for name in CHOICES_OF_THE_USER if os.environ.get(name)]
    if chosen:
        return Finding("Fast DDS", f"your choice: {', '.join(chosen)}")
    profile = set_default_transport({})
    if profile is None:
        return Finding("Fast DDS", "no profile", "config/fastdds_large_images.xml is missing")
    advice = f"camera drivers need it too: export {profile_variable()}={profile}"
    return Finding("Fast DDS", f"our commands set {profile}", advice)


def _shared_memory() -> Finding:
    if not _SHARED_MEMORY.is_dir():
        return Finding("shared memory", "no /dev/shm")
    free_mb = shutil.disk_usage(_SHARED_MEMORY).free // _MB
    is_little = free_mb < _ENOUGH_SHARED_MEMORY_MB
    advice = "images may get lost; a container wants --shm-size=512m" if is_little else ""
    return Finding("shared memory", f"{free_mb} MB free", advice)


def _transport(environment: Mapping[str, str]) -> Iterator[Finding]:
    plain = {name: text for name, text in environment.items() if name not in CHOICES_OF_THE_USER}
    with_profile = dict(plain)
    set_default_transport(with_profile)
    yield _measured("images, default", lambda: measure_transport(PROBE_FRAMES, plain), "")
    advice = "look at /dev/shm and the load of this machine, or use compressed images"
    yield _measured(
        "images, profile", lambda: measure_transport(PROBE_FRAMES, with_profile), advice
    )
    if any(environment.get(name) for name in CHOICES_OF_THE_USER):
        measure = lambda: measure_transport(PROBE_FRAMES, environment)  # noqa: E731
        yield _measured("images, yours", measure, advice)


def _measured(name: str, measure: Callable[[], ProbeResult], advice: str) -> Finding:
    try:
        result = measure()
    except RgbtError as error:
        return Finding(name, "not measured", str(error))
    text = f"{result.received} of {result.sent} best-effort 640x480 images arrive"
    if result.received:
        text += f", median {result.median_latency_ms:.1f} ms"
    is_enough = result.received >= _ENOUGH_RECEIVED * result.sent
    return Finding(name, text, "" if is_enough else advice)


def _is_importable(name: str) -> bool:
    try:
        import_module(name)
    except (ImportError, AttributeError):  # cv_bridge for another NumPy raises the latter
        return False
    return True


def _version(*names: str) -> str:
    found = (each.version for name in names for each in distributions(name=name))
    return next(found, "?")
