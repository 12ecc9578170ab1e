"""Trackers named on a command line: ours, variants of ours, ablations, peers, seeds."""

from __future__ import annotations

import argparse
from itertools import chain

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.evaluation.comparison import Contender
from rgbt_dualatt_ros.evaluation.contenders import make_contenders, make_variants
from rgbt_dualatt_ros.evaluation.published_results import RESULTS_HELP
from rgbt_dualatt_ros.evaluation.upper_bounds import split_bounds
from rgbt_dualatt_ros.evaluation.variants import (
    ABLATION_HELP,
    check_labels,
    parse_ablation,
    parse_variant,
)
from rgbt_dualatt_ros.tracking.opencv_tracker import PEERS
from rgbt_dualatt_ros.tracking.tracker_factory import OWN_TRACKERS, parse_models

_USUAL = ("dualatt", "static")
_TRACKERS = (
    f"{', '.join(OWN_TRACKERS)}; peers on both images or as NAME@rgb: {', '.join(PEERS)}; "
    "NAME@best: also the better of both by sequence, chosen with the truth (an upper bound); "
    f"without any word of trackers: {' '.join(_USUAL)}"
)
_VARIANT = "dualatt with other settings, shown as dualatt-LABEL: LABEL:name=value,name=value"
_MODEL = "files that a peer needs: nanotrack=BACKBONE,HEAD"


def add_contender_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--ablation`, `--tracker`, `--variant`, `--results`, `--seeds` and `--model`."""
    group = parser.add_argument_group("trackers; all are compared with the first, in this order")
    group.add_argument("--ablation", nargs="+", action="extend", default=[], help=ABLATION_HELP)
    group.add_argument("--tracker", nargs="+", default=[], help=_TRACKERS)
    group.add_argument("--variant", nargs="+", action="extend", default=[], help=_VARIANT)
    group.add_argument("--results", nargs="+", action="extend", default=[], help=RESULTS_HELP)
    group.add_argument("--seeds", nargs="+", type=int, default=[], help="of those with chance")
    group.add_argument("--model", nargs="+", action="extend", default=[], help=_MODEL)


def open_contenders(arguments: argparse.Namespace, config: Config) -> list[Contender]:
    """The trackers to be run: ablations, then trackers by name, then variants.

    Raises:
        RgbtError: when one cannot be built or a text cannot be read.
    """
    ablated = list(chain.from_iterable(map(parse_ablation, arguments.ablation)))
    varied = [parse_variant(text) for text in arguments.variant]
    variants = check_labels([*ablated, *varied])
    configs = {each: each.config(arguments.config, arguments.set) for each in variants}
    made = make_variants(configs, config.tracker, arguments.seeds)
    names, _ = split_bounds(arguments.tracker or (() if variants or arguments.results else _USUAL))
    models = parse_models(arguments.model)
    named = make_contenders(names, config.tracker, arguments.seeds, models)
    return [*made[: len(ablated)], *named, *made[len(ablated) :]]
