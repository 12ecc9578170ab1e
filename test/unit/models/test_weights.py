"""Weight files: the way there and back, and one clear error for each way to be wrong."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models import weight_files, weight_kinds, weights
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m

TINY = BackboneShape(stem=2, middle=3, trunk=4, features=5)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    weights.save_backbone(random_backbone(TINY, 0), path, {"command": "made by a test"})
    return path


def rewrite(path: Path, drop: str = "", keep_checksum: bool = False, **changes: str) -> None:
    tensors, metadata = weight_files.read_tensors(path)
    if drop:
        del tensors[drop]
    fresh = {} if keep_checksum else {"checksum": weight_files.checksum(tensors)}
    save_file(tensors, path, {**metadata, **fresh, **changes})


def test_what_is_saved_is_read_back_to_half_precision(stored: Path) -> None:
    net, expected = weights.read_backbone(stored), random_backbone(TINY, 0)
    assert net.shape == TINY
    assert not net.training
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(net.state_dict()[name], value.half().float())
    assert weight_files.read_tensors(stored)[1]["command"] == "made by a test"


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
        weight_files.check_writable(blocked / "net.safetensors")
    fine = tmp_path / "new" / "net.safetensors"
    weight_files.check_writable(fine)
    assert not fine.exists()


def test_a_given_file_that_is_missing_is_named_with_the_command_that_makes_it() -> None:
    with pytest.raises(WeightsError, match=r"tried nowhere\.safetensors.*train backbone"):
        weights.load_backbone("nowhere.safetensors", 0)


def test_all_tried_places_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [Path("a/b"), Path("c/d")]
    monkeypatch.setattr(weight_kinds, "find_share_file", lambda _: (None, places))
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


def test_weights_of_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_file({"layers.0.bias": torch.zeros(2, dtype=torch.bfloat16)}, path)
    with pytest.raises(WeightsError, match="not written by rgbt-dualatt"):
        weights.read_backbone(path)


def test_weights_of_another_net_are_refused(stored: Path) -> None:
    with pytest.raises(WeightsError, match="holds weights of backbone, preset paper needs"):
        weights.load_vgg_m(str(stored), 0)


@pytest.fixture
def stored_vgg_m(tmp_path: Path) -> Path:
    path = tmp_path / "vgg_m.safetensors"
    weights.save_vgg_m(random_vgg_m(0, "window1"), path, {"command": "made by a test"})
    return path


def test_vgg_m_comes_back_with_its_normalisation_and_frozen(stored_vgg_m: Path) -> None:
    net = weights.load_vgg_m(str(stored_vgg_m), 0)
    assert net.lrn == "window1"
    assert not net.training
    assert not any(value.requires_grad for value in net.parameters())
    for name, value in random_vgg_m(0).state_dict().items():
        torch.testing.assert_close(net.state_dict()[name], value.half().float())
    assert weights.load_fully_connected(str(stored_vgg_m)) is None


def test_random_vgg_m_takes_the_seed_and_has_no_head() -> None:
    first, again, other = (weights.load_vgg_m(weights.RANDOM, seed) for seed in (1, 1, 2))
    torch.testing.assert_close(first.conv3.weight, again.conv3.weight)
    assert not torch.allclose(first.conv3.weight, other.conv3.weight)
    assert not first.conv1.weight.requires_grad
    assert weights.load_fully_connected(weights.RANDOM) is None


@pytest.mark.parametrize("lrn", ["", "vgg"], ids=["none", "unknown"])
def test_vgg_m_without_a_known_normalisation_is_refused(stored_vgg_m: Path, lrn: str) -> None:
    rewrite(stored_vgg_m, lrn=lrn)
    with pytest.raises(WeightsError, match=r"which normalisation .*train vgg_m"):
        weights.read_vgg_m(stored_vgg_m)


def test_vgg_m_with_a_tensor_too_many_is_refused(stored_vgg_m: Path) -> None:
    tensors, metadata = weight_files.read_tensors(stored_vgg_m)
    tensors["conv4.weight"] = torch.zeros(3)
    weight_files.write_tensors(tensors, stored_vgg_m, metadata)
    with pytest.raises(WeightsError, match=r"unexpected \['conv4\.weight'\]"):
        weights.load_vgg_m(str(stored_vgg_m), 0)


def test_a_full_disk_keeps_the_old_file_and_is_one_line(
    stored_vgg_m: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    before, tensors = stored_vgg_m.read_bytes(), weight_files.read_tensors(stored_vgg_m)[0]
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", write_half)
        with pytest.raises(WeightsError, match=r"cannot write weights to .*No space left"):
            weight_files.write_tensors(tensors, stored_vgg_m, {})
    assert stored_vgg_m.read_bytes() == before
    assert list(stored_vgg_m.parent.iterdir()) == [stored_vgg_m]


def test_others_may_read_weights_as_any_new_file(stored_vgg_m: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    assert stored_vgg_m.stat().st_mode == other.stat().st_mode


def test_conversion_keeps_the_origin_and_changes_the_numbers(
    stored_vgg_m: Path, tmp_path: Path
) -> None:
    out = tmp_path / "wide.safetensors"
    weights.convert(stored_vgg_m, out, "fp32")
    tensors, metadata = weight_files.read_tensors(out)
    assert {value.dtype for value in tensors.values()} == {torch.float32}
    assert metadata["command"] == "made by a test"
    assert weights.verify(out) == "vgg_m"


def test_a_file_for_no_net_of_ours_is_refused(stored: Path) -> None:
    rewrite(stored, kind="detector")
    known = "is for detector; known: backbone, vgg_m, vgg16, global_"
    with pytest.raises(WeightsError, match=known):
        weights.verify(stored)


def test_the_shipped_weights_fit() -> None:
    assert weights.load_backbone("", 0).shape == BackboneShape()
    assert weights.load_vgg_m("", 0).lrn == "vggm"
    assert weights.load_fully_connected("") is None
