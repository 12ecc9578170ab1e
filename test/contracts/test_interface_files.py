"""Every field of a message or service is explained beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("msg/*.msg"), *ROOT.glob("srv/*.srv")])
EXPLAINED_BY_THEIR_TYPE = {"targets"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_fields_are_explained(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# "), "the first line says what the message is for"
    declarations = [line for line in lines if line.strip() and not line.startswith(("#", "---"))]
    bare = [line for line in declarations if "#" not in line and "=" not in line]
    assert not [line for line in bare if line.split()[1] not in EXPLAINED_BY_THEIR_TYPE]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_numbers_of_a_box_have_a_unit(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("float32 x", "float32 y", "float32 width", "float32 height")):
            assert "px" in line.partition("#")[2], line
