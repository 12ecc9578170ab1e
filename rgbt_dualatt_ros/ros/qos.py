"""The named QoS profiles and why they are so."""

from __future__ import annotations

from rclpy.qos import (
    QoSDurabilityPolicy,
    QoSHistoryPolicy,
    QoSProfile,
    QoSReliabilityPolicy,
)

from rgbt_dualatt_ros.core.config import InputConfig

RESULTS = QoSProfile(
    depth=10,
    history=QoSHistoryPolicy.KEEP_LAST,
    reliability=QoSReliabilityPolicy.RELIABLE,
    durability=QoSDurabilityPolicy.VOLATILE,
)
"""Targets and status: small, and each of them counts."""

RECORDED = QoSProfile(
    depth=1000,
    history=QoSHistoryPolicy.KEEP_LAST,
    reliability=QoSReliabilityPolicy.RELIABLE,
    durability=QoSDurabilityPolicy.VOLATILE,
)
"""Targets and status as a recorder hears them: a stall of half a minute loses no answer."""

PICTURES = QoSProfile(
    depth=2,
    history=QoSHistoryPolicy.KEEP_LAST,
    reliability=QoSReliabilityPolicy.RELIABLE,
    durability=QoSDurabilityPolicy.VOLATILE,
)
"""Overlay: reliable, since rviz2 and rqt ask for that and show nothing otherwise."""

REQUESTS = QoSProfile(
    depth=1,
    history=QoSHistoryPolicy.KEEP_LAST,
    reliability=QoSReliabilityPolicy.RELIABLE,
    durability=QoSDurabilityPolicy.TRANSIENT_LOCAL,
)
"""`~/set_target`: a node that starts late still hears the last request."""


def image_profile(config: InputConfig, *, best_effort: bool = False) -> QoSProfile:
    """Profile of an image subscription; `best_effort` overrides the asked-for reliability."""
    reliable = config.reliability == "reliable" and not best_effort
    return QoSProfile(
        depth=config.depth,
        history=QoSHistoryPolicy.KEEP_LAST,
        reliability=(
            QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT
        ),
        durability=QoSDurabilityPolicy.VOLATILE,
    )
