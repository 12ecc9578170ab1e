"""Checkpoints that others wrote with `torch.save`: tensors in dictionaries, nothing that runs."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import torch

from rgbt_dualatt_ros.core.errors import WeightsError

_CHUNK = 1 << 20


def read_checkpoint(path: Path, what: str) -> dict[str, object]:
    """The dictionary in the file, read without running anything that is in it.

    Args:
        path: the file.
        what: what it is to the user, for the error.

    Raises:
        WeightsError: when it cannot be read so, or holds no dictionary with names.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"cannot read {what} {path}: {error.strerror or error}") from None
    except pickle.UnpicklingError:
        raise WeightsError(
            f"cannot read {what} {path}: it is no checkpoint of tensors alone, and what else "
            "it may hold is not run"
        ) from None
    # Before it can tell, the reader of damaged files raises whatever it stumbles over.
    except Exception:
        raise WeightsError(
            f"cannot read {what} {path}: it is no checkpoint of torch, or one cut short"
        ) from None
    if not isinstance(stored, dict) or not all(isinstance(name, str) for name in stored):
        raise WeightsError(f"cannot read {what} {path}: it holds no tensors by name")
    return stored


def digest_of(path: Path) -> str:
    """SHA-256 of the file, which tells later what was imported."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
