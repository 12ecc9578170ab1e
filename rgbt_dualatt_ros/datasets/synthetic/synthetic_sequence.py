"""SyntheticSequence: a rendered scene as an annotated sequence and as raw camera frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.raw_frame import RawFrame
from rgbt_dualatt_ros.datasets.synthetic.faults import DeadFrame, plan_dead_frames, plan_stamps
from rgbt_dualatt_ros.datasets.synthetic.renderer import Rendered, SceneRenderer
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.script import Script, write_script
from rgbt_dualatt_ros.datasets.synthetic.sensors import COUNTS_PER_KELVIN, KELVIN_AT_ZERO
from rgbt_dualatt_ros.datasets.synthetic.stage import Sighting, Stage

_BELOW_AMBIENT, _ABOVE_AMBIENT = 5.0, 23.0
"""Degrees around the air temperature that become 8 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame with the truth of everybody in it.

    Attributes:
        sightings: of the target first, then of distractors, passers-by and vehicles; row i is
            the same actor in every frame of the sequence.
    """

    pair: FramePair
    sightings: tuple[Sighting, ...]


class SyntheticSequence:
    """One rendered scene; implements `datasets.sequence.RgbtSequence`.

    The truth is the box of the target's whole silhouette, hidden parts included, cut to the
    image. It is NaN where less than a tenth of the silhouette is in the image and behind nothing
    (`stage.MIN_VISIBLE`); smoke, glare and darkness hide nothing in this sense.
    A pair with a lost message is no pair: `truth`, `len` and `pairs` leave it out, `frames` and
    `visible_fractions` do not.
    """

    def __init__(self, config: SceneConfig) -> None:
        """Decides the scene; painting starts with the first frame."""
        self.config = config
        self._stamps = plan_stamps(config)
        self._dead = plan_dead_frames(config)

    @property
    def name(self) -> str:
        """Unique among different configurations."""
        return self.config.name

    @property
    def attributes(self) -> tuple[str, ...]:
        """RGBT234's letters that were switched on; `NO` for an easy scene."""
        return self.config.labels

    @property
    def truth(self) -> Boxes:
        """`(N, 4)` xywh, px, one row a pair; NaN where the target counts as absent."""
        rows = [self._sightings[frame].box for frame in self._paired_frames()]
        return np.array(rows, np.float32).reshape(-1, 4)

    @cached_property
    def lookalikes(self) -> NDArray[np.float32]:
        """`(K, N, 4)` boxes of the others of its kind, as `truth`; see `HasLookAlikes`."""
        boxes = [
            [self._stage.sighting(frame, actor).box for frame in self._paired_frames()]
            for actor in self._script.distractors
        ]
        return np.array(boxes, np.float32).reshape(-1, len(self), 4)

    @property
    def visible_fractions(self) -> NDArray[np.float32]:
        """Visible share of the target in every frame, lost ones included, [0, 1]."""
        return np.array([sighting.visible for sighting in self._sightings], np.float32)

    @property
    def dead_frames(self) -> tuple[DeadFrame, ...]:
        """Every frame that fails in one camera, in order."""
        return tuple(self._dead[frame] for frame in sorted(self._dead))

    @property
    def thermal_range(self) -> tuple[int, int]:
        """Counts that become black and white in `pairs`: fixed for the sequence."""
        low, high = (
            round((self._script.weather.ambient + degrees + KELVIN_AT_ZERO) * COUNTS_PER_KELVIN)
            for degrees in (-_BELOW_AMBIENT, _ABOVE_AMBIENT)
        )
        return low, high

    def __len__(self) -> int:
        return len(self._paired_frames())

    def pairs(self) -> Iterator[FramePair]:
        """Every frame pair in order; the stamp is that of the colour image."""
        for frame in self.frames():
            if frame.rgb is not None and frame.thermal is not None:
                yield FramePair(frame.rgb, self.to_8_bits(frame.thermal), frame.rgb_stamp_ns)

    def frames(self) -> Iterator[RawFrame]:
        """Every frame period in order, with what failed in it; may be called again.

        Thermal counts are hundredths of a kelvin, their stamps late by the configured offset.
        """
        last: Rendered | None = None
        for index, rendered in enumerate(self._renderer.frames()):
            rgb, thermal = self._deliver(index, rendered, last)
            last = rendered
            rgb_stamp, thermal_stamp = self._stamps[index]
            box = np.array(self._sightings[index].box, np.float32)
            yield RawFrame(rgb, thermal, rgb_stamp, thermal_stamp, box)

    def moments(self, frames: Sequence[int]) -> Iterator[Moment]:
        """The frames numbered in `frames`, in rising order and without faults, with all actors."""
        wanted = sorted(set(frames))
        for frame, rendered in zip(wanted, self._renderer.frames(wanted), strict=True):
            stamp = self._stamps[frame][0]
            pair = FramePair(rendered.rgb, self.to_8_bits(rendered.thermal16), stamp)
            yield Moment(pair, self._stage.sightings(frame))

    def to_8_bits(self, thermal16: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Grey levels of raw counts by the sequence's fixed range."""
        low, high = self.thermal_range
        grey = (thermal16.astype(np.float32) - low) * np.float32(255 / (high - low))
        return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)

    def _deliver(
        self, index: int, now: Rendered, before: Rendered | None
    ) -> tuple[NDArray[np.uint8] | None, NDArray[np.uint16] | None]:
        dead = self._dead.get(index)
        if dead is None:
            return now.rgb, now.thermal16
        if dead.side == "rgb":
            return dead.apply(now.rgb, before.rgb if before else None), now.thermal16
        return now.rgb, dead.apply(now.thermal16, before.thermal16 if before else None)

    def _paired_frames(self) -> list[int]:
        lost = {frame for frame, dead in self._dead.items() if dead.kind == "missing"}
        return [frame for frame in range(self.config.length) if frame not in lost]

    @cached_property
    def _script(self) -> Script:
        return write_script(self.config)

    @cached_property
    def _stage(self) -> Stage:
        return Stage(self._script, self.config.seed)

    @cached_property
    def _sightings(self) -> tuple[Sighting, ...]:
        return tuple(self._stage.sighting(frame) for frame in range(self.config.length))

    @cached_property
    def _renderer(self) -> SceneRenderer:
        return SceneRenderer(self.config, self._script, self._stage)
