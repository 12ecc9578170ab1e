"""The topics that make a sequence of a bag, and which of them a bag has."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError

IMAGE_TYPE = "sensor_msgs/msg/Image"
COMPRESSED_TYPE = "sensor_msgs/msg/CompressedImage"
TRUTH_TYPE = "rgbt_dualatt/msg/TargetBox"
# image_transport publishes the compressed images of a topic below it.
COMPRESSED_SUFFIX = "/compressed"
# The names of the two cameras are alike by 0.76, and one must not be offered for the other.
_NEAR_NAME = 0.85


@dataclass(frozen=True, slots=True)
class BagTopics:
    """Names of the topics of colour images, thermal images and true boxes.

    Raises:
        ConfigError: when both cameras have the same topic.
    """

    rgb: str = "/rgb/image_raw"
    thermal: str = "/thermal/image_raw"
    truth: str = "/ground_truth"

    def __post_init__(self) -> None:
        if self.rgb == self.thermal:
            raise ConfigError(f"each camera needs a topic of its own; both have {self.rgb}")


def find_image_topic(wanted: str, available: Mapping[str, str], where: str) -> str:
    """The topic `wanted`, or its compressed twin when only that is in the bag.

    Args:
        available: types by topic name.
        where: name of the bag, for errors.

    Raises:
        DatasetError: when it is not there or holds no images; the text lists what could be meant.
    """
    for name in (wanted, wanted + COMPRESSED_SUFFIX):
        if available.get(name) in (IMAGE_TYPE, COMPRESSED_TYPE):
            return name
    if wanted in available:
        raise DatasetError(
            f"{where}: topic {wanted} holds {available[wanted]}, not images; "
            f"{_describe_images(available)}"
        )
    near = difflib.get_close_matches(wanted, available, 1, _NEAR_NAME)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise DatasetError(f"{where} has no topic {wanted}{hint}; {_describe_images(available)}")


def _describe_images(available: Mapping[str, str]) -> str:
    images = [
        name for name, kind in sorted(available.items()) if kind in (IMAGE_TYPE, COMPRESSED_TYPE)
    ]
    others = [f"{name} [{kind}]" for name, kind in sorted(available.items()) if name not in images]
    found = f"image topics there: {', '.join(images) or 'none'}"
    return f"{found}; other topics: {', '.join(others)}" if others else found
