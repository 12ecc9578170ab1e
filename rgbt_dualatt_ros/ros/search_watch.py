"""SearchWatch: what a tracker's reports of its search add up to, pair by pair."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rgbt_dualatt_ros.core.explanation import SearchReport
from rgbt_dualatt_ros.core.prediction import Prediction, TrackStatus
from rgbt_dualatt_ros.ros.recent_rate import RecentRate

# A map older than that is told as being that old.
_MOST_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """How the search for the present target goes.

    Attributes:
        is_global: whether the whole image is searched, too.
        maps: of global attention, for this target.
        rate_hz: maps a second, lately.
        age_ns: stamp of the newest pair minus that of its newest map; None before the first.
        age_pairs: pairs tracked since the one of that map.
        redetections: how often the target was lost, and then trusted again.
    """

    is_global: bool = False
    maps: int = 0
    rate_hz: float = 0.0
    age_ns: int | None = None
    age_pairs: int = 0
    redetections: int = 0


class SearchWatch:
    """Told of every pair; used by the worker's thread alone.

    Args:
        is_global: whether the settings ask for global attention.
    """

    def __init__(self, *, is_global: bool) -> None:
        self._is_global = is_global
        self._target_id = 0
        self.forget()

    def forget(self) -> SearchFigures:
        """There is no target any more."""
        self._stamps_ns: deque[int] = deque(maxlen=_MOST_PAIRS)
        self._map_ns: int | None = None
        self._maps = 0
        self._rate = RecentRate()
        self._is_lost = False
        self._redetections = 0
        return SearchFigures(is_global=self._is_global)

    def saw(
        self,
        target_id: int,
        prediction: Prediction | None,
        report: SearchReport | None,
        now_ns: int,
    ) -> SearchFigures:
        """One pair has gone through.

        Args:
            target_id: another number is another target.
            prediction: None without a target.
            report: of the tracker, after that pair.
            now_ns: of a monotonic clock, for the rate.
        """
        if prediction is None:
            return self.forget()
        if target_id != self._target_id:
            self.forget()
            self._target_id = target_id
        self._note_status(prediction.status)
        self._stamps_ns.append(prediction.stamp_ns)
        attention = None if report is None else report.attention
        if attention is not None and attention.stamp_ns != self._map_ns:
            self._map_ns = attention.stamp_ns
            self._maps += 1
            self._rate.happened(now_ns)
        map_ns = None if attention is None else attention.stamp_ns
        return SearchFigures(
            is_global=self._is_global,
            maps=self._maps,
            rate_hz=self._rate.per_second(now_ns),
            age_ns=None if map_ns is None else prediction.stamp_ns - map_ns,
            age_pairs=0 if map_ns is None else sum(each > map_ns for each in self._stamps_ns),
            redetections=self._redetections,
        )

    def _note_status(self, status: TrackStatus) -> None:
        if status is TrackStatus.LOST:
            self._is_lost = True
        elif status is TrackStatus.TRACKING and self._is_lost:
            self._is_lost = False
            self._redetections += 1
