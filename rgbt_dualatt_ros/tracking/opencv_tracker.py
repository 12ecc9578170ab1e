"""OpenCV's own trackers behind the Tracker protocol: single-modality peers to compare with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import clip_to_image
from rgbt_dualatt_ros.core.errors import (
    ConfigError,
    FramePairError,
    InvalidBoxError,
    NotInitializedError,
)
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus

_LOGGER = logging.getLogger(__name__)

Modality = Literal["rgb", "thermal"]

# OpenCV's trackers throw on smaller windows.
MIN_SIDE_PX = 4.0


@dataclass(frozen=True, slots=True)
class PeerKind:
    """One of OpenCV's trackers.

    Attributes:
        class_name: in cv2, or in cv2.legacy of some releases.
        model_names: ONNX files it needs, in the order a user gives them.
        parameter_names: fields of its parameter object that take these files.
        package: from which to get it.
    """

    class_name: str
    model_names: tuple[str, ...] = ()
    parameter_names: tuple[str, ...] = ()
    package: str = "opencv-python 4.7 or newer"


PEERS: Mapping[str, PeerKind] = {
    "csrt": PeerKind("TrackerCSRT", package="opencv-contrib-python"),
    "kcf": PeerKind("TrackerKCF", package="opencv-contrib-python"),
    "mil": PeerKind("TrackerMIL"),
    "nanotrack": PeerKind("TrackerNano", ("BACKBONE", "HEAD"), ("backbone", "neckhead")),
    "vit": PeerKind("TrackerVit", ("NET",), ("net",)),
    "dasiamrpn": PeerKind(
        "TrackerDaSiamRPN",
        ("MODEL", "KERNEL_CLS1", "KERNEL_R1"),
        ("model", "kernel_cls1", "kernel_r1"),
    ),
}


class OpencvTracker:
    """One of OpenCV's trackers on one modality; a thermal image is repeated to three channels.

    Runs with one seed repeat, but for `mil`, which seeds itself from the clock.

    Args:
        name: key of `PEERS`.
        modality: which image it sees.
        models: files for those kinds that need them.
        seed: of OpenCV's random numbers, set again at every start.

    Raises:
        ConfigError: when this OpenCV lacks the tracker, or model files are missing.
    """

    def __init__(
        self, name: str, modality: Modality, models: Sequence[Path] = (), seed: int = 0
    ) -> None:
        self._create = _find_creator(name, models)
        self._modality = modality
        self._seed = seed
        self._size: ImageSize | None = None
        self._engine: Any = None
        self._box: Box | None = None

    def initialize(self, pair: FramePair, box: Box) -> None:
        """Start with `box`; see `Tracker.initialize`."""
        box.check_usable(pair.size, MIN_SIDE_PX)
        cv2.setRNGSeed(self._seed)
        engine = self._create()
        inside = Box.from_sequence(clip_to_image(box.as_array()[None], pair.size, MIN_SIDE_PX)[0])
        try:
            engine.init(self._image(pair), tuple(map(round, astuple(inside))))
        except cv2.error as error:
            raise InvalidBoxError(f"OpenCV cannot start with {box}: {_reason(error)}") from None
        self._engine, self._box, self._size = engine, inside, pair.size

    def track(self, pair: FramePair) -> Prediction:
        """Where OpenCV sees the target; LOST with the last box when it does not."""
        if self._box is None:
            raise NotInitializedError("call initialize(pair, box) before track(pair)")
        if pair.size != self._size:
            raise FramePairError(
                f"the target was chosen in a {self._size} image; this pair is {pair.size}"
            )
        try:
            found, corner_and_size = self._engine.update(self._image(pair))
        except cv2.error as error:
            # Some fail an assertion instead of saying that the target has left the image.
            _LOGGER.debug("OpenCV lost the target: %s", _reason(error))
            found, corner_and_size = False, (0, 0, 0, 0)
        if not found or min(corner_and_size[2:]) <= 0:
            return Prediction(self._box, 0.0, TrackStatus.LOST, pair.stamp_ns)
        boxes = np.array([corner_and_size], np.float32)
        self._box = Box.from_sequence(clip_to_image(boxes, pair.size, 1.0)[0])
        return Prediction(self._box, self._score(), TrackStatus.TRACKING, pair.stamp_ns)

    def reset(self) -> None:
        """Forget the target."""
        self._engine = self._box = self._size = None

    def _score(self) -> float:
        # Only the trackers with a net say how sure they are.
        score = getattr(self._engine, "getTrackingScore", None)
        return float(score()) if score else 1.0

    def _image(self, pair: FramePair) -> NDArray[np.uint8]:
        if self._modality == "rgb":
            return np.asarray(cv2.cvtColor(pair.rgb, cv2.COLOR_RGB2BGR), np.uint8)
        return np.asarray(cv2.cvtColor(pair.thermal, cv2.COLOR_GRAY2BGR), np.uint8)


def _find_creator(name: str, models: Sequence[Path]) -> Callable[[], Any]:
    kind = PEERS[name]
    _check_models(name, kind, models)
    create = _look_up(kind.class_name)
    if create is None:
        raise ConfigError(
            f"tracker {name}: this OpenCV {cv2.__version__} has no {kind.class_name}; "
            f"install {kind.package}"
        )
    if not models:
        return create
    parameters = getattr(cv2, f"{kind.class_name}_Params")()
    for field, model in zip(kind.parameter_names, models, strict=True):
        setattr(parameters, field, str(model))
    try:
        create(parameters)  # a damaged model shall be known before the first image
    except cv2.error as error:
        raise ConfigError(f"tracker {name}: {_reason(error)}") from None
    return lambda: create(parameters)


def _look_up(class_name: str) -> Callable[..., Any] | None:
    for module in (cv2, getattr(cv2, "legacy", None)):
        create = getattr(module, f"{class_name}_create", None)
        create = create or getattr(getattr(module, class_name, None), "create", None)
        if create is not None:
            found: Callable[..., Any] = create
            return found
    return None


def _check_models(name: str, kind: PeerKind, models: Sequence[Path]) -> None:
    if len(models) != len(kind.model_names):
        wanted = ",".join(kind.model_names) or "no files"
        raise ConfigError(
            f"tracker {name} needs model {name}={wanted}; got {len(models)} of "
            f"{len(kind.model_names)} files"
        )
    for path in models:
        if not path.is_file():
            raise ConfigError(f"tracker {name}: model file {path} does not exist")


def _reason(error: cv2.error) -> str:
    """What OpenCV says, in one line."""
    return " ".join(str(error).split())
