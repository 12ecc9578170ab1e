"""Write what derives from the code: config/tracker.yaml, the parameter table, the list of files.

`test/contracts/test_generated_files.py` fails when they are out of date.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rgbt_dualatt_ros.cli.config import markdown_table
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import defaults_as_yaml
from rgbt_dualatt_ros.core.settings import walk

ROOT = Path(__file__).resolve().parents[1]
SETTINGS_FILE = ROOT / "config" / "tracker.yaml"
INTERFACE_PAGE = ROOT / "docs" / "ros_interface.md"
ARCHITECTURE_PAGE = ROOT / "docs" / "architecture.md"
PACKAGE = ROOT / "rgbt_dualatt_ros"


def generated_files() -> dict[Path, str]:
    """What each generated file should hold now."""
    return {
        SETTINGS_FILE: defaults_as_yaml(Config),
        INTERFACE_PAGE: _with(INTERFACE_PAGE, "parameters", markdown_table(list(walk(Config)))),
        ARCHITECTURE_PAGE: _with(ARCHITECTURE_PAGE, "files", file_list()),
    }


def file_list() -> str:
    """Every folder and module of the package with the first line of its docstring."""
    lines = []
    for folder in sorted(path.parent for path in PACKAGE.rglob("__init__.py")):
        name = folder.relative_to(PACKAGE.parent).as_posix()
        lines += ["", f"**`{name}/`** {_first_line(folder / '__init__.py')}", ""]
        modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
        lines += [f"- `{path.name}`: {_first_line(path)}" for path in modules]
    return "\n".join(lines)


def _first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def _with(page: Path, part: str, text: str) -> str:
    """The page with `text` between the marks of `part`."""
    between = re.compile(rf"(?<=<!-- {part}: begin -->\n).*?(?=<!-- {part}: end -->)", re.DOTALL)
    return between.sub(lambda _: text + "\n", page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for path, text in generated_files().items():
        path.write_text(text, encoding="utf-8")
