"""Every executable and verb exists, shows an example, and ends well on a user's mistake."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[2]


def test_every_executable_answers_help(commands: dict[str, str]) -> None:
    for name, target in commands.items():
        module, function = target.split(":")
        call = (
            f"import sys; sys.argv[0] = {name!r}; import {module} as m; sys.exit(m.{function}())"
        )
        done = subprocess.run(
            [sys.executable, "-c", call, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name} --help: {done.stderr}"
        assert "example" in done.stdout, name


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example(verb: str) -> None:
    module = import_module(f"rgbt_dualatt_ros.cli.{verb.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"rgbt-dualatt {verb}")
    module.add_arguments(parser)
    assert callable(module.run)
    assert parser.epilog
    assert f"rgbt-dualatt {verb}" in parser.epilog


def test_a_misspelt_verb_is_refused_with_the_nearest() -> None:
    done = _run("evalate")
    assert done.returncode == 2
    assert "did you mean evaluate?" in done.stderr


def test_an_error_of_the_user_is_one_line(tmp_path: Path) -> None:
    done = _run("config", "--check", str(tmp_path / "absent.yaml"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot read settings")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_setting_that_is_not_there_is_no_empty_answer() -> None:
    done = _run("config", "sync.slop_m_s")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean sync.slop_ms?" in done.stderr


def test_a_closed_output_is_no_error() -> None:
    command = f"{sys.executable} -m rgbt_dualatt_ros.cli.main config --check config/tracker.yaml"
    done = subprocess.run(
        ["bash", "-c", f"{command} >&-"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m rgbt_dualatt_ros.cli.main config | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("preset")
    assert done.stderr == ""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rgbt_dualatt_ros.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
