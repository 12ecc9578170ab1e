"""VGG-16 out of torchvision's files, fetched or given; and telling its files from VGG-M's."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models import weights
from rgbt_dualatt_ros.models.foreign_weights import import_weights
from rgbt_dualatt_ros.models.vgg16 import random_vgg16
from rgbt_dualatt_ros.models.vgg16_files import TORCHVISION_NAME
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.models.weight_files import read_tensors

FILE_NAME = "vgg16-397923af.pth"


@pytest.fixture(scope="module")
def features() -> dict[str, Tensor]:
    """Random weights under torchvision's names, half precision."""
    return {
        f"features.{name}": value.half() for name, value in random_vgg16(3).state_dict().items()
    }


@pytest.fixture(scope="module")
def whole(features: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as torchvision's, but for the size of its classifier."""
    path = tmp_path_factory.mktemp("whole") / FILE_NAME
    classifier = {f"classifier.{layer}.weight": torch.zeros(2, 2) for layer in (0, 3, 6)}
    torch.save({**features, **classifier}, path)
    return path


def assert_imported(out: Path, features: dict[str, Tensor]) -> None:
    net = weights.load_vgg16(str(out), 0)
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, features[f"features.{name}"].float(), rtol=0, atol=0)


def test_the_whole_file_gives_its_features(
    whole: Path, features: dict[str, Tensor], tmp_path: Path
) -> None:
    out = tmp_path / "vgg16.safetensors"
    found = import_weights(str(whole), out, None, "fp32")
    assert found.layout == "torchvision VGG-16"
    assert found.left_out == ("classifier.0.weight", "classifier.3.weight", "classifier.6.weight")
    assert_imported(out, features)
    tensors, metadata = read_tensors(out)
    assert {value.dtype for value in tensors.values()} == {torch.float32}
    assert metadata["imported"].startswith(f"{FILE_NAME} (torchvision VGG-16), SHA-256 ")


def test_features_alone_are_enough(features: dict[str, Tensor], tmp_path: Path) -> None:
    given, out = tmp_path / "features.pth", tmp_path / "vgg16.safetensors"
    torch.save(features, given)
    found = import_weights(str(given), out, None, "fp16")
    assert (found.layout, found.left_out) == ("torchvision VGG-16, features only", ())
    assert_imported(out, features)


def test_a_file_cut_short_names_what_is_missing(
    features: dict[str, Tensor], tmp_path: Path
) -> None:
    given, out = tmp_path / "features.pth", tmp_path / "vgg16.safetensors"
    torch.save({name: value for name, value in features.items() if ".28." not in name}, given)
    with pytest.raises(WeightsError, match=r"missing \['28\.bias', '28\.weight'\]"):
        import_weights(str(given), out, None, "fp16")
    assert not out.exists()


def test_values_that_are_not_finite_are_named(tmp_path: Path) -> None:
    given = tmp_path / "features.pth"
    torch.save({"features.0.weight": torch.full((64, 3, 3, 3), float("nan"))}, given)
    with pytest.raises(
        WeightsError, match=r"features\.0\.weight holds values that are not finite"
    ):
        import_weights(str(given), tmp_path / "out", None, "fp16")


def test_vgg16_has_no_normalisation(tmp_path: Path) -> None:
    given = tmp_path / "features.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, given)
    with pytest.raises(WeightsError, match="VGG-16, which has no normalisation; omit --lrn"):
        import_weights(str(given), tmp_path / "out", "vggm", "fp16")


def test_a_checkpoint_of_mdnet_still_gives_vgg_m(tmp_path: Path) -> None:
    given, out = tmp_path / "net.pth", tmp_path / "net.safetensors"
    blocks = {
        name.replace(".", ".0."): value for name, value in random_vgg_m(0).state_dict().items()
    }
    torch.save(blocks, given)
    found = import_weights(str(given), out, "window1", "fp16")
    assert found.layout == "MDNet checkpoint; normalisation window1"
    assert weights.verify(out) == "vgg_m"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Torch's own folder, empty; whoever fetches without being told to fails."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))

    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    return tmp_path / "hub" / "checkpoints"


def test_torchvisions_own_file_is_used_when_it_is_there(
    hub: Path, whole: Path, features: dict[str, Tensor], tmp_path: Path
) -> None:
    hub.mkdir(parents=True)
    shutil.copy(whole, hub / FILE_NAME)
    out = tmp_path / "vgg16.safetensors"
    import_weights(TORCHVISION_NAME, out, None, "fp16")
    assert_imported(out, features)


def test_torchvisions_own_file_is_fetched_and_its_hash_checked(
    hub: Path,
    whole: Path,
    features: dict[str, Tensor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str | None]] = []

    def fetch(url: str, place: str, hash_prefix: str | None) -> None:
        asked.append((url.rpartition("/")[2], hash_prefix))
        shutil.copy(whole, place)

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    out = tmp_path / "vgg16.safetensors"
    import_weights(TORCHVISION_NAME, out, None, "fp16")
    assert asked == [(FILE_NAME, "397923af")]
    assert (hub / FILE_NAME).is_file()
    assert_imported(out, features)


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    "error",
    [
        URLError("no route to host"),
        RuntimeError('invalid hash value (expected "397923af", got "0")'),
        PermissionError(13, "Permission denied"),
    ],
    ids=["no internet", "damaged", "no place"],
)
def test_what_cannot_be_fetched_is_one_line_with_another_way(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    with pytest.raises(WeightsError) as caught:
        import_weights(TORCHVISION_NAME, tmp_path / "out", None, "fp16")
    text = str(caught.value)
    assert text.startswith(f"cannot fetch {TORCHVISION_NAME}: ")
    assert f"weights import {FILE_NAME} --out" in text
    assert "\n" not in text


@pytest.mark.data
def test_the_real_features_see_edges(real_data: Path, tmp_path: Path) -> None:
    """First-layer kernels of ImageNet's nets are smooth: neighbours in a kernel are alike."""
    given = real_data / "weights" / "vgg16_features.pth"
    if not given.is_file():
        pytest.skip(f"no {given}")
    out = tmp_path / "vgg16.safetensors"
    import_weights(str(given), out, None, "fp16")
    kernels = weights.load_vgg16(str(out), 0).state_dict()["0.weight"]
    centred = kernels - kernels.mean()
    likeness = (centred[..., 1:] * centred[..., :-1]).mean() / centred.square().mean()
    assert likeness > 0.3
