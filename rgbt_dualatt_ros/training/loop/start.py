"""Start of a training: anew or from the newest checkpoint, by one rank or many."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import TypeVar

from rgbt_dualatt_ros.core.errors import RgbtError, WeightsError
from rgbt_dualatt_ros.core.training_loop_config import (
    TrainingLoopConfig,
    bound_settings,
    check_parts,
)
from rgbt_dualatt_ros.evaluation.provenance import describe_surroundings
from rgbt_dualatt_ros.training.loop.checkpoint import (
    Checkpoint,
    check_same_settings,
    read_training,
)
from rgbt_dualatt_ros.training.loop.ranks import Ranks, joined_ranks
from rgbt_dualatt_ros.training.loop.run_folder import RunFolder
from rgbt_dualatt_ros.training.loop.trainer import (
    Trainer,
    TrainingParts,
    TrainingResult,
    check_ranks,
)

_log = logging.getLogger(__name__)
_Done = TypeVar("_Done")
_Resumed = tuple[Checkpoint, Path]


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

        def begin() -> tuple[_Resumed | None, TrainingParts]:
            if ranks.is_first:
                run_folder.check_ours()
                stack.enter_context(run_folder.held())
            # Before the material is read; it may take minutes.
            resumed = _resumed(run_folder, mode, config)
            return resumed, build_parts()

        resumed, parts = _in_turn(ranks, begin)
        trainer = Trainer(config, parts, run_folder, ranks, _origin(command))
        if resumed is not None:
            trainer.resume(*resumed)
            if ranks.is_first:
                _log.info("going on from %s", resumed[1])
        elif ranks.is_first:  # only now: nothing is removed for a training that cannot begin
            run_folder.begin_anew()
        return trainer.run()


def _in_turn(ranks: Ranks, work: Callable[[], _Done]) -> _Done:
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


def _resumed(folder: RunFolder, mode: StartMode, config: TrainingLoopConfig) -> _Resumed | None:
    """What to go on from; None starts anew."""
    newest = folder.newest_checkpoint()
    if mode is StartMode.RESUME and newest is None:
        raise RgbtError(
            f"there is no checkpoint in {folder.checkpoints}; leave out --resume to start there"
        )
    if mode is StartMode.FRESH or newest is None:
        return None
    try:
        checkpoint = read_training(newest)
    except WeightsError as error:
        raise RgbtError(
            f"{error}; remove it to go on from the one before it, or start over with --fresh"
        ) from None
    defaults = bound_settings(type(config)())
    check_same_settings(checkpoint, bound_settings(config), defaults, newest)
    return checkpoint, newest


def _origin(command: Sequence[str]) -> dict[str, str]:
    origin = {name: str(value) for name, value in describe_surroundings().items()}
    return {**origin, "command": shlex.join(command)}
