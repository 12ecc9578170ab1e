"""Share files are found in the tree, an ament prefix, a plain environment; all places are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core import share_files
from rgbt_dualatt_ros.core.share_files import find_share_file


def test_the_source_tree_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    found, _ = find_share_file("msg/TargetBox.msg")
    assert found == Path(share_files.__file__).resolve().parents[2] / "msg" / "TargetBox.msg"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The module where no source tree is around it."""
    module = tmp_path / "site-packages" / "rgbt_dualatt_ros" / "core" / "share_files.py"
    module.parent.mkdir(parents=True)
    shutil.copy(share_files.__file__, module)
    monkeypatch.setattr(share_files, "__file__", str(module))
    return tmp_path


def test_ament_prefixes_come_in_their_order(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay, underlay = installed / "overlay", installed / "underlay"
    for prefix in (overlay, underlay):
        (prefix / "share" / "rgbt_dualatt").mkdir(parents=True)
        (prefix / "share" / "rgbt_dualatt" / "file").write_text(prefix.name)
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{overlay}:{underlay}")
    found, _ = find_share_file("file")
    assert found is not None
    assert found.read_text() == "overlay"


def test_a_pip_environment_is_searched(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMENT_PREFIX_PATH", raising=False)
    monkeypatch.setattr("sys.prefix", str(installed / "venv"))
    wanted = installed / "venv" / "share" / "rgbt_dualatt" / "weights" / "net.safetensors"
    wanted.parent.mkdir(parents=True)
    wanted.touch()
    assert find_share_file("weights/net.safetensors")[0] == wanted


def test_every_place_tried_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(installed / "ament"))
    found, tried = find_share_file("nowhere")
    assert found is None
    assert installed / "ament" / "share" / "rgbt_dualatt" / "nowhere" in tried
    assert len(tried) == len(set(tried)) >= 2
