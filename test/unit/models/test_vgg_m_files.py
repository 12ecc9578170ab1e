"""Import of others' VGG-M files, made here in their layouts: all arrives, each fault is named.

Not: the real files, which cannot be had here; the layouts are those their public readers expect.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.models import vgg_m_files, weights
from rgbt_dualatt_ros.models.vgg_m import VggM, random_vgg_m
from rgbt_dualatt_ros.models.vgg_m_files import import_and_save, import_vgg_m

FC4 = {"one camera": 4608, "two cameras": 9216}


def assert_same_net(net: VggM, expected: VggM) -> None:
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(net.state_dict()[name], value)


def checkpoint(
    path: Path, first_fc: int = 0, inputs: int = 4608, drop: str = "", **changes: Tensor
) -> Path:
    """A file as trackers of MDNet's kin write it; `first_fc` is fc4's place in its block."""
    blocks = {
        name.replace(".", ".0.", 1): value for name, value in random_vgg_m(1).state_dict().items()
    }
    blocks[f"fc4.{first_fc}.weight"] = torch.full((512, inputs), 0.25)
    blocks[f"fc4.{first_fc}.bias"] = torch.full((512,), 0.5)
    blocks["fc5.1.weight"] = torch.full((512, 512), 0.125)
    blocks["fc5.1.bias"] = torch.full((512,), 2.0)
    blocks.update({name.replace("__", "."): value for name, value in changes.items()})
    blocks.pop(drop, None)
    torch.save({"shared_layers": blocks}, path)
    return path


@pytest.mark.parametrize("inputs", FC4.values(), ids=FC4.keys())
@pytest.mark.parametrize(
    ("first_fc", "lrn"), [(0, "pymdnet"), (1, "vggm")], ids=["py-MDNet", "DAT and MANet"]
)
def test_a_tracking_checkpoint_arrives_whole(
    tmp_path: Path, first_fc: int, lrn: str, inputs: int
) -> None:
    out = tmp_path / "net.safetensors"
    path = checkpoint(tmp_path / "net.pth", first_fc, inputs)
    found = import_and_save(path, out, lrn=None, precision="fp32")
    assert found.net.lrn == lrn
    net = weights.load_vgg_m(str(out), 0)
    assert net.lrn == lrn
    assert_same_net(net, random_vgg_m(1))
    head = weights.load_fully_connected(str(out))
    assert head is not None
    assert set(head) == {"fc4.weight", "fc4.bias", "fc5.weight", "fc5.bias"}
    assert head["fc4.weight"].shape == (512, inputs)
    assert float(head["fc5.weight"].max()) == 0.125
    assert weights.verify(out) == "vgg_m"


def test_the_normalisation_can_be_said(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "net.pth")
    assert import_vgg_m(path, "window1").net.lrn == "window1"
    with pytest.raises(ConfigError, match="lrn must be one of"):
        import_vgg_m(path, "vgg")


def test_what_is_not_taken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    checkpoint(path, conv1__2__weight=torch.zeros(96))
    stored = torch.load(path, weights_only=True)
    torch.save({**stored, "RGB_para1_3x3": {"Rconv1.0.bias": torch.zeros(96)}}, path)
    assert import_vgg_m(path).left_out == ("RGB_para1_3x3", "conv1.2.weight")


def test_a_bare_state_dict_without_fully_connected_layers(tmp_path: Path) -> None:
    path, out = tmp_path / "net.pth", tmp_path / "net.safetensors"
    state = random_vgg_m(2).state_dict()
    torch.save(
        {f"layers.{name.replace('.', '.0.')}": value for name, value in state.items()}, path
    )
    found = import_and_save(path, out, None, "fp16")
    assert_same_net(found.net, random_vgg_m(2))
    assert found.left_out == ()
    assert weights.load_fully_connected(str(out)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"drop": "conv2.0.bias"}, r"missing \['conv2\.bias'\]"),
        ({"conv3__0__weight": torch.zeros(512, 256, 5, 5)}, r"conv3\.weight \(512, 256, 5, 5\)"),
        ({"drop": "fc5.1.weight"}, r"has fully connected layers but no fc5\.weight"),
        ({"inputs": 512}, r"fc4\.weight is \(512, 512\), not \(512, 4608\) or \(512, 9216\)"),
        ({"conv1__0__bias": torch.full((96,), torch.nan)}, r"conv1\.bias holds values that are"),
    ],
    ids=["no bias", "kernel of another size", "half a head", "head of another net", "nan"],
)
def test_a_checkpoint_that_does_not_fit_says_where(
    tmp_path: Path, changes: dict[str, Tensor], reason: str
) -> None:
    make: Callable[..., Path] = checkpoint
    path = make(tmp_path / "net.pth", **changes)
    with pytest.raises(WeightsError, match=reason):
        import_vgg_m(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no checkpoint of torch"),
        (b"hello, I am text", "no checkpoint of torch"),
        (b"cnothing\nthere\n.", "what else it may hold is not run"),
    ],
    ids=["empty", "text", "a pickle that calls"],
)
@pytest.mark.parametrize("name", ["net.pth", "net.mat"])
def test_a_file_of_another_kind_is_one_line(
    tmp_path: Path, content: bytes, reason: str, name: str
) -> None:
    if name.endswith(".mat"):
        pytest.importorskip("scipy")
        reason = "cannot read .*net.mat as a MATLAB file"
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=reason) as raised:
        import_vgg_m(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_checkpoint_cut_short_is_one_line(tmp_path: Path, kept: float) -> None:
    path = checkpoint(tmp_path / "net.pth")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(WeightsError, match="cannot read the checkpoint") as raised:
        import_vgg_m(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["gone.pth", "gone.mat"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    pytest.importorskip("scipy")
    with pytest.raises(WeightsError, match=rf"{name}: No such file"):
        import_vgg_m(tmp_path / name)


def test_a_list_is_no_checkpoint(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "net.pth")
    with pytest.raises(WeightsError, match="holds no tensors by name"):
        import_vgg_m(tmp_path / "net.pth")


def matconvnet(
    path: Path, net: VggM, fields: tuple[str, ...] = ("weights",), convolutions: int = 3
) -> Path:
    """A file with the layout of MatConvNet's imagenet-vgg-m.mat, all layers up to relu3."""
    matlab = pytest.importorskip("scipy.io")
    layers = np.empty((1, 10), object)
    for index in range(10):
        layers[0, index] = {"type": "relu", "name": f"layer{index}"}
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    for index in range(convolutions):
        kernel = state[f"conv{index + 1}.weight"].transpose(2, 3, 1, 0)
        bias = state[f"conv{index + 1}.bias"].reshape(-1, 1)
        layer: dict[str, object] = {"type": "conv", "stride": [2, 2]}
        if fields == ("weights",):
            pair = np.empty((1, 2), object)
            pair[0, 0], pair[0, 1] = kernel, bias
            layer["weights"] = pair
        else:
            layer.update(zip(fields, (kernel, bias), strict=True))
        layers[0, 4 * index] = layer
    matlab.savemat(path, {"layers": layers, "meta": {"classes": "many"}}, do_compression=True)
    return path


