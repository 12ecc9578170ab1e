"""Names, sizes and texts of the tree's files. Says nothing about what the code does."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

FORBIDDEN_NAME = re.compile(r"^_?(utils?|helpers?|common|misc)$")
MOST_LINES = 350
# What is typed by a machine, or is a text of others.
NOT_OURS = {"LICENSE"}


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    """The files of the repository that hold text, from git; skips without it."""
    try:
        done = subprocess.run(
            ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    suffixes = {
        ".py",
        ".md",
        ".txt",
        ".toml",
        ".cfg",
        ".xml",
        ".yaml",
        ".sh",
        ".rviz",
        ".msg",
        ".srv",
        "",
    }
    paths = [root / name for name in done.stdout.splitlines()]
    return [path for path in paths if path.suffix in suffixes and path.is_file()]


def test_modules_are_named_after_what_they_do(root: Path) -> None:
    parts = {part for path in _python_files(root) for part in path.relative_to(root).parts}
    assert not {part for part in parts if FORBIDDEN_NAME.match(Path(part).stem)}


def test_no_file_is_too_long(root: Path) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _python_files(root)}
    assert not {path: length for path, length in lengths.items() if length > MOST_LINES}


def test_every_module_says_what_it_is_for(root: Path) -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _python_files(root)}
    assert not [path for path, tree in trees.items() if not ast.get_docstring(tree)]


def test_test_files_have_names_of_their_own(root: Path) -> None:
    names = Counter(path.name for path in (root / "test").rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1]
    assert not list((root / "test").rglob("__init__.py"))


def test_no_path_of_one_machine_is_in_the_tree(root: Path, tracked: list[Path]) -> None:
    machine_path = re.compile(r"(?<![\w.])/(work|root|home/\w+)/")
    here = Path(__file__).resolve()
    offenders = [
        f"{path.relative_to(root)}:{number}"
        for path in tracked
        if path.name not in NOT_OURS and path != here
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if machine_path.search(line)
    ]
    assert not offenders


def test_links_between_documents_lead_somewhere(root: Path, tracked: list[Path]) -> None:
    link = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
    broken = [
        f"{page.relative_to(root)} -> {target}"
        for page in tracked
        if page.suffix == ".md"
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


def _python_files(root: Path) -> list[Path]:
    folders = ("rgbt_dualatt_ros", "test", "launch", "tools", "benchmark")
    return [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
