"""The image files of a sequence folder: all of a folder, or those that fit a pattern of VOT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.annotations import read_text
from rgbt_dualatt_ros.datasets.image_files import list_images
from rgbt_dualatt_ros.datasets.layouts import Layout

_CHANNEL = re.compile(r"channels?\.(\w+)", re.IGNORECASE)
_NUMBER_IN_PATTERN = re.compile(r"%0?\d*d")


def list_channels(
    folder: Path, layout: Layout, entries: Mapping[str, str]
) -> tuple[list[Path], list[Path]]:
    """The colour and thermal images in the order of their numbers; no thermal ones, no files.

    Args:
        entries: what is in `folder`, by lower-case name.

    Raises:
        DatasetError: when a folder cannot be read, is missing, or holds no image.
    """
    patterns = _read_patterns(folder, layout, entries)
    rgb = _list(folder, layout.rgb, patterns, entries)
    return rgb, _list(folder, layout.thermal, patterns, entries) if layout.thermal else []


def _list(
    folder: Path, channel: str, patterns: Mapping[str, str], entries: Mapping[str, str]
) -> list[Path]:
    if channel in patterns:
        return _fitting(folder, patterns[channel])
    name = entries.get(channel.lower())
    if name is None:
        raise DatasetError(f"{folder}: the folder {channel}/ of images is missing")
    return list_images(folder / name)


def _read_patterns(folder: Path, layout: Layout, entries: Mapping[str, str]) -> dict[str, str]:
    """Patterns such as `color/%08d.jpg` by channel; a file without them leaves the folders."""
    if layout.channel_file not in entries:
        return {}
    path = folder / entries[layout.channel_file]
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in read_text(path).splitlines())
    return {
        match.group(1).lower(): pattern.strip()
        for key, _, pattern in pairs
        if (match := _CHANNEL.fullmatch(key.strip()))
        and _NUMBER_IN_PATTERN.search(re.split(r"[/\\]", pattern)[-1])
    }


def _fitting(folder: Path, pattern: str) -> list[Path]:
    path = folder / pattern.replace("\\", "/")
    before, after = _NUMBER_IN_PATTERN.split(path.name, maxsplit=1)
    name = re.compile(re.escape(before) + r"\d+" + re.escape(after), re.IGNORECASE)
    files = [file for file in list_images(path.parent) if name.fullmatch(file.name)]
    if not files:
        raise DatasetError(f"there is no image named {path.name} in {path.parent}")
    return files
