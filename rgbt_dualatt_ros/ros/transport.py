"""Lets large images through Fast DDS; set before rclpy is imported, and needs no rclpy itself.

By default Fast DDS sends a 640x480 colour image in pieces through a small shared-memory segment
and best-effort images get lost (docs/troubleshooting.md has the figures). The profile in
config/fastdds_large_images.xml gives it a segment that holds them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from rgbt_dualatt_ros.core.share_files import find_share_file

PROFILE_FILE = "config/fastdds_large_images.xml"
# Any of these says that the user has made a choice of his own.
CHOICES_OF_THE_USER = (
    "FASTDDS_DEFAULT_PROFILES_FILE",
    "FASTRTPS_DEFAULT_PROFILES_FILE",
    "FASTDDS_BUILTIN_TRANSPORTS",
)

# These come with Fast DDS 2, which reads the variable by its old name only.
_FAST_DDS_2 = ("humble", "iron", "jazzy")
# These do not know ROS_AUTOMATIC_DISCOVERY_RANGE; later ones complain of the variable here.
_LOCALHOST_ONLY = ("humble",)


def profile_variable(environment: Mapping[str, str] | None = None) -> str:
    """Name of the variable by which the installed Fast DDS finds a profile.

    Args:
        environment: of this process when not given; without ROS_DISTRO, as in wheels, it is
            taken for Kilted or later.
    """
    environment = os.environ if environment is None else environment
    is_old = environment.get("ROS_DISTRO") in _FAST_DDS_2
    return "FASTRTPS_DEFAULT_PROFILES_FILE" if is_old else "FASTDDS_DEFAULT_PROFILES_FILE"


def set_default_transport(environment: MutableMapping[str, str] | None = None) -> Path | None:
    """Choose our Fast DDS profile, unless the user has chosen one.

    Args:
        environment: of this process when not given.

    Returns:
        The profile that is set by this call; None when it is the user's or cannot be found.
    """
    environment = os.environ if environment is None else environment
    if any(environment.get(name) for name in CHOICES_OF_THE_USER):
        return None
    profile, _ = find_share_file(PROFILE_FILE)
    if profile is not None:
        environment[profile_variable(environment)] = str(profile)
    return profile


def private_domain_id() -> int:
    """A ROS domain that another process on this machine is not likely to use, 1 to 100."""
    return 1 + os.getpid() % 100


def isolate(environment: MutableMapping[str, str], domain_id: int) -> None:
    """Keep ROS traffic of a demo or test on this machine and apart from other graphs."""
    environment["ROS_DOMAIN_ID"] = str(domain_id)
    if environment.get("ROS_DISTRO") in _LOCALHOST_ONLY:
        environment["ROS_LOCALHOST_ONLY"] = "1"
    else:
        environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
