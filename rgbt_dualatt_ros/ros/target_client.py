"""TargetClient: hears the colour images, and asks the tracker's node to start with a box."""

from __future__ import annotations

import time
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rgbt_dualatt.srv import Initialize

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.config import InputConfig, SyncConfig
from rgbt_dualatt_ros.core.time_units import NS_PER_S
from rgbt_dualatt_ros.imaging.pair_decoder import decode_rgb
from rgbt_dualatt_ros.ros.cv_bridge_codec import decode_with_cv_bridge
from rgbt_dualatt_ros.ros.image_input import ImageInput
from rgbt_dualatt_ros.ros.messages import to_start_request
from rgbt_dualatt_ros.ros.sync_policy import choose_policy
from rgbt_dualatt_ros.visualization.box_choice import ShownImage

_SERVICE = "tracker/initialize"
_IMAGES = "rgb/image_raw"
_DISCOVERY_S = 5.0
# The node itself answers after target.answer_timeout_s, which is 15 s.
_ANSWER_S = 30.0
_LOOK_AROUND_NS = NS_PER_S // 4
_POLL_S = 0.02


class TargetClient(Node):
    """A node that is spun by its own methods, in one thread.

    Args:
        hears_images: whether to subscribe to the colour images.
        **node_arguments: handed to `rclpy.node.Node`; tests give a context.
    """

    def __init__(self, *, hears_images: bool, **node_arguments: Any) -> None:  # noqa: ANN401
        super().__init__("select_target", **node_arguments)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self)
        self._asker: Any = self.create_client(Initialize, _SERVICE)
        self._newest: tuple[int, Any] | None = None
        self._images: ImageInput | None = None
        self._looked_ns = 0
        if hears_images:
            group = MutuallyExclusiveCallbackGroup()
            subscribe = choose_policy(SyncConfig()).subscribe
            self._images = ImageInput(self, _IMAGES, InputConfig(), group, self._take, subscribe)

    @property
    def image_topic(self) -> str:
        """Where the images are expected, for people."""
        return str(self.resolve_topic_name(_IMAGES))

    def newest_image(self) -> ShownImage | None:
        """The newest colour image that has come since the last call; None when there is none.

        Raises:
            RgbtError: when it cannot be decoded.
        """
        self._look_around()
        self._spin(0.0)
        if self._newest is None:
            return None
        (stamp_ns, message), self._newest = self._newest, None
        return ShownImage(decode_rgb(message, self.image_topic, decode_with_cv_bridge), stamp_ns)

    def start(self, box: Box, stamp_ns: int) -> str:
        """Ask for a start; gives why it was refused, or nothing when the target was started.

        Args:
            stamp_ns: of the image that the box was drawn on; 0 means the newest pair.
        """
        name = self.resolve_service_name(_SERVICE)
        if not self._wait_for(self._asker.service_is_ready, _DISCOVERY_S):
            return f"there is no service {name}; does the tracker's node run?"
        answer = self._asker.call_async(to_start_request(box, stamp_ns))
        if not self._wait_for(answer.done, _ANSWER_S):
            return f"{name} has not answered in {_ANSWER_S:g} s"
        response = answer.result()
        if response is None or not response.success:
            return response.message if response else "the answer was lost"
        self.get_logger().info(response.message)
        return ""

    def close(self) -> None:
        """End the node."""
        self._executor.shutdown()
        self.destroy_node()

    def _take(self, stamp_ns: int, message: Any) -> None:  # noqa: ANN401  an image message
        self._newest = stamp_ns, message

    def _look_around(self) -> None:
        now_ns = time.monotonic_ns()
        if self._images is not None and now_ns - self._looked_ns > _LOOK_AROUND_NS:
            self._looked_ns = now_ns
            self._images.look_around()

    def _wait_for(self, is_done: Any, limit_s: float) -> bool:  # noqa: ANN401  of rclpy
        end_s = time.monotonic() + limit_s
        while not is_done():
            if time.monotonic() > end_s:
                return False
            self._spin(_POLL_S)
        return True

    def _spin(self, timeout_s: float) -> None:
        try:
            self._executor.spin_once(timeout_sec=timeout_s)
        except ExternalShutdownException:
            raise KeyboardInterrupt from None
