"""What a caller may want to catch; anything else that is raised is a bug of ours."""

from __future__ import annotations


class RgbtError(Exception):
    """Any mistake in input, settings or files; its text is one line a user can act on."""

    def __str__(self) -> str:
        r"""The text; bytes of file names that are no UTF-8 are written out, as `\udcff`."""
        return super().__str__().encode("utf-8", "backslashreplace").decode("utf-8")


class ConfigError(RgbtError, ValueError):
    """An unknown setting, a value of the wrong type or out of its range."""


class InvalidBoxError(RgbtError, ValueError):
    """A box without area, with numbers that are not finite, or not usable in its image."""


class FramePairError(RgbtError, ValueError):
    """Two images that do not make a frame pair: type, rank or size is wrong."""


class EncodingError(RgbtError, ValueError):
    """An image message that cannot be decoded: its encoding, size or data is wrong."""


class NotInitializedError(RgbtError, RuntimeError):
    """A tracker was asked to track before it was given a target."""


class WeightsError(RgbtError, RuntimeError):
    """Weights are missing, damaged, or made for another net."""


class DatasetError(RgbtError, RuntimeError):
    """A sequence folder or bag that cannot be read as one."""


class MissingDependencyError(RgbtError, ImportError):
    """An optional package is needed for what was asked and is not installed."""
