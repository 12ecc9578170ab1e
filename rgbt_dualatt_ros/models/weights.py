"""Which net a weight file is for: the shipped ones, a user's own, or seeded random weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models.global_weights import (
    load_global_attention,
    load_vgg16,
    read_global_attention,
    read_vgg16,
    save_global_attention,
    save_vgg16,
)
from rgbt_dualatt_ros.models.local_weights import (
    load_backbone,
    load_fully_connected,
    load_vgg_m,
    read_backbone,
    read_vgg_m,
    save_backbone,
    save_vgg_m,
)
from rgbt_dualatt_ros.models.weight_files import read_tensors, write_tensors
from rgbt_dualatt_ros.models.weight_kinds import (
    BACKBONE,
    GLOBAL_LITE,
    GLOBAL_PAPER,
    KINDS,
    RANDOM,
    SHIPPED,
    VGG16,
    VGG_M,
    in_precision,
    locate,
)

__all__ = [
    "KINDS",
    "RANDOM",
    "SHIPPED",
    "convert",
    "load_backbone",
    "load_fully_connected",
    "load_global_attention",
    "load_vgg16",
    "load_vgg_m",
    "locate",
    "read_backbone",
    "read_vgg_m",
    "save_backbone",
    "save_global_attention",
    "save_vgg16",
    "save_vgg_m",
    "verify",
]
_READERS: dict[str, Callable[[Path], object]] = {
    BACKBONE: read_backbone,
    VGG_M: read_vgg_m,
    VGG16: read_vgg16,
    GLOBAL_LITE: partial(read_global_attention, GLOBAL_LITE),
    GLOBAL_PAPER: partial(read_global_attention, GLOBAL_PAPER),
}


def verify(path: Path) -> str:
    """The kind of net that the file fills, after reading it and filling one.

    Raises:
        WeightsError: when the file is unreadable, changed since it was written, does not fit, or
            no net of ours is of that kind.
    """
    kind = read_tensors(path)[1].get("kind", "")
    if kind not in _READERS:
        raise WeightsError(f"{path} is for {kind or 'no known net'}; known: {', '.join(_READERS)}")
    _READERS[kind](path)
    return kind


def convert(path: Path, out: Path, precision: str) -> None:
    """Write a weight file again as numbers of another precision; its origin stays.

    Raises:
        WeightsError: when it cannot be read or the new one not be written.
    """
    verify(path)
    tensors, metadata = read_tensors(path)
    write_tensors(in_precision(tensors, precision), out, metadata)
