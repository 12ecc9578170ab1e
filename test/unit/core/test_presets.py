"""Presets: every name and value is a setting's, each differs from the default, users win."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.config import Config
from rgbt_dualatt_ros.core.config_files import load_config
from rgbt_dualatt_ros.core.presets import PRESETS
from rgbt_dualatt_ros.core.settings import build, values_of


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_changes_what_it_names_and_nothing_else(preset: str) -> None:
    defaults, values = values_of(Config()), values_of(build(Config, {"preset": preset}))
    changed = {name: values[name] for name in values if values[name] != defaults[name]}
    wanted = {name: each for name, each in PRESETS[preset].items() if each != defaults[name]}
    assert {**changed, "preset": preset} == {**wanted, "preset": preset}


def test_paper_names_nothing_that_is_the_default_anyway() -> None:
    defaults = values_of(Config())
    assert not [name for name, each in PRESETS["paper"].items() if each == defaults[name]]


def test_paper_has_the_numbers_of_the_paper() -> None:
    tracker = build(Config, {"preset": "paper"}).tracker
    assert tracker.attention.weight == 3  # the row of table 1 that the headline figures are from
    assert tracker.attention.level == "conv1"
    assert tracker.head.fusion == "fc5_concat"
    assert (tracker.samples.min_overlap, tracker.first_frame.max_background_overlap) == (0.7, 0.5)
    assert tracker.learning.loss == "sum"


def test_a_preset_on_the_command_line_keeps_what_the_file_says() -> None:
    config = load_config(Config, None, ["preset=paper", "attention.weight=5"])
    assert (config.tracker.attention.weight, config.tracker.features.source) == (5.0, "crops")
