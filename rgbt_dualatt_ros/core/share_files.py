"""Where the files that come with the package lie: weights, settings, message definitions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE_NAME = "rgbt_dualatt"


def share_directories() -> Iterator[Path]:
    """Folders that may hold the package's files, best first.

    The source tree when the code runs from one, then every ament prefix, then the Python
    environment (a plain `pip install` without ROS).
    """
    source_tree = Path(__file__).resolve().parents[2]
    if (source_tree / "package.xml").is_file():
        yield source_tree
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if prefix:
            yield Path(prefix) / "share" / PACKAGE_NAME
    yield Path(sys.prefix) / "share" / PACKAGE_NAME


def find_share_file(relative: str) -> tuple[Path | None, list[Path]]:
    """The first existing file of that name in the share directories, and all places tried."""
    tried = [directory / relative for directory in share_directories()]
    return next((path for path in tried if path.is_file()), None), tried
