"""Batch normalisation over ranks: equal to nn.BatchNorm2d of the whole batch, forth and back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.models.shared_batch_norm import SharedBatchNorm2d

# Each rank takes every second sample; what it finds is written to a file of its own.
_RANK = """
import sys
import torch
import torch.distributed as dist
from rgbt_dualatt_ros.models.shared_batch_norm import SharedBatchNorm2d

rank, folder, momentum = int(sys.argv[1]), sys.argv[2], eval(sys.argv[3])
torch.set_num_threads(1)
dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
case = torch.load(f"{folder}/case.pt")
layer = SharedBatchNorm2d(3, momentum=momentum)
layer.load_state_dict(case["state"])
values = case["values"][rank::2].requires_grad_()
for _ in range(2):
    answer = layer(values)
loss = (answer * case["weights"][rank::2]).sum()
loss.backward()
found = {"answer": answer.detach(), "values": values.grad, "state": layer.state_dict()}
for name, each in (("weight", layer.weight), ("bias", layer.bias)):
    dist.all_reduce(each.grad)
    found[name] = each.grad
layer.eval()
found["evaluated"] = layer(values).detach()
torch.save(found, f"{folder}/rank{rank}.pt")
dist.destroy_process_group()
"""


def _case() -> dict[str, Tensor]:
    draw = torch.Generator().manual_seed(3)
    # Halves of the batch with means and spreads of their own: their own statistics would not do.
    values = torch.randn(6, 3, 5, 4, generator=draw)
    values[1::2] = values[1::2] * 4 + 7
    return {"values": values, "weights": torch.randn(6, 3, 5, 4, generator=draw)}


def _whole(layer: nn.BatchNorm2d, case: dict[str, Tensor]) -> dict[str, Tensor]:
    values = case["values"].clone().requires_grad_()
    for _ in range(2):
        answer = layer(values)
    (answer * case["weights"]).sum().backward()
    assert values.grad is not None
    assert layer.weight.grad is not None
    assert layer.bias.grad is not None
    found = {"answer": answer.detach(), "values": values.grad}
    found |= {"weight": layer.weight.grad, "bias": layer.bias.grad}
    layer.eval()
    return {**found, "evaluated": layer(values).detach()}


def _first_state() -> dict[str, Tensor]:
    state = nn.BatchNorm2d(3).state_dict()
    state["weight"] = torch.tensor([0.5, 1.5, -1.0])
    state["bias"] = torch.tensor([0.1, 0.0, 2.0])
    return state


@pytest.mark.parametrize("momentum", [0.1, None], ids=["moving", "cumulative"])
def test_two_ranks_equal_one_layer_that_sees_all(tmp_path: Path, momentum: float | None) -> None:
    case = _case()
    torch.save({**case, "state": _first_state()}, tmp_path / "case.pt")
    command = [sys.executable, "-c", _RANK]
    arguments = [str(tmp_path), repr(momentum)]
    ranks = [subprocess.Popen([*command, str(rank), *arguments]) for rank in range(2)]
    assert [rank.wait(60) for rank in ranks] == [0, 0]
    layer = nn.BatchNorm2d(3, momentum=momentum)
    layer.load_state_dict(_first_state())
    whole = _whole(layer, case)
    for rank in range(2):
        found = torch.load(tmp_path / f"rank{rank}.pt")
        for name in ("answer", "values", "evaluated"):
            torch.testing.assert_close(found[name], whole[name][rank::2], atol=1e-5, rtol=1e-5)
        for name in ("weight", "bias"):
            torch.testing.assert_close(found[name], whole[name], atol=1e-5, rtol=1e-5)
        for name, value in layer.state_dict().items():
            torch.testing.assert_close(found["state"][name], value, atol=1e-5, rtol=1e-5)


def test_alone_it_is_the_ordinary_layer_bit_by_bit() -> None:
    ours, ordinary = SharedBatchNorm2d(3), nn.BatchNorm2d(3)
    for layer in (ours, ordinary):
        layer.load_state_dict(_first_state())
    assert ours.state_dict().keys() == ordinary.state_dict().keys()
    found, wanted = _whole(ours, _case()), _whole(ordinary, _case())
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    for name, value in ordinary.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value)
