"""What a node published, as a bag: to be looked at in rviz or Foxglove, or played again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rosbags.rosbag2 import StoragePlugin, Writer, WriterError
from rosbags.typesys import get_types_from_msg

from rgbt_dualatt_ros.bags.message_types import message_typestore
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.share_files import find_share_file

# Humble and everything later reads it.
_BAG_VERSION: Literal[8] = 8


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """One message as it was published.

    Attributes:
        message_name: of our own package, as `TrackerStatus`.
        stamp_ns: of its header.
        data: CDR.
    """

    topic: str
    message_name: str
    stamp_ns: int
    data: bytes


def write_answers(messages: Sequence[PublishedMessage], path: Path) -> None:
    """Write the messages into the new bag folder `path`, each at its stamp.

    Raises:
        DatasetError: when something is there or it cannot be written, or a definition is not
            installed.
    """
    typestore = message_typestore()
    for name in ("TrackedTarget", "TrackedTargetArray", "TrackerStatus"):
        definition, tried = find_share_file(f"msg/{name}.msg")
        if definition is None:
            raise DatasetError(f"msg/{name}.msg is not installed; tried {tried}")
        text = definition.read_text(encoding="utf-8")
        full_name = _full_name(name)
        if full_name not in typestore.types:
            typestore.register(get_types_from_msg(text, full_name))
    try:
        with Writer(path, version=_BAG_VERSION, storage_plugin=StoragePlugin.MCAP) as writer:
            kinds = dict.fromkeys((each.topic, each.message_name) for each in messages)
            connections = {
                topic: writer.add_connection(topic, _full_name(name), typestore=typestore)
                for topic, name in kinds
            }
            for each in messages:
                writer.write(connections[each.topic], each.stamp_ns, each.data)
    except OSError as error:
        raise DatasetError(f"cannot write bag {path}: {error.strerror}") from None
    except WriterError as error:
        raise DatasetError(
            f"cannot write bag {path}: the folder is in use, perhaps by another replay with the "
            f"same --out ({error})"
        ) from None


def _full_name(name: str) -> str:
    return f"rgbt_dualatt/msg/{name}"
