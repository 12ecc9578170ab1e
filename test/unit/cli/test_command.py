"""How commands begin and end, each in a process of its own: interpreter, one-line errors, codes.

The virtual environments here are real but empty, with a file in the place of torch.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from rgbt_dualatt_ros.cli.command import enter_virtual_environment
enter_virtual_environment()
print(sys.prefix, *sys.argv[1:])
"""


def make_environment(folder: Path, *, has_torch: bool) -> Path:
    """A virtual environment that finds this package, with or without a module torch."""
    venv.create(folder, symlinks=True)
    packages = next((folder / "lib").glob("python3*")) / "site-packages"
    (packages / "tree.pth").write_text(str(ROOT))
    if has_torch:
        (packages / "torch.py").touch()
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def run(environment: Path, program: Path, active: Path | None) -> str:
    variables = {"PATH": os.environ["PATH"]}
    if active is not None:
        variables["VIRTUAL_ENV"] = str(active)
    done = subprocess.run(
        [environment / "bin" / "python", program, "--one", "two words"],
        capture_output=True,
        text=True,
        check=True,
        env=variables,
        cwd=program.parent,
        timeout=60,
    )
    return done.stdout.strip()


def test_without_torch_it_goes_on_in_the_active_environment(tmp_path: Path, program: Path) -> None:
    built_with = make_environment(tmp_path / "built_with", has_torch=False)
    users = make_environment(tmp_path / "users", has_torch=True)
    assert run(built_with, program, users) == f"{users} --one two words"


def test_with_torch_it_stays(tmp_path: Path, program: Path) -> None:
    built_with = make_environment(tmp_path / "built_with", has_torch=True)
    users = make_environment(tmp_path / "users", has_torch=True)
    assert run(built_with, program, users).startswith(str(built_with))


@pytest.mark.parametrize("active", ["users", "removed", None], ids=str)
def test_it_never_goes_round_in_circles(tmp_path: Path, program: Path, active: str | None) -> None:
    # Nowhere is torch; the command itself says so later.
    users = make_environment(tmp_path / "users", has_torch=False)
    chosen = tmp_path / active if active else None
    assert run(users, program, chosen).startswith(str(users))


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        pytest.param("return 3", 3, "", id="its own code"),
        pytest.param("raise RgbtError('no such bag')", 2, "error: no such bag\n", id="user error"),
        pytest.param("raise KeyboardInterrupt", 130, "", id="Ctrl-C"),
        pytest.param("import rclpy", 2, "this command needs ROS 2", id="no ROS"),
        pytest.param("import torch", 2, "pip install torch", id="no torch"),
        pytest.param("raise TypeError('x')", 1, "Traceback", id="a bug of ours"),
    ],
)
def test_how_a_command_ends(body: str, code: int, text: str) -> None:
    program = (
        "import sys\n"
        "from rgbt_dualatt_ros.cli.command import run_command\n"
        "from rgbt_dualatt_ros.core.errors import RgbtError\n"
        "sys.modules['rclpy'] = sys.modules['torch'] = None\n"
        f"def command():\n    {body}\n"
        "sys.exit(run_command(command))"
    )
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == code
    assert text in done.stderr
    if code != 1:
        assert len(done.stderr.splitlines()) == bool(text)


@pytest.mark.parametrize(("ranks", "text"), [("1", "torn down\n"), ("2", "")])
def test_one_of_several_ranks_ends_before_the_interpreter_is_torn_down(
    ranks: str, text: str
) -> None:
    program = (
        "import atexit, sys\n"
        "from rgbt_dualatt_ros.cli.command import run_command\n"
        "atexit.register(print, 'torn down', file=sys.stderr)\n"
        "def command():\n"
        "    print('the last words')\n"
        "    return 3\n"
        "sys.exit(run_command(command))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "WORLD_SIZE": ranks},
        cwd=ROOT,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "the last words\n", text)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_told_to_end_it_cleans_up_first(number: signal.Signals, tmp_path: Path) -> None:
    unfinished = tmp_path / "unfinished"
    program = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from rgbt_dualatt_ros.cli.command import end_in_order, run_command\n"
        # Under nohup, these tests and their children ignore it.
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "def command():\n"
        f"    unfinished = Path({str(unfinished)!r})\n"
        "    unfinished.touch()\n"
        "    try:\n"
        "        print('working', flush=True)\n"
        "        time.sleep(60)\n"
        "    finally:\n"
        "        unfinished.unlink()\n"
        "end_in_order()\n"
        "sys.exit(run_command(command))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert complaint == ""
    assert not unfinished.exists()