@pytest.mark.parametrize(
    "fields", [("weights",), ("filters", "biases")], ids=["cell of two", "older fields"]
)
def test_matconvnets_file_arrives(tmp_path: Path, fields: tuple[str, ...]) -> None:
    net = random_vgg_m(3)
    for layer in (net.conv1, net.conv2, net.conv3):
        layer.bias.data.normal_(generator=torch.Generator().manual_seed(0))  # type: ignore[union-attr]
    found = import_vgg_m(
        matconvnet(tmp_path / "imagenet-vgg-m.mat", net.requires_grad_(False), fields)
    )
    assert found.net.lrn == "vggm"
    assert found.fully_connected == {}
    assert_same_net(found.net, net)


def test_a_matlab_file_without_the_third_convolution(tmp_path: Path) -> None:
    net = random_vgg_m(3).requires_grad_(False)
    path = matconvnet(tmp_path / "net.mat", net, convolutions=2)
    with pytest.raises(WeightsError, match=r"layer 9 of its layers is no convolution.*conv3 was"):
        import_vgg_m(path)


def test_a_matlab_file_of_something_else(tmp_path: Path) -> None:
    matlab = pytest.importorskip("scipy.io")
    matlab.savemat(tmp_path / "net.mat", {"results": np.zeros(4)})
    with pytest.raises(WeightsError, match="is no MatConvNet model"):
        import_vgg_m(tmp_path / "net.mat")


def test_without_scipy_the_package_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(vgg_m_files, "import_module", missing)
    with pytest.raises(WeightsError, match="needs scipy: pip install scipy"):
        import_vgg_m(tmp_path / "net.mat")
