"""What the package says through `logging` goes to the node's own logger, and so to /rosout."""

from __future__ import annotations

import logging
from types import TracebackType

from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.impl.rcutils_logger import RcutilsLogger

_PACKAGE = "rgbt_dualatt_ros"


class LogBridge(logging.Handler):
    """Speaks through a node's logger while it is open."""

    def __init__(self, node_logger: RcutilsLogger) -> None:
        super().__init__()
        self._node_logger = node_logger
        self._package = logging.getLogger(_PACKAGE)
        self._level_before = self._package.level
        self._propagated_before = self._package.propagate

    def open(self) -> None:
        """Start to listen to the package's loggers."""
        debug = self._node_logger.is_enabled_for(LoggingSeverity.DEBUG)
        self._package.setLevel(logging.DEBUG if debug else logging.INFO)
        self._package.addHandler(self)
        self._package.propagate = False  # else a root handler says everything a second time

    def close(self) -> None:
        """Stop listening; safe to repeat."""
        self._package.removeHandler(self)
        self._package.setLevel(self._level_before)
        self._package.propagate = self._propagated_before
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Say one record; see `logging.Handler.emit`."""
        text = self.format(record)
        # One line of code for each severity: rclpy ties a severity to the line it is called from.
        if record.levelno >= logging.CRITICAL:
            self._node_logger.fatal(text)
        elif record.levelno >= logging.ERROR:
            self._node_logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._node_logger.warning(text)
        elif record.levelno >= logging.INFO:
            self._node_logger.info(text)
        else:
            self._node_logger.debug(text)

    def __enter__(self) -> LogBridge:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
