"""Start of a training: anew or from the newest checkpoint, by one rank or many."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from rgbt_dualatt_ros.core.errors import RgbtError, WeightsError
from rgbt_dualatt_ros.core.training_loop_config import (
    TrainingLoopConfig,
    bound_settings,
    check_parts,
)
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.training.loop.checkpoint import check_same_settings, read_training
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
            if ranks.is_first:
                run_folder.check_ours()
                stack.enter_context(run_folder.held())
                _check_resumable(_resumed(run_folder, mode), config)
            return build_parts()

        parts = _in_turn(ranks, begin)
        resumed = _resumed(run_folder, mode)
        trainer = Trainer(config, parts, run_folder, ranks, _origin(command))
        if resumed is not None:
            trainer.resume(resumed)
            if ranks.is_first:
                _log.info("going on from %s", resumed)
        elif ranks.is_first:  # only now: nothing is removed for a training that cannot begin
            run_folder.begin_anew()
        return trainer.run()


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


def _resumed(folder: RunFolder, mode: StartMode) -> Path | None:
    """The checkpoint to go on from; None starts anew."""
    newest = folder.newest_checkpoint()
    if mode is StartMode.RESUME and newest is None:
        raise RgbtError(
            f"there is no checkpoint in {folder.checkpoints}; leave out --resume to start there"
        )
    return None if mode is StartMode.FRESH else newest


def _check_resumable(path: Path | None, config: TrainingLoopConfig) -> None:
    """Find out before the material is read; it may take minutes."""
    if path is None:
        return
    try:
        checkpoint = read_training(path)
    except WeightsError as error:
        raise RgbtError(
            f"{error}; remove it to go on from the one before it, or start over with --fresh"
        ) from None
    defaults = bound_settings(type(config)())
    check_same_settings(checkpoint, bound_settings(config), defaults, path)


def _origin(command: Sequence[str]) -> dict[str, str]:
    origin = {name: str(value) for name, value in describe_surroundings().items()}
    return {**origin, "command": shlex.join(command)}
