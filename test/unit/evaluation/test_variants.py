"""Variants and ablations as texts of a command line.

Proves: what each text asks for, the settings that come of it, one line for every slip. Does not
prove that a setting does what it says; the tests of the tracker do.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import values_of
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig
from rgbt_dualatt_ros.evaluation.variants import (
    Variant,
    check_labels,
    parse_ablation,
    parse_variant,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a:x=1", Variant("a", ("x=1",)), id="one setting"),
        pytest.param("a.2:x=1, y=b", Variant("a.2", ("x=1", "y=b")), id="two settings"),
        pytest.param("a:x=1,2,3,y=", Variant("a", ("x=1,2,3", "y=")), id="list and empty value"),
        pytest.param("a:w=C:d", Variant("a", ("w=C:d",)), id="colon in a value"),
    ],
)
def test_a_variant_is_a_label_and_settings(text: str, expected: Variant) -> None:
    assert parse_variant(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a", "a:", "a:x", "a:=1", "a:,x=1", "x=1", ":x=1", "a/b:x=1"]
)
def test_other_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_variant(text)
    assert "\n" not in str(caught.value)
    assert repr(text) in str(caught.value)


def test_a_variant_wins_over_what_is_set_for_all(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("attention: {weight: 2.0}\nhead: {members: 3}\n")
    variant = parse_variant("low:attention.weight=0.5,search.patience=7")
    config = variant.config(path, ["attention.weight=4", "attention.every=2"])
    assert config.attention.weight == 0.5
    assert (config.attention.every, config.head.members, config.search.patience) == (2, 3, 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a:attention.wieght=1", "did you mean attention.weight", id="misspelt"),
        pytest.param("a:attention.weight=-1", "variant a: attention.weight must lie", id="range"),
        pytest.param("a:sync.slop_ms=1", "the tracker has no setting sync.slop_ms", id="node"),
        pytest.param("a:seed=1", "--seeds", id="seed"),
    ],
)
def test_a_variant_changes_settings_of_the_tracker_only(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse_variant(text).config(None, [])
    assert "variant a" in str(caught.value)


def test_parts_begin_with_the_baseline() -> None:
    configs = {each.label: each.config(None, []) for each in parse_ablation("parts")}
    assert list(configs)[:2] == ["baseline", "local"]
    assert not configs["baseline"].attention.enabled
    assert configs["local"].attention.enabled
    values = [values_of(each) for each in configs.values()]
    assert all(one != other for one, other in pairwise(values))
    for label, each in configs.items():
        switch = values_of(each).get("global_attention.enabled", False)
        assert switch == (label == "both")


def test_weights_are_the_papers_or_those_given() -> None:
    papers = [each.config(None, ["attention.enabled=false"]) for each in parse_ablation("weight")]
    assert [each.attention.weight for each in papers] == [float(weight) for weight in range(10)]
    assert all(each.attention.enabled for each in papers)
    given = parse_ablation("weight=1, 0.5")
    assert [each.name for each in given] == ["dualatt-weight1", "dualatt-weight0.5"]
    assert [each.config(None, []).attention.weight for each in given] == [1.0, 0.5]


@pytest.mark.parametrize("text", ["part", "weight=", "weight=1,,3", "parts=1", "lambda"])
def test_other_ablations_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="ablation"):
        parse_ablation(text)


def test_a_weight_that_is_no_number_is_refused_with_its_variant() -> None:
    (variant,) = parse_ablation("weight=much")
    with pytest.raises(ConfigError, match=r"variant weightmuch: attention\.weight must be"):
        variant.config(None, [])


def test_settings_that_do_not_go_together_are_refused_with_their_variant() -> None:
    with pytest.raises(ConfigError, match=r"variant roi7: .*max_pooling true"):
        parse_variant("roi7:attention.level=roi7").config(None, [])


def test_labels_differ() -> None:
    with pytest.raises(ConfigError, match="two variants have the label a"):
        check_labels([Variant("a", ("x=1",)), Variant("b", ()), Variant("a", ("x=2",))])


def test_the_defaults_are_no_variant() -> None:
    assert Variant("usual", ()).config(None, []) == TrackerConfig()
