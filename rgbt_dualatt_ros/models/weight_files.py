"""Weight files: safetensors, a checksum and their origin inside, read strictly; no pickle."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from rgbt_dualatt_ros.core.errors import WeightsError

_SHOWN = 3


def check_writable(path: Path, what: str = "weights") -> None:
    """Find out before an hour of work, not after it, whether `what` can be written to `path`.

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
        raise WeightsError(f"cannot write {what} to {path}: {error.strerror}") from None


def write_tensors(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Write tensors as they are, with `metadata` and their checksum, whole or not at all.

    Raises:
        WeightsError: when the place cannot be written, or the disk is full.
    """
    stored = {name: value.detach().contiguous() for name, value in tensors.items()}
    check_writable(path)
    content = save(stored, {**metadata, "checksum": checksum(stored)})
    # Not safetensors' own writing: its files can be read by their owner alone.
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise WeightsError(f"cannot write weights to {path}: {error.strerror}") from None


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
        raise WeightsError(f"cannot read weights {path}: {error}") from None
    if "checksum" not in metadata:
        raise WeightsError(f"{path} was not written by rgbt-dualatt: it carries no checksum")
    if metadata["checksum"] != checksum(tensors):
        raise WeightsError(f"{path} was changed after it was written (checksum)")
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
            f"{path} does not fit the net: missing {missing[:_SHOWN]}, unexpected "
            f"{unexpected[:_SHOWN]}, of another shape {misfit[:_SHOWN]}"
        )
    net.load_state_dict(dict(tensors))


def checksum(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, shapes and bytes; independent of the order and of metadata."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
