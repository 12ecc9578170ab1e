"""`rgbt-dualatt config` beyond the listing: values written out as they take effect."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli import config as config_command
from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.errors import ConfigError


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    config_command.add_arguments(parser)
    return config_command.run(parser.parse_args(words))


def test_pinned_values_are_those_of_the_preset_and_need_it_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--pin", "--set", "preset=paper", "--set", "attention.weight=5") == 0
    pinned = tmp_path / "pinned.yaml"
    pinned.write_text(capsys.readouterr().out, encoding="utf-8")
    wanted = load_config(Config, None, ["preset=paper", "attention.weight=5"])
    assert load_config(Config, pinned) == wanted
    without = load_config(Config, pinned, ["preset=realtime"]).tracker
    assert (without.features.source, without.attention.weight) == ("crops", 5.0)


def test_values_to_pin_go_with_pin_only() -> None:
    with pytest.raises(ConfigError, match="go with --pin"):
        run("--set", "preset=paper")
