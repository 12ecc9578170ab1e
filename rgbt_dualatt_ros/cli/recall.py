"""Measure how often global attention has the target among its first places, beside baselines."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2

from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.sequence import RgbtSequence
from rgbt_dualatt_ros.datasets.sequence_folder import open_sequence
from rgbt_dualatt_ros.evaluation.attention_baselines import Method, baselines, net_method
from rgbt_dualatt_ros.evaluation.attention_recall import (
    CONDITIONS,
    USUAL_FRAMES,
    Look,
    Sight,
    recall_looks,
)
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.evaluation.recall_tables import (
    looks_csv,
    recall_json,
    recall_markdown,
    recall_text,
    views,
)
from rgbt_dualatt_ros.evaluation.record_files import to_json
from rgbt_dualatt_ros.visualization.drawing import RgbImage
from rgbt_dualatt_ros.visualization.recall_sheet import draw_recall_panel, recall_sheet

_EXAMPLE = """examples:
  rgbt-dualatt recall my_walk other_walk
  rgbt-dualatt recall walks/* --net lite --weights mine.safetensors --out recall
  rgbt-dualatt recall walks/* --net none --color-shows my_walk,other_walk
The later frames are looked at plain, mirrored, without colour and without thermal.
"""
_PANELS = 3
_SHEETS = {each.name: each.name.replace(", ", "_").replace(" ", "_") for each in CONDITIONS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt recall`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("sequence", nargs="+", help="folder of an annotated sequence")
    parser.add_argument(
        "--net",
        choices=["lite", "paper", "none"],
        help="default: global_attention.net; none: baselines only",
    )
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="its file, or random; default: global_attention.weights, else the shipped one",
    )
    parser.add_argument("--no-baselines", action="store_true", help="the net only")
    parser.add_argument("--frames", type=int, default=USUAL_FRAMES, help="later ones a sequence")
    parser.add_argument(
        "--color-shows",
        default="",
        metavar="NAME,NAME",
        help="sequences whose colour image shows the target: a column more without thermal",
    )
    parser.add_argument("--out", type=Path, help="folder for tables and pictures")
    parser.add_argument("--config", type=Path, metavar="FILE", help="file of settings")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Look, print the table of R@3, and write the rest to the folder."""
    if arguments.frames < 1:
        raise ConfigError(f"--frames must be at least 1; got {arguments.frames}")
    config = load_config(Config, arguments.config, arguments.set)
    sequences = [open_sequence(path, config) for path in arguments.sequence]
    _check_names(sequences)
    seen = _names(arguments.color_shows, sequences)
    methods = _methods(arguments, config)
    sheets = _Sheets(methods[-1].name)
    looks: list[Look] = []
    with ProgressBar(len(sequences), "looking", "sequence") as bar:
        for sequence in sequences:
            looks += recall_looks(sequence, methods, frames=arguments.frames, on_sight=sheets.take)
            bar.advance(sequence.name, 1)
    columns = views(looks, seen)
    print(recall_text(looks, columns))
    if arguments.out:
        about = {"method_shown": methods[-1].name, "made_with": describe_surroundings()}
        tables = {
            "recall.md": recall_markdown(looks, columns),
            "recall.json": to_json({**recall_json(looks, columns), **about}),
            "recall.csv": looks_csv(looks),
        }
        _write(arguments.out, tables, sheets)
        print(f"tables and pictures: {arguments.out}")
    return 0


def _check_names(sequences: Sequence[RgbtSequence]) -> None:
    names = [each.name for each in sequences]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"two sequences are named {name}")


def _names(given: str, sequences: Sequence[RgbtSequence]) -> list[str]:
    names = [each for each in given.split(",") if each]
    known = [each.name for each in sequences]
    for name in names:
        if name not in known:
            raise ConfigError(
                f"--color-shows {name}: no such sequence; there are {', '.join(known)}"
            )
    return names


def _methods(arguments: argparse.Namespace, config: Config) -> list[Method]:
    from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE  # it needs torch

    known = [] if arguments.no_baselines else list(baselines(INPUT_SIZE))
    if arguments.net != "none":
        from rgbt_dualatt_ros.models.device import choose_device
        from rgbt_dualatt_ros.models.global_weights import load_global_attention
        from rgbt_dualatt_ros.models.lite_attention_net import LiteAttentionNet
        from rgbt_dualatt_ros.tracking.frame_features import PRECISIONS

        tracker, given = config.tracker, config.tracker.global_attention
        name = arguments.net or given.net
        # The weights of the settings belong to the net of the settings.
        weights = arguments.weights or (given.weights if name == given.net else "")
        device = choose_device(tracker.device)
        net = load_global_attention(name, weights, tracker.seed, device)
        if isinstance(net, LiteAttentionNet):
            net.use_precision(PRECISIONS[tracker.features.precision])
        known.append(net_method(name, net))
    if not known:
        raise ConfigError("--net none and --no-baselines leave nothing to measure")
    return known


class _Sheets:
    """Keeps a few panels of one method a sequence and condition, evenly spread."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._panels: dict[str, dict[str, list[RgbImage]]] = {}

    def take(self, sight: Sight) -> None:
        """Draw it when it is of the method that is shown."""
        look = sight.look
        if look.method != self._method:
            return
        caption = f"{look.sequence} {look.frame}: " + (
            f"place {look.loose_rank}" if look.loose_rank else "missed"
        )
        panel = draw_recall_panel(sight.pair, sight.strength, sight.truth, sight.regions, caption)
        rows = self._panels.setdefault(look.condition, {})
        rows.setdefault(look.sequence, []).append(panel)

    def write(self, folder: Path) -> None:
        """One picture a condition."""
        for condition, rows in self._panels.items():
            picked = [_spread(row) for row in rows.values()]
            sheet = cv2.cvtColor(recall_sheet(picked), cv2.COLOR_RGB2BGR)
            path = folder / f"{_SHEETS[condition]}.png"
            if not cv2.imwrite(str(path), sheet):
                raise ConfigError(f"cannot write {path}")


def _spread(row: list[RgbImage]) -> list[RgbImage]:
    count = min(len(row), _PANELS)
    last = len(row) - 1
    return [row[round(last * index / max(1, count - 1))] for index in range(count)]


def _write(folder: Path, tables: dict[str, str], sheets: _Sheets) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in tables.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write to {folder}: {error.strerror}") from None
    sheets.write(folder)
