"""The training loop: any net, any objective, any samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rgbt_dualatt_ros.core.config_files import to_yaml
from rgbt_dualatt_ros.core.errors import ConfigError, RgbtError
from rgbt_dualatt_ros.core.training_loop_config import (
    TrainingLoopConfig,
    bound_settings,
    check_parts,
)
from rgbt_dualatt_ros.models.weight_files import load_strictly
from rgbt_dualatt_ros.training.loop.averaged_net import AveragedNet
from rgbt_dualatt_ros.training.loop.checkpoint import (
    Checkpoint,
    write_checkpoint,
    write_whole,
)
from rgbt_dualatt_ros.training.loop.curve_file import read_curve
from rgbt_dualatt_ros.training.loop.lost_process import describe_lost_process
from rgbt_dualatt_ros.training.loop.objective import Objective
from rgbt_dualatt_ros.training.loop.optimization import StepOutcome, Stepper
from rgbt_dualatt_ros.training.loop.ranks import Ranks
from rgbt_dualatt_ros.training.loop.run_folder import RunFolder
from rgbt_dualatt_ros.training.loop.run_log import RunLog
from rgbt_dualatt_ros.training.loop.sample_batches import (
    Batch,
    SampleBatches,
    Samples,
    numbers_of_part,
)
from rgbt_dualatt_ros.training.loop.stop_request import StopRequest
from rgbt_dualatt_ros.training.loop.validation import Validation, on_device


@dataclass(frozen=True, slots=True, eq=False)
class TrainingParts:
    """What the loop is generic over.

    Attributes:
        objective: of the net to train.
        training: what it learns from.
        validation: what it is validated on.
        save: writes the weights of a net, with facts about them by name, to a file.
        picture: what a net answers to some validation samples, computed on a device; None when
            there is nothing to show.
    """

    objective: Objective
    training: Samples
    validation: Samples
    save: Callable[[nn.Module, Path, Mapping[str, str]], None]
    picture: Callable[[nn.Module, torch.device], NDArray[np.uint8]] | None = None


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a training ended.

    Attributes:
        steps: done, those of earlier parts of the run included.
        validation: the last losses by name; empty when none were taken.
        signal: the one that ended it early; 0 when it is finished.
        is_first: whether this process is the one that wrote the files.
    """

    steps: int
    validation: Mapping[str, float]
    signal: int
    is_first: bool


