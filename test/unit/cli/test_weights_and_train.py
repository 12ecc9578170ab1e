"""`weights` and `train` on the command line: what they print, and errors before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli.main import main
from rgbt_dualatt_ros.models.backbone import BackboneShape, random_backbone
from rgbt_dualatt_ros.models.weights import save_backbone


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
