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


# Of MDNet's family, as their codes have them; aspects are squared (see core/presets.py).
NUMBERS: dict[str, tuple[object, object, object]] = {  # paper, DAT, py-MDNet
    "features.padding": (16, 16, 16),
    "learning.batch_positives": (32, 32, 32),
    "learning.batch_negatives": (32, 32, 96),
    "learning.mining_pool": (1024, 1024, 1024),
    "first_frame.mining_pool": (1024, 1024, 1024),
    "proposals.per_frame": (256, 256, 256),
    "proposals.shift": (0.6, 0.6, 0.6),
    "proposals.scale": (1.05, 1.05, 1.05),
    "proposals.aspect": (1, 1, 1),
    "proposals.failed_shift": (1.5, 1.5, 1.5),
    "proposals.failed_growth": (0, 0, 1.1),
    "proposals.best": (5, 5, 5),
    "first_frame.positives": (500, 500, 500),
    "first_frame.negatives": (5000, 5000, 5000),
    "first_frame.max_background_overlap": (0.5, 0.5, 0.5),
    "first_frame.background_shift": (1, 1, 1),
    "first_frame.background_scale": (2, 2, 1.6),
    "first_frame.background_aspect": (1.21, 1.21, 1),
    "first_frame.whole_image_share": (0.5, 0.5, 0.5),
    "first_frame.iterations": (50, 50, 50),
    "first_frame.rate": (2e-4, 2e-4, 5e-4),
    "first_frame.kept_positives": (50, 50, 500),
    "first_frame.kept_negatives": (200, 200, 200),
    "samples.min_overlap": (0.7, 0.7, 0.7),
    "samples.target_shift": (0.1, 0.1, 0.1),
    "samples.target_scale": (1.2, 1.2, 1.3),
    "samples.background_shift": (1.5, 1.5, 2),
    "samples.background_scale": (1.2, 1.2, 1.3),
    "learning.positives_per_frame": (50, 50, 50),
    "learning.negatives_per_frame": (200, 200, 200),
    "learning.max_background_overlap": (0.3, 0.3, 0.3),
    "learning.iterations": (15, 15, 15),
    "learning.rate": (3e-4, 3e-4, 1e-3),
    "learning.loss": ("sum", "sum", "mean"),
    "learning.last_layer_factor": (10, 10, 10),
    "learning.momentum": (0.9, 0.9, 0.9),
    "learning.weight_decay": (5e-4, 5e-4, 5e-4),
    "learning.max_gradient": (10, 10, 10),
    "learning.interval": (10, 10, 10),
    "memory.short_term": (20, 20, 30),
    "memory.long_term": (100, 100, 100),
    # py-MDNet forgets it too, but its 500 samples do not fit into the place of a later frame.
    "memory.keep_first": (True, False, True),
    "status.success_above": (0, 0, 0),
    "status.on_failure": ("hold", "hold", "follow"),
    "box_regression.boxes": (1000, 1000, 1000),
    "box_regression.shift": (0.3, 0.3, 0.3),
    "box_regression.scale": (1.5, 1.5, 1.6),
    "box_regression.aspect": (1.21, 1.21, 1.21),
    "box_regression.sample_overlap": (0.6, 0.6, 0.6),
    "box_regression.sample_min_area": (1, 1, 1),
    "box_regression.sample_max_area": (2, 2, 2),
    "box_regression.ridge": (1000, 1000, 1000),
    "box_regression.guard": (True, True, False),
    "attention.enabled": (True, True, False),
    "attention.weight": (3, 5, 3),
    "head.dropout_input": (False, True, False),
}


@pytest.mark.parametrize(("column", "preset"), [(0, "paper"), (1, "dat"), (2, "py_mdnet")])
def test_presets_have_the_numbers_of_their_codes(column: int, preset: str) -> None:
    """Whichever of them is a default: a default changed for `realtime` must not change these."""
    values = values_of(build(Config, {"preset": preset}).tracker)
    wanted = {name: numbers[column] for name, numbers in NUMBERS.items()}
    assert {name: values[name] for name in wanted} == wanted


def test_a_preset_on_the_command_line_keeps_what_the_file_says() -> None:
    config = load_config(Config, None, ["preset=paper", "attention.weight=5"])
    assert (config.tracker.attention.weight, config.tracker.features.source) == (5.0, "crops")
