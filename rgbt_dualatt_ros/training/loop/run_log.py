"""RunLog: what a training leaves behind as it goes: curves, pictures, a bar on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from rgbt_dualatt_ros.core.training_loop_config import TrainingLoopConfig
from rgbt_dualatt_ros.training.global_attention.pair_pictures import write_picture
from rgbt_dualatt_ros.training.loop.curve_file import CurveFile
from rgbt_dualatt_ros.training.loop.curve_picture import draw_curves
from rgbt_dualatt_ros.training.loop.optimization import StepOutcome, learning_rate
from rgbt_dualatt_ros.training.loop.run_folder import RunFolder
from rgbt_dualatt_ros.training.loop.tensorboard_log import TensorboardLog

_LOG_FILE_INTERVAL_S = 30.0
_RECENT = 0.05  # share of the newest loss in the one shown on the bar


class RunLog:
    """Of the one process that writes files.

    Args:
        folder: of the run.
        config: the settings of the run.
        done: steps done; what the files say of later ones is taken back.
    """

    def __init__(self, folder: RunFolder, config: TrainingLoopConfig, done: int) -> None:
        self._folder = folder
        self._config = config
        self._events = TensorboardLog(folder.tensorboard, config.tensorboard, done)
        self._losses = CurveFile(folder.losses, done)
        self._validation = CurveFile(folder.validation, done)
        self._last = time.monotonic()
        self._recent: float | None = None
        # In a log file every refresh of the bar is one more line.
        interval = 0.1 if sys.stderr.isatty() else _LOG_FILE_INTERVAL_S
        self._bar = tqdm(total=config.total_steps, initial=done, unit="step", mininterval=interval)

    def step_done(self, done: int, outcome: StepOutcome) -> None:
        """Add a step to the curves and the bar; `done` counts it."""
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        values = {
            "loss": outcome.loss,
            **outcome.parts,
            "learning_rate": learning_rate(self._config, done - 1),
            "gradient_norm": outcome.gradient_norm,
            "skipped": float(outcome.is_skipped),
            "seconds": seconds,
            "pairs_per_second": self._config.batch / max(seconds, 1e-9),
        }
        self._losses.add(done, values)
        self._events.add("training", done, values)
        if not outcome.is_skipped:
            before = outcome.loss if self._recent is None else self._recent
            self._recent = before + _RECENT * (outcome.loss - before)
        self._bar.set_postfix(
            {"loss": f"{self._recent or 0.0:.4f}", "pairs/s": f"{values['pairs_per_second']:.1f}"},
            refresh=False,
        )
        self._bar.update()

    def validated(
        self, done: int, losses: Mapping[str, float], picture: NDArray[np.uint8] | None
    ) -> None:
        """Add a validation after `done` steps to the curves and pictures.

        Raises:
            RgbtError: when a file cannot be written.
        """
        if losses:
            self._validation.add(done, losses)
            self._events.add("validation", done, losses)
        if picture is not None:
            write_picture(picture, self._folder.examples / f"step_{done:08d}.png")
            self._events.show("answers", done, picture)
        draw_curves(self._folder.losses, self._folder.validation, self._folder.curves)
        self._last = time.monotonic()  # the next step did not take that long

    def keep(self) -> None:
        """Have all rows on the disk."""
        self._losses.keep()
        self._validation.keep()
        self._last = time.monotonic()

    def close(self) -> None:
        """No more of them."""
        self._bar.close()
        self._losses.close()
        self._validation.close()
        self._events.close()
