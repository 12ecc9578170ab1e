"""The synchroniser that `sync.policy` names, and the kind of subscription that feeds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.ros.pair_intake import Synchronizer
from rgbt_dualatt_ros.streaming.pair_synchronizer import PairSynchronizer

# In quotes: only since Kilted can a Subscription be subscripted.
Subscribe = Callable[..., "Subscription[Any]"]
"""Called with node, message type, topic, callback and the options of `create_subscription`."""


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """How pairs are made."""

    synchronizer: Synchronizer
    subscribe: Subscribe


def choose_policy(config: SyncConfig) -> SyncPolicy:
    """Our own synchroniser, or those of message_filters with its own Subscriber.

    Raises:
        MissingDependencyError: when message_filters is asked for and not installed.
    """
    if config.policy == "nearest":
        return SyncPolicy(PairSynchronizer.from_config(config), _subscribe)
    # Only who asks for message_filters needs it.
    from rgbt_dualatt_ros.ros import message_filters_sync

    synchronizer = message_filters_sync.MessageFiltersSynchronizer(config)
    return SyncPolicy(synchronizer, message_filters_sync.subscribe)


def _subscribe(
    node: Node,
    message_type: type[Any],
    topic: str,
    take: Callable[[Any], None],
    **options: Any,  # noqa: ANN401  those of create_subscription
) -> Subscription[Any]:
    return node.create_subscription(message_type, topic, take, **options)
