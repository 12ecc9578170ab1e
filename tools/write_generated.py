"""Write what derives from the settings: the file config/tracker.yaml and a table of the docs.

`test/contracts/test_generated_files.py` fails when they are out of date.
"""

from __future__ import annotations

import re
from pathlib import Path

from rgbt_dualatt_ros.cli.config import markdown_table
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import to_yaml
from rgbt_dualatt_ros.core.settings import walk

ROOT = Path(__file__).resolve().parents[1]
SETTINGS_FILE = ROOT / "config" / "tracker.yaml"
INTERFACE_PAGE = ROOT / "docs" / "ros_interface.md"
_TABLE = re.compile(r"(?<=<!-- parameters: begin -->\n).*?(?=<!-- parameters: end -->)", re.DOTALL)


def generated_files() -> dict[Path, str]:
    """What each generated file should hold now."""
    table = markdown_table(list(walk(Config))) + "\n"
    page = INTERFACE_PAGE.read_text(encoding="utf-8")
    return {
        SETTINGS_FILE: to_yaml(Config()),
        INTERFACE_PAGE: _TABLE.sub(lambda _: table, page),
    }


if __name__ == "__main__":
    for path, text in generated_files().items():
        path.write_text(text, encoding="utf-8")
