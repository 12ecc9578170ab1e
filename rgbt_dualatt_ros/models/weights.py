"""Which net a weight file is for: the shipped ones, a user's own, or seeded random weights."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.models.backbone import Backbone, BackboneShape, random_backbone
from rgbt_dualatt_ros.models.vgg_m import VggM, random_vgg_m
from rgbt_dualatt_ros.models.weight_files import load_strictly, read_tensors, write_tensors

RANDOM = "random"
PRECISIONS = {"fp16": torch.float16, "fp32": torch.float32}
BACKBONE, VGG_M = "backbone", "vgg_m"
BACKBONE_FILE = "weights/realtime_backbone.safetensors"
VGG_M_FILE = "weights/paper_vgg_m.safetensors"
SHIPPED = {BACKBONE: BACKBONE_FILE, VGG_M: VGG_M_FILE}
_PRESETS = {BACKBONE: "realtime", VGG_M: "paper"}
# Where the fully connected layers of a tracking checkpoint begin; features of conv3 go in.
_FULLY_CONNECTED = "fc"

_Net = TypeVar("_Net", bound=nn.Module)


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
        return _frozen(random_vgg_m(seed))
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
    tensors, _ = _read(locate(VGG_M, given), VGG_M)
    found = {
        name: value.float() for name, value in tensors.items() if name.startswith(_FULLY_CONNECTED)
    }
    return found or None


def locate(kind: str, given: str) -> Path:
    """The file that holds the net of that kind: `given`, or the shipped one when it is empty.

    Raises:
        WeightsError: when there is none (with all paths tried and the command that makes it).
    """
    if given:
        found, tried = (Path(given) if Path(given).is_file() else None), [Path(given)]
    else:
        found, tried = find_share_file(SHIPPED[kind])
    if found is None:
        places = ", ".join(str(path) for path in tried)
        raise WeightsError(f"no {kind} weights; tried {places}; {_remedy(kind)}")
    return found


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
    tensors, metadata = _read(path, BACKBONE)
    try:
        shape = BackboneShape(**json.loads(metadata["shape"]))
    except (KeyError, TypeError, ValueError):
        raise WeightsError(
            f"{path} does not say which net it is for; {_remedy(BACKBONE)}"
        ) from None
    backbone = Backbone(shape)
    load_strictly(backbone, in_precision(tensors, "fp32"), path)
    return _frozen(backbone)


def read_vgg_m(path: Path) -> VggM:
    """The net of one file, float32, ready for inference; errors as of `read_backbone`."""
    tensors, metadata = _read(path, VGG_M)
    try:
        net = VggM(metadata["lrn"])
    except (KeyError, ConfigError):
        raise WeightsError(
            f"{path} does not say which normalisation it was made with (lrn); {_remedy(VGG_M)}"
        ) from None
    convolutions = {
        name: value for name, value in tensors.items() if not name.startswith(_FULLY_CONNECTED)
    }
    load_strictly(net, in_precision(convolutions, "fp32"), path)
    return _frozen(net)


def verify(path: Path) -> str:
    """The kind of net that the file fills, after reading it and filling one.

    Raises:
        WeightsError: as `read_backbone`, or when no net of ours is of that kind.
    """
    kind = read_tensors(path)[1].get("kind", "")
    if kind not in SHIPPED:
        raise WeightsError(f"{path} is for {kind or 'no known net'}; known: {', '.join(SHIPPED)}")
    if kind == BACKBONE:
        read_backbone(path)
    else:
        read_vgg_m(path)
    return kind


def convert(path: Path, out: Path, precision: str) -> None:
    """Write a weight file again as numbers of another precision; its origin stays.

    Raises:
        WeightsError: when it cannot be read or the new one not be written.
    """
    verify(path)
    tensors, metadata = read_tensors(path)
    write_tensors(in_precision(tensors, precision), out, metadata)


def in_precision(tensors: Mapping[str, Tensor], precision: str) -> dict[str, Tensor]:
    """The tensors as numbers of that precision, `fp16` or `fp32`."""
    return {name: value.detach().to(PRECISIONS[precision]) for name, value in tensors.items()}


def _read(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        tensors, metadata = read_tensors(path)
    except WeightsError as error:
        raise WeightsError(f"{error}; {_remedy(kind)}") from None
    if metadata.get("kind", kind) != kind:
        raise WeightsError(
            f"{path} holds weights of {metadata['kind']}, preset {_PRESETS[kind]} needs those of "
            f"{kind}; {_remedy(kind)}"
        )
    return tensors, metadata


def _frozen(net: _Net) -> _Net:
    return net.eval().requires_grad_(False)


def _remedy(kind: str) -> str:
    foreign = "; of a foreign file: rgbt-dualatt weights import FILE --out NEW.safetensors"
    return (
        f"make them with: rgbt-dualatt train {kind} --data CLIPS --teacher FILE --out "
        f"{SHIPPED[kind]}{foreign if kind == VGG_M else ''}"
    )
