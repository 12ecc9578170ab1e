"""Say what is installed here, what is missing, and whether large images get through."""

from __future__ import annotations

import argparse

from rgbt_dualatt_ros.ros.doctor import examine

_EXAMPLE = """example:
  rgbt-dualatt doctor
The exit code is 1 when something is missing without which the node does not run.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt doctor`: there are none."""
    parser.epilog = _EXAMPLE


def run(_arguments: argparse.Namespace) -> int:
    """Print every finding as it comes; 1 when the node cannot run here."""
    is_ill = False
    for finding in examine():
        print(f"{finding.name:16} {finding.value}", flush=True)
        if finding.advice:
            print(f"{'':16} -> {finding.advice}", flush=True)
        is_ill |= finding.is_fatal
    return int(is_ill)
