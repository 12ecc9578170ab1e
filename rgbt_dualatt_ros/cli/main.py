"""The command `rgbt-dualatt`: everything that is no ROS node, by verb.

A verb is a module of this folder with `add_arguments(parser)` and `run(arguments) -> exit code`;
only the one asked for is imported.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from importlib import import_module

from rgbt_dualatt_ros.cli.command import EXIT_BAD_INPUT, end_in_order, run_command

VERBS = {
    "demo": "render a hard colour and thermal bag, track it live over ROS 2, score it",
    "evaluate": "run trackers over sequences, bags or rendered scenes and compare them",
    "score": "score result files of trackers on a benchmark by its own rules",
    "compare": "what changed between two result folders, and whether it is more than luck",
    "reproduce": "run the paper's tables on its data sets and set its figures beside ours",
    "recall": "how often global attention has the target among its first places",
    "replay": "play a bag into the node over ROS 2 and score what it publishes",
    "make-bag": "write a sequence or a rendered scene as a rosbag2 with ground truth",
    "datasets": "say what is there, missing and odd in a copy of a data set",
    "export": "write a bag as a sequence folder",
    "train": "train the networks that the package ships",
    "weights": "list and verify the weights",
    "config": "print or check the settings",
    "doctor": "check what is installed and how fast images travel here",
    "benchmark": "measure the tracker on this machine",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 is success, 2 wrong input, 130 an interrupt by the user, 143 by SIGTERM."""
    end_in_order()
    given = list(sys.argv[1:] if arguments is None else arguments)
    return run_command(lambda: _run(given))


def _run(given: list[str]) -> int:
    verb, rest = (given[0], given[1:]) if given else ("--help", [])
    if verb in ("-h", "--help"):
        print(_overview())
        return 0
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, VERBS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        print(f"error: there is no verb {verb!r}{hint}\n\n{_overview()}", file=sys.stderr)
        return EXIT_BAD_INPUT
    module = import_module(f"rgbt_dualatt_ros.cli.{verb.replace('-', '_')}")
    parser = argparse.ArgumentParser(
        prog=f"rgbt-dualatt {verb}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    code: int = module.run(parser.parse_args(rest))
    return code


def _overview() -> str:
    verbs = "\n".join(f"  {verb:10} {text}" for verb, text in VERBS.items())
    return (
        f"usage: rgbt-dualatt VERB ...\n\n{verbs}\n\n"
        "rgbt-dualatt VERB --help shows an example of each."
    )


if __name__ == "__main__":
    sys.exit(main())
