"""Weights on disk: safetensors with the net's shape and its origin inside, strict keys."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.models.backbone import Backbone, BackboneShape, random_backbone

BACKBONE_FILE = "weights/realtime_backbone.safetensors"
RANDOM = "random"
_MAKE_COMMAND = "rgbt-dualatt train backbone --data CLIPS --teacher FILE --out " + BACKBONE_FILE


def load_backbone(given: str, seed: int) -> Backbone:
    """The backbone of the file `given`, of the shipped file when it is empty, or a random one.

    Raises:
        WeightsError: when there is no file (with all paths tried and the command that makes it),
            or it is damaged or made for another net.
    """
    if given == RANDOM:
        return random_backbone(BackboneShape(), seed).eval()
    return read_backbone(locate_backbone(given))


def locate_backbone(given: str) -> Path:
    """The file that `load_backbone` reads.

    Raises:
        WeightsError: as there.
    """
    if given:
        found, tried = (Path(given) if Path(given).is_file() else None), [Path(given)]
    else:
        found, tried = find_share_file(BACKBONE_FILE)
    if found is None:
        places = ", ".join(str(path) for path in tried)
        raise WeightsError(f"no backbone weights; tried {places}; make them with: {_MAKE_COMMAND}")
    return found


def check_writable(path: Path) -> None:
    """Find out before an hour of training, not after it, whether `path` can be written.

    Raises:
        WeightsError: when it cannot.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        path.open("ab").close()
        if is_new:
            path.unlink()
    except OSError as error:
        raise WeightsError(f"cannot write weights to {path}: {error.strerror}") from None


def save_backbone(backbone: Backbone, path: Path, origin: Mapping[str, str]) -> None:
    """Write float16 weights with shape, checksum and `origin` (command, seed, date, ...)."""
    tensors = {
        name: value.detach().half().contiguous() for name, value in backbone.state_dict().items()
    }
    metadata = {
        **origin,
        "kind": "backbone",
        "shape": json.dumps(dataclasses.asdict(backbone.shape)),
        "checksum": checksum(tensors),
    }
    check_writable(path)
    save_file(tensors, path, metadata)


def read_backbone(path: Path) -> Backbone:
    """The net of one file, float32, ready for inference.

    Raises:
        WeightsError: when the file is unreadable, changed since it was written, or does not fit.
    """
    tensors, metadata = read_tensors(path)
    try:
        shape = BackboneShape(**json.loads(metadata["shape"]))
    except (KeyError, TypeError, ValueError):
        raise WeightsError(f"{path} does not say which net it is for; {_remedy()}") from None
    backbone = Backbone(shape)
    load_strictly(backbone, {name: value.float() for name, value in tensors.items()}, path)
    return backbone.eval().requires_grad_(False)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a file of ours, its checksum verified.

    Raises:
        WeightsError: when it cannot be read or was changed.
    """
    try:
        with safe_open(path, "pt") as stored:
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
            metadata = dict(stored.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"cannot read weights {path}: {error}; {_remedy()}") from None
    if metadata.get("checksum") != checksum(tensors):
        raise WeightsError(f"{path} was changed after it was written (checksum); {_remedy()}")
    return tensors, metadata


def load_strictly(net: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Fill `net`; every tensor must be there, fit, and none be left over.

    Raises:
        WeightsError: naming the first few that do not fit.
    """
    wanted = net.state_dict()
    missing = sorted(wanted.keys() - tensors.keys())
    unexpected = sorted(tensors.keys() - wanted.keys())
    misfit = [
        f"{name} {tuple(tensors[name].shape)} for {tuple(wanted[name].shape)}"
        for name in sorted(wanted.keys() & tensors.keys())
        if tensors[name].shape != wanted[name].shape
    ]
    if missing or unexpected or misfit:
        raise WeightsError(
            f"{path} does not fit the net: missing {missing[:3]}, unexpected {unexpected[:3]}, "
            f"of another shape {misfit[:3]}"
        )
    net.load_state_dict(dict(tensors))


def checksum(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, shapes and bytes; independent of the order and of metadata."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu()
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def _remedy() -> str:
    return f"make it again with: {_MAKE_COMMAND}"
