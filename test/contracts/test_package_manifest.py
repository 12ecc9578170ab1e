"""package.xml, setup.py and the requirement files name what the code imports, and one version.

That the named packages install and build is what `make setup` itself shows.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

# Import name -> name in package.xml (None: from pip only) and name at PyPI (None: a ROS package).
PACKAGES: dict[str, tuple[str | None, str | None]] = {
    "numpy": ("python3-numpy", "numpy"),
    "cv2": ("python3-opencv", "opencv-contrib-python-headless"),
    "yaml": ("python3-yaml", "PyYAML"),
    "matplotlib": ("python3-matplotlib", "matplotlib"),
    "tqdm": ("python3-tqdm", "tqdm"),
    "torch": (None, "torch"),
    "torchvision": (None, "torchvision"),
    "safetensors": (None, "safetensors"),
    "rosbags": (None, "rosbags"),
}
OUR_OWN = {"rgbt_dualatt", "rgbt_dualatt_ros"}
# Run or needed by the launch files and our messages, or imported by name when a user asks for it.
NOT_IMPORTED = {"launch", "launch_ros", "ros2launch", "rosidl_default_runtime", "std_msgs"}
NOT_IMPORTED |= {"ros2bag", "rosbag2_storage_mcap"}
NOT_IMPORTED |= {"message_filters"}


@pytest.fixture(scope="module")
def manifest(root: Path) -> ElementTree.Element:
    return ElementTree.parse(root / "package.xml").getroot()


@pytest.fixture(scope="module")
def runtime_dependencies(manifest: ElementTree.Element) -> set[str]:
    tags = ("depend", "exec_depend")
    return {element.text or "" for tag in tags for element in manifest.iter(tag)}


@pytest.fixture(scope="module")
def third_party(imports: dict[str, set[str]]) -> set[str]:
    used = set().union(*imports.values())
    return used - OUR_OWN - set(sys.stdlib_module_names)


def test_every_import_is_declared_for_ros(
    third_party: set[str], runtime_dependencies: set[str]
) -> None:
    wanted = {PACKAGES[name][0] if name in PACKAGES else name for name in third_party}
    assert not wanted - {None} - runtime_dependencies


def test_nothing_is_declared_for_ros_without_use(
    third_party: set[str], runtime_dependencies: set[str]
) -> None:
    used = {PACKAGES[name][0] if name in PACKAGES else name for name in third_party}
    assert not runtime_dependencies - used - NOT_IMPORTED


def test_every_import_is_declared_for_pip(root: Path, third_party: set[str]) -> None:
    pinned = {
        re.split(r"[=<>]", line)[0]
        for line in (root / "requirements" / "runtime.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    }
    loose = set(
        re.findall(r'^ +"([\w-]+)>=', (root / "setup.py").read_text("utf-8"), re.MULTILINE)
    )
    assert pinned == loose
    from_pypi = {PACKAGES[name][1] for name in third_party if name in PACKAGES}
    assert from_pypi <= pinned


def test_every_requirement_is_pinned(root: Path) -> None:
    for path in (root / "requirements").glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                assert re.match(r"^[\w.-]+==[\w.]+(; python_version [<>]=? \"3\.11\")?$", line), (
                    line
                )


def test_setup_reads_the_version_of_the_manifest(
    root: Path, manifest: ElementTree.Element
) -> None:
    done = subprocess.run(
        [sys.executable, "setup.py", "--version"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == manifest.findtext("version")


def test_manifest_has_what_tools_insist_on(root: Path, manifest: ElementTree.Element) -> None:
    maintainer = manifest.find("maintainer")
    assert maintainer is not None
    assert re.match(r"^[\w.-]+@[\w-]+\.[\w.]+$", maintainer.get("email", ""))
    assert manifest.findtext("license") == "Apache-2.0"
    assert "Apache License" in (root / "LICENSE").read_text(encoding="utf-8")
