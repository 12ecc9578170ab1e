"""`select_target` against a real node: the box and its stamp arrive, a refusal comes back.

Proves: what the client hears and asks for over real topics and services. Not the mouse
(unit/visualization/test_box_choice.py), and not a window, which the tests have not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rgbt_dualatt_ros.core.box import Box

pytestmark = pytest.mark.ros

BOX = Box(10.0, 8.0, 20.0, 16.0)


@pytest.fixture
def start_client() -> Iterator[Callable[..., Any]]:
    """Starts clients in the domain of a harness and ends them after the test."""
    import rclpy

    from rgbt_dualatt_ros.ros.target_client import TargetClient

    started = []

    def start(harness: Any, *, hears_images: bool) -> Any:  # noqa: ANN401
        context = rclpy.Context()
        rclpy.init(context=context, domain_id=harness.client.context.get_domain_id())
        client = TargetClient(hears_images=hears_images, context=context)
        started.append((client, context))
        return client

    yield start
    for client, context in started:
        client.close()
        rclpy.shutdown(context=context)


def ask(harness: Any, client: Any, stamp_ns: int, box: Box = BOX) -> str:  # noqa: ANN401
    """What the client says of a start, while the harness runs the node."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(client.start(box, stamp_ns)))
    thread.start()
    harness.spin_until(lambda: bool(said), "the client does not come back", timeout_s=20.0)
    thread.join()
    return said[0]


def test_a_box_starts_the_target_on_its_own_image(
    start_node: Callable[..., Any], start_client: Callable[..., Any]
) -> None:
    harness = start_node()
    stamps = harness.send_pairs(3)
    client = start_client(harness, hears_images=False)
    assert ask(harness, client, stamps[1]) == ""
    harness.wait_for_state(1)
    target = harness.targets[-1]
    assert (target.targets[0].x, target.targets[0].width) == (BOX.x, BOX.w)
    stamp = target.header.stamp
    assert stamp.sec * 10**9 + stamp.nanosec == stamps[1]


def test_a_refusal_comes_back_with_its_reason(
    start_node: Callable[..., Any], start_client: Callable[..., Any]
) -> None:
    harness = start_node()
    harness.send_pairs(1)
    client = start_client(harness, hears_images=False)
    assert "lies outside" in ask(harness, client, 0, Box(500, 500, 20, 20))


def test_images_are_heard_with_their_stamps(
    start_node: Callable[..., Any], start_client: Callable[..., Any]
) -> None:
    harness = start_node()
    client = start_client(harness, hears_images=True)
    assert client.image_topic == "/rgb/image_raw"
    heard = []

    def hears() -> bool:
        harness.send_pairs(1, 7_000_000_000 + len(sent))
        sent.append(7_000_000_000 + len(sent))
        image = client.newest_image()
        heard.extend([image] if image else [])
        return bool(heard)

    sent: list[int] = []
    harness.spin_until(hears, "no image is heard")
    assert heard[0].stamp_ns in sent
    assert heard[0].rgb.shape == (48, 64, 3)
    assert (heard[0].rgb == 90).all()


def test_without_a_node_the_service_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import rclpy

    from rgbt_dualatt_ros.ros import target_client

    monkeypatch.setattr(target_client, "_DISCOVERY_S", 0.2)
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=99)
    try:
        client = target_client.TargetClient(hears_images=False, context=context)
        said = client.start(BOX, 0)
        client.close()
    finally:
        rclpy.shutdown(context=context)
    assert said == "there is no service /tracker/initialize; does the tracker's node run?"
