"""Settings of the training of global attention, and the recipes that the package ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from rgbt_dualatt_ros.core.attention_training_config import (
    AttentionTrainingConfig,
    check_training,
)
from rgbt_dualatt_ros.core.config_files import load_config, to_yaml
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.settings import build
from rgbt_dualatt_ros.core.training_loop_config import bound_settings

RECIPES = Path(__file__).resolve().parents[3] / "config"


def recipe(net: str) -> AttentionTrainingConfig:
    """A recipe that the package ships."""
    return load_config(AttentionTrainingConfig, RECIPES / f"train_global_attention_{net}.yaml")


@pytest.mark.parametrize("net", ["lite", "paper"])
def test_the_shipped_recipes_are_settings_that_can_run(net: str, tmp_path: Path) -> None:
    config = recipe(net)
    check_training(config)
    assert config.net == net
    kept = tmp_path / "settings.yaml"
    kept.write_text(to_yaml(config))
    assert load_config(AttentionTrainingConfig, kept) == config


def test_the_paper_recipe_is_the_paper_s() -> None:
    config = recipe("paper")
    assert (config.optimizer, config.learning_rate, config.batch) == ("adagrad", 5e-5, 20)
    assert (config.epochs, config.weight_decay, config.average_decay) == (50, 0.0, 0.0)
    assert (config.schedule, config.warm_up, config.max_gradient_norm) == ("constant", 0, 0.0)
    assert config.data.names == ("gtot", "lasot")
    assert config.data.test_set == "rgbt234"
    # 7,850 pairs of GTOT and 44,660 frames of LaSOT.
    assert config.total_steps == 50 * 2625


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"steps": 7, "epochs": 3}, 7),
        ({"epochs": 3, "samples_per_epoch": 10, "batch": 4}, 8),
        ({"epochs": 1, "samples_per_epoch": 1, "batch": 64}, 1),
    ],
    ids=["steps win", "rounded up", "at least one"],
)
def test_epochs_become_steps(changes: dict[str, object], steps: int) -> None:
    assert build(AttentionTrainingConfig, changes).total_steps == steps


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"batch": 8, "accumulation": 3}, "batch 8 cannot be cut into accumulation 3"),
        ({"data.sets": "clips+gtot"}, r"data.sets clips\+gtot: clips cannot be mixed"),
    ],
    ids=["parts", "clips and videos"],
)
def test_what_does_not_go_together_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        check_training(build(AttentionTrainingConfig, changes))


def test_only_what_decides_what_is_learnt_binds_a_run() -> None:
    names = bound_settings(AttentionTrainingConfig()).keys()
    assert names >= {"learning_rate", "seed", "batch", "pairs.targets", "data.sets", "paper.loss"}
    assert not names & {"device", "workers", "keep", "pairs.cache", "data.roots", "tensorboard"}
