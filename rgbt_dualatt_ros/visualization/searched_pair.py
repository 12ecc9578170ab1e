"""SearchedPair: all that is known of one pair when the pictures of its search are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from rgbt_dualatt_ros.core.explanation import AttentionImages, GlobalAttentionMap, SearchReport
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.prediction import Prediction
from rgbt_dualatt_ros.core.time_units import NS_PER_MS


@dataclass(frozen=True, slots=True, eq=False)
class SearchedPair:
    """One pair, what was said about it, and where the tracker looked.

    Attributes:
        prediction: None without a target.
        search: None when the tracker does not tell, or has not searched yet.
        local: where the classifier looks; None when there is nothing to show.
        without_local: words to show in place of local attention.
        without_global: words to show in place of a global attention map.
        age_pairs: how many pairs were tracked since the one that the map was computed on.
    """

    pair: FramePair
    prediction: Prediction | None
    search: SearchReport | None = None
    local: AttentionImages | None = None
    without_local: str = "no target"
    without_global: str = "no target"
    age_pairs: int = 0

    @property
    def attention(self) -> GlobalAttentionMap | None:
        """The newest global attention map; None before the first, and without a target."""
        return None if self.search is None or self.prediction is None else self.search.attention

    @property
    def age_text(self) -> str:
        """How old the global attention map is, for people; empty without a map."""
        if self.attention is None:
            return ""
        age_ms = (self.pair.stamp_ns - self.attention.stamp_ns) / NS_PER_MS
        if self.age_pairs == 0:
            return "new"
        plural = "s" if self.age_pairs > 1 else ""
        return f"{self.age_pairs} frame{plural}, {age_ms:.0f} ms old"
