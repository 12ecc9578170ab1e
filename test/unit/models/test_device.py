"""Names of devices: what exists is chosen, what does not is refused with the remedy."""

from __future__ import annotations

import pytest
import torch

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.models.device import choose_device


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_without_a_gpu(name: str) -> None:
    assert choose_device(name).type == "cpu"


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("name", "expected"), [("auto", "cuda"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1")]
)
def test_with_two_gpus(name: str, expected: str) -> None:
    assert str(choose_device(name)) == expected


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_a_gpu_that_is_not_there(name: str) -> None:
    with pytest.raises(ConfigError, match=r"torch sees 0 CUDA device.*cpu or auto"):
        choose_device(name)


@pytest.mark.usefixtures("two_gpus")
def test_a_number_too_large() -> None:
    with pytest.raises(ConfigError, match="sees 2 CUDA"):
        choose_device("cuda:2")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:-1", ""])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(ConfigError, match="device must be auto, cpu, cuda or cuda:N"):
        choose_device(name)
