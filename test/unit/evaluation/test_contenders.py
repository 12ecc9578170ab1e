"""Names and seeds of a command line become trackers. Does not prove that the trackers track."""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation import contenders
from rgbt_dualatt_ros.evaluation.contenders import make_contenders, make_variants
from rgbt_dualatt_ros.evaluation.variants import parse_variant
from rgbt_dualatt_ros.tracking.static_tracker import StaticTracker


def test_trackers_without_chance_are_run_with_the_first_seed_only() -> None:
    made = make_contenders(["mil", "static"], TrackerConfig(), [3, 1, 3])
    assert {each.name: each.seeds for each in made} == {
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


def test_a_variant_knows_in_what_it_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[TrackerConfig] = []

    def build(name: str, config: TrackerConfig, models: object = None) -> StaticTracker:
        assert (name, models) == ("dualatt", None)
        built.append(config)
        return StaticTracker()

    monkeypatch.setattr(contenders, "build_tracker", build)
    variant = parse_variant("low:attention.weight=0.5,head.members=3,search.patience=2")
    usual = TrackerConfig(seed=4)
    (low,) = make_variants({variant: variant.config(None, ["seed=4"])}, usual, [8, 9])
    assert (low.name, low.seeds) == ("dualatt-low", (8, 9))
    assert dict(low.settings) == {"attention.weight": 0.5, "head.members": 3}
    low.build(9)
    assert (built[-1].seed, built[-1].attention.weight, built[-1].head.members) == (9, 0.5, 3)
