"""Say what changed between two result folders, and whether it is more than luck."""

from __future__ import annotations

import argparse
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record_files import to_json
from rgbt_dualatt_ros.evaluation.run_pair import compare_runs
from rgbt_dualatt_ros.evaluation.run_pair_tables import pair_json, pair_markdown, pair_text
from rgbt_dualatt_ros.evaluation.saved_run import load_run

_EXAMPLE = """examples:
  rgbt-dualatt compare before after
  rgbt-dualatt compare before after --out changes
  rgbt-dualatt compare run run --tracker dualatt csrt@thermal
A and B are folders of rgbt-dualatt evaluate. Records are scored again from their boxes; sequences
and seeds that only one of them has are named and left out. DIR gets compare.md and compare.json.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt compare`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("first", type=Path, metavar="RUN_A", help="result folder, before")
    parser.add_argument("second", type=Path, metavar="RUN_B", help="result folder, after")
    parser.add_argument(
        "--tracker",
        nargs=2,
        metavar=("A", "B"),
        help="a tracker of RUN_A and one of RUN_B (all that have the same name in both)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files")


def run(arguments: argparse.Namespace) -> int:
    """Print what changed and write it where asked for; 1 when something is damaged."""
    names = (arguments.tracker[0], arguments.tracker[1]) if arguments.tracker else None
    pair = compare_runs(load_run(arguments.first), load_run(arguments.second), names)
    print(pair_text(pair))
    if arguments.out:
        files = {"compare.md": pair_markdown(pair), "compare.json": to_json(pair_json(pair))}
        try:
            arguments.out.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (arguments.out / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"cannot write to {arguments.out}: {error.strerror}") from None
        print(f"written: {arguments.out / 'compare.md'}, {arguments.out / 'compare.json'}")
    return 1 if pair.first.damaged or pair.second.damaged else 0
