"""MapThread: computes maps of global attention beside the tracker; the latest job and map win."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass

from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.global_attention import GlobalAttentionNet, Look, TargetCode
from rgbt_dualatt_ros.streaming.latest_slot import LatestSlot

_LONGEST_MAP_S = 30.0  # a thread that is still computing after this is left to end by itself


@dataclass(frozen=True, slots=True, eq=False)
class MapJob:
    """A map to compute.

    Attributes:
        target: number of the target, so that no map of the one before is taken for its own.
        frame: number of the pair since the target was set.
    """

    pair: FramePair
    code: TargetCode
    target: int
    frame: int


@dataclass(frozen=True, slots=True, eq=False)
class DoneMap:
    """A computed map and the job it answers."""

    look: Look
    job: MapJob


class MapThread:
    """One thread that lives from the first job until `close`, or until nobody holds this object.

    A job that waits is replaced by a newer one, and a map that nobody took by a newer map.
    """

    def __init__(self, net: GlobalAttentionNet) -> None:
        self._exchange = _Exchange()
        self._thread = threading.Thread(
            target=_serve, args=(net, self._exchange), name="global attention", daemon=True
        )
        self._thread.start()
        # The thread holds the exchange and not this object, so that it ends with its owner.
        self._end = weakref.finalize(self, self._exchange.jobs.close)

    def ask(self, job: MapJob) -> None:
        """Want a map; never waits."""
        self._exchange.jobs.put(job)

    def take(self) -> DoneMap | None:
        """The newest map, once; None when there is none yet.

        Raises:
            Exception: what the net raised, in the thread that asks.
        """
        return self._exchange.take()

    def close(self) -> None:
        """End the thread, after the map in hand."""
        self._end()
        self._thread.join(_LONGEST_MAP_S)


class _Exchange:
    """What both threads hold."""

    def __init__(self) -> None:
        self.jobs: LatestSlot[MapJob] = LatestSlot()
        self._lock = threading.Lock()
        self._done: DoneMap | None = None
        self._error: Exception | None = None

    def give(self, done: DoneMap) -> None:
        with self._lock:
            self._done = done

    def fail(self, error: Exception) -> None:
        with self._lock:
            self._error = error

    def take(self) -> DoneMap | None:
        with self._lock:
            if self._error is not None:
                raise self._error
            done, self._done = self._done, None
        return done


def _serve(net: GlobalAttentionNet, exchange: _Exchange) -> None:
    try:
        while (job := exchange.jobs.take(None)) is not None:
            exchange.give(DoneMap(net.look(job.pair, job.code), job))
    except Exception as error:  # the tracker's thread must hear of it
        exchange.fail(error)
