"""Writes a sequence as a rosbag2, mcap or sqlite3, without ROS: images, stamps and true boxes."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import StoragePlugin, Writer

from rgbt_dualatt_ros.bags.bag_topics import COMPRESSED_SUFFIX, TRUTH_TYPE, BagTopics
from rgbt_dualatt_ros.bags.image_encoder import ImageEncoder, ImageOptions
from rgbt_dualatt_ros.bags.message_types import message_typestore, truth_message
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.core.raw_frame import RawFrame

Storage = Literal["mcap", "sqlite3"]
STORAGES: tuple[Storage, ...] = ("mcap", "sqlite3")
# Humble and everything later reads it; 9 writes QoS in a form that only Jazzy and later read.
_BAG_VERSION: Literal[8] = 8
_METADATA_FILE = "metadata.yaml"
# A player refuses other names.
_FULL_TOPIC = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")
_RGB_FRAME_ID, _THERMAL_FRAME_ID = "rgb_camera", "thermal_camera"

_UNSPECIFIED = QosTime(0, 0)
# What `ros2 bag play` offers; reliable is heard by best-effort subscribers too.
_OFFERED_QOS = Qos(
    history=QosHistory.KEEP_LAST,
    depth=10,
    reliability=QosReliability.RELIABLE,
    durability=QosDurability.VOLATILE,
    deadline=_UNSPECIFIED,
    lifespan=_UNSPECIFIED,
    liveliness=QosLiveliness.AUTOMATIC,
    liveliness_lease_duration=_UNSPECIFIED,
    avoid_ros_namespace_conventions=False,
)


class CameraFrames(Protocol):
    """A sequence that gives its images as the cameras did: a folder, or a rendered scene."""

    def frames(self) -> Iterable[RawFrame]:
        """Every instant in order."""


@dataclass(frozen=True, slots=True)
class BagOptions:
    """How a bag is written.

    Attributes:
        topics: names of the topics; compressed images go one level below.
        images: encodings of both cameras.
        overwrite: whether an older bag of the same name is replaced.

    Raises:
        ConfigError: when two topics are the same, or a name is none that ROS takes.
    """

    topics: BagTopics = field(default_factory=BagTopics)
    images: ImageOptions = field(default_factory=ImageOptions)
    overwrite: bool = False

    def __post_init__(self) -> None:
        names = astuple(self.topics)
        if len(set(names)) < len(names):
            raise ConfigError(f"each needs a topic of its own; got {', '.join(names)}")
        for name in names:
            if not _FULL_TOPIC.fullmatch(name):
                raise ConfigError(f"{name!r} is no full topic name, as /camera/image_raw is")


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a path at which no bag may be written, before any work is done.

    Raises:
        DatasetError: when something is there that may not be, or is no bag to be, replaced.
    """
    if not path.exists():
        return
    if not overwrite:
        raise DatasetError(f"{path} exists; choose another name or say --force to replace it")
    try:
        is_bag = (path / _METADATA_FILE).is_file()
    except OSError as error:  # of a folder that may not be read
        raise DatasetError(f"cannot replace {path}: {error.strerror}") from None
    if not is_bag:
        raise DatasetError(f"{path} exists and is not a bag; it will not be replaced")


def write_bag(
    sequence: CameraFrames,
    path: Path | str,
    storage: Storage = "mcap",
    options: BagOptions | None = None,
    on_frame: Callable[[], object] | None = None,
) -> Path:
    """Write every frame of `sequence` into the new bag folder `path`; lost frames are left out.

    The log time of a message is its stamp. The bag appears under its name only when it is whole.

    Args:
        on_frame: called after each frame, for a progress bar.

    Returns:
        The folder of the bag.

    Raises:
        DatasetError: when `path` exists (and is not to be overwritten) or cannot be written.
    """
    options = options or BagOptions()
    path = Path(path)
    with _appearing_whole(path, overwrite=options.overwrite) as unfinished:
        plugin = StoragePlugin[storage.upper()]
        with Writer(unfinished, version=_BAG_VERSION, storage_plugin=plugin) as writer:
            recorder = _Recorder(writer, options)
            for frame in sequence.frames():
                recorder.write(frame)
                if on_frame is not None:
                    on_frame()
    return path


class _Recorder:
    """Turns camera frames into messages of an open bag."""

    def __init__(self, writer: Writer, options: BagOptions) -> None:
        self._writer = writer
        self._typestore = message_typestore()
        self._encoder = ImageEncoder(options.images)
        suffix = COMPRESSED_SUFFIX if options.images.compression else ""
        message_type = self._encoder.message_type
        self._rgb = self._add(options.topics.rgb + suffix, message_type)
        self._thermal = self._add(options.topics.thermal + suffix, message_type)
        self._truth = self._add(options.topics.truth, TRUTH_TYPE)

    def write(self, frame: RawFrame) -> None:
        if frame.rgb is not None:
            message = self._encoder.rgb(frame.rgb, frame.rgb_stamp_ns, _RGB_FRAME_ID)
            self._put(self._rgb, frame.rgb_stamp_ns, message)
            truth = truth_message(frame.truth, frame.rgb_stamp_ns, _RGB_FRAME_ID)
            self._put(self._truth, frame.rgb_stamp_ns, truth)
        if frame.thermal is not None:
            message = self._encoder.thermal(
                frame.thermal, frame.thermal_stamp_ns, _THERMAL_FRAME_ID
            )
            self._put(self._thermal, frame.thermal_stamp_ns, message)

    def _add(self, topic: str, message_type: str) -> Any:  # noqa: ANN401  rosbags' Connection
        return self._writer.add_connection(
            topic, message_type, typestore=self._typestore, offered_qos_profiles=[_OFFERED_QOS]
        )

    def _put(self, connection: Any, stamp_ns: int, message: Any) -> None:  # noqa: ANN401
        data = self._typestore.serialize_cdr(message, message.__msgtype__)
        self._writer.write(connection, stamp_ns, data)


@contextmanager
def _appearing_whole(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A path to write to, which becomes `path` at the end of the block, or vanishes on any error.

    Its last part is the name of `path`: rosbag2 names the files in the folder after it.
    """
    check_free(path, overwrite=overwrite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=f".{path.name}.unfinished-", dir=path.parent))
    except OSError as error:
        raise DatasetError(f"cannot write bag {path}: {error.strerror}") from None
    try:
        yield workplace / path.name
        if path.exists():
            path.rename(workplace / "replaced")
        (workplace / path.name).rename(path)
    except OSError as error:
        raise DatasetError(f"cannot write bag {path}: {error.strerror}") from error
    except sqlite3.Error as error:  # as when the disk is full
        raise DatasetError(f"cannot write bag {path}: {error}") from error
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
