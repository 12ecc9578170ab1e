"""Settings in YAML: with and without the ROS wrapper; errors name the file; written is read back.

That rcl reads the same values from the same file is checked in
test/contracts/test_generated_files.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.config import Config, SyncConfig, TargetConfig
from rgbt_dualatt_ros.core.config_files import load_config, to_yaml
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.core.tracker_config import TrackerConfig


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "settings.yaml"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("sync:\n  slop_ms: 4.5\n", id="plain"),
        pytest.param("sync.slop_ms: 4.5\n", id="dotted"),
        pytest.param("/**:\n  ros__parameters:\n    sync:\n      slop_ms: 4.5\n", id="any node"),
        pytest.param(
            "tracker:\n  ros__parameters:\n    use_sim_time: true\n    sync.slop_ms: 4.5\n",
            id="one node, with use_sim_time",
        ),
        pytest.param(
            "/camera: {ros__parameters: {width: 640}}\n"
            "/tracker: {ros__parameters: {sync.slop_ms: 4.5}}\n",
            id="behind another node",
        ),
        pytest.param(
            "/car:\n  front:\n    tracker: {ros__parameters: {sync.slop_ms: 4.5}}\n",
            id="nested namespaces",
        ),
        pytest.param(
            "/car/tracker: {ros__parameters: {sync.slop_ms: 4.5}}\n", id="namespace in the name"
        ),
        pytest.param(
            "/**: {ros__parameters: {sync.slop_ms: 1.0}}\n"
            "/tracker: {ros__parameters: {sync: {slop_ms: 4.5}}}\n",
            id="the later block wins",
        ),
    ],
)
def test_file_is_read_with_and_without_the_wrapper(settings_file: Path, text: str) -> None:
    settings_file.write_text(text)
    assert load_config(Config, settings_file).sync == SyncConfig(slop_ms=4.5)


@pytest.mark.parametrize(
    "text",
    [pytest.param("", id="empty"), pytest.param("/**:\n  ros__parameters:\n", id="wrapper only")],
)
def test_a_file_without_settings_is_all_defaults(settings_file: Path, text: str) -> None:
    settings_file.write_text(text)
    assert load_config(Config, settings_file) == Config()


def test_exponents_without_a_dot_are_numbers(settings_file: Path) -> None:
    settings_file.write_text("thermal:\n  high: 5e4\n")
    assert load_config(Config, settings_file).thermal.high == 50_000.0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"sync: [", "is not valid YAML", id="broken YAML"),
        pytest.param(b"- 1\n- 2\n", "must hold names and values", id="a list"),
        pytest.param(b"\xff\xfe\x00", "is not a text file", id="binary"),
        pytest.param(
            b"/cam: {ros__parameters: {a: 1}}\n/ns: {tf: {ros__parameters: {}}}",
            "only for /cam, /ns/tf",
            id="other nodes only",
        ),
        pytest.param(
            b"tracker: {ros__parameters: [1, 2]}",
            "ros__parameters must hold names and values, not list",
            id="a list of parameters",
        ),
        pytest.param(b"sync: {slopms: 4}", "did you mean sync.slop_ms", id="misspelt"),
        pytest.param(b"sync: {slop_ms: -1}", "must lie in", id="out of range"),
    ],
)
def test_errors_name_the_file_in_one_line(
    settings_file: Path, content: bytes, reason: str
) -> None:
    settings_file.write_bytes(content)
    with pytest.raises(ConfigError, match=reason) as caught:
        load_config(Config, settings_file)
    assert str(settings_file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_an_error(settings_file: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read settings"):
        load_config(Config, settings_file)


def test_overrides_win_over_the_file(settings_file: Path) -> None:
    settings_file.write_text("sync: {slop_ms: 4.5, queue_size: 20}")
    sync = load_config(Config, settings_file, ["sync.slop_ms=9"]).sync
    assert (sync.slop_ms, sync.queue_size) == (9.0, 20)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        pytest.param("sync.slop_ms", "name=value", id="no value"),
        pytest.param("sync.slop=9", "did you mean sync.slop_ms", id="misspelt"),
        pytest.param("sync.slop_ms=wide", "must be a number", id="words"),
    ],
)
def test_wrong_overrides_are_refused(override: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_config(Config, overrides=[override])


@given(
    slop_ms=st.floats(0, 10_000),
    box=st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), max_size=4),
    weights=st.text(st.sampled_from("a/ \\\"'#:{}\n\u00e9\U0001f600"), max_size=6),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, slop_ms: float, box: list[float], weights: str
) -> None:
    target = TargetConfig(box=tuple(box))
    config = Config(
        sync=SyncConfig(slop_ms=slop_ms), target=target, tracker=TrackerConfig(weights=weights)
    )
    path = tmp_path_factory.mktemp("written") / "settings.yaml"
    path.write_text(to_yaml(config), encoding="utf-8")
    assert load_config(Config, path) == config
