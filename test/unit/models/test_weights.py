"""Weight files: the way there and back, and one clear error for each way to be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models import weights
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone

TINY = BackboneShape(stem=2, middle=3, trunk=4, features=5)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    weights.save_backbone(random_backbone(TINY, 0), path, {"command": "made by a test"})
    return path


def rewrite(path: Path, drop: str = "", keep_checksum: bool = False, **changes: str) -> None:
    tensors, metadata = weights.read_tensors(path)
    if drop:
        del tensors[drop]
    fresh = {} if keep_checksum else {"checksum": weights.checksum(tensors)}
    save_file(tensors, path, {**metadata, **fresh, **changes})


def test_what_is_saved_is_read_back_to_half_precision(stored: Path) -> None:
    net, expected = weights.read_backbone(stored), random_backbone(TINY, 0)
    assert net.shape == TINY
    assert not net.training
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(net.state_dict()[name], value.half().float())
    assert weights.read_tensors(stored)[1]["command"] == "made by a test"


def test_the_order_of_channels_in_memory_does_not_matter(tmp_path: Path) -> None:
    """Training ends with channels last in memory, where a 1x1 kernel has strides of its own."""
    path, net = tmp_path / "net.safetensors", random_backbone(TINY, 0)
    net.to(memory_format=torch.channels_last)
    weights.save_backbone(net, path, {})
    inputs = torch.rand(1, 3, 32, 32) * 255
    expected = net.half().float()(inputs)
    torch.testing.assert_close(weights.read_backbone(path)(inputs), expected)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(WeightsError, match="cannot write weights to"):
        weights.check_writable(blocked / "net.safetensors")
    fine = tmp_path / "new" / "net.safetensors"
    weights.check_writable(fine)
    assert not fine.exists()


def test_a_given_file_that_is_missing_is_named_with_the_command_that_makes_it() -> None:
    with pytest.raises(WeightsError, match=r"tried nowhere\.safetensors.*train backbone"):
        weights.load_backbone("nowhere.safetensors", 0)


def test_all_tried_places_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [Path("a/b"), Path("c/d")]
    monkeypatch.setattr(weights, "find_share_file", lambda _: (None, places))
    with pytest.raises(WeightsError, match="tried a/b, c/d"):
        weights.load_backbone("", 0)


def test_the_given_file_wins_over_the_shipped_one(stored: Path) -> None:
    assert weights.load_backbone(str(stored), 0).shape == TINY


def test_random_needs_no_file_and_takes_the_seed() -> None:
    first, again, other = (weights.load_backbone(weights.RANDOM, seed) for seed in (1, 1, 2))
    inputs = torch.rand(1, 3, 32, 32) * 255
    torch.testing.assert_close(first(inputs), again(inputs))
    assert not torch.allclose(first(inputs), other(inputs))


def test_a_changed_file_is_refused(stored: Path) -> None:
    rewrite(stored, drop="layers.0.bias", keep_checksum=True)
    with pytest.raises(WeightsError, match="changed after it was written"):
        weights.read_backbone(stored)


def test_a_missing_tensor_is_named(stored: Path) -> None:
    rewrite(stored, drop="layers.0.bias")
    with pytest.raises(WeightsError, match=r"missing \['layers\.0\.bias'\]"):
        weights.read_backbone(stored)


def test_weights_of_another_shape_are_refused(stored: Path) -> None:
    shape = json.dumps({"stem": 2, "middle": 3, "trunk": 4, "features": 6})
    rewrite(stored, shape=shape)
    with pytest.raises(
        WeightsError, match=r"of another shape \['layers\.11\.bias \(5,\) for \(6,\)"
    ):
        weights.read_backbone(stored)


@pytest.mark.parametrize("shape", ["", "{}x", '{"depth": 3}'], ids=["empty", "no JSON", "unknown"])
def test_a_file_that_does_not_name_its_net_is_refused(stored: Path, shape: str) -> None:
    rewrite(stored, shape=shape)
    with pytest.raises(WeightsError, match="does not say which net"):
        weights.read_backbone(stored)


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"not weights")
    with pytest.raises(WeightsError, match="cannot read weights"):
        weights.read_backbone(path)


def test_the_shipped_weights_fit() -> None:
    assert weights.load_backbone("", 0).shape == BackboneShape()
