"""Settings that do not go together, as `config --check`, `replay` and `demo` refuse them.

Proves: what the node refuses at its start is refused, in one line with the file's name. Not: the
single names and ranges (unit/core).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from rgbt_dualatt_ros.cli import benchmark
from rgbt_dualatt_ros.cli import config as config_command
from rgbt_dualatt_ros.cli.usable_settings import load_usable_config
from rgbt_dualatt_ros.core.errors import ConfigError

TURNED = "[0.0, 1.0, 0.0, -1.0, 0.0, 100.0, 0.0, 0.0, 1.0]"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def check(file: Path, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    file.write_text(text, encoding="utf-8")
    parser = argparse.ArgumentParser()
    config_command.add_arguments(parser)
    assert config_command.run(parser.parse_args(["--check", str(file)])) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("target.box: [1.0, 2.0, 3.0]", "a box has four numbers", id="three numbers"),
        pytest.param("target.box: [1.0, 2.0, 0.0, 9.0]", "positive w, h", id="no width"),
        pytest.param("registration.homography: [1.0, 0.0]", "nine finite numbers", id="two"),
        pytest.param(f"registration.homography: {[0.0] * 9}", "has no inverse", id="all zero"),
        pytest.param(
            "thermal: {normalization: fixed, low: 30.0, high: 20.0}",
            "thermal.low must be below thermal.high",
            id="turned range",
        ),
        pytest.param(
            "attention.level: conv1", "choose roi3, or features.source crops", id="conv1"
        ),
        pytest.param("attention.level: roi7", "features.max_pooling true", id="not pooled"),
        pytest.param(
            "{preset: paper, attention.level: roi3}", "or features.source map", id="roi of crops"
        ),
        pytest.param("{preset: paper, features.source: map}", "choose roi3", id="conv1 of paper"),
        pytest.param("thermal_weights: a.safetensors", "needs features.source crops", id="second"),
        pytest.param("head.start: weights", "choose he or mdnet", id="no layers to start from"),
    ],
)
def test_what_the_node_refuses_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        check(file, text, capsys)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("target.box: [1.0, 2.0, 3.0, 4.0]", id="box"),
        pytest.param(f"registration.homography: {TURNED}", id="homography"),
        pytest.param("thermal: {normalization: fixed, low: 20.0, high: 30.0}", id="range"),
        pytest.param("thermal: {low: 30.0, high: 20.0}", id="range that is not used"),
        pytest.param("{attention.enabled: false, attention.level: conv1}", id="level not used"),
        pytest.param("{attention.level: roi7, features.max_pooling: true}", id="pooled"),
        pytest.param("{preset: paper, head.start: weights, thermal_weights: a}", id="crops"),
    ],
)
def test_what_goes_together_is_valid(
    file: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert "is valid" in check(file, text, capsys)


def test_an_override_is_checked_too() -> None:
    with pytest.raises(ConfigError, match="four numbers"):
        load_usable_config(None, ["target.box=1,2,3"])


def test_changes_are_those_of_the_preset(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = check(file, "preset: paper\nattention.weight: 5.0\nattention.level: conv1", capsys)
    assert said.splitlines() == [
        f"{file} is valid; it changes 1 setting(s) of the preset paper",
        "  attention.weight = 5.0",
    ]


@pytest.mark.parametrize("frames", ["0", "-3", "9"])
def test_a_benchmark_of_too_few_frames_is_refused(frames: str) -> None:
    parser = argparse.ArgumentParser()
    benchmark.add_arguments(parser)
    with pytest.raises(ConfigError, match=f"at least 10; got {frames}"):
        benchmark.run(parser.parse_args(["--frames", frames]))
