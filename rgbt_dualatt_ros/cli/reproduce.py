"""Run the paper's tables and comparisons on GTOT or RGBT234 and set its figures beside ours."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rgbt_dualatt_ros.cli.progress_bar import ProgressBar
from rgbt_dualatt_ros.cli.usable_settings import load_usable_config
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.presets import PRESETS
from rgbt_dualatt_ros.datasets.sequence_folder import FolderOptions
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.report import describe_run
from rgbt_dualatt_ros.evaluation.reproduction.claims import (
    CLAIMS,
    Claim,
    make_claims,
    variants_of,
)
from rgbt_dualatt_ros.evaluation.reproduction.departures import departures
from rgbt_dualatt_ros.evaluation.reproduction.measured_set import (
    SETS,
    MeasuredSet,
    open_measured_set,
)
from rgbt_dualatt_ros.evaluation.reproduction.passes import (
    PlannedPass,
    await_records,
    discard_failures,
    part_of,
    plan,
    run_passes,
)
from rgbt_dualatt_ros.evaluation.reproduction.reproduction_report import (
    DRY_WARNING,
    Reproduction,
    terminal_text,
    write_reproduction,
)
from rgbt_dualatt_ros.evaluation.reproduction.shard import LAUNCH, Shard, wait_until
from rgbt_dualatt_ros.evaluation.reproduction.variant_contenders import (
    DRY_RUN_SETTINGS,
    GivenSettings,
    make_contenders,
    refuse_missing_global,
)
from rgbt_dualatt_ros.evaluation.reproduction.weights_used import (
    has_global_weights,
    local_weights,
)
from rgbt_dualatt_ros.evaluation.results import ResultFolder

_EXAMPLE = """examples:
  rgbt-dualatt reproduce gtot data/GTOT --dry-run
  rgbt-dualatt reproduce gtot data/GTOT --out gtot_paper --global-net lite
  rgbt-dualatt reproduce rgbt234 data/RGBT234 --claims overall,attributes --seeds 0
  torchrun --nproc_per_node=8 -m rgbt_dualatt_ros.cli.main reproduce rgbt234 data/RGBT234
The tables are OUT/reproduction.md, .csv and .json. A run that was stopped continues when the
command is given again; see docs/reproduction.md for hours, GPUs and machines.
"""
_NETS = ("paper", "lite", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt reproduce`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("set", choices=SETS, help="data set of the paper")
    parser.add_argument("root", type=Path, help="folder of its sequences")
    parser.add_argument(
        "--out", type=Path, help="folder of the results; reproduction_SET, or dry_run_SET"
    )
    parser.add_argument(
        "--preset", choices=[*PRESETS], default="paper", help="settings to begin with; paper"
    )
    about = "; ".join(f"{name}: {text}" for name, text in CLAIMS.items())
    parser.add_argument("--claims", type=_names, default=(), help=f"{about}; all by default")
    parser.add_argument("--seeds", type=_seeds, default=(0, 1, 2), help="0,1,2 by default")
    parser.add_argument(
        "--global-net",
        choices=_NETS,
        help="global attention network: that of the preset by default; none leaves it out",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="two sequences, five frames, few samples: shows the whole flow in minutes",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="file of settings")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes")
    parser.add_argument("--force", action="store_true", help="discard the records in OUT")
    parser.add_argument(
        "--wait-minutes",
        type=float,
        default=360.0,
        metavar="N",
        help="under torchrun: how long rank 0 waits without any new result of the others; 360",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do this rank's part; the first rank prints the tables; 1 when something failed."""
    shard = Shard.from_environment(os.environ)
    if arguments.force and shard.count > 1:
        raise ConfigError(
            "--force under torchrun would discard what other ranks write; delete OUT"
        )
    given, has_global = _settings(arguments)
    config = load_usable_config(given.path, given.overrides)
    claims = make_claims(arguments.claims, config.tracker.attention.weight, has_global=has_global)
    notes = departures(config.tracker, arguments.seeds, has_global=has_global)
    measured = open_measured_set(
        arguments.set, arguments.root, FolderOptions(config), is_dry=arguments.dry_run
    )
    about = describe_run(
        f"Reproduction on {measured.protocol.name}",
        shlex.join(["rgbt-dualatt", *sys.argv[1:]]),
        config,
        set=measured.key,
        dry_run=arguments.dry_run,
        local_weights=[each.checksum for each in local_weights(config.tracker)],
    )
    passes = _passes(arguments, given, claims, measured, shard)
    folder = _open_folder(arguments, shard, about)
    _announce(measured, passes, shard, arguments)
    _run_part(passes, shard, folder, about)
    if not shard.is_first:
        return 0
    records = await_records(passes, folder, shard, arguments.wait_minutes * 60)
    found = Reproduction.of(measured, claims, records, about, notes)
    path = write_reproduction(found, folder)
    print(terminal_text(found))
    print(f"tables: {path}")
    for failure in found.failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if found.failures else 0


