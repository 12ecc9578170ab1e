"""Print or check the settings: names, defaults, ranges, units and meanings."""

from __future__ import annotations

import argparse
from pathlib import Path

from rgbt_dualatt_ros.cli.usable_settings import load_usable_config
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import defaults_as_yaml, to_yaml
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import Setting, build, nearest_name, values_of, walk

_EXAMPLE = """example:
  rgbt-dualatt config sync              every setting with sync in its name
  rgbt-dualatt config --yaml > my.yaml  all of them as a parameter file, to edit
  rgbt-dualatt config --check my.yaml   is every name and value in it right?
  rgbt-dualatt config --pin --set preset=paper > paper.yaml   every value of a preset, written out
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt config`."""
    parser.epilog = _EXAMPLE
    parser.add_argument(
        "name", nargs="?", default="", help="only settings with this in their name"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--yaml", action="store_true", help="a ROS parameter file with the defaults")
    form.add_argument("--markdown", action="store_true", help="the table of the documentation")
    form.add_argument("--check", metavar="FILE", type=Path, help="check a YAML file")
    form.add_argument(
        "--pin", action="store_true", help="a parameter file with every value as it takes effect"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="with --pin: settings")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="with --pin: one more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for."""
    chosen = [each for each in walk(Config) if arguments.name in each.name]
    if arguments.check:
        print(_check(arguments.check))
    elif arguments.pin:
        print(to_yaml(load_usable_config(arguments.config, arguments.set)), end="")
    elif arguments.config or arguments.set:
        raise ConfigError("--config and --set go with --pin")
    elif arguments.yaml:
        print(defaults_as_yaml(Config), end="")
    elif arguments.markdown:
        print(markdown_table(chosen))
    else:
        if not chosen:
            near = nearest_name(arguments.name, {each.name: each for each in walk(Config)})
            raise ConfigError(f"no setting has {arguments.name!r} in its name{near}")
        print("\n".join(_describe(each) for each in chosen))
    return 0


def markdown_table(settings: list[Setting]) -> str:
    """The settings as a Markdown table, one a row."""
    rows = ["| parameter | default | range | meaning |", "|---|---|---|---|"]
    for each in settings:
        range_text = each.range_text.replace("|", "or")
        live = " May change while the node runs." if each.declaration.runtime else ""
        cells = (f"`{each.name}`", _default(each), range_text, each.declaration.text + live)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _describe(each: Setting) -> str:
    allowed = f"  [{each.range_text}]" if each.range_text else ""
    live = "  (may change while the node runs)" if each.declaration.runtime else ""
    return f"{each.name} = {_default(each)}{allowed}{live}\n    {each.declaration.text}"


def _default(each: Setting) -> str:
    unit = f" {each.declaration.unit}" if each.declaration.unit else ""
    return "not given" if each.default in ("", ()) else f"{each.default}{unit}"


def _check(path: Path) -> str:
    config = load_usable_config(path)
    preset = config.tracker.preset
    given, usual = values_of(config), values_of(build(Config, {"preset": preset}))
    changed = [f"  {name} = {given[name]}" for name in given if given[name] != usual[name]]
    summary = f"{path} is valid; it changes {len(changed)} setting(s) of the preset {preset}"
    return "\n".join([summary, *changed])
