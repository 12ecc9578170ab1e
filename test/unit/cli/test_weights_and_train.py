"""`weights` and `train` on the command line: what they print, and errors before any work."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.core.share_files import find_share_file
from rgbt_dualatt_ros.models import weight_kinds
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.models.paper_attention_net import PaperShape, random_paper_net
from rgbt_dualatt_ros.models.vgg16 import random_vgg16
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.models.weights import save_backbone, save_global_attention


@pytest.fixture
def stored(tmp_path: Path) -> str:
    path = tmp_path / "net.safetensors"
    save_backbone(random_backbone(BackboneShape(2, 3, 4, 5), 0), path, {"command": "by a test"})
    return str(path)


def test_list_tells_how_the_file_was_made(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "list", stored]) == 0
    assert "command: by a test" in capsys.readouterr().out


def test_verify_says_that_the_file_is_right(
    stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["weights", "verify", stored]) == 0
    assert "is right and every tensor fits" in capsys.readouterr().out


def test_verify_refuses_a_damaged_file(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(Path(stored).read_bytes())
    content[-1] ^= 1
    Path(stored).write_bytes(content)
    assert main(["weights", "verify", stored]) == 2
    assert "changed after it was written" in capsys.readouterr().err


def test_convert_writes_a_file_that_verifies(
    stored: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "wide.safetensors")
    assert main(["weights", "convert", stored, "--out", out]) == 0
    assert main(["weights", "verify", out]) == 0
    assert "backbone: checksum" in capsys.readouterr().out


def test_import_tells_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, out = tmp_path / "net.pth", str(tmp_path / "net.safetensors")
    blocks = {
        name.replace(".", ".0."): value for name, value in random_vgg_m(0).state_dict().items()
    }
    torch.save({**blocks, "epoch": 3}, given)
    assert main(["weights", "import", str(given), "--out", out, "--lrn", "window1"]) == 0
    printed = capsys.readouterr().out
    assert "normalisation window1" in printed
    assert "left out: epoch" in printed
    assert main(["weights", "list", out]) == 0
    assert "imported: net.pth (MDNet checkpoint)" in capsys.readouterr().out


def test_vgg16_is_imported_and_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = tmp_path / "vgg16-397923af.pth", str(tmp_path / "vgg16.safetensors")
    features = {
        f"features.{name}": value.half() for name, value in random_vgg16(0).state_dict().items()
    }
    torch.save({**features, "classifier.0.bias": torch.zeros(3)}, given)
    assert main(["weights", "import", str(given), "--out", out, "--precision", "fp16"]) == 0
    printed = capsys.readouterr().out
    assert "torchvision VGG-16" in printed
    assert "left out: classifier.0.bias" in printed
    assert main(["weights", "verify", out]) == 0
    assert "vgg16: checksum" in capsys.readouterr().out


def test_the_papers_net_is_listed_verified_and_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "paper.safetensors", str(tmp_path / "half.safetensors")
    save_global_attention(random_paper_net(PaperShape(1 / 32), 0), path, {}, "fp32")
    assert main(["weights", "list", str(path)]) == 0
    assert "inputs: frame_rgb frame_thermal target_rgb" in capsys.readouterr().out
    assert main(["weights", "convert", str(path), "--out", out, "--precision", "fp16"]) == 0
    assert main(["weights", "verify", out]) == 0
    assert "global_paper: checksum" in capsys.readouterr().out


def test_the_list_of_all_tells_how_absent_ones_are_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_backbone(relative: str) -> tuple[Path | None, list[Path]]:
        return find_share_file(relative) if "backbone" in relative else (None, [])

    monkeypatch.setattr(weight_kinds, "find_share_file", only_backbone)
    assert main(["weights", "list"]) == 0
    printed = capsys.readouterr().out
    assert "realtime_backbone.safetensors: 0.80 MB" in printed
    for kind, command in (
        ("vgg_m", "train vgg_m"),
        ("vgg16", "weights import vgg16-397923af.pth"),
        ("global_lite", "train global-attention"),
        ("global_paper", "train global-attention"),
    ):
        (line,) = [line for line in printed.splitlines() if line.startswith(f"{kind}: no")]
        assert f"make it with: rgbt-dualatt {command}" in line


@pytest.mark.parametrize("action", ["import", "convert"])
def test_a_file_to_write_must_be_named(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", action, "net.pth"]) == 2
    assert "needs a file and --out" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["import", "convert"])
def test_the_file_that_is_read_is_not_written(
    action: str, stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = Path(stored).read_bytes()
    assert main(["weights", action, stored, "--out", stored]) == 2
    assert "is the file that is read" in capsys.readouterr().err
    assert Path(stored).read_bytes() == content


def test_a_checkpoint_with_other_names_is_one_line_that_tells_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = tmp_path / "net.pth", tmp_path / "net.safetensors"
    torch.save({"state_dict": random_vgg_m(0).state_dict()}, given)
    assert main(["weights", "import", str(given), "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert "it has state_dict" in error
    assert error.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("action", ["list", "verify", "import", "convert"])
@pytest.mark.parametrize("content", [b"", b"text", None], ids=["empty", "text", "missing"])
def test_wrong_files_are_one_line(
    action: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "net.safetensors"
    if content is not None:
        given.write_bytes(content)
    assert main(["weights", action, str(given), "--out", str(tmp_path / "new")]) == 2
    error = capsys.readouterr().err
    assert "net.safetensors" in error
    assert error.count("\n") == 1


def test_a_teacher_that_is_text_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = tmp_path / "teacher.pt"
    teacher.write_text("hello, I am no teacher")
    given = ["--data", str(tmp_path), "--teacher", str(teacher)]
    assert main(["train", "vgg_m", *given, "--out", str(tmp_path / "net.safetensors")]) == 2
    error = capsys.readouterr().err
    assert "cannot read the teacher" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "reason"),
    [("epoch=3", "did you mean epochs"), ("epochs=0", "epochs must lie in 1")],
    ids=["unknown", "out of range"],
)
def test_wrong_training_settings_are_one_line(
    setting: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "net.safetensors")
    given = ["--data", str(tmp_path), "--teacher", "teacher.pt", "--out", out, "--set", setting]
    assert main(["train", "backbone", *given]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


def test_missing_training_data_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", str(tmp_path / "gone"), "--teacher", "gone.pt"]
    assert main(["train", "backbone", *given, "--out", str(tmp_path / "net.safetensors")]) == 2
    assert "gone" in capsys.readouterr().err
