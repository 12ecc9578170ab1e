"""VGG-16's encoder out of torchvision's own file, whole or its features only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models.vgg16 import Vgg16
from rgbt_dualatt_ros.models.weight_files import load_strictly

TORCHVISION_NAME = "VGG16_Weights.IMAGENET1K_V1"
_FEATURES = "features."
_FIRST_SHAPE = (64, 3, 3, 3)
# torchvision ends the names of its files with the beginning of their SHA-256.
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,})\.pth$")


@dataclass(frozen=True, slots=True, eq=False)
class ImportedVgg16:
    """What a foreign file gave.

    Attributes:
        net: its convolutions, float32.
        layout: what kind of file it was, in words.
        left_out: what else it holds, which is not taken.
    """

    net: Vgg16
    layout: str
    left_out: tuple[str, ...]


def is_vgg16(stored: Mapping[str, object]) -> bool:
    """Whether the dictionary of a checkpoint begins as torchvision's VGG-16 does."""
    first = stored.get("features.0.weight")
    return isinstance(first, Tensor) and tuple(first.shape) == _FIRST_SHAPE


def import_vgg16(stored: Mapping[str, object], path: Path) -> ImportedVgg16:
    """The encoder out of the dictionary of the checkpoint `path`.

    Raises:
        WeightsError: when it does not hold exactly VGG-16's convolutions, naming which.
    """
    tensors = {
        name.removeprefix(_FEATURES): value.float()
        for name, value in stored.items()
        if name.startswith(_FEATURES) and isinstance(value, Tensor)
    }
    broken = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if broken:
        raise WeightsError(f"{path}: {_FEATURES}{broken[0]} holds values that are not finite")
    with torch.device("meta"):
        net = Vgg16()
    net.to_empty(device="cpu")
    load_strictly(net, tensors, path)
    left_out = tuple(sorted(name for name in stored if not name.startswith(_FEATURES)))
    layout = "torchvision VGG-16" if left_out else "torchvision VGG-16, features only"
    return ImportedVgg16(net, layout, left_out)


def fetch_from_torchvision() -> Path:
    """Torchvision's file with ImageNet weights, in torch's own folder; fetched if not there.

    Raises:
        WeightsError: when it cannot be fetched, or arrives damaged.
    """
    from torchvision.models import VGG16_Weights

    url: str = VGG16_Weights.IMAGENET1K_V1.url
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if path.is_file():
        return path
    named = _HASH_IN_NAME.search(path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), named[1] if named else None)
    # Of a wrong hash torch makes a RuntimeError.
    except (URLError, OSError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(
            f"cannot fetch {TORCHVISION_NAME}: {reason}; fetch {path.name} on another machine "
            f"and run: rgbt-dualatt weights import {path.name} --out FILE.safetensors"
        ) from None
    return path
