"""How a command of ours begins and ends: interpreter, log, one line for an error, exit code."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rgbt_dualatt_ros.core.errors import RgbtError
from rgbt_dualatt_ros.core.process_environment import set_compute_environment

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
_SHELLS_SIGNAL_CODE = 128  # a shell says this plus the signal's number; 130 is that of Ctrl-C

_ROS_HINT = (
    "this command needs ROS 2; in a checkout: make setup, on an installed ROS 2: "
    "source /opt/ros/<distro>/setup.bash"
)
_HINTS = {
    "rclpy": _ROS_HINT,
    "rgbt_dualatt": "its messages are not built; in a checkout: make setup, in a workspace: "
    "colcon build, then source install/setup.bash",
    "torch": "pip install torch torchvision, or activate the virtual environment that has it",
    "cv2": "pip install opencv-contrib-python-headless",
    "yaml": "pip install PyYAML",
    "torchvision": "pip install torchvision, of the version that fits torch",
}


class Terminated(KeyboardInterrupt):
    """The system ends us, by SIGTERM or by closing the terminal; told apart from Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = _SHELLS_SIGNAL_CODE + number


def end_in_order() -> None:
    """Let SIGTERM and a closed terminal end a command as Ctrl-C does.

    By default they kill it on the spot, and children and unfinished files would stay behind.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, _raise_terminated)


def _raise_terminated(number: int, _frame: FrameType | None) -> None:
    raise Terminated(number)


def run_command(command: Callable[[], int]) -> int:
    """Call `command` and give its exit code; what a user can mend becomes one line on stderr.

    A programming error keeps its traceback. One of several that torchrun has started does not come
    back: it ends here.
    """
    code = _code_of(command)
    if os.environ.get("WORLD_SIZE", "1") != "1":
        _end_at_once(code)
    return code


def _end_at_once(code: int) -> NoReturn:
    """End this process without tearing the interpreter down.

    DDP keeps the threads of its process group, whatever is destroyed; one that lets go of a tensor
    while the interpreter is torn down aborts the process, and torchrun then kills the others.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream:  # None when the caller has closed it
            stream.flush()
    os._exit(code)


def _code_of(command: Callable[[], int]) -> int:
    enter_virtual_environment()
    set_compute_environment()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name of a file that this terminal cannot show must not end a command.
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.basicConfig(format="%(levelname)s: %(message)s")
    try:
        code = command()
        if sys.stdout:  # None when the caller has closed it
            sys.stdout.flush()
    except RgbtError as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        return _complain(_missing_module(error))
    except Terminated as end:
        return end.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and nobody listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def enter_virtual_environment() -> None:
    """Continue in the active virtual environment when this interpreter has no torch.

    `ros2 run` and `ros2 launch` start the interpreter that built the package. Users build with the
    system's Python and keep torch in an environment that they activate.
    """
    if "VIRTUAL_ENV" not in os.environ or find_spec("torch"):
        return
    python = Path(os.environ["VIRTUAL_ENV"]).absolute() / "bin" / "python"
    if python.exists() and python != Path(sys.executable):
        os.execv(python, [str(python), *sys.argv])  # the same program, the user's own interpreter


def _missing_module(error: ModuleNotFoundError) -> str:
    name = (error.name or "").partition(".")[0]
    if not name or name == "rgbt_dualatt_ros":
        raise error
    hint = _HINTS.get(name, f"pip install {name}")
    return f"Python module {name} is missing in {sys.executable}: {hint}"


def _complain(text: str) -> int:
    if sys.stdout:
        sys.stdout.flush()
    print(f"error: {text}", file=sys.stderr)
    return EXIT_BAD_INPUT
