"""Recognition: whether what is at a place is the target, and when there is something to learn.

Two opinions are joined: of the features of global attention (identity.py), which tell a thing
from its background and from others that were seen beside it, and of colours and heat
(palette.py), which tell it from others of its kind that were never seen before.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterator
from operator import itemgetter

import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.global_attention_config import GlobalAttentionConfig
from rgbt_dualatt_ros.models.global_attention import Look
from rgbt_dualatt_ros.tracking.identity import Identity
from rgbt_dualatt_ros.tracking.palette import Palette

_USUAL = 20  # own likenesses whose median is what the target usually has
_PLAIN = 0.4  # a target whose usual likeness is less cannot be told from the rest
_BESIDE = 0.15  # sides
_FEW = 4  # so many are learnt whatever they look like: nothing is usual yet
_DROP = 0.5  # of likeness
_FADED, _UNCHANGED = 1.0, 0.5  # strangeness: heat from, colours below
_PATIENCE = 3  # maps in a row that look strange are not learnt; what stays so is a new look


class Recognition:
    """One target at a time; boxes are xywh in px of the image."""

    def __init__(self, config: GlobalAttentionConfig) -> None:
        self._config = config
        self._identity = Identity()
        self._palette = Palette()
        self.forget()

    def forget(self) -> None:
        """No target."""
        self._identity.forget()
        self._palette.forget()
        self._own: deque[float] = deque(maxlen=_USUAL)
        self._strange_in_row = 0
        self._fades = False
        self._away = 0

    def start(self, look: Look, pair: FramePair, target: Box, others: Boxes) -> None:
        """Learn frame one: where the target is, and what looks like it beside it."""
        self.forget()
        self._identity.learn(look, target, others, pair.size)
        self._palette.learn(pair, target)

    def likeness(self, look: Look, pair: FramePair, box: Box) -> float:
        """How much what is in `box` is the target: 1 it is, -1 or less it is anything else.

        Args:
            look: of `pair`.
            pair: the images.
            box: a place in them.
        """
        # The longer it was away, the more it may have changed: its heat less than its colours,
        # since smoke and shade come to stay.
        halvings = self._away / self._config.strangeness_halves
        weights = math.pow(0.5, halvings), math.pow(0.5, halvings / 2)
        return self._weighed_likeness(look, pair, box, weights)

    def colorless_likeness(self, look: Look, pair: FramePair, box: Box) -> float:
        """The same of a target that is followed, by features and heat alone.

        Smoke and shade leave those as they are.
        """
        return self._weighed_likeness(look, pair, box, (0.0, 1.0))

    def heatless_likeness(self, look: Look, pair: FramePair, box: Box) -> float:
        """The same by features and colours alone: thermal crossover leaves those as they are."""
        weight = math.pow(0.5, self._away / self._config.strangeness_halves)
        return self._weighed_likeness(look, pair, box, (weight, 0.0))

    def kinship(self, look: Look, pair: FramePair, box: Box) -> float:
        """The same by features alone: what is above 0 is rather of its kind than not."""
        return self._identity.likeness(look, box, pair.size)

    def _weighed_likeness(
        self, look: Look, pair: FramePair, box: Box, weights: tuple[float, float]
    ) -> float:
        """Weights are those of strange colours and of strange heat."""
        strange = np.dot(weights, self._palette.strangeness(pair, box))
        return self.kinship(look, pair, box) - self._config.strangeness * float(strange)

    def wait(self) -> None:
        """A frame has passed in which the target was not trusted: it may look otherwise by now."""
        self._away += 1

    def learn(
        self, look: Look, pair: FramePair, target: Box, others: Boxes, *, is_crowded: bool
    ) -> None:
        """Take in a frame in which the target was followed at `target`.

        With others so near that the wrong one may be followed, only what is like the target is
        learnt; else everything but a sudden new look that does not stay.
        """
        self._away = 0
        own = self.likeness(look, pair, target)
        of_color, of_heat = self._palette.strangeness(pair, target)
        self._fades = of_heat > _FADED and of_color < _UNCHANGED and not is_crowded
        is_strange = of_color + of_heat > self._config.strange_above
        if self.can_tell:
            is_strange |= own < statistics.median(self._own) - _DROP
        self._strange_in_row = self._strange_in_row + 1 if is_strange else 0
        if is_crowded:
            is_learnt = own >= self._config.accept_likeness and not is_strange
        else:
            is_learnt = not is_strange or len(self._own) < _FEW
            is_learnt = is_learnt or self._strange_in_row > _PATIENCE
        if is_learnt:
            self._own.append(own)
            self._identity.learn(look, target, others, pair.size)
            self._palette.learn(pair, target)

    @property
    def is_puzzled(self) -> bool:
        """The last map of the trusted target showed a look that was not learnt."""
        return self._strange_in_row > 0

    @property
    def is_fading(self) -> bool:
        """When it was last trusted its heat had changed, its colours had not, nobody was near."""
        return self._fades

    @property
    def can_tell(self) -> bool:
        """The target has been plainly more like itself than what is beside it."""
        return bool(self._own) and statistics.median(self._own) >= _PLAIN

    def best_places(self, look: Look, pair: FramePair, like: Box, count: int) -> Boxes:
        """Where the features of the target are, whatever the map of attention says; `(N, 4)`."""
        return self._identity.best_places(look, (like.w, like.h), pair.size, count)

    def best_likeness(self, look: Look, pair: FramePair, box: Box) -> float:
        """The largest likeness at `box` and a little beside it: peaks of a map are not exact."""
        best = -np.inf
        places = [(self.kinship(look, pair, each), each) for each in _around(box)]
        for most, place in sorted(places, key=itemgetter(0), reverse=True):
            if most <= best:  # strangeness only takes away
                break
            best = max(best, self.likeness(look, pair, place))
        return best


def _around(box: Box) -> Iterator[Box]:
    for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        yield Box(box.x + _BESIDE * x * box.w, box.y + _BESIDE * y * box.h, box.w, box.h)
