"""A 1 x 1 convolution as a product: the answers of torch's own, and how they lie in memory."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgbt_dualatt_ros.models.pointwise import Pointwise


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
def test_it_answers_as_a_convolution_with_the_same_weights(bias: bool) -> None:
    plain = nn.Conv2d(5, 3, 1, bias=bias)
    product = Pointwise(5, 3, bias=bias)
    product.load_state_dict(plain.state_dict())
    maps = torch.randn(2, 5, 4, 7)
    torch.testing.assert_close(product(maps), plain(maps))


def test_its_answers_have_channels_last_in_memory() -> None:
    maps = torch.randn(2, 5, 4, 7).to(memory_format=torch.channels_last)
    assert Pointwise(5, 3)(maps).is_contiguous(memory_format=torch.channels_last)
