"""How a user starts and stops the target: one topic and three services.

A service has to wait for the worker, which may be in the middle of a frame, while the images must
go on flowing. Waiting inside a callback would stop the single-threaded executor, and a second
executor thread would make the image callbacks race. So each service is a coroutine: it posts a
command, gives the executor back, and is taken up again when the worker has triggered the guard
condition. The group is reentrant, else one waiting service would bar the others. There is no
deadlock: nothing holds a lock while it waits, and every wait has a limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rgbt_dualatt.msg import TargetBox
from rgbt_dualatt.srv import Initialize
from std_srvs.srv import Trigger

from rgbt_dualatt_ros.core.errors import InvalidBoxError
from rgbt_dualatt_ros.ros.messages import to_box, to_ns
from rgbt_dualatt_ros.ros.qos import REQUESTS
from rgbt_dualatt_ros.ros.status_board import NodeState, StatusBoard
from rgbt_dualatt_ros.ros.target_commands import Answer, Command, StartTarget, StopTarget


class _OneTurn:
    """Awaited by a coroutine to let the executor do other things before it goes on."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class TargetRequests:
    """`~/set_target`, `~/initialize`, `~/stop` and `~/reset`.

    Args:
        post: hands a command to the worker.
        board: told of a box on the topic that is none; a service answers that itself.
        timeout_s: longest wait of a service.
    """

    def __init__(
        self,
        node: Node,
        post: Callable[[Command], None],
        board: StatusBoard,
        timeout_s: float,
    ) -> None:
        self._post = post
        self._board = board
        self._timeout_s = timeout_s
        group = ReentrantCallbackGroup()
        self._wake = node.create_guard_condition(lambda: None, callback_group=group)
        node.create_subscription(
            TargetBox, "~/set_target", self._set_target, REQUESTS, callback_group=group
        )
        node.create_service(Initialize, "~/initialize", self._initialize, callback_group=group)
        node.create_service(Trigger, "~/stop", self._stop, callback_group=group)
        node.create_service(Trigger, "~/reset", self._reset, callback_group=group)

    def _set_target(self, message: TargetBox) -> None:
        try:
            box = to_box(message)
        except InvalidBoxError as error:
            self._board.start_refused(f"~/set_target: {error}")
            return
        stamp_ns = to_ns(message.header.stamp)
        self._post(StartTarget(box=box, stamp_ns=stamp_ns, next_pair=True, origin="~/set_target"))

    async def _initialize(
        self, request: Initialize.Request, response: Initialize.Response
    ) -> Initialize.Response:
        try:
            command = StartTarget(
                box=to_box(request), stamp_ns=to_ns(request.stamp), origin="~/initialize"
            )
            answer = await self._answer_of(command)
        except InvalidBoxError as error:
            answer = Answer(False, str(error))
        response.success = answer.success
        response.message = answer.message
        response.id = answer.target_id
        return response

    async def _stop(self, _request: Any, response: Any) -> Any:  # noqa: ANN401  std_srvs
        return _fill(response, await self._answer_of(StopTarget()))

    async def _reset(self, _request: Any, response: Any) -> Any:  # noqa: ANN401  std_srvs
        return _fill(response, await self._answer_of(StopTarget(restart=True)))

    async def _answer_of(self, command: Command) -> Answer:
        command.on_answer = self._wake.trigger
        self._post(command)
        deadline_s = time.monotonic() + self._timeout_s
        while command.answer is None:
            if time.monotonic() > deadline_s:
                command.abandon()
                reason = self._why_no_answer()
                return Answer(False, f"no answer within {self._timeout_s:g} s: {reason}")
            await _OneTurn()
        return command.answer

    def _why_no_answer(self) -> str:
        status = self._board.snapshot()
        if status.state is NodeState.STARTING:
            return "the tracker is still being built; ask again when the status says so"
        return status.problem or "the tracker is busy, or no image has that stamp yet"


def _fill(response: Any, answer: Answer) -> Any:  # noqa: ANN401  std_srvs
    response.success = answer.success
    response.message = answer.message
    return response
