"""Start of a training: anew or from the newest checkpoint, by one rank or many."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig, check_parts
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.training.loop.ranks import Ranks, joined_ranks
from rgbt_dualatt_ros.training.loop.run_folder import RunFolder
from rgbt_dualatt_ros.training.loop.trainer import (
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
    config: TrainingLoopConfig,
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
    check_parts(config)
    run_folder = RunFolder(folder)
    with joined_ranks(config.device) as ranks, ExitStack() as stack:
        check_ranks(config, ranks)

        def begin() -> TrainingParts:
            if not ranks.is_first:
                return build_parts()
            run_folder.check_ours()
            stack.enter_context(run_folder.held())
            goes_on = _goes_on(run_folder, mode)
            parts = build_parts()
            if not goes_on:  # only now: nothing is removed for a training that cannot begin
                run_folder.begin_anew()
            return parts

        parts = _in_turn(ranks, begin)
        return _train(config, parts, run_folder, ranks, command)


def _in_turn(ranks: Ranks, work: Callable[[], TrainingParts]) -> TrainingParts:
    """What the first does alone and leaves for the others, such as a cache; they follow."""
    if ranks.is_first:
        try:
            done = work()
        except BaseException:
            ranks.largest(1)  # or the others would wait for it
            raise
        ranks.largest(0)
        return done
    if ranks.largest(0):
        raise RgbtError("the first rank could not begin; its own error says why")
    return work()


def _goes_on(folder: RunFolder, mode: StartMode) -> bool:
    """Whether an earlier training is taken up."""
    newest = folder.newest_checkpoint()
    if mode is StartMode.RESUME and newest is None:
        raise RgbtError(
            f"there is no checkpoint in {folder.checkpoints}; leave out --resume to start there"
        )
    return newest is not None and mode is not StartMode.FRESH


def _train(
    config: TrainingLoopConfig,
    parts: TrainingParts,
    folder: RunFolder,
    ranks: Ranks,
    command: Sequence[str],
) -> TrainingResult:
    origin = {name: str(value) for name, value in describe_surroundings().items()}
    origin["command"] = shlex.join(command)
    newest = folder.newest_checkpoint()
    trainer = Trainer(config, parts, folder, ranks, origin)
    if newest is not None:
        trainer.resume(newest)
        if ranks.is_first:
            _log.info("going on from %s", newest)
    return trainer.run()
