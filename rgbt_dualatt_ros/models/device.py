"""Which processor runs the nets."""

from __future__ import annotations

import re

import torch

from rgbt_dualatt_ros.core.errors import ConfigError


def choose_device(name: str) -> torch.device:
    """The device of the setting `device`: `auto`, `cpu`, `cuda` or `cuda:N`.

    Raises:
        ConfigError: when the name is none of these or the GPU asked for is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu":
        return torch.device("cpu")
    matched = re.fullmatch(r"cuda(?::(\d+))?", name)
    if matched is None:
        raise ConfigError(f"device must be auto, cpu, cuda or cuda:N; got {name!r}")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    index = int(matched[1] or 0)
    if index >= count:
        raise ConfigError(
            f"device {name} is not there: torch sees {count} CUDA device(s); set device to cpu or "
            "auto"
        )
    return torch.device("cuda", index)
