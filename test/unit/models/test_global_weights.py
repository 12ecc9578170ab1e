"""Weight files of the global nets and of VGG-16: there and back, and one clear error for each."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models import weight_files, weight_kinds, weights
from rgbt_dualatt_ros.models.global_weights import ShippedGlobalNet
from rgbt_dualatt_ros.models.lite_attention_net import LiteAttentionNet, LiteShape
from rgbt_dualatt_ros.models.paper_attention_net import (
    PaperAttentionNet,
    PaperShape,
    random_paper_net,
)
from rgbt_dualatt_ros.models.vgg16 import Vgg16, random_vgg16

PAPER = PaperShape(1 / 32, share_encoder="per_modality", upsampling="bilinear")
LITE = LiteShape(*[8] * 8)
KINDS = ("global_lite", "global_paper")


def tiny_net(kind: str) -> ShippedGlobalNet:
    if kind == "global_paper":
        return random_paper_net(PAPER, 0)
    torch.manual_seed(0)
    return LiteAttentionNet(LITE)


def stored(kind: str, folder: Path, precision: str = "fp16") -> Path:
    path = folder / f"{kind}.safetensors"
    weights.save_global_attention(tiny_net(kind), path, {"command": "by a test"}, precision)
    return path


def rewrite(path: Path, **changes: str) -> None:
    tensors, metadata = weight_files.read_tensors(path)
    weight_files.write_tensors(tensors, path, {**metadata, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_is_loaded_to_half_precision(kind: str, tmp_path: Path) -> None:
    path, expected = stored(kind, tmp_path), tiny_net(kind)
    net = weights.load_global_attention(kind, str(path), 0, torch.device("cpu"))
    assert net.shape == expected.shape
    assert not net.training
    assert not any(value.requires_grad for value in net.parameters())
    found = net.state_dict()
    for name, value in expected.state_dict().items():
        half = value.half().float() if value.is_floating_point() else value
        torch.testing.assert_close(found[name], half)
    assert weight_files.read_tensors(path)[1]["command"] == "by a test"
    assert weights.verify(path) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_full_precision_answers_exactly_as_before(kind: str, tmp_path: Path) -> None:
    before = tiny_net(kind).eval()
    after = weights.load_global_attention(kind, str(stored(kind, tmp_path, "fp32")), 0)
    rgb = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    pair, box = FramePair(rgb, rgb[..., 0].copy()), Box(8, 9, 20, 16)
    maps = [net.attend(pair, net.code_target(pair, box)) for net in (before, after)]
    np.testing.assert_array_equal(maps[0], maps[1])


@pytest.mark.parametrize(
    ("word", "net"), [("lite", LiteAttentionNet), ("paper", PaperAttentionNet)]
)
def test_the_words_of_the_settings_name_the_nets(word: str, net: type, tmp_path: Path) -> None:
    path = str(stored(f"global_{word}", tmp_path))
    assert isinstance(weights.load_global_attention(word, path, 0), net)


def test_random_lite_needs_no_file_and_takes_the_seed() -> None:
    first, again, other = (
        list(weights.load_global_attention("lite", weights.RANDOM, seed).parameters())
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_another_net_is_no_net() -> None:
    with pytest.raises(ConfigError, match="no net global_big; known: global_lite, global_paper"):
        weights.load_global_attention("big", "", 0)


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("global_lite", "train global-attention config/train_global_attention_lite.yaml"),
        ("global_paper", "train global-attention config/train_global_attention_paper.yaml"),
        ("vgg16", "weights import vgg16-397923af.pth --out weights/vgg16.safetensors"),
    ],
)
def test_a_missing_file_is_named_with_all_places_and_the_command(
    kind: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def nowhere(relative: str) -> tuple[None, list[Path]]:
        asked.append(relative)
        return None, [Path("a") / relative, Path("b") / relative]

    monkeypatch.setattr(weight_kinds, "find_share_file", nowhere)
    load = {"vgg16": weights.load_vgg16}.get(kind, partial(weights.load_global_attention, kind))
    with pytest.raises(WeightsError) as caught:
        load("", 0)
    file = f"weights/{kind}.safetensors"
    assert asked == [file]
    assert f"tried a/{file}, b/{file}; make them with: rgbt-dualatt {command}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_of_the_other_net_are_refused(tmp_path: Path) -> None:
    path = str(stored("global_lite", tmp_path))
    with pytest.raises(WeightsError, match=r"holds weights of global_lite, .*net paper needs"):
        weights.load_global_attention("global_paper", path, 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ["", "{}x", '{"depth": 3}'], ids=["empty", "no JSON", "unknown"])
def test_a_file_that_does_not_name_its_shape_is_refused(
    kind: str, shape: str, tmp_path: Path
) -> None:
    path = stored(kind, tmp_path)
    rewrite(path, shape=shape)
    with pytest.raises(WeightsError, match="does not say which net"):
        weights.load_global_attention(kind, str(path), 0)


def test_a_shape_that_cannot_be_is_refused(tmp_path: Path) -> None:
    path = stored("global_paper", tmp_path)
    rewrite(path, shape='{"width": 0.03125, "decoder": "huge"}')
    with pytest.raises(WeightsError, match="does not say which net"):
        weights.verify(path)


@pytest.mark.parametrize("inputs", ["", "frame_thermal frame_rgb target_rgb target_thermal"])
def test_codes_joined_in_another_order_are_refused(inputs: str, tmp_path: Path) -> None:
    path = stored("global_paper", tmp_path)
    assert (
        weight_files.read_tensors(path)[1]["inputs"]
        == "frame_rgb frame_thermal target_rgb target_thermal"
    )
    rewrite(path, inputs=inputs)
    with pytest.raises(WeightsError, match="joins the codes as"):
        weights.load_global_attention("global_paper", str(path), 0)


@pytest.mark.parametrize("value", [float("nan"), 1e6], ids=["not a number", "too large for fp16"])
def test_weights_that_are_no_numbers_are_not_written(value: float, tmp_path: Path) -> None:
    net, path = tiny_net("global_paper"), tmp_path / "net.safetensors"
    net.state_dict()["encoder.0.bias"][0] = value
    with pytest.raises(WeightsError, match=r"encoder\.0\.bias is not finite as fp16"):
        weights.save_global_attention(net, path, {})
    assert not path.exists()


def test_conversion_keeps_shape_and_counters(tmp_path: Path) -> None:
    path, out = stored("global_lite", tmp_path), tmp_path / "wide.safetensors"
    tensors, metadata = weight_files.read_tensors(path)
    weights.convert(path, out, "fp32")
    converted, kept = weight_files.read_tensors(out)
    assert weights.verify(out) == "global_lite"
    assert {**kept, "checksum": ""} == {**metadata, "checksum": ""}
    for name, value in tensors.items():
        expected = torch.float32 if value.is_floating_point() else value.dtype
        assert converted[name].dtype == expected


def test_counters_stay_whole() -> None:
    """Batch normalisation counts steps; 70000 would be infinite in half precision."""
    found = weight_kinds.in_precision({"steps": torch.tensor(70_000), "w": torch.ones(1)}, "fp16")
    assert found["steps"].item() == 70_000
    assert found["w"].dtype == torch.float16


def test_vgg16_comes_back(tmp_path: Path) -> None:
    path, given = tmp_path / "vgg16.safetensors", random_vgg16(0)
    weights.save_vgg16(given, path, {"imported": "by a test"}, "fp16")
    net = weights.load_vgg16(str(path), 0)
    assert isinstance(net, Vgg16)
    for name, value in given.state_dict().items():
        torch.testing.assert_close(net.state_dict()[name], value.half().float())
    assert weight_files.read_tensors(path)[1]["kind"] == "vgg16"
