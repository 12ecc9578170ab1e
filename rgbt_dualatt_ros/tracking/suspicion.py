"""Suspicion: that another is followed than the target, gathered over maps in a row."""

from __future__ import annotations

from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig

ANYTHING_ELSE = -1.0
"""The likeness of what is neither the target nor a look-alike."""
_MAPS = 2  # in a row: what is seen in one may be somebody passing before the target
_AFTER_CROWD = 10  # frames in which it shows who came out of it
_COMPANY = 20  # frames in which somebody who was in sight can have come to the target


class Suspicion:
    """Of one target at a time; its first frame is number 0."""

    def __init__(self, config: GlobalAttentionConfig) -> None:
        self._config = config
        self.forget()

    def forget(self) -> None:
        """No target."""
        self._crowd, self._company = -_AFTER_CROWD, -_COMPANY
        self.clear()

    def clear(self) -> None:
        """Nothing speaks against what is followed any more."""
        self._contested = self._unlike = 0

    def see_crowd(self, frame: int) -> None:
        """In `frame` somebody was so near the target that the two may be taken for each other."""
        self._crowd = frame

    def was_crowded(self, frame: int) -> bool:
        """There was a crowd in `frame` or shortly before it, or there has been one since."""
        return self._crowd > frame - _AFTER_CROWD

    def see_company(self, frame: int) -> None:
        """In `frame` another was in sight that is rather of the target's kind than not."""
        self._company = frame

    def had_company(self, frame: int) -> bool:
        """There was company in `frame` or some time before it, or there has been some since."""
        return self._company > frame - _COMPANY

    def weigh(self, own: float, elsewhere: float, colorless: float, frame: int) -> None:
        """Take in a map.

        Args:
            own: likeness of what is followed.
            elsewhere: the largest likeness of anything else.
            colorless: likeness of what is followed but for its colours.
            frame: of the map.
        """
        config = self._config
        # No smoke: something has come between. When nobody was in sight, its heat has changed
        # (thermal crossover).
        if colorless < ANYTHING_ELSE and self.had_company(frame):
            self.see_crowd(frame)
        leads = elsewhere >= own + config.mistaken_lead
        is_contested = leads and own < config.accept_likeness
        # Without a crowd it has turned, or met smoke; after one it may be who came out of it.
        is_unlike = self.was_crowded(frame) and own < config.unlike_below
        self._contested = self._contested + 1 if is_contested else 0
        self._unlike = self._unlike + 1 if is_unlike else 0

    @property
    def is_aroused(self) -> bool:
        """The last map spoke against what is followed."""
        return max(self._contested, self._unlike) > 0

    def is_wary(self, frame: int) -> bool:
        """In `frame` what is followed may be another: there was a crowd, or it is aroused."""
        return self.was_crowded(frame) or self.is_aroused

    @property
    def is_contested(self) -> bool:
        """Another is by far more like the target."""
        return self._contested >= _MAPS

    @property
    def is_founded(self) -> bool:
        """What is followed is not the target."""
        return max(self._contested, self._unlike) >= _MAPS
