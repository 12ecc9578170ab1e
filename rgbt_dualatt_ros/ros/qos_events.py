"""What rclpy calls when a publisher and a subscription do not fit; Humble keeps it elsewhere.

The one place that chooses between the two modules; the classes are the same.
"""

from __future__ import annotations

try:
    from rclpy.event_handler import (
        PublisherEventCallbacks,
        QoSRequestedIncompatibleQoSInfo,
        SubscriptionEventCallbacks,
    )
except ModuleNotFoundError:
    from rclpy.qos_event import (
        PublisherEventCallbacks,
        QoSRequestedIncompatibleQoSInfo,
        SubscriptionEventCallbacks,
    )

__all__ = [
    "PublisherEventCallbacks",
    "QoSRequestedIncompatibleQoSInfo",
    "SubscriptionEventCallbacks",
]
