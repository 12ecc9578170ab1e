"""The node in a process of its own, started and ended by a replay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from rgbt_dualatt_ros.core.errors import RgbtError

# Has our process id, so that the node ends by itself when we are killed on the spot.
PARENT_VARIABLE = "RGBT_DUALATT_PARENT_PID"
# An update of the tracker and the interpreter's own end lie within it.
_END_S = 20.0
_LINES_SHOWN = 3
_ERROR = "error: "  # begins the line in which our commands say what a user can mend


class NodeChild:
    """Runs `tracker_node` while the block lasts.

    Args:
        arguments: of `tracker_node`.
        log: file that takes all the node prints.
    """

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self._command = [sys.executable, "-m", "rgbt_dualatt_ros.cli.tracker_node", *arguments]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> NodeChild:
        environment = {**os.environ, PARENT_VARIABLE: str(os.getpid())}
        with self._log.open("wb") as file:
            self._process = subprocess.Popen(
                self._command, stdout=file, stderr=subprocess.STDOUT, env=environment
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def check_alive(self) -> None:
        """Nothing while the node runs.

        Raises:
            RgbtError: when it has ended; the text has its last lines.
        """
        code = None if self._process is None else self._process.poll()
        if code is not None:
            raise RgbtError(
                f"the node has ended with code {code}: {self._last_lines()} (all of it: "
                f"{self._log})"
            )

    def _last_lines(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
        if errors:  # warnings about what else is not there yet would hide the reason
            return errors[-1].strip()
        return " | ".join([line.strip() for line in lines if line.strip()][-_LINES_SHOWN:])