class Trainer:
    """One training, from its newest checkpoint or from the first weights.

    Args:
        config: the settings.
        parts: objective and samples.
        folder: of the run.
        ranks: the processes that train together.
        origin: facts that go into checkpoints and weights, by name.
    """

    def __init__(
        self,
        config: TrainingLoopConfig,
        parts: TrainingParts,
        folder: RunFolder,
        ranks: Ranks,
        origin: Mapping[str, str],
    ) -> None:
        check_parts(config)
        check_ranks(config, ranks)
        if config.threads:
            torch.set_num_threads(config.threads)
        order = torch.channels_last if config.channels_last else torch.contiguous_format
        self._config = config
        self._ranks = ranks
        self._folder = folder
        self._origin = origin
        self._save = parts.save
        self._picture = parts.picture if config.examples else None
        self._net = parts.objective.build().to(ranks.device).to(memory_format=order)
        self._average = AveragedNet(self._net, config.average_decay)
        self._stepper = Stepper(self._net, parts.objective, config, ranks)
        self._validation = Validation(parts.validation, parts.objective, config, ranks)
        self._batches = SampleBatches(
            parts.training,
            workers=config.workers,
            is_pinned=ranks.device.type == "cuda",
        )
        self._done = 0
        self._skipped = 0
        self._last_losses: dict[str, float] = {}

    def resume(self, checkpoint: Checkpoint, path: Path) -> None:
        """Take up the training where a checkpoint left it.

        Args:
            checkpoint: made with the same settings.
            path: where it was read.

        Raises:
            WeightsError: when it is of another net.
        """
        load_strictly(self._net, checkpoint.net, path)
        if checkpoint.average:
            load_strictly(self._average.net, checkpoint.average, path)
        self._stepper.optimizer.load_state_dict(dict(checkpoint.optimizer))
        self._stepper.scaler.load_state_dict(dict(checkpoint.scaler))
        self._done, self._skipped = checkpoint.step, checkpoint.skipped
        _, rows = read_curve(self._folder.validation)
        if self._done == self._config.total_steps and rows:
            self._last_losses = {name: rows[-1][name] for name in rows[-1] if name != "step"}

    def run(self) -> TrainingResult:
        """Train to the last step, or until a signal; every rank must call it.

        Raises:
            RgbtError: when samples cannot be read, files cannot be written, or too many steps in a
                row were not finite.
        """
        log = None
        if self._ranks.is_first:
            log = RunLog(self._folder, self._config, self._done)
            write_whole(self._folder.settings, to_yaml(self._config).encode(), "the settings")
        try:
            with StopRequest() as stop, torch.random.fork_rng(self._gpus()):
                number = self._steps(log, stop)
        except RuntimeError as error:
            lost = describe_lost_process(error)
            if lost is None:
                raise
            # The weights may be in the middle of a step: what counts is the last checkpoint.
            raise RgbtError(f"{lost}. The same command goes on from the last checkpoint") from None
        finally:
            if log is not None:
                log.close()
        return TrainingResult(self._done, self._last_losses, number, self._ranks.is_first)

    def _gpus(self) -> list[torch.device]:
        return [self._ranks.device] if self._ranks.device.type == "cuda" else []

    def _steps(self, log: RunLog | None, stop: StopRequest) -> int:
        """Until the end or a signal; gives the signal's number."""
        total = self._config.total_steps
        pieces = self._pieces()
        while self._done < total:
            outcome = self._step(pieces)
            if log is not None:
                log.step_done(self._done, outcome)
            self._count_skipped(outcome)
            number = self._ranks.largest(stop.number)
            is_due = self._done % self._config.validate_every == 0 or self._done == total
            if is_due:
                self._validate(log)
            if number or self._done == total or self._is_checkpoint_due():
                self._write(log)
            if number and self._done < total:
                return number
        return 0

    def _step(self, pieces: Iterator[Batch]) -> StepOutcome:
        # Layers that draw at random are seeded by the step, so that nothing of it must be kept.
        draw = np.random.SeedSequence([self._config.seed, self._done, self._ranks.rank])
        torch.manual_seed(int(draw.generate_state(1)[0]))
        self._net.train()
        parts = self._config.accumulation
        batches = [on_device(next(pieces), self._config, self._ranks.device) for _ in range(parts)]
        outcome = self._stepper.learn(self._done, batches)
        if not outcome.is_skipped:
            self._average.follow(self._done)
        self._done += 1
        return outcome

    def _pieces(self) -> Iterator[Batch]:
        config, ranks = self._config, (self._ranks.rank, self._ranks.count)
        return self._batches.draw(
            numbers_of_part(step, part, config.batch, config.accumulation, ranks)
            for step in range(self._done, config.total_steps)
            for part in range(config.accumulation)
        )

    def _count_skipped(self, outcome: StepOutcome) -> None:
        self._skipped = self._skipped + 1 if outcome.is_skipped else 0
        if self._skipped > self._config.most_skipped:
            raise RgbtError(
                f"loss or gradient were not finite in {self._skipped} steps in a row, up to step "
                f"{self._done}; lower learning_rate (now {self._config.learning_rate:g}) or set "
                "precision to float32. The checkpoints of earlier steps stay"
            )

    def _is_checkpoint_due(self) -> bool:
        return self._done % self._config.checkpoint_every == 0

    def _validate(self, log: RunLog | None) -> None:
        """Every rank helps with the losses; the first draws and writes."""
        net = self._average.net
        self._last_losses = self._validation.losses(net) if self._config.validation_pairs else {}
        if log is not None:
            picture = self._picture and self._picture(net, self._ranks.device)
            log.validated(self._done, self._last_losses, picture)
            self._save_weights(net)

    def _save_weights(self, net: nn.Module) -> None:
        facts = {**self._origin, "seed": str(self._config.seed), "steps": str(self._done)}
        if self._last_losses:
            facts["validation_loss"] = f"{self._last_losses['loss']:.5f}"
        unfinished = self._folder.weights.with_suffix(".unfinished")
        self._save(net, unfinished, facts)
        unfinished.replace(self._folder.weights)

    def _write(self, log: RunLog | None) -> None:
        if log is None:
            return
        log.keep()
        checkpoint = Checkpoint(
            step=self._done,
            skipped=self._skipped,
            net=_on_cpu(self._net.state_dict()),
            average=_on_cpu(self._average.net.state_dict()) if self._config.average_decay else {},
            optimizer=self._stepper.optimizer.state_dict(),
            scaler=self._stepper.scaler.state_dict(),
            settings=bound_settings(self._config),
            origin=dict(self._origin),
        )
        write_checkpoint(checkpoint, self._folder.checkpoints, self._config.keep)


def check_ranks(config: TrainingLoopConfig, ranks: Ranks) -> None:
    """Refuse a batch that cannot be shared equally.

    Raises:
        ConfigError: with the numbers.
    """
    shares = config.accumulation * ranks.count
    if config.batch % shares:
        raise ConfigError(
            f"batch {config.batch} cannot be shared by {ranks.count} ranks in accumulation "
            f"{config.accumulation} equal parts; choose a multiple of {shares}"
        )
    if 0 < config.validation_pairs < ranks.count:
        raise ConfigError(
            f"validation_pairs {config.validation_pairs} leaves some of {ranks.count} ranks "
            "without any; choose more, or 0"
        )


def _on_cpu(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach().cpu() for name, value in state.items()}
