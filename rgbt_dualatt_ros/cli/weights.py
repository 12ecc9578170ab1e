"""List and verify the weights."""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLE = """example:
  rgbt-dualatt weights list            what is there, where it was found, how it was made
  rgbt-dualatt weights verify          does the shipped file read, fit and match its checksum?
  rgbt-dualatt weights verify my.safetensors
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt weights`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("action", choices=["list", "verify"], help="what to do")
    parser.add_argument("file", nargs="?", default="", help="a file; without it the shipped one")


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the file; a missing or damaged one is an error."""
    # torch is imported only by those who look at weights.
    from rgbt_dualatt_ros.models.weights import locate_backbone, read_backbone, read_tensors

    path = locate_backbone(arguments.file)
    tensors, metadata = read_tensors(path)
    count = sum(value.numel() for value in tensors.values())
    print(f"{path}: {_size(path)}, {count} weights in {len(tensors)} tensors")
    if arguments.action == "list":
        for name in sorted(metadata):
            print(f"  {name}: {metadata[name]}")
        return 0
    read_backbone(path)
    print(f"  checksum {metadata['checksum'][:16]}... is right and every tensor fits its net")
    return 0


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.2f} MB"
