"""What all tests share: ROS stays on this machine, skips have a reason, no deadline."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest

from rgbt_dualatt_ros.core.process_environment import set_compute_environment
from rgbt_dualatt_ros.ros.transport import isolate, private_domain_id

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Before any test imports torch, rclpy or matplotlib: each reads these once.
set_compute_environment()
os.environ.setdefault("MPLBACKEND", "Agg")
isolate(os.environ, private_domain_id())

hypothesis.settings.register_profile("default", deadline=None, max_examples=40)
hypothesis.settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-ros",
        action="store_true",
        help="run tests marked ros even when ROS seems absent, so that they fail instead of skip",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = [name for name in ("rclpy", "rgbt_dualatt") if find_spec(name) is None]
    skip = {}
    if missing and not config.getoption("--require-ros"):
        skip["ros"] = pytest.mark.skip(reason=f"Python modules missing: {', '.join(missing)}")
    if not REAL_DATA.is_dir():
        skip["data"] = pytest.mark.skip(reason=f"real sequences are not at {REAL_DATA}")
    for item in items:
        for name in skip.keys() & {mark.name for mark in item.iter_markers()}:
            item.add_marker(skip[name])


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real sequences beside the checkout; mark the test with `data`."""
    return REAL_DATA
