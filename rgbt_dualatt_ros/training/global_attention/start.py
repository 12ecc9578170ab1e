"""Start of a training: anew or from the newest checkpoint, by one rank or many."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from rgbt_dualatt_ros.core.attention_training_config import AttentionTrainingConfig, check_training
from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.training.global_attention.ranks import Ranks, joined_ranks
from rgbt_dualatt_ros.training.global_attention.run_folder import RunFolder
from rgbt_dualatt_ros.training.global_attention.trainer import (
    Trainer,
    TrainingParts,
    TrainingResult,
    check_ranks,
)

_log = logging.getLogger(__name__)


class StartMode(Enum):
    """What to do with an earlier training in the same folder."""

    AUTO = "go on with it, if there is one"
    RESUME = "go on with it; without one it is an error"
    FRESH = "remove it"


def run_training(
    config: AttentionTrainingConfig,
    build_parts: Callable[[], TrainingParts],
    folder: Path,
    mode: StartMode,
    command: Sequence[str],
) -> TrainingResult:
    """Train, in as many processes as `torchrun` has started.

    Args:
        config: the settings.
        build_parts: called once it is known that the training can run.
        folder: of the run.
        mode: what to do with what is there.
        command: what the user typed, to be kept with the weights.

    Raises:
        RgbtError: on everything a user can mend, in one line.
    """
    check_training(config)
    run_folder = RunFolder(folder)
    with joined_ranks(config.device) as ranks:
        check_ranks(config, ranks)
        if not ranks.is_first:
            ranks.largest(0)  # the first has the folder in order
            return _train(config, build_parts, run_folder, ranks, command)
        with run_folder.held():
            _put_in_order(run_folder, mode)
            ranks.largest(0)
            return _train(config, build_parts, run_folder, ranks, command)


def _put_in_order(folder: RunFolder, mode: StartMode) -> None:
    newest = folder.newest_checkpoint()
    if mode is StartMode.RESUME and newest is None:
        raise RgbtError(
            f"there is no checkpoint in {folder.checkpoints}; leave out --resume to start there"
        )
    if mode is StartMode.FRESH or newest is None:
        folder.begin_anew()


def _train(
    config: AttentionTrainingConfig,
    build_parts: Callable[[], TrainingParts],
    folder: RunFolder,
    ranks: Ranks,
    command: Sequence[str],
) -> TrainingResult:
    origin = {name: str(value) for name, value in describe_surroundings().items()}
    origin["command"] = " ".join(command)
    newest = folder.newest_checkpoint()
    if not ranks.is_first:
        ranks.largest(0)  # the first has read everything, and the cache is there for the others
    parts = build_parts()
    if ranks.is_first:
        ranks.largest(0)
    trainer = Trainer(config, parts, folder, ranks, origin)
    if newest is not None:
        trainer.resume(newest)
        if ranks.is_first:
            _log.info("going on from %s", newest)
    return trainer.run()
