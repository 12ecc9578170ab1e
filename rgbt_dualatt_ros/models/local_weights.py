"""Weights of the local net's convolutions: the compact backbone and VGG-M's first layers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.models.backbone import Backbone, BackboneShape, random_backbone
from rgbt_dualatt_ros.models.vgg_m import VggM, random_vgg_m
from rgbt_dualatt_ros.models.weight_files import load_strictly, write_tensors
from rgbt_dualatt_ros.models.weight_kinds import (
    BACKBONE,
    RANDOM,
    VGG_M,
    frozen,
    in_precision,
    locate,
    read_kind,
    remedy,
    shape_of,
)

# Where the fully connected layers of a tracking checkpoint begin; features of conv3 go in.
_FULLY_CONNECTED = "fc"


def load_backbone(given: str, seed: int) -> Backbone:
    """The backbone of the file `given`, of the shipped file when it is empty, or a random one.

    Raises:
        WeightsError: when there is no file (with all paths tried and the command that makes it),
            or it is damaged or made for another net.
    """
    if given == RANDOM:
        return random_backbone(BackboneShape(), seed).eval()
    return read_backbone(locate(BACKBONE, given))


def load_vgg_m(given: str, seed: int) -> VggM:
    """VGG-M's first layers of the file `given`, the shipped ones or random ones; frozen.

    Raises:
        WeightsError: as `load_backbone`.
    """
    if given == RANDOM:
        return frozen(random_vgg_m(seed))
    return read_vgg_m(locate(VGG_M, given))


def load_fully_connected(given: str) -> dict[str, Tensor] | None:
    """The fully connected layers that came with VGG-M's in the file `given`; None without any.

    Returns:
        float32 tensors by name: `fc4.weight` (512, 4608 or 9216), `fc4.bias`, `fc5.weight`, ...

    Raises:
        WeightsError: as `load_backbone`.
    """
    if given == RANDOM:
        return None
    tensors, _ = read_kind(locate(VGG_M, given), VGG_M)
    found = {
        name: value.float() for name, value in tensors.items() if name.startswith(_FULLY_CONNECTED)
    }
    return found or None


def save_backbone(backbone: Backbone, path: Path, origin: Mapping[str, str]) -> None:
    """Write float16 weights with shape, checksum and `origin` (command, seed, date, ...)."""
    shape = json.dumps(dataclasses.asdict(backbone.shape))
    metadata = {**origin, "kind": BACKBONE, "shape": shape}
    write_tensors(in_precision(backbone.state_dict(), "fp16"), path, metadata)


def save_vgg_m(
    net: VggM,
    path: Path,
    origin: Mapping[str, str],
    fully_connected: Mapping[str, Tensor] | None = None,
    precision: str = "fp16",
) -> None:
    """Write VGG-M's first layers, and fully connected ones if given, with `origin`."""
    tensors = in_precision({**net.state_dict(), **(fully_connected or {})}, precision)
    write_tensors(tensors, path, {**origin, "kind": VGG_M, "lrn": net.lrn})


def read_backbone(path: Path) -> Backbone:
    """The net of one file, float32, ready for inference.

    Raises:
        WeightsError: when the file is unreadable, changed since it was written, or does not fit.
    """
    tensors, metadata = read_kind(path, BACKBONE)
    shape = shape_of(metadata, BackboneShape, path, remedy(BACKBONE))
    backbone = Backbone(shape)
    load_strictly(backbone, in_precision(tensors, "fp32"), path)
    return frozen(backbone)


def read_vgg_m(path: Path) -> VggM:
    """The net of one file, float32, ready for inference; errors as of `read_backbone`."""
    tensors, metadata = read_kind(path, VGG_M)
    try:
        net = VggM(metadata["lrn"])
    except (KeyError, ConfigError):
        raise WeightsError(
            f"{path} does not say which normalisation it was made with (lrn); {remedy(VGG_M)}"
        ) from None
    convolutions = {
        name: value for name, value in tensors.items() if not name.startswith(_FULLY_CONNECTED)
    }
    load_strictly(net, in_precision(convolutions, "fp32"), path)
    return frozen(net)
