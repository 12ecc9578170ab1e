"""A progress bar on stderr that says what is being worked on."""

from __future__ import annotations

import sys
from types import TracebackType

from tqdm import tqdm

# In a log every change is a line of its own.
_LOG_INTERVAL_S = 10.0


class ProgressBar:
    """Counts frames; `advance` fits the progress callbacks of the evaluation."""

    def __init__(self, frames: int, task: str, unit: str = "frame") -> None:
        interval = 0.2 if sys.stderr.isatty() else _LOG_INTERVAL_S
        self._bar = tqdm(
            total=frames, desc=task, unit=unit, mininterval=interval, disable=not frames
        )

    def advance(self, label: str, frames: int) -> None:
        """So many more frames of the work called `label` are done."""
        self._bar.set_postfix_str(label, refresh=False)
        self._bar.update(frames)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
