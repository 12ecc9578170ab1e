"""Which kinds of weights there are, where the file of each lies, and how each is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.models.weight_files import read_tensors

RANDOM = "random"
PRECISIONS = {"fp16": torch.float16, "fp32": torch.float32}
BACKBONE, VGG_M, VGG16 = "backbone", "vgg_m", "vgg16"
GLOBAL_LITE, GLOBAL_PAPER = "global_lite", "global_paper"

_Net = TypeVar("_Net", bound=nn.Module)
_Shape = TypeVar("_Shape")


@dataclass(frozen=True, slots=True)
class WeightKind:
    """What a user must know of one kind.

    Attributes:
        needed_by: what does not run without them, in words.
        file: where they lie in a share directory, if there.
        command: how that file is made.
        is_shipped: whether it comes with the package.
    """

    needed_by: str
    file: str
    command: str
    is_shipped: bool = False


KINDS = {
    BACKBONE: WeightKind(
        "preset realtime",
        "weights/realtime_backbone.safetensors",
        "rgbt-dualatt train backbone --data CLIPS --teacher FILE --out "
        "weights/realtime_backbone.safetensors",
        is_shipped=True,
    ),
    VGG_M: WeightKind(
        "preset paper",
        "weights/paper_vgg_m.safetensors",
        "rgbt-dualatt train vgg_m --data CLIPS --teacher FILE --out "
        "weights/paper_vgg_m.safetensors; of a foreign file: rgbt-dualatt weights import FILE "
        "--out NEW.safetensors",
        is_shipped=True,
    ),
    GLOBAL_LITE: WeightKind(
        "global_attention.net lite",
        "weights/global_lite.safetensors",
        "rgbt-dualatt train global-attention config/train_global_attention_lite.yaml --data CLIPS",
        is_shipped=True,
    ),
    GLOBAL_PAPER: WeightKind(
        "global_attention.net paper",
        "weights/global_paper.safetensors",
        "rgbt-dualatt train global-attention config/train_global_attention_paper.yaml --data "
        "DATASETS, on a GPU (the file is too large to come with the package)",
    ),
    VGG16: WeightKind(
        "the training of global_paper",
        "weights/vgg16.safetensors",
        "rgbt-dualatt weights import vgg16-397923af.pth --out weights/vgg16.safetensors, a file "
        "of torchvision; with internet name VGG16_Weights.IMAGENET1K_V1 instead of a file",
    ),
}
SHIPPED = tuple(name for name, kind in KINDS.items() if kind.is_shipped)


def locate(kind: str, given: str) -> Path:
    """The file that holds the net of that kind: `given`, or the usual one when it is empty.

    Raises:
        WeightsError: when there is none (with all paths tried and the command that makes it).
    """
    if given:
        found, tried = (Path(given) if Path(given).is_file() else None), [Path(given)]
    else:
        found, tried = find_share_file(KINDS[kind].file)
    if found is None:
        places = ", ".join(str(path) for path in tried)
        raise WeightsError(f"no {kind} weights; tried {places}; {remedy(kind)}")
    return found


def read_kind(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a file that must hold weights of that kind.

    Raises:
        WeightsError: when it cannot be read, was changed, or holds those of another net.
    """
    try:
        tensors, metadata = read_tensors(path)
    except WeightsError as error:
        raise WeightsError(f"{error}; {remedy(kind)}") from None
    if metadata.get("kind", kind) != kind:
        raise WeightsError(
            f"{path} holds weights of {metadata['kind']}, {KINDS[kind].needed_by} needs those of "
            f"{kind}; {remedy(kind)}"
        )
    return tensors, metadata


def shape_of(metadata: Mapping[str, str], kind: type[_Shape], path: Path, advice: str) -> _Shape:
    """The shape that the net of a file was built with, a dataclass `kind`.

    Raises:
        WeightsError: when the file does not say it, or says one that cannot be; ends in `advice`.
    """
    try:
        return kind(**json.loads(metadata["shape"]))
    except (KeyError, TypeError, ValueError, ConfigError):
        raise WeightsError(f"{path} does not say which net it is for; {advice}") from None


def in_precision(tensors: Mapping[str, Tensor], precision: str) -> dict[str, Tensor]:
    """The tensors as numbers of that precision, `fp16` or `fp32`; counters stay whole."""
    wanted = PRECISIONS[precision]
    return {
        name: value.detach().to(wanted) if value.is_floating_point() else value.detach()
        for name, value in tensors.items()
    }


def frozen(net: _Net) -> _Net:
    """The net, ready for inference and without gradients."""
    return net.eval().requires_grad_(False)


def remedy(kind: str) -> str:
    """How to get weights of that kind; the end of an error."""
    return f"make them with: {KINDS[kind].command}"
