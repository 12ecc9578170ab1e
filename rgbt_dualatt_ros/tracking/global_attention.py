"""GlobalAttention: when the map of the whole image is computed, and the newest one."""

from __future__ import annotations

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet, Look, TargetCode
from rgbt_dualatt_ros.tracking.map_thread import DoneMap, MapJob, MapThread


class GlobalAttention:
    """Belongs to one tracker; follows the schedule of the settings.

    Only `asynchronous: on` uses a thread: maps then come when they are ready, and boxes depend on
    how long that takes. Otherwise the map is there when `begin` returns, and equal input gives
    equal boxes: evaluation, tests and bags of `replay` outside the node use that.
    """

    def __init__(self, net: GlobalAttentionNet, config: GlobalAttentionConfig) -> None:
        self._net = net
        self._config = config
        self._thread: MapThread | None = None
        self._newest: DoneMap | None = None
        self._code: TargetCode = ()
        self._target = 0
        self._frame = 0
        self._asked = -1
        self._was_calm = True

    @property
    def newest(self) -> DoneMap | None:
        """The newest map of this target; it may be some frames old."""
        return self._newest

    @property
    def age(self) -> int:
        """Frames since the pair of the newest map; 0 when it is of this frame.

        Raises:
            RuntimeError: before the first map.
        """
        if self._newest is None:
            raise RuntimeError("there is no map yet")
        return self._frame - self._newest.job.frame

    @property
    def frame(self) -> int:
        """Number of this frame since the target was set, which is 0."""
        return self._frame

    def start(self, pair: FramePair, box: Box) -> Look:
        """Learn a new target; maps of the one before are dropped, even those under way.

        Returns:
            What the net makes of the first frame itself.
        """
        self._clear()
        self._target += 1
        self._code = self._net.code_target(pair, box)
        return self._net.look(pair, self._code)

    def forget(self) -> None:
        """Forget the target and end the thread."""
        self._clear()
        if self._thread is not None:
            self._thread.close()
            self._thread = None

    def begin(self, pair: FramePair, *, is_calm: bool, is_crowded: bool = False) -> bool:
        """A frame begins: compute a map or ask for one when it is time.

        Args:
            pair: of this frame.
            is_calm: the target was trusted in the frame before.
            is_crowded: something like it is near it.

        Returns:
            Whether there is a map that was not there before.
        """
        self._frame += 1
        is_new = self._collect()
        is_first_doubt = self._was_calm and not is_calm
        self._was_calm = is_calm
        if is_first_doubt or self._is_due(is_calm=is_calm, is_crowded=is_crowded):
            return self._look(pair) or is_new
        return is_new

    def look_now(self, pair: FramePair) -> bool:
        """The target has just become doubtful: a map of this frame, unless there is one.

        Returns:
            As `begin`.
        """
        return self._asked != self._frame and self._look(pair)

    def _is_due(self, *, is_calm: bool, is_crowded: bool) -> bool:
        config = self._config
        if config.when == "every_frame":
            return True
        if is_calm and config.when == "on_doubt":
            return False
        usual = min(config.every, config.every_crowded) if is_crowded else config.every
        interval = usual if is_calm else config.every_doubtful
        return self._asked < 0 or self._frame - self._asked >= interval

    def _look(self, pair: FramePair) -> bool:
        job = MapJob(pair, self._code, self._target, self._frame)
        self._asked = self._frame
        if self._config.asynchronous == "on":
            if self._thread is None:
                self._thread = MapThread(self._net)
            self._thread.ask(job)
            return False
        self._newest = DoneMap(self._net.look(pair, self._code), job)
        return True

    def _collect(self) -> bool:
        try:
            done = self._thread.take() if self._thread is not None else None
        except Exception:
            self._thread = None  # it has ended with the error; the next target gets another
            raise
        if done is None or done.job.target != self._target:
            return False
        self._newest = done
        return True

    def _clear(self) -> None:
        self._newest, self._code = None, ()
        self._frame, self._asked, self._was_calm = 0, -1, True
