"""Weights of the global attention nets, and of VGG-16, with which the paper's begins."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import torch

from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.models.lite_attention_net import LiteAttentionNet, LiteShape
from rgbt_dualatt_ros.models.paper_attention_net import (
    CHANNEL_ORDER,
    PaperAttentionNet,
    PaperShape,
    random_paper_net,
)
from rgbt_dualatt_ros.models.vgg16 import Vgg16, random_vgg16
from rgbt_dualatt_ros.models.weight_files import load_strictly, write_tensors
from rgbt_dualatt_ros.models.weight_kinds import (
    GLOBAL_LITE,
    GLOBAL_PAPER,
    RANDOM,
    VGG16,
    frozen,
    in_precision,
    locate,
    read_kind,
    remedy,
    shape_of,
)

ShippedGlobalNet = LiteAttentionNet | PaperAttentionNet
_KIND_PREFIX = "global_"
_ORDER = " ".join(CHANNEL_ORDER)


def load_global_attention(
    kind: str, given: str, seed: int, device: torch.device | str = "cpu"
) -> ShippedGlobalNet:
    """A net with the weights of the file `given`, of the usual file, or with random ones.

    Args:
        kind: `global_lite` or `global_paper`, or as in the settings `lite` or `paper`.
        given: a file; empty takes the usual one, `random` none.
        seed: of random weights.
        device: where the net shall run.

    Raises:
        ConfigError: when there is no such net.
        WeightsError: when there is no file (with all paths tried and the command that makes it),
            or it is damaged or made for another net.
    """
    kind = _KIND_PREFIX + kind.removeprefix(_KIND_PREFIX)
    if kind not in (GLOBAL_LITE, GLOBAL_PAPER):
        raise ConfigError(f"there is no net {kind}; known: {GLOBAL_LITE}, {GLOBAL_PAPER}")
    if given == RANDOM:
        return frozen(_random(kind, seed)).to(device)
    return read_global_attention(kind, locate(kind, given)).to(device)


def read_global_attention(kind: str, path: Path) -> ShippedGlobalNet:
    """The net of one file, float32, ready for inference.

    Raises:
        WeightsError: when the file is unreadable, changed since it was written, or does not fit.
    """
    tensors, metadata = read_kind(path, kind)
    net: ShippedGlobalNet
    if kind == GLOBAL_LITE:
        net = LiteAttentionNet(shape_of(metadata, LiteShape, path, remedy(kind)))
    else:
        if metadata.get("inputs") != _ORDER:
            raise WeightsError(
                f"{path} joins the codes as {metadata.get('inputs') or 'it does not say'}, "
                f"this net as {_ORDER}; {remedy(kind)}"
            )
        net = PaperAttentionNet(shape_of(metadata, PaperShape, path, remedy(kind)))
    load_strictly(net, in_precision(tensors, "fp32"), path)
    return frozen(net)


def save_global_attention(
    net: ShippedGlobalNet, path: Path, origin: Mapping[str, str], precision: str = "fp16"
) -> None:
    """Write the weights with shape, checksum and `origin` (command, seed, date, ...).

    Raises:
        WeightsError: when a weight is not a finite number of that precision, or the place cannot
            be written.
    """
    tensors = in_precision(net.state_dict(), precision)
    broken = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if broken:
        raise WeightsError(f"not written to {path}: {broken[0]} is not finite as {precision}")
    facts = {**origin, "shape": json.dumps(dataclasses.asdict(net.shape))}
    if isinstance(net, PaperAttentionNet):
        facts |= {"kind": GLOBAL_PAPER, "inputs": _ORDER}
    else:
        facts |= {"kind": GLOBAL_LITE}
    write_tensors(tensors, path, facts)


def load_vgg16(given: str, seed: int) -> Vgg16:
    """VGG-16's encoder out of the file `given`, of the usual file, or with random weights.

    Raises:
        WeightsError: as `load_global_attention`.
    """
    if given == RANDOM:
        return random_vgg16(seed)
    return read_vgg16(locate(VGG16, given))


def read_vgg16(path: Path) -> Vgg16:
    """The encoder of one file, float32; errors as of `read_global_attention`."""
    tensors, _ = read_kind(path, VGG16)
    with torch.device("meta"):
        net = Vgg16()
    load_strictly(net.to_empty(device="cpu"), in_precision(tensors, "fp32"), path)
    return net


def save_vgg16(net: Vgg16, path: Path, origin: Mapping[str, str], precision: str = "fp32") -> None:
    """Write VGG-16's encoder with `origin`."""
    write_tensors(in_precision(net.state_dict(), precision), path, {**origin, "kind": VGG16})


def _random(kind: str, seed: int) -> ShippedGlobalNet:
    if kind == GLOBAL_PAPER:
        return random_paper_net(PaperShape(), seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LiteAttentionNet(LiteShape())
