"""`pip install .` without ROS: the tracker, the offline evaluation and the trainer.

The version comes from package.xml, the commands from setup.cfg (ament_cmake reads that file too),
the pinned extras from requirements/.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
SHARE_FOLDERS = ("msg", "srv", "launch", "config", "weights")
SHARE = Path("share/rgbt_dualatt")


def pinned(name: str) -> list[str]:
    """The requirements of a file in requirements/, without its comments."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def share_files() -> list[tuple[str, list[str]]]:
    """What core/share_files.py looks for, by the folder it goes to."""
    found = {SHARE: ["package.xml"]}
    for top in SHARE_FOLDERS:
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file():
                inside = path.relative_to(ROOT)
                found.setdefault(SHARE / inside.parent, []).append(str(inside))
    return [(str(folder), files) for folder, files in found.items()]


package = ElementTree.parse(ROOT / "package.xml").getroot()
setup(
    name="rgbt_dualatt_ros",
    version=package.findtext("version"),
    description="RGB-thermal single-object tracking with dual attention",
    license=package.findtext("license"),
    python_requires=">=3.10",
    packages=find_packages(include=["rgbt_dualatt_ros", "rgbt_dualatt_ros.*"]),
    package_data={"rgbt_dualatt_ros": ["py.typed"]},
    data_files=share_files(),
    install_requires=[
        "numpy>=1.21",
        "opencv-contrib-python-headless>=4.5",
        "torch>=2.1",
        "torchvision>=0.16",
        "safetensors>=0.4",
        "PyYAML>=5.4",
        "tqdm>=4.60",
        "matplotlib>=3.5",
        "rosbags>=0.11",
    ],
    extras_require={"test": pinned("development"), "ros-wheels": pinned("ros")},
)
