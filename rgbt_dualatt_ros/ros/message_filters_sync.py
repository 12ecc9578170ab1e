"""The synchronisers of message_filters, for `sync.policy` approximate and exact.

They pair as message_filters does: approximate takes the first that fits when an image comes, which
need not be the nearest, and leaves out differences of exactly the slop; exact takes equal stamps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any

from rgbt_dualatt_ros.core.config import SyncConfig
from rgbt_dualatt_ros.core.errors import ConfigError, MissingDependencyError
from rgbt_dualatt_ros.core.time_units import NS_PER_MS, NS_PER_S
from rgbt_dualatt_ros.streaming.matched_pair import MatchedPair, Side, SyncCounts
from rgbt_dualatt_ros.streaming.stream_clock import Arrival, StreamClock


class MessageFiltersSynchronizer:
    """Pairs messages with message_filters; takes the place of `PairSynchronizer`.

    What message_filters lacks is added around it: it is made anew when stamps jump back (alone, it
    would throw away all images of a looped bag as too old), pairs are returned and so never leave
    under its lock, and everything is counted. Not for several threads.

    Args:
        config: `sync.*`, with policy approximate or exact.

    Raises:
        MissingDependencyError: when message_filters is not installed.
        ConfigError: when a thermal offset is asked for, which message_filters has not.
    """

    def __init__(self, config: SyncConfig) -> None:
        self._filters = _import_filters(config.policy)
        if config.thermal_offset_ms != 0.0:
            raise ConfigError(
                "sync.thermal_offset_ms works with sync.policy nearest only; it is "
                f"{config.thermal_offset_ms:g} with policy {config.policy}"
            )
        self._config = config
        jump_back_ns = round(config.jump_back_ms * NS_PER_MS)
        self._clocks = {side: StreamClock(jump_back_ns) for side in Side}
        self._jumps = dict.fromkeys(Side, 0)
        self._received: Counter[Side] = Counter()
        self._out_of_order = 0
        self._paired = 0
        self._found: list[tuple[Any, Any]] = []
        self._after_jump = False
        self._synchronizer = self._make_synchronizer()

    @property
    def counts(self) -> SyncCounts:
        """What became of the images so far; message_filters does not tell late from unmatched."""
        lost = {
            side: self._received[side] - self._paired - len(waiting)
            for side, waiting in zip(Side, self._synchronizer.queues, strict=True)
        }
        return SyncCounts(
            paired=self._paired,
            rgb_unmatched=lost[Side.RGB],
            thermal_unmatched=lost[Side.THERMAL],
            out_of_order=self._out_of_order,
            time_jumps=max(self._jumps.values()),
        )

    def add(self, side: Side, stamp_ns: int, item: Any) -> list[MatchedPair[Any]]:  # noqa: ANN401  any stamped message
        """Take in a message with a header and give out the pairs that it finishes."""
        arrival = self._clocks[side].observe(stamp_ns)
        self._out_of_order += arrival is Arrival.OUT_OF_ORDER
        if arrival is Arrival.JUMPED_BACK:
            self._jump(side)
        self._received[side] += 1
        self._found.clear()
        self._inputs[side].signalMessage(item)
        pairs = []
        for rgb, thermal in self._found:
            rgb_ns, thermal_ns = (_stamp_ns(message) for message in (rgb, thermal))
            pairs.append(MatchedPair(rgb, thermal, rgb_ns, rgb_ns - thermal_ns, self._after_jump))
            self._after_jump = False
        self._paired += len(pairs)
        return pairs

    def flush(self) -> list[MatchedPair[Any]]:
        """Nothing: message_filters gives out a pair as soon as it has one."""
        return []

    def reset(self) -> None:
        """Give up all waiting images and take the next ones as the first."""
        self._synchronizer = self._make_synchronizer()
        for clock in self._clocks.values():
            clock.forget()

    def _jump(self, side: Side) -> None:
        self._jumps[side] += 1
        if self._jumps[side] > self._jumps[side.other]:
            self._after_jump = True
            self._synchronizer = self._make_synchronizer()
        else:
            # The second camera follows; images of the first are of the new time already.
            self._synchronizer.queues[list(Side).index(side)].clear()

    def _make_synchronizer(self) -> Any:  # noqa: ANN401  message_filters has no types
        config = self._config
        self._inputs = {side: self._filters.SimpleFilter() for side in Side}
        inputs = list(self._inputs.values())
        if config.policy == "exact":
            made = self._filters.TimeSynchronizer(inputs, config.queue_size)
        else:
            slop_s = config.slop_ms * NS_PER_MS / NS_PER_S
            made = self._filters.ApproximateTimeSynchronizer(inputs, config.queue_size, slop_s)
        # Only remembered here: it is called under the lock of message_filters.
        made.registerCallback(lambda rgb, thermal: self._found.append((rgb, thermal)))
        return made


def subscribe(
    node: Any,  # noqa: ANN401  an rclpy node
    message_type: type[Any],
    topic: str,
    take: Callable[[Any], None],
    **options: Any,  # noqa: ANN401  as create_subscription has them
) -> Any:  # noqa: ANN401  message_filters has no types
    """A `message_filters.Subscriber` that calls `take`; stands in for `create_subscription`.

    Returns:
        The rclpy subscription, so that `destroy_subscription` takes it.

    Raises:
        MissingDependencyError: when message_filters is not installed.
    """
    filters = _import_filters("approximate or exact")
    subscriber = filters.Subscriber(node, message_type, topic, **options)
    subscriber.registerCallback(take)
    return subscriber.sub


def _import_filters(policy: str) -> Any:  # noqa: ANN401  message_filters has no types
    try:
        return import_module("message_filters")
    except ImportError as error:
        raise MissingDependencyError(
            f"sync.policy {policy} needs message_filters: install ros-<distro>-message-filters "
            f"(apt), or use sync.policy nearest ({error})"
        ) from None


def _stamp_ns(message: Any) -> int:  # noqa: ANN401  any stamped message
    stamp = message.header.stamp
    return int(stamp.sec * NS_PER_S + stamp.nanosec)
