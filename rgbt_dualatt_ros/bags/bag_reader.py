"""Reads the messages of a rosbag2, mcap or sqlite3, without ROS."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import Reader

from rgbt_dualatt_ros.bags.message_types import header_stamp_ns, message_typestore
from rgbt_dualatt_ros.core.errors import DatasetError

_LOGGER = logging.getLogger(__name__)
_METADATA_FILE = "metadata.yaml"
STORAGE_SUFFIXES = (".mcap", ".db3")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One recorded message, still serialised.

    Attributes:
        topic: its name, with the leading slash.
        msgtype: as `sensor_msgs/msg/Image`.
        log_time_ns: when the recorder got it, ns; not the stamp of its header.
        data: CDR, as rclpy's `deserialize_message` takes it.
    """

    topic: str
    msgtype: str
    log_time_ns: int
    data: bytes

    @property
    def stamp_ns(self) -> int:
        """Stamp of the header that the message starts with, ns; only for types that have one."""
        return header_stamp_ns(self.data)


class BagReader:
    """An open bag; use it as a context manager.

    Attributes:
        path: of the bag, for messages to the user.
        topics: type by topic name.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.topics: dict[str, str] = {}
        self._reader: AnyReader | None = None

    def __enter__(self) -> BagReader:
        """Open the bag.

        Raises:
            DatasetError: when it is missing, damaged, or of a kind that is not read.
        """
        try:
            storage = _find_storage(self.path)
            reader = AnyReader([storage], default_typestore=message_typestore())
            if not reader.is2:  # a folder called x.bag, which AnyReader takes for a ROS 1 file
                reader.is2, reader.readers = True, [Reader(storage)]
            reader.open()
        except DatasetError:
            raise
        except Exception as error:  # a damaged file fails anywhere inside the parser
            raise self._damaged(error) from error
        self._reader = reader
        self.topics = {each.topic: each.msgtype for each in reader.connections}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def message_count(self, topic: str) -> int:
        """Number of messages of one topic, from the index; 0 when the bag does not have it."""
        return sum(each.msgcount for each in self._opened.connections if each.topic == topic)

    def raw_messages(self, topics: Collection[str] = ()) -> Iterator[RawMessage]:
        """Messages in the order of recording, serialised; of all topics when none is named.

        Raises:
            DatasetError: when the bag is damaged; what came before was whole.
        """
        reader = self._opened
        wanted = [each for each in reader.connections if not topics or each.topic in topics]
        if not wanted:  # rosbags takes no connections for all of them
            return
        messages = reader.messages(connections=wanted)
        while True:
            try:
                connection, log_time_ns, data = next(messages)
            except StopIteration:
                return
            except Exception as error:  # as in __enter__
                raise self._damaged(error) from error
            yield RawMessage(connection.topic, connection.msgtype, log_time_ns, bytes(data))

    def messages(self, topics: Collection[str] = ()) -> Iterator[tuple[str, int, Any]]:
        """Topic, log time in ns and decoded message, as `raw_messages`."""
        for raw in self.raw_messages(topics):
            yield raw.topic, raw.log_time_ns, self.decode(raw)

    def decode(self, raw: RawMessage) -> Any:  # noqa: ANN401  message classes are made at run time
        """The message with the fields of its type.

        Raises:
            DatasetError: when its bytes are no message of that type.
        """
        try:
            return self._opened.deserialize(raw.data, raw.msgtype)
        except Exception as error:  # as in __enter__
            raise DatasetError(
                f"{self.path}: the message of {raw.topic} at {raw.log_time_ns} ns is damaged: "
                f"{error}"
            ) from error

    @property
    def _opened(self) -> AnyReader:
        if self._reader is None:
            raise DatasetError(f"{self.path} is not open; use `with BagReader(path) as reader`")
        return self._reader

    def _damaged(self, error: Exception) -> DatasetError:
        reason = " ".join(str(error).split()) or type(error).__name__
        return DatasetError(
            f"cannot read bag {self.path}: {reason}; if the recording was interrupted, "
            "try `ros2 bag reindex` or `mcap recover`"
        )


def _find_storage(path: Path) -> Path:
    """What rosbags shall open: the folder, or the only file in it when the metadata is missing."""
    if not path.exists():
        raise DatasetError(f"bag {path} does not exist")
    if path.is_file():
        if path.suffix not in STORAGE_SUFFIXES:
            older = "; of a ROS 1 bag, rosbags-convert makes one" if path.suffix == ".bag" else ""
            raise DatasetError(
                f"{path} is not a bag; expected a folder, or a .mcap or .db3 file{older}"
            )
        return path
    if (path / _METADATA_FILE).is_file():
        return path
    files = [file for file in sorted(path.iterdir()) if file.suffix in STORAGE_SUFFIXES]
    if len(files) != 1:
        raise DatasetError(
            f"{path} is not a bag: no {_METADATA_FILE} and {len(files)} .mcap or .db3 files in it"
        )
    _LOGGER.warning("%s has no %s; reading %s alone", path, _METADATA_FILE, files[0].name)
    return files[0]
