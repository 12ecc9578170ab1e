"""VGG-M's first layers out of others' files: MatConvNet's ImageNet net, MDNet-like checkpoints.

Nothing is taken on trust: each tensor is looked for by name and shape, and what the file holds
besides is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models.local_weights import save_vgg_m
from rgbt_dualatt_ros.models.torch_files import digest_of, read_checkpoint
from rgbt_dualatt_ros.models.vgg_m import FEATURE_CELLS, FEATURE_CHANNELS, VggM
from rgbt_dualatt_ros.models.weight_files import load_strictly

_CONVOLUTIONS = ("conv1", "conv2", "conv3")
_LAYERS_A_BLOCK = 4  # convolution, ReLU, normalisation, pooling
_SHOWN = 4
_SHARED = "shared_layers"
# In a block: its place in an nn.Sequential, which begins with a dropout in some codes.
_BLOCK_TENSOR = re.compile(r"(?:layers\.)?(conv[123]|fc[45])\.([01])\.(weight|bias)")
_HIDDEN = 512
_FLAT = FEATURE_CHANNELS * FEATURE_CELLS**2
# fc4 of one modality, or of two joined after conv3.
_FULLY_CONNECTED = {
    "fc4.weight": ((_HIDDEN, _FLAT), (_HIDDEN, 2 * _FLAT)),
    "fc4.bias": ((_HIDDEN,),),
    "fc5.weight": ((_HIDDEN, _HIDDEN),),
    "fc5.bias": ((_HIDDEN,),),
}


@dataclass(frozen=True, slots=True, eq=False)
class ImportedVggM:
    """What a foreign file gave.

    Attributes:
        net: its convolutions.
        fully_connected: its fc4 and fc5 by name, empty when it has none.
        layout: what kind of file it was, in words.
        left_out: what else it holds, which is not taken.
    """

    net: VggM
    fully_connected: dict[str, Tensor]
    layout: str
    left_out: tuple[str, ...]


def import_vgg_m(path: Path, lrn: str | None = None) -> ImportedVggM:
    """Read `imagenet-vgg-m.mat` or a checkpoint of an MDNet-like tracker.

    Args:
        path: the file; `.mat` is MATLAB's format, anything else torch's.
        lrn: the form of the normalisation; None takes the one of the code that writes such files.

    Raises:
        WeightsError: when it cannot be read or does not hold VGG-M's layers, naming which.
        ConfigError: when there is no such normalisation.
    """
    if path.suffix.lower() == ".mat":
        return _filled(path, lrn or "vggm", _matlab_tensors(path), "MatConvNet", ())
    stored = read_checkpoint(path, "the checkpoint")
    blocks = stored.get(_SHARED, stored)
    if not isinstance(blocks, Mapping):
        raise WeightsError(f"{path} does not fit VGG-M: its {_SHARED} is no state dict")
    matched = {str(name): _BLOCK_TENSOR.fullmatch(str(name)) for name in blocks}
    tensors = {
        f"{found[1]}.{found[3]}": blocks[name]
        for name, found in matched.items()
        if found and isinstance(blocks[name], Tensor)
    }
    if not tensors:
        raise WeightsError(
            f"{path} has no layers under MDNet's names (layers.conv1.0.weight, ...); it has "
            f"{', '.join(list(map(str, blocks))[:_SHOWN]) or 'nothing'}"
        )
    others = [name for name, found in matched.items() if not found]
    left_out = tuple(
        others + [name for name in stored if name != _SHARED and blocks is not stored]
    )
    # py-MDNet has no dropout before fc4 and torch's normalisation; DAT and MANet have both.
    is_py_mdnet = "fc4.0.weight" in blocks
    layout = "MDNet checkpoint, fc4 without dropout" if is_py_mdnet else "MDNet checkpoint"
    return _filled(path, lrn or ("pymdnet" if is_py_mdnet else "vggm"), tensors, layout, left_out)


def import_and_save(path: Path, out: Path, lrn: str | None, precision: str) -> ImportedVggM:
    """Import the file `path` and write what was found to `out`.

    Args:
        path, lrn: as of `import_vgg_m`.
        out: a safetensors file.
        precision: of the numbers in it, `fp16` or `fp32`.

    Raises:
        WeightsError: as `import_vgg_m`, or when `out` cannot be written.
    """
    found = import_vgg_m(path, lrn)
    origin = {
        "imported": f"{path.name} ({found.layout}), SHA-256 {digest_of(path)}",
        "left_out": " ".join(found.left_out),
    }
    save_vgg_m(found.net, out, origin, found.fully_connected, precision)
    return found


def _filled(
    path: Path, lrn: str, tensors: Mapping[str, Tensor], layout: str, left_out: tuple[str, ...]
) -> ImportedVggM:
    broken = [name for name, value in tensors.items() if not torch.isfinite(value).all()]
    if broken:
        raise WeightsError(f"{path}: {broken[0]} holds values that are not finite")
    full = {name: value.detach().float() for name, value in tensors.items()}
    net = VggM(lrn)
    fully_connected = {name: value for name, value in full.items() if name.startswith("fc")}
    load_strictly(
        net, {name: value for name, value in full.items() if name not in fully_connected}, path
    )
    if fully_connected:
        _check_fully_connected(fully_connected, path)
    return ImportedVggM(
        net.eval().requires_grad_(False), fully_connected, layout, tuple(sorted(left_out))
    )


def _check_fully_connected(tensors: Mapping[str, Tensor], path: Path) -> None:
    for name, shapes in _FULLY_CONNECTED.items():
        if name not in tensors:
            raise WeightsError(f"{path} has fully connected layers but no {name}")
        if tuple(tensors[name].shape) not in shapes:
            found, wanted = tuple(tensors[name].shape), " or ".join(map(str, shapes))
            raise WeightsError(f"{path} does not fit the net: {name} is {found}, not {wanted}")


def _matlab_tensors(path: Path) -> dict[str, Tensor]:
    """The convolutions of MatConvNet's `layers`; kernels there are (down, across, in, out)."""
    layers = _matlab_layers(path)
    tensors: dict[str, Tensor] = {}
    for index, name in enumerate(_CONVOLUTIONS):
        place = index * _LAYERS_A_BLOCK
        try:
            kernel, bias = _kernel_and_bias(layers[place])
            tensors[f"{name}.weight"] = torch.from_numpy(
                np.ascontiguousarray(np.transpose(kernel, (3, 2, 0, 1)), np.float32)
            )
            tensors[f"{name}.bias"] = torch.from_numpy(np.ravel(bias).astype(np.float32))
        except (IndexError, KeyError, TypeError, ValueError):
            raise WeightsError(
                f"{path} does not fit VGG-M: layer {place + 1} of its layers is no convolution "
                f"with weights, {name} was expected there"
            ) from None
    return tensors


def _kernel_and_bias(layer: Mapping[str, Any]) -> tuple[Any, Any]:
    """Of one layer; older files keep both in fields of their own."""
    if "weights" in layer:
        kernel, bias = layer["weights"]
        return kernel, bias
    return layer["filters"], layer["biases"]


def _matlab_layers(path: Path) -> list[Any]:
    try:
        matlab = import_module("scipy.io")
    except ModuleNotFoundError:
        raise WeightsError(f"reading {path} needs scipy: pip install scipy") from None
    try:
        with path.open("rb") as stream:
            content = matlab.loadmat(stream, variable_names=["layers"], simplify_cells=True)
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from None
    # Of a damaged file scipy raises whatever it stumbles over.
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(f"cannot read {path} as a MATLAB file: {reason}") from None
    if "layers" not in content:
        raise WeightsError(f"{path} is no MatConvNet model: it has no layers")
    layers = content["layers"]
    return list(layers) if isinstance(layers, list | np.ndarray) else [layers]
