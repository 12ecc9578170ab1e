"""What a run says of its weights and settings, and how missing weights are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.reproduction.claims import make_claims, variants_of
from rgbt_dualatt_ros.evaluation.reproduction.departures import departures, mixture
from rgbt_dualatt_ros.evaluation.reproduction.variant_contenders import (
    DRY_RUN_SETTINGS,
    GivenSettings,
    make_contenders,
    refuse_missing_global,
)
from rgbt_dualatt_ros.evaluation.reproduction.weights_used import (
    global_weights,
    has_global_weights,
    local_weights,
)
from rgbt_dualatt_ros.models.vgg_m import random_vgg_m
from rgbt_dualatt_ros.models.weights import save_vgg_m

RANDOM_NETS = ("weights=random", "global_attention.net=lite", "global_attention.weights=random")
SMALL = (*RANDOM_NETS, *DRY_RUN_SETTINGS, "device=cpu")


def said(*overrides: str, has_global: bool = True) -> str:
    config = GivenSettings(None, overrides).load().tracker
    return "\n".join(departures(config, (0, 1), has_global=has_global))


def test_the_shipped_net_is_not_called_the_papers() -> None:
    text = said("preset=paper", "global_attention.weights=random")
    assert "Local net: paper_vgg_m.safetensors, made by this project" in text
    assert "the paper begins with ImageNet's VGG-M" in text
    assert "of the paper's shape; random numbers" in text
    assert "mean of 2 seeds (0, 1)" in text
    assert "Settings changed" not in text
    assert "not the paper's tracker" not in text


def test_imported_weights_are_named_without_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "vgg_m.safetensors"
    save_vgg_m(random_vgg_m(0), path, {"imported": "imagenet-vgg-m.mat (MatConvNet)"})
    text = said("preset=paper", f"weights={path}", has_global=False)
    assert "vgg_m.safetensors, imported from imagenet-vgg-m.mat (MatConvNet)." in text
    assert "the paper begins with" not in text
    assert "Global attention: left out" in text


def test_another_preset_and_other_settings_are_told() -> None:
    text = said(*RANDOM_NETS, "head.members=2", "attention.weight=4")
    assert "Preset realtime is not the paper's tracker" in text
    assert "our small one, not the paper's; random numbers" in text
    assert "Settings changed from the preset: head.members=2, attention.weight=4." in text


def test_passes_that_were_not_made_alike_are_told() -> None:
    old = {"date": "1", "revision": "a", "torch": "2", "launch": "x"}
    new = {"date": "2", "revision": "b", "torch": "2", "gpu": "H100"}
    records = [
        replace(Record.empty("dualatt", "scene", seed, 1), made_with=made_with)
        for seed, made_with in enumerate((old, new, new))
    ]
    assert mixture(records[1:]) == []
    assert mixture(records) == [
        "Not all passes were made alike: revision was b (2), a (1).",
        "Not all passes were made alike: gpu was H100 (2), none (1).",
    ]


def test_both_cameras_weights_are_named_when_they_differ(tmp_path: Path) -> None:
    path = tmp_path / "thermal.safetensors"
    save_vgg_m(random_vgg_m(0), path, {})
    config = GivenSettings(None, ("preset=paper", f"thermal_weights={path}")).load().tracker
    colour, thermal = local_weights(config)
    assert (colour.file, thermal.file) == ("paper_vgg_m.safetensors", "thermal.safetensors")
    assert colour.checksum != thermal.checksum


def test_missing_weights_of_the_network_are_refused_with_the_ways_out(tmp_path: Path) -> None:
    missing = f"global_attention.weights={tmp_path / 'none.safetensors'}"
    config = GivenSettings(None, ("preset=paper", missing)).load().tracker
    assert not has_global_weights(config)
    with pytest.raises(ConfigError) as caught:
        refuse_missing_global(config)
    text = str(caught.value)
    assert "\n" not in text
    for part in ("no global_paper weights", "--global-net lite", "--global-net none"):
        assert part in text
    lite = GivenSettings(None, (missing, "global_attention.net=lite")).load().tracker
    with pytest.raises(ConfigError) as caught:
        refuse_missing_global(lite)
    assert "--global-net lite" not in str(caught.value)


def test_random_weights_are_weights() -> None:
    config = GivenSettings(None, RANDOM_NETS).load().tracker
    refuse_missing_global(config)
    assert global_weights(config).checksum == "random"
    assert has_global_weights(config)


def test_variants_carry_the_weights_they_use() -> None:
    (claim,) = make_claims(("parts",), 1.0, has_global=True)
    given = GivenSettings(None, (*SMALL, "global_attention.enabled=true"))
    made = make_contenders(variants_of([claim]), given, (0, 4))
    baseline, local, both = made
    assert [each.name for each in made] == ["dualatt-baseline", "dualatt-local", "dualatt-both"]
    assert {each.seeds for each in made} == {(0, 4)}
    assert both.settings["global_weights"] == "random"
    assert "global_weights" not in local.settings
    off = {"attention.enabled": False, "global_attention.enabled": False}
    assert baseline.settings == off