def _settings(arguments: argparse.Namespace) -> tuple[GivenSettings, bool]:
    """The settings, and whether the global attention network takes part."""
    dry = DRY_RUN_SETTINGS if arguments.dry_run else ()
    given = GivenSettings(
        arguments.config, (f"preset={arguments.preset}", *dry, *arguments.changes)
    )
    if arguments.global_net == "none":
        return given, False
    if arguments.global_net:
        given = given.and_also(f"global_attention.net={arguments.global_net}")
    config = given.load().tracker
    if not arguments.dry_run or config.global_attention.weights:
        refuse_missing_global(config)
    elif not has_global_weights(config):
        print(
            f"note: no weights of the global attention network {config.global_attention.net}; the "
            "dry run takes random ones, a real run would refuse",
            file=sys.stderr,
        )
        given = given.and_also("global_attention.weights=random")
    return given, True


def _open_folder(arguments: argparse.Namespace, shard: Shard, about: Json) -> ResultFolder:
    # A dry run and the real one never share a folder, nor should a user have to think of it.
    usual = f"{'dry_run' if arguments.dry_run else 'reproduction'}_{arguments.set}"
    path: Path = arguments.out or Path(usual)
    patience_s = arguments.wait_minutes * 60
    if not shard.is_first and not wait_until((path / "run.json").is_file, patience_s):
        raise ConfigError(
            f"rank 0 has not begun in {path}; all ranks must see one folder: name it with --out"
        )
    return ResultFolder.open(path, about, force=arguments.force)


def _passes(
    arguments: argparse.Namespace,
    given: GivenSettings,
    claims: Sequence[Claim],
    measured: MeasuredSet,
    shard: Shard,
) -> tuple[PlannedPass, ...]:
    own = given.and_also(f"device={_device(given.load().tracker.device, shard)}")
    contenders = make_contenders(variants_of(claims), own, arguments.seeds)
    return plan(contenders, measured.sequences)


def _device(name: str, shard: Shard) -> str:
    # torch is slow to import and a part of the trackers, which need it anyway.
    import torch

    return shard.device(name, torch.cuda.device_count() if torch.cuda.is_available() else 0)


def _announce(
    measured: MeasuredSet,
    passes: Sequence[PlannedPass],
    shard: Shard,
    arguments: argparse.Namespace,
) -> None:
    if not shard.is_first:
        return
    if arguments.dry_run:
        print(DRY_WARNING, file=sys.stderr)
    frames = sum(len(each.sequence) for each in passes)
    ranks = f", shared by {shard.count} ranks" if shard.count > 1 else ""
    print(
        f"{measured.extent}; {len(passes)} passes, {frames} frames to track{ranks}",
        file=sys.stderr,
    )


def _run_part(
    passes: Sequence[PlannedPass], shard: Shard, folder: ResultFolder, about: Json
) -> None:
    own = part_of(passes, shard)
    discard_failures(own, folder)
    task = f"rank {shard.rank}" if shard.count > 1 else "tracking"
    with ProgressBar(sum(len(each.sequence) for each in own), task) as bar:
        run_passes(own, folder, _made_with(about, shard), bar.advance)


def _made_with(about: Json, shard: Shard) -> Json:
    made_with: Json = about["made_with"]
    return {**made_with, LAUNCH: shard.launch} if shard.launch else made_with


def _names(text: str) -> tuple[str, ...]:
    return tuple(_pieces(text))


def _seeds(text: str) -> tuple[int, ...]:
    seeds = tuple(dict.fromkeys(_pieces(text)))
    if not seeds or not all(each.isdecimal() for each in seeds):
        raise argparse.ArgumentTypeError(f"{text!r} must be whole numbers, as 0,1,2")
    return tuple(map(int, seeds))


def _pieces(text: str) -> Iterable[str]:
    return filter(None, (each.strip() for each in text.split(",")))
