"""Where a number comes from: versions, machine, revision, date."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from rgbt_dualatt_ros.evaluation.record_files import Json

_DISTRIBUTIONS = {
    "rgbt_dualatt": ("rgbt_dualatt", "rgbt-dualatt"),
    "torch": ("torch",),
    "torchvision": ("torchvision",),
    "numpy": ("numpy",),
    "opencv": (
        "opencv-contrib-python-headless",
        "opencv-python-headless",
        "opencv-contrib-python",
        "opencv-python",
    ),
}
_GIT_TIMEOUT_S = 5.0


def describe_surroundings() -> Json:
    """Versions of what computes, the machine, the revision of the source tree, and the time."""
    about: Json = {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds")}
    about["python"] = platform.python_version()
    for name, candidates in _DISTRIBUTIONS.items():
        if version := _version(candidates):
            about[name] = version
    if revision := _git_revision():
        about["revision"] = revision
    about["system"] = f"{platform.system()} {platform.release()} {platform.machine()}"
    about["processor"] = _processor()
    about["processors_usable"] = os.cpu_count()
    if gpu := _gpu():
        about["gpu"] = gpu
    return about


def _version(distributions: tuple[str, ...]) -> str:
    found = (each for name in distributions for each in metadata.distributions(name=name))
    return next((each.version for each in found), "")


def _git_revision() -> str:
    source_tree = Path(__file__).resolve().parents[2]
    if not (source_tree / ".git").exists():
        return ""
    command = ["git", "-C", str(source_tree), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _gpu() -> str:
    # A run that needed no net has not imported torch, and this is no reason to.
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return ""
    return str(torch.cuda.get_device_name(0))
