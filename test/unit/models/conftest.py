"""What tests of nets share: the cost of a pass, counted layer by layer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import Tensor, nn


@pytest.fixture
def multiply_adds() -> Callable[[nn.Module, Callable[[], object]], int]:
    """How many multiplications the convolutions of a net do during a call; biases are free."""

    def counted(net: nn.Module, call: Callable[[], object]) -> int:
        counts: list[int] = []

        def count(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
            assert isinstance(layer, nn.Conv2d)
            counts.append(output.numel() * layer.weight[0].numel())

        convolutions = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
        handles = [layer.register_forward_hook(count) for layer in convolutions]
        call()
        for handle in handles:
            handle.remove()
        return sum(counts)

    return counted
