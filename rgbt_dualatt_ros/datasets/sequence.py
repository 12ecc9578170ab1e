"""RgbtSequence: one annotated video, whatever it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.frame_pair import FramePair


class RgbtSequence(Protocol):
    """One annotated video: a folder, a bag, or a rendered scene.

    Attributes:
        name: unique within a run; used in file names.
        attributes: challenge labels in capitals, RGBT234's (`NO`, `PO`, `HO`, ...); may be empty.
        truth: `(N, 4)` xywh, px, one row a pair; NaN where the target is absent or not annotated.
            Row 0 is the initial box and always finite.
    """

    @property
    def name(self) -> str: ...  # noqa: D102  described in the class

    @property
    def attributes(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def truth(self) -> Boxes: ...  # noqa: D102

    def __len__(self) -> int: ...

    def pairs(self) -> Iterator[FramePair]:
        """Every frame pair in order, exactly `len(self)` of them; may be called again.

        Raises:
            DatasetError: when a frame cannot be read; the text names the file.
        """


@runtime_checkable
class HasNotes(Protocol):
    """A sequence that knows what is odd about it.

    Attributes:
        notes: a clause each, for people: counts that differ, frames that are left out.
    """

    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102  described in the class


@runtime_checkable
class HasLookAlikes(Protocol):
    """A sequence that also knows where others are that may be taken for the target.

    Attributes:
        lookalikes: `(K, N, 4)` xywh, px, one box a pair of each of them; NaN where it is absent.
    """

    @property
    def lookalikes(self) -> NDArray[np.float32]: ...  # noqa: D102  described in the class


@runtime_checkable
class HasJumps(Protocol):
    """A sequence that was cut together so that its target jumps across the image.

    Attributes:
        jumps: the first frame at each new place, in order.
    """

    @property
    def jumps(self) -> tuple[int, ...]: ...  # noqa: D102  described in the class
