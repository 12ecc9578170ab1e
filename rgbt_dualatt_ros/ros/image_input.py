"""One image topic: the subscription that fits what its publishers offer.

A user who starts the node does not know, and need not, whether the camera sends raw or compressed
images, best effort or reliable. So the subscription is looked at now and then, and made anew when
a publisher of another type is to be preferred, or when one could not be matched for its
reliability.

Publishers are found one after the other, and a camera that offers both may be heard by its JPEG
images first, which are poor and 8 bits deep. So for `_SETTLING_NS` after the first publisher, and
as long as nothing has been received, the best source that has a publisher is taken, raw before
compressed. After that the choice stands until its own publishers are gone: a recorder or a second
camera that starts later changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from rgbt_dualatt_ros.core.config import InputConfig
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.ros.input_watch import StreamWatch
from rgbt_dualatt_ros.ros.messages import to_ns
from rgbt_dualatt_ros.ros.qos import image_profile
from rgbt_dualatt_ros.ros.qos_events import (
    QoSRequestedIncompatibleQoSInfo,
    SubscriptionEventCallbacks,
)
from rgbt_dualatt_ros.ros.sync_policy import Subscribe

_LOG = logging.getLogger(__name__)
_TYPE_NAMES = {
    Image: "sensor_msgs/msg/Image",
    CompressedImage: "sensor_msgs/msg/CompressedImage",
}
# By convention of image_transport, the compressed images of a topic are on this one below it.
_SUFFIX = "/compressed"
# Discovery of all publishers of a camera is over long before.
_SETTLING_NS = 3 * NS_PER_S

TakeImage = Callable[[int, Any], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What can be subscribed to.

    Attributes:
        name: as rclpy wants it, to be remapped still.
        topic: full name after remapping, for people.
    """

    name: str
    topic: str
    message_type: type[Any]


class ImageInput:
    """Subscription to one camera, renewed when the publishers ask for it.

    Args:
        name: topic, relative to the node's namespace; remapping applies.
        take: called with stamp and message of every image, in the executor's thread.
        subscribe: makes the subscription; see `sync_policy`.

    Attributes:
        watch: what came in, and who is there to send.
    """

    def __init__(
        self,
        node: Node,
        name: str,
        config: InputConfig,
        group: CallbackGroup,
        take: TakeImage,
        subscribe: Subscribe,
    ) -> None:
        self._node = node
        self._config = config
        self._group = group
        self._take = take
        self._make_subscription = subscribe
        self._sources = _possible_sources(name, node.resolve_topic_name(name), config.transport)
        # What the user fixed by an override is not changed behind his back.
        override = f"qos_overrides.{self._sources[0].topic}.subscription.reliability"
        self._may_give_way = not node.has_parameter(override)
        self._force_best_effort = False
        self.watch = StreamWatch(self._sources[0].topic)
        self._source = self._sources[0]
        self._first_found_ns = 0  # when a publisher was seen, monotonic clock; 0: never
        self._received_before = 0  # by the subscriptions before this one
        self._subscription = self._subscribe()

    def look_around(self) -> None:
        """See who publishes, and subscribe to what is there; to be called now and then."""
        publishers = {source: self._count_publishers(source) for source in self._sources}
        self.watch.publishers = publishers[self._source]
        self.watch.other_types = self._foreign_types()
        best = choose_source(
            self._sources, publishers, self._source, is_settled=self._is_settled(publishers)
        )
        if best is not self._source:
            self._source = best
            self._renew(f"publisher of {_TYPE_NAMES[best.message_type]} found")
        elif self.watch.refused_policy == "RELIABILITY" and self._may_give_way:
            self._may_give_way = False
            self._force_best_effort = True
            self._renew(
                "the camera sends best effort, so input.reliability reliable cannot be met"
            )

    def _is_settled(self, publishers: Mapping[Source, int]) -> bool:
        now_ns = time.monotonic_ns()
        if self._first_found_ns == 0 and any(publishers.values()):
            self._first_found_ns = now_ns
        has_received = self.watch.received > self._received_before
        return has_received and now_ns - self._first_found_ns > _SETTLING_NS

    def _renew(self, reason: str) -> None:
        self._node.destroy_subscription(self._subscription)
        self.watch.topic = self._source.topic
        self.watch.refused_policy = ""
        self._received_before = self.watch.received
        self._subscription = self._subscribe()
        _LOG.info("subscribed again to %s: %s", self._source.topic, reason)

    def _subscribe(self) -> Subscription[Any]:
        overridable = [QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH]
        if not self._force_best_effort:
            overridable.append(QoSPolicyKind.RELIABILITY)
        return self._make_subscription(
            self._node,
            self._source.message_type,
            self._source.name,
            self._hear,
            qos_profile=image_profile(self._config, best_effort=self._force_best_effort),
            callback_group=self._group,
            event_callbacks=SubscriptionEventCallbacks(incompatible_qos=self._note_incompatible),
            qos_overriding_options=QoSOverridingOptions(overridable),
        )

    def _hear(self, message: Any) -> None:  # noqa: ANN401  Image or CompressedImage
        stamp_ns = to_ns(message.header.stamp)
        self.watch.saw(stamp_ns, time.monotonic_ns())
        self._take(stamp_ns, message)

    def _note_incompatible(self, event: QoSRequestedIncompatibleQoSInfo) -> None:
        self.watch.refused_policy = qos_policy_name_from_kind(event.last_policy_kind)

    def _count_publishers(self, source: Source) -> int:
        wanted = _TYPE_NAMES[source.message_type]
        return self._publisher_types(source).count(wanted)

    def _foreign_types(self) -> tuple[str, ...]:
        found = set(self._publisher_types(self._source))
        return tuple(sorted(found - {_TYPE_NAMES[self._source.message_type]}))

    def _publisher_types(self, source: Source) -> list[str]:
        found = self._node.get_publishers_info_by_topic(source.name)
        return [info.topic_type for info in found]


def choose_source(
    sources: Sequence[Source],
    publishers: Mapping[Source, int],
    current: Source,
    *,
    is_settled: bool,
) -> Source:
    """Which source to subscribe to now.

    Args:
        sources: the preferred ones first.
        publishers: how many each source has.
        is_settled: the current one is kept while it has a publisher.
    """
    if is_settled and publishers[current]:
        return current
    return next((source for source in sources if publishers[source]), current)


def _possible_sources(name: str, topic: str, transport: str) -> list[Source]:
    """What `transport` allows to subscribe to, the one to begin with first."""
    raw = Source(name, topic, Image)
    compressed = Source(name, topic, CompressedImage)
    lower = topic + _SUFFIX
    below = [] if topic.endswith(_SUFFIX) else [Source(lower, lower, CompressedImage)]
    if transport == "raw":
        return [raw]
    if transport == "compressed":
        return [*below, compressed]
    return [compressed, raw] if not below else [raw, compressed, *below]
