"""Arrays kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.training.global_attention.bank_cache import Arrays, cached


class _Maker:
    """Counts how often arrays were made."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Arrays:
        self.calls += 1
        return {"boxes": np.arange(8.0), "names": np.array(["one", "two"])}


def test_makes_once_for_each_key(tmp_path: Path) -> None:
    make = _Maker()
    for key in ("a", "a", "b", "a"):
        found = cached("clips", key, str(tmp_path / "deep"), make)
        np.testing.assert_array_equal(found["boxes"], np.arange(8.0))
        assert found["names"].tolist() == ["one", "two"]
    assert make.calls == 2


def test_keeps_nothing_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make = _Maker()
    for _ in range(2):
        cached("clips", "a", "", make)
    assert make.calls == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    make = _Maker()
    cached("clips", "a", str(tmp_path), make)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    for _ in range(2):
        found = cached("clips", "a", str(tmp_path), make)
        np.testing.assert_array_equal(found["boxes"], np.arange(8.0))
    assert make.calls == 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatasetError, match=r"cache folder .*file"):
        cached("clips", "a", str(tmp_path / "file"), _Maker())


def test_work_that_is_broken_off_leaves_nothing_and_shows_nothing(tmp_path: Path) -> None:
    def break_off() -> Arrays:
        assert not list(tmp_path.iterdir())  # who looks meanwhile must not find half
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached("clips", "a", str(tmp_path), break_off)
    assert not list(tmp_path.iterdir())
