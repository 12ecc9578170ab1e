"""Where weights come from: the facts that travel inside their file and fill the model card."""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import shlex
from collections.abc import Sequence
from pathlib import Path

import torch


def describe_origin(
    command: Sequence[str], data: Path, teachers: Sequence[Path]
) -> dict[str, str]:
    """Command, clips, teachers, date and machine as texts by name."""
    clips = sorted(clip.name for clip in data.rglob("*.mp4"))
    return {
        "command": shlex.join(command),
        "data": f"{len(clips)} clips: {' '.join(clips)}",
        "teachers": " ".join(f"{path.name}:{_digest(path)}" for path in teachers),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "hardware": f"{_processor()}, {os.cpu_count()} cores",
        "versions": f"torch {torch.__version__}, Python {platform.python_version()}",
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
