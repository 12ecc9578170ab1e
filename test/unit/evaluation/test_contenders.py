"""Names and seeds of a command line become trackers. Does not prove that the trackers track."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.contenders import make_contenders


def test_trackers_without_chance_are_run_with_the_first_seed_only() -> None:
    contenders = make_contenders(["mil", "static"], TrackerConfig(), [3, 1, 3])
    assert {each.name: each.seeds for each in contenders} == {
        "mil@rgb": (3, 1),
        "mil@thermal": (3, 1),
        "static": (3,),
    }


def test_without_seeds_the_setting_is_the_seed() -> None:
    (static,) = make_contenders(["static"], TrackerConfig(seed=5))
    assert static.seeds == (5,)


def test_a_seed_has_the_range_of_the_setting() -> None:
    with pytest.raises(ConfigError, match=r"seed must lie in 0 \.\. 2147483647; got -1"):
        make_contenders(["static"], TrackerConfig(), [0, -1])
