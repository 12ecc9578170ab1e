"""Where the files that come with the package lie: weights, settings, message definitions."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PACKAGE_NAME = "rgbt_dualatt"


def share_directories() -> Iterator[Path]:
    """Folders that may hold the package's files, best first.

    The source tree when the code runs from one, then every ament prefix, then where
    `pip install .` puts data files: the environment, the user's own folder, a `--target`.
    """
    source_tree = Path(__file__).resolve().parents[2]
    if (source_tree / "package.xml").is_file():
        yield source_tree
    ament_prefixes = filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep))
    pip_prefixes = (sysconfig.get_path("data"), sys.prefix, site.getuserbase(), str(source_tree))
    for prefix in dict.fromkeys((*ament_prefixes, *pip_prefixes)):
        yield Path(prefix) / "share" / PACKAGE_NAME


def find_share_file(relative: str) -> tuple[Path | None, list[Path]]:
    """The first existing file of that name in the share directories, and all places tried."""
    tried = [directory / relative for directory in share_directories()]
    return next((path for path in tried if path.is_file()), None), tried
